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
#define DIGIT_RUN   14u
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

static int add_wide(struct qd_needles *s, const char *text, size_t n)
{
    uint8_t wide[64] = {0};
    for (size_t i = 0; i < n && i < sizeof wide / 2; i++)
        wide[2 * i] = (uint8_t)text[i];
    return add_raw(s, wide, 2 * n);
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

static int add_imei(struct qd_needles *s, const char *digits)
{
    int bad = add_raw(s, digits, 15) | add_raw(s, digits, IMEI_BODY);
    bad |= add_wide(s, digits, 15) | add_wide(s, digits, IMEI_BODY);
    bad |= add_packed(s, digits, 0, 7) | add_packed(s, digits, 1, 7);
    return bad | add_packed(s, digits, 1, 6); /* an IMEISV has other digits behind the fourteenth */
}

static int add_mac(struct qd_needles *s, const uint8_t *p)
{
    char text[19];
    int bad = add_number(s, p, 6);
    for (int back = 0; back < 2; back++)
        for (int upper = 0; upper < 2; upper++) {
            for (size_t i = 0; i < 6; i++)
                snprintf(text + 3 * i, 4, upper ? "%02X:" : "%02x:", p[back ? 5 - i : i]);
            bad |= add_raw(s, text, 17);
        }
    return bad;
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

static int add_item(struct qd_needles *s, const struct qd_nv_item *it)
{
    char digits[16];
    uint8_t number[8];
    switch (it->id) {
    case 550:
        if (qd_imei_decode(it->data, digits) == QD_IDENT_USABLE)
            return add_imei(s, digits);
        break;
    case 1943:
    case 5598:
        if (qd_meid_decode(it->data, digits) == QD_IDENT_USABLE)
            return add_number(s, it->data, 7);
        break;
    case 0:
    case 5597:
        memcpy(number, it->data, 4);
        return qd_esn_class(qd_get32(number)) == QD_IDENT_USABLE ? add_number(s, number, 4) : 0;
    case 447:
    case 4678:
    case 50014:
        return distinct(it->data, 6) > 1 ? add_mac(s, it->data) : 0;
    default:
        break;
    }
    return add_payload(s, it->data, QD_NV_SIZE, it->id == SPC_ID ? 2 : DISTINCT);
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
    int bad = qd_esn_class(b->esn) == QD_IDENT_USABLE ? add_number(out, esn, 4) : 0;
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

/* First of v[lo..hi) whose byte `at` is not below want; all are longer than at. */
static size_t lower(const struct qd_needle *v, size_t lo, size_t hi, size_t at, unsigned want)
{
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (v[mid].p[at] < want)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Length of the longest needle that starts here, 0 = none: byte by byte the range of those that
 * still fit gets smaller. */
static size_t needle_at(const struct qd_needles *s, const uint8_t *p, size_t n)
{
    unsigned first = n >= 2 ? qd_get16(p) : 0;
    size_t lo = 0, hi = s->n, found = 0;
    if (n < 4 || !s->first || !(s->first[first / 8] >> first % 8 & 1))
        return 0;
    for (size_t at = 0; lo < hi; at++) {
        if (s->v[lo].n == at) {
            found = at;
            if (++lo == hi)
                break;
        }
        if (at == n)
            break;
        lo = lower(s->v, lo, hi, at, p[at]);
        hi = lower(s->v, lo, hi, at, p[at] + 1u);
    }
    return found;
}

int qd_needles_hit(const struct qd_needles *s, const uint8_t *p, size_t n)
{
    if (s->too_many)
        return n > 0;
    for (size_t i = 0; i < n; i++)
        if (needle_at(s, p + i, n - i))
            return 1;
    return 0;
}

/* Found in the bytes as they were, so that overlapping values all go. */
size_t qd_needles_blank(const struct qd_needles *s, uint8_t *p, size_t n)
{
    size_t count = 0, keep = 0; /* bytes before keep wait to be blanked */
    size_t from = 0;
    if (s->too_many && n > 0) {
        memset(p, 0, n);
        return 1;
    }
    for (size_t i = 0; i < n; i++) {
        size_t len = needle_at(s, p + i, n - i);
        if (len == 0)
            continue;
        count++;
        if (i >= keep) {
            memset(p + from, 0, keep - from);
            from = i;
        }
        keep = i + len > keep ? i + len : keep;
    }
    if (keep > from)
        memset(p + from, 0, keep - from);
    return count;
}

static int is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Digits from p on; step 2 = every other byte is zero. */
static size_t run_at(const uint8_t *p, size_t n, size_t step)
{
    size_t count = 0;
    for (size_t i = 0; i < n && is_digit(p[i]); i += step) {
        if (step == 2 && i + 1 < n && p[i + 1] != 0)
            return count + 1;
        count++;
    }
    return count;
}

/* Calls for each run; blank = NULL only looks. */
static size_t find_runs(const uint8_t *p, size_t n, uint8_t *blank)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t step = 1; is_digit(p[i]) && step <= 2; step++) {
            size_t run = run_at(p + i, n - i, step);
            if (run < DIGIT_RUN)
                continue;
            count++;
            if (!blank)
                return count;
            for (size_t k = 0; k < run; k++)
                blank[i + k * step] = '0';
            i += (run - 1) * step;
            break;
        }
    }
    return count;
}

int qd_digit_runs(const uint8_t *p, size_t n)
{
    return find_runs(p, n, NULL) > 0;
}

size_t qd_digit_runs_blank(uint8_t *p, size_t n)
{
    return find_runs(p, n, p);
}
