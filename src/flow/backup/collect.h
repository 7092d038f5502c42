/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reading a whole unit into a backup in memory. Sends read requests only. */
#ifndef QD_FLOW_BACKUP_COLLECT_H
#define QD_FLOW_BACKUP_COLLECT_H

#include <qdiag/backup.h>

#include "model/sections.h"
#include "model/backup.h"
#include "service/efs.h"

struct qd_collect {
    struct qd_diag *diag;
    struct qdiag_context *ctx;
    const struct qdiag_backup_options *opt;
    struct qd_backup *backup;
    struct qd_names warnings;
    uint8_t efs[2]; /* subsystems that answered; the one that holds the RF files first */
};

/* Numbered items of all subscriptions asked for. */
int qd_collect_nv(struct qd_collect *c, struct qdiag_error *e);

/* Files of both EFS subsystems. */
int qd_collect_efs(struct qd_collect *c, struct qdiag_error *e);

/* A sentence for the report. */
int qd_collect_warn(struct qd_collect *c, struct qdiag_error *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
