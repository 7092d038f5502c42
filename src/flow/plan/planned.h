/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The inside of qdiag_plan: the plan with everything it was made from. */
#ifndef QD_FLOW_PLAN_PLANNED_H
#define QD_FLOW_PLAN_PLANNED_H

#include <qdiag/restore.h>

#include "container/doc.h"
#include "flow/plan/guard.h"
#include "flow/plan/plan.h"
#include "flow/backup/snapshot.h"

struct qdiag_plan {
    struct qdiag_context *ctx;
    struct qd_plan *plan; /* NULL when the guard refused */
    char *source;         /* backup or plan file; "" for a single change */
    int single;           /* one change asked for by name: no guard, no reset */
    struct qd_doc *doc;   /* the backup; NULL for a single change and a loaded plan */
    char scope[QD_SCOPE_TEXT]; /* of a narrowed backup, in words */
    struct qd_snapshot snap;
    int has_snap;
    struct qd_anchors file, unit;
    int has_guard;
    struct qd_guard guard;
    struct qd_firmware firmware;
    size_t surplus;
    char confirm[96]; /* what has to be typed */
    char digits[32];  /* and the answer */
    char key[1200];   /* of the step shown last */
};

int qd_plan_new_for(struct qdiag_device *dev, const char *source, struct qdiag_plan **out,
                    struct qdiag_error *e);

/* Reads the whole unit into the plan, and who it is. */
int qd_plan_snapshot(struct qdiag_device *dev, struct qdiag_plan *p, struct qdiag_error *e);

/* Evidence of the connected unit, from a few items: enough to know it again. */
int qd_evidence_live(struct qdiag_device *dev, struct qd_anchors *a, struct qdiag_error *e);

/* 0 when the unit is the one whose digest this is; an empty digest cannot be compared and passes with
 * a line in the log. -QDIAG_E_NOT_SAME_UNIT. */
int qd_evidence_same(struct qdiag_device *dev, const char *salt, const char *digest,
                     struct qdiag_error *e);

/* Puts salt and digest of the unit's evidence into the plan. */
int qd_evidence_sign(const struct qd_anchors *unit, char salt[65], char digest[65],
                     struct qdiag_error *e);

/* What a person has to type to show which unit is meant, and the right answer. */
void qd_confirm_choose(struct qdiag_plan *p, const char *label_imei);

/* 0 when the digits are right; else -QDIAG_E_POLICY, or -QDIAG_E_CANCELLED. */
int qd_confirm_check(const struct qdiag_plan *p, const struct qdiag_restore_options *o,
                     struct qdiag_error *e);

#endif
