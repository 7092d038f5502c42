#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Memory that runs out: one allocation fails, or all from one on, spread over the whole run of each command.
Never a crash, never another answer with exit 0, nothing left of a file, and a unit that was written to says so.
QDIAG_OOM_MOST=N: so many points for each command and mode; 0: every allocation there is."""
import os
import shutil
import sys

from oom_rig import Server, contents, judge, spread
from rig import Sim, at_once, main, put, qdiag, read, small_unit

GOOD = os.path.join(os.path.abspath(os.environ.get("top_srcdir", ".")), "qcn-samples", "good")
MOST = int(os.environ.get("QDIAG_OOM_MOST", "24")) or 10**9
DIGITS = "000015"
RANGE = ("--nv-range", "0-600")
OLDER = b"older"


def sweep(work, args, older=None, most=MOST):
    """Every chosen allocation of one command fails once; the target `older` is there before."""
    def prepare(folder):
        if older:
            put(folder + "/" + older, OLDER)

    wrong = []
    with Server(work, *args) as server:
        os.mkdir(work + "/before")
        prepare(work + "/before")
        before = contents(work + "/before")
        calm = server.run(prepare=prepare)
        assert calm.code in (0, 11) and calm.made > 20, calm
        calm.after = contents(calm.folder)
        for every in (False, True):
            for n in spread(calm.made, most):
                run = server.run(n, every, prepare)
                why = judge(run, calm, before, lambda: server.run(n, every, prepare, trace=True))
                if why:
                    wrong.append("%s: %s\n%s" % (" ".join(args), why, run))
                shutil.rmtree(run.folder)
    assert not wrong, "%d of %d\n%s" % (len(wrong), calm.made, "\n".join(wrong[:5]))


def sweeps(work, rows, most=MOST):
    at_once(sweep, [("%s/%d" % (work, i), row[0], row[1] if len(row) > 1 else None, most)
                    for i, row in enumerate(rows)], most=2)


def sample(name):
    return os.path.join(GOOD, name)


def forms(work):
    """One backup in every form, each with a manifest."""
    made = {}
    for form in ("qcn", "tar", "xqcn.gz", "tar.gz", "dir"):
        made[form] = work + ("/t2" if form == "dir" else "/t2." + form)
        qdiag("convert", sample("t2.xqcn"), made[form] + ("/" if form == "dir" else ""), check=0)
    return made


def test_files_read(work):
    made = forms(work)
    x = sample("t2.xqcn")
    sweeps(work, [(["check", x],), (["check", "--json", x],), (["check", made["qcn"]],), (["check", made["tar"]],),
                  (["check", made["dir"]],), (["check", "--json", made["xqcn.gz"]],), (["show", x],),
                  (["show", "--json", x],), (["diff", x, sample("t1.qcn")],),
                  (["diff", "--json", x, sample("subscriptions.qcn")],), (["list"],), (["list", "--json"],)])


def test_files_made(work):
    made = forms(work)
    x = sample("t1.xqcn")
    sweeps(work, [(["convert", x, "o.qcn"], "o.qcn"), (["convert", "--json", made["qcn"], "o.xqcn"],),
                  (["convert", x, "o.tar"],), (["convert", x, "o/"],), (["convert", x, "o.xqcn.gz"],),
                  (["convert", x, "o.tar.gz"], "o.tar.gz"), (["convert", made["tar"], "o.qcn"], "o.qcn"),
                  (["convert", made["tar.gz"], "o/"],), (["convert", made["dir"], "o.tar"], "o.tar"),
                  (["convert", "--json", made["dir"], "o.xqcn"],), (["convert", made["xqcn.gz"], "o.qcn"],),
                  (["redact", sample("t2.xqcn"), "o.xqcn"], "o.xqcn"), (["redact", "--json", made["qcn"], "o.qcn"],),
                  (["redact", made["tar"], "o.tar"],), (["redact", made["dir"], "o/"],)])


def test_few_that_are_rare(work):
    """Points that a spread misses, where something was wrong: all of a small command's."""
    sweep(work + "/a", ["redact", "--json", sample("t1.qcn"), "o.qcn"], most=max(MOST, 150))
    sweep(work + "/b", ["convert", forms(work)["dir"], "o.tar"], most=max(MOST, 150))


class Hurt:
    """A unit, a backup of it, and what it held then; some of that is lost."""

    def __init__(self, work):
        self.unit = small_unit(work + "/u", conf=("reset_ms = 1",), nv={(0, "946"): b"\x40\x02"})
        self.file = work + "/b.xqcn"
        with Sim(self.unit) as sim:
            qdiag("backup", "--progress=none", "--xqcn", self.file, "-d", sim.address, "--nv-range", "0-1100", check=0)
        self.whole = held(self.unit)
        put(self.unit + "/nv/0/946", b"\1\2\3\4")
        put(self.unit + "/nv/1/441", b"\xee")
        os.unlink(self.unit + "/efs/nv/item_files/rfnv/00020001")
        put(self.unit + "/efs/nv/item_files/rfnv/00020000", b"short")


def held(unit):
    """Its items and files; an item's padding does not count."""
    return {k: v.rstrip(b"\0") for k, v in contents(unit).items()
            if isinstance(v, bytes) and k.split("/")[0] in ("nv", "efs")}


def changed(sim):
    """Writes that the unit saw."""
    return [x for x in read(sim.log).decode(errors="replace").splitlines()
            if x.startswith("W ") and x.split()[4] != "-"]


def test_unit_read(work):
    hurt = Hurt(work)
    few = max(4, MOST // 10)
    with Sim(hurt.unit) as sim:
        to = ("-d", sim.address, "--progress=none")
        rows = [(["backup", "--xqcn", "o.xqcn", *RANGE, *to], "o.xqcn"),
                (["backup", "--json", "--qcn", "o.qcn", "--dir", "d/", "--tar", "o.tar.gz", *RANGE, *to],),
                (["plan", hurt.file, *to],), (["plan", hurt.file, "--json", "--out", "p.json", *to],),
                (["restore", hurt.file, "--dry-run", "--journal", "j", "--safety", "s.xqcn", *to],),
                (["verify", hurt.file, *to],)]
        for i, row in enumerate(rows):  # one after the other: the unit has one port
            sweep("%s/%d" % (work, i), row[0], row[1] if len(row) > 1 else None, few)
        for i, row in enumerate((["info", *to], ["info", "--json", *to])):
            sweep("%s/i%d" % (work, i), row, most=min(MOST, 20))
        assert not changed(sim)


class Restored:
    """A restore of a unit of its own, and what came of it."""

    def __init__(self, place, hurt, n=0, every=False, more=()):
        self.unit, self.hurt = place + "/u", hurt
        shutil.copytree(hurt.unit, self.unit)
        with Sim(self.unit) as sim:
            with Server(place + "/w", "restore", hurt.file, "-d", sim.address, "--progress=none", "--confirm", DIGITS,
                        "--journal", "j", "--safety", "s.xqcn", *more) as server:
                self.run = server.run(n, every)
            self.sent = changed(sim)
        self.equal = held(self.unit) == hurt.whole

    def __str__(self):
        return "%s\nequal %s %s" % (self.run, self.equal, self.sent)

    def resume(self):
        with Sim(self.unit) as sim:
            p = qdiag("restore", "--resume", "j", self.hurt.file, "-d", sim.address, "--progress=none", "--confirm", DIGITS,
                      cwd=self.run.folder)
        assert held(self.unit) == self.hurt.whole, "%s\n%s" % (self, p.stderr)
        return p


def one_restore(place, hurt, files, n, every, *more):
    r = Restored(place, hurt, n, every, more)
    code, err = r.run.code, r.run.err
    assert not r.run.signal and r.run.files <= files, r
    if not r.sent:
        assert code == 1 and b"out of memory" in err and b"not touched" in err, r
    elif code != 0:
        assert 16 <= code <= 18 and b"out of memory" in err and b"not touched" not in err, r
    else:
        assert r.equal, r
    if code != 0 and os.path.exists(r.run.folder + "/j"):
        p = r.resume()
        finished = b"the report could not be made" in err or b"done, but" in err
        assert p.returncode == (5 if finished else 0), "%s\n%s" % (r, p.stderr)
    return code


def test_unit_written(work):
    hurt = Hurt(work)
    runs = []
    for kind, last, every, more in (("text", 66, False, ()), ("json", 40, True, ("--json",))):
        calm = Restored(work + "/" + kind, hurt, more=more)
        assert calm.run.code == 0 and calm.sent and calm.equal, calm
        runs += [("%s/%s%d" % (work, kind, n), hurt, calm.run.files, n, every, *more)
                 for n in range(calm.run.made - last, calm.run.made, max(1, 320 // MOST))]
    codes = set(at_once(one_restore, runs))
    assert {1, 16} <= codes, codes


if __name__ == "__main__":
    sys.exit(main([v for k, v in sorted(globals().items()) if k.startswith("test_")], together=5))
