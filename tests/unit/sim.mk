# The simulator's front: framing, latency model, faults.
check_PROGRAMS += tests/unit/test_sim_link tests/unit/test_sim_latency tests/unit/test_sim_faults \
	tests/unit/test_sim_wire
TESTS += tests/unit/test_sim_link tests/unit/test_sim_latency tests/unit/test_sim_faults \
	tests/unit/test_sim_wire
tests_unit_test_sim_link_SOURCES = tests/unit/test_sim_link.c tests/unit/hex_vector.h
tests_unit_test_sim_link_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sim_link_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_link_LDADD = src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)
tests_unit_test_sim_latency_SOURCES = tests/unit/test_sim_latency.c
tests_unit_test_sim_latency_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sim_latency_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_latency_LDADD = src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)
tests_unit_test_sim_faults_SOURCES = \
	tests/unit/test_sim_faults.c tests/unit/sim_fault_rig.h tests/unit/hex_vector.h
tests_unit_test_sim_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sim_faults_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_faults_LDADD = src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)
tests_unit_test_sim_wire_SOURCES = \
	tests/unit/test_sim_wire.c tests/unit/sim_fault_rig.h tests/unit/hex_vector.h
tests_unit_test_sim_wire_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sim_wire_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_wire_LDADD = src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)

# The simulator's core: unit folder, DIAG commands, NV, EFS2.
SIM_CORE_TESTS = tests/unit/test_sim_modem tests/unit/test_sim_efs tests/unit/test_sim_efs_write \
	tests/unit/test_sim_unit
check_PROGRAMS += $(SIM_CORE_TESTS)
TESTS += $(SIM_CORE_TESTS)
SIM_RIG = tests/unit/sim_rig.c tests/unit/sim_rig.h
tests_unit_test_sim_modem_SOURCES = tests/unit/test_sim_modem.c $(SIM_RIG)
tests_unit_test_sim_modem_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sim_modem_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_modem_LDADD = src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)
tests_unit_test_sim_efs_SOURCES = tests/unit/test_sim_efs.c $(SIM_RIG)
tests_unit_test_sim_efs_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sim_efs_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_efs_LDADD = src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)
tests_unit_test_sim_efs_write_SOURCES = tests/unit/test_sim_efs_write.c $(SIM_RIG)
tests_unit_test_sim_efs_write_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sim_efs_write_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_efs_write_LDADD = src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)
tests_unit_test_sim_unit_SOURCES = tests/unit/test_sim_unit.c $(SIM_RIG)
tests_unit_test_sim_unit_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sim_unit_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_unit_LDADD = src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)
