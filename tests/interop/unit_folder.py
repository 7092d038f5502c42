# SPDX-License-Identifier: BSD-3-Clause
"""A simulated unit's folder (docs/formats/unit.md), read without project code."""
import os
import re

S_IFMT, S_IFREG, S_IFITM = 0o170000, 0o100000, 0o160000
FOLDERS = ("/brew", "/cert", "/pdp_profiles")
RF_FOLDERS = ("/nv/item_files/rfnv", "/rfc")
ITEM_FOLDERS = ("/nv/item_files", "/nv/reg_files", "/sd", "/cgps/nv/item_files")
CONF_FOLDERS = ("/nv/item_files/conf", "/nv/reg_files/conf")
LISTS = ("/nv/item_store/rfnv/rfnv.bl", "/nv/item_store/rfnv/rfc.bl")


class File:
    def __init__(self, path, data, kind, mode, mtime):
        self.path, self.data, self.kind = path, data, kind
        self.mode, self.mtime = mode, mtime


def below(path, folder):
    return path.startswith(folder.rstrip("/") + "/")


def listed_paths(data):
    """The absolute paths of a .conf or .bl file; CR, LF and NUL separate, the rest is noise."""
    words = re.split(rb"[\r\n\0]+", data)
    return [w.rstrip(b" \t").decode("latin-1") for w in words if w.startswith(b"/")]


class UnitFolder:
    def __init__(self, folder):
        self.folder = folder
        self.conf = self.read_conf()
        self.nv = [self.read_nv(sub) for sub in range(3)]
        self.files = self.read_tree("efs")
        for path, entry in self.read_tree("efs-alt").items():
            self.files.setdefault(path, entry)
        self.listed = set()
        self.rf_folders = set(RF_FOLDERS)
        for path, entry in self.files.items():
            if path in LISTS:
                self.rf_folders |= {p.rstrip("/") for p in listed_paths(entry.data)}
            if os.path.dirname(path) in CONF_FOLDERS and path.endswith(".conf"):
                self.listed |= set(listed_paths(entry.data))

    def read_conf(self):
        conf = {}
        with open(os.path.join(self.folder, "unit.conf"), encoding="utf-8") as f:
            for line in f:
                line = re.sub(r"(^|\s)#.*", "", line)
                key, _, value = line.partition("=")
                if key.strip():
                    conf[key.strip()] = value.strip()
        return conf

    def read_nv(self, sub):
        """{(id, index or None): 128 bytes}"""
        items = {}
        folder = os.path.join(self.folder, "nv", str(sub))
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            ident, _, index = name.partition(".")
            with open(os.path.join(folder, name), "rb") as f:
                data = f.read()
            items[int(ident), int(index) if index else None] = data.ljust(128, b"\0")
        return items

    def read_attr(self, tree):
        """{path: (mode, mtime, kind)}"""
        out = {}
        name = os.path.join(self.folder, tree + ".attr")
        if not os.path.exists(name):
            return out
        with open(name, encoding="latin-1") as f:
            for line in f.read().split("\n"):
                if line and not line.startswith("#"):
                    mode, mtime, kind, path = line.split(None, 3)
                    mode = int(mode, 8)
                    if mode & S_IFMT == 0:
                        mode |= S_IFITM if kind == "item" else S_IFREG
                    out[path.split(" -> ")[0].rstrip("/")] = (mode, int(mtime), kind)
        return out

    def read_tree(self, tree):
        """{path: File} of what a backup can hold: no folders, no links, nothing denied, no NV aliases."""
        files = {}
        attr = self.read_attr(tree)
        base = os.path.join(self.folder, tree)
        for where, _, names in os.walk(base):
            for name in names:
                host = os.path.join(where, name)
                path = "/" + os.path.relpath(host, base)
                mode, mtime, kind = attr.get(path, (S_IFREG | 0o644, 0, "file"))
                if (kind in ("denied", "link", "dir") or os.path.islink(host)
                        or below(path, "/nvm")):
                    continue
                with open(host, "rb") as f:
                    files[path] = File(path, f.read(), kind, mode, mtime)
        return files

    def place(self, entry):
        """(section, spelling in the file, time) where a vendor tool files this one."""
        path = entry.path
        if any(below(path, f) for f in FOLDERS):
            return "EFS_Backup", path[1:], 0
        if any(below(path, f) for f in self.rf_folders):
            return "EFS_Backup", path, entry.mtime
        if (path in self.listed or any(below(path, f) for f in ITEM_FOLDERS)
                or entry.mode & S_IFMT == S_IFITM):
            return "Provisioning_Item_Files", path, None
        return "EFS_Backup", path, entry.mtime

    def esn(self):
        """What the header's ESN field has to say: the unit's, or the placeholder of units without."""
        known = int(self.conf.get("esn", "0"), 16)
        if known == 0:
            known = int.from_bytes(self.nv[0].get((0, None), bytes(4))[:4], "little")
        return known or 0xDEADD00D
