check_PROGRAMS += tests/fuzz/fuzz_diag_reply
TESTS += tests/fuzz/replay_diag_reply.sh
tests_fuzz_fuzz_diag_reply_SOURCES = tests/fuzz/fuzz_diag_reply.c $(FUZZ_MAIN) \
	tests/unit/fake_link.c tests/unit/fake_link.h
tests_fuzz_fuzz_diag_reply_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit
tests_fuzz_fuzz_diag_reply_LDADD = src/diag/libdiag.la src/frame/libframe.la \
	src/transport/libtransport.la src/base/libbase.la
tests_fuzz_fuzz_diag_reply_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_diag_reply.sh tests/fuzz/corpus/diag_reply
