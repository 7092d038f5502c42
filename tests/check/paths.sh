#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# No path of anybody's machine may stand in the tree: it would be useless to others and tells more than
# it should. In a git checkout the tracked files are searched, elsewhere every file of the folder.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/qdiag-paths.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT

# Written in pieces, so that this file does not find itself.
w='work' t='tmp' h='home' u='Users'
bad="(^|[^A-Za-z0-9_.-])/($w/|$t/(research|brief|b-|bash_jobs)|$h/[a-z]|$u/[A-Za-z])"

list_files() {
    if [ -e .git ] && command -v git >/dev/null && git ls-files >"$tmp/list" 2>/dev/null &&
        [ -s "$tmp/list" ]; then
        return 0
    fi
    find . \( -name .git -o -name 'build*' -o -name _build -o -name _inst -o -name autom4te.cache \
        -o -name m4 -o -name .deps -o -name .libs \) -prune -o -type f ! -name 'configure*' \
        ! -name 'Makefile.in' ! -name 'aclocal.m4' ! -name '*.log' ! -name '*.trs' -print >"$tmp/list"
}

# search FOLDER: prints the lines found; true when there is none.
search() {
    (
        cd "$1" || exit 1
        list_files
        while IFS= read -r f; do
            [ -f "$f" ] && grep -InE -- "$bad" "$f" /dev/null
        done <"$tmp/list" >"$tmp/found"
        [ ! -s "$tmp/found" ]
    )
}

mkdir "$tmp/bad" "$tmp/good"
echo "see /$w/x and nothing else" >"$tmp/bad/a.md"
echo "src/$w/x, http://example.org/net$w/ and /$t/qdiag.XXXX are fine" >"$tmp/good/a.md"
if search "$tmp/bad"; then
    echo "self-test: a machine path was not found"
    exit 1
fi
if ! search "$tmp/good"; then
    echo "self-test: found what is none:"
    cat "$tmp/found"
    exit 1
fi

if search "$top_srcdir"; then
    files=$(wc -l <"$tmp/list")
    [ "$files" -gt 50 ] || { echo "only $files files found in $top_srcdir"; exit 1; }
    echo "$files files hold no machine path"
else
    cat "$tmp/found"
    exit 1
fi
