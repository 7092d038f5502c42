#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""qdiag doctor against qdiag-sim: a unit that is well, and units that are not."""
import json
import os
import re
import stat
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
from rig import Sim, main, put, qdiag, read, small_unit  # noqa: E402

IMEI = "001010000000015"


def doctor(address, check, *args):
    p = qdiag("doctor", "--json", "-d", address, *args)
    assert p.returncode == check, (p.returncode, p.stdout, p.stderr)
    a = json.loads(p.stdout)
    assert a["schema"] == "qdiag.doctor/1" and a["exit_code"] == check
    return {f["name"]: f for f in a["findings"]}


def states(found):
    return {n: f["state"] for n, f in found.items()}


def test_well(work):
    with Sim(small_unit(work + "/u"), folder=work) as sim:
        f = doctor(sim.address, 0, "--report", work + "/report")
        bad = {n for n, s in states(f).items() if s != "ok"}
        assert bad == {"mode", "at_imei", "own_copies"}, f
        assert f["mode"]["at_only"] and "AT+CFUN?" in f["mode"]["next"]
        p = qdiag("doctor", "-d", sim.address, check=0)
        assert "0 problems, 0 unknown" in p.stdout, p.stdout
    log = read(work + "/sim.log").decode()
    assert re.search(r"\bwrites[ =:]+0\b", log), log[-400:]
    report = read(work + "/report").decode()
    assert stat.S_IMODE(os.stat(work + "/report").st_mode) == 0o600
    assert "unit      unix:(hidden)" in report and sim.folder not in report, report
    assert IMEI not in report + p.stdout


def test_blank_and_empty(work):
    """No IMEI, no RF set, factory mode: each is told."""
    gone = {"/nv/item_files/rfnv/0002000%d" % i: None for i in range(3)}
    gone["/nv/item_files/mcs/tcxomgr/field_cal_params"] = None
    unit = small_unit(work + "/u", files=gone, nv={(0, "453"): b"\x01", (0, "550"): bytes(9)})
    os.unlink(unit + "/nv/0/571")
    with Sim(unit) as sim:
        f = doctor(sim.address, 11)
    s = states(f)
    assert s["imei"] == "problem" and "blank" in f["imei"]["seen"], f["imei"]
    assert s["factory_mode"] == "problem" and s["rf_set"] == "problem", f
    assert s["answer"] == s["modem"] == "ok", f


def test_locked(work):
    with Sim(small_unit(work + "/u"), "errcode=nv:42") as sim:
        f = doctor(sim.address, 11)
    assert f["locked"]["state"] == "problem" and f["imei"]["state"] == "unknown", f


def test_no_answer(work):
    with Sim(small_unit(work + "/u"), "silent=0") as sim:
        f = doctor(sim.address, 11, "--timeout", "100")
    assert f["answer"]["state"] == "problem" and "nothing was heard" in f["answer"]["seen"], f
    assert f["imei"]["state"] == f["rf_set"]["state"] == f["locked"]["state"] == "unknown"


def test_files(work):
    put(work + "/x", b"")
    f = doctor("tty:" + work + "/none", 11)
    assert f["answer"]["state"] == "problem", f
    with Sim(small_unit(work + "/u")) as sim:
        p = qdiag("doctor", "-d", sim.address, "--report", work + "/x/y", check=12)
        assert "exit 12" in p.stderr
    qdiag("doctor", "extra", check=2)
    qdiag("list", "--report", "x", check=2)


if __name__ == "__main__":
    sys.exit(main([test_well, test_blank_and_empty, test_locked, test_no_answer, test_files]))
