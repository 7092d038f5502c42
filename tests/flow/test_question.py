#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The questions before a unit is changed, at a terminal: the right answer goes on, any other and the end
of the input do not, and a signal ends the run with its own code. A pipe is not asked."""
import os
import pty
import select
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "flow"))
from rig import LIMIT, QDIAG, Sim, at_once, main, put, small_unit  # noqa: E402
from test_restore import DIGITS as SIX, saved  # noqa: E402
from upgrade_rig import DIGITS as FOUR, Rig, prepare  # noqa: E402

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # these tests may run under nohup


# ---- commands: what they are called with, and what the unit was told by them ----

class Diag:
    digits, refused, asks = SIX, (5, 5), b"To go on, type "

    def __init__(self, work):
        self.work = work
        self.unit = small_unit(work + "/u", conf=("reset_ms = 100",), nv={(0, "946"): b"\x40\x02"})
        self.backup = saved(work, self.unit)
        put(self.unit + "/nv/0/946", b"\x01")
        put(work + "/f", b"abc")
        self.sim = Sim(self.unit)

    def args(self):
        return [*self.words(), "-d", self.sim.address, "--journal", self.work + "/j"]

    def writes(self):
        with open(self.sim.log, errors="replace") as f:
            return [x for x in f if x.startswith("W ")]

    def close(self):
        self.sim.__exit__(None, None, None)


class Restore(Diag):
    def words(self):
        return ["restore", self.backup, "--progress=none", "--safety", self.work + "/s.xqcn"]


class NvWrite(Diag):
    def words(self):
        return ["nv", "write", "946", "--hex", "4002"]


class EfsPut(Diag):
    def words(self):
        return ["efs", "put", self.work + "/f", "/policyman/new.xml"]


class At:
    """The digits are a needed word: without them it is called wrongly."""
    digits, refused, asks = FOUR, (2, 4), b"to go on"

    def __init__(self, work):
        self.rig = Rig(work)

    def writes(self):
        return self.rig.writes()

    def close(self):
        self.rig.__exit__(None, None, None)


class UfsRestore(At):
    def args(self):
        return ["ufs", "restore", "--at", self.rig.at()]


class FotaRun(At):
    def args(self):
        return ["fota", "run", "--at", self.rig.at(), *self.rig.arguments()]


COMMANDS = (Restore, NvWrite, EfsPut, UfsRestore, FotaRun)


# ---- a terminal ----

def at_terminal(args, asks, deed):
    """The program under a terminal of its own, up to its question; deed(pid, fd) is done there."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(QDIAG, [QDIAG] + args)
    text = b""
    try:
        while asks not in text or not text.rstrip(b" ").endswith(b":"):
            assert select.select([fd], [], [], LIMIT)[0], text
            text += os.read(fd, 65536)
        fd = deed(pid, fd)
        while fd is not None:
            text += os.read(fd, 65536)
    except OSError:  # its end was closed
        pass
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if fd is not None:
        os.close(fd)
    return code, text.decode("utf-8", "replace")


def typed(text):
    def deed(pid, fd):
        os.write(fd, text)
        return fd
    return deed


def killed(*signals):
    def deed(pid, fd):
        for s in signals:
            os.kill(pid, s)
        return fd
    return deed


def hung_up(pid, fd):
    """The terminal itself goes away; with it goes what the program says."""
    os.close(fd)


DEEDS = {
    "ctrl-c": (typed(b"\x03"), 130),
    "begun, then ctrl-c": (typed(b"00\x03"), 130),
    "term": (killed(signal.SIGTERM), 143),
    "hup": (killed(signal.SIGHUP), 129),
    "hung up": (hung_up, 129),
    "stopped, goes on, term": (killed(signal.SIGSTOP, signal.SIGCONT, signal.SIGTERM), 143),
}


def stopped(place, kind, name):
    u = kind(place)
    deed, expected = DEEDS[name]
    before = len(u.writes())
    try:
        code, text = at_terminal(u.args(), kind.asks, deed)
        assert code == expected and u.writes()[before:] == [], (code, text)
        assert name == "hung up" or "not touched" in text and "stopped by a signal" in text, text
        assert not os.path.exists(place + "/j") and not os.path.exists(place + "/s.xqcn")
        assert not os.path.exists(place + "/b.xqcn.fota.json")
    finally:
        u.close()


def test_signal(work):
    prepare("eg9x")
    runs = [("%s/%s-%d" % (work, k.__name__, i), k, name) for k in (Restore, UfsRestore, FotaRun)
            for i, name in enumerate(DEEDS)]
    runs += [(work + "/" + k.__name__, k, "ctrl-c") for k in (NvWrite, EfsPut)]
    at_once(stopped, runs)


def answered(place, kind):
    """The end of the input, a wrong answer, a pipe, then the right one."""
    u = kind(place)
    before = len(u.writes())
    try:
        for text, expected in ((b"\x04", u.refused[0]), (b"no\r", 5 if u.refused[0] == 5 else 2),
                               (b"123456\r", u.refused[1])):
            code, said = at_terminal(u.args(), kind.asks, typed(text))
            assert code == expected and "not touched" in said, (text, code, said)
        p = subprocess.run([QDIAG, *u.args()], input=u.digits + "\n", capture_output=True, text=True,
                           timeout=LIMIT)
        assert p.returncode == u.refused[0] and kind.asks.decode() not in p.stderr, (p.returncode, p.stderr)
        assert u.writes()[before:] == [], u.writes()
        code, said = at_terminal(u.args(), kind.asks, typed(u.digits.encode() + b"\r"))
        assert code == 0 and u.writes()[before:], (code, said)
    finally:
        u.close()


def test_answer(work):
    prepare("eg9x")
    at_once(answered, [(work + "/" + k.__name__, k) for k in COMMANDS])


if __name__ == "__main__":
    sys.exit(main([v for k, v in sorted(globals().items()) if k.startswith("test_")]))
