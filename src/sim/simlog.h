/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The simulator's log (docs/formats/sim-log.md): every request, every reply, every write, and a
 * verdict at the end. Tests read it. */
#ifndef SIM_SIMLOG_H
#define SIM_SIMLOG_H

#include <stddef.h>
#include <stdint.h>

#include "sim/modem.h"

struct sim_log;

/* path NULL: nothing is written, only counted. NULL with a sentence in err when it cannot be made.
 */
struct sim_log *sim_log_open(const char *path, char *err, size_t cap);

/* 0, or -1 when a line could not be written: the log is then not complete. */
int sim_log_close(struct sim_log **l);

/* A request; returns its number, from 1. */
uint64_t sim_log_request(struct sim_log *l, uint64_t us, const uint8_t *req, size_t n);
/* path: of the open file that a WRITE goes to. */
void sim_log_write(struct sim_log *l, uint64_t us, const uint8_t *req, size_t n, const char *path,
                   const char *note);
void sim_log_note(struct sim_log *l, uint64_t us, const char *note);
void sim_log_faults(struct sim_log *l, uint64_t us, const char *names);
void sim_log_reply(struct sim_log *l, uint64_t us, const uint8_t *p, size_t n);
void sim_log_bad(struct sim_log *l, uint64_t us, const char *why, const uint8_t *p, size_t n);
void sim_log_link(struct sim_log *l, uint64_t us, const char *what);
void sim_log_at(struct sim_log *l, uint64_t us, char dir, const uint8_t *p, size_t n);
/* An AT command; one that changes the unit is a write too. */
void sim_log_at_command(struct sim_log *l, uint64_t us, const char *text, int writes);
void sim_log_bytes(struct sim_log *l, uint64_t in, uint64_t out);

/* The last lines: counts per command and what the module still holds open. */
void sim_log_verdict(struct sim_log *l, uint64_t us, struct sim_counts end);

#endif
