#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Replays the seed corpus of fuzz_package_name: a crash, a leak or a broken promise fails.
set -eu
exec "${top_builddir:?}/tests/fuzz/fuzz_package_name" "${top_srcdir:?}/tests/fuzz/corpus/package_name"
