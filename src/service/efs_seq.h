/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inside the EFS service: one request with its errors spelled out, and the rule that decides when
 * the result of several requests may be believed. */
#ifndef QD_SERVICE_EFS_SEQ_H
#define QD_SERVICE_EFS_SEQ_H

#include "service/efs.h"
#include "service/efs_codec.h"

/* Work on one path that may be done again from the start. run() returns 0 or the error of this
 * path; it must reset its own result first and leave no handle open. */
struct qd_efs_job {
    int (*run)(struct qd_efs *fs, struct qd_efs_job *job, struct qdiag_error *e);
    const char *path;
    void *out;
    int single; /* one request whose reply repeats nothing: always followed by a checkpoint */
};

/* Runs a job until nothing stray came between its first and last reply: at most three times, then
 * UNSTEADY (or TIMEOUT, when that was the cause). */
int qd_efs_steady(struct qd_efs *fs, struct qd_efs_job *job, struct qdiag_error *e);

/* Checkpoint, then closes handles that late OPEN and OPENDIR replies brought. */
int qd_efs_settle(struct qd_efs *fs, struct qdiag_error *e);

/* Whether replies out of turn were ever seen on this session. */
int qd_efs_suspicious(const struct qd_efs *fs);

/* One request; an error frame becomes UNSUPPORTED, LOCKED or REFUSED. */
int qd_efs_ask(struct qd_efs *fs, enum qd_cmd cmd, const uint8_t *req, size_t n, struct qd_reply *r,
               struct qdiag_error *e);

/* Closes a handle of OPEN or OPENDIR. Never fails: what goes wrong is logged. */
void qd_efs_close_handle(struct qd_efs *fs, enum qd_efs_op op, uint32_t handle);

int qd_efs_fail_bad(uint8_t bad, struct qdiag_error *e);
int qd_efs_fail_errno(const char *op, int32_t err, struct qdiag_error *e);

/* 0, or -REFUSED for a path the unit would not take; nothing is sent. */
int qd_efs_check_path(const struct qd_efs *fs, const char *path, struct qdiag_error *e);

/* After `err` from OPEN or OPENDIR: 1 when handles of a dead client were closed just now, so that
 * one more try makes sense; 0 when that was done before or cannot help; negative: fatal. */
int qd_efs_sweep(struct qd_efs *fs, int32_t err, struct qdiag_error *e);

#endif
