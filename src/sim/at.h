/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A small AT responder: enough for a tool that asks who the module is. */
#ifndef SIM_AT_H
#define SIM_AT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sim/modem.h"
#include "sim/unit.h"

struct sim_at {
    struct sim_unit *unit;
    struct sim_modem *modem;
    struct sim_reply *scratch; /* room for the DIAG requests it makes; the caller's */
    int echo_off;
    char line[512];
    size_t len;
    int too_long;
};

/* Bytes from the client; what it is to see is appended to out. 0, or -1 out of memory. */
int sim_at_feed(struct sim_at *a, const uint8_t *p, size_t n, struct qd_buf *out);

/* After a reset: echo on, no half line. */
void sim_at_restart(struct sim_at *a);

#endif
