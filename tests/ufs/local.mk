# The module's own backups through the public API, with the simulator's core in memory behind both ports.
if HAVE_CMOCKA
UFS_TESTS = tests/ufs/test_ufs_faults tests/ufs/test_ufs_flow
check_PROGRAMS += $(UFS_TESTS)
TESTS += $(UFS_TESTS)
UFS_TEST_LIBS = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la \
	src/service/libservice.la src/at/libat.la src/diag/libdiag.la src/frame/libframe.la \
	src/transport/libtransport.la src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)
UFS_RIG = tests/ufs/ufs_rig.c tests/ufs/ufs_rig.h tests/unit/shell_run.c tests/unit/shell_run.h
tests_ufs_test_ufs_faults_SOURCES = tests/ufs/test_ufs_faults.c $(UFS_RIG)
tests_ufs_test_ufs_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_ufs_test_ufs_faults_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_ufs_test_ufs_faults_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=qd_link_open
tests_ufs_test_ufs_faults_LDADD = $(UFS_TEST_LIBS)
tests_ufs_test_ufs_flow_SOURCES = tests/ufs/test_ufs_flow.c $(UFS_RIG)
tests_ufs_test_ufs_flow_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
tests_ufs_test_ufs_flow_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_ufs_test_ufs_flow_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=qd_link_open
tests_ufs_test_ufs_flow_LDADD = $(UFS_TEST_LIBS) $(JANSSON_LIBS)
endif
