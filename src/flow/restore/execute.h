/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The one door through which a unit is written to. Carries out the plan of a journal, or takes it
 * back. Every write: look (the unit must be as the plan saw it), journal, write, read back,
 * journal. Then sync, reset, a check that it is still the same unit, and everything read again. */
#ifndef QD_FLOW_RESTORE_EXECUTE_H
#define QD_FLOW_RESTORE_EXECUTE_H

#include "diag/session.h"
#include "flow/restore/journal.h"
#include "flow/restore/outcome.h"

#define QD_UNIT_OFFLINE 1u /* offline mode before the first write */
#define QD_UNIT_RESET   2u /* sync, reset and second read-back after the last one */

/* The unit behind the door. The callbacks are the caller's; what they need is in user. */
struct qd_unit {
    struct qd_diag *diag; /* the session; NULL after a reconnect that failed */
    unsigned flags;       /* QD_UNIT_* */
    /* After a reset: closes *diag, waits for the same unit, opens it. On failure *diag is NULL. */
    int (*reconnect)(void *user, struct qd_diag **diag, struct qdiag_error *e);
    /* 0 when the unit is the one the journal is about. Called before the first write and after the
     * reset. -QDIAG_E_NOT_SAME_UNIT stops. */
    int (*same_unit)(void *user, struct qd_diag *diag, struct qdiag_error *e);
    /* Six digits, asked for at most once and only when the unit says that it is locked; sent once.
     * NULL, or NULL returned: no SPC was given. */
    const char *(*spc)(void *user);
    /* Asked before an identity is written: 0 when these bytes stand in a backup that the guard has
     * held against this unit. A journal is no proof, since anybody can make one. NULL: refused. */
    int (*may_identify)(void *user, const struct qd_step *s, struct qdiag_error *e);
    void *user;
};

/* Carries out what the journal still holds: a new one from its start, one that was stopped from
 * there. Returns 0 only when every step was written and read back equal, before and after the
 * reset. Otherwise, and o is filled as well: nothing was written, the unit is as before: the code
 * of the cause (CANCELLED, LOCKED, REFUSED, NOT_SAME_UNIT, DIFFERENT: the unit is not as the plan
 * saw it, LINK_*, LOCAL_FILE …) PARTLY             stopped or refused in part; what was written is
 * known READBACK_DIFFERS   the unit accepted a write and holds something else, at once or after the
 * reset ITEM_UNKNOWN       the link went during a write; e->item names the step A journal on its
 * way back, or one carried out and verified, is refused with -QDIAG_E_POLICY. */
int qd_execute(struct qd_journal *j, struct qd_unit *u, struct qd_outcome *o,
               struct qdiag_error *e);

/* Takes back what the journal says was written, in reverse, and verifies it. Identity that was put
 * back stays. Never returns 0 when something was to be taken back: ROLLED_BACK (all of it, read
 * back equal), PARTLY (all but identity), ROLLBACK_FAILED (with the list), ITEM_UNKNOWN. 0: nothing
 * had been written. */
int qd_rollback(struct qd_journal *j, struct qd_unit *u, struct qd_outcome *o,
                struct qdiag_error *e);

#endif
