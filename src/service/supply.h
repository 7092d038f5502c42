/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The supply voltage as a unit tells it (AT+CBC). Reads only. */
#ifndef QD_SERVICE_SUPPLY_H
#define QD_SERVICE_SUPPLY_H

#include "at/session.h"

/* Millivolts; 0 = not told, or in a form that is not known. Errors of the session. */
int qd_supply_read(struct qd_at *at, unsigned *millivolts, struct qdiag_error *e);

#endif
