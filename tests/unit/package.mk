# Upgrade packages: versions, names, verdicts.
PACKAGE_TESTS = tests/unit/test_version tests/unit/test_package_file tests/unit/test_package_match \
	tests/unit/test_versions
check_PROGRAMS += $(PACKAGE_TESTS)
TESTS += $(PACKAGE_TESTS)

tests_unit_test_version_SOURCES = tests/unit/test_version.c
tests_unit_test_version_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_version_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_version_LDADD = $(SERVICE_TEST_LIBS)

PACKAGE_TEST_LIBS = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la $(SERVICE_TEST_LIBS)
tests_unit_test_package_match_SOURCES = tests/unit/test_package_match.c
tests_unit_test_package_match_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_package_match_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_package_match_LDADD = $(PACKAGE_TEST_LIBS)

tests_unit_test_versions_SOURCES = tests/unit/test_versions.c $(AT_TEST_FAKES)
tests_unit_test_versions_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_versions_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_versions_LDADD = $(PACKAGE_TEST_LIBS)

tests_unit_test_package_file_SOURCES = tests/unit/test_package_file.c
tests_unit_test_package_file_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_package_file_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_package_file_LDADD = $(PACKAGE_TEST_LIBS)
