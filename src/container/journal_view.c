/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The state that the records of a journal add up to. Strict: a record that contradicts the ones
 * before it is damage, because what is done to a unit next depends on them. */
#include "container/journal_view.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static int contradiction(const struct qd_jview *v, const char *name, const struct qd_jrecord *r,
                         const char *why, struct qdiag_error *e)
{
    return qd_fail(e, QDIAG_E_FILE_DAMAGED, name, "record %u (%s): %s", v->records,
                   qd_jtype_name(r->type), why);
}

/* Results of the way forth and of the way back. */
static int result_fits(enum qd_jtype type, enum qd_result r)
{
    switch (r) {
    case QD_RESULT_REFUSED:
    case QD_RESULT_DIFFERS:
    case QD_RESULT_LOST:
    case QD_RESULT_CHANGED:
    case QD_RESULT_UNKNOWN:
    case QD_RESULT_NOT_SENT:
        return 1;
    case QD_RESULT_WRITTEN:
    case QD_RESULT_ALREADY:
        return type == QD_J_DONE;
    case QD_RESULT_UNDONE:
    case QD_RESULT_KEPT:
    case QD_RESULT_STAYS:
        return type == QD_J_UNDONE;
    default:
        return 0;
    }
}

static int is_about_a_step(enum qd_jtype t)
{
    return t == QD_J_BEFORE || t == QD_J_WRITING || t == QD_J_DONE || t == QD_J_UNDOING ||
           t == QD_J_UNDONE;
}

static int is_written(const struct qd_jview *v, uint32_t step)
{
    return step < v->header.plan->n && v->header.plan->v[step].decision == QD_DO_WRITE;
}

static const char *take_before(struct qd_jview *v, struct qd_jstep *s, struct qd_jrecord *r)
{
    if (v->back || s->has_before)
        return "a second state from before";
    if (!qd_state_equal(&v->header.plan->v[r->step].before, &r->state))
        return "another state from before than the plan's";
    s->before = r->state;
    memset(&r->state, 0, sizeof r->state);
    s->has_before = 1;
    return NULL;
}

static const char *take_result(struct qd_jview *v, struct qd_jstep *s, const struct qd_jrecord *r)
{
    int back = r->type == QD_J_UNDONE;
    if (back != v->back || !result_fits(r->type, r->result))
        return "a result that cannot be";
    uint32_t was_open = s->open;
    /* What is not known stays open: it is the one that has to be looked at. */
    if (r->result == QD_RESULT_UNKNOWN)
        s->open = v->records;
    else if (r->result != QD_RESULT_CHANGED)
        s->open = 0;
    s->wire = r->wire;
    switch (r->result) {
    case QD_RESULT_WRITTEN:
    case QD_RESULT_DIFFERS:
    case QD_RESULT_UNKNOWN:
    case QD_RESULT_LOST:
        s->touched = 1;
        break;
    case QD_RESULT_ALREADY:
        s->touched |= was_open != 0; /* by a write whose end was not told */
        break;
    case QD_RESULT_REFUSED:
        if (!back) /* seen to hold what it held, after a second attempt as well */
            s->touched = 0;
        break;
    case QD_RESULT_UNDONE:
        s->touched = 0;
        break;
    default:
        break;
    }
    *(back ? &s->undone : &s->result) = r->result;
    return NULL;
}

static const char *take_step(struct qd_jview *v, struct qd_jrecord *r)
{
    struct qd_jstep *s = &v->step[r->step];
    switch (r->type) {
    case QD_J_BEFORE:
        return take_before(v, s, r);
    case QD_J_WRITING:
    case QD_J_UNDOING:
        if (!s->has_before || (r->type == QD_J_UNDOING) != v->back)
            return "a write without the state from before";
        s->touched |= s->open != 0; /* by an earlier write whose end was not told */
        s->open = v->records;
        v->unreset = 1;
        v->verified = s->settled = 0;
        return NULL;
    default:
        return take_result(v, s, r);
    }
}

static const char *take_mark(struct qd_jview *v, const struct qd_jrecord *r)
{
    switch (r->type) {
    case QD_J_SYNCED:
        return r->step >= QD_PHASES ? "an unknown phase" : NULL;
    case QD_J_RESET:
        v->resets++;
        v->unreset = 0;
        return NULL;
    case QD_J_VERIFIED:
        if (r->step > v->header.plan->n)
            return "more steps than the plan has";
        v->verified = 1;
        v->verified_steps = r->step;
        for (size_t i = 0; i < v->header.plan->n; i++)
            v->step[i].settled = !v->back;
        return NULL;
    case QD_J_BACK:
        v->back = 1;
        v->verified = 0;
        return NULL;
    default:
        if (r->step > 255)
            return "an exit code above 255";
        v->code = (int)r->step;
        v->ended = 1;
        return NULL;
    }
}

static int take_header(struct qd_jview *v, struct qd_jrecord *r, const char *name,
                       struct qdiag_error *e)
{
    if (v->header.plan || !r->header.plan)
        return contradiction(v, name, r, "a second header", e);
    v->step = qd_alloc(r->header.plan->n + 1, sizeof *v->step);
    if (!v->step)
        return qd_nomem(e);
    v->header = r->header;
    memset(&r->header, 0, sizeof r->header);
    v->code = -1;
    v->records = 1;
    return 0;
}

int qd_jview_apply(struct qd_jview *v, struct qd_jrecord *r, const char *name,
                   struct qdiag_error *e)
{
    const char *why;
    if (r->type == QD_J_HEADER)
        return take_header(v, r, name, e);
    if (!v->header.plan)
        why = "no header stands before it";
    else if (!is_about_a_step(r->type))
        why = take_mark(v, r);
    else if (!is_written(v, r->step))
        why = "it names a step that the plan does not write";
    else
        why = take_step(v, r);
    if (why)
        return contradiction(v, name, r, why, e);
    v->ended = r->type == QD_J_END;
    v->records++;
    return 0;
}

/* Applies records until something other than a record is found. */
static enum qd_jfound read_records(struct qd_jview *v, const uint8_t *p, size_t n, const char *name,
                                   struct qdiag_error *e)
{
    struct qd_cursor file = {.p = p + QD_JOURNAL_MAGIC_SIZE, .left = n - QD_JOURNAL_MAGIC_SIZE};
    for (;;) {
        struct qd_jrecord r;
        enum qd_jfound found = qd_jrecord_decode(&file, v->records, &r, name, e);
        if (found != QD_JFOUND_RECORD)
            return found;
        int rc = qd_jview_apply(v, &r, name, e);
        qd_jrecord_clear(&r);
        if (rc != 0)
            return QD_JFOUND_DAMAGED;
        v->bytes = n - file.left;
    }
}

int qd_jview_read(struct qd_jview *v, const uint8_t *p, size_t n, const char *name,
                  struct qdiag_error *e)
{
    struct qdiag_error local = {0};
    enum qd_jfound found = QD_JFOUND_TORN;
    int whole = n >= QD_JOURNAL_MAGIC_SIZE;

    memset(v, 0, sizeof *v);
    v->code = -1;
    e = e ? e : &local;
    if (n && memcmp(p, QD_JOURNAL_MAGIC, whole ? QD_JOURNAL_MAGIC_SIZE : n) != 0)
        return qd_fail(e, QDIAG_E_FILE_UNKNOWN, name, "%s", "this is not a journal of qdiag");
    if (whole)
        found = read_records(v, p, n, name, e);
    v->torn = found == QD_JFOUND_TORN;
    if (found != QD_JFOUND_DAMAGED && v->header.plan)
        return 0;
    if (found != QD_JFOUND_DAMAGED) {
        qd_fail(e, QDIAG_E_FILE_DAMAGED, name, "%s",
                "its first record is not whole, so nothing was written to a unit yet");
        qd_hint(e, "%s", "delete this journal and start again with the backup");
    }
    qd_jview_clear(v);
    return -e->code;
}

void qd_jview_clear(struct qd_jview *v)
{
    for (size_t i = 0; v->step && i < v->header.plan->n; i++)
        qd_state_clear(&v->step[i].before);
    free(v->step);
    qd_plan_free(&v->header.plan);
    memset(v, 0, sizeof *v);
}

long qd_jview_open_step(const struct qd_jview *v)
{
    uint32_t newest = 0;
    long found = -1;
    for (size_t i = 0; i < v->header.plan->n; i++)
        if (v->step[i].open > newest) {
            newest = v->step[i].open;
            found = (long)i;
        }
    return found;
}

int qd_jview_touched(const struct qd_jview *v)
{
    for (size_t i = 0; i < v->header.plan->n; i++)
        if (v->step[i].touched || v->step[i].open)
            return 1;
    return 0;
}

size_t qd_jview_count(const struct qd_jview *v, enum qd_result r)
{
    size_t n = 0;
    for (size_t i = 0; i < v->header.plan->n; i++)
        n += v->header.plan->v[i].decision == QD_DO_WRITE && v->step[i].result == r;
    return n;
}
