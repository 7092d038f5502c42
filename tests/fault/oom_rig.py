# SPDX-License-Identifier: BSD-3-Clause
"""qdiag with an allocation that fails: a server (oom.c, loaded before the C library) that runs one command
again and again, each time in a folder of its own, and what every such run is held to. No project code."""
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys

from rig import LIMIT, QDIAG, TOP, read

LIBRARY = os.path.join(TOP, "tests", "fault", ".libs", "oom.so")
SIGNS = (b"AddressSanitizer", b"runtime error:", b"LeakSanitizer")
NOT_THE_SAME = ("created", "converted", "salt")  # keys of a manifest that differ from run to run


class Run:
    """What one run did."""

    def __init__(self, folder, n, every, line, tar):
        status, self.made, self.files = map(int, line.split())
        self.folder, self.n, self.every, self.tar = folder, n, every, tar
        self.signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        self.code = os.WEXITSTATUS(status)
        self.out = re.sub(rb'"milliseconds": \d+| in [0-9.]+ s,', b"", read(folder + "/stdout"))
        self.err = read(folder + "/stderr")
        self.trace = read(folder + "/trace").decode() if os.path.exists(folder + "/trace") else ""

    def __str__(self):
        return "allocation %d%s: exit %d, signal %d\n%s\n%s\n%s" % (
            self.n, " and all after it" if self.every else "", self.code, self.signal, self.trace,
            self.out[-2000:].decode(errors="replace"), self.err[-6000:].decode(errors="replace"))


class Server:
    """One command line, run as often as asked for."""

    def __init__(self, work, *args, env=None):
        self.work, self.count = work, 0
        self.tar = any(x.startswith("o.tar") for x in args)  # libarchive writes
        os.makedirs(work, exist_ok=True)
        # What libraries leak when memory runs out is gone with the process; abort: a crash is a signal.
        asan = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0:detect_leaks=0:abort_on_error=1"
        env = dict(os.environ, ASAN_OPTIONS=asan, **(env or {}))
        # libtool puts the real program in the place of its script; it and env are left in peace
        self.p = subprocess.Popen([TOP + "/libtool", "--silent", "--mode=execute", "env",
                                   "LD_PRELOAD=" + os.path.abspath(LIBRARY), QDIAG, *args], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)

    def run(self, n=0, every=False, prepare=None, trace=False):
        """Allocation n fails (0: none), or every one from there on. prepare(folder) fills the folder."""
        self.count += 1
        folder = "%s/%d" % (self.work, self.count)
        os.mkdir(folder)
        if prepare:
            prepare(folder)
        self.p.stdin.write(b"%s %d %d %d\n" % (folder.encode(), n, every, trace))
        self.p.stdin.flush()
        if not select.select([self.p.stdout], [], [], LIMIT)[0]:
            raise AssertionError("allocation %d%s: hangs" % (n, " and all after it" if every else ""))
        line = self.p.stdout.readline()
        assert line, "the server ended: %d" % self.p.wait()
        return Run(folder, n, every, line, self.tar)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if exc[0]:
            os.killpg(self.p.pid, signal.SIGKILL)
        self.p.stdin.close()
        self.p.wait()
        self.p.stdout.close()


def alike(value):
    """JSON without what no two runs share. Whose a backup is stands under a random salt, but a conversion
    takes that over as it is."""
    if isinstance(value, dict):
        own = () if "converted_from" in value else ("unit",)
        return {k: alike(v) for k, v in value.items() if k not in NOT_THE_SAME + own}
    return [alike(v) for v in value] if isinstance(value, list) else value


def contents(folder):
    """Every file, folder and link below, but what the server itself put there."""
    seen = {}
    for at, folders, names in os.walk(folder):
        for name in folders + names:
            path = os.path.join(at, name)
            rel = os.path.relpath(path, folder)
            if rel in ("stdout", "stderr", "trace"):
                continue
            seen[rel] = ("link", os.readlink(path)) if os.path.islink(path) else \
                "folder" if os.path.isdir(path) else \
                alike(json.loads(read(path))) if rel.endswith(".json") else read(path)
    return seen


def spread(total, most):
    """1..total, or when that is too many the first few, then evenly spread, and the last."""
    if total <= most:
        return list(range(1, total + 1))
    first = most // 3
    rest = most - first
    return sorted(set(range(1, first + 1)) | {first + 1 + i * (total - first - 1) // (rest - 1) for i in range(rest)})


# What libraries do by themselves when memory runs out, and why it is let pass: nothing that the caller hands
# them or asks first makes it come out otherwise. The temporary file stays then, and no target is touched.
THEIRS_SAID = (
    # archive_string_append, archive_entry_xattr_add_entry and others end the program
    (1, rb"Fatal Internal Error in libarchive: .*\n"),
)
THEIRS_KILLED = (
    # archive_write_header of the pax format uses a new entry (archive_entry_new2), and a buffer of its own,
    # without looking whether it got them; the frames between have no names
    r"(\S*/libarchive\.so\S*\(archive_entry_new2\+\S+\n)?(\S*/libarchive\.so\S*\(\+\S+\n){2}\S*/libqdiag\.so",
)
# A new thread of a program under AddressSanitizer asks for its stack, for which its own runtime needs memory.
THEIRS_ASAN = rb'AddressSanitizer: CHECK failed: \S+ "\(\(pthread_getattr_np'
TEMPORARY = r"\.qdiag-[0-9a-f]{8}"


def theirs(run, before, again):
    """again: the same run with the way to the allocation, from which a library's own crash is known."""
    if run.signal and re.search(THEIRS_ASAN, run.err):
        pass
    elif run.signal:
        way = again().trace
        way = way[way.rindex("oom.so"):].split("\n", 1)[1] if "oom.so" in way else ""
        if not run.tar or not any(re.match(x, way) for x in THEIRS_KILLED):
            return False
    elif not any(run.code == code and re.fullmatch(text, run.err) for code, text in THEIRS_SAID):
        return False
    after = {k: v for k, v in contents(run.folder).items() if not re.match(TEMPORARY, k)}
    return after == before


def judge(run, calm, before, again):
    """What is wrong with a run, or None. calm: the run without a failure; before: the folder as prepared."""
    if any(s in run.err for s in SIGNS) and not run.signal:
        return "a sanitizer speaks"
    if theirs(run, before, again):
        return None
    if run.signal:
        return "killed"
    if run.files > calm.files:
        return "%d files left open" % (run.files - calm.files)
    after = contents(run.folder)
    done = run.code == 1 and b"qdiag: done, but out of memory while making the answer" in run.err
    if done or run.code == calm.code and (run.code == 0 or b"out of memory" not in run.err):
        wrong = [k for k in set(after) | set(calm.after) if after.get(k) != calm.after.get(k)]
        if wrong:
            return "other files: %s" % sorted(wrong)
        return None if run.out == (b"" if done else calm.out) else "another answer"
    if run.code not in (1, calm.code):
        return "not exit 1"
    if not re.search(rb"^qdiag: [^\n]*out of memory[^\n]*\[exit %d\]$" % run.code, run.err, re.M):
        return "another error than out of memory"
    left = [k for k in set(after) | set(before) if after.get(k) != before.get(k)]
    return "files left: %s" % sorted(left) if left else None
