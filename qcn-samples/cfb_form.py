# SPDX-License-Identifier: BSD-3-Clause
"""Compound files: a writer for the canonical layout and for those that real writers leave behind, and
a small reader for comparing. From MS-CFB as the format facts give it; shares nothing with the library."""
import struct

from qcn_tree import Noise, Storage, Stream

FREE, END, FATSECT, DIFSECT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
CUTOFF = 4096


class Layout:
    """How to lay the same tree out. The defaults are the canonical form."""

    def __init__(self, seed=0, tail_entries=0, red_black=False, times=0, extra_fat=0, mini_seed=0,
                 bad_order=False):
        self.seed = seed                  # not 0: sectors of all chains in a shuffled order
        self.mini_seed = mini_seed        # not 0: mini sectors too
        self.tail_entries = tail_entries  # unused directory entries behind the used ones
        self.red_black = red_black        # red nodes on the last level and a red root entry
        self.times = times                # FILETIME on storages and root
        self.extra_fat = extra_fat        # FAT sectors more than the file needs
        self.bad_order = bad_order        # siblings in directory order: not a search tree


class Entry:
    def __init__(self, name, kind):
        self.name, self.kind = name, kind
        self.left = self.right = self.child = FREE
        self.start = self.size = 0
        self.colour, self.data, self.kids = 1, b"", []

    def pack(self, times):
        name = self.name.encode("utf-16-le")
        made = times if self.kind == 1 else 0
        changed = times if self.kind in (1, 5) else 0
        return (name.ljust(64, b"\0") + struct.pack("<HBBIII", len(name) + 2, self.kind, self.colour,
                                                    self.left, self.right, self.child)
                + bytes(20) + struct.pack("<QQIQ", made, changed, self.start, self.size))


EMPTY_ENTRY = bytes(68) + b"\xff" * 12 + bytes(48)


def number(root):
    """Entries depth-first, a storage followed at once by what it holds."""
    entries = [Entry("Root Entry", 5)]

    def add(storage, into):
        for node in storage.children:
            e = Entry(node.name, 2 if isinstance(node, Stream) else 1)
            e.number = len(entries)
            entries.append(e)
            into.kids.append(e)
            if isinstance(node, Stream):
                e.data = node.data
                e.size = len(node.data)
            else:
                add(node, e)

    add(root, entries[0])
    return entries


def link(kids, layout, depth=0, deepest=None):
    """The search tree of some siblings by halving; the number of its root."""
    if deepest is None:
        if not layout.bad_order:
            kids = sorted(kids, key=lambda e: (len(e.name.encode("utf-16-le")), e.name.upper()))
        deepest = len(kids).bit_length() - 1
        if len(kids) & (len(kids) + 1) == 0:
            deepest = -1                       # a full tree: every node black
    if not kids:
        return FREE
    middle = len(kids) // 2
    top = kids[middle]
    top.colour = 0 if layout.red_black and depth == deepest else 1
    top.left = link(kids[:middle], layout, depth + 1, deepest)
    top.right = link(kids[middle + 1:], layout, depth + 1, deepest)
    return top.number


def up(n, unit):
    return -(-n // unit)


def pack_mini(entries, layout):
    """The mini stream and its FAT; sets the start of every small stream."""
    order = [(e, k) for e in entries if e.kind == 2 and 0 < e.size < CUTOFF
             for k in range(up(e.size, 64))]
    places = list(range(len(order)))
    if layout.mini_seed:
        Noise(layout.mini_seed).shuffle(places)
    body, fat = bytearray(64 * len(order)), [FREE] * len(order)
    for i, (e, k) in enumerate(order):
        at = places[i]
        piece = e.data[64 * k:64 * k + 64]
        body[64 * at:64 * at + len(piece)] = piece
        if k == 0:
            e.start = at
        last = i + 1 == len(order) or order[i + 1][0] is not e
        fat[at] = END if last else places[i + 1]
    return bytes(body), fat


def sizes(used, layout):
    """FAT and DIFAT sectors so that the FAT covers everything, itself included."""
    fat = difat = 0
    while True:
        need = up(used + fat + difat, 128)
        more = up(max(0, need + layout.extra_fat - 109), 127)
        if (need, more) == (fat - layout.extra_fat, difat):
            return fat, difat
        fat, difat = need + layout.extra_fat, more


def words(values, pad):
    values = list(values)
    values += [FREE] * (pad * up(len(values), pad) - len(values))
    return struct.pack("<%dI" % len(values), *values)


def write(root, layout=None):
    layout = layout or Layout()
    entries = number(root)
    for e in entries:
        if e.kind != 2:
            e.child = link(e.kids, layout)
    entries[0].colour = 0 if layout.red_black else 1
    mini, mini_fat = pack_mini(entries, layout)
    entries[0].size = len(mini)
    for e in entries:
        if e.kind == 2 and e.size == 0:
            e.start = END
    mini_map = words(mini_fat, 128)
    directory = 128 * len(entries) + 128 * layout.tail_entries
    directory = 512 * up(directory, 512)
    chains = [("dir", directory), ("minifat", len(mini_map)), ("mini", len(mini))]
    big = [e for e in entries if e.kind == 2 and e.size >= CUTOFF]
    chains += [(e, e.size) for e in big]
    slots = [(who, k) for who, size in chains for k in range(up(size, 512))]
    n_fat, n_difat = sizes(len(slots), layout)
    slots += [("fat", k) for k in range(n_fat)] + [("difat", k) for k in range(n_difat)]
    places = list(range(len(slots)))
    if layout.seed:
        Noise(layout.seed).shuffle(places)
    return assemble(entries, layout, slots, places, dict(chains), mini, mini_map, directory)


def assemble(entries, layout, slots, places, lengths, mini, mini_map, directory):
    where, fat = {}, [FREE] * len(slots)
    for slot, at in zip(slots, places):
        where.setdefault(slot[0], []).append(at)
    for who, chain in where.items():
        for here, then in zip(chain, chain[1:] + [END]):
            fat[here] = {"fat": FATSECT, "difat": DIFSECT}.get(who, then)
    for e in entries:
        if e in where:
            e.start = where[e][0]
    entries[0].start = where.get("mini", [END])[0]
    packed = b"".join(e.pack(layout.times) for e in entries)
    packed += EMPTY_ENTRY * ((directory - len(packed)) // 128)
    fat_map = words(fat, 128)
    fat_map += b"\xff" * (512 * len(where["fat"]) - len(fat_map))
    difat = where.get("difat", [])
    content = {"dir": packed, "minifat": mini_map, "mini": mini, "fat": fat_map,
               "difat": difat_map(where["fat"][109:], difat)}
    body = bytearray(512 * len(slots))
    for (who, k), at in zip(slots, places):
        data = content[who] if isinstance(who, str) else who.data
        piece = data[512 * k:512 * k + 512]
        body[512 * at:512 * at + len(piece)] = piece
    return header(where, difat) + bytes(body)


def difat_map(rest, difat):
    out = b""
    for k in range(len(difat)):
        part = rest[127 * k:127 * k + 127]
        out += struct.pack("<%dI" % len(part), *part) + b"\xff" * (4 * (127 - len(part)))
        out += struct.pack("<I", difat[k + 1] if k + 1 < len(difat) else END)
    return out


def header(where, difat):
    first = where["fat"][:109]
    return (SIGNATURE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
            + struct.pack("<IIIIIIIIII", 0, len(where["fat"]), where["dir"][0], 0, CUTOFF,
                          where.get("minifat", [END])[0], len(where.get("minifat", [])),
                          difat[0] if difat else END, len(difat), first[0])
            + struct.pack("<%dI" % (len(first) - 1), *first[1:]) + b"\xff" * (4 * (109 - len(first))))


# --- reading, for comparing only: it trusts the file ---------------------------------------------

class Reader:
    def __init__(self, raw):
        self.raw = raw
        h = struct.unpack_from("<10I", raw, 40)
        n_fat, self.dir_at, self.mini_fat_at, difat_at = h[1], h[2], h[5], h[7]
        fats = list(struct.unpack_from("<109I", raw, 76))
        for _ in range(h[8]):
            part = struct.unpack_from("<128I", raw, 512 * (difat_at + 1))
            fats += part[:127]
            difat_at = part[127]
        self.fat = [w for s in fats[:n_fat] for w in struct.unpack_from("<128I", raw, 512 * (s + 1))]
        self.dir = self.chain(self.dir_at)
        root = self.dir[:128]
        start, size = struct.unpack_from("<IQ", root, 116)
        self.mini = self.chain(start)[:size]
        self.mini_fat = struct.unpack("<%dI" % (len(self.chain(self.mini_fat_at)) // 4),
                                      self.chain(self.mini_fat_at))

    def chain(self, at):
        out = []
        while at != END:
            out.append(self.raw[512 * (at + 1):512 * (at + 2)])
            at = self.fat[at]
            if len(out) > len(self.fat):
                raise ValueError("a cycle")
        return b"".join(out)

    def small(self, at, size):
        out = []
        while len(out) < up(size, 64):
            out.append(self.mini[64 * at:64 * at + 64])
            at = self.mini_fat[at]
        return b"".join(out)[:size]

    def entry(self, i):
        e = self.dir[128 * i:128 * i + 128]
        n, kind, _, left, right, child = struct.unpack_from("<HBBIII", e, 64)
        start, size = struct.unpack_from("<II", e, 116)
        return e[:n - 2].decode("utf-16-le"), kind, left, right, child, start, size

    def siblings(self, i):
        todo, out = [i], []
        while todo:
            i = todo.pop()
            if i != FREE:
                out.append(i)
                todo += self.entry(i)[2:4]
        return sorted(out)


def read(raw):
    """The tree of a compound file; siblings in the order of the directory."""
    r = Reader(raw)

    def storage(i):
        name, _, _, _, child, _, _ = r.entry(i)
        out = Storage(name)
        for k in r.siblings(child):
            name, kind, _, _, _, start, size = r.entry(k)
            if kind == 1:
                out.add(storage(k))
            elif size >= CUTOFF:
                out.add(Stream(name, r.chain(start)[:size]))
            else:
                out.add(Stream(name, r.small(start, size)))
        return out

    return storage(0)
