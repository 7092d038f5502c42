/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_FLOW_DEVICE_H
#define QD_FLOW_DEVICE_H

#include <qdiag/device.h>

#include "diag/session.h"
#include "flow/redact.h"
#include "model/names.h"

struct qd_mm;

struct qdiag_device {
    struct qdiag_context *ctx;
    struct qd_diag *diag;
    struct qd_mm *mm; /* ModemManager's promise to leave the unit alone, or NULL */
    struct qd_redact redact; /* of a capture, when there is one */
    char usb_serial[64];     /* "" = not known */
    struct qd_labels *labels; /* read at the first item that is shown */
    int labels_asked;
};

#endif
