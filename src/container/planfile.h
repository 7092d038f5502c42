/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A plan as a file, schema qdiag.plan/1 (docs/formats/plan.md): made by `plan --out`, carried out
 * by `restore --plan`. Deterministic. */
#ifndef QD_CONTAINER_PLANFILE_H
#define QD_CONTAINER_PLANFILE_H

#include "model/plan.h"

#define QD_PLAN_MAX_FILE  (256u << 20)
#define QD_PLAN_MAX_STEPS 100000u
#define QD_PLAN_MAX_DATA  (16u << 20) /* bytes of one state */

/* Text of a plan (final newline); free() it. */
int qd_planfile_write(const struct qd_plan *p, char **json, size_t *len, struct qdiag_error *e);

/* Strict: unknown keys, wrong types, a wrong order, classes or phases other than the rules give,
 * or a step that policy forbids are -QDIAG_E_FILE_DAMAGED or -QDIAG_E_POLICY; the step is named. */
int qd_planfile_read(const uint8_t *p, size_t n, const char *name, struct qd_plan **plan,
                     struct qdiag_error *e);

#endif
