/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_FLOW_UPGRADE_UPGRADE_FINISH_H
#define QD_FLOW_UPGRADE_UPGRADE_FINISH_H

#include <qdiag/fota.h>

/* After an upgrade that was verified: deletes the package in the unit's user storage, and makes the
 * module's own backup anew, because the old one does not fit the new firmware. A package that stays
 * is only noted; a backup that is not made, or not confirmed, is -PARTLY. */
int qd_upgrade_finish(struct qdiag_at *at, struct qdiag_device *dev,
                      const struct qdiag_fota_options *o, const struct qdiag_fota_argument *a,
                      struct qdiag_fota_report *r, struct qdiag_error *e);

#endif
