/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What shows that an identity in a journal is the unit's own: a plan made anew from the backup. */
#ifndef QD_FLOW_PLAN_PROOF_H
#define QD_FLOW_PLAN_PROOF_H

#include "container/journal_view.h"
#include "flow/plan/planned.h"

/* Before a stopped run goes on. When the journal still has identity to write, o->backup is read,
 * the guard is asked again with the unit as it is now, and *proof is what it allows; else *proof
 * stays NULL. Reads the unit only. 0; -QDIAG_E_POLICY (no backup was named, another one, or it says
 * something else than the journal), and as qdiag_plan_make. */
int qd_proof_make(struct qdiag_device *dev, const struct qd_jview *v,
                  const struct qdiag_restore_options *o, struct qdiag_plan **proof,
                  struct qdiag_error *e);

/* 0 when proof, a plan of this process behind an allowing guard, has these bytes at this key. NULL
 * proves nothing. Else -QDIAG_E_POLICY. */
int qd_proof_of(const struct qdiag_plan *proof, const struct qd_step *s, struct qdiag_error *e);

#endif
