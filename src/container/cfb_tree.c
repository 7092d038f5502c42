/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Streams of a compound file, and the tree made of them. First every chain is proved, then the
 * bytes are copied, and each block of the file is let go when its last byte has been: file and tree
 * are never both there as a whole. Children stand in the order of their directory numbers, as they
 * were made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "container/cfb_read.h"

#define MINI_PER_SECTOR (QD_CFB_SECTOR / QD_CFB_MINI)

static int is_type(const struct qd_cfb_reader *r, uint32_t id, unsigned type)
{
    return qd_cfb_entry(r, id)[QD_CFB_E_TYPE] == type;
}

static uint32_t size_of(const struct qd_cfb_reader *r, uint32_t id)
{
    return qd_get32(qd_cfb_entry(r, id) + QD_CFB_E_SIZE);
}

static uint32_t start_of(const struct qd_cfb_reader *r, uint32_t id)
{
    return qd_get32(qd_cfb_entry(r, id) + QD_CFB_E_START);
}

static int claim_stream(struct qd_cfb_reader *r, uint32_t id)
{
    uint32_t size = size_of(r, id), part = size < QD_CFB_CUTOFF ? QD_CFB_MINI : QD_CFB_SECTOR;
    struct qd_cfb_walk w = {.mini = size < QD_CFB_CUTOFF,
                            .start = start_of(r, id),
                            .owner = QD_CFB_OF_ENTRY + id,
                            .want = size / part + (size % part != 0)};
    if (size == 0)
        return 0;
    if (w.want > (w.mini ? r->minis : r->sectors))
        return qd_cfb_bad_entry(r, id, "%u bytes do not fit into the %s", (unsigned)size,
                                w.mini ? "mini stream" : "file");
    return qd_cfb_claim(r, &w);
}

/* A writer that leaves one sector number behind leaves hundreds: one note for all. */
static void note_empty(const struct qd_cfb_reader *r)
{
    char text[80];
    uint32_t first = 0, count = 0;
    for (uint32_t i = r->entries - 1; i > 0; i--)
        if (is_type(r, i, QD_CFB_STREAM) && size_of(r, i) == 0 && start_of(r, i) != QD_CFB_END) {
            first = i;
            count++;
        }
    snprintf(text, sizeof text, "an empty stream with a first sector (%u in all)", (unsigned)count);
    if (count > 0)
        qd_cfb_note_entry(r, first, text);
}

int qd_cfb_claim_streams(struct qd_cfb_reader *r)
{
    int rc = 0;
    for (uint32_t i = 1; rc == 0 && i < r->entries; i++)
        if (is_type(r, i, QD_CFB_STREAM))
            rc = claim_stream(r, i);
    if (rc == 0)
        note_empty(r);
    return rc;
}

static size_t block_of(uint32_t sector)
{
    return ((size_t)sector + 1) * QD_CFB_SECTOR / QD_CFB_BLOCK;
}

/* What is to be copied out of each block. Sectors that are no stream's keep their block for ever.
 */
static int count_live(struct qd_cfb_reader *r)
{
    r->live = qd_alloc(r->nblock, sizeof *r->live);
    if (!r->live)
        return qd_nomem(r->e);
    r->live[0] = 1; /* the header */
    for (uint32_t s = 0; s < r->sectors; s++) {
        uint32_t owner = r->owner[s];
        if (owner >= QD_CFB_OF_ENTRY)
            r->live[block_of(s)] += MINI_PER_SECTOR;
        else if (owner != QD_CFB_OF_NOBODY && owner != QD_CFB_OF_MINI_STREAM)
            r->live[block_of(s)]++;
    }
    for (uint32_t m = 0; m < r->minis; m++)
        if (r->mini_owner[m] != QD_CFB_OF_NOBODY)
            r->live[block_of(r->mini_stream.v[m / MINI_PER_SECTOR])]++;
    return 0;
}

static void spend(struct qd_cfb_reader *r, uint32_t sector, unsigned units)
{
    size_t b = block_of(sector);
    r->live[b] = (uint16_t)(r->live[b] - units);
    if (r->live[b] > 0)
        return;
    free(r->block[b]);
    r->block[b] = NULL;
}

static void copy_small(struct qd_cfb_reader *r, uint32_t at, uint8_t *to, size_t len)
{
    while (len > 0) {
        size_t n = len < QD_CFB_MINI ? len : QD_CFB_MINI;
        memcpy(to, qd_cfb_mini_sector(r, at), n);
        spend(r, r->mini_stream.v[at / MINI_PER_SECTOR], 1);
        at = qd_cfb_mini_next(r, at);
        to += n;
        len -= n;
    }
}

static void copy_large(struct qd_cfb_reader *r, uint32_t at, uint8_t *to, size_t len)
{
    while (len > 0) {
        size_t n = len < QD_CFB_SECTOR ? len : QD_CFB_SECTOR;
        memcpy(to, qd_cfb_sector(r, at), n);
        spend(r, at, MINI_PER_SECTOR);
        at = qd_cfb_next(r, at);
        to += n;
        len -= n;
    }
}

static int make_stream(struct qd_cfb_reader *r, uint32_t id, struct qd_node *parent,
                       const char *name)
{
    size_t len = size_of(r, id);
    uint8_t *data = len ? qd_alloc(len, 1) : NULL;
    if (len && !data)
        return qd_nomem(r->e);
    if (len >= QD_CFB_CUTOFF)
        copy_large(r, start_of(r, id), data, len);
    else if (len)
        copy_small(r, start_of(r, id), data, len);
    if (qd_tree_stream_take(parent, name, data, len))
        return 0;
    free(data);
    return qd_nomem(r->e);
}

static int make_node(struct qd_cfb_reader *r, uint32_t id, struct qd_node **node)
{
    struct qd_node *parent = node[r->parent[id]];
    struct qd_cfb_name name;
    char utf8[QD_CFB_NAME_UTF8];
    qd_cfb_take_name(r, id, &name);
    if (qd_cfb_name_reserved(&name)) /* below the root only: no part of the backup */
        return 0;
    qd_cfb_name_decode(&name, utf8);
    if (is_type(r, id, QD_CFB_STREAM))
        return make_stream(r, id, parent, utf8);
    node[id] = qd_tree_storage(parent, utf8);
    return node[id] ? 0 : qd_nomem(r->e);
}

/* Level by level, so that a parent is there before its children whatever its number is. */
int qd_cfb_build_tree(struct qd_cfb_reader *r, struct qd_node *root)
{
    struct qd_node **node = qd_alloc(r->entries, sizeof(struct qd_node *));
    int rc = node ? count_live(r) : qd_nomem(r->e);
    if (rc == 0)
        node[0] = root;
    for (unsigned depth = 1; rc == 0 && depth <= QD_TREE_MAX_DEPTH; depth++)
        for (uint32_t i = 1; rc == 0 && i < r->entries; i++)
            if (r->depth[i] == depth)
                rc = make_node(r, i, node);
    free(node);
    return rc;
}
