/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag_preflight: all checks in their order, one row each, one verdict. It sends queries only: no
 * setting, no order, no file. A row starts as UNKNOWN and stays so until its check was made. */
#include "flow/upgrade/preflight.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"

_Static_assert(QD_PF_ROWS <= QDIAG_CHECKS_MAX, "more checks than a report holds");

static const struct {
    const char *name;
    unsigned step;
    const char *title, *next;
} rows[QD_PF_ROWS] = {
#define QD_PREFLIGHT(id, name, step, title, next) {name, step, title, next},
#include "flow/upgrade/preflight.def"
#undef QD_PREFLIGHT
};

const char *qd_pf_next(enum qd_pf_row row)
{
    return rows[row].next;
}

__attribute__((format(printf, 5, 0))) static void set(struct qd_pf *p, enum qd_pf_row row,
                                                      enum qdiag_check_result result, int code,
                                                      const char *fmt, va_list ap)
{
    struct qdiag_check *c = &p->pf->check[row];
    char text[sizeof c->detail];

    vsnprintf(text, sizeof text, fmt, ap);
    c->result = result;
    c->code = code;
    qd_mask_digits(c->detail, sizeof c->detail, text);
}

void qd_pf_set(struct qd_pf *p, enum qd_pf_row row, enum qdiag_check_result result, int code,
               const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set(p, row, result, code, fmt, ap);
    va_end(ap);
}

void qd_pf_pass(struct qd_pf *p, enum qd_pf_row row, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set(p, row, QDIAG_PASS, 0, fmt, ap);
    va_end(ap);
}

void qd_pf_skip(struct qd_pf *p, enum qd_pf_row row, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set(p, row, QDIAG_SKIPPED, 0, fmt, ap);
    va_end(ap);
}

void qd_pf_unknown(struct qd_pf *p, enum qd_pf_row row, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set(p, row, QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN, fmt, ap);
    va_end(ap);
}

static int note(struct qd_pf *p, enum qd_pf_row row, enum qdiag_check_result result,
                const struct qdiag_error *mine, struct qdiag_error *e)
{
    int ends = qd_ends_session(-mine->code);

    qd_pf_set(p, row, ends ? QDIAG_CANNOT_TELL : result, mine->code, "%s%s%s", mine->what,
              mine->why[0] ? ": " : "", mine->why);
    if (!ends)
        return 0;
    if (e && !e->code)
        *e = *mine;
    return -mine->code;
}

int qd_pf_doubt(struct qd_pf *p, enum qd_pf_row row, const struct qdiag_error *mine,
                struct qdiag_error *e)
{
    return note(p, row, QDIAG_CANNOT_TELL, mine, e);
}

int qd_pf_failed(struct qd_pf *p, enum qd_pf_row row, const struct qdiag_error *mine,
                 struct qdiag_error *e)
{
    return note(p, row, QDIAG_FAIL, mine, e);
}

static void begin(struct qd_pf *p)
{
    struct qdiag_preflight *pf = p->pf;

    memset(pf, 0, sizeof *pf);
    pf->checks = QD_PF_ROWS;
    for (size_t i = 0; i < QD_PF_ROWS; i++) {
        pf->check[i].name = rows[i].name;
        pf->check[i].title = rows[i].title;
        pf->check[i].step = rows[i].step;
        qd_pf_unknown(p, (enum qd_pf_row)i, "not looked at: the run ended before");
    }
}

static int run(struct qd_pf *p, struct qdiag_error *e)
{
    static int (*const parts[])(struct qd_pf * p, struct qdiag_error * e) = {
        qd_pf_unit,    qd_pf_inner,    qd_pf_backup,    qd_pf_health, qd_pf_copies,
        qd_pf_package, qd_pf_argument, qd_pf_transport, qd_pf_power};
    const size_t n = sizeof parts / sizeof parts[0];
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        qd_progress(p->ctx, "checks", i, n, "");
        rc = qd_cancel_check(p->ctx->cancel, e);
        if (rc == 0)
            rc = parts[i](p, e);
    }
    if (rc == 0)
        qd_progress(p->ctx, "checks", n, n, "");
    return rc;
}

/* The verdict as an error; the row that speaks for all gives the text. */
static int conclude(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_preflight *pf = p->pf;
    int row, code = qd_pf_verdict(pf->check, pf->checks, &row), fails = 0, unknown = 0;

    for (size_t i = 0; i < pf->checks; i++) {
        fails += pf->check[i].result == QDIAG_FAIL;
        unknown += pf->check[i].result == QDIAG_CANNOT_TELL;
    }
    if (code == 0) {
        pf->go = 1;
        snprintf(pf->line, sizeof pf->line, "GO: every needed check passed%s",
                 p->o->source ? "" : "; no source was given, so the way there was not looked at");
        return 0;
    }
    snprintf(pf->line, sizeof pf->line, "NO GO: %d failed, %d unknown; first: %s: %.160s", fails,
             unknown, pf->check[row].name, pf->check[row].detail);
    qd_fail(e, (enum qdiag_code)code, NULL, "%s: %s", pf->check[row].name, pf->check[row].detail);
    qd_what(e, "%s: %s",
            pf->check[row].result == QDIAG_FAIL ? "not ready for an upgrade"
                                                : "cannot tell whether an upgrade is safe",
            pf->check[row].title);
    if (rows[row].next[0])
        qd_hint(e, "%s", rows[row].next);
    return -code;
}

/* 64 hex digits, and both versions or none. */
static int check_options(const struct qdiag_preflight_options *o, struct qdiag_error *e)
{
    if (o->sha256 && (strlen(o->sha256) != 64 || strspn(o->sha256, "0123456789abcdefABCDEF") != 64))
        return qd_fail(e, QDIAG_E_USAGE, NULL, "a SHA-256 digest has 64 hexadecimal digits");
    if (!o->from != !o->to)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "the versions from and to are declared together");
    if (!o->package && (o->sha256 || o->from))
        return qd_fail(e, QDIAG_E_USAGE, NULL, "a digest or versions are given, and no package");
    return 0;
}

int qdiag_preflight(struct qdiag_at *at, struct qdiag_device *dev,
                    const struct qdiag_preflight_options *o, struct qdiag_preflight *pf,
                    struct qdiag_error *e)
{
    struct qd_pf p = {.at = at, .dev = dev, .o = o, .pf = pf};
    struct qdiag_error mine = {0};
    int rc;

    begin(&p);
    rc = check_options(o, &mine);
    if (rc == 0 && !at && !dev)
        rc = qd_fail(&mine, QDIAG_E_USAGE, NULL, "neither an AT port nor a DIAG port is open");
    if (rc == 0) {
        p.ctx = at ? at->ctx : dev->ctx;
        rc = run(&p, &mine);
    }
    qd_doc_free(&p.doc);
    if (rc == 0)
        rc = conclude(&p, &mine);
    else
        snprintf(pf->line, sizeof pf->line, "NO GO: the checks ended early: %s", mine.what);
    pf->exit_code = qdiag_exit_code(&mine);
    if (rc != 0 && e && !e->code)
        *e = mine;
    return rc;
}
