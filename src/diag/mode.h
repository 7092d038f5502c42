/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Changing what the unit does as a whole: offline, and reset. Callers: flow/restore/execute.c only. Both
 * need qd_diag_allow_writes. */
#ifndef QD_DIAG_MODE_H
#define QD_DIAG_MODE_H

#include "diag/session.h"

#define QD_MODE_SETTLE_MS 2000u /* between offline and reset, or the first write */

/* OFFLINE_D, then a pause of QD_MODE_SETTLE_MS: the unit leaves the network until it is reset.
 * 0; -UNSUPPORTED (error 0x13), -LOCKED (0x42, 0x47), -REFUSED (another error frame): nothing has
 * changed; -TIMEOUT with e->touch unknown; LINK_*. */
int qd_mode_offline(struct qd_diag *d, struct qdiag_error *e);

enum qd_reset_sign {
    QD_RESET_ANSWERED, /* the unit repeated the request */
    QD_RESET_GONE,     /* the link went away instead */
    QD_RESET_SILENT    /* neither: it may or may not have started; opening it again will show */
};

/* RESET. After 0 the session is over whatever *sign says: every later call on it fails, close it
 * and open the unit again. -REFUSED (0x18: some units reset only from offline), -LOCKED,
 * -UNSUPPORTED: the unit said no and the session goes on. */
int qd_mode_reset(struct qd_diag *d, enum qd_reset_sign *sign, struct qdiag_error *e);

#endif
