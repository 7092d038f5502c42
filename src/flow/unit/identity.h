/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_FLOW_UNIT_IDENTITY_H
#define QD_FLOW_UNIT_IDENTITY_H

#include <qdiag/identity.h>

#include "service/identity.h"

/* As qdiag_identity_read, and gives what the unit said outside NV as well (info may be NULL). Does
 * not look for EFS. */
int qd_identity_read(struct qdiag_device *dev, struct qdiag_identity *id, struct qd_unit_info *info,
                     struct qdiag_error *e);

/* 0 when both are of one unit as far as NV tells; else -QDIAG_E_NOT_SAME_UNIT naming what differs.
 */
int qd_identity_same(const struct qdiag_identity *a, const struct qdiag_identity *b,
                     struct qdiag_error *e);

#endif
