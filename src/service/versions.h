/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A unit's firmware versions, as each command tells them. Read only. "" = not told; errors as in
 * at/session.h. */
#ifndef QD_SERVICE_VERSIONS_H
#define QD_SERVICE_VERSIONS_H

#include "at/session.h"

#define QD_VERSION_TEXT 128

int qd_at_full_version(struct qd_at *at, char out[QD_VERSION_TEXT],
                       struct qdiag_error *e); /* AT+QGMR */
int qd_at_base_version(struct qd_at *at, char out[QD_VERSION_TEXT],
                       struct qdiag_error *e); /* ATI */
int qd_at_plain_version(struct qd_at *at, char out[QD_VERSION_TEXT],
                        struct qdiag_error *e);                               /* AT+CGMR */
int qd_at_sub_edition(struct qd_at *at, char out[32], struct qdiag_error *e); /* AT+CSUB, "V05" */

#endif
