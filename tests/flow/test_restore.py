#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# qdiag plan, restore, verify, nv write and efs put from outside: nothing is written before plan, confirmation,
# safety backup and journal; what the unit was written is what the journal announced; a stop anywhere can
# go on or be taken back; another unit's backup is refused with no write at all.
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
from rig import QDIAG, Sim, main, pattern, put, qdiag, read, small_unit

RFNV = "/nv/item_files/rfnv/0002000%d"
XO = "/nv/item_files/mcs/tcxomgr/field_cal_params"
DIGITS = "000015"
IMEI_B = bytes.fromhex("080a10000100000032")
FAST = "reset_ms = 100"


def unit_of(work, name="u", **kw):
    nv = {(0, "946"): b"\x40\x02", **kw.pop("nv", {})}
    return small_unit("%s/%s" % (work, name), conf=(FAST,), nv=nv, **kw)


def writes(sim):
    """Keys of what changed the unit, in order; modes and syncs left out."""
    with open(sim.log, errors="replace") as f:
        rows = [x.split() for x in f if x.startswith("W ")]
    return [x[4] for x in rows if x[4] != "-"]


def tree(folder):
    """The unit folder's items and files; an item's padding does not count."""
    seen = {}
    for top in ("nv", "efs"):
        for d, _, names in os.walk(os.path.join(folder, top)):
            for n in names:
                p = os.path.join(d, n)
                seen[p[len(folder):]] = read(p).rstrip(b"\0") if top == "nv" else read(p)
    return seen


def saved(work, unit):
    out = work + "/b.xqcn"
    with Sim(unit) as sim:
        qdiag("backup", "--progress=none", "--xqcn", out, "-d", sim.address, check=0)
    return out


def damage(unit):
    put(unit + "/nv/0/946", b"\x01\x02\x03\x04")
    put(unit + "/nv/1/441", b"\xee")
    os.unlink(unit + "/efs" + RFNV % 1)
    put(unit + "/efs" + RFNV % 0, b"short")
    put(unit + "/efs" + XO, b"")


def restore(sim, work, *args, **kw):
    return qdiag("restore", "--progress=none", "-d", sim.address, *args, cwd=work, **kw)


FILES = ("--journal", "j", "--safety", "before.xqcn")


def test_whole_way(work):
    unit = unit_of(work)
    whole = tree(unit)
    backup = saved(work, unit)
    damage(unit)
    hurt = tree(unit)
    with Sim(unit) as sim:
        p = qdiag("plan", backup, "-d", sim.address, "--json", check=0)
        plan = json.loads(p.stdout)["plan"]
        keys = {x["key"] for x in plan["steps"] if x["decision"] == "write"}
        assert keys == {"nv:0:946", "nv:1:441", "efs:" + RFNV % 0, "efs:" + RFNV % 1, "efs:" + XO}, keys
        assert plan["verdict"] == "allow" and not writes(sim)
        restore(sim, work, backup, "--dry-run", *FILES, check=0)
        p = restore(sim, work, backup, *FILES, check=5)
        assert "not confirmed" in p.stderr and "not touched" in p.stderr, p.stderr
        p = restore(sim, work, backup, "--confirm", "000023", *FILES, check=5)
        assert not writes(sim) and not os.path.exists(work + "/j")
    assert tree(unit) == hurt
    with Sim(unit) as sim:
        p = restore(sim, work, backup, "--confirm", DIGITS, "--json", *FILES, check=0)
        r = json.loads(p.stdout)["report"]
        assert r["written"] == 5 and r["verified"] and r["unit"] == "changed", r
        assert set(writes(sim)) == keys, writes(sim)
        for name in ("j", "before.xqcn"):
            assert os.stat(work + "/" + name).st_mode & 0o777 == 0o600
        qdiag("verify", backup, "-d", sim.address, check=0)
        p = qdiag("restore", "--status", work + "/j", "--json", check=0)
        assert json.loads(p.stdout)["report"]["written"] == 5
        p = restore(sim, work, backup, "--confirm", DIGITS, *FILES, check=0)
        assert "0 to write" in p.stdout, "a unit that is as it should be needs no journal"
        assert set(writes(sim)) == keys
    assert tree(unit) == whole
    with Sim(unit) as sim:
        p = restore(sim, work, "before.xqcn", "--confirm", DIGITS, "--journal", "j", "--safety", "again.xqcn", check=12)
        assert "\n  at       j\n" in p.stderr, "an older journal is never written over"
        assert not writes(sim)


def test_backup_that_changed(work):
    """A file has no checksum of its own: what its manifest does not know is not written."""
    unit = unit_of(work)
    backup = saved(work, unit)
    damage(unit)
    text, manifest = read(backup), read(backup + ".manifest.json")
    at = text.index(b"Value='", text.index(b"<Storage Name='EFS_Data'"))
    other = b"0" if text[at + 7:at + 8] != b"0" else b"1"
    with Sim(unit) as sim:
        for change in ((backup, text[:at + 7] + other + text[at + 8:], " differs from its manifest: "),
                       (backup, text.replace(b"\r\n", b"\n"), "the text around the data has changed"),
                       (backup + ".manifest.json", manifest[:-40], "manifest")):
            kept = read(change[0])
            put(*change[:2])
            qdiag("plan", backup, "-d", sim.address, check=10)
            p = restore(sim, work, backup, "--confirm", DIGITS, *FILES, check=10)
            assert change[2] in p.stderr and "not touched" in p.stderr, p.stderr
            assert "without a manifest" in p.stderr, p.stderr
            put(change[0], kept)
        assert not writes(sim) and not os.path.exists(work + "/j") and not os.path.exists(work + "/before.xqcn")
        os.unlink(backup + ".manifest.json")
        qdiag("plan", backup, "-d", sim.address, check=0)


def test_other_unit(work):
    backup = saved(work, unit_of(work))
    other = unit_of(work, "v", nv={(0, "550"): IMEI_B, (0, "571"): b"\x09\x09\x09\x09"})
    with Sim(other) as sim:
        for more in ((), ("--accept-firmware", "--accept-incomplete"), ("--label-imei", "001001000000015"),
                     ("--only", "network"), ("--only", "calibration")):
            p = restore(sim, work, backup, "--confirm", "000023", *FILES, *more, check=4)
            assert "not touched" in p.stderr and p.stderr.startswith("qdiag: refused"), p.stderr
        p = qdiag("verify", backup, "-d", sim.address, check=4)
        assert not writes(sim)
        with open(sim.log, errors="replace") as f:
            assert not [x for x in f if x.startswith("W ")]


def test_killed_and_back(work):
    """SIGKILL while the unit is written to; the journal goes on, and takes back."""
    unit = unit_of(work, files={RFNV % 5: pattern(9, 200000)})
    whole = tree(unit)
    backup = saved(work, unit)
    damage(unit)
    put(unit + "/efs" + RFNV % 5, b"cut")
    start = tree(unit)
    with Sim(unit, args=("--latency", "efswrite=8ms")) as sim:
        p = subprocess.Popen([QDIAG, "restore", "--progress=none", "-d", sim.address, backup,
                              "--confirm", DIGITS] + list(FILES), cwd=work,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(6000):
            if len(writes(sim)) > 20 or p.poll() is not None:
                break
            time.sleep(0.01)
        assert p.poll() is None, "it ended before it was killed"
        p.send_signal(signal.SIGKILL)
        p.wait()
    with Sim(unit) as sim:
        p = restore(sim, work, "--resume", "j", "--json", check=0)
        assert json.loads(p.stdout)["report"]["verified"]
    assert tree(unit) == whole
    with Sim(unit) as sim:
        p = restore(sim, work, "--rollback", "j", check=19)
        assert "as before" in p.stderr, p.stderr
    assert tree(unit) == start


def test_stopped_and_taken_back(work):
    unit = unit_of(work)
    backup = saved(work, unit)
    damage(unit)
    start = tree(unit)
    with Sim(unit, "flipwrite=4") as sim:
        p = restore(sim, work, backup, "--confirm", DIGITS, *FILES, check=17)
        assert "--rollback" in p.stderr and "changed" in p.stderr, p.stderr
    with Sim(unit_of(work, "v", nv={(0, "550"): IMEI_B})) as sim:  # another unit in its place
        for way, code in (("--resume", 16), ("--rollback", 20)):  # the journal's own unit is changed
            p = restore(sim, work, way, "j", check=code)
            assert "is not the one the plan was made for" in p.stderr, p.stderr
            with open(sim.log, errors="replace") as f:
                assert not [x for x in f if x.startswith("W ")]
    with Sim(unit) as sim:
        p = restore(sim, work, "--rollback", "j", check=19)
        assert "as before" in p.stderr, p.stderr
        p = restore(sim, work, "--resume", "j", check=5)
    assert tree(unit) == start


def test_backup_is_not_replaced(work):
    """Neither by a plan nor by the safety backup of the unit that has lost something."""
    unit = unit_of(work)
    backup = saved(work, unit)
    damage(unit)
    good = read(backup)
    with Sim(unit) as sim:
        at = (backup, "-d", sim.address, "--progress=none")
        p = qdiag("plan", *at, "--out", backup, check=12)
        assert "is no plan" in p.stderr and "not touched" in p.stderr, p.stderr
        qdiag("plan", *at, "--out", work + "/plan", check=0)
        qdiag("plan", *at, "--out", work + "/plan", check=0)
        p = qdiag("restore", *at, "--confirm", DIGITS, "--journal", work + "/j", "--safety", backup, check=12)
        assert "replaces no file" in p.stderr and "not touched" in p.stderr, p.stderr
        assert writes(sim) == [] and not os.path.exists(work + "/j")
    assert read(backup) == good


def test_single_write_of_an_array(work):
    """The first byte alone says which element is written: 03 for element 0 would be lost from journal and rollback.
    6000 is in no table: that it is an array shows on the unit."""
    unit = unit_of(work)
    for i in range(2):
        put("%s/nv/0/6000.%d" % (unit, i), bytes([i, 0xB0 + i]))
    start = tree(unit)
    J = ("--confirm", DIGITS, "--journal")
    with Sim(unit) as sim:
        at = ("-d", sim.address, "--progress=none")
        for nv in ("1014", "6000"):
            p = qdiag("nv", "write", nv, "--hex", "03 55", *J, work + "/1", *at, check=2)
            assert "item %s is an array" % nv in p.stderr and "not touched" in p.stderr, p.stderr
        assert writes(sim) == [] and not os.path.exists(work + "/1") and tree(unit) == start
        qdiag("nv", "write", "1014", "--index", "3", "--hex", "03 55", *J, work + "/1", *at, check=0)
        qdiag("nv", "write", "6000", "--hex", "00 55", *J, work + "/2", *at, check=0)
    assert read(unit + "/nv/0/1014.3")[:3] == b"\x03\x55\0" and read(unit + "/nv/0/6000.0")[:2] == b"\0\x55"


def test_a_safety_backup_that_lacks_items(work):
    """What cannot be read could not be put back: that is refused, or allowed by name and left alone."""
    unit = unit_of(work)
    backup = saved(work, unit)
    damage(unit)
    with Sim(unit, "badstatus=10:4") as sim:
        p = restore(sim, work, backup, "--confirm", DIGITS, *FILES, check=3)
        assert "the safety backup would lack" in p.stderr and "not touched" in p.stderr, p.stderr
        assert not writes(sim) and not os.path.exists(work + "/j")
        p = restore(sim, work, backup, "--confirm", DIGITS, "--accept-incomplete", "--json", *FILES)
        assert len(writes(sim)) > 1 and "nv:0:10" not in writes(sim), (p, writes(sim))


def test_single_changes(work):
    unit = unit_of(work)
    put(work + "/new", pattern(7, 5000))
    J = ("--confirm", DIGITS, "--journal")
    with Sim(unit) as sim:
        at = ("-d", sim.address, "--progress=none")
        qdiag("nv", "write", "441", "--hex", "12 34", *J, work + "/1", *at, check=0)
        qdiag("efs", "put", work + "/new", "/nv/item_files/ims/deep/new", *J, work + "/2", *at, check=0)
        qdiag("efs", "chmod", "600", "/policyman/device_config.xml", *J, work + "/3", *at, check=0)
        qdiag("efs", "rm", "/cert/c", *J, work + "/4", *at, check=5)  # certificates are secrets
        qdiag("efs", "mkdir", "/policyman/x", *J, work + "/5", *at, check=0)
        qdiag("efs", "rm", "/policyman/x", *J, work + "/6", *at, check=0)
        before = writes(sim)
        for path in ("/nvm/num/550", "nvm//num/0550", "/x/../nvm/num/550", "/NVM/num/550",
                     "/nvm/context1/550"):
            p = qdiag("efs", "put", work + "/new", path, *J, work + "/7", *at, check=5)
            assert "not touched" in p.stderr, p.stderr
        for nv in ("550", "0", "1943", "85", "0x226"):
            qdiag("nv", "write", nv, "--hex", "08", *J, work + "/7", *at, check=5)
        qdiag("efs", "ln", "/nvm/num/550", "/policyman/link", *J, work + "/7", *at, check=5)
        assert writes(sim) == before and not os.path.exists(work + "/7")
        p = qdiag("nv", "write", "441", "--hex", "ff", "-n", *at, check=0)
        assert writes(sim) == before
    assert read(unit + "/nv/0/441")[:3] == b"\x12\x34\0"
    assert read(unit + "/efs/nv/item_files/ims/deep/new") == pattern(7, 5000)


def test_service_code(work):
    unit = unit_of(work)
    backup = saved(work, unit)
    put(unit + "/nv/0/946", b"\x01")
    with open(unit + "/unit.conf", "a") as f:
        f.write("spc_for_writes\n")
    with Sim(unit) as sim:
        p = restore(sim, work, backup, "--confirm", DIGITS, *FILES, check=8)
        assert "not touched" in p.stderr, p.stderr
        put(work + "/spc", b"000001\n")
        p = restore(sim, work, backup, "--confirm", DIGITS, "--journal", "j2", "--safety", "s2.xqcn",
                    "--spc-file", "spc", check=8)
        with open(sim.log, errors="replace") as f:
            assert len([x for x in f if x.startswith("> ") and x.split()[3] == "spc"]) == 1
        assert "000001" not in p.stdout + p.stderr
        p = restore(sim, work, backup, "--confirm", DIGITS, "--journal", "j3", "--safety", "s3.xqcn",
                    env={"QDIAG_SPC": "000000"}, check=0)


if __name__ == "__main__":
    sys.exit(main([test_whole_way, test_backup_that_changed, test_other_unit, test_killed_and_back,
                   test_stopped_and_taken_back,
                   test_a_safety_backup_that_lacks_items, test_backup_is_not_replaced,
                   test_single_write_of_an_array, test_single_changes, test_service_code], 3))
