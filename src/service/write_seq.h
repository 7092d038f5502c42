/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inside the write services: one request that changes the unit, and how much of its answer may be
 * believed. */
#ifndef QD_SERVICE_WRITE_SEQ_H
#define QD_SERVICE_WRITE_SEQ_H

#include "service/efs.h"
#include "service/written.h"

#define QD_WRITE_REPLY_MAX 64u

/* A reply that outlives the next request on the session. */
struct qd_write_reply {
    size_t len;
    uint8_t p[QD_WRITE_REPLY_MAX]; /* its first bytes: every field of a reply to a write */
};

struct qd_write_request {
    enum qd_cmd cmd;
    const uint8_t *p;
    size_t n;
};

/* Empty: NOT_SENT. */
void qd_written_init(struct qd_written *w);

/* Sets the outcome; a text that is there already stays. */
void qd_written_set(struct qd_written *w, enum qd_how how, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The answer may be another request's: UNKNOWN, whatever it said. */
void qd_written_doubt(struct qd_written *w);

/* What a DIAG error byte, an EFS errno (0 = DONE), a failed request means. The last returns rc when
 * the session is over, else 0. */
void qd_written_bad(struct qd_written *w, uint8_t bad);
void qd_written_errno(struct qd_written *w, const char *op, int32_t err);
int qd_written_failed(struct qd_written *w, int rc, const struct qdiag_error *own,
                      struct qdiag_error *e);

/* Sends one request and waits. When w->how is DONE afterwards a reply came and is in r; else w says
 * what happened. 0, or a code that ends the session. */
int qd_write_ask(struct qd_diag *d, const struct qd_write_request *rq, struct qd_write_reply *r,
                 struct qd_written *w, struct qdiag_error *e);

/* The same for a reply that repeats nothing of its request: with checkpoints around it, and UNKNOWN
 * when a reply out of turn came in between. */
int qd_write_alone(struct qd_efs *fs, const struct qd_write_request *rq, struct qd_write_reply *r,
                   struct qd_written *w, struct qdiag_error *e);

/* 0, or w filled with REFUSED: the unit would not take this path. */
int qd_write_path(const struct qd_efs *fs, const char *path, struct qd_written *w);

#endif
