#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check_cfb.py [--own] FILE…: does a compound file keep every rule of MS-CFB version 3? Written from
the format alone, no project code. Prints each error and warning; exit 1 when there is an error. With
--own a warning counts as an error too, and every search tree must be balanced."""
import struct
import sys

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT, DIFAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
UNUSED, STORAGE, STREAM, ROOT = 0, 1, 2, 5


class Entry:
    def __init__(self, raw):
        self.raw = raw
        (self.length, self.kind, self.colour, self.left, self.right, self.child) = \
            struct.unpack_from("<HBBIII", raw, 64)
        self.clsid, self.state = raw[80:96], struct.unpack_from("<I", raw, 96)[0]
        self.created, self.modified = struct.unpack_from("<QQ", raw, 100)
        self.start, self.size, self.high = struct.unpack_from("<III", raw, 116)
        self.units = struct.unpack("<32H", raw[:64])[:max(0, min(31, self.length // 2 - 1))]

    def name(self):
        return b"".join(struct.pack("<H", u) for u in self.units).decode("utf-16-le", "replace")

    def key(self):
        """Siblings: shorter first, then upper-case units."""
        return len(self.units), [fold(u) for u in self.units]


def fold(unit):
    upper = chr(unit).upper()
    return ord(upper) if len(upper) == 1 and ord(upper) < 0x10000 else unit


class Checker:
    def __init__(self, raw):
        self.raw = raw
        self.errors, self.warnings = [], []
        self.sectors = len(raw) // SECTOR - 1
        self.owner, self.mini_owner = {}, {}
        self.fat, self.mini_fat, self.entries, self.mini_stream = [], [], [], []
        self.deepest = 0

    def error(self, text, *args):
        self.errors.append(text % args)

    def warn(self, text, *args):
        self.warnings.append(text % args)

    def u16(self, at):
        return struct.unpack_from("<H", self.raw, at)[0]

    def u32(self, at):
        return struct.unpack_from("<I", self.raw, at)[0]

    def sector(self, n):
        return self.raw[(n + 1) * SECTOR:(n + 2) * SECTOR]

    def cells(self, n):
        return struct.unpack("<128I", self.sector(n))

    # --- header and FAT -----------------------------------------------------------------------

    def header(self):
        """False when nothing can be read after it."""
        if len(self.raw) < 3 * SECTOR:
            self.error("header: only %d bytes", len(self.raw))
            return False
        if self.raw[:8] != bytes.fromhex("D0CF11E0A1B11AE1"):
            self.error("header: signature")
            return False
        for at, what, want in ((26, "major version", 3), (28, "byte order", 0xFFFE),
                               (30, "sector shift", 9), (32, "mini sector shift", 6)):
            if self.u16(at) != want:
                self.error("header: %s is %d", what, self.u16(at))
        if self.u32(56) != CUTOFF:
            self.error("header: cutoff is %d", self.u32(56))
        if any(self.raw[8:24]) or any(self.raw[34:40]):
            self.error("header: class id or reserved bytes are not 0")
        if self.u32(40):
            self.error("header: directory count is %d", self.u32(40))
        if self.u16(24) != 0x3E:
            self.warn("header: minor version is %d", self.u16(24))
        if len(self.raw) % SECTOR:
            self.error("file: %d bytes are no whole number of sectors", len(self.raw))
        return not self.errors

    def own(self, n, who, owners=None, count=None):
        """Gives a sector to its owner; False when that cannot be."""
        owners = self.owner if owners is None else owners
        if n >= (self.sectors if count is None else count):
            self.error("%s: sector %d does not exist", who, n)
            return False
        if n in owners:
            self.error("%s: sector %d belongs to %s", who, n, owners[n])
            return False
        owners[n] = who
        return True

    def fat_list(self):
        count, at, wanted = self.u32(44), self.u32(68), self.u32(72)
        listed = list(struct.unpack_from("<109I", self.raw, 76))
        seen = 0
        if not wanted and at != END:
            (self.warn if at == FREE else self.error)("DIFAT: a first sector, but the count is 0")
        while at not in (END, FREE) and seen < wanted:
            if not self.own(at, "DIFAT"):
                break
            cells = self.cells(at)
            listed += cells[:127]
            at = cells[127]
            seen += 1
        if wanted and at == FREE:
            self.warn("DIFAT: the chain ends with a free mark")
        elif wanted and at != END:
            self.error("DIFAT: the chain goes on")
        if seen != wanted:
            self.error("DIFAT: %d sectors, the header says %d", seen, wanted)
        used = [n for n in listed if n != FREE]
        if listed[:len(used)] != used:
            self.error("DIFAT: a hole in the list of FAT sectors")
        if len(used) != count:
            self.error("FAT: %d sectors are listed, the header says %d", len(used), count)
        return used

    def load_fat(self):
        for n in self.fat_list():
            if self.own(n, "FAT"):
                self.fat += self.cells(n)
        for n, who in self.owner.items():
            mark = FAT if who == "FAT" else DIFAT
            if n >= len(self.fat) or self.fat[n] != mark:
                self.error("FAT: sector %d of the %s is not marked as one", n, who)

    def chain(self, start, who, table=None, owners=None, count=None):
        """The sectors of a chain, as far as it is sound."""
        table = self.fat if table is None else table
        out, at = [], start
        while at != END:
            if at >= 0xFFFFFFFA:
                self.error("%s: the chain runs into a mark (%08X)", who, at)
                break
            if at >= len(table) or not self.own(at, who, owners, count):
                if at >= len(table):
                    self.error("%s: sector %d is outside the FAT", who, at)
                break
            out.append(at)
            at = table[at]
        return out

    # --- directory ----------------------------------------------------------------------------

    def load_directory(self):
        for n in self.chain(self.u32(48), "directory"):
            raw = self.sector(n)
            self.entries += [Entry(raw[i:i + 128]) for i in range(0, SECTOR, 128)]
        if not self.entries or self.entries[0].kind != ROOT:
            self.error("directory: entry 0 is not a root")
            self.entries = []

    def load_mini(self):
        root = self.entries[0]
        table = self.chain(self.u32(60), "mini FAT")
        if len(table) != self.u32(64):
            self.error("mini FAT: %d sectors, the header says %d", len(table), self.u32(64))
        for n in table:
            self.mini_fat += self.cells(n)
        self.mini_stream = self.chain(root.start, "mini stream") if root.size or root.start != END \
            else []
        if len(self.mini_stream) != -(-root.size // SECTOR):
            self.error("mini stream: %d sectors for %d bytes", len(self.mini_stream), root.size)
        if root.size % MINI:
            self.warn("mini stream: %d bytes are no whole number of mini sectors", root.size)

    def check_name(self, i, e):
        if e.length % 2 or not 4 <= e.length <= 64:
            self.error("entry %d: name length %d", i, e.length)
            return
        if e.raw[e.length - 2:e.length] != b"\0\0" or 0 in e.units:
            self.error("entry %d: the name does not end where its length says", i)
        if any(chr(u) in "/\\:!" or u < 32 for u in e.units):
            self.error("entry %d: name %r", i, e.name())
        if any(e.raw[e.length:64]):
            self.warn("entry %d: bytes behind the name", i)

    def check_fields(self, i, e):
        if e.colour > 1:
            self.error("entry %d: colour %d", i, e.colour)
        if e.high:
            self.error("entry %d: size above 4 GiB", i)
        if e.kind == STREAM:
            if e.child != FREE or any(e.clsid) or e.created or e.modified:
                self.error("entry %d: a stream with a child, a class id or times", i)
            if e.state:
                self.warn("entry %d: state bits of a stream", i)
        elif e.kind == STORAGE and (e.start or e.size):
            self.warn("entry %d: a storage with a start or a size", i)
        elif e.kind == ROOT and (i or e.created or e.left != FREE or e.right != FREE
                                 or e.name() != "Root Entry"):
            self.error("entry %d: a root that is none", i)

    def check_entry(self, i, e):
        if e.kind == UNUSED:
            blank = bytes(68) + b"\xff" * 12 + bytes(48)
            if e.raw != blank:
                self.error("entry %d: unused, but not blank", i)
            return
        if e.kind not in (STORAGE, STREAM, ROOT):
            self.error("entry %d: type %d", i, e.kind)
        self.check_name(i, e)
        self.check_fields(i, e)

    def siblings(self, storage, reached):
        """Numbers of a storage's children in search order; links, colours and depth are checked."""
        order, stack, deepest = [], [], 0
        at, depth, red = self.entries[storage].child, 1, False
        while at != FREE or stack:
            if at == FREE:
                at, depth, red = stack.pop()
                order.append(at)
                at, depth = self.entries[at].right, depth + 1
                continue
            if at in reached or at >= len(self.entries):
                self.error("entry %d: reached twice, or not in the directory", at)
                break
            e = self.entries[at]
            reached.add(at)
            if e.kind not in (STORAGE, STREAM):
                self.error("entry %d: type %d in the tree", at, e.kind)
            if red and e.colour == 0:
                self.error("entry %d: two reds in a row", at)
            if depth == 1 and e.colour == 0:
                self.warn("entry %d: a red root of siblings", at)
            deepest, red = max(deepest, depth), e.colour == 0
            stack.append((at, depth, red))
            at, depth = e.left, depth + 1
        self.deepest = max(self.deepest, deepest)
        if deepest > len(order).bit_length():
            self.warn("entry %d: the search tree of %d is %d deep", storage, len(order), deepest)
        return order

    def check_tree(self):
        reached, todo = {0}, [0]
        while todo:
            storage = todo.pop()
            order = self.siblings(storage, reached)
            for a, b in zip(order, order[1:]):
                if self.entries[a].key() >= self.entries[b].key():
                    self.error("entries %d and %d: equal or out of order", a, b)
            todo += [i for i in order if self.entries[i].kind == STORAGE]
        for i, e in enumerate(self.entries):
            if e.kind != UNUSED and i not in reached:
                self.error("entry %d: nothing leads to it", i)

    # --- streams ------------------------------------------------------------------------------

    def check_stream(self, i, e):
        who = "entry %d (%s)" % (i, e.name())
        if e.size == 0:
            if e.start != END:
                self.warn("%s: empty, but with a start", who)
        elif e.size < CUTOFF:
            chain = self.chain(e.start, who, self.mini_fat, self.mini_owner,
                               -(-self.entries[0].size // MINI))
            if len(chain) != -(-e.size // MINI):
                self.error("%s: %d mini sectors for %d bytes", who, len(chain), e.size)
        else:
            chain = self.chain(e.start, who)
            if len(chain) != -(-e.size // SECTOR):
                self.error("%s: %d sectors for %d bytes", who, len(chain), e.size)

    def check_unowned(self):
        for n, cell in enumerate(self.fat):
            if cell != FREE and n >= self.sectors:
                self.error("FAT: cell %d is behind the end of the file", n)
            elif cell != FREE and n not in self.owner:
                self.error("FAT: sector %d is in use, but nobody's", n)
        for n, cell in enumerate(self.mini_fat):
            if cell != FREE and n not in self.mini_owner:
                self.warn("mini FAT: mini sector %d is in use, but nobody's", n)
        last = max(self.owner, default=-1)
        if last + 1 < self.sectors:
            self.warn("file: %d sectors behind the last used one", self.sectors - last - 1)

    def check(self):
        if not self.header():
            return
        self.load_fat()
        if self.errors:
            return
        self.load_directory()
        if not self.entries:
            return
        self.load_mini()
        for i, e in enumerate(self.entries):
            self.check_entry(i, e)
        self.check_tree()
        for i, e in enumerate(self.entries):
            if e.kind == STREAM:
                self.check_stream(i, e)
        self.check_unowned()


def check(raw):
    checker = Checker(raw)
    checker.check()
    return checker


def main():
    paths = sys.argv[1:]
    own = paths[:1] == ["--own"]
    failed = False
    for path in paths[own:]:
        with open(path, "rb") as f:
            found = check(f.read())
        bad = found.errors + (found.warnings if own else [])
        failed = failed or bool(bad)
        for text in found.errors[:20]:
            print("%s: ERROR %s" % (path, text))
        for text in found.warnings[:20]:
            print("%s: warning %s" % (path, text))
        print("%s: %d errors, %d warnings, %d entries, search trees up to %d deep"
              % (path, len(found.errors), len(found.warnings), len(found.entries), found.deepest))
    return 1 if failed or len(paths) == own else 0


if __name__ == "__main__":
    sys.exit(main())
