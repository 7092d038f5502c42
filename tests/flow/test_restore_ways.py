#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# A unit is backed up, damaged in many ways, each by itself, and restored: afterwards its folder is what it was
# for everything that may be restored, and the plan names the reason for what it leaves.
import concurrent.futures
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
from rig import Sim, main, pattern, put, qdiag, read, small_unit

R = "/efs/nv/item_files/rfnv/"
XO = "/efs/nv/item_files/mcs/tcxomgr/"
MEID = bytes.fromhex("debc0a452301af00")
DIGITS = {"usable": "000015", "blank": "000114"}  # of the IMEI, else of that of subscription 1

FILES = {"/nv/item_files/rfnv/00020003": pattern(6, 8000), "/nv/item_files/rfnv/00029650": pattern(7, 334610),
         "/nv/item_files/mcs/tcxomgr/xo_factory_cal_debug": pattern(8, 76),
         "/nv/item_files/mcs/tcxomgr/ft_table_wwan": pattern(9, 768)}
ITEMS = {(0, "946"): b"\x40\x02", (2, "946"): b"\x01\x00", (0, "4954"): pattern(10, 31),
         (0, "1943"): MEID, (0, "0"): bytes.fromhex("28b11680"), (0, "2954"): b"\x07\x00\x01"}


def gone(path):
    return lambda u: os.unlink(u + path)


def folder_gone(path):
    return lambda u: shutil.rmtree(u + path)


def becomes(path, data):
    return lambda u: put(u + path, data)


def cut(path, n):
    return lambda u: put(u + path, read(u + path)[:n])


def longer(path):
    return lambda u: put(u + path, read(u + path) + b"tail")


def flipped(path, at):
    def change(u):
        data = bytearray(read(u + path))
        data[at] ^= 1
        put(u + path, bytes(data))
    return change


WAYS = {
    "item absent": gone("/nv/0/946"),
    "item changed": becomes("/nv/0/2954", b"\xff\xff"),
    "item all zero": becomes("/nv/0/946", b"\0"),
    "calibration item changed": flipped("/nv/0/4954", 3),
    "item of subscription 1 absent": gone("/nv/1/441"),
    "item of subscription 2 changed": becomes("/nv/2/946", b"\x09"),
    "RF file absent": gone(R + "00020000"),
    "RF file cut": cut(R + "00020000", 100),
    "RF file longer": longer(R + "00020001"),
    "RF file emptied": becomes(R + "00020001", b""),
    "empty RF file filled": becomes(R + "00020002", b"x"),
    "item file of 8 KB cut": cut(R + "00020003", 6144),
    "file of 334,610 bytes, one bit": flipped(R + "00029650", 200000),
    "RF folder gone": folder_gone("/efs/nv/item_files/rfnv"),
    "crystal file changed": flipped(XO + "ft_table_wwan", 700),
    "crystal file absent": gone(XO + "field_cal_params"),
    "crystal folder gone": folder_gone("/efs/nv/item_files/mcs"),
    "setting of a subscription changed": becomes("/efs/nv/item_files/ims/a_Subscription01", b"\x77"),
    "setting absent": gone("/efs/nv/item_files/modem/mmode/lte_bandpref"),
    "all settings gone": folder_gone("/efs/nv/item_files/modem"),
    "IMEI absent": gone("/nv/0/550"),
    "IMEI zero": becomes("/nv/0/550", bytes(9)),
    "IMEI of zero digits": becomes("/nv/0/550", b"\x08\x0a" + bytes(7)),
    "IMEI without length": becomes("/nv/0/550", bytes.fromhex("000a10000100000051")),
}


def tree(folder):
    seen = {}
    for top in ("nv", "efs"):
        for d, _, names in os.walk(os.path.join(folder, top)):
            for n in names:
                p = os.path.join(d, n)
                seen[p[len(folder):]] = read(p).rstrip(b"\0") if top == "nv" else read(p)
    return seen


def make(work):
    unit = small_unit(work + "/whole", conf=("reset_ms = 100", "esn = 8016B128"), files=FILES, nv=ITEMS)
    with Sim(unit) as sim:
        qdiag("backup", "--progress=none", "--xqcn", work + "/b.xqcn", "-d", sim.address, check=0)
    return unit


def one_way(work, whole, name, damage):
    """None, or what is wrong."""
    folder = tempfile.mkdtemp(dir=work)
    unit = folder + "/u"
    shutil.copytree(whole, unit)
    damage(unit)
    if tree(unit) == tree(whole):
        return name + ": not damaged at all"
    with Sim(unit) as sim:
        p = qdiag("restore", "--progress=none", "-d", sim.address, work + "/b.xqcn", "--json", "--confirm",
                  DIGITS["blank" if name.startswith("IMEI") else "usable"], "--journal", "j", "--safety",
                  "before.xqcn", cwd=folder)
        if p.returncode != 0:
            return "%s: exit %d: %s" % (name, p.returncode, p.stderr)
        if not json.loads(p.stdout)["report"]["verified"]:
            return name + ": not verified"
    now, then = tree(unit), tree(whole)
    return None if now == then else "%s: %s" % (name, sorted(k for k in {*now, *then}
                                                             if now.get(k) != then.get(k)))


def test_every_way(work):
    whole = make(work)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wrong = list(pool.map(lambda x: one_way(work, whole, *x), WAYS.items()))
    assert len(WAYS) >= 20 and not any(wrong), "\n".join(w for w in wrong if w)


def test_what_is_left(work):
    """What no restore writes stays as it is on the unit, and the plan says why."""
    whole = make(work)
    for path, data in (("/nv/0/85", b"123456"), ("/nv/0/12", b"\x01"), ("/nv/0/453", b"\0\1")):
        put(whole + path, data)
    with Sim(whole) as sim:
        p = qdiag("plan", "--progress=none", "-d", sim.address, work + "/b.xqcn", "--json", check=0)
        steps = {s["key"]: s for s in json.loads(p.stdout)["plan"]["steps"]}
    assert steps["nv:0:85"]["decision"] == "skip" and steps["nv:0:85"]["reason"] == "secret"
    assert steps["nv:0:12"]["reason"] == "unknown", steps["nv:0:12"]
    assert steps["nv:0:453"]["reason"] == "firmware-owned", steps["nv:0:453"]


if __name__ == "__main__":
    sys.exit(main([test_every_way, test_what_is_left]))
