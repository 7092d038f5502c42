/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which port of which unit AT commands go to. */
#ifndef QD_FLOW_UNIT_AT_FIND_H
#define QD_FLOW_UNIT_AT_FIND_H

#include "base/context.h"
#include "base/error.h"
#include "transport/address.h"
#include "transport/discover.h"

#define QD_AT_PORTS 8

/* AT ports of one unit, the surest first. */
struct qd_at_choice {
    struct qd_address port[QD_AT_PORTS];
    int interface[QD_AT_PORTS];
    unsigned n;
    char usb_path[32]; /* "" = not on USB */
};

/* The AT ports of the one unit that device ("auto", "usb:" or "tty:") and serial (NULL = any) mean.
 * Opens nothing. Pure but for what a node of the file system is. Errors: USAGE, NO_UNIT,
 * MANY_UNITS.
 */
int qd_at_choose(const struct qd_port_list *list, const struct qd_address *device,
                 const char *serial, struct qd_at_choice *out, struct qdiag_error *e);

/* The listed port that a node is, under whatever name it is given; NULL = none. */
const struct qd_port *qd_port_of_node(const struct qd_port_list *list, const char *node);

#endif
