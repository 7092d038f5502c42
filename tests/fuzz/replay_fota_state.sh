#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Every input that was ever of interest, through the fuzz target once more.
exec "$top_builddir/tests/fuzz/fuzz_fota_state" "$top_srcdir/tests/fuzz/corpus/fota_state"
