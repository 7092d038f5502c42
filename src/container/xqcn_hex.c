/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Decodes the hex text of one XQCN stream in one pass. A pair may not be split: "0 2" is damage,
 * not a byte, because a reader that closes the gap would shift every byte that follows. */
#include "container/xqcn_hex.h"

/* Value + 1 of a hex digit; 0 = not one; BLANK for what may stand between pairs. */
#define BLANK 0x80
static const uint8_t kind[256] = {
    [' '] = BLANK, ['\t'] = BLANK, ['\r'] = BLANK, ['\n'] = BLANK, ['0'] = 1,  ['1'] = 2,
    ['2'] = 3,     ['3'] = 4,      ['4'] = 5,      ['5'] = 6,      ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,     ['9'] = 10,     ['A'] = 11,     ['B'] = 12,     ['C'] = 13, ['D'] = 14,
    ['E'] = 15,    ['F'] = 16,     ['a'] = 11,     ['b'] = 12,     ['c'] = 13, ['d'] = 14,
    ['e'] = 15,    ['f'] = 16};

static int is_digit(uint8_t k)
{
    return k != 0 && k != BLANK;
}

/* Bits 5 and 6 together: a letter, and a lower-case one. */
static unsigned lower_bit(unsigned c)
{
    return c & c >> 1 & 0x20;
}

static int bad(struct qd_hex_text *t, size_t at)
{
    t->bad_at = t->chars + at;
    return -1;
}

static void keep(struct qd_hex_text *t, unsigned hi, unsigned lo, uint8_t *out, size_t cap)
{
    if (t->pairs < cap)
        out[t->pairs] = (uint8_t)((kind[hi] - 1) << 4 | (kind[lo] - 1));
    t->pairs++;
    t->lower |= (lower_bit(hi) | lower_bit(lo)) != 0;
}

/* Pairs with a blank behind each, as nearly all text is; gives the number of characters used. */
static size_t decode_plain(struct qd_hex_text *t, const unsigned char *p, size_t n, uint8_t *out,
                           size_t cap)
{
    size_t room = cap > t->pairs ? cap - t->pairs : 0;
    size_t most = n / 3 < room ? n / 3 : room, i = 0;
    unsigned lower = 0;
    uint8_t *to = out ? out + t->pairs : NULL;
    for (; i < most; i++, p += 3) {
        unsigned hi = kind[p[0]], lo = kind[p[1]];
        if (hi - 1 > 15 || lo - 1 > 15 || p[2] != ' ')
            break;
        to[i] = (uint8_t)((hi - 1) << 4 | (lo - 1));
        lower |= lower_bit(p[0]) | lower_bit(p[1]);
    }
    t->pairs += i;
    t->lower |= lower != 0;
    return 3 * i;
}

int qd_hex_text_more(struct qd_hex_text *t, const unsigned char *p, size_t n, uint8_t *out,
                     size_t cap)
{
    size_t at = 0;
    if (t->half && n > 0) {
        if (!is_digit(kind[p[0]]))
            return bad(t, 0);
        keep(t, t->half, p[0], out, cap);
        t->half = 0;
        at = 1;
    }
    while (at < n) {
        at += decode_plain(t, p + at, n - at, out, cap);
        if (at == n)
            break;
        if (kind[p[at]] == BLANK) {
            at++;
        } else if (!is_digit(kind[p[at]])) {
            return bad(t, at);
        } else if (at + 1 == n) {
            t->half = p[at++];
        } else if (!is_digit(kind[p[at + 1]])) {
            return bad(t, at + 1);
        } else {
            keep(t, p[at], p[at + 1], out, cap);
            at += 2;
        }
    }
    t->chars += n;
    return 0;
}

int qd_hex_text_end(struct qd_hex_text *t)
{
    return t->half ? bad(t, 0) : 0;
}
