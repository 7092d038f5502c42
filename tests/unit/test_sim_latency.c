/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The latency model against a table computed by hand and by an independent prototype: requests per
 * second for windows of 1, 2, 4 and 8, all on a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/latency.h"

#define N 1000

/* A client that keeps d requests under way: requests per second over N of them, rounded. */
static unsigned rate(const char *knobs, unsigned d)
{
    struct sim_latency l;
    uint64_t visible[N];
    char err[200] = "";

    assert_int_equal(sim_latency_parse(&l, knobs, err, sizeof err), 0);
    for (unsigned i = 0; i < N; i++)
        visible[i] = sim_latency_admit(&l, SIM_CLASS_NV_READ, i < d ? 0 : visible[i - d]);
    return (unsigned)((N * 1000000ull + visible[N - 1] / 2) / visible[N - 1]);
}

static void test_table(void **state)
{
    static const struct {
        const char *knobs;
        unsigned rate[4];
    } rows[] = {
        {"service=1000us,link=0", {1000, 1000, 1000, 1000}},
        {"service=0,link=1ms", {1000, 2000, 4000, 8000}},
        {"service=250us,link=750us", {1000, 1999, 3988, 3988}},
        {"service=1ms,link=4ms", {200, 400, 798, 996}},
        {"service=100,link=150", {4000, 7994, 9985, 9985}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned k = 0; k < 4; k++)
            assert_int_equal(rate(rows[i].knobs, 1u << k), rows[i].rate[k]);
}

static struct sim_latency parsed(const char *text)
{
    struct sim_latency l;
    char err[200] = "";

    assert_int_equal(sim_latency_parse(&l, text, err, sizeof err), 0);
    sim_latency_seed(&l, 7);
    return l;
}

static void test_one_request(void **state)
{
    struct sim_latency l = parsed("service=200us,link=1001us");

    (void)state;
    assert_int_equal(sim_latency_admit(&l, SIM_CLASS_OTHER, 5000), 5000 + 1001 + 200);
    /* the second waits for the first in the module, not on the link */
    assert_int_equal(sim_latency_admit(&l, SIM_CLASS_OTHER, 5001), 5000 + 1001 + 400);
    /* after a pause it does not wait at all */
    assert_int_equal(sim_latency_admit(&l, SIM_CLASS_OTHER, 90000), 90000 + 1001 + 200);
    (void)sim_latency_admit(&l, SIM_CLASS_OTHER, 100000);
    sim_latency_restart(&l);
    assert_int_equal(sim_latency_admit(&l, SIM_CLASS_OTHER, 100000), 100000 + 1001 + 200);
}

static void test_classes(void **state)
{
    struct sim_latency l = parsed("efs=3ms,nv=1ms,service=5,nvwrite=2s,efswrite=7");

    (void)state;
    assert_int_equal(sim_latency_admit(&l, SIM_CLASS_OTHER, 0), 5);
    sim_latency_restart(&l);
    assert_int_equal(sim_latency_admit(&l, SIM_CLASS_NV_READ, 0), 1000);
    sim_latency_restart(&l);
    assert_int_equal(sim_latency_admit(&l, SIM_CLASS_NV_WRITE, 0), 2000000);
    sim_latency_restart(&l);
    assert_int_equal(sim_latency_admit(&l, SIM_CLASS_EFS_READ, 0), 3000);
    sim_latency_restart(&l);
    assert_int_equal(sim_latency_admit(&l, SIM_CLASS_EFS_WRITE, 0), 7);
}

static void test_jitter_repeats(void **state)
{
    struct sim_latency a = parsed("service=100us,jitter=50us");
    struct sim_latency b = parsed("service=100us,jitter=50us");
    int differ = 0;

    (void)state;
    for (uint64_t t = 0; t < 100000; t += 1000) {
        uint64_t v = sim_latency_admit(&a, SIM_CLASS_OTHER, t);

        assert_int_equal(v, sim_latency_admit(&b, SIM_CLASS_OTHER, t));
        assert_in_range(v - t, 100, 150);
        differ |= v - t != 100;
    }
    assert_true(differ);
}

static void test_bad_knobs(void **state)
{
    static const char *const bad[] = {
        "service",        "service=",
        "service=-1",     "service=1m",
        "speed=1",        "link=1ms,nv",
        "link= 1",        "=1",
        "link=1ms,,nv=1", "service=601s",
        "service=1 ms",   "servic=1",
        "nv=0x10",        "link=99999999999999999999",
    };
    struct sim_latency l;
    char err[200];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err[0] = '\0';
        assert_int_equal(sim_latency_parse(&l, bad[i], err, sizeof err), -1);
        assert_non_null(strstr(err, "--latency: bad \""));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),     cmocka_unit_test(test_one_request),
        cmocka_unit_test(test_classes),   cmocka_unit_test(test_jitter_repeats),
        cmocka_unit_test(test_bad_knobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
