#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Keeps files and functions small: no file above 600 lines, no function above 80 lines, 4 levels of
nesting or 6 parameters, and a median function of at most 15 lines in src/. Function length counts
the lines between the braces; nesting counts control structures inside one another."""
import os
import statistics
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cscan  # noqa: E402

FILE_LINES, FUNCTION_LINES, LEVELS, PARAMS, MEDIAN = 600, 80, 4, 6, 15
# (file, function) whose parameters a library laid down.
FOREIGN_SIGNATURE = {('src/container/xqcn_read.c', 'on_start'),  # libxml2 startElementNsSAX2Func
                     ('tests/bench/sax_floor.c', 'on_start')}


def too_big(path, text):
    """(violations, functions) of one file."""
    bad = []
    lines = text.count('\n')
    if lines > FILE_LINES:
        bad.append('%s: %d lines, at most %d' % (path, lines, FILE_LINES))
    if not path.endswith(('.c', '.h')):
        return bad, []
    found = cscan.functions(text)
    for f in found:
        for what, value, limit in (('lines', f.length, FUNCTION_LINES),
                                   ('levels of nesting', f.nesting, LEVELS),
                                   ('parameters', f.params, PARAMS)):
            foreign = what == 'parameters' and (path, f.name) in FOREIGN_SIGNATURE
            if value > limit and not foreign:
                bad.append('%s:%d: %s: %d %s, at most %d'
                           % (path, f.line, f.name, value, what, limit))
    return bad, found


def median_of(found):
    return statistics.median(f.length for f in found) if found else 0


def self_test():
    long_one = 'int f(void)\n{\n' + '    g();\n' * 81 + '}\n'
    assert len(too_big('a.c', long_one)[0]) == 1
    assert too_big('a.c', long_one.replace('    g();\n', '', 1))[0] == []
    assert len(too_big('a.c', 'int x;\n' * 601)[0]) == 1
    deep = 'void f(int a)\n{\n    if (a)\n        for (;;)\n            while (a) {\n' \
           '                switch (a) {\n                case 1:\n                    if (a)\n' \
           '                        return;\n                }\n            }\n}\n'
    assert cscan.functions(deep)[0].nesting == 5 and len(too_big('a.c', deep)[0]) == 1
    chain = 'void f(int a)\n{\n' + '    if (a)\n        g();\n    else' * 9 + '\n        g();\n}\n'
    assert cscan.functions(chain)[0].nesting == 1
    many = 'static int f(int a, int (*b)(int, int), int c, int d, int e, int g, int h)\n{\n}\n'
    assert cscan.functions(many)[0].params == 7 and len(too_big('a.c', many)[0]) == 1
    tricky = ('#define X(a) do { \\\n    if (a) {\n/* int g(void) { */ static const char *s = "{{(";\n'
              'static int (*t[])(int) = { h };\nstruct s { int a; };\n#ifdef A\nint f(int a)\n#else\n'
              'int f(void) {\n#endif\n{\n    char c = \'}\';\n    LOOP(a) {\n        c++;\n    }\n'
              '    struct s v = {1};\n    return (struct s){.a = 1}.a;\n}\n'
              'FOO(1)\nint k(const char *fmt, ...) __attribute__((x(1, 2)))\n{\n    a;\n    b;\n}\n')
    found = cscan.functions(tricky)
    assert [(f.name, f.length, f.nesting, f.params) for f in found] == [
        ('f', 6, 1, 1), ('k', 2, 0, 1)], found
    assert median_of(cscan.functions('int f(void)\n{\n' + '    g();\n' * 16 + '}\n')) > MEDIAN


def main():
    self_test()
    top = cscan.top_srcdir()
    bad, ours, everything = [], [], []
    for path in cscan.files(top, ['src', 'include', 'tests'], ('.c', '.h', '.py', '.sh')):
        more, found = too_big(path, cscan.read(top, path))
        bad += more
        everything += found
        if path.startswith('src/'):
            ours += [(f.length, f.name, path) for f in found]
    median = statistics.median(n for n, _, _ in ours) if ours else 0
    if median > MEDIAN:
        bad.append('src: the median function has %g lines, at most %d' % (median, MEDIAN))
    print('%d functions in src/, median %g lines; with the tests %d functions'
          % (len(ours), median, len(everything)))
    if ours:
        print('longest: %d lines, %s in %s' % max(ours))
    print('\n'.join(bad))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
