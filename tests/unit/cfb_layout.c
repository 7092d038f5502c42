/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lays finished compound files out anew, as writers do that work piece by piece: parts spread over
 * the file, search trees of other shapes, a directory and a FAT longer than needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "cfb_rig.h"

#define SECTOR 512u
#define NONE   0xffffffffu
#define END    0xfffffffeu
#define FAT    0xfffffffdu
#define LIST   76u
#define CELLS  128u

struct numbers {
    uint32_t *v;
    size_t n, cap;
};

static void push(struct numbers *l, uint32_t v)
{
    uint32_t *p = qd_grow(l->v, l->n, &l->cap, sizeof *p);
    assert_non_null(p);
    l->v = p;
    l->v[l->n++] = v;
}

static uint32_t sectors(const struct qd_buf *f)
{
    return (uint32_t)(f->len / SECTOR) - 1;
}

static uint8_t *sector(const struct qd_buf *f, uint32_t s)
{
    assert_true(s < sectors(f));
    return f->p + (s + 1) * SECTOR;
}

static struct numbers fat_list(const struct qd_buf *f)
{
    struct numbers l = {0};
    uint32_t n = qd_get32(f->p + 44), difat = qd_get32(f->p + 68);
    for (uint32_t i = 0; i < 109 && l.n < n; i++)
        push(&l, qd_get32(f->p + LIST + 4 * i));
    for (; l.n < n; difat = qd_get32(sector(f, difat) + 508))
        for (uint32_t i = 0; i < 127 && l.n < n; i++)
            push(&l, qd_get32(sector(f, difat) + 4 * i));
    return l;
}

static uint8_t *cell(const struct qd_buf *f, const struct numbers *list, uint32_t n)
{
    assert_true(n / CELLS < list->n);
    return sector(f, list->v[n / CELLS]) + 4 * (n % CELLS);
}

static struct numbers chain(const struct qd_buf *f, uint32_t s)
{
    struct numbers l = {0}, fat = fat_list(f);
    for (; s != END; s = qd_get32(cell(f, &fat, s)))
        push(&l, s);
    free(fat.v);
    return l;
}

static uint8_t *entry(const struct qd_buf *f, const struct numbers *dir, uint32_t id)
{
    return sector(f, dir->v[id / 4]) + 128 * (id % 4);
}

/* Numbers 0..n-1 in any order, the same for the same seed. */
static uint32_t *permutation(uint32_t n, uint32_t seed)
{
    uint32_t *p = qd_alloc(n, sizeof *p);
    assert_non_null(p);
    for (uint32_t i = 0; i < n; i++)
        p[i] = i;
    for (uint32_t i = n; i > 1; i--) {
        seed = seed * 1664525u + 1013904223u;
        uint32_t k = (seed >> 8) % i, t = p[i - 1];
        p[i - 1] = p[k];
        p[k] = t;
    }
    return p;
}

static void map(uint8_t *at, const uint32_t *to, uint32_t n)
{
    if (qd_get32(at) < n)
        qd_put32(at, to[qd_get32(at)]);
}

static void map_starts(const struct qd_buf *f, const uint32_t *to, uint32_t n, int mini)
{
    struct numbers dir = chain(f, qd_get32(f->p + 48));
    for (uint32_t i = 0; i < dir.n * 4; i++) {
        uint8_t *e = entry(f, &dir, i);
        uint32_t size = qd_get32(e + 120);
        int own = e[66] == 5 || (e[66] == 2 && size >= 4096);
        if (size > 0 && (mini ? e[66] == 2 && !own : own))
            map(e + 116, to, n);
    }
    free(dir.v);
}

void rig_shuffle(struct qd_buf *f, uint32_t seed)
{
    uint32_t n = sectors(f), *to = permutation(n, seed);
    struct numbers fat = fat_list(f);
    struct qd_buf cells = {0}, out = {0};
    map_starts(f, to, n, 0); /* while the chains can still be followed */
    assert_int_equal(qd_buf_reserve(&cells, fat.n * SECTOR), 0);
    memset(cells.p, 0xff, fat.n * SECTOR);
    for (uint32_t s = 0; s < fat.n * CELLS; s++) {
        uint8_t *c = cells.p + 4 * (s < n ? to[s] : s);
        memcpy(c, cell(f, &fat, s), 4);
        map(c, to, n);
    }
    for (uint32_t i = 0; i < qd_get32(f->p + 72); i++) {
        uint32_t s = qd_get32(f->p + 68);
        for (uint32_t k = i; k > 0; k--)
            s = qd_get32(sector(f, s) + 508);
        for (uint32_t k = 0; k < 127; k++)
            map(sector(f, s) + 4 * k, to, n);
    }
    /* The links of the DIFAT last: they were needed to find its sectors. */
    for (uint32_t s = qd_get32(f->p + 68), next; s < n; s = next) {
        next = qd_get32(sector(f, s) + 508);
        map(sector(f, s) + 508, to, n);
    }
    for (uint32_t at = LIST; at < SECTOR; at += 4)
        map(f->p + at, to, n);
    map(f->p + 48, to, n);
    map(f->p + 60, to, n);
    map(f->p + 68, to, n);
    for (size_t k = 0; k < fat.n; k++)
        memcpy(sector(f, fat.v[k]), cells.p + k * SECTOR, SECTOR);
    assert_int_equal(qd_buf_add(&out, f->p, f->len), 0);
    for (uint32_t s = 0; s < n; s++)
        memcpy(sector(&out, to[s]), sector(f, s), SECTOR);
    qd_buf_free(f);
    qd_buf_free(&cells);
    *f = out;
    free(fat.v);
    free(to);
}

void rig_shuffle_mini(struct qd_buf *f, uint32_t seed)
{
    struct numbers fat = chain(f, qd_get32(f->p + 60)), dir = chain(f, qd_get32(f->p + 48));
    struct numbers body = chain(f, qd_get32(entry(f, &dir, 0) + 116));
    uint32_t n = qd_get32(entry(f, &dir, 0) + 120) / 64, *to = permutation(n, seed);
    struct qd_buf old = {0};
    assert_int_equal(qd_buf_add(&old, f->p, f->len), 0);
    map_starts(f, to, n, 1);
    for (uint32_t m = 0; m < n; m++) {
        uint8_t *c = cell(f, &fat, to[m]);
        memcpy(c, cell(&old, &fat, m), 4);
        map(c, to, n);
        memcpy(sector(f, body.v[to[m] / 8]) + 64 * (to[m] % 8),
               sector(&old, body.v[m / 8]) + 64 * (m % 8), 64);
    }
    qd_buf_free(&old);
    free(fat.v);
    free(dir.v);
    free(body.v);
    free(to);
}

/* The siblings below a storage, in order. */
static struct numbers siblings(const struct qd_buf *f, const struct numbers *dir, uint32_t storage)
{
    struct numbers out = {0}, stack = {0};
    uint32_t at = qd_get32(entry(f, dir, storage) + 76);
    while (at != NONE || stack.n > 0) {
        for (; at != NONE; at = qd_get32(entry(f, dir, at) + 68))
            push(&stack, at);
        at = stack.v[--stack.n];
        push(&out, at);
        at = qd_get32(entry(f, dir, at) + 72);
    }
    free(stack.v);
    return out;
}

static size_t pick(enum rig_shape shape, size_t lo, size_t hi, uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return shape == RIG_RIGHT_LIST  ? lo
           : shape == RIG_LEFT_LIST ? hi - 1
                                    : lo + (*seed >> 8) % (hi - lo);
}

struct range {
    size_t lo, hi;
    uint8_t *link;
};

static void relink(const struct qd_buf *f, const struct numbers *dir, const struct numbers *l,
                   uint8_t *root, enum rig_shape shape, uint32_t seed)
{
    struct range r = {0, l->n, root};
    struct qd_buf todo = {0};
    for (;;) {
        if (r.lo < r.hi) {
            size_t mid = pick(shape, r.lo, r.hi, &seed);
            uint8_t *e = entry(f, dir, l->v[mid]);
            struct range left = {r.lo, mid, e + 68};
            qd_put32(r.link, l->v[mid]);
            assert_int_equal(qd_buf_add(&todo, &left, sizeof left), 0);
            r = (struct range){mid + 1, r.hi, e + 72};
            continue;
        }
        qd_put32(r.link, NONE);
        if (todo.len == 0)
            break;
        todo.len -= sizeof r;
        memcpy(&r, todo.p + todo.len, sizeof r);
    }
    qd_buf_free(&todo);
}

void rig_reshape(struct qd_buf *f, enum rig_shape shape, uint32_t seed)
{
    struct numbers dir = chain(f, qd_get32(f->p + 48));
    for (uint32_t i = 0; i < dir.n * 4; i++) {
        uint8_t *e = entry(f, &dir, i);
        if (e[66] != 1 && e[66] != 5)
            continue;
        struct numbers l = siblings(f, &dir, i);
        relink(f, &dir, &l, e + 76, shape, seed);
        free(l.v);
    }
    free(dir.v);
}

static void add_bytes(struct qd_buf *f, int byte)
{
    uint8_t s[SECTOR];
    memset(s, byte, sizeof s);
    assert_int_equal(qd_buf_add(f, s, sizeof s), 0);
}

/* A new sector at the end, and a FAT sector before it when the FAT has no cell for it. */
static uint32_t add_sector(struct qd_buf *f, uint32_t mark, int fill)
{
    uint32_t fats = qd_get32(f->p + 44), s = sectors(f);
    if (s >= fats * CELLS) {
        assert_true(fats < 109);
        add_bytes(f, 0xff);
        qd_put32(f->p + LIST + 4 * fats, s);
        qd_put32(f->p + 44, fats + 1);
        struct numbers fat = fat_list(f);
        qd_put32(cell(f, &fat, s), FAT);
        free(fat.v);
        s++;
    }
    add_bytes(f, fill);
    struct numbers fat = fat_list(f);
    qd_put32(cell(f, &fat, s), mark);
    free(fat.v);
    return s;
}

void rig_unused_entries(struct qd_buf *f, size_t n)
{
    struct numbers dir = chain(f, qd_get32(f->p + 48));
    uint32_t last = dir.v[dir.n - 1];
    for (size_t i = 0; i < n; i += 4) {
        uint32_t s = add_sector(f, END, 0);
        for (uint32_t k = 0; k < 4; k++)
            memset(sector(f, s) + 128 * k + 68, 0xff, 12);
        struct numbers fat = fat_list(f);
        qd_put32(cell(f, &fat, last), s);
        free(fat.v);
        last = s;
    }
    free(dir.v);
}

void rig_longer_fat(struct qd_buf *f, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t s = add_sector(f, FAT, 0xff), fats = qd_get32(f->p + 44);
        assert_true(fats < 109);
        qd_put32(f->p + LIST + 4 * fats, s);
        qd_put32(f->p + 44, fats + 1);
    }
}
