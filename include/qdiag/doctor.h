/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What may keep a unit from being backed up, or is wrong with it, check by check, each with what to do
 * next. */
#ifndef QDIAG_DOCTOR_H
#define QDIAG_DOCTOR_H

#include <stddef.h>

#include <qdiag/device.h>
#include <qdiag/error.h>
#include <qdiag/export.h>

#ifdef __cplusplus
extern "C" {
#endif

enum qdiag_doctor_state {
    QDIAG_DOCTOR_OK = 0,
    QDIAG_DOCTOR_PROBLEM,
    QDIAG_DOCTOR_UNKNOWN, /* could not be found out; never the same as OK */
    QDIAG_DOCTOR_AT_ONLY, /* unknown, and only the unit's AT port can tell */
    QDIAG_DOCTOR_WARNING  /* the unit works, and somebody should know this */
};

struct qdiag_finding {
    const char *name;  /* stable, as in JSON: "permission" */
    const char *title; /* for people: "permission for the port" */
    enum qdiag_doctor_state state;
    char seen[320]; /* what was seen; holds no identity */
    char next[320]; /* what to do, with the command to paste; "" = nothing */
};

struct qdiag_doctor_report {
    struct qdiag_finding *finding;
    size_t count, problems, unknown; /* unknown does not count what only AT can tell */
    size_t warnings;
    char address[128];               /* of the unit looked at; "" = none */
};

/* Name of a state as used in JSON: "ok", "problem", "unknown" or "warning"; "unknown" for AT_ONLY, too.
 *
 * @param state  the state.
 * Time: none. Unit: none. Owner: static text. Returns: never NULL. */
QDIAG_API const char *qdiag_doctor_state_name(enum qdiag_doctor_state state);

/* Looks at the system, the port and, when it can be opened, the unit, through its AT port, too, when
 * one is named or found. What stands in the way is a finding and not an error.
 *
 * @param c        the context.
 * @param address  as for qdiag_device_open; "auto" with several units is refused.
 * @param serial   as for qdiag_device_open.
 * @param at       as the address of qdiag_at_find.
 * @param report   filled; free with qdiag_doctor_report_free.
 * @param e        set on failure.
 * Time: up to about a minute when the unit is starting or silent. Unit: reads only.
 * Owner: the caller owns the report.
 * Returns: 0, -QDIAG_E_USAGE, -QDIAG_E_MANY_UNITS, -QDIAG_E_CANCELLED, -QDIAG_E_NO_MEMORY,
 *          -QDIAG_E_LOCAL_FILE. */
QDIAG_API int qdiag_doctor(struct qdiag_context *c, const char *address, const char *serial,
                           const char *at, struct qdiag_doctor_report *report,
                           struct qdiag_error *e);

/* Writes a report as text, fit for a bug tracker: no serial number, no network address, no run of 14
 * and more digits. The file is mode 0600 and whole or not there.
 *
 * @param report  the report.
 * @param path    the file; one of that name is replaced.
 * @param e       set on failure.
 * Time: milliseconds. Unit: none. Owner: borrows report.
 * Returns: 0, -QDIAG_E_LOCAL_FILE, -QDIAG_E_NO_MEMORY. */
QDIAG_API int qdiag_doctor_save(const struct qdiag_doctor_report *report, const char *path,
                                struct qdiag_error *e);

/* Frees what a report holds.
 *
 * @param report  the report; the struct itself stays the caller's.
 * Time: none. Unit: none. Owner: takes the contents. Returns: nothing. */
QDIAG_API void qdiag_doctor_report_free(struct qdiag_doctor_report *report);

#ifdef __cplusplus
}
#endif
#endif
