#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Upgrades that come over the network, that are stopped and joined again, that another program began,
and the way of a package into the unit."""
import http.server
import json
import os
import shlex
import signal
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "flow"))
from rig import main, put, qdiag  # noqa: E402
from fota_rig import LOCAL, Line, Module, new, old  # noqa: E402
from test_preflight import IMEI_OTHER  # noqa: E402
from upgrade_rig import DIGITS, FAST, Rig, good, judged  # noqa: E402


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
            assert done.returncode == 16 and "is not renewed" in done.stderr, (done.stderr, j)
            assert j["version"] == new("eg9x") and j["calibration_equal"] is True, j
            assert j["package_deleted"] is False and j["inner_backup"] is False, j
            assert j["next"] == "qdiag ufs files rm update.zip --at " + u.at(), j
            assert "unit     changed" in done.stderr, done.stderr
            assert u.started() == ["+QFOTADL=" + LOCAL["eg9x"]], u.writes()
            assert u.state()["stage"] == "done"
            if n == 0:
                put_away(u, command)


def put_away(u, command):
    """What a watcher says is left, done step by step: 0 only behind the last."""
    done = qdiag(*command[1:], "--progress=none", "--limit", FAST, check=16)
    assert "package deleted in the unit: NO; the module's own backup renewed: NO" in done.stdout, done.stdout
    qdiag(*shlex.split("ufs files rm update.zip --at " + u.at()), check=0)
    done = qdiag(*command[1:], "--progress=none", "--limit", FAST, check=16)
    assert "package deleted in the unit: yes; the module's own backup renewed: NO" in done.stdout, done.stdout
    qdiag("backup", "--progress=none", "--xqcn", u.work + "/new.xqcn", "-d", u.address, check=0)
    u.call("ufs", "backup", "-d", u.address, "--backup", u.work + "/new.xqcn", check=0)
    done = qdiag(*command[1:], "--progress=none", "--limit", FAST, check=0)
    assert "package deleted in the unit: yes; the module's own backup renewed: yes" in done.stdout, done.stdout


def test_nothing_is_to_be_put_away(work):
    """A run that was to leave both as they are, watched again."""
    with Rig(work, clock="virtual") as u:
        p, j = u.run("--keep-package")
        good(p, j, "eg9x")
        assert u.state()["package"] == "" and u.state()["copies_before"] is None, u.state()
        p, j = u.call("fota", "watch", "--state", u.backup + ".fota.json", "-d", u.address, "--limit", FAST,
                      check=0)
        assert j["package_deleted"] is None and j["inner_backup"] is None, j
        assert u.writes() == ["+QFOTADL=" + LOCAL["eg9x"]], u.writes()


def test_what_is_left_cannot_be_seen(work):
    """The counters fell: a new copy is neither there nor not there."""
    with Rig(work, clock="virtual") as u:
        good(*u.run(), "eg9x")
        state = dict(u.state(), copies_before=1000)
        with open(u.backup + ".fota.json", "w") as f:
            json.dump(state, f)
        p, j = u.call("fota", "watch", "--state", u.backup + ".fota.json", "-d", u.address, "--limit", FAST,
                      check=16)
        assert j["package_deleted"] is True and j["inner_backup"] is None, j
        assert "could not be looked at" in p.stderr and "count of its backups" in p.stderr, p.stderr


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


def test_another_unit_answers(work):
    """The state file knows whose upgrade it is: what another unit runs says nothing of it."""
    with Rig(work) as u:
        p, j = u.run()
        good(p, j, "eg9x")
        state = u.backup + ".fota.json"
        watch = ("fota", "watch", "--state", state, "--at", u.at(), "--limit", FAST, "--progress=none")
    put(work + "/u/nv/0/550", IMEI_OTHER)
    with Module(work + "/u") as m:
        p = qdiag(*watch, "-d", m.address, check=4)
        assert "another IMEI than the one of the state file" in p.stderr and "not touched" in p.stderr, p
        assert m.writes() == [], m.writes()


def test_upload(work):
    with Rig(work, good=False, conf=SLOW, clock="real") as u:
        big = work + "/big.zip"
        with open(big, "wb") as f:
            f.write(b"x" * 5000000)
        qdiag("fota", "upload", "--dry-run", u.package, "--at", u.at(), check=2)
        qdiag("fota", "watch", "--dry-run", "--at", u.at(), check=2)
        for limits in ("", "ok=1,ok=2", "ok=0", "ok=86401", "ok", "other=1"):
            qdiag("fota", "watch", "--at", u.at(), "--limit", limits, check=2)
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


if __name__ == "__main__":
    sys.exit(main([v for k, v in sorted(globals().items()) if k.startswith("test_")], 4))
