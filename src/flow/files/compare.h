/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A backup file against the unit as it is now, by what a restore could and could not change. Pure.
 */
#ifndef QD_FLOW_FILES_COMPARE_H
#define QD_FLOW_FILES_COMPARE_H

#include "model/diff.h"
#include "model/policy.h"

struct qd_verify_class {
    size_t different, only_file, only_unit, unreadable;
};

struct qd_verify {
    struct qd_diff diff; /* borrows from both backups */
    struct qd_verify_class class[QD_CLASSES];
    size_t differs; /* differences that count */
    size_t apart;   /* of what changes by itself or is the firmware's own: shown, never counted */
    size_t unknown; /* what either side could not read: the unit now, or when the file was made */
    size_t surplus; /* on the unit only: no difference, a restore would not remove it */
};

int qd_verify_backups(const struct qd_backup *file, const struct qd_backup *unit,
                      struct qd_verify *out, struct qdiag_error *e);
/* Where an entry of the diff belongs. */
enum qd_verify_as { QD_VERIFY_DIFFERS, QD_VERIFY_APART, QD_VERIFY_UNKNOWN, QD_VERIFY_SURPLUS };
enum qd_verify_as qd_verify_entry(const struct qd_backup *unit, const struct qd_diff_entry *en);
/* IDENTITY or CALIBRATION when an entry must outlast any upgrade, files of the RF set included;
 * else UNKNOWN. */
enum qd_class qd_verify_bound(const struct qd_diff_entry *en);
void qd_verify_free(struct qd_verify *v);

#endif
