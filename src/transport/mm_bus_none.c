/* SPDX-License-Identifier: BSD-3-Clause
 *
 * In the place of mm_bus.c in a build without D-Bus: says when ModemManager runs that it cannot be
 * spoken to, does nothing else. */
#include "base/log.h"
#include "transport/holder.h"
#include "transport/mm_bus.h"

struct qd_mm *qd_mm_inhibit(struct qdiag_context *ctx, const char *device, int *at_it)
{
    (void)device;
    *at_it = qd_find_program("ModemManager") != 0;
    if (*at_it)
        qd_log(ctx, QDIAG_LOG_WARN, "mm",
               "ModemManager runs, and this build of qdiag has no D-Bus to ask it to leave the "
               "unit alone. If the run is disturbed, stop it for the time: systemctl stop "
               "ModemManager");
    return NULL;
}

void qd_mm_release(struct qd_mm *m)
{
    (void)m;
}
