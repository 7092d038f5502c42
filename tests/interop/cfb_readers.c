/* SPDX-License-Identifier: BSD-3-Clause
 *
 * cfb_readers IN OUT [UNIX_TIME]: XQCN text to a compound file or back, whichever IN is, with
 * nothing in between, so that independent readers can judge what the two codecs do. */
#include <stdio.h>
#include <stdlib.h>

#include "base/save.h"
#include "container/container.h"

static int read_tree(const char *path, enum qd_container *kind, struct qd_node **root,
                     struct qdiag_error *e)
{
    struct qd_mem_source mem;
    struct qd_source src;
    uint8_t *p = NULL;
    size_t n = 0;
    int rc = qd_read_file(path, 256u << 20, &p, &n, e);
    if (rc != 0)
        return rc;
    *kind = qd_sniff(p, n);
    qd_mem_source(&mem, &src, p, n, path);
    rc = *kind == QD_C_QCN ? qd_cfb_read(&src, NULL, root, e) : qd_xqcn_read(&src, NULL, root, e);
    free(p);
    return rc;
}

int main(int argc, char **argv)
{
    struct qdiag_error e = {0};
    struct qd_node *root = NULL;
    struct qd_save *save = NULL;
    enum qd_container kind;
    if (argc < 3)
        return 2;
    struct qd_cfb_options o = {argc > 3 ? strtoll(argv[3], NULL, 10) : -1};
    int rc = read_tree(argv[1], &kind, &root, &e);
    if (rc == 0)
        rc = qd_save_begin(&save, argv[2], &e);
    if (rc == 0) {
        struct qd_sink sink = qd_save_sink(save);
        rc = kind == QD_C_QCN ? qd_xqcn_write(root, &sink, &e) : qd_cfb_write(root, &o, &sink, &e);
    }
    if (rc == 0)
        rc = qd_save_commit(&save, NULL, NULL, &e);
    qd_save_abort(&save);
    qd_tree_free(&root);
    if (rc != 0)
        fprintf(stderr, "%s: %s\n", e.item, e.why);
    return rc == 0 ? 0 : 1;
}
