#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compound files that other people's writers made, read by qdiag: gsf lays samples out anew (storages as
linked lists, other orders), and python3-olefile changes a stream in place. Check must accept them, a
conversion must hold every stream, and diff must see exactly what was changed."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.environ.get("top_srcdir", os.path.join(HERE, "../..")), "qcn-samples")]
import cfb_form  # noqa: E402
import cfb_steps  # noqa: E402
import good_samples  # noqa: E402
import xqcn_form  # noqa: E402
from qcn_tree import flat, t1, t2  # noqa: E402

QDIAG = os.path.join(os.environ.get("top_builddir", "."), "qdiag")
TREES = (("t1", t1), ("t2", t2), ("sizes", good_samples.sizes), ("qpst-378", good_samples.qpst_378),
         ("subscriptions", good_samples.subscriptions), ("octopus", good_samples.octopus),
         ("unknown", good_samples.unknown), ("wide", lambda name: good_samples.wide_tree(400)))
CHANGED = "/00024628/default/EFS_Backup/EFS_Data/00000001"
CHANGE = "import olefile, sys\no = olefile.OleFileIO(sys.argv[1], write_mode=True)\n" \
         "s = sys.argv[2][1:].split('/')\no.write_stream(s, o.openstream(s).read()[::-1])\no.close()\n"


def python_with_olefile():
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import olefile"], capture_output=True, check=False).returncode == 0:
            return python
    return None


def qdiag(*args, code=0):
    p = subprocess.run([QDIAG, *args], capture_output=True, check=False)
    assert p.returncode == code, "%s: exit %d\n%s%s" % (args, p.returncode, p.stdout.decode(), p.stderr.decode())
    return p.stdout.decode()


def gsf_writes(folder, path, want):
    """The tree as files, and gsf's own writer over them."""
    place = folder + "/tree"
    shutil.rmtree(place, ignore_errors=True)
    os.mkdir(place)
    for name, data in sorted(want.items()):
        if data is None:
            os.mkdir(place + name)
        else:
            with open(place + name, "wb") as f:
                f.write(data)
    subprocess.run(["gsf", "createole", path, *sorted(os.listdir(place))], cwd=place, check=True,
                   capture_output=True)


def holds(folder, path, want):
    qdiag("check", path)
    out = folder + "/out.xqcn"
    qdiag("convert", path, out)
    with open(out, "rb") as f:
        assert flat(xqcn_form.read(f.read())) == want, path
    qdiag("diff", path, out)
    for name in os.listdir(folder):
        if name.startswith("out.xqcn"):
            os.unlink(folder + "/" + name)


def main():
    python = python_with_olefile()
    missing = ([] if shutil.which("gsf") else ["gsf"]) + ([] if python else ["olefile"])
    if missing:
        print("not there: " + ", ".join(missing))
        return 1 if os.environ.get("CI") == "true" else 77
    with tempfile.TemporaryDirectory(prefix="qdiag-writers-") as tmp:
        for name, make in TREES:
            want = flat(make(""))
            gsf_writes(tmp, tmp + "/gsf.qcn", want)
            holds(tmp, tmp + "/gsf.qcn", want)
            print("%s: %d elements from gsf" % (name, len(want)))
        for write in (cfb_form.write, cfb_steps.write):
            path, before, want = tmp + "/ole.qcn", tmp + "/before.qcn", flat(t2())
            for where in (path, before):
                with open(where, "wb") as f:
                    f.write(write(t2()))
            assert len(want[CHANGED]) == 4096
            want[CHANGED] = want[CHANGED][::-1]
            subprocess.run([python, "-c", CHANGE, path, CHANGED], check=True)
            holds(tmp, path, want)
            seen = qdiag("diff", before, path, code=11)
            assert seen.count("rfnv/00020000") == 1 and "rfnv/00020001" not in seen, seen
        print("t2: one stream changed in place by olefile")
    return 0


if __name__ == "__main__":
    sys.exit(main())
