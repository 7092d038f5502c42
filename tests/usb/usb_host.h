/* SPDX-License-Identifier: BSD-3-Clause
 *
 * An emulated USB in a umockdev testbed: devices by their descriptors, the kernel's side of usbfs,
 * and faults. Devices are answered by the simulated module, or by what a test pushes. */
#ifndef USB_HOST_H
#define USB_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "usb_profile.h"
#include "usb_sim.h"

struct usb_host;
struct usb_dev;

/* NULL where umockdev does not work. One at a time in a process. */
struct usb_host *usb_host_new(void);
void usb_host_free(struct usb_host **h);

/* sim may be NULL; borrowed. */
struct usb_dev *usb_host_plug(struct usb_host *h, const struct usb_profile *p, struct usb_sim *sim);
void usb_host_unplug(struct usb_host *h, struct usb_dev *d);
/* Where the files of the testbed are: /dev/x is at DIR/dev/x. */
const char *usb_host_dir(const struct usb_host *h);

/* What a device does, to be set between calls of the program under test. */
struct usb_knobs {
    int busy;           /* another program has claimed every interface */
    int no_zlp;         /* the device ends no transfer with an empty packet */
    unsigned urb_bytes; /* an IN transfer carries at most so many; 0 = no limit */
    int split;          /* every reply goes out in so many transfers */
    int glue;           /* so many replies are kept back and sent in one transfer */
    int forgetful;      /* with one cancelled IN transfer, all posted ones are forgotten */
    int silent;         /* requests are taken and not answered */
    int no_out;         /* requests are not taken */
    int in_stalls;      /* so many IN transfers end in a stall */
    int out_stalls;     /* so many OUT transfers do */
    int in_errors;      /* so many IN transfers fail as they do while a cable is pulled */
    int unplug_idle;    /* gone at the n-th look for something that is not there */
    unsigned unplug_at; /* gone at the n-th OUT transfer */
    unsigned stall_at;  /* the reply to the n-th OUT transfer is preceded by a stall */
};
void usb_dev_set(struct usb_dev *d, const struct usb_knobs *k);

/* What the kernel's side has seen. */
struct usb_seen {
    unsigned ioctls, submits_in, submits_out, discards, clear_halts, claims, releases, detaches,
        attaches, zero_packets;
    unsigned pending_in, pending_in_max; /* IN transfers in flight */
    unsigned out_transfers;              /* that reached the device */
};
struct usb_seen usb_dev_seen(struct usb_dev *d);

/* Name of the driver bound to an interface, "" = none. */
const char *usb_dev_driver(struct usb_dev *d, int face);
/* As a libusb program leaves it that is killed while it holds the interface. */
void usb_dev_unbind(struct usb_dev *d, int face);

/* The device sends one transfer. */
void usb_dev_push(struct usb_dev *d, const void *p, size_t n);

#endif
