# SPDX-License-Identifier: BSD-3-Clause
"""The files that the benchmark reads: the same bytes every time, contents that compress badly, headers and
paths that pass the content rules. Written by the sample maker's writers, not by qdiag."""
import math
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../qcn-samples"))
import cfb_form  # noqa: E402
import xqcn_form  # noqa: E402
from qcn_tree import GPS, IMEI, build, record  # noqa: E402

FIXED_SIZES = {3: 4095, 4: 4096, 5: 8192, 6: 1, 7: 64, 8: 512, 9: 0}
RECORDS = 5000


def path_of(rng, i):
    """A path that makes its EFS_Dir stream 28 to 68 bytes long, header included."""
    name = "/nv/item_files/rfnv/"
    return name[:28 - 8 - 8] + "x" * rng.randint(0, 40) + "%08d" % i


def tree(n, extra=(), seed=1):
    rng = random.Random(seed)
    nv = b"".join(record(550 if i == 0 else 10000 + i, IMEI if i == 0 else rng.randbytes(128))
                  for i in range(RECORDS))
    files = []
    for i in range(n):
        size = FIXED_SIZES.get(i, int(math.exp(rng.random() * math.log(8192))))
        files.append((path_of(rng, i), rng.randbytes(size), GPS))
    for i, size in enumerate(extra):
        files.append((path_of(rng, n + i), rng.randbytes(size), GPS))
    return build("bench.xqcn", nv=(nv, b"", b""), efs=files)


def value(size):
    return build("value.xqcn", nv=(record(550, IMEI), b"", b""),
                 efs=[("/nv/item_files/rfnv/00020000", random.Random(2).randbytes(size), GPS)])


CORPORA = {
    "wide40.xqcn": lambda: xqcn_form.text(tree(13000)),
    "wide40.qcn": lambda: cfb_form.write(tree(13000)),
    "fat40.xqcn": lambda: xqcn_form.text(tree(500, extra=[3000000] * 4)),
    "fat40.qcn": lambda: cfb_form.write(tree(500, extra=[3000000] * 4)),
    "tree20000.qcn": lambda: cfb_form.write(tree(20000)),
    "tree40000.qcn": lambda: cfb_form.write(tree(40000)),
    "tree20000.xqcn": lambda: xqcn_form.text(tree(20000)),
    "tree40000.xqcn": lambda: xqcn_form.text(tree(40000)),
    "value6.xqcn": lambda: xqcn_form.text(value(6000000)),
    "value12.xqcn": lambda: xqcn_form.text(value(12000000)),
}


def make(folder):
    """Writes what is not there yet; {name: (path, size)}."""
    os.makedirs(folder, exist_ok=True)
    out = {}
    for name, data in CORPORA.items():
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            with open(path + ".new", "wb") as f:
                f.write(data())
            os.rename(path + ".new", path)
        out[name] = (path, os.path.getsize(path))
    return out
