/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The chains of a compound file. Every sector has at most one owner, so a chain that loops, or two
 * that meet, are found at the first sector that is taken twice, and every walk ends. Nothing is
 * asked of memory that the size of the file does not bound. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "container/cfb_read.h"

const uint8_t *qd_cfb_sector(const struct qd_cfb_reader *r, uint32_t n)
{
    size_t at = ((size_t)n + 1) * QD_CFB_SECTOR;
    return r->block[at / QD_CFB_BLOCK] + at % QD_CFB_BLOCK;
}

const uint8_t *qd_cfb_mini_sector(const struct qd_cfb_reader *r, uint32_t n)
{
    const uint32_t each = QD_CFB_SECTOR / QD_CFB_MINI;
    return qd_cfb_sector(r, r->mini_stream.v[n / each]) + (size_t)(n % each) * QD_CFB_MINI;
}

static uint32_t cell(const struct qd_cfb_reader *r, const struct qd_cfb_list *fat, uint32_t n)
{
    return qd_get32(qd_cfb_sector(r, fat->v[n / QD_CFB_FAT_CELLS]) + 4 * (n % QD_CFB_FAT_CELLS));
}

uint32_t qd_cfb_next(const struct qd_cfb_reader *r, uint32_t n)
{
    return cell(r, &r->fat, n);
}

uint32_t qd_cfb_mini_next(const struct qd_cfb_reader *r, uint32_t n)
{
    return cell(r, &r->mini_fat, n);
}

const uint8_t *qd_cfb_entry(const struct qd_cfb_reader *r, uint32_t id)
{
    const uint32_t each = QD_CFB_SECTOR / QD_CFB_ENTRY;
    return qd_cfb_sector(r, r->directory.v[id / each]) + (size_t)(id % each) * QD_CFB_ENTRY;
}

static int push(struct qd_cfb_reader *r, struct qd_cfb_list *l, uint32_t v)
{
    uint32_t *p = qd_grow(l->v, l->n, &l->cap, sizeof *p);
    if (!p)
        return qd_nomem(r->e);
    l->v = p;
    l->v[l->n++] = v;
    return 0;
}

static void owner_text(uint32_t owner, char out[40])
{
    static const char *const system[] = {"nobody",        "the FAT",      "the DIFAT",
                                         "the directory", "the mini FAT", "the mini stream"};
    if (owner < QD_CFB_OF_ENTRY)
        snprintf(out, 40, "%s", system[owner]);
    else
        snprintf(out, 40, "directory entry %u", (unsigned)(owner - QD_CFB_OF_ENTRY));
}

/* A stream's trouble is placed at its entry, another chain's at the sector. */
__attribute__((format(printf, 4, 5))) static int
bad_chain(struct qd_cfb_reader *r, const struct qd_cfb_walk *w, uint32_t at, const char *fmt, ...)
{
    char why[160], owner[40];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    if (w->owner >= QD_CFB_OF_ENTRY)
        return qd_cfb_bad_entry(r, w->owner - QD_CFB_OF_ENTRY, "%s", why);
    owner_text(w->owner, owner);
    if (at >= QD_CFB_DIFAT) /* no sector at all: the number stands in the header, or in the root */
        return w->owner == QD_CFB_OF_MINI_STREAM ? qd_cfb_bad_entry(r, 0, "%s", why)
                                                 : qd_cfb_bad(r, "header", "%s: %s", owner, why);
    return qd_cfb_bad_sector(r, at, "chain of %s: %s", owner, why);
}

static const char *mark_text(uint32_t v)
{
    switch (v) {
    case QD_CFB_FREE:
        return "free";
    case QD_CFB_FAT:
        return "a FAT sector";
    case QD_CFB_DIFAT:
        return "a DIFAT sector";
    default:
        return NULL;
    }
}

static int claim_one(struct qd_cfb_reader *r, const struct qd_cfb_walk *w, uint32_t at)
{
    const char *unit = w->mini ? "mini sector" : "sector";
    uint32_t *owner = w->mini ? r->mini_owner : r->owner;
    uint32_t covered = (uint32_t)(w->mini ? r->mini_fat.n : r->fat.n) * QD_CFB_FAT_CELLS;
    uint32_t count = w->mini ? r->minis : r->sectors;
    char other[40];
    if (at >= count || at >= covered)
        return bad_chain(r, w, at, "%s %u is outside the %s", unit, (unsigned)at,
                         w->mini ? "mini stream or its FAT" : "file or its FAT");
    if (owner[at] == w->owner)
        return bad_chain(r, w, at, "the chain loops back to %s %u", unit, (unsigned)at);
    if (owner[at] != QD_CFB_OF_NOBODY) {
        owner_text(owner[at], other);
        return bad_chain(r, w, at, "%s %u belongs to %s already", unit, (unsigned)at, other);
    }
    owner[at] = w->owner;
    return w->keep ? push(r, w->keep, at) : 0;
}

int qd_cfb_claim(struct qd_cfb_reader *r, const struct qd_cfb_walk *w)
{
    const char *unit = w->mini ? "mini sector" : "sector";
    uint32_t at = w->start, last = w->start, n = 0;
    for (; at != QD_CFB_END; n++) {
        const char *mark = mark_text(at);
        if (mark && n == 0)
            return bad_chain(r, w, at, "the chain has no first %s", unit);
        if (mark)
            return bad_chain(r, w, last, "%s %u is in the chain but marked as %s", unit,
                             (unsigned)last, mark);
        int rc = claim_one(r, w, at);
        if (rc != 0)
            return rc;
        if (n == w->want)
            return bad_chain(r, w, at, "the chain is longer than the %u %ss of the size",
                             (unsigned)w->want, unit);
        last = at;
        at = w->mini ? qd_cfb_mini_next(r, at) : qd_cfb_next(r, at);
    }
    if (n < w->want && w->want != UINT32_MAX)
        return bad_chain(r, w, last, "the chain ends after %u of %u %ss", (unsigned)n,
                         (unsigned)w->want, unit);
    return 0;
}

/* One number of the list of FAT sectors; free ones may only be at its end. */
static int list_fat(struct qd_cfb_reader *r, uint32_t s, int *ended)
{
    if (s == QD_CFB_FREE) {
        *ended = 1;
        return 0;
    }
    if (*ended || r->fat.n == r->fats)
        return qd_cfb_bad(r, "header", "the FAT has %u sectors by its count, but more are listed",
                          (unsigned)r->fats);
    if (s >= r->sectors)
        return qd_cfb_bad(r, "header", "FAT sector %u is outside the file", (unsigned)s);
    if (r->owner[s] != QD_CFB_OF_NOBODY)
        return qd_cfb_bad_sector(r, s, "listed twice as a sector of FAT or DIFAT");
    r->owner[s] = QD_CFB_OF_FAT;
    return push(r, &r->fat, s);
}

static int list_difat(struct qd_cfb_reader *r, int *ended)
{
    const uint8_t *h = r->block[0];
    uint32_t count = qd_get32(h + QD_CFB_H_DIFATS), at = qd_get32(h + QD_CFB_H_DIFAT);
    for (uint32_t i = 0; i < count; i++) {
        if (at >= r->sectors)
            return qd_cfb_bad(r, "header",
                              "the DIFAT ends after %u of %u sectors, or leaves the file",
                              (unsigned)i, (unsigned)count);
        if (r->owner[at] != QD_CFB_OF_NOBODY)
            return qd_cfb_bad_sector(r, at, "chain of the DIFAT: the sector is used already");
        r->owner[at] = QD_CFB_OF_DIFAT;
        const uint8_t *p = qd_cfb_sector(r, at);
        for (uint32_t k = 0; k < QD_CFB_DIFAT_CELLS; k++) {
            int rc = list_fat(r, qd_get32(p + 4 * k), ended);
            if (rc != 0)
                return rc;
        }
        at = qd_get32(p + 4 * QD_CFB_DIFAT_CELLS);
    }
    if (at != QD_CFB_END && at != QD_CFB_FREE)
        return qd_cfb_bad(r, "header", "the DIFAT goes on behind its %u sectors", (unsigned)count);
    return 0;
}

static int load_fat(struct qd_cfb_reader *r)
{
    int ended = 0, rc = 0, odd = 0;
    r->fats = qd_get32(r->block[0] + QD_CFB_H_FATS);
    if (r->fats == 0 || r->fats > r->sectors)
        return qd_cfb_bad(r, "header", "%u FAT sectors in a file of %u sectors", (unsigned)r->fats,
                          (unsigned)r->sectors);
    for (uint32_t i = 0; rc == 0 && i < QD_CFB_HEADER_FATS; i++)
        rc = list_fat(r, qd_get32(r->block[0] + QD_CFB_H_LIST + 4 * i), &ended);
    if (rc == 0)
        rc = list_difat(r, &ended);
    if (rc == 0 && r->fat.n != r->fats)
        rc = qd_cfb_bad(r, "header", "the FAT has %u sectors by its count, but %zu are listed",
                        (unsigned)r->fats, r->fat.n);
    for (size_t i = 0; rc == 0 && i < r->fat.n; i++) {
        uint32_t s = r->fat.v[i];
        if (s / QD_CFB_FAT_CELLS >= r->fat.n || qd_cfb_next(r, s) != QD_CFB_FAT)
            rc = qd_cfb_bad_sector(r, s, "a sector of the FAT, but not marked as one in the FAT");
    }
    for (uint32_t s = 0; rc == 0 && s < r->sectors; s++)
        if (r->owner[s] == QD_CFB_OF_DIFAT)
            odd |= s / QD_CFB_FAT_CELLS >= r->fat.n || qd_cfb_next(r, s) != QD_CFB_DIFAT;
    if (odd)
        qd_cfb_note(r, "", "DIFAT sectors are not marked as such in the FAT");
    return rc;
}

static int load_directory(struct qd_cfb_reader *r)
{
    struct qd_cfb_walk w = {.start = qd_get32(r->block[0] + QD_CFB_H_DIRECTORY),
                            .owner = QD_CFB_OF_DIRECTORY,
                            .want = UINT32_MAX,
                            .keep = &r->directory};
    int rc = w.start == QD_CFB_END ? qd_cfb_bad(r, "header", "there is no directory")
                                   : qd_cfb_claim(r, &w);
    r->entries = (uint32_t)r->directory.n * (QD_CFB_SECTOR / QD_CFB_ENTRY);
    return rc;
}

/* Entry 0 is checked here because the mini stream hangs on it. */
static int check_root(struct qd_cfb_reader *r)
{
    const uint8_t *p = qd_cfb_entry(r, 0);
    struct qd_cfb_name name, usual;
    if (p[QD_CFB_E_TYPE] != QD_CFB_ROOT)
        return qd_cfb_bad_entry(r, 0, "the first entry is not a root: its type is %u",
                                p[QD_CFB_E_TYPE]);
    if (qd_get32(p + QD_CFB_E_LEFT) != QD_CFB_FREE || qd_get32(p + QD_CFB_E_RIGHT) != QD_CFB_FREE)
        return qd_cfb_bad_entry(r, 0, "the root has siblings");
    if (qd_get32(p + QD_CFB_E_SIZE + 4) != 0)
        return qd_cfb_bad_entry(r, 0, "the size is above 4 GiB");
    const char *fault = qd_cfb_name_take(p, qd_get16(p + QD_CFB_E_LENGTH), &name);
    if (fault)
        return qd_cfb_bad_entry(r, 0, "%s", fault);
    qd_cfb_name_encode(QD_CFB_ROOT_NAME, &usual);
    if (qd_cfb_name_compare(&name, &usual) != 0)
        qd_cfb_note_entry(r, 0, "the root is not called " QD_CFB_ROOT_NAME);
    return 0;
}

static int load_mini_fat(struct qd_cfb_reader *r)
{
    const uint8_t *h = r->block[0];
    struct qd_cfb_walk w = {.start = qd_get32(h + QD_CFB_H_MINI_FAT),
                            .owner = QD_CFB_OF_MINI_FAT,
                            .want = qd_get32(h + QD_CFB_H_MINI_FATS),
                            .keep = &r->mini_fat};
    if (w.want == 0 && w.start == QD_CFB_FREE) /* some writers */
        return 0;
    if (w.want > r->sectors)
        return qd_cfb_bad(r, "header", "%u mini FAT sectors in a file of %u sectors",
                          (unsigned)w.want, (unsigned)r->sectors);
    return qd_cfb_claim(r, &w);
}

static int load_mini_stream(struct qd_cfb_reader *r)
{
    const uint8_t *p = qd_cfb_entry(r, 0);
    uint32_t size = qd_get32(p + QD_CFB_E_SIZE);
    struct qd_cfb_walk w = {.start = qd_get32(p + QD_CFB_E_START),
                            .owner = QD_CFB_OF_MINI_STREAM,
                            .want = size / QD_CFB_SECTOR + (size % QD_CFB_SECTOR != 0),
                            .keep = &r->mini_stream};
    if (size == 0) {
        if (w.start != QD_CFB_END)
            qd_cfb_note_entry(r, 0, "size 0 with a first sector");
        return 0;
    }
    if (w.want > r->sectors)
        return qd_cfb_bad_entry(r, 0, "a mini stream of %u bytes does not fit into the file",
                                (unsigned)size);
    if (size % QD_CFB_MINI)
        qd_cfb_note_entry(r, 0, "the mini stream is not a whole number of mini sectors");
    r->minis = size / QD_CFB_MINI + (size % QD_CFB_MINI != 0);
    return qd_cfb_claim(r, &w);
}

int qd_cfb_load_chains(struct qd_cfb_reader *r)
{
    r->owner = qd_alloc(r->sectors, sizeof *r->owner);
    int rc = r->owner ? load_fat(r) : qd_nomem(r->e);
    if (rc == 0)
        rc = load_directory(r);
    if (rc == 0)
        rc = check_root(r);
    if (rc == 0)
        rc = load_mini_fat(r);
    if (rc == 0)
        rc = load_mini_stream(r);
    if (rc == 0 && !(r->mini_owner = qd_alloc(r->minis, sizeof *r->mini_owner)))
        rc = qd_nomem(r->e);
    return rc;
}
