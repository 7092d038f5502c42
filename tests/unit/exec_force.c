/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What tests do to the simulated unit past the library, and a look at all keys of a plan. */
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
void exec_force(struct exec_rig *x, const struct qd_key *k, const struct qd_state *s)
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

/* All keys of the plan hold their state from before (0) or behind (1). */
void exec_assert_unit(struct exec_rig *x, int after)
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
