#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Signals at every step of `fota run` and `fota watch`: before the command, behind it, in restarts,
while the module writes, in the verification, and when the package and the module's copy are put away.
Whatever they do, what the answer tells to do next brings the run to its right end."""
import os
import shlex
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "flow"))
from rig import main  # noqa: E402
from fota_rig import LOCAL, new, old, package  # noqa: E402
from test_fota_faults import is_whole  # noqa: E402
from test_fota_watch import Server  # noqa: E402
from test_interrupt import ALL, CAUGHT, INT, KILL, Line, SAVED, left, together, turns  # noqa: E402
from upgrade_rig import DIGITS, FAST, prepare  # noqa: E402

CONF = ("fota_percents = 1 50 100",)
# Families and ways of the package; a signal at each of so many steps, at every one with INTERRUPT=all. No
# number here divides by 2 or 3: the six kinds of signals would not all come.
KINDS = (("eg9x", False, 1), ("bg96", False, 5), ("rg50xq", False, 5), ("eg9x", True, 5))


class Unit(Line):
    def __init__(self, work, *faults, family="eg9x", air=False):
        self.server = Server(package(work + ".zip", old(family), new(family))) if air else None
        self.url = self.server.__enter__() + "update.zip" if air else None
        super().__init__(work, *faults, clock="virtual", good=not air, conf=CONF, family=family)
        self.order = "+QFOTADL=" + ('"%s"' % self.url if air else LOCAL[family])
        self.deletes = not air and family != "bg96"  # a file of the user's storage

    def __exit__(self, *exc):
        super().__exit__(*exc)
        if self.server:
            self.server.__exit__(*exc)

    def run_args(self):
        return ("fota", "run", "--confirm", DIGITS, *self.arguments(source=self.url))

    def is_deleted(self):
        return self.stored("update.zip") is None if self.deletes else None

    def watch_args(self):
        return ("fota", "watch", "--backup", self.backup, "-d", self.address, "--limit", FAST, "--to",
                new(self.family), "--from", old(self.family))

    def resumed(self):
        return ("fota", "watch", "--state", self.backup + ".fota.json", "-d", self.address, "--limit", FAST)


def is_right(u, done, codes=(0,)):
    code, j, err = done
    assert code in codes, (code, err, j)
    assert j["version_is_target"] is True and j["identity_equal"] is True, j
    assert j["calibration_equal"] is True and is_whole(u), j


def watched(u, done):
    """Who joined the run says what it left undone, and that is no 0."""
    code, j, err = done
    is_right(u, done, (0, 16))
    assert u.state()["stage"] == "done", u.state()
    renewed = u.kept() == 2
    assert renewed == (j["inner_backup"] is True) == (code == 0), (j, err)
    assert j["package_deleted"] is u.is_deleted(), j


def goes_on(done):
    """Stopped while the module may be at work."""
    code, j, err = done
    assert code == 22 and j["error"]["unit"] == "unknown", (code, err, j)
    assert "must not lose its power" in err or "do not cut the power" in err, err
    command = shlex.split(j["next"])
    assert command[:3] == ["qdiag", "fota", "watch"], j["next"]
    return command[1:]


def told(u, signals, done):
    """What `fota run` says, against what was sent. The command to go on with, or None."""
    code, j, err = done
    sent = u.writes()
    if u.order not in sent:
        assert sent == [] and code == 128 + signals[0] and j["error"]["unit"] == "untouched", (code, err)
        assert "not touched" in err and "stopped by a signal" in err and "  next " in err, err
        assert not os.path.exists(u.backup + ".fota.json")
        return None
    assert sent.count(u.order) == 1 and sent.count(SAVED) <= 1, sent
    if code == 22:
        assert SAVED not in sent, sent
        return goes_on(done)
    is_right(u, done, (0, 16))
    assert u.state()["stage"] == "done", u.state()
    renewed = SAVED in sent and u.kept() == 2
    assert renewed == (j["inner_backup"] is True) == (code == 0), (sent, j, err)
    assert code == 0 or "backup is not renewed" in err and "ufs backup" in err, err
    assert j["package_deleted"] is u.is_deleted(), j
    return None


def run_again(u):
    """After a kill before anything was sent, or right then: the state file says which."""
    code, j, err = u.whole(*u.run_args())
    if code == 5:
        assert "fota watch --state" in err and u.state()["stage"] == "sent", err
        code, j, err = u.whole(*u.resumed())
        assert code == 22 and j["error"]["unit"] == "unknown", (code, err)
        code, j, err = u.whole(*u.run_args())
    is_right(u, (code, j, err))


def stop_run(place, family, air, step, signals, hold=0):
    with Unit(place, family=family, air=air) as u:
        before = len(u.writes())
        assert before == 0, u.writes()
        done = u.stopped(u.run_args(), step, signals, hold)
        if done is None:
            return False
        again = None
        if signals[-1] == KILL and u.order in u.writes():
            again = u.resumed()
        elif signals[-1] == KILL:
            run_again(u)
        else:
            again = told(u, signals, done)
            assert left(u) == [], left(u)
            assert u.settings() == (True, 0) or u.wire.steps[-1] in RESTARTED, u.wire.steps[-20:]
        if again:
            watched(u, u.whole(*again, "--limit", FAST))
        assert u.writes().count(u.order) == 1 or not again, u.writes()
    return True


RESTARTED = ("gone", "< RDY", "< APP RDY")


def stop_watch(place, family, air, step, signals, hold=0):
    with Unit(place, family=family, air=air) as u:
        u.wire.kick = b"AT" + u.order.encode() + b"\r"
        done = u.stopped(u.watch_args(), step, signals, hold)
        if done is None:
            return False
        if signals[-1] != KILL:
            if done[0]:
                again = goes_on(done)
            else:
                again = u.watch_args()
                is_right(u, done)
            assert u.settings() == (True, 0) or u.wire.steps[-1] in RESTARTED, u.wire.steps[-20:]
        else:
            again = u.watch_args()
        is_right(u, u.whole(*again, "--limit", FAST))
        assert u.writes() == [u.order], u.writes()
    return True


def steps_of(place, args, kick=False, family="eg9x", air=False):
    with Unit(place, family=family, air=air) as u:
        u.wire.kick = b"AT" + u.order.encode() + b"\r" if kick else b""
        u.wire.arm(None, None)
        is_right(u, u.whole(*args(u)))
        return u.wire.steps


def kinds():
    return CAUGHT + (((KILL,), 0),)


def every_kind(work, call, args, kick):
    runs = []
    for family, air, every in KINDS:
        name = "%s/%s-%s" % (work, family, "air" if air else "file")
        steps = steps_of(name, args, kick, family, air)
        chosen = turns(len(steps), kinds())[::1 if ALL else every]
        runs += [("%s-%d" % (name, n), family, air, *row[:1], *row[1]) for n, row in enumerate(chosen)]
    together(call, runs, 0.5)


def test_run(work):
    every_kind(work, stop_run, Unit.run_args, False)


def test_watch(work):
    every_kind(work, stop_watch, Unit.watch_args, True)


def test_diag_port_stays_away(work):
    """A stop while the verification waits for the DIAG port."""
    prepare("eg9x")
    steps = steps_of(work + "/whole", Unit.run_args)
    version = steps.index("> AT+CSUB", steps.index("< APP RDY")) + 1
    with Unit(work + "/away", "after_nodiag") as u:
        later = []

        def soon():
            later.append(threading.Timer(1, lambda: p.send_signal(INT)))
            later[0].start()
        u.wire.arm(version, soon)
        p = u.start(u.run_args() + ("--limit", FAST.replace("port_back=4", "port_back=9999")))
        done = u.end(p)
        later[0].join()
        goes_on(done)


def caught(p):
    """Until the program hears signals."""
    while True:
        with open("/proc/%d/status" % p.pid) as f:
            mask = [x for x in f if x.startswith("SigCgt:")][0]
        if int(mask.split()[1], 16) >> (INT - 1) & 1:
            return
        time.sleep(0.01)


def test_watch_before_the_port_is_back(work):
    prepare("eg9x")
    with Unit(work) as u:
        u.wire.path = work + "/none"
        p = u.start(u.watch_args())
        u.wire.path = work + "/wire"
        caught(p)
        p.send_signal(INT)
        code, j, err = u.end(p)
        assert code == 130 and "do not cut the power" in err and "same command" in err, (code, err)


if __name__ == "__main__":
    sys.exit(main([v for k, v in sorted(globals().items()) if k.startswith("test_")]))
