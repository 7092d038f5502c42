/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The command line of qdiag-sim. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "sim/front.h"
#include "sim/latency.h"

enum sim_action {
    SIM_RUN,
    SIM_UNPACK,
    SIM_LIST_UNITS,
    SIM_HELP_FAULTS,
    SIM_HELP,
    SIM_VERSION,
};

struct sim_options {
    enum sim_action action;
    const char *unit, *keep, *unpack, *log; /* NULL = not given */
    struct sim_port diag, at;               /* kind NONE = not given */
    struct sim_latency latency;
    int virtual_clock;
    uint64_t seed;
    const char **fault; /* the texts of --fault, in order */
    size_t faults, faults_cap;
};

/* 0, or -1 with a sentence in err. Strings point into argv. */
int sim_options_parse(struct sim_options *o, int argc, char **argv, char *err, size_t cap);
void sim_options_free(struct sim_options *o);

extern const char sim_usage[];

#endif
