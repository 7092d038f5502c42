/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzzes the stream decoder. Whatever comes in: the same bytes give the same events however they
 * are cut, and a frame that was accepted encodes and decodes to itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "frame/crc16.h"
#include "frame/hdlc.h"

struct seen {
    uint64_t events; /* a running checksum of kinds, lengths and payloads */
    size_t n;
};

static void require(int ok)
{
    if (!ok)
        abort();
}

static void check_round_trip(const struct qd_hdlc *d)
{
    static struct qd_hdlc again;
    struct qd_buf out = {0};
    size_t used = 0;

    require(qd_hdlc_encode(&out, d->buf, d->len, 0) == 0);
    qd_hdlc_reset(&again);
    require(qd_hdlc_feed(&again, out.p, out.len, &used) == QD_HDLC_FRAME);
    require(used == out.len && again.len == d->len);
    require(memcmp(again.buf, d->buf, d->len) == 0);
    qd_buf_free(&out);
}

static void note(struct seen *s, enum qd_hdlc_event ev, const struct qd_hdlc *d)
{
    s->n++;
    s->events = s->events * 1000003u + (uint64_t)ev;
    require(d->len <= QD_FRAME_MAX + 2);
    if (ev != QD_HDLC_FRAME)
        return;
    require(d->len >= 1 && d->len <= QD_FRAME_MAX);
    s->events = (s->events * 1000003u + d->len) * 1000003u + qd_crc16(d->buf, d->len);
}

/* Feeds in pieces of 1 + (a byte of a sequence started by seed) & mask; mask 0 = bytewise. */
static struct seen feed(const uint8_t *p, size_t n, uint32_t seed, size_t mask, int encode)
{
    static struct qd_hdlc d;
    struct seen s = {0, 0};

    qd_hdlc_reset(&d);
    for (size_t at = 0; at < n;) {
        seed = seed * 1664525u + 1013904223u;
        size_t piece = mask == SIZE_MAX ? n - at : 1 + ((seed >> 16) & mask), end;

        end = piece < n - at ? at + piece : n;
        while (at < end) {
            size_t used = 0;
            enum qd_hdlc_event ev = qd_hdlc_feed(&d, p + at, end - at, &used);

            require(used > 0 && used <= end - at);
            at += used;
            require(ev != QD_HDLC_MORE || at == end);
            if (ev != QD_HDLC_MORE)
                note(&s, ev, &d);
            if (ev == QD_HDLC_FRAME && encode)
                check_round_trip(&d);
        }
    }
    return s;
}

static void check_payload(const uint8_t *p, size_t n)
{
    static struct qd_hdlc d;
    struct qd_buf out = {0};
    size_t used = 0;

    if (n == 0 || n > QD_FRAME_MAX)
        return;
    require(qd_hdlc_encode(&out, p, n, 1) == 0);
    require(memchr(out.p + 1, 0x7e, out.len - 2) == NULL);
    qd_hdlc_reset(&d);
    require(qd_hdlc_feed(&d, out.p, out.len, &used) == QD_HDLC_FRAME);
    require(used == out.len && d.len == n && memcmp(d.buf, p, n) == 0);
    qd_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen whole = feed(data, size, 0, SIZE_MAX, 1);
    struct seen bytes = feed(data, size, 0, 0, 0);
    struct seen cuts = feed(data, size, size ? data[0] : 0, 15, 0);

    require(whole.n == bytes.n && whole.events == bytes.events);
    require(whole.n == cuts.n && whole.events == cuts.events);
    check_payload(data, size);
    return 0;
}
