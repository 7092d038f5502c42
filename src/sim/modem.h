/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The simulated module's core: request payload in, reply payload out, no I/O, no clock of its own. It
 * answers like a modem: unknown command → 13 and the request, wrong length → 15 and the request,
 * never helpful. It shares no codec with libqdiag on purpose: the same mistake made twice cancels
 * out. The front (main, link, faults, latency) owns bytes, frames and time. */
#ifndef SIM_MODEM_H
#define SIM_MODEM_H

#include <stddef.h>
#include <stdint.h>

#define SIM_PAYLOAD_MAX 16384u

struct sim_unit;  /* unit.h: the unit folder in memory, written through to disk */
struct sim_modem;

/* Which knob of --latency a request falls under, and how the log files it. */
enum sim_class { SIM_CLASS_OTHER, SIM_CLASS_NV_READ, SIM_CLASS_NV_WRITE, SIM_CLASS_EFS_READ,
                 SIM_CLASS_EFS_WRITE };

/* What happens to the link after this reply has gone out. */
enum sim_after { SIM_AFTER_NONE, SIM_AFTER_RESET, SIM_AFTER_POWER_OFF, SIM_AFTER_CRASH };

struct sim_reply {
    uint8_t p[SIM_PAYLOAD_MAX];
    size_t len;            /* 0 = the unit stays silent */
    enum sim_class cls;
    enum sim_after after;
    int is_write;          /* the request changed, or would have changed, the unit */
    char note[256];        /* for the log: "nv read 550 sub 0: active", "efs open /nv/x: fd 0", … */
};

struct sim_modem *sim_modem_new(struct sim_unit *u); /* borrows u */
void sim_modem_free(struct sim_modem **m);

/* One decoded request, 1..16384 bytes. */
void sim_modem_request(struct sim_modem *m, const uint8_t *req, size_t n, struct sim_reply *r);

/* The time the modem believes in, for delays such as "sync done after"; the front calls it. */
void sim_modem_tick(struct sim_modem *m, uint64_t now_us);

/* A reset or power cut as the unit sees it: handles, mode and SPC state go. `power_cut` drops what was
 * written since the last sync or close. */
void sim_modem_restart(struct sim_modem *m, int power_cut);

/* Counters for the verdict at exit. */
struct sim_counts {
    uint64_t requests, writes;
    unsigned open_files, open_dirs;
};
struct sim_counts sim_modem_counts(const struct sim_modem *m);

#endif
