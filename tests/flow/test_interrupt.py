#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Ctrl-C, a second one, SIGTERM, SIGHUP and SIGKILL at every step of the commands of the AT side: what
the exit code says against what the simulator saw, what the next command finds, what is left behind. A
step is a line on the wire to the module (at_wire.py); the signal is there before its answer is.

INTERRUPT=all: every signal at every step, not one of them in turn."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "flow"))
from rig import LIMIT, QDIAG, Sim, at_once, main, pattern, put, qdiag, read, small_unit  # noqa: E402
from at_wire import Wire  # noqa: E402
from fota_rig import old  # noqa: E402
from upgrade_rig import DIGITS, Rig, prepare  # noqa: E402

INT, TERM, HUP, KILL = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL
signal.signal(HUP, signal.SIG_DFL)  # these tests may run under nohup, which the programs would inherit
ALL = os.environ.get("INTERRUPT") == "all"
LATE = 1.3  # seconds: more than a command that only reads is still given then
CAUGHT = (((INT,), 0), ((TERM,), 0), ((INT,), LATE), ((HUP,), 0), ((INT, INT), 0))
DATA = pattern(7, 2500)
SAVED = "+QPRTPARA=1"


class Line(Rig):
    """A unit behind a wire."""

    def __init__(self, work, *faults, clock="real", good=False, **kind):
        super().__init__(work, *faults, clock=clock, good=good, **kind)
        self.wire = Wire(self.at_path, work + "/wire")

    def __exit__(self, *exc):
        self.wire.close()
        super().__exit__(*exc)

    def at(self):
        return "unix:" + self.wire.path

    def start(self, args):
        return subprocess.Popen([QDIAG, *args, "--at", self.at(), "--progress=none", "--json"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(self, p):
        out, err = p.communicate(timeout=LIMIT)
        assert self.wire.alone.wait(LIMIT)
        assert "Sanitizer" not in err and "runtime error:" not in err, err
        return p.returncode, json.loads(out) if out and p.returncode >= 0 else None, err

    def whole(self, *args):
        """An undisturbed run, when there is a port."""
        end = time.monotonic() + 30
        while True:
            while not os.path.exists(self.wire.path) and time.monotonic() < end:
                time.sleep(0.01)
            code, j, err = self.end(self.start(args))
            if code not in (6, 9) or j["result"] not in ("no_unit", "link_gone") or \
                    time.monotonic() > end:  # it is about to start anew
                return code, j, err

    def stopped(self, args, step, signals, hold=0):
        """A run that gets signals at a step; None when it ended before."""
        ready = []
        self.wire.arm(step, lambda: self.strike(ready, signals), hold)
        ready.append(self.start(args))
        code, j, err = self.end(ready[0])
        return (code, j, err) if self.wire.reached.is_set() else None

    @staticmethod
    def strike(ready, signals):
        while not ready:
            time.sleep(0.001)
        for n, s in enumerate(signals):
            time.sleep(0.05 if n else 0)
            ready[0].send_signal(s)
        if signals[-1] == KILL:
            ready[0].wait()

    def settings(self):
        """What is left of the port's settings, as this run sent them."""
        echo, cmee = True, 0
        for s in self.wire.steps:
            if s == "gone":
                echo, cmee = True, 0
            if s.startswith("> ATE"):
                echo = s[5] == "1"
            if s.startswith("> AT+CMEE="):
                cmee = int(s[10])
        return echo, cmee

    def kept(self):
        """How often the module's copy was made, by its own count."""
        code, j, err = self.whole("ufs", "status")
        assert code == 0, err
        return j["ufs"]["backups"]

    def stored(self, name):
        path = self.unit + "/efs/datatx/" + name
        return read(path) if os.path.exists(path) else None


# ---- commands ----

class Command:
    """args, what must be there before, what an exit of 0 has to mean, and what comes after a kill."""
    sends = ()  # what it may send that changes the unit
    unit = staticmethod(lambda place: None)  # makes another than the usual one
    who = "EG95", old("eg9x")
    every = 1  # of its steps, unless INTERRUPT=all; not 5, which would leave out kinds of signals

    def before(self, u):
        pass

    def args(self, u):
        raise NotImplementedError

    def is_done(self, u, j):
        raise NotImplementedError

    def is_half(self, u, sent, code, j):
        """Whether a part of it is done and known, another not begun."""
        return False

    def again(self, u):
        """The same once more: its exit is 0 and it is done."""
        code, j, err = u.whole(*self.args(u))
        assert code == 0 and self.is_done(u, j), (code, err)


class Backup(Command):
    sends = (SAVED,)

    def args(self, u):
        return ("ufs", "backup", "--force", "-d", u.address, "--backup", u.backup)

    def is_done(self, u, j):
        return j["after"]["backups"] == j["before"]["backups"] + 1 and j["after"]["valid"]


def both_copies(place):
    """A unit that has EUFS, too, and its backup."""
    with PREPARED:
        if not os.path.isdir(BOTH.name + "/u"):
            folder = small_unit(BOTH.name + "/u", files={"/datatx/update.zip": b"x"}, conf=(
                "family = bg95-s5", "model = BG95-S5", "efs_subsys = both", "reset_ms = 100"))
            put(folder + "/efs-alt/usb/conf", b"x")
            with Sim(folder) as sim:
                qdiag("backup", "--progress=none", "--xqcn", BOTH.name + "/b.xqcn", "-d", sim.address, check=0)
    shutil.copytree(BOTH.name, place, dirs_exist_ok=True)
    return place + "/u"


BOTH = tempfile.TemporaryDirectory()
PREPARED = threading.Lock()


class Eufs(Backup):
    sends = ("+QPRTPARA=11",)
    unit = staticmethod(both_copies)
    who = "BG95-S5", "EG95EFBR06A08M4G_01.001.01.001"
    every = 2

    def args(self, u):
        return super().args(u) + ("--fs", "eufs")


class WithUfs(Eufs):
    """Of the DIAG backup, which is saved before, no step is counted."""
    sends = (SAVED, "+QPRTPARA=11")

    def args(self, u):
        return ("backup", "--with-ufs", "--xqcn", u.work + "/w.xqcn", "-d", u.address)

    def is_done(self, u, j):
        own = j["own_copies"]
        return j["complete"] and own["result"] == "ok" and [m["after"]["valid"] for m in own["made"]] == [1, 1]

    def is_half(self, u, sent, code, j):
        """The first copy is good, and the unit changed: no exit of a run that wrote nothing."""
        return sent == [SAVED] and code == 15 and j["error"]["unit"] == "changed" and j["complete"] and \
            [m["result"] for m in j["own_copies"]["made"]] == ["ok", "cancelled"]


class Restore(Command):
    sends = ("+QPRTPARA=3", "+CFUN=1,1")

    def args(self, u):
        return ("ufs", "restore", "--confirm", DIGITS)

    def is_done(self, u, j):
        return j["after"]["restores"] == j["before"]["restores"] + 1


class Put(Command):
    sends = ("+QFUPL=",)

    def before(self, u):
        put(u.work + "/f", DATA)

    def args(self, u):
        return ("ufs", "files", "put", u.work + "/f", "f")

    def is_done(self, u, j):
        return u.stored("f") == DATA

    def again(self, u):
        code, j, err = u.whole(*self.args(u))
        if code:
            assert code in (1, 5) and u.stored("f") is not None, (code, err)
            assert u.whole("ufs", "files", "rm", "f")[0] == 0
            code, j, err = u.whole(*self.args(u))
        assert code == 0 and self.is_done(u, j), (code, err)


class Upload(Put):
    def args(self, u):
        return ("fota", "upload", u.work + "/f", "f")


class Get(Command):
    def before(self, u):
        put(u.work + "/f", DATA)
        assert u.whole("ufs", "files", "put", u.work + "/f", "f")[0] == 0
        os.mkdir(u.work + "/out")

    def args(self, u):
        return ("ufs", "files", "get", "f", u.work + "/out/g")

    def is_done(self, u, j):
        return read(u.work + "/out/g") == DATA


class Remove(Command):
    sends = ("+QFDEL=",)

    def before(self, u):
        put(u.work + "/f", DATA)
        assert u.whole("ufs", "files", "put", u.work + "/f", "f")[0] == 0

    def args(self, u):
        return ("ufs", "files", "rm", "f")

    def is_done(self, u, j):
        return u.stored("f") is None

    def again(self, u):
        code, j, err = u.whole(*self.args(u))
        assert code in (0, 1) and self.is_done(u, j), (code, err)


COMMANDS = {"backup": Backup, "eufs": Eufs, "with-ufs": WithUfs, "restore": Restore, "put": Put, "upload": Upload, "get": Get,
            "remove": Remove}


BEGINS = re.compile(r"> AT\+(QPRTPARA=1?[13]$|QFUPL=|QFDEL=|QFOTADL=)|.* bytes$")


def told(u, command, signals, done, step):
    """What a run that was stopped says, against what it did."""
    code, j, err = done
    sent = u.writes()
    begun = [x for x in u.wire.steps[step:] if BEGINS.match(x)]
    assert not begun, (u.wire.steps, begun)  # nothing that changes the unit begins after the signal
    assert all(any(x.startswith(w) for w in command.sends) for x in sent), sent
    assert len(set(sent)) == len(sent), sent
    where = (u.wire.steps[-8:], sent, code, err)
    if code == 0:
        assert command.is_done(u, j), where
    elif not sent:
        assert code == 128 + signals[0] and j["error"]["unit"] == "untouched", where
        assert "not touched" in err and "stopped by a signal" in err and "  next " in err, where
    elif not command.is_half(u, sent, code, j):
        assert code == 18 and j["error"]["unit"] == "unknown", where
        assert "  next " in err and "`qdiag ufs " in err, where
    assert u.settings() == (True, 0) or u.wire.steps[-1] == "gone", where


def left(u):
    """Nothing half of it on this side."""
    return [x for f in ("", "/out") if os.path.isdir(u.work + f) for x in os.listdir(u.work + f)
            if x.startswith(".qdiag")]


def one(place, name, step, signals, hold=0):
    command = COMMANDS[name]()
    with Line(place, unit=command.unit(place)) as u:
        command.before(u)
        open(u.log, "w").close()
        done = u.stopped(command.args(u), step, signals, hold)
        if done is None:
            return False
        if signals[-1] == KILL:
            out = u.work + "/out/g"
            assert not os.path.exists(out) or read(out) == DATA
        else:
            told(u, command, signals, done, step)
            assert left(u) == [], left(u)
        u.wire.busy = 0.5
        p = u.whole("ufs", "status")
        assert p[0] == 0, ("status", u.wire.steps, p)
        assert (p[1]["model"], p[1]["firmware"]) == command.who, p
        if signals[-1] == KILL:
            command.again(u)
            assert u.whole("ufs", "status")[0] == 0
    return True


def steps_of(place, name):
    command = COMMANDS[name]()
    with Line(place, unit=command.unit(place)) as u:
        command.before(u)
        u.wire.arm(None, None)
        command.again(u)
        return u.wire.steps


def turns(steps, kinds):
    """Which signals at which step."""
    return [(n + 1, k) for n in range(steps) for k in (kinds if ALL else [kinds[n % len(kinds)]])]


def together(call, runs, least=1.0):
    """least: the part of the runs in which the step must come. A slow machine makes more of them, by asking
    again, and where the module's clock is virtual there are not always as many."""
    prepare("eg9x")
    reached = sum(map(bool, at_once(call, runs, alone=True)))
    assert reached >= least * len(runs), "only %d of %d reached their step" % (reached, len(runs))


def test_commands(work):
    prepare("eg9x")
    runs = []
    for name in COMMANDS:
        steps = steps_of("%s/%s" % (work, name), name)
        of = slice(None, None, 1 if ALL else COMMANDS[name].every)
        for step, kind in turns(len(steps), CAUGHT)[of] + turns(len(steps), (((KILL,), 0),))[of]:
            runs.append(("%s/%d" % (work, len(runs)), name, step, *kind))
    together(one, runs, 0.9)


def killed_upload(u, missing):
    """A client that sends all of the package but the last bytes, and is no more."""
    data = read(u.package)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(u.wire.path)
        client.settimeout(LIMIT)
        said = b""
        client.sendall(b'ATE0\rAT+QFUPL="update.zip",%d,5,1\r' % len(data))
        while b"CONNECT\r\n" not in said:
            said += client.recv(4096)
        client.sendall(data[:len(data) - missing])
        while said.count(b"A", said.index(b"CONNECT")) < (len(data) - missing) // 1024:
            said += client.recv(4096)
    assert u.wire.alone.wait(LIMIT)
    return data


def completed(place, missing, words):
    """The first bytes of the next run end it: the right size, other contents. Nobody takes it for a package."""
    with Line(place, good=False) as u:
        data = killed_upload(u, missing)
        refusals = {"upload": (5, "is in the unit already"), "run": (11, "has the package's size, and other")}
        calls = {"upload": ("fota", "upload", u.package, "update.zip"),
                 "run": ("fota", "run", "--confirm", DIGITS, *u.arguments())}
        for word in words:
            code, j, err = u.whole(*calls[word])
            assert code == refusals[word][0] and refusals[word][1] in err + json.dumps(j), (word, code, err)
            there = u.stored("update.zip")
            assert len(there) == len(data) and there[:-missing] == data[:-missing], len(there)
            assert there[-missing:] == b"AT\rAT\r"[:missing] != data[-missing:], there[-missing:]
        assert not [x for x in u.writes() if x.startswith(("+QFOTADL", "+QFDEL"))], u.writes()
        assert len([x for x in u.writes() if x.startswith("+QFUPL")]) == 1, u.writes()
        assert u.whole("ufs", "files", "rm", "update.zip")[0] == 0
        code, j, err = u.whole(*calls["upload"])
        assert code == 0 and u.stored("update.zip") == data, (code, err)


def test_upload_that_the_next_run_completes(work):
    prepare("eg9x")
    at_once(completed, [("%s/%d" % (work, n), n, ("upload", "run")[::n % 2 * 2 - 1]) for n in range(1, 7)],
            alone=True)


def test_download_stands_still(work):
    """The unit does not send on: a stop is not kept waiting."""
    with Line(work) as u:
        command = Get()
        command.before(u)
        ready = []

        def silence():
            u.wire.mute = True
            u.strike(ready, (INT,))
        u.wire.arm(8, silence)
        ready.append(u.start(command.args(u)))
        code, j, err = u.end(ready[0])
        assert u.wire.steps[7] == "< CONNECT" and code == 130, (u.wire.steps, code, err)
        assert left(u) == [] and os.listdir(work + "/out") == []


def test_hangup_ignored(work):
    """As nohup starts it."""
    with Line(work) as u:
        ready = []
        u.wire.arm(6, lambda: u.strike(ready, (HUP,)))
        ready.append(subprocess.Popen([QDIAG, "ufs", "status", "--at", u.at(), "--json"], text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      preexec_fn=lambda: signal.signal(HUP, signal.SIG_IGN)))
        code, j, err = u.end(ready[0])
        assert code == 0, (code, err)


if __name__ == "__main__":
    sys.exit(main([v for k, v in sorted(globals().items()) if k.startswith("test_")]))
