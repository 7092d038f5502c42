/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_FLOW_UNIT_VERSIONS_H
#define QD_FLOW_UNIT_VERSIONS_H

#include "flow/unit/at_port.h"
#include "service/versions.h"

/* AT+QGMR, asked again each second while the application half has not started, at most wait_s
 * times (0 = 20); *out may still be such a version then. */
int qd_full_version_wait(struct qdiag_at *p, unsigned wait_s, char out[QD_VERSION_TEXT],
                         struct qdiag_error *e);

/* The same for showing it: AT+CGMR where the unit has no AT+QGMR. */
int qd_firmware_read(struct qdiag_at *p, unsigned wait_s, char out[QD_VERSION_TEXT],
                     struct qdiag_error *e);

#endif
