/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The doctor's report as a file for a bug tracker. Must never hold what names a unit, a person or a
 * network: findings hold no identity, and long numbers and addresses are left out here all the
 * same.
 */
#include <stdio.h>
#include <string.h>

#include <qdiag/version.h>

#include "base/buf.h"
#include "base/save.h"
#include "base/text.h"
#include "flow/doctor/doctor.h"

/* Hosts and paths of the user say who he is; a port of the system does not. */
static void shown_address(const char *address, char out[128])
{
    const char *colon = strchr(address, ':');
    if (strncmp(address, "usb:", 4) == 0 || strncmp(address, "tty:/dev/", 9) == 0 || !colon)
        qd_copy_text(out, 128, address);
    else
        snprintf(out, 128, "%.*s(hidden)", (int)(colon - address + 1), address);
}

/* The text with the address taken out of it, and long numbers masked. */
static int add_text(struct qd_buf *b, const char *text, const char *address, const char *shown)
{
    char masked[512];
    const char *at = address[0] ? strstr(text, address) : NULL;
    const char *path = strchr(address, ':');
    size_t skip = strlen(address);
    if (!at && path && strlen(path) > 1 && strcmp(address, shown) != 0) {
        at = strstr(text, path + 1);
        skip = strlen(path + 1);
    }
    char joined[512];
    if (at)
        snprintf(joined, sizeof joined, "%.*s%s%s", (int)(at - text), text, shown, at + skip);
    else
        snprintf(joined, sizeof joined, "%s", text);
    qd_mask_digits(masked, sizeof masked, joined);
    return qd_buf_add(b, masked, strlen(masked));
}

static int add_line(struct qd_buf *b, const char *label, const char *text, const char *address,
                    const char *shown)
{
    return qd_buf_add(b, label, strlen(label)) || add_text(b, text, address, shown) ||
           qd_buf_add(b, "\n", 1);
}

static int compose(const struct qdiag_doctor_report *r, struct qd_buf *b)
{
    char shown[128], head[64];
    int bad = 0;
    shown_address(r->address, shown);
    bad |= add_line(b, "qdiag doctor, version ", qdiag_version(), "", "");
    bad |= add_line(b, "unit      ", shown[0] ? shown : "none", "", "");
    for (size_t i = 0; i < r->count; i++) {
        const struct qdiag_finding *f = &r->finding[i];
        snprintf(head, sizeof head, "\n%-8s  ", qdiag_doctor_state_name(f->state));
        bad |= add_line(b, head, f->title, "", "");
        bad |= add_line(b, "  seen    ", f->seen, r->address, shown);
        if (f->next[0])
            bad |= add_line(b, "  next    ", f->next, r->address, shown);
    }
    return bad;
}

int qdiag_doctor_save(const struct qdiag_doctor_report *report, const char *path,
                      struct qdiag_error *e)
{
    struct qd_buf b = {0};
    struct qd_save *s = NULL;
    int rc = compose(report, &b) ? qd_nomem(e) : qd_save_begin(&s, path, e);
    if (rc == 0)
        rc = qd_save_write(s, b.p, b.len, e);
    if (rc == 0)
        rc = qd_save_commit(&s, NULL, NULL, e);
    qd_save_abort(&s);
    qd_buf_free(&b);
    return rc;
}
