/* SPDX-License-Identifier: BSD-3-Clause
 *
 * EFS2 requests and replies as bytes, pure. Only the read side: no request that changes anything
 * can be built here, OPEN carries oflag 0. Source of the layouts: docs/formats/diag.md, EFS. */
#ifndef QD_SERVICE_EFS_CODEC_H
#define QD_SERVICE_EFS_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "service/efs.h"

#define QD_EFS_PATH_MAX    1024u /* longest path sent, without NUL */
#define QD_EFS_REQUEST_MAX (12u + QD_EFS_PATH_MAX + 1u)
#define QD_EFS_HELLO_SIZE  44u
#define QD_EFS_READ_MAX    1024u /* most bytes asked for in one READ */

#define QD_EFS_ENOENT         2
#define QD_EFS_EBADF          9
#define QD_EFS_EACCES         13
#define QD_EFS_EMFILE         24
#define QD_EFS_INVALID_SEQ_NO 0x40000002
#define QD_EFS_PATH_TOO_LONG  0x40000006
#define QD_EFS_TOO_MANY_DIRS  0x40000007
#define QD_EFS_TOO_MANY_FILES 0x40000009

enum qd_efs_op {
    QD_EFS_OP_HELLO = 0,
    QD_EFS_OP_QUERY = 1,
    QD_EFS_OP_OPEN = 2,
    QD_EFS_OP_CLOSE = 3,
    QD_EFS_OP_READ = 4,
    QD_EFS_OP_READLINK = 7,
    QD_EFS_OP_OPENDIR = 11,
    QD_EFS_OP_READDIR = 12,
    QD_EFS_OP_CLOSEDIR = 13,
    QD_EFS_OP_STAT = 15,
    QD_EFS_OP_LSTAT = 16,
    QD_EFS_OP_FSTAT = 17
};

/* Builders return the size of the request. `out` holds QD_EFS_REQUEST_MAX bytes; a path longer than
 * QD_EFS_PATH_MAX gives 0. */
size_t qd_efs_put_hello(uint8_t *out, uint8_t subsys);
size_t qd_efs_put_query(uint8_t *out, uint8_t subsys);
size_t qd_efs_put_open(uint8_t *out, uint8_t subsys, const char *path); /* read only, mode 0 */
size_t qd_efs_put_read(uint8_t *out, uint8_t subsys, int32_t fd, uint32_t count, uint32_t offset);
size_t qd_efs_put_readdir(uint8_t *out, uint8_t subsys, uint32_t dirp, uint32_t seqno);
/* READLINK, OPENDIR, STAT, LSTAT */
size_t qd_efs_put_path(uint8_t *out, uint8_t subsys, enum qd_efs_op op, const char *path);
/* CLOSE, CLOSEDIR, FSTAT */
size_t qd_efs_put_handle(uint8_t *out, uint8_t subsys, enum qd_efs_op op, uint32_t handle);

struct qd_efs_hello {
    uint32_t version, min_version, max_version, features;
};

struct qd_efs_limits {
    uint32_t max_name, max_path, max_dirs;
};

struct qd_efs_chunk {
    int32_t err; /* 0: data is valid */
    const uint8_t *data;
    uint32_t len;
};

struct qd_efs_record {
    int32_t err;
    int end; /* the record that says "no more entries" */
    uint32_t type;
    struct qd_efs_stat st;
    const char *name; /* inside the frame, not NUL-terminated */
    size_t name_len;
};

/* Parsers take a whole reply payload; 0, or -QDIAG_E_PROTOCOL with the numbers that do not fit.
 * An errno in the reply is a value (*err), not a failure of the parser; the other fields are then
 * not looked at. */
int qd_efs_get_hello(const uint8_t *p, size_t n, struct qd_efs_hello *h, struct qdiag_error *e);
int qd_efs_get_query(const uint8_t *p, size_t n, struct qd_efs_limits *q, struct qdiag_error *e);
int qd_efs_get_open(const uint8_t *p, size_t n, int32_t *fd, int32_t *err, struct qdiag_error *e);
int qd_efs_get_opendir(const uint8_t *p, size_t n, uint32_t *dirp, int32_t *err,
                       struct qdiag_error *e);
/* CLOSE, CLOSEDIR */
int qd_efs_get_status(const uint8_t *p, size_t n, enum qd_efs_op op, int32_t *err,
                      struct qdiag_error *e);
/* c->len: in = bytes asked for, out = bytes carried. */
int qd_efs_get_read(const uint8_t *p, size_t n, int32_t fd, uint32_t offset, struct qd_efs_chunk *c,
                    struct qdiag_error *e);
int qd_efs_get_readdir(const uint8_t *p, size_t n, uint32_t dirp, uint32_t seqno,
                       struct qd_efs_record *r, struct qdiag_error *e);
int qd_efs_get_readlink(const uint8_t *p, size_t n, int32_t *err, const char **target, size_t *len,
                        struct qdiag_error *e);
/* STAT, FSTAT; LSTAT leaves size and nlink 0 */
int qd_efs_get_stat(const uint8_t *p, size_t n, enum qd_efs_op op, int32_t *err,
                    struct qd_efs_stat *st, struct qdiag_error *e);

#endif
