/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Finding out whether there is an EFS, and the requests that need no handle: STAT and READLINK.
 * Their replies repeat nothing of the request, so each is followed by a checkpoint: the reply to an
 * earlier request can then not pass unnoticed. Changes nothing on the unit. */
#include "service/efs.h"

#include <string.h>

#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"
#include "service/efs_seq.h"

#define EXIST_BATCH 32u

/* What came back on a STAT, before anybody calls it an error. */
struct stat_answer {
    uint8_t bad; /* DIAG error byte or 0 */
    int32_t err; /* EFS errno or 0 */
    struct qd_efs_stat st;
};

static int ask_stat(struct qd_efs *fs, const char *path, struct stat_answer *a,
                    struct qdiag_error *e)
{
    uint8_t req[QD_EFS_REQUEST_MAX];
    struct qd_reply r;
    memset(a, 0, sizeof *a);
    size_t n = qd_efs_put_path(req, fs->subsys, QD_EFS_OP_STAT, path);
    int rc = qd_diag_ask(fs->diag, QD_CMD_EFS_STAT, req, n, &r, e);
    if (rc)
        return rc;
    a->bad = r.bad;
    return r.bad ? 0 : qd_efs_get_stat(r.p, r.len, QD_EFS_OP_STAT, &a->err, &a->st, e);
}

static int stat_job(struct qd_efs *fs, struct qd_efs_job *job, struct qdiag_error *e)
{
    return ask_stat(fs, job->path, job->out, e);
}

static int stat_steady(struct qd_efs *fs, const char *path, struct stat_answer *a,
                       struct qdiag_error *e)
{
    struct qd_efs_job job = {.run = stat_job, .path = path, .out = a, .single = 1};
    return qd_efs_steady(fs, &job, e);
}

int qd_efs_stat(struct qd_efs *fs, const char *path, struct qd_efs_stat *st, struct qdiag_error *e)
{
    struct stat_answer a;
    struct qdiag_error own = {0};
    int rc = stat_steady(fs, path, &a, e);
    if (rc)
        return rc;
    if (a.bad)
        rc = qd_efs_fail_bad(a.bad, &own);
    else if (a.err)
        rc = qd_efs_fail_errno("STAT", a.err, &own);
    else
        *st = a.st;
    if (rc && e && !e->code) {
        *e = own;
        qd_copy_text(e->item, sizeof e->item, path);
    }
    return rc;
}

static int readlink_job(struct qd_efs *fs, struct qd_efs_job *job, struct qdiag_error *e)
{
    uint8_t req[QD_EFS_REQUEST_MAX];
    struct qd_reply r;
    struct qd_buf *out = job->out;
    const char *target = NULL;
    size_t len = 0;
    int32_t err = 0;
    out->len = 0;
    size_t n = qd_efs_put_path(req, fs->subsys, QD_EFS_OP_READLINK, job->path);
    int rc = qd_efs_ask(fs, QD_CMD_EFS_READLINK, req, n, &r, e);
    if (rc == 0)
        rc = qd_efs_get_readlink(r.p, r.len, &err, &target, &len, e);
    if (rc)
        return rc;
    if (err)
        return qd_efs_fail_errno("READLINK", err, e);
    return qd_buf_add(out, target, len) || qd_buf_terminate(out) ? qd_nomem(e) : 0;
}

int qd_efs_readlink(struct qd_efs *fs, const char *path, struct qd_buf *target,
                    struct qdiag_error *e)
{
    struct qd_efs_job job = {.run = readlink_job, .path = path, .out = target, .single = 1};
    int rc = qd_efs_steady(fs, &job, e);
    if (rc)
        target->len = 0;
    return rc;
}

/* One path's place in the answer of qd_efs_exist. */
static void note_found(const struct stat_answer *a, int8_t *found, int32_t *wire)
{
    *wire = a->bad ? -(int32_t)a->bad : a->err;
    if (*wire == 0)
        *found = 1;
    else
        *found = *wire == QD_EFS_ENOENT ? 0 : -1;
}

/* A reply that breaks the protocol is one path's trouble, noted with wire 0. */
static int note_protocol(int rc, int8_t *found, int32_t *wire)
{
    if (rc != -QDIAG_E_PROTOCOL)
        return rc;
    *found = -1;
    *wire = 0;
    return 0;
}

struct exist {
    const char *const *paths;
    int8_t *found;
    int32_t *wire;
};

/* A path too long for the unit cannot exist there; nothing is sent. */
static int too_long(const struct qd_efs *fs, const struct exist *x, size_t i)
{
    if (qd_efs_check_path(fs, x->paths[i], NULL) == 0)
        return 0;
    x->found[i] = -1;
    x->wire[i] = QD_EFS_PATH_TOO_LONG;
    return 1;
}

/* STATs without checkpoints in between. 1 = believed, 0 = to be done again, negative: fatal. */
static int exist_fast(struct qd_efs *fs, const struct exist *x, size_t from, size_t to,
                      struct qdiag_error *e)
{
    struct qdiag_error own = {0};
    struct stat_answer a;
    int rc = qd_efs_suspicious(fs) ? qd_efs_settle(fs, &own) : 0;
    uint64_t strays = qd_diag_stats(fs->diag).strays;
    for (size_t i = from; rc == 0 && i < to; i++) {
        if (too_long(fs, x, i))
            continue;
        rc = ask_stat(fs, x->paths[i], &a, &own);
        if (rc == 0)
            note_found(&a, &x->found[i], &x->wire[i]);
        else
            rc = note_protocol(rc, &x->found[i], &x->wire[i]);
        qd_error_clear(rc ? NULL : &own);
    }
    if (rc == 0)
        rc = qd_efs_settle(fs, &own);
    if (rc == 0)
        return qd_diag_stats(fs->diag).strays == strays;
    if (!qd_ends_session(rc))
        return 0;
    if (e && !e->code)
        *e = own;
    return rc;
}

/* Each STAT between checkpoints of its own. */
static int exist_slow(struct qd_efs *fs, const struct exist *x, size_t from, size_t to,
                      struct qdiag_error *e)
{
    struct stat_answer a;
    for (size_t i = from; i < to; i++) {
        struct qdiag_error own = {0};
        if (too_long(fs, x, i))
            continue;
        int rc = stat_steady(fs, x->paths[i], &a, &own);
        if (rc == 0)
            note_found(&a, &x->found[i], &x->wire[i]);
        else
            rc = note_protocol(rc, &x->found[i], &x->wire[i]);
        if (rc == 0)
            continue;
        if (e && !e->code)
            *e = own;
        return rc;
    }
    return 0;
}

int qd_efs_exist(struct qd_efs *fs, const char *const *paths, size_t n, int8_t *found,
                 int32_t *wire, struct qdiag_error *e)
{
    struct exist x = {paths, found, wire};
    for (size_t from = 0; from < n; from += EXIST_BATCH) {
        size_t to = n - from < EXIST_BATCH ? n : from + EXIST_BATCH;
        int rc = qd_cancel_check(qd_diag_context(fs->diag)->cancel, e);
        if (rc)
            return rc;
        rc = exist_fast(fs, &x, from, to, e);
        if (rc == 0)
            rc = exist_slow(fs, &x, from, to, e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* HELLO is how a client introduces itself; what it answers is only noted. Units are known that
 * refuse it, so only a lost link ends the search here. */
static int say_hello(struct qd_efs *fs, struct qdiag_error *e)
{
    uint8_t req[QD_EFS_HELLO_SIZE];
    struct qdiag_error own = {0};
    struct qd_reply r;
    struct qd_efs_hello h;
    size_t n = qd_efs_put_hello(req, fs->subsys);
    int rc = qd_efs_ask(fs, QD_CMD_EFS_HELLO, req, n, &r, &own);
    if (rc == 0)
        rc = qd_efs_get_hello(r.p, r.len, &h, &own);
    if (rc == 0) {
        fs->version = h.version;
        return 0;
    }
    qd_log(qd_diag_context(fs->diag), QDIAG_LOG_INFO, "efs", "HELLO to subsystem 0x%02x: %s",
           fs->subsys, own.why);
    if (!qd_ends_session(rc))
        return 0;
    if (e && !e->code)
        *e = own;
    return rc;
}

static int ask_limits(struct qd_efs *fs, struct qdiag_error *e)
{
    uint8_t req[4];
    struct qdiag_error own = {0};
    struct qd_reply r;
    struct qd_efs_limits q;
    size_t n = qd_efs_put_query(req, fs->subsys);
    int rc = qd_efs_ask(fs, QD_CMD_EFS_QUERY, req, n, &r, &own);
    if (rc == 0)
        rc = qd_efs_get_query(r.p, r.len, &q, &own);
    if (rc == 0) {
        fs->max_dirs = q.max_dirs;
        if (q.max_path > 0 && q.max_path < fs->max_path)
            fs->max_path = q.max_path;
        return 0;
    }
    if (!qd_ends_session(rc))
        return 0; /* optional */
    if (e && !e->code)
        *e = own;
    return rc;
}

/* Whether the root is there: STAT, and where that fails OPENDIR. */
static int look_at_root(struct qd_efs *fs, struct qdiag_error *e)
{
    struct qd_efs_stat st;
    struct qd_efs_list list = {0};
    struct qdiag_error own = {0};
    int rc = qd_efs_stat(fs, "/", &st, &own);
    if (rc == 0 && (st.mode & QD_EFS_IFMT) == QD_EFS_IFDIR)
        return 0;
    if (!qd_ends_session(rc)) {
        qd_error_clear(&own);
        rc = qd_efs_list(fs, "/", &list, &own);
        qd_efs_list_free(&list);
    }
    if (rc == 0)
        return 0;
    if (e && !e->code)
        *e = own;
    return rc;
}

int qd_efs_open(struct qd_efs *fs, struct qd_diag *d, uint8_t subsys, struct qdiag_error *e)
{
    struct qdiag_error own = {0};
    *fs = (struct qd_efs){.diag = d, .subsys = subsys, .max_path = QD_EFS_PATH_MAX};
    int rc = say_hello(fs, e);
    if (rc == 0)
        rc = ask_limits(fs, e);
    if (rc)
        return rc;
    rc = look_at_root(fs, &own);
    if (rc == 0)
        return 0;
    if (qd_ends_session(rc) || rc == -QDIAG_E_LOCKED || rc == -QDIAG_E_TIMEOUT ||
        rc == -QDIAG_E_UNSTEADY) {
        if (e && !e->code)
            *e = own;
        return rc;
    }
    return qd_fail_wire(e, QDIAG_E_UNSUPPORTED, own.wire, NULL,
                        "no file system behind subsystem 0x%02x: %s", subsys, own.why);
}
