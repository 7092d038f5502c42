# Independent readers against what qdiag writes: Python's own XML parser, no project code.
check_PROGRAMS += tests/interop/unpack_unit
tests_interop_unpack_unit_SOURCES = tests/interop/unpack_unit.c
tests_interop_unpack_unit_LDADD = src/sim/libsim.la src/base/libbase.la
check_PROGRAMS += tests/interop/cfb_readers
tests_interop_cfb_readers_SOURCES = tests/interop/cfb_readers.c
tests_interop_cfb_readers_LDADD = src/container/libcontainer.la src/model/libmodel.la \
	src/base/libbase.la

interop_in_sh = tests/interop/backup_units.sh
interop_in_py = tests/interop/cfb_readers.py tests/interop/cfb_writers.py tests/interop/test_checkers.py tests/interop/test_manifest_checker.py \
	tests/interop/test_units.py tests/interop/test_samples.py
TESTS += $(interop_in_sh)
if HAVE_PYTHON3
TESTS += $(interop_in_py)
endif
EXTRA_DIST += $(interop_in_sh) $(interop_in_py) \
	tests/interop/check_cfb.py tests/interop/check_manifest.py tests/interop/check_oplog.py tests/interop/check_xqcn.py \
	tests/interop/unit_folder.py tests/interop/xqcn_text.py

# Wine is big, and a test that is skipped would count as failed where all must run: on demand only.
EXTRA_DIST += tests/interop/wine_storage.c tests/interop/wine_storage.py
.PHONY: interop-wine
interop-wine: qdiag
	top_builddir='$(abs_top_builddir)' $(PYTHON3) $(top_srcdir)/tests/interop/wine_storage.py
