/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the doctor looks at: the list of ports, the node, the processes, and the unit itself when
 * its port can be opened. Reads only. Must never open a port of a module in download mode, nor one
 * that somebody else holds. */
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/text.h"
#include "flow/unit/auto_port.h"
#include "flow/unit/device.h"
#include "flow/doctor/doctor.h"
#include "flow/unit/identity.h"
#include "model/catalog.h"
#include "service/efs.h"
#include "service/nv.h"
#include "transport/holder.h"
#include "transport/sysfs.h"
#include "transport/usb_match.h"

#define MANAGER   "ModemManager"
#define RFNV      "/nv/item_files/rfnv"
#define TCXOMGR   "/nv/item_files/mcs/tcxomgr"
#define NV_IMEI   550
#define NV_RF     571 /* part of the RF fingerprint of every calibrated unit */
#define RFNV_ASKS 512

static int starts(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

/* Whether -d means this port: the same address, or "usb:VID:PID" without a path. */
static int is_named(const struct qdiag_port *p, const char *address)
{
    size_t n = strlen(address);
    return strcmp(p->address, address) == 0 || strcmp(p->node, address) == 0 ||
           (starts(address, "usb:") && starts(p->address, address) && p->address[n] == '@');
}

/* The port the facts are about: the one that is named, else the likeliest. */
static const struct qdiag_port *pick(const struct qdiag_port_list *l, const char *address,
                                     const char *serial)
{
    const struct qdiag_port *best = NULL;
    int any = strcmp(address, "auto") == 0;
    for (size_t i = 0; i < l->count; i++) {
        const struct qdiag_port *p = &l->port[i];
        if (!any && !is_named(p, address))
            continue;
        if (serial && (!p->serial[0] || strcmp(p->serial, serial) != 0))
            continue;
        int tty = !starts(p->address, "usb:");
        if (!best || p->likely_diag > best->likely_diag ||
            (any && p->likely_diag == best->likely_diag && tty && p->likely_diag))
            best = p;
    }
    return best;
}

static void note_units(struct qd_doctor_facts *f, const struct qdiag_port_list *l)
{
    size_t at = 0;
    for (size_t i = 0; i < l->count; i++) {
        const struct qdiag_port *p = &l->port[i];
        if (i == 0 || strcmp(p->unit, p[-1].unit) != 0)
            f->modules++;
        if (p->role == QDIAG_ROLE_DOWNLOAD && at < sizeof f->download)
            at += (size_t)snprintf(f->download + at, sizeof f->download - at, "%s%s",
                                   at ? ", " : "", p->address);
    }
}

static void note_neighbours(struct qd_doctor_facts *f, const struct qdiag_port_list *l,
                            const struct qdiag_port *p)
{
    f->has_diag = 0;
    for (size_t i = 0; i < l->count; i++) {
        const struct qdiag_port *q = &l->port[i];
        if (strcmp(q->unit, p->unit) != 0)
            continue;
        f->has_diag |= q->likely_diag;
        if (q->role == QDIAG_ROLE_AT && !f->at_port[0])
            qd_copy_text(f->at_port, sizeof f->at_port, q->node);
        if (q->interface_number != p->interface_number && starts(q->node, "/dev/tty"))
            qd_copy_text(f->sibling_driver, sizeof f->sibling_driver, q->driver);
        for (unsigned k = 0; k < q->holders; k++)
            f->manager_holds |= starts(q->holder[k].program, MANAGER);
    }
}

static void note_face(struct qd_doctor_facts *f, const struct qdiag_port *p)
{
    char folder[96], config[16];
    if (!p->usb_path[0] || p->interface_number < 0)
        return;
    snprintf(folder, sizeof folder, "/sys/bus/usb/devices/%s", p->usb_path);
    if (qd_sysfs_attr(folder, "bConfigurationValue", config, sizeof config) || !config[0])
        qd_copy_text(config, sizeof config, "1");
    snprintf(f->face, sizeof f->face, "%s:%.8s.%d", p->usb_path, config, p->interface_number);
    qd_copy_text(f->driver, sizeof f->driver, p->driver);
}

static void note_port(struct qd_doctor_facts *f, const struct qdiag_port_list *l,
                      const struct qdiag_port *p)
{
    size_t at = 0;
    f->listed = 1;
    qd_copy_text(f->address, sizeof f->address, p->address);
    qd_copy_text(f->node, sizeof f->node, p->node);
    note_face(f, p);
    note_neighbours(f, l, p);
    f->holders_known = p->holders_known;
    for (unsigned i = 0; i < p->holders && at < sizeof f->holders; i++)
        at += (size_t)snprintf(f->holders + at, sizeof f->holders - at, "%sprocess %ld (%s)",
                               i ? ", " : "", p->holder[i].pid, p->holder[i].program);
}

/* Looks at the node and does not open it. */
static void note_node(struct qd_doctor_facts *f)
{
    struct stat st;
    struct passwd *pw;
    struct group *gr;
    f->me = (unsigned)geteuid();
    if (!f->node[0] || stat(f->node, &st) != 0)
        return;
    f->access = faccessat(AT_FDCWD, f->node, R_OK | W_OK, AT_EACCESS) == 0;
    f->mode = st.st_mode & 07777;
    pw = getpwuid(st.st_uid);
    gr = getgrgid(st.st_gid);
    snprintf(f->owner, sizeof f->owner, "%.31s", pw ? pw->pw_name : "?");
    snprintf(f->group, sizeof f->group, "%.31s", gr ? gr->gr_name : "?");
}

/* Files of a folder, also where none of them is listed; -1 = could not be found out. */
static int count_files(struct qd_efs *fs, const char *folder)
{
    struct qd_efs_list list = {0};
    struct qdiag_error why = {0};
    int rc = qd_efs_list(fs, folder, &list, &why);
    int n = rc == 0 ? (int)list.n : rc == -QDIAG_E_ABSENT ? 0 : -1;
    qd_efs_list_free(&list);
    return n;
}

static int count_hidden_rf(struct qd_efs *fs)
{
    static char text[RFNV_ASKS][40];
    const char *path[RFNV_ASKS];
    int8_t found[RFNV_ASKS];
    int32_t wire[RFNV_ASKS];
    struct qdiag_error why = {0};
    const uint16_t *ids;
    size_t n = qd_catalog_rfnv_ids(&ids);
    int count = 0;
    n = n < RFNV_ASKS ? n : RFNV_ASKS;
    for (size_t i = 0; i < n; i++) {
        snprintf(text[i], sizeof text[i], RFNV "/%08u", (unsigned)ids[i]);
        path[i] = text[i];
    }
    if (qd_efs_exist(fs, path, n, found, wire, &why))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (found[i] < 0)
            return -1;
        else
            count += found[i];
    return count;
}

static void note_rf(struct qd_doctor_facts *f, struct qdiag_device *dev)
{
    static const uint8_t subsystems[2] = {QD_EFS_FS, QD_EFS_ALT};
    for (size_t i = 0; i < 2 && f->rfnv <= 0; i++) {
        struct qd_efs fs;
        struct qdiag_error why = {0};
        if (qd_efs_open(&fs, dev->diag, subsystems[i], &why))
            continue;
        int rfnv = count_files(&fs, RFNV), tcxomgr = count_files(&fs, TCXOMGR);
        if (rfnv == 0)
            rfnv = count_hidden_rf(&fs);
        f->rfnv = rfnv;
        f->tcxomgr = tcxomgr;
    }
}

static int note_items(struct qd_doctor_facts *f, struct qdiag_device *dev, struct qdiag_error *e)
{
    struct qd_nv_answer a;
    int rc = qd_nv_read(dev->diag, 0, NV_IMEI, 0, &a, e);
    if (rc != 0)
        return rc;
    f->locked = a.state == QD_NV_PROTECTED                                        ? 1
                : a.state == QD_NV_PRESENT || (a.state == QD_NV_ABSENT && !a.bad) ? 0
                                                                                  : -1;
    rc = qd_nv_read(dev->diag, 0, NV_RF, 0, &a, e);
    if (rc == 0 && (a.state == QD_NV_PRESENT || a.state == QD_NV_ABSENT))
        f->rf_items = a.state == QD_NV_PRESENT;
    return rc;
}

/* What the unit itself says. A link that ends here leaves the rest unknown. */
static int note_unit(struct qd_doctor_facts *f, struct qdiag_device *dev, struct qdiag_error *e)
{
    struct qdiag_identity id;
    struct qdiag_error why = {0};
    int rc = qd_identity_read(dev, &id, NULL, &why);
    if (rc == 0) {
        f->read = 1;
        f->ftm = id.ftm;
        memcpy(f->imei, id.imei_state, sizeof f->imei);
        memcpy(f->imei_digits, id.imei, sizeof f->imei_digits);
        rc = note_items(f, dev, &why);
    }
    if (rc == 0) {
        f->is_modem = qd_device_is_modem(dev, &why);
        rc = f->is_modem < 0 ? f->is_modem : 0;
        f->is_modem = rc ? -1 : f->is_modem;
    }
    if (rc == 0 && f->is_modem)
        note_rf(f, dev);
    if (rc != -QDIAG_E_CANCELLED && rc != -QDIAG_E_NO_MEMORY)
        return 0;
    *e = why;
    return rc;
}

/* What stops the doctor itself; all else is something to tell. */
static int stops(int rc)
{
    return rc == -QDIAG_E_USAGE || rc == -QDIAG_E_MANY_UNITS || rc == -QDIAG_E_CANCELLED ||
           rc == -QDIAG_E_NO_MEMORY;
}

/* A unit none of whose ports is the modem's is what the doctor is for: it asks the first of them.
 */
static int open_unit(struct qdiag_context *c, const char *address, const char *serial,
                     struct qdiag_device **dev, struct qdiag_error *e)
{
    struct qd_address a;
    struct qd_choice ch;
    int rc = qdiag_device_open(c, address, serial, dev, e);
    if (rc != -QDIAG_E_UNSUPPORTED || strcmp(address, "auto") != 0)
        return rc;
    memset(e, 0, sizeof *e);
    rc = qd_address_parse(&a, address, e);
    if (rc == 0)
        rc = qd_choose(c, serial, &a, &ch, e);
    return rc ? rc : qdiag_device_open(c, ch.port[0].text, NULL, dev, e);
}

/* What the caller asked for. */
struct asked {
    const char *address, *serial, *at;
};

/* Also where DIAG does not answer: AT may tell more. */
static int note_answer(struct qd_doctor_facts *f, struct qdiag_context *c, const struct asked *a,
                       struct qdiag_error *e)
{
    const char *address = a->address, *serial = a->serial;
    struct qdiag_device *dev = NULL;
    struct qdiag_error why = {0};
    int rc = open_unit(c, address, serial, &dev, &why);
    if (stops(rc)) {
        *e = why;
        return rc;
    }
    if (rc == -QDIAG_E_NO_UNIT && strcmp(address, "auto") == 0) /* there was nothing to open */
        return qd_doctor_look_at(f, c, a->at, address, serial, e);
    f->open_code = why.code;
    snprintf(f->open_why, sizeof f->open_why, "%.100s%s%.140s", why.what, why.why[0] ? ": " : "",
             why.why);
    if (rc != 0)
        return qd_doctor_look_at(f, c, a->at, address, serial, e);
    qd_copy_text(f->address, sizeof f->address, qdiag_device_address(dev));
    rc = note_unit(f, dev, e);
    if (rc == 0)
        rc = qd_doctor_look_at(f, c, a->at, qdiag_device_address(dev), NULL, e);
    qdiag_device_close(&dev);
    return rc;
}

int qdiag_doctor(struct qdiag_context *c, const char *address, const char *serial, const char *at,
                 struct qdiag_doctor_report *report, struct qdiag_error *e)
{
    struct asked asked = {address ? address : "auto", serial, at};
    struct qdiag_port_list list = {0};
    struct qd_doctor_facts f;
    const struct qdiag_port *p;
    memset(report, 0, sizeof *report);
    qd_doctor_facts_init(&f);
    address = asked.address;
    int rc = qdiag_port_list_get(c, &list, e);
    if (rc != 0)
        return rc;
    note_units(&f, &list);
    p = pick(&list, address, serial);
    if (p)
        note_port(&f, &list, p);
    else if (strcmp(address, "auto") != 0)
        qd_copy_text(f.address, sizeof f.address, address);
    if (!p && starts(address, "tty:"))
        qd_copy_text(f.node, sizeof f.node, address + 4);
    note_node(&f);
    f.manager = qd_find_program(MANAGER);
    if (!p || p->role != QDIAG_ROLE_DOWNLOAD)
        rc = note_answer(&f, c, &asked, e);
    qdiag_port_list_free(&list);
    return rc == 0 ? qd_doctor_judge(&f, report, e) : rc;
}
