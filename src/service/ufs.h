/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT+QPRTPARA and the FILE commands as calls. Errors as in at/session.h, and PROTOCOL (an answer
 * that cannot be read). */
#ifndef QD_SERVICE_UFS_H
#define QD_SERVICE_UFS_H

#include "at/session.h"
#include "service/ufs_codec.h"

enum qd_ufs_order { QD_UFS_BACKUP, QD_UFS_RESTORE };

/* =4 or =14. Reads only. ms: 0 = a generous default. */
int qd_ufs_read(struct qd_at *at, enum qd_ufs fs, unsigned ms, struct qd_ufs_state *s,
                struct qdiag_error *e);

/* =1, =11 (at once) or =3, =13 (at the next reset): once, never again. Writes. What came back is in
 * *result when 0 is returned; TIMEOUT and UNKNOWN leave the unit's state unknown. */
int qd_ufs_order(struct qd_at *at, enum qd_ufs fs, enum qd_ufs_order order, unsigned ms,
                 struct qd_at_final *result, struct qdiag_error *e);

/* Whether the unit has the command at all: 1 yes, 0 no, -1 not told (=? answers ERROR). Reads only.
 */
int qd_ufs_probe(struct qd_at *at, enum qd_ufs fs, int *has, struct qdiag_error *e);

/* IMEI (AT+CGSN): "" = none, not 15 digits, or all the same digit. */
int qd_at_imei(struct qd_at *at, char imei[16], struct qdiag_error *e);

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

/* Sends a file in ACK mode; the unit's size and checksum are compared. Writes. */
int qd_user_put(struct qd_at *at, const char *name, const void *p, size_t n, struct qdiag_error *e);

/* Fetches a file of `size` bytes (from the list); size and checksum are compared. */
int qd_user_get(struct qd_at *at, const char *name, uint32_t size, struct qd_buf *out,
                struct qdiag_error *e);
int qd_user_delete(struct qd_at *at, const char *name, struct qdiag_error *e);

#endif
