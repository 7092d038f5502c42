/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Making written data durable, as far as the unit can tell. Some units never say "done", some do
 * not know the request, some answer 306 to a second one: none of that is a failure of the writes,
 * and none of it is a proof. The proof is the read-back after the reset. */
#ifndef QD_SERVICE_SYNC_H
#define QD_SERVICE_SYNC_H

#include "service/efs.h"

#define QD_SYNC_POLL_MS 100u /* between two questions */
#define QD_SYNC_LIMIT_MS                                                                           \
    30000u /* after which a unit that never says "done" is believed to be silent */
#define QD_SYNC_PAUSE_MS 5000u /* waited where the unit cannot sync, or did not answer */

enum qd_synced {
    QD_SYNC_DONE,           /* the unit said so */
    QD_SYNC_UNTOLD,         /* taken, but never told done within QD_SYNC_LIMIT_MS */
    QD_SYNC_NOT_APPLICABLE, /* errno 306; paused */
    QD_SYNC_UNSUPPORTED,    /* error 0x13; paused */
    QD_SYNC_REFUSED,        /* any other answer; paused */
    QD_SYNC_UNANSWERED      /* no answer; paused */
};

struct qd_sync {
    enum qd_synced how;
    int32_t wire;       /* errno that decided, or 0 */
    uint8_t bad;        /* DIAG error byte, or 0 */
    unsigned polls;     /* status questions asked */
    unsigned waited_ms; /* pauses through the context's clock */
    char reason[96];    /* "" when DONE */
};

/* Syncs "/" of one file system: SYNC_NO_WAIT, then SYNC_GET_STATUS until the unit says done. 0 with
 * *s filled; negative only when the session cannot go on. A stop by the user does not cut it short.
 * Callers: flow/restore/execute.c only. Needs qd_diag_allow_writes. */
int qd_sync(struct qd_efs *fs, struct qd_sync *s, struct qdiag_error *e);

const char *qd_synced_name(enum qd_synced how);

#endif
