/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A unit that went away, by a reset or a pulled cable, is found again: at the same place, under
 * whatever address it has there now. Must never take another unit for it: what cannot be told apart
 * is refused. */
#include <string.h>

#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/unit/device.h"
#include "flow/unit/identity.h"
#include "flow/unit/reopen.h"
#include "service/identity.h"
#include "transport/address.h"
#include "transport/discover.h"

#define LOOK_MS 250u
#define TRY_MS  2000u /* one request of one try, at most */
#define REST_MS 500u  /* a unit that was just told to reset may still be there */

/* Who says that it is the same unit: this file, by what was read before, or the caller. */
enum judge { JUDGE_HERE, JUDGE_CALLER };

/* Without any of these, the unit that comes back could be any other. */
static int has_evidence(const struct qdiag_device *d)
{
    int usable =
        d->identity.meid_state == QDIAG_IDENT_USABLE || d->identity.esn_state == QDIAG_IDENT_USABLE;
    for (unsigned i = 0; i < QDIAG_SUBS; i++)
        usable |= d->identity.imei_state[i] == QDIAG_IDENT_USABLE;
    return d->usb_serial[0] || (d->identified && usable);
}

static int fail_other(const struct qdiag_device *d, struct qdiag_error *e, const char *why)
{
    qd_fail(e, QDIAG_E_NOT_SAME_UNIT, d->address, "%s", why);
    qd_hint(e, "connect the unit that was there before; nothing was written to this one");
    return -QDIAG_E_NOT_SAME_UNIT;
}

/* What stands at the place now, by its row: 0 and *a, 1 = nothing yet, or an error. */
static int judge_row(const struct qdiag_device *d, const struct qdiag_port *p, struct qd_address *a,
                     struct qdiag_error *e)
{
    if (p->role == QDIAG_ROLE_DOWNLOAD) {
        qd_fail(e, QDIAG_E_POLICY, p->address, "it was not opened");
        qd_what(e, "the unit came back in download (EDL) mode");
        qd_hint(e, "switch it off and on; if it comes back like this its firmware is damaged");
        return -QDIAG_E_POLICY;
    }
    if (strcmp(p->serial, d->usb_serial) != 0)
        return fail_other(d, e, "a unit with another serial number is at its place");
    return qd_address_parse(a, p->address, e);
}

/* The port to open: of the kind it was before, tty or USB, at the same USB path. */
static int look(const struct qdiag_device *d, struct qd_address *a, struct qdiag_error *e)
{
    struct qdiag_port_list list;
    int rc = qdiag_port_list_get(d->ctx, &list, e), found = 1;
    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        const struct qdiag_port *p = &list.port[i];
        int tty = strncmp(p->address, "tty:", 4) == 0;
        int kind = tty == (d->opened.kind == QD_ADDR_TTY);
        if (strcmp(p->usb_path, d->usb_path) != 0)
            continue;
        if (p->role != QDIAG_ROLE_DOWNLOAD &&
            (!kind || (tty ? p->interface_number != d->interface : !p->likely_diag)))
            continue;
        found = judge_row(d, p, a, e);
        break;
    }
    qdiag_port_list_free(&list);
    return rc ? rc : found;
}

/* Errors of a unit that is still on its way: no node yet, no permission yet (udev is at it), a
 * program that looks at every new port, no answer yet. */
static int may_pass(int rc)
{
    switch (-rc) {
    case QDIAG_E_NO_UNIT:
    case QDIAG_E_OPEN_FAILED:
    case QDIAG_E_PERMISSION:
    case QDIAG_E_BUSY:
    case QDIAG_E_UNSUPPORTED:
    case QDIAG_E_LINK_GONE:
    case QDIAG_E_LINK_SILENT:
    case QDIAG_E_LINK_IO:
    case QDIAG_E_TIMEOUT:
        return 1;
    default:
        return 0;
    }
}

/* Reading an identity notes it in the device; what is compared with stays what it was. */
static int compare(struct qdiag_device *d, struct qdiag_error *e)
{
    struct qdiag_identity now, before = d->identity;
    if (!d->identified)
        return 0; /* its serial number has spoken */
    int rc = qd_identity_read(d, &now, NULL, e);
    d->identity = before;
    return rc == 0 ? qd_identity_same(&before, &now, e) : rc;
}

/* The port may be back before the modem behind it. */
static int modem_is_up(struct qdiag_device *d, struct qdiag_error *e)
{
    struct qd_unit_info u = {0};
    int rc = qd_unit_info_read(d->diag, &u, e);
    if (rc == 0 && u.has_verno && !u.modem_up)
        rc = qd_fail(e, QDIAG_E_LINK_SILENT, d->address, "%s", "the modem side is still starting");
    return rc;
}

/* One try: 0, 1 = not yet, or an error that waiting does not mend. */
static int attempt(struct qdiag_device *d, enum judge judge, struct qdiag_error *last,
                   struct qdiag_error *e)
{
    struct qd_address a = d->opened;
    struct qdiag_error why = {0};
    int rc = d->usb_path[0] ? look(d, &a, &why) : 0;
    if (rc == 1)
        return 1;
    if (rc == 0)
        rc = qd_device_connect(d, &a, &why);
    if (rc == 0)
        rc = judge == JUDGE_HERE ? compare(d, &why) : modem_is_up(d, &why);
    if (rc == 0)
        return 0;
    qd_diag_close(&d->diag);
    *(may_pass(rc) ? last : e) = why;
    return may_pass(rc) ? 1 : rc;
}

static int wait_back(struct qdiag_device *d, enum judge judge, unsigned wait_ms,
                     struct qdiag_error *e)
{
    struct qd_deadline t = qd_deadline_in_ms(d->ctx->clock, wait_ms);
    struct qdiag_error last = {0};
    for (;;) {
        uint64_t left = qd_deadline_left_us(&t) / 1000;
        qd_progress(d->ctx, "reconnect", left < wait_ms ? wait_ms - left : 0, wait_ms, d->address);
        int rc = qd_cancel_check(d->ctx->cancel, e);
        if (rc == 0)
            rc = attempt(d, judge, &last, e);
        if (rc != 1)
            return rc;
        if (qd_deadline_over(&t))
            break;
        d->ctx->clock->sleep_us(d->ctx->clock->user, (uint64_t)LOOK_MS * 1000);
    }
    if (last.code) {
        *e = last;
        return -last.code;
    }
    qd_fail(e, QDIAG_E_LINK_GONE, d->address, "the unit did not come back within %u s",
            (wait_ms + 999) / 1000);
    return -QDIAG_E_LINK_GONE;
}

int qd_device_return(struct qdiag_device *d, struct qdiag_error *e)
{
    struct qdiag_cancel *cancel = d->ctx->cancel;
    d->ctx->cancel = NULL;
    int rc = qd_device_return_within(d, QD_RETURN_MS, e);
    d->ctx->cancel = cancel;
    return rc;
}

int qd_device_return_within(struct qdiag_device *d, unsigned wait_ms, struct qdiag_error *e)
{
    unsigned timeout = d->ctx->timeout_ms;
    struct qdiag_error why = {0};
    qd_diag_close(&d->diag);
    if (d->ctx->timeout_ms > TRY_MS)
        d->ctx->timeout_ms = TRY_MS;
    d->ctx->clock->sleep_us(d->ctx->clock->user, (uint64_t)REST_MS * 1000);
    int rc = wait_back(d, JUDGE_CALLER, wait_ms, &why);
    d->ctx->timeout_ms = timeout;
    if (rc != 0 && e && !e->code)
        *e = why;
    return rc;
}

int qdiag_device_reopen(struct qdiag_device **dev, unsigned gone_ms, unsigned wait_ms,
                        struct qdiag_error *e)
{
    struct qdiag_device *d = *dev;
    unsigned timeout = d->ctx->timeout_ms;
    int rc = has_evidence(d) ? 0
                             : qd_fail(e, QDIAG_E_UNKNOWN, d->address,
                                       "neither a serial number nor an identity is known to tell "
                                       "the unit by");
    if (rc == 0 && gone_ms)
        rc = qd_diag_wait_gone(d->diag, gone_ms, e);
    qd_diag_close(&d->diag);
    if (d->ctx->timeout_ms > TRY_MS)
        d->ctx->timeout_ms = TRY_MS;
    if (rc == 0)
        rc = wait_back(d, JUDGE_HERE, wait_ms, e);
    d->ctx->timeout_ms = timeout;
    if (rc != 0)
        qdiag_device_close(dev);
    else
        qd_log(d->ctx, QDIAG_LOG_INFO, "reconnect", "back at %s", qdiag_device_address(d));
    return rc;
}
