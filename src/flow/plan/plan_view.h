/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The unit as a planner sees it: what is at a key, by snapshot and by later looks. */
#ifndef QD_FLOW_PLAN_PLAN_VIEW_H
#define QD_FLOW_PLAN_PLAN_VIEW_H

#include "flow/plan/plan.h"

struct qd_seen { /* one EFS path of the snapshot; exactly one of file and missing is set */
    char *path;
    uint8_t fs;
    const struct qd_file *file;
    const struct qd_missing *missing;
};

struct qd_view {
    const struct qd_plan_in *in;
    struct qd_seen *v; /* by subsystem and path */
    size_t n;
};

int qd_view_open(struct qd_view *v, const struct qd_plan_in *in, struct qdiag_error *e);
void qd_view_close(struct qd_view *v);

/* What is there; data is borrowed. UNKNOWN: nobody looked, or it could not be read. */
struct qd_state qd_view_state(const struct qd_view *v, const struct qd_key *k);

/* Subsystem of a file of the backup: its own, else that where the unit has it, else the first. 0 =
 * the unit has none that fits. */
uint8_t qd_view_subsystem(const struct qd_view *v, const char *path, uint8_t fs);

/* Length of the folder part of path up to its next '/' behind at, 0 = no more: walks "/a/b/c" as
 * "/a", "/a/b". */
size_t qd_next_parent(const char *path, size_t at);

#endif
