/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads the command line into a struct; the only place that knows the options' names. It must never
 * open or change anything. */
#include "sim/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

const char sim_usage[] =
    "usage: qdiag-sim --unit DIR|NAME --diag PORT [--at PORT] [option ...]\n"
    "       qdiag-sim --unit NAME --unpack DIR\n"
    "       qdiag-sim --list-units | --help-faults | --help | --version\n"
    "\n"
    "A simulated module. PORT is pty:PATH (PATH becomes a link to a terminal),\n"
    "unix:PATH or tcp:PORT (127.0.0.1 only; 0 = any free port). When it listens, it\n"
    "prints its ports and then the line \"ready\". It stops on SIGTERM or SIGINT.\n"
    "\n"
    "  --unit DIR|NAME   unit folder, or the name of a bundled unit\n"
    "  --keep DIR        keep the folder of a bundled unit in DIR, and go on with it\n"
    "                    when it is there already (else a temporary one is used)\n"
    "  --unpack DIR      write the folder of a bundled unit to DIR and stop\n"
    "  --diag PORT       where DIAG is served\n"
    "  --at PORT         where AT commands are served\n"
    "  --fault F[,F...]  a fault, NAME or NAME=ARG:ARG; may be given more than once\n"
    "  --seed N          for everything that is left to chance (0)\n"
    "  --latency K=T,..  service, link, nv, nvwrite, efs, efswrite, jitter; 200us, 1ms\n"
    "  --clock real|virtual   virtual: no delay is slept, time jumps\n"
    "  --log FILE        log of every request, reply and write\n"
    "  --list-units      names of the bundled units\n"
    "  --help-faults     all faults with their arguments\n";

enum {
    O_UNIT = 256,
    O_KEEP,
    O_UNPACK,
    O_DIAG,
    O_AT,
    O_FAULT,
    O_SEED,
    O_LATENCY,
    O_CLOCK,
    O_LOG,
    O_LIST,
    O_HELP_FAULTS,
    O_HELP,
    O_VERSION
};

static const struct option longs[] = {
    {"unit", required_argument, NULL, O_UNIT},
    {"keep", required_argument, NULL, O_KEEP},
    {"unpack", required_argument, NULL, O_UNPACK},
    {"diag", required_argument, NULL, O_DIAG},
    {"at", required_argument, NULL, O_AT},
    {"fault", required_argument, NULL, O_FAULT},
    {"seed", required_argument, NULL, O_SEED},
    {"latency", required_argument, NULL, O_LATENCY},
    {"clock", required_argument, NULL, O_CLOCK},
    {"log", required_argument, NULL, O_LOG},
    {"list-units", no_argument, NULL, O_LIST},
    {"help-faults", no_argument, NULL, O_HELP_FAULTS},
    {"help", no_argument, NULL, O_HELP},
    {"version", no_argument, NULL, O_VERSION},
    {NULL, 0, NULL, 0},
};

static int add_fault(struct sim_options *o, const char *text, char *err, size_t cap)
{
    const char **v = qd_grow(o->fault, o->faults, &o->faults_cap, sizeof *v);

    if (!v) {
        snprintf(err, cap, "out of memory");
        return -1;
    }
    o->fault = v;
    v[o->faults++] = text;
    return 0;
}

static int parse_seed(struct sim_options *o, const char *text, char *err, size_t cap)
{
    char *end;

    errno = 0;
    o->seed = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && !errno)
        return 0;
    snprintf(err, cap, "--seed: \"%s\" is no number", text);
    return -1;
}

static int parse_clock(struct sim_options *o, const char *text, char *err, size_t cap)
{
    o->virtual_clock = strcmp(text, "virtual") == 0;
    if (o->virtual_clock || strcmp(text, "real") == 0)
        return 0;
    snprintf(err, cap, "--clock: \"%s\" is neither real nor virtual", text);
    return -1;
}

static int take(struct sim_options *o, int opt, const char *text, char *err, size_t cap)
{
    switch (opt) {
    case O_UNIT:
        o->unit = text;
        return 0;
    case O_KEEP:
        o->keep = text;
        return 0;
    case O_UNPACK:
        o->unpack = text;
        o->action = SIM_UNPACK;
        return 0;
    case O_LOG:
        o->log = text;
        return 0;
    case O_DIAG:
        return sim_port_parse(&o->diag, text, err, cap);
    case O_AT:
        return sim_port_parse(&o->at, text, err, cap);
    case O_FAULT:
        return add_fault(o, text, err, cap);
    case O_SEED:
        return parse_seed(o, text, err, cap);
    case O_LATENCY:
        return sim_latency_parse(&o->latency, text, err, cap);
    case O_CLOCK:
        return parse_clock(o, text, err, cap);
    case O_LIST:
        o->action = SIM_LIST_UNITS;
        return 0;
    case O_HELP_FAULTS:
        o->action = SIM_HELP_FAULTS;
        return 0;
    case O_HELP:
        o->action = SIM_HELP;
        return 0;
    default:
        o->action = SIM_VERSION;
        return 0;
    }
}

static int complain(char *err, size_t cap, const char *what)
{
    snprintf(err, cap, "%s", what);
    return -1;
}

/* What must and what cannot be given together. */
static int check(const struct sim_options *o, char *err, size_t cap)
{
    if (o->action != SIM_RUN && o->action != SIM_UNPACK)
        return 0;
    if (!o->unit)
        return complain(err, cap, "--unit is missing");
    if (o->keep && o->unpack)
        return complain(err, cap, "--keep and --unpack do not go together");
    if (o->action == SIM_RUN && o->diag.kind == SIM_PORT_NONE && o->at.kind == SIM_PORT_NONE)
        return complain(err, cap, "no port: give --diag or --at");
    return 0;
}

int sim_options_parse(struct sim_options *o, int argc, char **argv, char *err, size_t cap)
{
    int opt;

    memset(o, 0, sizeof *o);
    opterr = 0;
    while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
        if (opt == '?' || opt == ':') {
            snprintf(err, cap, opt == ':' ? "%s needs a value" : "unknown option %s",
                     argv[optind - 1]);
            return -1;
        }
        if (take(o, opt, optarg, err, cap))
            return -1;
    }
    if (optind < argc) {
        snprintf(err, cap, "unexpected \"%s\"", argv[optind]);
        return -1;
    }
    return check(o, err, cap);
}

void sim_options_free(struct sim_options *o)
{
    free(o->fault);
    o->fault = NULL;
}
