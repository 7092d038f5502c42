# qdiag-sim from outside.
TESTS += tests/flow/sim_front.py
EXTRA_DIST += tests/flow/sim_front.py
