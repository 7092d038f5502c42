/* SPDX-License-Identifier: BSD-3-Clause
 *
 * In the place of tar.c in a build without libarchive: says so, does nothing else. */
#include "container/doc.h"

static int no_tar(struct qdiag_error *e)
{
    int rc = qd_fail(e, QDIAG_E_UNSUPPORTED, NULL, "%s", "it was built without libarchive");
    qd_what(e, "%s", "this build of qdiag has no tar");
    return rc;
}

int qd_tar_read(struct qd_source *src, struct qd_entries *out, struct qdiag_error *e)
{
    (void)src;
    (void)out;
    return no_tar(e);
}

int qd_tar_write(const struct qd_entries *in, struct qd_sink *out, struct qdiag_error *e)
{
    (void)in;
    (void)out;
    return no_tar(e);
}
