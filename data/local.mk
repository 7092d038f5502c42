# Names of items, for people; qdiag works without the file.
dist_pkgdata_DATA = data/names.tsv
EXTRA_DIST += tools/make_names.py tools/make_udev.py

# Access rules where udev looks for them, if configure was told where; the other one is an example.
exampledir = $(docdir)/examples
dist_example_DATA = data/udev/78-qdiag-mm-ignore.rules
EXTRA_DIST += data/udev/70-qdiag.rules
if HAVE_UDEVDIR
udevrulesdir = $(udevdir)/rules.d
udevrules_DATA = data/udev/70-qdiag.rules
endif
