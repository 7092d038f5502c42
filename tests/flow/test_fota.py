#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Upgrades end to end: qdiag against the simulated module of each family, on the module's virtual
clock. For every fault: success only when the version is the target and identity and calibration are
equal; AT+QFOTADL is sent once at most, and never by what only looks."""
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "flow"))
from rig import QDIAG, SMALL, main, put, qdiag, read  # noqa: E402
from fota_rig import LOCAL, Module, fota_unit, new, old, package, words  # noqa: E402

DIGITS = "0015"
FAST = "ok=1,start=1,download=3,port_back=4,first=1,between=2,attempt=6"


class Rig(Module):
    """A unit with a package for it, a backup and a fresh copy in the module."""

    def __init__(self, work, *faults, family="eg9x", conf=(), stored=True, **kind):
        self.work = work
        self.family = family
        folder = work + "/u"
        if not os.path.exists(folder):
            conf = ("qgmr_late_ms = 0", "reset_ms = 200") + tuple(conf)
            fota_unit(folder, family, conf=conf, good=stored)
        self.package = work + "/%s-%s.zip" % (old(family), new(family))
        package(self.package, old(family), new(family))
        super().__init__(folder, *faults, **kind)

    def at(self):
        return "unix:" + self.at_path

    def call(self, *args, check=None):
        p = qdiag(*args, "--at", self.at(), "--progress=none", "--json", check=check)
        return p, json.loads(p.stdout.splitlines()[-1] if "lines" in " ".join(args) else p.stdout)

    def ready(self):
        """What has to be there before an upgrade."""
        self.backup = self.work + "/b.xqcn"
        qdiag("backup", "--progress=none", "--xqcn", self.backup, "-d", self.address, *SMALL, check=0)
        self.call("ufs", "backup", "-d", self.address, "--backup", self.backup, check=0)
        return self

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


def test_local_upgrade(work):
    for family in ("eg9x", "rg50xq", "bg96"):
        with Rig(work + "/" + family, family=family) as u:
            p, j = u.ready().run()
            good(p, j, family)
            assert j["attempts"] == 1 and j["code"] is None, j
            assert j["restores_before"] == j["restores_after"] == 0
            stored = family != "bg96"
            assert j["package_deleted"] is (True if stored else None), j
            assert j["inner_backup"] is True, j
            assert u.started() == ["+QFOTADL=" + LOCAL[family]], u.writes()
            s = u.state()
            assert s["stage"] == "done" and s["source"] == old(family) and s["target"] == new(family)
            assert s["unit"]["last_digits"] == DIGITS and "001001000000015" not in json.dumps(s)
            p, j = u.run()  # it is there already: nothing is sent again
            assert p.returncode in (5, 11), p.stderr
            assert len(u.started()) == 1


if __name__ == "__main__":
    sys.exit(main([v for k, v in sorted(globals().items()) if k.startswith("test_")]))
