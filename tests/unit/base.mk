check_PROGRAMS += tests/unit/test_base
TESTS += tests/unit/test_base
tests_unit_test_base_SOURCES = tests/unit/test_base.c
tests_unit_test_base_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_base_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_LDADD = src/base/libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_save
TESTS += tests/unit/test_save
tests_unit_test_save_SOURCES = tests/unit/test_save.c
tests_unit_test_save_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_save_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_save_LDADD = src/base/libbase.la $(UNIT_LIBS)

