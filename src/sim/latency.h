/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The latency model: a module serves one request at a time (service time, serial) behind a link
 * that delays but does not block (link time, overlapping). One knob for both would make pipelining
 * look better than it is. */
#ifndef SIM_LATENCY_H
#define SIM_LATENCY_H

#include <stddef.h>
#include <stdint.h>

#include "sim/modem.h"

struct sim_latency {
    uint64_t service_us[5]; /* by enum sim_class */
    uint64_t link_us;       /* round trip */
    uint64_t jitter_us;     /* up to so much is added to the service time */
    uint64_t free_at_us;    /* when the module has finished the last request */
    uint64_t rng;
};

/* "service=200us,link=1ms,nv=…,nvwrite=…,efs=…,efswrite=…,jitter=…"; s, ms, us, no unit = us.
 * 0, or -1 with a sentence in err. */
int sim_latency_parse(struct sim_latency *l, const char *text, char *err, size_t cap);

void sim_latency_seed(struct sim_latency *l, uint64_t seed);

/* A request sent by the client at now_us: the time its reply becomes visible to the client. */
uint64_t sim_latency_admit(struct sim_latency *l, enum sim_class cls, uint64_t now_us);

/* After a reset: nothing is being served. */
void sim_latency_restart(struct sim_latency *l);

#endif
