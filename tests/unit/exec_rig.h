/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The executor in front of the simulated modem's core, in memory and on a virtual clock. Every
 * write that reaches the modem is held against the journal on the disk: the last thing said there
 * must be that this step is being written. */
#ifndef QD_TESTS_EXEC_RIG_H
#define QD_TESTS_EXEC_RIG_H

#include "fake_link.h"
#include "flow/restore/execute.h"
#include "journal_rig.h"
#include "sim_rig.h"

struct exec_rig {
    struct sim_rig sim;
    struct journal_rig plan;
    struct fake_link *link;
    struct qd_unit unit;
    struct qd_outcome out;
    struct qdiag_error e;

    /* Before the modem sees a request: 0 = goes on, 1 = the reply in sim.reply is sent, 2 = lost
     * (no answer), 3 = the link goes. */
    int (*before)(struct exec_rig *x, const uint8_t *req, size_t n);
    /* After it answered: the same, 0 = the reply is sent. */
    int (*behind)(struct exec_rig *x, const uint8_t *req, size_t n);
    unsigned n, arg;                    /* for hooks */
    unsigned requests, writes, changes; /* changes: of NV and EFS, not of mode */
    unsigned unjournaled;               /* of them, those the journal did not announce */
    unsigned resets, reconnects, spc_asked;
    int other_unit; /* same_unit says no from this call on; 0 = never */
    unsigned same_asked;
    unsigned identities; /* how often a proof of an identity was asked for */
    int no_proof;        /* it is not given */
    int no_return;       /* the unit does not come back after a reset */
    int alias_stays;     /* UNLINK of an item's alias is refused; else it takes the item away */
};

void exec_start(struct exec_rig *x, const char *conf); /* a unit and an empty plan */
/* A unit and a plan with a step of every kind: EXEC_STEPS of them, the last is identity. more:
 * lines of unit.conf. */
#define EXEC_STEPS 9
void exec_standard(struct exec_rig *x, const char *more);
struct qd_state exec_long_file(uint8_t fill); /* more than two WRITEs */
void exec_stop(struct exec_rig *x);
void exec_open(struct exec_rig *x);    /* modem and session, after files were put there */
void exec_hang_up(struct exec_rig *x); /* both gone; power: what was not synced as well */

int exec_new(struct exec_rig *x); /* journal from the plan, carried out */
int exec_resume(struct exec_rig *x);
int exec_back(struct exec_rig *x);

/* All of the unit as text: files, contents, modes; without times. free() it. */
char *exec_dump(struct exec_rig *x);

/* An NV item that is not there any more, in memory and in the folder. */
void exec_forget_nv(struct exec_rig *x, unsigned sub, unsigned id);

/* Makes a key of the unit be as s, whatever it was, past the library. */
void exec_force(struct exec_rig *x, const struct qd_key *k, const struct qd_state *s);
/* All keys of the plan hold their state from before (0) or after (1). */
void exec_assert_unit(struct exec_rig *x, int after);

/* Whether a request changes NV or EFS. */
int exec_is_change(const uint8_t *req, size_t n);

#endif
