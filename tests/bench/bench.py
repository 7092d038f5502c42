#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Speed and memory of the file side, as ratios to floors taken in the same run: a bare libxml2 parse, cp,
half the size. Times are processor time, so that other work on the machine does not count as ours, and the
best of several rounds. Every run has a stack of 256 KB. Nothing here is part of `make check`: `make bench`
prints the table, OVER marks a bar that was missed."""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import corpora  # noqa: E402

MB = 1 << 20
INSIDE = ("tree", "recode")      # timed by the program itself
BUILD = os.environ.get("top_builddir", ".")
TOOLS = os.path.join(BUILD, "tests", "bench")


def program(path):
    """The program itself, not libtool's wrapper script around it."""
    folder, name = os.path.split(path)
    real = os.path.join(folder, ".libs", name)
    return real if os.path.exists(real) else path


QDIAG = program(os.path.join(BUILD, "qdiag"))
MEASURE = TOOLS + "/measure"     # starts each command, with a stack of 256 KB
ENV = dict(os.environ, LD_LIBRARY_PATH=os.path.join(BUILD, "src", ".libs"))


class Run:
    """One process: processor and wall time, peak memory; the time of its work alone where it prints that."""

    def __init__(self, *cmd):
        start = time.perf_counter()
        get, put = os.pipe()
        p = subprocess.Popen((MEASURE,) + cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV,
                             pass_fds=(3,), preexec_fn=lambda: os.dup2(put, 3))
        os.close(put)
        out, err = p.communicate()
        self.wall = time.perf_counter() - start
        with os.fdopen(get) as f:
            words = f.read().split()
        if len(words) != 4 or words[0] != "0":
            raise SystemExit("%s: status %s\n%s" % (" ".join(cmd), words[:1], err.decode()))
        self.cpu = float(words[1]) + float(words[2])
        self.rss = int(words[3]) * 1024
        words = out.split()
        self.inside = self.count = None
        if os.path.basename(cmd[0]) in ("sax_floor", "tree_time"):
            self.inside, self.count = float(words[0]), int(words[1])


class Best:
    """The best of several runs of each named command, taken in turns so that load hits all alike."""

    def __init__(self, rounds):
        self.rounds, self.commands, self.runs = rounds, {}, {}

    def add(self, name, *cmd, out=None):
        self.commands[name] = (cmd, out)

    def go(self):
        for _ in range(self.rounds):
            for name, (cmd, out) in self.commands.items():
                if out:
                    for path in (out, out + ".manifest.json"):
                        if os.path.exists(path):
                            os.unlink(path)
                self.runs.setdefault(name, []).append(Run(*cmd))

    def wall(self, name):
        return min(r.wall for r in self.runs[name])

    def cpu(self, name):
        return min(r.cpu for r in self.runs[name])

    def inside(self, name):
        return min(r.inside for r in self.runs[name])

    def count(self, name):
        return self.runs[name][0].count

    def rss(self, name):
        return max(r.rss for r in self.runs[name])


class Table:
    def __init__(self):
        self.over = 0
        self.lines = []

    def row(self, what, value, limit=None, unit="x"):
        mark = ""
        if limit is not None:
            mark = "PASS" if value <= limit else "OVER"
            self.over += value > limit
        text = "%-58s %9.2f %-2s %s" % (what, value, unit, "%8.2f  %s" % (limit, mark)
                                         if limit is not None else "")
        self.lines.append(text.rstrip())
        print(self.lines[-1], flush=True)


def plan(best, files, fast, disk):
    """Every command once per round; fast is a folder in memory, disk one that fsync has to reach."""
    floor, tree = program(TOOLS + "/sax_floor"), program(TOOLS + "/tree_time")
    for name, (path, _) in files.items():
        kind = name.rpartition(".")[2]
        other = ".xqcn" if kind == "qcn" else ".qcn"
        best.add("check " + name, QDIAG, "check", path)
        best.add("tree " + name, tree, kind, path)
        out = fast + "/out" + other
        best.add("recode " + name, tree, kind, path, out, out=out)
        best.add("convert " + name, QDIAG, "convert", path, out, out=out)
        if kind == "xqcn":
            best.add("floor " + name, floor, path)
        if name in ("wide40.xqcn", "fat40.xqcn"):
            best.add("cp " + name, shutil.which("cp"), path, fast + "/copy", out=fast + "/copy")
        if name.startswith("wide40"):
            slow = disk + "/out" + other
            best.add("synced " + name, QDIAG, "convert", path, slow, out=slow)
    best.add("nothing", QDIAG, "--version")


def report(b, files, table):
    for name in ("wide40", "fat40"):
        x, q = name + ".xqcn", name + ".qcn"
        floor = b.inside("floor " + x)
        table.row("%s: bare libxml2 parse, the floor" % x, 1000 * floor, None, "ms")
        table.row("%s: parse and decode to a tree / floor" % x, b.inside("tree " + x) / floor, 1.25)
        table.row("%s: qdiag check, whole process / floor" % x, b.cpu("check " + x) / floor, 1.25)
        table.row("%s: to a QCN, no second reading / floor" % x, b.inside("recode " + x) / floor, 1.5)
        table.row("%s: qdiag convert to QCN, all of it / floor" % x, b.cpu("convert " + x) / floor)
        cp = b.cpu("cp " + x)
        table.row("%s: cp, the floor" % x, 1000 * cp, None, "ms")
        table.row("%s: to an XQCN, no second reading / cp" % q, b.inside("recode " + q) / cp, 3.0)
        table.row("%s: qdiag convert to XQCN, all of it / cp" % q, b.cpu("convert " + q) / cp)
    for what in ("tree", "recode", "check", "convert"):
        for kind in ("qcn", "xqcn"):
            one, two = "%s tree20000.%s" % (what, kind), "%s tree40000.%s" % (what, kind)
            ratio = (b.inside(two) / b.inside(one) if what in INSIDE else b.cpu(two) / b.cpu(one))
            table.row("%s of 40,000 / 20,000 files, %s" % (what, kind), ratio, 2.5)
    for what in ("tree", "check", "convert"):
        one, two = what + " value6.xqcn", what + " value12.xqcn"
        ratio = b.inside(two) / b.inside(one) if what in INSIDE else b.cpu(two) / b.cpu(one)
        table.row("%s of a 12 MB value / a 6 MB value" % what, ratio, 2.5)
    for name in files:
        payload = b.count("tree " + name)
        for what in ("tree", "recode", "check", "convert"):
            table.row("%s %s: peak memory, payload %.1f MB" % (what, name, payload / MB),
                      b.rss("%s %s" % (what, name)) / MB, (2.5 * payload) / MB + 8, "MB")
    for name in ("wide40.xqcn", "wide40.qcn"):
        table.row("%s: convert onto the disk, synced, wall" % name, 1000 * b.wall("synced " + name), None, "ms")
        table.row("%s: convert in memory, wall" % name, 1000 * b.wall("convert " + name), None, "ms")
    table.row("qdiag --version: start of the program", 1000 * b.wall("nothing"), None, "ms")
    table.row("its peak memory", b.rss("nothing") / MB, None, "MB")


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--corpora", help="folder that keeps the generated files (450 MB)",
                   default=os.path.join(TOOLS, "corpora"))
    p.add_argument("--cflags", default="-O2", help="how the programs were compiled")
    a = p.parse_args()
    if "-O2" not in a.cflags.split() or "sanitize" in a.cflags:
        raise SystemExit("the figures mean something on an -O2 build without sanitizers only;"
                         " this one has: " + a.cflags)
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    fast = tempfile.mkdtemp(prefix="qdiag-bench.", dir=memory)
    disk = tempfile.mkdtemp(prefix="bench.", dir=BUILD)
    try:
        files = corpora.make(a.corpora)
        best, table = Best(a.rounds), Table()
        plan(best, files, fast, disk)
        best.go()
        print("load %.1f, best of %d rounds\n" % (os.getloadavg()[0], a.rounds))
        print("%-58s %9s    %8s" % ("", "measured", "limit"))
        report(best, files, table)
        print("\n%d over their limit" % table.over)
    finally:
        shutil.rmtree(fast, ignore_errors=True)
        shutil.rmtree(disk, ignore_errors=True)
    return 1 if table.over else 0


if __name__ == "__main__":
    sys.exit(main())
