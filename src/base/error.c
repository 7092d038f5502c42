/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Errors of the library: codes, exit codes and texts come from one table. Never overwrites an error
 * that is already recorded. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct err_row {
    int code;
    const char *name;
    int exit_code;
    enum qdiag_who who;
    const char *what, *hint;
};

static const struct err_row rows[] = {
#define QD_ERR(number, id, name, exit_code, who, what, hint)                                       \
    {number, name, exit_code, who, what, hint},
#include "base/errtab.def"
#undef QD_ERR
};

/* The public enum and the table must agree; a mismatch does not compile. */
#define QD_ERR(number, id, name, exit_code, who, what, hint)                                       \
    _Static_assert(QDIAG_E_##id == (number), "errtab.def differs from error.h: " #id);
#include "base/errtab.def"
#undef QD_ERR

static const struct err_row *find(int code)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].code == code)
            return &rows[i];
    return NULL;
}

__attribute__((format(printf, 5, 0))) static void fill(struct qdiag_error *e, enum qdiag_code code,
                                                       int64_t wire, const char *item,
                                                       const char *fmt, va_list ap)
{
    if (!e || e->code)
        return;
    const struct err_row *row = find(code);
    enum qdiag_touch touch = e->touch;
    memset(e, 0, sizeof *e);
    e->code = code;
    e->touch = touch;
    e->who = row ? row->who : QDIAG_WHO_US;
    e->wire = wire;
    qd_copy_text(e->what, sizeof e->what, row ? row->what : "failed");
    qd_copy_text(e->hint, sizeof e->hint, row ? row->hint : "");
    if (item)
        qd_copy_text(e->item, sizeof e->item, item);
    vsnprintf(e->why, sizeof e->why, fmt, ap);
}

int qd_fail(struct qdiag_error *e, enum qdiag_code code, const char *item, const char *why_fmt, ...)
{
    va_list ap;
    va_start(ap, why_fmt);
    fill(e, code, -1, item, why_fmt, ap);
    va_end(ap);
    return -(int)code;
}

int qd_fail_wire(struct qdiag_error *e, enum qdiag_code code, int64_t wire, const char *item,
                 const char *why_fmt, ...)
{
    va_list ap;
    if (wire == ENOMEM && (code == QDIAG_E_LOCAL_FILE || code == QDIAG_E_OPEN_FAILED))
        code = QDIAG_E_NO_MEMORY; /* the system's word; the file or port is not at fault */
    va_start(ap, why_fmt);
    fill(e, code, wire, item, why_fmt, ap);
    va_end(ap);
    return -(int)code;
}

void qd_hint(struct qdiag_error *e, const char *fmt, ...)
{
    if (!e)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->hint, sizeof e->hint, fmt, ap);
    va_end(ap);
}

void qd_what(struct qdiag_error *e, const char *fmt, ...)
{
    if (!e)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->what, sizeof e->what, fmt, ap);
    va_end(ap);
}

int qd_nomem(struct qdiag_error *e)
{
    return qd_fail(e, QDIAG_E_NO_MEMORY, NULL, "%s", "");
}

void qd_error_clear(struct qdiag_error *e)
{
    if (!e)
        return;
    enum qdiag_touch touch = e->touch;
    memset(e, 0, sizeof *e);
    e->touch = touch;
}

const char *qd_code_what(int code)
{
    const struct err_row *row = find(code < 0 ? -code : code);
    return row ? row->what : "failed";
}

const char *qdiag_code_name(int code)
{
    const struct err_row *row = find(code);
    return code == QDIAG_OK ? "ok" : row ? row->name : "unknown_code";
}

int qdiag_exit_code(const struct qdiag_error *e)
{
    if (!e || e->code == 0)
        return 0;
    const struct err_row *row = find(e->code);
    return row ? row->exit_code : 70;
}

const char *qdiag_touch_name(enum qdiag_touch touch)
{
    switch (touch) {
    case QDIAG_UNTOUCHED:
        return "untouched";
    case QDIAG_CHANGED:
        return "changed";
    default:
        return "unknown";
    }
}

const char *qdiag_who_name(enum qdiag_who who)
{
    static const char *const names[] = {"us", "link", "unit", "file", "os", "user"};
    return (size_t)who < sizeof names / sizeof names[0] ? names[who] : "us";
}

int qd_ends_session(int rc)
{
    switch (-rc) {
    case QDIAG_E_LINK_GONE:
    case QDIAG_E_LINK_SILENT:
    case QDIAG_E_LINK_IO:
    case QDIAG_E_CANCELLED:
    case QDIAG_E_NO_MEMORY:
    case QDIAG_E_BUG:
        return 1;
    default:
        return 0;
    }
}

int qd_ends_run(int rc)
{
    return rc == -QDIAG_E_LOCAL_FILE || qd_ends_session(rc);
}
