#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# redact, end to end: no value of the unit stays in the copy in any form (text, wide text, hex, two digits
# to a byte, both byte orders); the structure and everything else does; the copy says what it is.
import json
import os
import sys
import xml.etree.ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from test_contents import ICCID, assert_clean, check, items, make  # noqa: E402
from rig import main, pattern, put, qdiag, read  # noqa: E402


# Values of the unit in every form in which they might have stayed.
def forms(value):
    """value: digits, or bytes."""
    if isinstance(value, bytes):
        for b in (value, value[::-1]):
            yield b
            yield b.hex().encode()
            yield b.hex().upper().encode()
        return
    yield value.encode()
    yield value.encode("utf-16-le")
    yield value.encode().hex().encode()
    for start in (0, 1):
        body = value[start:start + 12]
        high = bytes.fromhex(body)
        low = bytes.fromhex("".join(body[i + 1] + body[i] for i in range(0, 12, 2)))
        for b in (high, low):
            yield b
            yield b.hex().encode()
            yield b.hex().upper().encode()


# Numbers with few zeros: others turn up by chance.
IMEI_NV = {(0, "550"): bytes.fromhex("084a09512430325781"),  # 490154203237518
           (1, "550"): bytes.fromhex("080a10325476981082")}  # 001234567890128
IMEI_FILES = {"/nv/item_files/ims/who": b"sip:490154203237518@example.org",
              "/nv/item_files/ims/packed": b"\x01\x02" + bytes.fromhex("4a09512430325781") + b"\xff",
              "/nv/item_files/ims/text": b"id 0x084A0951243032578100 mac F2:C5:C4:C3:C2:C1"}
OWN = ["49015420323751", "00123456789012", bytes.fromhex("debc0a452301af"),
       bytes.fromhex("28b11680"), bytes.fromhex("c1c2c3c4c5f2"), bytes.fromhex("02d1d2d3d4d5"),
       b"F2:C5:C4:C3:C2:C1", bytes.fromhex("a1a2a3a4a5a6a7a8"), pattern(77, 24), b"135791", b"hunter2", ICCID.encode(),
       b"user\0", pattern(4, 100), bytes.fromhex("0162f210")]


def private(work, name="a", files=None):
    nv = {**IMEI_NV, (0, "447"): bytes.fromhex("c1c2c3c4c5f2")}
    return make(work, name, nv=nv, files={**IMEI_FILES, **(files or {})})


def streams(path):
    """Every stream of an XQCN by its path; independent of the project's reader."""
    out = {}

    def walk(node, at):
        for child in node:
            name = at + "/" + child.get("Name")
            if child.tag == "Stream":
                out[name] = bytes.fromhex(child.get("Value"))
            walk(child, name)

    walk(xml.etree.ElementTree.fromstring(read(path)), "")
    return out


def assert_no_trace(*blobs):
    for value in OWN:
        for f in forms(value):
            for name, b in blobs:
                assert f not in b, (name, f)


def test_redact(work):
    a = private(work, "490154203237518")
    out = work + "/out.xqcn"
    p = qdiag("redact", a, out, check=0)
    assert_clean(p.stdout.replace(out, "") + p.stderr)
    before, after = streams(a), streams(out)
    for value in OWN:  # the test can fail: the source holds every one of them
        assert any(f in b for f in forms(value) for b in before.values()), value
    man = read(out + ".manifest.json")
    assert_no_trace(("text", read(out)), ("manifest", man), *after.items())
    assert oct(os.stat(out).st_mode & 0o777) == "0o600"
    got = json.loads(man)
    assert got["redacted"] is True and got["completeness"]["complete"] is None
    base = "/00009607/default/"
    assert set(before) == set(after)
    for name in before:
        if name != base + "Mobile_Property_Info":
            assert len(before[name]) == len(after[name]), name
    mpi = after[base + "Mobile_Property_Info"]
    assert mpi[:4] == bytes(4) and mpi[4:26] == before[base + "Mobile_Property_Info"][4:26]
    assert mpi.endswith(b" redacted") and b"EG95EFBR06A08M4G" in mpi
    assert after[base + "Feature_Mask"] == before[base + "Feature_Mask"]


def test_redact_keeps_the_rest(work):
    a, out = private(work), work + "/out.xqcn"
    qdiag("redact", a, out, check=0)
    j = items(json.loads(qdiag("show", out, "--json", "--show-identity", "-v", check=0).stdout))
    src = items(json.loads(qdiag("show", a, "--json", "--show-identity", "-v", check=0).stdout))
    for key in ("nv:0:571", "nv:0:4953", "nv:0:6828", "nv:0:1014:3", "nv:1:441", "nv:0:453",
                "efs:/nv/item_files/rfnv/00020000", "efs:/nv/item_files/rfnv/00020993",
                "efs:/nv/item_files/mcs/tcxomgr/field_cal_params", "efs:/nv/item_files/ims/a",
                "efs:/nv/item_files/conf/ims.conf"):
        assert j[key]["hex"] == src[key]["hex"] and j[key]["size"] == src[key]["size"], key
    for key in ("nv:0:550", "nv:1:550", "nv:0:85", "nv:0:82", "nv:0:923", "nv:0:4678", "nv:0:4184",
                "nv:0:853"):
        assert j[key]["hex"] == "", key
    for key in ("efs:/pdp_profiles/profile1", "efs:/cert/c", "efs:/sd/rplmn"):
        assert set(j[key]["hex"]) == {"0"} and j[key]["size"] == src[key]["size"], key
    assert "efs:/nv/item_files/mcfg/cards/" + "0" * 20 in j
    assert bytes.fromhex(j["efs:/nv/item_files/ims/who"]["hex"]) == \
        b"sip:" + bytes(15) + b"@example.org"
    assert bytes.fromhex(j["efs:/nv/item_files/ims/packed"]["hex"])[-8:] == bytes(7) + b"\xff"
    assert j["property:esn"]["value"] == "none" and len(j) == len(src)


def test_redact_is_marked(work):
    a, out = private(work), work + "/out.xqcn"
    qdiag("redact", a, out, check=0)
    got = check(out)
    assert got["redacted"] is True and got["would_restore"] == "no"
    assert got["would_restore_why"] == "it is a redacted copy"
    assert "redacted" in qdiag("check", out, check=0).stdout
    assert "a redacted copy" in qdiag("show", out, check=0).stdout
    assert json.loads(qdiag("show", out, "--json", check=0).stdout)["redacted"] is True
    os.unlink(out + ".manifest.json")
    assert check(out)["redacted"] is True
    qdiag("redact", out, work + "/again.xqcn", check=0)
    assert streams(out) == streams(work + "/again.xqcn")
    got = json.loads(qdiag("redact", a, out, "--json", check=0).stdout)
    assert got["schema"] == "qdiag.redact/1" and got["nv_items"] > 10 and got["paths"] == 1
    assert got["found"] >= 2


def test_redact_forms(work):
    """Other kinds of file, unknown streams and names, paths that would collide."""
    more = {"/nv/item_files/mcfg/cards/89000000000000000999": b"y",
            "/nv/item_files/mcfg/cards/89000000000000000777": b"z"}
    a = private(work, files=more)
    odd = work + "/odd.xqcn"
    put(odd, read(a).replace(
        b"<Storage Name='default'>", b"<Storage Name='default'>\r\n<Stream Length='15' "
        b"Name='of 490154203237518' Value='" +
        b"".join(b"%02X " % c for c in b"490154203237518") + b"'/>", 1))
    for kind in ("xqcn", "qcn", "xqcn.gz", "tar", "tar.gz"):
        out = "%s/r.%s" % (work, kind)
        qdiag("redact", odd, out, check=0)
        back = work + "/back.xqcn"
        qdiag("convert", out, back, check=0)
        got = streams(back)
        assert_no_trace((kind, read(back)), ("raw " + kind, read(out)), *got.items())
        assert_no_trace(("manifest", read(out + ".manifest.json")))
        shown = items(json.loads(qdiag("show", out, "--json", "--show-identity", check=0).stdout))
        cards = [k for k in shown if "/cards/" in k]
        assert sorted(x[-20:] for x in cards) == ["%020d" % i for i in range(3)], cards
        assert any("redacted-0" in n and got[n] == bytes(15) for n in got), sorted(got)[:5]
    folder = work + "/dir/"
    qdiag("redact", odd, folder, check=0)
    blobs = []
    for at, _, names in os.walk(folder):
        blobs += [(n, read(os.path.join(at, n))) for n in names]
        blobs += [("names", " ".join(names).encode() + at[len(work):].encode())]
    assert len(blobs) > 30
    assert_no_trace(*blobs)


def test_redact_refusals(work):
    a = make(work)
    whole = read(a)
    os.symlink(a, work + "/link.xqcn")
    for out in (a, work + "/link.xqcn", work + "/490154203237518.xqcn", work + "/what.kind"):
        p = qdiag("redact", a, out, check=2)
        assert "490154203237518" not in p.stderr
    assert read(a) == whole
    put(work + "/bad.xqcn", whole[:-20])
    qdiag("redact", work + "/bad.xqcn", work + "/x.xqcn", check=10)
    qdiag("redact", work + "/none.xqcn", work + "/x.xqcn", check=12)
    qdiag("redact", a, work + "/none/x.xqcn", check=12)
    assert not os.path.exists(work + "/x.xqcn")
    qdiag("redact", a, check=2)


if __name__ == "__main__":
    sys.exit(main([test_redact, test_redact_keeps_the_rest, test_redact_is_marked, test_redact_forms,
                   test_redact_refusals]))
