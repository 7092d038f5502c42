dist_man_MANS += \
	docs/man/qdiag.1
EXTRA_DIST += \
	demo test scripts/packages

# What the manual pages and the README refer to.
formatsdir = $(docdir)/formats
dist_formats_DATA = \
	docs/formats/at.md docs/formats/catalog.md docs/formats/dfota.md docs/formats/diag.md \
	docs/formats/folder.md docs/formats/guard.md docs/formats/journal.md docs/formats/json.md \
	docs/formats/manifest.md docs/formats/plan.md docs/formats/preflight.md docs/formats/qcn.md \
	docs/formats/sim-log.md docs/formats/unit-archive.md docs/formats/unit.md

# Scripts and units to be copied and changed.
recipesdir = $(docdir)/recipes
dist_recipes_DATA = \
	docs/recipes/10-qdiag-preflight.conf docs/recipes/README.md \
	docs/recipes/qdiag-preflight.service
dist_recipes_SCRIPTS = \
	docs/recipes/fwupd-modem.sh docs/recipes/openwrt-qdiag.init docs/recipes/pre-upgrade.sh
