# SPDX-License-Identifier: BSD-3-Clause
#
# What the fault tests share: small unit folders, a simulator per test, runs of the installed-style
# qdiag program. Python's standard library only; no project code.
import concurrent.futures
import hashlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

TOP = os.environ.get("top_builddir", ".")
QDIAG = os.environ.get("QDIAG", os.path.join(TOP, "qdiag"))
SIM = os.environ.get("QDIAG_SIM", os.path.join(TOP, "qdiag-sim"))
CPUS = sorted(os.sched_getaffinity(0))
TURN = itertools.count(os.getpid())
LIMIT = 180  # seconds; a run that takes longer hangs

IMEI_A = bytes.fromhex("080a100001000000 51".replace(" ", ""))  # 001001000000015
IMEI_SUB1 = bytes.fromhex("080a10000100001041")                # 001001000000114


def put(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def pattern(seed, n):
    out = bytearray()
    while len(out) < n:
        out += hashlib.sha256(b"%d/%d" % (seed, len(out))).digest()
    return bytes(out[:n])


def small_unit(folder, conf=(), files=None, attr=(), nv=None):
    """A unit with a few dozen items: fast enough to be backed up a hundred times."""
    lines = ["family = eg9x", "model = EG95", "firmware = EG95EFBR06A08M4G",
             "firmware_full = EG95EFBR06A08M4G_01.001.01.001", "ext_build = EG95EFBR06A08M4G",
             "model_number = 9607", "esn = 00000000", "usb = 2c7c:0195", "serial = 0123",
             "feature_mask = 010203", "subs = 3", "efs_subsys = 13"]
    for c in conf:
        key = c.split("=")[0].strip()
        lines = [x for x in lines if x.split("=")[0].strip() != key]
        lines.append(c)
    put(folder + "/unit.conf", ("\n".join(lines) + "\n").encode())
    items = {(0, "550"): IMEI_A, (1, "550"): IMEI_SUB1, (2, "550"): b"\x08\x0a",
             (0, "453"): b"\0", (0, "571"): b"\x21\x5e\x01\x02", (0, "85"): b"000000",
             (0, "447"): bytes.fromhex("020000000001"), (1, "441"): b"\xff\x01"}
    for i in range(6):
        items[(0, "1014.%d" % i)] = bytes([i, 0xA0 + i])
    for i in range(10, 30):
        if i not in (22, 23, 28, 24):
            items[(0, str(i))] = pattern(i, 128)
    items.update(nv or {})
    for (sub, name), data in items.items():
        put("%s/nv/%d/%s" % (folder, sub, name), data)
    default = {"/nv/item_files/rfnv/00020000": pattern(1, 3000),
               "/nv/item_files/rfnv/00020001": pattern(2, 1024),
               "/nv/item_files/rfnv/00020002": b"",
               "/nv/item_files/ims/a": b"\x01", "/nv/item_files/ims/a_Subscription01": b"\x02",
               "/nv/item_files/modem/mmode/lte_bandpref": pattern(3, 64),
               "/nv/item_files/conf/ims.conf": b"/nv/item_files/ims/a\n",
               "/cert/c": pattern(4, 100), "/policyman/device_config.xml": b"<x/>\n",
               "/nv/item_files/mcs/tcxomgr/field_cal_params": pattern(5, 70)}
    default.update(files or {})
    for path, data in default.items():
        if data is not None:
            put(folder + "/efs" + path, data)
    if attr:
        put(folder + "/efs.attr", ("\n".join(attr) + "\n").encode())
    return folder


class Sim:
    """One simulator on a unix socket (or pty); used as a context manager."""

    def __init__(self, unit, *faults, args=(), port="unix", folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="sim.")
        self.own = folder is None
        self.log = self.folder + "/sim.log"
        where = "%s:%s/port" % (port, self.folder)
        cmd = [SIM, "--unit", unit, "--diag", where, "--log", self.log]
        for f in faults:
            cmd += ["--fault", f]
        self.address = ("tty:" if port == "pty" else "unix:") + self.folder + "/port"
        self.p = subprocess.Popen(cmd + list(args), stdout=subprocess.PIPE, text=True)
        for line in self.p.stdout:
            if line.strip() == "ready":
                return
        raise AssertionError("the simulator did not get ready: %s" % " ".join(cmd))

    def __enter__(self):
        return self

    def stop(self):
        if self.p.poll() is None:
            self.p.send_signal(signal.SIGTERM)
        rc = self.p.wait(20)
        self.p.stdout.close()
        return rc

    def __exit__(self, *exc):
        rc = self.stop()
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)
        if not exc[0]:
            assert rc == 0, "the simulator ended with %d" % rc


def qdiag(*args, env=None, check=None, **kw):
    """Runs qdiag; gives the finished process with text output."""
    p = subprocess.run([QDIAG] + list(args), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       text=True, timeout=LIMIT, env=dict(os.environ, **(env or {})), **kw)
    for sign in ("AddressSanitizer", "runtime error:", "LeakSanitizer"):
        assert sign not in p.stderr, p.stderr
    assert p.returncode >= 0, "killed by signal %d\n%s" % (-p.returncode, p.stderr)
    if check is not None:
        assert p.returncode == check, "exit %d, not %d\n%s\n%s" % (p.returncode, check, p.stdout,
                                                                  p.stderr)
    return p


SMALL = ("--nv-range", "0-2000")  # holds every id the small unit has


def backup(sim, out, *args, **kw):
    return qdiag("backup", "--progress=none", "--xqcn", out, "-d", sim.address,
                 *(args or SMALL), **kw)


def backup_json(sim, out, *args, **kw):
    p = backup(sim, out, "--json", *(args or SMALL), **kw)
    return p, json.loads(p.stdout)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def manifest(path):
    return json.loads(read(path + ".manifest.json"))


def missing(answer, kind="unreadable"):
    return [m for m in answer["missing"] if m["kind"] == kind]


class Work:
    """A scratch folder that goes away."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="qdiag.")
        return self.path

    def __exit__(self, *exc):
        shutil.rmtree(self.path, ignore_errors=True)


def quiet_backup(work, unit, *args):
    """The file a fault-free run makes."""
    out = work + "/quiet.xqcn"
    with Sim(unit) as sim:
        backup(sim, out, *args, check=0)
    return read(out)


def renamed(data, old, new):
    """XQCN text with another root name: the only thing that depends on the file's name."""
    return data.replace(b"<Storage Name='%s'>" % old.encode(), b"<Storage Name='%s'>" % new.encode(), 1)


def stay():
    """A simulator and its client on one processor: waking another one for each request is most of what a
    test costs on a virtual machine."""
    os.sched_setaffinity(0, {CPUS[next(TURN) % len(CPUS)]})


def at_once(call, runs, most=8, alone=False):
    """call(*run) for each run, `most` at a time: most of a run is waiting. What the calls gave. alone: what
    failed is run again by itself, in another folder (the first argument): some limits are real seconds, and
    a busy machine misses them."""
    failed, given = [], []
    with concurrent.futures.ThreadPoolExecutor(most, initializer=stay) as pool:
        for run, done in [(r, pool.submit(call, *r)) for r in runs]:
            if done.exception():
                failed.append((run, done.exception()))
            else:
                given.append(done.result())
    if alone:
        again, failed = failed, []
        for run, _ in again:
            try:
                given.append(call(run[0] + "-again", *run[1:]))
            except Exception as e:
                failed.append((run, e))
    assert not failed, "\n".join("%s: %s: %s" % (run[1:], type(e).__name__, e) for run, e in failed)
    return given


def one_test(t):
    start = time.time()
    try:
        with Work() as work:
            t(work)
        return "ok   %-40s %6.1f s" % (t.__name__, time.time() - start)
    except Exception:
        return "FAIL %s\n%s" % (t.__name__, traceback.format_exc())


def main(tests, together=1):
    """Runs test functions, `together` at a time; each gets a scratch folder. Names on the command line
    choose."""
    chosen = sys.argv[1:]
    tests = [t for t in tests if not chosen or t.__name__ in chosen]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(together, initializer=stay) as pool:
        for said in pool.map(one_test, tests):
            failed += said.startswith("FAIL")
            print(said, flush=True)
    return 1 if failed else 0
