/* SPDX-License-Identifier: BSD-3-Clause
 *
 * HDLC-async framing as a module does it. The code is its own on purpose and must never be replaced
 * by the library's: a mistake made on both sides would cancel out and stay unseen. */
#include "sim/link.h"

#include <string.h>

#define FLAG   0x7e
#define ESCAPE 0x7d
#define TOGGLE 0x20

/* CRC-16/X-25, one bit at a time: short, and nothing like a table-driven one. */
static uint16_t crc_of(const uint8_t *p, size_t n)
{
    uint16_t crc = 0xffff;

    while (n--) {
        crc ^= *p++;
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0x8408 : crc >> 1);
    }
    return (uint16_t)~crc;
}

void sim_link_reset(struct sim_link *l)
{
    l->len = 0;
    l->escaped = 0;
    l->too_long = 0;
}

static int crc_fits(const uint8_t *p, size_t n)
{
    uint16_t crc = crc_of(p, n - 2);

    return p[n - 2] == (crc & 0xff) && p[n - 1] == crc >> 8;
}

/* The flag has come: what is in the buffer is a frame, or was meant to be one. */
static void end_frame(struct sim_link *l, sim_link_fn fn, void *user)
{
    size_t len = l->len;
    enum sim_link_verdict v = SIM_LINK_GOOD;

    if (l->too_long)
        v = SIM_LINK_TOO_LONG;
    else if (l->escaped)
        v = SIM_LINK_ABORTED;
    else if (len == 0)
        v = SIM_LINK_EMPTY;
    else if (len < 3)
        v = SIM_LINK_SHORT;
    else if (!crc_fits(l->buf, len))
        v = SIM_LINK_BADCRC;
    sim_link_reset(l);
    if (v == SIM_LINK_EMPTY && l->profile != SIM_LINK_KERNEL)
        return;
    if (v == SIM_LINK_GOOD)
        len -= 2;
    fn(user, v, l->buf, len < SIM_LINK_MAX ? len : SIM_LINK_MAX);
}

static void take_byte(struct sim_link *l, uint8_t b)
{
    if (!l->escaped && b == ESCAPE) {
        l->escaped = 1;
        return;
    }
    if (l->escaped)
        b ^= TOGGLE;
    l->escaped = 0;
    if (l->len < sizeof l->buf)
        l->buf[l->len++] = b;
    else
        l->too_long = 1;
}

void sim_link_feed(struct sim_link *l, const uint8_t *p, size_t n, sim_link_fn fn, void *user)
{
    size_t i = 0;

    /* The kernel driver skips one flag in front of a longer transfer, even if it ended a frame. */
    if (l->profile == SIM_LINK_KERNEL && n > 1 && p[0] == FLAG)
        i = 1;
    for (; i < n; i++) {
        if (p[i] != FLAG) {
            take_byte(l, p[i]);
            continue;
        }
        end_frame(l, fn, user);
        if (l->profile == SIM_LINK_KERNEL)
            return;
    }
    if (l->profile == SIM_LINK_ROUTER)
        sim_link_reset(l);
}

static int add_escaped(struct qd_buf *out, uint8_t b)
{
    if (b != FLAG && b != ESCAPE)
        return qd_buf_add_byte(out, b);
    return qd_buf_add_byte(out, ESCAPE) || qd_buf_add_byte(out, b ^ TOGGLE) ? -1 : 0;
}

int sim_link_encode(const uint8_t *p, size_t n, struct qd_buf *out)
{
    uint16_t crc = crc_of(p, n);

    for (size_t i = 0; i < n; i++)
        if (add_escaped(out, p[i]))
            return -1;
    if (add_escaped(out, crc & 0xff) || add_escaped(out, crc >> 8))
        return -1;
    return qd_buf_add_byte(out, FLAG);
}

const char *sim_link_text(enum sim_link_verdict v)
{
    static const char *const text[] = {"good", "short", "bad-crc", "aborted", "too-long", "empty"};

    return text[v];
}
