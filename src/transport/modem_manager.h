/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Keeps ModemManager away from a unit while it is in use. */
#ifndef QD_TRANSPORT_MODEM_MANAGER_H
#define QD_TRANSPORT_MODEM_MANAGER_H

#include "base/context.h"
#include "transport/address.h"

struct qd_mm_hold;

/* Asks ModemManager, where it runs, to let go of the unit behind a usb: or tty: address until
 * qd_mm_end; to be called before the port is opened. Does nothing for other addresses. It never
 * fails and never starts ModemManager: what could not be had is told in the log, and NULL returned.
 * Takes some seconds at most. Of several ports of a unit that are open in one context only the
 * first asks, whatever the answer was, and the last that is closed gives back. */
struct qd_mm_hold *qd_mm_begin(struct qdiag_context *ctx, const struct qd_address *a);

/* The same for a port that is left alone otherwise: *at_it is 1 when ModemManager may be at the
 * unit.
 */
struct qd_mm_hold *qd_mm_try(struct qdiag_context *ctx, const struct qd_address *a, int *at_it);

/* Gives the unit back; after the port is closed. A NULL pointer inside is fine. */
void qd_mm_end(struct qd_mm_hold **h);

/* For a message that says who holds a port: adds what to do when it is ModemManager. */
void qd_mm_hint(const char *holder, struct qdiag_error *e);

#endif
