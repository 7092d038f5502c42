/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_FLOW_UPGRADE_UPGRADE_FINISH_H
#define QD_FLOW_UPGRADE_UPGRADE_FINISH_H

#include "flow/upgrade/upgrade_state.h"

/* Before one: notes in its state what is to be put away after it. */
void qd_upgrade_note(const struct qdiag_fota_options *o, const struct qdiag_fota_argument *a,
                     const struct qdiag_fota_report *r, struct qd_run_state *s);

/* After an upgrade that was verified: deletes the package in the unit's user storage, and makes the
 * module's own backup anew, because the old one does not fit the new firmware. A package that stays
 * is only noted; a backup that is not made, or not confirmed, is -PARTLY. */
int qd_upgrade_finish(struct qdiag_at *at, struct qdiag_device *dev,
                      const struct qdiag_fota_options *o, const struct qd_run_state *s,
                      struct qdiag_fota_report *r, struct qdiag_error *e);

/* The same for who only watched: looks whether it was done, and does nothing. A package that is
 * still there is only noted; a backup that was not made anew, or what cannot be looked at, is
 * -PARTLY. */
int qd_upgrade_left(struct qdiag_at *at, const struct qd_run_state *s, struct qdiag_fota_report *r,
                    struct qdiag_error *e);

#endif
