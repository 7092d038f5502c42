/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What an emulated USB device looks like, and its descriptors: for every rig that emulates one. */
#ifndef USB_PROFILE_H
#define USB_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#define USB_FACES 6

/* One interface of a device: two bulk endpoints unless an address is 0. */
struct usb_face {
    uint8_t cls, sub, proto;
    uint8_t in, out;    /* endpoint addresses, 0 = none */
    uint8_t interrupt;  /* a third endpoint, 0 = none */
    const char *driver; /* bound by the kernel; NULL = none */
    int tty;            /* number of its ttyUSB, -1 = none */
};

struct usb_profile {
    uint16_t vid, pid;
    const char *serial, *product; /* NULL = none */
    unsigned port, number;        /* bus 1, this port, this device number */
    unsigned packet;              /* bytes of a bulk packet; 0 = 512 */
    struct usb_face face[USB_FACES];
    int faces;
    int diag;     /* the interface that is served */
    unsigned cut; /* so many bytes of the descriptors are missing */
};

/* As EC25 modules look: DIAG at 0, NMEA, AT, and a last interface with one endpoint. */
extern const struct usb_profile usb_ec25;

/* As EM060K modules look: two interfaces of MBIM, DIAG at 3 on other endpoints, NMEA, AT. */
extern const struct usb_profile usb_em060k;

#define USB_DEVICE_SIZE     18u /* of the device descriptor, which comes first */
#define USB_DESCRIPTORS_MAX (USB_DEVICE_SIZE + 9u + USB_FACES * (9u + 3u * 7u))

/* Endpoints of an interface, and bytes of a bulk packet. */
int usb_face_endpoints(const struct usb_face *f);
unsigned usb_packet(const struct usb_profile *p);

/* The device descriptor and the configuration's; returns their length. `cut` is the caller's. */
size_t usb_descriptors(const struct usb_profile *p, uint8_t out[USB_DESCRIPTORS_MAX]);

#endif
