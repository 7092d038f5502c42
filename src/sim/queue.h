/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is to be written to the client, when, and in which pieces. Absolute deadlines; one unit is
 * never torn open for another, however it is cut. */
#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct sim_unit_out;

struct sim_queue {
    struct sim_unit_out *head, *tail;
    size_t bytes;     /* waiting */
    uint64_t hold_us; /* the next piece not before this */
    size_t piece;     /* bytes left of the piece being written */
    /* How units are cut. */
    size_t chunk;    /* bytes per write, 0 = whole */
    size_t split_at; /* two writes, cut at split_at mod length */
    int split;
    int glue;        /* all that is due goes out in one write */
    uint64_t gap_us; /* between two pieces */
};

/* 0, or -1 out of memory. Units of the same time keep their order. */
int sim_queue_add(struct sim_queue *q, uint64_t due_us, const uint8_t *p, size_t n);

/* The bytes of the write to make now, or NULL. */
const uint8_t *sim_queue_next(struct sim_queue *q, uint64_t now_us, size_t *n);

/* So many of them have been written. */
void sim_queue_wrote(struct sim_queue *q, size_t n, uint64_t now_us);

/* When sim_queue_next will have something; UINT64_MAX = the queue is empty. */
uint64_t sim_queue_due(const struct sim_queue *q);

void sim_queue_clear(struct sim_queue *q); /* keeps how units are cut */

#endif
