/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The end of a run: sync, reset, the same unit again, and everything that was written read once
 * more. What a sync says proves nothing; only this reading does. */
#include <string.h>

#include "base/cancel.h"
#include "base/context.h"
#include "base/error.h"
#include "flow/restore/execute_run.h"

static int come_back(struct qd_run *r, struct qdiag_error *e)
{
    int rc = r->unit->reconnect(r->unit->user, &r->unit->diag, e);
    r->eye = (struct qd_eye){.diag = r->unit->diag};
    if (rc == 0)
        rc = r->unit->same_unit(r->unit->user, r->eye.diag, e);
    if (rc == 0)
        qd_door_open(r); /* nothing is written any more, but a second run may begin here */
    return rc;
}

static int reset(struct qd_run *r, struct qdiag_error *e)
{
    struct qd_jrecord rec = {.type = QD_J_RESET, .wire = -1};
    int rc = qd_door_reset(r, e);
    if (rc == 0)
        rc = qd_run_record(r, rec, e);
    return rc != 0 ? rc : come_back(r, e);
}

/* The state this step shall have at the end; NULL when nothing is claimed about it. */
static const struct qd_state *claimed(const struct qd_run *r, size_t i)
{
    const struct qd_jstep *s = &r->view->step[i];
    if (r->plan->v[i].decision != QD_DO_WRITE)
        return NULL;
    if (r->back)
        return s->undone == QD_RESULT_UNDONE ? &s->before : NULL;
    return s->result == QD_RESULT_WRITTEN || s->result == QD_RESULT_ALREADY ? &r->plan->v[i].after
                                                                            : NULL;
}

static int read_again(struct qd_run *r, size_t i, const struct qd_state *want, int *equal,
                      struct qdiag_error *e)
{
    struct qd_state now;
    char why[QD_OBSERVE_WHY];
    int rc = qd_observe(&r->eye, &r->plan->v[i].key, &now, why, e);
    *equal = rc == 0 && qd_state_equal(&now, want);
    if (rc == 0 && !*equal && now.kind == QD_THERE_UNKNOWN) {
        char key[512];
        qd_key_text(&r->plan->v[i].key, key, sizeof key);
        rc = qd_fail(e, QDIAG_E_UNKNOWN, key, "it cannot be read after the reset: %s", why);
    }
    qd_state_clear(&now);
    return rc;
}

static int verify(struct qd_run *r, struct qdiag_error *e)
{
    struct qdiag_context *ctx = qd_diag_context(r->eye.diag);
    struct qd_jrecord rec = {.type = QD_J_VERIFIED, .wire = -1};
    size_t lost = 0;

    for (size_t i = 0; i < r->plan->n; i++) {
        const struct qd_state *want = claimed(r, i);
        int equal, rc = qd_cancel_check(ctx->cancel, e);
        if (rc != 0)
            return rc;
        if (!want)
            continue;
        if (qd_key_class(&r->plan->v[i].key) == QD_CLASS_VOLATILE) {
            r->out->unverified++;
            continue;
        }
        qd_progress(ctx, "verify", i, r->plan->n, "");
        rc = read_again(r, i, want, &equal, e);
        if (rc == 0 && !equal)
            rc = qd_run_result(r, i, QD_RESULT_LOST, -1, e);
        if (rc != 0)
            return rc;
        rec.step += equal ? 1 : 0;
        lost += equal ? 0 : 1;
    }
    return lost ? 0 : qd_run_record(r, rec, e);
}

/* Of a step that was lost: the first. */
static int name_the_lost(const struct qd_run *r, struct qdiag_error *e)
{
    for (size_t i = 0; i < r->plan->n; i++) {
        const struct qd_jstep *s = &r->view->step[i];
        char key[512];
        if ((r->back ? s->undone : s->result) != QD_RESULT_LOST)
            continue;
        qd_key_text(&r->plan->v[i].key, key, sizeof key);
        return qd_fail(e, QDIAG_E_READBACK_DIFFERS, key, "%s", qd_result_text(QD_RESULT_LOST));
    }
    return 0;
}

int qd_run_finish(struct qd_run *r, struct qdiag_error *e)
{
    int written = r->view->unreset, rc = 0;
    if (r->dirty || written)
        rc = qd_door_sync(r, QD_PHASES - 1, e);
    if (rc == 0 && (written || r->offline == 1) && (r->unit->flags & QD_UNIT_RESET))
        rc = reset(r, e);
    if (rc == 0)
        rc = verify(r, e);
    return rc != 0 ? rc : name_the_lost(r, e);
}
