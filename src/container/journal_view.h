/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a journal says: its records applied one after the other. The same rules hold for a record
 * that is read and for one that is going to be appended. Pure. */
#ifndef QD_CONTAINER_JOURNAL_VIEW_H
#define QD_CONTAINER_JOURNAL_VIEW_H

#include "container/journal_record.h"

struct qd_jstep {
    int has_before; /* `before` is what was there before the first write */
    uint32_t open;  /* number of the record that began a write whose end is not told; 0 = none */
    int touched;    /* the unit may hold something else than before because of this journal */
    int settled;    /* verified on the way forth, and not written since */
    enum qd_result result; /* of the way forth; NONE = no result yet */
    enum qd_result undone; /* of the way back */
    int64_t wire;          /* of the last result */
    struct qd_state before;
};

struct qd_jview {
    struct qd_jheader header; /* owned */
    struct qd_jstep *step;    /* header.plan->n of them */
    uint32_t records;
    size_t bytes; /* of the file that count; a torn tail stands behind them */
    int torn;
    int unreset; /* something was written since the last reset */
    int resets, verified, back, ended;
    uint32_t verified_steps;
    int code; /* exit code of the last run that ended; -1 = none did */
};

/* Reads a whole file. -QDIAG_E_FILE_DAMAGED, -QDIAG_E_FILE_UNKNOWN (not a journal),
 * -QDIAG_E_NO_MEMORY. A file that holds no whole header is damaged: nothing was written to a unit
 * on its account. */
int qd_jview_read(struct qd_jview *v, const uint8_t *p, size_t n, const char *name,
                  struct qdiag_error *e);
void qd_jview_clear(struct qd_jview *v);

/* Takes one record; what it owns passes to the view. -QDIAG_E_FILE_DAMAGED when it cannot stand
 * here. */
int qd_jview_apply(struct qd_jview *v, struct qd_jrecord *r, const char *name,
                   struct qdiag_error *e);

/* The step whose write was begun and not finished, the newest after several stops; -1 = none. */
long qd_jview_open_step(const struct qd_jview *v);
/* Whether the unit may hold something else than before because of this journal. */
int qd_jview_touched(const struct qd_jview *v);
size_t qd_jview_count(const struct qd_jview *v, enum qd_result r);

#endif
