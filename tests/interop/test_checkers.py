#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The checkers checked: a small unit folder, a right file and a log for it, and wrong ones; each wrong
one must be found, by its own message."""
import hashlib
import os
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from xqcn_text import Storage, Stream, write     # noqa: E402

FAILED = []
GPS = 315964800
MASK = bytes(range(54))
NV550 = bytes.fromhex("080A10325476981082")


def ok(good, text):
    if not good:
        FAILED.append(text)
        print("FAILED: " + text)


def run(script, *args):
    return subprocess.run([sys.executable, os.path.join(HERE, script), *args],
                          capture_output=True, text=True, check=False)


# --- the text rules, against the published digests ------------------------------------------------

def storage(name, *children):
    s = Storage(name)
    s.children = list(children)
    return s


def section(name, entries):
    return storage(name,
                   storage("EFS_Dir", *(Stream("%08X" % i, d) for i, (d, _) in enumerate(entries))),
                   storage("EFS_Data", *(Stream("%08X" % i, b) for i, (_, b) in enumerate(entries))))


def tree(root, arrays, backup, provisioning, info, mask, model="00024628"):
    names = ("NV_ITEM_ARRAY", "NV_ITEM_ARRAY_SIM_1", "NV_ITEM_ARRAY_SIM_2")
    return storage(root, storage(model, storage(
        "default", storage("NV_NUMBERED_ITEMS", *(Stream(n, a) for n, a in zip(names, arrays))),
        section("EFS_Backup", backup), section("Provisioning_Item_Files", provisioning),
        section("NV_Items", []), Stream("Mobile_Property_Info", info),
        Stream("Feature_Mask", mask))), Stream("File_Version", bytes([2, 0, 0, 0, 0, 0])))


def record(ident, data, index=0, size=136, one=1):
    return struct.pack("<HHHH", size, one, ident, index) + data.ljust(128, b"\0")


def timed(path, mtime):
    return bytes([1, 0, 1, 1]) + struct.pack("<I", mtime) + path.encode()


def named(path):
    return path.encode() + b"\0"


def property_info(software=b"TESTFW01A01", client=b"qdiag test", esn=0xDEADD00D, model=24628):
    return (struct.pack("<IHBBH", esn, model, 0, 0, len(software)) + software
            + struct.pack("<H", len(client)) + client)


def published_files():
    """T1 and T2 of the format notes: sizes and digests were made elsewhere."""
    t1 = tree("T1.xqcn", [b""] * 3, [(timed("cert/Q", 0), b"Q")],
              [(named("/nv/item_files/ims/a"), b"")], property_info(b"T1", b"q"),
              bytes.fromhex("03000180FF"))

    def filler(n):
        return bytes((7 * i + n) % 256 for i in range(n))
    items = [record(571, b"\x21\x5e")]
    items += [record(1014, bytes([k, 0xA0 + k]), k) for k in range(3)]
    items += [record(4678, bytes.fromhex("020000000001"), k) for k in range(4)]
    items += [record(550, NV550), record(453, b"")]
    rf = "/nv/item_files/rfnv/%08d"
    mode = "/nv/item_files/modem/mmode/lte_bandpref"
    t2 = tree("T2.xqcn", [b"".join(items), record(550, b"\x08\x0a"), b""],
              [(timed("cert/Q", 0), b"Q"), (timed(rf % 20000, GPS), filler(4096)),
               (timed(rf % 20001, GPS), filler(4095)),
               (timed("/rfc/rffe_scan/rffe_scan.dat", 0x60000000), filler(65))],
              [(named("/nv/item_files/ims/IMS_enable"), b"\1"), (named(mode), filler(64)),
               (named(mode + "_Subscription01"), b"")], property_info(),
              struct.pack("<H", 54) + filler(54))
    for name, root, size, digest in (
            ("T1", t1, 1478, "d688b15ce5472f0fa520b53304612d76bbd313778d34dd1d5159696e960e3bdf"),
            ("T2", t2, 32361, "d92c60e568540c182d1fb141f4495c7337f4ba7070bd9dccb55b260d76abbc61")):
        text = write(root)
        ok(len(text) == size and hashlib.sha256(text).hexdigest() == digest, name + " differs")


# --- a unit and its file ------------------------------------------------------------------------

FILES = (   # path, bytes, attr (mode, time, kind) or None; where: B(ackup), P(rovisioning), - nowhere
    ("/cert/root.pem", b"pem", "100644 1610612736 file", "B"),
    ("/pdp_profiles/p1", b"", None, "B"),
    ("/data/settings", b"plain", "100644 1610612736 file", "B"),
    ("/nv/item_files/rfnv/00020000", b"\x01" * 200, "160777 315964800 item", "B"),
    ("/nv/item_files/rfnv/00029000", b"hidden", "160777 315964800 hidden", "B"),
    ("/nv/item_store/rfnv/rfc.bl", b"noise\n/rfc\n/extra/\n", "100644 315964800 file", "B"),
    ("/extra/item", b"by list", "160777 7 item", "B"),
    ("/rfc/scan.dat", b"scan", "100644 1610612736 file", "B"),
    ("/nv/item_files/conf/a.conf", b"/policyman/listed\r\n/nv/item_files/ims/a\0/gone\n", None, "P"),
    ("/nv/item_files/ims/a", b"", "160777 315964800 item", "P"),
    ("/nv/item_files/ims/a_Subscription01", b"\1", "160777 315964800 item", "P"),
    ("/nv/reg_files/mcs/x", b"reg", "100777 315964800 file", "P"),
    ("/policyman/item", b"item mode", "160777 5 item", "P"),
    ("/policyman/listed", b"named", "100644 5 file", "P"),
    ("/sd/mru001", b"mru", None, "P"),
    ("/secret/key", b"key", "100600 0 denied", "-"),
    ("/nvm/num/550", b"alias", None, "-"),
)
ITEMS = ((0, "550", NV550), (0, "453", b"\0"), (0, "4678", b"\2\0\0\0\0\1"),
         (0, "1014.1", b"\1\xa1"), (0, "1014.2", b"\2\xa2"), (1, "550", b"\x08\x0a"))


def put(folder, path, data):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def make_unit(folder):
    attr = ["120777 0 link /data/link -> settings", "40755 0 dir /brew"]
    put(folder, "unit.conf", ("family = other # a comment\nmodel_number = 24628\nesn = DEADD00D\n"
                              "ext_build = TESTFW01A01\nfeature_mask = %s\nsubs = 3\n"
                              % MASK.hex()).encode())
    for sub, name, data in ITEMS:
        put(folder, "nv/%d/%s" % (sub, name), data)
    for path, data, line, _ in FILES:
        put(folder, "efs" + path, data)
        if line:
            attr.append(line + " " + path)
    put(folder, "efs.attr", ("\n".join(attr) + "\n").encode())


def right_parts():
    """What the file has to hold, as lists that a test can spoil."""
    items = [record(453, b""), record(550, NV550)]
    items += [record(1014, bytes([k, 0xA0 + k]), k) for k in (1, 2)]
    items += [record(4678, b"\2\0\0\0\0\1", k) for k in range(4)]
    backup, provisioning = [], []
    for path, data, line, where in FILES:
        mtime = int(line.split()[1]) if line else 0
        relative = path.startswith(("/cert/", "/pdp_profiles/"))
        if where == "B":
            backup.append((timed(path[1:], 0) if relative else timed(path, mtime), data))
        elif where == "P":
            provisioning.append((named(path), data))
    backup.sort(key=lambda e: (e[0][8:9] == b"/", e[0][8:]))
    provisioning.sort()
    return {"root": "out.xqcn", "arrays": [items, [record(550, b"\x08\x0a")], []],
            "backup": backup, "provisioning": provisioning, "info": property_info(),
            "mask": struct.pack("<H", 54) + MASK}


def text_of(parts):
    parts = dict(parts)
    parts["arrays"] = [b"".join(a) for a in parts["arrays"]]
    return write(tree(**parts))


def swap(sequence, a, b):
    sequence[a], sequence[b] = sequence[b], sequence[a]


def spoil_item(parts, at, data):
    items = parts["arrays"][0]
    items[at] = items[at][:8] + data.ljust(128, b"\0")


def entry(parts, section_name, path):
    for i, (head, _) in enumerate(parts[section_name]):
        if path.encode() in head:
            return i
    raise KeyError(path)


def change(parts, section_name, path, head=None, data=None):
    i = entry(parts, section_name, path)
    old = parts[section_name][i]
    parts[section_name][i] = (old[0] if head is None else head, old[1] if data is None else data)


def move(parts, path):
    head, data = parts["provisioning"].pop(entry(parts, "provisioning", path))
    parts["backup"].append((timed(head[:-1].decode(), GPS), data))
    parts["backup"].sort(key=lambda e: (e[0][8:9] == b"/", e[0][8:]))


TREE_FAULTS = (   # what to do to the parts, what the checker must say
    (lambda p: p["arrays"][0].pop(0), "item 453 index 0 of the unit is missing"),
    (lambda p: p["arrays"][0].pop(3), "item 1014 index 2 of the unit is missing"),
    (lambda p: spoil_item(p, 1, b"\x08\x0b"), "item 550 index 0 differs"),
    (lambda p: spoil_item(p, 6, b"\2\0\0\0\0\2"), "item 4678 index 2 differs"),
    (lambda p: p["arrays"][0].append(record(7, b"")), "item 7 index 0: the unit has none"),
    (lambda p: p["arrays"][0].append(record(1014, b"\0", 0)), "1014 index 0: the unit has none"),
    (lambda p: p["arrays"][0].append(record(550, NV550)), "index 0 is there twice"),
    (lambda p: p["arrays"][0].append(b"\0" * 8), "no multiple of 136"),
    (lambda p: p["arrays"][0].__setitem__(0, record(453, b"", one=2)), "begins 136, 2"),
    (lambda p: swap(p["arrays"], 0, 1), "NV_ITEM_ARRAY_SIM_1: item 453"),
    (lambda p: p["arrays"][1].pop(), "NV_ITEM_ARRAY_SIM_1: item 550 index 0 of the unit"),
    (lambda p: p["backup"].pop(0), "cert/root.pem of the unit is missing"),
    (lambda p: p["backup"].pop(entry(p, "backup", "00029000")), "00029000 of the unit is missing"),
    (lambda p: p["backup"].append((timed("/zz", 0), b"")), "/zz: the unit has no such file here"),
    (lambda p: p["backup"].append((timed("/secret/key", 0), b"key")), "/secret/key: the unit"),
    (lambda p: p["backup"].append((timed("/nvm/num/550", 0), b"alias")), "/nvm/num/550: the unit"),
    (lambda p: p["backup"].append((timed("/zz/link", 0), b"plain")), "/zz/link: the unit has no"),
    (lambda p: p["backup"].append(p["backup"][-1]), "is there twice"),
    (lambda p: change(p, "backup", "scan.dat", data=b"scaN"), "scan.dat differs"),
    (lambda p: change(p, "backup", "00020000", data=b"\x01" * 199), "199 bytes, should be 200"),
    (lambda p: change(p, "backup", "scan.dat", head=timed("/rfc/scan.dat", 0)), "has time 0"),
    (lambda p: change(p, "backup", "root.pem", head=timed("cert/root.pem", 5)), "has time 5"),
    (lambda p: change(p, "backup", "root.pem", head=timed("/cert/root.pem", 0)),
     "cert/root.pem of the unit is missing"),
    (lambda p: change(p, "backup", "scan.dat", head=b"\2" + timed("/rfc/scan.dat", 1610612736)[1:]),
     "header 02"),
    (lambda p: change(p, "backup", "scan.dat", head=timed("/rfc/scan.dat\0", 1610612736)), "path"),
    (lambda p: swap(p["backup"], 0, 2), "behind an absolute path"),
    (lambda p: swap(p["backup"], 0, 1), "walked folders are not in order"),
    (lambda p: swap(p["provisioning"], 1, 2), "not in ascending order"),
    (lambda p: change(p, "provisioning", "ims/a\0", head=b"/nv/item_files/ims/a"), "no NUL"),
    (lambda p: move(p, "/policyman/listed"), "Provisioning_Item_Files: /policyman/listed of the"),
    (lambda p: move(p, "/policyman/item"), "EFS_Backup: /policyman/item: the unit has no such"),
    (lambda p: p.update(info=property_info(b"OTHERFW")), "software string"),
    (lambda p: p.update(info=property_info(esn=0)), "ESN field"),
    (lambda p: p.update(info=property_info(model=1)), "model field"),
    (lambda p: p.update(info=property_info(client=b"x")), "client name"),
    (lambda p: p.update(info=property_info() + b"\0"), "Mobile_Property_Info length"),
    (lambda p: p.update(mask=struct.pack("<H", 53) + MASK[1:]), "Feature_Mask"),
    (lambda p: p.update(root="C:\\x\\out.xqcn"), "root name"),
    (lambda p: p.update(model="00000000"), "no storage `default`"),
)
TEXT_FAULTS = (   # bytes to replace once, what the checker must say
    (b"\r\n", b"\n", "text: byte"), (b"\" ?>", b"\"?>", "text: byte"),
    (b"Value=''/>", b"Value='' />", "text: byte"), (b"  <Storage", b"\t<Storage", "text: byte"),
    (b"88 00 01", b"88 00  01", "not hex pairs"),
    (b"0D D0 AD DE", b"0d D0 AD DE", "text: byte"), (b" '/>", b"'/>", "text: byte"),
    (b"Length='6'", b"Length='7'", "Length is 7"), (b"Length='6'", b"Length='06'", "Length is 06"),
    (b"  <Storage", b"  <Foo/><Storage", "element Foo"),
    (b"\r\n\r\n<", b"\r\n\r\n<!DOCTYPE Storage []>\r\n<", "DOCTYPE"),
    (b"</Storage>", b"x</Storage>", "text between"), (b"Name='00000001'", b"Name='00000002'",
                                                      "EFS_Dir names"),
    (b"<Stream Length='6' Name=", b"<Stream Name='n' Length='6' nAME=", "with attributes"),
)


def xqcn(tmp):
    unit, name = os.path.join(tmp, "unit"), os.path.join(tmp, "out.xqcn")
    make_unit(unit)

    def check(raw, word, what):
        put(tmp, "out.xqcn", raw)
        ran = run("check_xqcn.py", unit, name)
        if word is None:
            ok(ran.returncode == 0, "%s: %s%s" % (what, ran.stdout, ran.stderr))
        else:
            ok(ran.returncode == 1 and word in ran.stdout,
               "%s: wanted %r, got %s%s" % (what, word, ran.stdout, ran.stderr))

    good = text_of(right_parts())
    check(good, None, "the right file")
    for number, (spoil, word) in enumerate(TREE_FAULTS):
        parts = right_parts()
        spoil(parts)
        check(text_of(parts), word, "tree fault %d" % number)
    for old, new, word in TEXT_FAULTS:
        ok(old in good, "%r is not in the right file" % old)
        check(good.replace(old, new, 1), word, "text fault %r" % new)
    check(good + b"\r\n", "text: byte", "a line end at the end")
    check(good[:-9], "not well-formed", "a cut file")
    print("%d wrong files found" % (len(TREE_FAULTS) + len(TEXT_FAULTS) + 2))


# --- the log of requests -----------------------------------------------------------------------

READS = ("00", "01", "0c", "1c", "26" + "2602" + "00" * 130, "51", "63", "7b01", "7c",
         "4b30010026020100" + "00" * 130, "4b125500", "4b320300", "4b320600", "4b080100",
         "4b040f00", "4b130000" + "00" * 36, "4b3e0100", "4b13020000000000000000002f6100",
         "4b13030000000000", "4b130400" + "00" * 12, "4b1307002f6100", "4b130b002f00",
         "4b130c00" + "00" * 8, "4b130d0000000000", "4b130f002f6100", "4b1310002f6100",
         "4b13110000000000", "4b1327002f00")
WRITES = ("27" + "2602" + "00" * 130, "290200", "41303030303030", "46" + "00" * 8, "3a", "60", "11",
          "4b300200" + "00" * 134, "4b250300", "4b650100", "4b120218", "4c00", "55", "4b13", "",
          "4b130200010000000000000061", "4b13020041020400ff0100006100",
          "4b3e020000000080000000006100", "4b130200") + tuple(
              "4b%02x%02x00" % (fs, op) for fs in (0x13, 0x3E)
              for op in (5, 6, 8, 9, 10, 14, 18, 26, 30, 34, 35, 37, 38, 40, 41, 44, 45, 46, 48, 49,
                         50, 51, 53, 99))


def log_text(sent, extra="", **totals):
    want = {"requests": len(sent), "writes": 0, "bad-frames": 0, "open-files": 0, "open-dirs": 0}
    want.update((k.replace("_", "-"), v) for k, v in totals.items())
    lines = ["L 1 0 client"]
    for number, data in enumerate(sent, 1):
        lines += ["> %d %d name %s" % (number * 10, number, data),
                  "N %d %d a note" % (number * 10, number), "< %d %d 00" % (number * 10, number)]
    lines += [extra] if extra else []
    return "\n".join(lines + ["= %s %s" % i for i in want.items()] + ["= cmd nv 1", ""])


def oplog(tmp):
    name = os.path.join(tmp, "log")

    def check(text, word, what, *options):
        put(tmp, "log", text.encode())
        ran = run("check_oplog.py", *options, name)
        ok(ran.returncode == (1 if word else 0) and (word or "; 0 problems") in ran.stdout,
           "%s: %s%s" % (what, ran.stdout, ran.stderr))

    check(log_text(READS), None, "reads only")
    for request in WRITES:
        check(log_text(READS[:1] + (request,)), "NOT READ-ONLY line 5", "request " + request)
    check(log_text(READS, "W 9 1 write /nv/x"), "was written to", "a write record")
    check(log_text(READS, "B 9 1 crc 0011"), "a bad frame", "a bad frame")
    check(log_text(READS, "A 9 1 > 4154"), "an AT command", "an AT command")
    check(log_text(READS, "? 9 1"), "an unknown kind", "an unknown record")
    check(log_text(()), "proves nothing", "an empty log")
    check(log_text(READS, requests=5), "total requests", "lost lines")
    check(log_text(READS, writes=1), "total writes", "a write counted")
    check(log_text(READS, open_files=1), "total open-files", "a file left open")
    cut = "\n".join(log_text(READS).split("\n")[:20]) + "\n"
    check(cut, "is missing", "a cut log")
    check(cut, None, "a cut log, expected", "--cut")
    print("%d wrong logs found" % (len(WRITES) + 9))


def main():
    published_files()
    with tempfile.TemporaryDirectory(prefix="qdiag-checkers-") as tmp:
        xqcn(tmp)
        oplog(tmp)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
