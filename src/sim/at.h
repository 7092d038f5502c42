/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The AT side of the simulated module: a command line in, lines out, at the time they are due. It
 * stands before the same unit as the DIAG side. Unknown commands are ERROR, never help. */
#ifndef SIM_AT_H
#define SIM_AT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sim/faults.h"
#include "sim/fota.h"
#include "sim/modem.h"
#include "sim/queue.h"
#include "sim/simlog.h"
#include "sim/unit.h"

struct sim_at {
    /* The caller's. */
    struct sim_unit *unit;
    struct sim_modem *modem;
    struct sim_reply *scratch; /* room for the DIAG requests it makes */
    struct sim_faults *faults;
    struct sim_log *log;
    struct sim_queue out; /* bytes for the client */

    /* Its own. */
    int echo_off, numeric, cmee;
    char line[1024];
    size_t len;
    int too_long;
    uint64_t now_us, free_us; /* free_us: busy with an earlier command until then */
    uint64_t boot_us;
    int booted; /* the start has not been told to a client */
    int rdy_told, app_told;
    int dead;             /* nothing is said any more */
    enum sim_after after; /* to do when what is queued has gone out */
    struct qd_buf say;    /* the answer being made */
    /* data mode */
    int uploading;
    char name[96];
    uint64_t size, idle_us, last_us;
    struct qd_buf data;
    int ack;
    uint32_t acked, plus;
    struct sim_fota fota;
    uint64_t ready_us; /* the application half has started; 0: nobody has asked */
    /* what faults count */
    unsigned resets, answers;
    int junk_told;
};

/* Bytes from the client. 0, or -1 out of memory. */
int sim_at_feed(struct sim_at *a, const uint8_t *p, size_t n, uint64_t now_us);

/* Time goes by: an upload that stands still ends, a start goes on. 0 or -1. */
int sim_at_tick(struct sim_at *a, uint64_t now_us);
uint64_t sim_at_due(const struct sim_at *a); /* when sim_at_tick has something to do */

/* A client has come: what a start says, and what faults leave lying about. 0 or -1. */
int sim_at_connect(struct sim_at *a, uint64_t now_us);

/* After the first start, a reset or a power cut: settings as by default. */
void sim_at_restart(struct sim_at *a, uint64_t now_us);

/* A client has gone: half lines are forgotten. */
void sim_at_hangup(struct sim_at *a);
void sim_at_free(struct sim_at *a);

#endif
