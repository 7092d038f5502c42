# Faults against the whole program: qdiag and qdiag-sim as they are built, driven from Python.
if HAVE_PYTHON3
TESTS += tests/fault/test_link.py tests/fault/test_items.py tests/fault/test_errors.py \
	tests/fault/test_files.py tests/fault/test_found.py
endif
EXTRA_DIST += tests/fault/rig.py tests/fault/test_link.py tests/fault/test_items.py \
	tests/fault/test_errors.py tests/fault/test_files.py tests/fault/test_found.py
