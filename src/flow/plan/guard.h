/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Does this backup belong to this unit? Pure, and without an override: no input of it can turn a
 * refusal into a yes. Decision table: docs/formats/guard.md. */
#ifndef QD_FLOW_PLAN_GUARD_H
#define QD_FLOW_PLAN_GUARD_H

#include "model/anchors.h"
#include "model/revision.h"

enum qd_guard_verdict {
    QD_GUARD_REFUSE,  /* another unit, or contradictory evidence */
    QD_GUARD_NEEDS,   /* not yet: see needs */
    QD_GUARD_LIMITED, /* nothing comparable: only what is neither identity nor calibration, and only
                         when asked for by name */
    QD_GUARD_ALLOW
};

enum qd_guard_rule {
#define QD_GUARD_RULE(id, name, text) QD_GUARD_RULE_##id,
#include "flow/plan/guard.def"
#undef QD_GUARD_RULE
    QD_GUARD_RULES
};

#define QD_NEEDS_LABEL  1u /* the IMEI printed on the unit, typed in to be compared */
#define QD_NEEDS_SERIAL 2u /* a manifest with a serial number that the unit can show too */

struct qd_compared {
    enum qd_anchor anchor;
    enum qd_anchor_kind kind;
    enum qd_relation relation;
    char file[24], unit[24]; /* masked */
};

struct qd_guard {
    enum qd_guard_verdict verdict;
    enum qd_guard_rule rule;
    unsigned needs; /* QD_NEEDS_*: any one of them */
    int identity;   /* 1: blank identity items of the unit may be filled from the file */
    int confirm;    /* 1: the text must be shown and answered (one witness; boards of one IMEI) */
    int label_used; /* 1: the label's IMEI was a witness */
    struct qd_compared v[QD_ANCHORS];
    size_t n;          /* all anchors known on either side */
    char why[256];     /* one sentence, nothing in it identifies */
    char warning[256]; /* "" = none */
};

/* label: the IMEI typed from the unit's label, or NULL. It is compared, never written. */
void qd_guard_judge(const struct qd_anchors *file, const struct qd_anchors *unit, const char *label,
                    struct qd_guard *out);
/* 0 when ALLOW; LIMITED passes when config_only. Else -QDIAG_E_NOT_SAME_UNIT. */
int qd_guard_check(const struct qd_guard *g, int config_only, struct qdiag_error *e);
const char *qd_guard_verdict_name(enum qd_guard_verdict v); /* "refuse", "needs-more", … */
const char *qd_guard_rule_name(enum qd_guard_rule r);       /* "G3a" */
const char *qd_guard_rule_text(enum qd_guard_rule r);

/* Model and firmware: its own question with its own exit code. */
struct qd_firmware {
    enum qd_relation model;
    enum qd_rev_match revision;
    char file[128], unit[128]; /* the forms compared */
    char why[256];
};
void qd_firmware_judge(const struct qd_anchors *file, const struct qd_anchors *unit,
                       struct qd_firmware *out);
/* needs_same: the plan would hold classes that need the same firmware. accept: the operator said so
 * after reading. Another model is refused in any case. 0 or -QDIAG_E_POLICY. */
int qd_firmware_check(const struct qd_firmware *f, int needs_same, int accept,
                      struct qdiag_error *e);

#endif
