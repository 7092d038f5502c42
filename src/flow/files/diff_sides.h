/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Two backups side by side, and their differences with names, words and masking. The inside of
 * qdiag_diff_report. */
#ifndef QD_FLOW_FILES_DIFF_SIDES_H
#define QD_FLOW_FILES_DIFF_SIDES_H

#include "flow/files/compare.h"
#include "flow/files/contents.h"
#include "model/diff.h"

/* One difference with the texts it owns. */
struct qd_told {
    char *path, *a, *b;
    struct qdiag_range range[QD_DIFF_RANGES];
};

struct qd_sides {
    struct qdiag_contents *a, *b;
    struct qd_diff diff;
    /* what a difference means: between two files, or between a file and a unit */
    enum qd_verify_as (*means)(const struct qd_sides *in, const struct qd_diff_entry *en);
    struct qd_told *told;
    size_t ntold;
};

/* A report with its inside; -USAGE for a class that is none, -NO_MEMORY. */
int qd_diff_report_new(const struct qdiag_diff_options *o, struct qdiag_diff_report **r,
                       struct qdiag_error *e);

/* Fills the report from r->inside->diff, one class after the other. */
int qd_diff_tell(struct qdiag_diff_report *r, const struct qdiag_diff_options *o,
                 struct qdiag_error *e);

#endif
