#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Replays the seed corpus of fuzz_plan: a crash, a leak or a broken round trip fails.
set -eu
exec "${top_builddir:?}/tests/fuzz/fuzz_plan" "${top_srcdir:?}/tests/fuzz/corpus/plan"
