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

int qd_hex_text_decode(struct qd_hex_text *t, uint8_t *out, size_t cap)
{
    const unsigned char *s = t->p;
    unsigned char seen = 0;
    t->pairs = 0;
    while (s < t->end) {
        uint8_t hi = kind[*s];
        if (hi == BLANK) {
            s++;
            continue;
        }
        if (!is_digit(hi) || s + 1 == t->end || !is_digit(kind[s[1]])) {
            t->bad_at = (size_t)(s - t->p) + (is_digit(hi) ? 1 : 0);
            return -1;
        }
        if (t->pairs < cap)
            out[t->pairs] = (uint8_t)((hi - 1) << 4 | (kind[s[1]] - 1));
        t->pairs++;
        /* Bit 6 says "letter", bit 5 "lower case": together only in a..f. */
        seen |= (s[0] & 0x60) == 0x60 || (s[1] & 0x60) == 0x60;
        s += 2;
    }
    t->lower = seen;
    return 0;
}
