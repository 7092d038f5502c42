# Restores through the public API, with the simulator's core in memory behind it.
if HAVE_CMOCKA
RESTORE_TESTS = \
	tests/restore/test_forged tests/restore/test_restore tests/restore/test_seeds \
	tests/restore/test_serial
check_PROGRAMS += $(RESTORE_TESTS)
TESTS += $(RESTORE_TESTS)
RESTORE_RIG = tests/restore/restore_rig.c tests/restore/restore_rig.h tests/unit/shell_run.c tests/unit/shell_run.h
tests_restore_test_forged_SOURCES = tests/restore/test_forged.c $(RESTORE_RIG)
tests_restore_test_forged_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_restore_test_forged_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_restore_test_forged_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=qd_link_open
tests_restore_test_forged_LDADD = $(EXECUTE_LIBS)
tests_restore_test_serial_SOURCES = tests/restore/test_serial.c $(RESTORE_RIG)
tests_restore_test_serial_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_restore_test_serial_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_restore_test_serial_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=qd_link_open
tests_restore_test_serial_LDADD = $(EXECUTE_LIBS)
tests_restore_test_restore_SOURCES = tests/restore/test_restore.c $(RESTORE_RIG)
tests_restore_test_restore_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_restore_test_restore_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_restore_test_restore_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=qd_link_open
tests_restore_test_restore_LDADD = $(EXECUTE_LIBS)
tests_restore_test_seeds_SOURCES = tests/restore/test_seeds.c $(RESTORE_RIG)
tests_restore_test_seeds_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_restore_test_seeds_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_restore_test_seeds_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=qd_link_open
tests_restore_test_seeds_LDADD = $(EXECUTE_LIBS)
endif
