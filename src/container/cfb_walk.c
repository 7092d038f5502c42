/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The directory of a compound file: who is below whom. Siblings are found through the search tree,
 * which a hostile file can make a list of any length or a loop: explicit stacks only, and every
 * entry is reached once. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "container/cfb_read.h"

struct walker {
    struct qd_cfb_reader *r;
    uint32_t *stack; /* entries whose left side is being looked at */
    uint32_t *queue; /* entries reached: by level, and by name within one storage */
    size_t tail, reached;
    int noted_class;
};

static uint32_t link_of(const struct walker *b, uint32_t id, unsigned which)
{
    return qd_get32(qd_cfb_entry(b->r, id) + which);
}

void qd_cfb_take_name(const struct qd_cfb_reader *r, uint32_t id, struct qd_cfb_name *name)
{
    const uint8_t *p = qd_cfb_entry(r, id);
    qd_cfb_name_take(p, qd_get16(p + QD_CFB_E_LENGTH), name);
}

/* What one entry alone shows. */
static int check_entry(struct walker *b, uint32_t id)
{
    const uint8_t *p = qd_cfb_entry(b->r, id);
    static const uint8_t zeros[20];
    struct qd_cfb_name name;
    unsigned type = p[QD_CFB_E_TYPE];
    if (type != QD_CFB_STORAGE && type != QD_CFB_STREAM)
        return qd_cfb_bad_entry(b->r, id, "%s of type %u in the tree",
                                type == QD_CFB_UNUSED ? "an unused entry" : "an entry", type);
    const char *fault = qd_cfb_name_take(p, qd_get16(p + QD_CFB_E_LENGTH), &name);
    if (fault)
        return qd_cfb_bad_entry(b->r, id, "%s", fault);
    if (qd_cfb_name_reserved(&name)) {
        if (type == QD_CFB_STORAGE || b->r->depth[id] != 1)
            return qd_cfb_bad_entry(b->r, id, "%s", "the name has a control character");
        qd_cfb_note_entry(b->r, id, "file properties that Windows added are not kept");
    }
    if (type == QD_CFB_STREAM && qd_get32(p + QD_CFB_E_CHILD) != QD_CFB_FREE)
        return qd_cfb_bad_entry(b->r, id, "a stream with an entry below it");
    if (type == QD_CFB_STREAM && qd_get32(p + QD_CFB_E_SIZE + 4) != 0)
        return qd_cfb_bad_entry(b->r, id, "the size is above 4 GiB");
    if (memcmp(p + QD_CFB_E_CLSID, zeros, sizeof zeros) != 0 && !b->noted_class) {
        b->noted_class = 1;
        qd_cfb_note_entry(b->r, id, "class id or state bits are not kept");
    }
    return 0;
}

/* Entry `from` names `id` as a sibling or child. */
static int reach(struct walker *b, uint32_t from, uint32_t id, uint32_t storage)
{
    if (id >= b->r->entries)
        return qd_cfb_bad_entry(b->r, from, "a link to entry %u, but the directory has %u entries",
                                (unsigned)id, (unsigned)b->r->entries);
    if (b->r->depth[id] != QD_CFB_NOT_REACHED)
        return qd_cfb_bad_entry(b->r, from, "a link to entry %u, which is reached twice then",
                                (unsigned)id);
    unsigned depth = b->r->depth[storage] + 1u;
    if (depth > QD_TREE_MAX_DEPTH)
        return qd_cfb_bad_entry(b->r, id, "deeper than %u levels", QD_TREE_MAX_DEPTH);
    if (++b->reached >= QD_TREE_MAX_NODES)
        return qd_cfb_bad_entry(b->r, id, "more than %u storages and streams", QD_TREE_MAX_NODES);
    b->r->depth[id] = (uint8_t)depth;
    b->r->parent[id] = storage;
    return check_entry(b, id);
}

/* Siblings come out of the search tree in the order of their names. Where a name is not ASCII, two
 * writers need not agree on upper case: the order is then not held against the file. */
static int check_order(struct walker *b, uint32_t before, uint32_t id, int *unsure)
{
    struct qd_cfb_name x, y;
    qd_cfb_take_name(b->r, before, &x);
    qd_cfb_take_name(b->r, id, &y);
    int c = qd_cfb_name_compare(&x, &y);
    if (c == 0)
        return qd_cfb_bad_entry(b->r, id, "the name is there twice (entry %u; case does not count)",
                                (unsigned)before);
    if (c < 0)
        return 0;
    *unsure = 1;
    if (!qd_cfb_name_ascii(&x) || !qd_cfb_name_ascii(&y))
        return 0;
    char name[QD_CFB_NAME_UTF8];
    qd_cfb_name_decode(&x, name);
    return qd_cfb_bad_entry(b->r, id, "out of order among its siblings: behind entry %u (%s)",
                            (unsigned)before, name);
}

static int by_name(const void *pa, const void *pb, void *user)
{
    struct qd_cfb_name x, y;
    qd_cfb_take_name(user, *(const uint32_t *)pa, &x);
    qd_cfb_take_name(user, *(const uint32_t *)pb, &y);
    return qd_cfb_name_compare(&x, &y);
}

/* Equal names need not be neighbours when the order was not that of this reader. */
static int check_twice(struct walker *b, size_t first)
{
    uint32_t *v = b->queue + first;
    size_t n = b->tail - first;
    qsort_r(v, n, sizeof *v, by_name, b->r);
    for (size_t i = 1; i < n; i++)
        if (by_name(&v[i - 1], &v[i], b->r) == 0)
            return qd_cfb_bad_entry(b->r, v[i],
                                    "the name is there twice (entry %u; case does not count)",
                                    (unsigned)v[i - 1]);
    return 0;
}

/* The search tree below one storage, from left to right, into the queue. */
static int visit_children(struct walker *b, uint32_t storage)
{
    size_t top = 0, first = b->tail;
    uint32_t from = storage, at = link_of(b, storage, QD_CFB_E_CHILD);
    int unsure = 0;
    while (at != QD_CFB_FREE || top > 0) {
        if (at != QD_CFB_FREE) {
            int rc = reach(b, from, at, storage);
            if (rc != 0)
                return rc;
            b->stack[top++] = from = at;
            at = link_of(b, at, QD_CFB_E_LEFT);
            continue;
        }
        from = b->stack[--top];
        b->queue[b->tail++] = from;
        int rc = b->tail - first < 2 ? 0 : check_order(b, b->queue[b->tail - 2], from, &unsure);
        if (rc != 0)
            return rc;
        at = link_of(b, from, QD_CFB_E_RIGHT);
    }
    return unsure ? check_twice(b, first) : 0;
}

static int check_orphans(struct walker *b)
{
    for (uint32_t i = 1; i < b->r->entries; i++) {
        unsigned type = qd_cfb_entry(b->r, i)[QD_CFB_E_TYPE];
        if (type != QD_CFB_UNUSED && b->r->depth[i] == QD_CFB_NOT_REACHED)
            return qd_cfb_bad_entry(b->r, i, "in use (type %u), but not reached from any storage",
                                    type);
    }
    return 0;
}

static int walk(struct walker *b)
{
    memset(b->r->depth, QD_CFB_NOT_REACHED, b->r->entries);
    b->r->depth[0] = 0;
    int rc = visit_children(b, 0);
    for (size_t i = 0; rc == 0 && i < b->tail; i++)
        if (qd_cfb_entry(b->r, b->queue[i])[QD_CFB_E_TYPE] == QD_CFB_STORAGE)
            rc = visit_children(b, b->queue[i]);
    return rc == 0 ? check_orphans(b) : rc;
}

int qd_cfb_walk_directory(struct qd_cfb_reader *r)
{
    struct walker b = {.r = r};
    r->depth = qd_alloc(r->entries, sizeof *r->depth);
    r->parent = qd_alloc(r->entries, sizeof *r->parent);
    b.stack = qd_alloc(r->entries, sizeof *b.stack);
    b.queue = qd_alloc(r->entries, sizeof *b.queue);
    int rc = r->depth && r->parent && b.stack && b.queue ? walk(&b) : qd_nomem(r->e);
    free(b.stack);
    free(b.queue);
    return rc;
}
