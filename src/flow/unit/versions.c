/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A unit's firmware versions, read over AT until they are final. It must never fill in a version
 * that the unit did not tell. */
#include "flow/unit/versions.h"

#include <string.h>

#include <qdiag/package.h>

#include "base/cancel.h"
#include "base/text.h"
#include "base/version.h"

#define WAIT_S 20u

int qd_full_version_wait(struct qdiag_at *p, unsigned wait_s, char out[QD_VERSION_TEXT],
                         struct qdiag_error *e)
{
    int rc = qd_at_full_version(p->at, out, e);

    for (unsigned i = 0; rc == 0 && qd_version_starting(out) && i < (wait_s ? wait_s : WAIT_S);
         i++) {
        rc = qd_at_listen(p->at, 1000, e);
        if (rc == 0)
            rc = qd_cancel_check(p->ctx->cancel, e);
        if (rc == 0)
            rc = qd_at_full_version(p->at, out, e);
    }
    return rc;
}

int qd_firmware_read(struct qdiag_at *p, unsigned wait_s, char out[QD_VERSION_TEXT],
                     struct qdiag_error *e)
{
    int rc = qd_full_version_wait(p, wait_s, out, e);

    return rc == 0 && !out[0] ? qd_at_plain_version(p->at, out, e) : rc;
}

int qdiag_versions_read(struct qdiag_at *at, unsigned wait_s, struct qdiag_versions *v,
                        struct qdiag_error *e)
{
    int rc;

    memset(v, 0, sizeof *v);
    qd_copy_text(v->model, sizeof v->model, qd_at_model(at->at));
    qd_copy_text(v->family, sizeof v->family, qd_at_family(v->model)->name);
    rc = qd_full_version_wait(at, wait_s, v->full, e);
    if (rc == 0)
        rc = qd_at_base_version(at->at, v->base, e);
    if (rc == 0)
        rc = qd_at_sub_edition(at->at, v->sub, e);
    v->ready = rc == 0 && !qd_version_starting(v->full);
    return rc;
}
