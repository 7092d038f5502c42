/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A whole run, forth or back: the steps in their order, a sync between two phases, the end, and
 * what it all comes to. Identity is reached only when everything before it succeeded. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/cancel.h"
#include "base/context.h"
#include "base/error.h"
#include "base/text.h"
#include "flow/restore/execute_run.h"
#include "model/policy.h"

static int succeeded(const struct qd_run *r, size_t i)
{
    enum qd_result x = r->view->step[i].result;
    return r->plan->v[i].decision != QD_DO_WRITE || x == QD_RESULT_WRITTEN ||
           x == QD_RESULT_ALREADY;
}

static int all_before(const struct qd_run *r, size_t i)
{
    while (i-- > 0)
        if (!succeeded(r, i))
            return 0;
    return 1;
}

/* Whether this step has to be looked at on the way back: only what may have been written. */
static int goes_back(const struct qd_run *r, size_t i)
{
    return r->plan->v[i].decision == QD_DO_WRITE && r->view->step[i].has_before;
}

static int start(struct qd_run *r, struct qdiag_error *e)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < r->plan->n; i++)
        if (r->plan->v[i].decision == QD_DO_WRITE)
            rc = qd_policy_step(&r->plan->v[i], e);
    if (rc == 0)
        rc = r->unit->same_unit(r->unit->user, r->eye.diag, e);
    if (rc == 0)
        qd_door_open(r);
    return rc;
}

/* Between two steps: a stop by the user, progress, and a sync where a phase begins. */
static int between(struct qd_run *r, size_t i, enum qd_phase *phase, struct qdiag_error *e)
{
    struct qdiag_context *ctx = qd_diag_context(r->eye.diag);
    const struct qd_step *s = &r->plan->v[i];
    char key[512];
    int rc = qd_cancel_check(ctx->cancel, e);

    if (rc == 0 && s->phase != *phase && r->dirty)
        rc = qd_door_sync(r, *phase, e);
    *phase = s->phase;
    qd_key_text(&s->key, key, sizeof key);
    qd_progress(ctx, r->back ? "take back" : "write", r->back ? r->plan->n - 1 - i : i, r->plan->n,
                key);
    return rc;
}

static int steps_forth(struct qd_run *r, struct qdiag_error *e)
{
    enum qd_phase phase = QD_PHASE_NV;
    for (size_t i = 0; i < r->plan->n; i++) {
        if (r->plan->v[i].decision != QD_DO_WRITE)
            continue;
        if (r->plan->v[i].phase == QD_PHASE_IDENTITY && !all_before(r, i))
            return 0;
        int rc = between(r, i, &phase, e);
        if (rc == 0)
            rc = qd_step_forth(r, i, e);
        if (rc != 0)
            return rc;
    }
    return qd_cancel_check(qd_diag_context(r->eye.diag)->cancel, e);
}

static int steps_back(struct qd_run *r, struct qdiag_error *e)
{
    enum qd_phase phase = QD_PHASES;
    struct qd_jrecord rec = {.type = QD_J_BACK, .wire = -1};
    int rc = r->view->back ? 0 : qd_run_record(r, rec, e);
    for (size_t i = r->plan->n; rc == 0 && i-- > 0;) {
        if (!goes_back(r, i))
            continue;
        phase = phase == QD_PHASES ? r->plan->v[i].phase : phase;
        rc = between(r, i, &phase, e);
        if (rc == 0)
            rc = qd_step_back(r, i, e);
    }
    return rc != 0 ? rc : qd_cancel_check(qd_diag_context(r->eye.diag)->cancel, e);
}

/* ---- what it comes to ---- */

/* The first step that did not get where it should. */
static long first_short(const struct qd_run *r)
{
    for (size_t i = 0; i < r->plan->n; i++) {
        const struct qd_jstep *s = &r->view->step[i];
        int good = r->back ? !goes_back(r, i) || s->undone == QD_RESULT_UNDONE : succeeded(r, i);
        if (!good)
            return (long)i;
    }
    return -1;
}

static int fail_at(const struct qd_run *r, long i, enum qdiag_code code, struct qdiag_error *e)
{
    char key[512];
    const struct qd_step_outcome *s = &r->out->step[i];
    qd_key_text(&r->plan->v[i].key, key, sizeof key);
    return qd_fail_wire(e, code, s->wire, key, "%s",
                        s->why[0] ? s->why : qd_result_text(s->result));
}

/* The same cause under another code. */
static void recode(struct qdiag_error *e, enum qdiag_code code)
{
    struct qdiag_error cause = *e;
    qd_error_clear(e);
    if (cause.why[0] && cause.code != QDIAG_E_PARTLY)
        qd_fail_wire(e, code, cause.wire, cause.item, "%s: %s", cause.what, cause.why);
    else
        qd_fail_wire(e, code, cause.wire, cause.item, "%s", cause.what);
    e->who = cause.who;
}

static int conclude_forth(struct qd_run *r, int rc, struct qdiag_error *e)
{
    long i = first_short(r);
    int touched = qd_jview_touched(r->view);

    if (rc == 0 && i < 0)
        return 0;
    if (rc == 0) {
        rc = fail_at(r, i, touched ? QDIAG_E_PARTLY : QDIAG_E_REFUSED, e);
        qd_what(e, "%zu of %zu items were not written",
                r->out->to_write - r->out->count[QD_RESULT_WRITTEN] -
                    r->out->count[QD_RESULT_ALREADY],
                r->out->to_write);
        return rc;
    }
    if (touched && e->code != QDIAG_E_READBACK_DIFFERS && e->code != QDIAG_E_ITEM_UNKNOWN)
        recode(e, QDIAG_E_PARTLY);
    return -e->code;
}

static int conclude_back(struct qd_run *r, int rc, struct qdiag_error *e)
{
    size_t kept = 0, undone = 0, rest = 0;
    for (size_t i = 0; i < r->plan->n; i++) {
        enum qd_result u = r->view->step[i].undone;
        if (!goes_back(r, i))
            continue;
        undone += u == QD_RESULT_UNDONE;
        kept += u == QD_RESULT_KEPT;
        rest += u != QD_RESULT_UNDONE && u != QD_RESULT_KEPT;
    }
    if (rc != 0) {
        if (e->code != QDIAG_E_ITEM_UNKNOWN)
            recode(e, QDIAG_E_ROLLBACK_FAILED);
        return -e->code;
    }
    if (rest)
        return fail_at(r, first_short(r), QDIAG_E_ROLLBACK_FAILED, e);
    if (kept) {
        rc = qd_fail(e, QDIAG_E_PARTLY, NULL, "%zu items were taken back and read again", undone);
        qd_what(e, "%s", "taken back but for the unit's own identity, which stays");
        qd_hint(e, "%s", "");
        return rc;
    }
    return undone ? qd_fail(e, QDIAG_E_ROLLED_BACK, NULL, "%zu items were taken back", undone) : 0;
}

static enum qdiag_touch touch_of(const struct qd_run *r, const struct qdiag_error *e)
{
    if (e->code == QDIAG_E_ITEM_UNKNOWN)
        return QDIAG_TOUCH_UNKNOWN;
    if (e->code == QDIAG_E_ROLLED_BACK)
        return QDIAG_UNTOUCHED;
    return r->out->touch;
}

static int conclude(struct qd_run *r, int rc, struct qdiag_error *e)
{
    struct qdiag_error journal = {0};
    struct qd_jrecord rec = {.type = QD_J_END, .wire = -1};

    qd_outcome_take(r->view, r->out);
    rc = r->back ? conclude_back(r, rc, e) : conclude_forth(r, rc, e);
    rec.step = (uint32_t)qdiag_exit_code(e);
    if (qd_run_record(r, rec, &journal) != 0 && rc == 0) {
        *e = journal;
        if (qd_jview_touched(r->view))
            recode(e, QDIAG_E_PARTLY);
        rc = -e->code;
    }
    e->touch = touch_of(r, e);
    r->out->touch = e->touch;
    r->out->exit_code = qdiag_exit_code(e);
    return rc;
}

/* A unit that was only sent offline goes back to work. */
static void wake(struct qd_run *r)
{
    struct qdiag_error mine = {0};
    if (r->offline == 1 && r->eye.diag && !qd_jview_touched(r->view) &&
        (r->unit->flags & QD_UNIT_RESET) && qd_door_reset(r, &mine) == 0)
        (void)r->unit->reconnect(r->unit->user, &r->unit->diag, &mine);
    r->eye.diag = r->unit->diag;
}

static int run(struct qd_run *r, struct qdiag_error *e)
{
    int rc = start(r, e);
    if (rc == 0)
        rc = r->back ? steps_back(r, e) : steps_forth(r, e);
    if (rc == 0)
        rc = qd_run_finish(r, e);
    else
        wake(r);
    rc = conclude(r, rc, e);
    qd_door_close(r);
    return rc;
}

static int set_up(struct qd_run *r, struct qd_journal *j, struct qd_unit *u, struct qd_outcome *o,
                  struct qdiag_error *e)
{
    assert(e && u->diag && u->reconnect && u->same_unit);
    *r = (struct qd_run){.journal = j, .view = qd_journal_view(j), .unit = u, .out = o};
    r->plan = r->view->header.plan;
    r->eye.diag = u->diag;
    return qd_outcome_of(r->view, o, e);
}

int qd_execute(struct qd_journal *j, struct qd_unit *u, struct qd_outcome *o, struct qdiag_error *e)
{
    struct qd_run r;
    int rc = set_up(&r, j, u, o, e);
    if (rc != 0)
        return rc;
    if (r.view->back) {
        rc = qd_fail(e, QDIAG_E_POLICY, qd_journal_path(j), "%s",
                     "this journal is on its way back, or was taken back");
        qd_hint(e, "%s", "finish with --rollback, or make a new plan");
        return rc;
    }
    if (r.view->ended && r.view->code == 0)
        return qd_fail(e, QDIAG_E_POLICY, qd_journal_path(j), "%s",
                       "this journal was carried out and verified; there is nothing left to do");
    return run(&r, e);
}

int qd_rollback(struct qd_journal *j, struct qd_unit *u, struct qd_outcome *o,
                struct qdiag_error *e)
{
    struct qd_run r;
    int rc = set_up(&r, j, u, o, e);
    if (rc != 0)
        return rc;
    if (r.view->back && r.view->ended && r.view->code == 19)
        return qd_fail(e, QDIAG_E_POLICY, qd_journal_path(j), "%s",
                       "this journal was taken back and verified; there is nothing left to do");
    r.back = 1;
    return run(&r, e);
}
