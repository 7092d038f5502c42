/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT+QPRTPARA as calls: read the state, give one order, ask who the unit is. It must never give an
 * order twice, whatever became of the first: that is for the caller to decide by the counters. */
#include "service/at_write.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define READ_MS 5000u /* nominal 600 ms; grows with the file system */

static const struct qd_at_command orders[2][2] = {
    [QD_UFS] = {[QD_UFS_BACKUP] = {"AT+QPRTPARA=1", "+QPRTPARA", 0, 1},
                [QD_UFS_RESTORE] = {"AT+QPRTPARA=3", "+QPRTPARA", 0, 1}},
    [QD_EUFS] = {[QD_UFS_BACKUP] = {"AT+QPRTPARA=11", "+QPRTPARA", 0, 1},
                 [QD_UFS_RESTORE] = {"AT+QPRTPARA=13", "+QPRTPARA", 0, 1}},
};

static int read_once(struct qd_at *at, enum qd_ufs fs, unsigned ms, struct qd_ufs_state *s,
                     struct qdiag_error *e)
{
    struct qd_at_command c = {fs == QD_UFS ? "AT+QPRTPARA=4" : "AT+QPRTPARA=14", "+QPRTPARA",
                              ms ? ms : READ_MS, 0};
    struct qd_at_reply r;
    int rc = qd_at_need(at, &c, NULL, &r, e);

    if (rc != 0)
        return rc;
    if (r.lines != 1)
        return qd_fail(e, QDIAG_E_PROTOCOL, c.text, "%zu answer lines, not one", r.lines);
    return qd_ufs_parse(fs, qd_at_after(r.line[0], c.prefix), s, e);
}

/* A line may be broken off on its way: what only reads is asked for once more. */
int qd_ufs_read(struct qd_at *at, enum qd_ufs fs, unsigned ms, struct qd_ufs_state *s,
                struct qdiag_error *e)
{
    struct qdiag_error first = {0};
    int rc = read_once(at, fs, ms, s, &first);

    if (rc == -QDIAG_E_PROTOCOL || rc == -QDIAG_E_TIMEOUT)
        return read_once(at, fs, ms, s, e);
    if (rc != 0 && e && !e->code)
        *e = first;
    return rc;
}

int qd_ufs_order(struct qd_at *at, enum qd_ufs fs, enum qd_ufs_order order, unsigned ms,
                 struct qd_at_final *result, struct qdiag_error *e)
{
    struct qd_at_command c = orders[fs][order];
    struct qd_at_reply r;
    int rc;

    c.ms = ms;
    rc = qd_at_ask(at, &c, NULL, &r, e);
    if (rc == 0)
        *result = r.final;
    return rc;
}

/* Whether a list such as "(1-4)" or "(1,3,4,11,13,14)" names the number. */
static int names(const char *text, unsigned wanted)
{
    unsigned from, to;
    int used;

    for (; *text; text++) {
        if (!isdigit((unsigned char)*text) || sscanf(text, "%u%n", &from, &used) != 1)
            continue;
        text += used;
        to = from;
        if (*text == '-' && sscanf(text + 1, "%u%n", &to, &used) == 1)
            text += 1 + used;
        if (wanted >= from && wanted <= to)
            return 1;
        if (!*text)
            break;
    }
    return 0;
}

int qd_ufs_probe(struct qd_at *at, enum qd_ufs fs, int *has, struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+QPRTPARA=?", "+QPRTPARA", 0, 0};
    struct qd_at_reply r;
    int rc = qd_at_ask(at, &c, NULL, &r, e);

    *has = -1;
    if (rc == 0 && r.final.result == QD_AT_OK && r.lines == 1)
        *has = names(qd_at_after(r.line[0], c.prefix), fs == QD_UFS ? 4 : 14);
    return rc;
}

int qd_at_imei(struct qd_at *at, char imei[16], struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+CGSN", NULL, 0, 0};
    struct qd_at_reply r;
    char one[2] = "";
    int rc = qd_at_ask(at, &c, NULL, &r, e);

    imei[0] = '\0';
    if (rc == 0 && r.lines)
        one[0] = r.line[0][0]; /* fifteen times the same digit is no IMEI */
    if (rc == 0 && r.final.result == QD_AT_OK && r.lines == 1 && strlen(r.line[0]) == 15 &&
        strspn(r.line[0], "0123456789") == 15 && strspn(r.line[0], one) != 15)
        qd_copy_text(imei, 16, r.line[0]);
    return rc;
}

const char *qd_ufs_order_text(enum qd_ufs fs, enum qd_ufs_order order)
{
    return orders[fs][order].text;
}
