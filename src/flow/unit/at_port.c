/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT ports as the program opens them. It must never send an AT byte to a port that discovery knows
 * as DIAG: some units take it for a command of their own. */
#include "flow/unit/at_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/unit/at_find.h"
#include "flow/unit/auto_port.h"
#include "flow/unit/device.h"
#include "transport/discover.h"
#include "transport/holder.h"
#include "transport/modem_manager.h"

#define AGAIN_US 200000u

static int refuse_diag(const struct qd_port *p, const struct qd_address *a, struct qdiag_error *e)
{
    if (!p->likely_diag && p->role != QD_ROLE_DIAG)
        return 0;
    qd_fail(e, QDIAG_E_POLICY, a->text,
            "this is the unit's DIAG port; AT commands are not sent there");
    qd_hint(e, "`qdiag list` shows the unit's other ports");
    return -QDIAG_E_POLICY;
}

/* What discovery knows of a port that was named. */
static int look_up(struct qdiag_at *at, struct qdiag_error *e)
{
    struct qd_port_list list = {0};
    const struct qd_port *p;
    int rc = qd_discover(at->ctx, NULL, &list, e);

    p = rc == 0 ? qd_port_of_node(&list, at->address.path) : NULL;
    if (p)
        rc = refuse_diag(p, &at->address, e);
    if (p && rc == 0) {
        qd_copy_text(at->usb_path, sizeof at->usb_path, p->usb_path);
        at->interface = p->interface;
    }
    qd_port_list_free(&list);
    return rc;
}

static int check_address(struct qdiag_at *at, struct qdiag_error *e)
{
    switch (at->address.kind) {
    case QD_ADDR_TTY:
        return look_up(at, e);
    case QD_ADDR_TCP:
    case QD_ADDR_UNIX:
        return 0;
    default:
        return qd_fail(e, QDIAG_E_USAGE, at->address.text, "an AT port is tty:, tcp: or unix:");
    }
}

/* A capture is of DIAG, and what hides identity in it knows DIAG only. quiet: nothing is sent. */
static int open_session(struct qdiag_at *p, int quiet, struct qdiag_error *e)
{
    char *capture = p->ctx->capture_path;
    struct qd_link *link = NULL;
    int rc;

    p->ctx->capture_path = NULL;
    rc = qd_link_open(&link, p->ctx, &p->address, e);
    p->ctx->capture_path = capture;
    if (rc == 0)
        rc = quiet ? qd_at_open_quiet(&p->at, &link, e) : qd_at_open(&p->at, &link, e);
    qd_link_close(&link);
    if (rc == 0)
        qd_at_on_unsolicited(p->at, p->heard, p->heard_user);
    return rc;
}

/* The name of the port at its place on USB, which may have changed. */
static int find_place(struct qdiag_at *p, struct qdiag_error *e)
{
    struct qd_port_list list = {0};
    int known = p->usb_path[0] && p->interface >= 0, found = !known;
    int rc = known ? qd_discover(p->ctx, NULL, &list, e) : 0;
    char text[QD_ADDRESS_MAX];

    for (size_t i = 0; rc == 0 && !found && i < list.n; i++) {
        const struct qd_port *q = &list.p[i];

        if (q->likely_diag || q->role == QD_ROLE_DIAG || q->interface != p->interface ||
            strcmp(q->usb_path, p->usb_path) != 0)
            continue;
        found = 1;
        snprintf(text, sizeof text, "tty:%s", q->node);
        rc = qd_address_parse(&p->address, text, e);
    }
    qd_port_list_free(&list);
    if (rc == 0 && !found)
        rc = qd_fail(e, QDIAG_E_NO_UNIT, p->address.text, "nothing is at USB path %s", p->usb_path);
    return rc;
}

static int open_again(struct qdiag_at *p, int quiet, struct qdiag_error *e)
{
    int rc = find_place(p, e);

    return rc ? rc : open_session(p, quiet, e);
}

int qd_at_port_listen(struct qdiag_at *p, struct qdiag_error *e)
{
    return open_again(p, 1, e);
}

void qd_at_port_on_unsolicited(struct qdiag_at *p,
                               void (*fn)(void *user, enum qd_at_kind kind, const char *line),
                               void *user)
{
    p->heard = fn;
    p->heard_user = user;
    if (p->at)
        qd_at_on_unsolicited(p->at, fn, user);
}

void qd_at_port_lost(struct qdiag_at *p)
{
    if (p->at)
        qd_at_abandon(p->at);
    qd_at_close(&p->at);
}

static int open_named(struct qdiag_at *p, int quiet, struct qdiag_error *e)
{
    int rc = check_address(p, e);

    if (rc != 0)
        return rc;
    p->mm = qd_mm_begin(p->ctx, &p->address);
    return open_session(p, quiet, e);
}

/* Also a program that knows no lock: two clients on one AT port take each other's answers. */
static int refuse_held(const struct qd_address *a, struct qdiag_error *e)
{
    char holder[128];

    if (!qd_port_holder(a->path, holder, sizeof holder))
        return 0;
    qd_fail(e, QDIAG_E_BUSY, a->text, "held by %s", holder);
    qd_mm_hint(holder, e);
    return -QDIAG_E_BUSY;
}

/* Of the unit's ports the surest one that answers. A port that is held is not passed by: somebody
 * is at work with the unit. */
static int open_found(struct qdiag_at *p, const struct qd_at_choice *ch, int quiet,
                      struct qdiag_error *e)
{
    char names[200] = "";
    size_t at = 0;

    p->mm = qd_mm_begin(p->ctx, &ch->port[0]);
    for (unsigned i = 0; i < ch->n; i++) {
        struct qdiag_error why = {0};
        int rc;

        p->address = ch->port[i];
        p->interface = ch->interface[i];
        rc = refuse_held(&p->address, e);
        if (rc != 0)
            return rc;
        rc = open_session(p, quiet, &why);
        if (rc == 0)
            return 0;
        if (rc != -QDIAG_E_LINK_SILENT) {
            if (e && !e->code)
                *e = why;
            return rc;
        }
        qd_log(p->ctx, i + 1 < ch->n ? QDIAG_LOG_WARN : QDIAG_LOG_INFO, "at", "%s: %s%s%s",
               p->address.text, why.why, i + 1 < ch->n ? "; next is " : "",
               i + 1 < ch->n ? ch->port[i + 1].text : "");
        if (at < sizeof names)
            at += (size_t)snprintf(names + at, sizeof names - at, "%s%s", i ? ", " : "",
                                   p->address.text);
    }
    qd_fail(e, QDIAG_E_LINK_SILENT, names, "nothing answers to AT");
    qd_what(e, "no AT port of the unit answers");
    qd_hint(e, "a unit that has just started answers later; `qdiag list` shows the unit's ports, "
               "name one with --at");
    return -QDIAG_E_LINK_SILENT;
}

static int find_and_open(struct qdiag_at *p, const char *device, const char *serial, int quiet,
                         struct qdiag_error *e)
{
    struct qd_port_list list = {0};
    struct qd_at_choice ch;
    struct qd_address a;
    int rc = qd_address_parse(&a, device ? device : "auto", e);

    if (rc == 0)
        rc = qd_ports_find(p->ctx, &list, e);
    if (rc == 0)
        rc = qd_at_choose(&list, &a, serial, &ch, e);
    qd_port_list_free(&list);
    if (rc != 0)
        return rc;
    qd_copy_text(p->usb_path, sizeof p->usb_path, ch.usb_path);
    return open_found(p, &ch, quiet, e);
}

static int open_port(struct qdiag_context *c, const struct qdiag_at_place *w, int quiet,
                     struct qdiag_at **at, struct qdiag_error *e)
{
    struct qdiag_at *p = qd_alloc(1, sizeof *p);
    int rc;

    *at = NULL;
    if (!p)
        return qd_nomem(e);
    p->ctx = c;
    p->interface = -1;
    rc = qd_address_parse(&p->address, w->address ? w->address : "auto", e);
    if (rc == 0)
        rc = p->address.kind == QD_ADDR_AUTO ? find_and_open(p, w->device, w->serial, quiet, e)
                                             : open_named(p, quiet, e);
    if (rc != 0) {
        qd_mm_end(&p->mm);
        free(p);
        return rc;
    }
    *at = p;
    return 0;
}

int qdiag_at_find(struct qdiag_context *c, const char *address, const char *device,
                  const char *serial, struct qdiag_at **at, struct qdiag_error *e)
{
    const struct qdiag_at_place place = {address, device, serial};

    return open_port(c, &place, 0, at, e);
}

int qdiag_at_open(struct qdiag_context *c, const char *address, struct qdiag_at **at,
                  struct qdiag_error *e)
{
    return qdiag_at_find(c, address, NULL, NULL, at, e);
}

/* A port that a restart took away, or that is just coming back. */
static int may_come(int rc)
{
    return rc == -QDIAG_E_NO_UNIT || rc == -QDIAG_E_OPEN_FAILED || rc == -QDIAG_E_LINK_GONE ||
           rc == -QDIAG_E_PERMISSION || rc == -QDIAG_E_BUSY || rc == -QDIAG_E_LINK_IO;
}

int qdiag_at_listen(struct qdiag_context *c, const struct qdiag_at_place *place, unsigned wait_s,
                    struct qdiag_at **at, struct qdiag_error *e)
{
    struct qd_deadline end = qd_deadline_in_ms(c->clock, wait_s * (uint64_t)1000);

    for (;;) {
        struct qdiag_error mine = {0};
        int rc = open_port(c, place, 1, at, &mine);

        if (rc == 0)
            return 0;
        if (!may_come(rc) || qd_deadline_over(&end)) {
            if (e && !e->code)
                *e = mine;
            return rc;
        }
        if (qd_cancel_check(c->cancel, e) != 0)
            return -QDIAG_E_CANCELLED;
        c->clock->sleep_us(c->clock->user, AGAIN_US);
    }
}

int qd_at_same_unit(const struct qdiag_at *at, const struct qdiag_device *dev,
                    struct qdiag_error *e)
{
    if (!at->usb_path[0] || !dev->usb_path[0] || strcmp(at->usb_path, dev->usb_path) == 0)
        return 0;
    return qd_fail(e, QDIAG_E_NOT_SAME_UNIT, at->address.text,
                   "the AT port is of the unit at USB %s, the DIAG port of the one at USB %s",
                   at->usb_path, dev->usb_path);
}

void qdiag_at_close(struct qdiag_at **at)
{
    if (!at || !*at)
        return;
    qd_at_close(&(*at)->at);
    qd_mm_end(&(*at)->mm);
    free(*at);
    *at = NULL;
}

/* Until the link ends or the unit says RDY. A line that stays up (a UART) only says RDY. */
static void wait_gone(struct qdiag_at *p, unsigned ms)
{
    struct qdiag_error e = {0};
    uint64_t before = qd_at_stats(p->at).restarts;
    struct qd_deadline end = qd_deadline_in_ms(p->ctx->clock, ms);

    while (!qd_deadline_over(&end) && qd_at_stats(p->at).restarts == before &&
           !qdiag_cancel_requested(p->ctx->cancel))
        if (qd_at_listen(p->at, 250, &e) != 0)
            break;
    qd_at_port_lost(p);
}

int qd_at_port_reopen(struct qdiag_at *p, unsigned gone_ms, unsigned back_ms, struct qdiag_error *e)
{
    struct qd_deadline end;
    struct qdiag_error last = {0};
    int rc;

    wait_gone(p, gone_ms);
    end = qd_deadline_in_ms(p->ctx->clock, back_ms);
    do {
        memset(&last, 0, sizeof last);
        rc = open_again(p, 0, &last);
        if (rc != 0 && qd_cancel_check(p->ctx->cancel, NULL) != 0)
            break;
        if (rc != 0)
            p->ctx->clock->sleep_us(p->ctx->clock->user, AGAIN_US);
    } while (rc != 0 && !qd_deadline_over(&end));
    if (rc != 0 && qdiag_cancel_requested(p->ctx->cancel))
        return qd_fail(e, QDIAG_E_ITEM_UNKNOWN, p->address.text,
                       "stopped by a signal while the unit starts anew");
    if (rc != 0)
        return qd_fail(e, QDIAG_E_ITEM_UNKNOWN, p->address.text,
                       "the unit did not come back after its reset: %.150s", last.why);
    return 0;
}
