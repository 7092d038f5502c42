/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Decides where everything of a compound file goes: numbers of the entries, the search tree of each
 * storage, sectors. Everything that could be refused is refused here, before a byte is written.
 * Linear but for one sort per storage. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "container/cfb_write.h"

static int refuse(const struct qd_node *n, const char *why, struct qdiag_error *e)
{
    char path[256];
    qd_tree_path(n, path, sizeof path);
    return qd_fail(e, QDIAG_E_FAILED, path, "a compound file cannot hold this: %s", why);
}

/* Storages stay in their order among themselves, and so do streams: XQCN text keeps no more than
 * that. Within it, QPST's order is made: File_Version before the model, and the streams of the
 * configuration behind its NV arrays. */
enum order { AS_IS, VERSION_FIRST, STREAMS_SECOND };

struct frame {
    const struct qd_node *n;
    uint32_t id;
    enum order order;
    size_t first; /* index of the child that goes before all others */
    unsigned phase;
    size_t at;
};

/* Index of the first child of that kind when it has that name, else SIZE_MAX. */
static size_t first_named(const struct qd_node *n, int stream, const char *name)
{
    for (size_t i = 0; i < n->nchild; i++)
        if (n->child[i]->is_stream == stream)
            return strcmp(n->child[i]->name, name) == 0 ? i : SIZE_MAX;
    return SIZE_MAX;
}

static struct frame open_frame(const struct qd_node *n, uint32_t id, size_t depth)
{
    struct frame f = {.n = n, .id = id, .order = AS_IS, .first = SIZE_MAX};
    if (depth == 0 && (f.first = first_named(n, 1, "File_Version")) != SIZE_MAX)
        f.order = VERSION_FIRST;
    if (depth == 2 && (f.first = first_named(n, 0, "NV_NUMBERED_ITEMS")) != SIZE_MAX)
        f.order = STREAMS_SECOND;
    return f;
}

static int belongs(const struct frame *f, size_t i)
{
    if (f->order == AS_IS)
        return 1;
    if (f->phase == 0)
        return i == f->first;
    if (f->order == VERSION_FIRST)
        return i != f->first;
    return f->phase == 1 ? f->n->child[i]->is_stream : !f->n->child[i]->is_stream && i != f->first;
}

static const struct qd_node *next_child(struct frame *f)
{
    static const unsigned phases[] = {[AS_IS] = 1, [VERSION_FIRST] = 2, [STREAMS_SECOND] = 3};
    for (; f->phase < phases[f->order]; f->phase++, f->at = 0)
        while (f->at < f->n->nchild) {
            size_t i = f->at++;
            if (belongs(f, i))
                return f->n->child[i];
        }
    return NULL;
}

static int add_entry(struct qd_cfb_plan *p, const struct qd_node *n, uint32_t parent,
                     struct qdiag_error *e)
{
    struct qd_cfb_entry *v = qd_grow(p->entry, p->n, &p->cap, sizeof *v);
    if (!v)
        return qd_nomem(e);
    p->entry = v;
    if (p->n >= QD_TREE_MAX_NODES)
        return refuse(n, "more than 200,000 storages and streams", e);
    p->entry[p->n++] = (struct qd_cfb_entry){n, parent, QD_CFB_FREE, QD_CFB_FREE, QD_CFB_FREE, 0};
    return 0;
}

/* Depth first, a storage followed by what is in it. */
static int number(struct qd_cfb_plan *p, const struct qd_node *root, struct qdiag_error *e)
{
    struct frame stack[QD_TREE_MAX_DEPTH + 1];
    size_t depth = 0;
    int rc = add_entry(p, root, 0, e);
    stack[0] = open_frame(root, 0, 0);
    while (rc == 0) {
        const struct qd_node *c = next_child(&stack[depth]);
        if (!c && depth == 0)
            break;
        if (!c) {
            depth--;
            continue;
        }
        if (depth == QD_TREE_MAX_DEPTH)
            return refuse(c, "deeper than 8 levels", e);
        uint32_t id = (uint32_t)p->n;
        rc = add_entry(p, c, stack[depth].id, e);
        if (!c->is_stream) {
            stack[depth + 1] = open_frame(c, id, depth + 1);
            depth++;
        }
    }
    return rc;
}

struct key {
    struct qd_cfb_name name;
    uint32_t id;
};

static int by_name(const void *a, const void *b)
{
    return qd_cfb_name_compare(&((const struct key *)a)->name, &((const struct key *)b)->name);
}

/* The middle one is the root of its range; the depth is the logarithm of the number. */
static uint32_t balance(struct qd_cfb_plan *p, const struct key *k, size_t lo, size_t hi)
{
    if (lo == hi)
        return QD_CFB_FREE;
    size_t mid = lo + (hi - lo) / 2;
    struct qd_cfb_entry *x = &p->entry[k[mid].id];
    x->left = balance(p, k, lo, mid);
    x->right = balance(p, k, mid + 1, hi);
    return k[mid].id;
}

static int link_siblings(struct qd_cfb_plan *p, uint32_t storage, struct key *k, size_t n,
                         struct qdiag_error *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct qd_node *node = p->entry[k[i].id].node;
        const char *fault = qd_cfb_name_encode(node->name, &k[i].name);
        if (fault)
            return refuse(node, fault, e);
    }
    qsort(k, n, sizeof *k, by_name);
    for (size_t i = 1; i < n; i++)
        if (by_name(&k[i - 1], &k[i]) == 0)
            return refuse(p->entry[k[i].id].node, "the name is there twice (case does not count)",
                          e);
    p->entry[storage].child = balance(p, k, 0, n);
    return 0;
}

/* Children of a storage have ascending numbers, but not neighbouring ones: lists by counting. */
static int link_all(struct qd_cfb_plan *p, struct qdiag_error *e)
{
    uint32_t *end = qd_alloc(p->n + 1, sizeof *end);
    uint32_t *child = qd_alloc(p->n, sizeof *child);
    struct key *k = NULL;
    size_t most = 0;
    int rc = end && child ? 0 : qd_nomem(e);
    for (size_t i = 1; rc == 0 && i < p->n; i++)
        end[p->entry[i].parent + 1]++;
    for (size_t i = 0; rc == 0 && i < p->n; i++) {
        most = end[i + 1] > most ? end[i + 1] : most;
        end[i + 1] += end[i];
    }
    for (size_t i = 1; rc == 0 && i < p->n; i++)
        child[end[p->entry[i].parent]++] = (uint32_t)i;
    if (rc == 0 && !(k = qd_alloc(most, sizeof *k)))
        rc = qd_nomem(e);
    /* end[i] now is the end of list i, and so the start of list i + 1. */
    for (size_t i = 0, start = 0; rc == 0 && i < p->n; start = end[i++]) {
        for (size_t j = start; j < end[i]; j++)
            k[j - start].id = child[j];
        if (end[i] > start)
            rc = link_siblings(p, (uint32_t)i, k, end[i] - start, e);
    }
    free(k);
    free(child);
    free(end);
    return rc;
}

static uint32_t parts(uint64_t n, uint32_t size)
{
    return (uint32_t)((n + size - 1) / size);
}

/* Streams in directory order: the small ones in the mini stream, the others behind it. */
static int place_streams(struct qd_cfb_plan *p, struct qdiag_error *e)
{
    uint64_t total = 0;
    for (size_t i = 1; i < p->n; i++) {
        struct qd_cfb_entry *x = &p->entry[i];
        size_t len = x->node->len;
        if (!x->node->is_stream)
            continue;
        if (len > QD_CFB_MAX_FILE || (total += len) > QD_CFB_MAX_FILE)
            return refuse(x->node, "more than 256 MiB in all", e);
        uint32_t *next = len < QD_CFB_CUTOFF ? &p->minis : &p->large;
        x->start = len ? *next : QD_CFB_END;
        *next += parts(len, len < QD_CFB_CUTOFF ? QD_CFB_MINI : QD_CFB_SECTOR);
    }
    p->directory = parts(p->n, QD_CFB_SECTOR / QD_CFB_ENTRY);
    p->mini_fat = parts(p->minis, QD_CFB_FAT_CELLS);
    p->mini_stream = parts((uint64_t)p->minis * QD_CFB_MINI, QD_CFB_SECTOR);
    uint32_t before = p->directory + p->mini_fat + p->mini_stream;
    for (size_t i = 1; i < p->n; i++)
        if (p->entry[i].node->is_stream && p->entry[i].node->len >= QD_CFB_CUTOFF)
            p->entry[i].start += before;
    p->entry[0].start = p->minis ? p->directory + p->mini_fat : QD_CFB_END;
    return 0;
}

/* The FAT has cells for itself and for the list of its own sectors: repeat until it fits. */
static int place_fat(struct qd_cfb_plan *p, struct qdiag_error *e)
{
    uint32_t data = p->directory + p->mini_fat + p->mini_stream + p->large + p->text;
    for (uint32_t had = UINT32_MAX; had != p->fat + p->difat;) {
        had = p->fat + p->difat;
        p->fat = parts((uint64_t)data + had, QD_CFB_FAT_CELLS);
        p->difat = p->fat > QD_CFB_HEADER_FATS
                       ? parts(p->fat - QD_CFB_HEADER_FATS, QD_CFB_DIFAT_CELLS)
                       : 0;
    }
    if ((uint64_t)data + p->fat + p->difat >= QD_CFB_MAX_FILE / QD_CFB_SECTOR)
        return refuse(p->entry[0].node, "the file would be larger than 256 MiB", e);
    return 0;
}

int qd_cfb_plan_make(struct qd_cfb_plan *p, const struct qd_node *root, struct qdiag_error *e)
{
    assert(!root->is_stream);
    memset(p, 0, sizeof *p);
    int rc = number(p, root, e);
    if (rc == 0)
        rc = link_all(p, e);
    if (rc == 0)
        rc = place_streams(p, e);
    if (rc == 0)
        rc = qd_cfb_text_build(root, &p->record, e);
    p->text = parts(p->record.len, QD_CFB_SECTOR);
    return rc == 0 ? place_fat(p, e) : rc;
}

void qd_cfb_plan_free(struct qd_cfb_plan *p)
{
    free(p->entry);
    qd_buf_free(&p->record);
    memset(p, 0, sizeof *p);
}
