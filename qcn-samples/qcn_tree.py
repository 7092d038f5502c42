# SPDX-License-Identifier: BSD-3-Clause
"""The tree of storages and streams that QCN and XQCN both are, and what goes into its streams. Written
from the format facts alone; shares nothing with the library."""
import struct


class Storage:
    def __init__(self, name, *children):
        self.name = name
        self.children = list(children)

    def at(self, path):
        """The node at "a/b/c" below this one."""
        node = self
        for part in path.split("/"):
            node = next(c for c in node.children if c.name == part)
        return node

    def add(self, node):
        self.children.append(node)
        return node

    def drop(self, name):
        self.children = [c for c in self.children if c.name != name]


class Stream:
    def __init__(self, name, data=b""):
        self.name = name
        self.data = data


def flat(root):
    """{"/path": bytes, or None for a storage}."""
    out, todo = {}, [("", root)]
    while todo:
        path, node = todo.pop()
        for child in node.children:
            here = path + "/" + child.name
            if isinstance(child, Stream):
                out[here] = child.data
            else:
                out[here] = None
                todo.append((here, child))
    return out


def P(n):
    """n bytes, byte i = 7 i + n."""
    return bytes((7 * i + n) & 255 for i in range(n))


class Noise:
    """A small generator with the same numbers on every machine."""

    def __init__(self, seed):
        self.x = seed or 1

    def word(self):
        self.x ^= self.x << 13 & 0xFFFFFFFF
        self.x ^= self.x >> 17
        self.x ^= self.x << 5 & 0xFFFFFFFF
        return self.x

    def below(self, n):
        return self.word() % n

    def bytes(self, n):
        return b"".join(struct.pack("<I", self.word()) for _ in range((n + 3) // 4))[:n]

    def shuffle(self, v):
        for i in range(len(v) - 1, 0, -1):
            k = self.below(i + 1)
            v[i], v[k] = v[k], v[i]


GPS = 0x12D53D80           # the modem's clock was never set
IMEI = bytes.fromhex("080a10325476981082")        # 001234567890128
BLANK_IMEI = b"\x08\x0a"
VERSION = b"\2\0\0\0\0\0"
MODEL = "00024628"
SECTIONS = ("EFS_Backup", "Provisioning_Item_Files", "NV_Items")


def record(number, data=b"", index=0, length=136, word=1):
    return struct.pack("<HHHH", length, word, number, index) + data.ljust(128, b"\0")


def records(*items):
    """Each item is (id, index, data)."""
    return b"".join(record(number, data, index) for number, index, data in items)


def properties(esn=0xDEADD00D, model=24628, software=b"T1", client=b"q", n=None, m=None, rest=b""):
    return (struct.pack("<IHBB", esn, model, 0, 0)
            + struct.pack("<H", len(software) if n is None else n) + software
            + struct.pack("<H", len(client) if m is None else m) + client + rest)


def mask(body, n=None):
    return struct.pack("<H", len(body) if n is None else n) + body


def dir_entry(section, path, time=0, nul=None, head=b"\1\0\1\1"):
    """A stream of EFS_Dir; nul=None puts the NUL where QPST puts it."""
    path = path.encode("latin-1")
    if nul is None:
        nul = section == "Provisioning_Item_Files"
    start = head + struct.pack("<I", time) if section == "EFS_Backup" else b""
    return start + path + (b"\0" if nul else b"")


def section(name, files, nul=None, numbers=None):
    """files: (path, data) or (path, data, time)."""
    d, v = Storage("EFS_Dir"), Storage("EFS_Data")
    for i, f in enumerate(files):
        entry = "%08X" % (numbers[i] if numbers else i)
        d.add(Stream(entry, dir_entry(name, f[0], f[2] if len(f) > 2 else 0, nul)))
        v.add(Stream(entry, f[1]))
    return Storage(name, d, v)


def numbered(nv0=b"", nv1=b"", nv2=b""):
    return Storage("NV_NUMBERED_ITEMS", Stream("NV_ITEM_ARRAY", nv0),
                   Stream("NV_ITEM_ARRAY_SIM_1", nv1), Stream("NV_ITEM_ARRAY_SIM_2", nv2))


def build(root_name, nv=(b"", b"", b""), efs=(), prov=(), items=(), props=None, feature=None,
          model=MODEL, nul=None):
    """The usual tree in the order of a compound file: File_Version first, NV, MPI, FM, then EFS."""
    config = Storage("default", numbered(*nv),
                     Stream("Mobile_Property_Info", properties() if props is None else props),
                     Stream("Feature_Mask", mask(b"\1\x80\xff") if feature is None else feature),
                     section("EFS_Backup", efs, nul),
                     section("Provisioning_Item_Files", prov, nul),
                     section("NV_Items", items, nul))
    return Storage(root_name, Stream("File_Version", VERSION), Storage(model, config))


def config_of(root):
    model = next(c for c in root.children if isinstance(c, Storage))
    return next(c for c in model.children if isinstance(c, Storage))


def t1(root_name="T1.xqcn"):
    return build(root_name, efs=[("cert/Q", b"Q")], prov=[("/nv/item_files/ims/a", b"")])


T2_NV = ((571, 0, b"\x21\x5e"), (1014, 0, b"\x00\xa0"), (1014, 1, b"\x01\xa1"),
         (1014, 2, b"\x02\xa2"), (4678, 0, b"\2\0\0\0\0\1"), (4678, 1, b"\2\0\0\0\0\1"),
         (4678, 2, b"\2\0\0\0\0\1"), (4678, 3, b"\2\0\0\0\0\1"), (550, 0, IMEI), (453, 0, b""))
T2_EFS = (("cert/Q", b"Q"),
          ("/nv/item_files/rfnv/00020000", P(4096), GPS),
          ("/nv/item_files/rfnv/00020001", P(4095), GPS),
          ("/rfc/rffe_scan/rffe_scan.dat", P(65), 0x60000000))
T2_PROV = (("/nv/item_files/ims/IMS_enable", b"\1"),
           ("/nv/item_files/modem/mmode/lte_bandpref", P(64)),
           ("/nv/item_files/modem/mmode/lte_bandpref_Subscription01", b""))


def t2(root_name="T2.xqcn", **changes):
    parts = {"nv": (records(*T2_NV), record(550, BLANK_IMEI), b""), "efs": T2_EFS, "prov": T2_PROV,
             "props": properties(software=b"TESTFW01A01", client=b"qdiag test"),
             "feature": mask(P(54))}
    parts.update(changes)
    return build(root_name, **parts)


def t3():
    return Storage("T3", Stream("File_Version", VERSION),
                   Storage("00000000", Storage("default", Stream("big", bytes(8388608)))))
