dist_man_MANS += \
	docs/man/qdiag.1
EXTRA_DIST += \
	demo test scripts/packages \
	docs/formats/diag.md docs/formats/at.md docs/formats/dfota.md \
	docs/formats/preflight.md

# Scripts and units to be copied and changed.
recipesdir = $(docdir)/recipes
dist_recipes_DATA = \
	docs/recipes/10-qdiag-preflight.conf docs/recipes/README.md \
	docs/recipes/qdiag-preflight.service
dist_recipes_SCRIPTS = \
	docs/recipes/fwupd-modem.sh docs/recipes/openwrt-qdiag.init docs/recipes/pre-upgrade.sh
