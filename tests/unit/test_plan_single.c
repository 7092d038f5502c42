/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Plans of single writes: every spelling of a protected place at every door, links on the way, and
 * the last door that each step has to pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow/plan/plan.h"

#define IMEI_A  "\x08\x0a\x10\x00\x01\x00\x00\x00\x51"
#define IMEI_B  "\x08\x0a\x10\x00\x01\x00\x00\x00\x32"
#define NO_IMEI "\x08\x0a\x00\x00\x00\x00\x00\x00\x00"

/* Every spelling of a protected place, at every door. */
static void test_single_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"/nvm/num/550",
                                      "nvm/num/550",
                                      "//nvm//num/550",
                                      "/nvm/./num/550/",
                                      "/public/../nvm/num/550",
                                      "/nvm/num/0550",
                                      "/../../nvm/num/0",
                                      "/NVM/Num/550",
                                      "/nvm/context1/550",
                                      "/nvm/num/83",
                                      "/nvm/xyz",
                                      "/nvm",
                                      "/nvm/.",
                                      "/x/../nvm",
                                      "/",
                                      "",
                                      "/a\nb",
                                      "/sfs/x",
                                      "/SFS/x",
                                      "/cert/a",
                                      "/mmgsdi/perso/x",
                                      "/nv/item_files/modem/simlock/y",
                                      "/nv/item_files/modem/SimLock/y",
                                      "/nv/item_files/x_client_token"};
    static const enum qd_single_op ops[] = {QD_SINGLE_PUT, QD_SINGLE_RM, QD_SINGLE_MKDIR,
                                            QD_SINGLE_LINK, QD_SINGLE_CHMOD};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (size_t k = 0; k < sizeof ops / sizeof ops[0]; k++) {
            struct qdiag_error e = {0};
            struct qd_key key = {.sub = -1, .nv = -1, .fs = 0x13, .path = (char *)bad[i]};
            if (qd_plan_door(ops[k], &key, "/policyman/a", &e) != -QDIAG_E_POLICY)
                fail_msg("door %zu of '%s'", k, bad[i]);
            assert_int_equal(qdiag_exit_code(&e), 5);
            assert_true(e.why[0] && e.what[0]);
        }
    struct qd_key key = {.sub = -1, .nv = -1, .fs = 0x13, .path = (char *)"/policyman/l"};
    static const char *const targets[] = {"/nvm/num/550", "../nvm", "../x/../NVM/num/0", "/sfs"};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(qd_plan_door(QD_SINGLE_LINK, &key, targets[i], NULL), -QDIAG_E_POLICY);
    assert_int_equal(qd_plan_door(QD_SINGLE_LINK, &key, "a", NULL), 0);
    static const uint16_t ids[] = {0,    1,    88,    114,   447,   550,   1943,  2497,
                                   4678, 5153, 5597,  5598,  923,   32,    85,    82,
                                   25,   3252, 453,   4184,  4394,  216,   6860,  408,
                                   4526, 4633, 10073, 10330, 29650, 50001, 50014, 60044};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        for (int sub = 0; sub < 3; sub++) {
            struct qd_key k = {.sub = sub, .nv = ids[i]};
            if (qd_plan_door(QD_SINGLE_NV, &k, NULL, NULL) != -QDIAG_E_POLICY)
                fail_msg("NV %u", ids[i]);
        }
    static const uint16_t good[] = {10, 83, 441, 6828, 7000};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct qd_key k = {.sub = 0, .nv = good[i]};
        assert_int_equal(qd_plan_door(QD_SINGLE_NV, &k, NULL, NULL), 0);
    }
}

static void test_single(void **state)
{
    (void)state;
    struct qd_plan *p;
    struct qd_look parents[] = {
        {{.sub = -1, .nv = -1, .fs = 0x13, .path = (char *)"/policyman"}, {.kind = QD_THERE_DIR}},
        {{.sub = -1, .nv = -1, .fs = 0x13, .path = (char *)"/policyman/x"},
         {.kind = QD_THERE_ABSENT}},
    };
    struct qd_single s = {
        .op = QD_SINGLE_PUT,
        .key = {.sub = -1, .nv = -1, .fs = 0x13, .path = (char *)"policyman//x/a"},
        .before = {.kind = QD_THERE_ABSENT, .mode = QD_MODE_ANY},
        .after = {.data = (uint8_t *)"new", .len = 3, .mode = QD_MODE_ANY},
        .parents = parents,
        .nparents = 2};
    assert_int_equal(qd_plan_single(&s, &p, NULL), 0);
    assert_int_equal(p->n, 2);
    assert_string_equal(p->v[0].key.path, "/policyman/x");
    assert_int_equal(p->v[0].after.kind, QD_THERE_DIR);
    assert_string_equal(p->v[1].key.path, "/policyman/x/a");
    assert_int_equal(p->v[1].after.kind, QD_THERE_FILE);
    assert_int_equal(p->v[1].decision, QD_DO_WRITE);
    qd_plan_free(&p);

    parents[0].state.kind = QD_THERE_LINK;
    assert_int_equal(qd_plan_single(&s, &p, NULL), -QDIAG_E_POLICY);
    assert_null(p);
    parents[0].state.kind = QD_THERE_UNKNOWN;
    assert_int_equal(qd_plan_single(&s, &p, NULL), -QDIAG_E_REFUSED);
    parents[0].state.kind = QD_THERE_DIR;
    s.before.kind = QD_THERE_LINK;
    assert_int_equal(qd_plan_single(&s, &p, NULL), -QDIAG_E_REFUSED);
    s.before.kind = QD_THERE_UNKNOWN;
    assert_int_equal(qd_plan_single(&s, &p, NULL), -QDIAG_E_REFUSED);

    parents[1].state.kind = QD_THERE_DIR;
    s.before = (struct qd_state){QD_THERE_ITEM, 0777, (uint8_t *)"new", 3};
    assert_int_equal(qd_plan_single(&s, &p, NULL), 0);
    assert_int_equal(qd_plan_count(p, QD_DO_KEEP), 1); /* it holds these bytes already */
    qd_plan_free(&p);
    s.op = QD_SINGLE_CHMOD;
    s.after.mode = 0600;
    assert_int_equal(qd_plan_single(&s, &p, NULL), 0);
    assert_int_equal(p->v[0].after.mode, 0600);
    assert_memory_equal(p->v[0].after.data, "new", 3);
    qd_plan_free(&p);
    s.op = QD_SINGLE_RM;
    assert_int_equal(qd_plan_single(&s, &p, NULL), 0);
    assert_int_equal(p->v[0].after.kind, QD_THERE_ABSENT);
    qd_plan_free(&p);

    uint8_t item[QD_NV_SIZE] = {1};
    struct qd_single w = {.op = QD_SINGLE_NV,
                          .key = {.sub = 0, .nv = 10, .index = 1},
                          .before = {.kind = QD_THERE_ABSENT},
                          .after = {.kind = QD_THERE_NV, .data = item, .len = QD_NV_SIZE}};
    assert_int_equal(qd_plan_single(&w, &p, NULL), 0);
    qd_plan_free(&p);
    w.key.index = 2;
    assert_int_equal(qd_plan_single(&w, &p, NULL), -QDIAG_E_USAGE);
    w.key.index = 0; /* 10 is an array by the catalog: it would land on element 1 */
    assert_int_equal(qd_plan_single(&w, &p, NULL), -QDIAG_E_USAGE);
    w.key.nv = 441; /* and this is none */
    assert_int_equal(qd_plan_single(&w, &p, NULL), 0);
    qd_plan_free(&p);
    w.is_array = 1;
    assert_int_equal(qd_plan_single(&w, &p, NULL), -QDIAG_E_USAGE);
    item[0] = 0;
    assert_int_equal(qd_plan_single(&w, &p, NULL), 0);
    qd_plan_free(&p);
    w.after.len = 5;
    assert_int_equal(qd_plan_single(&w, &p, NULL), -QDIAG_E_USAGE);
}

/* A step that writes an identity must fill a blank one with a usable one, whoever made it. */
static void test_step_door(void **state)
{
    (void)state;
    uint8_t a[QD_NV_SIZE] = IMEI_A, b[QD_NV_SIZE] = IMEI_B, none[QD_NV_SIZE] = NO_IMEI;
    struct qd_step s = {.key = {.sub = 0, .nv = 550},
                        .class = QD_CLASS_IDENTITY,
                        .phase = QD_PHASE_IDENTITY,
                        .before = {QD_THERE_NV, QD_MODE_ANY, none, QD_NV_SIZE},
                        .after = {QD_THERE_NV, QD_MODE_ANY, a, QD_NV_SIZE}};
    assert_int_equal(qd_policy_step(&s, NULL), 0);
    /* Elsewhere than at the end, whatever class it claims; and nothing else stands there. */
    s.phase = QD_PHASE_NV;
    assert_int_equal(qd_policy_step(&s, NULL), -QDIAG_E_POLICY);
    s.class = QD_CLASS_MISC;
    assert_int_equal(qd_policy_step(&s, NULL), -QDIAG_E_POLICY);
    s.phase = QD_PHASE_IDENTITY;
    s.key.nv = 441;
    assert_int_equal(qd_policy_step(&s, NULL), -QDIAG_E_POLICY);
    s.key.nv = 550;
    s.before.data = b;
    assert_int_equal(qd_policy_step(&s, NULL), -QDIAG_E_POLICY);
    s.before.data = none;
    s.after.data = none;
    assert_int_equal(qd_policy_step(&s, NULL), -QDIAG_E_POLICY);
    s.after.kind = QD_THERE_ABSENT;
    assert_int_equal(qd_policy_step(&s, NULL), -QDIAG_E_POLICY);
    s.decision = QD_DO_SKIP;
    assert_int_equal(qd_policy_step(&s, NULL), 0);
}

static void test_texts(void **state)
{
    (void)state;
    for (int i = 1; i < QD_REASONS; i++) {
        assert_true(qd_reason_name((enum qd_reason)i)[0]);
        assert_true(strlen(qd_reason_text((enum qd_reason)i)) > 5);
    }
    struct qd_state a = {QD_THERE_FILE, 0644, (uint8_t *)"x", 1}, b = a,
                    u = {.kind = QD_THERE_UNKNOWN};
    assert_true(qd_state_equal(&a, &b));
    b.mode = QD_MODE_ANY;
    assert_true(qd_state_equal(&a, &b));
    b.mode = 0600;
    assert_false(qd_state_equal(&a, &b));
    assert_false(qd_state_equal(&u, &u));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_refused),
        cmocka_unit_test(test_single),
        cmocka_unit_test(test_step_door),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
