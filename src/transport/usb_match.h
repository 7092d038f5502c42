/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which USB interface is likely to be a DIAG port. */
#ifndef QD_TRANSPORT_USB_MATCH_H
#define QD_TRANSPORT_USB_MATCH_H

#include <stdint.h>

struct qd_usb_interface {
    uint16_t vid, pid;
    int number; /* bInterfaceNumber */
    uint8_t cls, sub, proto;
    int endpoints;  /* all but endpoint 0 */
    int bulk_pairs; /* one bulk IN and one bulk OUT each */
};

/* 1 when the rules or the table say DIAG; always 0 for the ids of download modes. */
int qd_usb_likely_diag(const struct qd_usb_interface *i);

/* How sure that is, so that one interface of a device can be chosen: 0 = no, 1 = the habit of a
 * maker, 2 = the table, 3 = the class of the DIAG gadget. What the device says of itself outranks
 * the table, since a module's composition can be changed. */
int qd_usb_diag_rank(const struct qd_usb_interface *i);

/* The shape of a DIAG port: vendor class, one bulk endpoint each way, no interrupt endpoint. */
int qd_usb_diag_shape(const struct qd_usb_interface *i);

/* Whether a device is in a download or ram-dump mode and must be left alone. */
int qd_usb_is_download_mode(uint16_t vid, uint16_t pid);

enum qd_role {
    QD_ROLE_UNKNOWN,
    QD_ROLE_DIAG,
    QD_ROLE_AT,
    QD_ROLE_NMEA,
    QD_ROLE_NET,
    QD_ROLE_DOWNLOAD /* of a module in download or ram-dump mode */
};

/* What an interface is for, as far as descriptors and table tell. */
enum qd_role qd_usb_role(const struct qd_usb_interface *i);

/* How sure it is that AT commands are taken there: 0 = no, or not a module by its ids (a serial
 * cable looks the same); 1 = the class only, which NMEA ports share; 2 = the table's second AT
 * port, the one for data calls; 3 = its first. */
int qd_usb_at_rank(const struct qd_usb_interface *i);

/* Whether the device is a cellular module by its ids, whatever its interfaces are. */
int qd_usb_is_module(uint16_t vid, uint16_t pid);

/* Name of a known device, or NULL. */
const char *qd_usb_name(uint16_t vid, uint16_t pid);

#endif
