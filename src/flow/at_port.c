/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT ports as the program opens them. It must never send an AT byte to a port that discovery knows
 * as DIAG: some units take it for a command of their own. */
#include "flow/at_port.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cancel.h"
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

static int open_session(struct qdiag_at *p, struct qdiag_error *e)
{
    struct qd_link *link = NULL;
    int rc = qd_link_open(&link, p->ctx, &p->address, e);

    if (rc == 0)
        rc = qd_at_open(&p->at, &link, e);
    qd_link_close(&link);
    return rc;
}

int qdiag_at_open(struct qdiag_context *c, const char *address, struct qdiag_at **at,
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
        rc = open_session(p, e);
    if (rc != 0) {
        free(p);
        return rc;
    }
    *at = p;
    return 0;
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
    qd_at_abandon(p->at);
    qd_at_close(&p->at);
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
        rc = open_session(p, &last);
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
