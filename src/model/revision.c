/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Compares firmware revisions: base name, optional region tag, dotted groups. Groups are text, so
 * that "01" is not "1", and a short form matches a longer one on a group boundary only. */
#include "model/revision.h"

#include <string.h>

/* Both sides cut at group boundaries: '_' and '.'. */
static size_t group(const char *s)
{
    return strcspn(s, "_.");
}

/* "…_01.016.00.000": the application half is not up yet. */
static int still_starting(const char *s)
{
    size_t n = strlen(s);
    return n >= 7 && strcmp(s + n - 7, ".00.000") == 0;
}

/* Only digits: what follows the base of a revision; a tag like "JP" is not. */
static int is_number(const char *s, size_t n)
{
    return n > 0 && strspn(s, "0123456789") >= n;
}

/* The rest of a longer form after all groups of the shorter one: numbers may be unseen, a region
 * tag may not. */
static int only_numbers(const char *s)
{
    while (*s) {
        size_t n = group(++s);
        if (!is_number(s, n))
            return 0;
        s += n;
    }
    return 1;
}

enum qd_rev_match qd_revision_compare(const char *a, const char *b)
{
    if (!a || !b || !*a || !*b || still_starting(a) || still_starting(b))
        return QD_REV_UNKNOWN;
    for (;;) {
        size_t n = group(a);
        if (n != group(b) || memcmp(a, b, n) != 0)
            return QD_REV_DIFFERS;
        a += n;
        b += n;
        if (!*a || !*b)
            break;
        if (*a++ != *b++)
            return QD_REV_DIFFERS;
    }
    if (!*a && !*b)
        return QD_REV_MATCH;
    return only_numbers(*a ? a : b) ? QD_REV_NOTE : QD_REV_DIFFERS;
}

const char *qd_rev_match_name(enum qd_rev_match m)
{
    static const char *const names[] = {"unknown", "match", "match-with-note", "differs"};
    return (unsigned)m < 4 ? names[m] : "unknown";
}
