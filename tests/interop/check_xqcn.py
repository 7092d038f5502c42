#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check_xqcn.py UNIT_FOLDER FILE.xqcn: is everything the unit holds in the file, byte for byte, in the
section where the vendor tools put it, and written in their exact text? Python's own XML parser and no
project code, so that a mistake of ours cannot hide itself. Exit 1 with each difference named."""
import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import xqcn_text                                   # noqa: E402
from unit_folder import UnitFolder                 # noqa: E402

ARRAYS = ("NV_ITEM_ARRAY", "NV_ITEM_ARRAY_SIM_1", "NV_ITEM_ARRAY_SIM_2")
SECTIONS = ("EFS_Backup", "Provisioning_Item_Files", "NV_Items")
LEFT_OUT = (3252,)   # vendor tools stop at this item when they restore


class Check:
    def __init__(self, unit, name):
        self.unit, self.name = unit, name
        self.problems = []
        self.counts = {}

    def bad(self, text, *args):
        self.problems.append(text % args)

    def same(self, what, got, want):
        if got != want:
            self.bad("%s: is %r, should be %r", what, got, want)

    # --- text and shape -----------------------------------------------------------------------

    def text(self, raw):
        """The parsed tree, after the raw bytes were compared with what the rules make of it."""
        root = xqcn_text.parse(raw)
        want = xqcn_text.write(root)
        if raw != want:
            at = next((i for i, (a, b) in enumerate(zip(raw, want)) if a != b),
                      min(len(raw), len(want)))
            self.bad("text: byte %d is %r, the rules give %r (%d and %d bytes in all)",
                     at, raw[at:at + 24], want[at:at + 24], len(raw), len(want))
        return root

    def shape(self, root):
        """The storage `default`, or None when it cannot be reached."""
        model = "%08u" % int(self.unit.conf.get("model_number", "0"))
        self.same("root name", root.name, os.path.basename(self.name))
        self.same("root", root.names(), [model, "File_Version"])
        version = root.get("File_Version")
        if version is not None:
            self.same("File_Version", version.data, bytes([2, 0, 0, 0, 0, 0]))
        level1 = root.get(model)
        if level1 is None:
            return None
        self.same(model, level1.names(), ["default"])
        top = level1.get("default")
        if top is not None:
            self.same("default", top.names(), ["NV_NUMBERED_ITEMS"] + list(SECTIONS) +
                      ["Mobile_Property_Info", "Feature_Mask"])
        return top

    # --- numbered items -----------------------------------------------------------------------

    def arrays(self, top):
        storage = top.get("NV_NUMBERED_ITEMS")
        if storage is None:
            return
        self.same("NV_NUMBERED_ITEMS", storage.names(), list(ARRAYS))
        for sub, name in enumerate(ARRAYS):
            stream = storage.get(name)
            if stream is not None:
                self.array(sub, name, stream.data)

    def array(self, sub, name, data):
        records = {}
        if len(data) % 136:
            self.bad("%s: %d bytes are no multiple of 136", name, len(data))
        for at in range(0, len(data) - 135, 136):
            size, one, ident, index = struct.unpack_from("<HHHH", data, at)
            if (size, one) != (136, 1):
                self.bad("%s: record at %d begins %d, %d", name, at, size, one)
            if (ident, index) in records:
                self.bad("%s: item %d index %d is there twice", name, ident, index)
            records[ident, index] = data[at + 8:at + 136]
        self.counts[name] = len(records)
        self.required_items(sub, name, records)
        for (ident, index), payload in sorted(records.items()):
            self.known_item(sub, name, ident, index, payload)

    def required_items(self, sub, name, records):
        for ident, index in sorted(self.unit.nv[sub], key=str):
            if ident in LEFT_OUT:
                continue
            if (ident, index or 0) not in records:
                self.bad("%s: item %d index %d of the unit is missing", name, ident, index or 0)

    def known_item(self, sub, name, ident, index, payload):
        items = self.unit.nv[sub]
        want = items.get((ident, index), items.get((ident, None)))
        if want is None:
            self.bad("%s: item %d index %d: the unit has none", name, ident, index)
        elif payload != want:
            self.bad("%s: item %d index %d differs from the unit's", name, ident, index)
        elif ident in LEFT_OUT:
            self.bad("%s: item %d must be left out", name, ident)

    # --- files --------------------------------------------------------------------------------

    def section(self, top, name):
        """{spelling: (time or None, data)} of one section, in its order."""
        storage = top.get(name)
        out = {}
        if storage is None:
            return out
        self.same(name, storage.names(), ["EFS_Dir", "EFS_Data"])
        if storage.names() != ["EFS_Dir", "EFS_Data"]:
            return out
        dirs, datas = storage.children
        numbers = ["%08X" % i for i in range(len(dirs.children))]
        self.same(name + " EFS_Dir names", dirs.names(), numbers)
        self.same(name + " EFS_Data names", datas.names(), numbers)
        for entry in dirs.children:
            body = datas.get(entry.name)
            mtime, path = self.dir_entry(name, entry)
            if path in out:
                self.bad("%s: %s is there twice", name, path)
            if body is not None:
                out[path] = (mtime, body.data)
        self.order(name, list(out))
        self.counts[name] = len(out)
        return out

    def dir_entry(self, section, entry):
        data, mtime = entry.data, None
        if section == "EFS_Backup":
            if data[:4] != bytes([1, 0, 1, 1]) or len(data) < 9:
                self.bad("%s %s: header %s", section, entry.name, data[:8].hex(" "))
            mtime = int.from_bytes(data[4:8], "little")
            data = data[8:]
        elif section == "Provisioning_Item_Files":
            if data[-1:] != b"\0":
                self.bad("%s %s: no NUL after the path", section, entry.name)
            data = data[:-1] if data.endswith(b"\0") else data
        path = data.decode("latin-1")
        if not path or any(not 0x20 <= ord(c) <= 0x7E for c in path):
            self.bad("%s %s: path %r", section, entry.name, path)
        return mtime, path

    def order(self, section, paths):
        """Walked folders (spelled without the first slash) come first, the rest ascends."""
        relative = [p for p in paths if not p.startswith("/")]
        rest = [p for p in paths if p.startswith("/")]
        if paths != relative + rest:
            self.bad("%s: a folder entry stands behind an absolute path", section)
        if rest != sorted(rest):
            first = next(a for a, b in zip(rest, sorted(rest)) if a != b)
            self.bad("%s: not in ascending order at %s", section, first)
        folders = [p.split("/")[0] for p in relative]
        if folders != sorted(folders):
            self.bad("%s: the walked folders are not in order", section)

    def files(self, top):
        found = {name: self.section(top, name) for name in SECTIONS}
        self.same("NV_Items entries", len(found["NV_Items"]), 0)
        for path in sorted(self.unit.files):
            self.file(found, self.unit.files[path])
        for section, entries in found.items():
            for spelled in entries:
                self.bad("%s: %s: the unit has no such file here", section, spelled)

    def file(self, found, entry):
        """Takes the entry out of `found`; what is left at the end is surplus."""
        section, spelled, mtime = self.unit.place(entry)
        got = found[section].pop(spelled, None)
        if got is None:
            self.bad("%s: %s of the unit is missing", section, spelled)
        elif got[1] != entry.data:
            self.bad("%s: %s differs from the unit's (%d bytes, should be %d)",
                     section, spelled, len(got[1]), len(entry.data))
        elif got[0] != mtime:
            self.bad("%s: %s has time %s, should be %s", section, spelled, got[0], mtime)

    # --- the two property streams -------------------------------------------------------------

    def properties(self, top):
        info, mask = top.get("Mobile_Property_Info"), top.get("Feature_Mask")
        if info is not None:
            self.mobile_property_info(info.data)
        if mask is not None:
            want = bytes.fromhex(self.unit.conf.get("feature_mask", ""))
            self.same("Feature_Mask", mask.data.hex(), (struct.pack("<H", len(want)) + want).hex())

    def mobile_property_info(self, data):
        if len(data) < 12:
            self.bad("Mobile_Property_Info: only %d bytes", len(data))
            return
        esn, model, major, minor, n = struct.unpack_from("<IHBBH", data)
        software = data[10:10 + n].decode("latin-1")
        m = int.from_bytes(data[10 + n:12 + n], "little")
        conf = self.unit.conf
        self.same("Mobile_Property_Info length", len(data), 12 + n + m)
        self.same("ESN field", "%08X" % esn, "%08X" % self.unit.esn())
        self.same("model field", model, int(conf.get("model_number", "0")))
        self.same("NV revision fields", (major, minor), (0, 0))
        self.same("software string", software, conf.get("ext_build", conf.get("firmware", "")))
        client = data[12 + n:].decode("latin-1")
        if not client.startswith("qdiag "):
            self.bad("client name: is %r, should begin with `qdiag `", client)

    def run(self, raw):
        try:
            top = self.shape(self.text(raw))
        except xqcn_text.Damaged as why:
            self.bad("%s", why)
            return
        if top is None:
            self.bad("no storage `default` below the model number")
            return
        self.arrays(top)
        self.files(top)
        self.properties(top)


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: check_xqcn.py UNIT_FOLDER FILE.xqcn")
    check = Check(UnitFolder(sys.argv[1]), sys.argv[2])
    with open(sys.argv[2], "rb") as f:
        check.run(f.read())
    for problem in check.problems:
        print("DIFFERENT " + problem)
    print("%s: %s, %d differences" % (
        os.path.basename(sys.argv[2]),
        ", ".join("%s %d" % item for item in check.counts.items()), len(check.problems)))
    return 1 if check.problems else 0


if __name__ == "__main__":
    sys.exit(main())
