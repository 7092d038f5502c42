#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Runs the USB tests many times, for faults that show themselves rarely; by hand, not in make check:
#   repeat.sh BUILD-FOLDER [TIMES]     default 50; BUSY=n adds n processes that only use the CPU
set -u
build=${1:?usage: repeat.sh BUILD-FOLDER [TIMES]}
times=${2:-50}
src=$(cd "$(dirname "$0")" && pwd)
top_builddir=$(cd "$build" && pwd)
export top_builddir
log=$(mktemp)
busy=
i=0
while [ $i -lt "${BUSY:-0}" ]; do
    (while :; do :; done) &
    busy="$busy $!"
    i=$((i + 1))
done
trap 'rm -f "$log"; [ -z "$busy" ] || kill $busy' EXIT
for t in test_usb_find test_usb_link test_usb_units test_usb_again test_usb_probe usb_run; do
    [ -x "$top_builddir/tests/usb/$t" ] || {
        echo "$top_builddir/tests/usb/$t is missing; run make check there first" >&2
        exit 1
    }
done
runs=0 failed=0
for n in $(seq "$times"); do
    for t in "$top_builddir"/tests/usb/test_usb_find "$top_builddir"/tests/usb/test_usb_link \
        "$top_builddir"/tests/usb/test_usb_units "$top_builddir"/tests/usb/test_usb_again \
        "$top_builddir"/tests/usb/test_usb_probe "$src"/test_usb_backup.py; do
        runs=$((runs + 1))
        if ! "$t" >"$log" 2>&1; then
            failed=$((failed + 1))
            echo "--- run $n: ${t##*/}"
            tail -n 12 "$log"
        fi
    done
done
echo "$times repetitions, $runs programs run, $failed failed"
[ "$failed" = 0 ]
