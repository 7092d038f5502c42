/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Shared by the files of the simulated AT side only. */
#ifndef SIM_AT_INT_H
#define SIM_AT_INT_H

#include "sim/at.h"
#include "sim/faults_int.h"
#include "sim/unit_store.h"

/* What a command came to. Above 0: a +CME ERROR of that number. */
enum { SIM_AT_OK = 0, SIM_AT_ERROR = -1, SIM_AT_NOTHING = -2, SIM_AT_NO_MEMORY = -3 };

/* A command: name with its leading '+', and what stands behind: "", "?", "=?" or "=…". */
typedef int (*sim_at_handler)(struct sim_at *a, const char *rest);
struct sim_at_entry {
    const char *name;
    int writes; /* to be found in the log as a write */
    sim_at_handler run;
};

extern const struct sim_at_entry sim_at_commands[]; /* ends with a NULL name */

int sim_at_line(struct sim_at *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Queues bytes behind what is said already. 0 or -1. */
int sim_at_send(struct sim_at *a, const void *p, size_t n);

/* An unsolicited line. 0 or -1. */
int sim_at_urc(struct sim_at *a, const char *text);

/* The result line. */
int sim_at_result(struct sim_at *a, int result);

/* A fault with this id whose first argument, if it takes one, begins the command; or NULL. */
struct sim_fault *sim_at_fault(struct sim_at *a, enum sim_fault_id id, const char *command);
void sim_at_fired(struct sim_at *a, enum sim_fault_id id);

/* The unit restarts without the line going away. */
int sim_at_reset_now(struct sim_at *a);

/* at_spoil.c: faults that touch more than one command */
int sim_at_cut(struct sim_at *a, const char *command);
int sim_at_noise(struct sim_at *a);
struct sim_fault *sim_at_powercut(struct sim_at *a, const char *command);
int sim_at_lose_power(struct sim_at *a);
/* When data mode ends without more bytes: by its time-out, or by an escape. */
uint64_t sim_at_data_due(const struct sim_at *a);

/* at_ufs.c */
int sim_at_qprtpara(struct sim_at *a, const char *rest);
/* at_file.c */
int sim_at_upload(struct sim_at *a, const char *rest);
int sim_at_download(struct sim_at *a, const char *rest);
int sim_at_list(struct sim_at *a, const char *rest);
int sim_at_space(struct sim_at *a, const char *rest);
int sim_at_delete(struct sim_at *a, const char *rest);
int sim_at_data(struct sim_at *a, const uint8_t *p, size_t n, size_t *used);
int sim_at_data_over(struct sim_at *a); /* the time-out of data mode */
/* at_fota.c */
int sim_at_qfotadl(struct sim_at *a, const char *rest);
int sim_at_qcfgext(struct sim_at *a, const char *rest);
int sim_at_qfotapid(struct sim_at *a, const char *rest);
/* at_net.c */
int sim_at_signal(struct sim_at *a, const char *rest);
int sim_at_cereg(struct sim_at *a, const char *rest);
int sim_at_cgreg(struct sim_at *a, const char *rest);
int sim_at_c5greg(struct sim_at *a, const char *rest);
int sim_at_operator(struct sim_at *a, const char *rest);
int sim_at_supply(struct sim_at *a, const char *rest);
/* at_version.c */
void sim_at_base(struct sim_at *a, char out[SIM_VERSION_CAP]);
int sim_at_full_version(struct sim_at *a, const char *rest);
int sim_at_sub_edition(struct sim_at *a, const char *rest);
/* at_info.c */
int sim_at_info(struct sim_at *a, const char *rest);

#endif
