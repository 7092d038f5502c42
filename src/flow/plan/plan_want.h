/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a backup wants a unit to hold: one entry per key, before anybody decides. */
#ifndef QD_FLOW_PLAN_PLAN_WANT_H
#define QD_FLOW_PLAN_PLAN_WANT_H

#include "flow/plan/plan_view.h"

struct qd_want {
    struct qd_key key; /* owned */
    struct qd_rule rule;
    enum qd_phase phase;
    enum qd_reason problem;        /* NONE = can be placed */
    struct qd_state before, after; /* data borrowed from unit and file */
};

struct qd_wants { /* by phase, then key; no key twice */
    struct qd_want *v;
    size_t n, cap;
};

/* Everything in the file. */
int qd_wants_collect(const struct qd_view *view, struct qd_wants *w, struct qdiag_error *e);
void qd_wants_free(struct qd_wants *w);

#endif
