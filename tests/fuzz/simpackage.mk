check_PROGRAMS += tests/fuzz/fuzz_simpackage
TESTS += tests/fuzz/replay_simpackage.sh
tests_fuzz_fuzz_simpackage_SOURCES = tests/fuzz/fuzz_simpackage.c $(FUZZ_MAIN)
tests_fuzz_fuzz_simpackage_LDADD = src/sim/libsim.la src/base/libbase.la
tests_fuzz_fuzz_simpackage_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_simpackage.sh tests/fuzz/corpus/simpackage
