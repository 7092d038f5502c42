/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A modem in memory with an EFS behind subsystem 0x13, for the service tests. Independent of the
 * service's codecs. It notes every request that is not a read. */
#ifndef QD_TESTS_FAKE_EFS_H
#define QD_TESTS_FAKE_EFS_H

#include "diag/session.h"
#include "fake_link.h"
#include "service/efs.h"

#define FAKE_HANDLES 16

enum fake_end { FAKE_END_41, FAKE_END_40, FAKE_END_ERRNO };

struct fake_node {
    char *path;
    uint32_t mode, type, mtime;
    uint8_t *data; /* contents, or the target of a link */
    size_t len;
    int hidden;       /* no listing shows it */
    int32_t open_err; /* OPEN and OPENDIR answer this errno */
};

struct fake_open {
    int used;
    char path[1100];
};

struct fake_efs {
    struct fake_node *v;
    size_t n, cap;
    struct fake_open dirs[FAKE_HANDLES], files[FAKE_HANDLES]; /* dirp 1.., fd 0.. */
    unsigned max_dirs, max_files;
    enum fake_end end;
    uint32_t max_path;
    size_t read_max; /* most bytes in one READ reply */

    uint8_t bad_op[64]; /* DIAG error byte per operation */
    int32_t err_op[64]; /* errno per operation */
    unsigned ops[64];   /* requests seen per operation */
    unsigned forbidden; /* requests that could change the unit */
    unsigned most_dirs; /* most directories open at once */

    /* Sees every request first; 1 = answered (or left unanswered) by the hook. */
    int (*hook)(struct fake_efs *f, unsigned op, const uint8_t *req, size_t n, struct qd_buf *wire);
    unsigned hits; /* free for hooks */

    struct fake_link *link;
    struct qd_diag *diag;
    struct qd_efs fs;
};

/* A modem whose tree holds "/" only, with a session on it; EFS not opened yet. */
void fake_efs_start(struct fake_efs *f);
void fake_efs_stop(struct fake_efs *f);

struct fake_node *fake_efs_add(struct fake_efs *f, const char *path, uint32_t mode,
                               const void *data, size_t len);

/* What the modem says to a request, with no hook and no fault. */
void fake_efs_reply(struct fake_efs *f, const uint8_t *req, size_t n, struct qd_buf *wire);

unsigned fake_efs_open_dirs(const struct fake_efs *f);
unsigned fake_efs_open_files(const struct fake_efs *f);

#endif
