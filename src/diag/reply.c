/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Decides whether a frame answers a request: by command, subsystem and every field the unit
 * repeats. It must never take a frame for an answer because nothing better came. */
#include "diag/reply.h"

#include <string.h>

#define MULTI_RADIO      0x98u
#define MULTI_RADIO_HEAD 8u

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

int qd_reply_unwrap(const uint8_t **p, size_t *len)
{
    if (*len <= MULTI_RADIO_HEAD || (*p)[0] != MULTI_RADIO)
        return 0;
    *p += MULTI_RADIO_HEAD;
    *len -= MULTI_RADIO_HEAD;
    return 1;
}

int qd_reply_unsolicited(uint8_t code)
{
    static const uint8_t codes[] = {0x10, 0x1f, 0x60, 0x74, 0x79, 0x7e, 0x92, 0x93, 0x94,
                                    0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0xd9};

    return memchr(codes, code, sizeof codes) != NULL;
}

/* Units copy the request behind the error byte, some only its first bytes: what is there must be
 * equal, and at least 4 bytes (command and item, or the 4B head) or the whole request be there. */
static int refuses(const struct qd_request *rq, const uint8_t *p, size_t len)
{
    size_t echo = smaller(len - 1, rq->n);

    if (!qd_diag_bad_name(p[0]) || echo < smaller(4, rq->n))
        return 0;
    return memcmp(p + 1, rq->p, smaller(echo, rq->have)) == 0;
}

/* Compares one repeated field as far as both sides reach. */
static int echo_fits(const struct qd_cmd_echo *f, const struct qd_request *rq, const uint8_t *p,
                     size_t len)
{
    size_t n = f->len;

    if (f->req >= rq->have || f->reply >= len)
        return 1;
    n = smaller(n, smaller(rq->have - f->req, len - f->reply));
    return memcmp(rq->p + f->req, p + f->reply, n) == 0;
}

enum qd_verdict qd_reply_judge(const struct qd_request *rq, const uint8_t *p, size_t len)
{
    const struct qd_cmd_rule *rule = qd_cmd_rule(rq->cmd);

    if (!rule || len == 0)
        return QD_VERDICT_OTHER;
    if (refuses(rq, p, len))
        return QD_VERDICT_REFUSED;
    if (len < rule->head || memcmp(p, rq->p, rule->head) != 0)
        return QD_VERDICT_OTHER;
    for (size_t i = 0; i < sizeof rule->echo / sizeof rule->echo[0]; i++)
        if (rule->echo[i].len && !echo_fits(&rule->echo[i], rq, p, len))
            return QD_VERDICT_OTHER;
    return len < rule->min ? QD_VERDICT_CUT : QD_VERDICT_REPLY;
}
