/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Writing, reading and comparing compound files in tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cfb_rig.h"

struct qd_node *rig_t2(const char *root_name)
{
    struct qd_backup *b = fixture_t2();
    struct qd_node *root = fixture_tree(b, root_name);
    qd_backup_free(&b);
    return root;
}

struct qd_node *rig_t3(void)
{
    struct qd_node *root = qd_tree_new("Root Entry");
    assert_non_null(qd_tree_stream(root, "File_Version", "\2\0\0\0\0", 6));
    struct qd_node *config = qd_tree_storage(qd_tree_storage(root, "00000000"), "default");
    uint8_t *big = qd_alloc(8u << 20, 1);
    assert_non_null(big);
    assert_non_null(qd_tree_stream_take(config, "big", big, 8u << 20));
    return root;
}

static int collect(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    return qd_buf_add(user, p, n) == 0 ? 0 : qd_nomem(e);
}

void rig_write_at(const struct qd_node *root, int64_t time, struct qd_buf *out)
{
    struct qdiag_error e = {0};
    struct qd_sink sink = {collect, out};
    struct qd_cfb_options o = {time};
    memset(out, 0, sizeof *out);
    int rc = qd_cfb_write(root, &o, &sink, &e);
    if (rc != 0)
        print_error("%s: %s\n", e.item, e.why);
    assert_int_equal(rc, 0);
}

void rig_write(const struct qd_node *root, struct qd_buf *out)
{
    rig_write_at(root, -1, out);
}

int rig_read(const struct qd_buf *f, const struct qd_notes *notes, struct qd_node **root,
             struct qdiag_error *e)
{
    struct qd_mem_source mem;
    struct qd_source src;
    qd_mem_source(&mem, &src, f->p, f->len, "f.qcn");
    return qd_cfb_read(&src, notes, root, e);
}

void rig_assert_reads_as(const struct qd_buf *f, const struct qd_node *want)
{
    struct qdiag_error e = {0};
    struct qd_node *root;
    struct qd_buf a, b;
    int rc = rig_read(f, NULL, &root, &e);
    if (rc == 0)
        rc = qd_tree_compare(root, want, &e);
    if (rc != 0)
        print_error("%s: %s\n", e.item, e.why);
    assert_int_equal(rc, 0);
    fixture_text(root, &a);
    fixture_text(want, &b);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.p, b.p, a.len);
    qd_buf_free(&a);
    qd_buf_free(&b);
    qd_tree_free(&root);
}

void rig_outline(const struct qd_node *root, struct qd_buf *out)
{
    const struct qd_node *n = root;
    size_t at[QD_TREE_MAX_DEPTH + 2] = {0}, depth = 0;
    memset(out, 0, sizeof *out);
    for (;;) {
        if (at[depth] < n->nchild) {
            const struct qd_node *c = n->child[at[depth]++];
            assert_int_equal(qd_buf_printf(out, c->is_stream ? "%s " : "%s( ", c->name), 0);
            if (!c->is_stream) {
                n = c;
                at[++depth] = 0;
            }
        } else if (depth > 0) {
            n = n->parent;
            depth--;
            assert_int_equal(qd_buf_add_text(out, ") "), 0);
        } else {
            break;
        }
    }
    assert_int_equal(qd_buf_terminate(out), 0);
}
