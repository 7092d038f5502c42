/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A unit folder in a temporary directory and a simulated modem on it, for tests at payload level.
 */
#ifndef SIM_RIG_H
#define SIM_RIG_H

#include <stddef.h>
#include <stdint.h>

#include "sim/modem.h"
#include "sim/unit.h"

struct sim_rig {
    char dir[64];
    struct sim_unit *unit;
    struct sim_modem *modem;
    struct sim_reply reply;
    char err[4096];
};

/* An empty unit folder with this unit.conf. */
void sim_rig_init(struct sim_rig *r, const char *conf);
/* A file of the folder; folders on the way are made. */
void sim_rig_bytes(struct sim_rig *r, const char *path, const void *p, size_t n);
void sim_rig_text(struct sim_rig *r, const char *path, const char *text);
/* Loads it and starts the modem; must work. */
void sim_rig_start(struct sim_rig *r);
/* Loads it, which must fail; the sentence is in err. */
void sim_rig_start_fails(struct sim_rig *r);
/* Frees modem and unit, as an orderly stop does. */
void sim_rig_stop(struct sim_rig *r);
/* Stops and removes the folder. */
void sim_rig_end(struct sim_rig *r);

/* Sends a request in vector notation: hex bytes, `xx*n` for n of them, 'text' for its bytes. */
void sim_rig_send(struct sim_rig *r, const char *request);
void sim_rig_send_bytes(struct sim_rig *r, const uint8_t *p, size_t n);
/* Sends, and compares the whole reply. */
void sim_rig_expect(struct sim_rig *r, const char *request, const char *reply);
/* A little-endian integer of the last reply. */
uint32_t sim_rig_u32(const struct sim_rig *r, size_t at);
/* Vector notation to bytes. */
size_t sim_rig_vector(const char *text, uint8_t *out, size_t cap);
/* A file of the folder as bytes, -1 when it is not there. */
long sim_rig_file(struct sim_rig *r, const char *path, uint8_t *out, size_t cap);
int sim_rig_contains(struct sim_rig *r, const char *path, const char *text);

#endif
