/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The public report of a restore, from what the executor or a journal says. */
#ifndef QD_FLOW_RESTORE_RESTORED_H
#define QD_FLOW_RESTORE_RESTORED_H

#include <qdiag/restore.h>

#include "flow/restore/outcome.h"

int qd_restored_report(const struct qd_jview *v, const struct qd_outcome *o, const char *journal,
                       struct qdiag_restore_report **report, struct qdiag_error *e);

/* The report of a plan that writes nothing. */
int qd_restored_nothing(const struct qd_plan *plan, struct qdiag_restore_report **report,
                        struct qdiag_error *e);

#endif
