check_PROGRAMS += tests/fuzz/fuzz_plan
TESTS += tests/fuzz/replay_plan.sh
tests_fuzz_fuzz_plan_SOURCES = tests/fuzz/fuzz_plan.c $(FUZZ_MAIN)
tests_fuzz_fuzz_plan_LDADD = src/container/libcontainer.la src/model/libmodel.la src/base/libbase.la
tests_fuzz_fuzz_plan_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_plan.sh tests/fuzz/corpus/plan
