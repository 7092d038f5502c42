#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""`qdiag check` over every sample and every small mutation, under limits on memory, stack and time; the
sound ones also converted there and back. What must come out is worked out here and in qcn-samples/,
with readers and writers that share nothing with the library."""
import gzip
import hashlib
import os
import re
import resource
import struct
import subprocess
import sys
import zlib

sys.dont_write_bytecode = True
SRC = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
SAMPLES = os.path.join(SRC, "qcn-samples")
sys.path[:0] = [SAMPLES, os.path.join(SRC, "tests", "fault")]
import cfb_form  # noqa: E402
import good_samples  # noqa: E402
import make_samples  # noqa: E402
import mutations  # noqa: E402
import xqcn_form  # noqa: E402
from qcn_tree import flat, t1, t2, t3  # noqa: E402
from rig import QDIAG, main, put, read  # noqa: E402

MB = 1 << 20
# What one run may take: address space in whole, the mapped libraries included; stack; processor time.
FIXED, MULTIPLE, STACK, SECONDS = 96 * MB, 8, 256 << 10, 20
FIRST_LINE = re.compile(r"qdiag: the (QCN )?file is (damaged|of an unknown or unsupported kind): .+"
                        r"  \[exit 10\]")


def limits(space):
    def apply():
        resource.setrlimit(resource.RLIMIT_STACK, (STACK, STACK))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS * SLOW, SECONDS * SLOW))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if space:
            resource.setrlimit(resource.RLIMIT_AS, (space, space))
    return apply


def sanitized():
    """AddressSanitizer maps terabytes of shadow: no limit on address space can hold it."""
    def tight():
        resource.setrlimit(resource.RLIMIT_AS, (4096 * MB, 4096 * MB))
    return subprocess.run([QDIAG, "--version"], preexec_fn=tight, capture_output=True,
                          check=False).returncode != 0


SLOW = 1
SLOW = 4 if sanitized() else 1


def qdiag(*args, size=0, cwd=None):
    space = 0 if SLOW > 1 else FIXED + MULTIPLE * size
    p = subprocess.run([QDIAG, *args], cwd=cwd, capture_output=True, preexec_fn=limits(space),
                       timeout=SECONDS * SLOW * 3, check=False)
    p.stdout, p.stderr = p.stdout.decode(), p.stderr.decode()
    for sign in ("AddressSanitizer", "runtime error:", "LeakSanitizer"):
        assert sign not in p.stderr, p.stderr
    assert p.returncode >= 0, "%s: killed by signal %d\n%s" % (args, -p.returncode, p.stderr)
    return p


def check(path, code, words, size=None):
    """One run of check: exit code, words, and a refusal that makes sense by its first line alone."""
    p = qdiag("check", path, size=os.path.getsize(path) if size is None else size)
    name = os.path.basename(path)
    said = p.stdout + p.stderr
    assert p.returncode == code, "%s: exit %d, not %d\n%s" % (name, p.returncode, code, said)
    if code == 10:
        said = p.stderr.split("\n", 1)[0]           # it has to do alone: in a log there is no more
        assert FIRST_LINE.fullmatch(said), "%s: first line %r" % (name, said)
        assert path in said, "%s is not named in %r" % (name, said)
        assert p.stdout == "", p.stdout
        assert "\n  next     " in p.stderr, "%s: nothing to do next:\n%s" % (name, p.stderr)
    said = said.replace(path, "")                   # words in the name prove nothing
    for word in words:
        assert word in said, "%s: no %r in\n%s" % (name, word, said)
    if code == 0:
        assert p.stderr == "" and p.stdout.startswith("sound"), said
    return p


def check_bytes(work, name, data, code, words, size=None):
    path = work + "/" + name
    put(path, data)
    check(path, code, words, size)
    os.unlink(path)


def rows():
    with open(SAMPLES + "/expected.tsv", encoding="ascii") as f:
        for line in f.read().splitlines()[1:]:
            name, verdict, code, *words = line.split("\t")
            yield name, verdict, int(code), words


# --- the files ---------------------------------------------------------------------------------

def listing(folder):
    return {place + "/" + n: read("%s/%s/%s" % (folder, place, n))
            for place in ("good", "bad") for n in os.listdir("%s/%s" % (folder, place))}


def test_vectors(_work):
    """The sample maker itself against the digests of the format reference."""
    for data, size, digest in (
            (xqcn_form.text(t1()), 1478, "d688b15ce5472f0fa520b53304612d76bbd313778d34dd1d5159696e960e3bdf"),
            (xqcn_form.text(t2()), 32361, "d92c60e568540c182d1fb141f4495c7337f4ba7070bd9dccb55b260d76abbc61"),
            (cfb_form.write(t1()), 5120, "63f1c6d2745398115fa64dc43e269611d8d2c584160c1ef604604fbec98b9a96"),
            (cfb_form.write(t2()), 16896, "a7193f61655f55b39ecbf7f44f3e02970a05c3f0a349f99818d8c7ee12657e5d"),
            (cfb_form.write(t3()), 8458240,
             "34925ad2294a4aaa4f9b3e947397e015c420fe549f0f8d16c7b36969d0dae51a")):
        assert (len(data), hashlib.sha256(data).hexdigest()) == (size, digest), size


def test_reproduced(work):
    make_samples.make(work)
    made, here = listing(work), listing(SAMPLES)
    assert sorted(made) == sorted(here), sorted(set(made) ^ set(here))
    for name, data in made.items():
        assert data == here[name], "%s is not what make_samples.py makes" % name
        assert len(data) <= 200 << 10, "%s: %d bytes" % (name, len(data))
    assert read(work + "/expected.tsv") == read(SAMPLES + "/expected.tsv")
    assert sum(map(len, made.values())) < 3 * MB
    rules = {int(n[5:7]) for n in made if n.startswith("bad/")}
    assert rules == set(range(1, 20)), sorted(set(range(1, 20)) - rules)
    assert sorted(n for n, _, _, _ in rows()) == sorted(made)


def test_samples(_work):
    count = 0
    for name, verdict, code, words in rows():
        assert (verdict == "reject") == (code == 10), name
        check(os.path.join(SAMPLES, name), code, words)
        count += 1
    print("     %d samples" % count)


def test_text_mutations(work):
    raw = xqcn_form.text(t1()).decode("ascii")
    for i, m in enumerate(mutations.TEXT):
        data, words = mutations.change_text(raw, m)
        check_bytes(work, "m%d.xqcn" % i, data, 10 if m.rule else 0, words)
    for at in range(1, len(raw), 53):
        check_bytes(work, "cut.xqcn", raw[:at].encode(), 10, ())
    tail = " \t\r\n" * 300
    check_bytes(work, "tail.xqcn", (raw + tail).encode(), 0, ("blanks after the end",))


def test_swapped_streams(work):
    """Pairs go by name: streams in another order give the same files at the same paths."""
    tree = t2()
    tree.at("00024628/default/EFS_Backup/EFS_Data").children.reverse()
    p = check_text(work, tree, 0)
    assert "EFS_Backup 4, Provisioning_Item_Files 3" in p.stdout, p.stdout


def check_text(work, tree, code, *words):
    put(work + "/t.xqcn", xqcn_form.text(tree))
    return check(work + "/t.xqcn", code, words)


def test_compound_mutations(work):
    raw = cfb_form.write(t2())
    for i, m in enumerate(mutations.CFB):
        check_bytes(work, "m%d.qcn" % i, mutations.change_cfb(raw, m), 10, m.words)
    for size in (1, 8, 511, 512, 1000, 1535, 1536, 8192, 16384, 16895):
        check_bytes(work, "cut.qcn", raw[:size], 10, ())
    check_bytes(work, "zeros.qcn", bytes(len(raw)), 10, ("zero bytes",))
    check_bytes(work, "more.qcn", raw + b"\0", 10, ())
    check_bytes(work, "sector.qcn", raw + bytes(512), 0, ())


# --- big ones, made here -----------------------------------------------------------------------

def test_big_forms(work):
    for name, data, words in good_samples.big_forms():
        check_bytes(work, name, data, 0, words)


def zeros_gz(size):
    """gzip of that many zero bytes, without ever holding them."""
    c = zlib.compressobj(1, zlib.DEFLATED, 31)
    block = bytes(MB)
    out = [c.compress(block) for _ in range(size // MB)]
    return b"".join(out) + c.flush()


def test_bombs(work):
    head, _, rest = xqcn_form.text(t1()).partition(b"<Storage Name='default'>")
    check_bytes(work, "zeros.xqcn.gz", zeros_gz(1024 * MB), 10, ("zero bytes",))
    blanks = gzip.compress(head + b" " * (300 * MB) + rest, 1)
    check_bytes(work, "blanks.xqcn.gz", blanks, 10, ())
    check_bytes(work, "deep.xqcn", head + b"<Storage Name='a'>" * 200000, 10, ("deeper than 8",))
    many = b" ".join(b"a%d=''" % i for i in range(60000))
    check_bytes(work, "attributes.xqcn",
                head + b"<Storage Name='a' " + many + b"/>" + rest, 10, ("attributes",))
    check_bytes(work, "attributes-later.xqcn", head + b"<!-- -->" + b"<Storage Name='a' "
                + b" ".join(b"a%d=''" % i for i in range(1000000)) + b"/>" + rest, 10, ("attributes",))
    for text in (b"Length='4294967295'", b"Length='33554432'", b"Length='9999999999'",
                 b"Length='18446744073709551616'"):
        check_bytes(work, "length.xqcn", (head + rest).replace(b"Length='14'", text), 10, ("Length",))
    laughs = b"<!DOCTYPE a [<!ENTITY l 'lol'>" + b"".join(
        b"<!ENTITY l%d '%s'>" % (i, b"&l%d;" % (i - 1) * 10 if i else b"&l;" * 10) for i in range(9))
    check_bytes(work, "laughs.xqcn", head.replace(b"<Storage", laughs + b"]><Storage", 1) + rest, 10,
                ("DOCTYPE",))
    nodes = b"".join(b"<Storage Name='%d'/>" % i for i in range(200001))
    check_bytes(work, "nodes.xqcn", head + nodes + rest, 10, ("more than 200000",))
    name = b"<Storage Name='" + b"n" * (20 * MB) + b"'>"
    check_bytes(work, "name.xqcn", head + name + rest, 10, ("31 characters",))
    check_bytes(work, "word.xqcn", head + b"<" + b"n" * (20 * MB), 10, ())
    check_bytes(work, "comment.xqcn", head + b"<!--" + b"n" * (20 * MB) + b"-->", 10, ())


def test_compound_bombs(work):
    """Counts and sizes that ask for memory the file cannot fill."""
    raw = cfb_form.write(t2())
    for at in (44, 64, 72, 632, 1272, 2936):
        for value in (0x7FFFFFFF, 0x00FFFFFF, 0xFFFFFFF0):
            bad = raw[:at] + struct.pack("<I", value) + raw[at + 4:]
            check_bytes(work, "huge.qcn", bad, 10, ())
    chain = bytearray(raw)                       # a directory that claims every sector of a long file
    chain += bytes(512 * 2000)
    check_bytes(work, "tail.qcn", bytes(chain), 0, ())


# --- there and back ----------------------------------------------------------------------------

def convert(work, first, second):
    p = qdiag("convert", work + "/" + first, work + "/" + second,
              size=os.path.getsize(work + "/" + first))
    assert p.returncode == 0, "%s to %s: exit %d\n%s%s" % (first, second, p.returncode, p.stdout, p.stderr)
    mode = os.stat(work + "/" + second).st_mode & 0o777
    assert mode == 0o600, "%s has mode %o" % (second, mode)
    return read(work + "/" + second)


def qpst_form(raw):
    """True when the text is what QPST would have written: its exact form, LF or CRLF."""
    tree = xqcn_form.read(raw)
    return raw in (xqcn_form.text(tree), xqcn_form.text(tree, eol="\n"))


def test_convert_text(work):
    exact = other = 0
    for name in sorted(os.listdir(SAMPLES + "/good")):
        if not name.endswith(".xqcn"):
            continue
        raw = read(SAMPLES + "/good/" + name)
        put(work + "/a.xqcn", raw)
        want = flat(xqcn_form.read(raw))
        compound = convert(work, "a.xqcn", "b.qcn")
        assert flat(cfb_form.read(compound)) == want, name
        again = convert(work, "b.qcn", "c.xqcn")
        assert flat(xqcn_form.read(again)) == want, name
        if qpst_form(raw):
            assert again == raw, "%s is not the same text after xqcn -> qcn -> xqcn" % name
            exact += 1
        else:
            other += 1
        os.unlink(work + "/b.qcn")
        os.unlink(work + "/c.xqcn")
    assert exact >= 25 and other >= 5, (exact, other)
    print("     %d byte-identical, %d of another text form with the same streams" % (exact, other))


def test_convert_compound(work):
    count = 0
    for name in sorted(os.listdir(SAMPLES + "/good")):
        if not name.endswith(".qcn"):
            continue
        raw = read(SAMPLES + "/good/" + name)
        put(work + "/a.qcn", raw)
        want = {path: data for path, data in flat(cfb_form.read(raw)).items()
                if path.rpartition("/")[2][0] >= " "}          # Windows' own are no part of it
        text = convert(work, "a.qcn", "b.xqcn")
        assert flat(xqcn_form.read(text)) == want, name
        assert qpst_form(text), name
        again = convert(work, "b.xqcn", "c.qcn")
        assert flat(cfb_form.read(again)) == want, name
        os.unlink(work + "/b.xqcn")
        os.unlink(work + "/c.qcn")
        count += 1
    assert count >= 15, count
    print("     %d files, every stream the same after qcn -> xqcn -> qcn" % count)


def test_convert_big(work):
    for name, data, _ in good_samples.big_forms():
        put(work + "/a." + name.rpartition(".")[2], data)
        first = "a." + name.rpartition(".")[2]
        second = "b.xqcn" if first == "a.qcn" else "b.qcn"
        reader = xqcn_form if second == "b.xqcn" else cfb_form
        want = flat((cfb_form if first == "a.qcn" else xqcn_form).read(data))
        assert flat(reader.read(convert(work, first, second))) == want, name
        os.unlink(work + "/" + first)
        os.unlink(work + "/" + second)


TESTS = [test_vectors, test_reproduced, test_samples, test_text_mutations, test_swapped_streams,
         test_compound_mutations, test_big_forms, test_bombs, test_compound_bombs,
         test_convert_text, test_convert_compound, test_convert_big]

if __name__ == "__main__":
    if SLOW > 1:
        print("built with sanitizers: no limit on address space")
    sys.exit(main(TESTS))
