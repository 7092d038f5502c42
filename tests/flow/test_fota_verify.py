#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""`qdiag fota verify` against the simulated module: what came of an upgrade, the three groups of differences,
the restore command that it gives, and that it writes nothing on either side."""
import json
import os
import shlex
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fota_rig import Module, new, old, put  # noqa: E402
from rig import QDIAG, Sim, main, qdiag  # noqa: E402
from test_preflight import IMEI_OTHER, RFNV, World, flip  # noqa: E402

E = "eg9x"


def upgraded(w):
    """What an upgrade leaves: the new version on all ports, nothing else."""
    base = new(E).split("_")[0]
    for key, value in (("firmware", base), ("firmware_full", new(E)), ("ext_build", base)):
        w.conf(key, value)


def run(w, *args, faults=(), diag=None, code, backup=None, change=None):
    with Module(w.unit, *faults) as m:
        p = qdiag("fota", "verify", "--backup", backup or w.backup, "--at", "unix:" + m.at_path, "-d",
                  diag or m.address, "--progress=none", "--json", *args)
        with open(m.log) as f:
            written = [x for x in f if x.startswith("W ")]
        assert not written, written
        j = json.loads(p.stdout)
        assert p.returncode == code == j["exit_code"], (p.returncode, code, p.stdout, p.stderr)
        assert j["schema"] == "qdiag.fota-verify/1", j
        assert "001001000000015" not in p.stdout + p.stderr
        if change:
            change(m, j)
        return j


def keys(j, group):
    return {d["key"] for d in j["differences"][group]}


def test_success(work):
    w = World(work, E)
    j = run(w, code=21)  # no target is named; yet it has the version it had when its copy was made
    assert j["version"] == old(E) and j["version_is_target"] is None
    upgraded(w)
    j = run(w, code=22)  # all is equal; whether this is the version that was wanted nobody knows
    assert j["version"] == new(E) and j["version_is_target"] is None
    assert "no target version" in j["error"]["why"] and "--to VERSION" in j["next"], j
    assert j["identity_equal"] and j["calibration_equal"]
    j = run(w, "--from", "SOMETHING_ELSE", code=22)
    j = run(w, "--to", new(E), code=0)
    assert (j["version"], j["source"], j["target"], j["next"]) == (new(E), old(E), new(E), None), j
    assert j["version_is_target"] and j["identity_equal"] and j["calibration_equal"]
    assert (j["restores_before"], j["restores_after"]) == (0, 0)
    assert not keys(j, "must_be_equal"), j["differences"]


def test_version(work):
    w = World(work, E)
    j = run(w, "--to", new(E), code=21)
    assert j["version_is_target"] is False and j["error"]["unit"] == "unknown", j["error"]
    assert "upgrade again" in j["error"]["next"], j["error"]
    upgraded(w)
    j = run(w, "--to", old(E)[:-1] + "7", code=22)
    assert "unexpected version" in j["error"]["why"] and j["error"]["unit"] == "unknown", j["error"]
    j = run(w, "--to", new(E), faults=("at_error=QGMR",), code=22)
    assert "tells no version" in j["error"]["why"] and j["version_is_target"] is None, j
    os.unlink(w.note)  # what the source was is not known: the old version is an unexpected one
    j = run(w, "--to", old(E), code=22)
    assert j["source"] is None and j["restores_before"] is None, j
    run(w, "--to", old(E), "--from", new(E), code=21)


def test_groups(work):
    w = World(work, E)
    upgraded(w)
    put(w.unit + "/efs/nv/item_files/ims/a", b"changed")
    put(w.unit + "/efs/nv/item_files/ims/fresh", b"new")
    put(w.unit + RFNV + "00020009", b"a new table")
    os.unlink(w.unit + "/efs/policyman/device_config.xml")
    j = run(w, "--to", new(E), code=0)
    assert keys(j, "must_be_equal") == set(), j["differences"]
    assert "efs:/nv/item_files/ims/a" in keys(j, "may_change"), j["differences"]
    assert {"efs:/nv/item_files/ims/fresh", "efs:/policyman/device_config.xml",
            "efs:/nv/item_files/rfnv/00020009"} <= keys(j, "new_or_gone"), j["differences"]


def carry_out(w, j):
    """The command of the answer, as it stands, with the digits it asks for."""
    words = shlex.split(j["next"])
    assert words[:2] == ["qdiag", "restore"] and words[-1] == w.backup, words
    with Module(w.unit) as m:
        words[words.index("-d") + 1] = m.address
        p = qdiag(*words[1:], "--confirm", "000015", "--progress=none", cwd=w.dir)
        if p.returncode == 5 and "subscription 1" in p.stderr:
            p = qdiag(*words[1:], "--confirm", "000114", "--progress=none", cwd=w.dir)
        assert p.returncode == 0, (words, p.stdout, p.stderr)


def test_calibration_lost(work):
    w = World(work, E)
    upgraded(w)
    flip(w.unit + RFNV + "00020001", 5)
    j = run(w, "--to", new(E), code=23)
    assert j["version_is_target"] and j["identity_equal"] and j["calibration_equal"] is False, j
    assert keys(j, "must_be_equal") == {"efs:/nv/item_files/rfnv/00020001"}, j["differences"]
    assert " --only calibration --accept-firmware " in j["next"] and j["error"]["next"] == j["next"], j
    assert j["error"]["unit"] == "changed"
    carry_out(w, j)
    run(w, "--to", new(E), code=0)
    os.unlink(w.unit + "/efs/nv/item_files/mcs/tcxomgr/field_cal_params")
    j = run(w, "--to", new(E), code=23)
    assert keys(j, "must_be_equal") == {"efs:/nv/item_files/mcs/tcxomgr/field_cal_params"}


def test_identity_lost(work):
    w = World(work, E)
    upgraded(w)
    put(w.unit + "/nv/0/550", b"\x08\x0a")
    j = run(w, "--to", new(E), code=23)
    assert j["identity_equal"] is False and j["calibration_equal"], j
    assert "nv:0:550" in keys(j, "must_be_equal") and " --only identity -d " in j["next"], j
    carry_out(w, j)
    run(w, "--to", new(E), code=0)
    put(w.unit + "/nv/0/447", bytes.fromhex("020000000009"))  # the Bluetooth address
    j = run(w, "--to", new(E), code=23)
    assert keys(j, "must_be_equal") == {"nv:0:447"}, j["differences"]


def test_damage_wins_over_the_version(work):
    w = World(work, E)
    flip(w.unit + RFNV + "00020001", 5)
    j = run(w, "--to", new(E), code=23)
    assert j["version_is_target"] is False and "not the target" in j["error"]["what"], j["error"]
    assert "--accept-firmware" not in j["next"], j["next"]


def test_another_unit(work):
    w = World(work, E)
    put(w.unit + "/nv/0/550", IMEI_OTHER)
    j = run(w, code=4)
    assert j["error"]["unit"] == "untouched"
    shutil.rmtree(w.dir)
    run(World(work, E), faults=("at_imei=check",), code=23)  # not a valid IMEI: damage, not another unit


def test_fell_back(work):
    """The module put its stored file system back: everything is equal, and it is no success."""
    w = World(work, E)
    with Module(w.unit) as m:
        qdiag("ufs", "restore", "--at", "unix:" + m.at_path, "--confirm", "0015", check=0)
    upgraded(w)
    j = run(w, "--to", new(E), code=23)
    assert (j["restores_before"], j["restores_after"]) == (0, 1) and j["identity_equal"], j
    assert "went back to its stored file system" in j["error"]["why"], j["error"]
    assert j["next"].startswith("qdiag verify "), j["next"]
    j = run(w, "--to", new(E), faults=("ufs_fields=13",), code=22)
    assert j["restores_after"] is None


def test_what_is_not_known(work):
    w = World(work, E)
    upgraded(w)
    j = run(w, "--to", new(E), diag="unix:" + work + "/none", code=22)
    assert j["calibration_equal"] is None and j["identity_equal"] is None and j["differences"] is None, j
    assert j["error"]["why"].startswith("neither identity nor calibration"), j["error"]
    assert j["version_is_target"] and j["next"].startswith("qdiag fota verify --backup "), j
    j = run(w, "--to", new(E), faults=("openfail=rfnv/00020001:13",), code=22)
    assert j["calibration_equal"] is None, j
    j = run(w, "--to", new(E), faults=("opendirfail=/nv/item_files/rfnv:13",), code=22)
    assert j["calibration_equal"] is None, j
    j = run(w, "--to", new(E), faults=("badstatus=550:7",), code=22)
    assert j["identity_equal"] is None, j
    j = run(w, "--to", new(E), faults=("at_error=CGSN",), code=22)
    assert j["identity_equal"] is None, j


def test_what_the_backup_lacks(work):
    """What could not be read when the backup was made is not known to be as it was."""
    for n, (fault, unknown, items) in enumerate((("openfail=rfnv/00020001:13", "calibration_equal", 1),
                                                 ("opendirfail=/nv/item_files/rfnv:13", "calibration_equal", 1),
                                                 ("opendirfail=/nv:13", "calibration_equal", 1),
                                                 ("badstatus=1943:4", "identity_equal", 3),
                                                 ("badstatus=10:4", None, 4))):
        w = World("%s/%d" % (work, n), E)
        partial = "%s/%d/partial.xqcn" % (work, n)
        with Module(w.unit, fault) as m:
            qdiag("backup", "--progress=none", "--accept-incomplete", "--xqcn", partial, "-d", m.address,
                  check=3)
        upgraded(w)
        j = run(w, "--to", new(E), backup=partial, code=22 if unknown else 0)
        for key in ("calibration_equal", "identity_equal"):
            assert j[key] is (None if key == unknown else True), (fault, key, j)
        with Module(w.unit) as m:
            p = qdiag("verify", partial, "-d", m.address, "--progress=none", "--json")
            assert json.loads(p.stdout)["unknown"] == items, p.stdout
            assert p.returncode == 14, p


def test_next_is_one_word_each(work):
    w = World(work, E)
    upgraded(w)
    j = run(w, "--to", "x; touch y", code=22)
    words = shlex.split(j["next"])
    assert words[words.index("--to") + 1] == "x; touch y", j["next"]


def test_waits_for_the_ports(work):
    """A unit that is still away when the program starts."""
    w = World(work, E)
    upgraded(w)
    ports = work + "/ports"
    os.makedirs(ports)
    p = subprocess.Popen([QDIAG, "fota", "verify", "--backup", w.backup, "--to", new(E), "--wait", "120", "--at",
                          "unix:" + w.unit + ".at", "-d", "unix:" + ports + "/port", "--progress=none"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        with Sim(w.unit, args=("--at", "unix:" + w.unit + ".at"), folder=ports):
            out, err = p.communicate(timeout=170)
            assert p.returncode == 0, (out, err)
    finally:
        p.kill()


def test_usage(work):
    w = World(work, E)
    qdiag("fota", "verify", "--at", "unix:" + work + "/none", check=2)
    qdiag("fota", "verify", "word", "--backup", w.backup, check=2)
    assert qdiag("fota", "verify", "--backup", w.backup, "--at", "unix:" + work + "/none").returncode in (6, 7)
    run(w, code=12, backup=work + "/none")
    flip(w.backup)
    run(w, code=10)


def test_text(work):
    w = World(work, E)
    upgraded(w)
    flip(w.unit + RFNV + "00020001", 5)
    with Module(w.unit) as m:
        p = qdiag("fota", "verify", "--backup", w.backup, "--to", new(E), "--at", "unix:" + m.at_path, "-d",
                  m.address, "--progress=none", check=23)
    assert p.stdout.startswith("version      %s, the target\nidentity     equal\ncalibration  DIFFERS\n"
                               "restores     before: 0, now: 0\nmust be as before 1\n" % new(E)), p.stdout
    assert "next     qdiag restore --only calibration --accept-firmware -d " in p.stderr, p.stderr


if __name__ == "__main__":
    result = main([v for k, v in list(globals().items()) if k.startswith("test_")], 4)
    for folder in World.made.values():
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(result)
