/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Asking: send once, wait for the result, and when none came find the place again before anything
 * else is sent. It must never send a command twice, never take one command's result for another's,
 * and never send what the gate in parse.c refuses. */
#include "at/session.h"

#include <string.h>

#include "at/session_priv.h"
#include "base/cancel.h"

#define SYNC_MS      20000u /* what a unit may still need for a command it was not waited for */
#define SYNC_STEP_MS 5000u

void qd_at_give(struct qd_at *at, const struct qd_at_final *f, struct qd_at_reply *r)
{
    r->final = *f;
    r->lines = at->texts_n;
    r->too_many = at->too_many;
    for (size_t i = 0; i < at->texts_n; i++)
        r->line[i] = (const char *)at->texts.p + at->text_at[i];
}

/* Whether the lines read are the answer to AT+CGMM. */
static int is_model(const struct qd_at *at)
{
    for (size_t i = 0; i < at->texts_n; i++)
        if (strcmp((const char *)at->texts.p + at->text_at[i], at->model) == 0)
            return 1;
    return 0;
}

static const struct qd_at_command ask_model = {"AT+CGMM", NULL, 0, 0};

/* One question for the model. 1: its answer came; 0: not in this step; results before it are late.
 */
static int sync_step(struct qd_at *at, const struct qd_deadline *t, struct qd_at_final *late,
                     int *had, struct qdiag_error *e)
{
    struct qd_at_final f;
    int rc = qd_at_put(at, ask_model.text, t, e);

    while (rc == 0) {
        rc = qd_at_await(at, &ask_model, t, &f, e);
        if (rc <= 0)
            return rc;
        if (is_model(at))
            return 1;
        at->stats.late++;
        *late = f;
        *had = 1;
        rc = 0;
    }
    return rc;
}

/* The unit has started anew, or is busy: either way it is asked until it says its model. */
static int find_place(struct qd_at *at, const struct qd_deadline *end, struct qd_at_final *late,
                      int *had, struct qdiag_error *e)
{
    for (;;) {
        struct qd_deadline step = qd_deadline_sub(end, SYNC_STEP_MS);
        struct qdiag_error mine = {0};
        int rc = sync_step(at, &step, late, had, &mine);

        if (rc == 0 || rc == -QDIAG_E_UNKNOWN || rc == -QDIAG_E_TIMEOUT)
            rc = qd_cancel_check(at->ctx->cancel, e);
        else if (rc < 0 && e && !e->code)
            *e = mine;
        if (rc != 0)
            return rc;
        if (qd_deadline_over(end)) {
            at->dead = QDIAG_E_LINK_SILENT;
            return qd_fail(e, QDIAG_E_LINK_SILENT, at->link->address, "no answer to AT+CGMM");
        }
    }
}

int qd_at_sync(struct qd_at *at, unsigned ms, struct qd_at_final *late, int *had,
               struct qdiag_error *e)
{
    struct qd_deadline end = qd_deadline_in_ms(at->ctx->clock, ms);
    struct qd_at_final mine;
    int seen = 0, rc;

    if (at->dead)
        return qd_fail(e, at->dead, at->link->address, "the session had ended before");
    at->data = 0;
    rc = find_place(at, &end, late ? late : &mine, had ? had : &seen, e);
    if (rc < 0)
        return rc;
    at->lost = 0;
    rc = qd_at_drain(at, 1000, e); /* answers to questions that were asked twice */
    return rc ? rc : qd_at_settle(at, e);
}

static int check(struct qd_at *at, const struct qd_at_command *c, struct qdiag_error *e)
{
    const char *why = qd_at_refuses(c->text);

    if (why) {
        qd_fail(e, QDIAG_E_POLICY, NULL, "the command is not sent: %s", why);
        return -QDIAG_E_POLICY;
    }
    if (at->data)
        return qd_fail(e, QDIAG_E_BUG, c->text, "a command in data mode");
    if (at->dead)
        return qd_fail(e, at->dead, at->link->address, "the session had ended before");
    return c->writes ? 0 : qd_cancel_check(at->ctx->cancel, e);
}

static int no_result(struct qd_at *at, const struct qd_at_command *c, unsigned ms,
                     struct qdiag_error *e)
{
    at->lost = 1;
    at->stats.timeouts++;
    if (!c->writes && qd_cancel_check(at->ctx->cancel, e) != 0)
        return -QDIAG_E_CANCELLED;
    return qd_fail(e, QDIAG_E_TIMEOUT, c->text, "no result within %u ms", ms);
}

/* A failure in or after the sending of a command that writes: nobody knows what it did. */
static int mark(const struct qd_at_command *c, int rc, struct qdiag_error *e)
{
    if (rc < 0 && c->writes && e)
        e->touch = QDIAG_TOUCH_UNKNOWN;
    return rc;
}

static int wait_result(struct qd_at *at, const struct qd_at_command *c,
                       const struct qd_deadline *end, struct qd_at_reply *r, struct qdiag_error *e)
{
    unsigned ms = c->ms ? c->ms : at->ctx->timeout_ms;
    struct qd_at_final f;
    int rc = qd_at_await(at, c, end, &f, e);

    if (rc == 0)
        return no_result(at, c, ms, e);
    if (rc < 0)
        return rc;
    at->data = f.result == QD_AT_CONNECT;
    qd_at_give(at, &f, r);
    return 0;
}

int qd_at_ask(struct qd_at *at, const struct qd_at_command *c, const struct qd_deadline *t,
              struct qd_at_reply *r, struct qdiag_error *e)
{
    unsigned ms = c->ms ? c->ms : at->ctx->timeout_ms;
    struct qd_deadline now = qd_deadline_in_ms(at->ctx->clock, 0), end;
    struct qd_at_final f;
    int rc = check(at, c, e);

    if (rc == 0 && at->lost)
        rc = qd_at_sync(at, SYNC_MS, NULL, NULL, e);
    if (rc == 0)
        rc = qd_at_await(at, NULL, &now, &f, e); /* what was said since */
    if (rc != 0)
        return rc;
    end = qd_at_limit(at, t, ms ? ms : QD_DEFAULT_TIMEOUT_MS);
    rc = qd_at_put(at, c->text, &end, e);
    if (rc == 0)
        rc = wait_result(at, c, &end, r, e);
    return mark(c, rc, e);
}

int qd_at_finish(struct qd_at *at, const struct qd_at_command *c, const struct qd_deadline *t,
                 struct qd_at_reply *r, struct qdiag_error *e)
{
    struct qd_deadline end = qd_at_limit(at, t, c->ms ? c->ms : QD_DEFAULT_TIMEOUT_MS);
    int rc;

    at->data = 0;
    rc = wait_result(at, c, &end, r, e);
    return mark(c, rc, e);
}

int qd_at_fail(const struct qd_at_command *c, const struct qd_at_final *f, struct qdiag_error *e)
{
    const char *text = *f->text ? f->text : qd_at_cme_text(f->number);

    if (f->result == QD_AT_CONNECT)
        return qd_fail(e, QDIAG_E_PROTOCOL, c->text, "data mode began where none was asked for");
    if (f->result == QD_AT_ERROR)
        return qd_fail(e, QDIAG_E_REFUSED, c->text, "the unit answers ERROR");
    return qd_fail_wire(e, QDIAG_E_REFUSED, f->number, c->text, "the unit answers %s ERROR: %d%s%s",
                        f->result == QD_AT_CME ? "+CME" : "+CMS", f->number, text ? ", " : "",
                        text ? text : "");
}

int qd_at_need(struct qd_at *at, const struct qd_at_command *c, const struct qd_deadline *t,
               struct qd_at_reply *r, struct qdiag_error *e)
{
    int rc = qd_at_ask(at, c, t, r, e);

    if (rc != 0 || r->final.result == QD_AT_OK)
        return rc;
    return qd_at_fail(c, &r->final, e);
}

const char *qd_at_model(const struct qd_at *at)
{
    return at->model;
}

const char *qd_at_address(const struct qd_at *at)
{
    return at->link->address;
}

struct qdiag_context *qd_at_context(const struct qd_at *at)
{
    return at->ctx;
}

struct qd_at_stats qd_at_stats(const struct qd_at *at)
{
    return at->stats;
}
