/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The search for identity values in bytes and names. Text is also compared as somebody may have
 * written it: in pieces, in either case, two bytes to a character. It only blanks out, and what
 * only looks like an identity goes with the rest. */
#include <string.h>

#include "base/bytes.h"
#include "model/needle.h"

#define DIGIT_RUN  14u
#define LOOSE_TEXT 40u /* characters; no number of a unit has more */

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

static int may_begin(const struct qd_needles *s, const uint8_t *p)
{
    unsigned first = qd_get16(p);
    return s->first && (s->first[first / 8] >> first % 8 & 1);
}

/* Length of the longest needle that starts here, 0 = none: byte by byte the range of those that
 * still fit gets smaller. */
static size_t needle_at(const struct qd_needles *s, const uint8_t *p, size_t n)
{
    size_t lo = 0, hi = s->n, found = 0;
    if (n < 4 || !may_begin(s, p))
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

/* A hex digit in upper case, or 0. */
static uint8_t hex_digit(uint8_t c)
{
    if (c >= 'a' && c <= 'f')
        c = (uint8_t)(c - 'a' + 'A');
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') ? c : 0;
}

static int is_separator(uint8_t c)
{
    return c && strchr(" -.:/_,", c);
}

/* "49-015420-323751-8", "AF 01 23", "AF012345" as UTF-16: the digits alone are compared. Single
 * separators may stand between them. The bytes of p that the value takes, 0 = none. */
static size_t loose_at(const struct qd_needles *s, const uint8_t *p, size_t n, size_t step)
{
    uint8_t text[LOOSE_TEXT];
    size_t end[LOOSE_TEXT], count = 0, at = 0, after = 0;
    int loose = step > 1;
    for (; at < n && count < LOOSE_TEXT; at += step) {
        uint8_t digit = hex_digit(p[at]);
        if (digit) {
            text[count] = digit;
            after = end[count++] = at + 1;
            loose |= digit != p[at];
            if (count == 2 && !may_begin(s, text))
                return 0;
        } else if (count > 0 && after == at + 1 - step && is_separator(p[at])) {
            loose = 1;
        } else {
            break;
        }
        if (step > 1 && at + 1 < n && p[at + 1] != 0)
            break;
    }
    size_t found = loose ? needle_at(s, text, count) : 0;
    return found ? end[found - 1] : 0;
}

/* Bytes of the longest value that starts here in any form; 0 = none. */
static size_t value_at(const struct qd_needles *s, const uint8_t *p, size_t n)
{
    size_t found = needle_at(s, p, n);
    for (size_t step = 1; step <= 2 && hex_digit(p[0]); step++) {
        size_t loose = loose_at(s, p, n, step);
        found = loose > found ? loose : found;
    }
    return found;
}

int qd_needles_hit(const struct qd_needles *s, const uint8_t *p, size_t n)
{
    if (s->too_many)
        return n > 0;
    for (size_t i = 0; i < n; i++)
        if (value_at(s, p + i, n - i))
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
        size_t len = value_at(s, p + i, n - i);
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
