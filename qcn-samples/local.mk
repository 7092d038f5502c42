# Synthetic backups; tests/interop/test_samples.py holds the committed ones against their maker.
EXTRA_DIST += qcn-samples/README.md qcn-samples/make_samples.py qcn-samples/qcn_tree.py \
	qcn-samples/xqcn_form.py qcn-samples/cfb_form.py qcn-samples/cfb_steps.py qcn-samples/good_samples.py \
	qcn-samples/bad_samples.py qcn-samples/mutations.py qcn-samples/expected.tsv \
	qcn-samples/good qcn-samples/bad
