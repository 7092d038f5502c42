/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Units: listing the ports that look like DIAG, and opening one. */
#ifndef QDIAG_DEVICE_H
#define QDIAG_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/context.h>
#include <qdiag/error.h>
#include <qdiag/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a port is for, as far as descriptors, names and the table of ids tell. */
enum qdiag_role {
    QDIAG_ROLE_UNKNOWN = 0,
    QDIAG_ROLE_DIAG,
    QDIAG_ROLE_AT,
    QDIAG_ROLE_NMEA,
    QDIAG_ROLE_NET,
    QDIAG_ROLE_DOWNLOAD /* of a module in download (EDL) or ram-dump mode: never opened */
};

/* A process that has a port open. */
struct qdiag_holder {
    long pid;
    char program[32]; /* "" = not known */
};

#define QDIAG_HOLDERS 4

/* One port of a unit, as the operating system shows it. Nothing was opened to learn this. Ports
 * with the same unit text belong to one unit. */
struct qdiag_port {
    char address[128];     /* paste behind -d: "tty:/dev/ttyUSB0", "usb:2c7c:0125@1-4.2" */
    char node[64];         /* "/dev/ttyUSB0", "/dev/bus/usb/001/002" */
    char unit[32];         /* the USB path, "wwan0", or the node's name */
    char usb_path[32];     /* "1-4.2", or "" */
    enum qdiag_role role;
    struct qdiag_holder holder[QDIAG_HOLDERS];
    unsigned holders;
    int holders_known;     /* 0: not every process could be looked at, so there may be more */
    uint16_t vid, pid;     /* 0 = not USB */
    int interface_number;  /* USB interface, -1 = not known */
    char driver[32], serial[64], product[128], manufacturer[64];
    int likely_diag;       /* 1: by descriptors or table this is the DIAG port */
};

struct qdiag_port_list {
    struct qdiag_port *port;
    size_t count;
};

/* What a port said when it was asked. */
enum qdiag_probe_result {
    QDIAG_PROBE_NOT_ASKED = 0, /* nothing was sent to it */
    QDIAG_PROBE_DIAG,          /* it answers VERNO, and nothing says that it is not the modem */
    QDIAG_PROBE_SILENT,        /* it was asked and VERNO was not answered */
    QDIAG_PROBE_NOT_MODEM,     /* it answers VERNO and has neither NV items nor EFS */
    QDIAG_PROBE_BUSY           /* somebody else has it open; nothing was sent to it */
};

struct qdiag_probe {
    enum qdiag_probe_result result;
    char reason[256]; /* "" = there is no more to say */
};

struct qdiag_device;

/* Name of a result as used in text and JSON: "not asked", "diag", "silent", "not the modem" or "busy".
 *
 * @param result  the result.
 * Time: none. Unit: none. Owner: static text. Returns: never NULL. */
QDIAG_API const char *qdiag_probe_name(enum qdiag_probe_result result);

/* Asks one port of a list whether the modem's DIAG is behind it, and closes it again. Opens no port
 * that does not look like DIAG, that somebody has open, whose USB interface a driver has (its serial
 * port is a port of its own), of a module in download mode, or that ModemManager may be using and
 * does not leave alone when asked.
 *
 * @param c     the context; nothing is captured.
 * @param port  a port of the list.
 * @param out   filled, also on failure.
 * @param e     set on failure.
 * Time: up to about 12 s when nothing answers at the default time-out, and 15 s for ModemManager.
 * Unit: reads only: VERNO, one NV item and, where that is unknown, VERNO and the version of EFS.
 * Owner: none. Returns: 0 whatever the port says; -QDIAG_E_CANCELLED, -QDIAG_E_NO_MEMORY. */
QDIAG_API int qdiag_port_probe(struct qdiag_context *c, const struct qdiag_port *port,
                               struct qdiag_probe *out, struct qdiag_error *e);

/* Name of a role as used in text and JSON: "unknown", "diag", "at", "nmea", "net" or "download".
 *
 * @param role  the role.
 * Time: none. Unit: none. Owner: static text. Returns: never NULL. */
QDIAG_API const char *qdiag_role_name(enum qdiag_role role);

/* Lists ports of cellular modules, by unit: serial ports, ports of the wwan class, DIAG nodes of MHI
 * drivers, and one row per module on USB, also for one without a DIAG interface or in download mode
 * (interface_number -1). Learnt from sysfs, descriptors and /proc. Opens and probes nothing.
 *
 * @param c     the context.
 * @param list  filled; free with qdiag_port_list_free, also when empty.
 * @param e     set on failure.
 * Time: milliseconds. Unit: none. Owner: the caller owns the list.
 * Returns: 0 (an empty list is success), -QDIAG_E_NO_MEMORY, -QDIAG_E_LOCAL_FILE. */
QDIAG_API int qdiag_port_list_get(struct qdiag_context *c, struct qdiag_port_list *list,
                                  struct qdiag_error *e);

/* Frees what a list holds.
 *
 * @param list  the list; the struct itself stays the caller's.
 * Time: none. Unit: none. Owner: takes the contents. Returns: nothing. */
QDIAG_API void qdiag_port_list_free(struct qdiag_port_list *list);

/* Opens a unit's DIAG port and makes sure that DIAG is spoken there.
 *
 * @param c        the context; must outlive the device.
 * @param address  "auto" (exactly one unit, else refused; its serial port where a driver made one,
 *                 else USB; a port whose processor is not the modem is passed by, for the next of
 *                 the same unit), "usb:VID:PID" (exactly one such device, else refused),
 *                 "usb:VID:PID@BUS-PORT.PORT", "tty:/dev/…", "tcp:HOST:PORT", "tcp-listen:PORT",
 *                 "unix:/path" or "replay:FILE".
 * @param serial   only a unit with this USB serial number counts for "auto" and "usb:"; one that
 *                 shows none never does; -QDIAG_E_USAGE with other addresses; NULL = any.
 * @param dev      set on success.
 * @param e        set on failure.
 * Time: up to about 12 s when nothing answers at the default time-out. Unit: reads only: VERNO, and
 * for "auto" one NV item and, where that is unknown, VERNO and the version of EFS.
 * Owner: the caller; close with qdiag_device_close.
 * Returns: 0, -QDIAG_E_USAGE, -QDIAG_E_NO_UNIT, -QDIAG_E_MANY_UNITS, -QDIAG_E_OPEN_FAILED,
 *          -QDIAG_E_PERMISSION, -QDIAG_E_BUSY, -QDIAG_E_LINK_SILENT, -QDIAG_E_LINK_GONE,
 *          -QDIAG_E_LINK_IO, -QDIAG_E_CANCELLED, -QDIAG_E_NO_MEMORY, -QDIAG_E_UNSUPPORTED
 *          (also: "auto", and no port of the unit is the modem's), -QDIAG_E_LOCAL_FILE,
 *          -QDIAG_E_FILE_DAMAGED (replay), -QDIAG_E_POLICY (a module in download mode).
 * Source: facts of the DIAG protocol, docs/formats/diag.md. */
QDIAG_API int qdiag_device_open(struct qdiag_context *c, const char *address, const char *serial,
                                struct qdiag_device **dev, struct qdiag_error *e);

/* Finds a unit again that went away, after a reset or a pulled cable, and opens it: at the same USB
 * path, whatever device number or ttyUSB it has there now; a unit that is not on USB by its address.
 * It has to be the same unit: by its USB serial number, and by its identity when that was read before.
 *
 * @param dev      the device; the same pointer on success. On failure it is closed and *dev is NULL.
 * @param gone_ms  how long the unit may take to go away first, as after a reset; 0 = it is gone.
 * @param wait_ms  how long it may take to come back; one try under way is carried to its end.
 * @param e        set on failure.
 * Time: up to gone_ms + wait_ms and about 10 s. Unit: reads only. Owner: may free *dev.
 * Returns: 0, -QDIAG_E_NOT_SAME_UNIT (another unit is at its place), -QDIAG_E_UNKNOWN (nothing is
 *          known to tell it by, or its identity cannot be read any more), -QDIAG_E_POLICY (it came
 *          back in download mode), -QDIAG_E_TIMEOUT (it did not go away), -QDIAG_E_LINK_GONE (it did
 *          not come back), the last error of opening it, -QDIAG_E_CANCELLED, -QDIAG_E_NO_MEMORY. */
QDIAG_API int qdiag_device_reopen(struct qdiag_device **dev, unsigned gone_ms, unsigned wait_ms,
                                  struct qdiag_error *e);

/* Address of an open device, pastable.
 *
 * @param dev  the device.
 * Time: none. Unit: none. Owner: text lives as long as dev. Returns: never NULL. */
QDIAG_API const char *qdiag_device_address(const struct qdiag_device *dev);

/* Closes a device, gives the port back as it was, and sets the pointer to NULL.
 *
 * @param dev  address of the pointer; a NULL pointer inside is fine.
 * Time: none. Unit: none. Owner: takes it. Returns: nothing. */
QDIAG_API void qdiag_device_close(struct qdiag_device **dev);

#ifdef __cplusplus
}
#endif
#endif
