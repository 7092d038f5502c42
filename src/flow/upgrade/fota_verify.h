/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What came of an upgrade: version, identity, calibration, restores. */
#ifndef QD_FLOW_UPGRADE_FOTA_VERIFY_H
#define QD_FLOW_UPGRADE_FOTA_VERIFY_H

#include <qdiag/fota.h>

#define QD_RESTORES_UNKNOWN UINT32_MAX

/* The end of a run or a watch, and all of qdiag_fota_verify. Fills after, version_is_target,
 * identity_equal, calibration_equal, restores_after, diff, next and state of r.
 *
 * Taken from r: target ("" = not named: never a success), before.full (the source; "" = not known),
 * restores_before (QD_RESTORES_UNKNOWN). dev may be NULL: the calibration is not known then. ours:
 * the upgrade was this program's, so whatever keeps the verification from its end is FOTA_UNKNOWN,
 * but for a stop. Errors as qdiag_fota_verify; touch says that firmware may have changed. Reads
 * only. */
int qd_fota_verify(struct qdiag_at *at, struct qdiag_device *dev,
                   const struct qdiag_fota_options *o, struct qdiag_fota_report *r, int ours,
                   struct qdiag_error *e);

/* What is known when all has been looked at. Pure. */
struct qd_fota_facts {
    int ready;                             /* a version was told, and it is one */
    const char *version, *source, *target; /* "" = not known, not named */
    const char *other;                     /* second reading of the target; "" = none */
    int identity, calibration;             /* 1 equal, 0 differs, -1 not known */
    uint32_t restores_before, restores_after;
};

/* 0, or the error code, with a sentence. *is_target: 1, 0, -1 not named, or not
 * known: a version that ends where the target goes on is neither. */
int qd_fota_judge(const struct qd_fota_facts *f, int *is_target, char why[200]);

#endif
