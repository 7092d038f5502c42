/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The answer of AT+CBC: state of a battery, percent, millivolts. Pure. It must never take another
 * form for a voltage. */
#include "service/supply_codec.h"

#include <stddef.h>

#define MV_MAX 60000u

/* Decimal digits up to `end`; behind it, or NULL. */
static const char *number(const char *p, char end, unsigned most, unsigned *out)
{
    unsigned v = 0;
    int digits = 0;

    for (; *p >= '0' && *p <= '9'; p++, digits++) {
        v = v * 10 + (unsigned)(*p - '0');
        if (v > most)
            return NULL;
    }
    *out = v;
    return digits && *p == end ? p + (end != '\0') : NULL;
}

int qd_supply_parse(const char *text, unsigned *millivolts)
{
    unsigned state, percent, mv;
    const char *p = number(text, ',', 3, &state);

    p = p ? number(p, ',', 100, &percent) : NULL;
    p = p ? number(p, '\0', MV_MAX, &mv) : NULL;
    if (!p)
        return -1;
    *millivolts = mv;
    return 0;
}
