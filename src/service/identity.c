/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the unit says of itself. Every part is optional: a unit that refuses one, answers nonsense
 * or nothing just lacks that part; only a lost link is an error. Text of the unit is made
 * printable. */
#include "service/identity.h"

#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/text.h"

static int all_zero(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return 0;
    return 1;
}

int qd_verno_decode(const uint8_t *p, size_t n, struct qd_unit_info *u, struct qdiag_error *e)
{
    if (n < 40 || p[0] != 0x00)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "VERNO reply of %zu bytes, expected 55", n);
    qd_printable(u->comp_date, sizeof u->comp_date, p + 1, 11);
    qd_printable(u->comp_time, sizeof u->comp_time, p + 12, 8);
    qd_printable(u->rel_date, sizeof u->rel_date, p + 20, 11);
    qd_printable(u->rel_time, sizeof u->rel_time, p + 31, 8);
    qd_printable(u->ver_dir, sizeof u->ver_dir, p + 39, n - 39 < 8 ? n - 39 : 8);
    u->mob_model = n > 49 ? p[49] : 0;
    u->firm_rev = n > 51 ? qd_get16(p + 50) : 0;
    u->modem_up = !all_zero(p + 1, n - 1);
    u->has_verno = 1;
    return 0;
}

int qd_build_decode(const uint8_t *p, size_t n, struct qd_unit_info *u, struct qdiag_error *e)
{
    if (n < 12 || p[0] != 0x7C)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL,
                       "EXT_BUILD_ID reply of %zu bytes, expected 14 or more", n);
    u->msm_hw_rev = qd_get32(p + 4);
    u->mobile_model = qd_get32(p + 8);
    const uint8_t *text = p + 12;
    size_t left = n - 12;
    qd_printable(u->software, sizeof u->software, text, left);
    const uint8_t *nul = left ? memchr(text, 0, left) : NULL;
    u->model[0] = '\0';
    if (nul) /* the second string is missing on some units */
        qd_printable(u->model, sizeof u->model, nul + 1, left - (size_t)(nul + 1 - text));
    u->has_build = 1;
    return 0;
}

int qd_feature_decode(const uint8_t *p, size_t n, struct qd_unit_info *u, struct qdiag_error *e)
{
    if (n < 3 || p[0] != 0x51)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "FEATURE_QUERY reply of %zu bytes", n);
    size_t len = qd_get16(p + 1);
    if (len > n - 3 || len > sizeof u->feature)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL,
                       "FEATURE_QUERY says %zu mask bytes and carries %zu", len, n - 3);
    memcpy(u->feature, p + 3, len);
    u->feature_len = (uint16_t)len;
    u->has_feature = 1;
    return 0;
}

static int esn_decode(const uint8_t *p, size_t n, struct qd_unit_info *u, struct qdiag_error *e)
{
    if (n < 5 || p[0] != 0x01)
        return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "ESN reply of %zu bytes, expected 5", n);
    u->esn = qd_get32(p + 1);
    u->has_esn = 1;
    return 0;
}

/* A part that the unit cannot or will not give is logged and left out. */
static int ask_part(struct qd_diag *d, enum qd_cmd cmd, uint8_t code,
                    int (*decode)(const uint8_t *, size_t, struct qd_unit_info *,
                                  struct qdiag_error *),
                    struct qd_unit_info *u, struct qdiag_error *e)
{
    struct qdiag_error own = {0};
    struct qd_reply r;
    const struct qdiag_context *ctx = qd_diag_context(d);
    int rc = qd_diag_ask(d, cmd, &code, 1, &r, &own);
    if (rc == 0 && r.bad) {
        const char *name = qd_diag_bad_name(r.bad);
        qd_log(ctx, QDIAG_LOG_INFO, "identity", "request 0x%02x: error 0x%02x (%s)", code, r.bad,
               name ? name : "unknown");
        return 0;
    }
    if (rc == 0)
        rc = decode(r.p, r.len, u, &own);
    if (rc == -QDIAG_E_TIMEOUT || rc == -QDIAG_E_PROTOCOL) {
        qd_log(ctx, QDIAG_LOG_WARN, "identity", "request 0x%02x left out: %s; %s", code, own.what,
               own.why);
        return 0;
    }
    if (rc && e && !e->code)
        *e = own;
    return rc;
}

int qd_unit_info_read(struct qd_diag *d, struct qd_unit_info *u, struct qdiag_error *e)
{
    memset(u, 0, sizeof *u);
    int rc = ask_part(d, QD_CMD_VERNO, 0x00, qd_verno_decode, u, e);
    if (rc == 0)
        rc = ask_part(d, QD_CMD_EXT_BUILD_ID, 0x7C, qd_build_decode, u, e);
    if (rc == 0)
        rc = ask_part(d, QD_CMD_ESN, 0x01, esn_decode, u, e);
    if (rc == 0)
        rc = ask_part(d, QD_CMD_FEATURE, 0x51, qd_feature_decode, u, e);
    return rc;
}
