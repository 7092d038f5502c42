# The simulator's front: framing, latency model, faults.
check_PROGRAMS += tests/unit/test_sim_link tests/unit/test_sim_latency tests/unit/test_sim_faults
TESTS += tests/unit/test_sim_link tests/unit/test_sim_latency tests/unit/test_sim_faults
tests_unit_test_sim_link_SOURCES = tests/unit/test_sim_link.c tests/unit/hex_vector.h
tests_unit_test_sim_link_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sim_link_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_link_LDADD = src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)
tests_unit_test_sim_latency_SOURCES = tests/unit/test_sim_latency.c
tests_unit_test_sim_latency_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sim_latency_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_latency_LDADD = src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)
tests_unit_test_sim_faults_SOURCES = tests/unit/test_sim_faults.c tests/unit/hex_vector.h
tests_unit_test_sim_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sim_faults_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_faults_LDADD = src/sim/libsim.la src/base/libbase.la $(UNIT_LIBS)
