/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Contents of files: OPEN, WRITE in chunks, CLOSE; and PUT for item files. A count that is not the
 * one sent, a refusal after the file was opened, or a reply that cannot be trusted is never "done".
 * It must never remove the old file, and never write to a handle that may be another file's. */
#include "service/efs_write.h"

#include "base/log.h"
#include "service/efs_seq.h"
#include "service/efs_write_codec.h"
#include "service/write_seq.h"

#define FILE_FLAGS (QD_EFS_O_WRONLY | QD_EFS_O_CREAT | QD_EFS_O_TRUNC)
#define ITEM_FLAGS (FILE_FLAGS | QD_EFS_O_ITEMFILE)

struct job {
    const char *path;
    uint32_t flags;
    const struct qd_efs_contents *c;
};

/* The checkpoint behind OPEN proves that the handle is this file's. When it fails, a handle may be
 * open and the file empty: UNKNOWN. */
static int open_once(struct qd_efs *fs, const struct job *job, int32_t *fd, struct qd_written *w,
                     struct qdiag_error *e)
{
    uint8_t req[QD_EFS_REQUEST_MAX];
    struct qd_write_reply r = {0};
    struct qdiag_error own = {0};
    int32_t err = 0;
    size_t n = qd_efs_put_open_write(req, fs->subsys, job->flags, job->c->mode & 07777, job->path);
    qd_written_init(w);
    *fd = -1;
    int rc =
        qd_write_alone(fs, &(struct qd_write_request){QD_CMD_EFS_OPEN_WRITE, req, n}, &r, w, e);
    if (w->how != QD_HOW_DONE) {
        if (rc == 0 && r.len >= 12 && qd_efs_get_open(r.p, r.len, fd, &err, NULL) == 0 && err == 0)
            qd_efs_close_handle(fs, QD_EFS_OP_CLOSE, (uint32_t)*fd); /* nothing else is open */
        *fd = -1;
        return rc;
    }
    if (qd_efs_get_open(r.p, r.len, fd, &err, &own)) {
        qd_written_set(w, QD_HOW_UNKNOWN, "%s", own.why);
        *fd = -1;
        return rc;
    }
    qd_written_errno(w, "OPEN", err);
    if (err)
        *fd = -1;
    return rc;
}

static int open_file(struct qd_efs *fs, const struct job *job, int32_t *fd, struct qd_written *w,
                     struct qdiag_error *e)
{
    struct qdiag_error own = {0};
    int rc = open_once(fs, job, fd, w, e);
    if (rc || w->how != QD_HOW_REFUSED || w->wire == 0)
        return rc;
    /* Refused with an errno, so nothing happened: once more when handles were in the way. */
    int swept = qd_efs_sweep(fs, w->wire, &own);
    if (swept < 0)
        return qd_written_failed(w, swept, &own, e);
    return swept ? open_once(fs, job, fd, w, e) : 0;
}

/* After OPEN the file is cut or new: what goes wrong from here on leaves a part. */
static void now_part(struct qd_written *w)
{
    w->full = w->how == QD_HOW_FULL;
    if (w->how != QD_HOW_DONE && w->how != QD_HOW_UNKNOWN)
        w->how = QD_HOW_PART;
}

static size_t chunk_len(const struct qd_efs_contents *c, size_t at)
{
    size_t left = c->len - at;
    return left < QD_EFS_WRITE_MAX ? left : QD_EFS_WRITE_MAX;
}

static int write_chunk(struct qd_efs *fs, int32_t fd, const struct qd_efs_contents *c, size_t at,
                       struct qd_written *w, struct qdiag_error *e)
{
    uint8_t req[QD_EFS_CHUNK_MAX];
    struct qd_write_reply r;
    struct qdiag_error own = {0};
    struct qd_efs_wrote wrote = {0};
    size_t len = chunk_len(c, at);
    size_t n = qd_efs_put_write(req, fs->subsys, fd, (uint32_t)at, c->data + at, len);
    struct qd_write_request rq = {QD_CMD_EFS_WRITE, req, n};
    int rc = qd_write_ask(fs->diag, &rq, &r, w, e);
    if (rc || w->how != QD_HOW_DONE)
        return rc;
    if (qd_efs_get_wrote(r.p, r.len, fd, (uint32_t)at, &wrote, &own)) {
        qd_written_set(w, QD_HOW_UNKNOWN, "%s", own.why);
        return 0;
    }
    qd_written_errno(w, "WRITE", wrote.err);
    if (wrote.err == 0 && wrote.count != (int32_t)len)
        qd_written_set(w, QD_HOW_PART, "WRITE at %zu: the unit says %d of %zu bytes", at,
                       (int)wrote.count, len);
    return 0;
}

static int write_all(struct qd_efs *fs, int32_t fd, const struct qd_efs_contents *c,
                     struct qd_written *w, struct qdiag_error *e)
{
    int rc = 0;
    for (size_t at = 0; rc == 0 && w->how == QD_HOW_DONE && at < c->len; at += chunk_len(c, at))
        rc = write_chunk(fs, fd, c, at, w, e);
    return rc;
}

/* An errno of CLOSE may mean that the contents did not reach the flash. */
static int close_file(struct qd_efs *fs, int32_t fd, struct qd_written *w, struct qdiag_error *e)
{
    uint8_t req[8];
    struct qd_write_reply r;
    struct qdiag_error own = {0};
    int32_t err = 0;
    if (w->how != QD_HOW_DONE) { /* it has failed already; this is only to leave nothing open */
        qd_efs_close_handle(fs, QD_EFS_OP_CLOSE, (uint32_t)fd);
        return 0;
    }
    size_t n = qd_efs_put_handle(req, fs->subsys, QD_EFS_OP_CLOSE, (uint32_t)fd);
    int rc =
        qd_write_alone(fs, &(struct qd_write_request){QD_CMD_EFS_CLOSE_WRITE, req, n}, &r, w, e);
    if (rc || w->how != QD_HOW_DONE)
        return rc;
    if (qd_efs_get_status(r.p, r.len, QD_EFS_OP_CLOSE, &err, &own))
        qd_written_set(w, QD_HOW_UNKNOWN, "%s", own.why);
    else
        qd_written_errno(w, "CLOSE", err);
    return 0;
}

static int write_contents(struct qd_efs *fs, const struct job *job, struct qd_written *w,
                          struct qdiag_error *e)
{
    int32_t fd = -1;
    if (job->c->len > QD_EFS_FILE_MAX) {
        qd_written_set(w, QD_HOW_REFUSED, "%zu bytes, at most %u are written", job->c->len,
                       QD_EFS_FILE_MAX);
        return 0;
    }
    int rc = open_file(fs, job, &fd, w, e);
    if (rc || fd < 0)
        return rc;
    uint64_t strays = qd_diag_stats(fs->diag).strays;
    rc = write_all(fs, fd, job->c, w, e);
    if (rc == 0)
        rc = close_file(fs, fd, w, e);
    now_part(w);
    if (w->how == QD_HOW_DONE && qd_diag_stats(fs->diag).strays != strays)
        qd_written_doubt(w);
    return rc;
}

int qd_efs_write_file(struct qd_efs *fs, const char *path, const struct qd_efs_contents *c,
                      struct qd_written *w, struct qdiag_error *e)
{
    struct job job = {path, FILE_FLAGS, c};
    qd_written_init(w);
    return qd_write_path(fs, path, w) ? 0 : write_contents(fs, &job, w, e);
}

/* PUT: everything in one request, so the outcome is one of old, new and unknown. */
static int put_item(struct qd_efs *fs, const struct job *job, struct qd_written *w,
                    struct qdiag_error *e)
{
    uint8_t req[QD_EFS_PUT_SIZE_MAX];
    struct qd_efs_item it = {job->flags | QD_EFS_O_AUTODIR, ++fs->seq, job->c->data, job->c->len};
    struct qd_write_reply r;
    struct qdiag_error own = {0};
    uint16_t seq = 0;
    int32_t err = 0;
    size_t n = qd_efs_put_item(req, fs->subsys, &it, job->path);
    int rc = qd_write_alone(fs, &(struct qd_write_request){QD_CMD_EFS_PUT, req, n}, &r, w, e);
    if (rc || w->how != QD_HOW_DONE)
        return rc;
    if (qd_efs_get_done_seq(r.p, r.len, QD_EFS_OP_PUT, &seq, &err, &own)) {
        qd_written_set(w, QD_HOW_UNKNOWN, "%s", own.why);
        return 0;
    }
    if (seq != it.seq)
        qd_log(qd_diag_context(fs->diag), QDIAG_LOG_DEBUG, "efs",
               "PUT number %u answered with number %u", it.seq, seq);
    qd_written_errno(w, "PUT", err);
    return 0;
}

int qd_efs_write_item(struct qd_efs *fs, const char *path, const struct qd_efs_contents *c,
                      struct qd_written *w, struct qdiag_error *e)
{
    struct job job = {path, ITEM_FLAGS, c};
    qd_written_init(w);
    if (qd_write_path(fs, path, w))
        return 0;
    return c->len > QD_EFS_PUT_MAX ? write_contents(fs, &job, w, e) : put_item(fs, &job, w, e);
}
