# SPDX-License-Identifier: BSD-3-Clause
"""A unit in memory and its archive text (docs/formats/unit-archive.md)."""
import zlib

GPS_EPOCH = 315964800    # 1980-01-06: the modem's clock was never set
YEAR_2021 = 1610612736   # 2021-01-14
REGULAR, ITEM, FOLDER, LINK = 0o100000, 0o160000, 0o040000, 0o120000


def pattern(seed, size):
    """The bytes of pattern:SEED:SIZE, xorshift32 with 13, 17, 5."""
    out = bytearray()
    x = seed
    for _ in range(size):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        out.append(x & 0xFF)
    return bytes(out)


def seed_of(text):
    """A pattern seed that stands for a name: never 0."""
    return zlib.crc32(text.encode()) or 1


def ids(text):
    """The numbers of "1 4-6": 1, 4, 5, 6."""
    out = []
    for word in text.split():
        first, _, last = word.partition("-")
        out.extend(range(int(first), int(last or first) + 1))
    return out


def imei_item(digits):
    """NV 550 of 15 digits."""
    nibbles = "A" + digits
    return bytes([8]) + bytes(int(nibbles[i + 1] + nibbles[i], 16) for i in range(0, 16, 2))


def escape(data):
    """Content of a text: word."""
    named = {10: "\\n", 13: "\\r", 9: "\\t", 0: "\\0", 92: "\\\\"}
    return "".join(named.get(b) or (chr(b) if 32 <= b <= 126 else "\\x%02x" % b) for b in data)


class Unit:
    """What a .unit file holds; files are (tree, mode, mtime, kind, path) with a content word."""

    def __init__(self, name, about):
        self.name = name
        self.about = about
        self.conf = []
        self.nv = {}
        self.files = {}
        self.alt_files = {}

    def set(self, key, value):
        self.conf.append((key, value))

    def item(self, sub, ident, data, index=None):
        """A numbered item, at most 128 bytes; index for one element of an array item."""
        key = (sub, ident, -1 if index is None else index)
        assert key not in self.nv and 0 < len(data) <= 128, key
        self.nv[key] = bytes(data)

    def plain_items(self, sub, numbers, salt):
        """Items whose bytes do not matter; about one in four is all zero, as in real units."""
        sizes = (1, 2, 4, 1, 8, 16, 3, 6, 32, 12, 128, 1, 64, 2)
        for ident in numbers:
            if (sub, ident, -1) in self.nv or (sub, ident, 0) in self.nv:
                continue
            seed = seed_of("%s/%d/%d" % (salt, sub, ident))
            size = sizes[seed % len(sizes)]
            self.item(sub, ident, bytes(1) if seed >> 8 & 3 == 0 else pattern(seed, size))

    def add(self, path, word, mode=REGULAR | 0o644, mtime=GPS_EPOCH, kind=None):
        """One EFS entry with a content word ("" for a folder, "-> x" for a link)."""
        assert path not in self.files, path
        names = {REGULAR: "file", ITEM: "item", FOLDER: "dir", LINK: "link"}
        self.files[path] = (mode, mtime, kind or names[mode & 0o170000], word)

    def made(self, path, size, mode=REGULAR | 0o644, mtime=GPS_EPOCH, kind=None):
        """A file of `size` bytes that stand for nothing."""
        word = "pattern:%d:%d" % (seed_of(self.name + path), size) if size else "empty"
        self.add(path, word, mode, mtime, kind)

    def text(self, path, data, mode=REGULAR | 0o644, mtime=GPS_EPOCH, kind=None):
        data = data.encode() if isinstance(data, str) else data
        self.add(path, "text:" + escape(data), mode, mtime, kind)

    def folder(self, path):
        self.add(path, "", FOLDER | 0o755, 0)

    def link(self, path, to):
        self.add(path, "-> " + to, LINK | 0o777, GPS_EPOCH)

    def alt(self, path, word="", mode=REGULAR | 0o644, mtime=0):
        """One entry of the tree behind subsystem 0x3E; a folder has no content."""
        kind = "file" if word else "dir"
        self.alt_files[path] = (mode if word else FOLDER | 0o755, mtime, kind, word)

    def items(self, prefix, groups, size_of):
        """Item files below prefix from lists of names; size_of(path) gives the length."""
        for group in groups:
            for name in group:
                path = prefix + name
                if path not in self.files:
                    self.made(path, size_of(path), ITEM | 0o777)

    def hide(self, path):
        """Out of every listing, still there by name."""
        mode, mtime, _, word = self.files[path]
        self.files[path] = (mode, mtime, "hidden", word)

    def archive(self):
        """The .unit text."""
        out = ["# " + line for line in self.about]
        out += ["conf %s" % (k if v is None else "%s = %s" % (k, v)) for k, v in self.conf]
        for (sub, ident, index), data in sorted(self.nv.items()):
            data = data.rstrip(b"\0") or bytes(1)
            name = "%d.%d" % (ident, index) if index >= 0 else "%d" % ident
            out.append("nv %d %s %s" % (sub, name, data.hex()))
        for tree, files in (("efs", self.files), ("alt", self.alt_files)):
            for path, (mode, mtime, kind, word) in sorted(files.items()):
                out.append(("%s %o %d %s %s %s" % (tree, mode, mtime, kind, path, word)).rstrip(" "))
        return "\n".join(out) + "\n"


TCXOMGR = (
    ("dcc_data", 16), ("factory_cal_version", 1), ("field_aging_data", 58),
    ("field_cal_params", 70), ("field_cal_version", 4), ("ft_table_gps", 768),
    ("ft_table_wwan", 768), ("ifc_c1_filter", 120), ("ifc_version", 12), ("rgs_data", 100),
    ("tcxo_mode", 4), ("xo_crystal_type", 4), ("xo_factory_cal_debug", 76))


def add_tcxomgr(unit):
    """The crystal calibration, with the sizes it has on real units."""
    for name, size in TCXOMGR:
        unit.made("/nv/item_files/mcs/tcxomgr/" + name, size, ITEM | 0o777)


def rffe_scan(card, count):
    """rffe_scan.dat: seven words and `count` records of eleven."""
    words = [2, 7, 11, card, count, count, 0]
    for i in range(count):
        words += [0x217 + i % 4, i] + [(i * 11 + k) % 251 for k in range(9)]
    return b"".join(w.to_bytes(4, "little") for w in words)
