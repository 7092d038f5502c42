/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Units as the program sees them: a list of ports, and one opened session. Which port of several is
 * auto_port.c's. */
#include "flow/unit/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "flow/unit/auto_port.h"
#include "transport/address.h"
#include "transport/discover.h"
#include "transport/holder.h"
#include "transport/modem_manager.h"
#include "transport/sysfs.h"
#include "transport/usb_match.h"

_Static_assert((int)QD_ROLE_UNKNOWN == (int)QDIAG_ROLE_UNKNOWN &&
                   (int)QD_ROLE_DIAG == (int)QDIAG_ROLE_DIAG &&
                   (int)QD_ROLE_AT == (int)QDIAG_ROLE_AT &&
                   (int)QD_ROLE_NMEA == (int)QDIAG_ROLE_NMEA &&
                   (int)QD_ROLE_NET == (int)QDIAG_ROLE_NET &&
                   (int)QD_ROLE_DOWNLOAD == (int)QDIAG_ROLE_DOWNLOAD,
               "roles differ from the public header");

const char *qdiag_role_name(enum qdiag_role role)
{
    static const char *const names[] = {"unknown", "diag", "at", "nmea", "net", "download"};
    return (size_t)role < sizeof names / sizeof names[0] ? names[role] : names[0];
}

static void fill_holders(struct qdiag_port *out)
{
    struct qd_holder v[QDIAG_HOLDERS];
    out->holders = (unsigned)qd_port_holders(out->node, v, QDIAG_HOLDERS, &out->holders_known);
    for (unsigned i = 0; i < out->holders; i++) {
        out->holder[i].pid = v[i].pid;
        qd_copy_text(out->holder[i].program, sizeof out->holder[i].program, v[i].program);
    }
}

static void fill_port(struct qdiag_port *out, const struct qd_port *in)
{
    qd_port_address(in, out->address, sizeof out->address);
    qd_copy_text(out->node, sizeof out->node, in->node);
    qd_copy_text(out->unit, sizeof out->unit, in->group);
    out->role = (enum qdiag_role)in->role;
    fill_holders(out);
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
    int rc = qd_ports_find(c, &found, e);
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

/* Where on USB the unit is and what its serial number is, when sysfs tells. */
static void note_place(struct qdiag_device *d)
{
    struct qd_port_list list = {0};
    struct qdiag_error e = {0};
    struct qd_address a;
    char folder[128];
    if (qd_address_parse(&a, d->address, &e) != 0)
        return;
    if (a.kind == QD_ADDR_USB) {
        snprintf(folder, sizeof folder, "/sys/bus/usb/devices/%.31s", a.path);
        qd_sysfs_attr(folder, "serial", d->usb_serial, sizeof d->usb_serial);
        qd_copy_text(d->usb_path, sizeof d->usb_path, a.path);
        return;
    }
    if (a.kind != QD_ADDR_TTY || qd_discover(d->ctx, NULL, &list, &e) != 0)
        return;
    for (size_t i = 0; i < list.n; i++) {
        const struct qd_port *p = &list.p[i];
        if (strcmp(p->node, a.path) != 0)
            continue;
        qd_copy_text(d->usb_path, sizeof d->usb_path, p->usb_path);
        qd_copy_text(d->usb_serial, sizeof d->usb_serial, p->serial);
        d->interface = p->interface;
    }
    qd_port_list_free(&list);
}

int qd_device_connect(struct qdiag_device *d, const struct qd_address *a, struct qdiag_error *e)
{
    struct qd_link *link = NULL;
    int rc = qd_link_open(&link, d->ctx, a, e);
    if (rc == 0)
        qd_copy_text(d->address, sizeof d->address, link->address);
    if (rc == 0 && d->ctx->capture_path)
        qd_capture_set_redactor(link, qd_redact, &d->redact);
    if (rc == 0)
        rc = qd_diag_open(&d->diag, &link, e);
    qd_link_close(&link);
    return rc;
}

/* A download mode is refused by the transport, with its own words. */
static int by_serial(const struct qd_address *a, const char *serial)
{
    return a->kind == QD_ADDR_USB && serial && !qd_usb_is_download_mode(a->vid, a->pid);
}

int qdiag_device_open(struct qdiag_context *c, const char *address, const char *serial,
                      struct qdiag_device **dev, struct qdiag_error *e)
{
    struct qd_address a;
    struct qd_choice ch = {0};
    struct qdiag_device *d = qd_alloc(1, sizeof *d);
    *dev = NULL;
    if (!d)
        return qd_nomem(e);
    d->ctx = c;
    int rc = qd_address_parse(&a, address ? address : "auto", e);
    if (rc == 0 && serial && a.kind != QD_ADDR_AUTO && a.kind != QD_ADDR_USB)
        rc = qd_fail(e, QDIAG_E_USAGE, a.text, "%s",
                     "a serial number chooses among USB units: auto or usb:");
    if (rc == 0 && (a.kind == QD_ADDR_AUTO || by_serial(&a, serial))) {
        rc = qd_choose(c, serial, &a, &ch, e);
        if (rc == 0) {
            a = ch.port[0];
            qd_copy_text(d->usb_serial, sizeof d->usb_serial, ch.usb_serial);
        }
    }
    if (rc == 0) {
        d->mm = qd_mm_begin(c, &a);
        rc = ch.judge ? qd_connect_modem(d, &ch, &a, e) : qd_device_connect(d, &a, e);
    }
    if (rc == 0) {
        d->opened = a;
        note_place(d);
    }
    if (rc != 0) {
        qd_mm_end(&d->mm);
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
    qd_mm_end(&(*dev)->mm);
    qd_redact_free(&(*dev)->redact);
    qd_labels_free(&(*dev)->labels);
    free(*dev);
    *dev = NULL;
}
