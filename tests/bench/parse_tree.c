/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Times one part of the library alone, without the command around it: XQCN text or a compound file
 * to a tree. Prints the seconds and the payload in bytes. Never writes a file. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "container/container.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Bytes in all streams; the tree is at most QD_TREE_MAX_DEPTH deep. */
static size_t payload(const struct qd_node *n)
{
    size_t sum = n->len;
    for (size_t i = 0; i < n->nchild; i++)
        sum += payload(n->child[i]);
    return sum;
}

static int read_tree(struct qd_source *src, const char *kind, struct qd_node **root,
                     struct qdiag_error *e)
{
    return strcmp(kind, "qcn") == 0 ? qd_cfb_read(src, NULL, root, e)
                                    : qd_xqcn_read(src, NULL, root, e);
}

int main(int argc, char **argv)
{
    struct qd_file_source file;
    struct qd_source src;
    struct qdiag_error e = {0};
    struct qd_node *root = NULL;
    if (argc != 3 || qd_file_open(&file, &src, argv[2], &e) != 0) {
        fprintf(stderr, "usage: parse_tree xqcn|qcn FILE\n");
        return 2;
    }
    double start = now();
    int rc = read_tree(&src, argv[1], &root, &e);
    double took = now() - start;
    qd_file_close(&file);
    if (rc != 0) {
        fprintf(stderr, "%s: %s\n", e.item, e.why);
        return 1;
    }
    printf("%.6f %zu\n", took, payload(root));
    qd_tree_free(&root);
    return 0;
}
