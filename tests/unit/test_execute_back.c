/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Units that lie about any one item, at once or after the reset, and the way back: from everything,
 * from a part, from what others changed, and from things of another kind. */
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

/* ---- units that lie ---- */

static int is_look(const uint8_t *req, size_t n)
{
    return req[0] == 0x26 || (n > 2 && req[0] == 0x4b && req[1] == 0x30 && req[2] == 1) ||
           (n > 2 && req[0] == 0x4b && req[1] == 0x13 && req[2] == 7);
}

/* n = step that the unit lies about, arg: 0 it drops the write, 1 it changes a bit. */
static int lie(struct exec_rig *x, const uint8_t *req, size_t n)
{
    static int dirty;
    if (exec_is_change(req, n)) {
        dirty = 1;
        return 0;
    }
    if (!dirty || !is_look(req, n))
        return 0;
    dirty = 0;
    struct qd_jview v;
    struct qdiag_error e = {0};
    assert_int_equal(qd_journal_status(x->plan.path, &v, &e), 0);
    if (qd_jview_open_step(&v) == (long)x->n && !v.back) {
        const struct qd_step *s = &v.header.plan->v[x->n];
        struct qd_state to;
        assert_int_equal(qd_state_copy(&to, x->arg ? &s->after : &s->before, &e), 0);
        if (x->arg && to.len)
            to.data[to.len / 2] ^= 0x10;
        if (x->arg && !to.len)
            to.kind = QD_THERE_ABSENT;
        exec_force(x, &s->key, &to);
        qd_state_clear(&to);
    }
    qd_jview_clear(&v);
    return 0;
}

static void lying_unit_at_every_item(void **state)
{
    (void)state;
    for (unsigned arg = 0; arg < 2; arg++)
        for (unsigned i = 0; i < EXEC_STEPS; i++) {
            struct exec_rig x;
            char key[512];
            exec_standard(&x, "");
            x.before = lie;
            x.n = i;
            x.arg = arg;
            qd_key_text(&x.plan.plan->v[i].key, key, sizeof key);
            exec_open(&x);
            char *start = exec_dump(&x);
            if (exec_new(&x) != -QDIAG_E_READBACK_DIFFERS)
                fail_msg("item %u, lie %u: %d %s", i, arg, x.e.code, x.e.why);
            assert_int_equal(code(&x), 17);
            assert_string_equal(x.e.item, key);
            assert_int_equal(x.e.touch, QDIAG_CHANGED);
            assert_int_equal(x.out.step[i].result, QD_RESULT_DIFFERS);
            assert_int_equal(x.out.count[QD_RESULT_WRITTEN], i);
            assert_int_equal(x.unjournaled, 0);
            assert_int_equal(x.resets, 0);
            /* The unit stops lying, and all of it goes back; identity that went wrong is left. */
            x.before = NULL;
            int rc = exec_back(&x);
            int id = i == EXEC_STEPS - 1 && arg;
            if (id) {
                assert_int_equal(rc, -QDIAG_E_ROLLBACK_FAILED);
            } else {
                if (rc != -QDIAG_E_ROLLED_BACK)
                    fail_msg("item %u, lie %u: back: %d %s %s", i, arg, x.e.code, x.e.item,
                             x.e.why);
                char *end = exec_dump(&x);
                assert_string_equal(end, start);
                free(end);
                assert_int_equal(x.e.touch, QDIAG_UNTOUCHED);
            }
            free(start);
            exec_stop(&x);
        }
}

/* Held until the reset, and then not any more. */
static int forget(struct exec_rig *x, const uint8_t *req, size_t n)
{
    if (n == 3 && req[0] == 0x29 && req[1] == 2)
        exec_force(x, &x->plan.plan->v[x->n].key, &x->plan.plan->v[x->n].before);
    return 0;
}

static void lost_at_the_reset(void **state)
{
    (void)state;
    static const unsigned steps[] = {0, 1, 3, 7, 8};
    for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
        struct exec_rig x;
        exec_standard(&x, "");
        x.before = forget;
        x.n = steps[k];
        assert_int_equal(exec_new(&x), -QDIAG_E_READBACK_DIFFERS);
        assert_int_equal(code(&x), 17);
        assert_int_equal(x.out.step[steps[k]].result, QD_RESULT_LOST);
        assert_int_equal(x.out.count[QD_RESULT_LOST], 1);
        assert_int_equal(x.out.count[QD_RESULT_WRITTEN], EXEC_STEPS - 1);
        assert_false(x.out.verified);
        assert_int_equal(x.resets, 1);
        x.before = NULL;
        assert_int_equal(exec_resume(&x), 0);
        exec_assert_unit(&x, 1);
        assert_int_equal(x.unjournaled, 0);
        exec_stop(&x);
    }
}

/* ---- the way back ---- */

static void back_from_everything(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_standard(&x, "");
    exec_open(&x);
    char *start = exec_dump(&x);
    assert_int_equal(exec_new(&x), 0);
    /* All but the identity, which is the unit's own. */
    assert_int_equal(exec_back(&x), -QDIAG_E_PARTLY);
    assert_int_equal(code(&x), 16);
    assert_int_equal(x.out.step[EXEC_STEPS - 1].result, QD_RESULT_KEPT);
    assert_int_equal(x.out.count[QD_RESULT_UNDONE], EXEC_STEPS - 1);
    assert_non_null(strstr(x.e.what, "identity"));
    assert_int_equal(x.unjournaled, 0);
    assert_int_equal(x.resets, 2);
    char *end = exec_dump(&x);
    assert_string_not_equal(end, start);
    /* Apart from that item the unit is as it was. */
    char *a = strstr(start, "file nv/0/550"), *b = strstr(end, "file nv/0/550");
    assert_non_null(a);
    assert_int_equal(a - start, b - end);
    *a = *b = '\0';
    assert_string_equal(end, start);
    assert_string_equal(strchr(a + 1, '\n'), strchr(b + 1, '\n'));
    free(start);
    free(end);
    assert_int_equal(exec_resume(&x), -QDIAG_E_POLICY);
    exec_stop(&x);
}

static void back_without_alias(void **state)
{
    (void)state;
    struct exec_rig x;
    for (int i = 0; i < 3; i++) {
        /* No alias; one that cannot be taken away; an element of an array. */
        exec_start(&x, i == 0 ? "model = EG95\nno_nvm\n" : "model = EG95\n");
        x.alias_stays = i == 1;
        struct qd_state s = rig_nv(4);
        s.data[0] = 0;
        rig_step(&x.plan, QD_PHASE_NV, rig_nv_key(0, 441, 0), rig_absent(), rig_nv(4));
        rig_step(&x.plan, QD_PHASE_NV, rig_nv_key(0, i == 2 ? 10 : 946, 0), rig_absent(), s);
        rig_step(&x.plan, QD_PHASE_EFS, rig_efs_key("/d"), rig_absent(),
                 rig_bytes(QD_THERE_DIR, QD_MODE_ANY, NULL, 0));
        assert_int_equal(exec_new(&x), 0);
        assert_int_equal(exec_back(&x), -QDIAG_E_ROLLBACK_FAILED);
        assert_int_equal(code(&x), 20);
        assert_int_equal(x.e.touch, QDIAG_CHANGED);
        assert_int_equal(x.out.step[0].result, i == 2 ? QD_RESULT_UNDONE : QD_RESULT_STAYS);
        assert_int_equal(x.out.step[1].result, QD_RESULT_STAYS);
        assert_int_equal(x.out.step[2].result, QD_RESULT_UNDONE);
        assert_string_equal(x.e.item, i == 2 ? "nv:0:10" : "nv:0:441");
        exec_stop(&x);
    }
}

static void back_leaves_what_others_changed(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_standard(&x, "readonly\n");
    assert_int_equal(exec_new(&x), -QDIAG_E_PARTLY);
    struct qd_state other = rig_bytes(QD_THERE_FILE, 0644, "somebody else's", 15);
    exec_force(&x, &x.plan.plan->v[5].key, &other);
    qd_state_clear(&other);
    assert_int_equal(exec_back(&x), -QDIAG_E_ROLLBACK_FAILED);
    assert_int_equal(x.out.step[5].result, QD_RESULT_CHANGED);
    assert_string_equal(x.e.item, "efs:/d");
    /* The folder is not empty, so it cannot go either; the rest has. */
    assert_int_equal(x.out.step[4].result, QD_RESULT_REFUSED);
    assert_int_equal(x.out.step[3].result, QD_RESULT_UNDONE);
    assert_int_equal(x.out.step[7].result, QD_RESULT_UNDONE);
    exec_stop(&x);
}

/* What was verified is whole: a beginning of it is somebody else's, whatever is taken back before it. */
static void back_leaves_a_beginning_that_is_not_ours(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_standard(&x, "");
    assert_int_equal(exec_new(&x), 0);
    struct qd_state begun = rig_bytes(QD_THERE_ITEM, 0777, "the new", 7);
    exec_force(&x, &x.plan.plan->v[3].key, &begun);
    qd_state_clear(&begun);
    assert_int_equal(exec_back(&x), -QDIAG_E_ROLLBACK_FAILED);
    assert_int_equal(x.out.step[3].result, QD_RESULT_CHANGED);
    assert_int_equal(x.out.step[7].result, QD_RESULT_UNDONE);
    assert_int_equal(x.out.step[0].result, QD_RESULT_UNDONE);
    exec_stop(&x);
}

static void back_from_nothing(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_standard(&x, "");
    x.other_unit = 1;
    assert_int_equal(exec_new(&x), -QDIAG_E_NOT_SAME_UNIT);
    x.other_unit = 0;
    assert_int_equal(exec_back(&x), 0);
    assert_int_equal(x.writes, 0);
    exec_stop(&x);
}

/* Things of another kind in place, there and back. */
static void kinds_exchanged(void **state)
{
    (void)state;
    struct exec_rig x;
    exec_start(&x, "model = EG95\n");
    sim_rig_text(&x.sim, "efs/f", "file");
    sim_rig_text(&x.sim, "efs/g", "file");
    sim_rig_text(&x.sim, "efs/gone", "file");
    sim_rig_text(&x.sim, "efs.attr", "0120777 0 link /l -> /f\n040755 0 dir /e\n");
    rig_step(&x.plan, QD_PHASE_EFS, rig_efs_key("/f"), rig_bytes(QD_THERE_FILE, 0644, "file", 4),
             rig_bytes(QD_THERE_ITEM, QD_MODE_ANY, "item", 4));
    rig_step(&x.plan, QD_PHASE_EFS, rig_efs_key("/g"), rig_bytes(QD_THERE_FILE, 0644, "file", 4),
             rig_bytes(QD_THERE_FILE, 0600, "file", 4));
    rig_step(&x.plan, QD_PHASE_EFS, rig_efs_key("/l"),
             rig_bytes(QD_THERE_LINK, QD_MODE_ANY, "/f", 2),
             rig_bytes(QD_THERE_FILE, 0644, "no link", 7));
    rig_step(&x.plan, QD_PHASE_EFS, rig_efs_key("/gone"), rig_bytes(QD_THERE_FILE, 0644, "file", 4),
             rig_absent());
    rig_step(&x.plan, QD_PHASE_EFS, rig_efs_key("/e"), rig_bytes(QD_THERE_DIR, 0755, NULL, 0),
             rig_bytes(QD_THERE_LINK, QD_MODE_ANY, "/g", 2));
    char folder[128]; /* an empty folder, on the host as well */
    snprintf(folder, sizeof folder, "%s/efs/e", x.sim.dir);
    assert_int_equal(mkdir(folder, 0755), 0);
    exec_open(&x);
    char *start = exec_dump(&x);
    assert_int_equal(exec_new(&x), 0);
    exec_assert_unit(&x, 1);
    assert_int_equal(exec_back(&x), -QDIAG_E_ROLLED_BACK);
    exec_assert_unit(&x, 0);
    char *end = exec_dump(&x);
    assert_string_equal(end, start);
    free(start);
    free(end);
    assert_int_equal(x.unjournaled, 0);
    exec_stop(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lying_unit_at_every_item),
        cmocka_unit_test(lost_at_the_reset),
        cmocka_unit_test(back_from_everything),
        cmocka_unit_test(back_without_alias),
        cmocka_unit_test(back_leaves_what_others_changed),
        cmocka_unit_test(back_leaves_a_beginning_that_is_not_ours),
        cmocka_unit_test(back_from_nothing),
        cmocka_unit_test(kinds_exchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
