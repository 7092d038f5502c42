#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# Link faults: noise, torn frames, late, doubled and reordered answers, silence, a vanished unit. Each
# gives the very file of a quiet run, or a clean failure that leaves the old file alone.
import os
import sys
import time

from rig import (IMEI_A, SMALL, Sim, backup, backup_json, main, missing, qdiag, quiet_backup, read,
                 small_unit)


def same_as_quiet(work, *faults, args=SMALL, sim_args=()):
    """The fault changes nothing in the file."""
    unit = work + "/u"
    if not os.path.isdir(unit):
        small_unit(unit)
    quiet = work + "/quiet.xqcn"
    if not os.path.exists(quiet):
        quiet_backup(work, unit, *args)
        os.rename(quiet, work + "/out.xqcn.quiet")
        with Sim(unit) as sim:
            backup(sim, work + "/out.xqcn", *args, check=0)
        os.rename(work + "/out.xqcn", quiet)
    with Sim(unit, *faults, args=sim_args) as sim:
        backup(sim, work + "/out.xqcn", *args, check=0)
    assert read(work + "/out.xqcn") == read(quiet), "the file differs: %s" % (faults,)


def test_events(work):
    for where in ("before", "after", "inside", "around"):
        same_as_quiet(work, "event=" + where)


def test_other_noise(work):
    for fault in ("flood=20", "wrap98", "noise13", "foreign", "junk", "stale", "noloop", "glue",
                  "nolstat", "modemdown=2"):
        same_as_quiet(work, fault)


def test_split_everywhere(work):
    """Every reply in two writes, cut at each position of the largest NV reply in turn."""
    for k in range(0, 142):
        same_as_quiet(work, "splitat=%d:0" % k)


def test_split_with_events(work):
    for k in (1, 5, 18, 19, 20, 21, 40, 100, 139, 150):
        same_as_quiet(work, "event=around", "glue", "splitat=%d:50" % k)


def test_single_bytes(work):
    same_as_quiet(work, "slowbyte=0")
    same_as_quiet(work, "chunk=3:0", "event=before")


def test_late_double_reordered(work):
    """Right bytes, or a clean failure: never wrong bytes."""
    unit = small_unit(work + "/u")
    quiet_backup(work, unit)
    quiet = read(work + "/quiet.xqcn")
    faults = ["dup=1", "dup=3", "dup=7", "dupdelay=5:3", "dupdelay=2:1", "reorder=200",
              "late=50:400", "late=2200:400", "lateevery=700:350", "drop=500", "badcrc=400",
              "truncate=300"]
    survived = set()
    for fault in faults:
        out = work + "/quiet.xqcn.new"
        with Sim(unit, fault, args=("--seed", "5")) as sim:
            p = backup(sim, out, *SMALL, "--timeout", "150")
        if p.returncode == 0:
            got = read(out).replace(b"quiet.xqcn.new", b"quiet.xqcn")
            assert got == quiet, "%s: wrong bytes with exit 0" % fault
            survived.add(fault)
        else:
            assert p.returncode in (3, 9), "%s: exit %d\n%s" % (fault, p.returncode, p.stderr)
            assert not os.path.exists(out)
        for name in os.listdir(work):
            if name.startswith("quiet.xqcn.new"):
                os.unlink(work + "/" + name)
    for fault in ("late=50:400", "late=2200:400", "drop=500", "badcrc=400", "truncate=300"):
        assert fault in survived, "%s was not survived: %s" % (fault, sorted(survived))


def test_bit_flips(work):
    """A CRC catches them: the same file or a clean failure."""
    unit = small_unit(work + "/u")
    quiet_backup(work, unit)
    quiet = read(work + "/quiet.xqcn")
    for seed in range(5):
        out = work + "/q%d.xqcn" % seed
        with Sim(unit, "flip=20000", args=("--seed", str(seed))) as sim:
            p = backup(sim, out, *SMALL, "--timeout", "150")
        assert p.returncode in (0, 3, 9), p.stderr
        if p.returncode == 0:
            assert read(out).replace(b"q%d.xqcn" % seed, b"quiet.xqcn") == quiet


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
            start = time.time()
            p = backup(sim, out, check=9)
            assert time.time() - start < 20
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
    """No answers any more: stops within the bound docs/man/qdiag.1 states."""
    small_unit(work + "/u")
    out = work + "/out.xqcn"
    old = keep_old(work, out)
    for after in (500, 2300):
        with Sim(work + "/u", "silent=%d" % after) as sim:
            start = time.time()
            p = backup(sim, out, *SMALL, "--timeout", "500", check=9)
            took = time.time() - start
        assert took < 20, "%.1f s" % took
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
                   test_capture_masks_identity]))
