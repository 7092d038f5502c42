/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The backup in memory: NV items by context, EFS files by section, and what is missing. It copies
 * what it is given and never changes a payload. */
#include "model/backup.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define NO_ESN        0xDEADD00Du
#define HASH_FIRST    1024u
#define SECTION_COUNT ((size_t)QD_SECTIONS)

struct qd_backup *qd_backup_new(void)
{
    struct qd_backup *b = qd_alloc(1, sizeof *b);
    if (b)
        b->esn = NO_ESN;
    return b;
}

void qd_backup_free(struct qd_backup **bp)
{
    struct qd_backup *b = *bp;
    *bp = NULL;
    if (!b)
        return;
    for (unsigned s = 0; s < QD_SUBS; s++) {
        free(b->nv[s].v);
        free(b->nv[s].slot);
    }
    for (size_t i = 0; i < b->files.n; i++) {
        free(b->files.v[i].path);
        if (!b->files.v[i].borrowed)
            free(b->files.v[i].data);
    }
    for (size_t i = 0; i < b->missing.n; i++) {
        free(b->missing.v[i].path);
        free(b->missing.v[i].reason);
        free(b->missing.v[i].data);
    }
    free(b->files.v);
    free(b->missing.v);
    free(b->software);
    free(b->client);
    free(b->feature);
    free(b);
}

/* Where (id, index) is in the hash table, or the free slot where it would go. */
static size_t find_slot(const struct qd_nv_set *set, uint16_t id, uint8_t index)
{
    uint32_t key = (uint32_t)id << 8 | index;
    size_t at = (key * 2654435761u) & (set->nslot - 1);
    for (;;) {
        uint32_t i = set->slot[at];
        if (i == 0 || (set->v[i - 1].id == id && set->v[i - 1].index == index))
            return at;
        at = (at + 1) & (set->nslot - 1);
    }
}

/* Keeps the table at most half full, so that a search always meets a free slot. */
static int room_in_hash(struct qd_nv_set *set)
{
    if ((set->n + 1) * 2 <= set->nslot)
        return 0;
    size_t want = set->nslot ? set->nslot * 2 : HASH_FIRST;
    uint32_t *slot = qd_alloc(want, sizeof *slot);
    if (!slot)
        return -1;
    free(set->slot);
    set->slot = slot;
    set->nslot = want;
    for (size_t i = 0; i < set->n; i++)
        slot[find_slot(set, set->v[i].id, set->v[i].index)] = (uint32_t)i + 1;
    return 0;
}

int qd_backup_add_nv(struct qd_backup *b, unsigned sub, uint16_t id, uint8_t index,
                     const uint8_t data[QD_NV_SIZE], struct qdiag_error *e)
{
    if (sub >= QD_SUBS)
        return qd_fail(e, QDIAG_E_BUG, NULL, "NV context %u", sub);
    struct qd_nv_set *set = &b->nv[sub];
    if (room_in_hash(set) != 0)
        return qd_nomem(e);
    size_t at = find_slot(set, id, index);
    if (set->slot[at] != 0)
        return qd_fail(e, QDIAG_E_BUG, NULL, "NV %u index %u twice in context %u", id, index, sub);
    void *v = qd_grow(set->v, set->n, &set->cap, sizeof *set->v);
    if (!v)
        return qd_nomem(e);
    set->v = v;
    struct qd_nv_item *item = &set->v[set->n++];
    item->id = id;
    item->index = index;
    memcpy(item->data, data, QD_NV_SIZE);
    set->slot[at] = (uint32_t)set->n;
    set->present = 1;
    return 0;
}

int qd_backup_add_file(struct qd_backup *b, const struct qd_file *f, struct qdiag_error *e)
{
    char *copy = qd_strdup(f->path);
    void *v = copy ? qd_grow(b->files.v, b->files.n, &b->files.cap, sizeof *b->files.v) : NULL;
    if (!v) {
        free(copy);
        return qd_nomem(e);
    }
    b->files.v = v;
    b->files.v[b->files.n] = *f;
    b->files.v[b->files.n++].path = copy;
    return 0;
}

int qd_backup_add_missing(struct qd_backup *b, const struct qd_missing *m, struct qdiag_error *e)
{
    struct qd_missing copy = *m;
    copy.path = m->path ? qd_strdup(m->path) : NULL;
    copy.reason = qd_strdup(m->reason ? m->reason : "");
    copy.data = m->data ? qd_alloc(m->len ? m->len : 1, 1) : NULL;
    void *v = qd_grow(b->missing.v, b->missing.n, &b->missing.cap, sizeof *b->missing.v);
    if (v)
        b->missing.v = v;
    if (!v || !copy.reason || (m->path && !copy.path) || (m->data && !copy.data)) {
        free(copy.path);
        free(copy.reason);
        free(copy.data);
        return qd_nomem(e);
    }
    if (m->data && m->len)
        memcpy(copy.data, m->data, m->len);
    b->missing.v[b->missing.n++] = copy;
    return 0;
}

const struct qd_nv_item *qd_backup_nv(const struct qd_backup *b, unsigned sub, uint16_t id,
                                      uint8_t index)
{
    if (sub >= QD_SUBS || b->nv[sub].n == 0)
        return NULL;
    const struct qd_nv_set *set = &b->nv[sub];
    uint32_t i = set->slot[find_slot(set, id, index)];
    return i ? &set->v[i - 1] : NULL;
}

const struct qd_file *qd_backup_file(const struct qd_backup *b, enum qd_section section,
                                     const char *path)
{
    for (size_t i = 0; i < b->files.n; i++)
        if (b->files.v[i].section == section && strcmp(b->files.v[i].path, path) == 0)
            return &b->files.v[i];
    return NULL;
}

size_t qd_backup_count_files(const struct qd_backup *b, enum qd_section section)
{
    size_t n = 0;
    for (size_t i = 0; i < b->files.n; i++)
        n += b->files.v[i].section == section;
    return n;
}

size_t qd_backup_count_missing(const struct qd_backup *b, enum qd_missing_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < b->missing.n; i++)
        n += b->missing.v[i].kind == kind;
    return n;
}

/* Folder entries (relative paths) come first in EFS_Backup only, as the vendor tool writes them. */
static int order_files(const void *pa, const void *pb)
{
    const struct qd_file *a = pa, *b = pb;
    if (a->section != b->section)
        return a->section < b->section ? -1 : 1;
    if (a->section == QD_SEC_EFS_BACKUP) {
        int rooted_a = a->path[0] == '/', rooted_b = b->path[0] == '/';
        if (rooted_a != rooted_b)
            return rooted_a - rooted_b;
    }
    return strcmp(a->path, b->path);
}

void qd_backup_sort(struct qd_backup *b)
{
    if (b->files.n > 1)
        qsort(b->files.v, b->files.n, sizeof *b->files.v, order_files);
}

const char *qd_section_name(enum qd_section s)
{
    static const char *const names[SECTION_COUNT] = {"EFS_Backup", "Provisioning_Item_Files",
                                                     "NV_Items"};
    return (size_t)s < SECTION_COUNT ? names[s] : "unknown section";
}
