#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# Every command answered with every DIAG error code: each is classified at once, nothing counts as
# done, nothing crashes.
import os
import sys

from rig import Sim, at_once, backup, main, small_unit

ECHOES = ("full", "16", "4")  # a third of all pairs each
OPS = {  # command -> exit code when every one of them is answered with an error
    "nv": {0x13: 13, 0x14: 13, 0x42: 8, 0x47: 8, None: 1},
    "hello": {None: 0}, "query": {None: 0}, "opendir": {None: 3}, "readdir": {None: 3},
    "open": {None: 3}, "read": {None: 3}, "closedir": {None: 3}, "close": {None: 3},
    "stat": {None: 3}, "nvidx": {None: 3, 0x13: 0, 0x14: 0},
    "verno": {None: 0}, "build": {None: 0}, "esn": {None: 0}, "feature": {None: 0},
    "loopback": {None: 0},
}


def one(folder, unit, cmd, code):
    os.mkdir(folder)
    with Sim(unit, "errcode=%s:%02x:%s" % (cmd, code, ECHOES[code % 3])) as sim:
        p = backup(sim, folder + "/out.xqcn", "--nv-range", "540-1600")
    want = OPS[cmd].get(code, OPS[cmd][None])
    assert p.returncode == want, "exit %d, wanted %d: %s" % (p.returncode, want, p.stderr.splitlines()[:1])
    assert "not touched" in p.stderr or p.returncode == 0, p.stderr


def test_every_error_for_every_command(work):
    """Each is classified at once: no time-out, nothing counted as done, nothing crashes."""
    unit = small_unit(work + "/u")
    at_once(one, [("%s/%s-%02x" % (work, cmd, code), unit, cmd, code) for cmd in OPS
                  for code in (0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x42, 0x47, 0x95, 0x96)])


if __name__ == "__main__":
    sys.exit(main([test_every_error_for_every_command]))
