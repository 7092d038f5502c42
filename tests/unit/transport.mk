# Transports against ptys, sockets, files and a made-up sysfs: no device, no fixed port.
TRANSPORT_TESTS = tests/unit/test_address tests/unit/test_tty tests/unit/test_socket \
	tests/unit/test_capture tests/unit/test_replay tests/unit/test_discover
check_PROGRAMS += $(TRANSPORT_TESTS)
TESTS += $(TRANSPORT_TESTS)
TRANSPORT_TEST_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) -pthread
TRANSPORT_TEST_LIBS = src/transport/libtransport.la src/base/libbase.la $(UNIT_LIBS)

tests_unit_test_address_SOURCES = tests/unit/test_address.c tests/unit/transport_test.h
tests_unit_test_address_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_address_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_test_address_LDADD = $(TRANSPORT_TEST_LIBS)

tests_unit_test_tty_SOURCES = tests/unit/test_tty.c tests/unit/transport_test.h
tests_unit_test_tty_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_tty_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_test_tty_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=tcgetattr -Wl,--wrap=tcsetattr
tests_unit_test_tty_LDADD = $(TRANSPORT_TEST_LIBS)

tests_unit_test_socket_SOURCES = tests/unit/test_socket.c tests/unit/transport_test.h
tests_unit_test_socket_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_socket_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_test_socket_LDADD = $(TRANSPORT_TEST_LIBS)

tests_unit_test_capture_SOURCES = tests/unit/test_capture.c tests/unit/capture_rig.h \
	tests/unit/transport_test.h
tests_unit_test_capture_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_capture_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_test_capture_LDADD = $(TRANSPORT_TEST_LIBS)

tests_unit_test_replay_SOURCES = tests/unit/test_replay.c tests/unit/capture_rig.h \
	tests/unit/transport_test.h
tests_unit_test_replay_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_replay_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_test_replay_LDADD = $(TRANSPORT_TEST_LIBS)

tests_unit_test_discover_SOURCES = tests/unit/test_discover.c tests/unit/transport_test.h
tests_unit_test_discover_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_discover_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_test_discover_LDADD = $(TRANSPORT_TEST_LIBS)
