/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The tree of storages and streams that QCN and XQCN both are. Order of children is kept. */
#ifndef QD_CONTAINER_TREE_H
#define QD_CONTAINER_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define QD_TREE_MAX_DEPTH 8u
#define QD_TREE_MAX_NODES 200000u
#define QD_TREE_MAX_NAME  31u

struct qd_node {
    char *name;
    int is_stream;
    uint8_t *data; /* streams; may be NULL when len is 0 */
    size_t len;
    struct qd_node **child; /* storages */
    size_t nchild, cap;
    struct qd_node *parent;
    int lf; /* root only: the XQCN text had LF line ends; 0 = CRLF, as QPST writes */
};

struct qd_node *qd_tree_new(const char *root_name);
void qd_tree_free(struct qd_node **root); /* without recursion */

/* Add at the end; NULL when out of memory. data is copied, or taken over with the _take form. */
struct qd_node *qd_tree_storage(struct qd_node *parent, const char *name);
struct qd_node *qd_tree_stream(struct qd_node *parent, const char *name, const void *data,
                               size_t len);
struct qd_node *qd_tree_stream_take(struct qd_node *parent, const char *name, uint8_t *data,
                                    size_t len);

struct qd_node *qd_tree_child(const struct qd_node *parent, const char *name); /* exact; or NULL */

/* "/00024628/default/EFS_Backup/EFS_Dir/00000003": for messages. */
void qd_tree_path(const struct qd_node *n, char *out, size_t cap);

/* 0 when both trees hold the same storages, streams and bytes (order and root name do not count);
 * else -QDIAG_E_DIFFERENT with the first difference named. */
int qd_tree_compare(const struct qd_node *a, const struct qd_node *b, struct qdiag_error *e);

#endif
