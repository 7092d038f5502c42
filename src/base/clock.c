/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The real clock, and deadlines on any clock. */
#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>

static uint64_t real_now(void *user)
{
    (void)user;
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
}

static void real_sleep(void *user, uint64_t us)
{
    (void)user;
    struct timespec ts = {(time_t)(us / 1000000u), (long)(us % 1000000u) * 1000};
    while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
        ;
}

const struct qd_clock qd_clock_real = {real_now, real_sleep, NULL};

struct qd_deadline qd_deadline_in_ms(const struct qd_clock *c, uint64_t ms)
{
    struct qd_deadline d = {c, c->now_us(c->user) + ms * 1000u};
    return d;
}

struct qd_deadline qd_deadline_never(const struct qd_clock *c)
{
    struct qd_deadline d = {c, UINT64_MAX};
    return d;
}

struct qd_deadline qd_deadline_sub(const struct qd_deadline *parent, uint64_t ms)
{
    struct qd_deadline d = qd_deadline_in_ms(parent->clock, ms);
    if (parent->end_us < d.end_us)
        d.end_us = parent->end_us;
    return d;
}

uint64_t qd_deadline_left_us(const struct qd_deadline *d)
{
    if (d->end_us == UINT64_MAX)
        return UINT64_MAX;
    uint64_t now = d->clock->now_us(d->clock->user);
    return now >= d->end_us ? 0 : d->end_us - now;
}

int qd_deadline_left_ms(const struct qd_deadline *d)
{
    uint64_t us = qd_deadline_left_us(d);
    if (us == UINT64_MAX)
        return -1;
    uint64_t ms = (us + 999) / 1000;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

int qd_deadline_over(const struct qd_deadline *d)
{
    return qd_deadline_left_us(d) == 0;
}

void qd_utc_text(int64_t unix_seconds, char out[21])
{
    time_t t = (time_t)unix_seconds;
    struct tm tm;
    if (!gmtime_r(&t, &tm) || tm.tm_year < 0 || tm.tm_year > 8099) {
        snprintf(out, 21, "unknown");
        return;
    }
    strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
