/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Replies that come twice, late or never: the service must give the right bytes or an error, never
 * another file's bytes. Time is virtual: one request takes 1 ms, the time-out is 1000 ms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_efs.h"

#define STEP 1000u /* microseconds from a request to its reply */

static struct fake_efs f;

/* One fault: the nth reply of one operation. */
static struct {
    unsigned op, nth; /* nth 0 = every one */
    uint64_t dup_us;  /* a copy comes so much later; UINT64_MAX = none */
    uint64_t late_us; /* the reply itself comes so much later */
    int lost;
    int random; /* instead: every reply may be copied; in-order link */
    uint32_t seed;
    uint64_t last_due; /* replies never overtake each other */
} fault;

static uint32_t rnd(void)
{
    fault.seed ^= fault.seed << 13;
    fault.seed ^= fault.seed >> 17;
    fault.seed ^= fault.seed << 5;
    return fault.seed;
}

static void say_in_order(struct fake_efs *m, uint64_t in_us, const struct qd_buf *wire)
{
    uint64_t due = m->link->now_us + in_us;
    if (due < fault.last_due)
        due = fault.last_due;
    fault.last_due = due;
    fake_say_in(m->link, due - m->link->now_us, wire->p, wire->len);
}

static void say_random(struct fake_efs *m, const struct qd_buf *wire)
{
    uint64_t late = rnd() % 100 < 2 ? (rnd() % 3000) * 1000 : 0;
    say_in_order(m, STEP + late, wire);
    if (rnd() % 100 < 8)
        fake_say_in(m->link, fault.last_due - m->link->now_us + rnd() % (12 * STEP), wire->p,
                    wire->len);
}

static int faulty(struct fake_efs *m, unsigned op, const uint8_t *req, size_t n,
                  struct qd_buf *wire)
{
    struct qd_buf own = {0};
    (void)wire;
    fake_efs_reply(m, req, n, &own);
    int hit = op == fault.op && (fault.nth == 0 || m->ops[op] == fault.nth);
    if (fault.random) {
        say_random(m, &own);
    } else if (!hit) {
        say_in_order(m, STEP, &own);
    } else {
        m->hits++;
        if (!fault.lost)
            fake_say_in(m->link, STEP + fault.late_us, own.p, own.len);
        if (fault.dup_us != UINT64_MAX)
            fake_say_in(m->link, STEP + fault.late_us + fault.dup_us, own.p, own.len);
    }
    qd_buf_free(&own);
    return 1;
}

static void start(void)
{
    static const char *const names[] = {"/d1/x", "/d2/x", "/d3/x"};
    uint8_t data[1500];
    fake_efs_start(&f);
    for (int i = 0; i < 3; i++) {
        char dir[32];
        snprintf(dir, sizeof dir, "/d%d", i + 1);
        fake_efs_add(&f, dir, 0040755, NULL, 0);
        memset(data, 'A' + i, sizeof data);
        fake_efs_add(&f, names[i], 0100644, data, sizeof data - (size_t)i);
        snprintf(dir, sizeof dir, "/d%d/%c", i + 1, 'p' + i);
        fake_efs_add(&f, dir, 0160777, data, (size_t)i);
        snprintf(dir, sizeof dir, "/l%d", i + 1);
        fake_efs_add(&f, dir, 0120777, names[i], 5);
    }
    memset(&fault, 0, sizeof fault);
    fault.dup_us = UINT64_MAX;
    f.hook = faulty;
}

static int wrong, failed;

static void note(int rc, int right)
{
    failed += rc != 0;
    wrong += rc == 0 && !right;
}

static void try_read(int i, struct qd_buf *b)
{
    char path[32];
    snprintf(path, sizeof path, "/d%d/x", i + 1);
    int rc = qd_efs_read(&f.fs, path, b, NULL);
    int right = b->len == 1500 - (size_t)i;
    for (size_t k = 0; k < b->len; k++)
        right &= b->p[k] == 'A' + i;
    note(rc, right);
    if (rc)
        assert_int_equal(b->len, 0);
}

static void try_list(int i)
{
    struct qd_efs_list list;
    char path[32], other[2] = {(char)('p' + i), 0};
    snprintf(path, sizeof path, "/d%d", i + 1);
    int rc = qd_efs_list(&f.fs, path, &list, NULL);
    note(rc, list.n == 2 && strcmp(list.v[0].name, other) == 0 &&
                 list.v[0].st.size == (uint32_t)i && list.v[1].st.size == 1500 - (uint32_t)i);
    qd_efs_list_free(&list);
}

static void try_stat(int i)
{
    struct qd_efs_stat st = {0};
    char path[32];
    snprintf(path, sizeof path, "/d%d/x", i + 1);
    int rc = qd_efs_stat(&f.fs, path, &st, NULL);
    note(rc, st.size == 1500 - (uint32_t)i);
}

static void try_readlink(int i, struct qd_buf *b)
{
    char path[32], want[32];
    snprintf(path, sizeof path, "/l%d", i + 1);
    snprintf(want, sizeof want, "/d%d/x", i + 1);
    int rc = qd_efs_readlink(&f.fs, path, b, NULL);
    note(rc, b->len == 5 && memcmp(b->p, want, 5) == 0);
}

static void try_exist(void)
{
    enum { N = 40 };
    char names[N][32];
    const char *paths[N];
    int8_t found[N];
    int32_t wire[N];
    int right = 1;
    for (int i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], i % 3 ? "/none%d" : "/d%d/x",
                 i % 3 ? i : i / 3 % 3 + 1);
        paths[i] = names[i];
    }
    int rc = qd_efs_exist(&f.fs, paths, N, found, wire, NULL);
    for (int i = 0; rc == 0 && i < N; i++)
        right &= found[i] == (i % 3 == 0);
    note(rc, right);
}

static void everything(void)
{
    struct qd_buf b = {0};
    wrong = failed = 0;
    for (int i = 0; i < 3; i++)
        try_read(i, &b);
    for (int i = 0; i < 3; i++)
        try_list(i);
    for (int i = 0; i < 3; i++)
        try_stat(i);
    for (int i = 0; i < 3; i++)
        try_readlink(i, &b);
    try_exist();
    qd_buf_free(&b);
}

/* Lets everything that is still on its way arrive, with requests that change nothing. */
static void quiet_end(void)
{
    int failed_before = failed;
    fault.op = 99;
    fault.random = 0;
    for (int i = 0; i < 12; i++) {
        f.link->now_us += 500000;
        try_stat(i % 3);
    }
    failed = failed_before;
}

static const unsigned all_ops[] = {2, 3, 4, 7, 11, 12, 13, 15};
#define N_OPS (sizeof all_ops / sizeof all_ops[0])

static void no_fault(void **state)
{
    (void)state;
    start();
    everything();
    assert_int_equal(wrong, 0);
    assert_int_equal(failed, 0);
    /* OPEN, READ, READ, READ (end), CLOSE: no request more than needed on a quiet link */
    assert_int_equal(f.ops[2], 3);
    assert_int_equal(f.ops[4], 9);
    assert_int_equal(f.ops[3], 3);
    assert_int_equal(f.ops[15], 3 + 40);
    fake_efs_stop(&f);
}

/* One reply doubled, the copy arriving at any moment of what follows: always recovered. */
static void one_copy(void **state)
{
    unsigned hits = 0;
    (void)state;
    for (size_t o = 0; o < N_OPS; o++)
        for (unsigned nth = 1; nth <= 6; nth++)
            for (uint64_t late = 0; late <= 14 * STEP; late += STEP / 2) {
                start();
                fault.op = all_ops[o];
                fault.nth = nth;
                fault.dup_us = late;
                everything();
                quiet_end();
                assert_int_equal(wrong, 0);
                assert_int_equal(failed, 0);
                assert_int_equal(fake_efs_open_files(&f) + fake_efs_open_dirs(&f), 0);
                hits += f.hits;
                fake_efs_stop(&f);
            }
    assert_true(hits > N_OPS * 3 * 29);
}

/* One reply later than the time-out allows. */
static void one_late(void **state)
{
    static const uint64_t lates[] = {900000, 1100000, 1203000, 1206000, 1500000, 2400000, 3700000};
    (void)state;
    for (size_t o = 0; o < N_OPS; o++)
        for (unsigned nth = 1; nth <= 4; nth++)
            for (size_t k = 0; k < sizeof lates / sizeof lates[0]; k++) {
                start();
                fault.op = all_ops[o];
                fault.nth = nth;
                fault.late_us = lates[k];
                everything();
                quiet_end();
                assert_int_equal(wrong, 0);
                assert_int_equal(failed, 0);
                /* The session remembers 16 requests: a reply to an OPEN longer ago is counted,
                 * but its handle is lost until the unit says "too many open". */
                if (lates[k] <= 1206000 || (all_ops[o] != 2 && all_ops[o] != 11))
                    assert_int_equal(fake_efs_open_files(&f) + fake_efs_open_dirs(&f), 0);
                else
                    assert_in_range(fake_efs_open_files(&f) + fake_efs_open_dirs(&f), 0, 1);
                fake_efs_stop(&f);
            }
}

static void one_lost(void **state)
{
    (void)state;
    for (size_t o = 0; o < N_OPS; o++)
        for (unsigned nth = 1; nth <= 4; nth++) {
            start();
            fault.op = all_ops[o];
            fault.nth = nth;
            fault.lost = 1;
            everything();
            assert_int_equal(wrong, 0);
            assert_int_equal(failed, 0);
            /* the handle of a lost OPEN reply is known to nobody */
            if (fault.op != 2)
                assert_int_equal(fake_efs_open_files(&f), 0);
            if (fault.op != 11)
                assert_int_equal(fake_efs_open_dirs(&f), 0);
            fake_efs_stop(&f);
        }
}

static void always_doubled(void **state)
{
    struct qd_buf b = {0};
    struct qdiag_error e = {0};
    (void)state;
    start();
    fault.op = 2;
    fault.dup_us = 0;
    assert_int_equal(qd_efs_read(&f.fs, "/d1/x", &b, &e), -QDIAG_E_UNSTEADY);
    assert_int_equal(b.len, 0);
    assert_string_equal(e.item, "/d1/x");
    assert_string_equal(e.why, "3 attempts, replies out of turn in each");
    assert_int_equal(f.ops[2], 3);
    assert_int_equal(fake_efs_open_files(&f), 0);
    qd_buf_free(&b);
    fake_efs_stop(&f);
}

static void never_answered(void **state)
{
    struct qd_buf b = {0};
    struct qdiag_error e = {0};
    (void)state;
    start();
    fault.op = 4;
    fault.lost = 1;
    assert_int_equal(qd_efs_read(&f.fs, "/d1/x", &b, &e), -QDIAG_E_TIMEOUT);
    assert_string_equal(e.item, "/d1/x");
    assert_int_equal(b.len, 0);
    assert_int_equal(fake_efs_open_files(&f), 0);
    memset(&e, 0, sizeof e);
    struct qd_efs_stat st;
    assert_int_equal(qd_efs_stat(&f.fs, "/d1/x", &st, &e), 0); /* the session goes on */
    qd_buf_free(&b);
    fake_efs_stop(&f);
}

/* Requests one read takes, and whether the bytes were right. */
static unsigned cost_of_read(void)
{
    struct qd_buf b = {0};
    unsigned before = f.link->requests;
    wrong = failed = 0;
    try_read(0, &b);
    assert_int_equal(wrong + failed, 0);
    qd_buf_free(&b);
    return f.link->requests - before;
}

/* Once a reply out of turn was seen, every piece of work stands between two checkpoints. */
static void brackets_after_a_stray(void **state)
{
    static const uint8_t stray[55] = {0, 'J'}; /* another client's VERNO reply */
    (void)state;
    start();
    fault.op = 99;
    assert_int_equal(cost_of_read(), 5);
    fake_say_frame(f.link, stray, sizeof stray);
    /* disturbed: 5 and a checkpoint (the first: two requests at most), then 5 in brackets */
    assert_in_range(cost_of_read(), 5 + 1 + 1 + 5 + 1, 5 + 2 + 1 + 5 + 1);
    assert_int_equal(cost_of_read(), 1 + 5 + 1);
    fake_efs_stop(&f);
}

/* A request asked twice may be answered twice: a checkpoint shows it before the bytes are used. */
static void checkpoint_after_a_second_asking(void **state)
{
    (void)state;
    start();
    fault.op = 4;
    fault.nth = 2;
    fault.lost = 1;
    assert_int_equal(cost_of_read(), 5 + 1 + 1);
    fake_efs_stop(&f);
}

static int first_close_is_not_heard(struct fake_efs *m, unsigned op, const uint8_t *req, size_t n,
                                    struct qd_buf *wire)
{
    (void)req, (void)n, (void)wire;
    return (op == 3 || op == 13) && m->ops[op] == 1;
}

static void lost_close_is_asked_again(void **state)
{
    struct qd_efs_list list;
    (void)state;
    start();
    f.hook = first_close_is_not_heard;
    cost_of_read();
    assert_int_equal(f.ops[3], 2);
    assert_int_equal(fake_efs_open_files(&f), 0);
    assert_int_equal(qd_efs_list(&f.fs, "/", &list, NULL), 0);
    qd_efs_list_free(&list);
    assert_int_equal(f.ops[13], 2);
    assert_int_equal(fake_efs_open_dirs(&f), 0);
    fake_efs_stop(&f);
}

static void copies_and_delays_at_random(void **state)
{
    int done = 0;
    (void)state;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        start();
        fault.random = 1;
        fault.seed = seed * 2654435761u;
        everything();
        assert_int_equal(wrong, 0);
        done += 13 - failed;
        quiet_end();
        assert_int_equal(wrong, 0);
        fake_efs_stop(&f);
    }
    assert_true(done > 300 * 13 / 4); /* and it is not so that nothing ever succeeds */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_fault),
        cmocka_unit_test(one_copy),
        cmocka_unit_test(one_late),
        cmocka_unit_test(one_lost),
        cmocka_unit_test(always_doubled),
        cmocka_unit_test(never_answered),
        cmocka_unit_test(brackets_after_a_stray),
        cmocka_unit_test(checkpoint_after_a_second_asking),
        cmocka_unit_test(lost_close_is_asked_again),
        cmocka_unit_test(copies_and_delays_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
