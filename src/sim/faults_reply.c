/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Faults on reply payloads, and the bytes that wait for a client. It must never make a reply longer
 * than SIM_PAYLOAD_MAX. */
#include <string.h>

#include "base/bytes.h"
#include "sim/faults_int.h"
#include "sim/op.h"

enum { COUNT_OVER, COUNT_NEG, COUNT_HUGE, COUNT_MORE };

#define READ_HEAD 20u

REPLY_FN(sim_fault_count)
{
    uint32_t asked, got;

    (void)f;
    if (!sim_op_is(req, n, "read") || n < 16 || r->len <= READ_HEAD || r->p[0] != req[0])
        return 0;
    asked = qd_get32(req + 8);
    got = (uint32_t)(r->len - READ_HEAD);
    if (x->n[0] == COUNT_MORE) {
        uint32_t more = asked + 16;

        if (asked > SIM_PAYLOAD_MAX - READ_HEAD - 16)
            return 0;
        memset(r->p + r->len, 0, more - got);
        r->len = READ_HEAD + more;
        qd_put32(r->p + 12, more);
        return 1;
    }
    if (x->n[0] == COUNT_NEG)
        r->len = READ_HEAD;
    else
        r->len = READ_HEAD + (got > 4 ? 4 : got - 1);
    if (x->n[0] == COUNT_NEG)
        qd_put32(r->p + 12, 0xffffffff);
    if (x->n[0] == COUNT_HUGE)
        qd_put32(r->p + 12, 0x7fffffff);
    return 1;
}

REPLY_FN(sim_fault_wrap98)
{
    static const uint8_t head[8] = {0x98, 1, 0, 0, 1, 0, 0, 0};

    (void)f;
    (void)x;
    (void)req;
    (void)n;
    if (r->len == 0 || r->len + sizeof head > sizeof r->p)
        return 0;
    memmove(r->p + sizeof head, r->p, r->len);
    memcpy(r->p, head, sizeof head);
    r->len += sizeof head;
    return 1;
}

static int add_reply(struct qd_buf *out, const uint8_t *p, size_t n)
{
    return sim_link_encode(p, n, out);
}

CONNECT_FN(sim_fault_stale)
{
    static const uint8_t diagver[] = {0x1c, 8, 0};
    static const uint8_t read[] = {0x4b, 0x13, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                   4,    0,    0, 0, 0, 0, 0, 0, 1, 2, 3, 4};
    uint8_t nv[133] = {0x26, 0x3b, 0x02};

    nv[131] = 5;
    return add_reply(out, nv, sizeof nv) || add_reply(out, read, sizeof read) ||
                   add_reply(out, diagver, sizeof diagver)
               ? -1
               : 0;
}

CONNECT_FN(sim_fault_junk)
{
    static const uint8_t spew[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe};
    static const uint8_t nuls[16];
    static const uint8_t cns[] = {0x7e, 0x00, 0x0a, 0x6b, 0x6d, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0x7e};
    static const uint8_t half[] = {0x26, 0x26, 0x02, 0x08};
    static const uint8_t diagver[] = {0x1c, 8, 0};
    int rc = 0;

    for (int i = 0; i < 3 && !rc; i++)
        rc = qd_buf_add(out, spew, sizeof spew);
    if (rc || qd_buf_add(out, nuls, sizeof nuls) || qd_buf_add_text(out, "\r\nNO CARRIER\r\n") ||
        qd_buf_add(out, cns, sizeof cns) || qd_buf_add(out, half, sizeof half) ||
        add_reply(out, diagver, sizeof diagver) || add_reply(out, diagver, sizeof diagver))
        return -1;
    return 0;
}
