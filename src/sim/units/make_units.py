#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes the bundled units of qdiag-sim: make_units.py [FOLDER]. Deterministic: same script, same
bytes. A test compares its output with the committed .unit files."""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import unit_bg96    # noqa: E402
import unit_eg95    # noqa: E402
import unit_em160   # noqa: E402
import unit_rg50xq  # noqa: E402

UNITS = (unit_eg95, unit_em160, unit_bg96, unit_rg50xq)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else HERE
    for module in UNITS:
        unit = module.build()
        path = os.path.join(folder, unit.name + ".unit")
        with open(path, "w", encoding="ascii", newline="\n") as f:
            f.write(unit.archive())
        print("%s: %d numbered items, %d EFS entries" % (path, len(unit.nv), len(unit.files)))


if __name__ == "__main__":
    main()
