/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The inside of an AT session, shared by the files of this room. */
#ifndef QD_AT_SESSION_PRIV_H
#define QD_AT_SESSION_PRIV_H

#include "at/session.h"
#include "base/buf.h"
#include "frame/atline.h"

#define QD_AT_QUIET_MS 100u /* a silence that ends what was said before */

struct qd_at {
    struct qd_link *link;
    struct qdiag_context *ctx;
    struct qd_atline in;
    uint8_t rx[4096];
    size_t rx_at, rx_len;
    struct qd_buf texts; /* lines of the reply, each with a NUL */
    size_t text_at[QD_AT_LINES], texts_n;
    int too_many;
    struct qd_at_stats stats;
    char model[64];
    int echo_seen;                             /* the echo of the command at hand has gone by */
    int found_echo, found_numeric, found_cmee; /* as it was; -1 = not known */
    int found;                                 /* they are known, of the unit as it runs now */
    int numeric;                               /* results may still come as numbers */
    int rdy, app_rdy; /* seen since the session began, or since the last RDY */
    int lost;         /* a result is missing: find the place first */
    int data;         /* in data mode */
    int dead;         /* 0, or the error code that ended the session */
    unsigned frames;  /* 7E bytes heard: DIAG */
    int quiet;        /* nothing was asked yet: nothing is to be given back */
    void (*heard)(void *user, enum qd_at_kind kind, const char *line);
    void *heard_user;
};

/* Sends one line; the end is added here. 0, or negative. */
int qd_at_put(struct qd_at *at, const char *text, const struct qd_deadline *t,
              struct qdiag_error *e);

/* Reads lines until a result comes: 1, *f filled; 0: the time is over; -UNKNOWN: RDY came; or the
 * link's error. c NULL: every result and line is passed over. */
int qd_at_await(struct qd_at *at, const struct qd_at_command *c, const struct qd_deadline *t,
                struct qd_at_final *f, struct qdiag_error *e);

/* Reads and passes over what comes until it is quiet for QD_AT_QUIET_MS, at most ms. */
int qd_at_drain(struct qd_at *at, unsigned ms, struct qdiag_error *e);

/* ATE0V1 and AT+CMEE=1. */
int qd_at_settle(struct qd_at *at, struct qdiag_error *e);

/* Puts the lines read into r. */
void qd_at_give(struct qd_at *at, const struct qd_at_final *f, struct qd_at_reply *r);

struct qd_deadline qd_at_limit(const struct qd_at *at, const struct qd_deadline *t, unsigned ms);

#endif
