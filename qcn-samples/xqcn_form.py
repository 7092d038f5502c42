# SPDX-License-Identifier: BSD-3-Clause
"""XQCN text of a tree, in QPST's own form or in one of the others that a reader must take."""
import re
import xml.parsers.expat

from qcn_tree import Storage, Stream


# Windows-1252 has no character for these bytes. They stand for the control character of their value.
HOLES = (0x81, 0x8D, 0x8F, 0x90, 0x9D)


def fill_holes(raw, encoding):
    if encoding == "windows-1252":
        for c in HOLES:
            raw = raw.replace(b"&#%d;" % c, bytes([c]))
    return raw


def refer_to_holes(raw):
    if b"encoding=\"Windows-1252\"" in raw[:80]:
        for c in HOLES:
            raw = raw.replace(bytes([c]), b"&#%d;" % c)
    return raw


def escape(name, encoding):
    text = name.replace("&", "&amp;").replace("'", "&apos;").replace("<", "&lt;").replace(">", "&gt;")
    return text.encode(encoding, "xmlcharrefreplace").decode(encoding)


def hex_text(data, lower=False, last_space=True, breaks=False):
    out = data.hex(" ")
    if not lower:
        out = out.upper()
    if breaks:
        out = re.sub(r"((?:.. ){15}..) ", r"\1\n  ", out)
    return out + (" " if data and last_space else "")


def text(root, eol="\r\n", quote="'", encoding="windows-1252", declared="Windows-1252", lower=False,
         last_space=True, breaks=False, attributes=("Length", "Name", "Value"), head=None, tail=""):
    """The bytes of the file. Storages stand before streams at every level."""
    out = [head if head is not None else
           '<?xml version="1.0" encoding="%s" ?>' % declared, ""]

    def q(value):
        return quote + value + quote

    def line(n, depth):
        pad = "  " * depth
        name = escape(n.name, encoding)
        if isinstance(n, Stream):
            values = {"Length": str(len(n.data)), "Name": name,
                      "Value": hex_text(n.data, lower, last_space, breaks)}
            out.append(pad + "<Stream " + " ".join("%s=%s" % (a, q(values[a])) for a in attributes)
                       + "/>")
        elif not n.children:
            out.append("%s<Storage Name=%s/>" % (pad, q(name)))
        else:
            out.append("%s<Storage Name=%s>" % (pad, q(name)))
            for kind in (Storage, Stream):
                for child in n.children:
                    if isinstance(child, kind):
                        line(child, depth + 1)
            out.append(pad + "</Storage>")

    line(root, 0)
    return fill_holes((eol.join(out) + tail).encode(encoding), encoding)


def read(raw):
    """The tree of a file's bytes, through expat. For comparing only: it trusts the file."""
    stack, found = [], []

    def start(tag, a):
        node = (Storage(a["Name"]) if tag == "Storage"
                else Stream(a["Name"], bytes.fromhex(a["Value"])))
        if stack:
            stack[-1].children.append(node)
        else:
            found.append(node)
        if isinstance(node, Stream) and len(node.data) != int(a["Length"]):
            raise ValueError("Length of %s" % node.name)
        if isinstance(node, Storage):
            stack.append(node)

    def end(tag):
        if tag == "Storage":
            stack.pop()

    x = xml.parsers.expat.ParserCreate()
    x.StartElementHandler = start
    x.EndElementHandler = end
    x.Parse(refer_to_holes(raw), True)
    return found[0]
