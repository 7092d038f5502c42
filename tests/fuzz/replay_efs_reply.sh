#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs the EFS reply target over its corpus.
exec "$top_builddir/tests/fuzz/fuzz_efs_reply" "$top_srcdir/tests/fuzz/corpus/efs_reply"
