check_PROGRAMS += tests/fuzz/fuzz_gz
TESTS += tests/fuzz/replay_gz.sh
tests_fuzz_fuzz_gz_SOURCES = tests/fuzz/fuzz_gz.c $(FUZZ_MAIN)
tests_fuzz_fuzz_gz_LDADD = src/container/libcontainer.la src/model/libmodel.la src/base/libbase.la
tests_fuzz_fuzz_gz_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_gz.sh tests/fuzz/corpus/gz
