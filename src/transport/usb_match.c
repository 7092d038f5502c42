/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Tells a DIAG interface from the others of a module by its descriptors and by the table of ids.
 * Pure: no I/O. Must never say yes to a device in download mode, whatever its interfaces look like:
 * what is sent there can brick it. */
#include "transport/usb_match.h"

#include <stddef.h>

#define VENDOR_CLASS  0xff
#define DIAG_PROTOCOL 0x30
#define QUECTEL       0x2c7c

struct id {
    uint16_t vid, pid;
    int any_pid, interface;
    const char *name;
};

static const struct id ids[] = {
#define QD_USB_ID(vid, pid, interface, name) {vid, pid, 0, interface, name},
#define QD_USB_VENDOR(vid, interface, name)  {vid, 0, 1, interface, name},
#define QD_USB_EDL(vid, pid)
#define QD_USB_ROLES(vid, pid, nmea, at, at2, net)
#include "transport/usb_ids.def"
#undef QD_USB_ID
#undef QD_USB_VENDOR
#undef QD_USB_EDL
#undef QD_USB_ROLES
};

static const struct {
    uint16_t vid, pid;
} download_ids[] = {
#define QD_USB_ID(vid, pid, interface, name)
#define QD_USB_VENDOR(vid, interface, name)
#define QD_USB_EDL(vid, pid) {vid, pid},
#define QD_USB_ROLES(vid, pid, nmea, at, at2, net)
#include "transport/usb_ids.def"
#undef QD_USB_ID
#undef QD_USB_VENDOR
#undef QD_USB_EDL
#undef QD_USB_ROLES
};

static const struct {
    uint16_t vid, pid;
    int nmea, at, at2, net;
} role_ids[] = {
#define QD_USB_ID(vid, pid, interface, name)
#define QD_USB_VENDOR(vid, interface, name)
#define QD_USB_EDL(vid, pid)
#define QD_USB_ROLES(vid, pid, nmea, at, at2, net) {vid, pid, nmea, at, at2, net},
#include "transport/usb_ids.def"
#undef QD_USB_ID
#undef QD_USB_VENDOR
#undef QD_USB_EDL
#undef QD_USB_ROLES
};

static int id_is(const struct id *id, uint16_t vid, uint16_t pid)
{
    return id->vid == vid && (id->any_pid || id->pid == pid);
}

int qd_usb_is_download_mode(uint16_t vid, uint16_t pid)
{
    for (size_t i = 0; i < sizeof(download_ids) / sizeof(download_ids[0]); i++)
        if (download_ids[i].vid == vid && download_ids[i].pid == pid)
            return 1;
    return 0;
}

const char *qd_usb_name(uint16_t vid, uint16_t pid)
{
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        if (id_is(&ids[i], vid, pid))
            return ids[i].name;
    return NULL;
}

/* 1 or 0 when the table knows the device, -1 when it does not. */
static int table_says(const struct qd_usb_interface *u)
{
    int known = 0;

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        if (!id_is(&ids[i], u->vid, u->pid))
            continue;
        if (ids[i].interface == u->number)
            return 1;
        known = 1;
    }
    return known ? 0 : -1;
}

int qd_usb_diag_shape(const struct qd_usb_interface *u)
{
    return u->cls == VENDOR_CLASS && u->endpoints == 2 && u->bulk_pairs == 1;
}

int qd_usb_diag_rank(const struct qd_usb_interface *u)
{
    int shape = qd_usb_diag_shape(u), table;

    if (qd_usb_is_download_mode(u->vid, u->pid))
        return 0;
    if (shape && u->sub == 0xff && u->proto == DIAG_PROTOCOL)
        return 3;
    table = table_says(u);
    if (table >= 0)
        return table ? 2 : 0;
    return shape && u->sub == 0xff && u->proto == 0xff && u->number == 0 && u->vid == QUECTEL;
}

int qd_usb_likely_diag(const struct qd_usb_interface *u)
{
    return qd_usb_diag_rank(u) > 0;
}

static enum qd_role role_by_table(const struct qd_usb_interface *u)
{
    for (size_t i = 0; i < sizeof(role_ids) / sizeof(role_ids[0]); i++) {
        if (role_ids[i].vid != u->vid || role_ids[i].pid != u->pid)
            continue;
        if (u->number == role_ids[i].nmea)
            return QD_ROLE_NMEA;
        if (u->number == role_ids[i].at || u->number == role_ids[i].at2)
            return QD_ROLE_AT;
        if (u->number == role_ids[i].net)
            return QD_ROLE_NET;
    }
    return QD_ROLE_UNKNOWN;
}

int qd_usb_at_rank(const struct qd_usb_interface *u)
{
    if (qd_usb_role(u) != QD_ROLE_AT || !qd_usb_is_module(u->vid, u->pid))
        return 0;
    for (size_t i = 0; i < sizeof(role_ids) / sizeof(role_ids[0]); i++)
        if (role_ids[i].vid == u->vid && role_ids[i].pid == u->pid) {
            if (u->number == role_ids[i].at)
                return 3;
            if (u->number == role_ids[i].at2)
                return 2;
        }
    return 1;
}

/* ff/00/40 and ff/00/00 are AT on some modules and NMEA on others: the table decides, and without
 * one they count as AT, where a probe could end a data call. */
static enum qd_role role_by_class(const struct qd_usb_interface *u)
{
    if (u->cls == 0x02 || u->cls == 0x0a)
        return u->cls == 0x02 && u->sub == 0x02 ? QD_ROLE_AT : QD_ROLE_NET;
    if (u->cls != VENDOR_CLASS)
        return QD_ROLE_UNKNOWN;
    if (u->sub == 0xff && u->proto == 0x60)
        return QD_ROLE_NMEA;
    if (u->sub == 0xff && u->proto == 0x50)
        return QD_ROLE_NET;
    if (u->proto == 0x40 || (u->sub == 0 && u->proto == 0))
        return QD_ROLE_AT;
    return QD_ROLE_UNKNOWN;
}

enum qd_role qd_usb_role(const struct qd_usb_interface *u)
{
    enum qd_role role;

    if (qd_usb_is_download_mode(u->vid, u->pid))
        return QD_ROLE_DOWNLOAD;
    if (u->number < 0)
        return QD_ROLE_UNKNOWN;
    if (qd_usb_likely_diag(u))
        return QD_ROLE_DIAG;
    role = role_by_table(u);
    return role != QD_ROLE_UNKNOWN ? role : role_by_class(u);
}

int qd_usb_is_module(uint16_t vid, uint16_t pid)
{
    return vid == QUECTEL || qd_usb_name(vid, pid) != NULL;
}
