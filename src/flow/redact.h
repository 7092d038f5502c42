/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Takes identity and secrets out of captured traffic: the data of NV items of those classes becomes
 * zeros. EFS file contents and path names are kept. A replay of such a capture still works. */
#ifndef QD_FLOW_REDACT_H
#define QD_FLOW_REDACT_H

#include "base/buf.h"
#include "frame/hdlc.h"

struct qd_redact {
    struct qd_hdlc decoder; /* of what the unit sends */
    struct qd_buf held;     /* raw bytes of the frame that is not whole yet */
};

/* A qd_capture_redact_fn; user is a struct qd_redact. */
int qd_redact(void *user, int sent, const uint8_t *p, size_t n, struct qd_buf *out);

void qd_redact_free(struct qd_redact *r);

#endif
