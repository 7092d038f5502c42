/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Names and modes: one request each, whose reply repeats nothing of it, hence the checkpoints.
 * "Exists" of MKDIR and "not there" of UNLINK and RMDIR are what the caller wants, but with the
 * errno told: it is the caller that looks what is there. */
#include "service/efs_seq.h"
#include "service/efs_write.h"
#include "service/efs_write_codec.h"
#include "service/write_seq.h"

#define EEXIST_ 17
#define ENXIO_  6 /* how some units spell EEXIST of MKDIR */

struct change {
    const char *name;
    enum qd_cmd cmd;
    enum qd_efs_write_op op;
    int32_t fine[2]; /* errnos that leave what was wanted; 0 = none */
};

static int change(struct qd_efs *fs, const struct change *c, const uint8_t *req, size_t n,
                  struct qd_written *w, struct qdiag_error *e)
{
    struct qd_write_reply r;
    struct qdiag_error own = {0};
    int32_t err = 0;
    if (n == 0) {
        qd_written_set(w, QD_HOW_REFUSED, "%s: path too long", c->name);
        return 0;
    }
    int rc = qd_write_alone(fs, &(struct qd_write_request){c->cmd, req, n}, &r, w, e);
    if (rc || w->how != QD_HOW_DONE)
        return rc;
    if (qd_efs_get_done(r.p, r.len, c->op, &err, &own))
        qd_written_set(w, QD_HOW_UNKNOWN, "%s", own.why);
    else if (err && (err == c->fine[0] || err == c->fine[1]))
        w->wire = err;
    else
        qd_written_errno(w, c->name, err);
    return 0;
}

int qd_efs_mkdir(struct qd_efs *fs, const char *path, uint32_t mode, struct qd_written *w,
                 struct qdiag_error *e)
{
    static const struct change c = {"MKDIR", QD_CMD_EFS_MKDIR, QD_EFS_OP_MKDIR, {EEXIST_, ENXIO_}};
    uint8_t req[QD_EFS_REQUEST_MAX];
    qd_written_init(w);
    if (qd_write_path(fs, path, w))
        return 0;
    return change(fs, &c, req, qd_efs_put_mode(req, fs->subsys, c.op, mode, path), w, e);
}

int qd_efs_unlink(struct qd_efs *fs, const char *path, struct qd_written *w, struct qdiag_error *e)
{
    static const struct change c = {"UNLINK", QD_CMD_EFS_UNLINK, QD_EFS_OP_UNLINK, {QD_EFS_ENOENT}};
    uint8_t req[QD_EFS_REQUEST_MAX];
    qd_written_init(w);
    if (qd_write_path(fs, path, w))
        return 0;
    return change(fs, &c, req, qd_efs_put_name(req, fs->subsys, c.op, path), w, e);
}

int qd_efs_rmdir(struct qd_efs *fs, const char *path, struct qd_written *w, struct qdiag_error *e)
{
    static const struct change c = {"RMDIR", QD_CMD_EFS_RMDIR, QD_EFS_OP_RMDIR, {QD_EFS_ENOENT}};
    uint8_t req[QD_EFS_REQUEST_MAX];
    qd_written_init(w);
    if (qd_write_path(fs, path, w))
        return 0;
    return change(fs, &c, req, qd_efs_put_name(req, fs->subsys, c.op, path), w, e);
}

int qd_efs_rename(struct qd_efs *fs, const char *from, const char *to, struct qd_written *w,
                  struct qdiag_error *e)
{
    static const struct change c = {"RENAME", QD_CMD_EFS_RENAME, QD_EFS_OP_RENAME, {0}};
    uint8_t req[QD_EFS_TWO_PATHS_MAX];
    qd_written_init(w);
    if (qd_write_path(fs, from, w) || qd_write_path(fs, to, w))
        return 0;
    return change(fs, &c, req, qd_efs_put_names(req, fs->subsys, c.op, from, to), w, e);
}

int qd_efs_symlink(struct qd_efs *fs, const char *target, const char *path, struct qd_written *w,
                   struct qdiag_error *e)
{
    static const struct change c = {"SYMLINK", QD_CMD_EFS_SYMLINK, QD_EFS_OP_SYMLINK, {0}};
    uint8_t req[QD_EFS_TWO_PATHS_MAX];
    qd_written_init(w);
    if (qd_write_path(fs, target, w) || qd_write_path(fs, path, w))
        return 0;
    return change(fs, &c, req, qd_efs_put_names(req, fs->subsys, c.op, target, path), w, e);
}

int qd_efs_chmod(struct qd_efs *fs, const char *path, uint32_t mode, struct qd_written *w,
                 struct qdiag_error *e)
{
    static const struct change c = {"CHMOD", QD_CMD_EFS_CHMOD, QD_EFS_OP_CHMOD, {0}};
    uint8_t req[QD_EFS_REQUEST_MAX];
    qd_written_init(w);
    if (qd_write_path(fs, path, w))
        return 0;
    return change(fs, &c, req, qd_efs_put_mode(req, fs->subsys, c.op, mode, path), w, e);
}

int qd_efs_truncate(struct qd_efs *fs, const char *path, uint32_t len, struct qd_written *w,
                    struct qdiag_error *e)
{
    uint8_t req[QD_EFS_REQUEST_MAX];
    struct qd_write_reply r;
    struct qdiag_error own = {0};
    uint16_t seq = 0;
    int32_t err = 0;
    qd_written_init(w);
    if (qd_write_path(fs, path, w))
        return 0;
    size_t n = qd_efs_put_truncate(req, fs->subsys, ++fs->seq, len, path);
    int rc = qd_write_alone(fs, &(struct qd_write_request){QD_CMD_EFS_TRUNCATE, req, n}, &r, w, e);
    if (rc || w->how != QD_HOW_DONE)
        return rc;
    if (qd_efs_get_done_seq(r.p, r.len, QD_EFS_OP_TRUNCATE, &seq, &err, &own))
        qd_written_set(w, QD_HOW_UNKNOWN, "%s", own.why);
    else
        qd_written_errno(w, "TRUNCATE", err);
    return 0;
}
