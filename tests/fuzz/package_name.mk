check_PROGRAMS += tests/fuzz/fuzz_package_name
TESTS += tests/fuzz/replay_package_name.sh
tests_fuzz_fuzz_package_name_SOURCES = tests/fuzz/fuzz_package_name.c $(FUZZ_MAIN)
tests_fuzz_fuzz_package_name_LDADD = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la \
	$(tests_fuzz_fuzz_zip_LDADD)
tests_fuzz_fuzz_package_name_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_package_name.sh tests/fuzz/package_name.dict tests/fuzz/corpus/package_name
