/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What must hold before the module's own backup is overwritten. */
#ifndef QD_FLOW_UFS_UFS_GUARD_H
#define QD_FLOW_UFS_UFS_GUARD_H

#include "flow/unit/at_port.h"

/* What a backup's counters say: pure. */
enum qd_ufs_verdict {
    QD_UFS_CONFIRMED,
    QD_UFS_SAME,    /* not counted */
    QD_UFS_MORE,    /* counted more than once: somebody else is at work */
    QD_UFS_FELL,    /* the counters were made anew */
    QD_UFS_INVALID, /* counted, but not valid */
    QD_UFS_SIDE     /* counted, but something else moved with it */
};
enum qd_ufs_verdict qd_ufs_judge(enum qdiag_ufs fs, const struct qdiag_ufs_state *before,
                                 const struct qdiag_ufs_state *after, const char **why);

/* Both ports are one healthy unit: the same valid IMEI, both halves started, EFS answers, RF files
 * are there. */
int qd_ufs_health(struct qdiag_device *dev, const struct qdiag_ufs_status *s,
                  struct qdiag_error *e);

/* The DIAG backup is complete, whole, young enough and of this unit. sha256: of the file. */
int qd_ufs_file(struct qdiag_context *c, const struct qdiag_ufs_options *o,
                const struct qdiag_ufs_status *s, char sha256[65], struct qdiag_error *e);

/* How old a backup is, in hours begun. -1: its time ("2026-03-02T14:10:00Z") cannot be read or lies
 * ahead. Pure. */
int qd_backup_age_h(const char *created, int64_t now, int64_t *hours);

/* The notes beside the DIAG backup, FILE.ufs.json: what was confirmed. Looked up in all notes of
 * that folder: 1 when a backup of this unit, file system, firmware and count was confirmed less
 * than 24 h ago. sha256: of the DIAG backup. */
int qd_ufs_recorded(const struct qdiag_ufs_options *o, const char *sha256,
                    const struct qdiag_ufs_status *s);
int qd_ufs_record(const struct qdiag_ufs_options *o, const char *sha256,
                  const struct qdiag_ufs_status *s, uint32_t backups, struct qdiag_error *e);

/* What the note of this very DIAG backup says of one file system: FRESH only when firmware and
 * counters are still those that were confirmed, less than o->max_age_h (24) ago. */
enum qd_ufs_seen {
    QD_UFS_SEEN_FRESH,
    QD_UFS_SEEN_NONE,
    QD_UFS_SEEN_FIRMWARE, /* confirmed with another firmware */
    QD_UFS_SEEN_COUNTS,   /* backups or restores were counted since */
    QD_UFS_SEEN_OLD,
    QD_UFS_SEEN_DAMAGED /* cannot be read */
};
struct qd_ufs_found {
    char firmware[128];
    int64_t hours;
    int64_t restores; /* counted then; -1 = not noted */
};
enum qd_ufs_seen qd_ufs_look_up(const struct qdiag_ufs_options *o, const char *sha256,
                                const struct qdiag_ufs_status *s, struct qd_ufs_found *found);

#endif
