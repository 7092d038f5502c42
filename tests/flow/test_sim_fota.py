#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Upgrades of the simulated module from local packages, with a raw AT client: what each family takes and
prints, that a package is really checked, what a power cut leaves, and every fault. Downloads are in
test_sim_fota_net.py, versions and
what comes after in test_sim_fota_after.py."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fota_rig import (LOCAL, PLACE, READY, SIM, VERSIONS, Line, Module, conf_of, fota_unit,  # noqa: E402
                      lines, main, new, old, package, put, read, words)
from sim_rig import frame, unframe  # noqa: E402

FEW = ("fota_percents = 1 50 100",)
EARLY = ("eg9x", "rg50xq")
UP = ["START", "UPDATING 1", "UPDATING 50", "UPDATING 100"]
BACK = ["RESTORE 1%", "RESTORE 50%", "RESTORE 100%"]


def expected(family, code=0):
    """The lines of a run that goes through, as words() gives them."""
    if family != "bg96":
        return UP + ["END %d" % code]
    return ["START"] + [x + "%" for x in UP[1:]] + BACK + ["END %d" % code]


def run(work, family, *faults, conf=(), end=READY, package_of=None, **kw):
    """One local upgrade: its lines, the version told afterwards, unit.conf."""
    folder = fota_unit(work + "/" + family, family, conf=FEW + tuple(conf))
    if package_of:
        package_of(folder + "/efs" + PLACE[family])
    with Module(folder, *faults, **kw) as m:
        line = Line(m.at_path)
        found = line.run(LOCAL[family], end=end)
        version = line.ask("ATE0") and line.version() if end == READY else None
        line.close()
        return words(found), version, conf_of(folder)


def files_below(folder):
    out = {}
    for where, _, names in os.walk(folder):
        for name in names:
            out[os.path.relpath(os.path.join(where, name), folder)] = read(os.path.join(where, name))
    return out


def build_id(m):
    """The strings of EXT_BUILD_ID over DIAG."""
    end = time.monotonic() + 30
    while True:
        link = socket.socket(socket.AF_UNIX)
        try:
            link.connect(m.folder + "/port")
            break
        except OSError:
            link.close()
            assert time.monotonic() < end, "DIAG does not come back"
            time.sleep(0.02)
    with link:
        link.sendall(frame(b"\x7c"))
        data = b""
        while data.count(b"\x7e") < 1:
            more = link.recv(4096)
            assert more
            data += more
    return unframe(data)[12:].split(b"\0")[:2]


def test_each_family(work):
    """Both sides tell the new version, unit.conf keeps it, and nothing else has changed."""
    for family, (model, base, target) in VERSIONS.items():
        folder = fota_unit(work + "/" + family, family, conf=FEW)
        put(folder + "/unit.conf", b"# a comment stays\n" + read(folder + "/unit.conf"))
        efs, nv = files_below(folder + "/efs"), files_below(folder + "/nv")
        with Module(folder) as m:
            line = Line(m.at_path)
            line.ask("ATE0")
            assert line.ask("AT+QPRTPARA=1") and build_id(m) == [base.encode(), model.encode()]
            before = line.ask("AT+QPRTPARA=4")
            assert words(line.run(LOCAL[family])) == expected(family)
            line.ask("ATE0")
            assert line.version() == new(family)
            assert lines(line.ask("ATI"))[:3] == ["Quectel", model, "Revision: " + target]
            assert line.ask("AT+QPRTPARA=4") == before
            assert build_id(m) == [target.encode(), model.encode()]
            assert line.connects == (3 if family in EARLY else 2)
            assert m.writes() == ["+QPRTPARA=1", "+QFOTADL=" + LOCAL[family]]
            line.close()
        conf = conf_of(folder)
        assert (conf["firmware"], conf["firmware_full"]) == (target, new(family))
        assert read(folder + "/unit.conf").startswith(b"# a comment stays\n")
        assert files_below(folder + "/efs") == efs
        assert files_below(folder + "/nv") == {k: v.ljust(128, b"\0") for k, v in nv.items()} or \
            files_below(folder + "/nv") == nv
        assert "stage = 0\n" in read(folder + "/fota/state").decode()


def test_plain_print(work):
    """All hundred of them, in the form of each family."""
    forms = {"bg96": b'\r\n+QIND: "FOTA","UPDATING", 37%\r\n', "rg50xq": b'\r\n+QIND: "FOTA","UPDATING",37\r\n',
             "eg9x": b'\r\n+QIND: "FOTA", "UPDATING", 37\r\n'}
    for family, form in forms.items():
        folder = fota_unit(work + "/" + family, family)
        with Module(folder) as m:
            line = Line(m.at_path)
            line.ask("ATE0")
            line.ask("AT+QFOTADL=" + LOCAL[family])
            text = line.until(READY)
            assert form in text, text
            assert text.count(b"UPDATING") == 100 and text.count(b"RESTORE") == (
                100 if family == "bg96" else 0)
            line.close()


def test_styles(work):
    for style, form in (("plain", b'"FOTA","UPDATING",50\r'), ("blank", b'"FOTA","UPDATING", 50\r'),
                        ("percent", b'"FOTA","UPDATING", 50%\r'), ("tight", b'"FOTA","UPDATING",50%\r'),
                        ("blanks", b'"FOTA", "UPDATING", 50\r')):
        folder = fota_unit(work + "/" + style, "rg50xq", conf=FEW + ("fota_style = " + style,))
        with Module(folder) as m:
            line = Line(m.at_path)
            line.ask("ATE0")
            line.ask("AT+QFOTADL=" + LOCAL["rg50xq"])
            assert form in line.until(READY)
            line.close()


U = "http://127.0.0.1:1/"
ARGUMENTS = (
    ("bg96", '"%s"' % (U + "x" * (255 - len(U))), True), ("bg96", '"%s"' % (U + "x" * (256 - len(U))), False),
    ("bg96", '"HTTPS://127.0.0.1:1/x"', True), ("bg96", '"ftp://a:b@127.0.0.1:1/x"', False),
    ("bg96", "1", True), ("bg96", "2", False), ("bg96", '"1"', False), ("bg96", '"/fota/update.zip"', False),
    ("eg9x", '"%s"' % (U + "x" * (255 - len(U))), True), ("eg9x", '"%s"' % (U + "x" * (256 - len(U))), False),
    ("eg9x", '"https://127.0.0.1:1/x"', False), ("eg9x", "1", False),
    ("eg9x", '"ftp://%s:b@127.0.0.1:1/x"' % ("u" * 50), True),
    ("eg9x", '"ftp://%s:b@127.0.0.1:1/x"' % ("u" * 51), False),
    ("eg9x", '"ftp://a:%s@127.0.0.1:1/x"' % ("p" * 50), True),
    ("eg9x", '"ftp://a:%s@127.0.0.1:1/x"' % ("p" * 51), False),
    ("eg9x", '"ftp://a:b@127.0.0.1:1/%s"' % ("f" * 50), True),
    ("eg9x", '"ftp://a:b@127.0.0.1:1/%s"' % ("f" * 51), False),
    ("eg9x", '"ftp://a:b@%s:1/x"' % ("s" * 51), False),
    ("eg9x", '"/data/ufs/none.zip"', False), ("eg9x", '"/cache/ufs/update.zip"', False),
    ("eg9x", '"data/ufs/update.zip"', False), ("eg9x", '"/data/ufs/../update.zip"', False),
    ("eg9x", '"/data/ufs/%s"' % ("n" * 119), False),
    ("rg50xq", '"%s"' % (U + "x" * (512 - len(U))), True),
    ("rg50xq", '"%s"' % (U + "x" * (513 - len(U))), False),
    ("rg50xq", '"https://127.0.0.1:1/x"', True), ("rg50xq", '"cache/ufs/update.zip"', True),
    ("rg50xq", '"/cache/ufs/update.zip"', True), ("rg50xq", '"/data/ufs/update.zip"', False),
    ("rg50xq", '"/cache/ufs/"', False), ("rg50xq", "/cache/ufs/update.zip", False),
    ("rg50xq", '"http://127.0.0.1:0/x"', False), ("rg50xq", '"http://127.0.0.1:65535/x"', True),
    ("rg50xq", '"http://127.0.0.1:65536/x"', False), ("rg50xq", '"http://127.0.0.1"', False),
    ("rg50xq", '"http://127.0.0.1:1/"', False), ("rg50xq", '"http://:1/x"', False),
    ("rg50xq", '"file:///x"', False), ("rg50xq", "", False), ("rg50xq", "?", False))


def test_arguments(work):
    """What is refused is ERROR and leaves no trace; the command exists in three families only."""
    for n, (family, argument, good) in enumerate(ARGUMENTS):
        folder = fota_unit("%s/%d" % (work, n), family, conf=("reset_ms = 60000",))
        with Module(folder, clock="real") as m:
            line = Line(m.at_path)
            line.ask("ATE0;+CMEE=1")
            line.link.sendall(("AT+QFOTADL%s%s\r" % ("=" * (argument != "?"), argument)).encode())
            text = line.until(b"OK\r\n" if good else b"ERROR\r\n")
            assert text == (b"\r\nOK\r\n" if good else b"\r\nERROR\r\n"), (family, argument, text)
            if good:
                line.ask("AT+QFOTADL=" + argument, b"\r\nERROR\r\n")  # one at a time
            line.close()
    folder = fota_unit(work + "/longest", "eg9x", good=False)
    name = "n" * (128 - len("/data/ufs/"))
    package(folder + "/efs/datatx/" + name, old("eg9x"), new("eg9x"))
    with Module(folder) as m:
        line = Line(m.at_path)
        assert "END 0" in words(line.run('"/data/ufs/%s"' % name))
        line.close()
    folder = fota_unit(work + "/none", "bg96", conf=("family = bg95-s5",))
    with Module(folder) as m:
        line = Line(m.at_path)
        for command in ("AT+QFOTADL=?", "AT+QFOTADL=1", 'AT+QCFGEXT="fota_apn"', "AT+QFOTAPID?"):
            line.ask(command, b"\r\nERROR\r\n")
        line.close()


def test_bg96_without_package(work):
    for how in ("end", "error"):
        folder = fota_unit(work + "/" + how, "bg96", good=False, conf=("fota_nofile = " + how,))
        with Module(folder) as m:
            line = Line(m.at_path)
            line.ask("ATE0")
            if how == "error":
                assert line.ask("AT+QFOTADL=1", b"ERROR\r\n") == b"\r\nERROR\r\n"
            else:
                line.ask("AT+QFOTADL=1")
                assert words(lines(line.until(b'"END",505\r\n'))) == ["START", "END 505"]
                assert line.ask("AT+QFOTADL=?") == b"\r\nOK\r\n"  # it goes on as before
            assert line.version() == old("bg96") and line.connects == 1
            line.close()


def damage(path):
    data = bytearray(read(path))
    data[data.index(b"patch/modem.p") + 60] ^= 0xff
    put(path, bytes(data))


def cut_short(path):
    put(path, read(path)[:-30])


def of_project(source, target):
    return lambda path: package(path, source, target)


def spoilt(family):
    """(what is done to the package, END)"""
    other = {"bg96": "BG95MAR02A07M1G", "eg9x": "EG91EFBR06A08M4G", "rg50xq": "RG501QEUAAR12A11M4G"}[family]
    older = VERSIONS[family][1].replace("A0", "A1", 1)
    no_zip, bare, project, source = {"bg96": (506, 506, 511, 511), "eg9x": (505, 505, 510, 510),
                                     "rg50xq": (504, 505, 505, 505)}[family]
    return ((damage, no_zip), (cut_short, no_zip), (lambda p: put(p, b"<html>404</html>"), no_zip),
            (lambda p: put(p, b""), no_zip),
            (lambda p: package(p, "", ""), bare),
            (of_project(other + "_01.001.01.001", new(family)), project),
            (of_project(older + "_01.001.01.001", new(family)), source),
            (of_project(VERSIONS[family][1], new(family)), source),
            (of_project(old(family) + ".1", new(family)), source))


def test_packages_are_checked(work):
    """Nothing but a sound package for exactly this version changes it."""
    for family in VERSIONS:
        for n, (spoil, code) in enumerate(spoilt(family)):
            end = READY if family in EARLY else b'"END",%d\r\n' % code
            found, version, conf = run("%s/%d" % (work, n), family, package_of=spoil, end=end)
            times = 5 if family in EARLY else 1
            assert found == ["START", "END %d" % code] * times, (family, n, found)
            assert conf["firmware_full"] == old(family) and version in (None, old(family))


def test_space(work):
    for family, conf, code in (("eg9x", "fota_space = 300", 511), ("rg50xq", "fota_space = 300", 511),
                               ("rg50xq", "fota_largest = 300", 550), ("bg96", "fota_space = 300", 504)):
        end = READY if family in EARLY else b'"END",%d\r\n' % code
        found, _, conf = run(work + "/" + conf.split()[0], family, conf=(conf,), end=end)
        assert found[:2] == ["START", "END %d" % code] and conf["firmware_full"] == old(family)
    found, _, _ = run(work + "/510", "rg50xq", conf=("fota_mismatch = 510", "fota_retries = 2"),
                      package_of=of_project("RG500QEAAAR11A05M4G_01.001.01.001", new("rg50xq")))
    assert found == ["START", "END 510"] * 2, found


def test_base_and_build(work):
    """What a package says of the other two version strings."""
    folder = fota_unit(work + "/u", "rg50xq", conf=FEW)
    package(folder + "/efs" + PLACE["rg50xq"], old("rg50xq"), new("rg50xq"),
            more="base = RG500QEAAAR11A99M4G\nbuild = BUILD.1\n", extra=(("empty", b""),))
    with Module(folder) as m:
        line = Line(m.at_path)
        line.run(LOCAL["rg50xq"])
        assert build_id(m)[0] == b"BUILD.1"
        assert b"Revision: RG500QEAAAR11A99M4G\r\n" in line.ask("ATI")
        line.close()


# ---- tries and power cuts ----

def test_fota_fail(work):
    for family in EARLY:
        found, version, _ = run(work + "/4", family, "fota_fail=520:4:50")
        assert found == (UP[:3] + ["END 520"]) * 4 + expected(family), found
        assert version == new(family)
        found, version, _ = run(work + "/5", family, "fota_fail=520:5")
        assert found == (UP[:2] + ["END 520"]) * 5 and version == old(family), found
        found, version, _ = run(work + "/ever", family, "fota_fail=540", conf=("fota_retries = 7",))
        assert found == (UP[:2] + ["END 540"]) * 7 and version == old(family)
    found, _, conf = run(work, "bg96", "fota_fail=504", end=b'"END",504\r\n')
    assert found == ["START", "UPDATING 1%", "END 504"] and conf["firmware_full"] == old("bg96")


def test_every_code(work):
    """All of the guides' tables; a flag that is given up leaves the unit as it was."""
    hard = tuple(range(520, 531)) + tuple(range(540, 547))
    for family, codes in (("eg9x", (502, 505, 510, 511) + hard), ("bg96", (504, 505, 506, 511)),
                          ("rg50xq", (502, 504, 505, 510, 511, 550) + hard)):
        for n in codes[:6] + codes[6::5]:
            end = READY if family in EARLY else b'"END",%d\r\n' % n
            found, _, conf = run("%s/%d" % (work, n), family, "fota_fail=%d" % n, end=end,
                                 conf=("fota_retries = 1",))
            assert found[-1] == "END %d" % n and conf["firmware_full"] == old(family)


def test_fota_powercut_at_start(work):
    for family in EARLY:
        found, version, _ = run(work, family, "fota_powercut=start")
        assert found == ["START"] + expected(family) and version == new(family), found
    found, version, _ = run(work, "bg96", "fota_powercut=start")
    assert found == ["START"] and version == old("bg96")  # nothing was copied back yet


def test_fota_powercut_at_a_percent(work):
    """Where it is depends on the seed alone, and it does not count as a try."""
    seen = set()
    for seed in "0123456":
        found, version, _ = run(work + "/" + seed, "rg50xq", "fota_powercut=percent", "fota_fail=521:4",
                                args=("--seed", seed))
        assert version == new("rg50xq") and found.count("END 521") == 4 and found[-1] == "END 0"
        again, _, _ = run(work + "/again" + seed, "rg50xq", "fota_powercut=percent", "fota_fail=521:4",
                          args=("--seed", seed))
        assert again == found
        seen.add(tuple(found))
    assert len(seen) > 1


def test_fota_powercut_in_restore(work):
    text = ["Last upgrade was not finished continue upgrade", "START"]
    found, version, _ = run(work, "bg96", "fota_powercut=restore")
    at = found.index(text[0])
    assert found[at:] == text + BACK + ["END 0"] and version == new("bg96"), found
    assert found[:at] == expected("bg96")[:at] and at >= 4


def test_fota_powercut_at_the_end(work):
    for family in VERSIONS:
        found, version, _ = run(work, family, "fota_powercut=end")
        assert found == expected(family) and version == new(family)


def test_killed_program(work):
    """What is in the folder is enough: another run of the program goes on."""
    for family in ("bg96", "rg50xq"):
        folder = fota_unit(work + "/" + family, family, conf=(
            "fota_percents = 1 2 3", "fota_percent_ms = 150", "fota_first_ms = 20", "reset_ms = 20"))
        mark = b"RESTORE" if family == "bg96" else b"UPDATING"
        sim = Module(folder, clock="real")
        line = Line(sim.at_path)
        line.run(LOCAL[family], end=mark)
        sim.p.send_signal(signal.SIGKILL)
        sim.p.wait(20)
        sim.p.stdout.close()
        line.close()
        shutil.rmtree(sim.folder)
        with Module(folder) as m:
            line = Line(m.at_path)
            found = words(lines(line.until(READY)))
            line.ask("ATE0")
            assert line.version() == new(family)
            line.close()
        if family == "bg96":
            assert found[0].startswith("Last upgrade") and found[-2:] == ["RESTORE 3%", "END 0"]
        else:
            assert found == ["START", "UPDATING 1", "UPDATING 2", "UPDATING 3", "END 0"], found


# ---- lines ----

def test_fota_percent(work):
    for how, want in (("zero", ["UPDATING 0"] + UP[1:]), ("repeat", [x for x in UP[1:] for _ in "ab"]),
                      ("fall", ["UPDATING 1", "UPDATING 1", "UPDATING 100"]),
                      ("over", UP[1:] + ["UPDATING 101"]), ("sign", [x + "%" for x in UP[1:]])):
        found, version, _ = run(work + "/" + how, "rg50xq", "fota_percent=" + how)
        assert found == ["START"] + want + ["END 0"] and version == new("rg50xq"), (how, found)


def test_lost_and_doubled_lines(work):
    good = expected("rg50xq")
    for fault, want, target in (
            ("fota_nostart", good[1:], True), ("fota_mute", [], True), ("fota_twice", good + good[-1:], True),
            ("fota_again", good + ["START"], True), ("fota_lie", good, False)):
        found, version, _ = run(work + "/" + fault, "rg50xq", fault)
        assert found == want and version == (new if target else old)("rg50xq"), (fault, found, version)
    found, version, _ = run(work, "bg96", "fota_noend")
    assert found == expected("bg96")[:-1] + ["RESTORE 100%"] and version == new("bg96")


def test_fota_gone(work):
    folder = fota_unit(work + "/u", "rg50xq", conf=FEW)
    with Module(folder, "fota_gone") as m:
        line = Line(m.at_path)
        line.run(LOCAL["rg50xq"], end=b'"END",0\r\n')
        while True:
            if not line.link.recv(100):
                break
        end = time.monotonic() + 30
        while os.path.exists(m.at_path) or os.path.exists(m.folder + "/port"):
            assert time.monotonic() < end
            time.sleep(0.02)
        line.link.close()
        assert m.p.poll() is None


def test_fota_first(work):
    """89 and 91 seconds of the module's time between the restart and START."""
    for ms in (89000, 91000):
        folder = fota_unit("%s/%d" % (work, ms), "rg50xq", conf=FEW)
        with Module(folder, "fota_first=%d" % ms) as m:
            line = Line(m.at_path)
            line.run(LOCAL["rg50xq"])
            line.close()
            log = [x.split() for x in open(m.log)]
        up = [int(x[1]) for x in log if x[0] == "L" and x[3] == "up"]
        start = [int(x[1]) for x in log if x[0] == "A" and x[3] == "<" and b'"START"' in bytes.fromhex(x[4])]
        assert start[0] - up[1] == ms * 1000, (up, start)


def test_fota_renamed(work):
    folder = fota_unit(work + "/u", "eg9x", conf=FEW)
    with Module(folder, "fota_renamed") as m:
        line = Line(m.at_path)
        line.path += "2"
        line.run(LOCAL["eg9x"], end=b'"START"\r\n')
        line.path += "2"
        line.until(READY)
        assert line.path.endswith("22") and not os.path.exists(m.at_path)
        assert line.ask("ATE0") and line.version() == new("eg9x")
        line.close()


# ---- ports ----

def test_recovery(work):
    """No DIAG port and a deaf AT port, or by the quirk one that answers; on a BG96 both stay."""
    slow = FEW + ("fota_first_ms = 20", "fota_percent_ms = 400", "reset_ms = 20")
    for n, (family, conf, answers, diag) in enumerate((
            ("eg9x", (), False, False), ("rg50xq", ("recovery_at = answers",), True, False),
            ("bg96", (), True, True), ("eg9x", ("fota_reboot = none",), True, True))):
        folder = fota_unit("%s/%d" % (work, n), family, conf=slow + conf)
        with Module(folder, clock="real") as m:
            line = Line(m.at_path)
            line.run(LOCAL[family], end=b'"UPDATING"')
            assert os.path.exists(m.folder + "/port") == diag
            line.link.sendall(b"ATE0\rAT+CGMM\r")
            text = line.until(READY)
            assert (VERSIONS[family][0].encode() + b"\r\n\r\nOK" in text) == answers, text
            assert line.ask("ATE0") and line.version() == new(family)
            line.close()


def test_nobody_listens(work):
    """A client that leaves behind its command: the upgrade comes to its end all the same."""
    folder = fota_unit(work + "/u", "rg50xq", conf=FEW)
    with Module(folder) as m:
        line = Line(m.at_path)
        line.ask("AT+QFOTADL=" + LOCAL["rg50xq"])
        line.close()
        end = time.monotonic() + 60
        while conf_of(folder)["firmware_full"] != new("rg50xq"):
            assert time.monotonic() < end
            time.sleep(0.1)


def test_slow_client(work):
    """A restart waits for a client that is slow to come back: no line is lost to it."""
    folder = fota_unit(work + "/u", "rg50xq", conf=FEW)
    with Module(folder, "fota_fail=520:1") as m:
        line = Line(m.at_path)
        line.pause = 0.3
        found = words(line.run(LOCAL["rg50xq"]))
        assert found == UP[:2] + ["END 520"] + expected("rg50xq"), found
        line.close()


def test_terminal(work):
    """The same over a pty, whose last lines must not get lost in its restart."""
    folder = fota_unit(work + "/u", "eg9x")
    with Module(folder, at="pty") as m:
        text, fd, opens, end = b"", None, 0, time.monotonic() + 60
        while READY not in text:
            assert time.monotonic() < end, text[-200:]
            try:
                if fd is None:
                    fd = os.open(m.at_path, os.O_RDWR | os.O_NOCTTY)
                    opens += 1
                    time.sleep(0.3)  # all of it waits in the terminal by then
                    if opens == 1:
                        os.write(fd, b"AT+QFOTADL=" + LOCAL["eg9x"].encode() + b"\r")
                data = os.read(fd, 4096)
            except OSError:
                data = b""
            text += data
            if not data and fd is not None:
                os.close(fd)
                fd = None
            if not data:
                time.sleep(0.01)
        os.close(fd)
    assert words(lines(text)) == ["START"] + ["UPDATING %d" % i for i in range(1, 101)] + ["END 0"]
    assert opens == 3


def upload(line, path, name):
    data = read(path)
    line.ask('AT+QFUPL="%s",%d,5,0' % (name, len(data)), b"CONNECT\r\n")
    line.link.sendall(data)
    return line.until(b"\r\nOK\r\n")


def test_bundled_units(work):
    """Each unit of these families takes an upgrade: uploaded over AT, or laid down behind 0x3E."""
    for name, target in (("bg96", "BG96MAR02A07M1G_01.018.01.018"), ("eg95", new("eg9x")),
                         ("rg50xq", "RG500QEAAAR11A06M4G_01.002.01.002")):
        folder = "%s/%s" % (work, name)
        subprocess.run([SIM, "--unit", name, "--unpack", folder], check=True)
        conf = conf_of(folder)
        made = package(folder + ".zip", conf["firmware_full"], target)
        if name == "bg96":
            shutil.copy(made, folder + "/efs-alt/fota/update.zip")
        with Module(folder) as m:
            line = Line(m.at_path)
            line.ask("ATE0")
            if name != "bg96":
                upload(line, made, "update.zip")
            assert words(line.run(LOCAL[conf["family"]]))[-1] == "END 0"
            line.ask("ATE0")
            while line.version().endswith(".00.000"):
                time.sleep(0.01)
            assert line.version() == target
            line.close()
        conf.update(firmware_full=target, firmware=target.split("_")[0], ext_build=target.split("_")[0])
        assert conf_of(folder) == conf


def test_every_fault_has_a_test(work):
    """Each fault of upgrades stands in this file or in that of the downloads."""
    here = os.path.dirname(os.path.abspath(__file__))
    text = "".join(read(os.path.join(here, name)).decode()
                   for name in ("test_sim_fota.py", "test_sim_fota_after.py", "test_sim_fota_net.py"))
    known = subprocess.run([SIM, "--help-faults"], capture_output=True, text=True, check=True).stdout
    names = [x.split("=")[0] for x in known.splitlines() if x and x[0] != " "]
    ours = [x for x in names if x.startswith(("fota_", "after_", "qgmr_", "noreg"))]
    assert len(ours) == 28, ours
    for name in ours:
        assert '"%s' % name in text or "%s\"" % name in text, name


if __name__ == "__main__":
    sys.exit(main([v for k, v in list(globals().items()) if k.startswith("test_")], 4))
