/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The outcome of a change, from what its journal says. Counts only; it decides nothing. */
#include "flow/restore/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static void count_step(struct qd_outcome *o, const struct qd_jview *v, size_t i)
{
    struct qd_step_outcome *s = &o->step[i];
    switch (v->header.plan->v[i].decision) {
    case QD_DO_KEEP:
        o->keep++;
        return;
    case QD_DO_SKIP:
        o->skip++;
        return;
    default:
        break;
    }
    o->to_write++;
    s->result = v->back ? v->step[i].undone : v->step[i].result;
    s->wire = s->result == QD_RESULT_NONE ? -1 : v->step[i].wire;
    o->count[s->result]++;
}

void qd_outcome_take(const struct qd_jview *v, struct qd_outcome *o)
{
    memset(o->count, 0, sizeof o->count);
    o->to_write = o->keep = o->skip = 0;
    o->back = v->back;
    o->verified = v->verified;
    o->open_step = qd_jview_open_step(v);
    for (size_t i = 0; i < v->header.plan->n; i++)
        count_step(o, v, i);
    o->exit_code = v->code < 0 ? 0 : v->code;
    o->touch = o->open_step >= 0     ? QDIAG_TOUCH_UNKNOWN
               : qd_jview_touched(v) ? QDIAG_CHANGED
                                     : QDIAG_UNTOUCHED;
}

int qd_outcome_of(const struct qd_jview *v, struct qd_outcome *o, struct qdiag_error *e)
{
    memset(o, 0, sizeof *o);
    o->plan = v->header.plan;
    o->step = qd_alloc(o->plan->n + 1, sizeof *o->step);
    if (!o->step)
        return qd_nomem(e);
    for (size_t i = 0; i < o->plan->n; i++)
        o->step[i].wire = -1;
    qd_outcome_take(v, o);
    return 0;
}

void qd_outcome_free(struct qd_outcome *o)
{
    free(o->step);
    memset(o, 0, sizeof *o);
}
