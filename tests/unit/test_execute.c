/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The executor against the simulated modem: a whole run, refusals, units that lie, locks, a full
 * file system, another unit, forged journals, and the way back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "exec_rig.h"
#include "flow/unit/observe.h"
#include "model/backup.h"

static int code(const struct exec_rig *x)
{
    return qdiag_exit_code(&x->e);
}

static void whole_run(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_standard(&x, "");
    assert_int_equal(exec_new(&x), 0);
    assert_int_equal(x.out.count[QD_RESULT_WRITTEN], EXEC_STEPS);
    assert_int_equal(x.out.to_write, EXEC_STEPS);
    assert_true(x.out.verified);
    assert_int_equal(x.out.open_step, -1);
    assert_int_equal(x.out.exit_code, 0);
    assert_int_equal(x.out.touch, QDIAG_CHANGED);
    assert_int_equal(x.resets, 1);
    assert_int_equal(x.reconnects, 1);
    assert_int_equal(x.same_asked, 2);
    assert_int_equal(x.unjournaled, 0);
    assert_true(x.changes >= EXEC_STEPS);
    exec_assert_unit(&x, 1);
    /* There is nothing left to do, and it is said before the unit is asked anything. */
    unsigned asked = x.requests;
    assert_int_equal(exec_resume(&x), -QDIAG_E_POLICY);
    assert_int_equal(x.requests, asked);
    exec_stop(&x);
}

static void nothing_differs_writes_nothing(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_start(&x, "model = EG95\n");
    sim_rig_bytes(&x.sim, "nv/0/441", "\1", 1);
    rig_skip(&x.plan, rig_nv_key(0, 441, 0), QD_REASON_NONE);
    rig_skip(&x.plan, rig_nv_key(0, 85, 0), QD_REASON_SECRET);
    assert_int_equal(exec_new(&x), 0);
    assert_int_equal(x.writes, 0);
    assert_int_equal(x.resets, 0);
    assert_int_equal(x.out.keep, 1);
    assert_int_equal(x.out.skip, 1);
    assert_int_equal(x.out.touch, QDIAG_UNTOUCHED);
    exec_stop(&x);
}

static void without_reset(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_standard(&x, "");
    x.unit.flags = 0;
    assert_int_equal(exec_new(&x), 0);
    assert_int_equal(x.resets, 0);
    assert_true(x.out.verified);
    exec_assert_unit(&x, 1);
    exec_stop(&x);
}

static void offline_first(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_standard(&x, "offline_for_efs\nreset_needs_offline\n");
    x.unit.flags = QD_UNIT_OFFLINE | QD_UNIT_RESET;
    /* Looking needs no OPEN of a folder, but reading a file is refused until the unit is offline; a
     * plan starts from what was read, so the unit was put there before. */
    exec_open(&x);
    sim_rig_send(&x.sim, "29 01 00");
    int rc = exec_new(&x);
    assert_int_equal(x.resets, 1);
    /* Online again after the reset, the files cannot be read: not verified, and so no success. */
    assert_int_equal(rc, -QDIAG_E_PARTLY);
    assert_int_equal(code(&x), 16);
    exec_stop(&x);
}

static void unit_is_not_as_planned(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXEC_STEPS; i++) {
        struct exec_rig x;
        char key[512];
        exec_standard(&x, "");
        struct qd_state *b = &x.plan.plan->v[i].before;
        if (b->kind == QD_THERE_ABSENT) { /* the plan saw something there */
            qd_state_clear(b);
            *b = x.plan.plan->v[i].key.nv >= 0 ? rig_nv(9) : rig_bytes(QD_THERE_FILE, 0644, "x", 1);
        } else if (i == EXEC_STEPS - 1) {
            qd_state_clear(b);
            *b = rig_nv(0); /* another spelling of blank */
        } else {
            b->data[b->len - 1] ^= 1;
        }
        qd_key_text(&x.plan.plan->v[i].key, key, sizeof key);
        int rc = exec_new(&x);
        assert_int_equal(rc, i ? -QDIAG_E_PARTLY : -QDIAG_E_DIFFERENT);
        assert_int_equal(code(&x), i ? 16 : 11);
        assert_int_equal(x.e.touch, i ? QDIAG_CHANGED : QDIAG_UNTOUCHED);
        assert_string_equal(x.e.item, key);
        assert_int_equal(x.out.step[i].result, QD_RESULT_CHANGED);
        assert_int_equal(x.out.count[QD_RESULT_WRITTEN], i);
        assert_int_equal(x.changes ? 1 : 0, i ? 1 : 0);
        assert_int_equal(x.resets, 0);
        exec_stop(&x);
    }
}

static void held_already(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_start(&x, "model = EG95\n");
    struct qd_state s = rig_nv(2);
    sim_rig_bytes(&x.sim, "nv/0/441", s.data, s.len);
    rig_step(&x.plan, QD_PHASE_NV, rig_nv_key(0, 441, 0), rig_nv(1), s);
    assert_int_equal(exec_new(&x), 0);
    assert_int_equal(x.changes, 0);
    assert_int_equal(x.out.step[0].result, QD_RESULT_ALREADY);
    exec_stop(&x);
}

/* ---- refusals ---- */

static void read_only_everywhere(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_start(&x, "model = EG95\nreadonly\n");
    struct qd_state s = rig_nv(1);
    sim_rig_bytes(&x.sim, "nv/0/441", s.data, s.len);
    sim_rig_bytes(&x.sim, "nv/0/946", s.data, s.len);
    rig_step(&x.plan, QD_PHASE_NV, rig_nv_key(0, 441, 0), s, rig_nv(2));
    rig_step(&x.plan, QD_PHASE_NV, rig_nv_key(0, 946, 0), rig_nv(1), rig_nv(2));
    assert_int_equal(exec_new(&x), -QDIAG_E_REFUSED);
    assert_int_equal(code(&x), 1);
    assert_int_equal(x.e.touch, QDIAG_UNTOUCHED);
    assert_int_equal(x.out.count[QD_RESULT_REFUSED], 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(x.out.step[i].wire, 7);
        assert_non_null(strstr(x.out.step[i].why, "read only"));
    }
    exec_stop(&x);
}

/* One refusal is listed, the rest goes on, and identity is not reached. */
static void refusal_holds_identity_back(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_standard(&x, "readonly\n");
    assert_int_equal(exec_new(&x), -QDIAG_E_PARTLY);
    assert_int_equal(code(&x), 16);
    assert_int_equal(x.out.count[QD_RESULT_REFUSED], 3);
    assert_int_equal(x.out.count[QD_RESULT_WRITTEN], EXEC_STEPS - 4);
    assert_int_equal(x.out.step[EXEC_STEPS - 1].result, QD_RESULT_NONE);
    assert_string_equal(x.e.item, "nv:0:441");
    assert_int_equal(x.e.touch, QDIAG_CHANGED);
    assert_int_equal(x.resets, 1);
    assert_int_equal(exec_back(&x), -QDIAG_E_ROLLED_BACK);
    assert_int_equal(code(&x), 19);
    exec_assert_unit(&x, 0);
    exec_stop(&x);
}

static const char *right_spc(void *user)
{
    ((struct exec_rig *)user)->spc_asked++;
    return "000000";
}

static const char *wrong_spc(void *user)
{
    ((struct exec_rig *)user)->spc_asked++;
    return "123456";
}

static void locked_unit(void **state)
{
    (void)state;
    struct exec_rig x;
    for (int spc = 0; spc < 2; spc++) {
        exec_standard(&x, "spc_for_writes\n");
        x.unit.spc = spc ? wrong_spc : NULL;
        assert_int_equal(exec_new(&x), -QDIAG_E_LOCKED);
        assert_int_equal(code(&x), 8);
        assert_int_equal(x.e.touch, QDIAG_UNTOUCHED);
        assert_int_equal(x.spc_asked, spc);
        assert_string_equal(x.e.item, "nv:0:441");
        exec_assert_unit(&x, 0);
        exec_stop(&x);
    }
    exec_standard(&x, "spc_for_writes\n");
    x.unit.spc = right_spc;
    assert_int_equal(exec_new(&x), 0);
    assert_int_equal(x.spc_asked, 1);
    exec_assert_unit(&x, 1);
    exec_stop(&x);
}

static int busy_for_ever(struct exec_rig *x, const uint8_t *req, size_t n)
{
    if (req[0] != 0x27 || qd_get16(req + 1) != 946)
        return 0;
    memcpy(x->sim.reply.p, req, n);
    qd_put16(x->sim.reply.p + 131, 1);
    x->sim.reply.len = 133;
    return 1;
}

static void busy_item_stops(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_standard(&x, "");
    x.before = busy_for_ever;
    assert_int_equal(exec_new(&x), -QDIAG_E_PARTLY);
    assert_string_equal(x.e.item, "nv:0:946");
    assert_int_equal(x.out.step[2].result, QD_RESULT_REFUSED);
    assert_int_equal(x.out.step[2].wire, 1);
    assert_int_equal(x.out.step[3].result, QD_RESULT_NONE);
    x.before = NULL;
    assert_int_equal(exec_resume(&x), 0);
    exec_assert_unit(&x, 1);
    exec_stop(&x);
}

static void full_until_a_sync(void **state)
{
    (void)state;
    static const char *const dialects[] = {"", "sync = 306\n", "sync = 13\n", "sync = never\n"};
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
        struct exec_rig x;
        char conf[128];
        snprintf(conf, sizeof conf, "enospc_after = 2\n%s", dialects[i]);
        exec_standard(&x, conf);
        if (exec_new(&x) != 0)
            fail_msg("%s: %d %s %s", dialects[i], x.e.code, x.e.item, x.e.why);
        exec_assert_unit(&x, 1);
        assert_int_equal(x.unjournaled, 0);
        exec_stop(&x);
    }
}

/* ---- which unit, which plan ---- */

static void another_unit(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_standard(&x, "");
    x.other_unit = 1;
    assert_int_equal(exec_new(&x), -QDIAG_E_NOT_SAME_UNIT);
    assert_int_equal(code(&x), 4);
    assert_int_equal(x.writes, 0);
    assert_int_equal(x.e.touch, QDIAG_UNTOUCHED);
    exec_stop(&x);

    exec_standard(&x, "");
    x.other_unit = 2; /* what comes back after the reset */
    assert_int_equal(exec_new(&x), -QDIAG_E_PARTLY);
    assert_false(x.out.verified);
    exec_stop(&x);
}

static void unit_that_does_not_come_back(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_standard(&x, "");
    x.no_return = 1;
    assert_int_equal(exec_new(&x), -QDIAG_E_PARTLY);
    assert_int_equal(code(&x), 16);
    assert_null(x.unit.diag);
    assert_int_equal(x.out.count[QD_RESULT_WRITTEN], EXEC_STEPS);
    assert_false(x.out.verified);
    x.no_return = 0;
    unsigned changes = x.changes;
    assert_int_equal(exec_resume(&x), 0);
    assert_int_equal(x.changes, changes);
    assert_int_equal(x.resets, 1); /* it was reset already */
    exec_assert_unit(&x, 1);
    exec_stop(&x);
}

/* A journal is a file that anybody can make; what policy never writes does not pass. */
static void forged_plans_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 7; i++) {
        struct exec_rig x;
        exec_start(&x, "model = EG95\n");
        struct qd_state some = rig_nv(0x11);
        sim_rig_bytes(&x.sim, "nv/0/550", some.data, some.len);
        struct qd_key k = i == 2   ? rig_nv_key(0, 85, 0)
                          : i == 3 ? rig_efs_key("/nvm/num/550")
                          : i == 4 ? rig_nv_key(0, 10074, 0)
                          : i == 5 ? rig_nv_key(0, 1943, 0)
                          : i == 6 ? rig_nv_key(0, 3252, 0)
                                   : rig_nv_key(0, 550, 0);
        enum qd_phase phase = i == 1 || i == 5 ? QD_PHASE_IDENTITY : QD_PHASE_NV;
        struct qd_state to = i == 3 ? rig_bytes(QD_THERE_FILE, 0644, "x", 1) : rig_nv(0x22);
        int blank = i == 0 || i == 3;
        rig_step(&x.plan, phase, k, blank ? rig_absent() : some, to);
        if (blank)
            qd_state_clear(&some);
        assert_int_equal(exec_new(&x), -QDIAG_E_POLICY);
        assert_int_equal(code(&x), 5);
        assert_int_equal(x.writes, 0);
        exec_stop(&x);
    }
}

/* Without a proof from a backup everything is written but the identity. */
static void identity_needs_a_proof(void **state)
{
    (void)state;
    struct exec_rig x;
    for (int way = 0; way < 3; way++) {
        int none = way == 1;
        exec_standard(&x, "");
        x.no_proof = 1;
        if (none)
            x.unit.may_identify = NULL;
        if (way == 2) /* whatever the plan calls it */
            x.plan.plan->v[EXEC_STEPS - 1].class = QD_CLASS_NETWORK;
        assert_int_equal(exec_new(&x), -QDIAG_E_PARTLY);
        assert_int_equal(code(&x), 16);
        assert_int_equal(x.identities, none ? 0 : 1);
        assert_int_equal(x.out.count[QD_RESULT_WRITTEN], EXEC_STEPS - 1);
        assert_int_equal(x.out.step[EXEC_STEPS - 1].result, QD_RESULT_NONE);
        assert_int_equal(exec_back(&x), -QDIAG_E_ROLLED_BACK);
        exec_assert_unit(&x, 0);
        exec_stop(&x);
    }
}

/* A folder of the path is a link: nothing is written through it, wherever it leads; and a link to a
 * protected place that was taken away is not made again. */
static void no_way_over_a_link(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_start(&x, "model = EG95\n");
    sim_rig_text(&x.sim, "efs/d/f", "old");
    sim_rig_text(&x.sim, "efs.attr", "0120777 0 link /l -> /d\n");
    rig_step(&x.plan, QD_PHASE_EFS, rig_efs_key("/l/f"), rig_bytes(QD_THERE_FILE, 0644, "old", 3),
             rig_bytes(QD_THERE_FILE, 0644, "new", 3));
    if (exec_new(&x) != -QDIAG_E_POLICY)
        fail_msg("%d: %s: %s", x.e.code, x.e.what, x.e.why);
    assert_int_equal(code(&x), 5);
    assert_string_equal(x.e.item, "efs:/l/f");
    assert_int_equal(x.changes, 0);
    exec_assert_unit(&x, 0); /* it was there, behind the link */
    exec_stop(&x);

    exec_start(&x, "model = EG95\n");
    sim_rig_text(&x.sim, "efs.attr", "0120777 0 link /l -> /nvm/num\n");
    rig_step(&x.plan, QD_PHASE_EFS, rig_efs_key("/l"),
             rig_bytes(QD_THERE_LINK, QD_MODE_ANY, "/nvm/num", 8), rig_absent());
    assert_int_equal(exec_new(&x), 0);
    assert_int_equal(exec_back(&x), -QDIAG_E_ROLLBACK_FAILED);
    exec_assert_unit(&x, 1);
    exec_stop(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_run),
        cmocka_unit_test(nothing_differs_writes_nothing),
        cmocka_unit_test(without_reset),
        cmocka_unit_test(offline_first),
        cmocka_unit_test(unit_is_not_as_planned),
        cmocka_unit_test(held_already),
        cmocka_unit_test(read_only_everywhere),
        cmocka_unit_test(refusal_holds_identity_back),
        cmocka_unit_test(locked_unit),
        cmocka_unit_test(busy_item_stops),
        cmocka_unit_test(full_until_a_sync),
        cmocka_unit_test(another_unit),
        cmocka_unit_test(unit_that_does_not_come_back),
        cmocka_unit_test(forged_plans_are_refused),
        cmocka_unit_test(identity_needs_a_proof),
        cmocka_unit_test(no_way_over_a_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
