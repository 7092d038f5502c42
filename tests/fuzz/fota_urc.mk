check_PROGRAMS += tests/fuzz/fuzz_fota_urc
TESTS += tests/fuzz/replay_fota_urc.sh
tests_fuzz_fuzz_fota_urc_SOURCES = tests/fuzz/fuzz_fota_urc.c $(FUZZ_MAIN)
tests_fuzz_fuzz_fota_urc_LDADD = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la src/service/libservice.la src/at/libat.la src/diag/libdiag.la src/frame/libframe.la src/transport/libtransport.la src/base/libbase.la
tests_fuzz_fuzz_fota_urc_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_fota_urc.sh tests/fuzz/corpus/fota_urc
