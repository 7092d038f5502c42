/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How an emulated device shows itself: in the packets of usbredir that announce it, and by its
 * descriptors. Both say the same, since both come from the profile. */
#include "redir_describe.h"

#include <string.h>

/* A string descriptor; 0 when there is none of that number. */
static size_t string(const struct usb_profile *p, unsigned index, uint8_t out[64])
{
    const char *texts[] = {"", "Simulated", p->product, p->serial};
    const char *s = index < 4 ? texts[index] : NULL;
    size_t n = 2;

    if (!s)
        return 0;
    for (; *s && n < 64; s++) {
        out[n++] = (uint8_t)*s;
        out[n++] = 0;
    }
    if (!index) { /* the languages: English */
        out[n++] = 0x09;
        out[n++] = 0x04;
    }
    out[0] = (uint8_t)n;
    out[1] = 3;
    return n;
}

size_t redir_control_in(const struct usb_profile *p,
                        const struct usb_redir_control_packet_header *h, uint8_t *out)
{
    uint8_t desc[USB_DESCRIPTORS_MAX];
    size_t conf = usb_descriptors(p, desc) - USB_DEVICE_SIZE;

    if (h->request == 0 && h->length == 2) { /* GET_STATUS */
        out[0] = out[1] = 0;
        return 2;
    }
    if (h->request != 6)
        return 0;
    switch (h->value >> 8) {
    case 1:
        memcpy(out, desc, USB_DEVICE_SIZE);
        return USB_DEVICE_SIZE;
    case 2:
        memcpy(out, desc + USB_DEVICE_SIZE, conf);
        return conf;
    case 3:
        return string(p, h->value & 0xff, out);
    default:
        return 0;
    }
}

static void add_endpoint(struct usb_redir_ep_info_header *e, uint8_t address, uint8_t type,
                         int face, unsigned packet)
{
    int i = (address & 0x0f) + (address & 0x80 ? 16 : 0);

    if (!address)
        return;
    e->type[i] = type;
    e->interval[i] = type == usb_redir_type_interrupt ? 9 : 0;
    e->interface[i] = (uint8_t)face;
    e->max_packet_size[i] = (uint16_t)packet;
}

void redir_announce(struct usbredirparser *r, const struct usb_profile *p)
{
    struct usb_redir_interface_info_header f = {.interface_count = (uint32_t)p->faces};
    struct usb_redir_ep_info_header e = {0};
    struct usb_redir_device_connect_header c = {.speed = usb_redir_speed_high,
                                                .device_class = 0xef,
                                                .device_subclass = 2,
                                                .device_protocol = 1,
                                                .vendor_id = p->vid,
                                                .product_id = p->pid,
                                                .device_version_bcd = 0x0318};

    memset(e.type, usb_redir_type_invalid, sizeof e.type);
    e.type[0] = e.type[16] = usb_redir_type_control;
    e.max_packet_size[0] = e.max_packet_size[16] = 64;
    for (int i = 0; i < p->faces; i++) {
        f.interface[i] = (uint8_t)i;
        f.interface_class[i] = p->face[i].cls;
        f.interface_subclass[i] = p->face[i].sub;
        f.interface_protocol[i] = p->face[i].proto;
        add_endpoint(&e, p->face[i].interrupt, usb_redir_type_interrupt, i, 10);
        add_endpoint(&e, p->face[i].in, usb_redir_type_bulk, i, usb_packet(p));
        add_endpoint(&e, p->face[i].out, usb_redir_type_bulk, i, usb_packet(p));
    }
    usbredirparser_send_interface_info(r, &f);
    usbredirparser_send_ep_info(r, &e);
    usbredirparser_send_device_connect(r, &c);
}
