/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The inside of the USB transport: finding the DIAG interface, the queue of IN transfers, the link.
 */
#ifndef QD_TRANSPORT_USB_H
#define QD_TRANSPORT_USB_H

#include <libusb.h>

#include "base/buf.h"
#include "transport/transport.h"
#include "transport/usb_match.h"

/* A device and the interface of it to speak DIAG on. */
struct qd_usb_unit {
    struct qd_usb_interface face; /* number -1: no interface can be DIAG */
    int rank;                     /* of usb_match.h; 0 = a guess for a device nobody knows */
    char path[32];                /* "1-4.2" */
    char node[32];                /* "/dev/bus/usb/001/002" */
    int config;                   /* bConfigurationValue */
    uint8_t in, out;              /* endpoint addresses */
};

/* Reads one device's descriptors. 0; -1 when it has none to read (not configured). */
int qd_usb_describe(libusb_device *dev, struct qd_usb_unit *u);

/* Finds the one device of an address: a reference of it goes to *dev. Errors: NO_UNIT, MANY_UNITS
 * (the text names them), UNSUPPORTED (no DIAG interface), POLICY (download mode), OPEN_FAILED. */
int qd_usb_find(libusb_context *usb, const struct qd_address *a, libusb_device **dev,
                struct qd_usb_unit *u, struct qdiag_error *e);

/* "usb:2c7c:0125@1-4.2" */
void qd_usb_address(const struct qd_usb_unit *u, char *out, size_t cap);

/* The folder of an interface in sysfs. */
void qd_usb_folder(const struct qd_usb_unit *u, int number, char out[96]);

/* Whether another interface of the device has a serial driver. */
int qd_usb_serial_sibling(const struct qd_usb_unit *u);

#define QD_USB_TRANSFERS 4u
#define QD_USB_TRANSFER_SIZE                                                                       \
    16384u /* a multiple of every packet size: a transfer cannot overflow */
#define QD_USB_RING      (8u * QD_USB_TRANSFER_SIZE)
#define QD_USB_CANCEL_MS 1000u /* for the kernel to give a cancelled transfer back */

struct qd_usb_slot {
    struct libusb_transfer *t;
    uint8_t *buf;
    int done; /* came back, not looked at yet */
};

struct qd_usb {
    struct qdiag_context *ctx;
    libusb_context *usb;
    libusb_device_handle *handle;
    struct qd_usb_unit unit;
    char name[QD_ADDRESS_MAX]; /* the address, for messages */
    int claimed;
    int had_driver; /* a kernel driver was bound when we came */
    int give_back;  /* a kernel driver is to be bound when we go */
    int end;        /* 0, or the error code that ended the link */
    char why[128];

    /* IN: slots are posted and consumed in turn, so their order is the order of the bytes. */
    struct qd_usb_slot slot[QD_USB_TRANSFERS];
    unsigned head, posted; /* the oldest one in the kernel's hands, and how many there are */
    int trouble;           /* 0, or the status of a transfer that failed and needs a clear_halt */
    unsigned troubles;     /* in a row, without a byte in between */
    uint8_t *ring;         /* QD_USB_RING bytes */
    size_t ring_at, ring_len;

    struct libusb_transfer *out;
    int out_done;
    struct qd_buf out_buf;
};

/* usb_in.c */
int qd_usb_in_start(struct qd_usb *u, struct qdiag_error *e);

/* Lets libusb work for at most so long, takes what came and posts the free transfers again. What
 * fails is noted in u->end. */
void qd_usb_pump(struct qd_usb *u, uint64_t us);

/* Cancels the transfers, takes the bytes that the oldest holds, if any, and posts new ones. */
void qd_usb_nudge(struct qd_usb *u);

/* Takes bytes out of the ring. */
size_t qd_usb_take(struct qd_usb *u, uint8_t *p, size_t cap);

/* Cancels all and waits until the kernel has given all back. 0, or -1 when it has not. */
int qd_usb_in_stop(struct qd_usb *u);

/* Notes the first thing that ended the link. */
void qd_usb_end(struct qd_usb *u, enum qdiag_code code, const char *why);

/* Frees the transfers; only when none is in the kernel's hands. */
void qd_usb_in_free(struct qd_usb *u);

#endif
