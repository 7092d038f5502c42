/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Any bytes as an XQCN file. What is read must survive being written and read again, as a tree and
 * through the model, and values taken past the XML parser must be what it would have handed over; a
 * difference aborts. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "container/container.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int ok, const char *what, const struct qdiag_error *e)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, e->item, e->why);
    abort();
}

static int collect(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    return qd_buf_add(user, p, n) == 0 ? 0 : qd_nomem(e);
}

static void count_note(const char *place, const char *text, void *user)
{
    require(place && text, "a note without text", &(struct qdiag_error){0});
    ++*(size_t *)user;
}

static struct qd_node *read_tree(const uint8_t *p, size_t n, struct qdiag_error *e)
{
    struct qd_mem_source mem;
    struct qd_source src;
    struct qd_node *root;
    size_t noted = 0;
    struct qd_notes notes = {count_note, &noted};
    qd_mem_source(&mem, &src, p, n, "fuzz");
    int rc = qd_xqcn_read(&src, &notes, &root, e);
    require((rc == 0) == (root != NULL), "tree and result disagree", e);
    require(rc == 0 || e->code == -rc, "error not recorded", e);
    return root;
}

/* Write, read, compare. */
static void check_text(const struct qd_node *tree)
{
    struct qdiag_error e = {0};
    struct qd_buf text = {0};
    struct qd_sink sink = {collect, &text};
    require(qd_xqcn_write(tree, &sink, &e) == 0, "cannot write", &e);
    struct qd_node *again = read_tree(text.p, text.len, &e);
    require(again != NULL, "cannot read back", &e);
    require(qd_tree_compare(tree, again, &e) == 0, "text differs", &e);
    qd_tree_free(&again);
    qd_buf_free(&text);
}

static void check_model(const struct qd_node *tree)
{
    struct qdiag_error e = {0};
    struct qd_backup *b, *b2;
    struct qd_node *made, *made2;
    size_t noted = 0;
    struct qd_notes notes = {count_note, &noted};
    if (qd_qcn_to_backup(tree, &notes, &b, &e) != 0)
        return;
    require(qd_qcn_from_backup(b, "fuzz", &made, &e) == 0, "model not writable", &e);
    check_text(made);
    require(qd_qcn_to_backup(made, NULL, &b2, &e) == 0, "own tree refused", &e);
    require(qd_qcn_from_backup(b2, "fuzz", &made2, &e) == 0, "model not writable", &e);
    require(qd_tree_compare(made, made2, &e) == 0, "model differs", &e);
    qd_tree_free(&made);
    qd_tree_free(&made2);
    qd_backup_free(&b);
    qd_backup_free(&b2);
}

/* A comment in front makes the parser see every value as it stands (container/xqcn_lift.h). The one
 * thing that it may take then and not otherwise is a reference inside a value. */
static void check_lifted(const uint8_t *data, size_t size, const struct qd_node *tree)
{
    static const char comment[] = "<!---->";
    struct qdiag_error e = {0};
    struct qd_buf text = {0};
    size_t at = 0;
    if (size > 5 && memcmp(data, "<?xml", 5) == 0) {
        const uint8_t *end = memmem(data, size, "?>", 2);
        if (!end)
            return;
        at = (size_t)(end + 2 - data);
    }
    /* What is refused by its first bytes would be taken behind a comment. */
    if (size == 0 || data[0] != '<' || memchr(data, '&', size) || qd_sniff(data, size) != QD_C_XQCN)
        return;
    qd_buf_add(&text, data, at);
    qd_buf_add(&text, comment, sizeof comment - 1);
    qd_buf_add(&text, data + at, size - at);
    struct qd_node *plain = read_tree(text.p, text.len, &e);
    require(!plain == !tree, "values alone decide", &e);
    require(!tree || qd_tree_compare(tree, plain, &e) == 0, "a value differs", &e);
    qd_tree_free(&plain);
    qd_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qdiag_error e = {0};
    struct qd_node *tree = read_tree(data, size, &e);
    check_lifted(data, size, tree);
    if (tree) {
        check_text(tree);
        check_model(tree);
    }
    qd_tree_free(&tree);
    return 0;
}
