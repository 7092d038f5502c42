#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# Link faults: noise, torn frames, late, doubled and reordered answers, silence, a vanished unit. Each
# gives the very file of a quiet run, or a clean failure that leaves the old file alone.
import os
import sys

from rig import (IMEI_A, SMALL, Sim, at_once, backup, main, qdiag, read,
                 small_unit)


def quiet_unit(work):
    """A unit, and the file of a quiet run. Its name is in it."""
    unit = small_unit(work + "/u")
    os.mkdir(work + "/quiet")
    with Sim(unit) as sim:
        backup(sim, work + "/quiet/out.xqcn", check=0)
    return unit, read(work + "/quiet/out.xqcn")


def all_as_quiet(work, runs):
    """None of these lists of faults changes anything in the file."""
    unit, quiet = quiet_unit(work)

    def one(folder, faults):
        os.mkdir(folder)
        with Sim(unit, *faults) as sim:
            backup(sim, folder + "/out.xqcn", check=0)
        assert read(folder + "/out.xqcn") == quiet, "the file differs"

    at_once(one, [("%s/%d" % (work, n), faults) for n, faults in enumerate(runs)])


def test_events(work):
    all_as_quiet(work, [["event=" + where] for where in ("before", "after", "inside", "around")])


def test_other_noise(work):
    all_as_quiet(work, [[fault] for fault in ("flood=20", "wrap98", "noise13", "foreign", "junk", "stale",
                                              "noloop", "glue", "nolstat", "modemdown=2")])


def test_split_everywhere(work):
    """Every reply in two writes, cut at each position of the largest NV reply in turn."""
    all_as_quiet(work, [["splitat=%d:0" % k] for k in range(0, 142)])


def test_split_with_events(work):
    all_as_quiet(work, [["event=around", "glue", "splitat=%d:50" % k]
                        for k in (1, 5, 18, 19, 20, 21, 40, 100, 139, 150)])


def test_single_bytes(work):
    all_as_quiet(work, [["slowbyte=0"], ["chunk=3:0", "event=before"]])


def right_or_nothing(work, runs):
    """Right bytes, or a clean failure: never wrong bytes. The runs that gave a file."""
    unit, quiet = quiet_unit(work)

    def one(folder, fault, seed):
        os.mkdir(folder)
        out = folder + "/out.xqcn"
        with Sim(unit, fault, args=("--seed", str(seed))) as sim:
            p = backup(sim, out, *SMALL, "--timeout", "150")
        if p.returncode == 0:
            assert read(out) == quiet, "wrong bytes with exit 0"
            return fault
        assert p.returncode in (3, 9), "exit %d\n%s" % (p.returncode, p.stderr)
        assert not os.path.exists(out)
        return None

    return set(at_once(one, [("%s/%d" % (work, n), *run) for n, run in enumerate(runs)]))


def test_late_double_reordered(work):
    faults = ["dup=1", "dup=3", "dup=7", "dupdelay=5:3", "dupdelay=2:1", "reorder=200",
              "late=50:400", "late=2200:400", "lateevery=700:350", "drop=500", "badcrc=400",
              "truncate=300"]
    survived = right_or_nothing(work, [(fault, 5) for fault in faults])
    for fault in ("late=50:400", "late=2200:400", "drop=500", "badcrc=400", "truncate=300"):
        assert fault in survived, "%s was not survived: %s" % (fault, survived)


def test_bit_flips(work):
    """A CRC catches them: the same file or a clean failure."""
    right_or_nothing(work, [("flip=20000", seed) for seed in range(5)])


def keep_old(work, out):
    with Sim(work + "/u") as sim:
        backup(sim, out, check=0)
    return read(out), read(out + ".manifest.json")


def test_vanishes(work):
    """The unit goes after 500 requests: exit 9 at once, the older backup is byte-identical."""
    small_unit(work + "/u")
    out = work + "/out.xqcn"
    old = keep_old(work, out)
    for port in ("unix", "pty"):
        with Sim(work + "/u", "vanish=500", port=port) as sim:
            p = backup(sim, out, check=9)
        assert "not touched" in p.stderr, p.stderr
        assert (read(out), read(out + ".manifest.json")) == old
        assert sorted(os.listdir(work)) == ["out.xqcn", "out.xqcn.manifest.json", "u"]


def test_restarts(work):
    small_unit(work + "/u")
    out = work + "/out.xqcn"
    old = keep_old(work, out)
    with Sim(work + "/u", "restart=500") as sim:
        backup(sim, out, check=9)
    assert (read(out), read(out + ".manifest.json")) == old


def test_silent(work):
    """No answers any more: an error, and the older backup stays."""
    small_unit(work + "/u")
    out = work + "/out.xqcn"
    old = keep_old(work, out)
    for after in (500, 2300):
        with Sim(work + "/u", "silent=%d" % after) as sim:
            p = backup(sim, out, *SMALL, "--timeout", "500", check=9)
        assert "does not answer" in p.stderr, p.stderr
        assert (read(out), read(out + ".manifest.json")) == old


def test_silent_from_the_start(work):
    with Sim(small_unit(work + "/u"), "silent=0") as sim:
        p = backup(sim, work + "/out.xqcn", *SMALL, "--timeout", "300", check=9)
    assert "does not answer" in p.stderr
    assert os.listdir(work) == ["u"]


def test_two_runs_on_one_pty(work):
    unit = small_unit(work + "/u")
    with Sim(unit, port="pty") as sim:
        backup(sim, work + "/a.xqcn", check=0)
        backup(sim, work + "/b.xqcn", check=0)
    assert read(work + "/a.xqcn").replace(b"a.xqcn", b"b.xqcn") == read(work + "/b.xqcn")


def test_busy_port(work):
    import fcntl
    with Sim(small_unit(work + "/u"), port="pty") as sim:
        fd = os.open(sim.address[4:], os.O_RDWR | os.O_NOCTTY)
        fcntl.flock(fd, fcntl.LOCK_EX)
        p = backup(sim, work + "/a.xqcn", check=7)
        os.close(fd)
    assert "in use" in p.stderr and str(os.getpid()) in p.stderr, p.stderr


def test_replay(work):
    """A capture plays back to the very same file; without identity it says so."""
    unit = small_unit(work + "/u")
    cap = work + "/cap"
    with Sim(unit) as sim:
        backup(sim, work + "/a.xqcn", *SMALL, "--capture", cap, "--show-identity", check=0)
    assert os.stat(cap).st_mode & 0o777 == 0o600
    qdiag("backup", "--progress=none", "--xqcn", work + "/b.xqcn", "-d", "replay:" + cap, *SMALL,
          check=0)
    assert read(work + "/a.xqcn").replace(b"a.xqcn", b"b.xqcn") == read(work + "/b.xqcn")
    p = qdiag("backup", "--progress=none", "--xqcn", work + "/c.xqcn", "-d", "replay:" + cap,
              "--nv-range", "0-1999")
    assert p.returncode == 9, p.stderr


def test_capture_masks_identity(work):
    unit = small_unit(work + "/u", conf=["esn = 8016B128"])
    cap = work + "/cap"
    with Sim(unit) as sim:
        backup(sim, work + "/a.xqcn", *SMALL, "--capture", cap, check=0)
    text = read(cap)
    assert IMEI_A.hex().encode() not in text and b"303030303030" not in text
    assert b"identity: redacted" in text
    assert b"28b11680" not in text and b"< 0100000000" in text
    qdiag("backup", "--progress=none", "--xqcn", work + "/b.xqcn", "-d", "replay:" + cap, *SMALL,
          check=0)
    assert IMEI_A.hex(" ").upper().encode() not in read(work + "/b.xqcn")


if __name__ == "__main__":
    sys.exit(main([test_events, test_other_noise, test_split_everywhere, test_split_with_events,
                   test_single_bytes, test_late_double_reordered, test_bit_flips, test_vanishes,
                   test_restarts, test_silent, test_silent_from_the_start,
                   test_two_runs_on_one_pty, test_busy_port, test_replay,
                   test_capture_masks_identity], 4))
