/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag-sim: puts the parts together, says "ready", waits for a signal, cleans up. It must never
 * leave a link, a socket or a temporary folder behind when it is asked to stop. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/text.h"
#include "sim/options.h"
#include "sim/scratch.h"
#include "sim/server.h"
#include "sim/unit.h"

#define EXIT_USAGE 2

struct program {
    struct sim_options o;
    struct sim_faults *faults;
    struct sim_unit *unit;
    struct sim_modem *modem;
    struct sim_log *log;
    struct sim_server *server;
    char scratch[512], dir[600];
    char err[2048];
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
    (void)sig;
    stop = 1;
}

/* Signals are let in only while the loop waits, so that none comes between a look and a wait. */
static int catch_signals(sigset_t *waiting)
{
    struct sigaction act = {.sa_handler = on_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t block;

    sigemptyset(&block);
    sigaddset(&block, SIGTERM);
    sigaddset(&block, SIGINT);
    if (sigprocmask(SIG_BLOCK, &block, waiting) || sigaction(SIGTERM, &act, NULL) ||
        sigaction(SIGINT, &act, NULL) || sigaction(SIGPIPE, &ignore, NULL))
        return -1;
    sigdelset(waiting, SIGTERM);
    sigdelset(waiting, SIGINT);
    return 0;
}

static int fail(const struct program *p)
{
    fprintf(stderr, "qdiag-sim: %s\n", p->err);
    return EXIT_FAILURE;
}

static int usage(const struct program *p)
{
    fprintf(stderr, "qdiag-sim: %s\nqdiag-sim --help lists the options\n", p->err);
    return EXIT_USAGE;
}

static int print_faults(struct program *p)
{
    struct qd_buf out = {0};
    int rc = sim_faults_help(&out);

    if (rc)
        qd_copy_text(p->err, sizeof p->err, "out of memory");
    else
        fputs((const char *)out.p, stdout);
    qd_buf_free(&out);
    return rc ? fail(p) : EXIT_SUCCESS;
}

static int print_units(struct program *p)
{
    char **names = sim_unit_names();

    if (!names) {
        qd_copy_text(p->err, sizeof p->err, "the bundled units cannot be listed");
        return fail(p);
    }
    for (size_t i = 0; names[i]; i++) {
        puts(names[i]);
        free(names[i]);
    }
    free(names);
    return EXIT_SUCCESS;
}

static int is_dir(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int has_unit(const char *dir)
{
    char conf[700];
    struct stat st;

    snprintf(conf, sizeof conf, "%s/unit.conf", dir);
    return stat(conf, &st) == 0;
}

/* The folder to serve from: the one given, the one kept, or a fresh temporary one. */
static int find_folder(struct program *p)
{
    int bundled = !strchr(p->o.unit, '/') && !is_dir(p->o.unit);

    if (!bundled && p->o.keep) {
        snprintf(p->err, sizeof p->err, "--keep is for bundled units; %s is a folder", p->o.unit);
        return -1;
    }
    if (!bundled) {
        qd_copy_text(p->dir, sizeof p->dir, p->o.unit);
        return 0;
    }
    if (p->o.keep) {
        qd_copy_text(p->dir, sizeof p->dir, p->o.keep);
        if (has_unit(p->dir))
            return 0;
    } else {
        if (sim_scratch_make(p->scratch, sizeof p->scratch, p->err, sizeof p->err))
            return -1;
        snprintf(p->dir, sizeof p->dir, "%s/unit", p->scratch);
    }
    return sim_unit_unpack(p->o.unit, p->dir, p->err, sizeof p->err);
}

static int make_faults(struct program *p)
{
    p->faults = sim_faults_new(p->o.seed);
    if (!p->faults) {
        qd_copy_text(p->err, sizeof p->err, "out of memory");
        return -1;
    }
    for (size_t i = 0; i < p->o.faults; i++)
        if (sim_faults_add(p->faults, p->o.fault[i], p->err, sizeof p->err))
            return -1;
    return 0;
}

static int make_parts(struct program *p)
{
    p->log = sim_log_open(p->o.log, p->err, sizeof p->err);
    if (!p->log || find_folder(p) || sim_unit_load(&p->unit, p->dir, p->err, sizeof p->err))
        return -1;
    p->modem = sim_modem_new(p->unit);
    p->server = qd_alloc(1, sizeof *p->server);
    if (!p->modem || !p->server) {
        qd_copy_text(p->err, sizeof p->err, "out of memory");
        return -1;
    }
    p->server->diag = p->o.diag;
    p->server->at = p->o.at;
    if (p->o.diag.kind == SIM_PORT_NONE)
        p->server->diag.fd = p->server->diag.listen_fd = p->server->diag.watch_fd = -1;
    if (p->o.at.kind == SIM_PORT_NONE)
        p->server->at.fd = p->server->at.listen_fd = p->server->at.watch_fd = -1;
    p->server->latency = p->o.latency;
    sim_latency_seed(&p->server->latency, p->o.seed);
    p->server->virtual_clock = p->o.virtual_clock;
    p->server->faults = p->faults;
    p->server->log = p->log;
    p->server->unit = p->unit;
    p->server->modem = p->modem;
    p->server->stop = &stop;
    return 0;
}

static void print_port(const char *what, const struct sim_port *port)
{
    char text[300];

    if (port->kind == SIM_PORT_NONE)
        return;
    sim_port_text(port, text, sizeof text);
    printf("%s %s\n", what, text);
}

static int serve(struct program *p)
{
    struct sim_server *s = p->server;
    sigset_t waiting;
    int rc;

    if (catch_signals(&waiting)) {
        snprintf(p->err, sizeof p->err, "signals: %s", strerror(errno));
        return -1;
    }
    rc = sim_server_open(s, p->err, sizeof p->err);
    if (rc == 0) {
        print_port("diag", &s->diag);
        print_port("at", &s->at);
        puts("ready");
        if (fflush(stdout)) {
            snprintf(p->err, sizeof p->err, "standard output: %s", strerror(errno));
            rc = -1;
        }
    }
    if (rc == 0)
        rc = sim_server_run(s, &waiting, p->err, sizeof p->err);
    sim_server_close(s);
    return rc;
}

/* The unit's last changes, and whether all of it and of the log reached the disk. */
static int settle(struct program *p)
{
    if (sim_unit_commit(p->unit, p->err, sizeof p->err))
        return -1;
    if (*sim_unit_trouble(p->unit)) {
        qd_copy_text(p->err, sizeof p->err, sim_unit_trouble(p->unit));
        return -1;
    }
    if (sim_log_close(&p->log)) {
        snprintf(p->err, sizeof p->err, "%s: the log is not complete", p->o.log);
        return -1;
    }
    return 0;
}

static int run(struct program *p)
{
    int rc;

    if (make_faults(p))
        return usage(p);
    rc = make_parts(p) || serve(p) || settle(p) ? fail(p) : EXIT_SUCCESS;
    free(p->server);
    sim_modem_free(&p->modem);
    sim_unit_free(&p->unit);
    (void)sim_log_close(&p->log); /* after settle() only an error path gets here with one open */
    sim_scratch_remove(p->scratch);
    return rc;
}

static int act(struct program *p)
{
    switch (p->o.action) {
    case SIM_HELP:
        fputs(sim_usage, stdout);
        return EXIT_SUCCESS;
    case SIM_VERSION:
        puts("qdiag-sim " PACKAGE_VERSION);
        return EXIT_SUCCESS;
    case SIM_HELP_FAULTS:
        return print_faults(p);
    case SIM_LIST_UNITS:
        return print_units(p);
    case SIM_UNPACK:
        return sim_unit_unpack(p->o.unit, p->o.unpack, p->err, sizeof p->err) ? fail(p)
                                                                              : EXIT_SUCCESS;
    default:
        return run(p);
    }
}

int main(int argc, char **argv)
{
    static struct program p;
    int rc;

    if (sim_options_parse(&p.o, argc, argv, p.err, sizeof p.err))
        rc = usage(&p);
    else
        rc = act(&p);
    if (rc == EXIT_SUCCESS && fflush(stdout)) {
        perror("qdiag-sim: standard output");
        rc = EXIT_FAILURE;
    }
    sim_faults_free(&p.faults);
    sim_options_free(&p.o);
    return rc;
}
