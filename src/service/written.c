/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What became of a write, as words. Data only. */
#include "service/written.h"

#include <stddef.h>

const char *qd_how_name(enum qd_how how)
{
    static const char *const names[] = {
        [QD_HOW_NOT_SENT] = "not_sent",   [QD_HOW_DONE] = "done",
        [QD_HOW_READ_ONLY] = "read_only", [QD_HOW_NO_SUCH] = "no_such",
        [QD_HOW_REFUSED] = "refused",     [QD_HOW_LOCKED] = "locked",
        [QD_HOW_FULL] = "full",           [QD_HOW_BUSY] = "busy",
        [QD_HOW_PART] = "part",           [QD_HOW_UNKNOWN] = "unknown",
    };

    return (size_t)how < sizeof names / sizeof names[0] ? names[how] : "unknown";
}

int qd_how_changed(enum qd_how how)
{
    return how == QD_HOW_DONE || how == QD_HOW_PART || how == QD_HOW_UNKNOWN;
}
