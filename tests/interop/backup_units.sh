#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Backs up the bundled units over a unix socket and lets the independent checkers judge the file, the
# manifest and the log of what the unit was asked. Usage: backup_units.sh [KEEP_FOLDER]
set -u
: "${top_srcdir:?}" "${top_builddir:?}"
python=${PYTHON3:-python3}
command -v "$python" > /dev/null 2>&1 || exit 77
here=$top_srcdir/tests/interop
qdiag=$top_builddir/qdiag
sim=$top_builddir/qdiag-sim
work=${1:-}
keep=$work
[ -n "$work" ] || work=$(mktemp -d "${TMPDIR:-/tmp}/qdiag-interop.XXXXXX") || exit 99
simpid=

stop_sim() {
    [ -n "$simpid" ] || return 0
    kill -TERM "$simpid" 2> /dev/null
    wait "$simpid"
    simrc=$?
    simpid=
    return $simrc
}

clean_up() {
    stop_sim
    [ -n "$keep" ] || rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

failed=0
step() {
    what=$1
    shift
    if "$@"; then
        return 0
    fi
    echo "FAILED: $what: $*"
    failed=1
    return 1
}

# The simulator prints `ready` on its stdout when it listens; one that has gone will never print it.
wait_ready() {
    i=0
    while [ $i -lt 600 ]; do
        grep -q '^ready' "$1" && return 0
        kill -0 "$simpid" 2> /dev/null || return 1
        sleep 0.1
        i=$((i + 1))
    done
    return 1
}

private() {
    [ "$(stat -c %a "$1")" = 600 ]
}

one_unit() {
    name=$1
    dir=$work/$name
    mkdir -p "$dir" || return 1
    out=$dir/out.xqcn
    step "unpack" "$sim" --unit "$name" --unpack "$dir/unit" || return
    step "copy" cp -R "$dir/unit" "$dir/before" || return
    # Not through step: the shell must know the simulator's own process.
    "$sim" --unit "$dir/unit" --diag "unix:$dir/diag" --log "$dir/log" > "$dir/sim.out" 2> "$dir/sim.err" &
    simpid=$!
    if ! step "simulator ready" wait_ready "$dir/sim.out"; then
        cat "$dir/sim.err"
        stop_sim
        return
    fi
    step "backup" "$qdiag" backup --xqcn "$out" -d "unix:$dir/diag"
    step "simulator ends well" stop_sim
    step "file" "$python" "$here/check_xqcn.py" "$dir/before" "$out"
    step "manifest" "$python" "$here/check_manifest.py" "$dir/before" "$out"
    step "log" "$python" "$here/check_oplog.py" "$dir/log"
    step "mode 0600" private "$out"
    step "mode 0600" private "$out.manifest.json"
    step "unit folder unchanged" diff -r "$dir/before" "$dir/unit"
    step "qdiag check" "$qdiag" check "$out"
    [ ! -e "$out.partial" ] || step "no partial file" false
}

for name in eg95 em160 bg96 rg50xq; do
    echo "== $name"
    one_unit "$name"
done
exit $failed
