/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Names for requests (ops.def). */
#ifndef SIM_OP_H
#define SIM_OP_H

#include <stddef.h>
#include <stdint.h>

#include "sim/modem.h"

struct sim_op {
    const char *name;
    uint8_t cmd;
    int16_t sub; /* -1: a plain command */
    uint16_t code;
    enum sim_class cls;
    int writes;
};

/* The entry a request belongs to, or NULL. */
const struct sim_op *sim_op_of(const uint8_t *req, size_t n);
const struct sim_op *sim_op_named(const char *name);

/* Whether the request is the one called `name`. */
int sim_op_is(const uint8_t *req, size_t n, const char *name);

/* The subsystem of an EFS request, 0x13 or 0x3e; 0 for any other request. */
uint8_t sim_op_efs(const uint8_t *req, size_t n);

/* The name; for a request without one "x55", or "x4b-04-0102" (subsystem, command). */
#define SIM_OP_NAME_MAX 24
void sim_op_name(const uint8_t *req, size_t n, char out[SIM_OP_NAME_MAX]);

#endif
