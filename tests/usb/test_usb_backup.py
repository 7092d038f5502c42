#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The qdiag program, as it is built, on an emulated USB: whole backups, equal to those over a socket,
and what happens to them when the module is pulled or the program is stopped."""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
import rig  # noqa: E402

RUN = os.path.join(rig.TOP, "tests", "usb", "usb_run")
FEW = ("--nv-range", "0-600")  # the emulation takes about a millisecond for each request
IDS = "usb:2c7c:0125"


class Done:
    def __init__(self, p, seen):
        self.rc, self.out, self.err = p.returncode, p.stdout, p.stderr
        self.seen = dict(line.split() for line in open(seen)) if os.path.exists(seen) else {}

    def count(self, name):
        return int(self.seen[name])


def usb(work, unit, options, *args, check=None):
    """qdiag ARGS on the emulated bus. libtool puts the real program in the place of its script."""
    seen = work + "/seen"
    cmd = [os.path.join(rig.TOP, "libtool"), "--silent", "--mode=execute", RUN, "--unit", unit,
           "--seen", seen, *options, "--", rig.QDIAG, *args]
    asan = os.environ.get("ASAN_OPTIONS", "")
    env = dict(os.environ, ASAN_OPTIONS=asan + ":verify_asan_link_order=0")
    p = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env,
                       timeout=rig.LIMIT)
    for sign in ("AddressSanitizer", "runtime error:", "LeakSanitizer"):
        assert sign not in p.stderr, p.stderr
    if check is not None:
        assert p.returncode == check, "exit %d, not %d\n%s\n%s" % (p.returncode, check, p.stdout,
                                                                  p.stderr)
    return Done(p, seen)


def backup(work, unit, options, check, where=IDS):
    out = work + "/usb/out.xqcn"
    os.makedirs(os.path.dirname(out), exist_ok=True)
    d = usb(work, unit, options, "backup", "--progress=none", "--xqcn", out, "-d", where, *FEW,
            check=check)
    return d, out


def over_socket(work, unit):
    out = work + "/out.xqcn"
    with rig.Sim(unit) as sim:
        rig.backup(sim, out, *FEW, check=0)
    return rig.read(out)


def test_equal_to_a_socket(work):
    unit = rig.small_unit(work + "/u", conf=["usb = 2c7c:0125"])
    want = over_socket(work, unit)
    d, out = backup(work, unit, [], 0)
    assert rig.read(out) == want, "the files differ"
    assert d.count("writes") == 0
    assert d.count("pending_in_max") == 4 and d.count("pending_in") == 0
    assert (d.count("claims"), d.count("releases")) == (1, 1)
    assert (d.count("detaches"), d.count("attaches")) == (1, 1) and d.seen["driver"] == "option"
    assert d.count("out_transfers") == d.count("requests")  # each frame is a transfer


def test_equal_over_a_bad_link(work):
    """64 bytes at a time, no empty packets, a stall in the middle: the same file."""
    unit = rig.small_unit(work + "/u", conf=["usb = 2c7c:0125"])
    want = over_socket(work, unit)
    d, out = backup(work, unit, ["--urb", "64", "--no-zlp", "--stall-at", "300", "--bare"], 0,
                    "auto")
    assert rig.read(out) == want, "the files differ"
    assert d.count("clear_halts") == 1
    assert d.count("attaches") == 0 and d.seen["driver"] == "none"


def test_pulled(work):
    unit = rig.small_unit(work + "/u", conf=["usb = 2c7c:0125"])
    d, out = backup(work, unit, ["--unplug-at", "400"], 9)
    assert d.count("out_transfers") == 400
    assert "the link to the unit is gone" in d.err and "not touched" in d.err, d.err
    assert not os.path.exists(out) and os.listdir(os.path.dirname(out)) == [], d.err


def test_stopped(work):
    unit = rig.small_unit(work + "/u", conf=["usb = 2c7c:0125"])
    for number, code in ((2, 130), (15, 143)):
        d, out = backup(work, unit, ["--signal", "300:%d" % number], code)
        assert d.count("pending_in") == 0 and d.seen["driver"] == "option", d.seen
        assert not os.path.exists(out)


def test_list_and_choice(work):
    unit = rig.small_unit(work + "/u", conf=["usb = 2c7c:0125"])
    d = usb(work, unit, ["--second"], "list", "--json", "--show-identity", check=0)
    ports = json.loads(d.out)["ports"]
    assert [p["address"] for p in ports] == [IDS + "@1-1", IDS + "@1-2"], d.out
    assert all(p["likely_diag"] and p["serial"] == "SIM0001" for p in ports), d.out
    for args in (["-d", "auto"], ["-d", IDS], ["-d", "auto", "--serial", "SIM0001"]):
        d = usb(work, unit, ["--second"], "info", *args, check=6)
        assert IDS + "@1-1" in d.err and IDS + "@1-2" in d.err, d.err
        assert d.count("claims") == 0
    d = usb(work, unit, ["--second"], "info", "-d", IDS + "@1-1", check=0)
    assert "EG95" in d.out, d.out


def test_list_probe(work):
    unit = rig.small_unit(work + "/u", conf=["usb = 2c7c:0125"])
    d = usb(work, unit, ["--bare"], "list", "--json", check=0)
    port, = json.loads(d.out)["ports"]
    assert port["probe"] is None and port["probe_reason"] is None, d.out
    assert d.count("claims") == 0 and d.count("requests") == 0
    d = usb(work, unit, ["--bare"], "list", "--probe", "--json", check=0)
    port, = json.loads(d.out)["ports"]
    assert port["probe"] == "diag" and port["probe_reason"] is None, d.out
    assert (d.count("claims"), d.count("releases")) == (1, 1)
    assert d.count("requests") == 2 and d.count("writes") == 0  # VERNO, and one item
    d = usb(work, unit, ["--bare"], "list", "--probe", check=0)
    assert "  probe: diag\n" in d.out, d.out
    d = usb(work, unit, [], "list", "--probe", check=0)
    assert "  probe: not asked (the driver option has it)\n" in d.out, d.out
    assert d.count("claims") == 0 and d.count("requests") == 0


if __name__ == "__main__":
    sys.exit(rig.main([test_equal_to_a_socket, test_equal_over_a_bad_link, test_pulled,
                       test_stopped, test_list_and_choice,
                       test_list_probe]))
