/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The torn-frame set: every row is fed whole, byte by byte, and glued to every other row, always
 * followed by a good frame. The good frame must come out each time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "frame/hdlc.h"
#include "hex_vector.h"

#define GOOD "1c 08 00 3a 28 7e"

/* Events in order, one letter each: F frame, C bad CRC, S short, A aborted, L too long, N not HDLC.
 */
static const struct row {
    const char *name, *wire, *events;
} rows[] = {
    {"T1", "7e", ""},
    {"T2", "7e 7e 7e", ""},
    {"T2 twelve", "7e*12", ""},
    {"T3", "41 7e", "S"},
    {"T4", "41 42 7e", "S"},
    {"T5", "00 00 7e", "S"},
    {"T6", "7d 20 00 7e", "S"},
    {"T7", "41 42 43 7d 7e", "A"},
    {"T8", "41 7d 7d 5d 89 70 7e", "F"},
    {"T9", "41 7d 02 e9 52 7e", "F"},
    {"T8 broken", "41 7d 7d 5e 7e", "C"},
    {"T10", "1d 08 00 3a 28 7e", "C"},
    {"T11 low", "1c 08 00 3a 29 7e", "C"},
    {"T11 high", "1c 08 00 3b 28 7e", "C"},
    {"T12", "55*20000 7e", "L"},
    {"T13", "00 78 f0 7e", "F"},
    {"T14", "7b 7d 5d 7d 5e f7 b5 7e", "F"},
    {"T15 older reply", "26 26 02 00*128 05 00 86 55 7e", "F"},
    {"T16 log", "10 00 0c 00 0c 00 01 00*9 46 31 7e", "F"},
    {"T17 event", "60 0e 00 ba 61 12 00 70 68 b6 07 00 00 03 00 01 00 29 34 7e", "F"},
    {"T18", "13 41 42 95 92 7e", "F"},
    {"T19", "42 27 3b 02 00*13 21 a9 7e", "F"},
    {"T20 junk", "ff*7 fe ff*7 fe 00*9 0d 0a 4e 4f 20 43 41 52 52 49 45 52 0d 0a 7e", "C"},
    {"T21", "7e 00 0a 6b 6d 00 00 07 00*7 7e", "C"},
    {"T22", "7e 01 03 00 1c 08 00 7e", "N"},
    {"T23", "26 cf 46 7d 5e 7d 5d 7e", "F"},
    {"random", "7e 7e 7e 6b 6d 7e 7e 7e 7e 00*6 7e", "SC"},
};

#define ROWS (sizeof rows / sizeof rows[0])

struct seen {
    char events[16];
    size_t n;
    int last_good; /* the last event was the good frame */
};

static void note(struct seen *s, enum qd_hdlc_event ev, const struct qd_hdlc *d)
{
    static const char letters[] = {
        [QD_HDLC_FRAME] = 'F',   [QD_HDLC_BAD_CRC] = 'C',  [QD_HDLC_SHORT] = 'S',
        [QD_HDLC_ABORTED] = 'A', [QD_HDLC_TOO_LONG] = 'L', [QD_HDLC_NOT_HDLC] = 'N',
    };

    assert_true(s->n + 1 < sizeof s->events);
    s->events[s->n++] = letters[ev];
    s->last_good = ev == QD_HDLC_FRAME && d->len == 3 && memcmp(d->buf, "\x1c\x08\x00", 3) == 0;
}

static struct seen feed(const struct qd_buf *wire, size_t step)
{
    static struct qd_hdlc d;
    struct seen s = {.n = 0};

    memset(&d, 0xa5, sizeof d);
    qd_hdlc_reset(&d);
    for (size_t at = 0; at < wire->len;) {
        size_t n = wire->len - at < step ? wire->len - at : step, used = 0;
        enum qd_hdlc_event ev = qd_hdlc_feed(&d, wire->p + at, n, &used);

        assert_true(used > 0 && used <= n);
        at += used;
        assert_true(d.len <= sizeof d.buf);
        if (ev != QD_HDLC_MORE)
            note(&s, ev, &d);
    }
    return s;
}

static void check(const struct qd_buf *wire, const char *first, const char *second, size_t step)
{
    struct seen s = feed(wire, step);
    char want[16];

    snprintf(want, sizeof want, "%s%sF", first, second);
    assert_string_equal(s.events, want);
    assert_true(s.last_good);
}

static void test_whole_and_cut(void **state)
{
    static const size_t steps[] = {SIZE_MAX, 1, 2, 3, 5, 64};

    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        struct qd_buf wire = hex_buf(rows[i].wire);

        hex_add(&wire, GOOD);
        for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++)
            check(&wire, rows[i].events, "", steps[k]);
        qd_buf_free(&wire);
    }
}

static void test_every_split(void **state)
{
    static struct qd_hdlc d;

    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        struct qd_buf wire = hex_buf(rows[i].wire);

        hex_add(&wire, GOOD);
        for (size_t cut = 1; cut < wire.len && wire.len < 1000; cut++) {
            struct seen s = {.n = 0};

            qd_hdlc_reset(&d);
            for (size_t at = 0; at < wire.len;) {
                size_t n = (at < cut ? cut : wire.len) - at, used = 0;
                enum qd_hdlc_event ev = qd_hdlc_feed(&d, wire.p + at, n, &used);

                at += used;
                if (ev != QD_HDLC_MORE)
                    note(&s, ev, &d);
            }
            assert_true(s.last_good);
            assert_int_equal(s.n, strlen(rows[i].events) + 1);
        }
        qd_buf_free(&wire);
    }
}

static void test_glued_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t k = 0; k < ROWS; k++) {
            struct qd_buf wire = hex_buf(rows[i].wire);

            hex_add(&wire, rows[k].wire);
            hex_add(&wire, GOOD);
            check(&wire, rows[i].events, rows[k].events, SIZE_MAX);
            check(&wire, rows[i].events, rows[k].events, 1);
            qd_buf_free(&wire);
        }
    }
}

/* A frame that lost its end takes the next one with it; a leading 7E protects the next one. */
static void test_lost_tail(void **state)
{
    struct qd_buf bare = hex_buf("00 78" GOOD), flagged = hex_buf("00 78 7e" GOOD);
    struct seen s = feed(&bare, SIZE_MAX);

    (void)state;
    assert_string_equal(s.events, "C");
    s = feed(&flagged, SIZE_MAX);
    assert_string_equal(s.events, "SF");
    assert_true(s.last_good);
    qd_buf_free(&bare);
    qd_buf_free(&flagged);
}

static void test_megabyte(void **state)
{
    struct qd_buf wire = hex_buf("55*1048576 7e" GOOD);
    struct seen s = feed(&wire, 4096);

    (void)state;
    assert_string_equal(s.events, "LF");
    assert_true(s.last_good);
    qd_buf_free(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_and_cut), cmocka_unit_test(test_every_split),
        cmocka_unit_test(test_glued_pairs),   cmocka_unit_test(test_lost_tail),
        cmocka_unit_test(test_megabyte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
