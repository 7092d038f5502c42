/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Watching an upgrade over the loss of its port: the state machine with a real port and clock. */
#ifndef QD_FLOW_UPGRADE_UPGRADE_RUN_H
#define QD_FLOW_UPGRADE_UPGRADE_RUN_H

#include "flow/upgrade/upgrade_state.h"
#include "flow/upgrade/upgrade_watch.h"

struct qd_run {
    struct qdiag_at *at;
    const struct qdiag_fota_options *o;
    struct qdiag_fota_report *r;
    struct qd_watch w;
    struct qd_run_state state; /* saved to o->state at every change, when that is set */
    int ours;                  /* this program sent the command */
    int foreign;               /* another kind of upgrade was heard */
    int other_unit;            /* the unit that answers is another one */
    int unsaved;               /* the state file cannot be written any more; said once */
    uint64_t until;            /* of the last reading of the version, ms; 0 = not begun */
    enum qdiag_fota_state told;
    int told_percent;
    unsigned told_attempts;
};

/* family NULL: not known yet. The port's unsolicited lines go to the machine from here on. */
void qd_run_begin(struct qd_run *run, const struct qd_fota_family *family);

/* One event of the machine, told on and saved. */
void qd_run_event(struct qd_run *run, enum qd_watch_kind kind);

/* Until there is an outcome. 0, or -CANCELLED, -UNSUPPORTED (foreign), -NOT_SAME_UNIT. Whatever the
 * port does is an event and no error. */
int qd_run_watch(struct qd_run *run, struct qdiag_error *e);

void qd_run_end(struct qd_run *run);

/* Says and saves a state that the machine does not know of (done, failed). */
void qd_run_say(struct qd_run *run, enum qdiag_fota_state s, const char *line);

/* The command that joins this upgrade again. */
void qd_run_watch_command(const struct qd_run *run, const char *device, char *out, size_t cap);

#endif
