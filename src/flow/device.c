/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Units as the program sees them: a list of ports, and one opened session. "auto" takes exactly one
 * candidate and never the first of several. */
#include "flow/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "transport/address.h"
#include "transport/discover.h"

static void fill_port(struct qdiag_port *out, const struct qd_port *in)
{
    /* A wwan port is no tty: it is listed, but there is no address to open it by. */
    int is_tty = strncmp(in->node, "/dev/tty", 8) == 0;
    snprintf(out->address, sizeof out->address, "%s%s", is_tty ? "tty:" : "", in->node);
    qd_copy_text(out->usb_path, sizeof out->usb_path, in->usb_path);
    out->vid = in->vid;
    out->pid = in->pid;
    out->interface_number = in->interface;
    qd_copy_text(out->driver, sizeof out->driver, in->driver);
    qd_copy_text(out->serial, sizeof out->serial, in->serial);
    qd_copy_text(out->product, sizeof out->product, in->product);
    qd_copy_text(out->manufacturer, sizeof out->manufacturer, in->manufacturer);
    out->likely_diag = in->likely_diag;
}

int qdiag_port_list_get(struct qdiag_context *c, struct qdiag_port_list *list,
                        struct qdiag_error *e)
{
    struct qd_port_list found = {0};
    memset(list, 0, sizeof *list);
    int rc = qd_discover(c, NULL, &found, e);
    if (rc == 0) {
        list->port = qd_alloc(found.n, sizeof *list->port);
        if (!list->port)
            rc = qd_nomem(e);
    }
    for (size_t i = 0; rc == 0 && i < found.n; i++)
        fill_port(&list->port[list->count++], &found.p[i]);
    qd_port_list_free(&found);
    return rc;
}

void qdiag_port_list_free(struct qdiag_port_list *list)
{
    free(list->port);
    memset(list, 0, sizeof *list);
}

static int counts(const struct qdiag_port *p, const char *serial)
{
    /* A port without a serial number never matches one that was asked for. */
    return p->likely_diag && strncmp(p->address, "tty:", 4) == 0 &&
           (!serial || (p->serial[0] && strcmp(p->serial, serial) == 0));
}

static int choose(const struct qdiag_port_list *list, const char *serial,
                  const struct qdiag_port **one, struct qdiag_error *e)
{
    char names[200] = "";
    size_t n = 0, at = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!counts(&list->port[i], serial))
            continue;
        *one = &list->port[i];
        at += (size_t)snprintf(names + at, sizeof names - at, "%s%s", n ? ", " : "",
                               list->port[i].address);
        if (at >= sizeof names)
            at = sizeof names - 1;
        n++;
    }
    if (n == 1)
        return 0;
    if (n > 1)
        return qd_fail(e, QDIAG_E_MANY_UNITS, NULL, "%zu candidates: %s", n, names);
    if (serial)
        return qd_fail(e, QDIAG_E_NO_UNIT, NULL, "no DIAG port has the serial number %s", serial);
    return qd_fail(e, QDIAG_E_NO_UNIT, NULL, "no serial port looks like DIAG (%zu ports seen)",
                   list->count);
}

static int resolve_auto(struct qdiag_context *c, const char *serial, struct qd_address *a,
                        char usb_serial[64], struct qdiag_error *e)
{
    struct qdiag_port_list list;
    const struct qdiag_port *one = NULL;
    int rc = qdiag_port_list_get(c, &list, e);
    if (rc == 0)
        rc = choose(&list, serial, &one, e);
    if (rc == 0) {
        qd_copy_text(usb_serial, 64, one->serial);
        rc = qd_address_parse(a, one->address, e);
    }
    qdiag_port_list_free(&list);
    return rc;
}

int qdiag_device_open(struct qdiag_context *c, const char *address, const char *serial,
                      struct qdiag_device **dev, struct qdiag_error *e)
{
    struct qd_address a;
    struct qd_link *link = NULL;
    struct qdiag_device *d = qd_alloc(1, sizeof *d);
    *dev = NULL;
    if (!d)
        return qd_nomem(e);
    d->ctx = c;
    int rc = qd_address_parse(&a, address ? address : "auto", e);
    if (rc == 0 && a.kind == QD_ADDR_AUTO)
        rc = resolve_auto(c, serial, &a, d->usb_serial, e);
    if (rc == 0)
        rc = qd_link_open(&link, c, &a, e);
    if (rc == 0 && c->capture_path)
        qd_capture_set_redactor(link, qd_redact, &d->redact);
    if (rc == 0)
        rc = qd_diag_open(&d->diag, &link, e);
    qd_link_close(&link);
    if (rc != 0) {
        qd_redact_free(&d->redact);
        free(d);
        return rc;
    }
    *dev = d;
    return 0;
}

const char *qdiag_device_address(const struct qdiag_device *dev)
{
    return qd_diag_address(dev->diag);
}

void qdiag_device_close(struct qdiag_device **dev)
{
    if (!dev || !*dev)
        return;
    qd_diag_close(&(*dev)->diag);
    qd_redact_free(&(*dev)->redact);
    free(*dev);
    *dev = NULL;
}
