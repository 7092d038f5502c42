/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Upgrade packages (DFOTA deltas): what a file is, and whether it is for a unit's firmware.
 *
 * No version stands in such a file in a documented place. The evidence is its name, what the
 * operator declares, and what contradicts; "cannot tell" is an answer of its own and never a match.
 * Forms and sources: docs/formats/dfota.md. */
#ifndef QDIAG_PACKAGE_H
#define QDIAG_PACKAGE_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/context.h>
#include <qdiag/error.h>
#include <qdiag/export.h>
#include <qdiag/ufs.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QDIAG_VERSION_CAP 128 /* bytes of a firmware version, with its NUL */

enum qdiag_package_kind {
    QDIAG_PACKAGE_OPAQUE = 0, /* no zip; nothing is known of its inside */
    QDIAG_PACKAGE_ZIP,        /* a sound zip that does not say what it is */
    QDIAG_PACKAGE_DELTA,      /* a sound zip with the inside of an incremental package */
    QDIAG_PACKAGE_NOT_DELTA   /* something else: kind_text names it */
};

struct qdiag_package {
    char name[256]; /* last part of the path */
    uint64_t size;
    char sha256[65];
    enum qdiag_package_kind kind;
    char kind_text[160]; /* a sentence: "a full flash package (rawprogram0.xml in it)" */
    size_t entries;      /* of a zip */
    /* By the file's name; "" = no evidence. to_other: the second reading of a name that ends in
     * _Vnn; "" = none. */
    char from[QDIAG_VERSION_CAP], to[QDIAG_VERSION_CAP], to_other[QDIAG_VERSION_CAP];
    /* Texts inside that look like versions: hints that can contradict and never prove. */
    char hint_from[QDIAG_VERSION_CAP], hint_to[QDIAG_VERSION_CAP];
};

/* Looks a package over: what it is, whether it is sound, and what its name says.
 *
 * @param c     the context (cancel, progress, log).
 * @param path  the file, at most 1 GiB.
 * @param p     filled.
 * @param e     set on failure.
 * Time: reads the file once or twice. Unit: none. Owner: borrows all.
 * Returns: 0, also for what is no delta; -QDIAG_E_FILE_DAMAGED (a zip that breaks a rule: names the
 *          entry and the rule; name, size and sha256 are filled), -QDIAG_E_LOCAL_FILE (also when it
 *          changes meanwhile), -QDIAG_E_CANCELLED, -QDIAG_E_NO_MEMORY.
 * Source: docs/formats/dfota.md. */
QDIAG_API int qdiag_package_inspect(struct qdiag_context *c, const char *path,
                                    struct qdiag_package *p, struct qdiag_error *e);

/* Compares a package with the SHA-256 that its maker tells. Pure.
 *
 * @param p       the package.
 * @param sha256  64 hex digits.
 * @param e       set on failure.
 * Time: none. Unit: none. Owner: borrows all.
 * Returns: 0, -QDIAG_E_USAGE (not 64 hex digits), -QDIAG_E_FILE_DAMAGED (another one). */
QDIAG_API int qdiag_package_expect(const struct qdiag_package *p, const char *sha256,
                                   struct qdiag_error *e);

/* What a unit says of its firmware. */
struct qdiag_versions {
    char model[64], family[16];
    char base[QDIAG_VERSION_CAP]; /* ATI, "Revision:" */
    char full[QDIAG_VERSION_CAP]; /* AT+QGMR: this one decides; "" = not told */
    char sub[32];                 /* AT+CSUB, "V05"; "" = not told */
    int ready; /* 0: full ends in .00.000, the application half has not started: no version */
};

/* Reads them, again and again while the application half has not started.
 *
 * @param at      the AT port.
 * @param wait_s  how long to wait for it, seconds; 0 = 20.
 * @param v       filled.
 * @param e       set on failure.
 * Time: a few commands, and wait_s. Unit: reads only. Owner: borrows at.
 * Returns: 0 (also when not ready), -QDIAG_E_TIMEOUT, -QDIAG_E_UNKNOWN (reset meanwhile),
 *          -QDIAG_E_PROTOCOL, -QDIAG_E_LINK_*, -QDIAG_E_CANCELLED, -QDIAG_E_NO_MEMORY.
 * Source: docs/formats/dfota.md. */
QDIAG_API int qdiag_versions_read(struct qdiag_at *at, unsigned wait_s, struct qdiag_versions *v,
                                  struct qdiag_error *e);

enum qdiag_verdict {
    QDIAG_MATCH = 0,     /* the only go */
    QDIAG_MISMATCH,      /* for another source version */
    QDIAG_ALREADY,       /* the unit has the target version */
    QDIAG_WRONG_PROJECT, /* for another module or hardware */
    QDIAG_WEAK,          /* fits as far as it is known, and that is not far enough */
    QDIAG_NO_EVIDENCE,   /* cannot tell: "UNKNOWN" */
    QDIAG_NOT_A_DELTA
};

struct qdiag_match {
    enum qdiag_verdict verdict;
    char from[QDIAG_VERSION_CAP], to[QDIAG_VERSION_CAP]; /* as judged; "" = not known */
    int declared;                                        /* 1: from and to came from the operator */
    int downgrade;  /* 1: the target is older by its own name */
    char why[256];  /* a sentence */
    char next[256]; /* what to do; "" = nothing */
};

/* Judges a package against a unit's versions. Pure.
 *
 * @param p     the package.
 * @param v     the unit's versions.
 * @param from  declared source version, full; NULL = not declared.
 * @param to    declared target version; both or none.
 * @param m     filled.
 * @param e     set on failure.
 * Time: none. Unit: none. Owner: borrows all.
 * Returns: 0; -QDIAG_E_USAGE (only one declared, or outside the grammar of versions).
 * Source: docs/formats/dfota.md. */
QDIAG_API int qdiag_package_match(const struct qdiag_package *p, const struct qdiag_versions *v,
                                  const char *from, const char *to, struct qdiag_match *m,
                                  struct qdiag_error *e);

/* The verdict as a result, for programs that stop at what is no go.
 *
 * @param m  a match as qdiag_package_match left it.
 * @param e  set on failure: why and next of the match.
 * Time: none. Unit: none. Owner: borrows all.
 * Returns: 0 (MATCH), -QDIAG_E_DIFFERENT (MISMATCH, ALREADY), -QDIAG_E_POLICY (WRONG-PROJECT),
 *          -QDIAG_E_UNKNOWN (WEAK, UNKNOWN), -QDIAG_E_FILE_UNKNOWN (NOT-A-DELTA). */
QDIAG_API int qdiag_match_result(const struct qdiag_match *m, struct qdiag_error *e);

/* "MATCH", "MISMATCH", "ALREADY", "WRONG-PROJECT", "WEAK", "UNKNOWN", "NOT-A-DELTA".
 *
 * @param v  the verdict.
 * Time: none. Unit: none. Owner: a constant. Returns: the name, never NULL. */
QDIAG_API const char *qdiag_verdict_name(enum qdiag_verdict v);

#ifdef __cplusplus
}
#endif
#endif
