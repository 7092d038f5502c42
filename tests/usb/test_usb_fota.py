#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""An upgrade of an emulated module whose serial ports have other names after each restart: `fota run`
finds them by their place on USB and goes on to the end, whatever else is plugged in."""
import json
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "flow"))
import mm_rig  # noqa: E402
import rig  # noqa: E402
from fota_rig import LOCAL, conf_of, fota_unit, new, old, package  # noqa: E402
from test_usb_at import AT, DIAG, Board, Module  # noqa: E402

E = "eg9x"


class Upgradable(Module):
    options = ("--clock", "virtual")

    @staticmethod
    def make(unit):
        fota_unit(unit, E, conf=("usb = 2c7c:0125", "reset_ms = 200", "fota_percents = 1 50 100"))


def begin(b, work, m, *which):
    """A unit with all that a run wants, and the run."""
    x = work + "/x.xqcn"
    made = package("%s/%s-%s.zip" % (work, old(E), new(E)), old(E), new(E))
    b.run("backup", "--progress=none", "--xqcn", x, *which)
    b.ufs("backup", "--backup", x, *which)
    return x, b.start("fota", "run", "--confirm", "0015", "--json", "--progress=none", "--source",
                      LOCAL[E].strip('"'), "--package", made, "--backup", x, "--power-ok", *which,
                      "--limit", "first=3")  # lines said before a new port was open are lost: it looks then


def ended(work, m, x, p):
    out, err = p.communicate(timeout=rig.LIMIT)
    assert p.returncode == 0, (p.returncode, out, err)
    j = json.loads(out)
    assert (j["state"], j["version"]) == ("done", new(E)), j
    assert j["identity_equal"] is True and j["calibration_equal"] is True, j
    assert [s for s in m.sent() if s.startswith("+QFOTADL=")] == ["+QFOTADL=" + LOCAL[E]], m.sent()
    with open(x + ".fota.json") as f:
        state = json.load(f)
    assert state["stage"] == "done" and state["port"]["at"] == "tty:/dev/ttyUSB11", state
    assert conf_of(work + "/u1")["firmware_full"] == new(E)


def test_new_names_at_each_restart(work):
    with Board(work) as b:
        m = b.plug(kind=Upgradable, ttys=(DIAG, AT), mute=())
        x, p = begin(b, work, m)
        m.rename(b, AT, 2, 9)  # into its recovery, which has no DIAG port
        m.rename(b, AT, 9, 11)  # and out of it
        m.rename(b, DIAG, 0, 8)
        ended(work, m, x, p)
        p, j = b.ufs("status")
        assert j["address"] == "tty:/dev/ttyUSB11", j


def test_a_second_unit_takes_its_name(work):
    """While the unit restarts another one of the same model is plugged in, and gets its port's name. And one
    is there from the start: then the unit must be named."""
    with Board(work) as b:
        m = b.plug(kind=Upgradable, ttys=(DIAG, AT), mute=())
        third = b.plug(kind=Upgradable, port=3, first=20, serial="SIM0003", ttys=(DIAG, AT), mute=())
        p = b.run("fota", "run", "--confirm", "0015", "--source", LOCAL[E].strip('"'), "--package",
                  "x.zip", "--backup", work + "/x.xqcn", "--power-ok", check=6)
        assert "1-1" in p.err and "1-3" in p.err and "not touched" in p.err, p.err
        x, p = begin(b, work, m, "--serial", "SIM0001")
        m.leave(b, AT, 2)
        other = b.plug(kind=Upgradable, port=2, serial="SIM0002", ttys=(AT,), mute=())
        m.arrive(b, AT, 9)
        m.rename(b, AT, 9, 11)
        m.rename(b, DIAG, 0, 8)
        ended(work, m, x, p)
        assert other.seen(AT) == b"" and other.sent() == [], other.seen(AT)
        assert third.seen(AT) == third.seen(DIAG) == b"" and third.sent() == []
        b.ufs("status", "--at", "tty:/dev/ttyUSB2")
        assert b"AT+CGMM" in other.seen(AT), "the name would not have led to it"


if __name__ == "__main__":
    mm_rig.skip_without()
    mm_rig.emulated()
    sys.exit(rig.main([v for k, v in list(globals().items()) if k.startswith("test_")]))
