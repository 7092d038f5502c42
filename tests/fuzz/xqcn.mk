check_PROGRAMS += tests/fuzz/fuzz_xqcn
TESTS += tests/fuzz/replay_xqcn.sh
tests_fuzz_fuzz_xqcn_SOURCES = tests/fuzz/fuzz_xqcn.c $(FUZZ_MAIN)
tests_fuzz_fuzz_xqcn_LDADD = src/container/libcontainer.la src/model/libmodel.la src/base/libbase.la
tests_fuzz_fuzz_xqcn_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_xqcn.sh tests/fuzz/corpus/xqcn
