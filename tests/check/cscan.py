# SPDX-License-Identifier: BSD-3-Clause
"""A small C scanner for the house checks: blanks comments and strings without moving a character,
splits a file into functions, and measures them. It knows just enough C for this tree; it does not
expand macros, and of an #if … #else … #endif it keeps the first branch only."""
import os
import re
from collections import namedtuple

Function = namedtuple('Function', 'name line length nesting params')

CONTROL = {'if', 'for', 'while', 'switch'}
SKIP_FOLDERS = re.compile(r'^(\.git|build.*|_build|_inst|autom4te\.cache|__pycache__|m4|\.deps|\.libs)$')


def top_srcdir():
    return os.environ.get('top_srcdir') or os.path.abspath(
        os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))


def files(top, folders, endings):
    """Paths relative to top of all files below the folders with one of the endings, sorted."""
    found = []
    for folder in folders:
        for here, subs, names in os.walk(os.path.join(top, folder)):
            subs[:] = [s for s in subs if not SKIP_FOLDERS.match(s)]
            found += [os.path.relpath(os.path.join(here, n), top)
                      for n in names if n.endswith(endings)]
    return sorted(found)


def read(top, path):
    with open(os.path.join(top, path), encoding='utf-8') as f:
        return f.read()


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def _blank(text):
    return re.sub(r'[^\n]', ' ', text)


def strip(text, strings=True):
    """Comments blanked; with strings=True the inside of string and character constants too."""
    def one(m):
        t = m.group(0)
        if t[0] == '/':
            return _blank(t)
        return t[0] + _blank(t[1:-1]) + t[-1] if strings else t
    return TOKEN.sub(one, text)


def drop_preprocessor(text):
    """Blanks directives (with their continuation lines) and every branch but the first of an #if."""
    out, stack, more = [], [], False
    for line in text.split('\n'):
        m = re.match(r'\s*#\s*(\w+)', line)
        if not more and m:
            word = m.group(1)
            if word in ('if', 'ifdef', 'ifndef'):
                stack.append(False)
            elif word in ('else', 'elif') and stack:
                stack[-1] = True
            elif word == 'endif' and stack:
                stack.pop()
        directive = more or m is not None
        more = directive and line.endswith('\\')
        out.append(_blank(line) if directive or any(stack) else line)
    return '\n'.join(out)


def _close(text, i):
    """Index just behind the bracket that closes the one at i; len(text) when there is none."""
    pairs = {'(': ')', '[': ']', '{': '}'}
    stack = []
    while i < len(text):
        c = text[i]
        if c in pairs:
            stack.append(pairs[c])
        elif stack and c == stack[-1]:
            stack.pop()
            if not stack:
                return i + 1
        i += 1
    return len(text)


def _count_params(inside):
    depth, n = 0, 1
    for c in inside:
        depth += (c in '([{') - (c in ')]}')
        n += c == ',' and depth == 0
    words = inside.replace(' ', '').replace('\n', '')
    if words in ('', 'void'):
        return 0
    return n - words.endswith('...')


class _Body:
    """Statement parser over one function body; finds the deepest control structure."""

    def __init__(self, text):
        self.tok = re.findall(r'[A-Za-z_]\w*|\d\w*|[^\s\w]', text)
        self.i = 0
        self.deepest = 0

    def peek(self):
        return self.tok[self.i] if self.i < len(self.tok) else ''

    def parens(self):
        depth = 0
        while self.i < len(self.tok):
            c = self.tok[self.i]
            self.i += 1
            depth += (c in '([{') - (c in ')]}')
            if depth == 0:
                return

    def block(self, depth):
        self.i += 1
        while self.peek() not in ('}', ''):
            self.statement(depth)
        self.i += 1

    def inner(self, depth):
        self.deepest = max(self.deepest, depth + 1)
        if self.peek() == '{':
            self.block(depth + 1)
        else:
            self.statement(depth + 1)

    def statement(self, depth):
        word = self.peek()
        if word == '{':
            self.block(depth)
        elif word in CONTROL:
            self.i += 1
            self.parens()
            self.inner(depth)
            if word == 'if' and self.peek() == 'else':
                self.i += 1
                if self.peek() == 'if':
                    self.statement(depth)
                else:
                    self.inner(depth)
        elif word == 'do':
            self.i += 1
            self.inner(depth)
            self.expression(depth)
        elif word in ('case', 'default'):
            self.label()
        else:
            self.expression(depth)

    def label(self):
        ternary = 0
        while self.i < len(self.tok):
            c = self.tok[self.i]
            self.i += 1
            ternary += c == '?'
            if c == ':':
                if ternary == 0:
                    return
                ternary -= 1

    def expression(self, depth):
        start = self.i
        while self.i < len(self.tok):
            c = self.tok[self.i]
            if c == ';':
                self.i += 1
                return
            if c == '}':
                return
            if c == ':' and self.i == start + 1:
                self.i += 1
                return
            if c == '(' and self.i == start + 1:
                self.parens()
                if self.peek() == '{':  # a loop macro: NAME(…) { … }
                    self.inner(depth)
                    return
            elif c in '([{':
                self.parens()
            else:
                self.i += 1


def nesting(body):
    p = _Body(body)
    while p.i < len(p.tok):
        before = p.i
        p.statement(0)
        if p.i == before:
            p.i += 1
    return p.deepest


def functions(text):
    """All function definitions of a C file. length = lines between the braces."""
    code = drop_preprocessor(strip(text))
    found, i, start = [], 0, 0
    while i < len(code):
        c = code[i]
        if c in ';}':
            start = i + 1
        elif c in '([':
            i = _close(code, i)
            continue
        elif c == '{':
            head, end = code[start:i], _close(code, i)
            if head.strip().startswith('extern "') and '(' not in head:
                i += 1
                start = i
                continue
            f = _function(code, head, start, i, end)
            if f:
                found.append(f)
                start = end
            i = end
            continue
        i += 1
    return found


def _without_attributes(head):
    for m in reversed(list(re.finditer(r'__attribute__\s*\(', head))):
        end = _close(head, m.end() - 1)
        head = head[:m.start()] + _blank(head[m.start():end]) + head[end:]
    return head


def _function(code, head, start, brace, end):
    plain = _without_attributes(head)
    for m in re.finditer(r'([A-Za-z_]\w*)\s*\(', plain):
        close = _close(plain, m.end() - 1)
        if plain[close:].strip() == '' and '=' not in plain[:m.start()]:
            break
    else:
        return None
    body = code[brace + 1:end - 1]
    return Function(m.group(1), code.count('\n', 0, start + m.start()) + 1,
                    max(body.count('\n') - 1, 1), nesting(body),
                    _count_params(plain[m.end():close - 1]))
