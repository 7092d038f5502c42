/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How a change to a unit came out: counts, every step, and the error with the right exit code. */
#ifndef QD_FLOW_RESTORE_OUTCOME_H
#define QD_FLOW_RESTORE_OUTCOME_H

#include "container/journal_view.h"

struct qd_step_outcome {
    enum qd_result result; /* NONE: not reached, or not to be written */
    int64_t wire;          /* NV status, EFS errno, minus a DIAG error byte; -1 = none */
    char why[96]; /* "NV status 7 (read only)", "EFS errno 28 (ENOSPC)"; "" = nothing to say */
};

struct qd_outcome {
    const struct qd_plan *plan;   /* borrowed from the journal */
    struct qd_step_outcome *step; /* one per step of the plan */
    size_t count[QD_RESULTS];     /* of the steps to be written */
    size_t to_write, keep, skip;  /* by decision */
    int back;                     /* 1: these are the results of the way back */
    int verified;                 /* every written step was read back equal after the reset */
    size_t unverified;            /* written, but changing by itself: not read again */
    long open_step;               /* whose state nobody knows; -1 = none */
    enum qdiag_touch touch;
    int exit_code; /* of the run; as qdiag_exit_code of the error */
};

/* What a journal says, without a unit. -QDIAG_E_NO_MEMORY. */
int qd_outcome_of(const struct qd_jview *v, struct qd_outcome *o, struct qdiag_error *e);
/* The same into an outcome that is there already; the texts stay. */
void qd_outcome_take(const struct qd_jview *v, struct qd_outcome *o);
void qd_outcome_free(struct qd_outcome *o);

#endif
