#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The rules for udev are those of the table of ids, and udev takes them where it can be asked to.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
export top_srcdir
python3 "$top_srcdir/tools/make_udev.py" --check || exit 1
if udevadm verify --help >/dev/null 2>&1; then # since systemd 254
    udevadm verify --resolve-names=never "$top_srcdir"/data/udev/*.rules || exit 1
else
    echo "udevadm verify is not there: the form of the rules was not looked at"
fi
