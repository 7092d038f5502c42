/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Compares model and firmware of a backup with those of a unit. This says which classes fit, never
 * whose backup it is: a unit may change its firmware, and two units may share one. */
#include "flow/plan/guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/text.h"

#define CUT_SOFTWARE 31u /* one tool cuts the version text of a QCN here */

static enum qd_relation relate(int known, int same)
{
    return !known ? QD_REL_UNKNOWN : same ? QD_REL_EQUAL : QD_REL_DIFFERENT;
}

static enum qd_relation compare_models(const struct qd_anchors *f, const struct qd_anchors *u)
{
    enum qd_relation r[3] = {
        relate(f->model_number && u->model_number, f->model_number == u->model_number),
        relate(f->model[0] && u->model[0], strcasecmp(f->model, u->model) == 0),
        relate(f->has_card && u->has_card,
               f->card_id == u->card_id && f->card_count == u->card_count),
    };
    enum qd_relation all = QD_REL_UNKNOWN;
    for (unsigned i = 0; i < 3; i++) {
        if (r[i] == QD_REL_DIFFERENT)
            return QD_REL_DIFFERENT;
        if (r[i] == QD_REL_EQUAL && i < 2) /* one card id is used in several models */
            all = QD_REL_EQUAL;
    }
    return all;
}

static enum qd_rev_match compare_text(const char *file, const char *unit)
{
    size_t n = strlen(file);
    if (n == CUT_SOFTWARE && strlen(unit) > n && memcmp(file, unit, n) == 0)
        return QD_REV_NOTE;
    return qd_revision_compare(file, unit);
}

/* The same form of both when there is one, else the longest that each has. */
static void choose_forms(const struct qd_anchors *f, const struct qd_anchors *u,
                         struct qd_firmware *out)
{
    int full = f->firmware_full[0] && u->firmware_full[0];
    int soft = !full && f->software[0] && u->software[0];
    const char *a = full || (!soft && f->firmware_full[0]) ? f->firmware_full : f->software;
    const char *b = full || (!soft && u->firmware_full[0]) ? u->firmware_full : u->software;
    qd_copy_text(out->file, sizeof out->file, a);
    qd_copy_text(out->unit, sizeof out->unit, b);
}

void qd_firmware_judge(const struct qd_anchors *file, const struct qd_anchors *unit,
                       struct qd_firmware *out)
{
    memset(out, 0, sizeof *out);
    out->model = compare_models(file, unit);
    choose_forms(file, unit, out);
    out->revision = compare_text(out->file, out->unit);
    static const char *const texts[] = {
        [QD_REV_UNKNOWN] = "the firmware of one side is not known",
        [QD_REV_MATCH] = "same firmware",
        [QD_REV_NOTE] = "same firmware as far as the shorter form goes",
        [QD_REV_DIFFERS] = "another firmware",
    };
    if (out->model == QD_REL_DIFFERENT)
        qd_copy_text(out->why, sizeof out->why, "another model, or another radio front end");
    else
        qd_copy_text(out->why, sizeof out->why, texts[out->revision]);
}

int qd_firmware_check(const struct qd_firmware *f, int needs_same, int accept,
                      struct qdiag_error *e)
{
    int same = f->revision == QD_REV_MATCH || f->revision == QD_REV_NOTE;
    if (f->model == QD_REL_DIFFERENT) {
        qd_fail(e, QDIAG_E_POLICY, NULL, "%s", f->why);
        qd_what(e, "%s", "refused: the backup is of another model");
        return -QDIAG_E_POLICY;
    }
    if (same || !needs_same || accept)
        return 0;
    qd_fail(e, QDIAG_E_POLICY, NULL, "%s: backup '%.80s', unit '%.80s'", f->why,
            f->file[0] ? f->file : "not known", f->unit[0] ? f->unit : "not known");
    qd_what(e, "%s",
            f->revision == QD_REV_DIFFERS
                ? "refused: the backup is of another firmware"
                : "refused: cannot tell whether the firmware is the same");
    qd_hint(e, "%s",
            "bring the unit to that firmware, choose classes that do not depend on it with "
            "--only, or accept it with --accept-firmware");
    return -QDIAG_E_POLICY;
}
