#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every test program in Python stands in a list of tests that make runs: one that is only shipped, or
that a broken line continuation cut off, would never fail."""
import glob
import os
import re
import sys

TOP = os.environ.get("top_srcdir", ".")


def listed(text):
    """Words of the assignments of a Makefile part, but for what is only shipped."""
    found = set(re.findall(r"\bTESTS=(\S+)", text))  # by a target of its own
    for line in text.replace("\\\n", " ").splitlines():
        m = re.match(r"(\w+)\s*\+?=(.*)", line)
        if m and m.group(1) != "EXTRA_DIST":
            found |= set(m.group(2).split())
    return found


def main():
    bad = "T = tests/a/test_1.py \\\n\ttests/a/test_2.py\n\ttests/a/test_3.py\nEXTRA_DIST += tests/a/test_4.py\n"
    assert listed(bad) == {"tests/a/test_1.py", "tests/a/test_2.py"}, listed(bad)
    have, here = set(), []
    for path in glob.glob(TOP + "/tests/**/*.mk", recursive=True):
        with open(path) as f:
            have |= listed(f.read())
    for path in glob.glob(TOP + "/tests/**/test_*.py", recursive=True):
        name = os.path.relpath(path, TOP)
        with open(path) as f:
            if "__main__" in f.read():
                here.append(name)
    missing = sorted(set(here) - have)
    for name in missing:
        print("in no list of tests: " + name)
    print("%d test programs" % len(here))
    return 1 if missing or len(here) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
