# The services against a modem in memory; fake_link.c comes from the session's tests.
SERVICE_TESTS = tests/unit/test_nv tests/unit/test_unit_info tests/unit/test_efs_codec \
	tests/unit/test_efs tests/unit/test_efs_steady tests/unit/test_efs_walk \
	tests/unit/test_ufs tests/unit/test_ufs_codec
check_PROGRAMS += $(SERVICE_TESTS)
TESTS += $(SERVICE_TESTS)
SERVICE_TEST_LIBS = src/service/libservice.la src/at/libat.la src/diag/libdiag.la src/frame/libframe.la \
	src/transport/libtransport.la src/base/libbase.la $(UNIT_LIBS)
SERVICE_TEST_FAKES = tests/unit/fake_link.c tests/unit/fake_link.h tests/unit/vector.c \
	tests/unit/vector.h
EFS_TEST_FAKES = $(SERVICE_TEST_FAKES) tests/unit/fake_efs.c tests/unit/fake_efs.h

tests_unit_test_nv_SOURCES = tests/unit/test_nv.c $(SERVICE_TEST_FAKES)
tests_unit_test_nv_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_nv_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_nv_LDADD = $(SERVICE_TEST_LIBS)

tests_unit_test_unit_info_SOURCES = tests/unit/test_unit_info.c $(SERVICE_TEST_FAKES)
tests_unit_test_unit_info_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_unit_info_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_unit_info_LDADD = $(SERVICE_TEST_LIBS)

tests_unit_test_efs_codec_SOURCES = tests/unit/test_efs_codec.c $(SERVICE_TEST_FAKES)
tests_unit_test_efs_codec_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_efs_codec_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_efs_codec_LDADD = $(SERVICE_TEST_LIBS)

tests_unit_test_efs_SOURCES = tests/unit/test_efs.c $(EFS_TEST_FAKES)
tests_unit_test_efs_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_efs_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_efs_LDADD = $(SERVICE_TEST_LIBS)

tests_unit_test_efs_steady_SOURCES = tests/unit/test_efs_steady.c $(EFS_TEST_FAKES)
tests_unit_test_efs_steady_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_efs_steady_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_efs_steady_LDADD = $(SERVICE_TEST_LIBS)

tests_unit_test_efs_walk_SOURCES = tests/unit/test_efs_walk.c $(EFS_TEST_FAKES)
tests_unit_test_efs_walk_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_efs_walk_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_efs_walk_LDADD = $(SERVICE_TEST_LIBS)

# What writes, against the simulator's core: it shares no codec with the services.
WRITE_TESTS = tests/unit/test_write tests/unit/test_write_efs tests/unit/test_sim_lies
check_PROGRAMS += $(WRITE_TESTS)
TESTS += $(WRITE_TESTS)
WRITE_TEST_FAKES = $(SERVICE_TEST_FAKES) tests/unit/write_rig.c tests/unit/write_rig.h \
	tests/unit/sim_rig.c tests/unit/sim_rig.h
WRITE_TEST_LIBS = src/sim/libsim.la $(SERVICE_TEST_LIBS)

tests_unit_test_write_SOURCES = tests/unit/test_write.c $(WRITE_TEST_FAKES)
tests_unit_test_write_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_write_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_write_LDADD = $(WRITE_TEST_LIBS)

tests_unit_test_write_efs_SOURCES = tests/unit/test_write_efs.c $(WRITE_TEST_FAKES)
tests_unit_test_write_efs_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_write_efs_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_write_efs_LDADD = $(WRITE_TEST_LIBS)

tests_unit_test_sim_lies_SOURCES = tests/unit/test_sim_lies.c $(WRITE_TEST_FAKES)
tests_unit_test_sim_lies_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sim_lies_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_lies_LDADD = $(WRITE_TEST_LIBS)
tests_unit_test_ufs_SOURCES = tests/unit/test_ufs.c $(AT_TEST_FAKES)
tests_unit_test_ufs_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_ufs_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ufs_LDADD = $(SERVICE_TEST_LIBS)

tests_unit_test_ufs_codec_SOURCES = tests/unit/test_ufs_codec.c
tests_unit_test_ufs_codec_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_ufs_codec_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ufs_codec_LDADD = $(SERVICE_TEST_LIBS)
EXTRA_DIST += tests/unit/dialogues

check_PROGRAMS += tests/unit/test_fota_codec tests/unit/test_fota
TESTS += tests/unit/test_fota_codec tests/unit/test_fota
tests_unit_test_fota_codec_SOURCES = tests/unit/test_fota_codec.c
tests_unit_test_fota_codec_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_fota_codec_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_fota_codec_LDADD = $(SERVICE_TEST_LIBS)

tests_unit_test_fota_SOURCES = tests/unit/test_fota.c $(AT_TEST_FAKES)
tests_unit_test_fota_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_fota_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_fota_LDADD = $(SERVICE_TEST_LIBS)
