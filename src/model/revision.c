/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Compares the firmware of a backup with a unit's. Groups are text, so that "01" is not "1", and a
 * short form matches a longer one on a group boundary only. */
#include "model/revision.h"

#include <string.h>

#include "base/version.h"

/* The rest of a longer form: number groups may be unseen, a region tag such as "JP" may not. */
static int only_numbers(const char *s)
{
    while (*s) {
        size_t n = strcspn(++s, "_.");

        if (n == 0 || strspn(s, "0123456789") < n)
            return 0;
        s += n;
    }
    return 1;
}

enum qd_rev_match qd_revision_compare(const char *a, const char *b)
{
    const char *rest;

    if (!a || !b || !*a || !*b || qd_version_starting(a) || qd_version_starting(b))
        return QD_REV_UNKNOWN;
    switch (qd_version_fit(a, b, &rest)) {
    case QD_VERSION_EQUAL:
        return QD_REV_MATCH;
    case QD_VERSION_PART:
        return only_numbers(rest) ? QD_REV_NOTE : QD_REV_DIFFERS;
    default:
        return QD_REV_DIFFERS;
    }
}

const char *qd_rev_match_name(enum qd_rev_match m)
{
    static const char *const names[] = {"unknown", "match", "match-with-note", "differs"};
    return (unsigned)m < 4 ? names[m] : "unknown";
}
