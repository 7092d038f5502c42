#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The compound file tests under a stack of 256 KB: nothing may recurse as deep as a file says.
set -eu
ulimit -s 256
for t in test_cfb_big test_cfb_read test_cfb_write; do
    "${top_builddir:?}/tests/unit/$t"
done
