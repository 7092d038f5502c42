check_PROGRAMS += tests/fuzz/fuzz_journal
TESTS += tests/fuzz/replay_journal.sh
tests_fuzz_fuzz_journal_SOURCES = tests/fuzz/fuzz_journal.c $(FUZZ_MAIN)
tests_fuzz_fuzz_journal_LDADD = src/container/libcontainer.la src/model/libmodel.la src/base/libbase.la $(ZLIB_LIBS)
tests_fuzz_fuzz_journal_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_journal.sh tests/fuzz/corpus/journal
