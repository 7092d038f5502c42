/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Finding a unit's AT port through its USB parent. Must never take a port that may be DIAG, nor one
 * of a serial cable, which looks like an AT port and may have anything behind it; and never the
 * first of several units. */
#include "flow/unit/at_find.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "transport/usb_match.h"

#define NAME_ONE "name the AT port: --at tty:/dev/ttyUSB2, tcp:HOST:PORT or unix:/path"

static int is_wwan(const struct qd_port *p)
{
    return strncmp(p->node, "/dev/wwan", 9) == 0;
}

/* 0 = AT is not sent there. */
static int at_rank(const struct qd_port *p)
{
    struct qd_usb_interface u = qd_port_interface(p);

    if (p->role != QD_ROLE_AT || p->likely_diag)
        return 0;
    if (is_wwan(p))
        return 3; /* the kernel's driver says so */
    return strncmp(p->node, "/dev/tty", 8) == 0 ? qd_usb_at_rank(&u) : 0;
}

/* Whether the port belongs to a module that could be meant. */
static int of_module(const struct qd_port *p)
{
    if (p->role == QD_ROLE_DOWNLOAD)
        return 0;
    return p->likely_diag || is_wwan(p) || (p->vid && qd_usb_is_module(p->vid, p->pid));
}

/* The number of a device's node, 0 = not known. */
static dev_t device_of(const char *node)
{
    struct stat st;

    return stat(node, &st) == 0 && S_ISCHR(st.st_mode) ? st.st_rdev : 0;
}

const struct qd_port *qd_port_of_node(const struct qd_port_list *list, const char *node)
{
    dev_t number = device_of(node);

    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->p[i].node, node) == 0)
            return &list->p[i];
    for (size_t i = 0; number && i < list->n; i++)
        if (device_of(list->p[i].node) == number)
            return &list->p[i];
    return NULL;
}

/* What narrows the choice down. */
struct wanted {
    const struct qd_address *device;
    const char *serial, *group; /* NULL = any */
};

static int counts(const struct qd_port *p, const struct wanted *w)
{
    const struct qd_address *a = w->device;

    if (!of_module(p) || (w->group && strcmp(p->group, w->group) != 0))
        return 0;
    /* A unit without a serial number never matches one that was asked for. */
    if (w->serial && (!p->serial[0] || strcmp(p->serial, w->serial) != 0))
        return 0;
    return a->kind != QD_ADDR_USB || (p->vid == a->vid && p->pid == a->pid &&
                                      (!a->path[0] || strcmp(p->usb_path, a->path) == 0));
}

static int fail_none(const struct wanted *w, struct qdiag_error *e)
{
    if (w->serial)
        qd_fail(e, QDIAG_E_NO_UNIT, NULL,
                "no AT port was named, and no module has the serial number %s", w->serial);
    else if (w->device->kind == QD_ADDR_USB)
        qd_fail(e, QDIAG_E_NO_UNIT, w->device->text,
                "no AT port was named, and no such module is seen");
    else
        qd_fail(e, QDIAG_E_NO_UNIT, NULL, "no AT port was named, and no module is seen on USB");
    qd_hint(e, "a unit on a UART is not seen: " NAME_ONE);
    return -QDIAG_E_NO_UNIT;
}

/* Marks the ports of the one unit. */
static int one_unit(const struct qd_port_list *list, const struct wanted *w, const char **group,
                    struct qdiag_error *e)
{
    char names[200] = "";
    size_t at = 0, n = 0;

    *group = NULL;
    for (size_t i = 0; i < list->n; i++) {
        const struct qd_port *p = &list->p[i];

        if (!counts(p, w) || (*group && strcmp(*group, p->group) == 0))
            continue;
        *group = p->group;
        if (at < sizeof names)
            at += (size_t)snprintf(names + at, sizeof names - at, "%s%s%s", n ? ", " : "", p->group,
                                   p->vid ? "" : " (not USB)");
        if (at < sizeof names && p->vid)
            at += (size_t)snprintf(names + at, sizeof names - at, " (usb:%04x:%04x@%s)", p->vid,
                                   p->pid, p->usb_path);
        n++;
    }
    if (n == 1)
        return 0;
    if (n == 0)
        return fail_none(w, e);
    qd_fail(e, QDIAG_E_MANY_UNITS, NULL, "%zu candidates: %s", n, names);
    qd_hint(e, "choose one with -d ADDRESS or --serial TEXT, or name its AT port with --at");
    return -QDIAG_E_MANY_UNITS;
}

static void add(struct qd_at_choice *out, const struct qd_port *p)
{
    struct qdiag_error e = {0};
    char text[128];

    if (out->n == QD_AT_PORTS)
        return;
    snprintf(text, sizeof text, "tty:%s", p->node);
    if (qd_address_parse(&out->port[out->n], text, &e) != 0)
        return;
    out->interface[out->n++] = p->interface;
}

static int has_diag(const struct qd_port_list *list, const char *group)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->p[i].likely_diag && strcmp(list->p[i].group, group) == 0)
            return 1;
    return 0;
}

/* A class alone is believed only where DIAG has been told apart from it. */
static void rank_ports(const struct qd_port_list *list, const char *group, struct qd_at_choice *out)
{
    int least = has_diag(list, group) ? 1 : 2;

    for (int rank = 3; rank >= least; rank--)
        for (size_t i = 0; i < list->n; i++)
            if (strcmp(list->p[i].group, group) == 0 && at_rank(&list->p[i]) == rank)
                add(out, &list->p[i]);
}

static int check_wanted(const struct qd_port_list *list, struct wanted *w, struct qdiag_error *e)
{
    const struct qd_address *a = w->device;
    const struct qd_port *p;

    if (w->serial && a->kind != QD_ADDR_AUTO && a->kind != QD_ADDR_USB)
        return qd_fail(e, QDIAG_E_USAGE, a->text,
                       "a serial number chooses among USB units: auto or usb:");
    if (a->kind == QD_ADDR_AUTO || a->kind == QD_ADDR_USB)
        return 0;
    p = a->kind == QD_ADDR_TTY ? qd_port_of_node(list, a->path) : NULL;
    if (p && of_module(p)) {
        w->group = p->group;
        return 0;
    }
    qd_fail(e, QDIAG_E_NO_UNIT, a->text,
            "no AT port was named, and this unit is not one that is seen on USB");
    qd_hint(e, "%s", NAME_ONE);
    return -QDIAG_E_NO_UNIT;
}

int qd_at_choose(const struct qd_port_list *list, const struct qd_address *device,
                 const char *serial, struct qd_at_choice *out, struct qdiag_error *e)
{
    struct wanted w = {device, serial, NULL};
    const char *group = NULL;
    int rc;

    memset(out, 0, sizeof *out);
    rc = check_wanted(list, &w, e);
    if (rc == 0)
        rc = one_unit(list, &w, &group, e);
    if (rc != 0)
        return rc;
    rank_ports(list, group, out);
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->p[i].group, group) == 0 && list->p[i].usb_path[0])
            qd_copy_text(out->usb_path, sizeof out->usb_path, list->p[i].usb_path);
    if (out->n)
        return 0;
    qd_fail(e, QDIAG_E_NO_UNIT, group, "the unit shows no serial port that is known to take AT");
    qd_hint(e, "is its serial driver loaded (`modprobe option`)? Else " NAME_ONE);
    return -QDIAG_E_NO_UNIT;
}
