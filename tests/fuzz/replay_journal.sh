#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Replays the seed corpus of fuzz_journal: a crash, a leak or a broken round trip fails.
set -eu
exec "${top_builddir:?}/tests/fuzz/fuzz_journal" "${top_srcdir:?}/tests/fuzz/corpus/journal"
