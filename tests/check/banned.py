#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Calls that this tree does without, calls that only one place may make, and words that mark
unfinished work."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cscan  # noqa: E402

EVERYWHERE = ['strcpy', 'strcat', 'stpcpy', 'sprintf', 'vsprintf', 'gets', 'system', 'popen',
              'alloca', 'mktemp', 'tmpnam', 'tempnam']
LIBRARY = ['base', 'transport', 'frame', 'diag', 'at', 'service', 'model', 'container', 'flow']
IN_LIBRARY = ['exit', '_exit', '_Exit', 'quick_exit', 'abort', 'printf', 'fprintf', 'vprintf',
              'vfprintf', 'puts', 'putchar', 'perror', 'dprintf', 'syslog', 'getenv',
              'secure_getenv', 'setenv', 'putenv', 'signal', 'sigaction', 'raise']
STREAMS = re.compile(r'\b(stdout|stderr|stdin)\b')
# Creating, replacing and shortening files is the business of these only.
MAY_CREATE = re.compile(r'^(src/base/save\.c|src/base/savedir\.c|src/transport/capture\.c|src/sim/.*|tests/.*)$')
CREATING = re.compile(r'(?<![\w.>])(creat|mkstemp|mkostemp|rename|renameat|truncate|ftruncate)\s*\(')
OPEN = re.compile(r'(?<![\w.>])(open|openat)\s*\(')
# --log-file: the one file of the command's own; it may only grow, never be cut or replaced.
LOG_FILE = 'src/cli/main.c'
OPEN_FLAGS = re.compile(r'\bO_(CREAT|TRUNC|APPEND|TMPFILE|WRONLY)\b')
FOPEN = re.compile(r'\bf(?:re)?open\s*\(')
# qd_alloc and qd_grow: the place that checks sizes.
ALLOCATOR = 'src/base/buf.c'
ALLOC = re.compile(r'\b(malloc|realloc)\s*\(')
WORDS = re.compile(r'\b(%s)\b|%s' % ('|'.join(['TO' + 'DO', 'FIX' + 'ME', 'X' * 3]),
                                     'not ' + 'implemented'))


def calls(names):
    return re.compile(r'(?<![\w.>])(%s)\s*\(' % '|'.join(names))


ANYWHERE, LIBRARY_CALLS = calls(EVERYWHERE), calls(IN_LIBRARY)


def arguments(text, open_at):
    """The text between the bracket at open_at and the one that closes it, split at its commas."""
    depth, start, out = 0, open_at + 1, []
    for i in range(open_at, len(text)):
        depth += (text[i] in '([{') - (text[i] in ')]}')
        if depth == 0:
            return out + [text[start:i]]
        if text[i] == ',' and depth == 1:
            out.append(text[start:i])
            start = i + 1
    return out


def writes_by_fopen(code, m):
    args = arguments(code, m.end() - 1)
    mode = args[1].strip() if len(args) > 1 else ''
    return not re.fullmatch(r'"r[be]*"', mode)


def unchecked_size(size):
    """A product inside an allocation."""
    plain = re.sub(r'sizeof\s*(\([^()]*\)|\*?\s*[\w.>\-]+)', 'SIZE', size)
    plain = re.sub(r'\(\s*[\w ]+\*+\s*\)', '', plain)
    return bool(re.search(r'[\w)\]]\s*\*\s*[\w(]', plain))


def layer_of(path):
    parts = path.split('/')
    return parts[1] if parts[0] == 'src' and len(parts) > 2 else ''


def in_code(path, text):
    """(offset, what is wrong) for C code."""
    code, literal = cscan.strip(text), cscan.strip(text, strings=False)
    for m in ANYWHERE.finditer(code):
        yield m.start(), '%s() is banned' % m.group(1)
    if layer_of(path) in LIBRARY:
        for m in LIBRARY_CALLS.finditer(code):
            yield m.start(), 'the library may not call %s()' % m.group(1)
        for m in STREAMS.finditer(code):
            yield m.start(), 'the library may not use %s' % m.group(1)
    if path.startswith('src/') and path != ALLOCATOR:
        for m in ALLOC.finditer(code):
            if unchecked_size(arguments(code, m.end() - 1)[-1]):
                yield m.start(), 'unchecked size in %s(): use qd_alloc or qd_grow' % m.group(1)
    if MAY_CREATE.match(path):
        return
    for m in CREATING.finditer(code):
        yield m.start(), '%s(): files are made by src/base/save.c' % m.group(1)
    for m in OPEN.finditer(code):
        flags = OPEN_FLAGS.findall(','.join(arguments(code, m.end() - 1)))
        log = path == LOG_FILE and 'APPEND' in flags and 'TRUNC' not in flags
        if flags and not log:
            yield m.start(), 'open() for writing: files are made by src/base/save.c'
    for m in FOPEN.finditer(literal):
        if writes_by_fopen(literal, m):
            yield m.start(), 'fopen() for writing: files are made by src/base/save.c'


def violations(path, text):
    found = list(in_code(path, text)) if path.endswith(('.c', '.h')) else []
    found += [(m.start(), 'unfinished work: %s' % m.group(0)) for m in WORDS.finditer(text)]
    return ['%s:%d: %s' % (path, text.count('\n', 0, at) + 1, why) for at, why in sorted(found)]


def self_test():
    bad = {
        'src/cli/a.c': ['strcpy(a, b);', 'x = sprintf(a, "b");', 'system("ls");',
                        'rename(a, b);', 'f = fopen(p, "w");', 'f = fopen(p, mode);',
                        'fd = open(p, O_WRONLY | O_CREAT, 0600);', 'popen (c, "r");',
                        '/* ' + 'TO' + 'DO: later */'],
        'src/base/a.c': ['printf("x");', 'if (getenv("A"))', 'exit(1);', 'fputs(a, stderr);',
                         'p = malloc(n * size);', 'p = malloc(n * sizeof *p);',
                         'p = realloc(p, 2 * (a + b));', 'return "not ' + 'implemented";',
                         'signal(SIGINT, f);'],
        'src/cli/main.c': ['fd = open(p, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);',
                           'fd = open(p, O_WRONLY | O_CREAT, 0600);'],
        'tests/unit/a.c': ['strcat(a, b);', 'popen(a, b);'],
    }
    good = {
        'src/cli/a.c': ['printf("strcpy(");', '/* strcpy(a, b) */', 'f = fopen(p, "rb");',
                        'fd = open(p, O_RDONLY | O_CLOEXEC);', 'my_system(a);', 's->rename(a);'],
        'src/base/a.c': ['snprintf(a, 1, "printf(");', 'p = malloc(sizeof *p);', 'p = malloc(a + b + 1);',
                         'p = malloc(sizeof(struct x *));', 'qd_exit_code(e);'],
        'src/base/save.c': ['fd = open(p, O_WRONLY | O_CREAT, 0600);', 'rename(a, b);'],
        'src/cli/main.c': ['fd = open(p, O_WRONLY | O_CREAT | O_APPEND, 0600);'],
        'src/transport/tty.c': ['fd = open(p, O_RDWR | O_NOCTTY);'],
    }
    for path, lines in bad.items():
        for line in lines:
            assert len(violations(path, line + '\n')) == 1, (path, line)
    for path, lines in good.items():
        for line in lines:
            assert violations(path, line + '\n') == [], (path, line)


def main():
    self_test()
    top = cscan.top_srcdir()
    paths = cscan.files(top, ['src', 'include', 'tests', 'docs'],
                        ('.c', '.h', '.def', '.py', '.sh', '.mk', '.md', '.1', '.in'))
    assert len(paths) > 20, 'found no sources in %s' % top
    bad = [v for p in paths for v in violations(p, cscan.read(top, p))]
    print('\n'.join(bad) if bad else '%d files hold nothing banned' % len(paths))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
