#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Upgrades end to end: qdiag against the simulated module of each family, on the module's virtual
clock. AT+QFOTADL is sent once at most, and never by what only looks. Every fault: test_fota_faults.py;
every way and real servers: test_fota_ways.py."""
import json
import os
import shlex
import sys

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "flow"))
from rig import main, qdiag  # noqa: E402
from fota_rig import LOCAL, new, old, package  # noqa: E402
from upgrade_rig import DIGITS, FAST, Rig, good  # noqa: E402


def test_both_readings_of_a_name(work):
    """A package name that ends in _V02: whichever of the two the unit then has is its target. Any third
    version is none, and what it did to the unit is looked at all the same."""
    E = "eg9x"
    for n, (tail, fault, code) in enumerate((("", None, 0), ("_V02", None, 0), ("_V03", None, 22),
                                             ("_V03", "after_cal", 23))):
        with Rig("%s/%d" % (work, n), *([fault] if fault else []), family=E) as u:
            u.package = package("%s/%s-%s_V02.zip" % (u.work, old(E), new(E)), old(E), new(E) + tail)
            u.call("ufs", "files", "rm", "update.zip", check=0)
            u.call("fota", "upload", u.package, "update.zip", check=0)
            p, j = u.run()
            assert p.returncode == code and len(u.started()) == 1, (tail, p.returncode, p.stderr)
            assert j["version"] == new(E) + tail, j
            if code != 22:
                assert j["version_is_target"] is (True if code == 0 else None) and j["identity_equal"] is True, j
            assert j["calibration_equal"] is (code != 23), j
            assert u.state()["target_other"] == new(E) + "_V02", u.state()


def test_local_upgrade(work):
    for family in ("eg9x", "rg50xq", "bg96"):
        with Rig(work + "/" + family, family=family) as u:
            p, j = u.run()
            good(p, j, family)
            assert j["attempts"] == 1 and j["code"] is None, j
            assert j["restores_before"] == j["restores_after"] == 0
            stored = family != "bg96"
            assert j["package_deleted"] is (True if stored else None), j
            assert j["inner_backup"] is True, j
            assert u.started() == ["+QFOTADL=" + LOCAL[family]], u.writes()
            s = u.state()
            assert s["stage"] == "done" and s["source"] == old(family) and s["target"] == new(family)
            assert s["unit"]["last_digits"] == DIGITS and "001001000000015" not in json.dumps(s)
            p, j = u.run()  # it is there already: nothing is sent again
            assert p.returncode in (5, 11), p.stderr
            assert len(u.started()) == 1


def test_what_is_told_to_do_next_mends_it(work):
    with Rig(work + "/next", "after_cal") as u:
        p, j = u.run()
        assert u.state()["stage"] == "done" and j["inner_backup"] is None
        next_command = shlex.split(j["next"])
        assert next_command[:2] == ["qdiag", "restore"], j
        verify = ("fota", "verify", "--backup", u.backup, "--to", new("eg9x"), "-d", u.address)
        u.call(*verify, check=23)
        qdiag(*next_command[1:], "--progress=none", "--confirm", "000015", "--journal", work + "/j",
              "--safety", work + "/before.xqcn", check=0)
        u.call(*verify, check=0)  # what is told to do next mends it


def test_a_failure_tells_what_was_not_compared(work):
    """Back on its old version, and DIAG does not come back: that nothing was lost is not known."""
    with Rig(work + "/mute", "fota_lie,after_nodiag") as u:
        p, j = u.run()
        assert p.returncode == 21 and j["calibration_equal"] is None, (p.returncode, p.stderr)
        assert "whether identity and calibration are as before is not known" in j["error"]["why"], j["error"]
    with Rig(work + "/told", "fota_lie") as u:
        p, j = u.run()
        assert p.returncode == 21 and j["calibration_equal"] is True, (p.returncode, p.stderr)
        assert "not known" not in j["error"]["why"], j["error"]


def test_refused_by_the_unit(work):
    with Rig(work + "/refused", "at_error=QFOTADL=:3") as u:
        p, j = u.run()
        assert p.returncode == 1 and "+CME ERROR: 3" in p.stderr and "not touched" in p.stderr, p.stderr
        assert u.state()["stage"] == "refused" and len(u.started()) == 1


def test_refused(work):
    """What is not right is refused before anything is sent."""
    with Rig(work) as u:
        cases = ((u.run("--confirm", "0000"), 4), (u.run("--confirm", "15"), 2),
                 (u.run(source="https://127.0.0.1:1/x"), 13), (u.run(source="/data/ufs/no.zip"), 11),
                 (u.run(source="ftp://u:p@127.0.0.1:1/x;y"), 2),
                 (u.call("fota", "run", *u.arguments()), 2))
        for n, ((p, j), code) in enumerate(cases):
            assert p.returncode == code, (n, p.returncode, p.stderr)
            assert "unit     not touched" in p.stderr or code == 2, p.stderr
        p, j = u.run("--dry-run")
        assert p.returncode == 0 and j["command"] == 'AT+QFOTADL="/data/ufs/update.zip"', j
        assert j["preflight"]["go"] is True
        assert u.writes() == [], u.writes()
        assert not os.path.exists(u.backup + ".fota.json")


def test_no_other_file_is_overwritten(work):
    """In the place of the state file: the backup itself, and a state that is damaged."""
    with Rig(work) as u:
        damaged = work + "/state"
        with open(damaged, "w") as f:
            f.write('{"schema": "qdiag.fota-run/1", "stage": "upda')
        for place in (u.backup, damaged):
            with open(place, "rb") as f:
                before = f.read()
            p, j = u.run("--state", place)
            assert p.returncode == 5 and "not overwritten" in p.stderr, (p.returncode, p.stderr)
            assert "unit     not touched" in p.stderr, p.stderr
            with open(place, "rb") as f:
                assert f.read() == before, place
        assert u.writes() == [], u.writes()


def test_the_backup_is_replaced_meanwhile(work):
    """A backup taken after the upgrade agrees with the damage; it is not the one of the preflight."""
    with Rig(work, "after_cal") as u:
        p, j = u.run()
        assert p.returncode == 23 and u.state()["backup_sha256"], (p.returncode, p.stderr)
        for name in (u.backup, u.backup + ".manifest.json"):
            os.rename(name, name + ".old")
        qdiag("backup", "--progress=none", "--xqcn", u.backup, "-d", u.address, check=0)
        p, j = u.call("fota", "watch", "--state", u.backup + ".fota.json", "-d", u.address,
                      "--limit", FAST)
        assert p.returncode == 22 and "not the backup that the upgrade was begun with" in p.stderr, \
            (p.returncode, p.stderr)
        assert j["calibration_equal"] is None and len(u.started()) == 1


def test_passwords_are_not_shown(work):
    with Rig(work) as u:
        p, j = u.run("--dry-run", "-vv", "--log-file", work + "/log", source="ftp://u:geheim@127.0.0.1:1/x.zip")
        assert j["command"] == 'AT+QFOTADL="ftp://u:***@127.0.0.1:1/x.zip"', j
        with open(work + "/log") as f:
            text = f.read() + p.stdout + p.stderr
        p, j = u.run("-vv", "--log-file", work + "/log2", source="ftp://u:geheim@127.0.0.1:1/x.zip")
        assert p.returncode == 21 and (j["stage"], j["code"]) == ("ftp", 601), (p.stderr, j)
        with open(work + "/log2") as f:
            text += f.read() + p.stdout + p.stderr
        with open(u.backup + ".fota.json") as f:
            text += f.read()
        assert "QFOTADL" in text and "geheim" not in text


def test_other_modules_are_refused(work):
    for n, conf in enumerate((("family = other", "model = BG770A-GL"), ("family = other", "model = EC200U-EU"),
                              ("firmware_full = EG95EFBR06A08M4G_OCPU_01.001.04",))):
        with Rig("%s/%d" % (work, n), conf=conf) as u:
            p, j = u.run()
            assert p.returncode == 13 and "nothing was sent" in p.stderr, (p.returncode, p.stderr)
            assert u.writes() == []


def test_events(work):
    """Every state of an upgrade is told as a JSON line, percents never fall within an attempt."""
    with Rig(work) as u:
        p = qdiag("fota", "run", "--confirm", DIGITS, "--at", u.at(), "--json=lines", *u.arguments(),
                  check=0)
        told = [json.loads(x) for x in p.stdout.splitlines()]
        told = [x for x in told if x.get("event") == "fota"]
        order = []
        for x in told:
            if not order or order[-1] != x["state"]:
                order.append(x["state"])
        assert order == ["sent", "accepted", "rebooting", "updating", "ended", "final reboot", "verify",
                         "done"], order
        percents = [x["percent"] for x in told if x["state"] == "updating" and x["percent"] is not None]
        assert percents == sorted(percents) and percents[-1] == 100, percents


if __name__ == "__main__":
    sys.exit(main([v for k, v in sorted(globals().items()) if k.startswith("test_")], 4))
