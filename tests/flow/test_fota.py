#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Upgrades end to end: qdiag against the simulated module of each family, on the module's virtual
clock. For every fault: success only when the version is the target and identity and calibration are
equal; AT+QFOTADL is sent once at most, and never by what only looks."""
import atexit
import http.server
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "flow"))
from rig import SMALL, main, qdiag  # noqa: E402
from fota_rig import LOCAL, PLACE, Line, Module, conf_of, fota_unit, new, old, package  # noqa: E402

DIGITS = "0015"
FAST = "ok=1,start=1,download=3,port_back=4,first=1,between=2,attempt=6"


PREPARED = {}  # family: a folder with a unit, its backup and the copy in the module


def prepare(family):
    if family not in PREPARED:
        place = tempfile.mkdtemp(prefix="fota.")
        atexit.register(shutil.rmtree, place, True)
        with Rig(place, family=family, unit=fota_unit(place + "/u", family, conf=(
                "reset_ms = 200",))) as u:
            qdiag("backup", "--progress=none", "--xqcn", place + "/b.xqcn", "-d", u.address, *SMALL,
                  check=0)
            u.call("ufs", "backup", "-d", u.address, "--backup", place + "/b.xqcn", check=0)
        PREPARED[family] = place
    return PREPARED[family]


class Rig(Module):
    """A unit with a package for it, a backup and a fresh copy in the module."""

    def __init__(self, work, *faults, family="eg9x", conf=(), unit=None, good=True, **kind):
        self.family = family
        self.work = work
        self.backup = work + "/b.xqcn"
        if not unit:
            shutil.copytree(prepare(family), work, dirs_exist_ok=True)
        if conf:
            merged = dict(conf_of(work + "/u"), **dict(c.split(" = ") for c in conf))
            with open(work + "/u/unit.conf", "w") as f:
                f.write("".join("%s = %s\n" % c for c in merged.items()))
        if not good:
            os.unlink(work + "/u/efs" + PLACE[family])
        self.package = package("%s/%s-%s.zip" % (work, old(family), new(family)), old(family),
                               new(family))
        super().__init__(unit or work + "/u", *faults, **kind)

    def at(self):
        return "unix:" + self.at_path

    def call(self, *args, check=None):
        p = qdiag(*args, "--at", self.at(), "--progress=none", "--json", check=check)
        return p, json.loads(p.stdout.splitlines()[-1] if "lines" in " ".join(args) else p.stdout)

    def source(self):
        return LOCAL[self.family].strip('"')

    def arguments(self, *more, source=None):
        return ["--source", source or self.source(), "--package", self.package, "--backup",
                self.backup, "--power-ok", "-d", self.address, "--limit", FAST] + list(more)

    def run(self, *more, check=None, source=None):
        return self.call("fota", "run", "--confirm", DIGITS, *self.arguments(*more, source=source),
                         check=check)

    def started(self):
        return [x for x in self.writes() if x.startswith("+QFOTADL=")]

    def state(self):
        with open(self.backup + ".fota.json") as f:
            return json.load(f)


def good(p, j, family):
    assert p.returncode == 0, (p.returncode, p.stderr, j)
    assert j["version"] == new(family) and j["version_is_target"] is True, j
    assert j["identity_equal"] is True and j["calibration_equal"] is True, j
    assert j["state"] == "done"


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


def judged(u, p, j, exits):
    """The property of every run."""
    equal = j["identity_equal"] is True and j["calibration_equal"] is True
    assert p.returncode in exits, "exit %d, not %s\n%s\n%s" % (p.returncode, exits, p.stderr, p.stdout)
    assert p.returncode != 0 or (j["version"] == new(u.family) and equal), j
    assert len(u.started()) <= 1, u.writes()
    copies = [x for x in u.writes() if x.startswith("+QPRTPARA=")]
    assert p.returncode == 0 or not copies, copies  # a new copy would seal what is wrong
    assert 16 <= p.returncode <= 23 or p.returncode == 0 or not u.started(), p.returncode


def outcomes(work, family, cases):
    for n, (fault, exits, more) in enumerate(cases):
        with Rig("%s/%d" % (work, n), *[fault], family=family) as u:
            p, j = u.run()
            try:
                judged(u, p, j, exits)
                for key, value in more.items():
                    assert j[key] == value, (key, j[key])
            except AssertionError as e:
                raise AssertionError("%s, %s: %s" % (family, fault, e))


def test_what_the_unit_says_wrongly(work):
    outcomes(work, "eg9x", (
        ("fota_nostart", (0,), {"attempts": 1}),
        ("fota_mute", (0,), {"attempts": 0}),
        ("fota_percent=zero", (0,), {}),
        ("fota_percent=repeat", (0,), {}),
        ("fota_percent=fall", (0,), {}),
        ("fota_percent=over", (0,), {}),
        ("fota_percent=sign", (0,), {}),
        ("fota_twice", (0,), {}),
        ("fota_again", (0,), {}),
        ("fota_lie", (21,), {"version_is_target": False, "state": "failed"}),
        ("fota_gone", (22,), {"state": "unknown"})))


def test_errors_that_are_tried_again(work):
    outcomes(work, "eg9x", (
        ("fota_fail=520:4", (0,), {"attempts": 5, "code": 520, "stage": "end"}),
        ("fota_fail=520", (21,), {"attempts": 5, "code": 520}),
        ("fota_fail=511", (21,), {"attempts": 5, "code_text": "not enough space in the unit's file system"})))
    outcomes(work + "/rg", "rg50xq", (
        ("fota_fail=505:2:40", (0,), {"attempts": 3, "code": 505}),
        ("fota_fail=550", (21,), {"code_text": "the package is too large"})))


def test_errors_that_are_final(work):
    outcomes(work, "bg96", (
        ("fota_fail=504", (21,), {"attempts": 1, "code_text": "the upgrade failed"}),
        ("fota_fail=511", (21,), {"code_text": "the package does not match the current firmware"}),
        ("fota_noend", (0,), {})))


def test_power_cuts(work):
    outcomes(work, "eg9x", (("fota_powercut=start", (0,), {}), ("fota_powercut=percent", (0,), {}),
                            ("fota_powercut=end", (0,), {})))
    outcomes(work + "/bg", "bg96", (("fota_powercut=restore", (0,), {}),
                                    ("fota_powercut=end", (0,), {})))


def test_damage(work):
    outcomes(work, "eg9x", (
        ("after_imei", (23,), {"identity_equal": False, "version_is_target": True}),
        ("after_cal", (23,), {"calibration_equal": False, "version_is_target": True}),
        ("after_restored", (23,), {}),
        ("after_item", (0,), {}),
        ("after_fell", (23,), {"version_is_target": False}),
        ("after_noreg", (0,), {}),
        ("after_nodiag", (22,), {"calibration_equal": None})))
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


def test_the_command_itself(work):
    outcomes(work, "eg9x", (
        ("at_late=QFOTADL:4100", (0,), {}),
        ("at_silent=QFOTADL", (0,), {})))


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


class Server:
    """Gives out one file over HTTP on the loopback."""

    def __init__(self, path):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                found = self.path == "/update.zip"
                data = open(path, "rb").read() if found else b""
                self.send_response(200 if found else 404)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args):
                pass

        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.httpd.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return "http://127.0.0.1:%d/" % self.httpd.server_address[1]

    def __exit__(self, *exc):
        self.httpd.shutdown()
        self.httpd.server_close()


def test_downloads(work):
    for n, (family, fault, file, exits, code) in enumerate((
            ("bg96", None, "update.zip", (0,), None), ("eg9x", None, "update.zip", (0,), None),
            ("rg50xq", None, "update.zip", (0,), None), ("bg96", None, "other.zip", (21,), 706),
            ("bg96", "fota_download=702:1500", "update.zip", (21,), 702),
            ("eg9x", "fota_netlost", "update.zip", (21,), 701),
            ("rg50xq", "fota_apnbusy", "update.zip", (22,), None),
            ("rg50xq", "fota_powercut=download", "update.zip", (21,), None))):
        with Rig("%s/%d" % (work, n), *([fault] if fault else []), family=family) as u, \
                Server(u.package) as url:
            if family == "bg96":
                at_set(u, 'AT+QCFGEXT="fota_apn",0,"internet"')
            p, j = u.run(source=url + file)
            try:
                judged(u, p, j, exits)
            except AssertionError as e:
                raise AssertionError("%s, %s: %s" % (family, fault, e))
            assert j["code"] == code, j
            if code:
                assert j["stage"] == "http" and "download error %d" % code in p.stderr, p.stderr


def at_set(u, command):
    line = Line(u.at_path)
    line.ask(command)
    line.close()


SLOW = ("fota_percent_ms = 700", "fota_percents = 1 30 60 100", "fota_first_ms = 300")


def events(process, wanted):
    """Reads JSON lines until an event of the wanted state."""
    for text in process.stdout:
        event = json.loads(text)
        if event.get("event") == "fota" and event["state"] == wanted:
            return event
    raise AssertionError("no state %s: %s" % (wanted, process.stderr.read()))


def test_stopped_and_joined(work):
    """A stop is never 130 once the command was sent; what it says to do brings the run to its end."""
    for n, state in enumerate(("accepted", "rebooting", "updating")):
        with Rig("%s/%d" % (work, n), conf=SLOW, clock="real") as u:
            p = subprocess.Popen([os.environ.get("QDIAG", os.environ.get("top_builddir", ".") + "/qdiag"),
                                  "fota", "run", "--confirm", DIGITS, "--at", u.at(), "--json=lines",
                                  "--progress=none"] + u.arguments(), stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
            events(p, state)
            p.send_signal(signal.SIGINT)
            out, err = p.communicate(timeout=60)
            assert p.returncode == 22, (p.returncode, err)
            answer = json.loads(out.splitlines()[-1])
            assert "stopped watching; the upgrade goes on" in err, err
            assert "must not lose its power" in err, err
            assert u.state()["stage"] not in ("done", "failed", "unknown"), u.state()
            again, j = u.run()
            assert again.returncode == 5 or not u.started()[1:], again.stderr
            command = shlex.split(answer["next"])
            assert command[:3] == ["qdiag", "fota", "watch"], answer
            done = qdiag(*command[1:], "--json", "--progress=none", "--limit", FAST)
            j = json.loads(done.stdout)
            assert done.returncode == 0, (done.stderr, j)
            assert j["version"] == new("eg9x") and j["calibration_equal"] is True, j
            assert u.started() == ["+QFOTADL=" + LOCAL["eg9x"]], u.writes()
            assert u.state()["stage"] == "done"


def test_watching_what_another_program_began(work):
    for n, (fault, extra, exits) in enumerate((
            (None, True, (0,)), ("fota_lie", True, (21,)), ("after_cal", True, (23,)),
            ("fota_gone", True, (22,)), (None, False, (22,)),
            ("fota_lie", False, (22,)))):
        with Rig("%s/%d" % (work, n), *([fault] if fault else []), conf=SLOW, clock="real") as u:
            line = Line(u.at_path)
            line.ask("ATE0")
            line.ask("AT+QFOTADL=" + LOCAL["eg9x"])
            line.close()
            p, j = u.call("fota", "watch", "--backup", u.backup, "-d", u.address, "--limit", FAST,
                          *(("--to", new("eg9x"), "--from", old("eg9x")) if extra else ()))
            assert p.returncode in exits, (fault, p.returncode, p.stderr)
            assert u.writes()[:1] == ["+QFOTADL=" + LOCAL["eg9x"]] and len(u.writes()) == 1, u.writes()
            assert p.returncode or j["calibration_equal"] is True


def test_upload(work):
    with Rig(work, good=False, conf=SLOW, clock="real") as u:
        big = work + "/big.zip"
        with open(big, "wb") as f:
            f.write(b"x" * 5000000)
        p, j = u.call("fota", "upload", u.package, "update.zip", check=0)
        assert j["source"] == "/data/ufs/update.zip", j
        p, j = u.call("fota", "upload", u.package, "update.zip", check=5)
        assert "is in the unit already" in p.stderr and "ufs files rm update.zip" in p.stderr, p.stderr
        p, j = u.call("fota", "upload", big, "big.zip", check=5)
        assert "bytes of the unit's storage are free" in p.stderr, p.stderr
        assert [x.split(",")[0] for x in u.writes()] == ['+QFUPL="update.zip"'], u.writes()
        p, j = u.run()
        good(p, j, "eg9x")
    with Rig(work + "/bg", family="bg96", good=False) as u:
        p, j = u.call("fota", "upload", u.package, "update.zip", check=13)
        assert "/fota/update.zip" in p.stderr and u.writes() == [], p.stderr


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
    sys.exit(main([v for k, v in sorted(globals().items()) if k.startswith("test_")]))
