#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes data/names.tsv out of two tables of NV items and EFS paths.

usage: make_names.py NV_TABLE EFS_TABLE >names.tsv
       make_names.py --check names.tsv

NV_TABLE has the columns id, name, category; EFS_TABLE has path, section, category, policy, flags; both are
tab-separated with '#' comments and one header line. Only number, name and category, and path, note and
category are taken: what an item is called. Nothing that decides anything is taken from there."""
import re
import sys

HEAD = """# Names of NV items and EFS paths, for people. Optional: qdiag works without this file, and nothing but
# text that is shown depends on it. Names are identifiers as public open-source tools give them.
# Tab-separated: `nv id name label` and `efs path note label`.
"""
PLAIN = re.compile(r'^[\x20-\x7e]*$')


def rows(path):
    with open(path, encoding='utf-8') as f:
        lines = [x.rstrip('\n') for x in f if not x.startswith('#')]
    return [x.split('\t') for x in lines[1:] if x]


def note_of(flags):
    for flag in flags.split('; '):
        if flag.startswith('note='):
            return flag[len('note='):]
    return ''


def make(nv_table, efs_table):
    out = []
    for row in rows(nv_table):
        out.append('nv\t%d\t%s\t%s' % (int(row[0]), row[1], row[2]))
    for row in rows(efs_table):
        if '<' not in row[0] and not row[0].endswith('/'):
            out.append('efs\t%s\t%s\t%s' % (row[0], note_of(row[4]), row[2]))
    return HEAD + '\n'.join(out) + '\n'


def faults(text):
    bad, seen = [], set()
    for number, line in enumerate(text.split('\n')[:-1], 1):
        if line.startswith('#') or not line:
            continue
        field = line.split('\t')
        if len(field) != 4 or field[0] not in ('nv', 'efs') or not all(PLAIN.match(f) for f in field):
            bad.append('line %d is no entry' % number)
        elif field[0] == 'nv' and not (field[1].isdigit() and int(field[1]) < 65536):
            bad.append('line %d: no NV id' % number)
        elif field[0] == 'efs' and not field[1].startswith('/'):
            bad.append('line %d: no absolute path' % number)
        elif tuple(field[:2]) in seen:
            bad.append('line %d: a second entry' % number)
        elif re.search(r'[0-9]{14}', line):
            bad.append('line %d: a long number' % number)
        seen.add(tuple(field[:2]))
    return bad + ([] if seen else ['no entries'])


def main():
    if len(sys.argv) == 3 and sys.argv[1] == '--check':
        with open(sys.argv[2], encoding='utf-8') as f:
            bad = faults(f.read())
        print('\n'.join(bad) if bad else 'good')
        return 1 if bad else 0
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    text = make(sys.argv[1], sys.argv[2])
    bad = faults(text)
    if bad:
        sys.exit('\n'.join(bad))
    sys.stdout.write(text)
    return 0


if __name__ == '__main__':
    sys.exit(main())
