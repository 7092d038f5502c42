/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is known of each command of cmd.def. */
#ifndef QD_DIAG_CMD_H
#define QD_DIAG_CMD_H

#include "diag/session.h"
#include "frame/hdlc.h"

struct qd_cmd_echo {
    uint8_t req, reply, len;
};

struct qd_cmd_rule {
    const char *name;
    uint8_t code, sub, any_sub;
    uint16_t op;
    uint8_t head, repeat;
    uint16_t min;
    uint8_t zero_at, writes;
    struct qd_cmd_echo echo[3];
};

const struct qd_cmd_rule *qd_cmd_rule(enum qd_cmd cmd);

/* Whether these bytes are a request of that command: the allow-list of what a session may send. */
int qd_cmd_allows(enum qd_cmd cmd, const uint8_t *req, size_t n);

/* Name of the command a request belongs to, for logs; "?" when it is none. */
const char *qd_cmd_name(enum qd_cmd cmd);

#endif
