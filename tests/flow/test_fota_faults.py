#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What `qdiag fota run` makes of each fault of an upgrade. Exit 0 only when the simulator's own folder
says so too: the version is the target, identity and calibration are what the backup has. And packages
that do not fit: no command is sent."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "flow"))
from rig import SIM, at_once, main, put, read  # noqa: E402
from fota_packages import delta, zip_of, Entry  # noqa: E402
from fota_rig import PLACE, conf_of, new, old  # noqa: E402
from test_fota_watch import Server, at_set  # noqa: E402
from upgrade_rig import Rig, judged, prepare  # noqa: E402

B, E, R = "bg96", "eg9x", "rg50xq"
URL, FTP = "http://127.0.0.1:1/update.zip", "ftp://u:p@127.0.0.1:1/update.zip"
SERVER = "server"  # the package is fetched from one
# family, fault, exit, what the answer says, source (None: in the unit). An exit below 16: refused before
# anything was sent.
FAULTS = [
    (E, "fota_nostart", 0, {"attempts": 1}, None),
    (E, "fota_mute", 0, {"attempts": 0}, None),
    (E, "fota_first=89000", 0, {}, None),
    (R, "fota_first=91000", 0, {}, None),
    (E, "fota_percent=zero", 0, {}, None),
    (E, "fota_percent=repeat", 0, {}, None),
    (E, "fota_percent=fall", 0, {}, None),
    (E, "fota_percent=over", 0, {}, None),
    (E, "fota_percent=sign", 0, {}, None),
    (E, "fota_twice", 0, {}, None),
    (E, "fota_again", 0, {}, None),
    (B, "fota_noend", 0, {}, None),
    (E, "fota_lie", 21, {"version_is_target": False, "state": "failed"}, None),
    (B, "fota_lie", 21, {"version_is_target": False, "state": "failed"}, None),
    (E, "fota_gone", 22, {"state": "unknown"}, None),
    (E, "fota_renamed", 22, {"state": "unknown"}, None),  # by its address; by USB: tests/usb/test_usb_fota.py
    # END
    (B, "fota_fail=504", 21, {"attempts": 1, "code_text": "the upgrade failed"}, None),
    (B, "fota_fail=505", 21, {"code": 505}, None),
    (B, "fota_fail=506", 21, {"code": 506}, None),
    (B, "fota_fail=511", 21, {"code_text": "the package does not match the current firmware"}, None),
    (E, "fota_fail=520:4", 0, {"attempts": 5, "code": 520, "stage": "end"}, None),
    (E, "fota_fail=520", 21, {"attempts": 5, "code": 520}, None),
    (E, "fota_fail=502", 21, {"code": 502}, None),
    (E, "fota_fail=505", 21, {"code": 505}, None),
    (E, "fota_fail=510", 21, {"code": 510}, None),
    (E, "fota_fail=511", 21, {"attempts": 5, "code_text": "not enough space in the unit's file system"}, None),
    (E, "fota_fail=546:2", 0, {"attempts": 3, "code": 546}, None),
    (R, "fota_fail=502", 21, {"code": 502}, None),
    (R, "fota_fail=504", 21, {"code_text": "the zip has a wrong format"}, None),
    (R, "fota_fail=505:2:40", 0, {"attempts": 3, "code": 505}, None),
    (R, "fota_fail=510", 21, {"code": 510}, None),
    (R, "fota_fail=511", 21, {"code": 511}, None),
    (R, "fota_fail=530", 21, {"attempts": 5, "code": 530}, None),
    (R, "fota_fail=550", 21, {"code_text": "the package is too large"}, None),
    # power
    (B, "fota_powercut=start", 21, {}, None),
    (B, "fota_powercut=percent", 21, {}, None),
    (B, "fota_powercut=restore", 0, {}, None),
    (B, "fota_powercut=end", 0, {}, None),
    (E, "fota_powercut=start", 0, {}, None),
    (E, "fota_powercut=percent", 0, {}, None),
    (E, "fota_powercut=end", 0, {}, None),
    (R, "fota_powercut=start", 0, {}, None),
    (R, "fota_powercut=percent", 0, {}, None),
    (R, "fota_powercut=end", 0, {}, None),
    (R, "fota_powercut=download", 21, {}, SERVER),
    # the download
    (B, "fota_download=701", 21, {"stage": "http", "code": 701}, URL),
    (B, "fota_download=702:360000", 21, {"code": 702}, URL),
    (B, "fota_download=703", 21, {"code": 703}, URL),
    (B, "fota_download=704", 21, {"code": 704}, URL),
    (B, "fota_download=706", 21, {"code": 706}, URL),
    (B, "fota_download=707", 21, {"code": 707}, URL),
    (B, "fota_download=708", 21, {"code": 708}, URL),
    (E, "fota_download=701", 21, {"stage": "http", "code": 701}, URL),
    (E, "fota_download=601", 21, {"stage": "ftp", "code": 601}, FTP),
    (R, "fota_download=601", 21, {"stage": "ftp", "code": 601}, FTP),
    (R, "fota_download=701", 21, {"stage": "http", "code": 701}, URL),
    (E, "fota_netlost", 21, {"code": 701}, SERVER),
    (R, "fota_apnbusy", 22, {"state": "unknown"}, SERVER),
    (E, "noreg", 11, {}, URL),
    (E, "noreg", 0, {}, None),
    # after it
    (E, "after_imei", 23, {"identity_equal": False, "version_is_target": True}, None),
    (E, "after_cal", 23, {"calibration_equal": False, "version_is_target": True}, None),
    (B, "after_cal", 23, {"calibration_equal": False, "version_is_target": True}, None),
    (R, "after_imei", 23, {"identity_equal": False, "version_is_target": True}, None),
    (E, "after_restored", 23, {}, None),
    (E, "after_item", 0, {}, None),
    (E, "after_fell", 23, {"version_is_target": False}, None),
    (E, "after_noreg", 0, {}, None),
    (E, "after_nodiag", 22, {"calibration_equal": None}, None),
    # who it is
    (E, "at_imei=other", 4, {}, None),
    (E, "at_imei=check", 4, {}, None),
    (E, "at_imei=empty", 5, {}, None),
    (E, "at_imei=zeros", 5, {}, None),
    (E, "at_imei=error", 5, {}, None),
    (E, "at_imei=later", 22, {"state": "unknown", "identity_equal": None}, None),  # another unit answers
    (E, "qgmr_other", 11, {}, None),
    (E, "qgmr_bare", 11, {}, None),
    (E, "qgmr_short", 11, {}, None),
    (E, "qgmr_letter", 11, {}, None),  # the copy in the module was confirmed for another firmware
    (E, "qgmr_notready=5000", 0, {}, None),
    (E, "qgmr_notready=-1", 11, {}, None),
    # the command itself
    (E, "at_late=QFOTADL:4100", 0, {}, None),
    (E, "at_silent=QFOTADL", 0, {}, None),
    (E, "at_errdone=QFOTADL=", 0, {}, None),  # ERROR, and it begins
    (E, "at_okundone=QFOTADL=", 22, {"state": "unknown"}, None),
]
# Each code of the tables of EG9x and RG, told once by END: the module tries again and comes through.
RETRIED = [502, 505, 510, 511, *range(520, 531), *range(540, 547)]
FAULTS += [(E, "fota_fail=%d:1" % c, 0, {"attempts": 2, "code": c, "stage": "end"}, None)
           for c in RETRIED]
FAULTS += [(R, "fota_fail=%d:1" % c, 0, {"attempts": 2, "code": c, "stage": "end"}, None)
           for c in RETRIED + [504, 550]]
# And each that EG9x may tell of a download. All but 502 may mean that the unit tries again by itself: that
# it was heard of no more proves nothing.
FAULTS += [(E, "fota_download=%d" % c, 21 if c == 502 else 22,
            {"attempts": 0, "code": c, "stage": stage, "version_is_target": False if c == 502 else None}, source)
           for c in RETRIED for stage, source in (("ftp", FTP), ("http", URL))]
OURS = ("fota_", "after_", "qgmr_", "at_imei", "noreg")


def is_whole(u):
    """The unit's own folder: target version, and what must be equal."""
    first = prepare(u.family) + "/u"
    if conf_of(u.unit)["firmware_full"] != new(u.family):
        return False
    kept = ["nv/0/550", "nv/1/550", "nv/0/447", "nv/0/571", "efs/nv/item_files/mcs/tcxomgr/field_cal_params"]
    kept += ["efs/nv/item_files/rfnv/" + x for x in os.listdir(first + "/efs/nv/item_files/rfnv")]
    return all(read(u.unit + "/" + x) == read(first + "/" + x) for x in kept)


def one(place, row):
    family, fault, code, says, source = row
    with Rig(place, fault, family=family) as u, Server(u.package) as url:
        if source and family == B:
            at_set(u, 'AT+QCFGEXT="fota_apn",0,"internet"')
        before = len(u.writes())
        p, j = u.run(source=url + "update.zip" if source == SERVER else source)
        if code and code < 16:
            assert p.returncode == code, (p.returncode, p.stderr)
            assert "not touched" in p.stderr and len(u.writes()) == before, (u.writes(), p.stderr)
        else:
            judged(u, p, j, (code,))
            assert len(u.started()) == 1, u.writes()
            for key, value in says.items():
                assert j[key] == value, (key, j[key])
            if code == 21:  # a download that failed has written nothing of a new version
                went = "untouched" if j["stage"] in ("http", "ftp") else "unknown"
                assert j["error"]["unit"] == ("changed" if j["attempts"] or j["stage"] == "end" else went), j
    assert code or is_whole(u), "exit 0, and the unit's folder says otherwise"


def together(call, runs):
    for family in (B, E, R):
        prepare(family)
    return at_once(call, runs, 16, alone=True)


def test_faults(work):
    together(one, [("%s/%d" % (work, n), row) for n, row in enumerate(FAULTS)])


def test_every_fault_has_a_row(work):
    """The simulator's table, with each word a fault can take; and each family has each place of a cut."""
    known = subprocess.run([SIM, "--help-faults"], capture_output=True, text=True, check=True).stdout
    heads = [x for x in known.splitlines() if x.startswith(OURS)]
    assert len(heads) > 25, heads
    have = [row[1] for row in FAULTS]
    for head in heads:
        name, _, value = head.partition("=")
        words = re.fullmatch(r"\[?([a-z]+(\|[a-z]+)+)\]?", value)
        for want in [name + "=" + w for w in words.group(1).split("|")] if words else [name]:
            assert any(h == want or (not words and h.startswith(want + "=")) for h in have), \
                "no row for the fault " + want


def misfits(family):
    """what: (name, bytes, exit). Each would be for another unit than this one."""
    o, n = old(family), new(family)
    nine = o[:-1] + "9"
    project = [re.sub(r"(R\d\dA)", r"X\1", x, count=1) for x in (o, n)]
    full = zip_of([Entry("update/rawprogram_nand_p2K_b128K.xml", b"<data/>"), Entry("md5.txt", b"0")])
    return {"another source": ("%s-%s.zip" % (nine, n), delta(), 11),
            "another project": ("%s-%s.zip" % tuple(project), delta(), 5),
            "there already": ("%s-%s.zip" % (n, o), delta(), 11),
            "its texts disagree": ("%s-%s.zip" % (o, n), delta(pre=nine, post=n), 11),
            "a whole firmware": ("%s-%s.zip" % (o, n), full, 10),
            "nothing says what it is": ("update.zip", delta(), 14)}


def misfit(place, family, what):
    """It lies in the unit as it should, so that nothing but what it is stands in the way."""
    name, data, code = misfits(family)[what]
    shutil.copytree(prepare(family), place)
    put(place + "/u/efs" + PLACE[family], data)
    with Rig(place, family=family, unit=place + "/u") as u:
        u.package = "%s/%s" % (place, name)
        put(u.package, data)
        about = ("--source", u.source(), "--package", u.package, "--backup", u.backup, "--power-ok", "-d",
                 u.address)
        for p, j in (u.call("preflight", *about), u.run()):
            assert p.returncode == code and j["error"]["unit"] == "untouched", (p.returncode, p.stderr)
            j = j.get("preflight") or j
            bad = [c["name"] for c in j["checks"] if c["result"] in ("FAIL", "UNKNOWN")]
            assert j["go"] is False and set(bad) <= {"package", "match"} and bad, bad
        with open(u.log) as f:
            log = f.read().splitlines()
        assert [x for x in log if x.startswith("W ")] == [] and log, log
        assert not os.path.exists(u.backup + ".fota.json")


def test_packages_that_do_not_fit(work):
    together(misfit, [("%s/%s-%d" % (work, f, n), f, what) for f in (B, E, R)
                      for n, what in enumerate(misfits(f))])


if __name__ == "__main__":
    sys.exit(main([v for k, v in sorted(globals().items()) if k.startswith("test_")]))
