/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT+CSQ, AT+CEREG?, AT+COPS? and the like as calls. Only queries: no test or set form that could
 * change a setting is sent. */
#include "service/network.h"

#include "base/error.h"
#include "base/text.h"
#include "service/network_codec.h"

#define COPS_MS 15000u /* some units search before they answer */

/* One query, one line behind the prefix; *text is NULL when it is not told. */
static int query(struct qd_at *at, const struct qd_at_command *c, const char **text,
                 struct qdiag_error *e)
{
    struct qd_at_reply r;
    int rc = qd_at_ask(at, c, NULL, &r, e);

    *text = NULL;
    if (rc == 0 && r.final.result == QD_AT_OK && r.lines == 1)
        *text = qd_at_after(r.line[0], c->prefix);
    return rc;
}

int qd_net_signal(struct qd_at *at, int *told, int *csq, struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+CSQ", "+CSQ", 0, 0};
    const char *text;
    int rc = query(at, &c, &text, e);

    *told = rc == 0 && text && qd_net_parse_signal(text, csq) == 0;
    return rc;
}

int qd_net_registration(struct qd_at *at, enum qd_net_domain domain, int *told, int *stat,
                        struct qdiag_error *e)
{
    static const struct qd_at_command c[] = {[QD_NET_EPS] = {"AT+CEREG?", "+CEREG", 0, 0},
                                             [QD_NET_GPRS] = {"AT+CGREG?", "+CGREG", 0, 0},
                                             [QD_NET_5G] = {"AT+C5GREG?", "+C5GREG", 0, 0}};
    const char *text;
    int rc = query(at, &c[domain], &text, e);

    *told = rc == 0 && text && qd_net_parse_registration(text, stat) == 0;
    return rc;
}

int qd_net_operator(struct qd_at *at, int *told, char name[64], struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+COPS?", "+COPS", COPS_MS, 0};
    const char *text;
    int rc = query(at, &c, &text, e);

    *told = rc == 0 && text && qd_net_parse_operator(text, name) == 0;
    return rc;
}

int qd_net_fota_apn(struct qd_at *at, int *told, char apn[128], struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+QCFGEXT=\"fota_apn\"", "+QCFGEXT", 0, 0};
    const char *text;
    int rc = query(at, &c, &text, e);

    *told = rc == 0 && text && qd_net_parse_fota_apn(text, apn) == 0;
    return rc;
}

int qd_net_supply(struct qd_at *at, int *told, unsigned *millivolts, struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+CBC", "+CBC", 0, 0};
    const char *text;
    int rc = query(at, &c, &text, e);

    *told = rc == 0 && text && qd_net_parse_supply(text, millivolts) == 0;
    return rc;
}

int qd_net_fota_pid(struct qd_at *at, int *told, char text[96], struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+QFOTAPID=?", "+QFOTAPID", 0, 0};
    const char *line;
    int rc = query(at, &c, &line, e);

    *told = rc == 0 && line;
    qd_copy_text(text, 96, rc == 0 && line ? line : "");
    return rc;
}
