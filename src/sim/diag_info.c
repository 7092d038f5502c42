/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Commands that tell what the unit is, and those that quieten it. Values come from unit.conf; dates
 * are invented and constant, so that two runs of one unit answer alike. */
#include "sim/diag.h"

#include <string.h>

#include "base/bytes.h"

#define COMPILED_DATE "Jan 15 2024"
#define COMPILED_TIME "12:00:00"
#define TEXT_MAX      512u

static size_t text_size(const char *s)
{
    return strnlen(s, TEXT_MAX);
}

/* VERNO 00: fixed fields without NUL (facts: diag-protocol 4.3). */
void sim_diag_verno(struct sim_call *c)
{
    struct sim_unit *u = c->m->unit;
    const char *build = sim_unit_conf(u, "ext_build", sim_unit_conf(u, "firmware", ""));
    size_t n = text_size(build);
    if (sim_quirk(c, "no_verno")) {
        sim_refuse(c, SIM_BAD_CMD);
        return;
    }
    uint8_t *p = sim_answer(c, 1, 55);
    if (sim_apps_only(c->m) || sim_conf_hex(u, "verno", p, 55))
        return;
    memcpy(p + 1, COMPILED_DATE, 11);
    memcpy(p + 12, COMPILED_TIME, 8);
    memcpy(p + 20, COMPILED_DATE, 11);
    memcpy(p + 31, COMPILED_TIME, 8);
    memcpy(p + 39, build, n < 8 ? n : 8);
    p[48] = 6;
    p[49] = (uint8_t)sim_conf_number(u, "model_number", 0);
    qd_put16(p + 50, 1);
    sim_note(c, "verno");
}

void sim_diag_esn(struct sim_call *c)
{
    uint8_t esn[4] = {0};
    sim_conf_hex(c->m->unit, "esn", esn, sizeof esn);
    uint8_t *p = sim_answer(c, 1, 5);
    for (int i = 0; i < 4; i++)
        p[1 + i] = esn[3 - i];
    sim_note(c, "esn");
}

void sim_diag_version(struct sim_call *c)
{
    qd_put16(sim_answer(c, 1, 3) + 1, 8);
    sim_note(c, "diag version 8");
}

/* TS: 1.25 ms ticks in the upper 48 bits. */
void sim_diag_time(struct sim_call *c)
{
    qd_put64(sim_answer(c, 1, 9) + 1, c->m->now_us / 1250 << 16);
    sim_note(c, "time stamp");
}

void sim_diag_features(struct sim_call *c)
{
    uint8_t mask[1024];
    size_t n = sim_conf_hex(c->m->unit, "feature_mask", mask, sizeof mask);
    if (n == 0) {
        sim_refuse(c, SIM_BAD_CMD);
        return;
    }
    uint8_t *p = sim_answer(c, 1, 3 + n);
    qd_put16(p + 1, (uint16_t)n);
    memcpy(p + 3, mask, n);
    sim_note(c, "feature mask, %zu bytes", n);
}

/* EXT_BUILD_ID: two NUL-terminated strings from byte 12 on. */
void sim_diag_build_id(struct sim_call *c)
{
    struct sim_unit *u = c->m->unit;
    const char *build = sim_unit_conf(u, "ext_build", sim_unit_conf(u, "firmware", ""));
    const char *model = sim_unit_conf(u, "model", "");
    uint8_t rev[4] = {0};
    if (sim_apps_only(c->m)) {
        sim_answer(c, 1, 14);
        return;
    }
    size_t nb = text_size(build), nm = text_size(model);
    uint8_t *p = sim_answer(c, 1, 12 + nb + 1 + nm + 1);
    sim_conf_hex(u, "msm_hw_rev", rev, sizeof rev);
    for (int i = 0; i < 4; i++)
        p[4 + i] = rev[3 - i];
    qd_put32(p + 8, sim_conf_number(u, "model_number", 0));
    memcpy(p + 12, build, nb);
    memcpy(p + 12 + nb + 1, model, nm);
    sim_note(c, "ext build id");
}

void sim_diag_loopback(struct sim_call *c)
{
    sim_answer(c, c->n, c->n);
    sim_note(c, "loopback, %zu bytes", c->n);
}

/* LOG_CONFIG: disable and the table of ranges (none); masks cannot be set in a unit without logs.
 */
void sim_diag_log_config(struct sim_call *c)
{
    uint32_t op = c->n >= 8 ? qd_get32(c->req + 4) : 0;
    if (c->n < 8 || (op <= 1 && c->n != 8))
        sim_refuse(c, SIM_BAD_LEN);
    else if (op > 1)
        sim_refuse(c, SIM_BAD_PARM);
    else
        sim_answer(c, 8, op == 0 ? 12 : 12 + 64);
}

/* EXT_MSG_CONFIG, only "set all" (5): 7D 05 status pad mask. */
void sim_diag_ext_msg(struct sim_call *c)
{
    if (c->n < 2 || (c->req[1] == 5 && c->n != 8)) {
        sim_refuse(c, SIM_BAD_LEN);
        return;
    }
    if (c->req[1] != 5) {
        sim_refuse(c, SIM_BAD_PARM);
        return;
    }
    sim_answer(c, 8, 8)[2] = 1;
}

void sim_diag_events(struct sim_call *c)
{
    if (c->req[1] > 1)
        sim_refuse(c, SIM_BAD_PARM);
    else
        sim_answer(c, 1, 3);
}
