#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# A unit is backed up, damaged in many ways, each by itself, and restored: afterwards its folder is what it was
# for everything that may be restored (bytes, kinds, modes, folders, links), and the report of the same run names what
# it leaves, with the reason; of every class one item at least was damaged.
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
from rig import at_once, Sim, main, pattern, put, qdiag, read, small_unit

R = "/efs/nv/item_files/rfnv/"
XO = "/efs/nv/item_files/mcs/tcxomgr/"
MEID = bytes.fromhex("debc0a452301af00")
DIGITS = {"usable": "000015", "blank": "000114"}  # of the IMEI, else of that of subscription 1

FILES = {"/nv/item_files/rfnv/00020003": pattern(6, 8000), "/nv/item_files/rfnv/00029650": pattern(7, 334610),
         "/nv/item_files/mcs/tcxomgr/xo_factory_cal_debug": pattern(8, 76),
         "/nv/item_files/mcs/tcxomgr/ft_table_wwan": pattern(9, 768),
         "/data/pdn_policy_db.txt": b"policy\n", "/nv/item_files/gps/cgps/me/config": b"\x05\x06",
         "/nv/item_files/some/thing": b"\x0a"}
ITEMS = {(0, "946"): b"\x40\x02", (2, "946"): b"\x01\x00", (0, "4954"): pattern(10, 31),
         (0, "1943"): MEID, (0, "0"): bytes.fromhex("28b11680"), (0, "2954"): b"\x07\x00\x01",
         (0, "83"): b"\x02", (0, "1907"): b"\x03\x01", (0, "4399"): b"\x01"}


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
    "user item changed": becomes("/nv/0/83", b"\x01"),
    "data item absent": gone("/nv/0/1907"),
    "data file changed": flipped("/efs/data/pdn_policy_db.txt", 2),
    "other item changed": becomes("/nv/0/4399", b"\0"),
    "other file absent": gone("/efs/nv/item_files/some/thing"),
    "positioning file longer": longer("/efs/nv/item_files/gps/cgps/me/config"),
    "IMEI absent": gone("/nv/0/550"),
    "IMEI zero": becomes("/nv/0/550", bytes(9)),
    "IMEI of zero digits": becomes("/nv/0/550", b"\x08\x0a" + bytes(7)),
    "IMEI without length": becomes("/nv/0/550", bytes.fromhex("000a10000100000051")),
}


# Items that no restore writes: what becomes of them, and the reason that the report has to give. A unit that lost one
# keeps it lost, and what it has instead stays.
LEFT = {
    "nv:0:85": (becomes("/nv/0/85", b"123456"), "secret"),
    "nv:0:12": (becomes("/nv/0/12", b"\x01"), "unknown"),
    "nv:0:453": (becomes("/nv/0/453", b"\0\1"), "firmware-owned"),
    "nv:0:26": (gone("/nv/0/26"), "secret"),
    "nv:0:176": (becomes("/nv/0/176", b"\x09"), "subscriber"),
    "nv:0:4526": (becomes("/nv/0/4526", b"\x02"), "usb"),
    "nv:0:738": (becomes("/nv/0/738", b"\x02"), "volatile"),
    "efs:" + XO[4:] + "rgs_data": (becomes(XO + "rgs_data", b"now"), "volatile"),
    "efs:/cert/c": (becomes("/efs/cert/c", b"other"), "secret"),
    "efs:/unheard/of": (becomes("/efs/unheard/of", b"other"), "unknown"),
}
LEFT_ITEMS = {(0, "176"): b"\x01\x02", (0, "4526"): b"\x01", (0, "738"): b"\x01"}
LEFT_FILES = {XO[4:] + "rgs_data": b"then", "/unheard/of": b"this"}


def modes(path):
    """Kinds, modes and targets without the times; plain ones are not told."""
    out = {}
    for line in read(path).decode().splitlines() if os.path.exists(path) else ():
        mode, _, kind, rest = line.split(None, 3)
        plain = (kind, int(mode, 8) & 0o7777) in (("file", 0o644), ("dir", 0o755))
        if not plain:
            out["attr " + rest] = (int(mode, 8), kind)
    return out


def tree(folder):
    seen = modes(folder + "/efs.attr")
    for top in ("nv", "efs"):
        for d, folders, names in os.walk(os.path.join(folder, top)):
            for n in names:
                p = os.path.join(d, n)
                seen[p[len(folder):]] = read(p).rstrip(b"\0") if top == "nv" else read(p)
            for n in folders if top == "efs" else ():
                seen[os.path.join(d, n)[len(folder):] + "/"] = "folder"
    return seen


def listed(steps):
    """What a run leaves out, by key; every one with a reason."""
    left = {s["key"]: s["reason"] for s in steps if s["decision"] == "skip"}
    assert all(left.values()), left
    return left


def place(path):
    """The key of a path in the unit folder."""
    return "nv:" + path[4:].replace("/", ":") if path.startswith("/nv/") else "efs:" + path[4:]


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
        answer = json.loads(p.stdout)
        if not answer["report"]["verified"]:
            return name + ": not verified"
        if any(line["result"] != "written" for line in answer["report"]["lines"]):
            return "%s: %s" % (name, answer["report"]["lines"])
        if [k for k in listed(answer["plan"]["steps"]) if k.startswith(("nv:0:550", "nv:0:946", "efs:/nv/item_files/rfnv"))]:
            return name + ": left out what may go back"
    now, then = tree(unit), tree(whole)
    return None if now == then else "%s: %s" % (name, sorted(k for k in {*now, *then}
                                                             if now.get(k) != then.get(k)))


def test_every_way(work):
    whole = make(work)
    wrong = at_once(one_way, [(work, whole, *x) for x in WAYS.items()])
    assert len(WAYS) >= 20 and not any(wrong), "\n".join(w for w in wrong if w)


def test_what_is_left(work):
    """Restorable and other things damaged at once: the unit equals the original but for what the report lists."""
    whole = small_unit(work + "/whole", conf=("reset_ms = 100", "esn = 8016B128"), files={**FILES, **LEFT_FILES},
                       nv={**ITEMS, **LEFT_ITEMS})
    with Sim(whole) as sim:
        qdiag("backup", "--progress=none", "--xqcn", work + "/b.xqcn", "-d", sim.address, check=0)
    then = tree(whole)
    unit = work + "/u"
    shutil.copytree(whole, unit)
    for name in ("item absent", "RF file cut", "crystal file absent", "all settings gone", "user item changed",
                 "data item absent", "other item changed", "positioning file longer"):
        WAYS[name](unit)
    for damage, _ in LEFT.values():
        damage(unit)
    with Sim(unit) as sim:
        p = qdiag("restore", "--progress=none", "-d", sim.address, work + "/b.xqcn", "--json", "--confirm",
                  DIGITS["usable"], "--journal", "j", "--safety", "before.xqcn", cwd=work, check=0)
        answer = json.loads(p.stdout)
    assert answer["report"]["verified"] and answer["report"]["skip"] == answer["plan"]["skip"]
    left = listed(answer["plan"]["steps"])
    now = tree(unit)
    differ = {place(k) for k in {*now, *then} if now.get(k) != then.get(k)}
    assert differ == set(LEFT), "%s and not %s" % (sorted(differ), sorted(LEFT))
    wrong = {k: left.get(k) for k, (_, reason) in LEFT.items() if left.get(k) != reason}
    assert not wrong, wrong
    # Identity is the class that is missing here: a blank one of its own stands among the ways.
    goes = {s["class"] for s in answer["plan"]["steps"] if s["decision"] == "write"}
    stays = {s["class"] for s in answer["plan"]["steps"] if s["decision"] == "skip"}
    print("     %d ways; goes back: %s; stays: %s" % (len(WAYS), ", ".join(sorted(goes)), ", ".join(sorted(stays))))
    assert goes == {"calibration", "data", "gps", "misc", "network", "rf_config", "user"}, goes
    assert stays >= {"firmware", "secret", "subscriber", "unknown", "usb", "volatile"}, stays


if __name__ == "__main__":
    sys.exit(main([test_every_way, test_what_is_left]))
