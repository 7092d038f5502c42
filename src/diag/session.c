/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Asking: send, wait, send once more when that is harmless, and give up for good when the unit has
 * fallen silent. It must never send a request twice that changes anything on the unit, and never
 * return one request's answer for another's. */
#include "diag/session_priv.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/cancel.h"

#define SILENT_AFTER     3u     /* unanswered requests in a row */
#define CHECKPOINT_ID    65000u /* NV ids far outside use, for units without LOOPBACK */
#define CHECKPOINT_IDS   500u
#define NV_REQUEST_BYTES 133u
#define WRITE_TIMES      5u /* a write may take so many time-outs */

unsigned qd_diag_write_ms(const struct qd_diag *d)
{
    return WRITE_TIMES * qd_wire_timeout_ms(d);
}

unsigned qd_exchange_ms(const struct qd_diag *d, enum qd_cmd cmd)
{
    return qd_cmd_rule(cmd)->writes ? qd_diag_write_ms(d) : qd_wire_timeout_ms(d);
}

void qd_diag_allow_writes(struct qd_diag *d, int on)
{
    d->may_write = on != 0;
}

/* One sending and its waits. A reply in the drain is still the reply. */
static int attempt(struct qd_diag *d, const struct qd_request *rq, unsigned drain_ms,
                   struct qd_reply *r, struct qdiag_error *e)
{
    struct qd_deadline t = qd_wire_deadline(d, qd_exchange_ms(d, rq->cmd));
    int rc = qd_wire_send(d, rq, &t, e);

    if (rc == 0)
        rc = qd_wire_await(d, rq, &t, r, e);
    else if (rc > 0)
        rc = 0;
    if (rc != 0)
        return rc;
    d->stats.timeouts++;
    t = qd_wire_deadline(d, drain_ms);
    rc = qd_wire_await(d, rq, &t, r, e);
    if (rc == 0)
        d->want_flag = 1;
    return rc;
}

int qd_exchange(struct qd_diag *d, const struct qd_request *rq, unsigned tries, unsigned drain_ms,
                struct qd_reply *r, struct qdiag_error *e)
{
    struct qd_deadline now = qd_wire_deadline(d, 0);
    int rc = qd_wire_await(d, NULL, &now, r, e);

    if (rc < 0)
        return rc;
    qd_recent_ask(&d->recent, rq->cmd, rq->p, rq->n);
    for (unsigned i = 0; i < tries && rc == 0; i++) {
        if (i > 0 && qd_cancel_check(d->ctx->cancel, NULL) != 0)
            break;
        rc = attempt(d, rq, drain_ms, r, e);
    }
    if (rc == 0 && qd_cmd_rule(rq->cmd)->repeat)
        rc = qd_cancel_check(d->ctx->cancel, e);
    return rc;
}

static int fall_silent(struct qd_diag *d, const char *why, struct qdiag_error *e)
{
    d->dead = QDIAG_E_LINK_SILENT;
    return qd_fail(e, QDIAG_E_LINK_SILENT, qd_diag_address(d), "%s", why);
}

static int unanswered(struct qd_diag *d, enum qd_cmd cmd, struct qdiag_error *e)
{
    const struct qd_cmd_rule *rule = qd_cmd_rule(cmd);

    if (++d->unanswered >= SILENT_AFTER)
        return fall_silent(d, "three requests in a row got no answer", e);
    return qd_fail(e, QDIAG_E_TIMEOUT, rule->name, "no answer within %u ms%s",
                   qd_exchange_ms(d, cmd), rule->repeat ? ", asked twice" : "");
}

int qd_diag_ask(struct qd_diag *d, enum qd_cmd cmd, const uint8_t *req, size_t n,
                struct qd_reply *r, struct qdiag_error *e)
{
    const struct qd_cmd_rule *rule = qd_cmd_rule(cmd);
    struct qd_request rq = {cmd, req, n, n};
    int rc;

    if (d->dead)
        return qd_fail(e, d->dead, qd_diag_address(d), "the session had ended before");
    if (!qd_cmd_allows(cmd, req, n))
        return qd_fail(e, QDIAG_E_BUG, qd_cmd_name(cmd), "%zu bytes that are no such request", n);
    if (rule->writes && !d->may_write)
        return qd_fail(e, QDIAG_E_BUG, rule->name, "a write on a session that only reads");
    d->sent = 0;
    rc = qd_exchange(d, &rq, rule->repeat ? 2 : 1, QD_DRAIN_MS, r, e);
    if (rc > 0 || rc == -QDIAG_E_PROTOCOL)
        d->unanswered = 0;
    else if (rc == 0)
        rc = unanswered(d, cmd, e);
    if (rc < 0 && rule->writes && d->sent && e)
        e->touch = QDIAG_TOUCH_UNKNOWN;
    return rc > 0 ? 0 : rc;
}

static int ask_loopback(struct qd_diag *d, struct qd_reply *r, struct qdiag_error *e)
{
    uint8_t req[9] = {0x7b};

    qd_put64(req + 1, ++d->counter);
    return qd_diag_ask(d, QD_CMD_LOOPBACK, req, sizeof req, r, e);
}

static int ask_unused_item(struct qd_diag *d, struct qd_reply *r, struct qdiag_error *e)
{
    uint8_t req[NV_REQUEST_BYTES] = {0x26};

    qd_put16(req + 1, (uint16_t)(CHECKPOINT_ID + ++d->counter % CHECKPOINT_IDS));
    return qd_diag_ask(d, QD_CMD_NV_READ, req, sizeof req, r, e);
}

/* A refused LOOPBACK proves nothing about order: on many units another processor than the one that
 * serves NV and EFS refuses unknown commands. So the answer of an NV read is waited for instead. */
static int first_checkpoint(struct qd_diag *d, struct qd_reply *r, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    int rc = ask_loopback(d, r, &mine);

    if (rc == 0 && !r->bad) {
        d->loopback = 1;
        return 0;
    }
    if (rc != 0 && rc != -QDIAG_E_TIMEOUT && rc != -QDIAG_E_PROTOCOL) {
        if (e && !e->code)
            *e = mine;
        return rc;
    }
    rc = ask_unused_item(d, r, e);
    if (rc == 0)
        d->loopback = -1;
    return rc;
}

int qd_diag_checkpoint(struct qd_diag *d, struct qdiag_error *e)
{
    unsigned before = d->unanswered;
    struct qdiag_error mine = {0};
    struct qd_reply r = {0};
    int rc;

    if (d->loopback == 0)
        rc = first_checkpoint(d, &r, &mine);
    else if (d->loopback > 0)
        rc = ask_loopback(d, &r, &mine);
    else
        rc = ask_unused_item(d, &r, &mine);
    if (rc == 0)
        return 0;
    if (rc == -QDIAG_E_TIMEOUT && before > 0)
        return fall_silent(d, "neither a request nor the check after it got an answer", e);
    if (e && !e->code)
        *e = mine;
    return rc;
}

int qd_diag_take_stray(struct qd_diag *d, enum qd_cmd cmd, struct qd_reply *r)
{
    if (!qd_recent_take(&d->recent, cmd, &d->taken))
        return 0;
    r->p = d->taken.p;
    r->len = d->taken.len;
    r->bad = d->taken.bad;
    return 1;
}

void qd_diag_close(struct qd_diag **d)
{
    struct qd_diag *old = *d;

    *d = NULL;
    if (!old)
        return;
    qd_link_close(&old->link);
    qd_buf_free(&old->out);
    free(old);
}

struct qd_diag_stats qd_diag_stats(const struct qd_diag *d)
{
    return d->stats;
}

struct qdiag_context *qd_diag_context(const struct qd_diag *d)
{
    return d->ctx;
}

const char *qd_diag_address(const struct qd_diag *d)
{
    return d->link->address;
}
