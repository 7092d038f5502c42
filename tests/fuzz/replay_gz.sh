#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Replays the seed corpus of fuzz_gz: a crash, a leak or a broken round trip fails.
set -eu
exec "${top_builddir:?}/tests/fuzz/fuzz_gz" "${top_srcdir:?}/tests/fuzz/corpus/gz"
