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
