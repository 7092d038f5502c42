/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Log lines to the program's callback. Never prints. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

int qd_log_wants(const struct qdiag_context *c, enum qdiag_log_level level)
{
    return c && c->log && level <= c->log_level;
}

void qd_log(const struct qdiag_context *c, enum qdiag_log_level level, const char *area,
            const char *fmt, ...)
{
    if (!qd_log_wants(c, level))
        return;
    char raw[1024], shown[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(raw, sizeof raw, fmt, ap);
    va_end(ap);
    qd_mask_digits(shown, sizeof shown, raw);
    c->log(level, area, shown, c->log_user);
}
