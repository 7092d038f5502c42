/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The service programming code (SPC): one attempt, typed or stored by the user, never a default. A
 * count of wrong codes shuts some units down for good or for a while, so a session sends one
 * request of this kind in its whole life, whatever became of it. The digits go into no log, no
 * error text and no capture. Callers: flow/restore/execute.c only. Needs qd_diag_allow_writes. */
#ifndef QD_DIAG_UNLOCK_H
#define QD_DIAG_UNLOCK_H

#include "diag/session.h"

#define QD_SPC_DIGITS 6u

/* 0: the unit took it. Nothing was sent: -USAGE (not six digits), -POLICY (this session has tried).
 * -LOCKED: wrong, with the warning about the lock-out as hint. -UNSUPPORTED (0x13), -REFUSED
 * (another error frame or answer). -TIMEOUT with e->touch unknown: the attempt may have counted.
 * LINK_*. */
int qd_unlock_spc(struct qd_diag *d, const char *spc, struct qdiag_error *e);

#endif
