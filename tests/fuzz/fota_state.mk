check_PROGRAMS += tests/fuzz/fuzz_fota_state
TESTS += tests/fuzz/replay_fota_state.sh
tests_fuzz_fuzz_fota_state_SOURCES = tests/fuzz/fuzz_fota_state.c $(FUZZ_MAIN)
tests_fuzz_fuzz_fota_state_LDADD = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la src/service/libservice.la src/at/libat.la src/diag/libdiag.la src/frame/libframe.la src/transport/libtransport.la src/base/libbase.la $(JANSSON_LIBS)
tests_fuzz_fuzz_fota_state_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/replay_fota_state.sh tests/fuzz/corpus/fota_state
