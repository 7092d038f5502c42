#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Error numbers: src/base/errtab.def, enum qdiag_code in include/qdiag/error.h and the chapter
EXIT STATUS of docs/man/qdiag.1 must tell the same story, and so must the table in README.md and
what `qdiag help` lists, src/cli/exit_codes.def."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cscan  # noqa: E402

# Exit codes that come from no error of the table: success, SIGHUP and SIGTERM (SIGINT is in the table).
WITHOUT_ERROR = {0, 129, 143}


def table(text):
    """{name: (number, exit code, JSON name)} of errtab.def."""
    rows = re.findall(r'^QD_ERR\((\d+),\s*(\w+),\s*"(\w+)",\s*(\d+),',
                      cscan.strip(text, strings=False), re.M)
    return {name: (int(number), int(code), json) for number, name, json, code in rows}


def enum(text):
    return {name: int(n) for name, n in re.findall(r'\bQDIAG_E_(\w+)\s*=\s*(\d+)', cscan.strip(text))}


def man_codes(text):
    """Exit codes that the chapter lists: one `.TP` + `.B N` each; `.BR 130 ,` also counts."""
    m = re.search(r'^\.SH "?EXIT STATUS"?\n(.*?)(?=^\.SH |\Z)', text, re.M | re.S)
    return [int(n) for n in re.findall(r'^\.TP\n\.BR? (\d+)', m.group(1), re.M)] if m else []


def readme_codes(text):
    m = re.search(r'^## Exit codes\n(.*?)(?=^## |\Z)', text, re.M | re.S)
    return [int(n) for n in re.findall(r'^\| *(\d+) *\|', m.group(1), re.M)] if m else []


def help_codes(text):
    return [int(n) for n in re.findall(r'^QD_EXIT\((\d+),', cscan.strip(text, strings=False), re.M)]


def compare(errors, names, man, readme, shown):
    bad = []
    for name in sorted(set(errors) | set(names)):
        if name not in names:
            bad.append('error.h lacks QDIAG_E_%s' % name)
        elif name not in errors:
            bad.append('errtab.def lacks %s' % name)
        elif errors[name][0] != names[name]:
            bad.append('%s is %d in errtab.def and %d in error.h'
                       % (name, errors[name][0], names[name]))
    bad += ['the JSON name of %s is "%s"' % (name, e[2]) for name, e in sorted(errors.items())
            if e[2] != name.lower()]
    numbers = [e[0] for e in errors.values()]
    if len(set(numbers)) != len(numbers):
        bad.append('a number stands twice in errtab.def')
    used = {e[1] for e in errors.values()} | WITHOUT_ERROR
    for where, listed in (('docs/man/qdiag.1', man), ('README.md', readme),
                          ('src/cli/exit_codes.def', shown)):
        for code in sorted(used - set(listed)):
            bad.append('%s does not explain exit code %d' % (where, code))
        for code in sorted(set(listed) - used):
            bad.append('%s explains exit code %d, which nothing gives' % (where, code))
        if len(listed) != len(set(listed)):
            bad.append('%s explains an exit code twice' % where)
    return bad


def self_test():
    errors = table('/* QD_ERR(9, NO, "no", 1, */\nQD_ERR(1, A, "a", 1, WHO, "x", "")\n'
                   'QD_ERR(2, B, "b", 7,\n  WHO, "y")\n')
    assert errors == {'A': (1, 1, 'a'), 'B': (2, 7, 'b')}
    names = enum('enum { QDIAG_E_A = 1, QDIAG_E_B = 2 };')
    man = man_codes('.SH OTHER\n.TP\n.B 9\n.SH EXIT STATUS\n.TP\n.B 0\nx\n.TP\n.BR 1 ,\n.TP\n.B 7\n'
                    '.TP\n.B 129\n.TP\n.B 143\n.SH NEXT\n.TP\n.B 8\n')
    assert man == [0, 1, 7, 129, 143]
    assert readme_codes('## Exit codes\n| code |\n| 0 | a |\n| 1 | b |\n## C\n| 5 |\n') == [0, 1]
    assert help_codes('/* QD_EXIT(9, */\nQD_EXIT(0, "a")\nQD_EXIT(15, "b")\n') == [0, 15]
    assert compare(errors, names, man, man, man) == []
    assert len(compare(dict(errors, A=(1, 1, 'x')), names, man, man, man)) == 1
    assert len(compare(errors, {'A': 1}, man, man, man)) == 1
    assert len(compare(errors, {'A': 1, 'B': 3}, man, man, man)) == 1
    assert len(compare(errors, dict(names, C=3), man, man, man)) == 1
    assert len(compare(errors, names, man[1:], man, man)) == 1
    assert len(compare(errors, names, man, man + [21], man)) == 1
    assert len(compare(errors, names, man, man, man[1:])) == 1
    assert len(compare({'A': (1, 1, 'a'), 'B': (1, 7, 'b')}, {'A': 1, 'B': 1}, man, man, man)) == 1


def main():
    self_test()
    top = cscan.top_srcdir()
    errors = table(cscan.read(top, 'src/base/errtab.def'))
    bad = compare(errors, enum(cscan.read(top, 'include/qdiag/error.h')),
                  man_codes(cscan.read(top, 'docs/man/qdiag.1')),
                  readme_codes(cscan.read(top, 'README.md')),
                  help_codes(cscan.read(top, 'src/cli/exit_codes.def')))
    if len(errors) < 10:
        bad.append('only %d lines found in errtab.def' % len(errors))
    print('\n'.join(bad) if bad else '%d errors, all explained' % len(errors))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
