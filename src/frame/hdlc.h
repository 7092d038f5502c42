/* SPDX-License-Identifier: BSD-3-Clause
 *
 * HDLC-async framing of DIAG: escape(payload || crc) 7E. The decoder takes a byte stream cut
 * anywhere, never grows beyond its own buffer, and always resynchronises at the next 7E.
 * Rules and vectors: docs/formats/diag.md. */
#ifndef QD_FRAME_HDLC_H
#define QD_FRAME_HDLC_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define QD_FRAME_MAX 16384u /* largest payload accepted */

enum qd_hdlc_event {
    QD_HDLC_MORE,     /* all input used, no complete frame */
    QD_HDLC_FRAME,    /* payload in d->buf, d->len bytes, CRC taken off */
    QD_HDLC_BAD_CRC,  /* frame dropped */
    QD_HDLC_SHORT,    /* frame dropped: fewer than 1 payload byte + CRC */
    QD_HDLC_ABORTED,  /* 7D 7E */
    QD_HDLC_TOO_LONG, /* frame dropped at its 7E */
    QD_HDLC_NOT_HDLC  /* looks like the unit's non-HDLC framing: 7E 01 len len … 7E */
};

struct qd_hdlc {
    uint8_t buf[QD_FRAME_MAX + 2];
    size_t len;
    int escaped, overflow, done;
};

void qd_hdlc_reset(struct qd_hdlc *d);

/* Takes bytes from p up to the first event; *used says how many. Call again with the rest. */
enum qd_hdlc_event qd_hdlc_feed(struct qd_hdlc *d, const uint8_t *p, size_t n, size_t *used);

/* Appends the frame of a payload (with trailing 7E; with a leading one if asked). -1: no memory. */
int qd_hdlc_encode(struct qd_buf *out, const uint8_t *p, size_t n, int leading_flag);

#endif
