/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The faults on the bytes: every write to the client, exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim_fault_rig.h"

#define EVENT "600e00ba6112007068b60700000300010029347e"
#define LOG                                                                                        \
    "10000c000c00010000000000000000004631"                                                         \
    "7e"

static void send(struct rig *t, const char *payload)
{
    struct qd_buf b = hex_buf(payload);

    assert_int_equal(sim_faults_wire(t->f, b.p, b.len, t->now, &t->q), 0);
    qd_buf_free(&b);
}

/* The writes made until `until`: hex, a blank after each. */
static char *writes(struct rig *t, uint64_t until)
{
    static char out[65536];
    size_t len = 0;

    out[0] = '\0';
    while (sim_queue_due(&t->q) <= until) {
        const uint8_t *p;
        size_t n;

        if (sim_queue_due(&t->q) > t->now)
            t->now = sim_queue_due(&t->q);
        p = sim_queue_next(&t->q, t->now, &n);
        assert_non_null(p);
        assert_true(len + 2 * n + 2 < sizeof out);
        qd_hex(p, n, out + len);
        len += 2 * n;
        out[len++] = ' ';
        out[len] = '\0';
        sim_queue_wrote(&t->q, n, t->now);
    }
    return out;
}

#define ALL (UINT64_MAX - 1)
#define A   "0c143a7e" /* the payloads 0c, 41 and 99 on the wire */
#define B   "41f5a37e"
#define C   "9930f97e"

static void send_abc(struct rig *t)
{
    send(t, "0c");
    send(t, "41");
    send(t, "99");
}

static void assert_wire(const char *faults, const char *want)
{
    struct rig *t = rig_new(faults);

    send_abc(t);
    assert_string_equal(writes(t, ALL), want);
    rig_free(t);
}

static void test_wire_counts(void **state)
{
    (void)state;
    assert_wire("glue", A B C " ");
    assert_wire("drop=2", A " " C " ");
    assert_wire("drop=1", "");
    assert_wire("badcrc=3", A " " B " 9930f87e ");
    assert_wire("truncate=2", A " 41f57e " C " ");
    assert_wire("dup=2", A " " B " " B " " C " ");
    assert_wire("reorder=1", B " " A " ");
    assert_wire("reorder=2", A " " C " " B " ");
    assert_wire("flood=2", LOG " " LOG " " A " " LOG " " LOG " " B " " LOG " " LOG " " C " ");
    assert_wire("noise13", "13414295927e " A " 13414295927e " B " 13414295927e " C " ");
    assert_wire("noise13=2", A " 13414295927e " B " " C " ");
    assert_wire("dup=1,drop=2", A " " A " " C " " C " ");
}

/* A broken CRC byte must not become a flag or an escape. */
static void test_badcrc_keeps_frame(void **state)
{
    (void)state;
    for (unsigned v = 0; v < 65536; v++) {
        struct rig *t = rig_new("badcrc=1");
        uint8_t p[2] = {(uint8_t)v, (uint8_t)(v >> 8)};
        char *text, *flag;

        assert_int_equal(sim_faults_wire(t->f, p, 2, 0, &t->q), 0);
        text = writes(t, ALL);
        flag = text + strlen(text) - 3;
        assert_string_equal(flag, "7e ");
        for (char *s = text; s < flag; s += 2) /* one flag only, and not behind an escape */
            assert_true(strncmp(s, "7e", 2) != 0);
        assert_true(strncmp(flag - 2, "7d", 2) != 0);
        rig_free(t);
        v += 250;
    }
}

static void test_wire_times(void **state)
{
    struct rig *t = rig_new("late=2:5");

    (void)state;
    send_abc(t);
    assert_string_equal(writes(t, 4999), A " " C " ");
    assert_string_equal(writes(t, 5000), B " ");
    rig_free(t);
    t = rig_new("lateevery=2:5");
    send_abc(t);
    send_abc(t);
    assert_string_equal(writes(t, 4999), A " " C " " B " ");
    assert_string_equal(writes(t, ALL), B " " A " " C " ");
    rig_free(t);
    t = rig_new("dupdelay=3:1");
    send_abc(t);
    assert_string_equal(writes(t, 999), A " " B " " C " ");
    assert_string_equal(writes(t, 1000), C " ");
    rig_free(t);
}

static void test_events(void **state)
{
    char *text;
    struct rig *t;

    (void)state;
    assert_wire("event=before,drop=2", EVENT " " A " " LOG " "
                                             "79000300"
                                             "0e00d0d4b5070000cb060000"
                                             "02"
                                             "000000"
                                             "000000000000"
                                             "000000000000"
                                             "5265706f7274696e672055494d2041636365737300"
                                             "75696d67656e2e6300"
                                             "3c3c7e " C " ");
    t = rig_new("event=after");
    send(t, "0c");
    assert_string_equal(writes(t, ALL), A " " EVENT " ");
    rig_free(t);
    t = rig_new("event=around");
    send(t, "0c");
    assert_string_equal(writes(t, ALL), EVENT " " A " " LOG " ");
    rig_free(t);
    t = rig_new("event=inside");
    send(t, "0c");
    assert_string_equal(writes(t, ALL), EVENT A LOG " ");
    rig_free(t);
    t = rig_new("event=inside,splitat=21:0");
    send(t, "0c");
    assert_string_equal(writes(t, ALL), EVENT "0c 143a7e" LOG " ");
    rig_free(t);
    t = rig_new("foreign=2");
    send(t, "0c");
    assert_string_equal(writes(t, ALL), A " ");
    send(t, "0c");
    text = writes(t, ALL);
    assert_memory_equal(text, "00466562", 8); /* a VERNO reply of 55 bytes: 00 "Feb" */
    assert_int_equal(strcspn(text, " "), 2 * 58);
    rig_free(t);
}

static void test_cuts(void **state)
{
    struct rig *t;

    (void)state;
    assert_wire("chunk=3", "0c143a 7e 41f5a3 7e 9930f9 7e ");
    assert_wire("slowbyte=10", "0c 14 3a 7e 41 f5 a3 7e 99 30 f9 7e ");
    assert_wire("splitat=1", "0c 143a7e 41 f5a37e 99 30f97e ");
    assert_wire("splitat=6", "0c14 3a7e 41f5 a37e 9930 f97e ");
    assert_wire("splitat=8", A " " B " " C " ");
    assert_wire("glue,chunk=8", A B " " C " ");
    t = rig_new("slowbyte=10");
    send(t, "0c");
    assert_string_equal(writes(t, 29), "0c 14 3a ");
    send(t, "41"); /* due before the rest of the first, and yet behind it */
    assert_string_equal(writes(t, ALL), "7e 41 f5 a3 7e ");
    assert_int_equal(t->now, 70);
    rig_free(t);
}

/* A unit that has been begun is finished, even if an earlier one turns up. */
static void test_begun_unit_is_finished(void **state)
{
    struct sim_queue q = {.chunk = 1};
    size_t n = 0;

    (void)state;
    assert_int_equal(sim_queue_add(&q, 10, (const uint8_t *)"ab", 2), 0);
    assert_null(sim_queue_next(&q, 9, &n));
    assert_int_equal(*sim_queue_next(&q, 10, &n), 'a');
    assert_int_equal(n, 1);
    sim_queue_wrote(&q, 1, 10);
    assert_int_equal(sim_queue_add(&q, 5, (const uint8_t *)"c", 1), 0);
    assert_int_equal(q.bytes, 2);
    assert_int_equal(*sim_queue_next(&q, 10, &n), 'b');
    sim_queue_wrote(&q, 1, 10);
    assert_int_equal(*sim_queue_next(&q, 10, &n), 'c');
    sim_queue_wrote(&q, 1, 10);
    assert_null(q.head);
    assert_int_equal(sim_queue_due(&q), UINT64_MAX);
}

static void test_flip_is_seeded(void **state)
{
    static char first[4096];
    struct rig *t = rig_new("flip=20"), *again = rig_new("flip=20");

    (void)state;
    send(t, "00 55*400");
    send(again, "00 55*400");
    snprintf(first, sizeof first, "%s", writes(t, ALL));
    assert_string_equal(first, writes(again, ALL));
    rig_free(t);
    rig_free(again);
    t = rig_new("drop=1000000");
    send(t, "00 55*400");
    assert_string_not_equal(first, writes(t, ALL));
    rig_free(t);
}

static void test_connect(void **state)
{
    struct rig *t = rig_new("stale");
    char want[2048];

    (void)state;
    assert_int_equal(sim_faults_connect(t->f, 0, &t->q), 0);
    snprintf(want, sizeof want, "263b02%0256d0500c4d87e", 0);
    assert_memory_equal(writes(t, ALL), want, strlen(want));
    assert_string_equal(sim_faults_fired(t->f), "stale");
    rig_free(t);
    t = rig_new("junk");
    assert_int_equal(sim_faults_connect(t->f, 0, &t->q), 0);
    assert_string_equal(writes(t, ALL), "fffffffffffffffe"
                                        "fffffffffffffffe"
                                        "fffffffffffffffe"
                                        "00000000000000000000000000000000" /* NULs */
                                        "0d0a4e4f20434152524945520d0a"     /* NO CARRIER */
                                        "7e000a6b6d000007000000000000007e" /* CnS */
                                        "26260208"
                                        "1c08003a287e" /* half a frame, and a stale reply */
                                        "1c08003a287e ");
    rig_free(t);
    t = rig_new("drop=1");
    assert_int_equal(sim_faults_connect(t->f, 0, &t->q), 0);
    assert_string_equal(writes(t, ALL), "");
    rig_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire_counts), cmocka_unit_test(test_badcrc_keeps_frame),
        cmocka_unit_test(test_wire_times),  cmocka_unit_test(test_events),
        cmocka_unit_test(test_cuts),        cmocka_unit_test(test_begun_unit_is_finished),
        cmocka_unit_test(test_flip_is_seeded),
        cmocka_unit_test(test_connect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
