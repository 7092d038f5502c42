/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Frames in and out of a session's link: one frame per send, and a place for every frame that comes
 * in: reply, unsolicited, stray or noise. Waiting is limited by deadlines; however many frames a
 * unit sends, they must never extend one. */
#include "diag/session_priv.h"

#include "base/cancel.h"
#include "base/hex.h"
#include "base/log.h"

#define BAD_CMD        0x13u
#define TRACE_SENT     16u   /* bytes of a request in a log line: not what a path may end in */
#define TRACE_RECEIVED 3u    /* command and item, or command, subsystem and operation */
#define ESN_REPLY      0x01u /* whose second byte is identity already */
#define SPC            0x41u
#define PASSWORD       0x46u
#define TRACE_GROUP    4u /* short runs of digits, which are not masked */

#define STOP_LOOK_MS 250u  /* how often a long wait looks whether it is to be stopped */
#define STOP_WAIT_MS 1000u /* what a reading request in flight still gets then */

unsigned qd_wire_timeout_ms(const struct qd_diag *d)
{
    return d->ctx->timeout_ms ? d->ctx->timeout_ms : QD_DEFAULT_TIMEOUT_MS;
}

struct qd_deadline qd_wire_deadline(const struct qd_diag *d, unsigned ms)
{
    return qd_deadline_in_ms(d->ctx->clock, ms);
}

/* How much of a frame a log line may show. An error frame repeats its request behind the code, and
 * a request of one of these two commands is a code word. */
static size_t trace_bytes(int sent, const uint8_t *p, size_t n)
{
    size_t at = !sent && n > 1 && qd_diag_bad_name(p[0]) ? 1 : 0;

    if (n > at && (p[at] == SPC || p[at] == PASSWORD))
        return at + 1;
    if (sent)
        return TRACE_SENT;
    return n && p[0] == ESN_REPLY ? 1 : TRACE_RECEIVED;
}

/* Frames by their head only: what a reply carries, or the path of a request, may identify the unit
 * or its user. Whole frames are for a capture, which knows how to redact them. */
static void trace(const struct qd_diag *d, const char *way, const char *name, const uint8_t *p,
                  size_t n)
{
    size_t max = trace_bytes(*name, p, n);
    size_t shown = n < max ? n : max;
    char hex[3 * TRACE_SENT + 1];
    char *at = hex;

    if (!qd_log_wants(d->ctx, QDIAG_LOG_TRACE))
        return;
    hex[0] = '\0';
    for (size_t i = 0; i < shown; i += TRACE_GROUP) {
        size_t take = shown - i < TRACE_GROUP ? shown - i : TRACE_GROUP;

        *at++ = ' ';
        qd_hex(p + i, take, at);
        at += 2 * take;
    }
    qd_log(d->ctx, QDIAG_LOG_TRACE, "diag", "%s %s%s(%zu bytes)%s%s", way, name, *name ? " " : "",
           n, hex, n > max ? " …" : "");
}

static int link_failed(struct qd_diag *d, int rc)
{
    d->dead = -rc;
    return rc;
}

int qd_wire_send(struct qd_diag *d, const struct qd_request *rq, const struct qd_deadline *t,
                 struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    int rc;

    d->out.len = 0;
    if (qd_hdlc_encode(&d->out, rq->p, rq->n, d->want_flag) != 0)
        return qd_nomem(e);
    trace(d, ">", qd_cmd_name(rq->cmd), rq->p, rq->n);
    d->old_tail = !d->in.done && (d->in.len || d->in.escaped || d->in.overflow);
    d->stats.requests++;
    d->stats.bytes_out += d->out.len;
    d->sent = 1;
    rc = qd_link_send(d->link, d->out.p, d->out.len, t, &mine);
    if (rc == 0) {
        d->want_flag = 0;
        return 0;
    }
    d->want_flag = 1;
    if (rc == -QDIAG_E_TIMEOUT)
        return 1;
    if (e && !e->code)
        *e = mine;
    return link_failed(d, rc);
}

static void note_heard(struct qd_heard *h, const uint8_t *p, size_t n)
{
    h->bytes += n;
    for (size_t i = 0; i < n; i++) {
        h->line_ends += p[i] == '\r' || p[i] == '\n';
        h->printable += (p[i] >= 0x20 && p[i] < 0x7f) || p[i] == '\r' || p[i] == '\n';
    }
}

/* Fills rx, which is empty. *got = 0: the deadline passed. */
static int fill(struct qd_diag *d, const struct qd_deadline *t, size_t *got, struct qdiag_error *e)
{
    int rc;

    *got = 0;
    rc = qd_link_recv(d->link, d->rx, sizeof d->rx, got, t, e);
    if (rc < 0)
        return link_failed(d, rc);
    d->rx_at = 0;
    d->rx_len = *got;
    d->stats.bytes_in += *got;
    if (d->opening)
        note_heard(&d->heard, d->rx, *got);
    return 0;
}

/* An answer to a command this session does not use: it cannot be mistaken for one of ours. */
static void note_foreign(struct qd_diag *d, const uint8_t *p, size_t len)
{
    qd_log(d->ctx, d->stats.foreign++ ? QDIAG_LOG_DEBUG : QDIAG_LOG_WARN, "diag",
           "frame %02x, %zu bytes, answers a command not sent: another program may use the port",
           p[0], len);
}

/* A frame that is no answer to the request being waited for, if there is one. */
static void file_frame(struct qd_diag *d, const uint8_t *p, size_t len, int wrapped, int waiting)
{
    struct qd_recent_request *hit;

    d->heard.frames++;
    if (qd_reply_unsolicited(p[0])) {
        d->stats.unsolicited++;
        return;
    }
    hit = qd_recent_find(&d->recent, p, len, waiting);
    if (!hit && (wrapped || p[0] == BAD_CMD)) {
        /* 13 with an unknown echo is a unit's answer to line noise. */
        d->stats.unsolicited++;
        return;
    }
    if (!hit && !qd_recent_same_command(&d->recent, p, len)) {
        note_foreign(d, p, len);
        return;
    }
    d->stats.strays++;
    qd_log(d->ctx, QDIAG_LOG_DEBUG, "diag", "stray frame %02x, %zu bytes: %s %s", p[0], len,
           !hit            ? "answers nothing that was asked"
           : hit->answered ? "answers once more"
                           : "answers late",
           hit ? qd_cmd_name(hit->cmd) : "");
    if (!hit)
        return;
    hit->answered = 1;
    qd_recent_keep(&d->recent, hit->cmd, p, len);
}

static int cut_reply(const struct qd_request *rq, size_t len, struct qdiag_error *e)
{
    return qd_fail(e, QDIAG_E_PROTOCOL, qd_cmd_name(rq->cmd),
                   "the reply has %zu bytes, at least %u are needed", len,
                   (unsigned)qd_cmd_rule(rq->cmd)->min);
}

/* 1: the reply, r filled; 0: something else, filed; -PROTOCOL. */
static int judge_frame(struct qd_diag *d, const struct qd_request *rq, int old, struct qd_reply *r,
                       struct qdiag_error *e)
{
    const uint8_t *p = d->in.buf;
    size_t len = d->in.len;
    enum qd_verdict v = QD_VERDICT_OTHER;
    int wrapped;

    trace(d, "<", "", p, len);
    wrapped = qd_reply_unwrap(&p, &len);
    if (rq && !old)
        v = qd_reply_judge(rq, p, len);
    if (v == QD_VERDICT_CUT && d->opening) {
        d->heard.echoes += len == 1;
        return 0;
    }
    if (v == QD_VERDICT_OTHER) {
        file_frame(d, p, len, wrapped, rq != NULL);
        return 0;
    }
    qd_recent_answered(&d->recent);
    if (v == QD_VERDICT_CUT)
        return cut_reply(rq, len, e);
    d->stats.replies++;
    r->p = p;
    r->len = len;
    r->bad = v == QD_VERDICT_REFUSED ? p[0] : 0;
    return 1;
}

static void bad_frame(struct qd_diag *d, enum qd_hdlc_event ev)
{
    static const char *const names[] = {
        [QD_HDLC_BAD_CRC] = "wrong checksum",    [QD_HDLC_SHORT] = "too short",
        [QD_HDLC_ABORTED] = "aborted",           [QD_HDLC_TOO_LONG] = "too long",
        [QD_HDLC_NOT_HDLC] = "non-HDLC framing",
    };

    d->stats.bad_frames++;
    d->want_flag = 1;
    d->heard.other_framing += ev == QD_HDLC_NOT_HDLC;
    qd_log(d->ctx, QDIAG_LOG_DEBUG, "diag", "frame dropped: %s, %zu bytes", names[ev], d->in.len);
}

/* Judges what is in rx, up to the reply. */
static int judge_rx(struct qd_diag *d, const struct qd_request *rq, struct qd_reply *r,
                    struct qdiag_error *e)
{
    while (d->rx_at < d->rx_len) {
        size_t used = 0;
        enum qd_hdlc_event ev;
        int old = d->old_tail, rc;

        ev = qd_hdlc_feed(&d->in, d->rx + d->rx_at, d->rx_len - d->rx_at, &used);
        d->rx_at += used;
        if (ev == QD_HDLC_MORE)
            break;
        d->old_tail = 0;
        if (ev != QD_HDLC_FRAME) {
            bad_frame(d, ev);
            continue;
        }
        rc = judge_frame(d, rq, old, r, e);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* A request that changes nothing is not waited for to the end when the user wants to stop. Others
 * are: what they did must be known. */
static void end_sooner(const struct qd_diag *d, const struct qd_request *rq,
                       struct qd_deadline *end, int *stopping)
{
    if (*stopping || !rq || !qd_cmd_rule(rq->cmd)->repeat ||
        !qdiag_cancel_requested(d->ctx->cancel))
        return;
    *stopping = 1;
    *end = qd_deadline_sub(end, STOP_WAIT_MS);
}

int qd_wire_await(struct qd_diag *d, const struct qd_request *rq, const struct qd_deadline *t,
                  struct qd_reply *r, struct qdiag_error *e)
{
    struct qd_deadline end = *t;
    size_t late = 0, got;
    int stopping = 0;

    for (;;) {
        struct qd_deadline look;
        int over, rc = judge_rx(d, rq, r, e);

        if (rc != 0)
            return rc;
        if (late > QD_LATE_BYTES)
            return 0;
        end_sooner(d, rq, &end, &stopping);
        over = qd_deadline_over(&end);
        look = qd_deadline_sub(&end, STOP_LOOK_MS);
        rc = fill(d, &look, &got, e);
        if (rc < 0)
            return rc;
        if (got == 0 && (over || qd_deadline_over(&end)))
            return 0;
        if (over)
            late += got;
    }
}

int qd_wire_drop(struct qd_diag *d, const struct qd_deadline *t, struct qdiag_error *e)
{
    size_t late = 0, got;

    do {
        int over = qd_deadline_over(t), rc = fill(d, t, &got, e);

        if (rc < 0)
            return rc;
        if (got == 0 && (over || qd_deadline_over(t)))
            break;
        if (over)
            late += got;
    } while (late <= QD_LATE_BYTES);
    d->rx_at = d->rx_len = 0;
    return 0;
}
