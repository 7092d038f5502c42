/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Writes one element of one NV item. "Done" is what the unit said, no more: nothing here reads
 * back. It must never send a write again that may have been carried out; BUSY is the unit's word
 * that it was not. */
#include "service/nv_write.h"

#include "base/bytes.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "service/nv_codec.h"
#include "service/write_seq.h"

#define BUSY_PAUSE_US 50000u

static enum qd_how how_of(unsigned status)
{
    static const struct {
        unsigned number;
        enum qd_how how;
    } table[] = {
#define QD_NV_STATUS(number, name, state, how) {number, how},
#include "service/nv_status.def"
#undef QD_NV_STATUS
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].number == status)
            return table[i].how;
    return QD_HOW_REFUSED;
}

static void judge(const struct qd_reply *r, const struct qd_nv_place *at, struct qd_written *w)
{
    struct qdiag_error own = {0};
    struct qd_nv_reply nv;
    if (qd_nv_get_written(r->p, r->len, at->sub, &nv, &own)) {
        qd_written_set(w, QD_HOW_UNKNOWN, "%s", own.why);
        return;
    }
    if (nv.id != at->id || nv.sub != at->sub) {
        qd_written_set(w, QD_HOW_UNKNOWN,
                       "item %u subscription %u answered for item %u subscription %u", at->id,
                       at->sub, nv.id, nv.sub);
        return;
    }
    w->wire = nv.status;
    w->how = how_of(nv.status);
    if (w->how != QD_HOW_DONE)
        qd_written_set(w, w->how, "NV status %u (%s)", nv.status, qd_nv_status_name(nv.status));
}

struct nv_request {
    const struct qd_nv_place *at;
    size_t n;
    uint8_t p[QD_NV_INDEXED_SIZE];
};

/* One sending. The reply repeats item and subscription; a stray beside it means that it may belong
 * to an earlier write of the same item. */
static int write_once(struct qd_diag *d, const struct nv_request *rq, struct qd_written *w,
                      struct qdiag_error *e)
{
    struct qdiag_error own = {0};
    struct qd_reply r;
    struct qd_diag_stats before = qd_diag_stats(d);
    int rc = before.strays || before.timeouts ? qd_diag_checkpoint(d, &own) : 0;
    qd_written_init(w);
    if (rc)
        return qd_written_failed(w, rc, &own, e);
    before = qd_diag_stats(d);
    rc =
        qd_diag_ask(d, rq->at->sub ? QD_CMD_NV_WRITE_IDX : QD_CMD_NV_WRITE, rq->p, rq->n, &r, &own);
    if (rc)
        return qd_written_failed(w, rc, &own, e);
    if (r.bad)
        qd_written_bad(w, r.bad);
    else
        judge(&r, rq->at, w);
    if (qd_diag_stats(d).strays != before.strays)
        qd_written_doubt(w);
    return 0;
}

/* Sends until the item is not busy any more or the time of one write is over. */
static int write_while_busy(struct qd_diag *d, const struct nv_request *rq, struct qd_written *w,
                            struct qdiag_error *e)
{
    const struct qdiag_context *ctx = qd_diag_context(d);
    struct qd_deadline end = qd_deadline_in_ms(ctx->clock, qd_diag_write_ms(d));
    for (uint64_t pause = BUSY_PAUSE_US;; pause += BUSY_PAUSE_US) {
        int rc = write_once(d, rq, w, e);
        if (rc || w->how != QD_HOW_BUSY)
            return rc;
        if (qd_deadline_over(&end) || qd_cancel_check(ctx->cancel, NULL))
            return 0;
        uint64_t left = qd_deadline_left_us(&end);
        ctx->clock->sleep_us(ctx->clock->user, pause < left ? pause : left);
    }
}

int qd_nv_write(struct qd_diag *d, const struct qd_nv_place *at, const uint8_t data[QD_NV_DATA],
                struct qd_written *w, struct qdiag_error *e)
{
    struct nv_request rq = {.at = at};
    qd_written_init(w);
    if (at->sub > 2 || (at->element && data[0] != at->element)) {
        qd_written_set(w, QD_HOW_NOT_SENT, "element %u with data that begins %u", at->element,
                       data[0]);
        return qd_fail(e, QDIAG_E_BUG, NULL, "NV item %u subscription %u: %s", at->id, at->sub,
                       w->reason);
    }
    rq.n = at->sub ? qd_nv_put_write_indexed(rq.p, at->sub, at->id, data)
                   : qd_nv_put_write(rq.p, at->id, data);
    return write_while_busy(d, &rq, w, e);
}
