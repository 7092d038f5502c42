/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the capture and replay tests share: a context with a clock that only moves when told to, and
 * a folder with one file in it. */
#ifndef QD_TESTS_CAPTURE_RIG_H
#define QD_TESTS_CAPTURE_RIG_H

#include "transport_test.h"

#include "base/fsio.h"

struct capture_rig {
    struct qdiag_context *ctx;
    struct qd_clock clock;
    uint64_t now_us;
    char dir[64], path[96], address[112];
    char warned[160];
};

static inline uint64_t fake_now(void *user)
{
    return ((struct capture_rig *)user)->now_us;
}

static inline void fake_sleep(void *user, uint64_t us)
{
    ((struct capture_rig *)user)->now_us += us;
}

static inline void note_warning(enum qdiag_log_level level, const char *area, const char *text,
                                void *user)
{
    struct capture_rig *r = user;

    if (level == QDIAG_LOG_WARN && strcmp(area, "capture") == 0)
        snprintf(r->warned, sizeof(r->warned), "%s", text);
}

static inline int capture_rig_up(void **state)
{
    struct capture_rig *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    r->ctx = qdiag_context_new();
    assert_non_null(r->ctx);
    r->clock = (struct qd_clock){fake_now, fake_sleep, r};
    r->ctx->clock = &r->clock;
    r->now_us = 5000000;
    qdiag_context_set_log(r->ctx, QDIAG_LOG_WARN, note_warning, r);
    test_folder(r->dir);
    snprintf(r->path, sizeof(r->path), "%s/c", r->dir);
    snprintf(r->address, sizeof(r->address), "replay:%s", r->path);
    *state = r;
    return 0;
}

static inline int capture_rig_down(void **state)
{
    struct capture_rig *r = *state;

    qd_fsio = &qd_fsio_real;
    unlink(r->path);
    assert_int_equal(rmdir(r->dir), 0);
    qdiag_context_free(&r->ctx);
    free(r);
    return 0;
}

#endif
