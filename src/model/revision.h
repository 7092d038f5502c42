/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Firmware revisions compared group by group, as text. Pure. Source: docs/formats/guard.md. */
#ifndef QD_MODEL_REVISION_H
#define QD_MODEL_REVISION_H

enum qd_rev_match {
    QD_REV_UNKNOWN, /* one side is not known, or the unit is still starting */
    QD_REV_MATCH,
    QD_REV_NOTE, /* equal as far as the shorter one goes */
    QD_REV_DIFFERS
};

/* NULL and "" are not known. */
enum qd_rev_match qd_revision_compare(const char *a, const char *b);
const char *qd_rev_match_name(enum qd_rev_match m); /* "unknown", "match", "match-with-note"… */

#endif
