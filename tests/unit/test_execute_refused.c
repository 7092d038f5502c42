/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Units that say no to any one item, or to all: read only, busy for ever or for a while, full for
 * ever or until a sync in every dialect, locked with and without the service code. At every
 * position of a plan the exit status and the list have to be right, and a resume without the fault
 * whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "exec_rig.h"

#define ALL     99u /* the position of all items */
#define FOREVER 1000000u
#define FOLDER  4u /* step that makes a folder; the next two are in it */
#define LAST    (EXEC_STEPS - 1)

/* What the unit says, as NV status and EFS errno, or as an error byte around the request. */
static struct {
    unsigned status, err, bad;
    unsigned until; /* first byte, or EFS operation above 0xff, of the request that ends it */
} word;

static unsigned said; /* how often in this run */

static long open_step(struct exec_rig *x)
{
    struct qd_jview v;
    struct qdiag_error e = {0};
    assert_int_equal(qd_journal_status(x->plan.path, &v, &e), 0);
    long i = qd_jview_open_step(&v);
    qd_jview_clear(&v);
    return i;
}

static void answer_no(struct sim_reply *r, const uint8_t *req, size_t n)
{
    memset(r->p, 0, 512);
    if (word.bad) {
        r->p[0] = (uint8_t)word.bad;
        memcpy(r->p + 1, req, n);
        r->len = n + 1;
        return;
    }
    memcpy(r->p, req, req[0] == 0x4b && req[1] == 0x13 ? 4 : n);
    if (req[0] == 0x27) {
        r->len = 133;
        qd_put16(r->p + 131, (uint16_t)word.status);
    } else if (req[1] == 0x30) {
        r->len = 138;
        qd_put16(r->p + 136, (uint16_t)word.status);
    } else if (req[2] == 2) { /* OPEN: handle, errno */
        r->len = 12;
        qd_put32(r->p + 4, 0xffffffff);
        qd_put32(r->p + 8, word.err);
    } else if (req[2] == 38) { /* PUT: sequence, errno */
        r->len = 10;
        memcpy(r->p + 4, req + 12, 2);
        qd_put32(r->p + 6, word.err);
    } else {
        r->len = 8;
        qd_put32(r->p + 4, word.err);
    }
}

/* n = position, arg = how often it says no. */
static int say_no(struct exec_rig *x, const uint8_t *req, size_t n)
{
    unsigned what = n > 2 && req[0] == 0x4b && req[1] == 0x13 ? 0x100u + req[2] : req[0];
    if (word.until && said && what == word.until)
        x->arg = 0;
    if (x->arg == 0 || !exec_is_change(req, n) || (word.bad == 0 && what == 0x105))
        return 0;
    if (x->n != ALL && open_step(x) != (long)x->n)
        return 0;
    x->arg--;
    said++;
    answer_no(&x->sim.reply, req, n);
    return 1;
}

static void start(struct exec_rig *x, unsigned at, unsigned times, const char *conf)
{
    exec_standard(x, conf);
    x->before = say_no;
    x->n = at;
    x->arg = times;
    said = 0;
}

static int is_nv(unsigned at)
{
    return at < 3 || at == LAST;
}

/* The fault is gone; what the unit refused is written after all. */
static void assert_goes_on(struct exec_rig *x)
{
    x->before = NULL;
    if (exec_resume(x) != 0)
        fail_msg("going on: %d %s %s", x->e.code, x->e.item, x->e.why);
    exec_assert_unit(x, 1);
    assert_int_equal(x->unjournaled, 0);
}

static void assert_item(struct exec_rig *x, unsigned at)
{
    char key[512];
    qd_key_text(&x->plan.plan->v[at].key, key, sizeof key);
    assert_string_equal(x->e.item, key);
}

/* Refused, listed, and the rest is written but for what needs it, and for the identity. */
static void listed_and_passed_by(void **state)
{
    (void)state;
    static const unsigned words[][2] = {{7, 30}, {4, 13}, {8, 2}, {2, 1}}; /* status, errno */
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
        for (unsigned at = 0; at < EXEC_STEPS; at++) {
            struct exec_rig x;
            memset(&word, 0, sizeof word);
            word.status = words[w][0];
            word.err = words[w][1];
            start(&x, at, FOREVER, "");
            if (exec_new(&x) != -QDIAG_E_PARTLY)
                fail_msg("at %u, status %u: %d %s", at, word.status, x.e.code, x.e.why);
            assert_int_equal(qdiag_exit_code(&x.e), 16);
            assert_int_equal(x.e.touch, QDIAG_CHANGED);
            assert_item(&x, at);
            assert_int_equal(x.out.step[at].wire, is_nv(at) ? word.status : word.err);
            for (unsigned i = 0; i < EXEC_STEPS; i++) {
                int no = i == at || (at == FOLDER && (i == at + 1 || i == at + 2));
                enum qd_result want = no          ? QD_RESULT_REFUSED
                                      : i == LAST ? QD_RESULT_NONE
                                                  : QD_RESULT_WRITTEN;
                assert_int_equal(x.out.step[i].result, want);
            }
            assert_true(x.out.step[at].why[0] != '\0');
            assert_goes_on(&x);
            exec_stop(&x);
        }
}

/* All of it refused: a failure of its own, the unit untouched, every item with its reason. */
static void all_refused(void **state)
{
    (void)state;
    struct exec_rig x;
    memset(&word, 0, sizeof word);
    word.status = 7;
    word.err = 30;
    start(&x, ALL, FOREVER, "");
    assert_int_equal(exec_new(&x), -QDIAG_E_REFUSED);
    assert_int_equal(qdiag_exit_code(&x.e), 1);
    assert_int_equal(x.e.touch, QDIAG_UNTOUCHED);
    assert_int_equal(x.out.count[QD_RESULT_REFUSED], EXEC_STEPS - 1);
    assert_int_equal(x.out.step[LAST].result, QD_RESULT_NONE);
    for (unsigned i = 0; i < LAST; i++)
        assert_true(x.out.step[i].why[0] != '\0');
    exec_assert_unit(&x, 0);
    assert_goes_on(&x);
    exec_stop(&x);
}

/* Stops there: nothing behind it is sent. */
static void assert_stops(unsigned at, int alone)
{
    struct exec_rig x;
    start(&x, at, FOREVER, "");
    int rc = exec_new(&x);
    if (rc != (at ? -QDIAG_E_PARTLY : -alone))
        fail_msg("at %u: %d %s", at, x.e.code, x.e.why);
    assert_int_equal(x.e.touch, at ? QDIAG_CHANGED : QDIAG_UNTOUCHED);
    assert_item(&x, at);
    assert_int_equal(x.out.step[at].result, QD_RESULT_REFUSED);
    assert_int_equal(x.out.count[QD_RESULT_WRITTEN], at);
    for (unsigned i = at + 1; i < EXEC_STEPS; i++)
        assert_int_equal(x.out.step[i].result, QD_RESULT_NONE);
    assert_goes_on(&x);
    exec_stop(&x);
}

static void busy_for_ever_and_for_a_while(void **state)
{
    (void)state;
    struct exec_rig x;
    for (unsigned at = 0; at < EXEC_STEPS; at++) {
        if (!is_nv(at))
            continue; /* files have no such answer */
        memset(&word, 0, sizeof word);
        word.status = 1;
        assert_stops(at, QDIAG_E_REFUSED);
        start(&x, at, 3, "");
        assert_int_equal(exec_new(&x), 0);
        assert_int_equal(said, 3);
        assert_int_equal(x.out.count[QD_RESULT_WRITTEN], EXEC_STEPS);
        exec_assert_unit(&x, 1);
        assert_int_equal(x.unjournaled, 0);
        exec_stop(&x);
    }
}

static void full_for_ever_and_until_a_sync(void **state)
{
    (void)state;
    static const char *const dialects[] = {"", "sync = 306\n", "sync = 13\n", "sync = never\n"};
    struct exec_rig x;
    for (unsigned at = 0; at < EXEC_STEPS; at++)
        for (size_t d = 0; d < sizeof dialects / sizeof dialects[0]; d++) {
            memset(&word, 0, sizeof word);
            word.status = 3;
            word.err = 28;
            if (d == 0)
                assert_stops(at, QDIAG_E_REFUSED);
            word.until = 0x130; /* SYNC_NO_WAIT */
            start(&x, at, FOREVER, dialects[d]);
            if (exec_new(&x) != 0)
                fail_msg("at %u, %s: %d %s %s", at, dialects[d], x.e.code, x.e.item, x.e.why);
            assert_true(said > 0);
            assert_int_equal(x.out.count[QD_RESULT_WRITTEN], EXEC_STEPS);
            assert_true(x.out.verified);
            exec_assert_unit(&x, 1);
            assert_int_equal(x.unjournaled, 0);
            exec_stop(&x);
        }
}

static const char *spc(void *user)
{
    ((struct exec_rig *)user)->spc_asked++;
    return "000000";
}

static void locked_at_every_item(void **state)
{
    (void)state;
    struct exec_rig x;
    for (unsigned bad = 0x42; bad <= 0x47; bad += 5)
        for (unsigned at = 0; at < EXEC_STEPS; at++) {
            memset(&word, 0, sizeof word);
            word.bad = bad;
            assert_stops(at, QDIAG_E_LOCKED);
            word.until = 0x41; /* SPC */
            start(&x, at, FOREVER, "");
            x.unit.spc = spc;
            if (exec_new(&x) != 0)
                fail_msg("at %u: %d %s %s", at, x.e.code, x.e.item, x.e.why);
            assert_int_equal(x.spc_asked, 1);
            assert_true(said > 0);
            exec_assert_unit(&x, 1);
            assert_int_equal(x.unjournaled, 0);
            exec_stop(&x);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listed_and_passed_by),
        cmocka_unit_test(all_refused),
        cmocka_unit_test(busy_for_ever_and_for_a_while),
        cmocka_unit_test(full_for_ever_and_until_a_sync),
        cmocka_unit_test(locked_at_every_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
