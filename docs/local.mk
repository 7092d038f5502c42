dist_man_MANS += \
	docs/man/qdiag.1
EXTRA_DIST += \
	demo test scripts/packages \
	docs/formats/diag.md docs/formats/at.md docs/formats/dfota.md
