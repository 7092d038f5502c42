/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The ports a unit may be reached by, as sysfs and the USB descriptors describe them. Nothing is
 * opened. */
#ifndef QD_TRANSPORT_DISCOVER_H
#define QD_TRANSPORT_DISCOVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/context.h"
#include "base/error.h"
#include "transport/usb_match.h"

struct qd_port {
    char node[64];     /* "/dev/ttyUSB0"; "/dev/bus/usb/001/002" of qd_discover_usb */
    char usb_path[32]; /* "1-4.2"; "" when the port is not on USB */
    char group[32];    /* equal for the ports of one unit: the USB path, "wwan0", or the node */
    enum qd_role role;
    uint16_t vid, pid; /* 0 when not on USB */
    int interface;     /* bInterfaceNumber; -1 when not on USB */
    uint8_t cls, sub, proto;
    int endpoints;  /* of the interface, without endpoint 0 */
    int bulk_pairs; /* one bulk IN and one bulk OUT each */
    char driver[32], serial[64], product[128], manufacturer[64]; /* "" = not known */
    int likely_diag; /* by the rules of usb_match.h, or because the kernel names it a QCDM port */
};

/* As the rules of usb_match.h look at it. */
struct qd_usb_interface qd_port_interface(const struct qd_port *p);

struct qd_port_list {
    struct qd_port *p;
    size_t n, cap;
};

/* Lists ttyUSB*, cdc-wdm*, the ports of the wwan class and the DIAG nodes of MHI drivers
 * (mhi_*DIAG*), sorted by USB path, interface and node. `sysfs` is the folder to look in; NULL
 * means /sys. *list is a zeroed list. A machine without such ports gives an empty list. Errors:
 * LOCAL_FILE (a folder of sysfs cannot be read), NO_MEMORY; *list is then empty. */
int qd_discover(struct qdiag_context *ctx, const char *sysfs, struct qd_port_list *list,
                struct qdiag_error *e);

/* Adds one row per USB device that is a module, by its descriptors as the kernel read them: no
 * device is opened, none is asked. The row is of the interface that looks like DIAG. A module that
 * has none gets a row with interface -1, and so does one in download mode, whatever its interfaces
 * look like; neither is ever likely_diag. USB that cannot be looked at is logged and adds nothing.
 * Errors: NO_MEMORY; *list is then as before. */
int qd_discover_usb(struct qdiag_context *ctx, struct qd_port_list *list, struct qdiag_error *e);

/* Whether the node's name is that of a port which carries whole messages and is no tty: wwan*qcdm*,
 * mhi_*DIAG*. */
int qd_is_message_port(const char *node);

/* By USB path, interface and node. */
void qd_port_list_sort(struct qd_port_list *list);

void qd_port_list_free(struct qd_port_list *list);

#endif
