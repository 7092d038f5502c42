#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Replays the seed corpus of fuzz_zip: a crash, a leak or a broken promise fails.
set -eu
exec "${top_builddir:?}/tests/fuzz/fuzz_zip" "${top_srcdir:?}/tests/fuzz/corpus/zip"
