#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The scripts of docs/recipes do what their first lines say: run under dash and busybox ash against the
simulated module, with everything else that they call in their place; units pass systemd's own check."""
import os
import shutil
import stat
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fota_rig import Module, fota_unit, new, old, package, put, read  # noqa: E402
from rig import QDIAG, main  # noqa: E402

TOP = os.path.abspath(os.environ.get("top_srcdir", "."))
RECIPES = TOP + "/docs/recipes/"
SCRIPTS = ("fwupd-modem.sh", "openwrt-qdiag.init", "pre-upgrade.sh")
SHELLS = [["sh"]] + [s for s in (["dash"], ["busybox", "ash"]) if shutil.which(s[0])]
FAMILY = "eg9x"


def script(path, text):
    put(path, text.encode())
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)


class Rig:
    """A unit, its package, and a PATH in which qdiag is the one just built."""

    def __init__(self, work):
        self.work = work
        self.unit = fota_unit(work + "/unit", FAMILY, good=False)
        self.package = package(work + "/%s-%s.zip" % (old(FAMILY), new(FAMILY)), old(FAMILY), new(FAMILY))
        self.dir = work + "/backups"
        script(work + "/bin/qdiag", '#!/bin/sh\n'
               'echo "qdiag $*" >>%s/calls\nexec %s "$@"\n' % (work, os.path.abspath(QDIAG)))

    def env(self, module, **more):
        e = dict(os.environ, PATH=self.work + "/bin:" + os.environ["PATH"], QDIAG_AT="unix:" + module.at_path,
                 QDIAG_DEVICE=module.address, QDIAG_PACKAGE=self.package, QDIAG_POWER="ok",
                 QDIAG_SOURCE="http://192.0.2.1/p.zip", QDIAG_DIR=self.dir)
        e.update(more)
        return e

    def run(self, argv, faults=(), module=None, **more):
        if module is None:
            with Module(self.unit, *faults) as m:
                return self.run(argv, module=m, **more)
        p = subprocess.run(argv, env=self.env(module, **more), stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, timeout=180)
        p.orders = [x for x in module.writes()]
        return p

    def backups(self):
        return sorted(x for x in os.listdir(self.dir) if x.endswith(".xqcn"))


def test_pre_upgrade(work):
    """Go on every shell; one backup and one order a day; nobody else may read the backups."""
    for n, shell in enumerate(SHELLS):
        r = Rig("%s/%d" % (work, n))
        p = r.run(shell + [RECIPES + "pre-upgrade.sh"])
        assert p.returncode == 0, (shell, p.stdout, p.stderr)
        assert p.stdout == "%s/%s\n" % (r.dir, r.backups()[0]), p.stdout
        assert p.orders == ["+QPRTPARA=1"] and len(r.backups()) == 1, p.orders
        assert "GO: every needed check passed" in p.stderr
        assert os.stat(r.dir).st_mode & 0o077 == 0
        p = r.run(shell + [RECIPES + "pre-upgrade.sh"])
        assert p.returncode == 0 and p.orders == [] and len(r.backups()) == 1, (p.stderr, p.orders)


def test_pre_upgrade_no_go(work):
    """The status is preflight's own, and no backup is named."""
    r = Rig(work)
    other = package(work + "/%s-%s.zip" % (new(FAMILY), old(FAMILY)), new(FAMILY), old(FAMILY))
    pre = ["sh", RECIPES + "pre-upgrade.sh"]
    p = r.run(pre, QDIAG_PACKAGE=other)
    assert (p.returncode, p.stdout) == (11, ""), (p.returncode, p.stderr)
    p = r.run(pre, QDIAG_POWER="")
    assert (p.returncode, p.stdout) == (14, ""), (p.returncode, p.stderr)
    p = r.run(pre, faults=("noreg",))
    assert (p.returncode, p.stdout) == (11, ""), (p.returncode, p.stderr)
    p = r.run(pre, faults=("at_imei",))
    assert p.returncode == 4 and p.orders == [], (p.returncode, p.stderr)
    assert len(r.backups()) == 1
    shutil.rmtree(r.unit + "/efs/nv/item_files/rfnv")
    p = r.run(pre, QDIAG_FRESH="1")  # a sick unit: its good copy is not overwritten
    assert p.returncode == 5 and p.orders == [] and p.stdout == "", (p.returncode, p.orders, p.stderr)
    before = read(work + "/calls")
    for name in ("QDIAG_AT", "QDIAG_PACKAGE", "QDIAG_SOURCE"):  # a name that is misspelt opens nothing
        p = r.run(pre, **{name: ""})
        assert p.returncode not in (0, None) and name in p.stderr and p.orders == [], (name, p.stderr)
    assert read(work + "/calls") == before


def test_pre_upgrade_without_copies(work):
    r = Rig(work)
    p = r.run(["sh", RECIPES + "pre-upgrade.sh"], faults=("at_error=QPRTPARA",))
    assert p.returncode == 0 and p.orders == [], (p.returncode, p.stderr)
    assert "--without-ufs" in read(work + "/calls").decode()


def test_fwupd(work):
    """fwupdmgr runs behind a go only, and what came of it is for the verification to say."""
    r = Rig(work)
    base = new(FAMILY).split("_")[0]
    upgrade = ("#!/bin/sh\necho \"fwupdmgr $*\" >>%s/calls\n[ ! -e %s/upgrade ] || sed -i -e 's/^firmware =.*/firmware = %s/'"
               " -e 's/^firmware_full =.*/firmware_full = %s/' %s/unit.conf\n"
               % (work, work, base, new(FAMILY), r.unit))
    script(work + "/bin/fwupdmgr", upgrade)
    argv = ["sh", RECIPES + "fwupd-modem.sh", "DEVICE", "x.cab", r.package, new(FAMILY)]
    p = r.run(argv, QDIAG_POWER="")
    assert p.returncode == 14 and "fwupdmgr" not in read(work + "/calls").decode(), p.stderr
    p = r.run(argv)
    assert p.returncode == 21, (p.returncode, p.stderr)  # it did nothing: the old version
    calls = read(work + "/calls").decode().splitlines()
    at = calls.index("fwupdmgr install x.cab DEVICE")
    assert calls[at - 1].startswith("qdiag preflight") and "--source" not in calls[at - 1], calls
    assert calls[at + 1].startswith("qdiag fota verify --backup %s/unit-" % r.dir), calls
    p = r.run(["sh", RECIPES + "fwupd-modem.sh", "DEVICE"])
    assert p.returncode == 2


def test_openwrt(work):
    """The init script under ash, with procd and uci in their place: the command that procd would run."""
    r = Rig(work)
    text = read(RECIPES + "openwrt-qdiag.init").decode()
    assert text.startswith("#!/bin/sh /etc/rc.common\n")
    text = text.replace("/usr/libexec/qdiag/", RECIPES).replace("/var/run/", work + "/").replace(
        "QDIAG_DIR=/etc/qdiag", "QDIAG_DIR=" + r.dir)
    script(work + "/init", text)
    put(work + "/rc", (r'''
config_load() { [ "$1" = qdiag ]; }
config_get() {
    case $3 in
    at) v=$QDIAG_AT ;; device) v=$QDIAG_DEVICE ;; package) v=$QDIAG_PACKAGE ;; source) v=$QDIAG_SOURCE ;; power) v=$UCI_POWER ;;
    esac
    eval "$1=\${v:-\$4}"
}
procd_open_instance() { echo "instance $1" >&2; }
procd_set_param() {
    key=$1; shift
    case $key in
    command) for a; do printf '%s\n' "$a"; done >"$WORK/command"
        COMMAND=$2; SCRIPT=$3; NAME=$4; ARG=$5 ;;
    env) ENV_AT=; for a; do export "$a"; done ;;
    esac
}
procd_close_instance() { /bin/sh "$COMMAND" "$SCRIPT" "$NAME" "$ARG"; }
. "$WORK/init"
start_service
''').encode())
    shell = SHELLS[-1] if SHELLS[-1][0] == "busybox" else ["dash"] if shutil.which("dash") else ["sh"]
    for power, status in (("ok", "0\n"), ("", "14\n")):
        p = r.run(shell + [work + "/rc"], WORK=work, UCI_POWER=power, QDIAG_POWER="")
        assert read(work + "/qdiag.status").decode() == status, (p.stdout, p.stderr)
    assert read(work + "/command").decode().splitlines()[:2] == ["/bin/sh", "-c"]


def test_systemd(work):
    """systemd's own opinion of the unit, and of an updater with the drop-in."""
    if not shutil.which("systemd-analyze"):
        print("systemd-analyze is not installed: its check is left out")
        return
    unit = read(RECIPES + "qdiag-preflight.service").decode().replace("/usr/libexec/qdiag/", RECIPES)
    unit = unit.replace("Documentation=man:qdiag(1)\n", "")  # the page is not installed here
    put(work + "/qdiag-preflight.service", unit.encode())
    put(work + "/updater.service", b"[Unit]\nDescription=x\n[Service]\nType=oneshot\nExecStart=/bin/true\n")
    put(work + "/updater.service.d/10-qdiag-preflight.conf", read(RECIPES + "10-qdiag-preflight.conf"))

    def verify():
        return subprocess.run(["systemd-analyze", "verify", "--man=no", work + "/updater.service",
                               work + "/qdiag-preflight.service"],
                              env=dict(os.environ, SYSTEMD_UNIT_PATH=work + ":"), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120)
    ours = [x for x in verify().stdout.splitlines() if "qdiag" in x or "updater" in x]
    assert ours == [], ours
    put(work + "/qdiag-preflight.service", unit.replace("ExecStart=", "ExecStrat=").encode())
    assert [x for x in verify().stdout.splitlines() if "qdiag-preflight" in x], "the check finds nothing"


def test_shellcheck(work):
    for name in SCRIPTS:
        for shell in SHELLS:
            subprocess.run(shell + ["-n", RECIPES + name], check=True)
    if not shutil.which("shellcheck"):
        print("shellcheck is not installed: its check is left out")
        return
    p = subprocess.run(["shellcheck", "-s", "sh"] + [RECIPES + x for x in SCRIPTS], stdout=subprocess.PIPE,
                       text=True)
    assert p.returncode == 0, p.stdout


def test_all_are_listed(work):
    """In the README, and in what is installed."""
    readme, make = read(RECIPES + "README.md").decode(), read(TOP + "/docs/local.mk").decode()
    for name in os.listdir(RECIPES):
        assert name == "README.md" or "`%s`" % name in readme, name
        assert "docs/recipes/" + name in make, name


if __name__ == "__main__":
    sys.exit(main([v for k, v in list(globals().items()) if k.startswith("test_")], 3))
