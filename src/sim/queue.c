/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The outgoing queue. Cutting into pieces happens when a unit is due, not when it is queued, so
 * that a later unit can never slip between two pieces. It must never ask a clock. */
#include "sim/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct sim_unit_out {
    struct sim_unit_out *next;
    uint64_t due_us;
    size_t len, off;
    int started;
    uint8_t *p;
};

int sim_queue_add(struct sim_queue *q, uint64_t due_us, const uint8_t *p, size_t n)
{
    struct sim_unit_out *u, **at = &q->head;

    if (n == 0)
        return 0;
    u = qd_alloc(1, sizeof *u);
    if (!u || !(u->p = qd_alloc(n, 1))) {
        free(u);
        return -1;
    }
    memcpy(u->p, p, n);
    u->len = n;
    u->due_us = due_us;
    if (q->tail && q->tail->due_us <= due_us)
        at = &q->tail->next;
    while (*at && ((*at)->started || (*at)->due_us <= due_us))
        at = &(*at)->next;
    u->next = *at;
    *at = u;
    if (!u->next)
        q->tail = u;
    q->bytes += n;
    return 0;
}

static void pop(struct sim_queue *q)
{
    struct sim_unit_out *u = q->head;

    q->head = u->next;
    if (!q->head)
        q->tail = NULL;
    free(u->p);
    free(u);
}

/* Joins what else is due to the head. Out of memory leaves it apart: only less glue. */
static void glue_due(struct sim_queue *q, uint64_t now_us)
{
    struct sim_unit_out *u = q->head, *v;

    while ((v = u->next) && v->due_us <= now_us) {
        uint8_t *p = realloc(u->p, u->len + v->len);

        if (!p)
            return;
        memcpy(p + u->len, v->p, v->len);
        u->p = p;
        u->len += v->len;
        u->next = v->next;
        if (q->tail == v)
            q->tail = u;
        free(v->p);
        free(v);
    }
}

static size_t piece_of(const struct sim_queue *q, const struct sim_unit_out *u)
{
    size_t left = u->len - u->off, cut;

    if (q->chunk)
        return q->chunk < left ? q->chunk : left;
    cut = q->split ? q->split_at % u->len : 0;
    return u->off < cut ? cut - u->off : left;
}

const uint8_t *sim_queue_next(struct sim_queue *q, uint64_t now_us, size_t *n)
{
    struct sim_unit_out *u = q->head;

    if (!u || sim_queue_due(q) > now_us)
        return NULL;
    if (!u->started) {
        u->started = 1;
        if (q->glue)
            glue_due(q, now_us);
    }
    if (!q->piece)
        q->piece = piece_of(q, u);
    *n = q->piece;
    return u->p + u->off;
}

void sim_queue_wrote(struct sim_queue *q, size_t n, uint64_t now_us)
{
    struct sim_unit_out *u = q->head;

    u->off += n;
    q->piece -= n;
    q->bytes -= n;
    if (q->piece)
        return;
    q->hold_us = q->gap_us ? now_us + q->gap_us : 0;
    if (u->off == u->len)
        pop(q);
}

uint64_t sim_queue_due(const struct sim_queue *q)
{
    if (!q->head)
        return UINT64_MAX;
    return q->head->due_us > q->hold_us ? q->head->due_us : q->hold_us;
}

void sim_queue_clear(struct sim_queue *q)
{
    while (q->head)
        pop(q);
    q->bytes = 0;
    q->piece = 0;
    q->hold_us = 0;
}
