/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One EFS tree in memory: nodes sorted by name in their directory. Removed nodes that are still
 * open live on without a parent until the last handle lets go. Never touches the disk. */
#include "sim/unit_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

struct sim_node *sim_node_new(const char *name, enum sim_kind kind, uint32_t mode, uint32_t mtime)
{
    struct sim_node *n = qd_alloc(1, sizeof *n);
    if (!n)
        return NULL;
    n->name = qd_strdup(name);
    n->kind = kind;
    n->mode = mode;
    n->mtime = mtime;
    if (!n->name) {
        free(n);
        return NULL;
    }
    return n;
}

void sim_node_free(struct sim_node *n)
{
    if (!n)
        return;
    for (size_t i = 0; i < n->kids; i++)
        sim_node_free(n->kid[i]);
    free(n->kid);
    free(n->data);
    free(n->target);
    free(n->name);
    free(n);
}

static int compare(const struct sim_node *n, const char *name, size_t len)
{
    size_t own = strlen(n->name);
    int c = memcmp(n->name, name, own < len ? own : len);
    return c ? c : (own > len) - (own < len);
}

static size_t lower_bound(const struct sim_node *dir, const char *name, size_t len)
{
    size_t lo = 0, hi = dir->kids;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (compare(dir->kid[mid], name, len) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

struct sim_node *sim_node_child(const struct sim_node *dir, const char *name, size_t len)
{
    size_t i = lower_bound(dir, name, len);
    return i < dir->kids && compare(dir->kid[i], name, len) == 0 ? dir->kid[i] : NULL;
}

static int make_room(struct sim_node *dir)
{
    struct sim_node **v = qd_grow(dir->kid, dir->kids, &dir->kid_cap, sizeof(struct sim_node *));
    if (!v)
        return -1;
    dir->kid = v;
    return 0;
}

int sim_node_add(struct sim_node *dir, struct sim_node *n)
{
    if (make_room(dir) != 0)
        return -1;
    struct sim_node **v = dir->kid;
    size_t i = lower_bound(dir, n->name, strlen(n->name));
    memmove(v + i + 1, v + i, (dir->kids - i) * sizeof v[0]);
    v[i] = n;
    dir->kids++;
    n->parent = dir;
    return 0;
}

static void detach(struct sim_node *n)
{
    struct sim_node *dir = n->parent;
    size_t i = lower_bound(dir, n->name, strlen(n->name));
    dir->kids--;
    memmove(dir->kid + i, dir->kid + i + 1, (dir->kids - i) * sizeof dir->kid[0]);
    n->parent = NULL;
}

static size_t path_length(const struct sim_node *n)
{
    size_t len = 0;
    for (; n->parent; n = n->parent)
        len += strlen(n->name) + 1;
    return len;
}

char *sim_node_path(const struct sim_node *n)
{
    size_t at = path_length(n);
    char *path = qd_alloc(at + 2, 1);
    if (!path)
        return NULL;
    path[0] = '/'; /* the root has no name of its own */
    for (; n->parent; n = n->parent) {
        size_t len = strlen(n->name);
        at -= len;
        memcpy(path + at, n->name, len);
        path[--at] = '/';
    }
    return path;
}

struct sim_node *sim_tree_at(const struct sim_tree *t, const char *path)
{
    struct sim_node *n = t->root;
    while (n && *path) {
        size_t len = strcspn(path, "/");
        if (len)
            n = sim_node_child(n, path, len);
        path += len + (path[len] == '/');
    }
    return n;
}

int sim_node_resize(struct sim_node *n, size_t len)
{
    if (len > n->cap) {
        size_t cap = n->cap * 2 > len ? n->cap * 2 : len;
        uint8_t *p = realloc(n->data, cap);
        if (!p)
            return -1;
        n->data = p;
        n->cap = cap;
    }
    if (len > n->len)
        memset(n->data + n->len, 0, len - n->len);
    n->len = len;
    return 0;
}

void sim_tree_touch(struct sim_tree *t, struct sim_node *n)
{
    n->dirty = 1;
    t->dirty = 1;
}

/* Remembers that the host file of n has to go. */
static int note_gone(struct sim_tree *t, struct sim_node *n)
{
    char **v = qd_grow(t->gone, t->n_gone, &t->gone_cap, sizeof(char *));
    char *path = v ? sim_node_path(n) : NULL;
    if (v)
        t->gone = v;
    if (!path)
        return -1;
    t->gone[t->n_gone++] = path;
    t->dirty = 1;
    return 0;
}

static void drop(struct sim_node *n)
{
    while (n->kids)
        drop(n->kid[n->kids - 1]);
    detach(n);
    if (n->refs == 0)
        sim_node_free(n);
}

int sim_tree_remove(struct sim_tree *t, struct sim_node *n)
{
    if (note_gone(t, n) != 0)
        return -1;
    drop(n);
    return 0;
}

static void touch_all(struct sim_tree *t, struct sim_node *n)
{
    sim_tree_touch(t, n);
    for (size_t i = 0; i < n->kids; i++)
        touch_all(t, n->kid[i]);
}

int sim_tree_move(struct sim_tree *t, struct sim_node *n, struct sim_node *dir, const char *name)
{
    char *copy = qd_strdup(name);
    int rc = copy ? make_room(dir) : -1;
    if (rc == 0)
        rc = note_gone(t, n);
    if (rc == 0) {
        detach(n);
        free(n->name);
        n->name = copy;
        copy = NULL;
        rc = sim_node_add(dir, n); /* cannot fail, the room is there */
        touch_all(t, n);
    }
    free(copy);
    return rc;
}

void sim_node_release(struct sim_node *n)
{
    n->refs--;
    if (n->refs == 0 && !n->parent && n->name[0])
        sim_node_free(n);
}

void sim_tree_free(struct sim_tree *t)
{
    for (size_t i = 0; i < t->n_gone; i++)
        free(t->gone[i]);
    free(t->gone);
    sim_node_free(t->root);
    t->gone = NULL;
    t->root = NULL;
    t->n_gone = t->gone_cap = 0;
    t->dirty = 0;
}
