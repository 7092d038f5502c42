#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# Every row of the guard's decision table from outside, qdiag against qdiag-sim: each row fits once, and once it
# does not because of one change. A refusal is exit 4, says so, and the simulator's log holds no write at all,
# whatever options stand beside it; where the guard allows, the restore does what it promised, and no identity is
# written that was not blank. Rows and anchors are read from guard.def and anchors.def: one without a case fails.
import hashlib
import json
import os
import re
import sys
import threading

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
from rig import at_once, Sim, main, pattern, put, qdiag, read, small_unit

SRC = os.path.join(os.environ.get("top_srcdir", "."), "src")
XO_FILE = "/nv/item_files/mcs/tcxomgr/xo_factory_cal_debug"
IMEI = {"A": ("080a10000100000051", "001001000000015"), "B": ("080a10000100000032", "001001000000023"),
        "C": ("080a10000100001041", "001001000000114"), "damaged": ("780a10000100000051", ""),
        "blank": ("080a", "")}
MEID = {"m": "debc0a452301af00", "n": "ddbc0a452301af00", "a": "01000000011000" + "00"}
ESN = {"e": "45000012", "f": "46000012", "none": "0dd0adde"}
# From outside no unit shows these: no command reads the serial numbers of module and chip, and a simulator on a
# socket is not on USB. tests/unit/test_guard.c and tests/restore/test_serial.c have them.
NOT_HERE = {"G2h": "module_serial", "G5": "usb_serial"}
SERIALS = {"module_serial", "chip_serial", "usb_serial"}


def items(s):
    """NV items and files of one side, from words like 'imei=A meid=m xo=1 date=1 mac=1'."""
    nv, files = {}, {}
    for word in s.split():
        key, v = word.split("=")
        if key.startswith("imei"):
            nv[(int(key[4:] or 1) - 1, "550")] = bytes.fromhex(IMEI[v][0])
        elif key == "meid":
            nv[(0, "1943")] = bytes.fromhex(MEID[v])
        elif key == "esn":
            nv[(0, "0")] = bytes.fromhex(ESN[v])
        elif key == "xofile":
            files[XO_FILE] = pattern(50 + int(v), 76)
        else:
            item, size = {"xo": ("4954", 31), "date": ("571", 4), "mac": ("447", 6), "wlan": ("4678", 6)}[key]
            nv[(0, item)] = pattern(int(v) + size, size)
    return nv, files


def unit_of(folder, s, setting):
    nv, files = items(s)
    small_unit(folder, conf=("reset_ms = 100",), files=files, nv={(0, "441"): setting, **nv})
    for sub, item in ((0, "550"), (1, "550"), (2, "550"), (0, "571"), (0, "447")):
        if (sub, item) not in nv:
            os.unlink("%s/nv/%d/%s" % (folder, sub, item))
    return folder


FULL = "imei=A meid=m xo=1 date=1"
LABEL_A, LABEL_B = ("--label-imei", IMEI["A"][1]), ("--label-imei", IMEI["B"][1])
# rule, name, backup, unit, options, verdict
CASES = [
    ("G3a", "all equal", FULL, FULL, (), "allow"),
    ("G1", "another IMEI, all else equal", FULL, FULL.replace("imei=A", "imei=B"), (), "refuse"),
    ("G1", "IMEIs exchanged", "imei=A imei2=C xo=1", "imei=C imei2=A xo=1", (), "refuse"),
    ("G3a", "IMEIs in their places", "imei=A imei2=C xo=1", "imei=A imei2=C xo=1", (), "allow"),
    ("G1", "IMEI moved", "imei=A xo=1", "imei2=A xo=1", (), "refuse"),
    ("G1", "second IMEI differs", "imei=A imei2=C xo=1", "imei=A imei2=B xo=1", (), "refuse"),
    ("G3a", "second IMEI blank", "imei=A imei2=C xo=1", "imei=A imei2=blank xo=1", (), "allow"),
    ("G1", "blank, another MEID", FULL, "meid=n", (), "refuse"),
    ("G1", "blank, another ESN", "imei=A esn=e", "esn=f", (), "refuse"),
    ("G1", "blank, calibration of another board", "imei=A meid=m xo=1", "meid=m xo=2", (), "refuse"),
    ("G2", "one IMEI, another MEID", FULL, FULL.replace("meid=m", "meid=n"), (), "refuse"),
    ("G2", "one IMEI, another ESN", "imei=A esn=e xo=1", "imei=A esn=f xo=1", (), "refuse"),
    ("G2", "one IMEI, all calibration differs", FULL, "imei=A meid=m xo=2 date=2", (), "refuse"),
    ("G3a", "one IMEI, crystal alone differs", FULL, "imei=A meid=m xo=2 date=1", (), "allow"),
    ("G3a", "calibration date alone differs", FULL, "imei=A meid=m xo=1 date=2", (), "allow"),
    ("label", "another label", "imei=A", "imei=blank", LABEL_B, "refuse"),
    ("label", "wrong check digit", "imei=A", "imei=blank", ("--label-imei", "001001000000016"), "refuse"),
    ("label", "14 digits", "imei=A", "imei=blank", ("--label-imei", "00100100000001"), "refuse"),
    ("label", "label of a backup without IMEI", "xo=1", "imei=A xo=1", LABEL_A, "refuse"),
    ("G6", "the label", "imei=A", "imei=blank", LABEL_A, "allow"),
    ("G7", "no identity in the backup", "xo=1", "imei=A xo=1", (), "limited"),
    ("G7", "blank in the backup", "imei=blank xo=1", "imei=A xo=1", (), "limited"),
    ("G7", "damaged in the backup", "imei=damaged", "imei=A", (), "limited"),
    ("G7", "placeholder ESN only", "imei=blank esn=none", "imei=blank esn=none", (), "limited"),
    ("G9", "damaged in the backup, MEID agrees", "imei=damaged meid=m", "imei=A meid=m", (), "allow"),
    ("G3b", "one witness", "imei=A", "imei=A", (), "allow"),
    ("G3b", "a MEID made of the IMEI is none", "imei=A meid=a", "imei=A meid=a", (), "allow"),
    ("G3c", "the rest is gone from the unit", FULL, "imei=A", (), "needs-more"),
    ("G3c", "the rest is gone, the label", FULL, "imei=A", LABEL_A, "allow"),
    ("label", "the rest is gone, another label", FULL, "imei=A", LABEL_B, "refuse"),
    ("G3c", "the backup has less", "imei=A", FULL, (), "needs-more"),
    ("G3a", "MAC as the second witness", "imei=A mac=1", "imei=A mac=1", (), "allow"),
    ("G3a", "Wi-Fi MAC as the second witness", "imei=A wlan=1", "imei=A wlan=1", (), "allow"),
    ("G3a", "crystal file as the second witness", "imei=A xofile=1", "imei=A xofile=1", (), "allow"),
    ("G2", "crystal file of another board", "imei=A xofile=1", "imei=A xofile=2", (), "refuse"),
    ("G3a", "MACs differ: warnings", "imei=A meid=m mac=1 wlan=1", "imei=A meid=m mac=2 wlan=2", (), "allow"),
    ("G4", "blank, MEID agrees", FULL, "imei=blank meid=m", (), "allow"),
    ("G4", "absent, ESN agrees", "imei=A esn=e", "esn=e", (), "allow"),
    ("G6", "blank, nothing else", FULL, "imei=blank", (), "needs-more"),
    ("G6", "blank, only calibration agrees", "imei=A xo=1", "xo=1", (), "needs-more"),
    ("G6", "blank, placeholder ESN agrees", "imei=A esn=none", "esn=none", (), "needs-more"),
    ("G6", "damaged on the unit, nothing else", FULL, "imei=damaged", (), "needs-more"),
    ("G6", "damaged on the unit, the label", "imei=A", "imei=damaged", LABEL_A, "allow"),
    ("G3a", "third IMEI differs from none", "imei=A imei3=B xo=1", "imei=A imei3=B xo=1", (), "allow"),
    ("G1", "third IMEI differs", "imei=A imei3=B xo=1", "imei=A imei3=C xo=1", (), "refuse"),
]
FORCE = ("--accept-firmware", "--accept-incomplete")
locks, lock = {}, threading.Lock()


def backup_of(work, s):
    name = work + "/" + hashlib.sha256(s.encode()).hexdigest()[:16]
    with lock:
        mine = locks.setdefault(name, threading.Lock())
    with mine:
        if not os.path.exists(name + ".xqcn"):
            with Sim(unit_of(name + ".u", s, b"\x31\x32")) as sim:
                qdiag("backup", "--progress=none", "--xqcn", name + ".xqcn", "-d", sim.address, check=0)
    return name + ".xqcn"


def digits(unit, options):
    words = dict(w.split("=") for w in unit.split())
    for key in ("imei", "imei2"):
        if IMEI.get(words.get(key), ("", ""))[1]:
            return IMEI[words[key]][1][-6:]
    if "--label-imei" in options:
        return options[1][-6:]
    if "meid" in words:
        return bytes.fromhex(MEID[words["meid"]])[6::-1].hex()[-6:]
    return "UNIDENTIFIED"


def changes(sim):
    with open(sim.log, errors="replace") as f:
        return [x.split()[4] for x in f if x.startswith("W ")]


def imeis(folder):
    out = {}
    for sub in range(3):
        path = "%s/nv/%d/550" % (folder, sub)
        out[sub] = read(path).rstrip(b"\0") if os.path.exists(path) else b""
    return out


def refused(sim, where, args, verdict):
    for more in ((), FORCE):
        p = qdiag("restore", *args, *more, cwd=where)
        assert p.returncode == 4, "exit %d: %s" % (p.returncode, p.stderr)
        assert re.search("^qdiag: refused", p.stderr, re.M) and "not touched" in p.stderr, p.stderr
        assert "[exit 4]" in p.stderr, p.stderr
    assert not changes(sim), changes(sim)
    for name in ("j", "s.xqcn"):
        assert not os.path.exists(where + "/" + name), name
    if verdict == "limited":  # settings alone, when they are chosen by class
        for only in ("identity", "calibration"):
            qdiag("restore", *args, "--only", only, cwd=where, check=4)
        assert not changes(sim)
        qdiag("restore", *args, "--only", "network,misc,rf_config", cwd=where, check=0)
        assert changes(sim).count("nv:0:441") == 1 and not [k for k in changes(sim) if ":550" in k or k == "nv:0:4954"]


def allowed(sim, where, args, rule, before, filed):
    if rule in ("G3b", "G6", "G4"):  # nothing without a hand
        bare = [a for i, a in enumerate(args) if a != "--confirm" and args[i - 1] != "--confirm"]
        qdiag("restore", *bare, cwd=where, check=5)
        assert not [k for k in changes(sim) if k != "-"]
    p = qdiag("restore", *args, "--json", cwd=where)
    assert p.returncode == 0, "exit %d: %s" % (p.returncode, p.stderr)
    assert json.loads(p.stdout)["report"]["verified"]
    assert "nv:0:441" in changes(sim)
    now = imeis(where + "/u")
    for sub in range(3):
        blank = before[sub][2:].strip(b"\0") == b""
        usable = filed[sub][:1] == b"\x08" and filed[sub][2:].strip(b"\0") != b""
        want = filed[sub] if blank and usable and rule != "G9" else before[sub]
        assert now[sub] == want, "IMEI of subscription %d" % sub


def one_case(work, case):
    rule, name, filed, unit, options, verdict = case
    try:
        backup = backup_of(work, filed)
        where = work + "/" + re.sub(r"\W", "_", name)
        folder = unit_of(where + "/u", unit, b"\x01")
        with Sim(folder) as sim:
            base = ["--progress=none", "-d", sim.address, backup, *options]
            p = qdiag("plan", *base, "--json", check=0 if verdict == "allow" else 4)
            plan = json.loads(p.stdout)["plan"]
            assert (plan["rule"], plan["verdict"]) == (rule, verdict), (plan["rule"], plan["verdict"])
            assert not changes(sim)
            args = base + ["--confirm", digits(unit, options), "--journal", "j", "--safety", "s.xqcn"]
            if verdict == "allow":
                allowed(sim, where, args, rule, imeis(folder), imeis(backup[:-5] + ".u"))
            else:
                refused(sim, where, args, verdict)
        return None, {(e["name"], e["relation"]) for e in plan["evidence"]}
    except AssertionError as e:
        return "%s %s: %s" % (rule, name, e), set()


def names(path, macro, position):
    with open(os.path.join(SRC, path)) as f:
        rows = re.findall(r"^%s\((.*)\)$" % macro, f.read(), re.M)
    return [re.findall(r'"([^"]*)"', r)[position] for r in rows]


def test_rows(work):
    told = at_once(one_case, [(work, c) for c in CASES])
    wrong = [w for w, _ in told if w]
    assert not wrong, "\n".join(wrong)
    seen = set().union(*(s for _, s in told))
    rules = names("flow/plan/guard.def", "QD_GUARD_RULE", 0)
    anchors = names("model/anchors.def", "QD_ANCHOR", 0)
    assert len(rules) == 12 and len(anchors) == 13, "a table has a new form"
    assert set(rules) - {c[0] for c in CASES} == set(NOT_HERE), set(rules) - {c[0] for c in CASES}
    for a in anchors:
        for relation in ("equal", "different"):
            assert (a in SERIALS) != ((a, relation) in seen), "%s is nowhere %s" % (a, relation)
    print("     %d cases, %d of %d rules, %d of %d anchors; %d refusals without a write" % (
        len(CASES), len(rules) - len(NOT_HERE), len(rules), len(anchors) - len(SERIALS), len(anchors),
        sum(c[5] != "allow" for c in CASES)))


def test_unreadable(work):
    """An IMEI that cannot be read may be anybody's: the label is not enough."""
    backup = backup_of(work, "imei=A")
    for options in ((), LABEL_A):
        folder = unit_of(work + "/x%d" % len(options), "imei=A", b"\x01")
        with Sim(folder, "badstatus=550:4") as sim:
            p = qdiag("restore", "--progress=none", "-d", sim.address, backup, *options, *FORCE, "--confirm", "000015",
                      "--journal", "j", "--safety", "s.xqcn", cwd=work, check=4)
            assert "not touched" in p.stderr and not changes(sim), p.stderr


if __name__ == "__main__":
    sys.exit(main([test_rows, test_unreadable], 2))
