/* SPDX-License-Identifier: BSD-3-Clause
 *
 * EFS2 requests that change something, and their replies, as bytes; pure. Who may send them is not
 * decided here. Source of the layouts: docs/formats/diag.md, EFS writes. */
#ifndef QD_SERVICE_EFS_WRITE_CODEC_H
#define QD_SERVICE_EFS_WRITE_CODEC_H

#include "service/efs_codec.h"
#include "service/efs_write.h"

#define QD_EFS_O_WRONLY   0x00001u
#define QD_EFS_O_CREAT    0x00040u /* 0x100 is not it, though it seems so on a file that is there */
#define QD_EFS_O_TRUNC    0x00200u
#define QD_EFS_O_ITEMFILE 0x40000u
#define QD_EFS_O_AUTODIR  0x80000u /* in PUT only: with ITEMFILE in OPEN it crashes some units */

enum qd_efs_write_op {
    QD_EFS_OP_WRITE = 5,
    QD_EFS_OP_SYMLINK = 6,
    QD_EFS_OP_UNLINK = 8,
    QD_EFS_OP_MKDIR = 9,
    QD_EFS_OP_RMDIR = 10,
    QD_EFS_OP_RENAME = 14,
    QD_EFS_OP_CHMOD = 18,
    QD_EFS_OP_PUT = 38,
    QD_EFS_OP_TRUNCATE = 40,
    QD_EFS_OP_SYNC = 48,
    QD_EFS_OP_SYNC_STATUS = 49
};

#define QD_EFS_TWO_PATHS_MAX (4u + 2u * (QD_EFS_PATH_MAX + 1u))
#define QD_EFS_CHUNK_MAX     (12u + QD_EFS_WRITE_MAX)
#define QD_EFS_PUT_SIZE_MAX  (14u + QD_EFS_PUT_MAX + QD_EFS_PATH_MAX + 1u)

/* Builders return the size, or 0 when a path is longer than QD_EFS_PATH_MAX or data than its
 * maximum. `out` holds the maximum of its kind; QD_EFS_REQUEST_MAX where there is one path. */
size_t qd_efs_put_open_write(uint8_t *out, uint8_t subsys, uint32_t flags, uint32_t mode,
                             const char *path);
size_t qd_efs_put_write(uint8_t *out, uint8_t subsys, int32_t fd, uint32_t offset,
                        const uint8_t *data, size_t len);
/* UNLINK, RMDIR */
size_t qd_efs_put_name(uint8_t *out, uint8_t subsys, enum qd_efs_write_op op, const char *path);
/* MKDIR, CHMOD */
size_t qd_efs_put_mode(uint8_t *out, uint8_t subsys, enum qd_efs_write_op op, uint32_t mode,
                       const char *path);
/* RENAME: old, new. SYMLINK: target, link. */
size_t qd_efs_put_names(uint8_t *out, uint8_t subsys, enum qd_efs_write_op op, const char *a,
                        const char *b);
struct qd_efs_item {
    uint32_t flags;
    uint16_t seq;
    const uint8_t *data;
    size_t len;
};
size_t qd_efs_put_item(uint8_t *out, uint8_t subsys, const struct qd_efs_item *it,
                       const char *path);
size_t qd_efs_put_truncate(uint8_t *out, uint8_t subsys, uint16_t seq, uint32_t len,
                           const char *path);
size_t qd_efs_put_sync(uint8_t *out, uint8_t subsys, uint16_t seq, const char *path);
size_t qd_efs_put_sync_status(uint8_t *out, uint8_t subsys, uint16_t seq, uint32_t token,
                              const char *path);

/* Parsers: 0, or -QDIAG_E_PROTOCOL. An errno is a value. */
/* SYMLINK, UNLINK, MKDIR, RMDIR, RENAME, CHMOD */
int qd_efs_get_done(const uint8_t *p, size_t n, enum qd_efs_write_op op, int32_t *err,
                    struct qdiag_error *e);
/* PUT, TRUNCATE */
int qd_efs_get_done_seq(const uint8_t *p, size_t n, enum qd_efs_write_op op, uint16_t *seq,
                        int32_t *err, struct qdiag_error *e);
/* The count as the unit says; not compared with what was sent. */
struct qd_efs_wrote {
    int32_t count, err;
};
int qd_efs_get_wrote(const uint8_t *p, size_t n, int32_t fd, uint32_t offset,
                     struct qd_efs_wrote *wrote, struct qdiag_error *e);
int qd_efs_get_sync(const uint8_t *p, size_t n, uint32_t *token, int32_t *err,
                    struct qdiag_error *e);
int qd_efs_get_sync_status(const uint8_t *p, size_t n, uint8_t *status, int32_t *err,
                           struct qdiag_error *e);

#endif
