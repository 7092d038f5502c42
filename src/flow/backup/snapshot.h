/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A whole unit as it was just read: what a backup saves, and what a restore compares with. */
#ifndef QD_FLOW_BACKUP_SNAPSHOT_H
#define QD_FLOW_BACKUP_SNAPSHOT_H

#include "flow/backup/collect.h"
#include "flow/files/store.h"
#include "model/scope.h"
#include "service/identity.h"

struct qd_snapshot {
    struct qd_backup *backup;
    struct qdiag_identity unit;
    struct qd_unit_info info;
    struct qd_names warnings;
    struct qd_scope scope; /* what was asked for */
    uint8_t efs[2]; /* subsystems that answered; the one that holds the RF files first */
};

struct qd_scope qd_scope_of(const struct qdiag_backup_options *o);

/* Reads everything, and makes sure at the end that it is still the same unit. Read requests only.
 * Free with qd_snapshot_free also after a failure. */
int qd_snapshot_read(struct qdiag_device *dev, const struct qdiag_backup_options *o,
                     struct qd_snapshot *s, struct qdiag_error *e);

/* 1 when nothing that should be there is missing. */
int qd_snapshot_complete(const struct qd_snapshot *s);

/* Saves it in every form that store->target names; fills in what store says of the unit. */
int qd_snapshot_store(struct qdiag_device *dev, struct qd_snapshot *s, struct qd_store *store,
                      struct qdiag_error *e);

void qd_snapshot_free(struct qd_snapshot *s);

#endif
