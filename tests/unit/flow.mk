check_PROGRAMS += tests/unit/test_sections
TESTS += tests/unit/test_sections
tests_unit_test_sections_SOURCES = tests/unit/test_sections.c
tests_unit_test_sections_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sections_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sections_LDADD = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la src/service/libservice.la src/diag/libdiag.la src/frame/libframe.la src/transport/libtransport.la src/base/libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_redact_capture
TESTS += tests/unit/test_redact_capture
tests_unit_test_redact_capture_SOURCES = tests/unit/test_redact_capture.c tests/unit/vector.c tests/unit/vector.h
tests_unit_test_redact_capture_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_redact_capture_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_redact_capture_LDADD = $(tests_unit_test_sections_LDADD)

# Guard, planner, verify: pure.
PLAN_TESTS = tests/unit/test_compare tests/unit/test_guard tests/unit/test_plan \
	tests/unit/test_plan_single

check_PROGRAMS += $(PLAN_TESTS)
TESTS += $(PLAN_TESTS)

tests_unit_test_guard_SOURCES = tests/unit/test_guard.c
tests_unit_test_guard_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_guard_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_guard_LDADD = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la src/service/libservice.la src/diag/libdiag.la src/frame/libframe.la src/transport/libtransport.la src/base/libbase.la $(UNIT_LIBS)

tests_unit_test_plan_SOURCES = tests/unit/test_plan.c
tests_unit_test_plan_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_plan_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_plan_LDADD = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la src/service/libservice.la src/diag/libdiag.la src/frame/libframe.la src/transport/libtransport.la src/base/libbase.la $(UNIT_LIBS)

tests_unit_test_compare_SOURCES = tests/unit/test_compare.c
tests_unit_test_compare_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_compare_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_compare_LDADD = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la src/service/libservice.la src/diag/libdiag.la src/frame/libframe.la src/transport/libtransport.la src/base/libbase.la $(UNIT_LIBS)

tests_unit_test_plan_single_SOURCES = tests/unit/test_plan_single.c
tests_unit_test_plan_single_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_plan_single_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_plan_single_LDADD = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la src/service/libservice.la src/diag/libdiag.la src/frame/libframe.la src/transport/libtransport.la src/base/libbase.la $(UNIT_LIBS)
# The journal, and the executor behind it.
check_PROGRAMS += tests/unit/test_journal
TESTS += tests/unit/test_journal
tests_unit_test_journal_SOURCES = tests/unit/test_journal.c tests/unit/journal_rig.c tests/unit/journal_rig.h
tests_unit_test_journal_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_journal_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_journal_LDADD = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la src/base/libbase.la $(UNIT_LIBS)
EXECUTE_TESTS = \
	tests/unit/test_execute tests/unit/test_execute_back tests/unit/test_execute_refused \
	tests/unit/test_execute_stop
check_PROGRAMS += $(EXECUTE_TESTS)
TESTS += $(EXECUTE_TESTS)
EXECUTE_RIG = tests/unit/exec_force.c tests/unit/exec_rig.c tests/unit/exec_rig.h tests/unit/journal_rig.c tests/unit/journal_rig.h \
	tests/unit/sim_rig.c tests/unit/sim_rig.h tests/unit/fake_link.c tests/unit/fake_link.h
EXECUTE_LIBS = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la src/service/libservice.la src/diag/libdiag.la src/frame/libframe.la src/transport/libtransport.la src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)
tests_unit_test_execute_SOURCES = tests/unit/test_execute.c $(EXECUTE_RIG)
tests_unit_test_execute_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_execute_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_execute_LDADD = $(EXECUTE_LIBS)
tests_unit_test_execute_stop_SOURCES = tests/unit/test_execute_stop.c $(EXECUTE_RIG)
tests_unit_test_execute_stop_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_execute_stop_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_execute_stop_LDADD = $(EXECUTE_LIBS)
tests_unit_test_execute_refused_SOURCES = tests/unit/test_execute_refused.c $(EXECUTE_RIG)
tests_unit_test_execute_refused_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_execute_refused_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_execute_refused_LDADD = $(EXECUTE_LIBS)
tests_unit_test_execute_back_SOURCES = tests/unit/test_execute_back.c $(EXECUTE_RIG)
tests_unit_test_execute_back_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_execute_back_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_execute_back_LDADD = $(EXECUTE_LIBS)

check_PROGRAMS += tests/unit/test_doctor
TESTS += tests/unit/test_doctor
tests_unit_test_doctor_SOURCES = tests/unit/test_doctor.c
tests_unit_test_doctor_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_doctor_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_doctor_LDADD = $(tests_unit_test_sections_LDADD)

# Which AT port is found: from lists of ports alone.
check_PROGRAMS += tests/unit/test_at_find
TESTS += tests/unit/test_at_find
tests_unit_test_at_find_SOURCES = tests/unit/test_at_find.c
tests_unit_test_at_find_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_at_find_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_at_find_LDADD = $(tests_unit_test_sections_LDADD)

# The AT side's door.
check_PROGRAMS += tests/unit/test_at_door
TESTS += tests/unit/test_at_door
tests_unit_test_at_door_SOURCES = tests/unit/test_at_door.c $(AT_TEST_FAKES)
tests_unit_test_at_door_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_at_door_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_at_door_LDADD = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la \
	src/service/libservice.la src/at/libat.la src/diag/libdiag.la src/frame/libframe.la \
	src/transport/libtransport.la src/base/libbase.la $(UNIT_LIBS)
WATCH_TESTS = tests/unit/test_upgrade_watch tests/unit/test_upgrade_runs tests/unit/test_upgrade_state \
	tests/unit/test_upgrade_dialogues
check_PROGRAMS += $(WATCH_TESTS)
TESTS += $(WATCH_TESTS)
tests_unit_test_upgrade_watch_SOURCES = tests/unit/test_upgrade_watch.c tests/unit/watch_rig.c tests/unit/watch_rig.h
tests_unit_test_upgrade_watch_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_upgrade_watch_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_upgrade_watch_LDADD = $(tests_unit_test_sections_LDADD)
tests_unit_test_upgrade_runs_SOURCES = tests/unit/test_upgrade_runs.c tests/unit/watch_rig.c tests/unit/watch_rig.h
tests_unit_test_upgrade_runs_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_upgrade_runs_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_upgrade_runs_LDADD = $(tests_unit_test_sections_LDADD)
tests_unit_test_upgrade_dialogues_SOURCES = tests/unit/test_upgrade_dialogues.c tests/unit/watch_rig.c tests/unit/watch_rig.h
tests_unit_test_upgrade_dialogues_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_upgrade_dialogues_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_upgrade_dialogues_LDADD = $(tests_unit_test_sections_LDADD)
# Before and after an upgrade: pure rules.
PREFLIGHT_TESTS = tests/unit/test_fota_judge tests/unit/test_preflight
check_PROGRAMS += $(PREFLIGHT_TESTS)
TESTS += $(PREFLIGHT_TESTS)
tests_unit_test_fota_judge_SOURCES = tests/unit/test_fota_judge.c
tests_unit_test_fota_judge_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_fota_judge_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_fota_judge_LDADD = $(tests_unit_test_preflight_LDADD)
tests_unit_test_preflight_SOURCES = tests/unit/test_preflight.c
tests_unit_test_preflight_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_preflight_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_preflight_LDADD = src/flow/libflow.la src/container/libcontainer.la src/model/libmodel.la src/service/libservice.la src/at/libat.la src/diag/libdiag.la src/frame/libframe.la src/transport/libtransport.la src/base/libbase.la $(UNIT_LIBS)
tests_unit_test_upgrade_state_SOURCES = tests/unit/test_upgrade_state.c
tests_unit_test_upgrade_state_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_upgrade_state_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_upgrade_state_LDADD = $(tests_unit_test_sections_LDADD)
