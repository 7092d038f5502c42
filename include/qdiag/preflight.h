/* SPDX-License-Identifier: BSD-3-Clause
 *
 * May this unit be upgraded with this package now? Reads only; every check has its own answer, and
 * one that could not be made is never a pass. */
#ifndef QDIAG_PREFLIGHT_H
#define QDIAG_PREFLIGHT_H

#include <stddef.h>

#include <qdiag/device.h>
#include <qdiag/error.h>
#include <qdiag/export.h>
#include <qdiag/package.h>
#include <qdiag/ufs.h>

#ifdef __cplusplus
extern "C" {
#endif

enum qdiag_check_result {
    QDIAG_PASS = 0,
    QDIAG_FAIL,
    QDIAG_CANNOT_TELL, /* "UNKNOWN": needed, and could not be made */
    QDIAG_SKIPPED      /* not needed here; why says so */
};

struct qdiag_check {
    const char *name;  /* stable: "unit", "identity", "backup", … (src/flow/upgrade/preflight.def) */
    const char *title; /* what must hold: "both ports are one unit's" */
    unsigned step;     /* of docs/formats/preflight.md */
    enum qdiag_check_result result;
    int code;         /* QDIAG_E_… behind a FAIL or UNKNOWN; 0 else */
    char detail[256]; /* a sentence; nothing in it identifies */
};

#define QDIAG_CHECKS_MAX 40

struct qdiag_preflight_options {
    const char *package; /* local file; NULL: none, then no verdict about it and no go for a run */
    const char *from, *to; /* declared versions, both or none */
    const char *sha256;    /* expected, 64 hex digits; NULL = not given */
    const char *source;    /* argument of the upgrade: URL or path in the unit; NULL = not given */
    const char *backup;    /* DIAG backup of this unit, with its manifest; needed */
    unsigned max_age_h;    /* of backup and of the inner backups, hours; 0 = 24 */
    int power;             /* 1: the operator says that power is safe */
    int without_ufs;       /* 1: the unit's inner backup is not needed (a family that has none) */
};

struct qdiag_preflight {
    struct qdiag_check check[QDIAG_CHECKS_MAX];
    size_t checks;
    int go;         /* 1: every needed check passed */
    int exit_code;  /* 0, 4, 5, 11, 14, … */
    char line[256]; /* the verdict in one line */
    struct qdiag_versions versions;
    struct qdiag_package package;
    struct qdiag_match match; /* of no use without a package */
    struct qdiag_ufs_status ufs;
    char backup_sha256[65]; /* of the DIAG backup that was looked at; "" = none */
};

/* Makes all checks, in their order; goes on after a failure where later checks still say something.
 *
 * @param at   the unit's AT port; NULL: what needs it is UNKNOWN.
 * @param dev  the unit's DIAG port; NULL: likewise.
 * @param o    what to check.
 * @param pf   filled, also on failure as far as it went.
 * @param e    set on failure, and when it is no go (first FAIL, else first UNKNOWN).
 * Time: some seconds. Unit: reads only. Owner: borrows all.
 * Returns: 0 (go); -QDIAG_E_NOT_SAME_UNIT, -QDIAG_E_POLICY, -QDIAG_E_DIFFERENT (not ready),
 *          -QDIAG_E_UNSUPPORTED, -QDIAG_E_UNKNOWN (a needed check could not be made),
 *          -QDIAG_E_USAGE, -QDIAG_E_FILE_*, -QDIAG_E_LOCAL_FILE, -QDIAG_E_CANCELLED,
 *          -QDIAG_E_LINK_*, -QDIAG_E_NO_MEMORY. */
QDIAG_API int qdiag_preflight(struct qdiag_at *at, struct qdiag_device *dev,
                              const struct qdiag_preflight_options *o, struct qdiag_preflight *pf,
                              struct qdiag_error *e);

/* "PASS", "FAIL", "UNKNOWN", "SKIPPED".
 *
 * @param r  the result.
 * Time: none. Unit: none. Owner: a constant. Returns: the name, never NULL. */
QDIAG_API const char *qdiag_check_name(enum qdiag_check_result r);

#ifdef __cplusplus
}
#endif
#endif
