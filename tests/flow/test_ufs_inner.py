#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# The module's own backups beside other commands: dry runs of `qdiag ufs`, `backup --with-ufs`, what `info`
# and `doctor` tell of them. What was sent is read from the simulator's own log.
import json
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import main, manifest, put, qdiag, read, small_unit  # noqa: E402
from test_ufs import DIGITS, S5, Unit  # noqa: E402

EG95 = ("family = eg9x", "model = EG95")


def asked(u):
    """Every AT command the simulator saw, without the line end."""
    sent = bytes.fromhex("".join(x.split()[4] for x in open(u.log)
                                 if x.startswith("A ") and x.split()[3] == ">"))
    return [line for line in sent.decode().split("\r") if line]


# ---- dry runs ----

def test_dry_backup(work):
    with Unit(work) as u:
        p, j = u.copy("--dry-run", check=0)
        assert j["dry_run"] and j["would_send"] == "AT+QPRTPARA=11", j
        assert j["before"]["backups"] == j["after"]["backups"] == 0 and not j["skipped"]
        p, j = u.copy("-n", fs="ufs", check=0)
        assert j["would_send"] == "AT+QPRTPARA=1"
        p = qdiag("ufs", "backup", "-n", "--at", u.at_address, "-d", u.address, "--backup", u.backup(),
                  check=0)
        assert p.stdout == "ufs: every check passed; AT+QPRTPARA=1 would be sent now, nothing was\n"
        assert "do not cut" not in p.stderr
        assert u.sent() == [] and not os.path.exists(u.backup() + ".ufs.json")
        # The checks are those of a real run.
        u.ufs("backup", "-n", "-d", u.address, check=2)
        u.ufs("backup", "-n", "-d", u.address, "--backup", work + "/none", check=12)
        assert u.sent() == []
        u.copy(check=0)
        p, j = u.copy("-n", check=0)
        assert j["skipped"] and j["would_send"] is None
        assert u.sent() == ["+QPRTPARA=11"]
    folder = small_unit(work + "/2/u", conf=S5, nv={(0, "550"): b"\x08\x0a"})
    put(folder + "/efs-alt/usb/conf", b"x")
    with Unit(work + "/2") as u:
        p, j = u.copy("-n", check=5)
        assert j["would_send"] is None and u.sent() == [], j


def test_dry_restore(work):
    with Unit(work) as u:
        u.restore("-n", check=5)  # no copy
        u.copy(check=0)
        p, j = u.restore("-n", check=0)  # needs no digits
        assert j["would_send"] == "AT+QPRTPARA=13, AT+CFUN=1,1", j
        u.restore("-n", "--confirm", "0016", check=4)
        u.restore("-n", "--confirm", DIGITS, check=0)
        assert u.sent() == ["+QPRTPARA=11"]
        p, j = u.ufs("status", check=0)
        assert j["eufs"]["restores"] == 0
        u.restore("--confirm", DIGITS, check=0)  # the port is not frozen by another process


def test_dry_files(work):
    put(work + "/f", b"123456789")
    put(work + "/empty", b"")
    put(work + "/big", b"b" * (5 << 20))
    with Unit(work) as u:
        p, j = u.ufs("files", "put", "-n", work + "/f", "f", check=0)
        assert j["would_send"] == 'AT+QFUPL="f",9,5,1' and j["dry_run"], j
        p = qdiag("ufs", "files", "put", "-n", work + "/f", "f", "--at", u.at_address, check=0)
        assert p.stdout == 'every check passed; AT+QFUPL="f",9,5,1 would be sent now, nothing was\n'
        u.ufs("files", "put", "-n", work + "/none", "f", check=12)
        u.ufs("files", "put", "-n", work + "/empty", "f", check=2)
        u.ufs("files", "put", "-n", work + "/f", 'a"b', check=2)
        p, j = u.ufs("files", "put", "-n", work + "/big", "big", check=5)
        assert "do not fit" in p.stderr, p.stderr
        u.ufs("files", "rm", "-n", "f", check=1)
        assert u.sent() == []
        u.ufs("files", "put", work + "/f", "f", check=0)
        p, j = u.ufs("files", "put", "-n", work + "/f", "f", check=5)
        assert "has a file of this name" in p.stderr and j["would_send"] is None
        p, j = u.ufs("files", "rm", "-n", "f", check=0)
        assert j["would_send"] == 'AT+QFDEL="f"'
        assert u.files() == ["UFS:f"] and u.sent() == ['+QFUPL="f",9,5,1'], u.sent()


# ---- backup --with-ufs ----

def with_ufs(u, *args, check=None, out="w.xqcn", at=True):
    path = u.work + "/" + out
    more = ("--at", u.at_address) if at else ()
    p = qdiag("backup", "--with-ufs", "--json", "--progress=none", "--xqcn", path, "-d", u.address,
              *more, *args, check=check)
    return path, p, json.loads(p.stdout)


def is_good(path, u):
    """The DIAG backup is whole, and nothing in or beside it speaks of the module's own."""
    qdiag("check", path, check=0)
    qdiag("verify", path, "-d", u.address, check=0)
    m = manifest(path)
    assert m["completeness"]["complete"] is True, m["completeness"]
    assert "QPRTPARA" not in json.dumps(m) and "own_copies" not in json.dumps(m)
    assert not os.path.exists(path + ".partial")


def test_with_ufs(work):
    with Unit(work) as u:
        path, p, j = with_ufs(u, check=0)
        assert j["result"] == "ok" and j["complete"] and j["own_copies"]["result"] == "ok", j
        made = j["own_copies"]["made"]
        assert [m["fs"] for m in made] == ["ufs", "eufs"]
        assert [(m["before"]["backups"], m["after"]["backups"]) for m in made] == [(0, 1), (0, 1)]
        assert u.sent() == ["+QPRTPARA=1", "+QPRTPARA=11"]
        is_good(path, u)
    with Unit(work + "/text") as u:
        p = qdiag("backup", "--with-ufs", "--progress=none", "--xqcn", work + "/t.xqcn", "--at",
                  u.at_address, "-d", u.address, check=0)
        assert "  own ufs    confirmed: count 0 before, 1 after\n" in p.stdout, p.stdout
        assert "do not cut the power" in p.stderr
    with Unit(work + "/eg", conf=EG95) as u:  # has no EUFS
        path, p, j = with_ufs(u, check=0)
        assert [m["fs"] for m in j["own_copies"]["made"]] == ["ufs"] and u.sent() == ["+QPRTPARA=1"]


def test_with_ufs_not_made(work):
    """Exit 15: the DIAG backup is good, and nothing was written to the unit."""
    cases = (({}, (), ("at_imei",), "same IMEI"),
             ({}, ("family = other", "model = X1"), (), "no AT+QPRTPARA"),
             ({}, S5, ("at_error=QPRTPARA=1",), "answers ERROR"),
             ({"/nv/item_files/rfnv/0002000%d" % i: None for i in range(3)}, S5, (), "no RF files"))
    for n, (files, conf, faults, text) in enumerate(cases):
        place = "%s/%d" % (work, n)
        small_unit(place + "/u", conf=conf or S5, files=files)
        with Unit(place, *faults) as u:
            path, p, j = with_ufs(u, check=15)
            assert j["complete"] and j["result"] == "ufs_not_made" and text in j["error"]["why"], j
            assert j["error"]["unit"] == "untouched" and j["own_copies"]["result"] != "ok"
            assert "the DIAG backup is good; the module's own was not made" in p.stderr, p.stderr
            assert text in p.stderr and "[exit 15]" in p.stderr
            assert [s for s in u.sent() if "at_error" not in "".join(faults)] == []
            is_good(path, u)
    with Unit(work + "/no") as u:
        path, p, j = with_ufs(u, at=False, check=15)  # not on USB: its AT port must be named
        assert "no AT port was named" in p.stderr and j["own_copies"]["made"] == []
        is_good(path, u)
        p = qdiag("backup", "--with-ufs", "--progress=none", "--xqcn", work + "/t.xqcn", "-d", u.address,
                  check=15)
        assert p.stdout.startswith("saved " + work + "/t.xqcn") and "INCOMPLETE" not in p.stdout
        assert "own copies NOT MADE" in p.stdout


def test_with_ufs_not_confirmed(work):
    """What was sent and not confirmed keeps its code, which says that the unit was written to."""
    for n, (fault, code, orders) in enumerate((
            ("ufs_count=same", 17, ["+QPRTPARA=1"]),  # no second try, and EUFS is not begun
            ("at_dead=QPRTPARA=11", 18, ["+QPRTPARA=1", "+QPRTPARA=11"]))):
        with Unit("%s/%d" % (work, n), fault) as u:
            path, p, j = with_ufs(u, "--wait", "1", check=code)
            assert j["complete"] and j["error"]["unit"] == "unknown"
            assert "the DIAG backup is good; the module's own was not confirmed" in p.stderr
            assert u.sent() == orders
            qdiag("check", path, check=0)
    with Unit(work + "/second", "at_error=QPRTPARA=11") as u:
        path, p, j = with_ufs(u, check=15)
        assert [m["result"] for m in j["own_copies"]["made"]] == ["ok", "refused"], j
        assert j["error"]["unit"] == "changed" and u.sent() == ["+QPRTPARA=1", "+QPRTPARA=11"]


def test_with_ufs_incomplete(work):
    """No inner backup behind a DIAG backup that is not whole, whatever name its file got."""
    for n, more in enumerate(((), ("--accept-incomplete",))):
        place = "%s/%d" % (work, n)
        folder = small_unit(place + "/u", conf=S5, attr=("0100644 0 denied /policyman/device_config.xml",))
        put(folder + "/efs-alt/usb/conf", b"x")
        with Unit(place) as u:
            path, p, j = with_ufs(u, *more, check=3)
            assert not j["complete"] and j["own_copies"] is None and u.sent() == []


# ---- info ----

def test_info(work):
    with Unit(work) as u:
        p = qdiag("info", "-d", u.address, check=0)
        assert re.search(r"^own copies not read: no unit found: no AT port was named", p.stdout,
                         re.M), p.stdout
        j = json.loads(qdiag("info", "--json", "-d", u.address, check=0).stdout)
        assert j["own_copies"]["read"] is False and "no AT port" in j["own_copies"]["why"]
        assert asked(u) == []
        u.copy(check=0)
        p = qdiag("info", "-d", u.address, "--at", u.at_address, check=0)
        assert "UFS        no valid copy, made 0 times, restored 0 times\n" in p.stdout, p.stdout
        assert "EUFS       a copy is there, made 1 times, restored 0 times\n" in p.stdout
        before = len(asked(u))
        j = json.loads(qdiag("info", "--json", "-d", u.address, "--at", u.at_address, check=0).stdout)
        assert j["own_copies"]["eufs"]["backups"] == 1 and not j["own_copies"]["ufs"]["valid"]
        asks = {c.split("=")[0] + "=" + c.split("=")[1] for c in asked(u)[before:] if "QPRTPARA" in c}
        assert asks == {"AT+QPRTPARA=?", "AT+QPRTPARA=4", "AT+QPRTPARA=14"}, asks
        assert u.sent() == ["+QPRTPARA=11"]
    with Unit(work + "/2", "at_imei") as u:
        p = qdiag("info", "-d", u.address, "--at", u.at_address, check=0)
        assert "own copies not read: the AT port gives another IMEI than DIAG" in p.stdout
    with Unit(work + "/3", conf=("family = other", "model = X1")) as u:
        p = qdiag("info", "-d", u.address, "--at", u.at_address, check=0)
        assert "own copies not read: the unit does not support this" in p.stdout, p.stdout


# ---- doctor ----

def doctor(u, check, *args):
    p = qdiag("doctor", "--json", "-d", u.address, *args)
    assert p.returncode == check, (p.returncode, p.stdout, p.stderr)
    a = json.loads(p.stdout)
    return a, {f["name"]: f for f in a["findings"]}


def test_doctor(work):
    with Unit(work) as u:
        a, f = doctor(u, 0)
        for name in ("at_imei", "own_copies"):
            assert f[name]["at_only"] and f[name]["seen"].startswith("not read: no unit found"), f[name]
        assert asked(u) == [] and a["warnings"] == 0
        at = ("--at", u.at_address)
        a, f = doctor(u, 0, *at)
        assert f["mode"]["state"] == f["at_imei"]["state"] == "ok", f
        assert f["own_copies"]["state"] == "warning" and a["warnings"] == 1
        assert f["own_copies"]["seen"] == "UFS: no valid copy; EUFS: no valid copy", f
        assert "qdiag ufs backup" in f["own_copies"]["next"]
        u.copy(check=0)
        u.copy(fs="ufs", check=0)
        a, f = doctor(u, 0, *at)
        assert f["own_copies"]["state"] == "ok" and a["warnings"] == 0, f
        u.restore("--confirm", DIGITS, check=0)
        sent = u.sent()
        a, f = doctor(u, 0, *at, "--report", work + "/report")
        assert f["own_copies"]["state"] == "warning" and "EUFS: restored 1 times" in f["own_copies"]["seen"]
        assert u.sent() == sent
        report = read(work + "/report").decode()
        assert "warning" in report and "001001000000015" not in report and work not in report
        p = qdiag("doctor", "-d", u.address, *at, check=0)
        assert "0 problems, 0 unknown" in p.stdout and ", 1 warning\n" in p.stdout, p.stdout


def test_doctor_problems(work):
    with Unit(work, "at_imei") as u:
        a, f = doctor(u, 11, "--at", u.at_address)
        assert f["at_imei"]["state"] == "problem" and "another than DIAG" in f["at_imei"]["seen"]
    folder = small_unit(work + "/2/u", conf=S5, nv={(0, "453"): b"\x01", (0, "550"): bytes(9)})
    put(folder + "/efs-alt/usb/conf", b"x")
    with Unit(work + "/2") as u:
        a, f = doctor(u, 11, "--at", u.at_address)
        assert f["mode"]["state"] == "problem" and f["mode"]["seen"].startswith("5: factory test"), f
        assert f["at_imei"]["state"] == "problem" and "none, or a blank" in f["at_imei"]["seen"], f
        assert u.sent() == []
    with Unit(work + "/3", "silent=0") as u:  # DIAG is mute; AT is asked all the same
        a, f = doctor(u, 11, "--timeout", "100", "--at", u.at_address)
        assert f["answer"]["state"] == "problem" and f["mode"]["state"] == "ok", f
    with Unit(work + "/5", "at_error=CFUN") as u:  # where the port is and whose it is stays out of reports
        a, f = doctor(u, 0, "--at", u.at_address, "--report", work + "/report")
        assert f["mode"]["at_only"] and work not in read(work + "/report").decode(), f["mode"]
    with Unit(work + "/4", "at_silent=QPRTPARA=4") as u:
        a, f = doctor(u, 0, "--at", u.at_address)
        assert f["mode"]["state"] == "ok" and f["own_copies"]["at_only"], f["own_copies"]


if __name__ == "__main__":
    sys.exit(main([v for k, v in list(globals().items())
                   if k.startswith("test_") and v.__module__ == "__main__"], 4))
