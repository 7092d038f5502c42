#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# Items that cannot be read, or are answered in odd ways: nothing is truncated, nothing is lost
# silently, "absent" is told from "could not be read".
import os
import shutil
import sys

from rig import (IMEI_A, SMALL, Sim, backup, backup_json, main, manifest, missing, pattern, put,
                 qdiag, read, small_unit)

RF = "/nv/item_files/rfnv/00020000"
TOP = os.environ.get("top_srcdir", os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tests", "interop"))


def partial_names(work, out, path, answer):
    """An incomplete backup: no final file, .partial marked, the item named in answer and manifest."""
    assert not os.path.exists(out) and not os.path.exists(out + ".manifest.json")
    assert os.path.exists(out + ".partial")
    m = manifest(out + ".partial")
    assert m["completeness"]["complete"] is False
    named = [x for x in m["completeness"]["unreadable"] if x.get("path") == path]
    assert len(named) == 1 and named[0]["reason"], m["completeness"]
    assert [x["path"] for x in missing(answer)] == [path], answer["missing"]
    qdiag("check", out + ".partial", check=3)


def test_read_error_in_second_chunk(work):
    unit = small_unit(work + "/u")
    out = work + "/out.xqcn"
    with Sim(unit, "readerr=00020000:2:5") as sim:
        p, answer = backup_json(sim, out, check=3)
    partial_names(work, out, RF, answer)
    assert answer["error"]["unit"] == "untouched" and answer["result"] == "incomplete"
    assert missing(answer)[0]["wire"] == 5
    hexes = pattern(1, 1024).hex(" ").upper().encode()
    assert hexes not in read(out + ".partial"), "half a file was saved"
    with Sim(unit, "readerr=00020000:2:5") as sim:
        p = backup(sim, out, check=3)
    assert RF in p.stdout and "could not be read" in p.stderr


def test_incomplete_never_replaces(work):
    unit = small_unit(work + "/u")
    out = work + "/out.xqcn"
    with Sim(unit) as sim:
        backup(sim, out, check=0)
    old = read(out)
    with Sim(unit, "readerr=00020000:2:5") as sim:
        backup(sim, out, check=3)
        assert read(out) == old
        backup(sim, out, *SMALL, "--accept-incomplete", check=3)
    assert read(out) != old
    qdiag("check", out, check=3)


def test_counts_that_lie(work):
    unit = small_unit(work + "/u")
    for kind in ("over", "neg", "huge", "morethanasked"):
        out = work + "/%s.xqcn" % kind
        with Sim(unit, "count=" + kind) as sim:
            p, answer = backup_json(sim, out, check=3)
        assert RF in [m["path"] for m in missing(answer)]
        assert not os.path.exists(out)


def test_short_reads_are_joined(work):
    unit = small_unit(work + "/u")
    with Sim(unit) as sim:
        backup(sim, work + "/a.xqcn", check=0)
    with Sim(unit, "shortread=100") as sim:
        backup(sim, work + "/b.xqcn", check=0)
    assert read(work + "/a.xqcn").replace(b"a.xqcn", b"b.xqcn") == read(work + "/b.xqcn")


def test_folder_errors(work):
    unit = small_unit(work + "/u")
    out = work + "/out.xqcn"
    with Sim(unit, "opendirfail=/policyman:13") as sim:
        p, answer = backup_json(sim, out, check=3)
    assert [m["path"] for m in missing(answer)] == ["/policyman"]
    with Sim(unit, "readdirerr=2:5") as sim:
        p, answer = backup_json(sim, out, check=3)
    assert missing(answer)
    with Sim(unit, "openfail=lte_bandpref:13") as sim:
        p, answer = backup_json(sim, out, check=3)
    assert [m["path"] for m in missing(answer)] == ["/nv/item_files/modem/mmode/lte_bandpref"]


def test_denied(work):
    unit = small_unit(work + "/u", files={"/sfs/key": b"k", "/odd/file": b"x"},
                      attr=["0100600 0 denied /sfs/key", "0100600 0 denied /odd/file"])
    with Sim(unit) as sim:
        p, answer = backup_json(sim, work + "/out.xqcn", check=3)
    assert [m["path"] for m in missing(answer)] == ["/odd/file"]
    assert [m["path"] for m in missing(answer, "withheld") if m.get("path")] == ["/sfs/key"]


def test_busy_item(work):
    unit = small_unit(work + "/u")
    with Sim(unit) as sim:
        backup(sim, work + "/a.xqcn", check=0)
    with Sim(unit, "busy=550:2") as sim:
        backup(sim, work + "/b.xqcn", check=0)
    assert read(work + "/a.xqcn").replace(b"a.xqcn", b"b.xqcn") == read(work + "/b.xqcn")
    with Sim(unit, "busy=571:-1") as sim:
        p, answer = backup_json(sim, work + "/c.xqcn", *SMALL, "--timeout", "300", check=3)
    assert [(m["nv"], m["sub"], m["wire"]) for m in missing(answer)] == [(571, 0, 1)]


def test_nv_states(work):
    """Status by status: absent, or loudly missing."""
    unit = small_unit(work + "/u")
    for status, absent in ((5, 1), (6, 1), (8, 1), (2, 0), (4, 0), (9, 0), (10, 0), (77, 0)):
        with Sim(unit, "badstatus=571:%d" % status) as sim:
            p, answer = backup_json(sim, work + "/out.xqcn", check=0 if absent else 3)
        named = [(m["nv"], m["wire"]) for m in missing(answer)]
        assert named == ([] if absent else [(571, status)]), (status, named)


def test_absent_spellings(work):
    files = []
    for word in ("notactive", "notdef", "badparm", "badcmd"):
        unit = small_unit(work + "/" + word, conf=["absent = " + word])
        with Sim(unit) as sim:
            backup(sim, work + "/" + word + ".xqcn", check=0)
        files.append(read(work + "/" + word + ".xqcn").replace(word.encode(), b"x"))
    assert files.count(files[0]) == 4


def test_secrets_are_withheld(work):
    for word in ("42", "47", "status4", "status6"):
        unit = small_unit(work + "/u" + word, conf=["secrets = " + word])
        with Sim(unit) as sim:
            p, answer = backup_json(sim, work + "/out.xqcn", check=0)
        n = len(missing(answer, "withheld"))
        assert n == (0 if word == "status6" else 10), (word, n)


def check_file(unit, out):
    from subprocess import run, PIPE
    p = run([sys.executable, os.path.join(TOP, "tests", "interop", "check_xqcn.py"), unit, out],
            stdout=PIPE, text=True)
    assert p.returncode == 0, p.stdout


def test_both_file_systems(work):
    """RF data behind 0x3E only: found, in its section, and the manifest tells where it was."""
    unit = small_unit(work + "/u", conf=["efs_subsys = both"])
    shutil.move(unit + "/efs/nv/item_files/rfnv", work + "/rfnv")
    put(unit + "/efs-alt/nv/item_files/rfnv/x", b"")
    shutil.rmtree(unit + "/efs-alt/nv/item_files/rfnv")
    shutil.move(work + "/rfnv", unit + "/efs-alt/nv/item_files/rfnv")
    put(unit + "/efs-alt/cert/c", b"another certificate")
    out = work + "/out.xqcn"
    with Sim(unit) as sim:
        p, answer = backup_json(sim, out, check=0)
    assert pattern(1, 3000).hex(" ").upper().encode() in read(out)
    aside = [m for m in missing(answer, "not_held") if m.get("path") == "/cert/c"]
    assert len(aside) == 1 and aside[0]["efs_subsystem"] == 0x13, aside
    kept = [m for m in manifest(out)["completeness"]["not_held"] if m.get("path") == "/cert/c"]
    assert bytes.fromhex(kept[0]["data"]) == pattern(4, 100)
    assert any("different trees" in n for n in answer["notes"])


def test_one_tree_behind_both(work):
    unit = small_unit(work + "/u", conf=["efs_subsys = both"])
    shutil.copytree(unit + "/efs", unit + "/efs-alt")
    with Sim(unit) as sim:
        p, answer = backup_json(sim, work + "/out.xqcn", check=0)
    assert not answer["notes"], answer["notes"]
    check_file(unit, work + "/out.xqcn")


def test_alternate_only(work):
    unit = small_unit(work + "/u", conf=["efs_subsys = 3e"])
    os.rename(unit + "/efs", unit + "/efs-alt")
    with Sim(unit) as sim:
        p, answer = backup_json(sim, work + "/out.xqcn", check=0)
    assert answer["unit"]["efs_subsystems"] == [0x3E]
    assert pattern(1, 3000).hex(" ").upper().encode() in read(work + "/out.xqcn")


def test_highest_item(work):
    unit = small_unit(work + "/u", nv={(0, "65535"): b"\x11\x22", (2, "65535"): b"\x33"})
    out = work + "/out.xqcn"
    with Sim(unit) as sim:
        backup(sim, out, "--exhaustive", check=0)
    text = read(out)
    assert b"88 00 01 00 FF FF 00 00 11 22 00" in text
    assert b"88 00 01 00 FF FF 00 00 33 00" in text
    check_file(unit, out)


def test_five_thousand_files(work):
    """Five folders deep, four directory handles at most; none is left open."""
    files = {}
    for a in range(10):
        for b in range(10):
            for c in range(5):
                for d in range(10):
                    files["/d%d/e%d/f%d/g/h/file%d" % (a, b, c, d)] = b"%d" % d
    unit = small_unit(work + "/u", files=files)
    out = work + "/out.xqcn"
    with Sim(unit) as sim:
        p, answer = backup_json(sim, out, check=0)
        sim.stop()
        log = read(sim.log).decode()
    assert answer["efs_backup"] + answer["provisioning"] == 5000 + 10, answer["efs_backup"]
    check_file(unit, out)
    left = [line for line in log.splitlines() if "open-dirs" in line or "open-files" in line]
    assert left and all(w in ("0",) for line in left for w in line.split() if w.isdigit()), left


def test_stale_handles(work):
    """A client that died left every directory handle open: they are closed, the backup is whole."""
    import socket
    unit = small_unit(work + "/u")

    def crc(p):
        c = 0xFFFF
        for byte in p:
            c ^= byte
            for _ in range(8):
                c = c >> 1 ^ (0x8408 if c & 1 else 0)
        return p + bytes([~c & 255, ~c >> 8 & 255])

    with Sim(unit) as sim:
        s = socket.socket(socket.AF_UNIX)
        s.connect(sim.address[5:])
        for _ in range(4):
            raw = crc(bytes.fromhex("4b130b002f00"))
            raw = raw.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e")
            s.sendall(raw + b"\x7e")
            s.recv(100)
        s.close()
        backup(sim, work + "/out.xqcn", check=0)
    check_file(unit, work + "/out.xqcn")


def test_odd_identity(work):
    """Blank and damaged identities are data, not errors; the report says what they are."""
    for name, imei, state in (("blank", b"\x08\x0a", "blank"), ("zero", b"", "blank"),
                              ("bad", bytes.fromhex("789a52"), "damaged"),
                              ("luhn", bytes.fromhex("080a10000100000061"), "damaged"),
                              ("good", IMEI_A, "usable")):
        unit = small_unit(work + "/" + name, nv={(0, "550"): imei})
        with Sim(unit) as sim:
            p, answer = backup_json(sim, work + "/out.xqcn", check=0)
        assert answer["unit"]["imei"][0]["state"] == state, (name, answer["unit"]["imei"])
        assert bool(answer["notes"]) == (state != "usable")


if __name__ == "__main__":
    sys.exit(main([test_read_error_in_second_chunk, test_incomplete_never_replaces,
                   test_counts_that_lie, test_short_reads_are_joined, test_folder_errors,
                   test_denied, test_busy_item, test_nv_states, test_absent_spellings,
                   test_secrets_are_withheld,
                   test_both_file_systems, test_one_tree_behind_both, test_alternate_only,
                   test_highest_item, test_five_thousand_files, test_stale_handles,
                   test_odd_identity], 3))
