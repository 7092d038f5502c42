/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Takes identity and secrets out of captured traffic, both ways: the data of NV items of those
 * classes becomes zeros, and so do the digits of an SPC and the bytes of a password. EFS file
 * contents and path names are kept. A replay of what only reads still works; a write of such an
 * item was recorded with other bytes than were sent, and a replay says so. */
#ifndef QD_FLOW_UNIT_REDACT_TRAFFIC_H
#define QD_FLOW_UNIT_REDACT_TRAFFIC_H

#include "base/buf.h"
#include "frame/hdlc.h"

struct qd_redact {
    struct {
        struct qd_hdlc decoder;
        struct qd_buf held; /* raw bytes of the frame that is not whole yet */
    } way[2];               /* 0: what the unit sends, 1: what we send */
};

/* A qd_capture_redact_fn; user is a struct qd_redact. */
int qd_redact(void *user, int sent, const uint8_t *p, size_t n, struct qd_buf *out);

void qd_redact_free(struct qd_redact *r);

#endif
