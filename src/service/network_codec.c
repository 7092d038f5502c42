/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads the answers of CSQ, CEREG and the like, COPS, QCFGEXT and CBC. It must never take a form it
 * does not know for a value. Forms and sources: docs/formats/dfota.md. */
#include "service/network_codec.h"

#include <stddef.h>
#include <string.h>

static const char *skip(const char *p)
{
    return p + strspn(p, " \t");
}

/* A decimal number of at most 6 digits; NULL when there is none. */
static const char *take_number(const char *p, int *out)
{
    int v = 0, n = 0;

    for (p = skip(p); *p >= '0' && *p <= '9'; p++) {
        if (++n > 6)
            return NULL;
        v = v * 10 + (*p - '0');
    }
    *out = v;
    return n ? skip(p) : NULL;
}

static const char *take_comma(const char *p)
{
    return p && *p == ',' ? p + 1 : NULL;
}

/* Quoted, or bare up to the next comma. NULL: an open quote, or longer than the buffer. */
static const char *take_text(const char *p, char *out, size_t cap)
{
    size_t n;

    p = skip(p);
    if (*p == '"') {
        const char *end = strchr(++p, '"');

        if (!end || (size_t)(end - p) >= cap)
            return NULL;
        n = (size_t)(end - p);
        memcpy(out, p, n);
        out[n] = '\0';
        return skip(end + 1);
    }
    n = strcspn(p, ",");
    if (n >= cap)
        return NULL;
    memcpy(out, p, n);
    out[n] = '\0';
    return p + n;
}

/* Whether a field ends here. */
static int ends(const char *p)
{
    return p && (*p == '\0' || *p == ',');
}

int qd_net_parse_signal(const char *text, int *csq)
{
    int v, ber;
    const char *p = take_comma(take_number(text, &v));

    p = p ? take_number(p, &ber) : NULL;
    if (!p || *p || (v > 31 && v != 99))
        return -1;
    *csq = v;
    return 0;
}

int qd_net_parse_registration(const char *text, int *stat)
{
    int n, v;
    const char *p = take_comma(take_number(text, &n));

    p = p ? take_number(p, &v) : NULL;
    if (!ends(p) || n > 5 || v > 10)
        return -1;
    *stat = v;
    return 0;
}

int qd_net_parse_operator(const char *text, char name[64])
{
    int mode, format;
    const char *p = take_number(text, &mode);

    name[0] = '\0';
    if (!ends(p) || mode > 4)
        return -1;
    if (!*p)
        return 0;
    p = take_comma(take_number(p + 1, &format));
    p = p && format <= 2 ? take_text(p, name, 64) : NULL;
    if (ends(p))
        return 0;
    name[0] = '\0';
    return -1;
}

int qd_net_parse_fota_apn(const char *text, char apn[128])
{
    char word[16];
    int type;
    const char *p = take_comma(take_text(text, word, sizeof word));

    apn[0] = '\0';
    if (!p || strcmp(word, "fota_apn") != 0)
        return -1;
    p = take_comma(take_number(p, &type));
    p = p && type <= 2 ? take_text(p, apn, 128) : NULL;
    if (ends(p))
        return 0;
    apn[0] = '\0';
    return -1;
}

int qd_net_parse_supply(const char *text, unsigned *millivolts)
{
    int state, level, mv;
    const char *p = take_comma(take_number(text, &state));

    p = p ? take_comma(take_number(p, &level)) : NULL;
    p = p ? take_number(p, &mv) : NULL;
    if (!p || *p || level > 100)
        return -1;
    *millivolts = (unsigned)mv;
    return 0;
}
