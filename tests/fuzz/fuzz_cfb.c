/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Any bytes as a compound file. What is read must be writable, come back the same in content and
 * order, and go through XQCN text unharmed; a difference aborts. */
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

static void on_note(const char *place, const char *text, void *user)
{
    (void)user;
    require(place && text && text[0], "a note without text", &(struct qdiag_error){0});
}

static struct qd_node *read_tree(const uint8_t *p, size_t n, struct qdiag_error *e)
{
    struct qd_mem_source mem;
    struct qd_source src;
    struct qd_node *root;
    struct qd_notes notes = {on_note, NULL};
    qd_mem_source(&mem, &src, p, n, "fuzz");
    int rc = qd_cfb_read(&src, &notes, &root, e);
    require((rc == 0) == (root != NULL), "tree and result disagree", e);
    require(rc == 0 || (e->code == -rc && e->why[0]), "error not recorded", e);
    return root;
}

static struct qd_buf text_of(const struct qd_node *tree)
{
    struct qdiag_error e = {0};
    struct qd_buf text = {0};
    struct qd_sink sink = {collect, &text};
    require(qd_xqcn_write(tree, &sink, &e) == 0, "no text", &e);
    return text;
}

/* The text shows content, order, the root's name and line ends at once. */
static void check_round_trip(const struct qd_node *tree, const struct qd_buf *text)
{
    struct qdiag_error e = {0};
    struct qd_buf file = {0};
    struct qd_sink sink = {collect, &file};
    struct qd_cfb_options o = {-1};
    require(qd_cfb_write(tree, &o, &sink, &e) == 0, "not writable", &e);
    struct qd_node *back = read_tree(file.p, file.len, &e);
    require(back != NULL, "own file refused", &e);
    struct qd_buf again = text_of(back);
    require(again.len == text->len && memcmp(again.p, text->p, text->len) == 0,
            "a compound file changed the text", &e);
    qd_tree_free(&back);
    qd_buf_free(&again);
    qd_buf_free(&file);
}

static void check_text(const struct qd_node *tree, const struct qd_buf *text)
{
    struct qdiag_error e = {0};
    struct qd_mem_source mem;
    struct qd_source src;
    struct qd_node *back;
    qd_mem_source(&mem, &src, text->p, text->len, "text");
    require(qd_xqcn_read(&src, NULL, &back, &e) == 0, "own text refused", &e);
    require(qd_tree_compare(tree, back, &e) == 0, "text differs", &e);
    qd_tree_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qdiag_error e = {0};
    struct qd_node *tree = read_tree(data, size, &e);
    if (tree) {
        struct qd_buf text = text_of(tree);
        check_round_trip(tree, &text);
        check_text(tree, &text);
        qd_buf_free(&text);
    }
    qd_tree_free(&tree);
    return 0;
}
