/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Shared by usb_host.c (devices) and usb_fs.c (the kernel's side of usbfs). */
#ifndef USB_HOST_PRIV_H
#define USB_HOST_PRIV_H

#include <umockdev.h>

#include "usb_host.h"

struct usb_host {
    UMockdevTestbed *bed;
    GMutex lock; /* the handler runs on umockdev's thread */
    GPtrArray *devs;
    char *dir;
};

struct usb_urb {
    UMockdevIoctlData *data, *buf; /* kept until reaped */
    gulong addr;                   /* the program's own address of it */
    guint8 ep;
    guint flags;
    int len, fill, status;
};

/* Bytes of one device-to-host transfer, or of a part of one. */
struct usb_chunk {
    guint8 *p;
    size_t n, at;
    int ends; /* in a short or empty packet */
};

struct usb_dev {
    struct usb_host *host;
    struct usb_profile own;
    const struct usb_profile *profile; /* own */
    UMockdevIoctlBase *handler;
    struct usb_sim *sim;
    char *syspath, *node;
    struct usb_knobs knobs;
    struct usb_seen seen;
    char driver[USB_FACES][16];
    int on_bus, gone;

    GQueue in, out, done; /* struct usb_urb */
    GQueue forgotten;     /* struct usb_urb: IN, until they are discarded */
    GQueue chunks;        /* struct usb_chunk */
    GByteArray *acc;      /* of an OUT transfer that has not ended */
    GByteArray *glued;
    int glue_count;
    int halted;
    int empty_reaps;
    unsigned idle;
    UMockdevIoctlClient *held; /* a reap that is kept open, so that the program does not spin */
};

/* usb_fs.c; all but the handler with the lock taken. */
gboolean usb_fs_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client, struct usb_dev *d);
void usb_fs_deliver(struct usb_dev *d);
void usb_fs_add(struct usb_dev *d, const guint8 *p, size_t n);
void usb_fs_gone(struct usb_dev *d);
void usb_fs_clear(struct usb_dev *d);

#endif
