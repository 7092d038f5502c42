/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The AT side's one door: every AT command that changes a unit goes out through here, and from no
 * other file. It must never let one pass through a port that was opened to look only. Commands that
 * write identity pass no door at all: the session refuses them. */
#include "flow/ufs/at_door.h"

#include "base/log.h"

static enum qd_ufs side(enum qdiag_ufs fs)
{
    return fs == QDIAG_UFS ? QD_UFS : QD_EUFS;
}

/* A frozen port is the program's own promise, so that a try to break it is a bug. */
static int pass(const struct qdiag_at *p, const char *text, struct qdiag_error *e)
{
    if (p->frozen)
        return qd_fail(e, QDIAG_E_BUG, text, "a dry run wants to change the unit");
    qd_log(p->ctx, QDIAG_LOG_INFO, "at", "%s: %s", p->address.text, text);
    return 0;
}

int qd_at_door_ufs(struct qdiag_at *p, enum qdiag_ufs fs, enum qd_ufs_order order, unsigned ms,
                   struct qd_at_final *result, struct qdiag_error *e)
{
    int rc = pass(p, qd_ufs_order_text(side(fs), order), e);

    return rc ? rc : qd_ufs_order(p->at, side(fs), order, ms, result, e);
}

int qd_at_door_reset(struct qdiag_at *p, int *restarted, struct qdiag_error *e)
{
    int rc = pass(p, qd_at_reset_text(), e);

    return rc ? rc : qd_at_reset(p->at, restarted, e);
}

int qd_at_door_fota(struct qdiag_at *p, const struct qdiag_fota_argument *a, unsigned ms,
                    struct qd_at_final *result, struct qdiag_error *e)
{
    int rc = pass(p, a->shown, e);

    return rc ? rc : qd_fota_start(p->at, a, ms, result, e);
}

int qd_at_door_put(struct qdiag_at *p, const char *name, const void *data, size_t n,
                   struct qdiag_error *e)
{
    int rc = pass(p, "a file is sent", e);

    return rc ? rc : qd_user_put(p->at, name, data, n, e);
}

int qd_at_door_delete(struct qdiag_at *p, const char *name, struct qdiag_error *e)
{
    int rc = pass(p, "a file is deleted", e);

    return rc ? rc : qd_user_delete(p->at, name, e);
}
