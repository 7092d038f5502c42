/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The inside of a session, shared by session.c, open.c and wire.c. */
#ifndef QD_DIAG_SESSION_PRIV_H
#define QD_DIAG_SESSION_PRIV_H

#include "base/buf.h"
#include "diag/recent.h"
#include "frame/hdlc.h"

#define QD_DRAIN_MS 200u /* after a request that got no answer */
#define QD_RX_SIZE  16384u
#define QD_LATE_BYTES                                                                              \
    65536u /* read beyond a deadline: what may have been waiting for a slow program */

/* What the port said while it was being opened, for the text when nothing answers. */
struct qd_heard {
    uint64_t bytes, printable, line_ends;
    unsigned other_framing, echoes, frames;
};

struct qd_diag {
    struct qd_link *link;
    struct qdiag_context *ctx;
    struct qd_hdlc in;
    struct qd_buf out;
    struct qd_recent recent;
    struct qd_recent_stray taken; /* what qd_diag_take_stray gave out */
    struct qd_diag_stats stats;
    struct qd_heard heard;
    int opening;         /* heard is being filled; a cut reply is no reason to stop waiting */
    int want_flag;       /* the next request starts with 7E */
    int old_tail;        /* the frame being received began before the last request was sent */
    int loopback;        /* 0 not tried, 1 answered, -1 the unit does not have it */
    int dead;            /* 0, or the error code that ended the session */
    int may_write;       /* qd_diag_allow_writes */
    int sent;            /* bytes of the request at hand have been given to the link */
    int spc_tried;       /* the one attempt is used up */
    unsigned unanswered; /* requests in a row */
    uint64_t counter;    /* of checkpoints */
    size_t rx_at, rx_len;
    uint8_t rx[QD_RX_SIZE];
};

struct qd_deadline qd_wire_deadline(const struct qd_diag *d, unsigned ms);
unsigned qd_wire_timeout_ms(const struct qd_diag *d);

/* How long a request of this command may take to be answered. */
unsigned qd_exchange_ms(const struct qd_diag *d, enum qd_cmd cmd);

/* Sends one request as one frame. 0; 1 when the link did not take it in time; negative: the link.
 */
int qd_wire_send(struct qd_diag *d, const struct qd_request *rq, const struct qd_deadline *t,
                 struct qdiag_error *e);

/* Reads and judges frames until the deadline; rq NULL = none of them can be a reply. An expired
 * deadline reads only what is there. 1: answered, r filled; 0: not; -PROTOCOL; negative: the link.
 */
int qd_wire_await(struct qd_diag *d, const struct qd_request *rq, const struct qd_deadline *t,
                  struct qd_reply *r, struct qdiag_error *e);

/* Reads until the deadline and looks at nothing: only before the first request. 0, or negative: the
 * link. */
int qd_wire_drop(struct qd_diag *d, const struct qd_deadline *t, struct qdiag_error *e);

/* Sends the request up to `tries` times, each time waiting the time-out and then drain_ms more.
 * 1: answered; 0: not; negative: PROTOCOL or the link. */
int qd_exchange(struct qd_diag *d, const struct qd_request *rq, unsigned tries, unsigned drain_ms,
                struct qd_reply *r, struct qdiag_error *e);

#endif
