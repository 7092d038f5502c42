/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The contents of one file or item file: OPEN for reading, READ to the end, CLOSE. The size that
 * STAT or READDIR told is not used: the end is where the unit answers 0 bytes. Never gives out part
 * of a file, never leaves a handle open. */
#include "base/cancel.h"
#include "service/efs_seq.h"

static int open_once(struct qd_efs *fs, const char *path, int32_t *fd, int32_t *err,
                     struct qdiag_error *e)
{
    uint8_t req[QD_EFS_REQUEST_MAX];
    struct qd_reply r;
    size_t n = qd_efs_put_open(req, fs->subsys, path);
    int rc = qd_efs_ask(fs, QD_CMD_EFS_OPEN, req, n, &r, e);
    return rc ? rc : qd_efs_get_open(r.p, r.len, fd, err, e);
}

static int open_file(struct qd_efs *fs, const char *path, int32_t *fd, struct qdiag_error *e)
{
    int32_t err = 0;
    int rc = open_once(fs, path, fd, &err, e);
    if (rc == 0 && err) {
        rc = qd_efs_sweep(fs, err, e);
        if (rc > 0)
            rc = open_once(fs, path, fd, &err, e);
    }
    if (rc == 0 && err)
        rc = qd_efs_fail_errno("OPEN", err, e);
    return rc;
}

/* Appends the next chunk; *got = 0 at the end of the file. */
static int read_chunk(struct qd_efs *fs, int32_t fd, struct qd_buf *out, size_t *got,
                      struct qdiag_error *e)
{
    uint8_t req[16];
    struct qd_reply r;
    uint32_t at = (uint32_t)out->len;
    struct qd_efs_chunk c = {.len = QD_EFS_READ_MAX};
    size_t n = qd_efs_put_read(req, fs->subsys, fd, c.len, at);
    int rc = qd_efs_ask(fs, QD_CMD_EFS_READ, req, n, &r, e);
    if (rc == 0)
        rc = qd_efs_get_read(r.p, r.len, fd, at, &c, e);
    if (rc)
        return rc;
    if (c.err)
        return qd_efs_fail_errno("READ", c.err, e);
    *got = c.len;
    if (c.len > QD_EFS_FILE_MAX - at)
        return qd_fail(e, QDIAG_E_REFUSED, NULL, "the file goes on beyond %u bytes",
                       QD_EFS_FILE_MAX);
    return c.len && qd_buf_add(out, c.data, c.len) ? qd_nomem(e) : 0;
}

static int read_job(struct qd_efs *fs, struct qd_efs_job *job, struct qdiag_error *e)
{
    struct qd_buf *out = job->out;
    int32_t fd = -1;
    size_t got = 1;
    out->len = 0;
    int rc = open_file(fs, job->path, &fd, e);
    if (rc)
        return rc;
    while (rc == 0 && got) {
        rc = qd_cancel_check(qd_diag_context(fs->diag)->cancel, e);
        if (rc == 0)
            rc = read_chunk(fs, fd, out, &got, e);
    }
    qd_efs_close_handle(fs, QD_EFS_OP_CLOSE, (uint32_t)fd);
    return rc;
}

int qd_efs_read(struct qd_efs *fs, const char *path, struct qd_buf *out, struct qdiag_error *e)
{
    struct qd_efs_job job = {.run = read_job, .path = path, .out = out};
    int rc = qd_efs_steady(fs, &job, e);
    if (rc)
        out->len = 0;
    return rc;
}
