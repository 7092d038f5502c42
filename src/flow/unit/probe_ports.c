/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Asks a port whether the modem's DIAG is behind it. Must never disturb: a port is opened only when
 * it looks like DIAG, nobody has it open, no driver has to give it up for that, and ModemManager is
 * not at it. Reads only, and not more than tells the modem from something else. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "flow/unit/device.h"
#include "transport/holder.h"
#include "transport/modem_manager.h"

#define MANAGER "ModemManager"

const char *qdiag_probe_name(enum qdiag_probe_result result)
{
    static const char *const names[] = {"not asked", "diag", "silent", "not the modem", "busy"};
    return (size_t)result < sizeof names / sizeof names[0] ? names[result] : names[0];
}

__attribute__((format(printf, 3, 4))) static void
say(struct qdiag_probe *out, enum qdiag_probe_result result, const char *fmt, ...)
{
    va_list ap;
    out->result = result;
    va_start(ap, fmt);
    vsnprintf(out->reason, sizeof out->reason, fmt, ap);
    va_end(ap);
}

static void say_error(struct qdiag_probe *out, enum qdiag_probe_result result,
                      const struct qdiag_error *why)
{
    say(out, result, "%.100s%s%.140s", why->what, why->why[0] ? ": " : "", why->why);
}

/* What the list already tells; 1 = not to be asked. */
static int ruled_out(const struct qdiag_port *p, struct qdiag_probe *out)
{
    int usb = strncmp(p->address, "usb:", 4) == 0;
    if (p->role == QDIAG_ROLE_DOWNLOAD)
        say(out, QDIAG_PROBE_NOT_ASKED, "download mode");
    else if (!p->likely_diag || p->role != QDIAG_ROLE_DIAG)
        say(out, QDIAG_PROBE_NOT_ASKED, "it does not look like DIAG");
    else if (!usb && strncmp(p->address, "tty:", 4) != 0)
        say(out, QDIAG_PROBE_NOT_ASKED, "it has no address to open it by");
    else if (usb && p->driver[0] && strcmp(p->driver, "usbfs") != 0)
        say(out, QDIAG_PROBE_NOT_ASKED, "the driver %s has it", p->driver);
    else
        return 0;
    return 1;
}

/* Looked at now: the list may be old. ModemManager counts only once it was asked to let go. */
static int is_held(const struct qdiag_port *p, int manager_too, struct qdiag_probe *out)
{
    struct qd_holder v[QDIAG_HOLDERS];
    int all;
    size_t n = qd_port_holders(p->node, v, QDIAG_HOLDERS, &all);
    for (size_t i = 0; i < n; i++) {
        if (!manager_too && strcmp(v[i].program, MANAGER) == 0)
            continue;
        say(out, QDIAG_PROBE_BUSY, "held by process %ld (%s)", v[i].pid,
            v[i].program[0] ? v[i].program : "?");
        return 1;
    }
    return 0;
}

static int stops(int rc)
{
    return rc == -QDIAG_E_CANCELLED || rc == -QDIAG_E_NO_MEMORY;
}

static void note_refusal(int rc, const struct qdiag_error *why, struct qdiag_probe *out)
{
    int asked = rc == -QDIAG_E_LINK_SILENT || rc == -QDIAG_E_LINK_GONE || rc == -QDIAG_E_LINK_IO ||
                rc == -QDIAG_E_TIMEOUT;
    if (rc == -QDIAG_E_BUSY)
        say(out, QDIAG_PROBE_BUSY, "%s", why->why);
    else if (rc == -QDIAG_E_LINK_SILENT)
        say(out, QDIAG_PROBE_SILENT, "%s", why->why);
    else
        say_error(out, asked ? QDIAG_PROBE_SILENT : QDIAG_PROBE_NOT_ASKED, why);
}

/* Opens, asks, closes. */
static int ask(struct qdiag_device *d, const struct qd_address *a, struct qdiag_probe *out,
               struct qdiag_error *why)
{
    int rc = qd_device_connect(d, a, why);
    if (rc != 0) {
        note_refusal(rc, why, out);
        return rc;
    }
    rc = qd_device_is_modem(d, why);
    if (rc == 0)
        say(out, QDIAG_PROBE_NOT_MODEM, "it has neither NV items nor EFS");
    else if (rc > 0)
        say(out, QDIAG_PROBE_DIAG, "%s", "");
    else
        say_error(out, QDIAG_PROBE_DIAG, why);
    qd_diag_close(&d->diag);
    return rc;
}

static int ask_alone(struct qdiag_device *d, const struct qdiag_port *p, const struct qd_address *a,
                     struct qdiag_probe *out, struct qdiag_error *why)
{
    int at_it = 0, rc = 0;
    if (is_held(p, 0, out))
        return 0;
    d->mm = qd_mm_try(d->ctx, a, &at_it);
    if (at_it)
        say(out, QDIAG_PROBE_NOT_ASKED,
            "%s may be using it and could not be asked to leave it alone", MANAGER);
    else if (!is_held(p, 1, out))
        rc = ask(d, a, out, why);
    qd_mm_end(&d->mm);
    return rc;
}

int qdiag_port_probe(struct qdiag_context *c, const struct qdiag_port *port,
                     struct qdiag_probe *out, struct qdiag_error *e)
{
    struct qdiag_error why = {0};
    struct qd_address a;
    memset(out, 0, sizeof *out);
    if (ruled_out(port, out))
        return 0;
    struct qdiag_device *d = qd_alloc(1, sizeof *d);
    if (!d)
        return qd_nomem(e);
    char *capture = c->capture_path;
    c->capture_path = NULL;
    d->ctx = c;
    int rc = qd_address_parse(&a, port->address, &why);
    rc = rc != 0 ? rc : ask_alone(d, port, &a, out, &why);
    c->capture_path = capture;
    free(d);
    if (!stops(rc))
        return 0;
    *e = why;
    return rc;
}
