#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the sample backups: good/, bad/ and expected.tsv, in the folder given (default: this one). The
same bytes on every machine. Uses Python's standard library and no part of qdiag."""
import os
import sys

sys.dont_write_bytecode = True
from bad_samples import all_bad, partial  # noqa: E402
from good_samples import all_good  # noqa: E402

COLUMNS = "file\tverdict\texit\twords that the answer holds, one per column\n"


def plan():
    """(folder, name, bytes, verdict, exit code, words) of every sample."""
    for name, data, words in all_good():
        yield "good", name, data, "note" if words else "ok", 0, words
    for name, data, words in partial():
        yield "bad", name, data, "note", 0, words
    for name, data, words in all_bad():
        yield "bad", name, data, "reject", 10, words


def make(folder):
    lines, seen = [COLUMNS], set()
    for place in ("good", "bad"):
        os.makedirs(os.path.join(folder, place), exist_ok=True)
    for place, name, data, verdict, code, words in plan():
        path = "%s/%s" % (place, name)
        if path in seen:
            raise ValueError("%s is there twice" % path)
        seen.add(path)
        with open(os.path.join(folder, path), "wb") as f:
            f.write(data)
        lines.append("\t".join([path, verdict, str(code), *words]).rstrip("\t") + "\n")
    with open(os.path.join(folder, "expected.tsv"), "w", encoding="ascii", newline="\n") as f:
        f.writelines(lines)
    return len(lines) - 1


if __name__ == "__main__":
    where = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    print("%d samples" % make(where))
