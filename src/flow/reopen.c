/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Waits for a unit to come back from a reset and opens it again. It must never take another unit
 * for it: the caller compares who answers with who was there before. */
#include "flow/reopen.h"

#include "base/log.h"
#include "base/text.h"
#include "service/identity.h"
#include "transport/transport.h"

#define FIRST_PAUSE_US 500000u /* a unit that was just told to reset may still be there */
#define PAUSE_US       500000u

static int open_once(struct qdiag_device *dev, const char *address, struct qdiag_error *e)
{
    struct qd_address a;
    struct qd_link *link = NULL;
    struct qd_unit_info u = {0};
    int rc = qd_address_parse(&a, address, e);
    if (rc == 0)
        rc = qd_link_open(&link, dev->ctx, &a, e);
    if (rc == 0)
        rc = qd_diag_open(&dev->diag, &link, e);
    qd_link_close(&link);
    if (rc == 0)
        rc = qd_unit_info_read(dev->diag, &u, e);
    if (rc == 0 && u.has_verno && !u.modem_up)
        rc = qd_fail(e, QDIAG_E_LINK_SILENT, address, "%s", "the modem side is still starting");
    if (rc != 0)
        qd_diag_close(&dev->diag);
    return rc;
}

int qd_device_reopen(struct qdiag_device *dev, struct qdiag_error *e)
{
    const struct qd_clock *clock = dev->ctx->clock;
    struct qdiag_cancel *cancel = dev->ctx->cancel;
    uint64_t start = clock->now_us(clock->user), spent = 0;
    struct qdiag_error why = {0};
    char address[QD_ADDRESS_MAX];
    int rc = -1;
    qd_copy_text(address, sizeof address, qd_diag_address(dev->diag));
    qd_diag_close(&dev->diag);
    dev->ctx->cancel = NULL;
    clock->sleep_us(clock->user, FIRST_PAUSE_US);
    while (rc != 0 && spent < QD_REOPEN_MS * 1000ull) {
        qd_error_clear(&why);
        rc = open_once(dev, address, &why);
        spent = clock->now_us(clock->user) - start;
        qd_progress(dev->ctx, "restart", spent / 1000, QD_REOPEN_MS, "");
        if (rc != 0)
            clock->sleep_us(clock->user, PAUSE_US);
    }
    dev->ctx->cancel = cancel;
    if (rc != 0 && e && !e->code)
        *e = why;
    return rc;
}
