EXTRA_DIST += qcn-samples/README.md
