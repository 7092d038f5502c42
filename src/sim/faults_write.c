/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Units that lie about writes, or lose power over one. A fault counts the changes (change.h) that
 * reach it. What it answers in the modem's place must look exactly like the modem's own answer. */
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "sim/change.h"
#include "sim/faults_int.h"
#include "sim/op.h"
#include "sim/rng.h"

#define NV_REPLY    133u
#define NVIDX_REPLY 138u
#define WRITE_HEAD  12u

/* The n-th change is at hand. */
static int its_turn(struct sim_fault *x, const uint8_t *req, size_t n)
{
    return sim_change_is(req, n) && ++x->seen == (uint64_t)x->n[0];
}

static int nv_write_id(const uint8_t *req, size_t n)
{
    if (sim_op_is(req, n, "nvwrite") && n >= 3)
        return qd_get16(req + 1);
    if (sim_op_is(req, n, "nvidxwrite") && n >= 8)
        return qd_get16(req + 4);
    return -1;
}

/* The request's own bytes and an NV status. */
static void nv_answer(const uint8_t *req, size_t n, uint16_t status, struct sim_reply *r)
{
    r->len = req[0] == 0x4b ? NVIDX_REPLY : NV_REPLY;
    memset(r->p, 0, r->len);
    memcpy(r->p, req, n < r->len - 2 ? n : r->len - 2);
    qd_put16(r->p + r->len - 2, status);
}

/* "Done", for everything but OPEN, whose handle only the modem can give. */
static enum sim_todo say_done(const uint8_t *req, size_t n, struct sim_reply *r)
{
    if (nv_write_id(req, n) >= 0) {
        nv_answer(req, n, 0, r);
        return SIM_ANSWERED;
    }
    memset(r->p, 0, 20);
    memcpy(r->p, req, 4);
    r->len = 8;
    if (sim_op_is(req, n, "write") && n >= WRITE_HEAD) {
        r->len = 20;
        memcpy(r->p + 4, req + 4, 8);
        qd_put32(r->p + 12, (uint32_t)(n - WRITE_HEAD));
    } else if (sim_op_is(req, n, "put") && n >= 14) {
        r->len = 10;
        memcpy(r->p + 4, req + 12, 2);
    } else if (sim_op_is(req, n, "truncate") || sim_op_is(req, n, "ftruncate") ||
               sim_op_is(req, n, "truncate64")) {
        r->len = 10;
        memcpy(r->p + 4, req + 4, 2);
    }
    return SIM_ANSWERED;
}

REQUEST_FN(sim_fault_dropwrite)
{
    (void)f;
    if (!its_turn(x, req, n) || sim_op_is(req, n, "open"))
        return SIM_ASK_MODEM;
    return say_done(req, n, r);
}

REQUEST_FN(sim_fault_dropnv)
{
    (void)f;
    return nv_write_id(req, n) == x->n[0] ? say_done(req, n, r) : SIM_ASK_MODEM;
}

/* The path a change goes to holds the text. */
static int path_holds(struct sim_faults *f, const uint8_t *req, size_t n, const char *text)
{
    struct qd_buf b = {0};
    int yes = 0;

    if (sim_change_is(req, n) && sim_change_text(req, n, sim_fault_path(f, req, n), &b) == 0 &&
        qd_buf_terminate(&b) == 0)
        yes = strncmp((char *)b.p, "efs:", 4) == 0 && strstr((char *)b.p, text) != NULL;
    qd_buf_free(&b);
    return yes;
}

REQUEST_FN(sim_fault_dropefs)
{
    if (sim_op_is(req, n, "open") || !path_holds(f, req, n, x->s[0]))
        return SIM_ASK_MODEM;
    return say_done(req, n, r);
}

REQUEST_FN(sim_fault_flipwrite)
{
    size_t len, at = sim_change_data(req, n, &len);

    (void)r;
    if (!len || ++x->seen != (uint64_t)x->n[0])
        return SIM_ASK_MODEM;
    uint64_t bit = sim_rng_next(&f->rng) % (8 * len);
    req[at + bit / 8] ^= (uint8_t)(1u << bit % 8);
    f->changed = 1;
    sim_fault_fire(f, x->id);
    return SIM_ASK_MODEM;
}

REQUEST_FN(sim_fault_shortwrite)
{
    (void)r;
    if (!sim_op_is(req, n, "write") || n < WRITE_HEAD + 2 || ++x->seen != (uint64_t)x->n[0])
        return SIM_ASK_MODEM;
    f->use = WRITE_HEAD + (n - WRITE_HEAD) / 2;
    f->hide_cut = x->given > 1 && x->n[1] == 1;
    sim_fault_fire(f, x->id);
    return SIM_ASK_MODEM;
}

REQUEST_FN(sim_fault_nvreadonly)
{
    (void)f;
    if (nv_write_id(req, n) != x->n[0])
        return SIM_ASK_MODEM;
    nv_answer(req, n, 7, r);
    return SIM_ANSWERED;
}

REQUEST_FN(sim_fault_busywrite)
{
    (void)f;
    if (nv_write_id(req, n) != x->n[0] || (x->n[1] >= 0 && x->seen >= (uint64_t)x->n[1]))
        return SIM_ASK_MODEM;
    x->seen++;
    nv_answer(req, n, 1, r);
    return SIM_ANSWERED;
}

REQUEST_FN(sim_fault_powercut)
{
    (void)f;
    (void)r;
    return its_turn(x, req, n) ? SIM_POWER_CUT : SIM_ASK_MODEM;
}

REPLY_FN(sim_fault_loseanswer)
{
    (void)f;
    if (!its_turn(x, req, n))
        return 0;
    r->len = 0;
    return 1;
}

REPLY_FN(sim_fault_cutafter)
{
    (void)f;
    if (!its_turn(x, req, n))
        return 0;
    r->len = 0;
    r->after = SIM_AFTER_CRASH;
    return 1;
}
