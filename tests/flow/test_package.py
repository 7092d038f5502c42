#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# `qdiag fota check`: every rule of the gate against a file that breaks it, every kind of wrong file, and
# the verdicts against simulated modules, with the exit code of each.
import gzip
import hashlib
import io
import json
import lzma
import os
import re
import subprocess
import sys
import tarfile

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "flow"))
import fota_packages as fp
from rig import QDIAG, Sim, main, put, qdiag, read, small_unit

RULES = os.path.join(os.environ.get("top_srcdir", "."), "src", "service", "zip_rules.def")
A16, A18 = "BG96MAR02A07M1G_01.016.01.016", "BG96MAR02A07M1G_01.018.01.018"
BG96 = ("family = bg96", "model = BG96", "firmware = BG96MAR02A07M1G", "firmware_full = " + A16)


def check(path, *args, want=None):
    p = qdiag("fota", "check", "--package", path, "--json", "--progress=none", *args)
    assert want is None or p.returncode == want, (path, want, p)
    return json.loads(p.stdout)


def test_every_rule(work):
    rules = set(re.findall(r'^QD_ZIP\(\w+, "([\w-]+)"', open(RULES).read(), re.M))
    seen = set()
    assert len(rules) > 30
    for i, (rule, data) in enumerate(fp.broken()):
        path = "%s/%d.zip" % (work, i)
        put(path, data)
        e = check(path, want=10)["error"]
        assert e["name"] == "file_damaged" and e["unit"] == "untouched", e
        assert e["why"].startswith("rule `%s`: " % rule), (rule, i, e)
        assert e["item"].startswith(path), e
        seen.add(rule)
    assert seen == rules, seen ^ rules


def test_the_entry_is_named(work):
    put(work + "/x.zip", fp.one(crc=1))
    j = check(work + "/x.zip", want=10)
    assert j["error"]["item"] == work + "/x.zip, entry b", j
    assert j["package"] is None and j["match"] is None
    put(work + "/x.zip", fp.one(name=b"a\x1b[2Jb"))
    p = qdiag("fota", "check", "--package", work + "/x.zip")
    assert p.returncode == 10 and "\x1b[2J" not in p.stdout + p.stderr, p


def test_sound_zips(work):
    for name, data in fp.good():
        put(work + "/x.zip", data)
        j = check(work + "/x.zip", want=14)
        assert j["package"]["kind"] == ("delta" if name == "delta" else "zip"), (name, j)
        assert j["package"]["size"] == len(data)
        assert j["package"]["sha256"] == hashlib.sha256(data).hexdigest()
        assert j["package"]["entries"] >= 1
        assert j["match"]["verdict"] == "UNKNOWN" and "nothing was compared" in j["match"]["why"]


def test_other_zips_agree(work):
    """Python's zipfile makes files that pass; a real deflate level, folders, a comment."""
    import zipfile
    path = work + "/x.zip"
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(path, "w", method) as z:
            z.writestr("patch/a.p", fp.noise(300000))
            z.writestr("empty", b"")
            z.mkdir("d") if hasattr(z, "mkdir") else z.writestr("d/", b"")
            z.comment = b"x"
        assert check(path, want=14)["package"]["entries"] == 3
    many = [fp.Entry("f%d" % i) for i in range(65534)]
    put(path, fp.zip_of(many))
    assert check(path, want=14)["package"]["entries"] == 65534


def test_memory_is_bounded(work):
    """What is unpacked does not pile up: 96 MiB in one entry need little more than nothing."""
    def peak(entries):
        put(work + "/x.zip", fp.zip_of(entries))
        p = subprocess.Popen([QDIAG, "fota", "check", "--package", work + "/x.zip", "-q",
                              "--progress=none"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        assert p.returncode == 14, p.returncode
        return used.ru_maxrss

    filler = fp.Entry("a", fp.noise(1200) * 900, shrink=False)
    assert peak([filler, fp.Entry("z", b"\0" * (96 << 20))]) < peak([filler]) + (32 << 10)


def tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        t.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return out.getvalue()


def entries(*names):
    return fp.zip_of([fp.Entry(n, b"x" * 9) for n in names])


WRONG = [
    ("an empty file", b""),
    ("a web page", b"<!DOCTYPE html>\n<title>404</title>"),
    ("a web page", b"\xef\xbb\xbf \r\n<HTML><body>Not Found"),
    ("a text", b"404 Not Found\n"),
    ("a text", b'{"error": 404}'),
    ("an XML text", b"<?xml version='1.0'?><Storage Name='a'/>"),
    ("a gzip file", gzip.compress(b"x", mtime=0)),
    ("an xz file", lzma.compress(b"x")),
    ("a 7z archive", b"7z\xbc\xaf\x27\x1c\0\4" + b"\0" * 40),
    ("a RAR archive", b"Rar!\x1a\x07\1\0" + b"\0" * 40),
    ("a zstd file", b"\x28\xb5\x2f\xfd\0\0"),
    ("a bzip2 file", b"BZh91AY&SY\0"),
    ("a tar archive", tar()),
    ("a compound file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100),
    ("the payload of an A/B update", b"CrAU" + b"\0" * 20),
    ("an Android boot image", b"ANDROID!" + b"\0" * 20),
    ("an Android sparse image", b"\x3a\xff\x26\xed" + b"\0" * 20),
    ("a UBI image", b"UBI#\1" + b"\0" * 20),
    ("a squashfs image", b"hsqs" + b"\0" * 20),
    ("a program (ELF)", b"\x7fELF\1\1\1" + b"\0" * 20),
    ("a PDF document", b"%PDF-1.4\n\x80\0"),
    ("a full flash package", entries("firmware/rawprogram0.xml", "firmware/patch0.xml")),
    ("a full flash package", entries("update/firehose/prog_firehose_sdx55.mbn")),
    ("a full flash package", entries("update/partition.mbn")),
    ("a full flash package", entries("contents.xml", "a")),
    ("a full flash package", entries("update/a", "md5.txt")),
    ("a full flash package", entries("EG95/update/a", "EG95/md5.txt")),
    ("the build's files", entries("BOOTABLE_IMAGES/boot.img", "META/misc_info.txt")),
    ("the build's files", entries("SYSTEM/a", "META/b")),
    ("an A/B update", entries("payload.bin", "payload_properties.txt")),
    ("an A/B update", fp.zip_of([fp.Entry(fp.METADATA, b"ota-type=AB\nx=y\n"), fp.Entry(fp.SCRIPT),
                                 fp.Entry("patch/a.p", b"x")])),
    ("an A/B update", fp.zip_of([fp.Entry(fp.METADATA, b"x=y\nota-type=AB")])),
    ("an archive around another one", entries("Update_a-b.zip", "readme.txt")),
    ("an archive with a backup", entries("eg95.xqcn")),
]
# The nearest files that are none of these.
RIGHT = [
    ("opaque", b"\0\1\2" + fp.noise(100)),
    ("opaque", b"\x1f\x8b\x07" + fp.noise(100)),
    ("zip", entries("a", "md5.txt")),
    ("zip", entries("update/a")),
    ("zip", entries("readme.txt")),
    ("zip", entries(fp.SCRIPT, "META-INF/com/google/android/update-binary", "system/a")),  # a whole system
    ("zip", fp.zip_of([fp.Entry(fp.METADATA, b"ota-type=BLOCK\n not-ota-type=AB\n")])),
    ("delta", entries("system.diff", "userdata.diff", "dsp2.diff")),
    ("delta", entries(fp.SCRIPT, "patch/a.p")),
    ("delta", entries(fp.SCRIPT, "firmware-update/sbl1.mbn", "system.patch.dat")),
    ("delta", fp.zip_of([fp.Entry(fp.METADATA, b"pre-build=x"), fp.Entry(fp.SCRIPT)])),
    ("delta", fp.zip_of([fp.Entry(fp.SCRIPT, b'  apply_patch("a");')])),
]


def test_kinds(work):
    path = "%s/%s-%s.zip" % (work, A16, A18)
    for text, data in WRONG:
        put(path, data)
        j = check(path, want=10)
        assert j["package"]["kind"] == "not_a_delta", (text, j)
        assert j["package"]["kind_text"].startswith(text), (text, j)
        assert j["match"]["verdict"] == "NOT-A-DELTA", j
        j = check(path, "--from", A16, "--to", A18, want=10)
    for kind, data in RIGHT:
        put(path, data)
        j = check(path, want=14)
        assert j["package"]["kind"] == kind, (kind, data[:60], j)
    # every line of the table of heads has its case
    head = os.path.join(os.path.dirname(RULES), "package_head.def")
    for what in re.findall(r'^QD_HEAD\(.*, "([^"]*)"\)$', open(head).read(), re.M):
        assert any(what.startswith(t) for t, _ in WRONG), what


def test_hints(work):
    path = "%s/%s-%s.zip" % (work, A16, A18)

    def hints(metadata=b"", script=b""):
        put(path, fp.zip_of([fp.Entry(fp.METADATA, metadata), fp.Entry(fp.SCRIPT, script)]))
        p = check(path, want=14)["package"]
        return p["hint_from"], p["hint_to"]

    assert hints(b"pre-build=%s\npost-build=%s\n" % (A16.encode(), A18.encode())) == (A16, A18)
    assert hints(b"post-build-incremental=%s" % A18.encode()) == (None, A18)
    assert hints(b"pre-build=Quectel/mdm9607/x:8.1/%s:user/release-keys\n" % A16.encode()) == (A16, None)
    assert hints(b"", b'ui_print("Source: %s");\nui_print("Target: %s");\n'
                 % (A16.encode(), A18.encode())) == (A16, A18)
    assert hints(b"", b'getprop("ro.build.version") == "%s" ||\n' % A16.encode()) == (A16, None)
    assert hints(b"x-pre-build=%s\npre-device=a\n" % A16.encode(), b"target") == (None, None)
    assert hints(b"pre-build=" + b"A" * 5000 + A16.encode()) == (None, None)


class Unit(Sim):
    def __init__(self, work, conf=BG96):
        self.at_path = work + "/at"
        if not os.path.exists(work + "/u"):
            small_unit(work + "/u", conf=conf)
        super().__init__(work + "/u", args=("--at", "unix:" + self.at_path))

    def check(self, path, *args, want=None):
        return check(path, "--at", "unix:" + self.at_path, *args, want=want)


def test_verdicts(work):
    def package(name, pre="", post=""):
        put(work + "/" + name, fp.delta(pre, post))
        return work + "/" + name

    with Unit(work) as u:
        j = u.check(package(fp.name_of(A16, A18)), want=0)
        assert (j["match"]["verdict"], j["match"]["from"], j["match"]["to"]) == ("MATCH", A16, A18), j
        assert (j["match"]["declared"], j["match"]["downgrade"]) == (False, False)
        assert j["unit"]["full"] == A16 and j["unit"]["base"] == "BG96MAR02A07M1G", j
        assert (j["unit"]["model"], j["unit"]["family"], j["unit"]["ready"]) == ("BG96", "bg96", True)
        assert j["schema"] == "qdiag.fota/1" and j["action"] == "check" and j["exit_code"] == 0
        j = u.check(package(fp.name_of(A18, A16)), want=11)
        assert j["match"]["verdict"] == "ALREADY"
        other = "BG96MAR02A07M1G_01.014.01.014"
        j = u.check(package(fp.name_of(A16, other)), want=0)
        assert j["match"]["downgrade"] is True and "OLDER" in j["match"]["why"], j
        j = u.check(package(fp.name_of(other, A18)), want=11)
        assert j["match"]["verdict"] == "MISMATCH" and j["error"]["name"] == "different", j
        j = u.check(package(fp.name_of("BG96MBR02A07M1G_01.016.01.016", "01.018.01.018")), want=5)
        assert j["match"]["verdict"] == "WRONG-PROJECT", j
        j = u.check(package(fp.name_of("BG96MAR02A07M1G", "R02A08M1G")), want=14)
        assert j["match"]["verdict"] == "WEAK", j
        j = u.check(package("update.zip"), want=14)
        assert j["match"]["verdict"] == "UNKNOWN", j
        j = u.check(work + "/update.zip", "--from", A16, "--to", A18, want=0)
        assert j["match"]["declared"] is True, j
        u.check(work + "/update.zip", "--from", other, "--to", A18, want=11)
        j = u.check(package("update.zip", pre=other), "--from", A16, "--to", A18, want=11)
        assert "inside" in j["match"]["why"], j
        put(work + "/" + fp.name_of(A16, A18), b"<html>")
        j = u.check(work + "/" + fp.name_of(A16, A18), want=10)
        assert j["match"]["verdict"] == "NOT-A-DELTA", j
        assert not [x for x in open(u.log) if x.startswith("W ")]


def test_digest(work):
    name = work + "/" + fp.name_of(A16, A18)
    put(name, fp.delta())
    good = hashlib.sha256(read(name)).hexdigest()
    with Unit(work) as u:
        u.check(name, "--sha256", good.upper(), want=0)
        j = u.check(name, "--sha256", good[:-1] + ("0" if good[-1] != "0" else "1"), want=10)
        assert good in j["error"]["why"] and j["unit"] is None and j["match"] is None, j
        u.check(name, "--sha256", good[:-1], want=2)


def test_text(work):
    name = work + "/" + fp.name_of(A16, A18)
    put(name, fp.delta())
    p = qdiag("fota", "check", "--package", name, "--progress=none")
    assert p.returncode == 14 and "nothing was compared" in p.stdout + p.stderr, p
    p = qdiag("fota", "check", "--package", name, "--progress=none", "-d", "auto")  # a unit was asked for
    assert p.returncode != 14 and "no unit was named" not in p.stdout + p.stderr, p
    with Unit(work) as u:
        at = "unix:" + u.at_path
        p = qdiag("fota", "check", "--package", name, "--at", at, "--progress=none", check=0)
        assert "MATCH: its name starts from this version, and so does the unit\n" in p.stdout, p
        assert p.stdout.splitlines()[-1].startswith("MATCH: "), p
        p = qdiag("fota", "check", "--package", name, "--at", at, "-q", check=0)
        assert p.stdout.count("\n") == 1 and p.stderr == "", p
        os.rename(name, work + "/" + fp.name_of(A16, "01.014.01.014"))
        p = qdiag("fota", "check", "--package", work + "/" + fp.name_of(A16, "01.014.01.014"), "--at",
                  at, "-q", check=0)
        assert "DOWNGRADE" in p.stdout, p


def test_usage_and_files(work):
    put(work + "/x.zip", fp.delta())
    x = work + "/x.zip"
    assert qdiag("fota").returncode == 2
    assert qdiag("fota", "look").returncode == 2
    assert qdiag("fota", "check").returncode == 2
    assert qdiag("fota", "check", x).returncode == 2
    assert qdiag("fota", "check", "--package", x, "--from", A16).returncode == 2
    check(x, "--from", A16, "--to", "new", want=2)
    check(work + "/none", want=12)
    check(work, want=12)
    with open(work + "/big", "wb") as f:
        f.truncate((1 << 30) + 1)
    check(work + "/big", want=12)
    check(x, "--at", "unix:" + work + "/nobody", want=6)
    put(x, b"<html>")  # no package for any unit: none is asked
    check(x, "--at", "unix:" + work + "/nobody", want=10)


if __name__ == "__main__":
    sys.exit(main([v for k, v in list(globals().items()) if k.startswith("test_")]))
