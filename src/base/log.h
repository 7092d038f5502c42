/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_BASE_LOG_H
#define QD_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/context.h"

/* Formats a line only when somebody listens at that level. Digit runs of 14 and more are masked. */
void qd_log(const struct qdiag_context *c, enum qdiag_log_level level, const char *area,
            const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Whether a line at this level would be seen: for callers that must prepare the text. */
int qd_log_wants(const struct qdiag_context *c, enum qdiag_log_level level);

#endif
