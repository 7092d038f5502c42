/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the USB tests share: an emulated bus per test, and links over it. */
#ifndef USB_TEST_H
#define USB_TEST_H

#include "transport_test.h"

#include "usb_host.h"

struct rig {
    struct usb_host *host;
    struct qdiag_context *ctx;
};

static inline int rig_set_up(void **state)
{
    struct rig *r = test_calloc(1, sizeof *r);

    r->host = usb_host_new();
    assert_non_null(r->host);
    r->ctx = qdiag_context_new();
    assert_non_null(r->ctx);
    *state = r;
    return 0;
}

static inline int rig_tear_down(void **state)
{
    struct rig *r = *state;

    qdiag_context_free(&r->ctx);
    usb_host_free(&r->host);
    test_free(r);
    return 0;
}

#define USB_TEST(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)

/* Where umockdev is installed it has to work: a test that did not run would look like one that
 * passed. */
static inline int rig_broken(void)
{
    struct usb_host *h = usb_host_new();
    int broken = !h;

    usb_host_free(&h);
    if (broken)
        printf("umockdev does not work here\n");
    return broken;
}

/* An EC25 whose kernel drivers are not loaded. */
static inline struct usb_profile bare_ec25(void)
{
    struct usb_profile p = usb_ec25;

    for (int i = 0; i < p.faces; i++)
        p.face[i].driver = NULL;
    return p;
}

static inline void must_not_open(struct qdiag_context *ctx, const char *text, int code,
                                 struct qdiag_error *e)
{
    struct qd_link *l = NULL;

    assert_int_equal(open_text(&l, ctx, text, e), -code);
    assert_null(l);
    assert_int_equal(e->code, code);
    assert_int_equal(e->touch, QDIAG_UNTOUCHED);
}

static inline void pattern(uint8_t *p, size_t n, unsigned seed)
{
    uint32_t x = seed * 2654435761u + 1;

    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        p[i] = (uint8_t)(x >> 24);
    }
}

#endif
