#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Replays the seed corpus of fuzz_tar: a crash, a leak or a broken round trip fails.
set -eu
exec "${top_builddir:?}/tests/fuzz/fuzz_tar" "${top_srcdir:?}/tests/fuzz/corpus/tar"
