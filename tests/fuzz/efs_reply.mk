check_PROGRAMS += tests/fuzz/fuzz_efs_reply
TESTS += tests/fuzz/replay_efs_reply.sh
tests_fuzz_fuzz_efs_reply_SOURCES = tests/fuzz/fuzz_efs_reply.c $(FUZZ_MAIN)
tests_fuzz_fuzz_efs_reply_LDADD = src/service/libservice.la src/diag/libdiag.la \
	src/frame/libframe.la src/transport/libtransport.la src/base/libbase.la
tests_fuzz_fuzz_efs_reply_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_efs_reply.sh tests/fuzz/corpus/efs_reply
