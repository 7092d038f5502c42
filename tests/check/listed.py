#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every test program in Python stands in a list of tests that make runs: one that is only shipped, or
that a broken line continuation cut off, would never fail. Nor would a test function in one that its
list leaves out."""
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


def unlisted(text):
    """Test functions of a program that nothing in it names again: they would never run."""
    if "globals()" in text or 'startswith("test_")' in text:  # takes all there are
        return []
    names = re.findall(r"^def (test_\w+)\(", text, re.M)
    return [n for n in names if len(re.findall(r"\b%s\b" % n, text)) < 2]


def main():
    bad = "T = tests/a/test_1.py \\\n\ttests/a/test_2.py\n\ttests/a/test_3.py\nEXTRA_DIST += tests/a/test_4.py\n"
    assert listed(bad) == {"tests/a/test_1.py", "tests/a/test_2.py"}, listed(bad)
    bad = "def test_a(x):\n    pass\ndef test_ab(x):\n    pass\nmain([test_a])\n"
    assert unlisted(bad) == ["test_ab"], unlisted(bad)
    have, here, idle = set(), [], []
    for path in glob.glob(TOP + "/tests/**/*.mk", recursive=True):
        with open(path) as f:
            have |= listed(f.read())
    for path in glob.glob(TOP + "/tests/**/test_*.py", recursive=True):
        name = os.path.relpath(path, TOP)
        with open(path) as f:
            text = f.read()
        if "__main__" in text:
            here.append(name)
            idle += ["%s: %s" % (name, n) for n in unlisted(text)]
    missing = sorted(set(here) - have)
    for name in missing:
        print("in no list of tests: " + name)
    for name in idle:
        print("never run: " + name)
    print("%d test programs" % len(here))
    return 1 if missing or idle or len(here) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
