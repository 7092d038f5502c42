/* SPDX-License-Identifier: BSD-3-Clause
 *
 * EFS2 write requests and replies. Pure: bytes in, values out. WRITE has no length field: a client
 * that put one in wrote files four bytes too long. */
#include "service/efs_write_codec.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

static size_t put_head(uint8_t *out, uint8_t subsys, unsigned op)
{
    out[0] = 0x4B;
    out[1] = subsys;
    qd_put16(out + 2, (uint16_t)op);
    return 4;
}

static size_t put_text(uint8_t *out, size_t at, const char *path)
{
    size_t n = strlen(path);
    if (n > QD_EFS_PATH_MAX)
        return 0;
    memcpy(out + at, path, n + 1);
    return at + n + 1;
}

size_t qd_efs_put_open_write(uint8_t *out, uint8_t subsys, uint32_t flags, uint32_t mode,
                             const char *path)
{
    assert((flags & QD_EFS_O_AUTODIR) == 0);
    put_head(out, subsys, QD_EFS_OP_OPEN);
    qd_put32(out + 4, flags);
    qd_put32(out + 8, mode);
    return put_text(out, 12, path);
}

size_t qd_efs_put_write(uint8_t *out, uint8_t subsys, int32_t fd, uint32_t offset,
                        const uint8_t *data, size_t len)
{
    if (len == 0 || len > QD_EFS_WRITE_MAX)
        return 0;
    put_head(out, subsys, QD_EFS_OP_WRITE);
    qd_put32(out + 4, (uint32_t)fd);
    qd_put32(out + 8, offset);
    memcpy(out + 12, data, len);
    return 12 + len;
}

size_t qd_efs_put_name(uint8_t *out, uint8_t subsys, enum qd_efs_write_op op, const char *path)
{
    assert(op == QD_EFS_OP_UNLINK || op == QD_EFS_OP_RMDIR);
    return put_text(out, put_head(out, subsys, op), path);
}

size_t qd_efs_put_mode(uint8_t *out, uint8_t subsys, enum qd_efs_write_op op, uint32_t mode,
                       const char *path)
{
    assert(op == QD_EFS_OP_MKDIR || op == QD_EFS_OP_CHMOD);
    put_head(out, subsys, op);
    qd_put16(out + 4, (uint16_t)(mode & 07777));
    return put_text(out, 6, path);
}

size_t qd_efs_put_names(uint8_t *out, uint8_t subsys, enum qd_efs_write_op op, const char *a,
                        const char *b)
{
    assert(op == QD_EFS_OP_RENAME || op == QD_EFS_OP_SYMLINK);
    size_t at = put_text(out, put_head(out, subsys, op), a);
    return at ? put_text(out, at, b) : 0;
}

size_t qd_efs_put_item(uint8_t *out, uint8_t subsys, const struct qd_efs_item *it, const char *path)
{
    if (it->len > QD_EFS_PUT_MAX)
        return 0;
    put_head(out, subsys, QD_EFS_OP_PUT);
    qd_put32(out + 4, (uint32_t)it->len);
    qd_put32(out + 8, it->flags);
    qd_put16(out + 12, it->seq);
    if (it->len)
        memcpy(out + 14, it->data, it->len);
    return put_text(out, 14 + it->len, path);
}

size_t qd_efs_put_truncate(uint8_t *out, uint8_t subsys, uint16_t seq, uint32_t len,
                           const char *path)
{
    put_head(out, subsys, QD_EFS_OP_TRUNCATE);
    qd_put16(out + 4, seq);
    qd_put32(out + 6, len);
    return put_text(out, 10, path);
}

size_t qd_efs_put_sync(uint8_t *out, uint8_t subsys, uint16_t seq, const char *path)
{
    put_head(out, subsys, QD_EFS_OP_SYNC);
    qd_put16(out + 4, seq);
    return put_text(out, 6, path);
}

size_t qd_efs_put_sync_status(uint8_t *out, uint8_t subsys, uint16_t seq, uint32_t token,
                              const char *path)
{
    put_head(out, subsys, QD_EFS_OP_SYNC_STATUS);
    qd_put16(out + 4, seq);
    qd_put32(out + 6, token);
    return put_text(out, 10, path);
}

static int need(const uint8_t *p, size_t n, enum qd_efs_write_op op, size_t least,
                struct qdiag_error *e)
{
    if (n < least)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "EFS reply %d of %zu bytes, expected %zu",
                       (int)op, n, least);
    if (p[0] != 0x4B || qd_get16(p + 2) != (uint16_t)op)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL,
                       "EFS reply starts %02x %02x %02x %02x, expected operation %d", p[0], p[1],
                       p[2], p[3], (int)op);
    return 0;
}

int qd_efs_get_done(const uint8_t *p, size_t n, enum qd_efs_write_op op, int32_t *err,
                    struct qdiag_error *e)
{
    int rc = need(p, n, op, 8, e);
    if (rc)
        return rc;
    *err = qd_geti32(p + 4);
    return 0;
}

int qd_efs_get_done_seq(const uint8_t *p, size_t n, enum qd_efs_write_op op, uint16_t *seq,
                        int32_t *err, struct qdiag_error *e)
{
    int rc = need(p, n, op, 10, e);
    if (rc)
        return rc;
    *seq = qd_get16(p + 4);
    *err = qd_geti32(p + 6);
    return 0;
}

int qd_efs_get_wrote(const uint8_t *p, size_t n, int32_t fd, uint32_t offset,
                     struct qd_efs_wrote *wrote, struct qdiag_error *e)
{
    int rc = need(p, n, QD_EFS_OP_WRITE, 20, e);
    if (rc)
        return rc;
    if (qd_geti32(p + 4) != fd || qd_get32(p + 8) != offset)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL,
                       "WRITE of handle %d at %u answered for handle %d at %u", (int)fd, offset,
                       (int)qd_geti32(p + 4), qd_get32(p + 8));
    wrote->count = qd_geti32(p + 12);
    wrote->err = qd_geti32(p + 16);
    return 0;
}

int qd_efs_get_sync(const uint8_t *p, size_t n, uint32_t *token, int32_t *err,
                    struct qdiag_error *e)
{
    int rc = need(p, n, QD_EFS_OP_SYNC, 14, e);
    if (rc)
        return rc;
    *token = qd_get32(p + 6);
    *err = qd_geti32(p + 10);
    return 0;
}

int qd_efs_get_sync_status(const uint8_t *p, size_t n, uint8_t *status, int32_t *err,
                           struct qdiag_error *e)
{
    int rc = need(p, n, QD_EFS_OP_SYNC_STATUS, 11, e);
    if (rc)
        return rc;
    *status = p[6];
    *err = qd_geti32(p + 7);
    return 0;
}
