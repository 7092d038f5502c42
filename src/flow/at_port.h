/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_FLOW_AT_PORT_H
#define QD_FLOW_AT_PORT_H

#include <qdiag/ufs.h>

#include "service/ufs.h"

struct qdiag_at {
    struct qdiag_context *ctx;
    struct qd_at *at; /* NULL while the unit is away */
    struct qd_address address;
};

/* Waits until the port has gone (at most gone_ms), then opens it again (at most back_ms). */
int qd_at_port_reopen(struct qdiag_at *p, unsigned gone_ms, unsigned back_ms,
                      struct qdiag_error *e);

#endif
