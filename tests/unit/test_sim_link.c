/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The simulator's own HDLC: published vectors both ways, and the torn-frame set, each row whole,
 * byte by byte, and glued to every other row. After every row the good frame must come through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hex_vector.h"
#include "sim/link.h"

#define GOOD "1c 08 00 3a 28 7e" /* a DIAG_VER reply */

/* What came out: one letter per frame, and the good payloads as hex, a blank before each. */
struct seen {
    char verdicts[256];
    char good[4096];
    size_t last_bad;
};

static void note(void *user, enum sim_link_verdict v, const uint8_t *p, size_t n)
{
    static const char letters[] = "GSCALE"; /* good short crc aborted long empty */
    struct seen *s = user;
    size_t len = strlen(s->verdicts);

    assert_true(len + 1 < sizeof s->verdicts);
    s->verdicts[len] = letters[v];
    if (v != SIM_LINK_GOOD) {
        s->last_bad = n;
        return;
    }
    len = strlen(s->good);
    assert_true(len + 2 * n + 2 < sizeof s->good);
    s->good[len++] = ' ';
    qd_hex(p, n, s->good + len);
}

static struct sim_link *new_link(enum sim_link_profile profile)
{
    struct sim_link *l = calloc(1, sizeof *l);

    assert_non_null(l);
    l->profile = profile;
    return l;
}

/* Feeds the transfers, one per text, cut into steps (0 = each as one). */
static void feed(struct sim_link *l, const char *hex, size_t step, struct seen *s)
{
    struct qd_buf in = hex_buf(hex);

    for (size_t i = 0, n; i < in.len; i += n) {
        n = step && step < in.len - i ? step : in.len - i;
        sim_link_feed(l, in.p + i, n, note, s);
    }
    qd_buf_free(&in);
}

static const struct {
    const char *payload, *wire;
} vectors[] = {
    {"00", "00 78 f0 7e"},
    {"0c", "0c 14 3a 7e"},
    {"41", "41 f5 a3 7e"},
    {"41 42 43", "41 42 43 2f 9f 7e"},
    {"99", "99 30 f9 7e"},
    {"13 99", "13 99 f6 b9 7e"},
    {"7e 7d", "7d 5e 7d 5d f1 cd 7e"},
    {"7d 7e 00 20", "7d 5d 7d 5e 00 20 d5 9c 7e"},
    {"26 26 02 00*130", "26 26 02 00*130 3e 2b 7e"},
    {"00 55*60", "00 55*60 09 21 7e"},
    {"00 55*508", "00 55*508 d9 bf 7e"},
    {"00 55*1020", "00 55*1020 f7 8c 7e"},
    {"00 55*16380", "00 55*16380 db 42 7e"},
    {"1c 08 00", GOOD},
    {"7b 7d 7e", "7b 7d 5d 7d 5e f7 b5 7e"},
    {"26 cf 46", "26 cf 46 7d 5e 7d 5d 7e"},
    {"26 64 ac", "26 64 ac 7d 5d 7d 5e 7e"},
    {"26 61 01", "26 61 01 2a 7d 5e 7e"},
    {"60 0e 00 ba 61 12 00 70 68 b6 07 00 00 03 00 01 00",
     "60 0e 00 ba 61 12 00 70 68 b6 07 00 00 03 00 01 00 29 34 7e"},
    {"10 00 0c 00 0c 00 01 00*9", "10 00 0c 00 0c 00 01 00*9 46 31 7e"},
    {"13 41 42", "13 41 42 95 92 7e"},
    {"13 00", "13 00 be b0 7e"},
};
#define VECTORS (sizeof vectors / sizeof vectors[0])

static void test_encode_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct qd_buf payload = hex_buf(vectors[i].payload), wire = hex_buf(vectors[i].wire);
        struct qd_buf out = {0};

        assert_int_equal(sim_link_encode(payload.p, payload.len, &out), 0);
        assert_int_equal(out.len, wire.len);
        assert_memory_equal(out.p, wire.p, wire.len);
        qd_buf_free(&payload);
        qd_buf_free(&wire);
        qd_buf_free(&out);
    }
}

struct one {
    uint8_t p[SIM_LINK_MAX];
    size_t n;
    int frames;
};

static void keep(void *user, enum sim_link_verdict v, const uint8_t *p, size_t n)
{
    struct one *o = user;

    assert_int_equal(v, SIM_LINK_GOOD);
    memcpy(o->p, p, n);
    o->n = n;
    o->frames++;
}

static void test_decode_vectors(void **state)
{
    struct sim_link *l = new_link(SIM_LINK_STREAM);

    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct qd_buf payload = hex_buf(vectors[i].payload), wire = hex_buf(vectors[i].wire);

        for (int bytewise = 0; bytewise < 2; bytewise++) {
            struct one o = {.frames = 0};

            for (size_t k = 0; bytewise && k < wire.len; k++)
                sim_link_feed(l, wire.p + k, 1, keep, &o);
            if (!bytewise)
                sim_link_feed(l, wire.p, wire.len, keep, &o);
            assert_int_equal(o.frames, 1);
            assert_int_equal(o.n, payload.len);
            assert_memory_equal(o.p, payload.p, payload.len);
        }
        qd_buf_free(&payload);
        qd_buf_free(&wire);
    }
    free(l);
}

/* The torn-frame set. verdicts and good: what the row itself gives, before the good frame. */
static const struct {
    const char *bytes, *verdicts, *good;
} torn[] = {
    {"7e", "", ""},
    {"7e 7e 7e", "", ""},
    {"7e*12", "", ""},
    {"41 7e", "S", ""},
    {"41 42 7e", "S", ""},
    {"00 00 7e", "S", ""},
    {"7d 20 00 7e", "S", ""},
    {"41 42 43 7d 7e", "A", ""},
    {"41 7d 7d 5d 89 70 7e", "G", " 415d5d"},
    {"41 7d 7d 5e 7e", "C", ""},
    {"41 7d 02 e9 52 7e", "G", " 4122"},
    {"00 78 f1 7e", "C", ""},
    {"1d 08 00 3a 28 7e", "C", ""},
    {"1c 08 00 3a 29 7e", "C", ""},
    {"1c 08 00 3b 28 7e", "C", ""},
    {"55*1048576 7e", "L", ""},
    {"13 41 42 95 92 7e", "G", " 134142"},
    {"ff*7 fe ff*7 fe 00*9 0d 0a 4e 4f 20 43 41 52 52 49 45 52 0d 0a 7e", "C", ""},
    {"7e 00 0a 6b 6d 00 00 07 00*7 7e", "C", ""},
    {"7e 01 03 00 1c 08 00 7e", "C", ""},
    {"26 cf 46 7d 5e 7d 5d 7e", "G", " 26cf46"},
};
#define TORN (sizeof torn / sizeof torn[0])

static void check_row(size_t i, size_t step)
{
    struct sim_link *l = new_link(SIM_LINK_STREAM);
    struct seen s = {0};
    char want[64];

    feed(l, torn[i].bytes, step, &s);
    assert_string_equal(s.verdicts, torn[i].verdicts);
    assert_string_equal(s.good, torn[i].good);
    feed(l, GOOD, step, &s);
    snprintf(want, sizeof want, "%sG", torn[i].verdicts);
    assert_string_equal(s.verdicts, want);
    snprintf(want, sizeof want, "%s 1c0800", torn[i].good);
    assert_string_equal(s.good, want);
    free(l);
}

static void test_torn_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < TORN; i++)
        check_row(i, 0);
}

static void test_torn_bytewise(void **state)
{
    (void)state;
    for (size_t i = 0; i < TORN; i++)
        check_row(i, 1);
}

/* Two rows and the good frame in one transfer. */
static void test_torn_glued(void **state)
{
    (void)state;
    for (size_t i = 0; i < TORN; i++)
        for (size_t k = 0; k < TORN; k++) {
            struct sim_link *l = new_link(SIM_LINK_STREAM);
            struct qd_buf in = hex_buf(torn[i].bytes);
            struct seen s = {0};
            char want[64];

            hex_add(&in, torn[k].bytes);
            hex_add(&in, GOOD);
            sim_link_feed(l, in.p, in.len, note, &s);
            snprintf(want, sizeof want, "%s%sG", torn[i].verdicts, torn[k].verdicts);
            assert_string_equal(s.verdicts, want);
            snprintf(want, sizeof want, "%s%s 1c0800", torn[i].good, torn[k].good);
            assert_string_equal(s.good, want);
            qd_buf_free(&in);
            free(l);
        }
}

static void test_split_everywhere(void **state)
{
    struct qd_buf in = hex_buf("7b 7d 5d 7d 5e f7 b5 7e " GOOD);

    (void)state;
    for (size_t cut = 1; cut < in.len; cut++) {
        struct sim_link *l = new_link(SIM_LINK_STREAM);
        struct seen s = {0};

        sim_link_feed(l, in.p, cut, note, &s);
        sim_link_feed(l, in.p + cut, in.len - cut, note, &s);
        assert_string_equal(s.good, " 7b7d7e 1c0800");
        free(l);
    }
    qd_buf_free(&in);
}

/* Payload and CRC fill the buffer to the last byte; one byte more is too long, and cut. */
static void test_largest_frame(void **state)
{
    struct sim_link *l = new_link(SIM_LINK_STREAM);
    struct qd_buf out = {0};
    uint8_t *p = calloc(SIM_LINK_MAX + 1, 1);
    struct one o = {.frames = 0};
    struct seen s = {0};

    (void)state;
    assert_non_null(p);
    assert_int_equal(sim_link_encode(p, SIM_LINK_MAX, &out), 0);
    sim_link_feed(l, out.p, out.len, keep, &o);
    assert_int_equal(o.frames, 1);
    assert_int_equal(o.n, SIM_LINK_MAX);
    out.len = 0;
    assert_int_equal(sim_link_encode(p, SIM_LINK_MAX + 1, &out), 0);
    sim_link_feed(l, out.p, out.len, note, &s);
    assert_string_equal(s.verdicts, "L");
    assert_int_equal(s.last_bad, SIM_LINK_MAX);
    qd_buf_free(&out);
    free(p);
    free(l);
}

static void test_bad_frame_is_given_whole(void **state)
{
    struct sim_link *l = new_link(SIM_LINK_STREAM);
    struct seen s = {0};

    (void)state;
    feed(l, "7e 41 42 43 44 45 7e", 0, &s);
    assert_string_equal(s.verdicts, "C");
    assert_int_equal(s.last_bad, 5);
    free(l);
}

static void test_kernel_profile(void **state)
{
    struct sim_link *l = new_link(SIM_LINK_KERNEL);
    struct seen s = {0};

    (void)state;
    feed(l, "00 78 f0 7e " GOOD, 0, &s); /* the second frame is dropped */
    assert_string_equal(s.good, " 00");
    feed(l, "7e " GOOD, 0, &s); /* one flag in front is forgiven */
    assert_string_equal(s.good, " 00 1c0800");
    feed(l, "00 78", 0, &s); /* a split frame is joined */
    feed(l, "f0 7e", 0, &s);
    assert_string_equal(s.good, " 00 1c0800 00");
    assert_string_equal(s.verdicts, "GGG");
    feed(l, "7e 7e " GOOD, 0, &s); /* two are an empty frame, and the rest is dropped */
    feed(l, "7e", 0, &s);
    assert_string_equal(s.verdicts, "GGGEE");
    assert_string_equal(s.good, " 00 1c0800 00");
    free(l);
}

static void test_router_profile(void **state)
{
    struct sim_link *l = new_link(SIM_LINK_ROUTER);
    struct seen s = {0};

    (void)state;
    feed(l, "00 78 f0 7e " GOOD, 0, &s);
    assert_string_equal(s.good, " 00 1c0800");
    feed(l, "00 78", 0, &s);
    feed(l, "f0 7e", 0, &s); /* what is left of a split frame is none */
    assert_string_equal(s.verdicts, "GGS");
    feed(l, "7e 7e 7e " GOOD, 0, &s);
    assert_string_equal(s.verdicts, "GGSG");
    free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode_vectors), cmocka_unit_test(test_decode_vectors),
        cmocka_unit_test(test_torn_whole),     cmocka_unit_test(test_torn_bytewise),
        cmocka_unit_test(test_torn_glued),     cmocka_unit_test(test_split_everywhere),
        cmocka_unit_test(test_largest_frame),  cmocka_unit_test(test_bad_frame_is_given_whole),
        cmocka_unit_test(test_kernel_profile), cmocka_unit_test(test_router_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
