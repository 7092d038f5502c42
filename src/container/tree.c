/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The tree of storages and streams. Nothing here recurses: a hostile file decides the depth before
 * any limit is checked by its reader. */
#include "container/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

struct qd_node *qd_tree_new(const char *root_name)
{
    struct qd_node *n = qd_alloc(1, sizeof *n);
    if (!n)
        return NULL;
    n->name = qd_strdup(root_name);
    if (!n->name) {
        free(n);
        return NULL;
    }
    return n;
}

static void free_one(struct qd_node *n)
{
    free(n->name);
    free(n->data);
    free(n->child);
    free(n);
}

void qd_tree_free(struct qd_node **root)
{
    struct qd_node *n = *root;
    *root = NULL;
    while (n) {
        if (n->nchild > 0) {
            n = n->child[--n->nchild];
            continue;
        }
        struct qd_node *parent = n->parent;
        free_one(n);
        n = parent;
    }
}

static struct qd_node *add(struct qd_node *parent, const char *name)
{
    struct qd_node *n = qd_tree_new(name);
    struct qd_node **child =
        n ? qd_grow(parent->child, parent->nchild, &parent->cap, sizeof *parent->child) : NULL;
    if (!child) {
        if (n)
            free_one(n);
        return NULL;
    }
    parent->child = child;
    parent->child[parent->nchild++] = n;
    n->parent = parent;
    return n;
}

struct qd_node *qd_tree_storage(struct qd_node *parent, const char *name)
{
    return add(parent, name);
}

struct qd_node *qd_tree_stream_take(struct qd_node *parent, const char *name, uint8_t *data,
                                    size_t len)
{
    struct qd_node *n = add(parent, name);
    if (!n)
        return NULL;
    n->is_stream = 1;
    n->data = data;
    n->len = len;
    return n;
}

struct qd_node *qd_tree_stream(struct qd_node *parent, const char *name, const void *data,
                               size_t len)
{
    uint8_t *copy = NULL;
    if (len > 0) {
        copy = qd_alloc(len, 1);
        if (!copy)
            return NULL;
        memcpy(copy, data, len);
    }
    struct qd_node *n = qd_tree_stream_take(parent, name, copy, len);
    if (!n)
        free(copy);
    return n;
}

struct qd_node *qd_tree_child(const struct qd_node *parent, const char *name)
{
    for (size_t i = 0; i < parent->nchild; i++)
        if (strcmp(parent->child[i]->name, name) == 0)
            return parent->child[i];
    return NULL;
}

void qd_tree_path(const struct qd_node *n, char *out, size_t cap)
{
    const struct qd_node *chain[QD_TREE_MAX_DEPTH + 1];
    size_t depth = 0, at = 0;
    for (; n && n->parent && depth < sizeof chain / sizeof chain[0]; n = n->parent)
        chain[depth++] = n;
    qd_copy_text(out, cap, depth ? "" : "/");
    while (depth > 0 && at + 1 < cap) {
        int k = snprintf(out + at, cap - at, "/%s", chain[--depth]->name);
        at += k > 0 ? (size_t)k : 0;
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct qd_node *const *)a)->name, (*(struct qd_node *const *)b)->name);
}

static const struct qd_node **sorted(const struct qd_node *n)
{
    const struct qd_node **v = qd_alloc(n->nchild, sizeof *v);
    if (!v)
        return NULL;
    for (size_t i = 0; i < n->nchild; i++)
        v[i] = n->child[i];
    qsort(v, n->nchild, sizeof *v, by_name);
    return v;
}

static int differ(struct qdiag_error *e, const struct qd_node *n, const char *why)
{
    char place[256];
    qd_tree_path(n, place, sizeof place);
    return qd_fail(e, QDIAG_E_DIFFERENT, place, "%s", why);
}

static int compare_streams(const struct qd_node *a, const struct qd_node *b, struct qdiag_error *e)
{
    char place[256];
    size_t n = a->len < b->len ? a->len : b->len, at = 0;
    while (at < n && a->data[at] == b->data[at])
        at++;
    if (at == n && a->len == b->len)
        return 0;
    qd_tree_path(a, place, sizeof place);
    if (a->len != b->len)
        return qd_fail(e, QDIAG_E_DIFFERENT, place, "%zu bytes in one, %zu in the other", a->len,
                       b->len);
    return qd_fail(e, QDIAG_E_DIFFERENT, place, "byte %zu is %02X in one, %02X in the other", at,
                   a->data[at], b->data[at]);
}

/* Pairs waiting to be compared. */
struct pairs {
    struct pair {
        const struct qd_node *a, *b;
    } * v;
    size_t n, cap;
};

static int push_pair(struct pairs *todo, const struct qd_node *a, const struct qd_node *b)
{
    struct pair *v = qd_grow(todo->v, todo->n, &todo->cap, sizeof *todo->v);
    if (!v)
        return -1;
    todo->v = v;
    todo->v[todo->n++] = (struct pair){a, b};
    return 0;
}

/* Both lists are sorted: the first difference is a name that only one side has. */
static int match_children(const struct qd_node **ca, size_t na, const struct qd_node **cb,
                          size_t nb, struct pairs *todo, struct qdiag_error *e)
{
    for (size_t i = 0; i < na || i < nb; i++) {
        int cmp = i >= na ? 1 : i >= nb ? -1 : strcmp(ca[i]->name, cb[i]->name);
        if (cmp != 0)
            return differ(e, cmp < 0 ? ca[i] : cb[i],
                          cmp < 0 ? "only in the first" : "only in the second");
        if (ca[i]->is_stream != cb[i]->is_stream)
            return differ(e, ca[i], "a stream in one, a storage in the other");
        if (push_pair(todo, ca[i], cb[i]) != 0)
            return qd_nomem(e);
    }
    return 0;
}

static int compare_storages(const struct qd_node *a, const struct qd_node *b, struct pairs *todo,
                            struct qdiag_error *e)
{
    const struct qd_node **ca = sorted(a), **cb = sorted(b);
    int rc = ca && cb ? match_children(ca, a->nchild, cb, b->nchild, todo, e) : qd_nomem(e);
    free(ca);
    free(cb);
    return rc;
}

int qd_tree_compare(const struct qd_node *a, const struct qd_node *b, struct qdiag_error *e)
{
    struct pairs todo = {0};
    int rc = push_pair(&todo, a, b) == 0 ? 0 : qd_nomem(e);
    while (rc == 0 && todo.n > 0) {
        struct pair p = todo.v[--todo.n];
        rc = p.a->is_stream ? compare_streams(p.a, p.b, e) : compare_storages(p.a, p.b, &todo, e);
    }
    free(todo.v);
    return rc;
}
