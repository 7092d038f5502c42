/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Whether a backup was asked to read less than the default, and that in words. A narrowed backup
 * must never pass for a whole one. */
#include "model/scope.h"

#include <stdio.h>

int qd_scope_narrowed(const struct qd_scope *s)
{
    if (!s->known)
        return -1;
    if (s->sub >= 0)
        return 1;
    return !s->exhaustive && (s->nv_first > 0 || s->nv_last < QD_SCOPE_NV_LAST);
}

void qd_scope_text(const struct qd_scope *s, char out[QD_SCOPE_TEXT])
{
    int first = s->exhaustive ? 0 : s->nv_first, last = s->exhaustive ? 65535 : s->nv_last;
    out[0] = '\0';
    if (qd_scope_narrowed(s) != 1)
        return;
    if (s->sub >= 0)
        snprintf(out, QD_SCOPE_TEXT, "NV %d-%d of subscription %d only", first, last, s->sub);
    else
        snprintf(out, QD_SCOPE_TEXT,
                 "only NV %d-%d of subscription 0, and the usual ids of the others", first, last);
}
