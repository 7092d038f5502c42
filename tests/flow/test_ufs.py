#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# `qdiag ufs` against the simulated module, as a program: the same runs over a socket, a terminal, a
# serial pair and a line that gives one byte per millisecond; what is refused and said; what was sent, by
# the simulator's own log. Every fault of the AT side has its row in tests/ufs/test_ufs_faults.c, where
# time costs nothing; here is one of each kind.
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
from rig import Sim, main, put, qdiag, read, small_unit

S5 = ("family = bg95-s5", "model = BG95-S5", "efs_subsys = both", "reset_ms = 100")
SHARED_BACKUP = tempfile.TemporaryDirectory(prefix="qdiag.")  # of every unit: they have one IMEI
WRITES = ("+QPRTPARA=1", "+QPRTPARA=3", "+QPRTPARA=11", "+QPRTPARA=13")
DIGITS = "0015"


class Unit(Sim):
    """A simulator with both ports, and qdiag calls that name them. Ways to the AT port: unix, pty, pair
    (two terminals with a wire between them, which outlives a reset), slow (a byte per millisecond)."""

    def __init__(self, work, *faults, conf=S5, way="unix"):
        self.work = work
        self.unit = work + "/u"
        self.socat = None
        if not os.path.exists(self.unit):
            small_unit(self.unit, conf=conf)
            if "both" in " ".join(conf):
                put(self.unit + "/efs-alt/usb/conf", b"x" * 3000)
        self.at_path = work + "/at"
        kind = "pty" if way == "pty" else "unix"
        self.at_address = {"unix": "unix:", "pty": "tty:"}[kind] + self.at_path
        more = {"slow": ("at_slowbyte=1000",), "pair": ("at_stays",)}.get(way, ())
        super().__init__(self.unit, *faults, *more, args=("--at", "%s:%s" % (kind, self.at_path)))
        if way == "pair":
            self.make_pair()

    def make_pair(self):
        line = self.work + "/line"
        self.socat = subprocess.Popen(["socat", "pty,raw,echo=0,link=" + line,
                                       "UNIX-CONNECT:" + self.at_path], stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while not os.path.exists(line):
            assert time.monotonic() < end and self.socat.poll() is None
            time.sleep(0.02)
        self.at_address = "tty:" + line

    def __exit__(self, *exc):
        if self.socat:
            self.socat.send_signal(signal.SIGTERM)
            self.socat.wait(30)
        super().__exit__(*exc)

    def backup(self):
        """A complete DIAG backup of the unit: made once, copied for each folder."""
        out, shared = self.work + "/b.xqcn", SHARED_BACKUP.name + "/b.xqcn"
        if not os.path.exists(shared):
            qdiag("backup", "--progress=none", "--xqcn", shared, "-d", self.address, check=0)
        for end in ("", ".manifest.json"):
            if not os.path.exists(out + end):
                shutil.copy(shared + end, out + end)
        return out

    def ufs(self, *args, check=None):
        p = qdiag("ufs", *args, "--at", self.at_address, "--progress=none", "--json", check=check)
        return p, json.loads(p.stdout) if p.stdout else None

    def copy(self, *args, check=None, fs="eufs"):
        return self.ufs("backup", "--fs", fs, "-d", self.address, "--backup", self.backup(), *args,
                        check=check)

    def restore(self, *args, fs="eufs", check=None):
        return self.ufs("restore", "--fs", fs, *args, check=check)

    def files(self):
        p, j = self.ufs("files", "ls", check=0)
        return [f["name"] for f in j["files"]]

    def sent(self):
        """The AT commands that the simulator counts as writes."""
        return [x.rstrip("\n").split(" ", 4)[4] for x in open(self.log)
                if x.startswith("W ") and x.split(" ", 4)[3] == "at"]

    def orders(self):
        return [x for x in self.sent() if x in WRITES]


def figure_4(work, way):
    """A restore removes the file that was made after the backup."""
    with Unit(work, way=way) as u:
        u.ufs("status", check=0)
        p, j = u.copy(check=0)
        assert (j["before"]["backups"], j["after"]["backups"], j["after"]["valid"]) == (0, 1, True), j
        put(work + "/test.txt", b"hello")
        u.ufs("files", "put", work + "/test.txt", "test.txt", check=0)
        assert u.files() == ["UFS:test.txt"]
        p, j = u.restore("--confirm", DIGITS, check=0)
        assert (j["before"]["restores"], j["after"]["restores"]) == (0, 1), j
        assert u.files() == []
        assert u.orders() == ["+QPRTPARA=11", "+QPRTPARA=13"], u.sent()
        assert not os.path.exists(u.unit + "/efs-alt/datatx/test.txt")
        assert read(u.unit + "/efs-alt/usb/conf") == b"x" * 3000


def figure_5(work, way):
    """A restore brings back the file that was deleted after the backup."""
    data = bytes(range(256)) * 4 + b"+++"  # an acknowledgement behind 1024
    with Unit(work, way=way) as u:
        put(work + "/test.txt", data)
        u.ufs("files", "put", work + "/test.txt", "test.txt", check=0)
        u.copy(check=0)
        u.ufs("files", "rm", "test.txt", check=0)
        assert u.files() == []
        u.restore("--confirm", DIGITS, check=0)
        u.ufs("files", "get", "test.txt", work + "/back.txt", check=0)
        assert read(work + "/back.txt") == data
        assert u.orders() == ["+QPRTPARA=11", "+QPRTPARA=13"]


def modem_side(work, way):
    """=1 and =3: the restore puts items and files back, for DIAG too."""
    with Unit(work, way=way) as u:
        p, j = u.copy(fs="ufs", check=0)
        assert j["action"] == "backup" and j["fs"] == "ufs" and j["ufs"]["backups"] == 0
        assert (j["before"]["backups"], j["after"]["backups"], j["repeated"]) == (0, 1, False)
        assert u.orders() == ["+QPRTPARA=1"]
    old = read(work + "/u/nv/0/10")
    put(work + "/u/nv/0/10", b"other")
    with Unit(work, way=way) as u:
        u.restore("--confirm", "001001000000015", fs="ufs", check=0)
        qdiag("backup", "--progress=none", "--xqcn", work + "/c.xqcn", "-d", u.address, check=0)
    assert read(work + "/u/nv/0/10") == old.ljust(128, b"\0")
    qdiag("diff", work + "/b.xqcn", work + "/c.xqcn", check=0)


E = "+QPRTPARA=11"


def faulty(work, faults, code, orders, *args, fs="eufs", text=None, way="unix"):
    """One backup with faults: exit code, and exactly these orders."""
    with Unit(work, *faults, way=way) as u:
        p, j = u.copy(*args, fs=fs, check=code)
        assert u.orders() == orders, (faults, u.orders())
        assert (code == 0) == (j["result"] == "ok"), j
        unit = j["error"] and j["error"]["unit"]
        assert unit == (None if code == 0 else "unknown" if code >= 16 else "untouched"), j
        if text:
            assert text in p.stderr, p.stderr
        return j


def backup_faults(work, way):
    """Not counted; without an answer; counted and not valid."""
    for n, (faults, code, orders, args, text) in enumerate((
            (("ufs_count=same",), 17, [E], (), "did not rise"),
            (("at_silent=QPRTPARA=11",), 0, [E], ("--wait", "1"), None),
            (("ufs_valid=once",), 0, [E, E], (), None))):
        faulty("%s/%d" % (work, n), faults, code, orders, *args, text=text, way=way)


def resets_in_a_backup(work, way):
    j = faulty(work + "/1", ("at_reset=QPRTPARA=11",), 0, [E, E], way=way)
    assert j["repeated"] and j["after"]["backups"] == 1
    faulty(work + "/2", ("at_reset=QPRTPARA=11:9",), 18, [E, E], text="twice", way=way)
    j = faulty(work + "/3", ("at_reset=QPRTPARA=1",), 0, ["+QPRTPARA=1"] * 2, fs="ufs", way=way)


def restore_faults(work, way):
    with Unit(work, way=way) as u:
        u.copy(check=0)
    broken_restore(work, "at_error=CFUN", 18, "comes with the next reset", "unknown", way)
    broken_restore(work, "at_powercut=CFUN", 0, "", None, way)


def broken_restore(work, fault, code, text, unit, way="unix"):
    with Unit(work, fault, way=way) as u:
        p, j = u.restore("--confirm", DIGITS, check=code)
        assert text in p.stderr and (j["error"] and j["error"]["unit"]) == unit, (p.stderr, j)
        assert u.orders() == ["+QPRTPARA=13"]


SAME = (figure_4, figure_5, modem_side, backup_faults, resets_in_a_backup, restore_faults)


def all_same(work, way):
    for f in SAME:
        f("%s/%s" % (work, f.__name__), way)


def test_socket(work):
    all_same(work, "unix")


def test_terminal(work):
    """The AT port as a terminal: locked while it is used, settings as before afterwards."""
    all_same(work, "pty")
    with Unit(work, way="pty") as u:
        fd = os.open(u.at_path, os.O_RDWR | os.O_NOCTTY)
        fcntl.flock(fd, fcntl.LOCK_EX)
        u.ufs("status", check=7)
        os.close(fd)


def test_serial_pair(work):
    """Two terminals with a wire between them; the wire stays when the unit resets."""
    if not shutil.which("socat"):
        assert not os.environ.get("CI"), "socat is not installed"
        print("socat is not installed: the serial pair is left out")
        return
    all_same(work, "pair")


def test_byte_by_byte(work):
    all_same(work, "slow")


def test_text(work):
    with Unit(work) as u:
        p = qdiag("ufs", "status", "--at", u.at_address, check=0)
        assert "model      BG95-S5 (family bg95-s5)\n" in p.stdout, p.stdout
        assert "IMEI       …0015\n" in p.stdout and "001001000000015" not in p.stdout
        assert "UFS        no valid copy, made 0 times, restored 0 times\n" in p.stdout
        p = qdiag("ufs", "backup", "--at", u.at_address, "-d", u.address, "--backup", u.backup(), check=0)
        assert p.stdout == "ufs: backup confirmed: count 0 before, 1 after\n", p.stdout
        assert "do not cut the power" in p.stderr
        p = qdiag("ufs", "files", "ls", "--at", u.at_address, check=0)
        assert p.stdout == "0 files, 4194304 of 4194304 bytes free\n"


def test_only_reading_sends_no_write(work):
    with Unit(work) as u:
        u.ufs("status", check=0)
        u.ufs("files", "ls", check=0)
        u.ufs("files", "get", "none", work + "/x", check=1)
        assert not os.path.exists(work + "/x")
        u.copy("--max-age", "0", check=2)
        u.restore(check=2)
        u.restore("--confirm", "15", check=2)
        u.restore("--confirm", "0016", check=4)
        u.restore("--confirm", DIGITS, check=5)  # there is no copy
        assert u.sent() == []


def test_what_must_hold_before(work):
    with Unit(work) as u:
        u.ufs("backup", "-d", u.address, check=2)
        u.ufs("backup", "-d", u.address, "--backup", work + "/none", check=12)
        b = u.backup()
        # no manifest, an old one, an incomplete one, another unit's
        shutil.copy(b, work + "/bare.xqcn")
        name = b + ".manifest.json"
        good = read(name).decode()
        u.ufs("backup", "-d", u.address, "--backup", work + "/bare.xqcn", check=5)
        m = json.loads(good)
        old = json.loads(good)
        key = [k for k in m if isinstance(m[k], str) and m[k].endswith("Z")][0]
        old[key] = "2020-01-01T00:00:00Z"
        put(name, json.dumps(old).encode())
        p, j = u.copy(check=5)
        assert "hours old, more than 24" in p.stderr, p.stderr
        old[key] = "2099-01-01T00:00:00Z"
        put(name, json.dumps(old).encode())
        u.copy(check=5)
        put(name, good.encode())
        assert u.sent() == []
        u.copy(check=0)
    other = small_unit(work + "/2/u", conf=S5, nv={(0, "550"): bytes.fromhex("080a10000100000032")})
    put(other + "/efs-alt/usb/conf", b"x")
    with Unit(work + "/2") as u:
        u.ufs("backup", "-d", u.address, "--backup", b, check=4)
        assert u.sent() == []


def test_health(work):
    with Unit(work + "/sound") as u:  # the backup to be named is of a sound unit
        u.backup()
    for n, (conf, files, nv, faults, code) in enumerate((
            (S5, {}, {(0, "550"): b"\x08\x0a"}, (), 5),  # no IMEI
            (S5, {"/nv/item_files/rfnv/0002000%d" % i: None for i in range(3)}, {}, (), 5),
            (S5, {}, {(0, "550"): bytes.fromhex("080a10000100000061")}, (), 5),  # check digit, on both sides
            (S5, {}, {}, ("opendirfail=/nv/item_files/rfnv:13",), 5),
            (S5, {}, {}, ("readdirerr=2:5",), 5),  # behind the first of the RF files
            (S5, {}, {}, ("at_imei",), 4))):
        place = "%s/%d" % (work, n)
        folder = small_unit(place + "/u", conf=conf, files=files, nv=nv)
        put(folder + "/efs-alt/usb/conf", b"x")
        with Unit(place, *faults) as u:
            p, j = u.copy(check=code)
            assert u.sent() == [], u.sent()
            assert "RF files cannot be listed" in p.stderr or not "".join(faults).count("dir"), p.stderr


def test_wear_guard(work):
    with Unit(work) as u:
        u.copy(check=0)
        p, j = u.copy(check=0)
        assert j["skipped"] and j["after"]["backups"] == 1
        u.copy("--fs", "ufs", check=0)
        p, j = u.copy("--force", check=0)
        assert not j["skipped"] and j["after"]["backups"] == 2
        assert u.orders() == ["+QPRTPARA=11", "+QPRTPARA=1", "+QPRTPARA=11"], u.orders()


def test_exit_codes(work):
    """Of the kinds that do not hang on the line."""
    faulty(work + "/1", ("at_error=QPRTPARA=11:100",), 1, [E], text="answers ERROR")
    faulty(work + "/2", ("ufs_fields=20",), 9, [], text="20 fields, not 19")
    faulty(work + "/3", ("at_cut=QPRTPARA=14",), 0, [E])
    broken_restore(work + "/3", "at_error=QPRTPARA=13", 1, "answers ERROR", "untouched")
    broken_restore(work + "/3", "at_okundone=QPRTPARA=13", 17, "did not rise", "unknown")


def test_line_faults(work):
    """All at once; one by one in tests/ufs/test_ufs_faults.c."""
    with Unit(work, "at_junk,at_huge,at_echo,at_numeric,at_urc=split,at_noblank,at_broken") as u:
        put(work + "/test.txt", b"A" * 1025)
        u.ufs("status", check=0)
        u.copy(check=0)
        u.ufs("files", "put", work + "/test.txt", "test.txt", check=0)
        u.ufs("files", "get", "test.txt", work + "/back.txt", check=0)
        assert read(work + "/back.txt") == b"A" * 1025 and u.files() == ["UFS:test.txt"]
        u.restore("--confirm", DIGITS, check=0)
        assert u.files() == []
        assert u.orders() == ["+QPRTPARA=11", "+QPRTPARA=13"]


def test_settings_are_given_back(work):
    with Unit(work) as u:
        u.ufs("status", check=0)
        sent = bytes.fromhex("".join(x.split()[4] for x in open(u.log) if x.startswith("A ")
                                     and x.split()[3] == ">"))
        assert sent.endswith(b"AT+CMEE=0\rATE1\r"), sent[-40:]


def test_another_client(work):
    """Whose answers are mixed with another client's is not believed, and nothing is ordered. What of the
    other client's lines comes when the model is asked for is a matter of time: no model, or an unknown one."""
    with Unit(work, "at_foreign") as u:
        p, j = u.copy()
        assert p.returncode in (9, 13), (p.returncode, p.stderr)
        assert ("does not say its model" in p.stderr or "family unknown" in p.stderr) and u.sent() == []


def test_app_side_late(work):
    """=11 waits for APP RDY."""
    with Unit(work, "at_applate=2000") as u:
        p, j = u.ufs("status", check=0)
        assert j["eufs"] is None and "EUFS is not told" in j["notes"][1], j["notes"]
        u.copy(check=0)
        assert u.orders() == [E]


def test_files(work):
    put(work + "/f", b"123456789" * 300)
    for n, (fault, code, text) in enumerate((
            ("at_error=QFUPL:420", 1, "+CME ERROR: 420"), ("file_sum", 17, "checksum"),
            ("file_escape", 18, "may be there in part"))):
        with Unit("%s/%d" % (work, n), fault) as u:
            p, j = u.ufs("files", "put", work + "/f", "f", check=code)
            assert text in p.stderr, p.stderr
    with Unit(work + "/plus") as u:
        put(work + "/p", b"+++")
        u.ufs("files", "put", work + "/p", "p", check=0)
        put(work + "/p2", b"a+++b\r\nAT+QPRTPARA=1\r\n" * 100)
        u.ufs("files", "put", work + "/p2", "p2", check=0)
        u.ufs("files", "get", "p2", work + "/back", check=0)
        assert read(work + "/back") == read(work + "/p2") and u.orders() == []
        p, j = u.ufs("files", "put", work + "/p", "p", check=1)
        assert "407" in p.stderr
        u.ufs("files", "rm", "none", check=1)
        for name in ("*", "UFS:*", "n?ne"):  # to a unit: every file
            u.ufs("files", "rm", name, check=2)
            u.ufs("files", "rm", "-n", name, check=2)
        assert [x for x in u.sent() if x.startswith("+QFDEL") and "none" not in x] == [], u.sent()
        u.ufs("files", "put", work + "/p", 'a";+EGMR=1,7', check=2)
        put(work + "/empty", b"")
        u.ufs("files", "put", work + "/empty", "e", check=2)
    for fault in ("file_sum", "file_short"):
        with Unit(work + "/plus", fault) as u:
            u.ufs("files", "get", "p", work + "/no", check=9)
            assert not os.path.exists(work + "/no")


def test_families(work):
    for n, (conf, code) in enumerate(((("family = eg9x",), 0), (("family = other", "model = X1"), 13),
                                      (("family = other",), 13),
                                      (("family = rg50xq", "model = RG500Q-EA"), 0))):
        with Unit("%s/%d" % (work, n), conf=conf) as u:
            p, j = u.ufs("status")
            assert p.returncode == code, (conf, p.returncode, p.stderr)
            assert u.sent() == []
            if code == 0:
                assert j["ufs"]["backups"] == 0 and j["eufs"] is None
                u.copy(check=13)
                u.copy(fs="ufs", check=0)


def test_wrong_ports(work):
    with Unit(work) as u:
        p = qdiag("ufs", "status", check=6)
        assert "no AT port was named" in p.stderr
        p = qdiag("ufs", "status", "--at", "usb:2c7c:0296", check=2)
        p = qdiag("ufs", "status", "--at", u.address, check=9)
        assert "not touched" in p.stderr and "check that this is the AT port" in p.stderr, p.stderr
        for words in (("nonsense",), ("files",), ("files", "put", "a"), ("status", "x")):
            qdiag("ufs", *words, "--at", u.at_address, check=2)
        qdiag("ufs", "status", "--at", u.at_address, "--fs", "x", check=2)


if __name__ == "__main__":
    sys.exit(main([v for k, v in list(globals().items()) if k.startswith("test_")], 4))
