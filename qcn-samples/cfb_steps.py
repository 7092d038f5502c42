# SPDX-License-Identifier: BSD-3-Clause
"""A compound file as a program leaves it that works in the file itself: sectors taken when they are needed,
FAT sectors in between, streams grown a piece at a time by turns, an older state deleted and its bytes left
behind. From MS-CFB as the format facts give it; shares nothing with the library."""
import struct

from cfb_form import CUTOFF, END, EMPTY_ENTRY, FATSECT, FREE, Entry, Layout, header, link
from qcn_tree import Noise, Stream

TIME = 0x01D6EA2E5B4C8000


class Steps:
    def __init__(self):
        self.sectors, self.fat, self.fats = [], [], []
        self.directory, self.mini_fats, self.mini_sectors = [], [], []
        self.mini, self.mini_fat, self.entries = bytearray(), [], []
        self.root = self.entry("Root Entry", 5, None)

    def take(self):
        """A free sector; a FAT sector first when the FAT ends here."""
        if FREE not in self.fat:
            self.fats.append(len(self.sectors))
            self.fat += [FATSECT] + [FREE] * 127
            self.sectors.append(bytearray(512))
        at = self.fat.index(FREE)
        if at == len(self.sectors):
            self.sectors.append(bytearray(512))
        self.fat[at] = END
        return at

    def extend(self, chain):
        at = self.take()
        if chain:
            self.fat[chain[-1]] = at
        chain.append(at)

    def take_mini(self):
        if FREE not in self.mini_fat:
            self.extend(self.mini_fats)
            self.mini_fat += [FREE] * 128
        at = self.mini_fat.index(FREE)
        if 64 * at == len(self.mini):
            if len(self.mini) == 512 * len(self.mini_sectors):
                self.extend(self.mini_sectors)
            self.mini += bytes(64)
        self.mini_fat[at] = END
        return at

    def entry(self, name, kind, parent):
        unused = [i for i, e in enumerate(self.entries) if e is None]
        if not unused:
            self.extend(self.directory)
            unused = [len(self.entries)]
            self.entries += [None] * 4
        e = Entry(name, kind)
        e.number, e.parent, e.chain = unused[0], parent, []
        self.entries[unused[0]] = e
        if parent:
            parent.kids.append(e)
        return e

    def grow(self, e, data):
        whole = e.data + data
        if e.size < CUTOFF <= len(whole):            # it moves; its mini sectors keep their bytes
            for m in e.chain:
                self.mini_fat[m] = FREE
            e.chain = []
        e.data, e.size = whole, len(whole)
        part = 64 if e.size < CUTOFF else 512
        while part * len(e.chain) < e.size:
            if part == 512:
                self.extend(e.chain)
                continue
            at = self.take_mini()
            if e.chain:
                self.mini_fat[e.chain[-1]] = at
            e.chain.append(at)
        for i, at in enumerate(e.chain):
            piece = whole[part * i:part * i + part]
            where, to = (self.mini, 64 * at) if part == 64 else (self.sectors[at], 0)
            where[to:to + len(piece)] = piece

    def delete(self, e):
        for kid in list(e.kids):
            self.delete(kid)
        for at in e.chain:
            (self.mini_fat if e.size < CUTOFF else self.fat)[at] = FREE
        e.parent.kids.remove(e)
        self.entries[e.number] = None

    def put(self, chain, data):
        for i, at in enumerate(chain):
            piece = data[512 * i:512 * i + 512]
            self.sectors[at][:len(piece)] = piece

    def file(self):
        for e in filter(None, self.entries):
            e.child = link(e.kids, Layout()) if e.kind != 2 else FREE
            e.start = 0 if e.kind == 1 else e.chain[0] if e.chain else END
        self.root.start = self.mini_sectors[0] if self.mini_sectors else END
        self.root.size = len(self.mini)
        self.put(self.directory, b"".join(e.pack(TIME) if e else EMPTY_ENTRY for e in self.entries))
        self.put(self.mini_sectors, self.mini)
        self.put(self.mini_fats, struct.pack("<%dI" % len(self.mini_fat), *self.mini_fat))
        self.put(self.fats, struct.pack("<%dI" % len(self.fat), *self.fat))
        return header({"fat": self.fats, "dir": self.directory, "minifat": self.mini_fats}, []) + b"".join(
            self.sectors)


def write(root, seed=5, piece=90, older=30):
    """older: streams of a state before this one, half of them deleted at the start, the rest at the end."""
    noise, file, todo = Noise(seed), Steps(), []
    old = file.entry("00009999", 1, file.root)
    for i in range(older):
        file.grow(file.entry("OLD%05d" % i, 2, old), b"STALE" * noise.below(300))
    for e in list(old.kids)[::2]:
        file.delete(e)

    def add(storage, parent):
        for node in storage.children:
            e = file.entry(node.name, 2 if isinstance(node, Stream) else 1, parent)
            if isinstance(node, Stream):
                todo.append((e, node.data))
            else:
                add(node, e)

    add(root, file.root)
    while todo:
        i = noise.below(len(todo))
        e, data = todo[i]
        file.grow(e, data[e.size:e.size + 1 + noise.below(piece)])
        if e.size == len(data):
            todo.pop(i)
    file.delete(old)
    return file.file()
