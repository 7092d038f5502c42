/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the doctor asks a unit's AT port: mode, IMEI, the state of the module's own backups. Reads
 * only. Must never take a port that somebody else has open, nor call absent what was not told. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "flow/unit/at_port.h"
#include "flow/doctor/doctor.h"

static void note_why(struct qd_doctor_facts *f, const struct qdiag_error *why)
{
    snprintf(f->at_why, sizeof f->at_why, "%.100s%s%.140s", why->what, why->why[0] ? ": " : "",
             why->why);
}

/* A unit whose IMEI DIAG does not give cannot be told to be another. */
static enum qd_doctor_at_imei compare(const struct qd_doctor_facts *f, const char *imei)
{
    int usable = 0;

    if (!imei[0])
        return QD_AT_IMEI_NONE;
    for (unsigned i = 0; i < QDIAG_SUBS; i++) {
        if (f->imei[i] != QDIAG_IDENT_USABLE)
            continue;
        usable = 1;
        if (strcmp(f->imei_digits[i], imei) == 0)
            return QD_AT_IMEI_THERE;
    }
    return usable ? QD_AT_IMEI_OTHER : QD_AT_IMEI_THERE;
}

static int ask(struct qd_doctor_facts *f, struct qdiag_at *at, struct qdiag_error *why)
{
    struct qdiag_ufs_status s;
    char imei[16];
    int rc = qd_at_mode(at->at, &f->at_mode, why);

    if (rc == -QDIAG_E_REFUSED) {
        memset(why, 0, sizeof *why);
        rc = 0; /* the mode stays unknown */
    }
    if (rc == 0)
        rc = qd_at_imei(at->at, imei, why);
    if (rc == 0)
        f->at_imei = compare(f, imei);
    if (rc == 0)
        rc = qdiag_ufs_status(at, &s, why);
    if (rc == 0)
        memcpy(f->copy, s.fs, sizeof f->copy);
    return rc;
}

int qd_doctor_look_at(struct qd_doctor_facts *f, struct qdiag_context *c, const char *at,
                      const char *device, const char *serial, struct qdiag_error *e)
{
    struct qdiag_error why = {0};
    struct qdiag_at *port = NULL;
    int rc = qdiag_at_find(c, at, device, serial, &port, &why);

    if (rc == 0) {
        /* Other addresses say who the user is, and findings are for bug reports, too. */
        if (port->address.kind == QD_ADDR_TTY)
            qd_copy_text(f->at_port, sizeof f->at_port, port->address.path);
        rc = ask(f, port, &why);
    }
    qdiag_at_close(&port);
    if (rc != 0)
        note_why(f, &why);
    if (rc != -QDIAG_E_CANCELLED && rc != -QDIAG_E_NO_MEMORY)
        return 0;
    *e = why;
    return rc;
}
