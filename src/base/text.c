/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Text for people: bounded copies and masking. Never writes beyond cap, always terminates. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define MASK_RUN 14u /* digit runs of this length can be an identity (IMEI, ICCID, IMSI) */

void qd_copy_text(char *dst, size_t cap, const char *src)
{
    size_t n = strnlen(src, cap - 1);
    memmove(dst, src, n);
    dst[n] = '\0';
}

static size_t digit_run(const char *s)
{
    size_t n = 0;
    while (s[n] >= '0' && s[n] <= '9')
        n++;
    return n;
}

void qd_mask_digits(char *dst, size_t cap, const char *src)
{
    size_t at = 0;
    while (*src && at + 1 < cap) {
        size_t run = digit_run(src);
        if (run >= MASK_RUN) {
            char word[32];
            int n = snprintf(word, sizeof word, "<%zu digits>", run);
            qd_copy_text(dst + at, cap - at, word);
            at += (size_t)n < cap - at ? (size_t)n : cap - at - 1;
            src += run;
            continue;
        }
        size_t take = run ? run : 1;
        for (size_t i = 0; i < take && at + 1 < cap; i++)
            dst[at++] = src[i];
        src += take;
    }
    dst[at] = '\0';
}

void qd_printable(char *dst, size_t cap, const void *src, size_t n)
{
    const unsigned char *p = src;
    size_t at = 0;
    for (; at + 1 < cap && at < n && p[at]; at++)
        dst[at] = p[at] >= 0x20 && p[at] < 0x7f ? (char)p[at] : '.';
    dst[at] = '\0';
}

char *qd_strndup(const char *s, size_t n)
{
    size_t len = strnlen(s, n);
    char *d = qd_alloc(len + 1, 1);
    if (d)
        memcpy(d, s, len);
    return d;
}

char *qd_strdup(const char *s)
{
    return qd_strndup(s, strlen(s));
}
