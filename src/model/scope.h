/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a backup was asked to read. Pure. */
#ifndef QD_MODEL_SCOPE_H
#define QD_MODEL_SCOPE_H

#include <stddef.h>

#define QD_SCOPE_NV_LAST 10500 /* of a backup without further options */
#define QD_SCOPE_TEXT    128u

struct qd_scope {
    int known;             /* 0: not told; the rest means nothing then */
    int sub;               /* -1 = all subscriptions */
    int nv_first, nv_last; /* ids asked of subscription 0, or of the only one */
    int exhaustive;        /* every id of every subscription asked for */
};

/* 1: less than a backup without options reads; 0: at least that; -1: not known. */
int qd_scope_narrowed(const struct qd_scope *s);

/* "NV 400-500 of subscription 0 only"; "" unless it is narrowed. */
void qd_scope_text(const struct qd_scope *s, char out[QD_SCOPE_TEXT]);

#endif
