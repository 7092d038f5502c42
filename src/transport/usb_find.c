/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Finds units on USB and their DIAG interface by descriptors; endpoint numbers always come from
 * there. Must never open a device or send it a request: what is read here, the kernel already has.
 * Must never let a device in download mode through. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "transport/discover.h"
#include "transport/sysfs.h"
#include "transport/usb.h"

#define SYSFS_DEVICES "/sys/bus/usb/devices"
#define PORTS_DEEP    7 /* hubs below one another, the standard's limit */

void qd_usb_address(const struct qd_usb_unit *u, char *out, size_t cap)
{
    snprintf(out, cap, "usb:%04x:%04x@%s", u->face.vid, u->face.pid, u->path);
}

void qd_usb_folder(const struct qd_usb_unit *u, int number, char out[96])
{
    snprintf(out, 96, SYSFS_DEVICES "/%s:%d.%d", u->path, u->config, number);
}

/* As the kernel names it. A root hub has no port and cannot be a unit. */
static void port_path(libusb_device *dev, char *out, size_t cap)
{
    uint8_t port[PORTS_DEEP];
    int n = libusb_get_port_numbers(dev, port, PORTS_DEEP);
    size_t at = (size_t)snprintf(out, cap, "%u", libusb_get_bus_number(dev));

    for (int i = 0; i < n && at < cap; i++)
        at += (size_t)snprintf(out + at, cap - at, "%c%u", i ? '.' : '-', port[i]);
}

static int is_bulk(const struct libusb_endpoint_descriptor *ep)
{
    return (ep->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK) == LIBUSB_TRANSFER_TYPE_BULK;
}

/* Fills face and the endpoints from one interface. */
static void read_interface(const struct libusb_interface_descriptor *d, struct qd_usb_unit *u)
{
    int n = d->endpoint ? d->bNumEndpoints : 0; /* none where the descriptors were cut short */
    int in = 0, out = 0;

    u->face.number = d->bInterfaceNumber;
    u->face.cls = d->bInterfaceClass;
    u->face.sub = d->bInterfaceSubClass;
    u->face.proto = d->bInterfaceProtocol;
    u->face.endpoints = n;
    for (int i = 0; i < n; i++) {
        const struct libusb_endpoint_descriptor *ep = &d->endpoint[i];

        if (!is_bulk(ep))
            continue;
        if (ep->bEndpointAddress & LIBUSB_ENDPOINT_IN) {
            if (in++ == 0)
                u->in = ep->bEndpointAddress;
        } else if (out++ == 0) {
            u->out = ep->bEndpointAddress;
        }
    }
    u->face.bulk_pairs = in < out ? in : out;
    u->rank = qd_usb_diag_rank(&u->face);
}

/* Something to try for a device that no rule and no table knows: what is neither AT nor NMEA by its
 * class, and has the shape of a DIAG port. Only for a user who names that device. */
static int is_guess(const struct qd_usb_interface *f)
{
    return qd_usb_diag_shape(f) && f->sub == 0xff && f->proto == 0xff;
}

static int is_better(const struct qd_usb_unit *a, const struct qd_usb_unit *best)
{
    if (a->face.cls != 0xff || !a->face.bulk_pairs || (!a->rank && !is_guess(&a->face)))
        return 0;
    if (best->face.number < 0 || a->rank != best->rank)
        return best->face.number < 0 || a->rank > best->rank;
    return a->face.number < best->face.number;
}

int qd_usb_describe(libusb_device *dev, struct qd_usb_unit *u)
{
    struct libusb_device_descriptor d;
    struct libusb_config_descriptor *c = NULL;
    struct qd_usb_unit each, empty;

    memset(u, 0, sizeof(*u));
    if (libusb_get_device_descriptor(dev, &d) || libusb_get_active_config_descriptor(dev, &c))
        return -1;
    u->face.vid = d.idVendor;
    u->face.pid = d.idProduct;
    u->face.number = -1;
    u->config = c->bConfigurationValue;
    port_path(dev, u->path, sizeof(u->path));
    snprintf(u->node, sizeof(u->node), "/dev/bus/usb/%03u/%03u", libusb_get_bus_number(dev),
             libusb_get_device_address(dev));
    empty = *u;
    for (int i = 0; i < c->bNumInterfaces; i++) {
        if (c->interface[i].num_altsetting < 1)
            continue;
        each = empty;
        read_interface(&c->interface[i].altsetting[0], &each);
        if (is_better(&each, u))
            *u = each;
    }
    libusb_free_config_descriptor(c);
    return 0;
}

static int is_meant(const struct qd_address *a, const struct qd_usb_unit *u)
{
    return a->vid == u->face.vid && a->pid == u->face.pid &&
           (!a->path[0] || strcmp(a->path, u->path) == 0);
}

static int fail_download_mode(const struct qd_address *a, struct qdiag_error *e)
{
    qd_fail(e, QDIAG_E_POLICY, a->text, "there is no DIAG in this mode; nothing was opened");
    qd_what(e, "refused: %04x:%04x is a module in download (EDL) mode", a->vid, a->pid);
    qd_hint(e, "switch the module off and on; if it comes back like this its firmware is damaged");
    return -QDIAG_E_POLICY;
}

static int judge_found(const struct qd_address *a, size_t n, const char *names,
                       const struct qd_usb_unit *u, struct qdiag_error *e)
{
    if (n > 1)
        return qd_fail(e, QDIAG_E_MANY_UNITS, a->text, "%zu units: %s", n, names);
    if (n == 0)
        return qd_fail(e, QDIAG_E_NO_UNIT, a->text, "no such device on USB");
    if (u->face.number >= 0)
        return 0;
    qd_fail(e, QDIAG_E_UNSUPPORTED, a->text, "none of its USB interfaces can be a DIAG port");
    qd_what(e, "the device has no DIAG port");
    qd_hint(
        e,
        "its USB composition may leave DIAG out; on Quectel modules AT+QCFG=\"usbcfg\" shows it");
    return -QDIAG_E_UNSUPPORTED;
}

int qd_usb_find(libusb_context *usb, const struct qd_address *a, libusb_device **dev,
                struct qd_usb_unit *u, struct qdiag_error *e)
{
    libusb_device **list;
    char names[200] = "";
    size_t n = 0, at = 0;
    ssize_t count;
    int rc;

    *dev = NULL;
    if (qd_usb_is_download_mode(a->vid, a->pid))
        return fail_download_mode(a, e);
    count = libusb_get_device_list(usb, &list);
    if (count < 0)
        return qd_fail_wire(e, QDIAG_E_OPEN_FAILED, count, a->text, "listing USB devices: %s",
                            libusb_strerror((int)count));
    for (ssize_t i = 0; i < count; i++) {
        struct qd_usb_unit each;
        char name[64];

        if (qd_usb_describe(list[i], &each) || !is_meant(a, &each))
            continue;
        *u = each;
        *dev = list[i];
        qd_usb_address(&each, name, sizeof(name));
        if (at < sizeof(names))
            at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s", n ? ", " : "", name);
        n++;
    }
    rc = judge_found(a, n, names, u, e);
    *dev = rc ? NULL : libusb_ref_device(*dev);
    libusb_free_device_list(list, 1);
    return rc;
}

int qd_usb_serial_sibling(const struct qd_usb_unit *u)
{
    char prefix[48], folder[300], port[16];
    DIR *dir = opendir(SYSFS_DEVICES);
    struct dirent *d;
    int found = 0;

    snprintf(prefix, sizeof(prefix), "%s:%d.", u->path, u->config);
    while (dir && !found && (d = readdir(dir)) != NULL) {
        if (strncmp(d->d_name, prefix, strlen(prefix)) != 0)
            continue;
        snprintf(folder, sizeof(folder), SYSFS_DEVICES "/%s", d->d_name);
        found = qd_sysfs_serial_port(folder, port, sizeof(port));
    }
    if (dir)
        closedir(dir);
    return found;
}

static int add_row(struct qd_port_list *list, const struct qd_usb_unit *u)
{
    struct qd_port *grown = qd_grow(list->p, list->n, &list->cap, sizeof(*list->p)), *p;
    char folder[96];

    if (!grown)
        return -1;
    list->p = grown;
    p = &grown[list->n++];
    memset(p, 0, sizeof(*p));
    qd_copy_text(p->node, sizeof(p->node), u->node);
    qd_copy_text(p->usb_path, sizeof(p->usb_path), u->path);
    p->vid = u->face.vid;
    p->pid = u->face.pid;
    p->interface = u->face.number;
    p->cls = u->face.cls;
    p->sub = u->face.sub;
    p->proto = u->face.proto;
    p->endpoints = u->face.endpoints;
    p->bulk_pairs = u->face.bulk_pairs;
    qd_copy_text(p->group, sizeof(p->group), u->path);
    p->role = qd_usb_role(&u->face);
    p->likely_diag = p->role == QD_ROLE_DIAG;
    if (p->likely_diag) {
        qd_usb_folder(u, u->face.number, folder);
        qd_sysfs_driver(folder, p->driver, sizeof(p->driver));
    } else {
        p->interface = -1;
    }
    snprintf(folder, sizeof(folder), SYSFS_DEVICES "/%s", u->path);
    qd_sysfs_attr(folder, "serial", p->serial, sizeof(p->serial));
    qd_sysfs_attr(folder, "product", p->product, sizeof(p->product));
    qd_sysfs_attr(folder, "manufacturer", p->manufacturer, sizeof(p->manufacturer));
    return 0;
}

static int is_module(const struct qd_usb_unit *u)
{
    return (u->face.number >= 0 && u->rank > 0) || qd_usb_is_module(u->face.vid, u->face.pid) ||
           qd_usb_is_download_mode(u->face.vid, u->face.pid);
}

static int add_rows(libusb_context *usb, struct qdiag_context *ctx, struct qd_port_list *list,
                    struct qdiag_error *e)
{
    size_t before = list->n;
    libusb_device **found;
    ssize_t count = libusb_get_device_list(usb, &found);
    int rc = 0;

    if (count < 0) {
        qd_log(ctx, QDIAG_LOG_WARN, "usb", "USB devices cannot be listed: %s",
               libusb_strerror((int)count));
        return 0;
    }
    for (ssize_t i = 0; i < count && rc == 0; i++) {
        struct qd_usb_unit u;

        if (qd_usb_describe(found[i], &u) == 0 && is_module(&u) && add_row(list, &u))
            rc = qd_nomem(e);
    }
    libusb_free_device_list(found, 1);
    if (rc)
        list->n = before;
    return rc;
}

int qd_discover_usb(struct qdiag_context *ctx, struct qd_port_list *list, struct qdiag_error *e)
{
    libusb_context *usb = NULL;
    int rc = libusb_init(&usb);

    if (rc) {
        qd_log(ctx, QDIAG_LOG_WARN, "usb", "USB cannot be looked at: %s", libusb_strerror(rc));
        return 0;
    }
    rc = add_rows(usb, ctx, list, e);
    libusb_exit(usb);
    return rc;
}
