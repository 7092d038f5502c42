/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Raising errors inside the library. The first error wins: a struct that already holds one is left
 * as it is, so that clean-up code cannot hide the cause. */
#ifndef QD_BASE_ERROR_H
#define QD_BASE_ERROR_H

#include <qdiag/error.h>

/* Records an error and returns its negative code; e may be NULL. `item` may be NULL. */
int qd_fail(struct qdiag_error *e, enum qdiag_code code, const char *item, const char *why_fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* As qd_fail, with the number that came over the wire or from the OS (stored in e->wire). */
int qd_fail_wire(struct qdiag_error *e, enum qdiag_code code, int64_t wire, const char *item,
                 const char *why_fmt, ...) __attribute__((format(printf, 5, 6)));

/* Replaces the default hint of the error just raised. */
void qd_hint(struct qdiag_error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Replaces the table's one-line text ("what") of the error just raised. */
void qd_what(struct qdiag_error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* 1: after this (negative) result nothing more can be asked of the unit, or the fault is ours. */
int qd_ends_session(int rc);

/* Whether it ends the run: the session, or a file of ours that cannot be written (a capture). */
int qd_ends_run(int rc);

/* Out of memory, in one short call: return qd_nomem(e); */
int qd_nomem(struct qdiag_error *e);

/* Forgets the error, for a caller that has dealt with it. */
void qd_error_clear(struct qdiag_error *e);

/* One-line text of a code ("the link to the unit is gone"). */
const char *qd_code_what(int code);

#endif
