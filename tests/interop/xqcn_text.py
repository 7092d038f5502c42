# SPDX-License-Identifier: BSD-3-Clause
"""XQCN text, read with Python's own XML parser and written back from the rules. No project code."""
import re
import xml.parsers.expat

HEAD = b'<?xml version="1.0" encoding="Windows-1252" ?>\r\n\r\n'


class Damaged(Exception):
    """The text is not an XQCN file at all."""


class Storage:
    def __init__(self, name):
        self.name = name
        self.children = []   # Storage or Stream, in file order

    def names(self):
        return [c.name for c in self.children]

    def get(self, name):
        """The child of that name, or None."""
        for child in self.children:
            if child.name == name:
                return child
        return None


class Stream:
    def __init__(self, name, data):
        self.name = name
        self.data = data


class Parser:
    def __init__(self):
        self.stack = []
        self.root = None
        self.open_stream = False

    def start(self, tag, attributes):
        names = attributes[0::2]
        values = dict(zip(names, attributes[1::2]))
        if self.open_stream:
            raise Damaged("an element inside a Stream")
        if tag == "Storage" and names == ["Name"]:
            node = Storage(values["Name"])
        elif tag == "Stream" and names == ["Length", "Name", "Value"]:
            node = Stream(values["Name"], self.value(values))
            self.open_stream = True
        else:
            raise Damaged("element %s with attributes %s" % (tag, names))
        self.place(node)
        if tag == "Storage":
            self.stack.append(node)

    def place(self, node):
        if self.stack:
            self.stack[-1].children.append(node)
        elif self.root is None and isinstance(node, Storage):
            self.root = node
        else:
            raise Damaged("%s is outside the root storage" % node.name)

    @staticmethod
    def value(values):
        text = values["Value"]
        if not re.fullmatch(r"(?:[0-9A-Fa-f]{2}(?: |$))*", text):
            raise Damaged("stream %s: Value is not hex pairs" % values["Name"])
        data = bytes.fromhex(text)
        if values["Length"] != str(len(data)):
            raise Damaged("stream %s: Length is %s, the value has %d bytes"
                          % (values["Name"], values["Length"], len(data)))
        return data

    def end(self, tag):
        if tag == "Storage":
            self.stack.pop()
        self.open_stream = False

    def text(self, data):
        if data.strip():
            raise Damaged("text between the elements: %r" % data[:40])


def refuse(*_):
    raise Damaged("a DOCTYPE or an entity")


def parse(raw):
    """The root Storage of a file's bytes; Damaged with the reason."""
    p = Parser()
    x = xml.parsers.expat.ParserCreate()
    x.ordered_attributes = True
    x.StartElementHandler = p.start
    x.EndElementHandler = p.end
    x.CharacterDataHandler = p.text
    x.StartDoctypeDeclHandler = refuse
    x.EntityDeclHandler = refuse
    try:
        x.Parse(raw, True)
    except xml.parsers.expat.ExpatError as error:
        raise Damaged("not well-formed: %s" % error) from error
    return p.root


def escape(name):
    text = name.replace("&", "&amp;").replace("'", "&apos;").replace("<", "&lt;")
    return text.encode("cp1252", "xmlcharrefreplace")


def write(root):
    """The exact text of a tree: QPST's declaration, quotes, indents, line ends and hex."""
    out = [HEAD]

    def node(n, depth):
        pad = b"  " * depth
        name = escape(n.name)
        if isinstance(n, Stream):
            pairs = n.data.hex(" ").upper().encode() + b" " if n.data else b""
            out.append(b"%s<Stream Length='%d' Name='%s' Value='%s'/>\r\n"
                       % (pad, len(n.data), name, pairs))
        elif not n.children:
            out.append(b"%s<Storage Name='%s'/>\r\n" % (pad, name))
        else:
            out.append(b"%s<Storage Name='%s'>\r\n" % (pad, name))
            for child in n.children:
                node(child, depth + 1)
            out.append(b"%s</Storage>\r\n" % pad)

    node(root, 0)
    return b"".join(out)[:-2]   # nothing behind the last </Storage>
