# Fuzz targets. A normal build links each with replay.c, which runs the target over every file of the
# folders it is given: `make check` replays tests/fuzz/corpus. --enable-fuzzers links libFuzzer instead.
if LIBFUZZER
FUZZ_MAIN =
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
else
FUZZ_MAIN = tests/fuzz/replay.c
FUZZ_LINK = $(AM_LDFLAGS)
endif
EXTRA_DIST += tests/fuzz/run.sh
include tests/fuzz/hdlc.mk
include tests/fuzz/atline.mk
include tests/fuzz/fota_urc.mk
include tests/fuzz/fota_state.mk
include tests/fuzz/diag_reply.mk
include tests/fuzz/efs_reply.mk
include tests/fuzz/cfb.mk
include tests/fuzz/xqcn.mk
include tests/fuzz/manifest.mk
include tests/fuzz/plan.mk
include tests/fuzz/gz.mk
include tests/fuzz/tar.mk
include tests/fuzz/journal.mk
include tests/fuzz/package_name.mk
include tests/fuzz/zip.mk
include tests/fuzz/simpackage.mk
