/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Faults on the bytes of a reply and on what goes around it. It must never change a payload: frames
 * are damaged, lost, moved or given company. */
#include <string.h>

#include "sim/faults_int.h"
#include "sim/rng.h"

#define FLAG   0x7e
#define ESCAPE 0x7d

enum { EVENT_BEFORE, EVENT_AFTER, EVENT_INSIDE, EVENT_AROUND };

static int nth(const struct sim_burst *b, int64_t n)
{
    return b->frame.len > 0 && b->reply_no % (uint64_t)n == 0;
}

WIRE_FN(sim_fault_drop)
{
    (void)f;
    if (!nth(b, x->n[0]))
        return 0;
    b->frame.len = 0;
    return 1;
}

WIRE_FN(sim_fault_badcrc)
{
    uint8_t *p;

    (void)f;
    if (!nth(b, x->n[0]))
        return 0;
    p = &b->frame.p[b->frame.len - 2];
    for (uint8_t bit = 1; bit < 8; bit = (uint8_t)(bit << 1))
        if ((*p ^ bit) != FLAG && (*p ^ bit) != ESCAPE) {
            *p ^= bit;
            break;
        }
    return 1;
}

WIRE_FN(sim_fault_truncate)
{
    (void)f;
    if (!nth(b, x->n[0]))
        return 0;
    b->frame.len = b->frame.len / 2 + 1;
    b->frame.p[b->frame.len - 1] = FLAG;
    return 1;
}

WIRE_FN(sim_fault_flip)
{
    int did = 0;

    for (size_t i = 0; i < b->frame.len; i++) {
        if (sim_rng_next(&f->rng) % (uint32_t)x->n[0])
            continue;
        b->frame.p[i] ^= (uint8_t)(1u << (sim_rng_next(&f->rng) & 7));
        did = 1;
    }
    return did;
}

WIRE_FN(sim_fault_late)
{
    (void)f;
    if (b->reply_no != (uint64_t)x->n[0])
        return 0;
    b->extra_us += (uint64_t)x->n[1] * 1000;
    return 1;
}

WIRE_FN(sim_fault_lateevery)
{
    (void)f;
    if (!nth(b, x->n[0]))
        return 0;
    b->extra_us += (uint64_t)x->n[1] * 1000;
    return 1;
}

WIRE_FN(sim_fault_dup)
{
    (void)f;
    if (!nth(b, x->n[0]))
        return 0;
    b->copies++;
    return 1;
}

WIRE_FN(sim_fault_dupdelay)
{
    (void)f;
    if (!nth(b, x->n[0]))
        return 0;
    b->copies++;
    b->copy_us = (uint64_t)x->n[1] * 1000;
    return 1;
}

WIRE_FN(sim_fault_reorder)
{
    if (!nth(b, x->n[0]) || f->held.len)
        return 0;
    b->held = 1;
    return 1;
}

static int add_log(struct qd_buf *out)
{
    static const uint8_t log[16] = {0x10, 0, 12, 0, 12, 0, 1, 0};

    return sim_link_encode(log, sizeof log, out);
}

/* One unasked frame: event, log packet and debug message take turns. */
static int add_traffic(struct sim_faults *f, struct qd_buf *out)
{
    static const uint8_t event[] = {0x60, 0x0e, 0, 0xba, 0x61, 0x12, 0,    0x70, 0x68,
                                    0xb6, 0x07, 0, 0,    0x03, 0,    0x01, 0};
    static const char text[] = "Reporting UIM Access\0uimgen.c";
    uint8_t msg[32 + sizeof text] = {0x79, 0, 3, 0,    0x0e, 0, 0xd0, 0xd4, 0xb5,
                                     0x07, 0, 0, 0xcb, 6,    0, 0,    2};

    switch (f->traffic++ % 3) {
    case 0:
        return sim_link_encode(event, sizeof event, out);
    case 1:
        return add_log(out);
    default:
        memcpy(msg + 32, text, sizeof text);
        return sim_link_encode(msg, sizeof msg, out);
    }
}

WIRE_FN(sim_fault_flood)
{
    (void)f;
    for (int64_t i = 0; i < x->n[0]; i++)
        if (add_log(&b->before))
            return -1;
    return 1;
}

WIRE_FN(sim_fault_foreign)
{
    static const char text[] = "Feb 03 200104:05:06Feb 03 200107:08:09OTHER.XY";
    uint8_t verno[55] = {0};

    (void)f;
    if (b->reply_no % (uint64_t)(x->given ? x->n[0] : 3))
        return 0;
    memcpy(verno + 1, text, sizeof text - 1);
    verno[48] = 6;
    return sim_link_encode(verno, sizeof verno, &b->before) ? -1 : 1;
}

WIRE_FN(sim_fault_noise13)
{
    static const uint8_t noise[] = {0x13, 0x41, 0x42};

    (void)f;
    if (b->reply_no % (uint64_t)(x->given ? x->n[0] : 1))
        return 0;
    return sim_link_encode(noise, sizeof noise, &b->before) ? -1 : 1;
}

WIRE_FN(sim_fault_event)
{
    int64_t where = x->n[0];

    if (where != EVENT_AFTER && add_traffic(f, &b->before))
        return -1;
    if (where != EVENT_BEFORE && add_traffic(f, &b->after))
        return -1;
    if (where == EVENT_INSIDE)
        b->joined = 1;
    return 1;
}
