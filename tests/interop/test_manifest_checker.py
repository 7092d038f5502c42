#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check_manifest.py checked: a right manifest passes, each wrong one is found by its own message."""
import hashlib
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_checkers as t              # noqa: E402
import xqcn_text                       # noqa: E402

SALT = bytes(range(16))


def sha(data):
    return hashlib.sha256(data).hexdigest()


def listed(node, path):
    out = []
    for child in node.children:
        at = path + [child.name]
        if isinstance(child, xqcn_text.Stream):
            out.append({"path": "/".join(at), "size": len(child.data), "sha256": sha(child.data)})
        else:
            out += listed(child, at)
    return out


def right(raw):
    imei = "001234567890128"
    return {"schema": "qdiag.manifest/1",
            "file": {"name": "out.xqcn", "size": len(raw), "sha256": sha(raw), "container": "xqcn"},
            "firmware": {"software": "TESTFW01A01"},
            "unit": {"salt": SALT.hex(), "imei": [
                {"sub": 0, "sha256": sha(SALT + imei.encode()), "last4": imei[-4:]}]},
            "completeness": {"complete": True, "unreadable": []},
            "streams": listed(xqcn_text.parse(raw), [])}


FAULTS = (   # what to do to the manifest, what the checker must say
    (lambda m: m.update(schema="qdiag.manifest/2"), "schema"),
    (lambda m: m["file"].update(name="other.xqcn"), "file.name"),
    (lambda m: m["file"].update(size=1), "file.size"),
    (lambda m: m["file"].update(sha256="0" * 64), "file.sha256"),
    (lambda m: m["file"].update(container="qcn"), "file.container"),
    (lambda m: m["completeness"].update(complete=False), "complete"),
    (lambda m: m["completeness"].update(unreadable=[{"kind": "nv"}]), "unreadable"),
    (lambda m: m["firmware"].update(software="X"), "software"),
    (lambda m: m["streams"].pop(), "number of streams"),
    (lambda m: m["streams"][0].update(sha256="0" * 64), "stream"),
    (lambda m: m["streams"][0].update(path="default/x"), "stream"),
    (lambda m: m["unit"]["imei"].pop(), "IMEI evidence of subscription 0"),
    (lambda m: m["unit"]["imei"][0].update(sha256="0" * 64), "IMEI evidence of subscription 0"),
    (lambda m: m["unit"]["imei"].append({"sub": 1, "sha256": "", "last4": "0000"}),
     "IMEI evidence of subscription 1"),
    (lambda m: m.update(note="001234567890128"), "IMEI in clear text"),
    (lambda m: m.pop("streams"), "KeyError"),
)


def main():
    with tempfile.TemporaryDirectory(prefix="qdiag-manifests-") as tmp:
        unit, name = os.path.join(tmp, "unit"), os.path.join(tmp, "out.xqcn")
        t.make_unit(unit)
        raw = t.text_of(t.right_parts())
        t.put(tmp, "out.xqcn", raw)
        for number, (spoil, word) in enumerate(((lambda m: None, None),) + FAULTS):
            manifest = right(raw)
            spoil(manifest)
            t.put(tmp, "out.xqcn.manifest.json", json.dumps(manifest).encode())
            ran = t.run("check_manifest.py", unit, name)
            good = ran.returncode == 0 if word is None else (
                ran.returncode == 1 and "DIFFERENT " in ran.stdout and word in ran.stdout)
            t.ok(good, "fault %d (%s): %s%s" % (number, word, ran.stdout, ran.stderr))
        print("%d wrong manifests found" % len(FAULTS))
    return 1 if t.FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
