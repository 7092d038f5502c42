#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The qdiag of `make install` saves the same file over a pty and over emulated USB."""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import installed  # noqa: E402
import rig        # noqa: E402


def unit_of(path):
    return json.loads(rig.read(path + ".manifest.json"))["unit"]


def test_pty_and_usb(work):
    q = installed.Installed(work + "/root")
    libs = subprocess.run(["ldd", q.program], stdout=subprocess.PIPE, text=True, env=q.env).stdout
    assert " => " + q.lib + "/libqdiag.so" in libs, libs
    unit = rig.small_unit(work + "/unit", conf=["usb = 2c7c:0125"])
    pty, usb = q.over_pty(work + "/pty", unit), q.over_umockdev(work + "/usb", unit)
    q.equal(pty, usb)
    assert unit_of(pty)["address"].startswith("tty:"), unit_of(pty)
    assert unit_of(usb)["address"] == "usb:2c7c:0125@1-1", unit_of(usb)
    # A unit with one other byte does not pass for equal.
    rig.put(unit + "/nv/0/453", b"\1")
    other = q.over_umockdev(work + "/other", unit)
    try:
        q.equal(pty, other)
    except AssertionError as e:
        assert str(e) == "the files differ", e
    else:
        raise AssertionError("a changed unit has an equal file")


if __name__ == "__main__":
    sys.exit(rig.main([test_pty_and_usb]))
