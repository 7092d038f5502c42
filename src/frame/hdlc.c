/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The stream decoder and the encoder of DIAG's HDLC framing. The decoder is fed by units, cables
 * and other programs: it must never fail for good, never grow, and always find the next 7E. Whether
 * a frame is good is decided by its CRC alone, not by how its bytes were escaped. */
#include "frame/hdlc.h"

#include "base/bytes.h"
#include "frame/crc16.h"

#define FLAG   0x7eu
#define ESCAPE 0x7du
#define FLIP   0x20u

void qd_hdlc_reset(struct qd_hdlc *d)
{
    d->len = 0;
    d->escaped = 0;
    d->overflow = 0;
    d->done = 0;
}

/* The unit's other framing between the same flags: 01, u16 length, that many bytes, no CRC. */
static int is_other_framing(const struct qd_hdlc *d)
{
    return d->buf[0] == 1 && d->len == 3u + qd_get16(d->buf + 1);
}

static enum qd_hdlc_event end_frame(struct qd_hdlc *d)
{
    size_t n = d->len;

    if (d->overflow)
        return QD_HDLC_TOO_LONG;
    if (d->escaped)
        return QD_HDLC_ABORTED;
    if (n < 3)
        return QD_HDLC_SHORT;
    if (qd_crc16(d->buf, n - 2) != qd_get16(d->buf + n - 2))
        return is_other_framing(d) ? QD_HDLC_NOT_HDLC : QD_HDLC_BAD_CRC;
    d->len = n - 2;
    return QD_HDLC_FRAME;
}

static void take_byte(struct qd_hdlc *d, uint8_t b)
{
    if (!d->escaped && b == ESCAPE) {
        d->escaped = 1;
        return;
    }
    if (d->escaped) {
        b ^= FLIP;
        d->escaped = 0;
    }
    if (d->len < sizeof d->buf)
        d->buf[d->len++] = b;
    else
        d->overflow = 1;
}

enum qd_hdlc_event qd_hdlc_feed(struct qd_hdlc *d, const uint8_t *p, size_t n, size_t *used)
{
    if (d->done)
        qd_hdlc_reset(d);
    for (size_t i = 0; i < n; i++) {
        if (p[i] != FLAG) {
            take_byte(d, p[i]);
            continue;
        }
        if (d->len == 0 && !d->escaped) /* a run of flags: no frame, no error */
            continue;
        *used = i + 1;
        d->done = 1;
        return end_frame(d);
    }
    *used = n;
    return QD_HDLC_MORE;
}

static uint8_t *put_escaped(uint8_t *at, uint8_t b)
{
    if (b == FLAG || b == ESCAPE) {
        *at++ = ESCAPE;
        b ^= FLIP;
    }
    *at++ = b;
    return at;
}

int qd_hdlc_encode(struct qd_buf *out, const uint8_t *p, size_t n, int leading_flag)
{
    uint16_t crc = qd_crc16(p, n);
    uint8_t *at;

    if (n > QD_FRAME_MAX || qd_buf_reserve(out, 2 * (n + 2) + 2) != 0)
        return -1;
    at = out->p + out->len;
    if (leading_flag)
        *at++ = FLAG;
    for (size_t i = 0; i < n; i++)
        at = put_escaped(at, p[i]);
    at = put_escaped(at, (uint8_t)crc);
    at = put_escaped(at, (uint8_t)(crc >> 8));
    *at++ = FLAG;
    out->len = (size_t)(at - out->p);
    return 0;
}
