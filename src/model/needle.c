/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The search for identity values. Blanking too much is harmless here, leaving one out is not: so a
 * value is looked for in every form in which modems and tools have been seen to write it. */
#include "model/needle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/hex.h"
#include "model/decode.h"
#include "model/ident.h"

#define SHORTEST    6u /* bytes; shorter values turn up by chance */
#define DISTINCT    4u /* different bytes that a value needs to be told from filling */
#define LONGEST     128u
#define FIRST_BYTES (65536u / 8)
#define IMEI_BODY   14u /* digits; the fifteenth is made from them */
#define SPC_ID      85u

static int add_raw(struct qd_needles *s, const void *p, size_t n)
{
    if (n < 4)
        return 0;
    struct qd_needle *v = qd_grow(s->v, s->n, &s->cap, sizeof *v);
    if (!v)
        return -1;
    s->v = v;
    s->v[s->n].p = qd_alloc(n, 1);
    if (!s->v[s->n].p)
        return -1;
    memcpy(s->v[s->n].p, p, n);
    s->v[s->n++].n = n;
    return 0;
}

/* The bytes as they are and as hex text in both cases. */
static int add_bytes(struct qd_needles *s, const uint8_t *p, size_t n)
{
    char hex[2 * LONGEST + 1];
    int bad = add_raw(s, p, n);
    if (n > LONGEST)
        return bad;
    qd_hex(p, n, hex);
    bad |= add_raw(s, hex, 2 * n);
    for (size_t i = 0; i < 2 * n; i++)
        if (hex[i] >= 'a')
            hex[i] = (char)(hex[i] - 'a' + 'A');
    return bad | add_raw(s, hex, 2 * n);
}

/* Both byte orders. */
static int add_number(struct qd_needles *s, const uint8_t *p, size_t n)
{
    uint8_t back[16];
    for (size_t i = 0; i < n && i < sizeof back; i++)
        back[i] = p[n - 1 - i];
    return add_bytes(s, p, n) | add_bytes(s, back, n);
}

/* Two digits to a byte, from digit `from` on, in both nibble orders. */
static int add_packed(struct qd_needles *s, const char *digits, size_t from, size_t bytes)
{
    uint8_t high[8], low[8];
    for (size_t i = 0; i < bytes; i++) {
        uint8_t a = (uint8_t)(digits[from + 2 * i] - '0');
        uint8_t b = (uint8_t)(digits[from + 2 * i + 1] - '0');
        high[i] = (uint8_t)(a << 4 | b);
        low[i] = (uint8_t)(b << 4 | a);
    }
    return add_bytes(s, high, bytes) | add_bytes(s, low, bytes);
}

/* The first n digits: as text, a byte for each, and as one binary number. */
static int add_digits(struct qd_needles *s, const char *digits, size_t n)
{
    uint8_t each[16], number[8];
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) {
        each[i] = (uint8_t)(digits[i] - '0');
        v = 10 * v + each[i];
    }
    qd_put32(number, (uint32_t)v);
    qd_put32(number + 4, (uint32_t)(v >> 32));
    int bad = add_raw(s, digits, n) | add_raw(s, each, n);
    return v >> 32 ? bad | add_number(s, number, 7) : bad; /* a small one turns up by chance */
}

static int add_imei(struct qd_needles *s, const char *digits)
{
    int bad = add_digits(s, digits, IMEI_BODY + 1) | add_digits(s, digits, IMEI_BODY);
    bad |= add_packed(s, digits, 0, 7) | add_packed(s, digits, 1, 7);
    return bad | add_packed(s, digits, 1, 6); /* an IMEISV has other digits behind the fourteenth */
}

/* p: least significant byte first. Phones show an ESN also in decimal, the maker's part by itself.
 */
static int add_esn(struct qd_needles *s, const uint8_t *p)
{
    char text[16];
    uint32_t esn = qd_get32(p);
    if (qd_esn_class(esn) != QD_IDENT_USABLE)
        return 0;
    int n = snprintf(text, sizeof text, "%03u%08u", esn >> 24, esn & 0xffffff);
    int bad = add_number(s, p, 4) | add_raw(s, text, (size_t)n);
    n = snprintf(text, sizeof text, "%u", esn);
    return bad | add_raw(s, text, (size_t)n);
}

static size_t trimmed(const uint8_t *p, size_t n)
{
    while (n > 0 && p[n - 1] == 0)
        n--;
    return n;
}

static unsigned distinct(const uint8_t *p, size_t n)
{
    uint8_t seen[256] = {0};
    unsigned count = 0;
    for (size_t i = 0; i < n; i++) {
        count += !seen[p[i]];
        seen[p[i]] = 1;
    }
    return count;
}

static int add_payload(struct qd_needles *s, const uint8_t *p, size_t n, unsigned least)
{
    n = trimmed(p, n);
    if (n < SHORTEST || n > LONGEST || distinct(p, n) < least)
        return 0;
    return add_bytes(s, p, n);
}

/* Also of an item that is no IMEI any more: a wrong first byte or check digit leaves the number
 * there for everybody to read. */
static int add_imei_item(struct qd_needles *s, const uint8_t *data)
{
    char digits[16];
    int bad = distinct(data + 2, 7) < DISTINCT ? 0 : add_bytes(s, data + 2, 7);
    if (qd_imei_digits(data, digits) && distinct((const uint8_t *)digits, IMEI_BODY) > 1)
        bad |= add_imei(s, digits);
    return bad;
}

static int add_item(struct qd_needles *s, const struct qd_nv_item *it)
{
    char meid[15];
    int bad = 0;
    switch (it->id) {
    case 550:
        bad = add_imei_item(s, it->data);
        break;
    case 1943:
    case 5598: /* a wrong byte behind the seven does not make them anybody else's */
        if (qd_meid_decode(it->data, meid) == QD_IDENT_USABLE || distinct(it->data, 7) >= DISTINCT)
            bad = add_number(s, it->data, 7);
        break;
    case 0:
    case 5597:
        return add_esn(s, it->data);
    case 447:
    case 4678:
    case 50014:
        return distinct(it->data, 6) > 1 ? add_number(s, it->data, 6) : 0;
    default:
        break;
    }
    return bad | add_payload(s, it->data, QD_NV_SIZE, it->id == SPC_ID ? 2 : DISTINCT);
}

static int collect_items(struct qd_needles *s, const struct qd_backup *b)
{
    int bad = 0;
    for (unsigned sub = 0; sub < QD_SUBS; sub++)
        for (size_t i = 0; i < b->nv[sub].n; i++) {
            const struct qd_nv_item *it = &b->nv[sub].v[i];
            if (qd_class_is_private(qd_catalog_nv_class(it->id)))
                bad |= add_item(s, it);
        }
    return bad;
}

static int collect_files(struct qd_needles *s, const struct qd_backup *b)
{
    int bad = 0;
    for (size_t i = 0; i < b->files.n; i++) {
        const struct qd_file *f = &b->files.v[i];
        if (f->len > 0 && qd_class_is_private(qd_catalog_path_class(f->path)))
            bad |= add_payload(s, f->data, f->len, DISTINCT);
    }
    return bad;
}

static int by_bytes(const void *pa, const void *pb)
{
    const struct qd_needle *a = pa, *b = pb;
    int c = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);
    return c ? c : (a->n > b->n) - (a->n < b->n);
}

static void sort_and_thin(struct qd_needles *s)
{
    size_t kept = 0;
    if (s->n > 1)
        qsort(s->v, s->n, sizeof *s->v, by_bytes);
    for (size_t i = 0; i < s->n; i++) {
        if (kept > 0 && by_bytes(&s->v[kept - 1], &s->v[i]) == 0)
            free(s->v[i].p);
        else
            s->v[kept++] = s->v[i];
    }
    s->n = kept;
}

/* Sorted for the search, with a bit map of the first two bytes before it. */
static int prepare(struct qd_needles *s)
{
    sort_and_thin(s);
    s->too_many = s->n > QD_NEEDLES_MAX;
    s->first = qd_alloc(FIRST_BYTES, 1);
    if (!s->first)
        return -1;
    for (size_t i = 0; i < s->n; i++) {
        unsigned at = qd_get16(s->v[i].p);
        s->first[at / 8] |= (uint8_t)(1u << at % 8);
    }
    return 0;
}

int qd_needles_collect(const struct qd_backup *b, struct qd_needles *out, struct qdiag_error *e)
{
    uint8_t esn[4];
    memset(out, 0, sizeof *out);
    qd_put32(esn, b->esn);
    int bad = add_esn(out, esn);
    bad |= collect_items(out, b);
    bad |= collect_files(out, b);
    bad = bad ? bad : prepare(out);
    if (!bad)
        return 0;
    qd_needles_free(out);
    return qd_nomem(e);
}

void qd_needles_free(struct qd_needles *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->v[i].p);
    free(s->v);
    free(s->first);
    memset(s, 0, sizeof *s);
}
