#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A backup of less than a whole unit: it says so wherever it is looked at, nothing that needs a whole
one takes it, and nothing is sent to the unit then. Its own unit still takes it back."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "flow"))
from rig import Sim, backup, backup_json, main, manifest, put, qdiag, read, small_unit  # noqa: E402

FEW = ("--nv-range", "400-500", "--sub", "0")
WORDS = "NV 400-500 of subscription 0 only"
NOWHERE = "unix:/nowhere/diag"  # nothing can be sent to it: reaching for it is exit 6 or 7


def test_said_everywhere(work):
    out = work + "/b.xqcn"
    with Sim(small_unit(work + "/u")) as sim:
        p = backup(sim, out, *FEW, check=0)
        assert p.stdout.startswith("saved, NARROWED: ") and "holds " + WORDS in p.stdout, p.stdout
        p, j = backup_json(sim, out, *FEW, check=0)
        assert (j["complete"], j["completeness"], j["scope"]) == (False, "narrowed", WORDS), j
        p, whole = backup_json(sim, work + "/w.xqcn", "--nv-range", "0-10500", check=0)
        assert (whole["complete"], whole["completeness"], whole["scope"]) == (True, "complete", None)
    m = manifest(out)
    assert m["scope"] == {"subscription": 0, "nv_first": 400, "nv_last": 500, "exhaustive": False}, m
    assert m["completeness"]["complete"] is False and not m["completeness"]["unreadable"]
    whole = manifest(work + "/w.xqcn")
    assert whole["scope"] == {"subscription": None, "nv_first": 0, "nv_last": 10500,
                              "exhaustive": False}, whole
    assert whole["completeness"]["complete"] is True
    for name in ("b.xqcn", "c.qcn", "d.tar"):
        if name != "b.xqcn":
            p = qdiag("convert", out, work + "/" + name, check=0)
            assert "holds " + WORDS in p.stdout, p.stdout
            assert manifest(work + "/" + name)["scope"] == m["scope"]
        p = qdiag("check", work + "/" + name, check=0)
        assert p.stdout.startswith("sound, but narrowed: ") and "holds " + WORDS in p.stdout, p.stdout
        assert "complete   NO" in p.stdout
        j = json.loads(qdiag("check", work + "/" + name, "--json", check=0).stdout)
        assert (j["complete"], j["completeness"], j["scope"]) == (False, "narrowed", WORDS), j
        assert "holds " + WORDS in qdiag("show", work + "/" + name, check=0).stdout
        j = json.loads(qdiag("show", work + "/" + name, "--json", check=0).stdout)
        assert (j["completeness"], j["scope"]) == ("narrowed", WORDS), j
    assert "narrowed" not in qdiag("check", work + "/w.xqcn", check=0).stdout


def test_refused_before_anything_is_sent(work):
    out = work + "/b.xqcn"
    with Sim(small_unit(work + "/u")) as sim:
        backup(sim, out, *FEW, check=0)
    package = work + "/p.zip"
    put(package, b"x")
    for args in (("ufs", "backup", "--backup", out),
                 ("fota", "run", "--source", "http://192.0.2.1/p.zip", "--package", package, "--backup", out),
                 ("fota", "run", "-n", "--source", "http://192.0.2.1/p.zip", "--package", package,
                  "--backup", out),
                 ("fota", "verify", "--backup", out)):
        p = qdiag(*args, "-d", NOWHERE, "--at", NOWHERE, "--progress=none", check=5)
        assert "a whole backup is needed; this one holds " + WORDS in p.stderr, p.stderr
        assert "not touched" in p.stderr and "without --nv-range and --sub" in p.stderr, p.stderr
    for more in (FEW, FEW[:2], FEW[2:]):
        p = qdiag("backup", "--with-ufs", "--xqcn", work + "/n.xqcn", "-d", NOWHERE, *more, check=5)
        assert "a whole backup is needed; this one would hold " in p.stderr, p.stderr
        assert not os.path.exists(work + "/n.xqcn")


def test_incomplete_stays_incomplete(work):
    """What was asked for and could not be read is worse than what was not asked for."""
    out = work + "/b.xqcn"
    unit = small_unit(work + "/u", attr=("0100644 0 denied /policyman/device_config.xml",))
    with Sim(unit) as sim:
        p, j = backup_json(sim, out, *FEW, "--accept-incomplete", check=3)
        assert (j["completeness"], j["scope"]) == ("incomplete", WORDS), j
        p = qdiag("plan", out, "-d", sim.address, check=3)
    j = json.loads(qdiag("check", out, "--json", check=3).stdout)
    assert (j["completeness"], j["scope"]) == ("incomplete", WORDS), j


def test_restored(work):
    """It puts back what it holds, and the plan says that it is not all."""
    out, unit = work + "/b.xqcn", small_unit(work + "/u", nv={(0, "441"): b"\x01\x02"})
    item = unit + "/nv/0/441"
    before = read(item)
    with Sim(unit) as sim:
        backup(sim, out, "--nv-range", "0-600", "--sub", "0", check=0)
        holds = "NV 0-600 of subscription 0 only"
    put(item, b"\x55\x55")
    with Sim(unit) as sim:
        p = qdiag("plan", out, "-d", sim.address, check=0)
        assert "narrowed   the backup holds " + holds in p.stdout, p.stdout
        j = json.loads(qdiag("plan", out, "-d", sim.address, "--json", check=0).stdout)["plan"]
        assert (j["narrowed"], j["scope"]) == (True, holds), j
        assert [s["key"] for s in j["steps"] if s["decision"] == "write"] == ["nv:0:441"], j["steps"]
        p = qdiag("restore", out, "-d", sim.address, "--progress=none", "--confirm", "000015",
                  "--journal", work + "/j", "--safety", work + "/s.xqcn", check=0)
        assert "the backup holds " + holds in p.stdout, p.stdout
    assert read(item)[:len(before)] == before
    assert manifest(work + "/s.xqcn")["completeness"]["complete"] is True


if __name__ == "__main__":
    sys.exit(main([test_said_everywhere, test_refused_before_anything_is_sent,
                   test_incomplete_stays_incomplete, test_restored]))
