#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compound files made from XQCN text, judged by readers that share no code with the project: the rules
in check_cfb.py, python3-olefile at its strictest, 7z and gsf. Names, order, sizes and contents are those
of the text, and the text comes back byte for byte. First the judge itself: it must find every damage of
the published list."""
import hashlib
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import check_cfb                                                        # noqa: E402
from test_checkers import (GPS, NV550, named, property_info, record,    # noqa: E402
                           storage, timed, tree)
from xqcn_text import Storage, Stream, write                            # noqa: E402

CONVERT = os.path.join(os.environ.get("top_builddir", "."), "tests/interop/cfb_readers")
FAILED = []
VERSION = Stream("File_Version", bytes([2, 0, 0, 0, 0, 0]))
OLEFILE = """import hashlib, json, olefile, sys
o = olefile.OleFileIO(sys.argv[1], raise_defects=olefile.DEFECT_UNSURE)
assert not o.parsing_issues, o.parsing_issues
print(json.dumps({'/'.join(p): hashlib.sha256(o.openstream(p).read()).hexdigest()
                  if o.get_type(p) == olefile.STGTY_STREAM else None
                  for p in o.listdir(streams=True, storages=True)}))
"""
# Offset in T2, bytes: damage that the container alone shows.
DAMAGE = ((0, "00"), (26, "04"), (28, "FFFE"), (30, "0C"), (32, "07"), (44, "02"), (44, "FFFFFF7F"),
          (48, "00100000"), (56, "00020000"), (68, "00000000"), (76, "FF7F0000"), (578, "01"),
          (632, "40000000"), (716, "02000000"), (1092, "E7030000"), (1276, "01"),
          (1352, "05000000"), (1396, "C8000000"), (1604, "08000000"), (1652, "1B000000"),
          (1728, "03"), (1728, "42"), (1730, "03"), (2062, "39"), (2062, "47"), (2190, "30"),
          (2932, "0A000000"), (2936, "FFFFFFFF"), (5208, "01000000"), (16416, "00000000"),
          (16484, "FEFFFFFF"), (16484, "FFFFFFFF"), (16504, "17000000"), (16508, "FEFFFFFF"))
# The same, where only the contents are wrong: no container rule is broken.
CONTENT = ((760, "01"), (1272, "4F05"), (2168, "08"), (5632, "01"), (5632, "03"), (5696, "87"),
           (5698, "02"), (5974, "00"), (6926, "0001"), (7304, "FF"), (7317, "09"), (7360, "37"),
           (7424, "02"), (7497, "2E2E2F"), (7500, "00"))


def ok(good, text):
    if not good:
        FAILED.append(text)
        print("FAILED: " + text)
    return good


# --- trees --------------------------------------------------------------------------------------

def t1(root):
    return tree(root, [b""] * 3, [(timed("cert/Q", 0), b"Q")],
                [(named("/nv/item_files/ims/a"), b"")], property_info(b"T1", b"q"),
                bytes.fromhex("03000180FF"))


def t2(root):
    def filler(n):
        return bytes((7 * i + n) % 256 for i in range(n))
    items = [record(571, b"\x21\x5e")]
    items += [record(1014, bytes([k, 0xA0 + k]), k) for k in range(3)]
    items += [record(4678, bytes.fromhex("020000000001"), k) for k in range(4)]
    items += [record(550, NV550), record(453, b"")]
    rf, mode = "/nv/item_files/rfnv/%08d", "/nv/item_files/modem/mmode/lte_bandpref"
    return tree(root, [b"".join(items), record(550, b"\x08\x0a"), b""],
                [(timed("cert/Q", 0), b"Q"), (timed(rf % 20000, GPS), filler(4096)),
                 (timed(rf % 20001, GPS), filler(4095)),
                 (timed("/rfc/rffe_scan/rffe_scan.dat", 0x60000000), filler(65))],
                [(named("/nv/item_files/ims/IMS_enable"), b"\1"), (named(mode), filler(64)),
                 (named(mode + "_Subscription01"), b"")], property_info(),
                struct.pack("<H", 54) + filler(54))


def t3(root):
    return storage(root, storage("00000000", storage("default", Stream("big", bytes(8 << 20)))),
                   VERSION)


def odd(root):
    """Names and places that no vendor tool uses."""
    return storage(root, storage("extra", storage("S" * 31), Stream(".", b"x" * 4096)),
                   storage("00024628", storage("default", storage("NV_NUMBERED_ITEMS"),
                                               storage("A & B", Stream("it's", b"")),
                                               Stream("z", b"z" * 64), Stream("a", b"a" * 63))),
                   storage("caf\u00e9", Stream("\u20ac", b"1")), Stream("zz", b""), VERSION,
                   Stream("aa", b"b" * 4095))


def many(root, n):
    rnd = random.Random(n)
    special = {3: 4095, 4: 4096, 5: 8192, 6: 1, 7: 64, 8: 512, 9: 0}
    sizes = [special.get(i, int(8192 ** rnd.random())) for i in range(n)]
    arrays = storage("NV_NUMBERED_ITEMS", Stream("NV_ITEM_ARRAY", rnd.randbytes(680000)))
    section = storage("EFS_Backup",
                      storage("EFS_Dir", *(Stream("%08X" % i, rnd.randbytes(28 + i % 41))
                                           for i in range(n))),
                      storage("EFS_Data", *(Stream("%08X" % i, rnd.randbytes(sizes[i]))
                                            for i in range(n))))
    return storage(root, storage("00000000", storage("default", arrays, section)), VERSION)


def contents(root):
    """Path to digest, None for storages."""
    out, todo = {}, [((), root)]
    while todo:
        path, node = todo.pop()
        for child in node.children:
            where = path + (child.name,)
            if isinstance(child, Storage):
                out["/".join(where)] = None
                todo.append((where, child))
            else:
                out["/".join(where)] = hashlib.sha256(child.data).hexdigest()
    return out


# --- readers ------------------------------------------------------------------------------------

def run(*args):
    return subprocess.run(args, capture_output=True, check=False)


def has_olefile(python):
    return python and run(python, "-c", "import olefile").returncode == 0


PYTHON = next(filter(has_olefile, (sys.executable, shutil.which("python3"), "/usr/bin/python3")), None)


def read_olefile(path, want, name):
    got = run(PYTHON, "-c", OLEFILE, path)
    if ok(got.returncode == 0 and not got.stderr, "%s: olefile: %s" % (name, got.stderr.decode())):
        ok(json.loads(got.stdout) == want, name + ": olefile reads other contents")


def read_7z(path, want, name):
    got = run("7z", "t", path)
    text = got.stdout.decode(errors="replace")
    ok(got.returncode == 0 and not got.stderr and "Everything is Ok" in text
       and "arning" not in text, "%s: 7z: %s %s" % (name, text, got.stderr.decode()))
    streams = sum(1 for v in want.values() if v)
    ok("Files: %d\n" % streams in text, "%s: 7z finds other streams than %d" % (name, streams))


def read_gsf(path, want, name):
    """gsf shows a storage without children as it shows a stream."""
    got = run("gsf", "list", path)
    lines = [x.split(None, 1)[0] for x in got.stdout.decode().splitlines() if x.strip()]
    parents = {where.rpartition("/")[0] for where in want}
    leaves = sum(1 for where in want if where not in parents)
    ok(got.returncode == 0 and not got.stderr and lines.count("f") == leaves,
       "%s: gsf: %d of %d leaves, %s" % (name, lines.count("f"), leaves, got.stderr.decode()))
    for where, digest in list(want.items())[:40]:
        if digest:
            got = run("gsf", "cat", path, where)
            ok(hashlib.sha256(got.stdout).hexdigest() == digest, "%s: gsf cat %s" % (name, where))


def judge(folder, name, root, readers, lf=False):
    """Text to compound file to text, with every reader in between; the file's bytes."""
    text = write(root)
    text = text.replace(b"\r\n", b"\n") if lf else text
    paths = [os.path.join(folder, name + x) for x in (".xqcn", ".qcn", ".back")]
    with open(paths[0], "wb") as f:
        f.write(text)
    for a, b in (paths[:2], paths[1:]):
        got = run(CONVERT, a, b)
        if not ok(got.returncode == 0, "%s: %s" % (name, got.stderr.decode())):
            return b""
    with open(paths[2], "rb") as f:
        ok(f.read() == text, name + ": the text did not come back")
    with open(paths[1], "rb") as f:
        raw = f.read()
    found = check_cfb.check(raw)
    ok(not found.errors + found.warnings,
       "%s: %s" % (name, "; ".join((found.errors + found.warnings)[:5])))
    want = contents(root)
    for reader in readers:
        reader(paths[1], want, name)
    print("%s: %d bytes, %d storages and streams" % (name, len(raw), len(want)))
    return raw


# --- the judge judged ---------------------------------------------------------------------------

def damaged(raw, at, text):
    new = bytes.fromhex(text)
    return raw[:at] + new + raw[at + len(new):]


def check_the_checker(raw):
    ok(not check_cfb.check(raw).errors, "T2 is called damaged")
    for at, text in DAMAGE:
        bad = damaged(raw, at, text)
        ok(bad != raw and check_cfb.check(bad).errors, "damage at %d (%s) is not found" % (at, text))
    for at, text in CONTENT:
        ok(not check_cfb.check(damaged(raw, at, text)).errors,
           "%s at %d is no damage of the container" % (text, at))
    for n in (1000, 16384, 16895):
        ok(check_cfb.check(raw[:n]).errors, "the cut to %d bytes is not found" % n)
    ok(check_cfb.check(raw + b"\0").errors, "one byte more is not found")
    more = check_cfb.check(raw + bytes(512))
    ok(not more.errors and len(more.warnings) == 1, "an unused sector is a warning")
    print("%d damaged files found" % (len(DAMAGE) + 4))


VECTORS = (
    ("t1", t1, 5120, "63f1c6d2745398115fa64dc43e269611d8d2c584160c1ef604604fbec98b9a96"),
    ("t2", t2, 16896, "a7193f61655f55b39ecbf7f44f3e02970a05c3f0a349f99818d8c7ee12657e5d"),
    ("t3", t3, 8458240, "34925ad2294a4aaa4f9b3e947397e015c420fe549f0f8d16c7b36969d0dae51a"))


def main():
    missing = [x for x in ("7z", "gsf") if not shutil.which(x)] + ([] if PYTHON else ["olefile"])
    if missing:
        print("not there: " + ", ".join(missing))
        return 1 if os.environ.get("CI") == "true" else 77
    every = (read_olefile, read_7z, read_gsf)
    with tempfile.TemporaryDirectory(prefix="qdiag-cfb-") as tmp:
        for name, make, size, digest in VECTORS:
            raw = judge(tmp, name, make("Root Entry"), every)
            ok(len(raw) == size and hashlib.sha256(raw).hexdigest() == digest, name + " differs")
            if name == "t2":
                check_the_checker(raw)
            judge(tmp, name + "-named", make("C:\\Users\\J\u00e4ger\\" + name + ".xqcn"), every)
            judge(tmp, name + "-lf", make(name), every, lf=True)
        judge(tmp, "odd", odd("x" * 2000), every)
        judge(tmp, "1000 pairs", many("m.xqcn", 1000), every)
        judge(tmp, "20000 pairs", many("m.xqcn", 20000), (read_7z,))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
