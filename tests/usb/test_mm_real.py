#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""ModemManager itself, as the distribution has it, on the ports of an emulated module: it probes them,
lets go of them for a backup, and takes them again, also when qdiag is killed."""
import os
import re
import shutil
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mm_rig  # noqa: E402
import rig  # noqa: E402

DAEMON = shutil.which("ModemManager", path="/usr/sbin:/usr/bin")
BACKUP = ("backup", "--progress=none", "-d", "tty:/dev/ttyUSB0", "--nv-range")
FEW = "0-600"


def place(work):
    """The file's name is in the file, so it is the name that rig.quiet_backup takes."""
    os.mkdir(work + "/mm")
    return work + "/mm/quiet.xqcn"


class Manager:
    def __init__(self, work, bus, module):
        self.log = work + "/mm.log"
        self.env = module.env(bus)
        self.p = subprocess.Popen([DAEMON, "--debug", "--test-no-suspend-resume"], env=self.env,
                                  stdout=open(self.log, "w"), stderr=subprocess.STDOUT)

    def modem(self):
        """The number of the modem it has, None without one. It never uses a number again."""
        p = subprocess.run(["mmcli", "-L"], env=self.env, stdout=subprocess.PIPE, text=True,
                           stderr=subprocess.DEVNULL, timeout=mm_rig.LIMIT)
        m = re.search(r"/Modem/(\d+)", p.stdout)
        return m.group(1) if m else None

    def other_modem(self, old):
        return mm_rig.wait_until(lambda: self.modem() not in (None, old) and self.modem(), "modem")

    def said(self, what):
        return rig.read(self.log).decode(errors="replace").count(what)

    def stop(self):
        mm_rig.end(self.p)


class Setting:
    """All of it, on a unit of its own."""

    def __init__(self, work):
        self.unit = rig.small_unit(work + "/u", conf=["usb = 2c7c:0125"])
        self.bus = mm_rig.Bus(work)
        self.polkit = mm_rig.Polkit(self.bus)
        self.module = mm_rig.Module(work, self.unit)
        self.manager = Manager(work, self.bus, self.module)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if exc[0]:
            print(rig.read(self.manager.log)[-3000:].decode(errors="replace"))
        for part in (self.manager, self.module, self.polkit, self.bus):
            part.stop()


def test_backup(work):
    out = place(work)
    with Setting(work) as s:
        first = s.manager.other_modem(None)
        assert b"AT+CGMM\r" in s.module.carriers[1].seen, "it does not use the AT port"
        assert s.module.carriers[0].seen.startswith(b"~\x00x\xf0~"), "it does not probe DIAG"
        s.module.run(s.bus, *BACKUP, FEW, "--xqcn", out)
        assert s.manager.said("device inhibition setup for uid '%s'" % mm_rig.SYSFS) == 1
        assert s.manager.said("device inhibition teardown for uid '%s'" % mm_rig.SYSFS) == 1
        second = s.manager.other_modem(first)
        assert int(second) == int(first) + 1
    assert rig.read(out) == rig.quiet_backup(work, s.unit, "--nv-range", FEW), "the files differ"


def test_beside_it(work):
    """Not asked, it keeps its modem, and the idle DIAG port can be read all the same."""
    out = place(work)
    with Setting(work) as s:
        first = s.manager.other_modem(None)
        s.module.run(s.bus, *BACKUP, FEW, "--no-inhibit", "--xqcn", out)
        assert s.manager.said("device inhibition") == 0 and s.manager.modem() == first
    assert rig.read(out) == rig.quiet_backup(work, s.unit, "--nv-range", FEW), "the files differ"


def test_killed(work):
    out = place(work)
    with Setting(work) as s:
        first = s.manager.other_modem(None)
        rc = s.module.stop_in_the_middle(s.bus, signal.SIGKILL, *BACKUP, "0-65535", "--xqcn", out)
        assert rc == -signal.SIGKILL and not os.path.exists(out)
        second = s.manager.other_modem(first)
        gone = "device inhibition teardown for uid '%s' (owner disappeared from bus)"
        assert s.manager.said(gone % mm_rig.SYSFS) == 1
        s.module.run(s.bus, *BACKUP, FEW, "--xqcn", out)
        s.manager.other_modem(second)
    assert rig.read(out) == rig.quiet_backup(work, s.unit, "--nv-range", FEW), "the files differ"


if __name__ == "__main__":
    mm_rig.skip_without("dbus-daemon", "mmcli", DAEMON or "ModemManager")
    mm_rig.emulated()
    sys.exit(rig.main([test_backup, test_beside_it, test_killed]))
