# qdiag-sim from outside.
TESTS += tests/flow/sim_front.py tests/flow/sim_front_faults.py
EXTRA_DIST += tests/flow/sim_front.py tests/flow/sim_front_faults.py tests/flow/sim_rig.py
check_PROGRAMS += tests/flow/reopen_run
tests_flow_reopen_run_SOURCES = tests/flow/reopen_run.c
tests_flow_reopen_run_LDADD = src/libqdiag.la
if HAVE_PYTHON3
TESTS += tests/flow/test_doctor.py tests/flow/test_reopen.py tests/flow/test_cli.py tests/flow/test_convert.py tests/flow/test_contents.py tests/flow/test_redact.py
endif
EXTRA_DIST += tests/flow/test_doctor.py tests/flow/test_reopen.py tests/flow/test_cli.py tests/flow/test_convert.py tests/flow/test_contents.py tests/flow/test_redact.py
