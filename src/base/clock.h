/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Time: one injectable monotonic clock, and deadlines that only ever shrink on the way down. */
#ifndef QD_BASE_CLOCK_H
#define QD_BASE_CLOCK_H

#include <stdint.h>

struct qd_clock {
    uint64_t (*now_us)(void *user);           /* monotonic microseconds */
    void (*sleep_us)(void *user, uint64_t us);
    void *user;
};

extern const struct qd_clock qd_clock_real;

/* A point in time after which the caller does not wait any more. */
struct qd_deadline {
    const struct qd_clock *clock;
    uint64_t end_us; /* UINT64_MAX = never */
};

struct qd_deadline qd_deadline_in_ms(const struct qd_clock *c, uint64_t ms);
struct qd_deadline qd_deadline_never(const struct qd_clock *c);

/* The earlier of the parent's end and now + ms. */
struct qd_deadline qd_deadline_sub(const struct qd_deadline *parent, uint64_t ms);

/* Milliseconds left, rounded up, for poll(): 0 = over, -1 = no limit. */
int qd_deadline_left_ms(const struct qd_deadline *d);
uint64_t qd_deadline_left_us(const struct qd_deadline *d);
int qd_deadline_over(const struct qd_deadline *d);

/* Wall-clock time as RFC 3339 UTC, "2026-01-02T03:04:05Z" (21 bytes with the NUL). */
void qd_utc_text(int64_t unix_seconds, char out[21]);

#endif
