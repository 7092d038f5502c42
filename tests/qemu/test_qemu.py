#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The installed qdiag on a real kernel's USB: boots Debian's kernel once in QEMU (no KVM), with
simulated modules behind emulated USB devices, and runs the cases of guest.sh there. What the guest
saved is compared with what the same program saves over a pty, and on umockdev's emulated USB.

Not part of make check: `make check-qemu`. Exit 77 and a reason when a tool or the kernel is missing.
Arguments choose cases of the guest; KEEP=DIR keeps what was made."""
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "fault"), os.path.join(HERE, "..", "usb")]
import image      # noqa: E402
import installed  # noqa: E402
import rig        # noqa: E402

BUILD = os.path.abspath(rig.TOP)
REDIR = BUILD + "/tests/qemu/usb_redir"
BOOT_LIMIT = 400  # seconds; a quiet machine needs a tenth of that
CASES = ("enumerated listed usb_backup tty_backup user_backup usb_busy tty_busy usb_killed tty_killed "
            "usb_replugged tty_replugged interrupted terminated two_units nothing_written").split()
# Folders of the guest with a whole backup in them.
SAVED = ("usb tty user usb_busy tty_busy usb_killed tty_killed usb_replugged tty_replugged second "
         "second_tty first").split()


class Verdicts:
    def __init__(self):
        self.passed, self.failed = 0, 0

    def note(self, name, why):
        if why:
            self.failed += 1
            print("FAIL %s: %s" % (name, why), flush=True)
        else:
            self.passed += 1
            print("ok   %s" % name, flush=True)

    def check(self, name, function, *args):
        try:
            function(*args)
        except Exception as e:  # noqa: BLE001: whatever it is, the case has failed
            self.note(name, "%s: %s" % (type(e).__name__, e))
        else:
            self.note(name, None)


# ---- the boot ----

def qemu(work, vmlinuz, initrd, cases):
    cmd = [image.find("qemu-system-x86_64"), "-accel", "tcg", "-cpu", "max", "-m", "768", "-smp", "1",
           "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
           "-kernel", vmlinuz, "-initrd", initrd, "-append", "console=ttyS0 quiet panic=-1 cases=" + ",".join(cases),
           "-serial", "file:%s/console" % work,
           "-chardev", "socket,id=c,path=%s/control" % work, "-serial", "chardev:c",
           "-serial", "file:%s/files.tar" % work, "-device", "qemu-xhci"]
    for i in (0, 1):
        cmd += ["-chardev", "socket,id=u%d,path=%s/usb%d" % (i, work, i),
                "-device", "usb-redir,chardev=u%d,port=%d" % (i, i + 1)]
    return cmd


def boot(work, unit, vmlinuz, initrd, cases):
    """Runs the guest to its end; a note when QEMU or usb_redir did not end well."""
    server = subprocess.Popen([REDIR, "--unit", unit, "--dir", work], stdout=subprocess.PIPE,
                              text=True)
    try:
        if server.stdout.readline().strip() != "ready":
            return "usb_redir did not get ready"
        with open(work + "/qemu.log", "w") as log:
            machine = subprocess.Popen(qemu(work, vmlinuz, initrd, cases), stdout=log,
                                       stderr=subprocess.STDOUT)
            try:
                rc = machine.wait(BOOT_LIMIT)
            except subprocess.TimeoutExpired:
                machine.kill()
                machine.wait()
                return "the guest was still running after %d s" % BOOT_LIMIT
        if rc:
            return "QEMU ended with %d: %s" % (rc, open(work + "/qemu.log").read().strip())
        rc = server.wait(20)
        return "usb_redir ended with %d" % rc if rc else None
    finally:
        if server.poll() is None:
            server.kill()
        server.wait()
        server.stdout.close()


def verdict_lines(work):
    with open(work + "/console", errors="replace") as f:
        lines = [line.strip() for line in f]
    return [line.split("qdiag-test: ", 1)[1] for line in lines if "qdiag-test: " in line], lines


def read_verdicts(work, v, cases):
    """Each expected case is there, once; what is not has failed."""
    said, console = verdict_lines(work)
    seen = {}
    for line in said:
        word, _, rest = line.partition(" ")
        name, _, why = rest.partition(": ")
        if word in ("ok", "FAIL"):
            seen[name] = why or ("failed" if word == "FAIL" else None)
    for name in cases:
        v.note(name, seen.pop(name, "never reported"))
    for name, why in seen.items():
        v.note(name, why or "a case nobody expects")
    if "done" not in said:
        v.note("end", "the guest did not reach its end")
        print("\n".join(console[-40:]))


# ---- what the guest saved ----

def address_is(path, pattern):
    a = json.loads(rig.read(path + ".manifest.json"))["unit"]["address"]
    assert a.startswith(pattern), "address %s in the manifest" % a


def ports(path):
    with open(path) as f:
        return {p["address"]: p for p in json.load(f)["ports"]}


def groups(path):
    """USB path of a unit → its ports, each with the number of its interface."""
    out = {}
    for p in ports(path).values():
        out.setdefault(p["usb_path"], set()).add((p["address"], p["interface"], p["likely_diag"]))
    return out


def list_one(path):
    want = {("tty:/dev/ttyUSB%d" % i, i, i == 0) for i in range(3)}
    want.add(("usb:2c7c:0125@1-1", 0, True))
    assert groups(path) == {"1-1": want}, groups(path)
    p = ports(path)["tty:/dev/ttyUSB0"]
    assert (p["driver"], p["serial"], p["product"]) == ("option", "SIM0001", "EC25 sim"), p


def list_two(path):
    one = {("tty:/dev/ttyUSB%d" % (i + 3), i, i == 0) for i in range(3)}
    one.add(("usb:2c7c:0125@1-1", 0, True))
    two = {("tty:/dev/ttyUSB%d" % i, i + 3, i == 0) for i in range(3)}
    two.add(("usb:2c7c:0128@1-2", 3, True))
    assert groups(path) == {"1-1": one, "1-2": two}, groups(path)


def read_files(work, v, q, pty, usb):
    guest = work + "/guest"
    try:
        with tarfile.open(work + "/files.tar") as t:
            t.extractall(guest)
    except (OSError, tarfile.TarError) as e:
        v.note("files", "no files from the guest: %s" % e)
        return
    v.check("list_one", list_one, guest + "/list/one.json")
    v.check("list_two", list_two, guest + "/list/two.json")
    v.check("equal_umockdev", q.equal, pty, usb)
    for name in SAVED:
        v.check("equal_" + name, q.equal, pty, "%s/%s/unit.xqcn" % (guest, name))
    v.check("address_usb", address_is, guest + "/usb/unit.xqcn", "usb:2c7c:0125")
    v.check("address_tty", address_is, guest + "/tty/unit.xqcn", "tty:/dev/ttyUSB0")
    v.check("address_second", address_is, guest + "/second/unit.xqcn", "usb:2c7c:0128")


def test(work, cases):
    start = time.time()
    image.need_tools()
    for needed, package in ((REDIR, "libusbredirparser"), (installed.USB_RUN, "umockdev")):
        if not os.path.exists(needed):
            raise image.Absent("configure found no " + package)
    vmlinuz, root, version = image.kernel(BUILD + "/tests/qemu/kernel")
    q = installed.Installed(BUILD + "/tests/qemu/root")
    initrd = image.initramfs(work, root, version, q.program, q.lib, HERE + "/guest.sh", q.share)
    unit = rig.small_unit(work + "/unit", conf=["usb = 2c7c:0125"])
    pty = q.over_pty(work + "/pty", unit)
    usb = q.over_umockdev(work + "/umockdev", unit)
    ready = time.time()
    trouble = boot(work, unit, vmlinuz, initrd, cases)
    booted = time.time()
    v = Verdicts()
    v.note("machine", trouble)
    read_verdicts(work, v, cases)
    if cases == CASES:
        read_files(work, v, q, pty, usb)
    print("qemu: run: %d cases passed, %d failed; Linux %s, one boot of %.0f s, %.0f s before it"
          % (v.passed, v.failed, version, booted - ready, ready - start))
    if os.environ.get("KEEP"):
        image.run(["cp", "-r", work, os.environ["KEEP"]])
    return 1 if v.failed else 0


def main():
    work = tempfile.mkdtemp(prefix="qdiag.")
    try:
        return test(work, sys.argv[1:] or CASES)
    except image.Absent as e:
        print("qemu: skipped: %s" % e)
        return 77
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
