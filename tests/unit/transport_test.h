/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the transport tests share: cmocka, a folder of their own, a link from an address. */
#ifndef QD_TESTS_TRANSPORT_TEST_H
#define QD_TESTS_TRANSPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/context.h"
#include "transport/transport.h"

#define LONG_MS 20000u /* a limit that only a hanging test reaches */

/* A folder for one test; remove it with test_folder_remove after its files are gone. */
static inline char *test_folder(char out[64])
{
    snprintf(out, 64, "/tmp/qdiag-test-XXXXXX");
    assert_non_null(mkdtemp(out));
    return out;
}

static inline struct qd_deadline in_ms(const struct qdiag_context *ctx, unsigned ms)
{
    return qd_deadline_in_ms(ctx->clock, ms);
}

static inline int open_text(struct qd_link **l, struct qdiag_context *ctx, const char *text,
                            struct qdiag_error *e)
{
    struct qd_address a;

    memset(e, 0, sizeof(*e));
    assert_int_equal(qd_address_parse(&a, text, e), 0);
    return qd_link_open(l, ctx, &a, e);
}

static inline struct qd_link *must_open(struct qdiag_context *ctx, const char *text)
{
    struct qdiag_error e;
    struct qd_link *l = NULL;

    if (open_text(&l, ctx, text, &e))
        fail_msg("%s: %s: %s", text, e.what, e.why);
    return l;
}

/* Receives exactly n bytes, in as many pieces as they come. */
static inline void must_recv(struct qd_link *l, const void *want, size_t n)
{
    struct qd_deadline t = in_ms(l->ctx, LONG_MS);
    struct qdiag_error e = {0};
    uint8_t *have = malloc(n + 1);
    size_t at = 0, got;

    assert_non_null(have);
    while (at < n) {
        if (qd_link_recv(l, have + at, n - at, &got, &t, &e))
            fail_msg("recv: %s: %s", e.what, e.why);
        assert_true(got > 0);
        at += got;
    }
    assert_memory_equal(have, want, n);
    free(have);
}

static inline void must_send(struct qd_link *l, const void *p, size_t n)
{
    struct qd_deadline t = in_ms(l->ctx, LONG_MS);
    struct qdiag_error e = {0};

    if (qd_link_send(l, p, n, &t, &e))
        fail_msg("send: %s: %s", e.what, e.why);
}

static inline void must_be_gone(struct qd_link *l)
{
    struct qd_deadline t = in_ms(l->ctx, LONG_MS);
    struct qdiag_error e = {0};
    uint8_t byte;
    size_t got = 9;

    assert_int_equal(qd_link_recv(l, &byte, 1, &got, &t, &e), -QDIAG_E_LINK_GONE);
    assert_int_equal(got, 0);
    assert_int_equal(e.code, QDIAG_E_LINK_GONE);
    assert_string_equal(e.item, l->address);
}

/* Nothing arrives before the deadline, which may be over already. */
static inline void must_be_silent(struct qd_link *l, unsigned ms)
{
    struct qd_deadline t = in_ms(l->ctx, ms);
    struct qdiag_error e = {0};
    uint8_t byte;
    size_t got = 9;

    assert_int_equal(qd_link_recv(l, &byte, 1, &got, &t, &e), 0);
    assert_int_equal(got, 0);
    assert_int_equal(e.code, 0);
}

static inline void all_bytes(uint8_t out[256])
{
    for (int i = 0; i < 256; i++)
        out[i] = (uint8_t)i;
}

#endif
