/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT+QFOTADL as calls. It must never send the start twice, and never let the password of a URL or
 * an APN into an error. */
#include "service/fota.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "service/at_write.h"

#define START_MS 5000u  /* nominal 300 ms */
#define NET_MS   15000u /* AT+COPS? may take long */

int qd_fota_probe(struct qd_at *at, int *has, struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+QFOTADL=?", "+QFOTADL", 0, 0};
    struct qd_at_reply r;
    int rc = qd_at_ask(at, &c, NULL, &r, e);

    *has = rc == 0 && r.final.result == QD_AT_OK;
    return rc;
}

int qd_fota_start(struct qd_at *at, const struct qdiag_fota_argument *a, unsigned ms,
                  struct qd_at_final *result, struct qdiag_error *e)
{
    struct qd_at_command c = {a->command, "", ms ? ms : START_MS, 1};
    struct qdiag_error mine = {0};
    struct qd_at_reply r;
    int rc = qd_at_ask(at, &c, NULL, &r, &mine);

    if (rc == 0) {
        *result = r.final;
        return 0;
    }
    /* A long command is cut there, and its password with it is not. */
    if (strncmp(mine.item, a->command, sizeof mine.item - 1) == 0)
        qd_copy_text(mine.item, sizeof mine.item, a->shown);
    if (e && !e->code)
        *e = mine;
    return rc;
}

/* ---- the APN of BG96 ---- */

/* One field: quoted, or up to the next comma. *p is moved behind the comma. 0, -1 = broken. */
static int field(const char **p, char *out, size_t cap)
{
    const char *end;
    size_t n;

    *p += strspn(*p, " ");
    if (**p == '"') {
        end = strchr(++*p, '"');
        if (!end)
            return -1;
        n = (size_t)(end++ - *p);
    } else {
        n = strcspn(*p, ",\"");
        end = *p + n;
    }
    if (n >= cap || (*end && *end != ','))
        return -1;
    memcpy(out, *p, n);
    out[n] = '\0';
    *p = *end ? end + 1 : end;
    return 0;
}

int qd_fota_apn_parse(const char *text, struct qd_fota_apn *a, struct qdiag_error *e)
{
    char name[32], ip[8], user[128] = "", password[128] = "";
    const char *p = text;

    memset(a, 0, sizeof *a);
    if (field(&p, name, sizeof name) != 0 || strcmp(name, "fota_apn") != 0 ||
        field(&p, ip, sizeof ip) != 0 || strlen(ip) != 1 || ip[0] < '0' || ip[0] > '2' ||
        field(&p, a->apn, sizeof a->apn) != 0 || (*p && field(&p, user, sizeof user) != 0) ||
        (*p && field(&p, password, sizeof password) != 0) || *p) {
        memset(a, 0, sizeof *a);
        return qd_fail(e, QDIAG_E_PROTOCOL, "AT+QCFGEXT=\"fota_apn\"",
                       "the answer is not \"fota_apn\",0 to 2,\"apn\",\"user\",\"password\"");
    }
    a->known = 1;
    a->ip = ip[0] - '0';
    a->has_user = user[0] != '\0';
    a->has_password = password[0] != '\0';
    return 0;
}

int qd_fota_apn_read(struct qd_at *at, struct qd_fota_apn *a, struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+QCFGEXT=\"fota_apn\"", "+QCFGEXT", 0, 0};
    struct qd_at_reply r;
    int rc = qd_at_ask(at, &c, NULL, &r, e);

    memset(a, 0, sizeof *a);
    if (rc != 0 || r.final.result != QD_AT_OK || r.lines != 1)
        return rc;
    return qd_fota_apn_parse(qd_at_after(r.line[0], c.prefix), a, e);
}

/* ---- the network ---- */

/* A decimal number of 0 to 999 at *p, and *p behind it and a comma; -1 = none. */
static int number(const char **p)
{
    size_t n;
    int v;

    *p += strspn(*p, " ");
    n = strspn(*p, "0123456789");
    if (n == 0 || n > 3)
        return -1;
    v = (int)strtol(*p, NULL, 10);
    *p += n;
    *p += strspn(*p, " ");
    if (**p == ',')
        ++*p;
    return v;
}

/* "n,stat": the answer. "stat" alone is the unsolicited form. */
static int take_state(const char *p, int *state)
{
    int mode = number(&p), v = number(&p);

    if (mode < 0 || mode > 5 || v < 0 || v > 20)
        return 0;
    *state = v;
    return 1;
}

static int take_operator(const char *p, char name[64])
{
    char text[64];
    const char *start, *end;

    if (number(&p) < 0)
        return 0;
    name[0] = '\0';
    start = strchr(p, '"');
    end = start ? strchr(start + 1, '"') : NULL;
    if (!end)
        return 1;
    qd_printable(text, sizeof text, start + 1, (size_t)(end - start - 1));
    qd_copy_text(name, 64, text);
    return 1;
}

int qd_fota_net_line(struct qd_fota_net *n, const char *line)
{
    const char *p;
    int v;

    if ((p = qd_at_after(line, "+CSQ"))) {
        v = number(&p);
        if (v < 0 || number(&p) < 0)
            return 0;
        n->rssi = v <= 31 || v >= 100 ? v : 99; /* 100 and up: TD-SCDMA and LTE tables */
        return 1;
    }
    if ((p = qd_at_after(line, "+CEREG")))
        return take_state(p, &n->lte);
    if ((p = qd_at_after(line, "+CGREG")))
        return take_state(p, &n->packet);
    if ((p = qd_at_after(line, "+C5GREG")))
        return take_state(p, &n->nr);
    if ((p = qd_at_after(line, "+COPS")))
        return take_operator(p, n->operator_name);
    return 0;
}

int qd_fota_registered(const struct qd_fota_net *n)
{
    return n->lte == 1 || n->lte == 5 || n->packet == 1 || n->packet == 5 || n->nr == 1 ||
           n->nr == 5;
}

int qd_fota_net_read(struct qd_at *at, int nr, struct qd_fota_net *n, struct qdiag_error *e)
{
    static const struct qd_at_command ask[] = {{"AT+CSQ", "+CSQ", 0, 0},
                                               {"AT+CEREG?", "+CEREG", 0, 0},
                                               {"AT+CGREG?", "+CGREG", 0, 0},
                                               {"AT+COPS?", "+COPS", NET_MS, 0},
                                               {"AT+C5GREG?", "+C5GREG", 0, 0}};
    struct qd_at_reply r;
    int rc = 0;

    *n = (struct qd_fota_net){-1, -1, -1, -1, ""};
    for (size_t i = 0; rc == 0 && i < (nr ? 5u : 4u); i++) {
        rc = qd_at_ask(at, &ask[i], NULL, &r, e);
        for (size_t j = 0; rc == 0 && r.final.result == QD_AT_OK && j < r.lines; j++)
            (void)qd_fota_net_line(n, r.line[j]);
    }
    return rc;
}

int qd_fota_apid_read(struct qd_at *at, char text[128], struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+QFOTAPID=?", "+QFOTAPID", 0, 0};
    struct qd_at_reply r;
    int rc = qd_at_ask(at, &c, NULL, &r, e);

    text[0] = '\0';
    if (rc == 0 && r.final.result == QD_AT_OK && r.lines == 1)
        qd_copy_text(text, 128, qd_at_after(r.line[0], c.prefix));
    return rc;
}
