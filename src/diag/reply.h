/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Pure matching: is this frame the answer to that request? No state, no I/O. */
#ifndef QD_DIAG_REPLY_H
#define QD_DIAG_REPLY_H

#include "diag/cmd.h"

/* A request, or the part of an old one that is still known (have <= n). */
struct qd_request {
    enum qd_cmd cmd;
    const uint8_t *p;
    size_t have, n;
};

enum qd_verdict {
    QD_VERDICT_OTHER, /* not an answer to this request */
    QD_VERDICT_REPLY,
    QD_VERDICT_REFUSED, /* an error frame with this request's echo */
    QD_VERDICT_CUT      /* this request's reply, but shorter than any reply of the kind */
};

enum qd_verdict qd_reply_judge(const struct qd_request *rq, const uint8_t *p, size_t len);

/* Takes a MULTI_RADIO wrapper (98) off; returns 1 when there was one. */
int qd_reply_unwrap(const uint8_t **p, size_t *len);

/* Codes of frames that units send without being asked. */
int qd_reply_unsolicited(uint8_t code);

#endif
