/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The directory of a compound file into a tree. Siblings are found through the search tree, which a
 * hostile file can make a list of any length or a loop: explicit stacks only, and every entry is
 * reached once. Children then stand in the order of their directory numbers, as they were made. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "container/cfb_read.h"

#define NOT_REACHED 0xffu

struct builder {
    struct qd_cfb_reader *r;
    uint8_t *depth;   /* of each entry; the root's is 0 */
    uint32_t *parent; /* of each entry reached */
    uint32_t *stack;  /* entries whose left side is being looked at */
    uint32_t *queue;  /* entries reached: by level, and by name within one storage */
    size_t tail, reached;
    struct qd_node **node;
    int noted_class;
};

static uint32_t link_of(const struct builder *b, uint32_t id, unsigned which)
{
    return qd_get32(qd_cfb_entry(b->r, id) + which);
}

static void take_name(const struct builder *b, uint32_t id, struct qd_cfb_name *name)
{
    const uint8_t *p = qd_cfb_entry(b->r, id);
    qd_cfb_name_take(p, qd_get16(p + QD_CFB_E_LENGTH), name);
}

/* What one entry alone shows. */
static int check_entry(struct builder *b, uint32_t id)
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
static int reach(struct builder *b, uint32_t from, uint32_t id, uint32_t storage)
{
    if (id >= b->r->entries)
        return qd_cfb_bad_entry(b->r, from, "a link to entry %u, but the directory has %u entries",
                                (unsigned)id, (unsigned)b->r->entries);
    if (b->depth[id] != NOT_REACHED)
        return qd_cfb_bad_entry(b->r, from, "a link to entry %u, which is reached twice then",
                                (unsigned)id);
    unsigned depth = b->depth[storage] + 1u;
    if (depth > QD_TREE_MAX_DEPTH)
        return qd_cfb_bad_entry(b->r, id, "deeper than %u levels", QD_TREE_MAX_DEPTH);
    if (++b->reached >= QD_TREE_MAX_NODES)
        return qd_cfb_bad_entry(b->r, id, "more than %u storages and streams", QD_TREE_MAX_NODES);
    b->depth[id] = (uint8_t)depth;
    b->parent[id] = storage;
    return check_entry(b, id);
}

/* Siblings come out of the search tree in the order of their names. Where a name is not ASCII, two
 * writers need not agree on upper case: the order is then not held against the file. */
static int check_order(struct builder *b, uint32_t before, uint32_t id, int *unsure)
{
    struct qd_cfb_name x, y;
    take_name(b, before, &x);
    take_name(b, id, &y);
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
    take_name(user, *(const uint32_t *)pa, &x);
    take_name(user, *(const uint32_t *)pb, &y);
    return qd_cfb_name_compare(&x, &y);
}

/* Equal names need not be neighbours when the order was not that of this reader. */
static int check_twice(struct builder *b, size_t first)
{
    uint32_t *v = b->queue + first;
    size_t n = b->tail - first;
    qsort_r(v, n, sizeof *v, by_name, b);
    for (size_t i = 1; i < n; i++)
        if (by_name(&v[i - 1], &v[i], b) == 0)
            return qd_cfb_bad_entry(b->r, v[i],
                                    "the name is there twice (entry %u; case does not count)",
                                    (unsigned)v[i - 1]);
    return 0;
}

/* The search tree below one storage, from left to right, into the queue. */
static int visit_children(struct builder *b, uint32_t storage)
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

static int is_storage(const struct builder *b, uint32_t id)
{
    return qd_cfb_entry(b->r, id)[QD_CFB_E_TYPE] == QD_CFB_STORAGE;
}

static int check_orphans(struct builder *b)
{
    for (uint32_t i = 1; i < b->r->entries; i++) {
        unsigned type = qd_cfb_entry(b->r, i)[QD_CFB_E_TYPE];
        if (type != QD_CFB_UNUSED && b->depth[i] == NOT_REACHED)
            return qd_cfb_bad_entry(b->r, i, "in use (type %u), but not reached from any storage",
                                    type);
    }
    return 0;
}

static int walk(struct builder *b)
{
    memset(b->depth, NOT_REACHED, b->r->entries);
    b->depth[0] = 0;
    int rc = visit_children(b, 0);
    for (size_t i = 0; rc == 0 && i < b->tail; i++)
        if (is_storage(b, b->queue[i]))
            rc = visit_children(b, b->queue[i]);
    return rc == 0 ? check_orphans(b) : rc;
}

static void copy_parts(const struct qd_cfb_reader *r, uint32_t at, uint8_t *to, size_t len)
{
    int mini = len < QD_CFB_CUTOFF;
    size_t part = mini ? QD_CFB_MINI : QD_CFB_SECTOR;
    while (len > 0) {
        size_t n = len < part ? len : part;
        memcpy(to, mini ? qd_cfb_mini_sector(r, at) : qd_cfb_sector(r, at), n);
        at = mini ? qd_cfb_mini_next(r, at) : qd_cfb_next(r, at);
        to += n;
        len -= n;
    }
}

/* The whole chain is proved before memory is asked for. */
static int take_stream(struct builder *b, uint32_t id, uint8_t **data, size_t *len)
{
    const uint8_t *p = qd_cfb_entry(b->r, id);
    uint32_t size = qd_get32(p + QD_CFB_E_SIZE), part = QD_CFB_MINI;
    struct qd_cfb_walk w = {
        .mini = 1, .start = qd_get32(p + QD_CFB_E_START), .owner = QD_CFB_OF_ENTRY + id};
    *data = NULL;
    *len = size;
    if (size == 0) {
        if (w.start != QD_CFB_END)
            qd_cfb_note_entry(b->r, id, "an empty stream with a first sector");
        return 0;
    }
    if (size >= QD_CFB_CUTOFF) {
        w.mini = 0;
        part = QD_CFB_SECTOR;
    }
    w.want = size / part + (size % part != 0);
    if (w.want > (w.mini ? b->r->minis : b->r->sectors))
        return qd_cfb_bad_entry(b->r, id, "%u bytes do not fit into the %s", (unsigned)size,
                                w.mini ? "mini stream" : "file");
    int rc = qd_cfb_claim(b->r, &w);
    if (rc == 0 && !(*data = qd_alloc(size, 1)))
        rc = qd_nomem(b->r->e);
    if (rc == 0)
        copy_parts(b->r, w.start, *data, size);
    return rc;
}

static int make_node(struct builder *b, uint32_t id)
{
    struct qd_node *parent = b->node[b->parent[id]];
    struct qd_cfb_name name;
    char utf8[QD_CFB_NAME_UTF8];
    take_name(b, id, &name);
    qd_cfb_name_decode(&name, utf8);
    if (is_storage(b, id)) {
        b->node[id] = qd_tree_storage(parent, utf8);
        return b->node[id] ? 0 : qd_nomem(b->r->e);
    }
    uint8_t *data;
    size_t len;
    int rc = take_stream(b, id, &data, &len);
    if (rc == 0 && !qd_tree_stream_take(parent, utf8, data, len)) {
        free(data);
        rc = qd_nomem(b->r->e);
    }
    return rc;
}

/* Level by level, so that a parent is there before its children whatever its number is. */
static int make_nodes(struct builder *b, struct qd_node *root)
{
    int rc = 0;
    b->node[0] = root;
    for (unsigned depth = 1; rc == 0 && depth <= QD_TREE_MAX_DEPTH; depth++)
        for (uint32_t i = 1; rc == 0 && i < b->r->entries; i++)
            if (b->depth[i] == depth)
                rc = make_node(b, i);
    return rc;
}

int qd_cfb_read_tree(struct qd_cfb_reader *r, struct qd_node *root)
{
    struct builder b = {.r = r};
    b.depth = qd_alloc(r->entries, sizeof *b.depth);
    b.parent = qd_alloc(r->entries, sizeof *b.parent);
    b.stack = qd_alloc(r->entries, sizeof *b.stack);
    b.queue = qd_alloc(r->entries, sizeof *b.queue);
    b.node = qd_alloc(r->entries, sizeof(struct qd_node *));
    int rc = b.depth && b.parent && b.stack && b.queue && b.node ? walk(&b) : qd_nomem(r->e);
    if (rc == 0)
        rc = make_nodes(&b, root);
    free(b.depth);
    free(b.parent);
    free(b.stack);
    free(b.queue);
    free(b.node);
    return rc;
}
