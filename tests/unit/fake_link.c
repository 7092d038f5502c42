/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The link in memory of fake_link.h: a queue of pieces with the time each becomes readable, and a
 * callback that plays the modem. It must never wait for real. */
#include "fake_link.h"

#include <stdlib.h>
#include <string.h>

struct fake_piece {
    struct fake_piece *next;
    uint64_t due_us;
    size_t len, pos;
    uint8_t bytes[];
};

static uint64_t fake_now(void *user)
{
    const struct fake_link *f = user;

    return f->now_us;
}

static void fake_sleep(void *user, uint64_t us)
{
    struct fake_link *f = user;

    f->now_us += us;
}

static void need(int ok)
{
    if (!ok)
        abort();
}

void fake_say_in(struct fake_link *f, uint64_t in_us, const void *wire, size_t n)
{
    struct fake_piece **at = &f->queue;
    struct fake_piece *p;

    if (n == 0)
        return;
    p = calloc(1, sizeof *p + n);
    need(p != NULL);
    p->due_us = f->now_us + in_us;
    p->len = n;
    memcpy(p->bytes, wire, n);
    while (*at && (*at)->due_us <= p->due_us)
        at = &(*at)->next;
    p->next = *at;
    *at = p;
}

void fake_say(struct fake_link *f, const void *wire, size_t n)
{
    fake_say_in(f, 0, wire, n);
}

void fake_frame(struct qd_buf *wire, const void *payload, size_t n)
{
    need(qd_hdlc_encode(wire, payload, n, 0) == 0);
}

void fake_say_frame_in(struct fake_link *f, uint64_t in_us, const void *payload, size_t n)
{
    struct qd_buf wire = {0};

    fake_frame(&wire, payload, n);
    fake_say_in(f, in_us, wire.p, wire.len);
    qd_buf_free(&wire);
}

void fake_say_frame(struct fake_link *f, const void *payload, size_t n)
{
    fake_say_frame_in(f, 0, payload, n);
}

void fake_refuse(struct qd_buf *wire, uint8_t bad, const uint8_t *req, size_t n, size_t echo)
{
    struct qd_buf p = {0};

    if (echo == 0 || echo > n)
        echo = n;
    need(qd_buf_add_byte(&p, bad) == 0 && qd_buf_add(&p, req, echo) == 0);
    fake_frame(wire, p.p, p.len);
    qd_buf_free(&p);
}

size_t fake_unread(const struct fake_link *f)
{
    size_t n = 0;

    for (const struct fake_piece *p = f->queue; p; p = p->next)
        n += p->len - p->pos;
    return n;
}

static void play_modem(struct fake_link *f, const uint8_t *req, size_t n)
{
    struct qd_buf wire = {0};

    f->requests++;
    if (f->answer && f->answer(f->user, req, n, &wire) != 0)
        f->gone = 1;
    fake_say_in(f, f->delay_us, wire.p, wire.len);
    qd_buf_free(&wire);
}

static int fake_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                     struct qdiag_error *e)
{
    struct fake_link *f = self;
    unsigned frames = 0, others = 0;
    size_t at = 0, used = 0;

    if (f->gone)
        return qd_fail(e, QDIAG_E_LINK_GONE, NULL, "the fake unit vanished");
    if (f->stuck) {
        if (t->end_us != UINT64_MAX && t->end_us > f->now_us)
            f->now_us = t->end_us;
        return qd_fail(e, QDIAG_E_TIMEOUT, NULL, "the fake unit takes nothing");
    }
    f->sends++;
    f->flagged += n > 0 && p[0] == 0x7e;
    f->last.len = 0;
    need(qd_buf_add(&f->last, p, n) == 0);
    while (at < n) {
        enum qd_hdlc_event ev = qd_hdlc_feed(&f->in, p + at, n - at, &used);

        at += used;
        if (ev == QD_HDLC_FRAME) {
            frames++;
            play_modem(f, f->in.buf, f->in.len);
        } else if (ev != QD_HDLC_MORE) {
            others++;
        }
    }
    f->bad_sends += frames != 1 || others != 0 || p[n - 1] != 0x7e;
    return 0;
}

static size_t take_due(struct fake_link *f, uint8_t *p, size_t cap)
{
    size_t got = 0;

    while (f->queue && f->queue->due_us <= f->now_us && got < cap) {
        struct fake_piece *q = f->queue;
        size_t n = q->len - q->pos;

        if (n > cap - got)
            n = cap - got;
        memcpy(p + got, q->bytes + q->pos, n);
        got += n;
        q->pos += n;
        if (q->pos == q->len) {
            f->queue = q->next;
            free(q);
        }
    }
    return got;
}

static int fake_recv(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                     struct qdiag_error *e)
{
    struct fake_link *f = self;
    uint64_t until = t->end_us;

    if (f->chunk && cap > f->chunk)
        cap = f->chunk;
    *got = take_due(f, p, cap);
    if (*got)
        return 0;
    if (f->gone)
        return qd_fail(e, QDIAG_E_LINK_GONE, NULL, "the fake unit vanished");
    if (f->queue && f->queue->due_us <= until)
        until = f->queue->due_us;
    if (until == UINT64_MAX)
        return qd_fail(e, QDIAG_E_LINK_GONE, NULL, "a wait without end in a test");
    if (until > f->now_us)
        f->now_us = until;
    *got = take_due(f, p, cap);
    return 0;
}

static void fake_close(void *self)
{
    struct fake_link *f = self;

    f->closed++;
}

static const struct qd_link_ops fake_ops = {fake_send, fake_recv, fake_close};

struct fake_link *fake_link_new(fake_answer answer, void *user)
{
    struct fake_link *f = calloc(1, sizeof *f);

    need(f != NULL);
    f->answer = answer;
    f->user = user;
    f->now_us = 1000000;
    f->clock = (struct qd_clock){fake_now, fake_sleep, f};
    f->ctx = qdiag_context_new();
    need(f->ctx != NULL);
    f->ctx->clock = &f->clock;
    f->ctx->timeout_ms = 1000;
    qd_hdlc_reset(&f->in);
    return f;
}

void fake_link_free(struct fake_link **f)
{
    struct fake_link *old = *f;

    *f = NULL;
    if (!old)
        return;
    while (old->queue) {
        struct fake_piece *q = old->queue;

        old->queue = q->next;
        free(q);
    }
    qd_buf_free(&old->last);
    qdiag_context_free(&old->ctx);
    free(old);
}

struct qd_link *fake_link_link(struct fake_link *f)
{
    struct qd_link *l = qd_link_new(f->ctx, &fake_ops, f, "fake:");

    need(l != NULL);
    return l;
}
