# SPDX-License-Identifier: BSD-3-Clause
"""What the upgrade tests share: packages of the simulator's own form (docs/formats/unit.md), small
units of each family, and an AT client that comes back after every restart of the module."""
import os
import select
import socket
import sys
import time
import zipfile

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
from rig import SIM, Sim, main, put, read, small_unit  # noqa: E402,F401

# family: model, old base version, new base version; the sub versions follow.
VERSIONS = {
    "bg96": ("BG96", "BG96MAR02A07M1G", "BG96MAR02A08M1G"),
    "eg9x": ("EG95", "EG95EFBR06A08M4G", "EG95EFBR06A09M4G"),
    "rg50xq": ("RG500Q-EA", "RG500QEAAAR11A06M4G", "RG500QEAAAR11A07M4G"),
}
OLD_SUB, NEW_SUB = "_01.001.01.001", "_01.002.01.002"
PLACE = {"bg96": "/fota/update.zip", "eg9x": "/datatx/update.zip", "rg50xq": "/datatx/update.zip"}
LOCAL = {"bg96": "1", "eg9x": '"/data/ufs/update.zip"', "rg50xq": '"/cache/ufs/update.zip"'}
READY = b"\r\nRDY\r\n\r\nAPP RDY\r\n"


def old(family):
    return VERSIONS[family][1] + OLD_SUB


def new(family):
    return VERSIONS[family][2] + NEW_SUB


def package(path, source, target, extra=(), more=""):
    """A package; extra: further members (name, bytes); more: lines behind from and to. The same bytes
    whenever it is made."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    members = [("qdiag-sim/versions", "from = %s\nto = %s\n%s" % (source, target, more))]
    members += extra or (("patch/modem.p", bytes(range(256)) * 40),)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return path


def fota_unit(folder, family, conf=(), files=None, good=True, tree="efs"):
    """A unit of a family, with a package for it in its place."""
    model, base, _ = VERSIONS[family]
    small_unit(folder, files=files,
               conf=("family = " + family, "model = " + model, "firmware = " + base,
                     "firmware_full = " + base + OLD_SUB, "ext_build = " + base) + tuple(conf))
    if good:
        package(folder + "/" + tree + PLACE[family], old(family), new(family))
    return folder


def conf_of(folder):
    """unit.conf as a dictionary."""
    lines = read(folder + "/unit.conf").decode().splitlines()
    return dict((x.strip() for x in line.partition("=")[::2]) for line in lines)


class Module(Sim):
    """The simulator with both ports and the virtual clock."""

    def __init__(self, folder, *faults, clock="virtual", args=(), at="unix"):
        self.unit = folder
        self.at_path = folder + ".at"
        super().__init__(folder, *faults,
                         args=("--at", "%s:%s" % (at, self.at_path), "--clock", clock) + tuple(args))

    def writes(self):
        """AT commands that the simulator counts as writes."""
        with open(self.log) as f:
            return [x.rstrip("\n").split(" ", 4)[4] for x in f
                    if x.startswith("W ") and x.split(" ", 4)[3] == "at"]


class Line:
    """An AT client. What it reads over all its connections is one stream."""

    def __init__(self, path):
        self.path = path
        self.link = None
        self.seen = b""
        self.connects = 0
        self.pause = 0  # seconds before the port is opened again
        self.open()

    def open(self, patience=30):
        end = time.monotonic() + patience
        while True:
            self.link = socket.socket(socket.AF_UNIX)
            try:
                self.link.connect(self.path)
                self.connects += 1
                return
            except OSError:
                self.link.close()
                assert time.monotonic() < end, "the AT port does not come back"
                time.sleep(0.01)

    def more(self, patience=30):
        """Reads on; opens the port again when the module has gone."""
        assert select.select([self.link], [], [], patience)[0], "silent behind %r" % self.seen[-200:]
        try:
            data = self.link.recv(65536)
        except ConnectionResetError:
            data = b""
        if data:
            self.seen += data
        else:
            self.link.close()
            time.sleep(self.pause)
            self.open()

    def until(self, end):
        """All up to and with `end`, in one text; what is behind it stays."""
        while end not in self.seen:
            self.more()
        at = self.seen.index(end) + len(end)
        out, self.seen = self.seen[:at], self.seen[at:]
        return out

    def ask(self, command, end=b"\r\nOK\r\n"):
        self.link.sendall(command.encode() + b"\r")
        return self.until(end)

    def run(self, argument, end=READY):
        """One upgrade from its command to the start that ends it."""
        self.ask("ATE0")
        assert self.ask("AT+QFOTADL=" + argument) == b"\r\nOK\r\n"
        return lines(self.until(end))

    def version(self):
        return lines(self.ask("AT+QGMR"))[0]

    def close(self):
        self.link.close()


def lines(data):
    return [x for x in data.decode("latin-1").replace("\r", "\n").split("\n") if x]


def words(found):
    """["UPDATING 1", …]: the upgrade's lines without quotes and blanks."""
    out = []
    for line in found:
        if line.startswith("+QIND:") and '"FOTA"' in line:
            parts = [x.strip().strip('"') for x in line.split('"FOTA"', 1)[1].split(",")]
            out.append(" ".join(x for x in parts if x))
    return out
