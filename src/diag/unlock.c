/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The SPC request. It must never be sent twice, never without the user's own digits, and the digits
 * must not stay in memory or reach a log: wire.c shows one byte of this request. */
#include "diag/unlock.h"

#include <string.h>

#include "diag/session_priv.h"

#define CODE 0x41

static int digits_only(const char *spc)
{
    return strlen(spc) == QD_SPC_DIGITS && strspn(spc, "0123456789") == QD_SPC_DIGITS;
}

static int judge(const struct qd_reply *r, struct qdiag_error *e)
{
    const char *name = r->bad ? qd_diag_bad_name(r->bad) : NULL;

    if (r->bad)
        return qd_fail_wire(e, r->bad == 0x13 ? QDIAG_E_UNSUPPORTED : QDIAG_E_REFUSED, r->bad,
                            "SPC", "error 0x%02x (%s)", r->bad, name ? name : "unknown");
    if (r->p[1] == 1)
        return 0;
    if (r->p[1] != 0)
        return qd_fail_wire(e, QDIAG_E_REFUSED, r->p[1], "SPC", "answered %u, not 0 or 1", r->p[1]);
    qd_fail(e, QDIAG_E_LOCKED, "SPC", "the unit says that this SPC is wrong");
    qd_hint(e, "do not guess: units count wrong SPCs and shut down or lock for good after some (15 "
               "on one known module). Ask who set it; the next run may try once more");
    return -QDIAG_E_LOCKED;
}

/* What the digits passed through. */
static void wipe(struct qd_diag *d, uint8_t *req, size_t n)
{
    struct qd_recent_request *asked =
        &d->recent.asked[(d->recent.next + QD_RECENT_ASKED - 1) % QD_RECENT_ASKED];

    explicit_bzero(req, n);
    if (d->out.p)
        explicit_bzero(d->out.p, d->out.cap);
    if (asked->cmd == QD_CMD_SPC)
        explicit_bzero(asked->head + 1, sizeof asked->head - 1);
}

int qd_unlock_spc(struct qd_diag *d, const char *spc, struct qdiag_error *e)
{
    uint8_t req[1 + QD_SPC_DIGITS] = {CODE};
    struct qd_reply r;
    int rc;

    if (!digits_only(spc))
        return qd_fail(e, QDIAG_E_USAGE, "SPC", "an SPC is %u digits; nothing was sent",
                       QD_SPC_DIGITS);
    if (d->spc_tried)
        return qd_fail(e, QDIAG_E_POLICY, "SPC", "one attempt per run, and it was made");
    memcpy(req + 1, spc, QD_SPC_DIGITS);
    d->sent = 0;
    rc = qd_diag_ask(d, QD_CMD_SPC, req, sizeof req, &r, e);
    d->spc_tried = d->sent;
    wipe(d, req, sizeof req);
    return rc ? rc : judge(&r, e);
}
