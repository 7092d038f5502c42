# The AT session against a scripted unit in memory.
AT_TESTS = tests/unit/test_at_parse tests/unit/test_at_session
check_PROGRAMS += $(AT_TESTS)
TESTS += $(AT_TESTS)
AT_TEST_FAKES = tests/unit/fake_at.c tests/unit/fake_at.h tests/unit/fake_link.c \
	tests/unit/fake_link.h
AT_TEST_LIBS = src/at/libat.la src/frame/libframe.la src/transport/libtransport.la \
	src/base/libbase.la $(UNIT_LIBS)

tests_unit_test_at_parse_SOURCES = tests/unit/test_at_parse.c
tests_unit_test_at_parse_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_at_parse_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_at_parse_LDADD = $(AT_TEST_LIBS)

tests_unit_test_at_session_SOURCES = tests/unit/test_at_session.c $(AT_TEST_FAKES)
tests_unit_test_at_session_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_at_session_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_at_session_LDADD = $(AT_TEST_LIBS)
