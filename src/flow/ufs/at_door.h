/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The AT side's one door for writes. */
#ifndef QD_FLOW_UFS_AT_DOOR_H
#define QD_FLOW_UFS_AT_DOOR_H

#include "flow/unit/at_port.h"
#include "service/at_write.h"

/* One order to the module's own backups, sent once; as qd_ufs_order. */
int qd_at_door_ufs(struct qdiag_at *p, enum qdiag_ufs fs, enum qd_ufs_order order, unsigned ms,
                   struct qd_at_final *result, struct qdiag_error *e);

/* The reset that makes a restore happen; as qd_at_reset. */
int qd_at_door_reset(struct qdiag_at *p, int *restarted, struct qdiag_error *e);

/* The start of an upgrade; as qd_fota_start. */
int qd_at_door_fota(struct qdiag_at *p, const struct qdiag_fota_argument *a, unsigned ms,
                    struct qd_at_final *result, struct qdiag_error *e);

/* A user's file; as qd_user_put and qd_user_delete. */
int qd_at_door_put(struct qdiag_at *p, const char *name, const void *data, size_t n,
                   struct qdiag_error *e);
int qd_at_door_delete(struct qdiag_at *p, const char *name, struct qdiag_error *e);

#endif
