/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Runs a program on an emulated USB with a simulated module on it:
 *
 *   usb_run --unit FOLDER [--urb N] [--split N] [--no-zlp] [--stall-at N] [--unplug-at N]
 *           [--signal N:SIGNAL] [--bare] [--second] [--seen FILE] -- PROGRAM ARGUMENT…
 *
 * The program knows nothing of it: its libusb speaks to the files of a umockdev testbed. The exit
 * status is the program's. --seen writes what the kernel's side saw, as `name value` lines. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "usb_host.h"

#define BROKEN 99 /* exit status when the rig itself fails */

struct run {
    const char *unit, *seen;
    struct usb_knobs knobs;
    unsigned signal_at;
    int signal, bare, second;
    char **command;
};

static unsigned number(const char *s)
{
    return (unsigned)strtoul(s, NULL, 10);
}

static int parse(struct run *r, int argc, char **argv)
{
    static const struct option options[] = {
        {"unit", 1, NULL, 'u'},   {"urb", 1, NULL, 'b'},      {"split", 1, NULL, 's'},
        {"no-zlp", 0, NULL, 'z'}, {"stall-at", 1, NULL, 'h'}, {"unplug-at", 1, NULL, 'p'},
        {"signal", 1, NULL, 'k'}, {"bare", 0, NULL, 'n'},     {"second", 0, NULL, '2'},
        {"seen", 1, NULL, 'o'},   {NULL, 0, NULL, 0},
    };
    const char *colon;
    int c;

    while ((c = getopt_long(argc, argv, "+", options, NULL)) != -1)
        switch (c) {
        case 'u':
            r->unit = optarg;
            break;
        case 'b':
            r->knobs.urb_bytes = number(optarg);
            break;
        case 's':
            r->knobs.split = (int)number(optarg);
            break;
        case 'z':
            r->knobs.no_zlp = 1;
            break;
        case 'h':
            r->knobs.stall_at = number(optarg);
            break;
        case 'p':
            r->knobs.unplug_at = number(optarg);
            break;
        case 'k':
            r->signal_at = number(optarg);
            colon = strchr(optarg, ':');
            r->signal = colon ? (int)number(colon + 1) : 15;
            break;
        case 'n':
            r->bare = 1;
            break;
        case '2':
            r->second = 1;
            break;
        case 'o':
            r->seen = optarg;
            break;
        default:
            return -1;
        }
    r->command = argv + optind;
    return r->unit && *r->command ? 0 : -1;
}

/* fork and exec at once: the emulation's threads do not live on in a child. */
static pid_t start(char **command)
{
    const char *before = getenv("LD_PRELOAD");
    char preload[1024];
    pid_t pid;

    snprintf(preload, sizeof preload, "%s%slibumockdev-preload.so.0", before ? before : "",
             before ? ":" : "");
    setenv("LD_PRELOAD", preload, 1);
    pid = fork();
    if (pid == 0) {
        execvp(command[0], command);
        fprintf(stderr, "usb_run: %s: %s\n", command[0], strerror(errno));
        _exit(BROKEN);
    }
    return pid;
}

/* Waits for the program; the signal is sent once so many requests have been made. */
static int wait_for(const struct run *r, struct usb_dev *d, pid_t pid)
{
    int status, sent = 0;
    pid_t rc;

    for (;;) {
        rc = waitpid(pid, &status, r->signal_at && !sent ? WNOHANG : 0);
        if (rc < 0 && errno == EINTR)
            continue;
        if (rc < 0)
            return BROKEN;
        if (rc == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (usb_dev_seen(d).out_transfers >= r->signal_at) {
            kill(pid, r->signal);
            sent = 1;
        }
        usleep(500);
    }
}

static int write_seen(const char *path, struct usb_dev *d, const struct usb_sim *sim)
{
    struct usb_seen s = usb_dev_seen(d);
    FILE *f = fopen(path, "w");

    if (!f)
        return -1;
    fprintf(f,
            "out_transfers %u\nsubmits_in %u\npending_in %u\npending_in_max %u\ndiscards %u\n"
            "clear_halts %u\nclaims %u\nreleases %u\ndetaches %u\nattaches %u\nzero_packets %u\n"
            "requests %llu\nwrites %llu\ndriver %s\n",
            s.out_transfers, s.submits_in, s.pending_in, s.pending_in_max, s.discards,
            s.clear_halts, s.claims, s.releases, s.detaches, s.attaches, s.zero_packets,
            (unsigned long long)usb_sim_requests(sim), (unsigned long long)usb_sim_writes(sim),
            usb_dev_driver(d, 0)[0] ? usb_dev_driver(d, 0) : "none");
    return fclose(f);
}

static int serve(const struct run *r, struct usb_host *h, struct usb_sim *sim)
{
    struct usb_profile p = usb_ec25, other = usb_ec25;
    struct usb_dev *d;
    int rc;

    for (int i = 0; r->bare && i < p.faces; i++)
        p.face[i].driver = NULL;
    d = usb_host_plug(h, &p, sim);
    usb_dev_set(d, &r->knobs);
    other.port = 2;
    other.number = 3;
    if (r->second)
        usb_host_plug(h, &other, NULL);
    rc = wait_for(r, d, start(r->command));
    if (r->seen && write_seen(r->seen, d, sim))
        rc = BROKEN;
    return rc;
}

int main(int argc, char **argv)
{
    struct run r = {0};
    struct usb_host *h;
    struct usb_sim *sim;
    int rc;

    if (parse(&r, argc, argv)) {
        fprintf(stderr, "usb_run: wrong usage, see usb_run.c\n");
        return BROKEN;
    }
    prctl(PR_SET_TIMERSLACK, 1UL); /* inherited; the emulation sleeps a little at every ioctl */
    h = usb_host_new();
    if (!h) {
        fprintf(stderr, "usb_run: umockdev does not work here\n");
        return BROKEN;
    }
    sim = usb_sim_new(r.unit);
    rc = sim ? serve(&r, h, sim) : BROKEN;
    usb_host_free(&h);
    usb_sim_free(&sim);
    return rc;
}
