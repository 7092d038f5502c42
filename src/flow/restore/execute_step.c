/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One step of a plan: look, journal, write, read back, journal. The record of a write is on the
 * disk before the write goes out; its result is on the disk before the next step. Must never write
 * what it did not first see to be as the plan says. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/restore/execute_run.h"
#include "model/policy.h"

#define KEY_TEXT 512

/* What happens to one key now. */
struct pass {
    size_t i;
    const struct qd_step *step;
    const struct qd_jstep *said;
    const struct qd_state *to; /* what shall be there */
    struct qd_state now;       /* owned */
    struct qd_written w;
    char why[QD_OBSERVE_WHY];
};

/* By its key: what a journal says of the class may be forged. */
static int is_identity(const struct pass *p)
{
    return qd_key_class(&p->step->key) == QD_CLASS_IDENTITY;
}

static void key_of(const struct pass *p, char out[KEY_TEXT])
{
    qd_key_text(&p->step->key, out, KEY_TEXT);
}

int qd_run_record(struct qd_run *r, struct qd_jrecord rec, struct qdiag_error *e)
{
    /* A state from before is followed by the announcement of the write, whose sync holds for both.
     */
    int sync = rec.type != QD_J_BEFORE;
    return qd_journal_append(r->journal, &rec, sync, e);
}

static void keep_why(struct qd_run *r, size_t i, const char *why)
{
    qd_copy_text(r->out->step[i].why, sizeof r->out->step[i].why, why);
}

int qd_run_result(struct qd_run *r, size_t i, enum qd_result result, int64_t wire,
                  struct qdiag_error *e)
{
    struct qd_jrecord rec = {.type = r->back ? QD_J_UNDONE : QD_J_DONE,
                             .step = (uint32_t)i,
                             .result = result,
                             .wire = wire};
    return qd_run_record(r, rec, e);
}

static int64_t wire_of(const struct qd_written *w)
{
    return w->bad ? -(int64_t)w->bad : w->wire ? w->wire : -1;
}

/* Records a result and stops the run with its error. */
static int stop(struct qd_run *r, struct pass *p, enum qd_result result, enum qdiag_code code,
                struct qdiag_error *e)
{
    char key[KEY_TEXT];
    struct qdiag_error journal = {0};
    const char *why = p->why[0] ? p->why : qd_result_text(result);

    key_of(p, key);
    keep_why(r, p->i, why);
    (void)qd_run_result(r, p->i, result, wire_of(&p->w), &journal);
    qd_error_clear(e);
    return qd_fail_wire(e, code, wire_of(&p->w), key, "%s", why);
}

static int look(struct qd_run *r, struct pass *p, struct qdiag_error *e)
{
    qd_state_clear(&p->now);
    return qd_observe(&r->eye, &p->step->key, &p->now, p->why, e);
}

/* What a write of ours leaves when it is cut off: a beginning of the contents, the permission bits
 * not set yet, or nothing because the old thing had to go first. */
static int half_done(const struct qd_state *from, const struct qd_state *to,
                     const struct qd_state *now)
{
    if (now->kind == QD_THERE_ABSENT)
        return from->kind != QD_THERE_ABSENT && from->kind != to->kind;
    if (now->kind != to->kind || now->kind == QD_THERE_LINK || now->len > to->len)
        return 0;
    return now->len == 0 || memcmp(now->data, to->data, now->len) == 0;
}

/* ---- writing ---- */

/* The item in flight is finished whatever the user asks for meanwhile. */
static void hold_cancel(struct qd_run *r)
{
    struct qdiag_context *c = qd_diag_context(r->eye.diag);
    r->held = c->cancel;
    c->cancel = NULL;
}

static void release_cancel(struct qd_run *r)
{
    qd_diag_context(r->eye.diag)->cancel = r->held;
    r->held = NULL;
}

/* An NV item that was made and shall go again: what the unit does with its alias is its own. */
static int is_unmaking(const struct qd_run *r, const struct pass *p)
{
    return r->back && p->step->key.nv >= 0 && p->to->kind == QD_THERE_ABSENT;
}

static int send(struct qd_run *r, struct pass *p, struct qdiag_error *e)
{
    const struct qd_key *k = &p->step->key;
    struct qd_jrecord rec = {
        .type = r->back ? QD_J_UNDOING : QD_J_WRITING, .step = (uint32_t)p->i, .wire = -1};
    int rc = qd_run_record(r, rec, e);
    if (rc != 0)
        return rc;
    rc = is_unmaking(r, p) ? qd_door_unmake(r, k, &p->now, &p->w, e)
                           : qd_door_write(r, k, &p->now, p->to, &p->w, e);
    qd_copy_text(p->why, sizeof p->why, p->w.reason);
    return rc;
}

/* Whether a second attempt makes sense, after what it needs was done. */
static int try_again(struct qd_run *r, struct pass *p, int *again, struct qdiag_error *e)
{
    *again = 0;
    if (p->w.how == QD_HOW_LOCKED) {
        int rc = qd_door_unlock(r, e);
        *again = rc == 0;
        return rc;
    }
    if (p->w.how == QD_HOW_FULL || (p->w.how == QD_HOW_PART && p->w.full)) {
        int rc = qd_door_sync(r, p->step->phase, e);
        *again = rc == 0;
        return rc;
    }
    return 0;
}

/* A session that ends before anything was sent leaves the key as it was. */
static int broken_off(struct qd_run *r, struct pass *p, int rc, struct qdiag_error *e)
{
    struct qdiag_error journal = {0};
    if (!qd_how_changed(p->w.how)) {
        (void)qd_run_result(r, p->i, QD_RESULT_NOT_SENT, -1, &journal);
        return rc;
    }
    qd_copy_text(p->why, sizeof p->why, e->why[0] ? e->why : e->what);
    return stop(r, p, QD_RESULT_UNKNOWN, QDIAG_E_ITEM_UNKNOWN, e);
}

static int send_twice_at_most(struct qd_run *r, struct pass *p, struct qdiag_error *e)
{
    int again, rc = send(r, p, e);
    if (rc == 0)
        rc = try_again(r, p, &again, e);
    if (rc != 0 || !again)
        return rc;
    struct qd_written first = p->w;
    char why[QD_OBSERVE_WHY];
    qd_copy_text(why, sizeof why, p->why);
    rc = look(r, p, e);
    p->w = first;
    if (rc != 0 || p->now.kind == QD_THERE_UNKNOWN)
        return rc;
    qd_copy_text(p->why, sizeof p->why, why);
    return send(r, p, e);
}

/* ---- what became of it ---- */

static enum qd_result success(const struct qd_run *r)
{
    return r->back ? QD_RESULT_UNDONE : QD_RESULT_WRITTEN;
}

/* The unit did not take it, and the read-back shows that nothing has changed. */
static int not_taken(struct qd_run *r, struct pass *p, struct qdiag_error *e)
{
    enum qd_how how = p->w.how;
    if (is_unmaking(r, p) && how != QD_HOW_UNKNOWN) {
        keep_why(r, p->i, qd_result_text(QD_RESULT_STAYS));
        return qd_run_result(r, p->i, QD_RESULT_STAYS, wire_of(&p->w), e);
    }
    if (how == QD_HOW_UNKNOWN) /* as before now; but the request may still be on its way */
        return stop(r, p, QD_RESULT_UNKNOWN, QDIAG_E_ITEM_UNKNOWN, e);
    if (how == QD_HOW_DONE || how == QD_HOW_PART)
        return stop(r, p, QD_RESULT_DIFFERS, QDIAG_E_READBACK_DIFFERS, e);
    if (!r->back && !qd_state_equal(&p->now, &p->said->before)) /* half of an earlier write */
        return stop(r, p, QD_RESULT_DIFFERS, QDIAG_E_READBACK_DIFFERS, e);
    if (how == QD_HOW_LOCKED)
        return stop(r, p, QD_RESULT_REFUSED, QDIAG_E_LOCKED, e);
    if (how == QD_HOW_FULL || how == QD_HOW_BUSY)
        return stop(r, p, QD_RESULT_REFUSED, QDIAG_E_REFUSED, e);
    keep_why(r, p->i, p->why);
    return qd_run_result(r, p->i, QD_RESULT_REFUSED, wire_of(&p->w), e);
}

static int judge(struct qd_run *r, struct pass *p, const struct qd_state *from,
                 struct qdiag_error *e)
{
    struct qd_written w = p->w;
    char why[QD_OBSERVE_WHY];
    int rc;

    qd_copy_text(why, sizeof why, p->why);
    rc = look(r, p, e);
    p->w = w;
    if (rc != 0) {
        p->w.how = QD_HOW_UNKNOWN;
        return broken_off(r, p, rc, e);
    }
    if (qd_state_equal(&p->now, p->to))
        return qd_run_result(r, p->i, success(r), -1, e);
    if (p->now.kind == QD_THERE_UNKNOWN)
        return stop(r, p, QD_RESULT_UNKNOWN, QDIAG_E_ITEM_UNKNOWN, e);
    if (why[0])
        qd_copy_text(p->why, sizeof p->why, why);
    if (qd_state_equal(&p->now, from))
        return not_taken(r, p, e);
    return stop(r, p, QD_RESULT_DIFFERS, QDIAG_E_READBACK_DIFFERS, e);
}

/* The folders above have to be what the path says, whoever made the plan. */
static int way_is_clear(struct qd_run *r, struct pass *p, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    int rc = qd_observe_way(&r->eye, &p->step->key, &mine);
    if (rc == -QDIAG_E_POLICY) {
        snprintf(p->why, sizeof p->why, "%.40s: %.50s", mine.item, mine.why);
        return stop(r, p, QD_RESULT_CHANGED, QDIAG_E_POLICY, e);
    }
    if (rc != 0)
        *e = mine;
    if (p->now.kind == QD_THERE_LINK || p->now.kind == QD_THERE_DIR || p->to->kind == QD_THERE_LINK)
        qd_eye_doubt(&r->eye);
    return rc;
}

/* From p->now to p->to. */
static int change(struct qd_run *r, struct pass *p, struct qdiag_error *e)
{
    struct qd_state from;
    int rc = way_is_clear(r, p, e);
    if (rc == 0)
        rc = qd_door_offline(r, e);
    if (rc == 0)
        rc = qd_state_copy(&from, &p->now, e);
    if (rc != 0)
        return rc;
    hold_cancel(r);
    rc = send_twice_at_most(r, p, e);
    /* A lock that stays is a refusal like others, and its error is told with the key. */
    if (rc == -QDIAG_E_LOCKED) {
        qd_copy_text(p->why, sizeof p->why, e->why);
        qd_error_clear(e);
        rc = 0;
    }
    rc = rc == 0 ? judge(r, p, &from, e) : broken_off(r, p, rc, e);
    release_cancel(r);
    qd_state_clear(&from);
    return rc;
}

/* ---- forth ---- */

static int note_before(struct qd_run *r, struct pass *p, struct qdiag_error *e)
{
    struct qd_jrecord rec = {.type = QD_J_BEFORE, .step = (uint32_t)p->i, .wire = -1};
    int rc = qd_state_copy(&rec.state, &p->now, e);
    return rc != 0 ? rc : qd_run_record(r, rec, e);
}

/* Whether the unit is as it has to be for this step to be written. */
static int may_begin(const struct pass *p)
{
    if (!p->said->has_before)
        return qd_state_equal(&p->now, &p->step->before);
    if (qd_state_equal(&p->now, &p->said->before))
        return 1;
    /* A unit that lost its power may have kept one request of a write and lost the next. */
    int ours = p->said->open || (p->said->touched && !p->said->settled);
    return ours && half_done(&p->said->before, p->to, &p->now);
}

/* A unit that accepts and then holds something else is no unit that somebody changed. */
static int not_as_planned(struct qd_run *r, struct pass *p, struct qdiag_error *e)
{
    int ours = p->said->result == QD_RESULT_DIFFERS || p->said->result == QD_RESULT_LOST;
    if (!p->why[0])
        qd_copy_text(p->why, sizeof p->why, qd_result_text(QD_RESULT_CHANGED));
    if (ours)
        return stop(r, p, p->said->result, QDIAG_E_READBACK_DIFFERS, e);
    stop(r, p, QD_RESULT_CHANGED, QDIAG_E_DIFFERENT, e);
    qd_what(e, "%s", "the unit is not as the plan saw it");
    qd_hint(e, "%s", "make a new plan");
    return -QDIAG_E_DIFFERENT;
}

static int prove(struct qd_run *r, struct pass *p, struct qdiag_error *e)
{
    char key[KEY_TEXT];
    if (r->unit->may_identify)
        return r->unit->may_identify(r->unit->user, p->step, e);
    key_of(p, key);
    return qd_fail(e, QDIAG_E_POLICY, key, "%s",
                   "no backup shows that this identity is the unit's");
}

static int forth(struct qd_run *r, struct pass *p, struct qdiag_error *e)
{
    int rc = look(r, p, e);
    if (rc != 0)
        return rc;
    if (qd_state_equal(&p->now, p->to)) {
        int said = p->said->result == QD_RESULT_WRITTEN || p->said->result == QD_RESULT_ALREADY;
        if (said && !p->said->open)
            return 0;
        return qd_run_result(r, p->i, QD_RESULT_ALREADY, -1, e);
    }
    if (!may_begin(p))
        return not_as_planned(r, p, e);
    if (is_identity(p))
        rc = prove(r, p, e);
    if (rc == 0 && !p->said->has_before)
        rc = note_before(r, p, e);
    return rc != 0 ? rc : change(r, p, e);
}

static void pass_init(struct qd_run *r, size_t i, struct pass *p)
{
    memset(p, 0, sizeof *p);
    p->i = i;
    p->step = &r->plan->v[i];
    p->said = &r->view->step[i];
    p->now.mode = QD_MODE_ANY;
}

int qd_step_forth(struct qd_run *r, size_t i, struct qdiag_error *e)
{
    struct pass p;
    pass_init(r, i, &p);
    p.to = &p.step->after;
    int rc = forth(r, &p, e);
    qd_state_clear(&p.now);
    return rc;
}

/* ---- back ---- */

/* Ours to take back: as we wrote it, what came of a write of ours that went wrong, or what a unit
 * that lost its power kept of one. */
static int is_ours(const struct pass *p)
{
    enum qd_result said = p->said->result, undone = p->said->undone;
    const struct qd_state *before = &p->said->before, *after = &p->step->after;

    if (qd_state_equal(&p->now, after) || p->said->open)
        return 1;
    if (said == QD_RESULT_DIFFERS || said == QD_RESULT_LOST || said == QD_RESULT_UNKNOWN ||
        undone == QD_RESULT_DIFFERS || undone == QD_RESULT_UNKNOWN)
        return 1;
    if (undone != QD_RESULT_NONE && half_done(after, before, &p->now))
        return 1;
    return p->said->touched && !p->said->settled && half_done(before, after, &p->now);
}

/* What stood there before comes from the journal as well. */
static int leads_well(const struct pass *p)
{
    char target[1100];
    struct qdiag_error none = {0};
    return qd_policy_link_target(p->step->key.path, p->to->data, p->to->len, target,
                                 sizeof target) == 0 &&
           qd_policy_path_door(target, &none) == 0;
}

static int back(struct qd_run *r, struct pass *p, struct qdiag_error *e)
{
    int rc = look(r, p, e);
    if (rc != 0)
        return rc;
    if (qd_state_equal(&p->now, p->to)) {
        if (p->said->undone == QD_RESULT_UNDONE && !p->said->open)
            return 0;
        return qd_run_result(r, p->i, QD_RESULT_UNDONE, -1, e);
    }
    int identity = is_identity(p);
    if (identity && qd_state_equal(&p->now, &p->step->after))
        return qd_run_result(r, p->i, QD_RESULT_KEPT, -1, e);
    if (p->to->kind == QD_THERE_LINK && !leads_well(p))
        qd_copy_text(p->why, sizeof p->why, "a link to a protected place is not made again");
    else if (p->now.kind != QD_THERE_UNKNOWN && !identity && is_ours(p))
        return change(r, p, e);
    keep_why(r, p->i,
             p->why[0]  ? p->why
             : identity ? "identity: neither blank nor what was written"
                        : "it was changed after it was written");
    return qd_run_result(r, p->i, QD_RESULT_CHANGED, -1, e);
}

int qd_step_back(struct qd_run *r, size_t i, struct qdiag_error *e)
{
    struct pass p;
    pass_init(r, i, &p);
    p.to = &p.said->before;
    int rc = back(r, &p, e);
    qd_state_clear(&p.now);
    return rc;
}
