#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Runs the fuzz targets under libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   tests/fuzz/run.sh SECONDS [TARGET…]      TARGET: hdlc, xqcn, … ; default all, one after the other
#
# Needs clang with its runtime (Debian: clang libclang-rt-14-dev). Builds in build-fuzz. Inputs that
# bring new coverage are kept in build-fuzz/corpus/TARGET, inputs that break something in
# build-fuzz/findings. Exit code 1 when there is a finding.
set -u -o pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build-fuzz
usage() {
    sed -n '5,10s/^# \{0,1\}//p' "$0"
    exit 2
}
seconds=${1:-}
case $seconds in '' | *[!0-9]*) usage ;; esac
shift

if [ $# -gt 0 ]; then
    targets=("$@")
else
    targets=()
    for f in "$top"/tests/fuzz/fuzz_*.c; do
        f=${f##*/fuzz_}
        targets+=("${f%.c}")
    done
fi
[ "${targets[0]:-*}" != '*' ] || { echo "run.sh: there is no fuzz target" >&2; exit 2; }
cc=${CLANG:-clang}
command -v "$cc" >/dev/null || { echo "run.sh: $cc is not installed" >&2; exit 2; }

mkdir -p "$build/findings" && cd "$build" || exit 1
programs=("${targets[@]/#/tests/fuzz/fuzz_}")
build_targets() {
    { [ -x "$top/configure" ] && [ -f "$top/build-aux/ltmain.sh" ]; } || (cd "$top" && autoreconf -fi) || return 1
    [ -f Makefile ] || "$top/configure" -q CC="$cc" CFLAGS='-O1 -g' --enable-fuzzers \
        --enable-sanitizers || return 1
    make -s -j"$(nproc)" "${programs[@]}"
}
build_targets >build.log 2>&1 || {
    tail -n 40 build.log >&2
    echo "run.sh: the build failed; all of it is in $build/build.log" >&2
    exit 1
}

failed=0
for t in "${targets[@]}"; do
    seeds=$top/tests/fuzz/corpus/$t
    mkdir -p "corpus/$t"
    folders=("corpus/$t")
    [ ! -d "$seeds" ] || folders+=("$seeds")
    options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
        -artifact_prefix="findings/$t-")
    [ ! -f "$top/tests/fuzz/$t.dict" ] || options+=(-dict="$top/tests/fuzz/$t.dict")
    "tests/fuzz/fuzz_$t" "${options[@]}" "${folders[@]}" >"$t.log" 2>&1 </dev/null
    rc=$?
    stat() { sed -n "s/^stat::$1: *//p" "$t.log"; }
    result='no finding'
    if [ $rc != 0 ]; then
        result="FINDING (exit $rc)"
        failed=1
    fi
    coverage=$(grep -o 'cov: [0-9]*' "$t.log" | tail -n 1)
    printf '%-12s %4d s %10s runs %8s exec/s  %s  %s\n' "$t" "$seconds" \
        "$(stat number_of_executed_units)" "$(stat average_exec_per_sec)" "$coverage" "$result"
    [ $rc = 0 ] || { grep -aE 'ERROR|SUMMARY|runtime error|artifact|Assertion' "$t.log" | head -n 10; }
done
exit $failed
