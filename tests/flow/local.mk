# qdiag-sim from outside.
TESTS += tests/flow/sim_front.py tests/flow/sim_front_faults.py
EXTRA_DIST += tests/flow/sim_front.py tests/flow/sim_front_faults.py tests/flow/sim_rig.py \
	tests/flow/at_wire.py tests/flow/fota_rig.py tests/flow/fota_servers.py tests/flow/upgrade_rig.py
FLOW_TESTS = \
	tests/flow/sim_at.py tests/flow/test_cli.py tests/flow/test_contents.py tests/flow/test_convert.py \
	tests/flow/test_doctor.py tests/flow/test_fota.py tests/flow/test_fota_eio.py tests/flow/test_fota_faults.py \
	tests/flow/test_fota_verify.py tests/flow/test_fota_watch.py tests/flow/test_fota_ways.py \
	tests/flow/test_guard_rows.py tests/flow/test_interrupt.py tests/flow/test_interrupt_fota.py \
	tests/flow/test_items.py tests/flow/test_narrowed.py tests/flow/test_package.py tests/flow/test_preflight.py \
	tests/flow/test_question.py tests/flow/test_recipes.py tests/flow/test_redact.py \
	tests/flow/test_reopen.py tests/flow/test_restore.py \
	tests/flow/test_restore_ways.py tests/flow/test_sim_fota.py tests/flow/test_sim_fota_after.py \
	tests/flow/test_sim_fota_net.py tests/flow/test_sim_golden.py tests/flow/test_ufs.py \
	tests/flow/test_ufs_inner.py
if HAVE_PYTHON3
TESTS += $(FLOW_TESTS)
endif
EXTRA_DIST += $(FLOW_TESTS) tests/flow/fota_packages.py

# Drives the public call that finds a unit again.
check_PROGRAMS += tests/flow/reopen_run
tests_flow_reopen_run_SOURCES = tests/flow/reopen_run.c
tests_flow_reopen_run_LDADD = src/libqdiag.la

# A terminal that fails a write; loaded into programs without sanitizers, too, so it has none.
if HAVE_PYTHON3
check_LTLIBRARIES += tests/flow/eio_write.la
tests_flow_eio_write_la_SOURCES = tests/flow/eio_write.c
tests_flow_eio_write_la_CFLAGS = -std=gnu11 -Wall -Wextra -fPIC
tests_flow_eio_write_la_LDFLAGS = -module -shared -avoid-version -rpath /nowhere
endif
