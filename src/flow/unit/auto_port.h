/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The ports of units, and the choice among them. */
#ifndef QD_FLOW_UNIT_AUTO_PORT_H
#define QD_FLOW_UNIT_AUTO_PORT_H

#include "base/context.h"
#include "transport/address.h"
#include "transport/discover.h"

struct qdiag_device;

#define QD_CHOICE_PORTS 8

/* Ports of one unit, the one to try first at 0; more than one only for "auto". */
struct qd_choice {
    struct qd_address port[QD_CHOICE_PORTS];
    unsigned n;
    int judge;           /* whether what answers has to be the modem */
    char usb_serial[64]; /* "" = not known */
};

/* Every port that sysfs and the USB descriptors show, sorted. */
int qd_ports_find(struct qdiag_context *c, struct qd_port_list *found, struct qdiag_error *e);

/* What stands behind -d for a port. */
void qd_port_address(const struct qd_port *p, char *out, size_t cap);

/* The ports of the one unit that "auto" or "usb:", with or without a serial number, can mean.
 * Errors: NO_UNIT, MANY_UNITS, NO_MEMORY, LOCAL_FILE. */
int qd_choose(struct qdiag_context *c, const char *serial, const struct qd_address *a,
              struct qd_choice *out, struct qdiag_error *e);

/* Connects to the first of them behind which the modem is; *a is then its address. A port that
 * cannot be opened or does not answer ends the search with its own error. UNSUPPORTED: every one
 * answers and none is the modem. */
int qd_connect_modem(struct qdiag_device *d, const struct qd_choice *ch, struct qd_address *a,
                     struct qdiag_error *e);

#endif
