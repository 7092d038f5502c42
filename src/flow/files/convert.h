/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What conversions share: the kind that a name or a word stands for, and evidence from a file. */
#ifndef QD_FLOW_FILES_CONVERT_H
#define QD_FLOW_FILES_CONVERT_H

#include "flow/files/store.h"

/* The kind of a file to make, by `to` ("tar.gz", …) or, when NULL, by its name. */
int qd_target_kind(const char *path, const char *to, struct qd_target *t, struct qdiag_error *e);

/* Who the unit is, as far as the backup itself says. */
void qd_evidence_of(const struct qd_backup *b, struct qd_evidence *ev);

#endif
