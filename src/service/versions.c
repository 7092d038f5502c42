/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The commands that tell firmware versions. A unit that refuses one has not told; it must never be
 * taken for an empty version that equals another. */
#include "service/versions.h"

#include <string.h>

#include "base/text.h"

/* One command with one answer line, behind a prefix that may be missing. */
static int ask_line(struct qd_at *at, const char *text, const char *prefix, char *out, size_t cap,
                    struct qdiag_error *e)
{
    const struct qd_at_command c = {text, NULL, 0, 0};
    struct qd_at_reply r;
    int rc = qd_at_ask(at, &c, NULL, &r, e);

    out[0] = '\0';
    if (rc == 0 && r.final.result == QD_AT_OK && r.lines == 1) {
        const char *bare = prefix ? qd_at_after(r.line[0], prefix) : NULL;

        if (strlen(bare ? bare : r.line[0]) < cap)
            qd_copy_text(out, cap, bare ? bare : r.line[0]);
    }
    return rc;
}

int qd_at_full_version(struct qd_at *at, char out[QD_VERSION_TEXT], struct qdiag_error *e)
{
    static const char *const forms[] = {"AT+QGMR", "AT+QGMR?"}; /* firmware knows one or both */
    int rc = 0;

    out[0] = '\0';
    for (size_t i = 0; rc == 0 && i < 2 && !out[0]; i++)
        rc = ask_line(at, forms[i], "+QGMR", out, QD_VERSION_TEXT, e);
    return rc;
}

int qd_at_plain_version(struct qd_at *at, char out[QD_VERSION_TEXT], struct qdiag_error *e)
{
    return ask_line(at, "AT+CGMR", NULL, out, QD_VERSION_TEXT, e);
}

int qd_at_base_version(struct qd_at *at, char out[QD_VERSION_TEXT], struct qdiag_error *e)
{
    static const struct qd_at_command c = {"ATI", NULL, 0, 0};
    struct qd_at_reply r;
    int rc = qd_at_ask(at, &c, NULL, &r, e);

    out[0] = '\0';
    for (size_t i = 0; rc == 0 && r.final.result == QD_AT_OK && i < r.lines; i++) {
        const char *v = qd_at_after(r.line[i], "Revision");

        if (v && strlen(v) < QD_VERSION_TEXT)
            qd_copy_text(out, QD_VERSION_TEXT, v);
    }
    return rc;
}

int qd_at_sub_edition(struct qd_at *at, char out[32], struct qdiag_error *e)
{
    char line[QD_VERSION_TEXT];
    int rc = ask_line(at, "AT+CSUB", "SubEdition", line, sizeof line, e);

    out[0] = '\0';
    if (rc == 0 && strlen(line) == 3 && line[0] == 'V' && strspn(line + 1, "0123456789") == 2)
        qd_copy_text(out, 32, line);
    return rc;
}
