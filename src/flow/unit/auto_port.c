/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which port "auto" means: exactly one unit and never the first of several; of that unit the port
 * behind which the modem is. Another processor that speaks DIAG, such as an audio DSP, is passed
 * by. Must never try a port of another unit, and takes nothing for the modem's absence but an
 * answer. */
#include "base/error.h"
#include "flow/unit/auto_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/unit/device.h"
#include "transport/usb_match.h"

/* A port opened by its node: a tty, or one that carries whole messages. */
static int is_tty(const struct qd_port *p)
{
    return strncmp(p->node, "/dev/tty", 8) == 0 || qd_is_message_port(p->node);
}

static int is_usb(const struct qd_port *p)
{
    return strncmp(p->node, "/dev/bus/usb/", 13) == 0;
}

/* A network port is neither: it is listed, but there is no address to open it by. */
void qd_port_address(const struct qd_port *p, char *out, size_t cap)
{
    if (is_usb(p))
        snprintf(out, cap, "usb:%04x:%04x@%s", p->vid, p->pid, p->usb_path);
    else
        snprintf(out, cap, "%s%s", is_tty(p) ? "tty:" : "", p->node);
}

int qd_ports_find(struct qdiag_context *c, struct qd_port_list *found, struct qdiag_error *e)
{
    int rc = qd_discover(c, NULL, found, e);
    if (rc == 0)
        rc = qd_discover_usb(c, found, e);
    if (rc == 0)
        qd_port_list_sort(found);
    return rc;
}

/* What narrows the choice down. */
struct wanted {
    const char *serial;         /* NULL = any */
    const struct qd_address *a; /* usb: only this device, and through USB; auto: any */
};

static int counts(const struct qd_port *p, const struct wanted *w)
{
    if (!p->likely_diag || (!is_tty(p) && !is_usb(p)))
        return 0;
    /* A port without a serial number never matches one that was asked for. */
    if (w->serial && (!p->serial[0] || strcmp(p->serial, w->serial) != 0))
        return 0;
    if (w->a->kind != QD_ADDR_USB)
        return 1;
    return is_usb(p) && p->vid == w->a->vid && p->pid == w->a->pid &&
           (!w->a->path[0] || strcmp(p->usb_path, w->a->path) == 0);
}

static int rank(const struct qd_port *p)
{
    struct qd_usb_interface u = qd_port_interface(p);
    return qd_usb_diag_rank(&u);
}

/* Of one unit's ports: the interface most surely DIAG, and of that its serial port, if it has one;
 * going through USB would take it away from its driver. */
static int is_better(const struct qd_port *a, const struct qd_port *b)
{
    int more = rank(a) - rank(b);
    return more > 0 || (more == 0 && is_tty(a) && is_usb(b));
}

/* One port per unit: ports of one USB device are one unit. The list is sorted by USB path. */
static size_t one_per_unit(const struct qd_port_list *list, const struct wanted *w,
                           const struct qd_port **unit)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        const struct qd_port *p = &list->p[i];
        if (!counts(p, w))
            continue;
        if (n == 0 || strcmp(p->group, unit[n - 1]->group) != 0)
            unit[n++] = p;
        else if (is_better(p, unit[n - 1]))
            unit[n - 1] = p;
    }
    return n;
}

static int fail_many(const struct qd_port **unit, size_t n, struct qdiag_error *e)
{
    char names[200] = "";
    size_t at = 0;
    for (size_t i = 0; i < n && at < sizeof names; i++) {
        char address[128];
        qd_port_address(unit[i], address, sizeof address);
        at += (size_t)snprintf(names + at, sizeof names - at, "%s%s", i ? ", " : "", address);
        if (is_tty(unit[i]) && unit[i]->usb_path[0] && at < sizeof names)
            at += (size_t)snprintf(names + at, sizeof names - at, " (USB %s)", unit[i]->usb_path);
    }
    return qd_fail(e, QDIAG_E_MANY_UNITS, NULL, "%zu candidates: %s", n, names);
}

static int one_unit(const struct qd_port_list *list, const struct wanted *w,
                    const struct qd_port **one, struct qdiag_error *e)
{
    const struct qd_port **unit = qd_alloc(list->n + 1, sizeof(*unit));
    size_t n = unit ? one_per_unit(list, w, unit) : 0;
    int rc = 0;
    if (!unit)
        rc = qd_nomem(e);
    else if (n == 1)
        *one = unit[0];
    else if (n > 1)
        rc = fail_many(unit, n, e);
    else if (w->serial)
        rc = qd_fail(e, QDIAG_E_NO_UNIT, NULL, "no DIAG port has the serial number %s", w->serial);
    else
        rc = qd_fail(e, QDIAG_E_NO_UNIT, NULL, "no port looks like DIAG (%zu ports seen)", list->n);
    free(unit);
    return rc;
}

/* Two rows of one interface, its serial port and USB, lead to the same processor. */
static int same_place(const struct qd_port *a, const struct qd_port *b)
{
    return a == b || (a->interface >= 0 && a->interface == b->interface);
}

/* The next port to try of the unit of v[0], best first, behind the n that are in v. */
static const struct qd_port *next_port(const struct qd_port_list *list, const struct wanted *w,
                                       const struct qd_port **v, unsigned n)
{
    const struct qd_port *best = NULL;
    for (size_t i = 0; i < list->n; i++) {
        const struct qd_port *p = &list->p[i];
        int taken = !counts(p, w) || strcmp(p->group, v[0]->group) != 0;
        for (unsigned k = 0; k < n && !taken; k++)
            taken = same_place(p, v[k]);
        if (!taken && (!best || is_better(p, best)))
            best = p;
    }
    return best;
}

static int note_port(struct qd_choice *out, const struct qd_port *p, struct qdiag_error *e)
{
    char address[128];
    qd_port_address(p, address, sizeof address);
    return qd_address_parse(&out->port[out->n++], address, e);
}

int qd_choose(struct qdiag_context *c, const char *serial, const struct qd_address *a,
              struct qd_choice *out, struct qdiag_error *e)
{
    struct qd_port_list list = {0};
    struct wanted w = {serial, a};
    const struct qd_port *v[QD_CHOICE_PORTS] = {NULL};
    memset(out, 0, sizeof *out);
    out->judge = a->kind == QD_ADDR_AUTO;
    int rc = qd_ports_find(c, &list, e);
    if (rc == 0)
        rc = one_unit(&list, &w, &v[0], e);
    if (rc == 0) {
        qd_copy_text(out->usb_serial, sizeof out->usb_serial, v[0]->serial);
        rc = note_port(out, v[0], e);
    }
    while (rc == 0 && out->judge && out->n < QD_CHOICE_PORTS &&
           (v[out->n] = next_port(&list, &w, v, out->n)) != NULL)
        rc = note_port(out, v[out->n], e);
    qd_port_list_free(&list);
    return rc;
}

/* 1 = the modem, or it cannot be told: then what is asked of the unit next will say why; 0 = it is
 * not; or negative. Nothing of it is captured: a capture is of one session, with the port chosen.
 */
static int try_port(struct qdiag_device *d, const struct qd_address *a, struct qdiag_error *e)
{
    char *capture = d->ctx->capture_path;
    struct qdiag_error why = {0};
    d->ctx->capture_path = NULL;
    int rc = qd_device_connect(d, a, e);
    d->ctx->capture_path = capture;
    if (rc != 0)
        return rc;
    int modem = qd_device_is_modem(d, &why);
    if (modem < 0 && qd_ends_run(modem)) {
        *e = why;
        rc = modem;
    }
    if (rc != 0 || modem == 0 || capture)
        qd_diag_close(&d->diag);
    if (rc == 0 && modem != 0 && capture)
        rc = qd_device_connect(d, a, e);
    return rc != 0 ? rc : modem != 0;
}

int qd_connect_modem(struct qdiag_device *d, const struct qd_choice *ch, struct qd_address *a,
                     struct qdiag_error *e)
{
    char names[200] = "";
    size_t at = 0;
    for (unsigned i = 0; i < ch->n; i++) {
        *a = ch->port[i];
        int rc = try_port(d, a, e);
        if (rc != 0)
            return rc > 0 ? 0 : rc;
        qd_log(d->ctx, QDIAG_LOG_WARN, "auto",
               "%s answers, but is not the modem: it has neither NV items nor EFS%s%s", a->text,
               i + 1 < ch->n ? "; next is " : "", i + 1 < ch->n ? ch->port[i + 1].text : "");
        if (at < sizeof names)
            at += (size_t)snprintf(names + at, sizeof names - at, "%s%s", i ? ", " : "", a->text);
    }
    qd_fail(e, QDIAG_E_UNSUPPORTED, names, "what answers there has neither NV items nor EFS");
    qd_what(e, "no DIAG port of the unit is the modem's");
    qd_hint(e, "an audio DSP answers like that; `qdiag list` shows the other ports, name one with "
               "-d");
    return -QDIAG_E_UNSUPPORTED;
}
