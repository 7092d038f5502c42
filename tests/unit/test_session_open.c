/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Opening a session on ports where nobody speaks DIAG: what is said of them, and how long it takes
 * at most. Time is virtual. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_modem.h"
#include "hex_vector.h"

#define T_US 1000000u /* the fake's request time-out */

/* A flood that outruns the reader: reading beyond the deadline has an end. */
static int endless(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                   struct qdiag_error *e)
{
    struct fake_link *f = self;

    (void)e;
    memset(p, 0x7e, cap);
    *got = cap;
    if (t->end_us > f->now_us)
        f->now_us = t->end_us;
    return 0;
}

static int swallow(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                   struct qdiag_error *e)
{
    (void)self;
    (void)p;
    (void)n;
    (void)t;
    (void)e;
    return 0;
}

static void no_close(void *self)
{
    (void)self;
}

static void test_endless_bytes(void **state)
{
    static const struct qd_link_ops ops = {swallow, endless, no_close};
    struct fake_link *f = fake_link_new(NULL, NULL);
    struct qd_link *link = qd_link_new(f->ctx, &ops, f, "endless:");
    struct qdiag_error e = {0};
    struct qd_diag *d = NULL;

    (void)state;
    assert_int_equal(qd_diag_open(&d, &link, &e), -QDIAG_E_LINK_SILENT);
    assert_null(d);
    qd_link_close(&link);
    fake_link_free(&f);
}

static void check_open_silent(const char *heard, int echo, const char *why)
{
    struct fake_modem *m = fake_modem_cold();
    struct qd_buf wire = hex_buf(heard);

    m->mute = 100;
    fake_say_in(m->f, 300000, wire.p, wire.len);
    if (echo)
        fake_say_in(m->f, 400000, "\x7e\x00\x78\xf0\x7e", 5);
    assert_int_equal(fake_modem_open(m), -QDIAG_E_LINK_SILENT);
    assert_string_equal(m->e.item, "fake:");
    assert_string_equal(m->e.why, why);
    assert_int_equal(m->f->sends, 2);
    assert_int_equal(m->f->flagged, 2);
    assert_int_equal(m->f->now_us, 1000000 + 50000 + 2 * (T_US + 300000));
    qd_buf_free(&wire);
    fake_modem_free(m);
}

static void test_open_silent(void **state)
{
    (void)state;
    check_open_silent("", 0, "nothing was heard");
    check_open_silent("0d 0a 4e 4f 20 43 41 52 52 49 45 52 0d 0a", 0,
                      "text was heard, as on an AT or NMEA port");
    check_open_silent("7e 01 03 00 1c 08 00 7e", 0,
                      "the unit speaks non-HDLC framing, left on by another tool: reset it or "
                      "unplug it");
    check_open_silent("60 00 00 81 c3 7e 60 0b 00 bc 21 0f 00 79 68 b6 07 00 00 00 15 5d 7e", 0,
                      "only unsolicited frames were heard, no answer to VERNO");
    check_open_silent("1c 08 00 3a 28 7e", 0, "frames were heard, but no answer to VERNO");
    check_open_silent("ff*7 fe ff*7 fe", 0, "bytes were heard that are no DIAG frames");
    check_open_silent("", 1, "only our own bytes came back: the port echoes");
}

/* The first VERNO is lost in a unit that has yet to leave another framing; the second is heard. */
static void test_open_second_try(void **state)
{
    struct fake_modem *m = fake_modem_cold();

    (void)state;
    m->mute = 1;
    assert_int_equal(fake_modem_open(m), 0);
    assert_int_equal(m->f->sends, 2);
    assert_int_equal(m->f->flagged, 2);
    fake_modem_free(m);
}

static void test_open_gone(void **state)
{
    struct fake_modem *m = fake_modem_cold();

    (void)state;
    m->f->gone = 1;
    assert_int_equal(fake_modem_open(m), -QDIAG_E_LINK_GONE);
    assert_null(m->d);
    fake_modem_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_endless_bytes),
        cmocka_unit_test(test_open_silent),
        cmocka_unit_test(test_open_second_try),
        cmocka_unit_test(test_open_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
