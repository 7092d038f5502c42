#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""`qdiag preflight` against the simulated module: every row of preflight.def fails once, is unknown
once, and passes; the exit code, and that nothing was written, by the simulator's own log on both sides."""
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fota_rig import Line, Module, fota_unit, new, old, package, put, read  # noqa: E402
import fota_rig  # noqa: E402
from rig import main, qdiag  # noqa: E402

# A family with both file systems and no upgrade that is described.
fota_rig.VERSIONS["bg95"] = ("BG95-M3", "BG95M3LAR02A03", "BG95M3LAR02A04")

TOP = os.environ.get("top_srcdir", ".")
URL = "http://192.0.2.1/p.zip"
IMEI_OTHER = bytes.fromhex("080a10000100000112")  # 001001000001021, nobody's
RFNV = "/efs/nv/item_files/rfnv/"


def rows():
    with open(os.path.join(TOP, "src/flow/upgrade/preflight.def")) as f:
        return re.findall(r'^QD_PREFLIGHT\((\w+), "([\w-]+)"', f.read(), re.M)


class World:
    """A unit that is ready, with all that a go needs, in a folder of its own."""

    made = {}  # family: folder to copy
    lock = threading.Lock()

    def __init__(self, work, family):
        with World.lock:
            if family not in World.made:
                folder = tempfile.mkdtemp(prefix="preflight.")
                self.make(folder, family)
                World.made[family] = folder
        self.dir = work + "/w"
        shutil.copytree(World.made[family], self.dir, symlinks=True)
        self.family = family
        self.names()

    def names(self):
        self.unit = self.dir + "/unit"
        self.backup = self.dir + "/b.xqcn"
        self.manifest = self.backup + ".manifest.json"
        self.note = self.backup + ".ufs.json"
        self.package = self.dir + "/%s-%s.zip" % (old(self.family), new(self.family))
        self.source = URL

    def make(self, folder, family):
        self.dir, self.family = folder, family
        self.names()
        extra = {"bg96": ("efs_subsys = both",), "bg95": ("efs_subsys = both",)}.get(family, ())
        fota_unit(self.unit, family, conf=extra, good=False)
        package(self.package, old(family), new(family))
        if extra:
            put(self.unit + "/efs-alt/usb/conf", b"x" * 3000)
        with Module(self.unit) as m:
            at = "unix:" + m.at_path
            qdiag("backup", "--progress=none", "--xqcn", self.backup, "-d", m.address, check=0)
            for fs in ("ufs", "eufs") if family == "bg95" else ("ufs",):
                qdiag("ufs", "backup", "--fs", fs, "-d", m.address, "--at", at, "--backup",
                      self.backup, "--progress=none", check=0)
            if family == "bg96":
                self.raw(m, 'AT+QCFGEXT="fota_apn",0,"internet"')

    @staticmethod
    def raw(module, *commands):
        line = Line(module.at_path)
        for c in commands:
            line.ask(c)
        line.close()

    def conf(self, key, value):
        text = [x for x in read(self.unit + "/unit.conf").decode().splitlines()
                if x.split("=")[0].strip() != key]
        if value is not None:
            text.append("%s = %s" % (key, value))
        put(self.unit + "/unit.conf", ("\n".join(text) + "\n").encode())

    def json(self, path, change):
        j = json.loads(read(path))
        change(j)
        put(path, json.dumps(j).encode())

    def argv(self, drop=(), more=()):
        a = {"--backup": self.backup, "--package": self.package, "--source": self.source}
        out = [x for k, v in a.items() if k not in drop for x in (k, v)]
        return out + ([] if "--power-ok" in drop else ["--power-ok"]) + list(more)

    def run(self, *faults, drop=(), more=(), text=False):
        """(process, answer); fails when anything was written on either side."""
        with Module(self.unit, *faults) as m:
            p = qdiag("preflight", *self.argv(drop, more), "-d", m.address, "--at", "unix:" + m.at_path,
                      "--progress=none", *(() if text else ("--json",)))
            with open(m.log) as f:
                log = f.read().splitlines()
        written = [x for x in log if x.startswith("W ")]
        assert not written, written
        asked = bytes.fromhex("".join(x.split()[4] for x in log
                                      if x.startswith("A ") and x.split()[3] == ">"))
        assert b"QFOTADL=" not in asked.replace(b"QFOTADL=?", b""), asked
        for order in (b"QPRTPARA=1\r", b"QPRTPARA=3\r", b"QPRTPARA=11", b"QPRTPARA=13", b"QFUPL", b"QFDEL",
                      b"CFUN=", b"EGMR=1", b"QCFGEXT=\"fota_apn\",", b"QPOWD"):
            assert order not in asked, order
        return p, None if text else json.loads(p.stdout)


def check_schema(j):
    """Every key, with its type: scripts read it."""
    assert j["schema"] == "qdiag.preflight/1" and isinstance(j["go"], bool) and j["line"], j
    assert sorted(j) == ["checks", "error", "exit_code", "go", "line", "package", "qdiag", "result",
                         "schema", "unit"], sorted(j)
    assert [c["name"] for c in j["checks"]] == [name for _, name in rows()]
    steps = [c["step"] for c in j["checks"]]
    assert steps == sorted(steps) and min(steps) == 1 and max(steps) <= 13, steps
    for c in j["checks"]:
        assert sorted(c) == ["detail", "error", "name", "result", "step", "title"], c
        assert c["result"] in ("PASS", "FAIL", "UNKNOWN", "SKIPPED"), c
        assert (c["error"] is None) == (c["result"] in ("PASS", "SKIPPED")), c
        assert c["detail"] and c["title"], c
    failed = any(c["result"] in ("FAIL", "UNKNOWN") for c in j["checks"])
    assert j["go"] == (not failed) == (j["exit_code"] == 0), j
    assert sorted(j["unit"]) == ["family", "firmware", "firmware_base", "firmware_sub", "model"]
    if j["package"]:
        assert sorted(j["package"]) == ["from", "name", "sha256", "size", "to"]


# ---- the cases: (row, result, exit code, family, faults, change of the world, options) ----

def no_copy(w):
    shutil.rmtree(w.unit + "/ufs", ignore_errors=True)
    shutil.rmtree(w.unit + "/eufs", ignore_errors=True)


def flip(path, at=2000):
    data = bytearray(read(path))
    data[at] = ord("1") if data[at] != ord("1") else ord("2")
    put(path, bytes(data))


def rf_files(w, make):
    names = sorted(os.listdir(w.unit + RFNV))
    for i, name in enumerate(names):
        data = make(i)
        os.unlink(w.unit + RFNV + name) if data is None else put(w.unit + RFNV + name, data)


def local(w, data=None):
    """The source is the package in the unit's storage."""
    w.source = "1" if w.family == "bg96" else "/data/ufs/update.zip"
    if data is not None:
        put(w.unit + ("/efs-alt/fota/update.zip" if w.family == "bg96" else "/efs/datatx/update.zip"), data)


def spoilt(w):
    """What lies in the unit has the package's size, and one other bit."""
    data = bytearray(read(w.package))
    data[len(data) // 2] ^= 1
    local(w, bytes(data))


def https(w, certificate=None):
    w.source = "https://192.0.2.1:443/p.zip"
    if certificate is not None:
        put(w.unit + "/efs-alt/datatx/fota_cacert.pem", certificate)


def forget_apn(w):
    path = w.unit + "/fota/state"
    text = read(path)
    assert b"apn = internet\n" in text, text
    put(path, text.replace(b"apn = internet\n", b""))


def no_witness(w):
    """Bluetooth address and RF date are gone: the IMEI agrees alone."""
    for item in ("447", "571"):
        put(w.unit + "/nv/0/" + item, bytes(128))


def rename(w, name, data=None):
    path = w.dir + "/" + name
    if data is None:
        shutil.copy(w.package, path)
    else:
        put(path, data)
    w.package = path


def big(w):
    package(w.package, old(w.family), new(w.family), extra=(("patch/x", os.urandom(5000000)),))


def completeness(w, value):
    def change(j):
        key = [k for k in j if k in ("complete", "completeness")][0]
        j[key] = {**j[key], "complete": value} if isinstance(j[key], dict) else value
    w.json(w.manifest, change)


def narrow(*options, untold=False):
    """The backup is taken anew, of less; untold: its manifest is one of an older version."""
    def change(w):
        with Module(w.unit) as m:
            qdiag("backup", "--progress=none", "--xqcn", w.backup, "-d", m.address, *options, check=0)
        if untold:
            completeness(w, True)
            w.json(w.manifest, lambda j: j.pop("scope"))
    return change


def created(w, text):
    def change(j):
        j[[k for k in j if isinstance(j[k], str) and j[k].endswith("Z")][0]] = text
    w.json(w.manifest, change)


def noted(w, **values):
    w.json(w.note, lambda j: j["ufs"].update(values))


def noted_eufs(w, **values):
    w.json(w.note, lambda j: j["eufs"].update(values))


def nothing(w):
    pass


E, B, S = "eg9x", "bg96", "bg95"
CASES = (
    ("identity", "FAIL", 4, E, ("at_imei",), nothing, {}),
    ("identity", "FAIL", 5, E, (), lambda w: put(w.unit + "/nv/0/550", b"\x08\x0a"), {}),
    ("identity", "FAIL", 5, E, (), lambda w: put(w.unit + "/nv/1/550", b"\x08\xfa\xff\x12"), {}),
    ("identity", "UNKNOWN", 14, E, ("badstatus=550:7",), nothing, {}),
    ("versions", "FAIL", 11, E, ("qgmr_notready=-1",), nothing, {}),
    ("versions", "UNKNOWN", 14, E, ("at_error=QGMR",), nothing, {}),
    ("family", "FAIL", 13, S, (), nothing, {}),
    ("ufs", "FAIL", 11, E, (), no_copy, {}),
    ("ufs", "UNKNOWN", 14, E, ("ufs_fields=13",), nothing, {"says": "13 fields"}),
    ("ufs", "FAIL", 13, E, ("at_error=QPRTPARA=4",), nothing, {"says": "--without-ufs"}),
    ("eufs", "FAIL", 13, S, (), no_copy, {}),
    ("eufs", "UNKNOWN", 13, S, ("at_error=QPRTPARA=14",), nothing, {}),
    ("backup", "FAIL", 10, E, (), lambda w: flip(w.backup), {}),
    ("backup", "FAIL", 12, E, (), lambda w: os.unlink(w.backup), {}),
    ("backup", "UNKNOWN", 14, E, (), lambda w: os.unlink(w.manifest), {}),
    ("backup", "UNKNOWN", 14, E, (), nothing, {"drop": ("--backup",)}),
    ("backup-complete", "FAIL", 5, E, (), lambda w: completeness(w, False), {}),
    ("backup-complete", "FAIL", 5, E, (), narrow("--nv-range", "0-560"),
     {"says": "it was narrowed, and holds only NV 0-560 of subscription 0"}),
    ("backup-complete", "FAIL", 5, E, (), narrow("--nv-range", "0-2000", "--sub", "0"), {}),
    ("backup-complete", "FAIL", 5, E, (), narrow("--nv-range", "0-10499"), {}),
    ("backup-complete", "FAIL", 5, E, (), narrow("--nv-range", "0-560", untold=True), {}),
    ("backup-complete", "FAIL", 5, E, (), narrow("--nv-range", "0-2000", "--sub", "0", untold=True), {}),
    ("backup-complete", "UNKNOWN", 14, E, (), lambda w: os.unlink(w.manifest), {}),
    ("backup-unit", "FAIL", 4, E, (), lambda w: put(w.unit + "/nv/0/550", IMEI_OTHER), {}),
    ("backup-unit", "UNKNOWN", 14, E, (), no_witness, {}),
    ("backup-firmware", "FAIL", 5, E, (), lambda w: w.conf("ext_build", "EG95EFBR06A07M4G"), {}),
    ("backup-firmware", "UNKNOWN", 14, E, ("errcode=build:13", "at_error=QGMR"), nothing, {}),
    ("backup-age", "FAIL", 11, E, (), lambda w: created(w, "2020-01-01T00:00:00Z"), {}),
    ("backup-age", "UNKNOWN", 14, E, (), lambda w: created(w, "2099-01-01T00:00:00Z"), {}),
    ("efs", "FAIL", 5, E, ("opendirfail=/nv/item_files/rfnv:13",), nothing, {}),
    ("efs", "FAIL", 5, E, ("readerr=rfnv/00020000:1:5",), nothing, {}),
    ("rf", "FAIL", 5, E, (), lambda w: rf_files(w, lambda i: None), {}),
    ("rf", "FAIL", 5, E, (), lambda w: rf_files(w, lambda i: b""), {}),
    ("rf", "FAIL", 5, E, (), lambda w: rf_files(w, lambda i: b"same"), {}),
    ("rf", "UNKNOWN", 5, E, ("opendirfail=/nv/item_files/rfnv:13",), nothing, {}),
    ("ufs-backup", "FAIL", 11, E, (), lambda w: os.unlink(w.note), {}),
    ("ufs-backup", "FAIL", 11, E, (), lambda w: noted(w, backups=7), {}),
    ("ufs-backup", "FAIL", 11, E, (), lambda w: noted(w, restores=7), {}),
    ("ufs-backup", "FAIL", 11, E, (), lambda w: noted(w, firmware="EG95EFBR06A07M4G_01.001.01.001"), {}),
    ("ufs-backup", "FAIL", 11, E, (), lambda w: noted(w, time=1577836800), {}),
    ("ufs-backup", "UNKNOWN", 14, E, (), lambda w: put(w.note, b"{]"), {}),
    ("eufs-backup", "FAIL", 13, S, (), lambda w: noted_eufs(w, backups=7), {}),
    ("eufs-backup", "UNKNOWN", 13, S, (), lambda w: put(w.note, b"{]"), {}),
    ("package", "FAIL", 10, E, (), lambda w: put(w.package, b""), {}),
    ("package", "FAIL", 10, E, (), lambda w: put(w.package, b"<html><body>404</body></html>\n"), {}),
    ("package", "FAIL", 12, E, (), lambda w: os.unlink(w.package), {}),
    ("package", "UNKNOWN", 14, E, (), nothing, {"drop": ("--package",)}),
    ("sha256", "FAIL", 11, E, (), nothing, {"more": ("--sha256", "0" * 64)}),
    ("sha256", "UNKNOWN", 12, E, (), lambda w: os.unlink(w.package), {"more": ("--sha256", "0" * 64)}),
    ("match", "FAIL", 11, E, ("qgmr_other",), lambda w: noted(w, firmware=old(E)[:-1] + "9"), {}),
    ("match", "UNKNOWN", 14, E, (), lambda w: rename(w, "update.zip"), {}),
    ("argument", "FAIL", 13, E, (), https, {}),
    ("argument", "FAIL", 2, E, (), lambda w: setattr(w, "source", URL + "x" * 255), {}),
    ("signal", "FAIL", 11, E, ("noreg",), nothing, {}),
    ("signal", "UNKNOWN", 14, E, ("at_error=CSQ",), nothing, {}),
    ("registration", "FAIL", 11, E, ("noreg",), nothing, {}),
    ("registration", "UNKNOWN", 14, E, ("at_error=CEREG", "at_error=CGREG"), nothing, {}),
    ("operator", "FAIL", 11, E, ("noreg",), nothing, {}),
    ("operator", "UNKNOWN", 14, E, ("at_error=COPS",), nothing, {}),
    ("apn", "FAIL", 11, B, (), forget_apn, {}),
    ("apn", "UNKNOWN", 14, B, ("at_error=QCFGEXT",), nothing, {}),
    ("file", "FAIL", 11, E, (), local, {}),
    ("file", "FAIL", 11, E, (), lambda w: local(w, b"five5"), {}),
    ("file", "FAIL", 11, E, (), spoilt, {"says": "other contents"}),
    ("file", "FAIL", 11, B, (), spoilt, {"says": "other contents"}),
    ("file", "UNKNOWN", 14, E, ("at_error=QFDWL",), lambda w: local(w, read(w.package)), {}),
    ("file", "FAIL", 11, B, (), local, {}),
    ("file", "UNKNOWN", 14, E, ("at_error=QFLST:400",), local, {}),
    ("space", "FAIL", 11, E, (), big, {}),
    ("space", "UNKNOWN", 14, E, ("at_error=QFLDS",), nothing, {}),
    ("certificates", "FAIL", 11, B, (), lambda w: https(w, b""), {}),
    ("certificates", "UNKNOWN", 14, B, (), https, {"says": "qdiag ufs files put CA.pem fota_cacert.pem"}),
    ("power", "FAIL", 11, E, (), lambda w: w.conf("supply_mv", 2900), {}),
    ("power", "UNKNOWN", 14, E, (), nothing, {"drop": ("--power-ok",)}),
)
# Where a result cannot be brought about from outside: two USB devices; a port that is missing ends
# the program before (6); what is asked to open the port at all.
ELSEWHERE = {("unit", "FAIL"): "tests/unit/test_preflight.c", ("unit", "UNKNOWN"): "tests/unit/test_preflight.c",
             ("family", "UNKNOWN"): "tests/unit/test_preflight.c",
             ("efs", "UNKNOWN"): "tests/unit/test_preflight.c",
             ("argument", "UNKNOWN"): "tests/unit/test_preflight.c"}


def test_every_row_has_its_cases(work):
    have = {(row, result) for row, result, *_ in CASES} | set(ELSEWHERE)
    names = {name: ident for ident, name in rows()}
    assert len(names) > 20
    page = read(os.path.join(TOP, "docs/formats/preflight.md")).decode()
    listed = [n for cells in re.findall(r"^\| [\d, ]+ \| ([\w, -]+) \|", page, re.M) for n in cells.split(", ")]
    assert sorted(listed) == sorted(names), set(listed) ^ set(names)
    for name in names:
        for result in ("FAIL", "UNKNOWN"):
            assert (name, result) in have, "no case in which %s is %s" % (name, result)
    for (name, result), path in ELSEWHERE.items():
        text = read(os.path.join(TOP, path)).decode()
        want = "expect(&p, QD_PF_%s, QDIAG_%s" % (names[name], {"UNKNOWN": "CANNOT_TELL"}.get(result, result))
        assert want in text, "%s does not say %s" % (path, want)


def run_case(work, n, case):
    row, result, code, family, faults, change, options = case
    options = dict(options)
    says = options.pop("says", "")
    place = "%s/%d" % (work, n)
    os.makedirs(place)
    w = World(place, family)
    change(w)
    p, j = w.run(*faults, **options)
    check_schema(j)
    got = [c for c in j["checks"] if c["name"] == row][0]
    assert (got["result"], p.returncode) == (result, code), (case[:5], got, p.returncode, j["line"], p.stderr)
    assert says in got["detail"], got
    assert j["exit_code"] == code and not j["go"] and j["line"].startswith("NO GO"), j["line"]
    assert "001001000000015" not in p.stdout + p.stderr
    shutil.rmtree(place)


def some_cases(part, parts):
    def run(work):
        for n, case in enumerate(CASES):
            if n % parts == part:
                run_case(work, n, case)
    run.__name__ = "test_cases_%d" % part
    return run


def go(work, family, change=nothing, skipped=(), **options):
    os.makedirs(work)
    w = World(work, family)
    change(w)
    p, j = w.run(**options)
    assert p.returncode == 0 and j["go"], (p.stderr, j["line"], [c for c in j["checks"] if c["error"]])
    check_schema(j)
    assert j["line"].startswith("GO"), j["line"]
    assert {c["name"] for c in j["checks"] if c["result"] == "SKIPPED"} == set(skipped), j["checks"]
    return w, j


NONE = {"eufs", "eufs-backup", "sha256"}


def test_go(work):
    w, j = go(work + "/1", E, skipped=NONE | {"apn", "file", "certificates"})
    assert (j["package"]["from"], j["package"]["to"]) == (old(E), new(E))
    assert j["unit"]["firmware"] == old(E) and j["package"]["sha256"] == hashlib.sha256(
        read(w.package)).hexdigest()
    go(work + "/2", E, lambda w: local(w, read(w.package)),
       NONE | {"apn", "signal", "registration", "operator", "certificates"})
    w, j = go(work + "/3", B, lambda w: https(w, b"-----BEGIN"), NONE | {"file", "space"})
    go(work + "/4", B, lambda w: local(w, read(w.package)),
       NONE | {"apn", "signal", "registration", "operator", "space", "certificates"})
    go(work + "/5", "rg50xq", skipped=NONE | {"apn", "file", "certificates"})
    go(work + "/6", E, skipped=(NONE - {"sha256"}) | {"apn", "file", "certificates"},
       more=("--sha256", hashlib.sha256(read(World.made[E] + "/" + os.path.basename(w.package).replace(
           old(B), old(E)).replace(new(B), new(E)))).hexdigest().upper()))


def test_declared(work):
    """A file whose name says nothing passes with both versions declared, and only with the right ones."""
    w, j = go(work + "/1", E, lambda w: rename(w, "update.zip"), NONE | {"apn", "file", "certificates"},
              more=("--from", old(E), "--to", new(E)))
    p, j = w.run(more=("--from", old(E)[:-1] + "2", "--to", new(E)))
    assert p.returncode == 11 and not j["go"], j["line"]
    assert w.run(more=("--from", old(E)))[0].returncode == 2
    assert w.run(more=("--sha256", "12"))[0].returncode == 2


def test_without_source_or_package(work):
    """Ready as far as it was asked; the line says what was not."""
    way = {"argument", "signal", "registration", "operator", "apn", "file", "space", "certificates"}
    w, j = go(work + "/1", E, skipped=NONE | way, drop=("--source",))
    assert "no source was given" in j["line"], j["line"]
    for without in (("--source", "--package"), ("--package",)):
        p, j = w.run(drop=without)
        assert p.returncode == 14 and j["go"] is False and j["package"] is None, j
        bad = [c["name"] for c in j["checks"] if c["result"] not in ("PASS", "SKIPPED")]
        assert set(bad) >= {"package", "match"}, bad


def test_unit_without_copies(work):
    """--without-ufs is for a unit that has none, and for no other."""
    def forget(w):
        no_copy(w)
        os.unlink(w.note)
    w = World(work, E)
    forget(w)
    p, j = w.run(more=("--without-ufs",))
    assert p.returncode == 11, j["line"]
    p, j = w.run("at_error=QPRTPARA")
    assert p.returncode == 13, j["line"]
    p, j = w.run("at_error=QPRTPARA", more=("--without-ufs",))
    assert p.returncode == 0, (j["line"], p.stderr)


def test_link(work):
    """What ends the run ends it with its own code, and no row passes that was not looked at."""
    w = World(work, E)
    p, j = w.run("at_dead=QGMR", more=("--timeout", "500"))
    assert p.returncode in (9, 14) and not j["go"], (p.returncode, j["line"])
    p, j = w.run("vanish=40", more=("--timeout", "500"))
    assert p.returncode == 9 and not j["go"], (p.returncode, j["line"])
    assert [c["result"] for c in j["checks"] if c["name"] == "power"] == ["UNKNOWN"], j["checks"]


def test_ports(work):
    w = World(work, E)
    a = w.argv()
    qdiag("preflight", *a, "-d", "unix:" + work + "/none", check=6)
    qdiag("preflight", *a, "--at", "usb:2c7c:0195", check=2)
    assert qdiag("preflight", *a, "--at", "unix:" + work + "/none").returncode in (6, 7)
    with Module(w.unit) as m:
        assert qdiag("preflight", *a, "--at", "unix:" + m.at_path, "-d",
                     "unix:" + work + "/none").returncode in (6, 7)
        p = qdiag("preflight", "word", "--at", "unix:" + m.at_path, check=2)


def test_text(work):
    w = World(work, E)
    p, _ = w.run(text=True)
    lines = p.stdout.splitlines()
    assert p.returncode == 0 and lines[-1].startswith("GO: ") and p.stderr == "", (p.stdout, p.stderr)
    for _, name in rows():
        assert sum(bool(re.match(r"[ \d]\d \w+ +%s  " % name, x)) for x in lines) == 1, name
    p, _ = w.run("noreg", text=True)
    assert p.stdout.splitlines()[-1].startswith("NO GO: 3 failed, 0 unknown; first: signal: "), p.stdout
    assert "[exit 11]" in p.stderr and "unit     not touched" in p.stderr and "next" in p.stderr, p.stderr
    p, _ = w.run(more=("-q",), text=True)
    assert p.stdout == "" and p.returncode == 0


def test_password_is_not_shown(work):
    w = World(work, E)
    w.source = "ftp://user:hunter2@192.0.2.1/p.zip"
    log = work + "/log"
    p, j = w.run(more=("--log-file", log, "-vv"))
    assert p.returncode == 0, j["line"]
    assert "hunter2" not in p.stdout + p.stderr + read(log).decode("latin-1")


PARTS = 4

if __name__ == "__main__":
    tests = [v for k, v in list(globals().items()) if k.startswith("test_")]
    code = main(tests[:1] + [some_cases(i, PARTS) for i in range(PARTS)] + tests[1:], 4)
    for folder in World.made.values():
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(code)
