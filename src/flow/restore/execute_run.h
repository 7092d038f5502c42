/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inside of the executor: one run over a journal, and the parts that share it. */
#ifndef QD_FLOW_RESTORE_EXECUTE_RUN_H
#define QD_FLOW_RESTORE_EXECUTE_RUN_H

#include "flow/restore/execute.h"
#include "flow/unit/observe.h"
#include "service/written.h"

struct qd_run {
    struct qd_journal *journal;
    const struct qd_jview *view;
    const struct qd_plan *plan;
    struct qd_unit *unit;
    struct qd_eye eye;
    struct qd_outcome *out;
    int back;    /* the way back */
    int dirty;   /* written since the last sync */
    int offline; /* 1: sent into offline mode; -1: it would not go */
    int spc_tried;
    struct qdiag_cancel *held; /* the cancel token while an item is in flight */
};

/* execute.c: the only calls of write services in this tree. */
void qd_door_open(struct qd_run *r);
void qd_door_close(struct qd_run *r);
/* Changes a key from what was seen there to what shall be there. As a write service. */
int qd_door_write(struct qd_run *r, const struct qd_key *key, const struct qd_state *from,
                  const struct qd_state *to, struct qd_written *w, struct qdiag_error *e);
/* Takes an NV item away that this journal made: only through its alias, and only when that was seen
 * to hold exactly `made`. NO_SUCH when it was not. */
int qd_door_unmake(struct qd_run *r, const struct qd_key *key, const struct qd_state *made,
                   struct qd_written *w, struct qdiag_error *e);
int qd_door_sync(struct qd_run *r, enum qd_phase phase, struct qdiag_error *e);
int qd_door_offline(struct qd_run *r, struct qdiag_error *e);
int qd_door_reset(struct qd_run *r, struct qdiag_error *e);
/* One attempt with the SPC the caller gives. -LOCKED when there is none or it was tried. */
int qd_door_unlock(struct qd_run *r, struct qdiag_error *e);

/* execute_step.c */
/* One step forth or back: 0 = the run goes on, whatever the step's result is. */
int qd_step_forth(struct qd_run *r, size_t i, struct qdiag_error *e);
int qd_step_back(struct qd_run *r, size_t i, struct qdiag_error *e);
int qd_run_record(struct qd_run *r, struct qd_jrecord rec, struct qdiag_error *e);
int qd_run_result(struct qd_run *r, size_t i, enum qd_result result, int64_t wire,
                  struct qdiag_error *e);

/* execute_end.c: sync, reset, reconnect, and everything read again. */
int qd_run_finish(struct qd_run *r, struct qdiag_error *e);

#endif
