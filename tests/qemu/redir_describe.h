/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Descriptors of an emulated device, in the words of usbredir. */
#ifndef REDIR_DESCRIBE_H
#define REDIR_DESCRIBE_H

#include <stdio.h>
#include <usbredirparser.h>

#include "usb_profile.h"

/* What a control request reads, at most USB_DESCRIPTORS_MAX bytes; 0 = the device stalls. */
size_t redir_control_in(const struct usb_profile *p,
                        const struct usb_redir_control_packet_header *h, uint8_t *out);

/* Puts the device on the bus. */
void redir_announce(struct usbredirparser *r, const struct usb_profile *p);

#endif
