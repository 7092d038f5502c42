/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The simulated module behind an emulated USB interface: transfers in, transfers out. */
#ifndef USB_SIM_H
#define USB_SIM_H

#include <stddef.h>
#include <stdint.h>

struct usb_sim;

/* Serves a unit folder; NULL with a sentence on stderr when it cannot. */
struct usb_sim *usb_sim_new(const char *folder);
void usb_sim_free(struct usb_sim **s);

/* One frame that the module sends. */
typedef void (*usb_sim_emit)(void *user, const uint8_t *p, size_t n);

/* Takes what one OUT transfer brought, as the kernel's DIAG gadget does: its first frame only. */
void usb_sim_transfer(struct usb_sim *s, const uint8_t *p, size_t n, usb_sim_emit emit, void *user);

/* From now on a processor that knows VERNO and no other request. */
void usb_sim_be_dsp(struct usb_sim *s);

/* The module is cut off from its power, or comes back to it. */
void usb_sim_restart(struct usb_sim *s);

uint64_t usb_sim_requests(const struct usb_sim *s);
uint64_t usb_sim_writes(const struct usb_sim *s);

#endif
