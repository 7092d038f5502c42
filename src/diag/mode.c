/* SPDX-License-Identifier: BSD-3-Clause
 *
 * CONTROL: offline and reset. The link may go away before a reset is answered, so what comes back
 * is told as it is; a reset must never be sent twice. Source: docs/formats/diag.md, CONTROL. */
#include "diag/mode.h"

#include "base/bytes.h"
#include "diag/session_priv.h"

#define OFFLINE_D 1u
#define RESET     2u

static int refused(uint8_t bad, struct qdiag_error *e)
{
    const char *name = qd_diag_bad_name(bad);
    enum qdiag_code code = QDIAG_E_REFUSED;

    if (bad == 0x13)
        code = QDIAG_E_UNSUPPORTED;
    else if (bad == 0x42 || bad == 0x47)
        code = QDIAG_E_LOCKED;
    return qd_fail_wire(e, code, bad, "CONTROL", "error 0x%02x (%s)", bad, name ? name : "unknown");
}

static int control(struct qd_diag *d, unsigned mode, struct qdiag_error *e)
{
    uint8_t req[3] = {0x29};
    struct qd_reply r;
    int rc;

    qd_put16(req + 1, (uint16_t)mode);
    rc = qd_diag_ask(d, QD_CMD_CONTROL, req, sizeof req, &r, e);
    return rc == 0 && r.bad ? refused(r.bad, e) : rc;
}

int qd_mode_offline(struct qd_diag *d, struct qdiag_error *e)
{
    int rc = control(d, OFFLINE_D, e);

    if (rc == 0)
        d->ctx->clock->sleep_us(d->ctx->clock->user, QD_MODE_SETTLE_MS * 1000ull);
    return rc;
}

int qd_mode_reset(struct qd_diag *d, enum qd_reset_sign *sign, struct qdiag_error *e)
{
    struct qdiag_error own = {0};
    int rc = control(d, RESET, &own);

    if (rc == 0)
        *sign = QD_RESET_ANSWERED;
    else if (own.touch != QDIAG_TOUCH_UNKNOWN) { /* refused, or never sent */
        if (e && !e->code)
            *e = own;
        return rc;
    } else if (rc == -QDIAG_E_LINK_GONE || rc == -QDIAG_E_LINK_IO)
        *sign = QD_RESET_GONE;
    else
        *sign = QD_RESET_SILENT;
    d->dead = QDIAG_E_LINK_GONE;
    return 0;
}
