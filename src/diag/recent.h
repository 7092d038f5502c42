/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What was asked lately, to tell a late reply from a duplicate from a stranger's, and the last
 * stray frames, so that a service can find a handle it never got. */
#ifndef QD_DIAG_RECENT_H
#define QD_DIAG_RECENT_H

#include "diag/reply.h"

#define QD_RECENT_ASKED  16u
#define QD_RECENT_HEAD   24u /* bytes kept of a request: all repeated fields lie in them */
#define QD_RECENT_STRAYS 8u
#define QD_STRAY_MAX     64u /* a longer stray is counted but not kept: no handle is in one */

struct qd_recent_request {
    enum qd_cmd cmd;
    int answered;
    size_t n; /* 0 = unused */
    uint8_t head[QD_RECENT_HEAD];
};

struct qd_recent_stray {
    enum qd_cmd cmd;
    uint8_t bad;
    size_t len; /* 0 = unused */
    uint8_t p[QD_STRAY_MAX];
};

struct qd_recent {
    struct qd_recent_request asked[QD_RECENT_ASKED];
    unsigned next; /* where the next request goes; the newest is just before it */
    struct qd_recent_stray strays[QD_RECENT_STRAYS]; /* oldest first */
    unsigned n_strays;
};

void qd_recent_ask(struct qd_recent *r, enum qd_cmd cmd, const uint8_t *req, size_t n);

/* The newest request has its answer. */
void qd_recent_answered(struct qd_recent *r);

/* The request this frame seems to answer, an unanswered one first, the newer first; NULL = none.
 * skip_newest leaves the request out that is being waited for. */
struct qd_recent_request *qd_recent_find(struct qd_recent *r, const uint8_t *p, size_t len,
                                         int skip_newest);

/* Whether a request of the frame's command is among the recent ones, whatever it asked for. */
int qd_recent_same_command(const struct qd_recent *r, const uint8_t *p, size_t len);

/* Keeps a stray; the oldest one goes when all places are taken. */
void qd_recent_keep(struct qd_recent *r, enum qd_cmd cmd, const uint8_t *p, size_t len);

/* Takes the oldest kept stray of a command out. Returns 1 when there was one. */
int qd_recent_take(struct qd_recent *r, enum qd_cmd cmd, struct qd_recent_stray *out);

#endif
