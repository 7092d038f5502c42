MODEL_TEST_LIBS = src/model/libmodel.la src/base/libbase.la $(UNIT_LIBS)
check_PROGRAMS += tests/unit/test_backup tests/unit/test_catalog tests/unit/test_ident
TESTS += tests/unit/test_backup tests/unit/test_catalog tests/unit/test_ident

tests_unit_test_backup_SOURCES = tests/unit/test_backup.c
tests_unit_test_backup_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_backup_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_backup_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_catalog_SOURCES = tests/unit/test_catalog.c
tests_unit_test_catalog_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_catalog_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_catalog_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_ident_SOURCES = tests/unit/test_ident.c
tests_unit_test_ident_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_ident_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ident_LDADD = $(MODEL_TEST_LIBS)

VALUE_TESTS = tests/unit/test_decode tests/unit/test_diff tests/unit/test_names \
	tests/unit/test_needle
check_PROGRAMS += $(VALUE_TESTS)
TESTS += $(VALUE_TESTS)

tests_unit_test_decode_SOURCES = tests/unit/test_decode.c
tests_unit_test_decode_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_decode_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_decode_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_diff_SOURCES = tests/unit/test_diff.c
tests_unit_test_diff_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_diff_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_diff_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_names_SOURCES = tests/unit/test_names.c
tests_unit_test_names_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_names_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_names_LDADD = $(MODEL_TEST_LIBS)

tests_unit_test_needle_SOURCES = tests/unit/test_needle.c
tests_unit_test_needle_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_needle_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_needle_LDADD = $(MODEL_TEST_LIBS)

check_PROGRAMS += tests/unit/test_policy
TESTS += tests/unit/test_policy
tests_unit_test_policy_SOURCES = tests/unit/test_policy.c
tests_unit_test_policy_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_policy_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_policy_LDADD = $(MODEL_TEST_LIBS)
