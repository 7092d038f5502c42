/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The same unit again after a reset of ours. */
#ifndef QD_FLOW_UNIT_REOPEN_H
#define QD_FLOW_UNIT_REOPEN_H

#include "flow/unit/device.h"

#define QD_RETURN_MS 90000u /* longest wait for a unit that restarts */

/* Closes the session and opens the unit again at its place as soon as its modem side answers. Its
 * identity may have changed meanwhile, by our own hand: whether it is the same unit is for the
 * caller to find out, unless its serial number on USB says no. A stop that was asked for does not
 * end the wait: what was written has to be read back. On failure dev->diag is NULL. Errors of
 * qdiag_device_open. */
int qd_device_return(struct qdiag_device *dev, struct qdiag_error *e);

/* The same with another longest wait, which a stop ends: CANCELLED. */
int qd_device_return_within(struct qdiag_device *dev, unsigned wait_ms, struct qdiag_error *e);

#endif
