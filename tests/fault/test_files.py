#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# Local files: a full disk, a closed pipe, a kill while saving, odd names, and `qdiag check` against
# every cut and every changed byte. The old file is intact or the new one is whole; never half.
import os
import re
import resource
import signal
import subprocess
import sys
import time
import xml.dom.minidom

from rig import (QDIAG, SMALL, Sim, backup, main, manifest, put, qdiag, quiet_backup, read,
                 small_unit)


def cmd(sim, out, *args):
    return [QDIAG, "backup", "--progress=none", "--xqcn", out, "-d", sim.address, *SMALL, *args]


def test_full_disk(work):
    unit = small_unit(work + "/u")
    out = work + "/out.xqcn"
    with Sim(unit) as sim:
        backup(sim, out, check=0)
        old = read(out), read(out + ".manifest.json")

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

        p = subprocess.run(cmd(sim, out), preexec_fn=limit, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    assert p.returncode == 12 and "not touched" in p.stderr, (p.returncode, p.stderr)
    assert (read(out), read(out + ".manifest.json")) == old
    assert sorted(os.listdir(work)) == ["out.xqcn", "out.xqcn.manifest.json", "u"]


def test_no_such_folder(work):
    with Sim(small_unit(work + "/u")) as sim:
        p = backup(sim, work + "/none/out.xqcn", check=12)
        assert "none/out.xqcn" in p.stderr
        sim.stop()
        assert sum(1 for x in read(sim.log).splitlines() if x.startswith(b">")) < 5, \
            "the unit was read for minutes before the folder was looked at"


def test_names_found_before_reading(work):
    """A place where file or manifest cannot get their names is found before the unit is read."""
    unit = small_unit(work + "/u")
    os.mkdir(work + "/a.xqcn.manifest.json")
    os.mkdir(work + "/folder")
    put(work + "/" + "o" * 250, b"old")
    for name, why in (("a.xqcn", "not a regular file"), ("o" * 250, "the name is too long"),
                      ("n" * 256, "the name is too long"), ("folder", "not a regular file"),
                      ("folder/", "not a regular file"), ("none/", "the name of a folder"),
                      ("none/x", "cannot create")):
        before = sorted(os.listdir(work))
        with Sim(unit) as sim:
            p = backup(sim, work + "/" + name, check=12)
            asked = [x for x in read(sim.log).decode().splitlines() if x.startswith("> ")]
        assert why in p.stderr and "not touched" in p.stderr, (name, p.stderr)
        assert len(asked) == 1, (name, len(asked))
        assert sorted(os.listdir(work)) == before, name
    assert read(work + "/" + "o" * 250) == b"old"


def test_closed_pipe(work):
    out = work + "/out.xqcn"
    with Sim(small_unit(work + "/u")) as sim:
        r, w = os.pipe()
        os.close(r)
        p = subprocess.run(cmd(sim, out), stdout=w, stderr=subprocess.PIPE, text=True)
        os.close(w)
    assert p.returncode == 12 and "standard output" in p.stderr, (p.returncode, p.stderr)
    qdiag("check", out, check=0)


def test_kill_at_random_times(work):
    """SIGKILL anywhere: a whole file, old or new, that passes its check."""
    unit = small_unit(work + "/u")
    out = work + "/out.xqcn"
    small = ("--nv-range", "540-560")
    with Sim(unit) as sim:
        backup(sim, out, *small, check=0)
        start = time.time()
        backup(sim, out, *small, check=0)
        whole = time.time() - start
        for i in range(40):
            p = subprocess.Popen([QDIAG, "backup", "--progress=none", "--xqcn", out, "-d",
                                  sim.address, *small], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
            time.sleep(whole * (0.5 + i / 60))
            p.kill()
            p.wait()
            qdiag("check", out, check=0)


def test_stop_signals(work):
    """SIGINT and SIGTERM end the run between two items; no file is made or changed."""
    unit = small_unit(work + "/u")
    out = work + "/out.xqcn"
    for sig, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        with Sim(unit, args=("--latency", "service=2ms")) as sim:
            p = subprocess.Popen(cmd(sim, out), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True)
            end = time.monotonic() + 60
            while read(sim.log).count(b"\n") < 100 and time.monotonic() < end:
                time.sleep(0.01)  # it is at work
            p.send_signal(sig)
            so, se = p.communicate(timeout=20)
        assert p.returncode == code, (p.returncode, se)
        assert "not touched" in se and "run the same command again" in se, se
        assert os.listdir(work) == ["u"]


def test_odd_names(work):
    unit = small_unit(work + "/u")
    for name in ("bob's & <x>.xqcn", "größe ⌘.xqcn", "a" * 200 + ".xqcn", "-.xqcn", "x y"):
        out = work + "/" + name
        with Sim(unit) as sim:
            backup(sim, out, check=0)
        root = xml.dom.minidom.parse(out).documentElement
        assert root.getAttribute("Name") == name, root.getAttribute("Name")
        assert manifest(out)["file"]["name"] == name
        assert os.stat(out).st_mode & 0o777 == 0o600
        assert os.stat(out + ".manifest.json").st_mode & 0o777 == 0o600
        qdiag("check", out, check=0)


def test_second_backup_replaces(work):
    unit = small_unit(work + "/u")
    out = work + "/out.xqcn"
    with Sim(unit) as sim:
        backup(sim, out, check=0)
        first = os.stat(out).st_ino
        backup(sim, out, check=0)
    assert os.stat(out).st_ino != first
    qdiag("check", out, check=0)


def tiny_backup(work):
    """A small file, so that each of its bytes can be changed in turn."""
    unit = small_unit(work + "/u", files={"/nv/item_files/rfnv/00020000": b"\x01\x02",
                                          "/nv/item_files/rfnv/00020001": None,
                                          "/nv/item_files/modem/mmode/lte_bandpref": None,
                                          "/nv/item_files/mcs/tcxomgr/field_cal_params": None,
                                          "/cert/c": b"x"})
    out = work + "/out.xqcn"
    with Sim(unit) as sim:
        backup(sim, out, "--nv-range", "550-551", check=0)
    return out


def check_bytes(work, data, with_manifest):
    path = work + "/probe/out.xqcn"
    os.makedirs(work + "/probe", exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    if with_manifest:
        with open(path + ".manifest.json", "wb") as f:
            f.write(with_manifest)
    elif os.path.exists(path + ".manifest.json"):
        os.unlink(path + ".manifest.json")
    return qdiag("check", path)


def test_every_changed_byte_is_found(work):
    out = tiny_backup(work)
    data, side = read(out), read(out + ".manifest.json")
    assert check_bytes(work, data, side).returncode == 0
    step = max(1, len(data) // 160)
    for at in list(range(0, len(data), step)) + [len(data) - 1]:
        bad = bytearray(data)
        bad[at] ^= 1
        p = check_bytes(work, bytes(bad), side)
        assert p.returncode == 10, "byte %d: exit %d" % (at, p.returncode)
        assert "out.xqcn" in p.stderr, p.stderr
    for extra in (data + b"\n", data[:-1], data.replace(b"\r\n", b"\n")):
        assert check_bytes(work, extra, side).returncode == 10


def test_damage_without_manifest(work):
    """Cuts, edited hex and broken structure are refused with their place."""
    out = tiny_backup(work)
    data = read(out)
    assert check_bytes(work, data, None).returncode == 0
    step = max(1, len(data) // 120)
    for at in list(range(0, len(data), step)) + [len(data) - 1]:
        p = check_bytes(work, data[:at], None)
        assert p.returncode == 10, "cut at %d: exit %d" % (at, p.returncode)
    edits = [(rb"88 00 01 00", b"8Z 00 01 00"), (rb"88 00 01 00", b"880 0 01 00"),
             (rb"88 00 01 00", b"89 00 01 00"), (rb"88 00 01 00", b"88 00 02 00"),
             (rb"Length='(\d+)' Name='NV_ITEM_ARRAY'", b"Length='135' Name='NV_ITEM_ARRAY'"),
             (rb"Name='NV_ITEM_ARRAY' ", b"Name='NV_ITEM_ARRAY'  Nam='x' "),
             (rb"Name='File_Version'", b"Name='FileVersion'"),
             (rb"Value='02 00 00 00 00 00 '", b"Value='01 00 00 00 00 00 '"),
             (rb"<Storage Name='EFS_Dir'>", b"<Storage Name='EFS_Dix'>"),
             (rb"Name='default'", b"Name='def\x81\x8dult'"),
             (rb"</Storage>", b"</Storag>"), (rb"<Storage", b"<!DOCTYPE x []><Storage")]
    for old, new in edits:
        bad, n = re.subn(old, new, data, count=1)
        assert n == 1, old
        p = check_bytes(work, bad, None)
        assert p.returncode == 10, (old, new, p.returncode, p.stdout)
        lines = p.stderr.splitlines()
        assert lines[0].startswith("qdiag: "), "somebody else wrote to stderr: " + p.stderr
        assert lines[1].strip().startswith("at") and "out.xqcn" in lines[1], p.stderr


def test_other_files_are_named(work):
    for name, data, word in (("z", bytes(983040), "zero"), ("e", b"", "empty"),
                             ("g", b"\x1f\x8b\x08\0" + bytes(600), "gzip"),
                             ("p", b"PK\x03\x04" + bytes(600), "zip"),
                             ("q", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000), "qcn"),
                             ("t", b"[NV items]\r\n", "text")):
        path = work + "/" + name
        with open(path, "wb") as f:
            f.write(data)
        p = qdiag("check", path, check=10)
        assert word in p.stderr.lower(), (name, p.stderr)
    qdiag("check", work + "/none", check=12)
    qdiag("check", work, check=12)


if __name__ == "__main__":
    sys.exit(main([test_full_disk, test_no_such_folder, test_names_found_before_reading,
                   test_closed_pipe,
                   test_kill_at_random_times, test_stop_signals, test_odd_names,
                   test_second_backup_replaces, test_every_changed_byte_is_found,
                   test_damage_without_manifest, test_other_files_are_named]))
