/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Faults of the simulator without its ports: requests in, replies and writes out. */
#ifndef QD_TESTS_SIM_FAULT_RIG_H
#define QD_TESTS_SIM_FAULT_RIG_H

#include "hex_vector.h"
#include "sim/faults.h"

struct rig {
    struct sim_faults *f;
    struct sim_queue q;
    struct sim_reply r;
    uint64_t now;
};

static inline struct rig *rig_new(const char *faults)
{
    struct rig *t = calloc(1, sizeof *t);
    char err[1024] = "";

    assert_non_null(t);
    t->f = sim_faults_new(1);
    assert_non_null(t->f);
    if (sim_faults_add(t->f, faults, err, sizeof err))
        fail_msg("%s", err);
    sim_faults_cut(t->f, &t->q);
    return t;
}

static inline void rig_free(struct rig *t)
{
    sim_queue_clear(&t->q);
    sim_faults_free(&t->f);
    free(t);
}

#endif
