/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT+CFUN: the mode a unit is in, and its reset. It must never set a mode: a unit that was left in
 * another one may not find its network again. */
#include "service/at_write.h"

#define RESET_MS 15000u

int qd_at_mode(struct qd_at *at, int *mode, struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+CFUN?", "+CFUN", 0, 0};
    struct qd_at_reply r;
    const char *v;
    int rc = qd_at_need(at, &c, NULL, &r, e);

    *mode = -1;
    if (rc != 0 || r.lines != 1)
        return rc;
    v = qd_at_after(r.line[0], c.prefix);
    if (v[0] >= '0' && v[0] <= '9' && (!v[1] || v[1] == ','))
        *mode = v[0] - '0';
    return 0;
}

static const struct qd_at_command reset = {"AT+CFUN=1,1", "", RESET_MS, 1};

const char *qd_at_reset_text(void)
{
    return reset.text;
}

int qd_at_reset(struct qd_at *at, int *restarted, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct qd_at_reply reply;
    int rc = qd_at_ask(at, &reset, NULL, &reply, &mine);

    if (restarted)
        *restarted = rc == -QDIAG_E_UNKNOWN;
    if (rc == -QDIAG_E_LINK_GONE || rc == -QDIAG_E_TIMEOUT || rc == -QDIAG_E_UNKNOWN)
        return 0;
    if (rc == 0 && reply.final.result != QD_AT_OK)
        rc = qd_at_fail(&reset, &reply.final, &mine);
    if (rc != 0 && e && !e->code)
        *e = mine;
    return rc;
}
