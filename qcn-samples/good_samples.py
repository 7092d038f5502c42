# SPDX-License-Identifier: BSD-3-Clause
"""Sound files in the forms that different vendor tools write. Each is (name, bytes, words that the note
or the report of `qdiag check` must hold)."""
import struct
import zlib

import cfb_form
import cfb_steps
import xqcn_form
from cfb_form import Layout
from qcn_tree import (BLANK_IMEI, GPS, IMEI, P, VERSION, Noise, Storage, Stream, build, config_of,
                      mask, properties, record, records, section, t1, t2)

FILETIME = 0x01D6EA2E5B4C8000         # 2021-01-14, as storages of real files carry one
LAYOUT = Layout(seed=11, mini_seed=7, red_black=True, times=FILETIME, extra_fat=1, tail_entries=13)
RF = "/nv/item_files/rfnv/"


def stored_gzip(data):
    """gzip of stored blocks: the same bytes whatever zlib is installed."""
    out = [b"\x1f\x8b\x08\0\0\0\0\0\0\xff"]
    for at in range(0, max(len(data), 1), 65535):
        piece = data[at:at + 65535]
        last = at + 65535 >= len(data)
        out.append(struct.pack("<BHH", last, len(piece), len(piece) ^ 0xFFFF) + piece)
    return b"".join(out) + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def rf_only(root_name):
    """The RF-only backup: its own order of sections, its own item list."""
    ids = (10, 449, 562, 571, 572, 810, 811, 812, 855, 550, 453, 882, 1715, 441, 3440, 4157, 4158,
           3851, 4212, 4257, 4953, 4954, 5029, 5479, 6756, 6828, 6829)
    sim = (882, 10, 441, 562, 3851, 550, 4157, 4158, 855)
    first = records(*((i, 0, IMEI if i == 550 else P(i % 97 + 1)) for i in ids))
    second = records(*((i, 0, BLANK_IMEI if i == 550 else P(i % 89 + 1)) for i in sim))
    root = t2(root_name, nv=(first, second, b""), prov=(),
              efs=[(RF + "%08d" % (20000 + i), P(100 + i), GPS) for i in range(12)])
    config = config_of(root)
    nv, info, features, efs, prov, items = config.children
    config.children = [nv, info, features, prov, items, efs]
    return root


def subscriptions(root_name):
    return t2(root_name, nv=(records((550, 0, IMEI), (10, 0, b"\0\x1e")),
                             records((550, 0, bytes.fromhex("080a10000100000051")), (441, 0, P(6)),
                                     (10, 0, b"\0\x1e")),
                             record(550)))


def indexed(root_name):
    return build(root_name, nv=(records((550, 0, IMEI), *((1014, i, bytes([i, 0xA0 + i]))
                                                          for i in range(6))), b"", b""))


def echo(root_name):
    return build(root_name, nv=(records((550, 0, IMEI), *((4678, i, b"\2\0\0\0\0\1")
                                                          for i in range(4))), b"", b""))


def start_above_0(root_name):
    return build(root_name, nv=(records((550, 0, IMEI), *((465, i, bytes([i, 1])) for i in range(1, 6)),
                                        (1206, 1, b"\1\7"), (1206, 2, b"\2\7"), (1014, 1, b"\1\xa1")),
                                b"", b""))


def octopus(root_name):
    """No NUL anywhere, absolute folder entries, times 0, NV_Items the same set as EFS_Backup, ids
    above the list of the vendor tool."""
    files = [(RF + "%08d" % (20000 + i), P(10 + i)) for i in range(5)]
    files.append(("/pdp_profiles/Subs1/profile1", P(40)))
    return build(root_name, nv=(records((0, 0, b"\0"), (550, 0, IMEI), (10330, 0, b"\1")), b"", b""),
                 efs=files, prov=[("/nv/item_files/modem/mmode/lte_bandpref", P(8))], items=files,
                 props=properties(esn=0, model=4110, software=b"TESTFW02", client=b"box"),
                 model="00000338", nul=False)


def qpst_378(root_name, conflict=False):
    """NV_Items repeats files of EFS_Backup; no SIM_2; a version cut at 31 characters."""
    files = [(RF + "%08d" % (20000 + i), P(30 + i)) for i in range(4)]
    again = [(files[1][0], b"other" if conflict else files[1][1]), files[2]]
    root = build(root_name, nv=(record(550, IMEI), record(550, BLANK_IMEI), b""), efs=files,
                 items=again, model="00000255",
                 props=properties(esn=0, model=0, software=b"MPSS.AT.0.0.c0.0-00006-TEST_GEN",
                                  client=b"QPST Software Download 2.7.0.378"))
    config_of(root).at("NV_NUMBERED_ITEMS").drop("NV_ITEM_ARRAY_SIM_2")
    return root


def reorder(root, *names):
    config = config_of(root)
    config.children = [config.at(name) for name in names]
    return root


def qmsl(root_name):
    """The service library's full backup: EFS first and not sorted, a mask of 75 bytes, times 0."""
    files = [(RF + "%08d" % (20000 + 7919 * i % 1000), P(3 * i)) for i in range(6)]
    files += [("/nv/reg_files/mcs/item_%d" % i, P(i)) for i in (3, 0, 2)]
    root = build(root_name, nv=(records((550, 0, IMEI), (441, 0, P(2)), (10, 0, b"\0\x1e"), (10, 1, b"\1\x1e")),
                                record(550, BLANK_IMEI), record(550)),
                 efs=files, prov=[("/nv/item_files/wcdma/z", P(1)), ("/cgps/nv/item_files/a", P(4))],
                 feature=mask(P(75)), model="00024644",
                 props=properties(0, 24644, b"MPSS.AT.0.0-00000-TEST_GEN_PACK-1.1.1",
                                  b"QMSL 6.1.314 (Backup_AllNVs_NoNVDefXML)"))
    return reorder(root, "EFS_Backup", "NV_Items", "Provisioning_Item_Files", "NV_NUMBERED_ITEMS",
                   "Mobile_Property_Info", "Feature_Mask")


def qmsl_compiled(root_name):
    """Items compiled out of an NV list: no identity, no mask, one array, no version text."""
    root = build(root_name, nv=(records((10, 0, b"\0\x1e"), (441, 0, P(2)), (946, 0, b"")), b"", b""),
                 items=[("/nv/item_files/modem/mmode/x", P(2)), ("/nv/item_files/gsm/y", P(1))],
                 prov=[("/nv/item_files/ims/IMS_enable", b"\1")], model="00000000",
                 props=properties(0, 0, b"", b"QMSL 6.0.47"))
    for name in ("NV_ITEM_ARRAY_SIM_1", "NV_ITEM_ARRAY_SIM_2"):
        config_of(root).at("NV_NUMBERED_ITEMS").drop(name)
    return reorder(root, "EFS_Backup", "NV_Items", "Provisioning_Item_Files", "NV_NUMBERED_ITEMS",
                   "Mobile_Property_Info")


def z3x(root_name):
    """A box that repeats all of NV_Items; its model is not the storage's, its IMEI overwritten."""
    files = [(RF + "%08d" % (20000 + i), P(20 + i), GPS) for i in range(4)]
    root = build(root_name, nv=(records((550, 0, b"\x7a" + IMEI[1:]), (7300, 0, P(9))), record(550, BLANK_IMEI),
                                b""),
                 efs=files, items=[f[:2] for f in files[:3]], prov=[("/sd/mru001", P(8))],
                 model="00000338", feature=mask(P(54)),
                 props=properties(0x80C1D2E3, 4110, b"TESTFW03", b"Z3X-PRO v34.11"))
    return reorder(root, "NV_NUMBERED_ITEMS", "Mobile_Property_Info", "Feature_Mask", "EFS_Backup", "NV_Items",
                   "Provisioning_Item_Files")


def open_tool(root_name):
    """What an open tool makes: model unknown, no mask, the rfc file in two sections."""
    rfc = "/rfc/rffe_scan/rffe_scan.dat"
    root = build(root_name, nv=(records((550, 0, IMEI), (441, 0, P(2))), b"", b""),
                 efs=[("cert/Q", b"Q"), (rfc, P(9))], items=[(rfc, P(9))],
                 prov=[("/nv/item_files/ims/x", b"")], model="00000000",
                 props=properties(model=0, software=b"TESTFW04", client=b"qfenix"))
    config_of(root).drop("Feature_Mask")
    return root


def roaming(root_name, right):
    root = t1(root_name)
    prl = P(200)
    head = struct.pack(">H", len(prl) + 2 if right else 77)
    config_of(root).children.insert(3, Stream("Roaming_List_00000000", head + prl))
    return root


def unknown(root_name):
    """Streams and storages that nobody has described yet: at every level."""
    root = t2(root_name)
    config = config_of(root)
    config.children.insert(2, Stream("Errors", P(33)))
    config.add(Storage("Roaming_Lists", Stream("00000000", P(12)),
                       Storage("Deeper", Storage("Empty"), Stream("x", b""))))
    config.at("NV_NUMBERED_ITEMS").add(Stream("NV_ITEM_ARRAY_SIM_3", record(550, BLANK_IMEI)))
    config.at("EFS_Backup").add(Stream("EFS_Extra", P(5000)))
    root.add(Stream("Tail & 'more' <1>", b"\0"))
    return root


def sizes(root_name):
    return build(root_name, efs=[(RF + "%08d" % i, P(n), GPS) for i, n in
                                 enumerate((0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097))])


def gaps(root_name):
    root = t2(root_name)
    config = config_of(root)
    at = next(i for i, c in enumerate(config.children) if c.name == "EFS_Backup")
    config.children[at] = section("EFS_Backup", [("cert/Q", b"Q"), (RF + "00020000", P(9), GPS)],
                                  numbers=(0, 7))
    return root


def without(root_name, *paths):
    root = t1(root_name)
    for path in paths:
        parent, _, name = path.rpartition("/")
        (config_of(root).at(parent) if parent else config_of(root)).drop(name)
    return root


def renamed(root_name, model="00024628", config="default"):
    root = t1(root_name)
    root.children[1].name = model
    root.children[1].children[0].name = config
    return root


def versioned(root_name, version):
    root = t1(root_name)
    root.children[0].data = version
    return root


def cut_back(raw):
    """A compound file whose storages carry what MS-CFB does not ask for: a size-0 stream with a start."""
    raw = bytearray(raw)
    at = raw.find("NV_ITEM_ARRAY_SIM_2".encode("utf-16-le"))
    raw[at + 116:at + 120] = b"\0\0\0\0"
    return bytes(raw)


def text_forms():
    tree = t1()
    plain = xqcn_form.text(tree)
    yield "t1.xqcn", plain, ()
    yield "t1-lf.xqcn", xqcn_form.text(tree, eol="\n"), ("LF",)
    yield ("t1-double-quotes-lower-case.xqcn",
           xqcn_form.text(tree, quote='"', lower=True, eol="\n"), ("lower-case",))
    yield ("t1-loose.xqcn",
           xqcn_form.text(tree, breaks=True, last_space=False,
                          attributes=("Value", "Name", "Length")), ())
    yield "t1-utf8.xqcn", xqcn_form.text(tree, encoding="utf-8", declared="UTF-8"), ()
    yield ("t1-utf8-mark.xqcn",
           b"\xef\xbb\xbf" + xqcn_form.text(tree, encoding="utf-8", declared="UTF-8"), ())
    yield ("t1-utf16.xqcn",
           b"\xff\xfe" + xqcn_form.text(tree, encoding="utf-16-le", declared="UTF-16"), ())
    yield ("t1-no-declaration.xqcn",
           xqcn_form.text(tree, encoding="utf-8", head="", eol="\n").lstrip(), ())
    yield "t1-blanks-at-the-end.xqcn", plain + b"\r\n\r\n", ("after the end",)
    yield ("t1-comment.xqcn",
           plain.replace(b"<Storage Name='default'>", b"<!-- x --><Storage Name='default'>"),
           ("comments",))
    name = "C:\\Users\\shop \u20ac 7 & Co\\QPST\\DEADD00D_0.xqcn"
    yield "windows-root.xqcn", xqcn_form.text(t1(name)), ()
    yield "windows-root-utf8.xqcn", xqcn_form.text(t1(name), encoding="utf-8", declared="utf-8"), ()
    # a path in the user's own code page, as no character of Windows-1252 has it
    yield "windows-root-other-page.xqcn", xqcn_form.text(t1("C:\\\xd3\xc3\x81\x8d\x8f\x90\x9d\xbb\xa7.xqcn")), ()
    t2_text = xqcn_form.text(t2())
    yield "t2.xqcn", t2_text, ("IMEI",)
    yield "t2-lf.xqcn", xqcn_form.text(t2(), eol="\n"), ("LF",)
    yield "t2.xqcn.gz", stored_gzip(t2_text), ()


CONTENT = (
    # name, tree, words of the note; written in both forms
    ("rf-only", rf_only, ()),
    ("subscriptions", subscriptions, ()),
    ("indexed-1014", indexed, ()),
    ("echo-4678", echo, ()),
    ("start-above-0", start_above_0, ()),
    ("qpst-378", qpst_378, ("no NV_ITEM_ARRAY_SIM_2",)),
    ("qmsl", qmsl, ("2 files without data",)),
    ("qmsl-compiled", qmsl_compiled, ("no Feature_Mask", "no NV_ITEM_ARRAY_SIM_1", "no usable IMEI")),
    ("z3x", z3x, ("model 4110", "ids above 7232", "is damaged")),
    ("unknown", unknown, ("Errors: unknown stream", "Roaming_Lists: unknown storage",
                          "NV_ITEM_ARRAY_SIM_3", "EFS_Extra", "Tail")),
    ("sizes", sizes, ("1 files without data",)),
)


def content_forms():
    for name, tree, words in CONTENT:
        yield name + ".xqcn", xqcn_form.text(tree(name + ".xqcn")), words
        yield name + ".qcn", cfb_form.write(tree("")), words

    def x(name, tree, *words):
        return name + ".xqcn", xqcn_form.text(tree), words

    yield ("open-tool.xqcn",
           xqcn_form.text(open_tool("backup.xqcn"), eol="\n", last_space=False, tail="\n"),
           ("LF", "after the end", "no Feature_Mask"))
    yield ("root-raw.xqcn",
           xqcn_form.text(t2("Raw"), eol="\n", quote='"', encoding="utf-8", declared="utf-8", tail="\n"),
           ("LF", "after the end"))
    yield x("empty-data", t2("e", efs=[("cert/Q", b""), (RF + "1", b"")]), "2 files without data")
    yield x("relative-path", t2("r", efs=[("pdp_profiles/Q", b"Q"), ("brew/mif/a.mif", P(9))]))
    yield x("times", t2("t", efs=[("cert/Q", b"Q", 0), (RF + "1", P(3), GPS),
                                  (RF + "2", P(4), 0x60000000), (RF + "3", P(5), 0xFFFFFFFF)]))
    yield x("model-mismatch", renamed("m", model="00000334"), "model 24628", "differs")
    yield x("model-not-8-digits", renamed("m", model="1"), "not named by 8 digits")
    yield x("configuration-other", renamed("c", config="other"), "not named 'default'")
    yield x("no-feature-mask", without("f", "Feature_Mask"), "no Feature_Mask")
    yield x("no-property-info", without("p", "Mobile_Property_Info"), "no Mobile_Property_Info")
    yield x("no-sections", without("s", "EFS_Backup", "Provisioning_Item_Files", "NV_Items"),
            "no EFS_Backup", "no Provisioning_Item_Files", "no NV_Items")
    yield x("gaps", gaps("g"), "gaps in the entry numbers")
    yield x("no-imei", t2("n", nv=(record(571, b"!"), b"", b"")), "no usable IMEI")
    yield x("garbage-imei", t2("n", nv=(record(550, b"\x7a" + IMEI[1:]), b"", b"")), "no usable IMEI")
    yield x("version-of-2-bytes", versioned("v", b"\2\0"), "2 bytes instead of 6")
    yield x("version-of-8-bytes", versioned("v", VERSION + b"\0\0"), "8 bytes instead of 6")
    yield x("backup-with-nul", t2("b", efs=[("cert/Q", b"Q")], nul=True), "NUL at the end")
    yield x("all-zero-items", t2("z", nv=(records((550, 0, IMEI), *((i, 0, b"") for i in range(900, 920))),
                                         b"", b"")))
    yield x("no-version-text", t2("q", props=properties(software=b"", client=b"QMSL 6.0.47")))
    yield x("feature-75", t2("f", feature=mask(P(75))))


def compound_forms():
    yield "t1.qcn", cfb_form.write(t1()), ()
    yield "t2.qcn", cfb_form.write(t2()), ("IMEI",)
    yield "t2-unused-sector.qcn", cfb_form.write(t2()) + bytes(512), ("1 unused sector",)
    yield "t2-interleaved.qcn", cfb_form.write(t2(), LAYOUT), ()
    yield ("t2-fragmented-mini.qcn", cfb_form.write(t2(), Layout(mini_seed=99)), ())
    yield "t2-red-black-times.qcn", cfb_form.write(t2(), Layout(red_black=True, times=FILETIME)), ()
    yield "t2-long-fat.qcn", cfb_form.write(t2(), Layout(extra_fat=3)), ()
    yield "t2-empty-with-start.qcn", cut_back(cfb_form.write(t2())), ("first sector (1 in all)",)
    yield "t2-in-steps.qcn", cfb_steps.write(t2()), ()
    yield "qpst-378-in-steps.qcn", cfb_steps.write(qpst_378(""), seed=9, piece=40), ("no NV_ITEM_ARRAY_SIM_2",)
    properties_added = t2()
    properties_added.add(Stream("\5SummaryInformation", P(200)))
    yield ("summary-information.qcn", cfb_form.write(properties_added),
           ("(.SummaryInformation)", "Windows added"))
    yield "t1.qcn.gz", stored_gzip(cfb_form.write(t1())), ()
    yield "octopus.qcn", cfb_form.write(octopus("")), ("without the usual NUL", "above 7232")
    yield "roaming-right.qcn", cfb_form.write(roaming("", True)), ("roaming list",)
    yield "roaming-wrong.qcn", cfb_form.write(roaming("", False)), ("roaming list of odd length",)
    yield ("no-substorages.qcn",
           cfb_form.write(without("", "Provisioning_Item_Files/EFS_Dir",
                                  "Provisioning_Item_Files/EFS_Data")),
           ("neither EFS_Dir nor EFS_Data",))


def all_good():
    for some in (text_forms(), content_forms(), compound_forms()):
        yield from some


# --- too big to be committed: made when the tests run --------------------------------------------

def wide_tree(n, seed=3):
    """n files of a page or so: many directory entries, much mini stream."""
    noise = Noise(seed)
    return build("wide", nv=(record(550, IMEI), b"", b""),
                 efs=[(RF + "%08d" % i, noise.bytes(noise.below(300)), GPS) for i in range(n)])


def big_forms():
    yield "directory-4300.qcn", cfb_form.write(t2(), Layout(tail_entries=4264)), ()
    yield ("difat.qcn", cfb_form.write(t2("", efs=[(RF + "%d" % i, P(1 << 20), GPS)
                                                   for i in range(8)]), Layout(seed=21)), ())
    yield "wide-3000.qcn", cfb_form.write(wide_tree(3000), LAYOUT), ()
    yield ("long-value.xqcn",
           xqcn_form.text(t2("long", efs=[("cert/Q", P(4000000))])), ())
