/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads numbered NV items and judges every answer by what the unit said, not by what is known of
 * the item. "Absent" and "could not read" are never mixed: the first is a fact about the unit, the
 * second a hole in a backup. Never writes. */
#include "service/nv.h"

#include <stdio.h>
#include <string.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/text.h"
#include "service/nv_codec.h"

#define BUSY          1
#define BUSY_PAUSE_US 50000u

static const struct nv_status {
    int number;
    const char *name;
    enum qd_nv_state state;
} statuses[] = {
#define QD_NV_STATUS(number, name, state, how) {number, name, state},
#include "service/nv_status.def"
#undef QD_NV_STATUS
};

static const struct nv_status *find_status(int number)
{
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (statuses[i].number == number)
            return &statuses[i];
    return NULL;
}

const char *qd_nv_status_name(int status)
{
    const struct nv_status *s = find_status(status);
    return s ? s->name : "unknown status";
}

static void judge_bad(struct qd_nv_answer *a, uint8_t bad)
{
    const char *name = qd_diag_bad_name(bad);
    a->bad = bad;
    if (bad == 0x13 || bad == 0x14)
        a->state = QD_NV_ABSENT;
    else if (bad == 0x42 || bad == 0x47)
        a->state = QD_NV_PROTECTED;
    else
        a->state = QD_NV_UNREADABLE;
    snprintf(a->reason, sizeof a->reason, "error 0x%02x (%s)", bad, name ? name : "unknown");
}

static void judge_status(struct qd_nv_answer *a, const struct qd_nv_reply *r)
{
    const struct nv_status *s = find_status(r->status);
    a->status = r->status;
    a->state = s ? s->state : QD_NV_UNREADABLE;
    if (a->state == QD_NV_PRESENT)
        memcpy(a->data, r->data, QD_NV_DATA);
    else
        snprintf(a->reason, sizeof a->reason, "NV status %u (%s)", r->status,
                 qd_nv_status_name(r->status));
}

/* Takes an answer that came; 0, or -PROTOCOL when it is not the answer to this request. */
static int judge_reply(const struct qd_reply *r, unsigned sub, uint16_t id, struct qd_nv_answer *a,
                       struct qdiag_error *e)
{
    if (r->bad) {
        judge_bad(a, r->bad);
        return 0;
    }
    struct qd_nv_reply nv;
    int rc =
        sub ? qd_nv_get_reply_indexed(r->p, r->len, &nv, e) : qd_nv_get_reply(r->p, r->len, &nv, e);
    if (rc)
        return rc;
    if (nv.id != id || nv.sub != sub)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL,
                       "NV item %u subscription %u answered for item %u subscription %u", id, sub,
                       nv.id, nv.sub);
    judge_status(a, &nv);
    return 0;
}

static int ask_once(struct qd_diag *d, unsigned sub, uint16_t id, uint8_t element,
                    struct qd_nv_answer *a, struct qdiag_error *e)
{
    uint8_t req[QD_NV_INDEXED_SIZE];
    struct qd_reply r;
    size_t n =
        sub ? qd_nv_put_read_indexed(req, sub, id, element) : qd_nv_put_read(req, id, element);
    memset(a, 0, sizeof *a);
    a->status = -1;
    int rc = qd_diag_ask(d, sub ? QD_CMD_NV_READ_IDX : QD_CMD_NV_READ, req, n, &r, e);
    return rc ? rc : judge_reply(&r, sub, id, a, e);
}

/* Asks until the item is not busy any more or the time of one request is over. */
static int ask_while_busy(struct qd_diag *d, unsigned sub, uint16_t id, uint8_t element,
                          struct qd_nv_answer *a, struct qdiag_error *e)
{
    const struct qdiag_context *ctx = qd_diag_context(d);
    struct qd_deadline end = qd_deadline_in_ms(ctx->clock, ctx->timeout_ms);
    for (uint64_t pause = BUSY_PAUSE_US;; pause += BUSY_PAUSE_US) {
        int rc = ask_once(d, sub, id, element, a, e);
        if (rc || a->status != BUSY)
            return rc;
        if (qd_deadline_over(&end))
            break;
        rc = qd_cancel_check(ctx->cancel, e);
        if (rc)
            return rc;
        uint64_t left = qd_deadline_left_us(&end);
        ctx->clock->sleep_us(ctx->clock->user, pause < left ? pause : left);
    }
    snprintf(a->reason, sizeof a->reason, "busy for %.1f s", ctx->timeout_ms / 1000.0);
    return 0;
}

int qd_nv_read(struct qd_diag *d, unsigned sub, uint16_t id, uint8_t element,
               struct qd_nv_answer *a, struct qdiag_error *e)
{
    struct qdiag_error own = {0};
    int rc = ask_while_busy(d, sub, id, element, a, &own);
    if (rc == 0)
        return 0;
    if (rc != -QDIAG_E_TIMEOUT && rc != -QDIAG_E_PROTOCOL) {
        if (e && !e->code)
            *e = own;
        return rc;
    }
    a->state = QD_NV_UNREADABLE;
    a->status = -1;
    a->bad = 0;
    if (rc == -QDIAG_E_TIMEOUT)
        snprintf(a->reason, sizeof a->reason, "no answer in %.1f s",
                 qd_diag_context(d)->timeout_ms / 1000.0);
    else
        qd_copy_text(a->reason, sizeof a->reason, own.why);
    return 0;
}
