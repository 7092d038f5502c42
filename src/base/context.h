/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The inside of qdiag_context: handed down to every layer that logs, waits or may be cancelled. */
#ifndef QD_BASE_CONTEXT_H
#define QD_BASE_CONTEXT_H

#include <qdiag/context.h>

#include "base/clock.h"

#define QD_DEFAULT_TIMEOUT_MS 3000u

struct qd_mm_hold;

struct qdiag_context {
    qdiag_log_fn log;
    void *log_user;
    enum qdiag_log_level log_level;
    qdiag_progress_fn progress;
    void *progress_user;
    struct qdiag_cancel *cancel;
    const struct qd_clock *clock; /* qd_clock_real unless a test sets another */
    unsigned timeout_ms;          /* of one request */
    char *capture_path;
    int capture_keep_identity;
    char *bus; /* address of the system bus; NULL = the usual one, "" = none */
    struct qd_mm_hold *mm_holds; /* units that ModemManager was asked for, transport's */
    char *names_path; /* names of items; NULL = the installed file */
};

void qd_progress(const struct qdiag_context *c, const char *phase, uint64_t done, uint64_t total,
                 const char *item);

#endif
