/* SPDX-License-Identifier: BSD-3-Clause
 *
 * When the answers of several EFS requests may be believed. OPEN, OPENDIR, STAT and CLOSE replies
 * repeat nothing of their request, and READ replies carry a handle number that the next file has as
 * well: a late or doubled reply can pass for the wrong file's. It cannot do so without leaving one
 * reply over, and the session counts those. So: no stray during the work, or the work is redone. */
#include "service/efs_seq.h"

#include <string.h>

#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"

#define ATTEMPTS         3
#define LATE_HANDLES_MAX 16 /* closed per checkpoint; the session keeps only a few */

int qd_efs_suspicious(const struct qd_efs *fs)
{
    return qd_diag_stats(fs->diag).strays > 0;
}

int qd_efs_fail_bad(uint8_t bad, struct qdiag_error *e)
{
    const char *name = qd_diag_bad_name(bad);
    enum qdiag_code code = QDIAG_E_REFUSED;
    if (bad == 0x13)
        code = QDIAG_E_UNSUPPORTED;
    else if (bad == 0x42 || bad == 0x47)
        code = QDIAG_E_LOCKED;
    return qd_fail_wire(e, code, bad, NULL, "error 0x%02x (%s)", bad, name ? name : "unknown");
}

int qd_efs_fail_errno(const char *op, int32_t err, struct qdiag_error *e)
{
    enum qdiag_code code = err == QD_EFS_ENOENT ? QDIAG_E_ABSENT : QDIAG_E_REFUSED;
    const char *name = qd_efs_errno_name(err);
    if (err < 0 || err >= 0x40000000)
        return qd_fail_wire(e, code, err, NULL, "%s: errno 0x%x (%s)", op, (unsigned)err,
                            name ? name : "unknown");
    return qd_fail_wire(e, code, err, NULL, "%s: errno %d (%s)", op, (int)err,
                        name ? name : "unknown");
}

int qd_efs_check_path(const struct qd_efs *fs, const char *path, struct qdiag_error *e)
{
    size_t n = strlen(path);
    if (n > fs->max_path)
        return qd_fail(e, QDIAG_E_REFUSED, path, "path of %zu bytes, the unit takes %u at most", n,
                       fs->max_path);
    return 0;
}

int qd_efs_ask(struct qd_efs *fs, enum qd_cmd cmd, const uint8_t *req, size_t n, struct qd_reply *r,
               struct qdiag_error *e)
{
    int rc = qd_diag_ask(fs->diag, cmd, req, n, r, e);
    if (rc == 0 && r->bad)
        rc = qd_efs_fail_bad(r->bad, e);
    return rc;
}

static int close_once(struct qd_efs *fs, uint8_t subsys, enum qd_efs_op op, uint32_t handle,
                      struct qdiag_error *e)
{
    uint8_t req[8];
    struct qd_reply r;
    int32_t err = 0;
    size_t n = qd_efs_put_handle(req, subsys, op, handle);
    int rc = qd_efs_ask(fs, op == QD_EFS_OP_CLOSE ? QD_CMD_EFS_CLOSE : QD_CMD_EFS_CLOSEDIR, req, n,
                        &r, e);
    if (rc == 0)
        rc = qd_efs_get_status(r.p, r.len, op, &err, e);
    if (rc == 0 && err)
        rc = qd_efs_fail_errno(op == QD_EFS_OP_CLOSE ? "CLOSE" : "CLOSEDIR", err, e);
    return rc;
}

void qd_efs_close_handle(struct qd_efs *fs, enum qd_efs_op op, uint32_t handle)
{
    struct qdiag_error own = {0};
    int rc = close_once(fs, fs->subsys, op, handle, &own);
    if (rc == -QDIAG_E_TIMEOUT) {
        /* The request or its reply is lost. Nothing else is open, so asking again is safe once
         * everything said before has been heard. */
        struct qdiag_error again = {0};
        rc = qd_diag_checkpoint(fs->diag, &again);
        if (rc == 0)
            rc = close_once(fs, fs->subsys, op, handle, &again);
        own = again;
    }
    if (rc)
        qd_log(qd_diag_context(fs->diag), QDIAG_LOG_WARN, "efs", "closing handle %u: %s; %s",
               handle, own.what, own.why);
}

/* Closes the handle a late reply carries; its own subsystem is in the reply. */
static int close_late(struct qd_efs *fs, const struct qd_reply *r, enum qd_efs_op op,
                      struct qdiag_error *e)
{
    struct qdiag_error own = {0};
    uint32_t handle = 0;
    int32_t fd = -1, err = -1;
    int rc;
    if (r->bad || r->len < 4)
        return 0;
    uint8_t subsys = r->p[1]; /* r is gone after the next request */
    if (op == QD_EFS_OP_CLOSE) {
        rc = qd_efs_get_open(r->p, r->len, &fd, &err, NULL);
        handle = (uint32_t)fd;
    } else {
        rc = qd_efs_get_opendir(r->p, r->len, &handle, &err, NULL);
    }
    if (rc || err)
        return 0; /* it opened nothing */
    rc = close_once(fs, subsys, op, handle, &own);
    if (!qd_ends_session(rc))
        return 0; /* an errno: it was closed already */
    if (e && !e->code)
        *e = own;
    return rc;
}

int qd_efs_settle(struct qd_efs *fs, struct qdiag_error *e)
{
    struct qd_reply r;
    int rc = qd_diag_checkpoint(fs->diag, e);
    for (int i = 0; rc == 0 && i < LATE_HANDLES_MAX; i++) {
        if (qd_diag_take_stray(fs->diag, QD_CMD_EFS_OPEN, &r) ||
            qd_diag_take_stray(fs->diag, QD_CMD_EFS_OPEN_WRITE, &r))
            rc = close_late(fs, &r, QD_EFS_OP_CLOSE, e);
        else if (qd_diag_take_stray(fs->diag, QD_CMD_EFS_OPENDIR, &r))
            rc = close_late(fs, &r, QD_EFS_OP_CLOSEDIR, e);
        else
            break;
    }
    return rc;
}

enum verdict { BELIEVED, DISTURBED, TIMED_OUT, FATAL };

/* One attempt; *rc is the job's own result, to be used when it is BELIEVED or FATAL. */
static enum verdict attempt(struct qd_efs *fs, struct qd_efs_job *job, int lead, int *rc,
                            struct qdiag_error *e)
{
    struct qdiag_error settled = {0};
    int bracket = lead || job->single;
    *rc = lead ? qd_efs_settle(fs, e) : 0;
    if (*rc)
        return *rc == -QDIAG_E_TIMEOUT ? TIMED_OUT : FATAL;
    struct qd_diag_stats before = qd_diag_stats(fs->diag);
    *rc = job->run(fs, job, e);
    if (qd_ends_session(*rc))
        return FATAL;
    struct qd_diag_stats after = qd_diag_stats(fs->diag);
    if (bracket || after.strays != before.strays || after.timeouts != before.timeouts) {
        int end = qd_efs_settle(fs, &settled);
        if (end && end != -QDIAG_E_TIMEOUT) {
            *e = settled;
            *rc = end;
            return FATAL;
        }
        if (end) {
            *e = settled;
            return TIMED_OUT;
        }
    }
    if (*rc == -QDIAG_E_TIMEOUT)
        return TIMED_OUT;
    return qd_diag_stats(fs->diag).strays == before.strays ? BELIEVED : DISTURBED;
}

/* Hands the error up under the name of the path it belongs to. */
static int finish(const char *path, int rc, const struct qdiag_error *own, struct qdiag_error *e)
{
    if (rc == 0 || !e || e->code)
        return rc;
    *e = *own;
    if (!qd_ends_session(rc))
        qd_copy_text(e->item, sizeof e->item, path);
    return rc;
}

int qd_efs_steady(struct qd_efs *fs, struct qd_efs_job *job, struct qdiag_error *e)
{
    const struct qdiag_context *ctx = qd_diag_context(fs->diag);
    struct qdiag_error own = {0};
    enum verdict v = DISTURBED;
    int rc = qd_efs_check_path(fs, job->path, &own);
    if (rc)
        return finish(job->path, rc, &own, e);
    for (int i = 0; i < ATTEMPTS; i++) {
        rc = qd_cancel_check(ctx->cancel, e);
        if (rc)
            return rc;
        qd_error_clear(&own);
        v = attempt(fs, job, qd_efs_suspicious(fs), &rc, &own);
        if (v == BELIEVED || v == FATAL)
            return finish(job->path, rc, &own, e);
        qd_log(ctx, QDIAG_LOG_WARN, "efs", "%s: attempt %d %s", job->path, i + 1,
               v == TIMED_OUT ? "got no answer in time" : "was disturbed by replies out of turn");
    }
    if (v == TIMED_OUT)
        return finish(job->path, -QDIAG_E_TIMEOUT, &own, e);
    qd_error_clear(&own);
    rc =
        qd_fail(&own, QDIAG_E_UNSTEADY, NULL, "%d attempts, replies out of turn in each", ATTEMPTS);
    return finish(job->path, rc, &own, e);
}

static int close_range(struct qd_efs *fs, enum qd_efs_op op, uint32_t first, struct qdiag_error *e)
{
    for (uint32_t h = first; h <= 9; h++) {
        struct qdiag_error own = {0};
        int rc = close_once(fs, fs->subsys, op, h, &own);
        if (!qd_ends_session(rc))
            continue;
        if (e && !e->code)
            *e = own;
        return rc;
    }
    return 0;
}

int qd_efs_sweep(struct qd_efs *fs, int32_t err, struct qdiag_error *e)
{
    int files = err == QD_EFS_TOO_MANY_FILES || err == QD_EFS_EMFILE;
    int dirs = files || err == QD_EFS_EACCES || err == QD_EFS_TOO_MANY_DIRS || err == QD_EFS_EBADF;
    int rc = 0, swept = 0;
    if (dirs && !(fs->swept & QD_EFS_SWEPT_DIRS)) {
        fs->swept |= QD_EFS_SWEPT_DIRS;
        swept = 1;
        rc = close_range(fs, QD_EFS_OP_CLOSEDIR, 1, e);
    }
    if (rc == 0 && files && !(fs->swept & QD_EFS_SWEPT_FILES)) {
        fs->swept |= QD_EFS_SWEPT_FILES;
        swept = 1;
        rc = close_range(fs, QD_EFS_OP_CLOSE, 0, e);
    }
    if (swept)
        qd_log(qd_diag_context(fs->diag), QDIAG_LOG_INFO, "efs",
               "errno %d: closed what an earlier client may have left open", (int)err);
    return rc ? rc : swept;
}
