# Checks of the tree itself. Each one first feeds itself a bad example and fails when it finds no fault.
TESTS += tests/check/exports.sh tests/check/paths.sh
if HAVE_PYTHON3
TESTS += \
	tests/check/layers.py \
	tests/check/listed.py \
	tests/check/doors.py \
	tests/check/sizes.py \
	tests/check/banned.py \
	tests/check/headers.py \
	tests/check/errtab.py \
	tests/check/options.py \
	tests/check/json_doc.py \
	tests/check/udev.sh
endif
EXTRA_DIST += \
	tests/check/exports.sh \
	tests/check/paths.sh \
	tests/check/cscan.py \
	tests/check/layers.py \
	tests/check/listed.py \
	tests/check/doors.py \
	tests/check/sizes.py \
	tests/check/banned.py \
	tests/check/headers.py \
	tests/check/errtab.py \
	tests/check/options.py \
	tests/check/json_doc.py \
	tests/check/udev.sh \
	tests/check/minimal-root.sh
