/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reports of restores: counts, and one line per step that was to be written. The same journal gives
 * the same lines with a unit and without one. */
#include "flow/restore/restored.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "flow/restore/journal.h"

/* Texts the report owns. */
struct inside {
    char *journal, *safety;
    struct {
        char *key;
        char why[96];
    } * text;
    size_t n;
};

static int add_line(struct qdiag_restore_report *r, const struct qd_step *s,
                    const struct qd_step_outcome *so, struct qdiag_error *e)
{
    struct inside *in = r->inside;
    char key[1200];
    qd_key_text(&s->key, key, sizeof key);
    in->text[in->n].key = qd_strdup(key);
    if (!in->text[in->n].key)
        return qd_nomem(e);
    qd_copy_text(in->text[in->n].why, sizeof in->text[in->n].why, so->why);
    r->line[r->lines++] = (struct qdiag_restore_line){.key = in->text[in->n].key,
                                                      .class_name = qd_class_name(s->class),
                                                      .result = qd_result_name(so->result),
                                                      .result_text = qd_result_text(so->result),
                                                      .why = in->text[in->n].why,
                                                      .wire = so->wire};
    in->n++;
    return 0;
}

static int add_lines(struct qdiag_restore_report *r, const struct qd_outcome *o,
                     struct qdiag_error *e)
{
    struct inside *in = r->inside;
    int rc = 0;
    r->line = qd_alloc(o->to_write, sizeof *r->line);
    in->text = qd_alloc(o->to_write, sizeof *in->text);
    if (!r->line || !in->text)
        return qd_nomem(e);
    for (size_t i = 0; rc == 0 && i < o->plan->n && r->lines < o->to_write; i++)
        if (o->plan->v[i].decision == QD_DO_WRITE)
            rc = add_line(r, &o->plan->v[i], &o->step[i], e);
    return rc;
}

static void copy_counts(struct qdiag_restore_report *r, const struct qd_outcome *o)
{
    r->back = o->back;
    r->to_write = o->to_write;
    r->keep = o->keep;
    r->skip = o->skip;
    r->written = o->count[QD_RESULT_WRITTEN];
    r->already = o->count[QD_RESULT_ALREADY];
    r->refused = o->count[QD_RESULT_REFUSED];
    r->not_reached = o->count[QD_RESULT_NONE];
    r->unverified = o->unverified;
    r->verified = o->verified;
    r->touch = o->touch;
    r->exit_code = o->exit_code;
}

static struct qdiag_restore_report *report_new(const char *journal, const char *safety)
{
    struct qdiag_restore_report *r = qd_alloc(1, sizeof *r);
    struct inside *in = r ? qd_alloc(1, sizeof *in) : NULL;
    if (in) {
        r->inside = in;
        r->journal = in->journal = qd_strdup(journal);
        r->safety = in->safety = qd_strdup(safety);
    }
    if (!in || !in->journal || !in->safety)
        qdiag_restore_report_free(&r);
    return r;
}

int qd_restored_report(const struct qd_jview *v, const struct qd_outcome *o, const char *journal,
                       struct qdiag_restore_report **report, struct qdiag_error *e)
{
    struct qdiag_restore_report *r = report_new(journal, v->header.safety);
    if (!r)
        return qd_nomem(e);
    copy_counts(r, o);
    int rc = o->step ? add_lines(r, o, e) : 0;
    if (rc != 0)
        qdiag_restore_report_free(&r);
    *report = r;
    return rc;
}

int qd_restored_nothing(const struct qd_plan *plan, struct qdiag_restore_report **report,
                        struct qdiag_error *e)
{
    struct qdiag_restore_report *r = report_new("", "");
    if (!r)
        return qd_nomem(e);
    r->keep = qd_plan_count(plan, QD_DO_KEEP);
    r->skip = qd_plan_count(plan, QD_DO_SKIP);
    r->verified = 1; /* what the unit holds was just read */
    *report = r;
    return 0;
}

int qdiag_restore_status(struct qdiag_context *c, const char *journal,
                         struct qdiag_restore_report **report, struct qdiag_error *e)
{
    struct qd_jview v = {0};
    struct qd_outcome o = {0};
    (void)c;
    *report = NULL;
    int rc = qd_journal_status(journal, &v, e);
    if (rc == 0)
        rc = qd_outcome_of(&v, &o, e);
    if (rc == 0)
        rc = qd_restored_report(&v, &o, journal, report, e);
    qd_outcome_free(&o);
    qd_jview_clear(&v);
    return rc;
}

void qdiag_restore_report_free(struct qdiag_restore_report **rp)
{
    if (!rp || !*rp)
        return;
    struct inside *in = (*rp)->inside;
    for (size_t i = 0; in && i < in->n; i++)
        free(in->text[i].key);
    if (in) {
        free(in->text);
        free(in->journal);
        free(in->safety);
        free(in);
    }
    free((*rp)->line);
    free(*rp);
    *rp = NULL;
}
