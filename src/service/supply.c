/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT+CBC as a call. Most modules have no battery: only the voltage counts. */
#include "service/supply.h"

#include "base/error.h"
#include "service/supply_codec.h"

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
