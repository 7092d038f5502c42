# `make bench`: speed and memory as ratios, on an -O2 build. Never part of `make check`.
check_PROGRAMS += tests/bench/measure tests/bench/sax_floor tests/bench/tree_time
tests_bench_measure_SOURCES = tests/bench/measure.c
tests_bench_sax_floor_SOURCES = tests/bench/sax_floor.c
tests_bench_sax_floor_CFLAGS = $(AM_CFLAGS) $(LIBXML_CFLAGS)
tests_bench_sax_floor_LDADD = $(LIBXML_LIBS)
tests_bench_tree_time_SOURCES = tests/bench/tree_time.c
tests_bench_tree_time_LDADD = src/container/libcontainer.la src/model/libmodel.la \
	src/base/libbase.la

EXTRA_DIST += tests/bench/bench.py tests/bench/corpora.py docs/benchmarks.md

.PHONY: bench
bench: qdiag tests/bench/measure tests/bench/sax_floor tests/bench/tree_time
	top_builddir='$(abs_top_builddir)' $(PYTHON3) $(top_srcdir)/tests/bench/bench.py \
		--cflags='$(CFLAGS) $(QDIAG_CFLAGS)' $(BENCHFLAGS)

clean-local: clean-bench-corpora
.PHONY: clean-bench-corpora
clean-bench-corpora:
	rm -rf tests/bench/corpora
