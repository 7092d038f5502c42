/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_BASE_CANCEL_H
#define QD_BASE_CANCEL_H

#include <qdiag/cancel.h>

#include "base/error.h"

/* Read end of the wake pipe, for poll(); -1 when c is NULL. */
int qd_cancel_fd(const struct qdiag_cancel *c);

/* 0, or -QDIAG_E_CANCELLED recorded in e. Looked at between items. */
int qd_cancel_check(const struct qdiag_cancel *c, struct qdiag_error *e);

#endif
