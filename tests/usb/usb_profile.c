/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Emulated USB devices as data, and their descriptors as bytes. Knows no rig. */
#include "usb_profile.h"

#include <string.h>

#define PORT(s, p, i, o)                                                                           \
    {                                                                                              \
        .cls = 0xff, .sub = s, .proto = p, .in = i, .out = o, .driver = "option", .tty = -1        \
    }

const struct usb_profile usb_ec25 = {
    .vid = 0x2c7c,
    .pid = 0x0125,
    .serial = "SIM0001",
    .product = "EC25 sim",
    .port = 1,
    .number = 2,
    .face = {PORT(0xff, 0xff, 0x81, 0x01),
             PORT(0x00, 0x00, 0x82, 0x02),
             PORT(0x00, 0x00, 0x83, 0x03),
             {.cls = 0xff, .sub = 0xff, .proto = 0xff, .in = 0x84, .tty = -1}},
    .faces = 4,
};

const struct usb_profile usb_em060k = {
    .vid = 0x2c7c,
    .pid = 0x0128,
    .serial = "SIM0002",
    .product = "EM060K sim",
    .port = 2,
    .number = 3,
    .face = {{.cls = 0x02, .sub = 0x0e, .interrupt = 0x81, .tty = -1},
             {.cls = 0x0a, .proto = 0x02, .in = 0x8e, .out = 0x0f, .tty = -1},
             {.cls = 0xff, .sub = 0xff, .proto = 0x70, .in = 0x82, .tty = -1},
             PORT(0xff, 0x30, 0x85, 0x02),
             PORT(0x00, 0x40, 0x84, 0x03),
             PORT(0xff, 0x40, 0x87, 0x04)},
    .faces = 6,
    .diag = 3,
};

int usb_face_endpoints(const struct usb_face *f)
{
    return (f->in != 0) + (f->out != 0) + (f->interrupt != 0);
}

unsigned usb_packet(const struct usb_profile *p)
{
    return p->packet ? p->packet : 512;
}

static size_t put(uint8_t *out, size_t at, const uint8_t *d, size_t n)
{
    memcpy(out + at, d, n);
    return at + n;
}

static size_t put_endpoint(uint8_t *out, size_t at, uint8_t address, uint8_t type, unsigned packet)
{
    const uint8_t d[7] = {
        7, 5, address, type, (uint8_t)packet, (uint8_t)(packet >> 8), type == 3 ? 9 : 0};

    return address ? put(out, at, d, sizeof d) : at;
}

static size_t put_face(uint8_t *out, size_t at, const struct usb_face *f, int number,
                       unsigned packet)
{
    const uint8_t d[9] = {9,      4,      (uint8_t)number, 0, (uint8_t)usb_face_endpoints(f),
                          f->cls, f->sub, f->proto,        0};

    at = put(out, at, d, sizeof d);
    at = put_endpoint(out, at, f->interrupt, 3, 10);
    at = put_endpoint(out, at, f->in, 2, packet);
    return put_endpoint(out, at, f->out, 2, packet);
}

size_t usb_descriptors(const struct usb_profile *p, uint8_t out[USB_DESCRIPTORS_MAX])
{
    const uint8_t dev[USB_DEVICE_SIZE] = {18,
                                          1,
                                          0,
                                          2,
                                          0xef,
                                          2,
                                          1,
                                          64,
                                          (uint8_t)p->vid,
                                          (uint8_t)(p->vid >> 8),
                                          (uint8_t)p->pid,
                                          (uint8_t)(p->pid >> 8),
                                          0x18,
                                          3,
                                          1,
                                          2,
                                          3,
                                          1};
    const uint8_t conf[9] = {9, 2, 0, 0, (uint8_t)p->faces, 1, 0, 0xa0, 0xfa};
    size_t n = put(out, 0, dev, sizeof dev);

    n = put(out, n, conf, sizeof conf);
    for (int i = 0; i < p->faces; i++)
        n = put_face(out, n, &p->face[i], i, usb_packet(p));
    out[USB_DEVICE_SIZE + 2] = (uint8_t)(n - USB_DEVICE_SIZE);
    out[USB_DEVICE_SIZE + 3] = (uint8_t)((n - USB_DEVICE_SIZE) >> 8);
    return n;
}
