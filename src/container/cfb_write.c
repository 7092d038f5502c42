/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Writes a tree as a compound file (MS-CFB, version 3), always the same bytes for the same tree:
 * directory, mini FAT, mini stream, large streams, the record of cfb_text.c, FAT, DIFAT. Everything
 * goes out front to back; the file is never held in memory. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "container/cfb_write.h"

#define BLOCK 65536u
/* From 1601-01-01 to 1970-01-01, and the ticks of a second. */
#define FILETIME_EPOCH INT64_C(11644473600)
#define FILETIME_TICKS INT64_C(10000000)

const uint8_t qd_cfb_signature[8] = {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1};

struct writer {
    const struct qd_cfb_plan *plan;
    uint64_t time; /* as a file time */
    struct qd_sink *out;
    struct qdiag_error *e;
    int rc;
    uint64_t total;
    size_t n;
    uint8_t block[BLOCK];
};

static void flush(struct writer *w)
{
    if (w->rc == 0 && w->n > 0)
        w->rc = w->out->write(w->out->user, w->block, w->n, w->e);
    w->n = 0;
}

static void put(struct writer *w, const uint8_t *p, size_t n)
{
    w->total += n;
    while (n > 0 && w->rc == 0) {
        size_t take = n < BLOCK - w->n ? n : BLOCK - w->n;
        memcpy(w->block + w->n, p, take);
        w->n += take;
        p += take;
        n -= take;
        if (w->n == BLOCK)
            flush(w);
    }
}

static void put_cell(struct writer *w, uint32_t v)
{
    uint8_t cell[4];
    qd_put32(cell, v);
    put(w, cell, sizeof cell);
}

/* Zeros, or free cells, up to a multiple of size. */
static void pad(struct writer *w, size_t size, int byte)
{
    uint8_t fill[QD_CFB_SECTOR];
    memset(fill, byte, sizeof fill);
    if (w->total % size)
        put(w, fill, size - w->total % size);
}

/* The cells of n parts that lie in a row and begin at number first. */
static void put_run(struct writer *w, uint32_t first, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++)
        put_cell(w, first + i);
    if (n > 0)
        put_cell(w, QD_CFB_END);
}

static uint32_t first_fat(const struct qd_cfb_plan *p)
{
    return p->directory + p->mini_fat + p->mini_stream + p->large + p->text;
}

static void put_header(struct writer *w)
{
    const struct qd_cfb_plan *p = w->plan;
    uint8_t h[QD_CFB_SECTOR] = {0};
    memcpy(h, qd_cfb_signature, sizeof qd_cfb_signature);
    qd_put16(h + QD_CFB_H_MINOR, 0x3e);
    qd_put16(h + QD_CFB_H_MAJOR, 3);
    qd_put16(h + QD_CFB_H_ORDER, 0xfffe);
    qd_put16(h + QD_CFB_H_SHIFT, 9);
    qd_put16(h + QD_CFB_H_MINI_SHIFT, 6);
    qd_put32(h + QD_CFB_H_FATS, p->fat);
    qd_put32(h + QD_CFB_H_CUTOFF, QD_CFB_CUTOFF);
    qd_put32(h + QD_CFB_H_MINI_FAT, p->mini_fat ? p->directory : QD_CFB_END);
    qd_put32(h + QD_CFB_H_MINI_FATS, p->mini_fat);
    qd_put32(h + QD_CFB_H_DIFAT, p->difat ? first_fat(p) + p->fat : QD_CFB_END);
    qd_put32(h + QD_CFB_H_DIFATS, p->difat);
    for (uint32_t i = 0; i < QD_CFB_HEADER_FATS; i++)
        qd_put32(h + QD_CFB_H_LIST + 4 * i, i < p->fat ? first_fat(p) + i : QD_CFB_FREE);
    put(w, h, sizeof h);
}

static void put_entry(struct writer *w, size_t id)
{
    const struct qd_cfb_entry *x = &w->plan->entry[id];
    uint8_t b[QD_CFB_ENTRY] = {0};
    struct qd_cfb_name name;
    qd_cfb_name_encode(id ? x->node->name : QD_CFB_ROOT_NAME, &name);
    for (unsigned i = 0; i < name.n; i++)
        qd_put16(b + 2 * i, name.u[i]);
    qd_put16(b + QD_CFB_E_LENGTH, (uint16_t)(2 * (name.n + 1)));
    b[QD_CFB_E_TYPE] = id == 0 ? QD_CFB_ROOT : x->node->is_stream ? QD_CFB_STREAM : QD_CFB_STORAGE;
    b[QD_CFB_E_COLOUR] = 1; /* all black: the simplest form that the format allows */
    qd_put32(b + QD_CFB_E_LEFT, x->left);
    qd_put32(b + QD_CFB_E_RIGHT, x->right);
    qd_put32(b + QD_CFB_E_CHILD, x->child);
    if (!x->node->is_stream && id > 0) /* the root must not have a creation time */
        qd_put64(b + QD_CFB_E_CREATED, w->time);
    if (!x->node->is_stream)
        qd_put64(b + QD_CFB_E_MODIFIED, w->time);
    qd_put32(b + QD_CFB_E_START, x->start);
    qd_put32(b + QD_CFB_E_SIZE, id == 0 ? w->plan->minis * QD_CFB_MINI : (uint32_t)x->node->len);
    put(w, b, sizeof b);
}

static void put_directory(struct writer *w)
{
    uint8_t unused[QD_CFB_ENTRY] = {0};
    memset(unused + QD_CFB_E_LEFT, 0xff, QD_CFB_E_CLSID - QD_CFB_E_LEFT);
    for (size_t i = 0; i < w->plan->n; i++)
        put_entry(w, i);
    while (w->total % QD_CFB_SECTOR)
        put(w, unused, sizeof unused);
}

static int is_small(const struct qd_node *n)
{
    return n->is_stream && n->len > 0 && n->len < QD_CFB_CUTOFF;
}

static int is_large(const struct qd_node *n)
{
    return n->is_stream && n->len >= QD_CFB_CUTOFF;
}

static void put_small(struct writer *w)
{
    const struct qd_cfb_plan *p = w->plan;
    for (size_t i = 1; i < p->n; i++)
        if (is_small(p->entry[i].node))
            put_run(w, p->entry[i].start,
                    (uint32_t)((p->entry[i].node->len + QD_CFB_MINI - 1) / QD_CFB_MINI));
    pad(w, QD_CFB_SECTOR, 0xff);
    for (size_t i = 1; i < p->n && w->rc == 0; i++)
        if (is_small(p->entry[i].node)) {
            put(w, p->entry[i].node->data, p->entry[i].node->len);
            pad(w, QD_CFB_MINI, 0);
        }
    pad(w, QD_CFB_SECTOR, 0);
}

static void put_large(struct writer *w)
{
    const struct qd_cfb_plan *p = w->plan;
    for (size_t i = 1; i < p->n && w->rc == 0; i++)
        if (is_large(p->entry[i].node)) {
            put(w, p->entry[i].node->data, p->entry[i].node->len);
            pad(w, QD_CFB_SECTOR, 0);
        }
}

static void put_fat(struct writer *w)
{
    const struct qd_cfb_plan *p = w->plan;
    put_run(w, 0, p->directory);
    put_run(w, p->directory, p->mini_fat);
    put_run(w, p->directory + p->mini_fat, p->mini_stream);
    for (size_t i = 1; i < p->n; i++)
        if (is_large(p->entry[i].node))
            put_run(w, p->entry[i].start,
                    (uint32_t)((p->entry[i].node->len + QD_CFB_SECTOR - 1) / QD_CFB_SECTOR));
    for (uint32_t i = 0; i < p->text; i++)
        put_cell(w, QD_CFB_FREE);
    for (uint32_t i = 0; i < p->fat; i++)
        put_cell(w, QD_CFB_FAT);
    for (uint32_t i = 0; i < p->difat; i++)
        put_cell(w, QD_CFB_DIFAT);
    pad(w, QD_CFB_SECTOR, 0xff);
}

static void put_difat(struct writer *w)
{
    const struct qd_cfb_plan *p = w->plan;
    uint32_t listed = QD_CFB_HEADER_FATS;
    for (uint32_t s = 0; s < p->difat; s++) {
        for (uint32_t i = 0; i < QD_CFB_DIFAT_CELLS; i++, listed++)
            put_cell(w, listed < p->fat ? first_fat(p) + listed : QD_CFB_FREE);
        put_cell(w, s + 1 < p->difat ? first_fat(p) + p->fat + s + 1 : QD_CFB_END);
    }
}

static uint64_t file_time(const struct qd_cfb_options *o)
{
    if (!o || o->time < 0 || o->time > INT64_MAX / FILETIME_TICKS - FILETIME_EPOCH)
        return 0;
    return (uint64_t)((o->time + FILETIME_EPOCH) * FILETIME_TICKS);
}

static int write_parts(struct writer *w)
{
    put_header(w);
    put_directory(w);
    put_small(w);
    put_large(w);
    put(w, w->plan->record.p, w->plan->record.len);
    put_fat(w);
    put_difat(w);
    flush(w);
    return w->rc;
}

int qd_cfb_write(const struct qd_node *root, const struct qd_cfb_options *o, struct qd_sink *out,
                 struct qdiag_error *e)
{
    struct qd_cfb_plan plan;
    int rc = qd_cfb_plan_make(&plan, root, e);
    struct writer *w = rc == 0 ? qd_alloc(1, sizeof *w) : NULL;
    if (rc == 0 && !w)
        rc = qd_nomem(e);
    if (rc == 0) {
        w->plan = &plan;
        w->time = file_time(o);
        w->out = out;
        w->e = e;
        rc = write_parts(w);
    }
    free(w);
    qd_cfb_plan_free(&plan);
    return rc;
}
