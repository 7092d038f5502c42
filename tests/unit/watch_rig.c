/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Steps of the state machine for tests; must never hide an action. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "watch_rig.h"

struct run watch_begin(const char *family)
{
    static const struct qdiag_fota_limits none;
    struct run r = {.now = 5 * SECOND};

    qd_watch_begin(&r.w, qd_fota_family(family), &none, r.now);
    return r;
}

void watch_step(struct run *r, struct qd_watch_event ev)
{
    r->action = qd_watch_step(&r->w, &ev, r->now);
}

void watch_event(struct run *r, enum qd_watch_kind kind)
{
    watch_step(r, (struct qd_watch_event){.kind = kind});
}

void watch_version(struct run *r, enum qd_watch_version v)
{
    assert_int_equal(r->action, QD_WATCH_READ);
    watch_step(r, (struct qd_watch_event){.kind = QD_WATCH_VERSION, .version = v});
}

void watch_line(struct run *r, const char *text)
{
    r->now += 10;
    watch_step(r, (struct qd_watch_event){.kind = QD_WATCH_URC, .urc = qd_fota_urc_read(text)});
}

void watch_after(struct run *r, uint64_t ms)
{
    r->now += ms;
    watch_event(r, QD_WATCH_TICK);
}

void watch_silence(struct run *r, uint64_t ms, const char *limit)
{
    watch_after(r, ms - 1);
    assert_int_equal(r->action, r->w.away ? QD_WATCH_FIND : QD_WATCH_LISTEN);
    watch_after(r, 1);
    assert_int_equal(r->action, QD_WATCH_READ);
    assert_string_equal(r->w.expired, limit);
    assert_int_equal(r->w.state, S(VERIFY));
    assert_int_equal(r->w.outcome, QD_WATCH_OPEN); /* silence is never a failure */
}

void watch_is(const struct run *r, enum qdiag_fota_state s, enum qd_watch_action action)
{
    if (r->w.state != s)
        fail_msg("%s, not %s", qdiag_fota_state_name(r->w.state), qdiag_fota_state_name(s));
    assert_int_equal(r->action, action);
}

void watch_ends(const struct run *r, enum qd_watch_outcome outcome)
{
    assert_int_equal(r->action, QD_WATCH_OVER);
    assert_int_equal(r->w.outcome, outcome);
}
