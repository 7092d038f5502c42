# SPDX-License-Identifier: BSD-3-Clause
"""Small damage done to the two vectors T2 (compound file) and T1 (text): one change each. A slug means
that the result is committed as a sample; all of them are made and tried when the tests run. In the
words "@" stands for the number of the line that is changed."""
from collections import namedtuple

Cfb = namedtuple("Cfb", "at new rule slug words")
Text = namedtuple("Text", "old new rule slug words")   # rule 0: to be accepted, words of the note


def m(at, new, rule, slug, *words):
    return Cfb(at, bytes.fromhex(new), rule, slug, words)


D = "/00024628/default/"
CFB = (
    # container: rules 1 to 5
    m(0, "00", 1, "signature", "unknown kind"),
    m(26, "04", 1, "major", "header", "version is 4"),
    m(28, "ff fe", 1, "byte-order", "header", "byte order"),
    m(30, "0c", 1, "sector-shift", "header", "sector shift is 12"),
    m(32, "07", 1, "mini-shift", "header", "mini sector shift is 7"),
    m(56, "00 02 00 00", 1, "cutoff", "header", "cutoff is 512"),
    m(44, "02", 2, "fat-count", "header", "FAT", "2"),
    m(44, "ff ff ff 7f", 2, "fat-count-huge", "header", "2147483647 FAT sectors"),
    m(68, "00 00 00 00", 2, "difat-though-0", "header", "DIFAT"),
    m(76, "ff 7f 00 00", 2, "fat-outside", "FAT sector 32767"),
    m(16508, "fe ff ff ff", 2, "fat-not-marked", "sector 31", "FAT"),
    m(48, "00 10 00 00", 3, "directory-outside", "directory", "sector 4096"),
    m(632, "40 00 00 00", 3, "mini-stream-long", "mini stream", "longer"),
    m(1652, "1b 00 00 00", 3, "mini-cross-link", "entry 9 (Feature_Mask)", "mini sector 27"),
    m(2932, "0a 00 00 00", 3, "cross-link", "entry 18 (00000001)", "sector 10"),
    m(5208, "01 00 00 00", 3, "mini-cycle", "entry 5 (NV_ITEM_ARRAY)", "loops back"),
    m(16416, "00 00 00 00", 3, "directory-cycle", "chain of the directory", "loops back"),
    m(16484, "fe ff ff ff", 3, "chain-short", "entry 18 (00000001)", "3 of 8 sectors"),
    m(16484, "ff ff ff ff", 3, "chain-free", "entry 18 (00000001)", "sector 25", "free"),
    m(16504, "17 00 00 00", 3, "cycle", "entry 18 (00000001)", "loops back"),
    m(1276, "01", 4, "size-high", "entry 5 (NV_ITEM_ARRAY)", "size"),
    m(1396, "c8 00 00 00", 4, "mini-outside", "entry 6 (NV_ITEM_ARRAY_SIM_1)", "mini sector 200"),
    m(2936, "ff ff ff ff", 4, "size-huge", "entry 18 (00000001)", "4294967295 bytes"),
    m(578, "01", 5, "no-root", "entry 0", "root"),
    m(716, "02 00 00 00", 5, "child-of-stream", "entry 1 (File_Version)", "below it"),
    m(1092, "e7 03 00 00", 5, "sibling-outside", "entry 4 (NV_NUMBERED_ITEMS)", "999"),
    m(1352, "05 00 00 00", 5, "reached-twice", "entry 5", "twice"),
    m(1604, "08 00 00 00", 5, "own-sibling", "entry 8 (Mobile_Property_Info)", "twice"),
    m(1728, "03", 5, "name-odd", "entry 9 (Feature_Mask)", "odd"),
    m(1728, "42", 5, "name-long", "entry 9 (Feature_Mask)", "31"),
    m(1730, "03", 5, "type", "entry 9 (Feature_Mask)", "type 3"),
    m(2190, "30", 5, "equal-names", "entry 13 (00000000)", "twice"),
    # content: rules 10 to 18
    m(760, "01", 10, "version-short", "/File_Version", "1 bytes"),
    m(5632, "01", 10, "", "/File_Version", "version 1"),
    m(5632, "03", 10, "", "/File_Version", "3"),
    m(1272, "4f 05 00 00", 12, "length", D + "NV_NUMBERED_ITEMS/NV_ITEM_ARRAY", "1359 bytes"),
    m(5696, "87", 12, "", "NV_ITEM_ARRAY record 0", "135"),
    m(5698, "02", 12, "", "NV_ITEM_ARRAY record 0", "2"),
    m(5974, "00", 12, "", "NV_ITEM_ARRAY record 2", "NV 1014 index 0", "twice"),
    m(6926, "00 01", 12, "", "NV_ITEM_ARRAY record", "256"),
    m(2062, "39", 14, "", "00000009", "order"),     # seen before its missing data is
    m(2062, "47", 14, "", "0000000G", "order"),     # seen before its letters are: 0000000G sorts last
    m(2168, "08", 15, "", D + "EFS_Backup/EFS_Dir/00000000", "8 bytes"),
    m(7304, "ff", 17, "", D + "Mobile_Property_Info", "past the end"),
    m(7317, "09", 17, "", D + "Mobile_Property_Info", "1 bytes after"),
    m(7360, "37", 18, "", D + "Feature_Mask", "56 bytes"),
    m(7424, "02", 15, "", D + "EFS_Backup/EFS_Dir/00000000", "2, 1, 1"),
    m(7497, "2e 2e 2f", 16, "", D + "EFS_Backup/EFS_Dir/", "'..'"),
    m(7500, "00", 16, "nul", D + "EFS_Backup/EFS_Dir/", "NUL"),
)


def t(old, new, rule, slug, *words):
    return Text(old, new, rule, slug, words)


DATA = "<Stream Length='1' Name='00000000' Value='51 '/>"
EMPTY = "<Stream Length='0' Name='NV_ITEM_ARRAY' Value=''/>"
VERSION = "<Stream Length='6' Name='File_Version' Value='02 00 00 00 00 00 '/>"
MASK = "<Stream Length='5' Name='Feature_Mask' Value='03 00 01 80 FF '/>"
ROOT = "<Storage Name='T1.xqcn'>"
DIR = "EFS_Backup/EFS_Dir/00000000"
TEXT = (
    # rule 6: the text is not XML of our kind
    t(ROOT, "<!DOCTYPE Storage []>\r\n" + ROOT, 6, "doctype", "line @", "DOCTYPE"),
    t(ROOT, "<!DOCTYPE a [<!ENTITY b 'c'>]>" + ROOT, 6, "entity-declaration", "line @", "DOCTYPE"),
    t("'T1.xqcn'", "'&nobody;'", 6, "entity", "line @", "well-formed"),
    t(DATA, "<Foo/>", 6, "element", "line @", "unknown element 'Foo'"),
    t(DATA, DATA + "x", 6, "text", "line @", "text between"),
    t(DATA, DATA + "<![CDATA[x]]>", 6, "cdata", "line @", "CDATA"),
    t("</Storage>\r\n  <Stream Length='6'", "</Stream>\r\n  <Stream Length='6'", 6, "mismatch", "line @",
      "well-formed"),
    t("</Storage>\r\n  <Stream Length='6'", "<Stream Length='6'", 6, "missing-end", "line", "cut"),
    t(VERSION + "\r\n</Storage>", VERSION + "\r\n</Storage>\r\n<Storage Name='x'/>", 6, "second-root",
      "line 37", "after the end"),
    t(VERSION + "\r\n</Storage>", VERSION + "\r\n</Storage>\r\n<!-- x -->", 6, "comment-after", "line 37",
      "after the end"),
    t(VERSION + "\r\n</Storage>", VERSION + "\r\n</Storage>\0\0", 6, "bytes-after", "line 36",
      "after the end"),
    t(ROOT, "<Storage xmlns='u' Name='T1.xqcn'>", 6, "namespace", "line @", "namespace"),
    t(ROOT, "<Root Name='T1.xqcn'>", 6, "root", "line @", "unknown element 'Root'"),
    t(DATA, "<Stream Length='1' Name='00000000' Value='51 '><Storage Name='a'/></Stream>", 6,
      "inside-stream", "line @", "inside a Stream"),
    # rule 7: attributes and names
    t(EMPTY, "<Stream Length='0' Name='NV_ITEM_ARRAY'/>", 7, "no-value", "line @", "without Value"),
    t(EMPTY, "<Stream Length='0' Value=''/>", 7, "no-name", "line @", "without Name"),
    t(EMPTY, "<Stream Name='NV_ITEM_ARRAY' Value=''/>", 7, "no-length", "line @", "without Length"),
    t("<Storage Name='EFS_Dir'/>", "<Storage/>", 7, "storage-no-name", "line @", "without Name"),
    t("<Storage Name='EFS_Dir'/>", "<Storage Name=''/>", 7, "empty-name", "line @", "empty name"),
    t(EMPTY, EMPTY.replace("Value=''", "Value='' Extra='1'"), 7, "attribute", "line @", "unknown attribute"),
    t(DATA, DATA + DATA, 7, "twice", "EFS_Data/00000000", "twice"),
    t(DATA, DATA + "<Storage Name='00000000'/>", 7, "twice-storage", "EFS_Data/00000000", "twice"),
    t("'Feature_Mask'", "'a/b'", 7, "slash", "line @", "/ \\ : !"),
    t("'Feature_Mask'", "'%s'" % ("a" * 32), 7, "long-name", "line @", "31 characters"),
    # rule 8: Length
    t("Length='14'", "Length='15'", 8, "more", DIR, "15", "14"),
    t("Length='14'", "Length='13'", 8, "less", DIR, "13", "14"),
    t("Length='14'", "Length='0'", 8, "zero", DIR, "0", "14"),
    t("Length='14'", "Length='0x0E'", 8, "hex", DIR, "decimal"),
    t("Length='14'", "Length='+14'", 8, "sign", DIR, "decimal"),
    t("Length='14'", "Length=' 14'", 8, "blank", DIR, "decimal"),
    t("Length='14'", "Length=''", 8, "none", DIR, "decimal"),
    t("Length='14'", "Length='-1'", 8, "negative", DIR, "decimal"),
    t("Length='14'", "Length='00000000000000000014'", 8, "20-digits", DIR, "decimal"),
    t("Length='14'", "Length='4294967310'", 8, "wraps", DIR, "4294967310"),
    t("Length='14'", "Length='33554432'", 8, "huge", DIR, "33554432", "14"),
    # rule 9: hex
    t("2F 51 '", "2F 5 '", 9, "odd", DIR, "hex pairs"),
    t("2F 51 '", "2F 5'", 9, "odd-end", DIR, "hex pairs"),
    t("2F 51 '", "2F GG '", 9, "no-hex", DIR, "hex pairs", "character 40"),
    t("2F 51 '", "2 F51 '", 9, "three-digits", DIR, "hex pairs"),
    t("2F 51 '", "2\r\nF 51 '", 9, "split", DIR, "hex pairs"),
    t("2F 51 '", "2F,51 '", 9, "comma", DIR, "hex pairs"),
    t("2F 51 '", "2F 51 51 '", 9, "one-more", DIR, "15"),
    # rules 10 and 11 have their own samples; here the changes of the reference
    t(VERSION, "", 10, "", "no File_Version"),
    t("  <Storage Name='00024628'>", "  <Storage Name='1'/><Storage Name='00024628'>", 11, "",
      "2 model storages"),
    t("    <Storage Name='default'>", "<Storage Name='d'/><Storage Name='default'>", 11, "",
      "2 configurations"),
    # accepted, told
    t("'00024628'", "'1'", 0, "", "not named by 8 digits"),
    t("'default'", "'other'", 0, "", "'default'"),
    t(MASK, "", 0, "", "no Feature_Mask"),
    t(MASK, MASK + "<Stream Length='1' Name='New' Value='00 '/>", 0, "", "New: unknown stream"),
    t("2F 51 '", "2f 51 '", 0, "", "lower-case"),
    t("2F 51 '", "2F 51'", 0, "", ""),
    t("2F 51 '", "2F\r\n\t51 '", 0, "", ""),
    t("Length='14' Name='00000000'", "Name=\"00000000\" Length='14'", 0, "", ""),
    t("Windows-1252", "utf-8", 0, "", ""),
)


def change_text(raw, m):
    """T1's text with one change, and the words with the line filled in."""
    if m.old not in raw:
        raise ValueError("%r is not in the text" % m.old)
    line = raw[:raw.index(m.old)].count("\n") + 1
    return raw.replace(m.old, m.new, 1).encode(), tuple(w.replace("@", str(line)) for w in m.words)


def change_cfb(raw, m):
    return raw[:m.at] + m.new + raw[m.at + len(m.new):]
