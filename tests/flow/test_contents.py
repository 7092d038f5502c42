#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# show, diff and the verdict of check, end to end: classes, names, values, byte ranges, exit codes; and that
# no identity, code or address leaves unless asked for, in text or JSON, as digits or as bytes.
import json
import os
import struct
import subprocess
import sys

TOP_SRC = os.environ.get("top_srcdir", ".")
sys.path.insert(0, os.path.join(TOP_SRC, "tests", "fault"))
from rig import QDIAG, Sim, backup, main, pattern, put, qdiag, read, small_unit  # noqa: E402

SAMPLES = os.path.join(TOP_SRC, "qcn-samples")
RANGE = ("--nv-range", "0-10500")
NAMES = {"QDIAG_NAMES": os.path.join(TOP_SRC, "data", "names.tsv")}
NO_NAMES = {"QDIAG_NAMES": "/nonexistent/names.tsv"}
ICCID = "89000000000000000015"
NV = {(0, "1943"): bytes.fromhex("debc0a452301af00"), (0, "0"): bytes.fromhex("28b11680"),
      (0, "82"): b"2468", (0, "85"): b"135791", (0, "923"): bytes.fromhex("a1a2a3a4a5a6a7a8"),
      (0, "447"): bytes.fromhex("c1c2c3c4c502"), (0, "4678"): bytes.fromhex("02d1d2d3d4d5"),
      (0, "4184"): pattern(77, 24), (0, "6828"): bytes.fromhex("4500080000000000"),
      (0, "853"): bytes.fromhex("0162f210"), (0, "4953"): pattern(78, 42)}
FILES = {"/nv/item_files/mcfg/cards/" + ICCID: b"x",
         "/nv/item_files/ims/who": b"sip:001001000000015@example.org",
         "/nv/item_files/ims/packed": b"\x01\x02" + bytes.fromhex("0a10000100000051") + b"\xff",
         "/pdp_profiles/profile1": b"apn\0user\0hunter2-password",
         "/nvm/num/550": bytes.fromhex("080a10000100000051"),
         "/nv/item_files/rfnv/00020993": bytes.fromhex("0100ff00"),
         "/sd/rplmn": b"\x01\x02\x03"}
# What must not be seen: the digits, and the bytes as hex in any grouping.
SECRETS = ["001001000000015", "00100100000001", "001001000000114", "af0123450abcde", "8016b128",
           "2468", "135791", ICCID, "hunter2", "080a100001000000", "0a1000010000005", "debc0a452301",
           "28b11680", "313335373931", "32343638", "a1a2a3a4", "c1c2c3c4", "c4c3c2c1", "02d1d2d3",
           pattern(77, 24)[:6].hex(), b"hunter2".hex(), b"001001".hex(), "89000000000"]


def unit(work, name="u", nv=None, files=None, **kw):
    return small_unit(work + "/" + name, nv={**NV, **(nv or {})},
                      files={**FILES, **(files or {})}, **kw)


def make(work, name="a", **kw):
    out = "%s/%s.xqcn" % (work, name)
    with Sim(unit(work, "unit-" + name, **kw)) as sim:
        backup(sim, out, *RANGE, check=0)
    return out


def assert_clean(text):
    """No secret in the text; nor in the text without anything between hex digits."""
    low = text.lower()
    packed = "".join(c for c in low if c not in " \n\t:-")
    for s in SECRETS:
        assert s.lower() not in low, s
        # Short numbers turn up in sizes and offsets once the blanks are gone.
        assert len(s) < 8 or s.lower() not in packed, s


def items(a):
    return {i["key"]: i for i in a["items"]}


def test_masking(work):
    a = make(work)
    b = make(work, "b", nv={(0, "550"): bytes.fromhex("080a100001000000 32".replace(" ", "")),
                            (0, "85"): b"135792", (0, "447"): bytes.fromhex("c1c2c3c4c503"),
                            (0, "923"): bytes.fromhex("a1a2a3a4a5a6a7a9")},
             files={"/nv/item_files/ims/who": b"sip:001001000000023@example.org",
                    "/pdp_profiles/profile1": b"apn\0user\0hunter2-other"})
    for env in (NAMES, NO_NAMES):
        for args in (("show", a), ("show", a, "-v"), ("show", a, "--json"),
                     ("show", a, "--json", "-v"), ("show", a, "*550*", "-v"), ("show", a, "550"),
                     ("show", a, "secret", "-v"), ("show", a, "/nv/item_files/*", "-v"),
                     ("show", a, "-vvvv"), ("show", a, "--json=lines")):
            p = qdiag(*args, env=env, check=0)
            assert_clean(p.stdout + p.stderr)
        for args in (("diff", a, b), ("diff", a, b, "--json"), ("diff", a, b, "-v"),
                     ("diff", a, b, "--only", "identity"), ("diff", b, a, "--volatile", "--json")):
            p = qdiag(*args, env=env, check=11)
            assert_clean(p.stdout + p.stderr)
            assert "001001000000023" not in p.stdout + p.stderr
    log = work + "/log"
    p = qdiag("show", a, "-vvvv", "--log-file", log, "--capture", check=None)
    assert p.returncode == 2
    qdiag("show", a, "-vvvv", "--log-file", log, check=0)
    assert_clean(read(log).decode())


def test_masking_of_file_names(work):
    """A file that is named after its unit."""
    a = work + "/001001000000015.xqcn"
    os.rename(make(work), a)
    for args, code in ((("show", a), 0), (("show", a, "--json"), 0), (("diff", a, a), 0),
                       (("diff", a, a, "--json"), 0), (("show", a, "none"), 1),
                       (("show", a + "x", "--json"), 12), (("diff", a, a + "x", "--json"), 12)):
        p = qdiag(*args, check=code)
        assert_clean(p.stdout + p.stderr)


def test_show_identity(work):
    """The same output with --show-identity holds them: the masking test can fail."""
    a = make(work)
    text = qdiag("show", a, "-v", "--show-identity", env=NAMES, check=0).stdout
    for s in ("001001000000015", "AF0123450ABCDE", "8016B128", "service code 135791",
              "lock code 2468", ICCID, "02:c5:c4:c3:c2:c1", "02:d1:d2:d3:d4:d5",
              "08 0a 10 00 01 00 00 00 51"):
        assert s in text, s
    j = items(json.loads(qdiag("show", a, "--json", "--show-identity", check=0).stdout))
    assert j["nv:0:85"]["hex"] == b"135791".hex() and j["nv:0:85"]["private"] is True


def test_values(work):
    a = make(work)
    got = json.loads(qdiag("show", a, "--json", env=NAMES, check=0).stdout)
    assert got["schema"] == "qdiag.show/1" and got["redacted"] is False
    j = items(got)
    for key, cls, value in (("nv:0:550", "identity", "IMEI …0015"),
                            ("nv:1:550", "identity", "IMEI …0114"),
                            ("nv:2:550", "identity", "IMEI blank"),
                            ("nv:0:1943", "identity", "MEID …BCDE"),
                            ("nv:0:447", "identity", "Bluetooth address …c1"),
                            ("nv:0:85", "secret", "service code hidden"),
                            ("nv:0:923", "subscriber", "hidden"),
                            ("nv:0:571", "calibration",
                             "RF calibration date bytes 21 5E 01 02"),
                            ("nv:0:6828", "rf_config", "LTE bands 1 3 7 20"),
                            ("nv:0:453", "firmware", "factory test mode off"),
                            ("efs:/nv/item_files/rfnv/00020993", "rf_config",
                             "LTE band 2 maximum power 25.5 dBm"),
                            ("efs:/pdp_profiles/profile1", "data", "hidden"),
                            ("efs:/nv/item_files/ims/who", "network", "hidden"),
                            ("efs:/nv/item_files/ims/packed", "network", "hidden"),
                            ("property:software", "firmware", "EG95EFBR06A08M4G"),
                            ("property:esn", "identity", "…B128")):
        assert (j[key]["class"], j[key]["value"]) == (cls, value), j[key]
    assert j["nv:0:571"]["name"] == "NV_RF_CAL_DATE_I" and j["nv:0:571"]["hex"] == "215e0102"
    assert j["nv:0:550"]["hex"] is None and j["nv:0:550"]["private"] is True
    assert j["nv:0:1014:3"]["index"] == 3 and j["nv:0:1014:3"]["hex"] == "03a3"
    assert j["efs:/nv/item_files/rfnv/00020000"]["size"] == 3000
    assert j["efs:/nv/item_files/rfnv/00020000"]["hex"] is None
    assert j["nv:0:11"]["label"] == "network" and j["nv:0:11"]["class"] == "unknown"
    assert "efs:/nv/item_files/mcfg/cards/<20 digits>" in j
    assert len(j) == len(got["items"])


def test_patterns(work):
    a = make(work)

    def keys(pattern):
        return set(items(json.loads(qdiag("show", a, pattern, "--json", env=NAMES,
                                          check=0).stdout)))

    assert keys("550") == {"nv:0:550", "nv:1:550", "nv:2:550", }
    assert keys("nv:0:1014*") == {"nv:0:1014"} | {"nv:0:1014:%d" % i for i in range(1, 6)}
    assert keys("nv_rf_cal_date*") == {"nv:0:571"}
    assert keys("lte_bandpref") == {"efs:/nv/item_files/modem/mmode/lte_bandpref"}
    assert "nv:0:4953" in keys("calibration") and "nv:0:550" not in keys("calibration")
    p = qdiag("show", a, "no-such-thing", check=1)
    assert p.stdout == "" and "nothing in the file matches" in p.stderr
    assert json.loads(qdiag("show", a, "99", "--json", check=1).stdout)["error"]["name"] == "absent"


def raw(a, key, *args, check=0):
    p = subprocess.run([QDIAG, "show", a, "--raw", key, *args], capture_output=True)
    assert p.returncode == check, (key, p.returncode, p.stderr)
    return p.stdout


def test_raw(work):
    a = make(work)
    assert raw(a, "nv:0:571") == b"\x21\x5e\x01\x02" + bytes(124)
    assert raw(a, "nv:0:1014:3") == b"\x03\xa3" + bytes(126)
    assert raw(a, "efs:/nv/item_files/rfnv/00020000") == pattern(1, 3000)
    assert raw(a, "efs:nv//item_files/rfnv/00020002") == b""
    assert raw(a, "efs:/nv/item_files/ims/a@Provisioning_Item_Files") == b"\x01"
    assert raw(a, "stream:/File_Version") == bytes.fromhex("020000000000")
    for key in ("nv:0:550", "nv:0:85", "nv:0:82", "efs:/pdp_profiles/profile1",
                "efs:/nv/item_files/ims/who", "efs:/nv/item_files/ims/packed", "efs:/cert/c",
                "stream:/00009607/default/NV_NUMBERED_ITEMS/NV_ITEM_ARRAY",
                "stream:/00009607/default/EFS_Backup/EFS_Data/00000000",
                "stream:/00009607/default/Mobile_Property_Info"):
        assert raw(a, key, check=5) == b"", key
        assert len(raw(a, key, "--show-identity")) > 0
    assert raw(a, "nv:0:550", "--show-identity")[:9].hex() == "080a10000100000051"
    for key in ("nv:0:9999", "nv:0:571:1", "efs:/none", "stream:/none", "stream:/00009607",
                "efs:/nv/item_files/ims/a@NV_Items"):
        assert raw(a, key, check=1) == b"", key
    for key in ("550", "nv:550", "nv:3:550", "nv:0:70000", "nv:0:550:", "nv:0:550x", "efs:"):
        assert raw(a, key, check=2) == b"", key


def test_diff(work):
    a = make(work)
    b = make(work, "b", nv={(0, "571"): b"\x21\x5f\x01\x03", (0, "853"): b"\x02",
                            (0, "9"): b"\x01", (0, "550"): bytes.fromhex("080a10000100000032")},
             files={"/nv/item_files/rfnv/00020001": pattern(2, 1024)[:-1] + b"\x00\x00",
                    "/nv/item_files/ims/a_Subscription01": None, "/nv/item_files/ims/new": b"n"})
    assert qdiag("diff", a, a, check=0).stdout.startswith("0 items differ, ")
    assert qdiag("diff", a, a, "-q", check=0).stdout == ""
    p = qdiag("diff", a, b, "-q", check=11)
    assert p.stdout == "" and p.stderr == ""
    got = json.loads(qdiag("diff", a, b, "--json", env=NAMES, check=11).stdout)
    d = {x["key"]: x for x in got["differences"]}
    assert set(d) == {"nv:0:571", "nv:0:853", "nv:0:9", "nv:0:550",
                      "efs:/nv/item_files/rfnv/00020001", "efs:/nv/item_files/ims/new",
                      "efs:/nv/item_files/ims/a_Subscription01"}, set(d)
    assert got["counted"] == 6 and got["volatile"] == 1
    assert got["by_class"] == {"identity": 1, "calibration": 1, "rf_config": 1, "network": 2,
                               "volatile": 1, "firmware": 1}
    assert d["nv:0:571"]["ranges"] == [
        {"offset": 1, "length": 1, "first_a": "5e", "first_b": "5f"},
        {"offset": 3, "length": 1, "first_a": "02", "first_b": "03"}]
    r = d["efs:/nv/item_files/rfnv/00020001"]
    assert (r["size_a"], r["size_b"], r["bytes"]) == (1024, 1025, 2)
    assert [(x["offset"], x["length"]) for x in r["ranges"]] == [(1023, 2)]
    assert d["nv:0:550"]["ranges"][0]["first_a"] is None and d["nv:0:550"]["ranges"][0]["offset"] == 8
    assert (d["nv:0:550"]["value_a"], d["nv:0:550"]["value_b"]) == ("IMEI …0015", "IMEI …0023")
    assert d["efs:/nv/item_files/ims/new"]["change"] == "only_in_second"
    assert d["efs:/nv/item_files/ims/a_Subscription01"]["change"] == "only_in_first"
    assert d["nv:0:853"]["volatile"] is True


def test_diff_containers(work):
    """One backup in every kind of file: nothing differs; one byte changed: the same in all."""
    a = make(work)
    b = make(work, "b", nv={(0, "571"): b"\x22\x5e\x01\x02"})
    for name in ("c.qcn", "c.tar", "c.tar.gz", "c.xqcn.gz", "c/"):
        c = work + "/" + name
        qdiag("convert", a, c, check=0)
        got = json.loads(qdiag("diff", a, c, "--volatile", "--json", check=0).stdout)
        assert got["differences"] == [] and got["equal"] > 50, (name, got)
        got = json.loads(qdiag("diff", c, b, "--json", check=11).stdout)
        assert [x["key"] for x in got["differences"]] == ["nv:0:571"], (name, got)
        shown = items(json.loads(qdiag("show", c, "--json", check=0).stdout))
        assert shown["nv:0:550"]["value"] == "IMEI …0015"


def test_diff_classes(work):
    a = make(work)
    b = make(work, "b", nv={(0, "853"): b"\x02"})
    c = make(work, "c", nv={(0, "571"): b"\x02"}, files={"/nv/item_files/ims/a": b"\x07"})
    p = qdiag("diff", a, b, check=0)
    assert "volatile: 1, changes by itself, not counted" in p.stdout
    assert "0 items differ" in p.stdout and p.stderr == ""
    qdiag("diff", a, b, "--volatile", check=11)
    qdiag("diff", a, b, "--only", "calibration", check=0)
    qdiag("diff", a, c, "--only", "calibration", check=11)
    p = qdiag("diff", a, c, "--only", "identity", check=0)
    assert "2 different in other classes" in p.stdout
    qdiag("diff", a, c, "--only", "carrier", check=11)
    p = qdiag("diff", a, c, "--only", "config", check=0)
    qdiag("diff", a, c, "--only", "nonsense", check=2)
    qdiag("diff", a, work + "/none", check=12)
    put(work + "/bad", b"\0" * 2000)
    qdiag("diff", a, work + "/bad", check=10)


def check(path, code=0):
    return json.loads(qdiag("check", path, "--json", check=code).stdout)


def test_check_verdict(work):
    a = make(work)
    got = check(a)
    assert (got["would_restore"], got["would_restore_why"]) == \
        ("yes", "to the unit it was taken from, on the same firmware"), got
    assert got["findings"] == [] and got["factory_test_mode"] is False
    assert got["nv_arrays"] == [True] * 3 and got["property_info"] and got["feature_mask"]
    assert got["rfnv_files"] == 3 and got["tcxomgr_files"] == 1 and got["redacted"] is False
    assert "restores   yes" in qdiag("check", a, check=0).stdout
    os.rename(a + ".manifest.json", work + "/kept")
    got = check(a)
    assert got["would_restore"] == "cannot_tell" and "no manifest" in got["would_restore_why"]


def test_check_identity(work):
    blank = {(0, "550"): b"\x08\x0a", (1, "550"): b"\x08\x0a"}
    got = check(make(work, "blank", nv=blank))
    assert got["would_restore"] == "no" and "no usable IMEI" in got["would_restore_why"]
    assert got["findings"] == ["the IMEI of subscription 0 is blank"]
    got = check(make(work, "damaged", nv={(0, "550"): bytes.fromhex("780a10000100000051")}))
    assert got["would_restore"] == "cannot_tell" and "damaged" in got["would_restore_why"]
    assert any("is damaged" in f for f in got["findings"])
    alone = {(0, "1943"): bytes(8), (0, "0"): bytes(4), (0, "447"): bytes(6), (0, "4678"): bytes(6)}
    got = check(make(work, "alone", nv=alone))
    assert got["would_restore"] == "cannot_tell"
    assert got["would_restore_why"] == "the IMEI is the only evidence of the unit in it"
    got = check(make(work, "copies", nv={(0, "5598"): bytes.fromhex("0102030405060700")}))
    assert got["findings"] == ["items 1943 and 5598 should be copies and differ"]


def test_check_masks_texts(work):
    """What a tool wrote as version and client is shown without long numbers, in text and in JSON."""
    text = read(SAMPLES + "/good/t2.xqcn")
    for plain, longer in ((b"TESTFW01A01", b"FW 001001000000015"), (b"qdiag test", b"tool 001001000000114")):
        old, new = (struct.pack("<H", len(v)) + v for v in (plain, longer))
        text = text.replace(old.hex(" ").upper().encode(), new.hex(" ").upper().encode())
    text = text.replace(b"Length='33' Name='Mobile", b"Length='50' Name='Mobile")
    put(work + "/t.xqcn", text)
    for more in ((), ("--json",)):
        p = qdiag("check", work + "/t.xqcn", *more)
        assert p.returncode == 0, p.stderr
        assert "FW <15 digits>" in p.stdout and "tool <15 digits>" in p.stdout, p.stdout
        assert_clean(p.stdout)
        assert "001001000000114" in qdiag("check", work + "/t.xqcn", "--show-identity", *more).stdout


def test_check_parts(work):
    bare = {p: None for p in ("/nv/item_files/rfnv/00020000", "/nv/item_files/rfnv/00020001",
                              "/nv/item_files/rfnv/00020993",
                              "/nv/item_files/mcs/tcxomgr/field_cal_params")}
    got = check(make(work, "bare", files=bare, nv={(0, "453"): b"\1"}))
    assert got["would_restore"] == "cannot_tell"
    assert got["would_restore_why"] == "no RF calibration is in it"
    assert got["factory_test_mode"] is True and got["rfnv_files"] == 0
    assert got["findings"] == [
        "no RF files (rfnv): the RF calibration is not in this file",
        "no crystal calibration (tcxomgr)",
        "item 453 is 1: the unit was in factory test mode when this was saved"]
    a = make(work)
    put(work + "/less.xqcn", read(a).replace(b"Name='Mobile_Property_Info'", b"Name='Other'")
        .replace(b"Name='NV_ITEM_ARRAY_SIM_2'", b"Name='NV_ITEM_ARRAY_SIM_9'"))
    got = check(work + "/less.xqcn")
    assert got["nv_arrays"] == [True, True, False] and got["property_info"] is False
    assert got["findings"] == ["no array of NV items for subscription 2",
                               "no Mobile_Property_Info: model and firmware are not known"]
    p = qdiag("show", work + "/less.xqcn", check=0)
    assert "stream:/00009607/default/NV_NUMBERED_ITEMS/NV_ITEM_ARRAY_SIM_9" in p.stdout
    assert_clean(p.stdout + qdiag("show", work + "/less.xqcn", "-v", "--json", check=0).stdout)
    d = json.loads(qdiag("diff", a, work + "/less.xqcn", "--json", check=11).stdout)
    keys = [x["key"] for x in d["differences"]]
    assert "stream:/00009607/default/Other" in keys and "nv:2:550" in keys, keys
    assert_clean(json.dumps(d))


def test_names_change_text_only(work):
    """Without names, with a damaged file, with a wrong one: same items, same classes, same codes."""
    a = make(work)
    b = make(work, "b", nv={(0, "571"): b"\x02", (0, "11"): b"\x03"})
    put(work + "/bad.tsv", b"nv\t550\n")
    put(work + "/wrong.tsv", b"nv\t550\tNV_NOISE_I\taudio\nnv\t11\tNV_X\tidentity\n"
        b"nv\t571\tNV_Y\tsecurity/lock\n")

    def seen(env):
        p = qdiag("show", a, "--json", env=env, check=0)
        assert_clean(p.stdout)
        show = [(i["key"], i["class"]) for i in json.loads(p.stdout)["items"]]
        d = json.loads(qdiag("diff", a, b, "--json", env=env, check=11).stdout)
        return show, d["counted"], d["by_class"], [x["key"] for x in d["differences"]]

    first = seen(NAMES)
    for env in (NO_NAMES, {"QDIAG_NAMES": work + "/bad.tsv"}, {"QDIAG_NAMES": work},
                {"QDIAG_NAMES": work + "/wrong.tsv"}, {"QDIAG_NAMES": ""}):
        assert seen(env) == first, env
    p = qdiag("show", a, "571", env={"QDIAG_NAMES": work + "/bad.tsv"}, check=0)
    assert "line 1 is no entry" not in p.stdout and "RF calibration date" in p.stdout
    p = qdiag("show", a, "-v", env={"QDIAG_NAMES": work + "/bad.tsv"}, check=0)
    assert "line 1 is no entry" in p.stderr
    # a label may only hide more
    p = qdiag("show", a, "11", "--json", env={"QDIAG_NAMES": work + "/wrong.tsv"}, check=0)
    assert json.loads(p.stdout)["items"][0]["value"] == "hidden"
    p = qdiag("show", a, "571", "--json", env={"QDIAG_NAMES": work + "/wrong.tsv"}, check=0)
    assert json.loads(p.stdout)["items"][0]["value"].startswith("RF calibration date")


if __name__ == "__main__":
    sys.exit(main([test_masking, test_masking_of_file_names, test_show_identity, test_values,
                   test_patterns, test_raw, test_diff, test_diff_classes, test_diff_containers, test_check_verdict,
                   test_check_identity, test_check_masks_texts, test_check_parts, test_names_change_text_only]))
