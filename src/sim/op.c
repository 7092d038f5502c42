/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Names for requests, for the log and the faults. It must never decide how a request is answered:
 * the modem core has its own dispatch. */
#include "sim/op.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

#define CMD_SUBSYS 0x4b
#define EFS_MAIN   0x13
#define EFS_ALT    0x3e

static const struct sim_op ops[] = {
#define SIM_OP(name, cmd, sub, code, cls, writes) {name, cmd, sub, code, cls, writes},
#include "sim/ops.def"
#undef SIM_OP
};

uint8_t sim_op_efs(const uint8_t *req, size_t n)
{
    if (n < 4 || req[0] != CMD_SUBSYS || (req[1] != EFS_MAIN && req[1] != EFS_ALT))
        return 0;
    return req[1];
}

static int op_matches(const struct sim_op *op, const uint8_t *req, size_t n)
{
    if (n < 1 || req[0] != op->cmd)
        return 0;
    if (op->sub < 0)
        return 1;
    if (n < 4 || qd_get16(req + 2) != op->code)
        return 0;
    return req[1] == op->sub || (op->sub == EFS_MAIN && req[1] == EFS_ALT);
}

const struct sim_op *sim_op_of(const uint8_t *req, size_t n)
{
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (op_matches(&ops[i], req, n))
            return &ops[i];
    return NULL;
}

const struct sim_op *sim_op_named(const char *name)
{
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (strcmp(ops[i].name, name) == 0)
            return &ops[i];
    return NULL;
}

int sim_op_is(const uint8_t *req, size_t n, const char *name)
{
    const struct sim_op *op = sim_op_of(req, n);

    return op && strcmp(op->name, name) == 0;
}

void sim_op_name(const uint8_t *req, size_t n, char out[SIM_OP_NAME_MAX])
{
    const struct sim_op *op = sim_op_of(req, n);

    if (op)
        snprintf(out, SIM_OP_NAME_MAX, "%s", op->name);
    else if (n >= 4 && req[0] == CMD_SUBSYS)
        snprintf(out, SIM_OP_NAME_MAX, "x4b-%02x-%04x", req[1], qd_get16(req + 2));
    else
        snprintf(out, SIM_OP_NAME_MAX, "x%02x", n ? req[0] : 0);
}
