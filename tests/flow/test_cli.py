#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# The command line: answers on stdout, everything else on stderr, JSON that parses, masking, help made
# from the tables, usage errors with exit code 2, and units that cannot be found.
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
from rig import QDIAG, SMALL, Sim, backup, backup_json, main, put, qdiag, read, small_unit

IMEI = "001001000000015"


def test_usage_errors(work):
    for args in ((), ("nonsense",), ("backup",), ("backup", "--xqcn"), ("check",),
                 ("check", "a", "b"), ("backup", "--no-such"), ("list", "--xqcn", "x"),
                 ("backup", "--xqcn", "x", "--sub", "3"), ("backup", "--xqcn", "x", "--sub", "-1"),
                 ("backup", "--xqcn", "x", "--nv-range", "9"),
                 ("backup", "--xqcn", "x", "--nv-range", "9-3"),
                 ("backup", "--xqcn", "x", "--nv-range", "0-65536"),
                 ("backup", "--xqcn", "x", "--timeout", "0"),
                 ("backup", "--xqcn", "x", "--timeout", "3s"),
                 ("backup", "--xqcn", "x", "--json=line"), ("help", "nonsense"),
                 ("backup", "--xqcn", "", "-d", "tty:/dev/null"),
                 ("backup", "--xqcn", "x", "-d", "what:ever"),
                 ("info", "-d", "unix:" + work + "/x", "--serial", "1")):
        p = qdiag(*args, cwd=work)
        assert p.returncode == 2, (args, p.returncode, p.stderr)
        assert p.stdout == "" and p.stderr.startswith("qdiag: "), (args, p.stdout, p.stderr)
        assert "[exit 2]" in p.stderr.splitlines()[0] and "not touched" in p.stderr, p.stderr
        assert os.listdir(work) == []


def test_usage_texts(work):
    """The first line names what is wrong, also within letters that stand together."""
    for args, text in ((("backup", "-qz"), "unknown option -z"),
                       (("backup", "-zq", "--xqcn", "x"), "unknown option -z"),
                       (("backup", "--no-such=1"), "option --no-such=1"),
                       (("backup", "--quiet=3"), "--quiet takes no value"),
                       (("backup", "-d"), "-d needs a value"),
                       (("-d", "unix:/x", "info"), "options come after the command"),
                       (("check", "--xqcn", "x"), "`qdiag check` has no option --xqcn"),
                       (("info", "--color", "pink"), "MODE is: auto, always or never"),
                       (("info", "--timeout", "600001"), "1 to 600000"),
                       (("a\x1b[2J\nb",), "no command a\\x1b[2J\\x0ab  [exit 2]"),
                       (("info", "-d", "foo"), "qdiag: wrong device address: foo: unknown kind"),
                       (("info", "--", "-q"), "`qdiag info` does not take -q")):
        p = qdiag(*args, cwd=work, check=2)
        assert text in p.stderr.splitlines()[0], (args, p.stderr)
    p = qdiag("check", "--", "-q", cwd=work, check=12)
    assert p.stderr.startswith("qdiag: local file error: -q: cannot open"), p.stderr


def test_closed_standard_files(work):
    """A port must never get the number of a standard file: the unit would be sent our messages."""
    unit = small_unit(work + "/u")
    for closed in ("<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"):
        out = work + "/out.xqcn"
        with Sim(unit, port="pty") as sim:
            command = [QDIAG, "backup", "--xqcn", out, "-d", sim.address, "--progress=lines",
                       "-vv", "--nv-range", "0-100"]
            p = subprocess.run(["sh", "-c", 'exec "$0" "$@" ' + closed] + command,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
            with open(sim.log, errors="replace") as f:
                seen = f.read()
        assert p.returncode == (12 if ">&-" in closed.replace("2>&-", "") else 0), closed
        assert "bad-crc" not in seen, (closed, [x for x in seen.splitlines() if "bad-crc" in x][:2])
        qdiag("check", out, check=0)
        os.unlink(out)


def test_stop_is_not_kept_waiting(work):
    """Ctrl-C with a long time-out and a silent unit: the time-out is not waited for, and the stop is
    no answer, wherever it comes: among the NV items or while EFS is looked for."""
    unit = small_unit(work + "/u")
    for silent in (5, 11):
        with Sim(unit, "silent=%d" % silent) as sim:
            p = subprocess.Popen([QDIAG, "info", "-d", sim.address, "--timeout", "600000"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            while read(sim.log).decode().count("\n> ") <= silent:
                assert p.poll() is None
                time.sleep(0.05)
            p.send_signal(signal.SIGINT)
            out, err = p.communicate(timeout=60)
        assert p.returncode == 130 and "not touched" in err and not out, (p.returncode, out, err)


def test_help(work):
    p = qdiag("help", check=0)
    for word in ("backup", "check", "info", "list"):
        assert word in p.stdout
        one = qdiag("help", word, check=0).stdout
        assert one == qdiag(word, "--help", check=0).stdout and "usage:" in one
    assert "--xqcn" in qdiag("help", "backup").stdout
    assert "--xqcn" not in qdiag("help", "check").stdout
    assert "\n   15  backup --with-ufs: " in p.stdout and "\n  129  stopped by SIGHUP" in p.stdout
    assert qdiag("--version", check=0).stdout.startswith("qdiag ")


def test_every_failure_tells_of_the_unit(work):
    """Also one over a file, of a command that has a unit."""
    put(work + "/file", b"x")
    with Sim(small_unit(work + "/u")) as sim:
        for args in (("check",), ("restore", "-d", sim.address)):
            p = qdiag(*args, work + "/file", check=10)
            assert "\n  unit     not touched\n" in p.stderr, p.stderr


def test_answer_that_is_lost(work):
    """A command that did its work says so, and only that when it did."""
    with open("/dev/full", "w") as full:
        p = subprocess.run([QDIAG, "help"], stdout=full, stderr=subprocess.PIPE, text=True)
        q = subprocess.run([QDIAG, "check", work + "/none", "--json"], stdout=full,
                           stderr=subprocess.PIPE, text=True)
    assert p.returncode == 12 and "\n  done     what the command was asked to do" in p.stderr, p.stderr
    assert q.returncode == 12 and "done  " not in q.stderr, q.stderr


def test_no_unit(work):
    p = qdiag("info", "-d", "tty:" + work + "/none", check=6)
    assert "not touched" in p.stderr
    qdiag("info", "-d", "unix:" + work + "/none", check=6)
    put(work + "/file", b"x")
    qdiag("info", "-d", "tty:" + work + "/file", check=7)
    qdiag("info", "-d", "tcp:127.0.0.1:1", check=7)
    qdiag("backup", "--xqcn", work + "/x", "-d", "usb:2c7c:0195@250-1", check=6)
    p = qdiag("backup", "--xqcn", work + "/x", "-d", "usb:05c6:9008", check=5)
    assert "download (EDL) mode" in p.stderr and "not touched" in p.stderr, p.stderr


def test_text_answers(work):
    out = work + "/out.xqcn"
    with Sim(small_unit(work + "/u")) as sim:
        p = backup(sim, out, check=0)
        assert p.stderr == "", p.stderr
        assert p.stdout.startswith("saved, NARROWED: %s " % out) and IMEI not in p.stdout
        assert "…0015" in p.stdout
        q = backup(sim, out, *SMALL, "-q", check=0)
        assert q.stdout == "" and q.stderr == ""
        p = backup(sim, out, *SMALL, "--show-identity", check=0)
        assert IMEI in p.stdout
        p = qdiag("info", "-d", sim.address, check=0)
        assert "EG95" in p.stdout and "…0015" in p.stdout and "0x13" in p.stdout
        assert IMEI not in p.stdout + p.stderr
    p = qdiag("check", out, check=0)
    assert p.stdout.startswith("sound, but narrowed: ") and IMEI not in p.stdout
    assert "every byte is as saved" in p.stdout


def test_json_answers(work):
    out = work + "/out.xqcn"
    with Sim(small_unit(work + "/u")) as sim:
        p, a = backup_json(sim, out, check=0)
        assert p.stderr == ""
        assert a["schema"] == "qdiag.backup/1" and a["result"] == "ok" and a["exit_code"] == 0
        assert a["error"] is None and a["file"] == out
        assert (a["complete"], a["completeness"]) == (False, "narrowed"), a
        assert a["unit"]["imei"][0] == {"state": "usable", "value": "…0015"}
        assert a["nv_items"] == [27, 2, 1], a["nv_items"]
        p = backup(sim, out, *SMALL, "--json=lines", check=0)
        events = [json.loads(x) for x in p.stdout.splitlines()]
        assert [e["event"] for e in events].count("result") == 1 and len(events) > 5
        assert events[-1]["event"] == "result" and events[-1]["completeness"] == "narrowed"
        assert {e["phase"] for e in events[:-1]} >= {"identity", "nv", "efs-walk", "efs-files",
                                                     "save"}
        a = json.loads(qdiag("info", "--json", "-d", sim.address, check=0).stdout)
        assert a["schema"] == "qdiag.info/1" and a["unit"]["model"] == "EG95"
    a = json.loads(qdiag("check", "--json", out, check=0).stdout)
    assert a["schema"] == "qdiag.check/1" and a["manifest"] == "matches" and a["completeness"] == "narrowed"
    os.unlink(out + ".manifest.json")
    a = json.loads(qdiag("check", "--json", out, check=0).stdout)
    assert a["manifest"] == "none" and a["complete"] is None
    a = json.loads(qdiag("check", "--json", work + "/none", check=12).stdout)
    assert a["error"]["name"] == "local_file" and a["error"]["unit"] == "untouched"
    a = json.loads(qdiag("list", "--json", check=0).stdout)
    assert a["schema"] == "qdiag.list/1" and isinstance(a["ports"], list)


def test_identity_stays_out(work):
    """Log and screen at the highest level hold neither IMEI nor SPC nor the IMEI's NV bytes."""
    log = work + "/log"
    with Sim(small_unit(work + "/u", conf=["esn = 8016B128"])) as sim:
        p = backup(sim, work + "/out.xqcn", *SMALL, "-vvvv", "--log-file", log, check=0)
    text = p.stderr + p.stdout + read(log).decode()
    assert "trace" in text and len(text) > 10000
    for secret in (IMEI, "080a1000 01000000 5", "303030303030", "30303030 3030", "0128b1"):
        assert secret not in text.lower(), secret
    assert "> NV_READ (133 bytes) 26260200 00000000" in text
    assert os.stat(log).st_mode & 0o777 == 0o600


def test_log_file(work):
    log = work + "/log"
    with Sim(small_unit(work + "/u"), "readerr=00020000:2:5") as sim:
        backup(sim, work + "/a.xqcn", *SMALL, "--log-file", log, check=3)
        first = len(read(log))
        backup(sim, work + "/a.xqcn", *SMALL, "--log-file", log, check=3)
    assert first > 0 and len(read(log)) > first
    with Sim(small_unit(work + "/v")) as sim:
        backup(sim, work + "/b.xqcn", *SMALL, "--log-file", work + "/none/x", check=12)
    assert not os.path.exists(work + "/b.xqcn")


def test_one_subscription(work):
    with Sim(small_unit(work + "/u")) as sim:
        p, a = backup_json(sim, work + "/a.xqcn", *SMALL, "--sub", "1", check=0)
        assert a["nv_items"][0] == 0 and a["nv_items"][1] == 2 and a["nv_items"][2] == 0
        p, a = backup_json(sim, work + "/b.xqcn", *SMALL, "--sub", "all", check=0)
        assert a["nv_items"] == [27, 2, 1]
        backup(sim, work + "/c.xqcn", *SMALL, "--exhaustive", check=2)
    assert not os.path.exists(work + "/c.xqcn")


def test_progress_on_a_terminal(work):
    """A bar on a terminal, lines elsewhere, nothing when told so."""
    with Sim(small_unit(work + "/u"), args=("--latency", "service=300us")) as sim:
        main_fd, side = pty.openpty()
        p = subprocess.Popen([QDIAG, "backup", "--xqcn", work + "/a.xqcn", "-d", sim.address,
                              *SMALL], stdout=subprocess.DEVNULL, stderr=side)
        os.close(side)
        seen = b""
        while True:
            ready, _, _ = select.select([main_fd], [], [], 30)
            try:
                got = os.read(main_fd, 4096) if ready else b""
            except OSError:
                got = b""
            if not got:
                break
            seen += got
        assert p.wait(20) == 0
        os.close(main_fd)
        assert b"\r\x1b[K" in seen and b"nv" in seen and b"%" in seen
        q = qdiag("backup", "--xqcn", work + "/b.xqcn", "-d", sim.address, *SMALL, check=0)
        assert "\r" not in q.stderr and "efs-files" in q.stderr
        q = qdiag("backup", "--progress=none", "--xqcn", work + "/b.xqcn", "-d", sim.address,
                  *SMALL, check=0)
        assert q.stderr == ""


def test_locked_unit(work):
    """Everything refused with 0x42: exit 8, at once, and the text says that no code is sent."""
    with Sim(small_unit(work + "/u"), "errcode=nv:42") as sim:
        start = time.time()
        p = backup(sim, work + "/a.xqcn", check=8)
        assert "locked" in p.stderr and "SPC" in p.stderr
        assert time.time() - start < 10
    assert os.listdir(work) == ["u"]


if __name__ == "__main__":
    sys.exit(main([test_usage_errors, test_usage_texts, test_closed_standard_files,
                   test_stop_is_not_kept_waiting, test_help,
                   test_every_failure_tells_of_the_unit, test_answer_that_is_lost, test_no_unit, test_text_answers,
                   test_json_answers, test_identity_stays_out, test_log_file,
                   test_one_subscription, test_progress_on_a_terminal, test_locked_unit]))
