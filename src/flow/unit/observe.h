/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is at one key of a unit now. Reads only. */
#ifndef QD_FLOW_UNIT_OBSERVE_H
#define QD_FLOW_UNIT_OBSERVE_H

#include "model/plan.h"
#include "service/efs.h"

/* A session and the file systems found on it, opened when they are asked for first. Zeroed with
 * diag set: nothing looked at yet. Holds nothing that must be freed. */
struct qd_eye {
    struct qd_diag *diag;
    struct qd_efs fs[2]; /* 0x13, 0x3E */
    int looked[2];       /* 0 not yet, 1 there is one */
    uint8_t clear_fs;    /* no link stands on the way to clear, of this file system */
    char clear[1100];
};

/* The file system of a key. Errors of qd_efs_open. */
int qd_eye_efs(struct qd_eye *eye, uint8_t subsys, struct qd_efs **fs, struct qdiag_error *e);

/* Fills *s (qd_state_clear it): NV or ABSENT; FILE, ITEM, DIR, LINK or ABSENT. What is there and
 * cannot be read is UNKNOWN, with the reason in why (QD_OBSERVE_WHY bytes). Returns 0; negative
 * only when the session cannot go on (LINK_*, CANCELLED) or for want of memory. */
#define QD_OBSERVE_WHY 96
int qd_observe(struct qd_eye *eye, const struct qd_key *key, struct qd_state *s,
               char why[QD_OBSERVE_WHY], struct qdiag_error *e);

/* 0 when none of the folders above a key is a link; -QDIAG_E_POLICY names the first that is: it
 * leads elsewhere than the path says. Otherwise as qd_observe. What was seen is remembered until
 * qd_eye_doubt. */
int qd_observe_way(struct qd_eye *eye, const struct qd_key *key, struct qdiag_error *e);
void qd_eye_doubt(struct qd_eye *eye);

#endif
