# Faults against the whole program: qdiag and qdiag-sim as they are built, driven from Python.
if HAVE_PYTHON3
TESTS += tests/fault/test_link.py tests/fault/test_items.py tests/fault/test_errors.py \
	tests/fault/test_files.py tests/fault/test_found.py
endif
EXTRA_DIST += tests/fault/rig.py tests/fault/test_link.py tests/fault/test_items.py \
	tests/fault/test_errors.py tests/fault/test_files.py tests/fault/test_found.py

# Memory that runs out; oom.c is loaded into programs without sanitizers, too, so it has none.
if HAVE_PYTHON3
TESTS += tests/fault/test_oom.py
check_LTLIBRARIES += tests/fault/oom.la
tests_fault_oom_la_SOURCES = tests/fault/oom.c
tests_fault_oom_la_CFLAGS = -std=gnu11 -Wall -Wextra -fPIC
tests_fault_oom_la_LDFLAGS = -module -shared -avoid-version -rpath /nowhere
endif
EXTRA_DIST += tests/fault/test_oom.py tests/fault/oom_rig.py
