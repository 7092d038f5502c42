#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A simulated unit resets while it is used: it is found again over pty, Unix socket and TCP; another
unit in its place is refused; one that stays away is given up."""
import os
import re
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
import rig  # noqa: E402
from rig import Sim, main, small_unit  # noqa: E402

RUN = os.path.join(rig.TOP, "tests", "flow", "reopen_run")


def reopen(address, check):
    p = subprocess.run([RUN, address], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                       timeout=rig.LIMIT)
    assert p.returncode == check, (p.returncode, p.stdout, p.stderr)
    assert "Sanitizer" not in p.stderr, p.stderr
    return p.stdout


def must_come_back(address):
    out = reopen(address, 0)
    lost, back = out.splitlines()
    assert re.fullmatch(r"lost (link_gone|link_silent) after [1-9]\d*", lost), out
    assert back == "back at " + address, out


def test_unix(work):
    with Sim(small_unit(work + "/u"), "restart=60") as sim:
        must_come_back(sim.address)


def test_pty(work):
    with Sim(small_unit(work + "/u"), "restart=60", port="pty") as sim:
        must_come_back(sim.address)


def test_tcp(work):
    cmd = [rig.SIM, "--unit", small_unit(work + "/u"), "--diag", "tcp:0", "--fault", "restart=60"]
    p = subprocess.Popen(cmd, stdout=subprocess.PIPE, text=True)
    try:
        port = None
        for line in p.stdout:
            port = port or re.search(r"tcp:(?:127\.0\.0\.1:)?(\d+)", line)
            if line.strip() == "ready":
                break
        must_come_back("tcp:127.0.0.1:" + port.group(1))
    finally:
        p.send_signal(signal.SIGTERM)
        p.wait(20)
        p.stdout.close()


def test_other_unit(work):
    """The second simulator takes the place of the first while it is away for good."""
    other = small_unit(work + "/v", nv={(0, "550"): bytes.fromhex("080a10000100000032")})
    with Sim(small_unit(work + "/u"), "vanish=60", folder=work) as sim:
        p = subprocess.Popen([RUN, sim.address], stdout=subprocess.PIPE, text=True)
        assert p.stdout.readline().startswith("lost "), "no line"
        sim.stop()
        with Sim(other, folder=work):
            out = p.stdout.read()
            assert p.wait(60) == 4 and out.startswith("not_same_unit: the IMEI"), out
        p.stdout.close()


if __name__ == "__main__":
    sys.exit(main([test_unix, test_pty, test_tcp, test_other_unit]))
