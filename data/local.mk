# Names of items, for people; qdiag works without the file.
dist_pkgdata_DATA = data/names.tsv
EXTRA_DIST += tools/make_names.py
