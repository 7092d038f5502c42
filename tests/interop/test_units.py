#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The bundled units: make_units.py still makes the committed .unit files byte for byte; unpacking one
gives what this script's own reading of the archive gives; a faulty archive is refused with its line
and creates nothing. unpack_unit is the program under test."""
import filecmp
import os
import subprocess
import sys
import tempfile

SRC = os.environ["top_srcdir"]
UNPACK = os.path.join(os.environ["top_builddir"], "tests/interop/unpack_unit")
UNITS = os.path.join(SRC, "src/sim/units")
# name: one of its RF files and the bytes in it
BUNDLED = {"eg95": ("00022982", 64697), "em160": ("00029650", 334610), "bg96": ("00024588", 4097),
           "rg50xq": ("00029650", 23411)}
FAILED = []


def ok(good, text):
    if not good:
        FAILED.append(text)
        print("FAILED: " + text)


def unpack(name, folder, place=None):
    env = dict(os.environ)
    env.pop("QDIAG_SIM_UNITS", None)
    if place:
        env["QDIAG_SIM_UNITS"] = place
    return subprocess.run([UNPACK, name, folder], env=env, capture_output=True, text=True,
                          check=False)


def pattern(seed, size):
    out, x = bytearray(), seed
    for _ in range(size):
        x = (x ^ x << 13) & 0xFFFFFFFF
        x = x ^ x >> 17
        x = (x ^ x << 5) & 0xFFFFFFFF
        out.append(x & 255)
    return bytes(out)


def content(word):
    form, _, rest = word.partition(":")
    if word == "empty":
        return b""
    if form == "hex":
        return bytes.fromhex(rest)
    if form == "pattern":
        return pattern(*map(int, rest.split(":")))
    assert form == "text", word
    return rest.encode("ascii").decode("unicode_escape").encode("latin-1")


def expected(text):
    """{relative path: bytes} and the folders of an archive."""
    files, folders, conf, attr = {}, {"efs", "nv/0"}, [], {"efs": [], "alt": []}
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "conf":
            conf.append(rest)
        elif kind == "nv":
            sub, name, data = rest.split(" ")
            files["nv/%s/%s" % (sub, name)] = bytes.fromhex(data).ljust(128, b"\0")
        elif kind in attr:
            words = rest.split(" ", 4)
            tree = "efs" if kind == "efs" else "efs-alt"
            link = words[2] == "link"
            attr[kind].append(" ".join(words if link else words[:4]))
            if words[2] == "dir":
                folders.add(tree + words[3])
            elif not link:
                files[tree + words[3]] = content(words[4])
    files["unit.conf"] = ("\n".join(conf) + "\n").encode()
    files["efs.attr"] = ("\n".join(attr["efs"]) + "\n").encode() if attr["efs"] else b""
    if attr["alt"]:
        files["efs-alt.attr"] = ("\n".join(attr["alt"]) + "\n").encode()
    return files, folders


def on_disk(folder):
    files, folders = {}, set()
    for where, dirs, names in os.walk(folder):
        for name in dirs:
            folders.add(os.path.relpath(os.path.join(where, name), folder))
        for name in names:
            path = os.path.join(where, name)
            with open(path, "rb") as f:
                files[os.path.relpath(path, folder)] = f.read()
    return files, folders


def compare(name, folder, text):
    want, want_folders = expected(text)
    got, got_folders = on_disk(folder)
    ok(set(got) == set(want), "%s: other files: %s" % (name, sorted(set(got) ^ set(want))[:5]))
    for path in sorted(set(got) & set(want)):
        ok(got[path] == want[path], "%s: %s differs" % (name, path))
    ok(want_folders <= got_folders, "%s: folders missing" % name)
    return len(got)


def reproduced(tmp):
    subprocess.run([sys.executable, os.path.join(UNITS, "make_units.py"), tmp], check=True,
                   stdout=subprocess.DEVNULL)
    for name in BUNDLED:
        ok(filecmp.cmp(os.path.join(tmp, name + ".unit"), os.path.join(UNITS, name + ".unit"),
                       shallow=False), "%s.unit is not what make_units.py makes" % name)


def bundled(tmp):
    listing = subprocess.run([UNPACK], capture_output=True, text=True, check=True).stdout
    ok(set(BUNDLED) <= set(listing.split()), "the names are %r" % listing)
    for name, (rf, want) in BUNDLED.items():
        with open(os.path.join(UNITS, name + ".unit"), encoding="ascii") as f:
            text = f.read()
        folder = os.path.join(tmp, "unpacked-" + name)
        ran = unpack(name, folder)
        ok(ran.returncode == 0, "%s: %s" % (name, ran.stderr))
        print("%s: %d files as the archive says" % (name, compare(name, folder, text)))
        again = unpack(name, folder)
        ok(again.returncode == 1 and "not empty" in again.stderr, "unpacked into a used folder")
        size = os.path.getsize(os.path.join(folder, "efs/nv/item_files/rfnv", rf))
        ok(size == want, "%s: RF file of %d bytes" % (name, size))


GOOD = """# every form once
conf family = other
conf mute

nv 0 550 080a
nv 2 1014.3 03
efs 40755 0 dir /brew
efs 120777 315964800 link /a/link -> ../b
efs 160777 1 item /a/item hex:00Ff
efs 100644 4294967295 file /a/text text: a\\n\\t\\r\\0\\\\\\x7f 
efs 100600 0 hidden /a/b/c pattern:1:5
efs 160777 0 denied /a/b/d empty
alt 100644 0 file /other empty
"""

# line, what the message must hold
FAULTS = (
    ("foo bar", "begins with"), ("conf", "conf wants"), ("conf a=b", "conf wants"),
    ("conf BAD = 1", "conf wants"), ("nv", "subscription"), ("nv 3 1 00", "subscription"),
    ("nv 0 65536 00", "item id"), ("nv 0 -1 00", "item id"), ("nv 0 1.256 00", "array index"),
    ("nv 0 1. 00", "array index"), ("nv 0 1", "hex"), ("nv 0 1 0", "hex"),
    ("nv 0 1 0g", "not hex"), ("nv 0 1 " + "00" * 129, "1-128"), ("nv 0 1 00 00", "1-128"),
    ("efs 100648 0 file /a empty", "octal"), ("efs 1100644 0 file /a empty", "octal"),
    ("efs 100644 x file /a empty", "time"), ("efs 100644 4294967296 file /a empty", "time"),
    ("efs 100644 0 pipe /a empty", "unknown kind"), ("efs 100644 0", "unknown kind"),
    ("efs 100644 0 item /a empty", "does not fit"), ("efs 160777 0 dir /a", "does not fit"),
    ("efs 100644 0 file a empty", "bad path"), ("efs 100644 0 file /../a empty", "bad path"),
    ("efs 100644 0 file /a/.. empty", "bad path"), ("efs 100644 0 file /a/./b empty", "bad path"),
    ("efs 100644 0 file /a//b empty", "bad path"), ("efs 100644 0 file /a/ empty", "bad path"),
    ("efs 100644 0 file / empty", "bad path"), ("efs 100644 0 file", "bad path"),
    ("efs 100644 0 file /" + "a" * 256 + " empty", "bad path"),
    ("efs 100644 0 file /a\x7f empty", "bad path"), ("efs 100644 0 file /a", "content is"),
    ("efs 100644 0 file /a hex:", "hex:"), ("efs 100644 0 file /a hex:123", "hex:"),
    ("efs 100644 0 file /a hex:zz", "hex:"), ("efs 100644 0 file /a text:\\q", "text:"),
    ("efs 100644 0 file /a text:\\", "text:"), ("efs 100644 0 file /a text:\\x1", "text:"),
    ("efs 100644 0 file /a pattern:0:1", "seed"), ("efs 100644 0 file /a pattern:1", "seed"),
    ("efs 100644 0 file /a pattern:1:16777217", "length"),
    ("efs 100644 0 file /a pattern:1:2x", "length"),
    ("efs 100644 0 file /a pattern:4294967296:1", "seed"),
    ("efs 40755 0 dir /a empty", "no content"), ("efs 120777 0 link /a b", "-> target"),
    ("efs 120777 0 link /a -> ", "-> target"), ("conf a\0b", "NUL"),
)


def write(tmp, text):
    with open(os.path.join(tmp, "t.unit"), "w", encoding="latin-1", newline="\n") as f:
        f.write(text)


def forms(tmp):
    write(tmp, GOOD)
    folder = os.path.join(tmp, "good")
    ran = unpack("t", folder, tmp)
    ok(ran.returncode == 0, "the good archive: " + ran.stderr)
    compare("t", folder, GOOD)
    with open(os.path.join(folder, "efs/a/b/c"), "rb") as f:
        # 270369, 67634689, 2647435461, 307599695, 2398689233: the published series of seed 1
        ok(f.read().hex() == "2101c54fd1", "pattern:1:5 has moved")


def faults(tmp):
    for number, (line, word) in enumerate(FAULTS):
        write(tmp, GOOD + line + "\n")
        folder = os.path.join(tmp, "bad%d" % number)
        ran = unpack("t", folder, tmp)
        place = "t.unit:%d: " % (GOOD.count("\n") + 1)
        ok(ran.returncode == 1 and place in ran.stderr and word in ran.stderr,
           "%r: exit %d, %r" % (line, ran.returncode, ran.stderr))
        ok(not os.path.exists(folder), "%r: left a folder behind" % line)
    print("%d faulty lines" % len(FAULTS))


def others(tmp):
    write(tmp, GOOD[:-1])
    ran = unpack("t", os.path.join(tmp, "cut"), tmp)
    ok(ran.returncode == 1 and "was cut" in ran.stderr, "a cut archive: %r" % ran.stderr)
    write(tmp, GOOD + "nv 0 550 00\n")
    ran = unpack("t", os.path.join(tmp, "twice"), tmp)
    ok(ran.returncode == 1 and "t.unit:14: " in ran.stderr and "listed twice" in ran.stderr,
       "an item twice: %r" % ran.stderr)
    for name in ("../t", "", "nobody", "t/", ".t"):
        ran = unpack(name, os.path.join(tmp, "name"), tmp)
        ok(ran.returncode == 1 and "no bundled unit" in ran.stderr and "em160" in ran.stderr,
           "name %r: %r" % (name, ran.stderr))
    os.mkdir(os.path.join(tmp, "empty"))
    write(tmp, GOOD)
    ok(unpack("t", os.path.join(tmp, "empty"), tmp).returncode == 0, "an empty folder was refused")


def main():
    with tempfile.TemporaryDirectory(prefix="qdiag-units-") as tmp:
        for test in (reproduced, bundled, forms, faults, others):
            test(tmp)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
