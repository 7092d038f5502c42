check_PROGRAMS += tests/fuzz/fuzz_cfb
TESTS += tests/fuzz/replay_cfb.sh
tests_fuzz_fuzz_cfb_SOURCES = tests/fuzz/fuzz_cfb.c $(FUZZ_MAIN)
tests_fuzz_fuzz_cfb_LDADD = src/container/libcontainer.la src/model/libmodel.la src/base/libbase.la
tests_fuzz_fuzz_cfb_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_cfb.sh tests/fuzz/cfb.dict tests/fuzz/corpus/cfb
