#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check_manifest.py UNIT_FOLDER FILE.xqcn: does FILE.xqcn.manifest.json describe this file and a
complete backup of this unit, without giving the identity away? Exit 1 with each difference named."""
import hashlib
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import xqcn_text                       # noqa: E402
from unit_folder import UnitFolder     # noqa: E402


def digest(data):
    return hashlib.sha256(data).hexdigest()


def streams(node, path=""):
    """(path, data) of every stream, depth first; paths begin below the root storage."""
    for child in node.children:
        at = path + "/" + child.name
        if isinstance(child, xqcn_text.Stream):
            yield at.strip("/"), child.data
        else:
            yield from streams(child, at)


def imei(data):
    """The digits of NV 550, or None when it is blank."""
    if data is None or data[0] != 8:
        return None
    nibbles = "".join("%x%x" % (b & 15, b >> 4) for b in data[1:9])
    return nibbles[1:] if nibbles[1:].isdigit() and nibbles[1:].strip("0") else None


def compare(unit, raw, text, name):
    """Yields (what, got, want)."""
    m = json.loads(text)
    root = xqcn_text.parse(raw)
    yield "schema", m["schema"], "qdiag.manifest/1"
    yield "file.name", m["file"]["name"], os.path.basename(name)
    yield "file.size", m["file"]["size"], len(raw)
    yield "file.sha256", m["file"]["sha256"], digest(raw)
    yield "file.container", m["file"]["container"], "xqcn"
    yield "complete", m["completeness"]["complete"], True
    yield "unreadable", m["completeness"]["unreadable"], []
    yield "software", m["firmware"]["software"], unit.conf["ext_build"]
    want = [(path, len(data), digest(data)) for path, data in streams(root)]
    got = [(s["path"].strip("/"), s["size"], s["sha256"]) for s in m["streams"]]
    yield "number of streams", len(got), len(want)
    for a, b in zip(sorted(got), sorted(want)):
        if a != b:
            yield "stream", a, b
    salt = bytes.fromhex(m["unit"]["salt"])
    known = {e["sub"]: (e["sha256"], e["last4"]) for e in m["unit"]["imei"]}
    for sub in range(3):
        digits = imei(unit.nv[sub].get((550, None)))
        want = (digest(salt + digits.encode()), digits[-4:]) if digits else None
        yield "IMEI evidence of subscription %d" % sub, known.get(sub), want
        yield "IMEI in clear text", bool(digits) and digits in text, False


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: check_manifest.py UNIT_FOLDER FILE.xqcn")
    name = sys.argv[2]
    with open(name, "rb") as f:
        raw = f.read()
    with open(name + ".manifest.json", encoding="utf-8") as f:
        text = f.read()
    bad = 0
    try:
        for what, got, want in compare(UnitFolder(sys.argv[1]), raw, text, name):
            if got != want:
                bad += 1
                print("DIFFERENT %s: is %r, should be %r" % (what, got, want))
    except (KeyError, TypeError, ValueError, xqcn_text.Damaged) as why:
        bad += 1
        print("DIFFERENT manifest: %s: %s" % (type(why).__name__, why))
    print("%s.manifest.json: %d differences" % (os.path.basename(name), bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
