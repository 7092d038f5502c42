# The session against a modem in memory. fake_link.c is shared with the service tests.
check_PROGRAMS += tests/unit/test_session tests/unit/test_session_faults
TESTS += tests/unit/test_session tests/unit/test_session_faults
DIAG_TEST_FAKES = tests/unit/fake_link.c tests/unit/fake_link.h tests/unit/fake_modem.c \
	tests/unit/fake_modem.h tests/unit/hex_vector.h
DIAG_TEST_LIBS = src/diag/libdiag.la src/frame/libframe.la src/transport/libtransport.la \
	src/base/libbase.la $(UNIT_LIBS)

tests_unit_test_session_SOURCES = tests/unit/test_session.c $(DIAG_TEST_FAKES)
tests_unit_test_session_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_session_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_session_LDADD = $(DIAG_TEST_LIBS)

tests_unit_test_session_faults_SOURCES = tests/unit/test_session_faults.c $(DIAG_TEST_FAKES)
tests_unit_test_session_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_session_faults_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_session_faults_LDADD = $(DIAG_TEST_LIBS)
