/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One request that changes the unit. It is sent once. An answer that may be another request's is no
 * answer: the outcome is then unknown, never "done" and never "refused". */
#include "service/write_seq.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "service/efs_seq.h"

#define ENOSPC_ 28
#define EROFS_  30

void qd_written_init(struct qd_written *w)
{
    memset(w, 0, sizeof *w);
}

void qd_written_set(struct qd_written *w, enum qd_how how, const char *fmt, ...)
{
    va_list ap;
    w->how = how;
    if (w->reason[0])
        return;
    va_start(ap, fmt);
    vsnprintf(w->reason, sizeof w->reason, fmt, ap);
    va_end(ap);
}

void qd_written_doubt(struct qd_written *w)
{
    w->reason[0] = '\0';
    qd_written_set(w, QD_HOW_UNKNOWN, "a reply came out of turn, so the answer may be another's");
}

void qd_written_bad(struct qd_written *w, uint8_t bad)
{
    const char *name = qd_diag_bad_name(bad);
    enum qd_how how = QD_HOW_REFUSED;
    if (bad == 0x13 || bad == 0x14)
        how = QD_HOW_NO_SUCH;
    else if (bad == 0x42 || bad == 0x47)
        how = QD_HOW_LOCKED;
    w->bad = bad;
    qd_written_set(w, how, "error 0x%02x (%s)", bad, name ? name : "unknown");
}

void qd_written_errno(struct qd_written *w, const char *op, int32_t err)
{
    const char *name = qd_efs_errno_name(err);
    enum qd_how how = QD_HOW_REFUSED;
    w->wire = err;
    if (err == 0) {
        w->how = QD_HOW_DONE;
        return;
    }
    if (err == ENOSPC_)
        how = QD_HOW_FULL;
    else if (err == EROFS_)
        how = QD_HOW_READ_ONLY;
    else if (err == QD_EFS_ENOENT)
        how = QD_HOW_NO_SUCH;
    if (err < 0 || err >= 0x40000000)
        qd_written_set(w, how, "%s: errno 0x%x (%s)", op, (unsigned)err, name ? name : "unknown");
    else
        qd_written_set(w, how, "%s: errno %d (%s)", op, (int)err, name ? name : "unknown");
}

int qd_written_failed(struct qd_written *w, int rc, const struct qdiag_error *own,
                      struct qdiag_error *e)
{
    int sent = own->touch == QDIAG_TOUCH_UNKNOWN;
    qd_written_set(w, sent ? QD_HOW_UNKNOWN : QD_HOW_NOT_SENT, "%s%s%s", own->what,
                   own->why[0] ? ": " : "", own->why);
    if (!qd_ends_session(rc))
        return 0;
    if (e && !e->code)
        *e = *own;
    else if (e && sent)
        e->touch = QDIAG_TOUCH_UNKNOWN;
    return rc;
}

int qd_write_ask(struct qd_diag *d, const struct qd_write_request *rq, struct qd_write_reply *r,
                 struct qd_written *w, struct qdiag_error *e)
{
    struct qdiag_error own = {0};
    struct qd_reply reply;
    int rc = qd_diag_ask(d, rq->cmd, rq->p, rq->n, &reply, &own);
    if (rc)
        return qd_written_failed(w, rc, &own, e);
    if (reply.bad) {
        qd_written_bad(w, reply.bad);
        return 0;
    }
    w->how = QD_HOW_DONE;
    r->len = reply.len;
    memcpy(r->p, reply.p, reply.len < sizeof r->p ? reply.len : sizeof r->p);
    return 0;
}

/* The checkpoint after the reply. Whatever the reply said, it counts only when this goes well. */
static int settle_after(struct qd_efs *fs, uint64_t strays, struct qd_written *w,
                        struct qdiag_error *e)
{
    struct qdiag_error own = {0};
    int rc = qd_efs_settle(fs, &own);
    if (rc == 0 && qd_diag_stats(fs->diag).strays == strays)
        return 0;
    qd_written_doubt(w);
    if (rc == 0)
        return 0;
    own.touch = QDIAG_TOUCH_UNKNOWN;
    return qd_written_failed(w, rc, &own, e);
}

int qd_write_alone(struct qd_efs *fs, const struct qd_write_request *rq, struct qd_write_reply *r,
                   struct qd_written *w, struct qdiag_error *e)
{
    struct qdiag_error own = {0};
    struct qd_diag_stats before = qd_diag_stats(fs->diag);
    int rc = before.strays || before.timeouts ? qd_efs_settle(fs, &own) : 0;
    if (rc)
        return qd_written_failed(w, rc, &own, e);
    before = qd_diag_stats(fs->diag);
    rc = qd_write_ask(fs->diag, rq, r, w, e);
    if (rc || w->how == QD_HOW_NOT_SENT)
        return rc;
    return settle_after(fs, before.strays, w, e);
}

int qd_write_path(const struct qd_efs *fs, const char *path, struct qd_written *w)
{
    struct qdiag_error own = {0};
    int rc = qd_efs_check_path(fs, path, &own);
    if (rc)
        qd_written_set(w, QD_HOW_REFUSED, "%s", own.why);
    return rc;
}
