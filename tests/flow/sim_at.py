#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The simulated AT port from outside, with a client of its own: QPRTPARA, files, faults of the line,
and that a restore changes what both sides see, at the next start and not before."""
import os
import select
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
from rig import Sim, main, put, read, small_unit  # noqa: E402

S5 = ("family = bg95-s5", "model = BG95-S5", "efs_subsys = both")


def unit(work):
    folder = small_unit(work + "/u", conf=S5)
    put(folder + "/efs-alt/usb/conf", b"x" * 3000)
    return folder


class At:
    def __init__(self, work):
        self.link = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + 30
        while True:
            try:
                self.link.connect(work + "/at")
                return
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.05)

    def raw(self, data, until):
        self.link.sendall(data)
        out = b""
        while not out.endswith(until):
            assert select.select([self.link], [], [], 30)[0], out
            more = self.link.recv(65536)
            assert more, out
            out += more
        return out

    def ask(self, command, until=b"\r\nOK\r\n"):
        return self.raw(command.encode() + b"\r", until)

    def close(self):
        self.link.close()


def rig(work, *faults, folder=None):
    return Sim(folder or unit(work), *faults, args=("--at", "unix:" + work + "/at"))


def counters(at, which):
    line = at.ask("AT+QPRTPARA=%d" % which)
    return [int(x) for x in line.split(b": ")[1].split(b"\r")[0].split(b",")]


def upload(at, name, data):
    at.ask('AT+QFUPL="%s",%d,5,0' % (name, len(data)), b"CONNECT\r\n")
    return at.raw(data, b"\r\nOK\r\n")


def reset(at, work):
    at.ask("AT+CFUN=1,1")
    try:
        while at.link.recv(100):
            pass
    except ConnectionResetError:
        pass
    at.close()
    again = At(work)
    again.raw(b"", b"\r\nRDY\r\n\r\nAPP RDY\r\n")
    again.ask("ATE0")
    return again


def test_figure_4(work):
    """A restore removes the file that was made after the backup."""
    with rig(work) as sim:
        at = At(work)
        at.ask("ATE0")
        assert counters(at, 14) == [0] * 13 + [5] + [0] * 5
        at.ask("AT+QPRTPARA=11")
        assert counters(at, 14) == [1, 1] + [0] * 11 + [5] + [0] * 5
        assert upload(at, "test.txt", b"hello") == b"\r\n+QFUPL: 5,6b09\r\n\r\nOK\r\n"
        assert at.ask("AT+QFLST") == b'\r\n+QFLST: "UFS:test.txt",5\r\n\r\nOK\r\n'
        at.ask("AT+QPRTPARA=13")
        assert b"test.txt" in at.ask("AT+QFLST")  # not before the start
        at = reset(at, work)
        assert at.ask("AT+QFLST") == b"\r\nOK\r\n"
        assert counters(at, 14) == [1, 1, 1] + [0] * 10 + [5] + [0] * 5
        at.close()
        log = [x.rstrip("\n").split(" ", 4)[4] for x in open(sim.log) if x.startswith("W ")]
        assert log == ["+QPRTPARA=11", '+QFUPL="test.txt",5,5,0', "+QPRTPARA=13", "+CFUN=1,1"], log


def test_figure_5(work):
    """A restore brings back the file that was deleted after the backup."""
    with rig(work):
        at = At(work)
        at.ask("ATE0")
        upload(at, "test.txt", b"hello")
        at.ask("AT+QPRTPARA=11")
        assert counters(at, 14)[:3] == [1, 1, 0]
        at.ask('AT+QFDEL="test.txt"')
        assert at.ask("AT+QFLST") == b"\r\nOK\r\n"
        at.ask("AT+QPRTPARA=13")
        at = reset(at, work)
        assert at.ask('AT+QFDWL="test.txt"') == b"\r\nCONNECT\r\nhello\r\n+QFDWL: 5,6b09\r\n\r\nOK\r\n"
        at.close()


def test_ufs_is_items_and_files(work):
    """What =1 keeps outlives the simulator, and =3 puts all of it back, items too."""
    folder = unit(work)
    with rig(work, folder=folder):
        at = At(work)
        at.ask("AT+QPRTPARA=1")
        at.close()
    old = read(folder + "/nv/0/10")
    put(folder + "/nv/0/10", b"changed")
    put(folder + "/nv/0/31", b"new")
    put(folder + "/efs/new/file", b"new")
    os.unlink(folder + "/efs/cert/c")
    with rig(work, folder=folder):
        at = At(work)
        at.ask("AT+QPRTPARA=3")
        at = reset(at, work)
        assert counters(at, 4)[:2] == [1, 1]
        at.close()
    assert read(folder + "/nv/0/10") == old.ljust(128, b"\0")
    assert not os.path.exists(folder + "/nv/0/31")
    assert not os.path.exists(folder + "/efs/new/file") and len(read(folder + "/efs/cert/c")) == 100


def test_lines(work):
    with rig(work, "at_noblank,at_urc=middle"):
        at = At(work)
        assert at.ask("ATE0", b"K\r\n")[:5] == b"ATE0\r"
        assert at.ask("AT+CSQ", b"OK\r\n") == b"\r\n+CSQ: 26,99\r\n\r\n+CREG: 1\r\nOK\r\n"
        at.close()
    with rig(work + "/2", "at_numeric"):
        at = At(work + "/2")
        assert at.ask("AT", b"0\r") == b"AT\r0\r"
        assert at.ask("AT+NOPE", b"4\r") == b"AT+NOPE\r4\r"
        assert at.ask("ATE0V1") == b"ATE0V1\r\r\nOK\r\n"
        assert at.ask("AT+CMEE=1;+CSQ;+CGMM") == b"\r\n+CSQ: 26,99\r\n\r\nBG95-S5\r\n\r\nOK\r\n"
        assert at.ask('AT+QFDEL="x"', b"05\r\n") == b"\r\n+CME ERROR: 405\r\n"
        at.ask("AT+CMEE=2")
        assert at.ask('AT+QFDEL="x"', b"nd\r\n") == b"\r\n+CME ERROR: file not found\r\n"
        assert at.ask('AT+EGMR=1,7,"1"', b"R\r\n") == b"\r\nERROR\r\n"
        at.close()


def test_reset_in_a_backup(work):
    with rig(work, "at_reset=QPRTPARA=11"):
        at = At(work)
        at.ask("AT+QPRTPARA=11", b"APP RDY\r\n")
        at.ask("ATE0")
        assert counters(at, 14)[:2] == [0, 0]
        at.ask("AT+QPRTPARA=11")
        assert counters(at, 14)[:2] == [1, 1]
        at.close()


def test_upload_that_stands_still(work):
    with rig(work):
        at = At(work)
        at.ask('ATE0;+CMEE=1')
        at.ask('AT+QFUPL="x",10,1', b"CONNECT\r\n")
        assert at.raw(b"12345", b"21\r\n") == b"\r\n+CME ERROR: 421\r\n"
        assert at.ask("AT+QFLST") == b'\r\n+QFLST: "UFS:x",5\r\n\r\nOK\r\n'
        assert at.ask('AT+QFUPL="x",10', b"07\r\n") == b"\r\n+CME ERROR: 407\r\n"
        at.close()


def test_families(work):
    for n, (family, four, fourteen, test) in enumerate((
            ("eg9x", True, False, b"\r\nERROR\r\n"), ("other", False, False, b"\r\nERROR\r\n"),
            ("rg50xq", True, False, b"\r\n+QPRTPARA: (1-4)\r\n\r\nOK\r\n"))):
        place = "%s/%d" % (work, n)
        folder = small_unit(place + "/u", conf=("family = " + family,))
        with rig(place, folder=folder):
            at = At(place)
            at.ask("ATE0")
            for number, has in ((4, four), (14, fourteen)):
                at.link.sendall(b"AT+QPRTPARA=%d\r" % number)
                out = at.raw(b"", b"\r\nOK\r\n" if has else b"\r\nERROR\r\n")
                assert (b"+QPRTPARA: " in out) == has, out
            assert at.ask("AT+QPRTPARA=?", test[-6:]) == test
            at.close()


if __name__ == "__main__":
    sys.exit(main([v for k, v in sorted(globals().items()) if k.startswith("test_")]))
