/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The inside of modem_manager.h: what needs D-Bus, and what that needs of sysfs. */
#ifndef QD_TRANSPORT_MM_BUS_H
#define QD_TRANSPORT_MM_BUS_H

#include "transport/modem_manager.h"

struct qd_mm; /* a promise of ModemManager */

/* mm_bus.c, or mm_bus_none.c in a build without D-Bus. `device` is the folder in sysfs of the USB
 * device, without links in it. NULL when ModemManager does not run or was not won over; *at_it is
 * then 0 only where it is known to have nothing to do with the device. */
struct qd_mm *qd_mm_inhibit(struct qdiag_context *ctx, const char *device, int *at_it);

/* Ends the inhibition and frees m. */
void qd_mm_release(struct qd_mm *m);

/* Whether a port, by its name such as "ttyUSB2" or "cdc-wdm0", is one of this device. */
int qd_mm_port_of(const char *device, const char *port);

#endif
