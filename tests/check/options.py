#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every option of src/cli/options.def has an entry in docs/man/qdiag.1 and the other way round."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cscan  # noqa: E402


def table(text):
    """Options as typed: --xqcn, -d, …"""
    rows = re.findall(r"^QD_OPTION\(\w+,\s*\"([\w-]+)\",\s*(?:'(.)'|0)\s*,",
                      cscan.strip(text, strings=False), re.M)
    return {'--' + name for name, _ in rows} | {'-' + short for _, short in rows if short}


def manual(text):
    """Options that head an entry (the line behind .TP) in the chapters of options."""
    found = set()
    for chapter in re.findall(r'^\.SH [^\n]*OPTIONS[^\n]*\n(.*?)(?=^\.SH |\Z)', text, re.M | re.S):
        for head in re.findall(r'^\.TP\n([^\n]*)', chapter, re.M):
            plain = re.sub(r'\\f.', '', head).replace('\\-', '-')
            found |= set(re.findall(r'(?<![\w-])(--?[a-z][a-z0-9-]*)', plain))
    return found


def compare(options, described):
    return (['docs/man/qdiag.1 does not describe %s' % o for o in sorted(options - described)]
            + ['there is no option %s, but docs/man/qdiag.1 describes it' % o
               for o in sorted(described - options)])


def self_test():
    options = table('/* QD_OPTION(X, "x", 0, */\nQD_OPTION(A, "all", \'a\', NULL, C, "x")\n'
                    'QD_OPTION(B, "b-c", 0, "N", C,\n  "--y")\n')
    assert options == {'--all', '-a', '--b-c'}
    page = ('.SH OPTIONS\n.TP\n.BR \\-a ", " \\-\\-all\nas \\-\\-z\n.SH MORE OPTIONS\n'
            '.TP\n.BI \\-\\-b\\-c " A" \\- B\nx\n.SH BUGS\n.TP\n.B \\-\\-no\n')
    assert manual(page) == options, manual(page)
    assert compare(options, manual(page)) == []
    assert len(compare(options, manual(page) | {'--old'})) == 1
    assert len(compare(options | {'--new'}, manual(page))) == 1


def main():
    self_test()
    top = cscan.top_srcdir()
    options = table(cscan.read(top, 'src/cli/options.def'))
    bad = compare(options, manual(cscan.read(top, 'docs/man/qdiag.1')))
    if len(options) < 5:
        bad.append('only %d options found' % len(options))
    print('\n'.join(bad) if bad else '%d options, all described' % len(options))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
