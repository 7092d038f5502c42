/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT+QPRTPARA and the FILE commands as calls, those that change nothing. Errors as in at/session.h,
 * and PROTOCOL (an answer that cannot be read). */
#ifndef QD_SERVICE_UFS_H
#define QD_SERVICE_UFS_H

#include "at/session.h"
#include "service/ufs_codec.h"

enum qd_ufs_order { QD_UFS_BACKUP, QD_UFS_RESTORE };

/* =4 or =14; asked once more when the answer cannot be read or does not come. Reads only. ms: 0 = a
 * generous default. */
int qd_ufs_read(struct qd_at *at, enum qd_ufs fs, unsigned ms, struct qd_ufs_state *s,
                struct qdiag_error *e);

/* Whether the unit has the command at all: 1 yes, 0 no, -1 not told (=? answers ERROR). Reads only.
 */
int qd_ufs_probe(struct qd_at *at, enum qd_ufs fs, int *has, struct qdiag_error *e);

/* IMEI (AT+CGSN): "" = none, not 15 digits, or all the same digit. */
int qd_at_imei(struct qd_at *at, char imei[16], struct qdiag_error *e);

/* The mode the unit is in (AT+CFUN?): 1 = normal; -1 = the answer is of another form. */
int qd_at_mode(struct qd_at *at, int *mode, struct qdiag_error *e);

/* ---- a user's files ---- */

struct qd_user_file {
    char name[128];
    uint32_t size;
};

struct qd_user_list {
    struct qd_user_file *v;
    size_t n, cap;
};

#define QD_USER_FILE_MAX (64u << 20)

int qd_user_list(struct qd_at *at, const char *pattern, struct qd_user_list *list,
                 struct qdiag_error *e);
void qd_user_list_free(struct qd_user_list *list);
int qd_user_space(struct qd_at *at, uint64_t *free_bytes, uint64_t *total, struct qdiag_error *e);

/* Fetches a file of `size` bytes (from the list); size and checksum are compared. */
int qd_user_get(struct qd_at *at, const char *name, uint32_t size, struct qd_buf *out,
                struct qdiag_error *e);

#endif
