#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# An upgrade by fwupd with the checks around it:
#
#   fwupd-modem.sh DEVICE-ID CABINET PACKAGE VERSION
#
# PACKAGE is the payload of the cabinet (cabextract CABINET gives it), VERSION the full version that it
# leads to. The environment is that of pre-upgrade.sh; QDIAG_SOURCE is not needed, because fwupd puts the
# package into the module itself. While qdiag has the module open, it asks ModemManager to leave it alone.
# Ends with the status of preflight, or of the verification: whatever fwupdmgr says, the module decides.
set -u

[ $# -eq 4 ] || {
	echo "usage: ${0##*/} DEVICE-ID CABINET PACKAGE VERSION" >&2
	exit 2
}
[ -n "$4" ] || { echo "the version must not be empty" >&2; exit 2; }
here=$(dirname "$0")

backup=$(QDIAG_PACKAGE=$3 QDIAG_SOURCE=none "$here/pre-upgrade.sh") || exit
fwupdmgr install "$2" "$1" || echo "fwupdmgr failed; the module is looked at all the same" >&2

# The version decides, not what fwupd says: a module may be upgraded behind a lost port.
exec qdiag fota verify --backup "$backup" --to "$4" --at "$QDIAG_AT" -d "${QDIAG_DEVICE:-auto}"
