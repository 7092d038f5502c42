# The session against a modem in memory. fake_link.c is shared with the service tests.
DIAG_TESTS = tests/unit/test_reply tests/unit/test_session tests/unit/test_session_open \
	tests/unit/test_session_faults
check_PROGRAMS += $(DIAG_TESTS)
TESTS += $(DIAG_TESTS)
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

tests_unit_test_reply_SOURCES = tests/unit/test_reply.c tests/unit/hex_vector.h
tests_unit_test_reply_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_reply_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_reply_LDADD = $(DIAG_TEST_LIBS)

tests_unit_test_session_open_SOURCES = tests/unit/test_session_open.c $(DIAG_TEST_FAKES)
tests_unit_test_session_open_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_session_open_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_session_open_LDADD = $(DIAG_TEST_LIBS)
