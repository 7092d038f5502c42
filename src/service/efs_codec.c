/* SPDX-License-Identifier: BSD-3-Clause
 *
 * EFS2 requests and replies. Pure: bytes in, values out. No offset or count of a reply is used
 * before it was compared with the bytes that are there. */
#include "service/efs_codec.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

static size_t put_head(uint8_t *out, uint8_t subsys, enum qd_efs_op op)
{
    out[0] = 0x4B;
    out[1] = subsys;
    qd_put16(out + 2, (uint16_t)op);
    return 4;
}

/* Appends a path and its NUL at `at`; 0 when it is too long. */
static size_t put_text(uint8_t *out, size_t at, const char *path)
{
    size_t n = strlen(path);
    if (n > QD_EFS_PATH_MAX)
        return 0;
    memcpy(out + at, path, n + 1);
    return at + n + 1;
}

size_t qd_efs_put_hello(uint8_t *out, uint8_t subsys)
{
    size_t at = put_head(out, subsys, QD_EFS_OP_HELLO);
    for (int i = 0; i < 6; i++, at += 4) /* packet and byte windows, three directions */
        qd_put32(out + at, 0x00100000);
    for (int i = 0; i < 3; i++, at += 4) /* version, lowest, highest */
        qd_put32(out + at, 1);
    qd_put32(out + at, 0xFFFFFFFF); /* features */
    return at + 4;
}

size_t qd_efs_put_query(uint8_t *out, uint8_t subsys)
{
    return put_head(out, subsys, QD_EFS_OP_QUERY);
}

size_t qd_efs_put_open(uint8_t *out, uint8_t subsys, const char *path)
{
    put_head(out, subsys, QD_EFS_OP_OPEN);
    memset(out + 4, 0, 8); /* oflag 0 = read only, mode 0 */
    return put_text(out, 12, path);
}

size_t qd_efs_put_read(uint8_t *out, uint8_t subsys, int32_t fd, uint32_t count, uint32_t offset)
{
    put_head(out, subsys, QD_EFS_OP_READ);
    qd_put32(out + 4, (uint32_t)fd);
    qd_put32(out + 8, count);
    qd_put32(out + 12, offset);
    return 16;
}

size_t qd_efs_put_readdir(uint8_t *out, uint8_t subsys, uint32_t dirp, uint32_t seqno)
{
    put_head(out, subsys, QD_EFS_OP_READDIR);
    qd_put32(out + 4, dirp);
    qd_put32(out + 8, seqno);
    return 12;
}

size_t qd_efs_put_path(uint8_t *out, uint8_t subsys, enum qd_efs_op op, const char *path)
{
    assert(op == QD_EFS_OP_READLINK || op == QD_EFS_OP_OPENDIR || op == QD_EFS_OP_STAT ||
           op == QD_EFS_OP_LSTAT);
    return put_text(out, put_head(out, subsys, op), path);
}

size_t qd_efs_put_handle(uint8_t *out, uint8_t subsys, enum qd_efs_op op, uint32_t handle)
{
    assert(op == QD_EFS_OP_CLOSE || op == QD_EFS_OP_CLOSEDIR || op == QD_EFS_OP_FSTAT);
    put_head(out, subsys, op);
    qd_put32(out + 4, handle);
    return 8;
}

/* Checks the first four bytes and the least length of a reply. */
static int need(const uint8_t *p, size_t n, enum qd_efs_op op, size_t least, struct qdiag_error *e)
{
    if (n < least || n < 4)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "EFS reply %d of %zu bytes, expected %zu",
                       (int)op, n, least);
    if (p[0] != 0x4B || qd_get16(p + 2) != (uint16_t)op)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL,
                       "EFS reply starts %02x %02x %02x %02x, expected operation %d", p[0], p[1],
                       p[2], p[3], (int)op);
    return 0;
}

int qd_efs_get_hello(const uint8_t *p, size_t n, struct qd_efs_hello *h, struct qdiag_error *e)
{
    int rc = need(p, n, QD_EFS_OP_HELLO, QD_EFS_HELLO_SIZE, e);
    if (rc)
        return rc;
    h->version = qd_get32(p + 28);
    h->min_version = qd_get32(p + 32);
    h->max_version = qd_get32(p + 36);
    h->features = qd_get32(p + 40);
    return 0;
}

int qd_efs_get_query(const uint8_t *p, size_t n, struct qd_efs_limits *q, struct qdiag_error *e)
{
    int rc = need(p, n, QD_EFS_OP_QUERY, 28, e);
    if (rc)
        return rc;
    q->max_name = qd_get32(p + 4);
    q->max_path = qd_get32(p + 8);
    q->max_dirs = qd_get32(p + 20);
    return 0;
}

int qd_efs_get_open(const uint8_t *p, size_t n, int32_t *fd, int32_t *err, struct qdiag_error *e)
{
    int rc = need(p, n, QD_EFS_OP_OPEN, 12, e);
    if (rc)
        return rc;
    *fd = qd_geti32(p + 4);
    *err = qd_geti32(p + 8);
    if (*err == 0 && *fd < 0)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "OPEN answered handle %d with errno 0", (int)*fd);
    return 0;
}

int qd_efs_get_opendir(const uint8_t *p, size_t n, uint32_t *dirp, int32_t *err,
                       struct qdiag_error *e)
{
    int rc = need(p, n, QD_EFS_OP_OPENDIR, 12, e);
    if (rc)
        return rc;
    *dirp = qd_get32(p + 4);
    *err = qd_geti32(p + 8);
    if (*err == 0 && *dirp == 0)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "OPENDIR answered handle 0 with errno 0");
    return 0;
}

int qd_efs_get_status(const uint8_t *p, size_t n, enum qd_efs_op op, int32_t *err,
                      struct qdiag_error *e)
{
    int rc = need(p, n, op, 8, e);
    if (rc)
        return rc;
    *err = qd_geti32(p + 4);
    return 0;
}

int qd_efs_get_read(const uint8_t *p, size_t n, int32_t fd, uint32_t offset, struct qd_efs_chunk *c,
                    struct qdiag_error *e)
{
    int rc = need(p, n, QD_EFS_OP_READ, 20, e);
    if (rc)
        return rc;
    if (qd_geti32(p + 4) != fd || qd_get32(p + 8) != offset)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL,
                       "READ of handle %d at %u answered for handle %d at %u", (int)fd, offset,
                       (int)qd_geti32(p + 4), qd_get32(p + 8));
    int32_t count = qd_geti32(p + 12);
    c->err = qd_geti32(p + 16);
    if (c->err) {
        c->len = 0;
        return 0;
    }
    if (count < 0)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "READ at %u answered %d bytes with errno 0",
                       offset, (int)count);
    if ((uint32_t)count > c->len)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "READ at %u answered %d bytes, %u were asked",
                       offset, (int)count, c->len);
    if ((size_t)count > n - 20)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "READ at %u says %d bytes and carries %zu",
                       offset, (int)count, n - 20);
    c->data = p + 20;
    c->len = (uint32_t)count;
    return 0;
}

static size_t text_len(const uint8_t *p, size_t n)
{
    const uint8_t *nul = n ? memchr(p, 0, n) : NULL;
    return nul ? (size_t)(nul - p) : n;
}

static void get_entry(const uint8_t *p, size_t n, struct qd_efs_record *r)
{
    r->type = qd_get32(p + 16);
    r->st.mode = qd_get32(p + 20);
    r->st.size = qd_get32(p + 24);
    r->st.atime = qd_get32(p + 28);
    r->st.mtime = qd_get32(p + 32);
    r->st.ctime = qd_get32(p + 36);
    r->name = (const char *)p + 40;
    r->name_len = text_len(p + 40, n - 40);
    r->end = r->name_len == 0; /* also the 40-byte record some units send */
}

int qd_efs_get_readdir(const uint8_t *p, size_t n, uint32_t dirp, uint32_t seqno,
                       struct qd_efs_record *r, struct qdiag_error *e)
{
    int rc = need(p, n, QD_EFS_OP_READDIR, 16, e);
    if (rc)
        return rc;
    if (qd_get32(p + 4) != dirp || qd_get32(p + 8) != seqno)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL,
                       "READDIR of handle %u entry %u answered for handle %u entry %u", dirp, seqno,
                       qd_get32(p + 4), qd_get32(p + 8));
    memset(r, 0, sizeof *r);
    r->err = qd_geti32(p + 12);
    if (r->err == QD_EFS_INVALID_SEQ_NO) { /* some units end a folder so */
        r->err = 0;
        r->end = 1;
    }
    if (r->err || r->end)
        return 0;
    if (n < 40)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "READDIR entry of %zu bytes, expected 40", n);
    get_entry(p, n, r);
    return 0;
}

int qd_efs_get_readlink(const uint8_t *p, size_t n, int32_t *err, const char **target, size_t *len,
                        struct qdiag_error *e)
{
    int rc = qd_efs_get_status(p, n, QD_EFS_OP_READLINK, err, e);
    if (rc || *err)
        return rc;
    *target = (const char *)p + 8;
    *len = text_len(p + 8, n - 8);
    if (*len == 0)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "READLINK answered an empty target");
    return 0;
}

int qd_efs_get_stat(const uint8_t *p, size_t n, enum qd_efs_op op, int32_t *err,
                    struct qd_efs_stat *st, struct qdiag_error *e)
{
    int rc = qd_efs_get_status(p, n, op, err, e);
    if (rc || *err)
        return rc;
    rc = need(p, n, op, op == QD_EFS_OP_LSTAT ? 24 : 32, e);
    if (rc)
        return rc;
    memset(st, 0, sizeof *st);
    st->mode = qd_get32(p + 8);
    size_t times = 12;
    if (op != QD_EFS_OP_LSTAT) {
        st->size = qd_get32(p + 12);
        st->nlink = qd_get32(p + 16);
        times = 20;
    }
    st->atime = qd_get32(p + times);
    st->mtime = qd_get32(p + times + 4);
    st->ctime = qd_get32(p + times + 8);
    return 0;
}

const char *qd_efs_errno_name(int32_t err)
{
    static const struct {
        int32_t number;
        const char *name;
    } table[] = {
#define QD_EFS_ERRNO(number, name) {number, name},
#include "service/efs_errno.def"
#undef QD_EFS_ERRNO
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].number == err)
            return table[i].name;
    return NULL;
}
