/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the unit says of itself outside NV and EFS: version, extended build id, ESN, feature mask.
 * Each part may be missing (error frame): the flag says so, that is not an error. */
#ifndef QD_SERVICE_IDENTITY_H
#define QD_SERVICE_IDENTITY_H

#include "diag/session.h"

struct qd_unit_info {
    int has_verno, modem_up; /* modem_up = 0: VERNO answered with zeros only */
    char comp_date[12], comp_time[9], rel_date[12], rel_time[9], ver_dir[9];
    uint8_t mob_model;
    uint16_t firm_rev;
    int has_build;
    uint32_t msm_hw_rev, mobile_model;
    char software[256], model[256];
    int has_esn;
    uint32_t esn;
    int has_feature;
    uint16_t feature_len;
    uint8_t feature[1024];
};

int qd_unit_info_read(struct qd_diag *d, struct qd_unit_info *u, struct qdiag_error *e);

/* Pure decoders of single replies, for tests and fuzzing; 0 or -QDIAG_E_PROTOCOL. */
int qd_verno_decode(const uint8_t *p, size_t n, struct qd_unit_info *u, struct qdiag_error *e);
int qd_build_decode(const uint8_t *p, size_t n, struct qd_unit_info *u, struct qdiag_error *e);
int qd_feature_decode(const uint8_t *p, size_t n, struct qd_unit_info *u, struct qdiag_error *e);

#endif
