# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of upgrades share: units with a backup, a copy in the module and a package, made
once for each family; calls of qdiag that name both ports; and the property of every run."""
import atexit
import json
import os
import shutil
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
from rig import qdiag  # noqa: E402
from fota_rig import LOCAL, PLACE, Module, conf_of, fota_unit, new, old, package  # noqa: E402

DIGITS = "0015"
FAST = "ok=1,start=1,download=3,port_back=4,first=1,between=2,attempt=6"


LOCK = threading.Lock()
PREPARED = {}  # family: a folder with a unit, its backup and the copy in the module


def prepare(family):
    with LOCK:
        return prepared(family)


def prepared(family):
    if family not in PREPARED:
        place = tempfile.mkdtemp(prefix="fota.")
        atexit.register(shutil.rmtree, place, True)
        with Rig(place, family=family, unit=fota_unit(place + "/u", family, conf=(
                "reset_ms = 200",))) as u:
            qdiag("backup", "--progress=none", "--xqcn", place + "/b.xqcn", "-d", u.address, check=0)
            u.call("ufs", "backup", "-d", u.address, "--backup", place + "/b.xqcn", check=0)
        PREPARED[family] = place
    return PREPARED[family]


class Rig(Module):
    """A unit with a package for it, a backup and a fresh copy in the module."""

    def __init__(self, work, *faults, family="eg9x", conf=(), unit=None, good=True, **kind):
        self.family = family
        self.work = work
        self.backup = work + "/b.xqcn"
        if not unit:
            shutil.copytree(prepare(family), work, dirs_exist_ok=True)
        if conf:
            merged = dict(conf_of(work + "/u"), **dict(c.split(" = ") for c in conf))
            with open(work + "/u/unit.conf", "w") as f:
                f.write("".join("%s = %s\n" % c for c in merged.items()))
        if not good:
            os.unlink(work + "/u/efs" + PLACE[family])
        self.package = package("%s/%s-%s.zip" % (work, old(family), new(family)), old(family),
                               new(family))
        super().__init__(unit or work + "/u", *faults, **kind)

    def at(self):
        return "unix:" + self.at_path

    def call(self, *args, check=None):
        p = qdiag(*args, "--at", self.at(), "--progress=none", "--json", check=check)
        return p, json.loads(p.stdout.splitlines()[-1] if "lines" in " ".join(args) else p.stdout)

    def source(self):
        return LOCAL[self.family].strip('"')

    def arguments(self, *more, source=None):
        return ["--source", source or self.source(), "--package", self.package, "--backup",
                self.backup, "--power-ok", "-d", self.address, "--limit", FAST] + list(more)

    def run(self, *more, check=None, source=None):
        return self.call("fota", "run", "--confirm", DIGITS, *self.arguments(*more, source=source),
                         check=check)

    def started(self):
        return [x for x in self.writes() if x.startswith("+QFOTADL=")]

    def state(self):
        with open(self.backup + ".fota.json") as f:
            return json.load(f)


def good(p, j, family):
    assert p.returncode == 0, (p.returncode, p.stderr, j)
    assert j["version"] == new(family) and j["version_is_target"] is True, j
    assert j["identity_equal"] is True and j["calibration_equal"] is True, j
    assert j["state"] == "done"


def judged(u, p, j, exits):
    """The property of every run."""
    equal = j["identity_equal"] is True and j["calibration_equal"] is True
    assert p.returncode in exits, "exit %d, not %s\n%s\n%s" % (p.returncode, exits, p.stderr, p.stdout)
    whole = p.returncode in (0, 16)  # 16: upgraded and verified, but for the new copy in the module
    assert not whole or (j["version"] == new(u.family) and equal), j
    assert len(u.started()) <= 1, u.writes()
    copies = [x for x in u.writes() if x.startswith("+QPRTPARA=")]
    assert whole or not copies, copies  # a new copy would seal what is wrong
    assert 16 <= p.returncode <= 23 or p.returncode == 0 or not u.started(), p.returncode
