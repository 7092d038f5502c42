#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every schema and every key that the commands put into a JSON answer stands in docs/formats/json.md, and
every key that heads a row there is one that some command gives."""
import glob
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cscan  # noqa: E402


# Keys that come from a table of names.
FROM_TABLES = {'ufs', 'eufs'}


def arguments(text, at):
    """Arguments of a call, split at commas outside of strings and brackets; `at` is behind its bracket."""
    depth, start, quoted, out = 0, at, False, []
    while depth >= 0:
        c = text[at]
        if c == '"' and text[at - 1] != '\\':
            quoted = not quoted
        if not quoted:
            depth += (c in '([{') - (c in ')]}')
            if (c == ',' and depth == 0) or depth < 0:
                out.append(text[start:at].strip())
                start = at + 1
        at += 1
    return out


def keys(text):
    text = cscan.strip(text, strings=False)
    found = set(re.findall(r'\b(?:json_object_set_new|cli_json_text)\(\s*\w+,\s*"(\w+)"', text))
    for m in re.finditer(r'\bjson_pack\(', text):
        found |= {a.strip('"') for a in arguments(text, m.end())[1::2] if a.startswith('"')}
    return found


def schemas(text):
    return set(re.findall(r'"(qdiag\.[\w-]+/\d+)"', text))


def described(text):
    return set(re.findall(r'`([\w.-]+(?:/\d+)?)`', text))


def rows(text):
    """Keys in the first column of tables."""
    return {k for cell in re.findall(r'^\| (`[^|]*) \|', text, re.M) for k in re.findall(r'`(\w+)`', cell)}


def self_test():
    c = 'json_pack("{s:s, s:I}", "a_b", f("x, y", z), "c", n); /* json_pack("{}", "no" */\n' \
        'cli_json_text(j, "d", "not"); json_object_set_new(\n    j, "e", json_null()); "qdiag.x-y/1"'
    assert keys(c) == {'a_b', 'c', 'd', 'e'}, keys(c)
    assert schemas(c) == {'qdiag.x-y/1'}
    doc = '| key | |\n| `a_b`, `c` | of `z` |\n'
    assert rows(doc) == {'a_b', 'c'} and described(doc) == {'a_b', 'c', 'z'}


def main():
    self_test()
    top = cscan.top_srcdir()
    code = [cscan.read(top, os.path.relpath(f, top)) for f in sorted(glob.glob(top + '/src/cli/*.c'))]
    doc = cscan.read(top, 'docs/formats/json.md')
    used = set().union(FROM_TABLES, *map(keys, code))
    bad = ['docs/formats/json.md does not explain %s' % k
           for k in sorted((used | set().union(*map(schemas, code))) - described(doc))]
    bad += ['docs/formats/json.md explains %s, which no command gives' % k for k in sorted(rows(doc) - used)]
    if len(used) < 100:
        bad.append('only %d keys found' % len(used))
    print('\n'.join(bad) if bad else '%d keys, all explained' % len(used))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
