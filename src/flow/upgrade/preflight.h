/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The inside of a preflight: one run, its rows, and the rule that makes one verdict of them. */
#ifndef QD_FLOW_UPGRADE_PREFLIGHT_H
#define QD_FLOW_UPGRADE_PREFLIGHT_H

#include <qdiag/fota.h>

#include "container/doc.h"
#include "flow/unit/at_port.h"
#include "flow/unit/device.h"

enum qd_pf_row {
#define QD_PREFLIGHT(id, name, step, title, next) QD_PF_##id,
#include "flow/upgrade/preflight.def"
#undef QD_PREFLIGHT
    QD_PF_ROWS
};

struct qd_pf {
    struct qdiag_context *ctx;
    struct qdiag_at *at;      /* NULL = none */
    struct qdiag_device *dev; /* NULL = none */
    const struct qdiag_preflight_options *o;
    struct qdiag_preflight *pf;

    char imei[16];            /* by AT; "" = none */
    struct qdiag_identity id; /* by DIAG */
    int has_id, has_versions, has_ufs, has_argument;
    struct qd_doc *doc; /* the backup; NULL = none, or not whole */
    struct qdiag_fota_argument argument;
};

/* Notes what one check came to; the text is masked. */
void qd_pf_set(struct qd_pf *p, enum qd_pf_row row, enum qdiag_check_result result, int code,
               const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void qd_pf_pass(struct qd_pf *p, enum qd_pf_row row, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void qd_pf_skip(struct qd_pf *p, enum qd_pf_row row, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void qd_pf_unknown(struct qd_pf *p, enum qd_pf_row row, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The check could not be made for this error: UNKNOWN. Gives the error on (and returns its code)
 * when it ends the whole run: the link, a stop, memory. */
int qd_pf_doubt(struct qd_pf *p, enum qd_pf_row row, const struct qdiag_error *mine,
                struct qdiag_error *e);

/* The check failed with this error: FAIL, or as qd_pf_doubt when it ends the run. */
int qd_pf_failed(struct qd_pf *p, enum qd_pf_row row, const struct qdiag_error *mine,
                 struct qdiag_error *e);

/* Parts of the sequence. 0, or an error that ends the run. */
int qd_pf_unit(struct qd_pf *p, struct qdiag_error *e);
int qd_pf_inner(struct qd_pf *p, struct qdiag_error *e);
int qd_pf_backup(struct qd_pf *p, struct qdiag_error *e);
int qd_pf_health(struct qd_pf *p, struct qdiag_error *e);
int qd_pf_copies(struct qd_pf *p, struct qdiag_error *e);
int qd_pf_package(struct qd_pf *p, struct qdiag_error *e);
int qd_pf_argument(struct qd_pf *p, struct qdiag_error *e);
int qd_pf_transport(struct qd_pf *p, struct qdiag_error *e);
int qd_pf_power(struct qd_pf *p, struct qdiag_error *e);

/* USB paths of the two ports, "" = not known. */
void qd_pf_ports(struct qd_pf *p, const char *at, const char *diag);

/* Which row speaks for all: 0 with *row -1 when it is a go. Pure. The first FAIL of "not the same
 * unit"; else the first FAIL; else the first UNKNOWN. Returns the error code: of a FAIL its own, of
 * an UNKNOWN always QDIAG_E_UNKNOWN. */
int qd_pf_verdict(const struct qdiag_check *check, size_t n, int *row);

const char *qd_pf_next(enum qd_pf_row row);

#endif
