/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT+CBC: state of a battery, percent, millivolts. Most modules have no battery: only the voltage
 * counts. It must never take another form for a voltage. */
#include "service/supply.h"

#include "base/error.h"

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

int qd_supply_read(struct qd_at *at, unsigned *millivolts, struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+CBC", "+CBC", 0, 0};
    struct qd_at_reply r;
    int rc = qd_at_ask(at, &c, NULL, &r, e);

    *millivolts = 0;
    if (rc == 0 && r.final.result == QD_AT_OK && r.lines == 1)
        (void)qd_supply_parse(qd_at_after(r.line[0], c.prefix), millivolts);
    return rc;
}
