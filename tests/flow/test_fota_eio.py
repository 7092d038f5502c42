#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""An upgrade over a serial port whose driver fails a write: each write of a run in turn, from the first
to the last. Nothing is sent twice, and exit 0 says what the unit's own folder says."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "flow"))
from rig import LIMIT, QDIAG, TOP, main, read  # noqa: E402
from fota_rig import LOCAL  # noqa: E402
from test_fota_faults import is_whole, together  # noqa: E402
from upgrade_rig import DIGITS, Rig, judged  # noqa: E402

LIBRARY = os.path.join(TOP, "tests", "flow", ".libs", "eio_write.so")



class Port(Rig):
    """The AT port is a terminal; the write that is number `fails` of those to it does not succeed."""

    def __init__(self, work, fails=0, **kind):
        super().__init__(work, at="pty", **kind)
        asan = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self.noted = work + "/writes"
        self.env = dict(os.environ, LD_PRELOAD=os.path.abspath(LIBRARY), ASAN_OPTIONS=asan,
                        QDIAG_EIO_LOG=self.noted, QDIAG_EIO_AT=str(fails))

    def at(self):
        return "tty:" + self.at_path

    def run(self):
        """libtool puts the real program in the place of its script."""
        p = subprocess.run([TOP + "/libtool", "--silent", "--mode=execute", QDIAG, "fota", "run",
                            "--confirm", DIGITS, *self.arguments(), "--at", self.at(), "--progress=none",
                            "--json"], capture_output=True, text=True, env=self.env, timeout=LIMIT)
        for sign in ("AddressSanitizer", "runtime error:", "LeakSanitizer"):
            assert sign not in p.stderr, p.stderr
        return p, json.loads(p.stdout)

    def sent(self):
        return "AT+QFOTADL=" + LOCAL[self.family]

    def written(self):
        return read(self.noted).decode().splitlines()


def expected(until, sent):
    """By the writes of this run up to the one that failed. Before the command nothing is touched. While the
    unit is at work its port may go at any time. After that the run does not come to its end, and says what
    was proven until then."""
    if sent not in until:
        return (9,)
    if until[-1] == sent:
        return (21,)
    return (0, 16) if [x for x in until if x.startswith("AT+QFDEL=")] else (0, 22)


def one(place, n):
    """Write n fails."""
    with Port(place, fails=n) as u:
        p, j = u.run()
        until = u.written()[:n]
        told = "%s: exit %d\n%s" % (until, p.returncode, p.stderr)
        if expected(until, u.sent()) == (9,):
            assert p.returncode == 9 and "not touched" in p.stderr and not u.writes(), told
        else:
            judged(u, p, j, expected(until, u.sent()))
            assert len(u.started()) == (0 if until[-1] == u.sent() else 1), told
        assert p.returncode not in (0, 16) or is_whole(u), told
        return p.returncode


def test_each_write(work):
    with Port(work + "/0", fails=0) as u:
        p, j = u.run()
        assert p.returncode == 0, p.stderr
        lines = u.written()
        assert lines.count(u.sent()) == 1, lines
    codes = together(one, [("%s/%d" % (work, n), n) for n in range(1, len(lines) + 1)])
    assert set(codes) == {0, 9, 16, 21, 22}, codes


if __name__ == "__main__":
    sys.exit(main([v for k, v in sorted(globals().items()) if k.startswith("test_")]))
