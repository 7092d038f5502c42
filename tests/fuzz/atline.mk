check_PROGRAMS += tests/fuzz/fuzz_atline
TESTS += tests/fuzz/replay_atline.sh
tests_fuzz_fuzz_atline_SOURCES = tests/fuzz/fuzz_atline.c $(FUZZ_MAIN)
tests_fuzz_fuzz_atline_LDADD = src/service/libservice.la src/at/libat.la src/frame/libframe.la src/transport/libtransport.la src/base/libbase.la
tests_fuzz_fuzz_atline_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_atline.sh tests/fuzz/corpus/atline
