#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What qdiag asks of ModemManager and when, seen from a stand-in on a bus of its own: the right unit,
before its port is opened, released in every end; and what it says when that cannot be had."""
import os
import signal
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mm_rig  # noqa: E402
import rig  # noqa: E402

PATH = "/org/freedesktop/ModemManager1"
TTY = "tty:/dev/ttyUSB0"
INFO = ("info", "-d", TTY)
XML = """<node><interface name="org.freedesktop.ModemManager1"><method name="InhibitDevice">
<arg type="s" direction="in"/><arg type="b" direction="in"/></method></interface>
<interface name="org.freedesktop.DBus.ObjectManager"><method name="GetManagedObjects">
<arg type="a{oa{sa{sv}}}" direction="out"/></method></interface></node>"""
DENIED = "org.freedesktop.DBus.Error.AccessDenied"
NOT_FOUND = mm_rig.MM + ".Error.Core.NotFound"


class Fake(mm_rig.Service):
    """uid and ports are those of its one modem; error is what it answers to InhibitDevice; silent,
    the method it never answers."""

    def __init__(self, bus, uid=mm_rig.SYSFS, ports=("ttyUSB2",), error=None, silent=None):
        self.uid, self.ports, self.error, self.silent = uid, ports, error, silent
        self.seen = []  # (uid, on, whether the caller has the port open)
        self.callers, self.gone, self.kept = [], [], []
        super().__init__(bus, mm_rig.MM, PATH, XML, self.answer)
        self.bus.signal_subscribe("org.freedesktop.DBus", "org.freedesktop.DBus",
                                  "NameOwnerChanged", None, None, 0, self.on_owner)

    def on_owner(self, _bus, _sender, _path, _face, _signal, args):
        name, _old, new = args.unpack()
        if name in self.callers and not new:
            self.gone.append(name)

    def objects(self):
        v = self.glib.Variant
        modem = {"Device": v("s", self.uid), "Ports": v("a(su)", [(p, 3) for p in self.ports])}
        return v("(a{oa{sa{sv}}})", ({PATH + "/Modem/0": {
            "org.freedesktop.ModemManager1.Modem.Simple": {}, mm_rig.MM + ".Modem": modem}},))

    def has_port(self, caller):
        pid = self.call("GetConnectionUnixProcessID", self.glib.Variant("(s)", (caller,)))
        folder = "/proc/%d/fd/" % pid.unpack()[0]
        return any(os.readlink(folder + fd).startswith("/dev/pts/") for fd in os.listdir(folder))

    def answer(self, _bus, sender, _path, _face, method, args, call):
        if method == "InhibitDevice":
            self.callers.append(sender)
            self.seen.append(args.unpack() + (self.has_port(sender),))
        if method == self.silent:
            self.kept.append(call)
        elif method == "GetManagedObjects":
            call.return_value(self.objects())
        elif self.error:
            call.return_dbus_error(self.error, "no such luck")
        else:
            call.return_value(None)


class Setting:
    def __init__(self, work, fake=True, ttys=(mm_rig.DIAG, mm_rig.AT), **how):
        self.unit = rig.small_unit(work + "/u", conf=["usb = 2c7c:0125"])
        self.bus = mm_rig.Bus(work)
        self.module = mm_rig.Module(work, self.unit, ttys)
        self.fake = Fake(self.bus, **how) if fake else None

    def run(self, *args, **how):
        return self.module.run(self.bus, *args, **how)

    def saw(self, uid):
        """Inhibited before the port was opened, released after it was closed, and gone."""
        assert self.fake.seen == [(uid, True, False), (uid, False, False)], self.fake.seen
        mm_rig.wait_until(lambda: len(self.fake.gone), "qdiag leaving the bus")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for part in (self.module, self.fake, self.bus):
            if part:
                part.stop()


def test_inhibited_and_released(work):
    with Setting(work) as s:
        assert "mm:" not in s.run(*INFO)
        s.saw(mm_rig.SYSFS)


def test_auto(work):
    """auto takes the serial port; nothing but the choice of the unit comes before."""
    with Setting(work) as s:
        s.run("info", "-d", "auto")
        s.saw(mm_rig.SYSFS)


def test_uid_of_a_rule(work):
    """ID_MM_PHYSDEV_UID gives a device another name: it is known by its ports."""
    with Setting(work, uid="the modem", ports=("wwan7", "cdc-wdm9", "ttyUSB2")) as s:
        s.run(*INFO)
        s.saw("the modem")


def test_another_device_only(work):
    """A modem that is not ours is never inhibited; ours, which may have no modem yet, is asked for."""
    with Setting(work, uid=mm_rig.SYSFS + "0", ports=("ttyUSB1", "ttyS0"), error=NOT_FOUND) as s:
        assert "mm:" not in s.run(*INFO)
        assert s.fake.seen == [(mm_rig.SYSFS, True, False)], s.fake.seen


def test_released_after_a_failure(work):
    """The unit says nothing."""
    with Setting(work) as s:
        s.module.sim.p.send_signal(signal.SIGSTOP)
        s.run(*INFO, "--timeout", "100", check=9)
        s.module.sim.p.send_signal(signal.SIGCONT)
        s.saw(mm_rig.SYSFS)


def test_usb(work):
    """By a USB address with and without a path; nothing behind it answers libusb here."""
    with Setting(work, ttys=(mm_rig.AT,)) as s:
        for address in ("usb:2c7c:0125", "usb:2c7c:0125@1-1"):
            s.run("info", "-d", address, check=7)
            s.saw(mm_rig.SYSFS)
            del s.fake.seen[:]
        s.run("info", "-d", "usb:2c7c:0121", check=6)
        assert s.fake.seen == []


def backup(work, *more):
    return ("backup", "--progress=none", "-d", TTY, "--nv-range", "0-65535", "--xqcn",
            work + "/out.xqcn") + more


def test_stopped(work):
    for sig, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        with rig.Work() as inner, Setting(inner) as s:
            assert s.module.stop_in_the_middle(s.bus, sig, *backup(work)) == code
            s.saw(mm_rig.SYSFS)


def test_killed(work):
    """Nothing can be released then, but the connection ends, and with it the inhibition."""
    with Setting(work) as s:
        rc = s.module.stop_in_the_middle(s.bus, signal.SIGKILL, *backup(work))
        assert rc == -signal.SIGKILL
        mm_rig.wait_until(lambda: s.fake.gone, "the end of the connection")
        assert s.fake.seen == [(mm_rig.SYSFS, True, False)] and s.fake.gone == s.fake.callers


def test_absent(work):
    with Setting(work, fake=False) as s:
        assert "mm:" not in s.run(*INFO)
        s.bus.address = "unix:path=%s/none" % work
        assert "mm:" not in s.run(*INFO)


def test_switched_off(work):
    with Setting(work) as s:
        s.run(*INFO, "--no-inhibit")
        assert s.fake.seen == []


def test_refused(work):
    with Setting(work, error=DENIED) as s:
        err = s.run(*INFO)
        assert "warn: mm:" in err and "only from root" in err and "systemctl stop" in err, err
        assert s.fake.seen == [(mm_rig.SYSFS, True, False)], s.fake.seen
    with rig.Work() as inner, Setting(inner, error=mm_rig.MM + ".Error.Core.InProgress") as s:
        err = s.run(*INFO)
        assert "warn: mm:" in err and "no such luck" in err and "systemctl stop" in err, err


def test_probe(work):
    """Asked before the port is opened, and given back; where it keeps the unit, nothing is opened."""
    with Setting(work) as s:
        s.run("list", "--probe")
        s.saw(mm_rig.SYSFS)
        assert s.module.carriers[0].seen and not s.module.carriers[1].seen
    for how in ({"error": DENIED}, {"silent": "GetManagedObjects"}):
        with rig.Work() as inner, Setting(inner, **how) as s:
            assert "warn: mm:" in s.run("list", "--probe")
            assert not s.module.carriers[0].seen and not s.module.carriers[1].seen


def test_hung(work):
    """ModemManager, or the bus, is there and says nothing."""
    with Setting(work, silent="GetManagedObjects") as s:
        err = s.run(*INFO)
        assert "warn: mm:" in err and "no answer within 2 s" in err, err
        assert s.fake.seen == []
        mute = socket.socket(socket.AF_UNIX)
        mute.bind(work + "/mute")
        mute.listen(5)
        s.bus.address = "unix:path=%s/mute" % work
        err = s.run(*INFO)
        assert "warn: mm: the system bus cannot be asked" in err, err
        mute.close()


def test_named_as_the_holder(work):
    """When it keeps the port all the same, the error names it and says what to do. The port is known
    by its real name here: umockdev's realpath does not stand the link it has at /dev/ttyUSB0."""
    with Setting(work, fake=False) as s:
        node = os.path.realpath(s.module.root + "/dev/ttyUSB0")
        held = ("import fcntl,os,sys\nopen('/proc/self/comm','w').write('ModemManager')\n"
                "fd=os.open(sys.argv[1],os.O_RDWR|os.O_NOCTTY)\nfcntl.flock(fd,fcntl.LOCK_EX)\n"
                "print('held',flush=True)\nsys.stdin.read()\n")
        p = subprocess.Popen([mm_rig.PYTHON, "-c", held, node], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
        p.stdout.readline()
        err = s.run("info", "-d", "tty:" + node, check=7)
        p.communicate()
        assert "(ModemManager)" in err and "as root" in err and "systemctl stop" in err, err


if __name__ == "__main__":
    mm_rig.skip_without("dbus-daemon")
    mm_rig.emulated()
    sys.exit(rig.main([test_inhibited_and_released, test_auto, test_uid_of_a_rule,
                       test_another_device_only, test_released_after_a_failure, test_usb,
                       test_stopped, test_killed, test_absent, test_switched_off, test_refused,
                       test_hung, test_probe, test_named_as_the_holder]))
