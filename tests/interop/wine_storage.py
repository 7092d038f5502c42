#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Wine's structured storage against ours, both ways. QCN files that qdiag makes of XQCN text are opened by
StgOpenStorage, every element is opened by its name, and paths, sizes and contents must be those of the text;
then StgCreateDocfile and CopyTo lay the same tree out anew, and qdiag must read that file to the same end.
On demand only (`make interop-wine`): exit 77 where Wine or its compiler is missing."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../bench")]
import corpora  # noqa: E402
import xqcn_form  # noqa: E402
from xqcn_text import Storage, parse  # noqa: E402

QDIAG = os.path.join(os.environ.get("top_builddir", "."), "qdiag")
COMPILER = shutil.which("x86_64-w64-mingw32-gcc")
WINE = next((p for p in (shutil.which("wine64"), "/usr/lib/wine/wine64", shutil.which("wine"))
             if p and os.path.exists(p)), None)


def fnv(data):
    h = 0xCBF29CE484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def lines(node, path=""):
    """What the program prints, from the text alone; in no order."""
    out = []
    for child in node.children:
        where = path + "/" + child.name
        if isinstance(child, Storage):
            out += [where + "/"] + lines(child, where)
        else:
            out.append("%s %d %016x" % (where, len(child.data), fnv(child.data)))
    return out


def run(*cmd):
    p = subprocess.run(cmd, capture_output=True, timeout=300)
    if p.returncode != 0:
        raise SystemExit("%s: status %d\n%s" % (" ".join(cmd), p.returncode, p.stderr.decode()))
    return p.stdout.decode()


def windows(path):
    return "Z:" + path.replace("/", "\\")


def same(name, what, got, want):
    if sorted(got) != sorted(want):
        odd = sorted(set(got) ^ set(want))
        raise SystemExit("FAILED: %s: %s: %d lines instead of %d, first %s"
                         % (name, what, len(got), len(want), odd[:2]))


def one(text, name, folder, program):
    x, q, copy, back = (os.path.join(folder, name + end) for end in
                        (".xqcn", ".qcn", ".copy.qcn", ".back.xqcn"))
    with open(x, "wb") as f:
        f.write(text)
    want = lines(parse(text))
    run(QDIAG, "convert", x, q)
    same(name, "Wine reads other contents", run(WINE, program, windows(q), windows(copy)).splitlines(), want)
    run(QDIAG, "check", copy)
    run(QDIAG, "convert", copy, back)
    with open(back, "rb") as f:
        same(name, "qdiag reads other contents from Wine's file", lines(parse(f.read())), want)
    print("%s: %d elements; Wine's own file of them has %d bytes, ours %d"
          % (name, len(want), os.path.getsize(copy), os.path.getsize(q)), flush=True)


def main():
    if not WINE or not COMPILER:
        print("skipped: needs wine64 and gcc-mingw-w64-x86-64")
        return 77
    with tempfile.TemporaryDirectory(prefix="qdiag-wine.") as folder:
        os.environ.update(WINEPREFIX=folder + "/prefix", DISPLAY="", WINEDEBUG="-all")
        program = folder + "/wine_storage.exe"
        run(COMPILER, "-municode", "-O1", "-Wall", "-Wextra", "-Werror", "-o", program,
            HERE + "/wine_storage.c", "-lole32", "-luuid")
        try:
            run(WINE, "wineboot", "-i")
            for path in sorted(glob.glob(os.path.join(HERE, "../../qcn-samples/good/t[12].xqcn"))) + [
                    os.path.join(HERE, "../../qcn-samples/good/%s.xqcn" % n)
                    for n in ("sizes", "subscriptions", "rf-only", "qpst-378")]:
                with open(path, "rb") as f:
                    one(f.read(), os.path.basename(path)[:-5], folder, program)
            for n in (500, 5000):
                one(xqcn_form.text(corpora.tree(n)), "files-%d" % n, folder, program)
        finally:
            subprocess.run([WINE + "server" if os.path.exists(WINE + "server") else
                            "/usr/lib/wine/wineserver64", "-w"], check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
