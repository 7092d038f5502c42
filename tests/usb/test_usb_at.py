#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The AT port found through the unit's USB device, on emulated modules: which one is taken, which is
never written to, and what is refused. What reached a port is read at its far end."""
import json
import os
import re
import subprocess
import sys
import tty

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mm_rig  # noqa: E402
import rig  # noqa: E402

DIAG, AT, AT2 = 0, 2, 3
ALL = (DIAG, AT, AT2)
S5 = ("family = bg95-s5", "model = BG95-S5", "efs_subsys = both", "usb = 2c7c:0125")


class Module:
    """One module: its simulator, and what is behind each of its ttys. `mute` ttys are there and say
    nothing."""

    options = ()  # more of them for the simulator

    @staticmethod
    def make(unit):
        rig.small_unit(unit, conf=S5)
        rig.put(unit + "/efs-alt/usb/conf", b"x")

    def __init__(self, board, work, port=1, first=0, serial="SIM0001", ttys=ALL, mute=(AT2,), faults=()):
        self.first, self.port = first, port
        unit = work + "/u%d" % port
        self.make(unit)
        self.at = work + "/at%d" % port
        self.sim = rig.Sim(unit, *faults, args=["--at", "unix:" + self.at, *self.options])
        for i in ttys:
            board.emulate(first + i)
        for r in mm_rig.records(ttys, port, first, serial):
            board.add(r)
        self.carriers = {}
        for i in ttys:
            if i not in mute:
                self.carry(board, i, first + i)

    def carry(self, board, i, number):
        far = self.sim.folder + "/port" if i == DIAG else self.at
        self.carriers[i] = mm_rig.Carrier(board.far_end(number), far)

    def face(self, i):
        return "%s%d/1-%d:1.%d" % (mm_rig.DEVICE[:-1], self.port, self.port, i)

    def leave(self, board, i, old):
        """When the simulator drops interface i: ttyUSB`old` goes away."""
        carrier = self.carriers[i]
        carrier.thread.join(mm_rig.PATIENCE)
        assert not carrier.thread.is_alive(), "the port does not go away"
        board.bed.remove_device("/sys%s/ttyUSB%d/tty/ttyUSB%d" % (self.face(i), old, old))
        board.bed.remove_device("/sys%s/ttyUSB%d" % (self.face(i), old))
        board.bed.detach_ioctl("/dev/ttyUSB%d" % old)
        board.gone[old] = None
        if os.path.lexists("%s/dev/ttyUSB%d" % (board.root, old)):
            os.unlink("%s/dev/ttyUSB%d" % (board.root, old))  # its pty's number is given to the next
        os.close(carrier.fd)

    def arrive(self, board, i, new):
        board.emulate(new)
        for r in list(mm_rig.tty_records(self.face(i), i, new))[1:]:
            board.add(r)
        self.carriers[i].stop()
        self.carry(board, i, new)

    def rename(self, board, i, old, new):
        self.leave(board, i, old)
        self.arrive(board, i, new)

    def seen(self, i):
        return bytes(self.carriers[i].seen)

    def sent(self):
        """What the simulator counts as a write, of both ports."""
        return [x.rstrip("\n").split(" ", 4)[4] for x in open(self.sim.log) if x.startswith("W ")]

    def stop(self):
        for c in self.carriers.values():
            c.stop()
        self.sim.__exit__(None)


class Board:
    """The testbed."""

    def __init__(self, work):
        import gi
        gi.require_version("UMockdev", "1.0")
        from gi.repository import UMockdev
        self.mock, self.work, self.modules = UMockdev, work, []
        self.bed = UMockdev.Testbed.new()
        self.root = self.bed.get_root_dir()
        self.gone = {}  # ttyUSB numbers that were there once: umockdev makes no second node of a name

    def add(self, record):
        found = re.search(r"^N: ttyUSB(\d+)\n", record, re.M)
        if not found or int(found.group(1)) not in self.gone:
            self.bed.add_from_string(record)
            return
        far, near = os.openpty()
        tty.setraw(near)
        os.symlink(os.ttyname(near), "%s/dev/ttyUSB%s" % (self.root, found.group(1)))
        self.gone[int(found.group(1))] = far, near
        self.bed.add_from_string(record.replace(found.group(0), ""))

    def far_end(self, number):
        return self.gone[number][0] if number in self.gone else self.bed.get_dev_fd("/dev/ttyUSB%d" % number)

    def emulate(self, number):
        handler = self.mock.IoctlBase()
        handler.connect("handle-ioctl", mm_rig.Module.on_ioctl)
        self.bed.attach_ioctl("/dev/ttyUSB%d" % number, handler)

    def plug(self, kind=Module, **how):
        self.modules.append(kind(self, self.work, **how))
        return self.modules[-1]

    def start(self, *args):
        cmd = [os.path.join(rig.TOP, "libtool"), "--silent", "--mode=execute", rig.QDIAG, *args]
        env = dict(os.environ, LD_PRELOAD=mm_rig.PRELOAD, UMOCKDEV_DIR=self.root,
                   DBUS_SYSTEM_BUS_ADDRESS="unix:path=/nonexistent",
                   ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
        return subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)

    def run(self, *args, check=0):
        p = self.start(*args)
        p.out, p.err = p.communicate(timeout=rig.LIMIT)
        for sign in ("AddressSanitizer", "runtime error:", "LeakSanitizer"):
            assert sign not in p.err, p.err
        assert p.returncode == check, "exit %d, not %d\n%s\n%s" % (p.returncode, check, p.out, p.err)
        return p

    def ufs(self, *args, check=0):
        p = self.run("ufs", *args, "--json", "--progress=none", check=check)
        return p, json.loads(p.out)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for m in self.modules:
            m.stop()


def test_found(work):
    """Whatever names the unit, or nothing does: its first AT port, and not a byte to DIAG."""
    with Board(work) as b:
        m = b.plug()
        for more in ((), ("--at", "auto"), ("-d", "usb:2c7c:0125"), ("-d", "usb:2c7c:0125@1-1"),
                     ("--serial", "SIM0001"), ("-d", "tty:/dev/ttyUSB0"), ("-d", "tty:/dev/ttyUSB3")):
            p, j = b.ufs("status", *more)
            assert j["address"] == "tty:/dev/ttyUSB2" and j["model"] == "BG95-S5", (more, j)
        b.ufs("status", "--at", "tty:/dev/ttyUSB2")
        assert m.seen(DIAG) == b"" and b"AT+CGMM\r" in m.seen(AT)
        seen = m.seen(AT)
        b.ufs("status", "--serial", "SIM0002", check=6)
        b.ufs("status", "-d", "usb:2c7c:0296", check=6)
        b.ufs("status", "-d", "tty:/dev/ttyUSB0", "--serial", "SIM0001", check=2)
        p, j = b.ufs("status", "-d", "unix:/none", check=6)
        assert "name the AT port" in j["error"]["next"]
        assert m.seen(AT) == seen and m.seen(DIAG) == b"" and m.sent() == []


def test_diag_is_refused(work):
    """The port that discovery knows as DIAG, named as the AT port: refused, and no byte goes there."""
    with Board(work) as b:
        m = b.plug()
        for words in (("ufs", "status"), ("ufs", "files", "ls"), ("ufs", "restore", "--confirm", "0015")):
            p = b.run(*words, "--at", "tty:/dev/ttyUSB0", check=5)
            assert "this is the unit's DIAG port" in p.err and "not touched" in p.err, p.err
        p = b.run("doctor", "--json", "-d", "tty:/dev/ttyUSB0", "--at", "tty:/dev/ttyUSB0")
        told = {f["name"]: f for f in json.loads(p.out)["findings"]}
        assert "DIAG port" in told["at_imei"]["seen"] and told["at_imei"]["at_only"], told
        diag = m.seen(DIAG)
        assert b"AT" not in diag.replace(b"\x7e", b"\r").split(b"\r"), diag
        assert m.seen(AT) == b"" and m.sent() == []
    with rig.Work() as inner, Board(inner) as b:
        m = b.plug()
        b.ufs("status", "--at", "tty:/dev/ttyUSB0", check=5)
        assert m.seen(DIAG) == b"" and m.seen(AT) == b""


def test_two_units(work):
    with Board(work) as b:
        one, two = b.plug(), b.plug(port=2, first=4, serial="SIM0002")
        p, j = b.ufs("status", check=6)
        assert j["result"] == "many_units", j
        assert "1-1 (usb:2c7c:0125@1-1), 1-2 (usb:2c7c:0125@1-2)" in p.err, p.err
        b.ufs("status", "-d", "usb:2c7c:0125", check=6)
        assert [m.seen(i) for m in (one, two) for i in (DIAG, AT)] == [b""] * 4
        p, j = b.ufs("status", "--serial", "SIM0002")
        assert j["address"] == "tty:/dev/ttyUSB6" and one.seen(AT) == b""
        p, j = b.ufs("status", "-d", "tty:/dev/ttyUSB0")
        assert j["address"] == "tty:/dev/ttyUSB2"
        assert one.seen(DIAG) == two.seen(DIAG) == b""


def test_held(work):
    """By a program that knows no lock: not used, and its neighbour neither."""
    with Board(work) as b:
        m = b.plug(mute=())
        node = os.path.realpath(b.root + "/dev/ttyUSB2")
        p = subprocess.Popen([sys.executable, "-c",
                              "import os,sys\nfd=os.open(sys.argv[1],os.O_RDWR|os.O_NOCTTY)\n"
                              "print('held',flush=True)\nsys.stdin.read()\n", node],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        p.stdout.readline()
        q, j = b.ufs("status", check=7)
        assert "held by process %d (" % p.pid in j["error"]["why"], j
        q = b.run("info")
        assert re.search(r"own copies not read: .*held by process %d" % p.pid, q.out), q.out
        p.communicate()
        assert m.seen(AT) == m.seen(AT2) == b""
        b.ufs("status")


def test_the_next_port(work):
    """A silent first port is passed by, with a word; when none answers that is the error."""
    with Board(work) as b:
        m = b.plug(mute=(AT,))
        p, j = b.ufs("status")
        assert j["address"] == "tty:/dev/ttyUSB3"
        assert "tty:/dev/ttyUSB2: nothing answers to AT; next is tty:/dev/ttyUSB3" in p.err, p.err
        assert m.seen(DIAG) == b""
    with rig.Work() as inner, Board(inner) as b:
        m = b.plug(mute=(AT, AT2))
        p, j = b.ufs("status", check=9)
        assert "no AT port of the unit answers" in p.err and j["error"]["item"].endswith("ttyUSB3")
        assert m.seen(DIAG) == b""
    with rig.Work() as inner, Board(inner) as b:
        b.plug(ttys=(DIAG,))
        p, j = b.ufs("status", check=6)
        assert "no serial port that is known to take AT" in p.err and "--at" in p.err


def test_backup_of_one_unit(work):
    """Both ports found; and both of one USB device, though two modules give the same IMEI."""
    with Board(work) as b:
        m = b.plug()
        x = work + "/x.xqcn"
        b.run("backup", "--progress=none", "--xqcn", x)
        p, j = b.ufs("backup", "--backup", x, "-n")
        assert j["would_send"] == "AT+QPRTPARA=1" and m.sent() == []
        p, j = b.ufs("backup", "--backup", x)
        assert (j["before"]["backups"], j["after"]["backups"]) == (0, 1), j
        other = b.plug(port=2, first=4, serial="SIM0002")
        for at, diag in (("tty:/dev/ttyUSB2", "tty:/dev/ttyUSB4"), ("tty:/dev/ttyUSB6", "tty:/dev/ttyUSB0")):
            p, j = b.ufs("backup", "--fs", "eufs", "--backup", x, "--at", at, "-d", diag, check=4)
            assert "USB 1-1" in j["error"]["why"] and "USB 1-2" in j["error"]["why"], j
        assert m.sent() == ["+QPRTPARA=1"] and other.sent() == []


def test_beside_other_commands(work):
    with Board(work) as b:
        m = b.plug()
        p = b.run("info")
        assert "unit       tty:/dev/ttyUSB0\n" in p.out and "UFS        no valid copy" in p.out, p.out
        p = b.run("doctor", "--json")
        told = {f["name"]: f for f in json.loads(p.out)["findings"]}
        assert told["mode"]["state"] == told["at_imei"]["state"] == "ok", told
        assert told["own_copies"]["state"] == "warning"
        cap = work + "/capture"
        p = b.run("info", "--capture", cap)
        assert "UFS        no valid copy" in p.out, p.out
        assert b"AT+CG" not in rig.read(cap) and b"AT+CG".hex().encode() not in rig.read(cap)
        p = b.run("info", "-d", "replay:" + cap)
        assert "own copies not read: no unit found" in p.out, p.out
        assert m.sent() == []
        p = b.run("backup", "--with-ufs", "--progress=none", "--xqcn", work + "/y.xqcn")
        assert "own ufs    confirmed" in p.out and "own eufs   confirmed" in p.out, p.out
        assert m.sent() == ["+QPRTPARA=1", "+QPRTPARA=11"]


def test_restore_and_a_new_name(work):
    """The module comes back from its reset with another ttyUSB number: found by its place on USB."""
    with Board(work) as b:
        m = b.plug()
        x = work + "/x.xqcn"
        b.run("backup", "--with-ufs", "--progress=none", "--xqcn", x)
        p = b.start("ufs", "restore", "--confirm", "0015", "--json", "--progress=none")
        m.rename(b, AT, 2, 9)
        out, err = p.communicate(timeout=rig.LIMIT)
        assert p.returncode == 0, (p.returncode, out, err)
        j = json.loads(out)
        assert (j["before"]["restores"], j["after"]["restores"]) == (0, 1), j
        p, j = b.ufs("status")
        assert j["address"] == "tty:/dev/ttyUSB9" and j["ufs"]["restores"] == 1


if __name__ == "__main__":
    mm_rig.skip_without()
    mm_rig.emulated()
    sys.exit(rig.main([v for k, v in list(globals().items()) if k.startswith("test_")]))
