/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_FLOW_UNIT_DEVICE_H
#define QD_FLOW_UNIT_DEVICE_H

#include <qdiag/device.h>
#include <qdiag/identity.h>

#include "diag/session.h"
#include "flow/unit/redact_traffic.h"
#include "model/names.h"
#include "transport/address.h"

struct qd_mm_hold;

struct qdiag_device {
    struct qdiag_context *ctx;
    struct qd_diag *diag;
    struct qd_mm_hold *mm; /* ModemManager was asked to leave the unit alone; or NULL */
    struct qd_redact redact; /* of a capture, when there is one */
    char usb_serial[64];     /* "" = not known */
    struct qd_labels *labels; /* read at the first item that is shown */
    int labels_asked;

    /* To find the unit again. */
    struct qd_address opened; /* never auto */
    char address[128];        /* of the last link */
    char usb_path[32];        /* "" = not on USB, or not known */
    int interface;            /* of a tty on USB */
    int identified;           /* identity was read */
    struct qdiag_identity identity;
};

/* Opens the address and makes the session. */
int qd_device_connect(struct qdiag_device *d, const struct qd_address *a, struct qdiag_error *e);

/* 1 when the modem answers, 0 when the processor behind the port has neither NV items nor EFS; or
 * negative, as qd_nv_read. */
int qd_device_is_modem(struct qdiag_device *dev, struct qdiag_error *e);

#endif
