# SPDX-License-Identifier: BSD-3-Clause
"""Damaged files, at least one for each rule of the reject list; the number of the rule is in the name.
Each is (name, bytes, words that the refusal must hold: the place, then the rule)."""
import struct
import zlib

import cfb_form
import xqcn_form
from good_samples import RF, qpst_378, stored_gzip
from mutations import CFB, TEXT, change_cfb, change_text
from qcn_tree import (GPS, IMEI, P, Storage, Stream, VERSION, build, config_of, dir_entry, mask,
                      properties, record, records, t1, t2)

NV = "NV_NUMBERED_ITEMS/NV_ITEM_ARRAY"
AT = "/00024628/default/"


def compound():
    raw = cfb_form.write(t2())
    for m in CFB:
        if m.slug:
            yield "r%02d-%s.qcn" % (m.rule, m.slug), change_cfb(raw, m), m.words
    yield "r01-short.qcn", raw[:1000], ("header", "1000 bytes")
    yield "r01-one-byte-more.qcn", raw + b"\0", ("header", "16897 bytes")
    yield "r19-cut.qcn", raw[:16384], ("FAT sector 31", "outside the file")
    yield "r02-difat-too-short.qcn", raw[:72] + b"\1" + raw[73:], ("header", "DIFAT")
    deep = t2()
    inner = config_of(deep)
    for i in range(8):
        inner = inner.add(Storage("level %d" % i))
    storage = cfb_form.write(build("", props=properties()))
    yield ("r05-reserved-storage.qcn",
           storage.replace("EFS_Backup".encode("utf-16-le"), "\5FS_Backup".encode("utf-16-le")),
           ("(.FS_Backup)", "control character"))
    yield "r05-depth.qcn", cfb_form.write(deep), ("(level 6)", "deeper than 8")
    yield ("r05-no-order.qcn",
           cfb_form.write(t2(), cfb_form.Layout(bad_order=True)), ("entry 2 (00024628)", "order"))
    yield ("r14-name.qcn", last_letter(), (AT + "EFS_Backup/EFS_Dir/0000000G", "8 hex digits"))
    yield "r05-orphan.qcn", orphan(), ("entry 30 (NV_Items)", "not reached")


def last_letter():
    """A name that is not hex, in the order that it has among its siblings."""
    tree = t2()
    for part in ("EFS_Dir", "EFS_Data"):
        config_of(tree).at("EFS_Backup/" + part).children[3].name = "0000000G"
    return cfb_form.write(tree)


def orphan():
    """NV_Items is still there but no entry leads to it."""
    raw = bytearray(cfb_form.write(t2()))
    raw[512 + 128 * 10 + 68:512 + 128 * 10 + 72] = b"\xff" * 4
    return bytes(raw)


def text_changes():
    raw = xqcn_form.text(t1()).decode("ascii")
    for m in TEXT:
        if m.rule and m.slug:
            yield ("r%02d-%s.xqcn" % (m.rule, m.slug),) + change_text(raw, m)
    deep = raw.replace("<Storage Name='EFS_Dir'/>",
                       "".join("<Storage Name='s'>" for _ in range(6)) + "</Storage>" * 6)
    yield "r06-depth.xqcn", deep.encode(), ("line", "deeper than 8")
    yield "r19-cut.xqcn", raw[:900].encode(), ("line", "cut")
    wide = xqcn_form.text(t1(), encoding="utf-8", declared="UTF-8")
    yield "r09-non-ascii.xqcn", wide.replace(b"'51 '", "'5\u00e9 '".encode(), 1), ("00000000", "hex")
    yield "r06-broken-encoding.xqcn", wide.replace(b"'T1.xqcn'", b"'T\xff'"), ("line", "well-formed")
    page = xqcn_form.text(t1(), declared="Windows-1251")
    yield ("r06-not-of-the-encoding.xqcn", page.replace(b"'T1.xqcn'", b"'T\x98'"),
           ("line 3", "no character of the encoding"))
    yield ("r06-false-utf16.xqcn",
           xqcn_form.text(t1(), encoding="ascii", declared="UTF-16"), ("line", "well-formed"))


def x(rule, slug, tree, *words):
    return "r%02d-%s.xqcn" % (rule, slug), xqcn_form.text(tree), words


def with_config(change, tree=t1):
    root = tree()
    change(config_of(root))
    return root


def put(path, data):
    """A change: the stream at that path holds other bytes."""
    def change(config):
        config.at(path).data = data
    return change


def add(path, *nodes):
    def change(config):
        (config.at(path) if path else config).children.extend(nodes)
    return change


def drop(path, name):
    def change(config):
        (config.at(path) if path else config).drop(name)
    return change


def structure():
    second = t1()
    second.add(Storage("00000001", Storage("default")))
    yield x(11, "two-models", second, "2 model storages")
    other = t1()
    other.children[1].add(Storage("second"))
    yield x(11, "two-configurations", other, "/00024628", "2 configurations")
    yield x(11, "no-model", Storage("T1", Stream("File_Version", VERSION)), "0 model storages")
    yield x(11, "no-configuration", Storage("T1", Stream("File_Version", VERSION),
                                            Storage("00024628")), "/00024628", "0 configurations")
    bare = t1()
    bare.drop("File_Version")
    yield x(10, "no-version", bare, "no File_Version")
    for slug, data, word in (("version-1-byte", b"\2", "1 bytes"), ("version-1", b"\1\0\0\0\0\0",
                             "version 1 layout not supported"), ("version-3", b"\3\0\0\0\0\0", "3")):
        root = t1()
        root.children[0].data = data
        yield x(10, slug, root, "/File_Version", word)
    kind = t1()
    kind.children[0] = Storage("File_Version")
    yield x(10, "version-is-storage", kind, "File_Version", "stream")


def arrays():
    good = records((571, 0, b"!"), (550, 0, IMEI))
    for slug, data, words in (
            ("length-135", good[:-1], ("271 bytes", "136")),
            ("record-length", good[:136] + record(550, IMEI, length=128), ("record 1", "128")),
            ("word", good[:136] + record(550, IMEI, word=2), ("record 1", "2 instead of 1")),
            ("twice", good + record(571, b"!"), ("record 2", "NV 571 index 0", "twice")),
            ("index-256", good + record(9, b"", index=256), ("record 2", "256"))):
        yield x(12, slug, with_config(put(NV, data)), AT + NV, *words)
    yield x(12, "sim-twice", with_config(put(NV + "_SIM_1", record(550) * 2)), AT + NV + "_SIM_1",
            "twice")
    yield x(12, "array-is-storage", with_config(lambda c: (c.at("NV_NUMBERED_ITEMS").drop(
        "NV_ITEM_ARRAY"), c.at("NV_NUMBERED_ITEMS").add(Storage("NV_ITEM_ARRAY")))), AT + NV, "storage")


def pairs():
    for sec in ("EFS_Backup", "Provisioning_Item_Files", "NV_Items"):
        d = dir_entry(sec, "/nv/item_files/x/y")
        yield x(14, "no-data-%s" % sec, with_config(add(sec + "/EFS_Dir", Stream("00000009", d))),
                AT + sec + "/EFS_Dir/00000009", "without data")
        yield x(14, "no-path-%s" % sec, with_config(add(sec + "/EFS_Data", Stream("00000009", b"1"))),
                AT + sec + "/EFS_Data/00000009", "without a path")
    here = AT + "EFS_Backup"
    yield x(14, "only-dir", with_config(drop("EFS_Backup", "EFS_Data")), here, "without EFS_Data")
    yield x(14, "only-data", with_config(drop("EFS_Backup", "EFS_Dir")), here, "without EFS_Dir")
    for slug, name in (("not-hex", "0000000G"), ("short-name", "1"), ("long-name", "000000001"),
                       ("sign", "+0000001"), ("prefix", "0x000001")):
        yield x(14, slug, with_config(lambda c, n=name: (
            c.at("EFS_Backup/EFS_Dir").add(Stream(n, dir_entry("EFS_Backup", "a/b"))),
            c.at("EFS_Backup/EFS_Data").add(Stream(n, b"")))), here + "/EFS_D", "8 hex digits")
    # The text reader sees this one first: equal names when case does not count.
    yield x(14, "case", with_config(lambda c: [
        c.at("EFS_Backup/EFS_Dir").add(Stream(n, dir_entry("EFS_Backup", p)))
        for n, p in (("0000000a", "a/a"), ("0000000A", "a/b"))]), "0000000", "twice")
    yield x(14, "entry-is-storage", with_config(add("EFS_Backup/EFS_Dir", Storage("00000001"))),
            here + "/EFS_Dir/00000001", "storage")


def headers():
    here = AT + "EFS_Backup/EFS_Dir/00000000"
    first = "EFS_Backup/EFS_Dir/00000000"
    yield x(15, "8-bytes", with_config(put(first, b"\1\0\1\1\0\0\0\0")), here, "8 bytes")
    yield x(15, "empty", with_config(put(first, b"")), here, "0 bytes")
    for slug, head, word in (("flags", b"\2\0\1\1", "2, 1, 1"), ("buffering", b"\1\0\0\1", "1, 0, 1"),
                             ("cleanup", b"\1\0\1\2", "1, 1, 2")):
        yield x(15, slug, with_config(put(first, dir_entry("EFS_Backup", "cert/Q", head=head))), here,
                word)


def paths():
    for slug, path, word in (
            ("dotdot", "/nv/../etc", "'..'"), ("dot", "/nv/./x", "'.'"), ("double", "/nv//x", "'//'"),
            ("nul", "/nv/a\0b", "NUL"), ("control", "/nv/a\nb", "control"),
            ("non-ascii", "/nv/\xe9", "non-ASCII"), ("slash-at-end", "/nv/x/", "/"),
            ("root", "/", "path"), ("long", "/" + "a" * 1024, "1,024"), ("dotdot-alone", "..", "'..'")):
        yield x(16, slug, with_config(put("EFS_Backup/EFS_Dir/00000000",
                                          dir_entry("EFS_Backup", path))),
                AT + "EFS_Backup/EFS_Dir/00000000", word)
    here = AT + "Provisioning_Item_Files/EFS_Dir/00000000"
    entry = "Provisioning_Item_Files/EFS_Dir/00000000"
    yield x(16, "provisioning-empty", with_config(put(entry, b"\0")), here, "empty path")
    yield x(16, "provisioning-two-nul", with_config(put(entry, b"/nv/a\0\0")), here, "NUL")
    twice = [(RF + "00020000", P(9), GPS)] * 2
    yield x(16, "twice", build("twice", efs=twice), RF + "00020000", "twice in EFS_Backup")
    yield x(16, "twice-rooted", build("rooted", efs=[("cert/Q", b"Q"), ("/cert/Q", b"Q")]), "/cert/Q",
            "twice")
    yield x(16, "conflict", qpst_378("conflict", True), RF + "00020001", "different bytes",
            "EFS_Backup and NV_Items")
    yield ("r16-conflict.qcn", cfb_form.write(qpst_378("", True)),
           (RF + "00020001", "different bytes"))


def property_streams():
    info, features = AT + "Mobile_Property_Info", AT + "Feature_Mask"
    for slug, data, word in (("short", properties()[:11], "11 bytes"),
                             ("n", properties(n=400), "past the end"),
                             ("m", properties(m=2), "past the end"),
                             ("rest", properties(rest=b"xyz"), "3 bytes after")):
        yield x(17, slug, with_config(put("Mobile_Property_Info", data)), info, word)
    yield x(18, "n", with_config(put("Feature_Mask", mask(P(54), n=55))), features, "56 bytes")
    yield x(18, "one-byte", with_config(put("Feature_Mask", b"\0")), features, "1 bytes")
    yield x(18, "empty", with_config(put("Feature_Mask", b"")), features, "0 bytes")


def zip_of(name, data):
    """A ZIP with one stored entry."""
    name = name.encode()
    crc = zlib.crc32(data)
    common = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0x21, crc, len(data), len(data), len(name), 0)
    local = b"PK\3\4" + common + name + data
    central = b"PK\1\2" + struct.pack("<H", 20) + common + bytes(2) + struct.pack("<HHII", 0, 0, 0, 0) + name
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


TEXT_DIALECT = ("[NV items]\r\n[Complete items - 2, Items size - 128]\r\n"
                "00000 (0x0000)   -   OK\r\n" + "00 " * 16 + "\r\n"
                "00005 (0x0005)   -   OK\r\n" + "00 " * 16 + "\r\n").encode()


def carrier():
    """A carrier's .cqcn: a compound file with another tree and no Mobile_Property_Info."""
    return Storage("", Storage("Carrier_Data", Stream("Carrier_Info", P(40)),
                               Storage("Items", Stream("00000001", P(20)))))


def other_kinds():
    yield "r19-zeros.qcn", bytes(16384), ("zero bytes",)
    yield "r19-empty.xqcn", b"", ("empty",)
    yield "r19-text-dialect.qcn", TEXT_DIALECT, ("text dump",)
    yield "r19-text-dialect-marked.qcn", b"\xef\xbb\xbf\r\n" + TEXT_DIALECT, ("text dump",)
    yield ("r19-web-page.xqcn", b"\r\n<!doctype HTML>\n<html><title>404 Not Found</title></html>\n",
           ("web page",))
    yield "r19-carrier.cqcn", cfb_form.write(carrier()), ("cqcn",)
    yield "r19-gzip-of-text.qcn", stored_gzip(b"no backup at all\n" * 40), ("gzip", "unknown")
    yield "r19-gzip-cut.xqcn.gz", stored_gzip(xqcn_form.text(t1()))[:-100], ("gzip", "cut")
    yield "r19-gzip-crc.xqcn.gz", broken_crc(), ("gzip", "check")
    yield "r19-zip.qcn", zip_of("backup.xqcn", xqcn_form.text(t1())), ("zip",)
    yield "r19-unknown.xqcn", b"hello, this is something else\n" * 60, ("unknown kind",)


def broken_crc():
    raw = bytearray(stored_gzip(xqcn_form.text(t1())))
    raw[-8] ^= 1
    return bytes(raw)


def all_bad():
    for some in (compound(), text_changes(), structure(), arrays(), pairs(), headers(), paths(),
                 property_streams(), other_kinds()):
        yield from some


# Rule 13: fit to be read and checked, not to be restored whole.
def partial():
    yield x(13, "no-nv-array", with_config(drop("NV_NUMBERED_ITEMS", "NV_ITEM_ARRAY")),
            "no NV_ITEM_ARRAY", "NO: it holds no NV items of subscription 0")
    yield x(13, "no-numbered-items", with_config(drop("", "NV_NUMBERED_ITEMS")),
            "no NV_NUMBERED_ITEMS", "NO: it holds no NV items of subscription 0")
