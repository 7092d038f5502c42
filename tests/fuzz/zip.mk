check_PROGRAMS += tests/fuzz/fuzz_zip
TESTS += tests/fuzz/replay_zip.sh
tests_fuzz_fuzz_zip_SOURCES = tests/fuzz/fuzz_zip.c $(FUZZ_MAIN)
tests_fuzz_fuzz_zip_LDADD = src/service/libservice.la src/at/libat.la src/diag/libdiag.la src/frame/libframe.la \
	src/transport/libtransport.la src/base/libbase.la $(ZLIB_LIBS)
tests_fuzz_fuzz_zip_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_zip.sh tests/fuzz/zip.dict tests/fuzz/corpus/zip
