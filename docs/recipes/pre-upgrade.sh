#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Before a DFOTA upgrade: a DIAG backup, the module's own backup, and one yes or no. POSIX shell.
#
# Ends with the status of `qdiag preflight`: 0 = go. Prints the name of the backup, which
# `qdiag fota verify --backup` wants afterwards. Set in the environment:
#   QDIAG_AT       the AT port, such as tty:/dev/ttyUSB2 (needed)
#   QDIAG_DEVICE   the DIAG port or unit (default auto)
#   QDIAG_PACKAGE  the upgrade package (needed)
#   QDIAG_SOURCE   where the module takes it from: a URL, or a path in the module (needed); "none" where
#                  another program puts it into the module
#   QDIAG_POWER    "ok": the power will not fail. Nobody else can know.
#   QDIAG_DIR      where backups of this one module are kept (default /var/lib/qdiag); they hold identity
#                  and keys
#   QDIAG_FRESH    "1": take a new backup although there is one of the last day
set -u
umask 077

at=${QDIAG_AT:?name the AT port}
package=${QDIAG_PACKAGE:?name the package}
source=${QDIAG_SOURCE:?name the source, or none}
device=${QDIAG_DEVICE:-auto}
dir=${QDIAG_DIR:-/var/lib/qdiag}

# Steps that are not the answer report to stderr and end the run with their own status.
step() {
	qdiag "$@" -d "$device" --progress=none >&2
}

mkdir -p "$dir" || exit 12

# The flash memory of the module wears: one backup a day is enough, and is used again.
backup=
[ "${QDIAG_FRESH:-}" = 1 ] ||
	backup=$(find "$dir" -name 'unit-*.xqcn' -mtime -1 | sort | tail -n 1)
if [ -z "$backup" ]; then
	backup=$dir/unit-$(date -u +%Y%m%dT%H%M%SZ).xqcn
	step backup --xqcn "$backup" || exit
fi

# 13: the module has no such backup. Whether it may do without is for preflight to say.
without=
step ufs status --at "$at"
status=$?
case $status in
0)
	step ufs backup --fs ufs --at "$at" --backup "$backup" || exit
	step ufs backup --fs eufs --at "$at" --backup "$backup" || status=$?
	case $status in 0 | 13) ;; *) exit "$status" ;; esac
	;;
13) without=--without-ufs ;;
*) exit "$status" ;;
esac

set -- --backup "$backup" --at "$at" --package "$package"
[ "$source" = none ] || set -- "$@" --source "$source"
[ "${QDIAG_POWER:-}" != ok ] || set -- "$@" --power-ok
[ -z "$without" ] || set -- "$@" "$without"
step preflight "$@"
status=$?
[ "$status" -ne 0 ] || printf '%s\n' "$backup"
exit "$status"
