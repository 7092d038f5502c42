/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reading sysfs: attributes, bound drivers and the serial ports of an interface. */
#ifndef QD_TRANSPORT_SYSFS_H
#define QD_TRANSPORT_SYSFS_H

#include <stddef.h>

/* Joins into a caller's buffer of PATH_MAX; -1 when it does not fit. */
int qd_sysfs_join(char *out, const char *folder, const char *name);

/* First line of an attribute, printable; 0, or -1 (out is then "") when there is none. */
int qd_sysfs_attr(const char *folder, const char *name, char *out, size_t cap);

/* Name of the driver bound to the device of a folder; "" when there is none. */
void qd_sysfs_driver(const char *folder, char *out, size_t cap);

/* Whether a USB interface's folder holds a serial port of the usb-serial kind; its name, such as
 * "ttyUSB0", goes to out, which is "" otherwise. */
int qd_sysfs_serial_port(const char *folder, char *out, size_t cap);

#endif
