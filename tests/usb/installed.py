# SPDX-License-Identifier: BSD-3-Clause
"""qdiag as `make install` leaves it, its backups over a pty and over umockdev's emulated USB, and what
makes two of them equal."""
import json
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
import rig  # noqa: E402

BUILD = os.path.abspath(rig.TOP)
USB_RUN = BUILD + "/tests/usb/usb_run"
NV = ("--nv-range", "0-600")


def run(cmd, env, **kw):
    p = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, **kw)
    assert p.returncode == 0, "%s: exit %d\n%s" % (" ".join(cmd), p.returncode, p.stdout)


def normal(manifest):
    """A manifest without what may differ: time, address, and digests under a salt of their own."""
    m = json.loads(manifest)
    del m["created"], m["unit"]["address"], m["unit"]["salt"], m["unit"]["usb_serial"]

    def strip(v):
        if isinstance(v, dict):
            return {k: strip(x) for k, x in v.items() if k != "sha256" or "last4" not in v}
        return [strip(x) for x in v] if isinstance(v, list) else v
    return strip(m)


class Installed:
    """The program, the folder of libqdiag, and the folder of its data, all below root."""

    def __init__(self, root):
        shutil.rmtree(root, ignore_errors=True)
        env = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "MFLAGS"}
        run(["make", "-s", "install", "DESTDIR=" + root], env, cwd=BUILD)
        for folder, _, files in os.walk(root):
            if "qdiag" in files and folder.endswith("/bin"):
                self.program = folder + "/qdiag"
            if "libqdiag.so" in files:
                self.lib = folder
            if folder.endswith("/share/qdiag"):
                self.share = folder
        with open(self.program, "rb") as f:
            assert f.read(4) == b"\x7fELF", "the installed qdiag is a script"
        self.env = dict(os.environ, LD_LIBRARY_PATH=self.lib)

    def backup(self, folder, before, address, **env):
        """Gives the name of the file."""
        os.makedirs(folder)
        out = folder + "/unit.xqcn"
        run([*before, self.program, "backup", "--progress=none", *NV, "-d", address, "--xqcn", out],
            dict(self.env, **env), timeout=rig.LIMIT)
        return out

    def over_pty(self, folder, unit):
        with rig.Sim(unit, port="pty") as sim:
            return self.backup(folder, [], sim.address)

    def over_umockdev(self, folder, unit):
        before = [BUILD + "/libtool", "--silent", "--mode=execute", USB_RUN, "--unit", unit, "--"]
        asan = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return self.backup(folder, before, "usb:2c7c:0125", ASAN_OPTIONS=asan)

    def equal(self, want, got):
        assert rig.read(got) == rig.read(want), "the files differ"
        a, b = (normal(rig.read(p + ".manifest.json")) for p in (want, got))
        assert a == b, "the manifests differ: %s" % [k for k in a if b.get(k) != a[k]]
        run([self.program, "diff", want, got], self.env)
