/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Times the containers alone, without the command around them: XQCN text or a compound file to a
 * tree, and on to a file of the other kind when one is named. No check of contents, no digest, no
 * second reading, no fsync. Prints the processor seconds and the payload in bytes. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "container/container.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
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

static int put(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    FILE *f = user;
    if (fwrite(p, 1, n, f) == n)
        return 0;
    e->code = QDIAG_E_LOCAL_FILE;
    return -1;
}

/* The other kind than the one that was read. */
static int write_tree(const struct qd_node *root, const char *kind, const char *path,
                      struct qdiag_error *e)
{
    static const struct qd_cfb_options options = {.time = -1};
    FILE *f = fopen(path, "wb");
    struct qd_sink sink = {put, f};
    if (!f)
        return -1;
    int rc = strcmp(kind, "qcn") == 0 ? qd_xqcn_write(root, &sink, e)
                                      : qd_cfb_write(root, &options, &sink, e);
    return fclose(f) == 0 ? rc : -1;
}

int main(int argc, char **argv)
{
    struct qd_file_source file;
    struct qd_source src;
    struct qdiag_error e = {0};
    struct qd_node *root = NULL;
    if (argc < 3 || argc > 4 || qd_file_open(&file, &src, argv[2], &e) != 0) {
        fprintf(stderr, "usage: tree_time xqcn|qcn FILE [OUT]\n");
        return 2;
    }
    double start = now();
    int rc = read_tree(&src, argv[1], &root, &e);
    qd_file_close(&file);
    if (rc == 0 && argc == 4)
        rc = write_tree(root, argv[1], argv[3], &e);
    double took = now() - start;
    if (rc != 0) {
        fprintf(stderr, "%s: %s\n", e.item, e.why);
        return 1;
    }
    printf("%.6f %zu\n", took, payload(root));
    qd_tree_free(&root);
    return 0;
}
