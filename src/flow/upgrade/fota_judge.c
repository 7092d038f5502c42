/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One answer about an upgrade. Pure. Success needs version, identity and calibration known and
 * right; damage wins over everything, for it is what has to be mended. */
#include "flow/upgrade/fota_verify.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/version.h"

static int damaged(const struct qd_fota_facts *f, char why[200])
{
    int rose = f->restores_before != QD_RESTORES_UNKNOWN &&
               f->restores_after != QD_RESTORES_UNKNOWN && f->restores_after > f->restores_before;

    if (f->identity == 0 || f->calibration == 0) {
        snprintf(why, 200, "%s%s%s from the backup", f->identity == 0 ? "identity" : "",
                 f->identity == 0 && f->calibration == 0 ? " and calibration differ"
                 : f->identity == 0                      ? " differs"
                                                         : "",
                 f->identity != 0 ? "calibration differs" : "");
        return 1;
    }
    if (rose)
        snprintf(
            why, 200,
            "the module went back to its stored file system: restores counted %u before, %u now",
            f->restores_before, f->restores_after);
    return rose;
}

/* What had to be known and is not; NULL = nothing. */
static const char *doubt(const struct qd_fota_facts *f)
{
    if (f->identity < 0 && f->calibration < 0)
        return "neither identity nor calibration could be compared with the backup";
    if (f->identity < 0)
        return "the identity could not be compared with the backup";
    if (f->calibration < 0)
        return "the calibration could not be compared with the backup";
    if (f->restores_before != QD_RESTORES_UNKNOWN && f->restores_after == QD_RESTORES_UNKNOWN)
        return "the unit no longer tells its count of restores";
    if (f->restores_before != QD_RESTORES_UNKNOWN && f->restores_after < f->restores_before)
        return "the module counts fewer restores than before: its count was begun anew, so that "
               "nobody knows whether it went back to its stored file system";
    return NULL;
}

/* The better of the two readings of the target. */
static enum qd_version_fit fit(const struct qd_fota_facts *f)
{
    enum qd_version_fit a = qd_version_fit(f->version, f->target, NULL), b = QD_VERSION_OTHER;

    if (f->other && f->other[0])
        b = qd_version_fit(f->version, f->other, NULL);
    if (a == QD_VERSION_EQUAL || b == QD_VERSION_EQUAL)
        return QD_VERSION_EQUAL;
    return a == QD_VERSION_PART || b == QD_VERSION_PART ? QD_VERSION_PART : QD_VERSION_OTHER;
}

int qd_fota_judge(const struct qd_fota_facts *f, int *is_target, char why[200])
{
    why[0] = '\0';
    enum qd_version_fit how = f->ready && f->target[0] ? fit(f) : QD_VERSION_PART;
    *is_target = how == QD_VERSION_PART ? -1 : how == QD_VERSION_EQUAL;
    if (damaged(f, why))
        return QDIAG_E_FOTA_DIFFERS;
    if (!f->ready) {
        qd_copy_text(why, 200, "the unit tells no version");
        return QDIAG_E_FOTA_UNKNOWN;
    }
    if (f->target[0] && how == QD_VERSION_PART) {
        snprintf(why, 200, "%.70s is the target %.70s only as far as the shorter goes", f->version,
                 f->target);
        return QDIAG_E_FOTA_UNKNOWN;
    }
    if ((*is_target == 0 || !f->target[0]) && f->source[0] && strcmp(f->version, f->source) == 0) {
        snprintf(why, 200, "not upgraded: it has %.120s still", f->version);
        return QDIAG_E_FOTA_FAILED;
    }
    if (*is_target == 0) {
        snprintf(why, 200, "unexpected version %.80s, not %.80s", f->version, f->target);
        return QDIAG_E_FOTA_UNKNOWN;
    }
    const char *open = f->target[0] ? doubt(f) : "no target version was named to compare with";
    if (!open)
        return 0;
    qd_copy_text(why, 200, open);
    return QDIAG_E_FOTA_UNKNOWN;
}
