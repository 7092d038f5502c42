check_PROGRAMS += tests/fuzz/fuzz_tar
TESTS += tests/fuzz/replay_tar.sh
tests_fuzz_fuzz_tar_SOURCES = tests/fuzz/fuzz_tar.c $(FUZZ_MAIN)
tests_fuzz_fuzz_tar_LDADD = src/container/libcontainer.la src/model/libmodel.la src/base/libbase.la
tests_fuzz_fuzz_tar_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_tar.sh tests/fuzz/corpus/tar
