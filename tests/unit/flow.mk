check_PROGRAMS += tests/unit/test_sections
TESTS += tests/unit/test_sections
tests_unit_test_sections_SOURCES = tests/unit/test_sections.c
tests_unit_test_sections_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sections_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sections_LDADD = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la src/service/libservice.la src/diag/libdiag.la src/frame/libframe.la src/transport/libtransport.la src/base/libbase.la $(UNIT_LIBS)


check_PROGRAMS += tests/unit/test_doctor
TESTS += tests/unit/test_doctor
tests_unit_test_doctor_SOURCES = tests/unit/test_doctor.c
tests_unit_test_doctor_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_doctor_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_doctor_LDADD = $(tests_unit_test_sections_LDADD)
