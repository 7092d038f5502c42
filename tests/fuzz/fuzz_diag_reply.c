/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzzes a whole session: the input is what the unit says. Each request is answered by the next
 * piece of the input, raw, framed, or as a well-begun reply. Whatever comes: no crash, every call
 * returns within its bound, an accepted reply answers the request it was given for. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "diag/session.h"
#include "fake_link.h"

struct talk {
    const uint8_t *p;
    size_t n;
    struct fake_link *f;
};

static void require(int ok)
{
    if (!ok)
        abort();
}

static uint8_t take(struct talk *t)
{
    if (t->n == 0)
        return 0;
    t->n--;
    return *t->p++;
}

static void add(struct qd_buf *b, const void *p, size_t n)
{
    require(qd_buf_add(b, p, n) == 0);
}

/* One statement of the unit. The low bits of its first byte choose how it is made. */
static void say(struct talk *t, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    static const uint8_t codes[4] = {0x13, 0x14, 0x18, 0x42};
    uint8_t how = take(t);
    size_t len = take(t), head = how >> 4;
    struct qd_buf payload = {0};

    if (len > t->n)
        len = t->n;
    if (head > n)
        head = n;
    switch (how & 3) {
    case 0: /* raw bytes */
        add(wire, t->p, len);
        break;
    case 1: /* a good frame of anything */
        add(&payload, t->p, len);
        break;
    case 2: /* a frame that begins like the request */
        add(&payload, req, head);
        add(&payload, t->p, len);
        break;
    default: /* an error frame */
        add(&payload, &codes[how >> 2 & 3], 1);
        add(&payload, req, head ? head : n);
        break;
    }
    if (payload.len)
        fake_frame(wire, payload.p, payload.len);
    t->p += len;
    t->n -= len;
    qd_buf_free(&payload);
}

static int answer(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    struct talk *t = user;
    uint8_t how = take(t);

    t->f->chunk = how & 8 ? how >> 5 : 0;
    t->f->delay_us = how & 16 ? 1500000u : 0;
    for (unsigned i = how & 3; i > 0 && t->n > 0; i--)
        say(t, req, n, wire);
    if (req[0] == 0x00 && !(how & 4)) {
        static const uint8_t verno[55];

        fake_frame(wire, verno, sizeof verno);
    }
    return how == 0xff;
}

/* A request: its first bytes; the rest up to n is zeros. */
struct request {
    enum qd_cmd cmd;
    size_t n, given;
    const char *p;
};

#define REQUEST(cmd, n, text)                                                                      \
    {                                                                                              \
        cmd, n, sizeof(text) - 1, text                                                             \
    }

static const struct request requests[] = {
    REQUEST(QD_CMD_NV_READ, 133, "\x26\x26\x02"),
    REQUEST(QD_CMD_NV_READ_IDX, 138, "\x4b\x30\x01\x00\x26\x02\x01"),
    REQUEST(QD_CMD_EFS_STAT, 8, "\x4b\x13\x0f\x00/nv"),
    REQUEST(QD_CMD_EFS_OPEN, 16, "\x4b\x13\x02\x00\0\0\0\0\0\0\0\0/nv"),
    REQUEST(QD_CMD_EFS_READ, 16, "\x4b\x13\x04\x00\x01\0\0\0\0\x04\0\0\0\x04"),
    REQUEST(QD_CMD_EFS_READDIR, 12, "\x4b\x13\x0c\x00\x01\0\0\0\x03"),
    REQUEST(QD_CMD_EXT_BUILD_ID, 1, "\x7c"),
};

/* What every accepted reply must show, written down once more on purpose. */
static void check_reply(const struct request *rq, const uint8_t *req, const struct qd_reply *r)
{
    volatile uint8_t seen = 0;

    require(r->len > 0);
    for (size_t i = 0; i < r->len; i++) /* every byte must be readable */
        seen = r->p[i];
    (void)seen;
    if (r->bad) {
        require(r->p[0] == r->bad && qd_diag_bad_name(r->bad) != NULL);
        require(r->len - 1 >= (rq->n < 4 ? rq->n : 4));
        require(memcmp(r->p + 1, req, r->len - 1 < rq->n ? r->len - 1 : rq->n) == 0);
        return;
    }
    require(memcmp(r->p, req, req[0] == 0x4b ? 4 : 1) == 0);
    if (rq->cmd == QD_CMD_NV_READ)
        require(r->len >= 133 && memcmp(r->p + 1, req + 1, 2) == 0);
    if (rq->cmd == QD_CMD_EFS_READ)
        require(r->len >= 20 && memcmp(r->p + 4, req + 4, 4) == 0 &&
                memcmp(r->p + 8, req + 12, 4) == 0);
    if (rq->cmd == QD_CMD_EFS_READDIR)
        require(r->len >= 16 && memcmp(r->p + 4, req + 4, 8) == 0);
}

static void ask_all(struct qd_diag *d, struct talk *t)
{
    int rc = 0;

    for (unsigned round = 0; round < 64 && t->n > 0 && rc != -QDIAG_E_LINK_SILENT; round++) {
        const struct request *rq = &requests[take(t) % (sizeof requests / sizeof requests[0])];
        uint8_t req[138] = {0};
        struct qd_reply r = {0};
        struct qdiag_error e = {0};
        uint64_t began = t->f->now_us;

        memcpy(req, rq->p, rq->given);
        rc = qd_diag_ask(d, rq->cmd, req, rq->n, &r, &e);
        require(rc == -(e.code) || (rc == 0 && e.code == 0));
        require(t->f->now_us - began <= 2 * (1000000u + 200000u));
        if (rc == 0)
            check_reply(rq, req, &r);
        if (round % 5 == 4)
            rc = qd_diag_checkpoint(d, NULL);
        while (qd_diag_take_stray(d, QD_CMD_EFS_OPEN, &r))
            require(r.len > 0 && r.len <= 64);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct talk t = {data, size, NULL};
    struct qdiag_error e = {0};
    struct qd_diag *d = NULL;
    struct qd_link *link;

    t.f = fake_link_new(answer, &t);
    link = fake_link_link(t.f);
    if (qd_diag_open(&d, &link, &e) == 0) {
        require(link == NULL);
        ask_all(d, &t);
        require(t.f->bad_sends == 0);
        qd_diag_close(&d);
    } else {
        require(e.code != 0 && d == NULL);
        qd_link_close(&link);
    }
    require(t.f->closed == 1);
    fake_link_free(&t.f);
    return 0;
}
