/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The content words of a unit archive: bytes written out, text with C escapes, or a generator where
 * the bytes do not matter. Pure: no I/O. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "sim/unit_archive.h"

#define CONTENT_MAX (16u << 20)

static int say(char *why, size_t cap, const char *text)
{
    snprintf(why, cap, "%s", text);
    return -1;
}

static int decode_hex(const char *s, struct qd_buf *out, char *why, size_t cap)
{
    size_t n = strlen(s);

    if (n == 0 || n % 2 != 0)
        return say(why, cap, "hex: wants an even number of digits, at least two");
    for (size_t i = 0; i < n; i += 2) {
        uint8_t v = 0;
        if (qd_unhex(s + i, &v, 1) != 0)
            return say(why, cap, "hex: not a hex digit");
        if (qd_buf_add_byte(out, v) != 0)
            return say(why, cap, "out of memory");
    }
    return 0;
}

/* One escape behind a backslash; the number of characters it took, 0 = not one of ours. */
static size_t decode_escape(const char *s, uint8_t *v)
{
    static const char names[] = "nrt0\\";
    static const uint8_t values[] = {'\n', '\r', '\t', 0, '\\'};

    if (*s == 'x' && s[1] != '\0' && qd_unhex(s + 1, v, 1) == 0)
        return 3;
    const char *at = *s ? strchr(names, *s) : NULL;
    if (at == NULL)
        return 0;
    *v = values[at - names];
    return 1;
}

static int decode_text(const char *s, struct qd_buf *out, char *why, size_t cap)
{
    while (*s) {
        uint8_t v = (uint8_t)*s;
        size_t took = 1;

        if (v < ' ' || v > '~')
            return say(why, cap, "text: other bytes than printable ASCII want \\xNN");
        if (v == '\\') {
            took = decode_escape(s + 1, &v);
            if (took == 0)
                return say(why, cap, "text: knows \\n \\r \\t \\0 \\\\ and \\xNN");
            took++;
        }
        if (qd_buf_add_byte(out, v) != 0)
            return say(why, cap, "out of memory");
        s += took;
    }
    return 0;
}

/* Decimal digits up to `stop`; the character behind them, or NULL. */
static const char *decimal(const char *s, char stop, uint64_t max, uint64_t *v)
{
    const char *start = s;

    *v = 0;
    for (; *s >= '0' && *s <= '9' && s - start < 11; s++)
        *v = *v * 10 + (uint64_t)(*s - '0');
    if (s == start || *s != stop || *v > max)
        return NULL;
    return s + 1;
}

/* xorshift32 (Marsaglia, 13-17-5), one step and its low byte for each byte. Seed 0 would stay 0. */
static int decode_pattern(const char *s, struct qd_buf *out, char *why, size_t cap)
{
    uint64_t seed = 0, n = 0;

    s = decimal(s, ':', UINT32_MAX, &seed);
    if (s == NULL || seed == 0)
        return say(why, cap, "pattern: wants a seed 1-4294967295 first");
    if (decimal(s, '\0', CONTENT_MAX, &n) == NULL)
        return say(why, cap, "pattern: wants a length up to 16777216 after the seed");
    uint32_t x = (uint32_t)seed;
    for (uint64_t i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        if (qd_buf_add_byte(out, (uint8_t)x) != 0)
            return say(why, cap, "out of memory");
    }
    return 0;
}

int sim_content_decode(const char *word, struct qd_buf *out, char *why, size_t cap)
{
    out->len = 0;
    if (strcmp(word, "empty") == 0)
        return 0;
    if (strncmp(word, "hex:", 4) == 0)
        return decode_hex(word + 4, out, why, cap);
    if (strncmp(word, "text:", 5) == 0)
        return decode_text(word + 5, out, why, cap);
    if (strncmp(word, "pattern:", 8) == 0)
        return decode_pattern(word + 8, out, why, cap);
    return say(why, cap, "content is hex:…, text:…, pattern:SEED:LEN or empty");
}
