CONTAINER_TEST_LIBS = src/container/libcontainer.la src/model/libmodel.la src/base/libbase.la \
	$(UNIT_LIBS)
check_PROGRAMS += tests/unit/test_manifest tests/unit/test_qcn tests/unit/test_xqcn tests/unit/test_xqcn_lift
TESTS += tests/unit/test_manifest tests/unit/test_qcn tests/unit/test_xqcn tests/unit/test_xqcn_lift

tests_unit_test_manifest_SOURCES = tests/unit/test_manifest.c tests/unit/qcn_fixture.c \
	tests/unit/qcn_fixture.h
tests_unit_test_manifest_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_manifest_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_manifest_LDADD = $(CONTAINER_TEST_LIBS) $(JANSSON_LIBS)

tests_unit_test_qcn_SOURCES = tests/unit/test_qcn.c tests/unit/qcn_fixture.c \
	tests/unit/qcn_fixture.h
tests_unit_test_qcn_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_qcn_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_qcn_LDADD = $(CONTAINER_TEST_LIBS)

tests_unit_test_xqcn_SOURCES = tests/unit/test_xqcn.c tests/unit/qcn_fixture.c \
	tests/unit/qcn_fixture.h
tests_unit_test_xqcn_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_xqcn_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_xqcn_LDADD = $(CONTAINER_TEST_LIBS)

tests_unit_test_xqcn_lift_SOURCES = tests/unit/test_xqcn_lift.c tests/unit/qcn_fixture.c \
	tests/unit/qcn_fixture.h
tests_unit_test_xqcn_lift_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_xqcn_lift_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_xqcn_lift_LDADD = $(CONTAINER_TEST_LIBS)
