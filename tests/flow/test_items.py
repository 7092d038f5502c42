#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# qdiag nv and qdiag efs, the reading half: what is printed is what the unit folder holds, identity stays masked,
# absent and locked are told from unreadable, and the unit's log shows read requests only.
import json
import os
import sys

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
from rig import IMEI_A, Sim, main, pattern, put, qdiag, read, small_unit

RFNV = "/nv/item_files/rfnv/00020000"


def no_writes(sim):
    with open(sim.log, errors="replace") as f:
        lines = [x for x in f if x.startswith("W ")]
    assert lines == [], lines


def test_nv_read(work):
    with Sim(small_unit(work + "/u")) as sim:
        p = qdiag("nv", "read", "12", "0xd", "-d", sim.address, "--json", check=0)
        items = json.loads(p.stdout)["items"]
        want = [read(work + "/u/nv/0/12"), read(work + "/u/nv/0/13")]
        assert [bytes.fromhex(x["data"]) for x in items] == want
        assert [x["nv"] for x in items] == [12, 13]
        p = qdiag("nv", "read", "12", "-d", sim.address, check=0)
        assert want[0][16:32].hex(" ") in p.stdout, p.stdout
        p = qdiag("nv", "read", "1014", "--index", "3", "-d", sim.address, "--json", check=0)
        assert json.loads(p.stdout)["items"][0]["data"].startswith("03a3")
        p = qdiag("nv", "read", "441", "--sub", "1", "-d", sim.address, "--json", check=0)
        assert json.loads(p.stdout)["items"][0]["data"].startswith("ff01")
        no_writes(sim)


def test_nv_masked(work):
    with Sim(small_unit(work + "/u")) as sim:
        for args in (("550",), ("550", "--json"), ("85",), ("447", "--json")):
            p = qdiag("nv", "read", *args, "-d", sim.address, check=0)
            for secret in ("080a1000", "08 0a 10 00", "001001000000015", "30 30 30 30", "020000000001"):
                assert secret not in p.stdout + p.stderr, (args, p.stdout)
        p = qdiag("nv", "read", "550", "--show-identity", "--json", "-d", sim.address, check=0)
        assert bytes.fromhex(json.loads(p.stdout)["items"][0]["data"])[:9] == IMEI_A


def test_nv_absent_and_locked(work):
    with Sim(small_unit(work + "/u")) as sim:
        p = qdiag("nv", "read", "9999", "12", "-d", sim.address, "--json", check=1)
        answer = json.loads(p.stdout)
        assert answer["result"] == "absent" and answer["failed"][0]["nv"] == 9999, answer
        assert [x["nv"] for x in answer["items"]] == [12], "one that is not there hides no other"
        p = qdiag("nv", "read", "889", "-d", sim.address, check=8)
        assert "0x42" in p.stderr, p.stderr
        for bad in ("65536", "-1", "x", "1 2", ""):
            p = qdiag("nv", "read", "--", bad, check=2)
        qdiag("nv", "write", "12", check=2)
        no_writes(sim)


def test_nv_list(work):
    unit = small_unit(work + "/u")
    with Sim(unit) as sim:
        p = qdiag("nv", "list", "--nv-range", "0-2000", "--json", "-d", sim.address, check=0)
        seen = {(x["nv"], x["index"]) for x in json.loads(p.stdout)["items"]}
        want = set()
        for name in os.listdir(unit + "/nv/0"):
            nv, _, index = name.partition(".")
            want.add((int(nv), int(index or 0)))
        # a plain file answers at every index, so the items that are arrays by nature show it twice
        assert want <= seen and {x[0] for x in seen} == {x[0] for x in want}, (want ^ seen)
        no_writes(sim)
    with Sim(unit, "badstatus=12:4") as sim:
        p = qdiag("nv", "list", "--nv-range", "10-20", "-d", sim.address, check=3)
        assert "1 item could not be read" in p.stderr, p.stderr


def test_efs_looks(work):
    attr = ("0160777 315964800 item " + RFNV, "0120777 0 link /nv/here -> /nv/item_files/ims/a",
            "0040755 0 dir /empty")
    unit = small_unit(work + "/u", attr=attr)
    with Sim(unit) as sim:
        p = qdiag("efs", "ls", "nv//item_files/./rfnv/", "-d", sim.address, "--json", check=0)
        entries = {x["path"]: x for x in json.loads(p.stdout)["entries"]}
        assert sorted(entries) == ["/nv/item_files/rfnv/0002000%d" % i for i in range(3)]
        assert entries[RFNV]["kind"] == "item" and entries[RFNV]["size"] == 3000
        assert entries[RFNV]["mode"] == 0o160777 and not entries[RFNV]["private"]
        p = qdiag("efs", "tree", "-d", sim.address, "--json", check=0)
        found = {x["path"]: x for x in json.loads(p.stdout)["entries"]}
        files = {os.path.join(d, f)[len(unit + "/efs"):]
                 for d, _, names in os.walk(unit + "/efs") for f in names}
        assert files <= set(found), files - set(found)
        assert found["/nv/here"]["target"] == "/nv/item_files/ims/a" and "/empty" in found
        p = qdiag("efs", "stat", "/nv/here", "-d", sim.address, check=0)
        assert "kind       link" in p.stdout, p.stdout
        p = qdiag("efs", "ls", RFNV, "-d", sim.address, check=0)
        assert p.stdout.split()[:3] == ["item", "0777", "3000"], p.stdout
        p = qdiag("efs", "stat", "/nope", "-d", sim.address, check=1)
        assert "/nope" in p.stderr.splitlines()[0] and "ENOENT" in p.stderr
        qdiag("efs", "ls", "3e:/", "-d", sim.address, check=13)
        no_writes(sim)


def test_efs_trouble(work):
    """A folder that cannot be listed is named, in a tree; asked for itself it is the error."""
    with Sim(small_unit(work + "/u"), "opendirfail=/cert:13") as sim:
        p = qdiag("efs", "tree", "-d", sim.address, "--json", check=3)
        answer = json.loads(p.stdout)
        assert len(answer["trouble"]) == 1 and answer["trouble"][0].startswith("/cert: "), answer
        assert any(x["path"] == RFNV for x in answer["entries"])
        p = qdiag("efs", "ls", "/cert", "-d", sim.address, check=1)
        assert "EACCES" in p.stderr, p.stderr


def test_efs_contents(work):
    with Sim(small_unit(work + "/u")) as sim:
        out = work + "/out"
        qdiag("efs", "get", RFNV, out, "-d", sim.address, check=0)
        assert read(out) == pattern(1, 3000) and os.stat(out).st_mode & 0o777 == 0o600
        p = qdiag("efs", "cat", "/policyman/device_config.xml", "-d", sim.address, check=0)
        assert p.stdout == "<x/>\n"
        p = qdiag("efs", "cat", "/nvm/num/550", "-d", sim.address, check=5)
        assert p.stdout == "" and "--show-identity" in p.stderr, p.stderr
        qdiag("efs", "cat", "/x", "--json", check=2)
        no_writes(sim)
    put(out, b"old")
    with Sim(small_unit(work + "/u2"), "readerr=00020000:2:5") as sim:
        p = qdiag("efs", "get", RFNV, out, "-d", sim.address, check=1)
        assert read(out) == b"old" and os.listdir(work).count("out") == 1
        assert "EIO" in p.stderr and RFNV in p.stderr, p.stderr
        p = qdiag("efs", "cat", RFNV, "-d", sim.address, check=1)
        assert p.stdout == "", "never a part of a file"
    with Sim(small_unit(work + "/u3")) as sim:
        qdiag("efs", "get", RFNV, work + "/no/such/folder", "-d", sim.address, check=12)


if __name__ == "__main__":
    sys.exit(main([test_nv_read, test_nv_masked, test_nv_absent_and_locked, test_nv_list,
                   test_efs_looks, test_efs_trouble, test_efs_contents]))
