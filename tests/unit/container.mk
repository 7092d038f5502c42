CONTAINER_TEST_LIBS = src/container/libcontainer.la src/model/libmodel.la src/base/libbase.la \
	$(UNIT_LIBS)
check_PROGRAMS += tests/unit/test_manifest tests/unit/test_qcn tests/unit/test_sniff tests/unit/test_xqcn tests/unit/test_xqcn_lift
TESTS += tests/unit/test_manifest tests/unit/test_qcn tests/unit/test_sniff tests/unit/test_xqcn tests/unit/test_xqcn_lift

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

tests_unit_test_sniff_SOURCES = tests/unit/test_sniff.c tests/unit/qcn_fixture.c \
	tests/unit/qcn_fixture.h
tests_unit_test_sniff_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sniff_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sniff_LDADD = $(CONTAINER_TEST_LIBS)

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

# Compound files.
cfb_rig = tests/unit/cfb_layout.c tests/unit/cfb_rig.c tests/unit/cfb_rig.h \
	tests/unit/qcn_fixture.c tests/unit/qcn_fixture.h
check_PROGRAMS += tests/unit/test_cfb_big tests/unit/test_cfb_read tests/unit/test_cfb_write
TESTS += tests/unit/test_cfb_read tests/unit/test_cfb_write tests/unit/cfb_small_stack.sh
EXTRA_DIST += tests/unit/cfb_small_stack.sh

tests_unit_test_cfb_big_SOURCES = tests/unit/test_cfb_big.c $(cfb_rig)
tests_unit_test_cfb_big_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_cfb_big_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_cfb_big_LDADD = $(CONTAINER_TEST_LIBS)

tests_unit_test_cfb_read_SOURCES = tests/unit/test_cfb_read.c $(cfb_rig)
tests_unit_test_cfb_read_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_cfb_read_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_cfb_read_LDADD = $(CONTAINER_TEST_LIBS)

tests_unit_test_cfb_write_SOURCES = tests/unit/test_cfb_write.c $(cfb_rig)
tests_unit_test_cfb_write_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_cfb_write_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_cfb_write_LDADD = $(CONTAINER_TEST_LIBS)

check_PROGRAMS += tests/unit/test_folder tests/unit/test_gz tests/unit/test_tar
TESTS += tests/unit/test_folder tests/unit/test_gz tests/unit/test_tar
tests_unit_test_folder_SOURCES = tests/unit/test_folder.c tests/unit/qcn_fixture.c \
	tests/unit/qcn_fixture.h
tests_unit_test_folder_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_folder_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_folder_LDADD = $(CONTAINER_TEST_LIBS)

tests_unit_test_gz_SOURCES = tests/unit/test_gz.c
tests_unit_test_gz_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_gz_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_gz_LDADD = $(CONTAINER_TEST_LIBS)

tests_unit_test_tar_SOURCES = tests/unit/test_tar.c
tests_unit_test_tar_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_tar_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_tar_LDADD = $(CONTAINER_TEST_LIBS)

check_PROGRAMS += tests/unit/test_planfile
TESTS += tests/unit/test_planfile
tests_unit_test_planfile_SOURCES = tests/unit/test_planfile.c
tests_unit_test_planfile_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_planfile_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_planfile_LDADD = $(CONTAINER_TEST_LIBS)
