/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inside of the compound file writer: what is decided before the first byte leaves. */
#ifndef QD_CONTAINER_CFB_WRITE_H
#define QD_CONTAINER_CFB_WRITE_H

#include "container/cfb.h"

struct qd_cfb_entry {
    const struct qd_node *node;
    uint32_t parent; /* number of the storage; the root is its own */
    uint32_t left, right, child;
    uint32_t start;
};

struct qd_cfb_plan {
    struct qd_cfb_entry *entry; /* [0] is the root */
    size_t n, cap;
    uint32_t minis; /* mini sectors in use */
    /* Sectors of each part, in the order in which they lie in the file. */
    uint32_t directory, mini_fat, mini_stream, large, text, fat, difat;
    struct qd_buf record; /* what only XQCN text has */
};

/* Checks that the tree fits into a compound file, and numbers everything. */
int qd_cfb_plan_make(struct qd_cfb_plan *p, const struct qd_node *root, struct qdiag_error *e);
void qd_cfb_plan_free(struct qd_cfb_plan *p);

#endif
