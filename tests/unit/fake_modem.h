/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A small modem behind a fake link for the session tests: VERNO, LOOPBACK, NV_READ, EFS OPEN, READ,
 * STAT, and 13 with the request for everything else. */
#ifndef QD_TESTS_FAKE_MODEM_H
#define QD_TESTS_FAKE_MODEM_H

#include "diag/session.h"
#include "fake_link.h"

struct fake_modem {
    struct fake_link *f;
    struct qd_diag *d;
    struct qdiag_error e;

    struct qd_buf before; /* wire bytes said in front of the next reply, then forgotten */
    struct qd_buf behind; /* the same behind it */
    unsigned mute;        /* requests still to be ignored */
    unsigned copies;      /* of each reply; 0 counts as 1 */
    int no_loopback, no_verno;
    uint32_t next_fd;
    unsigned seen[256]; /* requests by first byte */
};

/* Makes a modem and a session on it; clears the counters of what opening did. */
struct fake_modem *fake_modem_new(void);
void fake_modem_free(struct fake_modem *m);

/* Only the modem, no session yet. */
struct fake_modem *fake_modem_cold(void);
int fake_modem_open(struct fake_modem *m);

/* The reply payload of a request; what the unit says when all is well. */
void fake_modem_reply(struct fake_modem *m, const uint8_t *req, size_t n, struct qd_buf *payload);

/* Requests. */
struct qd_buf fake_nv_request(uint16_t item);
struct qd_buf fake_efs_stat_request(const char *path);
struct qd_buf fake_efs_open_request(const char *path);
struct qd_buf fake_efs_read_request(uint32_t fd, uint32_t offset);

/* Ask and free the request. */
int fake_ask(struct fake_modem *m, enum qd_cmd cmd, struct qd_buf req, struct qd_reply *r);

#endif
