#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Every input that was ever of interest, through the fuzz target once more.
exec "$top_builddir/tests/fuzz/fuzz_simpackage" "$top_srcdir/tests/fuzz/corpus/simpackage"
