/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_FLOW_DEVICE_H
#define QD_FLOW_DEVICE_H

#include <qdiag/device.h>

#include "diag/session.h"
#include "flow/redact.h"

struct qdiag_device {
    struct qdiag_context *ctx;
    struct qd_diag *diag;
    struct qd_redact redact; /* of a capture, when there is one */
    char usb_serial[64];     /* "" = not known */
};

/* 1 when the modem answers, 0 when the processor behind the port has neither NV items nor EFS; or
 * negative, as qd_nv_read. */
int qd_device_is_modem(struct qdiag_device *dev, struct qdiag_error *e);

#endif
