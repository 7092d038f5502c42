#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Upgrade packages for tests: small, made up, and the same bytes each time.

As a module: delta() and name_of() for a pair of versions, broken() for files that each break one rule of
the gate, good() for files that pass. As a program:
    fota_packages.py FOLDER    writes the good ones, and one file for each broken rule (rule-NAME.zip)
"""
import os
import struct
import sys
import zlib

METADATA = "META-INF/com/android/metadata"
SCRIPT = "META-INF/com/google/android/updater-script"
FILE = 0o100644 << 16
FOLDER = 0o040755 << 16
LINK = 0o120777 << 16


class Entry:
    """One entry; every field of both headers can be set to something else."""

    def __init__(self, name, data=b"", shrink=True, **other):
        self.name = name if isinstance(name, bytes) else name.encode()
        self.data = data
        self.method = 8 if shrink and data else 0
        self.body = deflate(data) if self.method else data
        self.flags, self.attr, self.extra, self.local_extra = 0, FILE, b"", b""
        self.crc, self.size, self.packed = zlib.crc32(data), len(data), len(self.body)
        self.local = {}  # fields of the local header that differ
        self.descriptor = b""
        self.disk, self.at, self.gap = 0, None, b""
        self.__dict__.update(other)

    def local_header(self):
        f = dict(name=self.name, flags=self.flags, method=self.method, crc=self.crc, size=self.size,
                 packed=self.packed, extra=self.local_extra, mark=b"PK\3\4")
        f.update(self.local)
        return f["mark"] + struct.pack("<HHHHHIIIHH", 20, f["flags"], f["method"], 0, 0x5821,
                                       f["crc"], f["packed"], f["size"], len(f["name"]),
                                       len(f["extra"])) + f["name"] + f["extra"]

    def central(self, at):
        return b"PK\1\2" + struct.pack("<HHHHHHIIIHHHHHII", 0x0314, 20, self.flags, self.method, 0,
                                       0x5821, self.crc, self.packed, self.size, len(self.name),
                                       len(self.extra), 0, self.disk, 0, self.attr,
                                       at if self.at is None else self.at) + self.name + self.extra


def deflate(data):
    z = zlib.compressobj(9, zlib.DEFLATED, -15)
    return z.compress(data) + z.flush()


def end(count, size, at, comment=b"", disk=0, here=None):
    return b"PK\5\6" + struct.pack("<HHHHIIH", disk, 0, count if here is None else here, count, size,
                                   at, len(comment)) + comment


def zip_of(entries, front=b"", before=b"", comment=b"", tail=b"", between=b"", count=None, **fields):
    """before: between the last entry and the directory; between: directory and end record."""
    out, central = bytearray(front), bytearray()
    for e in entries:
        central += e.central(len(out))
        out += e.local_header() + e.body + e.descriptor + e.gap
    at = fields.pop("dir_at", len(out) + len(before))
    size = fields.pop("dir_size", len(central))
    n = len(entries) if count is None else count
    return bytes(out) + before + bytes(central) + between + end(n, size, at, comment, **fields) + tail


def noise(n, seed=1):
    """Bytes that deflate cannot shrink."""
    out = bytearray()
    for i in range(n):
        seed = (seed * 6364136223846793005 + 1442695040888963407) & (2**64 - 1)
        out.append(seed >> 56)
    return bytes(out)


def delta_entries(pre="", post=""):
    metadata = "ota-type=BLOCK\n"
    if pre:
        metadata += "pre-build=%s\n" % pre
    if post:
        metadata += "post-build=%s\n" % post
    return [Entry(METADATA, metadata.encode()),
            Entry(SCRIPT, b'ui_print("delta");\napply_patch("/system", "-");\n'),
            Entry("patch/system.p", noise(3000)),
            Entry("patch/modem.p", noise(2000, 2), shrink=False)]


def delta(pre="", post=""):
    """A sound delta package; its name is the caller's business."""
    return zip_of(delta_entries(pre, post), comment=b"signed by a test")


def name_of(source, target, ext="zip"):
    return "Update_%s-%s.%s" % (source, target, ext)


def one(**kw):
    """A zip with a plain entry and one that is wrong in some way."""
    return zip_of([Entry("patch/a.p", noise(100)), Entry(**dict(dict(name="b", data=b"b" * 500), **kw))])


def bad_names():
    long = Entry("n" * 1025, b"x")
    yield "name-length", zip_of([Entry("a"), long])
    yield "name-length", zip_of([Entry("a"), Entry("")])
    for name in (b"a\0b", b"a\nb", b"a\x7f"):
        yield "name-bytes", one(name=name)
    for name in ("/etc/x", "c:/x", "C:x"):
        yield "name-absolute", one(name=name)
    yield "name-backslash", one(name="a\\b")
    for name in ("../x", "a/../x", "a/..", ".", "a//b", "./a"):
        yield "name-dots", one(name=name)
    yield "name-twice", zip_of([Entry("a", b"1"), Entry("b"), Entry("a", b"2")])
    yield "name-twice", zip_of([Entry("a", b"1"), Entry("a/", attr=FOLDER)])
    yield "name-case", zip_of([Entry("META/a", b"1"), Entry("meta/a", b"2")])


def bad_forms():
    for bit in (0, 6, 13):
        yield "encrypted", one(flags=1 << bit)
    for bit in (4, 5, 7, 8, 9, 10, 12, 14, 15):
        yield "flags", one(flags=1 << bit)
    for method in (1, 9, 12, 14, 93, 95, 99):
        yield "method", one(method=method)
    for extra in (b"x", b"\x99\x99\x05\0abc"):
        yield "extra", one(extra=extra)
    yield "extra", one(local_extra=b"\x99\x99\x05\0abc")
    for kind in (b"\x75\x70", b"\x75\x63"):
        yield "second-name", one(extra=kind + b"\x01\0x")
    yield "second-name", one(local_extra=b"\x75\x70\x01\0x")
    yield "special", one(attr=LINK)
    yield "special", one(attr=0o060000 << 16)
    yield "special", one(attr=FOLDER)
    for mode in (FILE, LINK):
        yield "special", one(name="b/", data=b"", attr=mode)
    yield "folder-data", one(name="b/", attr=FOLDER)
    yield "stored-size", one(shrink=False, size=499, local={"size": 499})
    yield "disks", one(disk=1)


def bad_ends():
    good = zip_of([Entry("a", b"1")])
    yield "end", good[:-1]
    yield "end", good[:len(good) // 2]
    yield "end", good + b"x"
    yield "end", b"PK\3\4"
    yield "end-twice", good + good[-22:]
    yield "end-twice", zip_of([Entry("a", b"1")], comment=b"--PK\5\6--")
    yield "disks", zip_of([Entry("a", b"1")], disk=1)
    yield "disks", zip_of([Entry("a", b"1")], here=0)
    yield "empty", end(0, 0, 0)
    yield "directory-place", zip_of([Entry("a", b"1")], between=b"x")
    yield "directory-place", zip_of([Entry("a", b"1")], dir_at=1)
    yield "directory-large", zip_of([Entry("a" * 1000, extra=b"\x99\x99\x00\xf0" + b"\0" * 0xf000)
                                     if i else Entry("b") for i in range(270)])
    yield "directory-count", zip_of([Entry("a", b"1")], count=2)
    yield "directory-count", zip_of([Entry("a" * 60, b"1")], count=2)
    yield "directory-count", zip_of([Entry("a", b"1"), Entry("b")], count=1)
    cut = bytearray(good)
    cut[cut.index(b"PK\1\2")] = 0x51
    yield "directory-cut", bytes(cut)
    cut = bytearray(good)
    struct.pack_into("<H", cut, cut.index(b"PK\1\2") + 32, 1)  # a comment that is not there
    yield "directory-cut", bytes(cut)


def bad_zip64():
    yield "zip64", zip_of([Entry("a", b"1")], count=0xffff, here=0xffff)
    yield "zip64", zip_of([Entry("a", b"1")], dir_at=0xffffffff)
    yield "zip64", zip_of([Entry("a", b"1")], between=b"PK\6\7" + b"\0" * 16)
    yield "zip64", one(size=0xffffffff)
    yield "zip64", one(extra=b"\1\0\x08\0" + b"\0" * 8)
    yield "zip64", one(local_extra=b"\1\0\x08\0" + b"\0" * 8)


def bad_places():
    yield "front", zip_of([Entry("a", b"1")], front=b"x")
    yield "front", zip_of([Entry("a", b"1")], front=b"#!/bin/sh\n")
    yield "gap", zip_of([Entry("a", b"1", gap=b"x"), Entry("b")])
    yield "gap", zip_of([Entry("a", b"1")], before=b"x")
    yield "overlap", zip_of([Entry("a", b"1"), Entry("b", b"1", at=0)])
    inner = Entry("b", b"1")
    outer = Entry("a", inner.local_header() + inner.body, shrink=False)
    yield "overlap", zip_of([outer, Entry("b", b"1", at=len(outer.local_header()))])
    yield "overlap", one(shrink=False, size=5000, packed=5000)  # runs into the directory
    none = Entry("b")
    none.local_header = bytes  # the directory has it, and that is all
    yield "local-cut", zip_of([Entry("a", b"1"), none])
    yield "gap", one(at=0x7fffffff)
    yield "local-cut", one(local={"mark": b"PK\3\5"})


def bad_locals():
    yield "local-name", one(local={"name": b"c"})
    yield "local-name", one(local={"name": b"B"})
    yield "local-name", one(local={"name": b"bb"})
    yield "local-name", one(name="bb", local={"name": b"b"})
    yield "local-form", one(local={"flags": 8})
    yield "local-form", one(local={"method": 0})
    yield "local-sizes", one(local={"size": 499})
    yield "local-sizes", one(local={"packed": 1})
    yield "local-sizes", one(local={"size": 0})
    yield "local-crc", one(local={"crc": 1})
    yield "descriptor", one(flags=8, descriptor=b"")
    b = Entry("b", b"b" * 500)
    right = struct.pack("<III", b.crc, b.packed, b.size)
    yield "descriptor", one(flags=8, descriptor=right[:-1] + b"\1")
    yield "descriptor", one(flags=8, descriptor=b"PK\7\x08" + right[4:] + right[:4])


def bad_data():
    yield "crc", one(crc=1)
    yield "crc", one(shrink=False, crc=1)
    yield "size", one(size=499)
    yield "size", one(size=501)
    yield "size", one(body=deflate(b"\0" * (1 << 20)), packed=len(deflate(b"\0" * (1 << 20))), method=8,
                      size=100, data=b"\0" * 100)
    for body in (b"\xff" * 20, deflate(b"b" * 500)[:-1], deflate(b"b" * 500) + b"x",
                 deflate(b"b" * 500) + noise(70000)):
        yield "deflate", one(body=body, method=8, data=b"b" * 500, packed=len(body))
    data = noise(65531)  # the packed data end where a piece of 64 KiB ends, and a byte follows
    body = b"\1" + struct.pack("<HH", len(data), len(data) ^ 0xffff) + data + b"x"
    yield "deflate", one(body=body, method=8, data=data, packed=len(body), crc=zlib.crc32(data),
                         size=len(data))
    yield "bomb", one(size=65 << 20)
    yield "large", one(size=0xfffffff0)


def broken():
    """(rule, bytes): files that each break one rule and no other that is looked at before."""
    for some in (bad_ends, bad_zip64, bad_names, bad_forms, bad_places, bad_locals, bad_data):
        yield from some()


def good():
    """(name, bytes): zips that pass."""
    b = Entry("b", b"b" * 500)
    words = struct.pack("<III", b.crc, b.packed, b.size)
    zero = {"crc": 0, "size": 0, "packed": 0}
    yield "plain", zip_of([Entry("a", b"1", shrink=False), Entry("d/", attr=FOLDER), b])
    yield "comment", zip_of([b], comment=b"c" * 65535)
    yield "descriptor", zip_of([Entry("b", b"b" * 500, flags=8, local=zero, descriptor=words), Entry("c")])
    yield "descriptor-mark", zip_of([Entry("b", b"b" * 500, flags=8, local=zero,
                                           descriptor=b"PK\7\x08" + words), Entry("c")])
    yield "aligned", zip_of([Entry("a", b"1", local_extra=b"\0\0\0"), b])
    yield "order", zip_of_reversed([Entry("a", b"1"), b])
    yield "utf8", zip_of([Entry("ä".encode(), b"1", flags=0x800)])
    yield "no-mode", zip_of([Entry("a", b"1", attr=0)])
    yield "zeros", zip_of([Entry("a", b"\0" * (4 << 20))])
    yield "delta", delta()


def zip_of_reversed(entries):
    """The directory in another order than the entries."""
    out, central = b"", []
    for e in entries:
        central.insert(0, e.central(len(out)))
        out += e.local_header() + e.body
    dir_bytes = b"".join(central)
    return out + dir_bytes + end(len(entries), len(dir_bytes), len(out))


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    files = [("good-" + n, d) for n, d in good()]
    count = {}
    for rule, data in broken():
        count[rule] = count.get(rule, 0) + 1
        files.append(("rule-%s-%d" % (rule, count[rule]), data))
    for name, data in files:
        with open(os.path.join(folder, name + ".zip"), "wb") as f:
            f.write(data)


if __name__ == "__main__":
    main()
