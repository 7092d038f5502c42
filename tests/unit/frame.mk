check_PROGRAMS += tests/unit/test_hdlc tests/unit/test_torn_frames
TESTS += tests/unit/test_hdlc tests/unit/test_torn_frames
FRAME_TEST_LIBS = src/frame/libframe.la src/base/libbase.la $(UNIT_LIBS)

tests_unit_test_hdlc_SOURCES = tests/unit/test_hdlc.c tests/unit/hex_vector.h
tests_unit_test_hdlc_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_hdlc_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_hdlc_LDADD = $(FRAME_TEST_LIBS)

tests_unit_test_torn_frames_SOURCES = tests/unit/test_torn_frames.c tests/unit/hex_vector.h
tests_unit_test_torn_frames_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_torn_frames_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_torn_frames_LDADD = $(FRAME_TEST_LIBS)

check_PROGRAMS += tests/unit/test_atline
TESTS += tests/unit/test_atline
tests_unit_test_atline_SOURCES = tests/unit/test_atline.c
tests_unit_test_atline_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_atline_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_atline_LDADD = $(FRAME_TEST_LIBS)
