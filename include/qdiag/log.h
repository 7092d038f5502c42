/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Log lines of the library. The library never prints: it calls back. */
#ifndef QDIAG_LOG_H
#define QDIAG_LOG_H

enum qdiag_log_level {
    QDIAG_LOG_ERROR = 0,
    QDIAG_LOG_WARN = 1,
    QDIAG_LOG_INFO = 2,
    QDIAG_LOG_DEBUG = 3,
    QDIAG_LOG_TRACE = 4 /* every frame, identity masked */
};

/* One line of text without a newline; area is a short word such as "diag" or "efs". */
typedef void (*qdiag_log_fn)(enum qdiag_log_level level, const char *area, const char *text,
                             void *user);

#endif
