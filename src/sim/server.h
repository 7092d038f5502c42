/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One loop that moves bytes between ports, framing, faults and the modem core, and owns the time.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include <signal.h>
#include <stddef.h>

#include "sim/at.h"
#include "sim/faults.h"
#include "sim/front.h"
#include "sim/latency.h"
#include "sim/link.h"
#include "sim/modem.h"
#include "sim/queue.h"
#include "sim/simlog.h"

enum sim_state { SIM_UP, SIM_AWAY, SIM_GONE };

struct sim_server {
    /* Set by the caller before sim_server_open; not owned. */
    struct sim_port diag, at;
    struct sim_latency latency;
    struct sim_faults *faults;
    struct sim_log *log;
    struct sim_unit *unit;
    struct sim_modem *modem;
    int virtual_clock;
    const volatile sig_atomic_t *stop;

    /* Its own. */
    struct sim_link link;
    struct sim_queue out;
    struct sim_at at_side;
    int at_blocked;               /* the AT client does not read */
    uint64_t alone_us, unread_us; /* real time: no longer waited for the AT client then */
    struct sim_reply reply, at_reply;
    uint8_t req[SIM_LINK_MAX], in[65536];
    uint64_t start_us, virtual_us;
    enum sim_state state;
    uint64_t back_us;     /* SIM_AWAY: until then */
    enum sim_after after; /* to do when what is queued has gone out */
    int blocked;          /* the client does not read */
    int leaving;          /* the client has shut its side; what is due is still written */
    uint64_t leave_us;
    uint64_t rest_us; /* real time of the next sim_port_rest; 0 = none */
    int failed;       /* out of memory */
};

/* Opens the ports. 0, or -1 with a sentence in err. */
int sim_server_open(struct sim_server *s, char *err, size_t cap);

/* Serves until *stop; ppoll waits with the signal mask `waiting`. 0, or -1 with a sentence in err.
 */
int sim_server_run(struct sim_server *s, const sigset_t *waiting, char *err, size_t cap);

/* Closes the ports, writes the verdict. */
void sim_server_close(struct sim_server *s);

#endif
