#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Three lists must be one: what libqdiag.so exports, what src/libqdiag.map names, and the functions
# marked QDIAG_API in include/qdiag/*.h. Each public header must also compile alone, as C11 and as C++.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
CC=${CC:-cc}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/qdiag-exports.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
LC_ALL=C
export LC_ALL
failed=0
fail() {
    echo "$*"
    failed=1
}

without_comments() {
    tr '\n' ' ' <"$1" | sed 's/\*\//*\/\n/g' | sed 's/\/\*.*\*\///' | tr '\n' ' '
}

# Functions marked in the headers of a folder.
from_headers() {
    for h in "$1"/*.h; do
        sed 's/^#.*//' "$h" >"$tmp/h"
        without_comments "$tmp/h" | tr ';' '\n' | sed -n 's/.*QDIAG_API \([^(]*\)(.*/\1/p' |
            sed 's/ *$//; s/.*[ *]//'
    done | sort
}

# Names between global: and local: of a version script.
from_map() {
    without_comments "$1" | sed 's/.*global://; s/local:.*//' | tr ';' '\n' | tr -d ' \t' |
        grep . | sort
}

# Defined dynamic symbols; the name of the version itself (type A) is none.
from_library() {
    nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort
}

# same NAME-A LIST-A NAME-B LIST-B
same() {
    comm -23 "$2" "$4" | sed "s/^/$1 has, $3 has not: /" >"$tmp/diff"
    comm -13 "$2" "$4" | sed "s/^/$3 has, $1 has not: /" >>"$tmp/diff"
    [ ! -s "$tmp/diff" ]
}

# compiles HEADER INCLUDE-FOLDER LANGUAGE STANDARD COMPILER…
compiles() {
    header=$1 folder=$2 lang=$3 std=$4
    shift 4
    printf "#include <%s>\nextern int not_empty;\n" "$header" >"$tmp/alone.src"
    "$@" -x "$lang" "-std=$std" -Wall -Wextra -Werror -pedantic -fsyntax-only -I"$folder" \
        "$tmp/alone.src"
}

# CC may hold options, so it is split into words on purpose.
# shellcheck disable=SC2086
self_test() {
    mkdir -p "$tmp/inc/qdiag"
    printf '/* QDIAG_API int no(void); */\n#define QDIAG_API\nQDIAG_API const char *a(int x,\n  int y);\nQDIAG_API int b(void);\n' \
        >"$tmp/inc/qdiag/good.h"
    printf 'size_t f(void);\n' >"$tmp/inc/qdiag/bad.h"
    printf 'Q_0 { /* c; */\n  global:\n    a;\n    c;\n  local:\n    *;\n};\n' >"$tmp/map"
    from_headers "$tmp/inc/qdiag" >"$tmp/l1"
    from_map "$tmp/map" >"$tmp/l2"
    printf 'a\nb\n' | cmp -s - "$tmp/l1" || fail "self-test: headers are misread"
    printf 'a\nc\n' | cmp -s - "$tmp/l2" || fail "self-test: the map is misread"
    same x "$tmp/l1" y "$tmp/l2" && fail "self-test: a difference was not seen"
    same x "$tmp/l1" y "$tmp/l1" || fail "self-test: saw a difference where there is none"
    compiles qdiag/good.h "$tmp/inc" c c11 $CC || fail "self-test: a good header does not compile"
    compiles qdiag/bad.h "$tmp/inc" c c11 $CC 2>/dev/null &&
        fail "self-test: a header that needs another one went through"
}

find_cxx() {
    for cxx in ${CXX:-} g++ clang++ c++; do
        command -v "$cxx" >/dev/null 2>&1 && return 0
    done
    cxx=
    return 1
}

self_test

from_headers "$top_srcdir/include/qdiag" >"$tmp/headers"
from_map "$top_srcdir/src/libqdiag.map" >"$tmp/map.list"
[ "$(wc -l <"$tmp/headers")" -ge 10 ] || fail "fewer than 10 public functions found"
grep -q '\*' "$tmp/map.list" && fail "the map must name each symbol, without wildcards"
same headers "$tmp/headers" map "$tmp/map.list" || { cat "$tmp/diff"; failed=1; }

so=$top_builddir/src/.libs/libqdiag.so
if [ -e "$so" ]; then
    from_library "$so" >"$tmp/library"
    same library "$tmp/library" map "$tmp/map.list" || { cat "$tmp/diff"; failed=1; }
else
    fail "there is no $so"
fi

cxx=
find_cxx || [ "${CI:-}" != true ] || fail "no C++ compiler for the header check"
for h in "$top_srcdir"/include/qdiag/*.h; do
    name=qdiag/${h##*/}
    # shellcheck disable=SC2086
    compiles "$name" "$top_srcdir/include" c c11 $CC || fail "$name does not compile alone as C11"
    [ -z "$cxx" ] || compiles "$name" "$top_srcdir/include" c++ c++11 "$cxx" ||
        fail "$name does not compile alone as C++"
done

[ $failed = 0 ] && echo "$(wc -l <"$tmp/headers") exported functions: library = map = headers"
exit $failed
