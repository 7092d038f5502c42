#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the simulated module says of itself around an upgrade: versions and the ways units get them
wrong, the network, settings that stay; and the harm an upgrade can do."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fota_rig import LOCAL, Line, Module, fota_unit, lines, main, new, old  # noqa: E402
from test_sim_fota import FEW, files_below  # noqa: E402

def test_versions_told(work):
    full = old("rg50xq")
    for fault, want in (("qgmr_other", full[:-1] + "9"), ("qgmr_bare", full.split("_")[0]),
                        ("qgmr_short", full[:-7]), ("qgmr_notready=-1", full[:-7] + ".00.000"),
                        ("qgmr_letter", full.replace("AAAR", "AABR"))):
        folder = fota_unit(work + "/" + fault, "rg50xq", good=False, conf=("csub = V05",))
        with Module(folder, fault) as m:
            line = Line(m.at_path)
            line.ask("ATE0")
            for _ in range(3):
                assert line.version() == want, (fault, want, line.version())
            base = want.split("_")[0]
            assert lines(line.ask("ATI;+CSUB")) == ["Quectel", "RG500Q-EA", "Revision: " + base,
                                                    "SubEdition: V05", "OK"]
            assert lines(line.ask("AT+QGMR?"))[0] == want and lines(line.ask("AT+CGMR"))[0] == base
            line.close()


def test_qgmr_notready(work):
    """The application half comes later: by the quirk, by the fault; and again after an upgrade."""
    for n, (conf, faults) in enumerate(((("qgmr_late_ms = 5000",), ()), ((), ("qgmr_notready=5000",)))):
        folder = fota_unit("%s/%d" % (work, n), "rg50xq", conf=FEW + conf)
        with Module(folder, *faults) as m:
            line = Line(m.at_path)
            line.ask("ATE0")
            assert line.version() == old("rg50xq")[:-7] + ".00.000"
            while line.version() != old("rg50xq"):
                time.sleep(0.01)
            line.run(LOCAL["rg50xq"])
            line.ask("ATE0")
            assert line.version() == new("rg50xq")[:-7] + ".00.000"
            while line.version() != new("rg50xq"):
                time.sleep(0.01)
            line.close()


# ---- after ----

def test_after(work):
    for fault, changed in (("after_imei", ["nv/0/550"]), ("after_cal", ["efs/nv/item_files/rfnv/00020000"]),
                           ("after_item", ["efs/nv/item_files/added_by_upgrade"]), ("after_restored", []),
                           ("after_fell", [])):
        place = work + "/" + fault
        folder = fota_unit(place + "/u", "rg50xq", conf=FEW)
        before = files_below(folder)
        with Module(folder, fault) as m:
            line = Line(m.at_path)
            line.run(LOCAL["rg50xq"])
            line.ask("ATE0")
            assert line.version() == (old if fault == "after_fell" else new)("rg50xq")
            restores = int(line.ask("AT+QPRTPARA=4").split(b",")[1])
            assert restores == (fault in ("after_restored", "after_fell")), (fault, restores)
            line.ask("AT+CGSN", b"ERROR\r\n" if fault == "after_imei" else b"OK\r\n")
            line.close()
        after = files_below(folder)
        found = sorted(k for k in after if k.startswith(("nv/", "efs/")) and after[k] != before.get(k))
        assert found == changed, (fault, found)


def test_after_nodiag(work):
    folder = fota_unit(work + "/u", "rg50xq", conf=FEW)
    with Module(folder, "after_nodiag,after_noreg") as m:
        line = Line(m.at_path)
        assert os.path.exists(m.folder + "/port")
        line.ask("ATE0")
        assert b"+CEREG: 0,1\r\n" in line.ask("AT+CEREG?")
        line.run(LOCAL["rg50xq"])
        line.ask("ATE0")
        assert line.version() == new("rg50xq") and not os.path.exists(m.folder + "/port")
        assert line.ask("AT+CSQ;+CEREG?;+COPS?") == b"\r\n+CSQ: 99,99\r\n\r\n+CEREG: 0,2\r\n\r\n+COPS: 0\r\n\r\nOK\r\n"
        line.close()


# ---- settings ----

def test_settings(work):
    folder = fota_unit(work + "/u", "bg96", conf=("operator = Telstra Mobile Telstra",))
    with Module(folder) as m:
        line = Line(m.at_path)
        line.ask("ATE0")
        apn = 'AT+QCFGEXT="fota_apn"'
        assert line.ask(apn) == b'\r\n+QCFGEXT: "fota_apn",0,"","",""\r\n\r\nOK\r\n'
        assert line.ask(apn + ',2,"a.b","me","pass word"') == b"\r\nOK\r\n"
        for bad in (',3,"x"', ",0", ',0,""', ",0,x", ',0,"x","y","z","w"', ',0,"x"y'):
            line.ask(apn + bad, b"\r\nERROR\r\n")
        line.close()
    with Module(folder) as m:
        line = Line(m.at_path)
        line.ask("ATE0")
        assert line.ask(apn) == b'\r\n+QCFGEXT: "fota_apn",2,"a.b","me","pass word"\r\n\r\nOK\r\n'
        line.ask(apn + ',0,"other"')
        assert line.ask(apn) == b'\r\n+QCFGEXT: "fota_apn",0,"other","",""\r\n\r\nOK\r\n'
        line.ask("AT+C5GREG?", b"\r\nERROR\r\n")
        assert m.writes() == [apn[2:] + ',0,"other"']
        line.close()
    folder = fota_unit(work + "/rg", "rg50xq")
    with Module(folder) as m:
        line = Line(m.at_path)
        line.ask("ATE0")
        assert line.ask("AT+QFOTAPID?") == b"\r\n+QFOTAPID: 1\r\n\r\nOK\r\n"
        line.ask("AT+QFOTAPID=?")
        line.ask("AT+QFOTAPID=17", b"\r\nERROR\r\n")
        line.ask("AT+QFOTAPID=2")
        assert line.ask("AT+QFOTAPID?") == b"\r\n+QFOTAPID: 2\r\n\r\nOK\r\n"
        assert line.ask("AT+C5GREG?;+CGREG?") == b"\r\n+C5GREG: 0,1\r\n\r\n+CGREG: 0,1\r\n\r\nOK\r\n"
        assert m.writes() == ["+QFOTAPID=17", "+QFOTAPID=2"]
        line.close()


if __name__ == "__main__":
    sys.exit(main([v for k, v in list(globals().items()) if k.startswith("test_")]))
