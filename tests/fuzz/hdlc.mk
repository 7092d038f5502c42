check_PROGRAMS += tests/fuzz/fuzz_hdlc
TESTS += tests/fuzz/replay_hdlc.sh
tests_fuzz_fuzz_hdlc_SOURCES = tests/fuzz/fuzz_hdlc.c $(FUZZ_MAIN)
tests_fuzz_fuzz_hdlc_LDADD = src/frame/libframe.la src/base/libbase.la
tests_fuzz_fuzz_hdlc_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_hdlc.sh tests/fuzz/corpus/hdlc
