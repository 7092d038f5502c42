/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Backup to QCN tree, in the shape that QPST 2.7.0.496 gives a full backup: every array and section
 * is there, empty ones too. Never writes what the strict reader would refuse. */
#include <stdio.h>

#include "container/qcn.h"

int qd_qcn_add_storage(struct qd_node *parent, const char *name, struct qd_node **out,
                       struct qdiag_error *e)
{
    *out = qd_tree_storage(parent, name);
    return *out ? 0 : qd_nomem(e);
}

int qd_qcn_add_stream(struct qd_node *parent, const char *name, const void *p, size_t n,
                      struct qdiag_error *e)
{
    return qd_tree_stream(parent, name, p, n) ? 0 : qd_nomem(e);
}

/* Children go in the order of a compound file; the XQCN writer moves streams behind storages, which
 * gives the text order of the same tool. */
static int build(const struct qd_backup *b, struct qd_node *root, struct qdiag_error *e)
{
    char name[9];
    struct qd_node *model = NULL, *config = NULL;
    snprintf(name, sizeof name, "%08u", (unsigned)b->model);
    int rc = qd_qcn_write_version(root, e);
    if (rc == 0)
        rc = qd_qcn_add_storage(root, name, &model, e);
    if (rc == 0)
        rc = qd_qcn_add_storage(model, "default", &config, e);
    if (rc == 0)
        rc = qd_qcn_write_nv(b, config, e);
    if (rc == 0)
        rc = qd_qcn_write_props(b, config, e);
    if (rc == 0)
        rc = qd_qcn_write_efs(b, config, e);
    return rc;
}

int qd_qcn_from_backup(const struct qd_backup *b, const char *root_name, struct qd_node **root,
                       struct qdiag_error *e)
{
    struct qd_node *n = qd_tree_new(root_name);
    *root = NULL;
    if (!n)
        return qd_nomem(e);
    int rc = build(b, n, e);
    if (rc == 0)
        *root = n;
    else
        qd_tree_free(&n);
    return rc;
}
