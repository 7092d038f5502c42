/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The write side of EFS2 over DIAG. One call changes one path and leaves no handle open. Paths are
 * normalised and absolute; they are sent as they are, and a unit follows links: what is at the path
 * now must be known to the caller. A path longer than the unit takes is REFUSED and nothing is
 * sent. Callers: flow/restore/execute.c only (tests/check/doors.py). Needs qd_diag_allow_writes. */
#ifndef QD_SERVICE_EFS_WRITE_H
#define QD_SERVICE_EFS_WRITE_H

#include "service/efs.h"
#include "service/written.h"

#define QD_EFS_PUT_MAX   6144u /* most contents one PUT carries; larger item files go by OPEN */
#define QD_EFS_WRITE_MAX 1024u /* most bytes of one WRITE */

struct qd_efs_contents {
    uint32_t mode; /* lower 12 bits, for a file that is new */
    const uint8_t *data;
    size_t len;
};

/* A regular file: OPEN with CREAT, WRONLY and TRUNC, WRITE in chunks, CLOSE. The old file is not
 * removed first. The folder above must be there. Any count but the one sent is PART. A file that
 * was there keeps its mode (qd_efs_chmod). */
int qd_efs_write_file(struct qd_efs *fs, const char *path, const struct qd_efs_contents *c,
                      struct qd_written *w, struct qdiag_error *e);

/* An item file (mode 0160000): one PUT, which also makes the folders above; contents longer than
 * QD_EFS_PUT_MAX by OPEN with ITEMFILE (never with AUTODIR), so there the folder must be there.
 * PUT sets no mode: a new item's mode is the unit's own choice (qd_efs_chmod). */
int qd_efs_write_item(struct qd_efs *fs, const char *path, const struct qd_efs_contents *c,
                      struct qd_written *w, struct qdiag_error *e);

/* Errno 17 and 6 ("exists") are DONE with wire set: what is there may be no folder. */
int qd_efs_mkdir(struct qd_efs *fs, const char *path, uint32_t mode, struct qd_written *w,
                 struct qdiag_error *e);
/* ENOENT is DONE with wire set: it is not there any more. */
int qd_efs_unlink(struct qd_efs *fs, const char *path, struct qd_written *w, struct qdiag_error *e);
int qd_efs_rmdir(struct qd_efs *fs, const char *path, struct qd_written *w, struct qdiag_error *e);
int qd_efs_rename(struct qd_efs *fs, const char *from, const char *to, struct qd_written *w,
                  struct qdiag_error *e);
/* A link at `path` that says `target`; the target is not looked at. */
int qd_efs_symlink(struct qd_efs *fs, const char *target, const char *path, struct qd_written *w,
                   struct qdiag_error *e);
/* The lower 12 bits of mode; the kind of file cannot be changed. */
int qd_efs_chmod(struct qd_efs *fs, const char *path, uint32_t mode, struct qd_written *w,
                 struct qdiag_error *e);
int qd_efs_truncate(struct qd_efs *fs, const char *path, uint32_t len, struct qd_written *w,
                    struct qdiag_error *e);

#endif
