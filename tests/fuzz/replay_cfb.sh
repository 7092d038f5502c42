#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Replays the seed corpus of fuzz_cfb: a crash, a leak or a broken round trip fails.
set -eu
exec "${top_builddir:?}/tests/fuzz/fuzz_cfb" "${top_srcdir:?}/tests/fuzz/corpus/cfb"
