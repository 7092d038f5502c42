#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# What a unit has but does not show by itself: arrays that no list knows, files that no folder lists,
# names that no terminal should see. Each must be in the file or be named with a reason.
import json
import os
import re
import struct
import sys

from rig import Sim, backup, backup_json, main, manifest, missing, pattern, put, read, small_unit

TOP = os.environ.get("top_srcdir", os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tests", "interop"))
import xqcn_text                                   # noqa: E402

RAW = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]")   # what a terminal might obey
ARRAYS = ("NV_ITEM_ARRAY", "NV_ITEM_ARRAY_SIM_1", "NV_ITEM_ARRAY_SIM_2")


def top(out):
    root = xqcn_text.parse(read(out))
    return root.get(root.names()[0]).get("default")


def records(out):
    """{(subscription, id, index): 128 bytes} of an XQCN file."""
    found = {}
    for sub, name in enumerate(ARRAYS):
        data = top(out).get("NV_NUMBERED_ITEMS").get(name).data
        for at in range(0, len(data), 136):
            item, index = struct.unpack("<HH", data[at + 4:at + 8])
            found[(sub, item, index)] = data[at + 8:at + 136]
    return found


def files(out):
    """{path: bytes} of an XQCN file, all sections."""
    found = {}
    for section in ("EFS_Backup", "Provisioning_Item_Files"):
        names, data = top(out).get(section).get("EFS_Dir"), top(out).get(section).get("EFS_Data")
        for n in names.names():
            path = names.get(n).data
            path = path[8:] if section == "EFS_Backup" else path.rstrip(b"\0")
            found[path.decode()] = data.get(n).data
    return found


def element(k, n=12):
    return bytes([k]) + pattern(k, n)


def padded(data):
    return data + bytes(128 - len(data))


def test_arrays(work):
    """Arrays that the catalog does not know, or knows to be shorter, with equal elements, with a
    hole; and an item that answers whatever element is asked for, which is one item."""
    nv = {(0, "1500.%d" % k): element(k) for k in range(5)}
    nv.update({(0, "303.%d" % k): element(k) for k in range(12)})
    nv.update({(0, "1501.%d" % k): b"same" for k in range(3)})
    nv.update({(0, "1014.%d" % k): element(k) for k in (0, 1, 5, 6)})
    nv.update({(1, "303.%d" % k): element(k) for k in range(8)})
    nv.update({(0, "1502"): b"plain", (0, "465"): b"whatever is asked", (0, "4678"): b"echo"})
    unit = small_unit(work + "/u", nv=nv)
    # small_unit has its own 1014, which this test needs with a hole.
    for k in (2, 3, 4):
        os.unlink(unit + "/nv/0/1014.%d" % k)
    out = work + "/o.xqcn"
    with Sim(unit) as sim:
        backup(sim, out, "--nv-range", "0-5000", check=0)
    got = records(out)
    for (sub, name), data in nv.items():
        item, _, index = name.partition(".")
        assert got[(sub, int(item), int(index or 0))] == padded(data), (sub, name)
    assert sorted(k[2] for k in got if k[:2] == (0, 1502)) == [0]
    assert sorted(k[2] for k in got if k[:2] == (0, 465)) == [0]
    assert sorted(k[2] for k in got if k[:2] == (0, 4678)) == [0, 1, 2, 3]
    assert sorted(k[2] for k in got if k[:2] == (0, 1014)) == [0, 1, 5, 6]


def test_subscription_alone(work):
    """--sub 1 knows nothing of subscription 0, so it asks for the whole range, however the unit
    says that an item is absent."""
    for word in ("notactive", "notdef", "badparm", "badcmd"):
        nv = {(1, "3000"): b"one", (1, "441"): b"two"}
        unit = small_unit(work + "/" + word, conf=["absent = " + word], nv=nv)
        out = work + "/%s.xqcn" % word
        with Sim(unit) as sim:
            backup(sim, out, "--sub", "1", "--nv-range", "0-5000", check=0)
        assert sorted(records(out)) == [(1, 441, 0), (1, 550, 0), (1, 3000, 0)], word


def test_short_range(work):
    """A range without an absent item must not make the next subscription seem unsupported."""
    unit = small_unit(work + "/u", conf=["absent = badcmd"])
    out = work + "/o.xqcn"
    with Sim(unit) as sim:
        backup(sim, out, "--nv-range", "550-550", check=0)
    assert {(0, 550, 0), (1, 550, 0), (1, 441, 0), (2, 550, 0)} <= set(records(out))


def test_subscription_not_there(work):
    """One that the unit does not have costs a few requests and is no fault; asked for, it is said."""
    unit = small_unit(work + "/u", conf=["noindexed"])
    out = work + "/o.xqcn"
    with Sim(unit) as sim:
        p, answer = backup_json(sim, out, "--nv-range", "0-600", check=0)
    assert answer["nv_items"][1:] == [0, 0] and not answer["notes"]
    with Sim(unit) as sim:
        p, answer = backup_json(sim, out, "--sub", "2", check=0)
    assert answer["notes"] == ["subscription 2 holds no NV item"], answer["notes"]


def hidden(*paths):
    return ["0160777 0 hidden " + p for p in paths]


def test_hidden_files(work):
    """Sister files of listed items, a list that only another list names, a known path."""
    base = "/nv/item_files/"
    extra = {base + "zz/a": b"1", base + "zz/a_Subscription01": b"2",
             base + "conf/b.conf": (base + "zz/c\r\n").encode(), base + "zz/c": b"3",
             base + "zz/c_Subscription02": b"4", base + "modem/mmode/lte_bandpref": b"5",
             base + "conf/ims.conf": (base + "ims/a\0" + base + "conf/b.conf").encode()}
    unit = small_unit(work + "/u", files=extra, attr=["0160777 0 item " + base + "zz/a"] + hidden(
        base + "zz/a_Subscription01", base + "conf/b.conf", base + "zz/c",
        base + "zz/c_Subscription02", base + "modem/mmode/lte_bandpref"))
    out = work + "/o.xqcn"
    with Sim(unit) as sim:
        p, answer = backup_json(sim, out, check=0)
    got = files(out)
    for path, data in extra.items():
        assert got.get(path) == data, path
    # A folder that holds hidden files only is not an empty one.
    assert not [m for m in answer["missing"] if m["reason"] == "empty folder"], answer["missing"]


def test_named_once(work):
    """A list that cannot be read, and a folder that cannot be listed, are one entry each."""
    unit = small_unit(work + "/u", attr=["040700 0 denied /brew"])
    out = work + "/o.xqcn"
    with Sim(unit, "openfail=ims.conf:5") as sim:
        p, answer = backup_json(sim, out, check=3)
    named = [m["path"] for m in answer["missing"] if "path" in m]
    assert sorted(named) == ["/brew", "/nv/item_files/conf/ims.conf"], answer["missing"]
    assert "2 items could not be read" in p.stderr


def test_trees_that_differ_in_one_byte(work):
    """Two file systems with equal names, sizes and times are compared file by file."""
    unit = small_unit(work + "/u", conf=["efs_subsys = both"],
                      files={"/d/%03d" % i: b"A" * 10 for i in range(60)})
    for i in range(60):
        put(unit + "/efs-alt/d/%03d" % i, b"A" * 10)
    for folder, _, names in os.walk(unit + "/efs"):
        for n in names:
            path = os.path.join(folder, n)
            put(unit + "/efs-alt" + path[len(unit + "/efs"):], read(path))
    for which in (31, 32, 33):
        put(unit + "/efs-alt/d/%03d" % which, b"AAAAABAAAA")
        out = work + "/%d.xqcn" % which
        with Sim(unit) as sim:
            p, answer = backup_json(sim, out, check=0)
        aside = [m["path"] for m in missing(answer, "not_held")]
        assert aside == ["/d/%03d" % which], aside
        kept = manifest(out)["completeness"]["not_held"]
        assert [bytes.fromhex(k["data"]) for k in kept] == [b"AAAAABAAAA"]
        put(unit + "/efs-alt/d/%03d" % which, b"A" * 10)
    # What one of them does not give out and the other does is named, and saved.
    put(unit + "/efs.attr", b"0100644 0 denied /d/005\n")
    out = work + "/denied.xqcn"
    with Sim(unit) as sim:
        p, answer = backup_json(sim, out, check=3)
    assert [(m["path"], m["efs_subsystem"]) for m in missing(answer)] == [("/d/005", 0x13)]
    assert files(out + ".partial")["/d/005"] == b"A" * 10


def test_names_of_the_unit(work):
    """Bytes in file names that are no text: the file is kept aside with its name in hex, its
    neighbours are saved, and neither terminal nor JSON gets the raw bytes."""
    odd = [b"/esc\x1b[31mred", b"/tab\there", b"/latin\xe9", b"/cr\rx", b"/del\x7f", b"/\xff\xfe",
           b"/utf\xc3\xa9"]
    unit = small_unit(work + "/u", attr=["0100644 0 denied /esc\x1b]0;title"])
    for name in odd:
        with open(os.fsencode(unit) + b"/efs" + name, "wb") as f:
            f.write(b"odd")
    out = work + "/o.xqcn"
    with Sim(unit) as sim:
        p = backup(sim, out, "--json=lines", "-v", "--log-file", work + "/log", "--nv-range",
                   "0-600", check=3)
    events = [json.loads(line) for line in p.stdout.splitlines()]
    answer = events[-1]
    for text in [p.stderr, read(work + "/log").decode()] + [e.get("item", "") for e in events]:
        assert not RAW.search(text), RAW.search(text)
    kept = manifest(out + ".partial")["completeness"]["not_held"]
    assert sorted(bytes.fromhex(k["path_hex"]) for k in kept) == sorted(odd)
    assert {k["data"] for k in kept} == {b"odd".hex()}
    assert [m["path"] for m in missing(answer)] == ["/esc\\x1b]0;title"]
    assert files(out + ".partial")["cert/c"] == pattern(4, 100)
    with Sim(unit) as sim:
        p = backup(sim, out, "-v", "--nv-range", "0-600", check=3)
    assert "\\x1b[31mred" in p.stdout and not RAW.search(p.stdout + p.stderr)


if __name__ == "__main__":
    sys.exit(main([test_arrays, test_subscription_alone, test_short_range,
                   test_subscription_not_there, test_hidden_files, test_named_once,
                   test_trees_that_differ_in_one_byte, test_names_of_the_unit]))
