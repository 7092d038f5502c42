#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# One tree, many containers: backups from one read, conversions there and back, the folder as a unit of
# the simulator, hostile and damaged files, and what is said when something does not fit.
import gzip
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tarfile

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
from rig import (IMEI_A, QDIAG, Sim, Work, backup, main, manifest, pattern, put, qdiag, read, renamed,
                 small_unit)

ALL = ("--nv-range", "0-5000")
ATTR = ["0160644 0 item /nv/item_files/modem/mmode/lte_bandpref",
        "0100600 1609459200 file /nv/item_files/rfnv/00020000",
        "0120777 0 link /lnk -> /nv/item_files", "040755 0 dir /leer"]
FORMS = ("xqcn", "qcn", "tar", "dir", "xqcn.gz", "tar.gz")


def unit(work, **kw):
    return small_unit(work + "/u", conf=("family = other", "esn = 00000000"), attr=ATTR,
                      nv={(0, "4678"): b"\2\0\0\0\0\1"}, **kw)


def convert(src, dst, *args, check=0, **kw):
    return qdiag("convert", src, dst, *args, check=check, **kw)


def convert_json(src, dst, *args, check=0):
    return json.loads(convert(src, dst, "--json", *args, check=check).stdout)


def tree(folder):
    """Every file below a folder and its bytes."""
    out = {}
    for at, _, names in os.walk(folder):
        for n in names:
            path = os.path.join(at, n)
            out[os.path.relpath(path, folder)] = None if os.path.islink(path) else read(path)
    return out


def nothing_new(work, before):
    assert sorted(os.listdir(work)) == sorted(before), (os.listdir(work), before)


def make_xqcn(work):
    """A backup with a manifest, made once."""
    out = work + "/a.xqcn"
    with Sim(unit(work)) as sim:
        backup(sim, out, *ALL, check=0)
    return out


def test_four_forms_from_one_read(work):
    with Sim(unit(work)) as sim:
        p = qdiag("backup", "--progress=none", "--json", "--xqcn", work + "/a.xqcn.gz", "--qcn",
                  work + "/a.qcn", "--tar", work + "/a.tar", "--dir", work + "/d", "-d", sim.address,
                  *ALL, check=0)
        a = json.loads(p.stdout)
        one = qdiag("backup", "--progress=none", "--json", "--xqcn", work + "/one.xqcn", "-d",
                    sim.address, *ALL, check=0)
        assert json.loads(one.stdout)["requests"] == a["requests"], "the unit was read more than once"
    assert [f["container"] for f in a["files"]] == ["xqcn.gz", "qcn", "tar", "dir"]
    assert a["file"] == work + "/a.xqcn.gz" and a["sha256"] == a["files"][0]["sha256"]
    want = renamed(read(work + "/one.xqcn"), "one.xqcn", "x.xqcn")
    assert gzip.decompress(read(work + "/a.xqcn.gz")) == renamed(want, "x.xqcn", "a.xqcn")
    for f in a["files"]:
        assert f["manifest"] == f["file"] + ".manifest.json"
        m = manifest(f["file"])
        assert m["file"]["container"] == f["container"] and m["file"]["sha256"] == f["sha256"]
        assert m["unit"]["imei"][0]["last4"] == "0015"
        held = f["container"] in ("tar", "dir")
        assert len(m["completeness"]["not_held"]) == (0 if held else 2), f
        c = json.loads(qdiag("check", "--json", f["file"], check=0).stdout)
        assert c["manifest"] == "matches" and c["container"] == f["container"]
        assert c["nv_items"] == a["nv_items"] and c["sha256"] == f["sha256"]
        back = work + "/x.xqcn"
        if f["container"] != "xqcn.gz":
            convert(f["file"], back)
            assert read(back) == want, f["container"]
    for at, dirs, names in os.walk(work + "/d"):
        assert os.stat(at).st_mode & 0o777 == 0o700
        for n in names:
            assert os.stat(os.path.join(at, n)).st_mode & 0o777 == 0o600


def test_backup_places(work):
    """Names that cannot be are found before the unit is read."""
    put(work + "/full/x", b"")
    put(work + "/file", b"")
    with Sim(unit(work)) as sim:
        for args, code in ((("--dir", work + "/full"), 12), (("--dir", work + "/file"), 12),
                           (("--tar", work + "/none/x.tar"), 12), (("--qcn", work + "/x.qcn.gz"), 2),
                           (("--xqcn", work + "/x", "--tar", work + "/x"), 2), (("--qcn", ""), 2), ((), 2)):
            qdiag("backup", "-d", sim.address, *args, check=code)
        sim.stop()
        assert sum(1 for x in read(sim.log).splitlines() if x.startswith(b">")) < 5 * 7
    nothing_new(work, ["file", "full", "u"])


def test_incomplete_in_every_form(work):
    with Sim(unit(work), "readerr=00020000:2:5") as sim:
        args = ("backup", "--progress=none", "--json", "--qcn", work + "/a.qcn", "--dir", work + "/d/",
                "-d", sim.address, *ALL)
        a = json.loads(qdiag(*args, check=3).stdout)
        assert [os.path.basename(f["file"]) for f in a["files"]] == ["a.qcn.partial", "d.partial"]
        assert a["complete"] is False
        nothing_new(work, ["a.qcn.partial", "a.qcn.partial.manifest.json", "d.partial",
                           "d.partial.manifest.json", "u"])
        qdiag("check", work + "/d.partial", check=3)
        out = json.loads(convert(work + "/d.partial", work + "/b.xqcn", "--json").stdout)
        assert out["complete"] is False
        qdiag("check", work + "/b.xqcn", check=3)


def test_round_trips_with_manifest(work):
    """Every form to every form: the same XQCN, the same evidence, nothing lost on the way."""
    a = make_xqcn(work)
    old = manifest(a)
    for form in FORMS:
        one = work + "/one." + form
        r = convert_json(a, one, "--to", form)
        assert r["to"] == form and r["left_out"] == [] and r["source_manifest"] is True
        m = manifest(one)
        assert m["converted_from"]["sha256"] == old["file"]["sha256"]
        assert m["converted_from"]["name"] == "a.xqcn" and m["converted_from"]["container"] == "xqcn"
        for key in ("unit", "model", "firmware", "created"):
            assert m[key] == old[key], key
        assert m["files"] == old["files"]
        assert {s["path"]: s for s in m["streams"]} == {s["path"]: s for s in old["streams"]}
        for other in FORMS:
            two = work + "/two." + other
            r = convert_json(one, two, "--to", other)
            assert r["left_out"] == [], (form, other, r["left_out"])
            back = work + "/a2.xqcn"
            convert(two, back)
            assert read(back) == read(a), (form, other)
            end = manifest(back)
            for key in ("unit", "model", "firmware", "created", "files", "completeness", "counts", "efs"):
                assert end[key] == old[key], (form, other, key)
            qdiag("check", back, check=0)
            shutil.rmtree(two, ignore_errors=True) if other == "dir" else os.unlink(two)


def test_folder_is_a_unit(work):
    """A folder made by convert is a unit of the simulator that gives the same backup."""
    a = make_xqcn(work)
    convert(a, work + "/d/")
    assert read(work + "/d/nv/0/550") == IMEI_A + bytes(119)
    assert "0120777 0 link /lnk -> /nv/item_files\n" in read(work + "/d/efs.attr").decode()
    assert not os.path.lexists(work + "/d/efs/lnk"), "a host link was made"
    for src, name in ((work + "/d", "b"), (None, "c")):
        if src is None:
            convert(a, work + "/t.tar")
            src = work + "/t"
            os.mkdir(src)
            p = subprocess.run(["tar", "-xf", work + "/t.tar", "-C", src], capture_output=True, text=True)
            assert p.returncode == 0 and p.stderr == "", p.stderr
        with Sim(src) as sim:
            backup(sim, work + "/%s.xqcn" % name, *ALL, check=0)
        assert renamed(read(work + "/%s.xqcn" % name), name + ".xqcn", "a.xqcn") == read(a)
        m, old = manifest(work + "/%s.xqcn" % name), manifest(a)
        for key in ("files", "completeness", "efs", "model", "counts"):
            assert m[key] == old[key], key
    back = work + "/e/a.xqcn"  # the simulator has written nothing that changes the backup
    os.mkdir(work + "/e")
    convert(work + "/d", back)
    assert read(back) == read(a)


def test_plain_unit_folder(work):
    """A hand-made unit gives what a backup of it gives; what no QCN holds is listed, exit 3."""
    a = make_xqcn(work)
    u = work + "/u"
    put(u + "/ufs/counter", b"1")
    put(u + "/.git/HEAD", b"x")
    shutil.copytree(u, work + "/v", symlinks=True)
    r = convert_json(u, work + "/b.xqcn", check=3)
    for word in ("firmware_full", "usb", "serial", "ufs/counter"):
        assert sum(word in x for x in r["left_out"]) == 1, (word, r["left_out"])
    assert len(r["left_out"]) == 4 and r["complete"] is None and r["source_manifest"] is False
    assert not any(".git" in x for x in r["left_out"])
    assert renamed(read(work + "/b.xqcn"), "b.xqcn", "a.xqcn") == read(a)
    m, old = manifest(work + "/b.xqcn"), manifest(a)
    assert m["completeness"]["complete"] is None and m["files"] == old["files"]
    assert [(x["path"], x["reason"]) for x in m["completeness"]["not_held"]] == \
        [(x["path"], x["reason"]) for x in old["completeness"]["not_held"]]
    assert m["unit"]["imei"][0]["last4"] == "0015" and m["unit"]["address"] is None
    c = json.loads(qdiag("check", "--json", work + "/b.xqcn", check=0).stdout)
    assert c["complete"] is None and c["manifest"] == "matches"
    for form in ("t.tar", "t.tar.gz"):  # folder forms hold all of it
        r = convert_json(u, work + "/" + form)
        assert r["left_out"] == [] and r["not_held"] == 0
        convert(work + "/" + form, work + "/w/")
        want = tree(u)
        want = {k: v for k, v in want.items() if not k.startswith(".git")}
        got = tree(work + "/w")
        assert set(got) == set(want)
        for k in want:
            if k != "efs.attr":
                assert got[k] == want[k], k
        assert sorted(got["efs.attr"].splitlines()) == sorted(x.encode() for x in ATTR)
        with Sim(work + "/w") as sim:
            backup(sim, work + "/w.xqcn", *ALL, check=0)
        assert renamed(read(work + "/w.xqcn"), "w.xqcn", "a.xqcn") == read(a)
        shutil.rmtree(work + "/w")


def test_deterministic(work):
    a = make_xqcn(work)
    env = {"SOURCE_DATE_EPOCH": "1700000000"}
    for form in FORMS:
        x, y = work + "/x/f." + form, work + "/y/f." + form
        for out in (x, y):
            os.makedirs(os.path.dirname(out), exist_ok=True)
            convert(a, out, "--to", form, env=env)
        if form == "dir":
            assert tree(x) == tree(y)
        else:
            assert read(x) == read(y), form
        assert read(x + ".manifest.json") == read(y + ".manifest.json")
    assert manifest(work + "/x/f.qcn")["converted_from"]["converted"] == "2023-11-14T22:13:20Z"
    shutil.copy(a, work + "/bare.xqcn")  # without a manifest the unit's evidence is hashed anew
    for out in ("/x/g.qcn", "/y/g.qcn"):
        convert(work + "/bare.xqcn", work + out, env=env)
    assert read(work + "/x/g.qcn.manifest.json") == read(work + "/y/g.qcn.manifest.json")
    for bad in ("x", "-1", "99999999999999999999"):
        convert(a, work + "/z.qcn", check=2, env={"SOURCE_DATE_EPOCH": bad})


def test_tar_in_other_hands(work):
    """GNU tar lists and extracts without a word; Python reads the kinds; repacked it is the same."""
    a = make_xqcn(work)
    t = work + "/a.tar"
    convert(a, t)
    p = subprocess.run(["tar", "--xattrs", "-tvvf", t], capture_output=True, text=True)
    assert p.returncode == 0 and p.stderr == "", p.stderr
    assert "user.qdiag.kind" in p.stdout and "lnk -> /nv/item_files" in p.stdout
    with tarfile.open(t) as f:
        m = {x.name: x for x in f.getmembers()}
        assert list(m) == sorted(m)
        item = m["efs/nv/item_files/modem/mmode/lte_bandpref"]
        assert item.pax_headers["SCHILY.xattr.user.qdiag.kind"] == "item"
        assert item.pax_headers["SCHILY.xattr.user.qdiag.mode"] == "0160644"
        assert m["efs/nv/item_files/rfnv/00020000"].mtime == 1609459200
        assert m["efs/nv/item_files/rfnv/00020000"].mode == 0o600
        assert m["efs/lnk"].linkname == "/nv/item_files" and m["efs/leer"].isdir()
        assert all(x.uid == 0 and x.gid == 0 for x in m.values())
        assert m["unit.conf"].mode == 0o600 and not m["unit.conf"].pax_headers
    os.mkdir(work + "/d")
    subprocess.run(["tar", "-xf", t, "-C", work + "/d"], check=True)
    for args in (("--format=gnu",), ("--format=pax",), ("--format=ustar",)):
        r = work + "/r.tar"
        subprocess.run(["tar", *args, "-cf", r, "-C", work + "/d", "."], check=True)
        os.makedirs(work + "/o", exist_ok=True)
        convert(r, work + "/o/a.xqcn")
        assert read(work + "/o/a.xqcn") == read(a), args
        assert manifest(work + "/o/a.xqcn")["files"] == manifest(a)["files"]


def one_tar(*members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as f:
        for name, kw in members:
            x = tarfile.TarInfo(name)
            data = kw.pop("data", b"")
            for k, v in kw.items():
                setattr(x, k, v)
            x.size = len(data)
            f.addfile(x, io.BytesIO(data))
    return out.getvalue()


def test_hostile_tars(work):
    conf = ("unit.conf", {"data": b""})
    cases = {
        "up": (("../x", {}), "'..'"), "abs": (("/etc/x", {}), "absolute"),
        "link": (("efs/l", {"type": tarfile.LNKTYPE, "linkname": "unit.conf"}), "hard link"),
        "dev": (("efs/d", {"type": tarfile.CHRTYPE}), "neither a file"),
        "fifo": (("efs/d", {"type": tarfile.FIFOTYPE}), "neither a file"),
        "out": (("x", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}), "outside of efs/"),
        "twice": (("unit.conf", {}), "twice"), "below": (("unit.conf/x", {}), "no folder"),
        "pax": (("x", {"pax_headers": {"path": "../../x"}}), "'..'"),
    }
    before = os.listdir(work)
    for name, (member, word) in cases.items():
        data = one_tar(conf, member)
        for packed in (data, gzip.compress(data)):
            put(work + "/t/" + name + ".tar", packed)
            for args in (("check", work + "/t/" + name + ".tar"),
                         ("convert", work + "/t/" + name + ".tar", work + "/t/out/")):
                p = qdiag(*args, check=10)
                assert word in p.stderr and name + ".tar" in p.stderr, (name, p.stderr)
    nothing_new(work, before + ["t"])
    assert sorted(os.listdir(work + "/t")) == sorted(n + ".tar" for n in cases)
    link = one_tar(conf, ("efs/a", {"type": tarfile.SYMTYPE, "linkname": "/etc"}), ("efs/a/passwd", {"data": b"x"}))
    put(work + "/t/through.tar", link)
    p = qdiag("convert", work + "/t/through.tar", work + "/t/out/", check=10)
    assert "no folder" in p.stderr
    put(work + "/t/none.tar", one_tar(("hello", {"data": b"x"})))
    p = qdiag("check", work + "/t/none.tar", check=10)
    assert "unit.conf" in p.stderr


def test_hostile_folders(work):
    put(work + "/f/unit.conf", b"")
    p = qdiag("check", work + "/f")
    assert p.returncode == 0, p.stderr
    os.symlink("/etc/passwd", work + "/f/link")
    p = qdiag("check", work + "/f", check=10)
    assert "link" in p.stderr and "outside of efs/" in p.stderr
    os.unlink(work + "/f/link")
    os.mkfifo(work + "/f/fifo")
    qdiag("check", work + "/f", check=10)
    os.unlink(work + "/f/fifo")
    put(work + "/f/efs/x", b"")
    os.symlink("/etc", work + "/f/efs/etc")  # a link of the unit; what it points at is not read
    r = convert_json(work + "/f", work + "/o.xqcn")
    m = manifest(work + "/o.xqcn")
    assert [(x["path"], x["reason"]) for x in m["completeness"]["not_held"]] == [("/etc", "link to /etc")]
    assert r["efs_files"] == 1
    convert(work + "/f", work + "/g/")
    assert not os.path.lexists(work + "/g/efs/etc")
    assert read(work + "/g/efs.attr") == b"0120777 0 link /etc -> /etc\n"


def test_damaged_gz(work):
    a = make_xqcn(work)
    convert(a, work + "/a.xqcn.gz")
    good = read(work + "/a.xqcn.gz")
    os.unlink(work + "/a.xqcn.gz.manifest.json")
    assert gzip.decompress(good) == read(a)
    cases = {"short": good[:-9], "half": good[:len(good) // 2], "crc": good[:-8] + b"\0\0\0\0" + good[-4:],
             "tail": good + b"x", "zero": good + bytes(512), "twice": good + good, "head": good[:5],
             "flip": good[:200] + bytes([good[200] ^ 255]) + good[201:],
             "bomb": gzip.compress(b"<?xml version='1.0'?>\n<Storage Name='x'>" + b" " * (80 << 20))}
    for name, data in cases.items():
        put(work + "/x.xqcn.gz", data)
        p = qdiag("check", work + "/x.xqcn.gz", check=10)
        assert "gzip" in p.stderr and "x.xqcn.gz offset" in p.stderr, (name, p.stderr)
    for data, word in ((b"PK\3\4" + bytes(600), "zip"), (bytes(600), "zero"), (b"", "empty"),
                       (gzip.compress(b"x"), "gzip"), (b"[NV items]\n", "text dump")):
        put(work + "/x.xqcn.gz", gzip.compress(data))
        p = qdiag("check", work + "/x.xqcn.gz", check=10)
        assert word in p.stderr and "what this gzip file holds" in p.stderr, p.stderr
    put(work + "/b", gzip.compress(read(a), mtime=5))  # another packer's file, another name
    qdiag("check", work + "/b", check=0)


def test_kinds_and_usage(work):
    a = make_xqcn(work)
    before = sorted(os.listdir(work))
    for args in ((a,), (a, work + "/b"), (a, work + "/b.txt"), (a, work + "/b.qcn.gz"),
                 (a, work + "/b", "--to", "zip"), (a, work + "/b", "--to", ""), (a, work + "/b.qcn", "x")):
        qdiag("convert", *args, check=2)
    convert(work + "/none", work + "/b.qcn", check=12)
    convert(a, work + "/none/b.qcn", check=12)
    convert(work, work + "/b.qcn", check=12)
    convert(a, work + "/u", check=12)      # a folder that is not empty
    convert(a, work + "/u/unit.conf/", check=12)
    assert sorted(os.listdir(work)) == before
    os.mkdir(work + "/empty")
    convert(a, work + "/empty")
    assert os.path.exists(work + "/empty/unit.conf")
    for name, form in (("B.XQCN", "xqcn"), ("b.qcn", "qcn"), ("b.xqcn.gz", "xqcn.gz"), ("b.tar.gz", "tar.gz")):
        assert convert_json(a, work + "/" + name)["to"] == form
    assert convert_json(a, work + "/b.qcn", "--to", "tar")["to"] == "tar"
    qdiag("check", work + "/b.qcn", check=0)  # by its content
    p = convert(a, work + "/c.qcn")
    assert p.stderr == "" and p.stdout.startswith("converted: %s/c.qcn  xqcn to qcn, " % work)
    assert "001001000000015" not in p.stdout
    assert convert(a, work + "/c.qcn", "-q").stdout == ""


def test_onto_itself(work):
    """The same name in and out: read whole before it is replaced."""
    a = make_xqcn(work)
    data = read(a)
    convert(a, a)
    assert read(a) == data and manifest(a)["converted_from"]["name"] == "a.xqcn"
    qdiag("check", a, check=0)


def test_manifest_of_other_bytes(work):
    a = make_xqcn(work)
    data = read(a)
    put(work + "/c.xqcn", data.replace(b"88 00 01 00", b"88 00 01 00", 1))
    put(work + "/c.xqcn.manifest.json", read(a + ".manifest.json").replace(
        manifest(a)["file"]["sha256"].encode(), b"0" * 64))
    r = convert_json(work + "/c.xqcn", work + "/d.qcn")
    assert r["source_manifest"] is False and any("other bytes" in n for n in r["notes"])
    put(work + "/c.xqcn.manifest.json", b"{")
    r = convert_json(work + "/c.xqcn", work + "/d.qcn")
    assert r["source_manifest"] is False and any("damaged" in n for n in r["notes"])
    qdiag("check", work + "/c.xqcn", check=10)


def test_changed_folder_is_found(work):
    """One byte, one file more, one less, one mode: check of a folder names it."""
    a = make_xqcn(work)
    convert(a, work + "/d/")
    d = work + "/d"

    def changed(path, data):
        old = read(path) if os.path.exists(path) else None
        os.unlink(path) if data is None else put(path, data)
        p = qdiag("check", d)
        os.unlink(path) if old is None else put(path, old)
        assert qdiag("check", d).returncode == 0
        return p

    rf = d + "/efs/nv/item_files/rfnv/00020001"
    p = changed(rf, pattern(2, 1023) + b"\0")
    assert p.returncode == 10 and "EFS_Data/00000002" in p.stderr, p.stderr
    p = changed(rf, None)
    assert p.returncode == 10 and "qcn/order line" in p.stderr and "00020001" in p.stderr, p.stderr
    p = changed(d + "/nv/0/571", None)
    assert p.returncode == 10 and "there is no nv/0/571" in p.stderr, p.stderr
    assert changed(d + "/efs/nv/new", b"x").returncode == 10
    p = changed(d + "/efs.attr", read(d + "/efs.attr").replace(b"0160644", b"0160600"))
    assert p.returncode == 10 and "differs from its manifest" in p.stderr
    assert changed(d + "/notes", b"x").returncode == 10
    assert changed(d + "/.notes", b"x").returncode == 0  # not part of the form


def test_full_disk(work):
    a = make_xqcn(work)
    put(work + "/old.tar", b"old")
    before = sorted(os.listdir(work))

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    for out in ("b.qcn", "b.xqcn.gz", "old.tar", "d/"):
        p = subprocess.run([QDIAG, "convert", a, work + "/" + out], preexec_fn=limit,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert p.returncode == 12, (out, p.returncode, p.stderr)
        assert sorted(os.listdir(work)) == before, out
    assert read(work + "/old.tar") == b"old"


def test_kill_while_saving(work):
    """SIGKILL at any time leaves the old file or the new one, and a folder whole or not there."""
    a = make_xqcn(work)
    convert(a, work + "/b.tar")
    for i in range(24):
        for out in ("b.tar", "d/"):
            p = subprocess.Popen([QDIAG, "convert", a, work + "/" + out], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
            try:
                p.wait(0.004 * i)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        qdiag("check", work + "/b.tar", check=0)
        if os.path.exists(work + "/d"):
            assert os.path.exists(work + "/d/unit.conf")
            shutil.rmtree(work + "/d")
        for name in os.listdir(work):
            if name.startswith(".qdiag-"):
                path = work + "/" + name
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        if os.path.exists(work + "/d.manifest.json"):
            os.unlink(work + "/d.manifest.json")


def no_tar():
    with Work() as work:
        put(work + "/u/unit.conf", b"")
        return qdiag("convert", work + "/u", work + "/x.tar").returncode == 13


if __name__ == "__main__":
    if no_tar():
        print("this build has no tar: nothing to test")
        sys.exit(77)
    sys.exit(main([test_four_forms_from_one_read, test_backup_places, test_incomplete_in_every_form,
                   test_round_trips_with_manifest, test_folder_is_a_unit, test_plain_unit_folder,
                   test_deterministic, test_tar_in_other_hands, test_hostile_tars, test_hostile_folders,
                   test_damaged_gz, test_kinds_and_usage, test_onto_itself, test_manifest_of_other_bytes,
                   test_changed_folder_is_found, test_full_disk, test_kill_while_saving]))
