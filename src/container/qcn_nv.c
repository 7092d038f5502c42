/* SPDX-License-Identifier: BSD-3-Clause
 *
 * NV_NUMBERED_ITEMS: three arrays of 136-byte records, one per context. The context is in the name
 * of the stream only. Never drops a record: all-zero payloads are normal data. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "container/qcn.h"
#include "model/ident.h"

#define RECORD_WORD   1u    /* constant of unknown meaning, 1 in every real record */
#define LISTED_NV_MAX 7232u /* the last id in the vendor tool's own list */
#define NV_IMEI       550u

const char *qd_nv_array_name(unsigned sub)
{
    static const char *const names[QD_SUBS] = {"NV_ITEM_ARRAY", "NV_ITEM_ARRAY_SIM_1",
                                               "NV_ITEM_ARRAY_SIM_2"};
    return names[sub];
}

static int read_record(struct qd_qcn *q, const struct qd_node *n, unsigned sub, size_t at)
{
    const uint8_t *p = n->data + at;
    char where[64];
    snprintf(where, sizeof where, "record %zu (offset %zu)", at / QD_NV_RECORD, at);
    unsigned len = qd_get16(p), word = qd_get16(p + 2), id = qd_get16(p + 4);
    unsigned index = qd_get16(p + 6);
    if (len != QD_NV_RECORD)
        return qd_qcn_bad(q, n, where, "record length %u instead of 136", len);
    if (word != RECORD_WORD)
        return qd_qcn_bad(q, n, where, "the word at +2 is %u instead of 1", word);
    if (index > 255)
        return qd_qcn_bad(q, n, where, "NV %u has index %u, above 255", id, index);
    if (qd_backup_nv(q->b, sub, (uint16_t)id, (uint8_t)index))
        return qd_qcn_bad(q, n, where, "NV %u index %u is there twice", id, index);
    return qd_backup_add_nv(q->b, sub, (uint16_t)id, (uint8_t)index, p + 8, q->e);
}

static void note_array(struct qd_qcn *q, const struct qd_node *n, unsigned sub)
{
    size_t high = 0;
    char digits[16];
    const struct qd_nv_set *set = &q->b->nv[sub];
    for (size_t i = 0; i < set->n; i++)
        high += set->v[i].id > LISTED_NV_MAX;
    if (high > 0)
        qd_qcn_note(q, n, "%zu items with ids above %u", high, LISTED_NV_MAX);
    const struct qd_nv_item *imei = qd_backup_nv(q->b, sub, NV_IMEI, 0);
    if (sub == 0 && (!imei || qd_imei_decode(imei->data, digits) != QD_IDENT_USABLE))
        qd_qcn_note(q, n, "no usable IMEI");
}

static int read_array(struct qd_qcn *q, const struct qd_node *items, unsigned sub)
{
    const struct qd_node *n;
    int rc = qd_qcn_child(q, items, qd_nv_array_name(sub), 1, &n);
    if (rc != 0)
        return rc;
    if (!n) {
        qd_qcn_note(q, items, "no %s", qd_nv_array_name(sub));
        return 0;
    }
    if (n->len % QD_NV_RECORD != 0)
        return qd_qcn_bad(q, n, NULL, "%zu bytes are not whole records of 136", n->len);
    q->b->nv[sub].present = 1;
    for (size_t at = 0; rc == 0 && at < n->len; at += QD_NV_RECORD)
        rc = read_record(q, n, sub, at);
    if (rc == 0)
        note_array(q, n, sub);
    return rc;
}

static void note_other_streams(struct qd_qcn *q, const struct qd_node *items)
{
    for (size_t i = 0; i < items->nchild; i++) {
        unsigned sub = 0;
        while (sub < QD_SUBS && strcmp(items->child[i]->name, qd_nv_array_name(sub)) != 0)
            sub++;
        if (sub == QD_SUBS)
            qd_qcn_note(q, items->child[i], "unknown %s, not read",
                        items->child[i]->is_stream ? "stream" : "storage");
    }
}

int qd_qcn_read_nv(struct qd_qcn *q, const struct qd_node *config)
{
    const struct qd_node *items;
    int rc = qd_qcn_child(q, config, "NV_NUMBERED_ITEMS", 0, &items);
    if (rc != 0)
        return rc;
    if (!items) {
        qd_qcn_note(q, config, "no NV_NUMBERED_ITEMS");
        return 0;
    }
    for (unsigned sub = 0; rc == 0 && sub < QD_SUBS; sub++)
        rc = read_array(q, items, sub);
    if (rc == 0)
        note_other_streams(q, items);
    return rc;
}

static int write_array(const struct qd_nv_set *set, struct qd_node *items, unsigned sub,
                       struct qdiag_error *e)
{
    uint8_t *p = qd_alloc(set->n, QD_NV_RECORD);
    if (!p)
        return qd_nomem(e);
    for (size_t i = 0; i < set->n; i++) {
        uint8_t *r = p + i * QD_NV_RECORD;
        qd_put16(r, QD_NV_RECORD);
        qd_put16(r + 2, RECORD_WORD);
        qd_put16(r + 4, set->v[i].id);
        qd_put16(r + 6, set->v[i].index);
        memcpy(r + 8, set->v[i].data, QD_NV_SIZE);
    }
    if (qd_tree_stream_take(items, qd_nv_array_name(sub), p, set->n * QD_NV_RECORD))
        return 0;
    free(p);
    return qd_nomem(e);
}

int qd_qcn_write_nv(const struct qd_backup *b, struct qd_node *config, struct qdiag_error *e)
{
    struct qd_node *items = NULL;
    int rc = qd_qcn_add_storage(config, "NV_NUMBERED_ITEMS", &items, e);
    for (unsigned sub = 0; rc == 0 && sub < QD_SUBS; sub++)
        rc = write_array(&b->nv[sub], items, sub, e);
    return rc;
}
