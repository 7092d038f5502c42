/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which part of a QCN a stream of the tree is, and a walk over all streams. Pure. */
#ifndef QD_FLOW_FILES_CONTENTS_PARTS_H
#define QD_FLOW_FILES_CONTENTS_PARTS_H

#include "container/tree.h"
#include "model/backup.h"

enum qd_part_kind {
    QD_PART_UNKNOWN,
    QD_PART_VERSION,
    QD_PART_NV,
    QD_PART_EFS_DIR,
    QD_PART_EFS_DATA,
    QD_PART_PROPERTIES,
    QD_PART_FEATURE,
    QD_PART_ROAMING
};

struct qd_part {
    enum qd_part_kind kind;
    unsigned sub;            /* NV */
    enum qd_section section; /* EFS */
};

struct qd_part qd_part_of(const struct qd_node *stream);

/* A storage or stream whose name the format gives, as far as its place says. */
int qd_part_is_named(const struct qd_node *n);

/* Calls fn for every node below root, parents first, until it returns non-zero; that value. */
typedef int (*qd_node_fn)(struct qd_node *n, void *user);
int qd_each_node(struct qd_node *root, qd_node_fn fn, void *user);

/* "/a/b/c" to its node, or NULL. */
struct qd_node *qd_node_at(struct qd_node *root, const char *path);

#endif
