/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The emulated bus: a testbed with a root hub, and devices that are plugged in and pulled. */
#include <stdio.h>
#include <string.h>

#include "usb_host_priv.h"

#define BUS_PATH "/devices/pci0000:00/0000:00:14.0/usb1"

/* A high-speed root hub, as the kernel shows it. */
static const char root_hub[] =
    "P: " BUS_PATH "\nN: bus/usb/001/001\nE: SUBSYSTEM=usb\nE: DRIVER=usb\nE: DEVTYPE=usb_device\n"
    "E: BUSNUM=001\nE: DEVNUM=001\nE: DEVNAME=/dev/bus/usb/001/001\nE: PRODUCT=1d6b/2/601\n"
    "E: MAJOR=189\nE: MINOR=0\nA: bConfigurationValue=1\\n\nA: busnum=1\\n\nA: devnum=1\\n\n"
    "A: speed=480\\n\nA: idVendor=1d6b\\n\nA: idProduct=0002\\n\n"
    "H: descriptors=12010002090001406b1d020001060302010109021900010100e0000904000001090000000705"
    "810304000c\n";

static void add(struct usb_host *h, const char *record)
{
    GError *e = NULL;

    if (!umockdev_testbed_add_from_string(h->bed, record, &e))
        g_error("usb_host: %s\n%s", e->message, record);
}

struct usb_host *usb_host_new(void)
{
    struct usb_host *h = g_new0(struct usb_host, 1);

    g_mutex_init(&h->lock);
    h->devs = g_ptr_array_new();
    h->bed = umockdev_testbed_new();
    if (!umockdev_in_mock_environment()) {
        usb_host_free(&h);
        return NULL;
    }
    h->dir = umockdev_testbed_get_root_dir(h->bed);
    add(h, root_hub);
    return h;
}

static void free_dev(struct usb_dev *d)
{
    g_clear_object(&d->handler);
    usb_fs_clear(d);
    g_byte_array_unref(d->acc);
    g_byte_array_unref(d->glued);
    g_free(d->syspath);
    g_free(d->node);
    g_free(d);
}

void usb_host_free(struct usb_host **h)
{
    if (!*h)
        return;
    for (guint i = 0; i < (*h)->devs->len; i++) {
        struct usb_dev *d = (*h)->devs->pdata[i];

        umockdev_testbed_detach_ioctl((*h)->bed, d->node, NULL);
    }
    g_clear_object(&(*h)->bed);
    for (guint i = 0; i < (*h)->devs->len; i++)
        free_dev((*h)->devs->pdata[i]);
    g_ptr_array_unref((*h)->devs);
    g_mutex_clear(&(*h)->lock);
    g_free((*h)->dir);
    g_free(*h);
    *h = NULL;
}

const char *usb_host_dir(const struct usb_host *h)
{
    return h->dir;
}

static char *descriptors(const struct usb_profile *p)
{
    guint8 b[USB_DESCRIPTORS_MAX];
    size_t n = usb_descriptors(p, b);
    GString *hex = g_string_new(NULL);

    for (size_t i = 0; i < n - p->cut; i++)
        g_string_append_printf(hex, "%02x", b[i]);
    return g_string_free(hex, FALSE);
}

/* ---- records ---- */

static void add_device_record(struct usb_host *h, const struct usb_dev *d)
{
    const struct usb_profile *p = d->profile;
    GString *r = g_string_new(NULL);
    char *hex = descriptors(p);

    g_string_append_printf(
        r,
        "P: %s\nN: bus/usb/001/%03u\nE: SUBSYSTEM=usb\nE: DRIVER=usb\nE: DEVTYPE=usb_device\n"
        "E: BUSNUM=001\nE: DEVNUM=%03u\nE: DEVNAME=%s\nE: PRODUCT=%x/%x/318\nE: MAJOR=189\n"
        "E: MINOR=%u\nA: bConfigurationValue=1\\n\nA: busnum=1\\n\nA: devnum=%u\\n\n"
        "A: speed=480\\n\nA: idVendor=%04x\\n\nA: idProduct=%04x\\n\nH: descriptors=%s\n",
        d->syspath, p->number, p->number, d->node, p->vid, p->pid, p->number - 1, p->number, p->vid,
        p->pid, hex);
    if (p->serial)
        g_string_append_printf(r, "A: serial=%s\\n\n", p->serial);
    if (p->product)
        g_string_append_printf(r, "A: product=%s\\n\n", p->product);
    add(h, r->str);
    g_free(hex);
    g_string_free(r, TRUE);
}

static void add_tty_records(struct usb_host *h, const char *face, int tty)
{
    char *r = g_strdup_printf("P: %s/ttyUSB%d\nE: SUBSYSTEM=usb-serial\nE: DRIVER=option1\n\n"
                              "P: %s/ttyUSB%d/tty/ttyUSB%d\nN: ttyUSB%d\nE: SUBSYSTEM=tty\n"
                              "E: DEVNAME=/dev/ttyUSB%d\nE: MAJOR=188\nE: MINOR=%d\n",
                              face, tty, face, tty, tty, tty, tty, tty);

    add(h, r);
    g_free(r);
}

static void add_face_records(struct usb_host *h, const struct usb_dev *d, int number)
{
    const struct usb_face *f = &d->profile->face[number];
    char *path = g_strdup_printf("%s/1-%u:1.%d", d->syspath, d->profile->port, number);
    GString *r = g_string_new(NULL);

    g_string_append_printf(
        r,
        "P: %s\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\nA: bInterfaceNumber=%02x\\n\n"
        "A: bInterfaceClass=%02x\\n\nA: bInterfaceSubClass=%02x\\n\nA: bInterfaceProtocol=%02x\\n\n"
        "A: bNumEndpoints=%02x\\n\n",
        path, number, f->cls, f->sub, f->proto, usb_face_endpoints(f));
    if (f->in)
        g_string_append_printf(r, "A: ep_%02x/type=Bulk\\n\nA: ep_%02x/direction=in\\n\n", f->in,
                               f->in);
    if (f->out)
        g_string_append_printf(r, "A: ep_%02x/type=Bulk\\n\nA: ep_%02x/direction=out\\n\n", f->out,
                               f->out);
    if (f->driver)
        g_string_append_printf(r, "E: DRIVER=%s\nL: driver=../../bus/usb/drivers/%s\n", f->driver,
                               f->driver);
    add(h, r->str);
    if (f->tty >= 0)
        add_tty_records(h, path, f->tty);
    g_string_free(r, TRUE);
    g_free(path);
}

struct usb_dev *usb_host_plug(struct usb_host *h, const struct usb_profile *p, struct usb_sim *sim)
{
    struct usb_dev *d = g_new0(struct usb_dev, 1);

    d->host = h;
    d->own = *p;
    d->profile = &d->own;
    d->sim = sim;
    d->syspath = g_strdup_printf(BUS_PATH "/1-%u", p->port);
    d->node = g_strdup_printf("/dev/bus/usb/001/%03u", p->number);
    d->acc = g_byte_array_new();
    d->glued = g_byte_array_new();
    for (int i = 0; i < p->faces; i++)
        g_strlcpy(d->driver[i], p->face[i].driver ? p->face[i].driver : "", sizeof d->driver[i]);
    d->handler = umockdev_ioctl_base_new();
    g_object_connect(d->handler, "signal-after::handle-ioctl", usb_fs_ioctl, d, NULL);
    umockdev_testbed_attach_ioctl(h->bed, d->node, d->handler, NULL);
    add_device_record(h, d);
    for (int i = 0; i < p->faces; i++)
        add_face_records(h, d, i);
    d->on_bus = 1;
    g_ptr_array_add(h->devs, d);
    return d;
}

void usb_host_unplug(struct usb_host *h, struct usb_dev *d)
{
    g_mutex_lock(&h->lock);
    usb_fs_gone(d);
    g_mutex_unlock(&h->lock);
    if (!d->on_bus)
        return;
    d->on_bus = 0;
    for (int i = 0; i < d->profile->faces; i++) {
        char *path = g_strdup_printf("/sys%s/1-%u:1.%d", d->syspath, d->profile->port, i);

        umockdev_testbed_remove_device(h->bed, path);
        g_free(path);
    }
    char *path = g_strdup_printf("/sys%s", d->syspath);

    umockdev_testbed_uevent(h->bed, path, "remove");
    umockdev_testbed_remove_device(h->bed, path);
    g_free(path);
}

/* ---- knobs ---- */

void usb_dev_set(struct usb_dev *d, const struct usb_knobs *k)
{
    g_mutex_lock(&d->host->lock);
    d->knobs = *k;
    d->idle = 0;
    usb_fs_deliver(d);
    g_mutex_unlock(&d->host->lock);
}

struct usb_seen usb_dev_seen(struct usb_dev *d)
{
    struct usb_seen s;

    g_mutex_lock(&d->host->lock);
    s = d->seen;
    s.pending_in = d->in.length;
    g_mutex_unlock(&d->host->lock);
    return s;
}

const char *usb_dev_driver(struct usb_dev *d, int face)
{
    return d->driver[face];
}

void usb_dev_unbind(struct usb_dev *d, int face)
{
    char *link = g_strdup_printf("%s/sys%s/1-%u:1.%d/driver", d->host->dir, d->syspath,
                                 d->profile->port, face);

    if (remove(link))
        g_error("usb_host: %s cannot be removed", link);
    g_free(link);
    d->driver[face][0] = '\0';
}

void usb_dev_push(struct usb_dev *d, const void *p, size_t n)
{
    g_mutex_lock(&d->host->lock);
    usb_fs_add(d, p, n);
    usb_fs_deliver(d);
    g_mutex_unlock(&d->host->lock);
}
