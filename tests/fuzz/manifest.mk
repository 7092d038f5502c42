check_PROGRAMS += tests/fuzz/fuzz_manifest
TESTS += tests/fuzz/replay_manifest.sh
tests_fuzz_fuzz_manifest_SOURCES = tests/fuzz/fuzz_manifest.c $(FUZZ_MAIN)
tests_fuzz_fuzz_manifest_LDADD = src/container/libcontainer.la src/model/libmodel.la src/base/libbase.la
tests_fuzz_fuzz_manifest_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_manifest.sh tests/fuzz/corpus/manifest
