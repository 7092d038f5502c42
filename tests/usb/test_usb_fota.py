#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""An upgrade of an emulated module whose serial ports have other names after each restart: `fota run`
finds them by their place on USB and goes on to the end."""
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


def test_new_names_at_each_restart(work):
    with Board(work) as b:
        m = b.plug(kind=Upgradable, ttys=(DIAG, AT), mute=())
        x = work + "/x.xqcn"
        made = package("%s/%s-%s.zip" % (work, old(E), new(E)), old(E), new(E))
        b.run("backup", "--progress=none", "--xqcn", x)
        b.ufs("backup", "--backup", x)
        p = b.start("fota", "run", "--confirm", "0015", "--json", "--progress=none", "--source",
                    LOCAL[E].strip('"'), "--package", made, "--backup", x, "--power-ok",
                    "--limit", "first=3")  # lines said before a new port was open are lost: it looks then
        m.rename(b, AT, 2, 9)  # into its recovery, which has no DIAG port
        m.rename(b, AT, 9, 11)  # and out of it
        m.rename(b, DIAG, 0, 8)
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
        p, j = b.ufs("status")
        assert j["address"] == "tty:/dev/ttyUSB11", j


if __name__ == "__main__":
    mm_rig.skip_without()
    mm_rig.emulated()
    sys.exit(rig.main([v for k, v in list(globals().items()) if k.startswith("test_")]))
