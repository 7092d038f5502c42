/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A session of the library with the simulated modem's core behind it, in memory and on a virtual
 * clock, for the tests of what writes. */
#ifndef QD_TESTS_WRITE_RIG_H
#define QD_TESTS_WRITE_RIG_H

#include "diag/session.h"
#include "fake_link.h"
#include "service/efs.h"
#include "service/written.h"
#include "sim_rig.h"

enum wr_fault { WR_NONE, WR_MUTE, WR_BAD_CRC, WR_TWICE, WR_GONE, WR_CUT, WR_PATCH };

struct wr {
    struct sim_rig sim;
    struct fake_link *link;
    struct qd_diag *d;
    struct qd_efs fs;
    struct qd_written w;
    struct qdiag_error e;

    /* A fault on the reply to requests that begin with these bytes. */
    enum wr_fault fault;
    const char *at;  /* vector text of the first bytes */
    unsigned skip;   /* so many of them pass first */
    unsigned times;  /* then so many are hit; 0 = all */
    size_t patch_at; /* WR_PATCH: this byte of the reply becomes `patch`; WR_CUT: its length */
    uint8_t patch;

    unsigned writes; /* requests the modem took for a write */
    unsigned hits;
    struct qd_buf sent; /* payloads of all writes, one behind the other */
};

/* conf: unit.conf; armed: qd_diag_allow_writes is called. */
void wr_start(struct wr *r, const char *conf, int armed);
void wr_stop(struct wr *r);

/* The fault, counted anew. */
void wr_fault(struct wr *r, enum wr_fault fault, const char *at);

/* A file of the unit as the modem would read it now; -1 = not there. */
long wr_file(struct wr *r, const char *path, uint8_t *out, size_t cap);

#endif
