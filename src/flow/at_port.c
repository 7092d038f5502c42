/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT ports as the program opens them. It must never send an AT byte to a port that discovery knows
 * as DIAG: some units take it for a command of their own. */
#include "flow/at_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/text.h"
#include "transport/discover.h"

#define AGAIN_US 200000u

static int refuse_diag(struct qdiag_context *c, const struct qd_address *a, struct qdiag_error *e)
{
    struct qd_port_list list = {0};
    int rc = qd_discover(c, NULL, &list, e);

    for (size_t i = 0; rc == 0 && i < list.n; i++)
        if (list.p[i].likely_diag && strcmp(list.p[i].node, a->path) == 0) {
            rc = qd_fail(e, QDIAG_E_POLICY, a->text,
                         "this is the unit's DIAG port; AT commands are not sent there");
            qd_hint(e, "`qdiag list` shows the unit's other ports");
        }
    qd_port_list_free(&list);
    return rc;
}

static int check_address(struct qdiag_context *c, const struct qd_address *a, struct qdiag_error *e)
{
    switch (a->kind) {
    case QD_ADDR_TTY:
        return refuse_diag(c, a, e);
    case QD_ADDR_TCP:
    case QD_ADDR_UNIX:
        return 0;
    case QD_ADDR_AUTO:
        qd_fail(e, QDIAG_E_NO_UNIT, NULL, "no AT port was named");
        qd_hint(e, "name one: --at tty:/dev/ttyUSB2, tcp:HOST:PORT or unix:/path");
        return -QDIAG_E_NO_UNIT;
    default:
        return qd_fail(e, QDIAG_E_USAGE, a->text, "an AT port is tty:, tcp: or unix:");
    }
}

/* Where on USB a serial port is. */
static void note_place(struct qdiag_at *p)
{
    struct qd_port_list list = {0};
    struct qdiag_error e = {0};

    if (p->address.kind != QD_ADDR_TTY || qd_discover(p->ctx, NULL, &list, &e) != 0)
        return;
    for (size_t i = 0; i < list.n; i++)
        if (strcmp(list.p[i].node, p->address.path) == 0) {
            qd_copy_text(p->usb_path, sizeof p->usb_path, list.p[i].usb_path);
            p->interface = list.p[i].interface;
        }
    qd_port_list_free(&list);
}

/* The name of the port at its place on USB, which may have changed. */
static int find_place(struct qdiag_at *p, struct qdiag_error *e)
{
    struct qd_port_list list = {0};
    int rc = p->usb_path[0] ? qd_discover(p->ctx, NULL, &list, e) : 0, found = !p->usb_path[0];
    char text[QD_ADDRESS_MAX];

    for (size_t i = 0; rc == 0 && !found && i < list.n; i++) {
        const struct qd_port *at = &list.p[i];

        if (at->likely_diag || strcmp(at->usb_path, p->usb_path) != 0 ||
            at->interface != p->interface)
            continue;
        found = 1;
        snprintf(text, sizeof text, "tty:%s", at->node);
        rc = qd_address_parse(&p->address, text, e);
    }
    qd_port_list_free(&list);
    if (rc == 0 && !found)
        rc = qd_fail(e, QDIAG_E_NO_UNIT, p->address.text, "nothing is at USB path %s", p->usb_path);
    return rc;
}

static int open_session(struct qdiag_at *p, int quiet, struct qdiag_error *e)
{
    struct qd_link *link = NULL;
    int rc = find_place(p, e);

    if (rc == 0)
        rc = qd_link_open(&link, p->ctx, &p->address, e);
    if (rc == 0)
        rc = quiet ? qd_at_open_quiet(&p->at, &link, e) : qd_at_open(&p->at, &link, e);
    qd_link_close(&link);
    if (rc == 0)
        qd_at_on_unsolicited(p->at, p->heard, p->heard_user);
    return rc;
}

int qd_at_port_listen(struct qdiag_at *p, struct qdiag_error *e)
{
    return open_session(p, 1, e);
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

static int open_port(struct qdiag_context *c, const char *address, int quiet, struct qdiag_at **at,
                     struct qdiag_error *e)
{
    struct qdiag_at *p = qd_alloc(1, sizeof *p);
    int rc;

    *at = NULL;
    if (!p)
        return qd_nomem(e);
    p->ctx = c;
    rc = qd_address_parse(&p->address, address ? address : "auto", e);
    if (rc == 0)
        rc = check_address(c, &p->address, e);
    if (rc == 0)
        note_place(p);
    if (rc == 0)
        rc = open_session(p, quiet, e);
    if (rc != 0) {
        free(p);
        return rc;
    }
    *at = p;
    return 0;
}

int qdiag_at_open(struct qdiag_context *c, const char *address, struct qdiag_at **at,
                  struct qdiag_error *e)
{
    return open_port(c, address, 0, at, e);
}

/* A port that a restart took away, or that is just coming back. */
static int may_come(int rc)
{
    return rc == -QDIAG_E_NO_UNIT || rc == -QDIAG_E_OPEN_FAILED || rc == -QDIAG_E_LINK_GONE ||
           rc == -QDIAG_E_PERMISSION || rc == -QDIAG_E_BUSY || rc == -QDIAG_E_LINK_IO;
}

int qdiag_at_listen(struct qdiag_context *c, const char *address, unsigned wait_s,
                    struct qdiag_at **at, struct qdiag_error *e)
{
    struct qd_deadline end = qd_deadline_in_ms(c->clock, wait_s * (uint64_t)1000);

    for (;;) {
        struct qdiag_error mine = {0};
        int rc = open_port(c, address, 1, at, &mine);

        if (rc == 0)
            return 0;
        if (!may_come(rc) || !address || qd_deadline_over(&end)) {
            if (e && !e->code)
                *e = mine;
            return rc;
        }
        if (qd_cancel_check(c->cancel, e) != 0)
            return -QDIAG_E_CANCELLED;
        c->clock->sleep_us(c->clock->user, AGAIN_US);
    }
}

void qdiag_at_close(struct qdiag_at **at)
{
    if (!at || !*at)
        return;
    qd_at_close(&(*at)->at);
    free(*at);
    *at = NULL;
}

/* Until the link ends or the unit says RDY. A line that stays up (a UART) only says RDY. */
static void wait_gone(struct qdiag_at *p, unsigned ms)
{
    struct qdiag_error e = {0};
    uint64_t before = qd_at_stats(p->at).restarts;
    struct qd_deadline end = qd_deadline_in_ms(p->ctx->clock, ms);

    while (!qd_deadline_over(&end) && qd_at_stats(p->at).restarts == before)
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
        rc = open_session(p, 0, &last);
        if (rc != 0 && qd_cancel_check(p->ctx->cancel, NULL) != 0)
            break;
        if (rc != 0)
            p->ctx->clock->sleep_us(p->ctx->clock->user, AGAIN_US);
    } while (rc != 0 && !qd_deadline_over(&end));
    if (rc != 0)
        return qd_fail(e, QDIAG_E_ITEM_UNKNOWN, p->address.text,
                       "the unit did not come back after its reset: %.150s", last.why);
    return 0;
}
