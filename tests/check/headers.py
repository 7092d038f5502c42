#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds the public headers to their comment form, and every C file to its opening lines.

Before each QDIAG_API function stands one comment: a sentence; @param for every parameter; Time:;
Unit: none, reads only or writes; Owner:; Returns; in this order. Only restore.h, ufs.h and fota.h may
say that a call writes to a unit."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cscan  # noqa: E402

MAY_WRITE = {'restore.h', 'ufs.h', 'fota.h'}
PARTS = ['Time:', 'Unit:', 'Owner:', 'Returns']
LICENCE = '/* SPDX-License-Identifier: BSD-3-Clause'
OPENING = re.compile(re.escape(LICENCE) + r'\n \*\n \* \S')


def declarations(text):
    """(line, name, parameter names, comment before it) of every QDIAG_API declaration."""
    code = cscan.strip(text)
    for m in re.finditer(r'^QDIAG_API\b', code, re.M):
        end = code.find(';', m.end())
        body = code[m.end():end]
        name = re.search(r'([A-Za-z_]\w*)\s*\((.*)\)', body, re.S)
        before = text[:m.start()].rstrip()
        comment = ''
        if before.endswith('*/'):
            comment = before[before.rfind('/*'):]
        yield (text.count('\n', 0, m.start()) + 1, name.group(1) if name else '?',
               parameters(name.group(2)) if name else [], comment)


def parameters(inside):
    names = []
    for part in re.split(r',(?![^()]*\))', inside):
        words = re.findall(r'[A-Za-z_]\w*', part.split('[')[0])
        if len(words) > 1 or (words and words != ['void']):
            names.append(words[-1])
    return names


def faults(header, name, params, comment):
    if not comment:
        yield 'no comment right before it'
        return
    at = [comment.find(p) for p in PARTS]
    for part, where in zip(PARTS, at):
        if where < 0:
            yield 'the comment lacks "%s"' % part
    known = [w for w in at if w >= 0]
    if known != sorted(known):
        yield 'the order is %s' % ', '.join(PARTS)
    for p in params:
        m = re.search(r'@param (?:[\w, ]*\b)?%s\b' % p, comment)
        if not m:
            yield 'no @param %s' % p
        elif known and m.start() > known[0]:
            yield '@param %s stands behind %s' % (p, PARTS[0])
    unit = re.search(r'Unit:\s*(?:\*\s*)?(none|reads only|writes)\b', comment)
    if 'Unit:' in comment and not unit:
        yield 'Unit: is none, reads only or writes'
    if unit and unit.group(1) == 'writes' and header not in MAY_WRITE:
        yield 'only %s may say that a call writes' % ', '.join(sorted(MAY_WRITE))


def violations(path, text):
    bad = []
    if not text.startswith(LICENCE):
        bad.append('%s:1: must open with the licence line' % path)
    elif path.endswith('.c') and not OPENING.match(text):
        bad.append('%s:1: must say what the file is for, after " *"' % path)
    if path.startswith('include/'):
        for line, name, params, comment in declarations(text):
            bad += ['%s:%d: %s: %s' % (path, line, name, f)
                    for f in faults(os.path.basename(path), name, params, comment)]
    return bad


def self_test():
    opening = '/* SPDX-License-Identifier: BSD-3-Clause\n *\n * A file. */\n'
    good = ('/* Reads.\n *\n * @param d  the unit.\n * @param e  set on failure.\n *\n'
            ' * Time: one request. Unit: reads only. Owner: none. Returns: 0. */\n'
            'QDIAG_API int qdiag_x(struct d *d, struct e *e);\n')
    path = 'include/qdiag/x.h'
    assert violations(path, opening + good) == []
    assert [d[1:3] for d in declarations(good)] == [('qdiag_x', ['d', 'e'])]
    for old, new in (('Time:', 'Tme:'), ('Unit: reads only', 'Unit: maybe'), ('Owner:', ''),
                     ('Returns', 'Gives'), ('@param e', '@param f'), ('reads only', 'writes'),
                     ('*/\nQDIAG', '*/\nint y;\nQDIAG')):
        assert len(violations(path, opening + good.replace(old, new))) == 1, old
    swapped = good.replace('Time: one request. Unit: reads only.', 'Unit: none. Time: none.')
    assert len(violations(path, opening + swapped)) == 1
    assert violations('include/qdiag/ufs.h', opening + good.replace('reads only', 'writes')) == []
    assert len(violations('src/base/a.c', 'int x;\n')) == 1
    assert len(violations('src/base/a.c', LICENCE + ' */\nint x;\n')) == 1
    assert violations('src/base/a.h', LICENCE + ' */\nint x;\n') == []


def main():
    self_test()
    top = cscan.top_srcdir()
    paths = cscan.files(top, ['include', 'src', 'tests'], ('.c', '.h'))
    bad = [v for p in paths for v in violations(p, cscan.read(top, p))]
    count = sum(len(list(declarations(cscan.read(top, p)))) for p in paths if p.startswith('include/'))
    if count < 10:
        bad.append('only %d public functions found in %s/include' % (count, top))
    print('\n'.join(bad) if bad else '%d public functions, %d files' % (count, len(paths)))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
