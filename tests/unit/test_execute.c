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
#include "flow/observe.h"
#include "model/backup.h"

static int code(const struct exec_rig *x)
{
    return qdiag_exit_code(&x->e);
}

/* All keys of the plan hold their state from before (0) or behind (1). */
static void assert_unit(struct exec_rig *x, int after)
{
    struct qd_eye eye;
    exec_open(x);
    eye = (struct qd_eye){.diag = x->unit.diag};
    for (size_t i = 0; i < x->plan.plan->n; i++) {
        const struct qd_step *s = &x->plan.plan->v[i];
        struct qd_state now;
        char why[QD_OBSERVE_WHY], key[512];
        assert_int_equal(qd_observe(&eye, &s->key, &now, why, &x->e), 0);
        qd_key_text(&s->key, key, sizeof key);
        if (!qd_state_equal(&now, after ? &s->after : &s->before))
            fail_msg("%s is not as it shall be", key);
        qd_state_clear(&now);
    }
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
    assert_unit(&x, 1);
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
    assert_unit(&x, 1);
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
            *b = rig_nv(0xff);
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

/* ---- units that lie ---- */

static void put_u32(uint8_t *p, uint32_t v)
{
    qd_put32(p, v);
}

/* Straight to the modem, past the library. The word at 4 of the reply. */
static uint32_t raw(struct exec_rig *x, const uint8_t *p, size_t n)
{
    struct sim_reply *r = calloc(1, sizeof *r);
    assert_non_null(r);
    sim_modem_request(x->sim.modem, p, n, r);
    uint32_t v = qd_get32(r->p + 4);
    free(r);
    return v;
}

static void raw_file(struct exec_rig *x, const char *path, const struct qd_state *s)
{
    uint8_t p[8000] = {0x4b, 0x13, 2};
    put_u32(p + 4, 0x241);
    put_u32(p + 8, s->mode);
    memcpy(p + 12, path, strlen(path) + 1);
    uint32_t fd = raw(x, p, 13 + strlen(path));
    p[2] = 5;
    put_u32(p + 4, fd);
    put_u32(p + 8, 0);
    memcpy(p + 12, s->data, s->len);
    raw(x, p, 12 + s->len);
    p[2] = 3;
    raw(x, p, 8);
}

static void raw_path(struct exec_rig *x, uint8_t op, size_t at, const char *path)
{
    uint8_t p[600] = {0x4b, 0x13, op};
    if (op == 18) { /* CHMOD */
        qd_put16(p + 4, (uint16_t)at);
        at = 6;
    }
    memcpy(p + at, path, strlen(path) + 1);
    raw(x, p, at + strlen(path) + 1);
}

/* Makes a key be as `s`, whatever it was. */
static void force(struct exec_rig *x, const struct qd_key *k, const struct qd_state *s)
{
    uint8_t p[8000] = {0};
    if (k->nv >= 0 && s->kind != QD_THERE_NV) {
        exec_forget_nv(x, (unsigned)k->sub, (unsigned)k->nv);
        return;
    }
    if (k->nv >= 0) {
        p[0] = 0x4b, p[1] = 0x30, p[2] = 2;
        qd_put16(p + 4, (uint16_t)k->nv);
        qd_put16(p + 6, (uint16_t)k->sub);
        memcpy(p + 8, s->data, QD_NV_SIZE);
        raw(x, p, 138);
        return;
    }
    raw_path(x, 8, 4, k->path);  /* UNLINK */
    raw_path(x, 10, 4, k->path); /* RMDIR */
    if (s->kind == QD_THERE_DIR)
        raw_path(x, 9, 6, k->path);
    if (s->kind == QD_THERE_FILE)
        raw_file(x, k->path, s);
    if (s->kind == QD_THERE_ITEM) {
        p[0] = 0x4b, p[1] = 0x13, p[2] = 38;
        put_u32(p + 4, (uint32_t)s->len);
        put_u32(p + 8, 0x40241);
        memcpy(p + 14, s->data, s->len);
        memcpy(p + 14 + s->len, k->path, strlen(k->path) + 1);
        raw(x, p, 15 + s->len + strlen(k->path));
        if (s->mode != QD_MODE_ANY)
            raw_path(x, 18, s->mode, k->path);
    }
}

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
        force(x, &s->key, &to);
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
        force(x, &x->plan.plan->v[x->n].key, &x->plan.plan->v[x->n].before);
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
        assert_unit(&x, 1);
        assert_int_equal(x.unjournaled, 0);
        exec_stop(&x);
    }
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
    assert_unit(&x, 0);
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
        assert_unit(&x, 0);
        exec_stop(&x);
    }
    exec_standard(&x, "spc_for_writes\n");
    x.unit.spc = right_spc;
    assert_int_equal(exec_new(&x), 0);
    assert_int_equal(x.spc_asked, 1);
    assert_unit(&x, 1);
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
    assert_unit(&x, 1);
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
        assert_unit(&x, 1);
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
    assert_unit(&x, 1);
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
    force(&x, &x.plan.plan->v[5].key, &other);
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
    assert_unit(&x, 1);
    assert_int_equal(exec_back(&x), -QDIAG_E_ROLLED_BACK);
    assert_unit(&x, 0);
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
        cmocka_unit_test(whole_run),
        cmocka_unit_test(nothing_differs_writes_nothing),
        cmocka_unit_test(without_reset),
        cmocka_unit_test(offline_first),
        cmocka_unit_test(unit_is_not_as_planned),
        cmocka_unit_test(held_already),
        cmocka_unit_test(lying_unit_at_every_item),
        cmocka_unit_test(lost_at_the_reset),
        cmocka_unit_test(read_only_everywhere),
        cmocka_unit_test(refusal_holds_identity_back),
        cmocka_unit_test(locked_unit),
        cmocka_unit_test(busy_item_stops),
        cmocka_unit_test(full_until_a_sync),
        cmocka_unit_test(another_unit),
        cmocka_unit_test(unit_that_does_not_come_back),
        cmocka_unit_test(forged_plans_are_refused),
        cmocka_unit_test(back_from_everything),
        cmocka_unit_test(back_without_alias),
        cmocka_unit_test(back_leaves_what_others_changed),
        cmocka_unit_test(back_from_nothing),
        cmocka_unit_test(kinds_exchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
