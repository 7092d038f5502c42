/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The names file that a context asks for, or the installed one. */
#ifndef QD_FLOW_FILES_LABELS_H
#define QD_FLOW_FILES_LABELS_H

#include "base/context.h"
#include "model/names.h"

/* NULL when there is none or it is of no use; the log says why. Free with qd_labels_free. */
struct qd_labels *qd_labels_load(struct qdiag_context *ctx);

/* A label may only make the tool more careful. */
int qd_label_is_private(const char *label);

#endif
