/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The public API in front of the simulator's core and its faults, all in memory and on a virtual
 * clock: qd_link_open is wrapped at link time. One rig at a time. */
#ifndef QD_TESTS_RESTORE_RIG_H
#define QD_TESTS_RESTORE_RIG_H

#include <qdiag/qdiag.h>

#include "base/context.h"
#include "sim/faults.h"
#include "sim/modem.h"
#include "sim/unit.h"

struct restore_rig {
    char root[64];     /* temporary; everything below goes with it */
    char unit_dir[96]; /* the unit that is plugged in */
    char file[96], safety[96], journal[96];
    struct qdiag_context *ctx;
    struct qdiag_device *dev;
    struct qdiag_plan *plan;
    struct qdiag_restore_report *report;
    struct qdiag_error e;

    struct sim_unit *unit;
    struct sim_modem *modem;
    unsigned changes; /* requests that change NV or EFS */
    unsigned reached; /* of them, those a fault did not refuse before the unit saw them */
    unsigned resets;
    unsigned unjournaled; /* changes made while the journal announced none */
};

void rr_start(struct restore_rig *r, const char *bundled); /* unpacks it and takes a backup */
void rr_stop(struct restore_rig *r);

/* A shell command in the unit's folder, while it is not plugged in. */
void rr_damage(struct restore_rig *r, const char *command);
void rr_plug(struct restore_rig *r, const char *faults); /* "" = none */
void rr_unplug(struct restore_rig *r);

int rr_plan(struct restore_rig *r, const struct qdiag_plan_options *o);
/* Carries r->plan out. confirm: the digits. */
int rr_restore(struct restore_rig *r, const char *confirm);
int rr_go_on(struct restore_rig *r, int back);

/* The plugged-out unit against another folder: "" when equal, else what diff prints. free() it. */
char *rr_compare(struct restore_rig *r, const char *folder);

#endif
