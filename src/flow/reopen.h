/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The same unit again after a reset. */
#ifndef QD_FLOW_REOPEN_H
#define QD_FLOW_REOPEN_H

#include "flow/device.h"

#define QD_REOPEN_MS 90000u /* longest wait for a unit that restarts */

/* Closes the session and opens the unit again as soon as it is back, then waits until its modem side
 * answers. A stop that was asked for does not end the wait: what was written has to be read back.
 * On failure dev->diag is NULL. Errors of qdiag_device_open, the last one met. */
int qd_device_reopen(struct qdiag_device *dev, struct qdiag_error *e);

#endif
