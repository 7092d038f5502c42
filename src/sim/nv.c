/* SPDX-License-Identifier: BSD-3-Clause
 *
 * NV items over DIAG: 26 and 27, and the indexed form 4B 30. Which spelling of "absent" or
 * "refused" an item gets is decided here and nowhere else. */
#include "sim/diag.h"

#include <string.h>

#include "base/bytes.h"

enum {
    NV_DONE = 0,
    NV_FAIL = 4,
    NV_NOTACTIVE = 5,
    NV_BADPARM = 6,
    NV_READONLY = 7,
    NV_NOTDEF = 8,
    NV_NOMEM = 9
};

#define FRAME 256 /* added to the code of an error frame */

#define IMEI_ITEM   550u
#define POISON_ITEM 3252u /* writing it back is answered with an error frame on RM551E */

/* Ids below 7233 that real sweeps found undefined (facts: nv-items 12), as first-last pairs. */
static const uint16_t undefined_ids[][2] = {
    {22, 23},     {28, 28},     {30, 30},     {41, 41},     {60, 61},     {88, 89},
    {94, 94},     {96, 106},    {115, 117},   {131, 131},   {147, 147},   {160, 160},
    {167, 167},   {172, 173},   {180, 183},   {185, 189},   {201, 201},   {205, 205},
    {208, 208},   {214, 214},   {217, 217},   {224, 224},   {234, 236},   {238, 239},
    {244, 244},   {252, 254},   {271, 274},   {276, 283},   {288, 289},   {294, 295},
    {302, 302},   {316, 316},   {359, 366},   {447, 447},   {456, 458},   {560, 560},
    {575, 576},   {578, 578},   {582, 582},   {711, 711},   {918, 918},   {1350, 1350},
    {1390, 1390}, {1468, 1468}, {1546, 1546}, {1556, 1556}, {1625, 1625}, {1656, 1665},
    {1688, 1688}, {1714, 1714}, {1793, 1793}, {1804, 1804}, {1851, 1859}, {1928, 1928},
    {1938, 1939}, {3055, 3058}, {3757, 3757}, {4550, 4550},
};

static const uint16_t secret_ids[] = {27,    29,    216,   257,   299,   889,
                                      1311,  4359,  4394,  10073, 10074, 10076,
                                      10077, 10079, 10225, 10325, 10326, 10327};

static int is_defined(unsigned id)
{
    for (size_t i = 0; i < sizeof undefined_ids / sizeof undefined_ids[0]; i++)
        if (id >= undefined_ids[i][0] && id <= undefined_ids[i][1])
            return 0;
    return id <= 7232 || (id >= 10001 && id <= 10330);
}

static int is_secret(unsigned id)
{
    for (size_t i = 0; i < sizeof secret_ids / sizeof secret_ids[0]; i++)
        if (secret_ids[i] == id)
            return 1;
    return 0;
}

static int absent_answer(const struct sim_unit *u, unsigned id)
{
    const char *how = sim_unit_conf(u, "absent", "notactive");
    if (strcmp(how, "badcmd") == 0)
        return FRAME + SIM_BAD_CMD;
    if (strcmp(how, "badparm") == 0)
        return FRAME + SIM_BAD_PARM;
    if (strcmp(how, "notdef") == 0)
        return NV_NOTDEF;
    return is_defined(id) ? NV_NOTACTIVE : NV_BADPARM;
}

/* A secret the folder does not hold: refused until the SPC or the password was right. */
static int secret_answer(const struct sim_modem *m, unsigned id)
{
    const char *how = sim_unit_conf(m->unit, "secrets", "42");
    if (strcmp(how, "status4") == 0)
        return NV_FAIL;
    if (strcmp(how, "status6") == 0)
        return NV_BADPARM;
    if (strcmp(how, "42") == 0 && !m->spc_ok)
        return FRAME + SIM_BAD_SPC;
    if (strcmp(how, "47") == 0 && !m->password_ok)
        return FRAME + SIM_BAD_SECURITY;
    return absent_answer(m->unit, id);
}

static int missing_answer(const struct sim_modem *m, unsigned id)
{
    return is_secret(id) ? secret_answer(m, id) : absent_answer(m->unit, id);
}

/* Blank as in nv-items 5.1: nothing, length 0, or 08 0A and zeros. */
static int imei_is_blank(const uint8_t *d)
{
    static const uint8_t blank[9] = {8, 0x0a};
    return d[0] == 0 || memcmp(d, blank, sizeof blank) == 0;
}

int sim_nv_put(struct sim_modem *m, unsigned sub, unsigned id, const uint8_t *data)
{
    struct sim_unit *u = m->unit;
    const struct sim_nv *old = sim_nv_find(u, sub, id, data[0]);
    int answer = old ? NV_DONE : missing_answer(m, id);
    if (id == POISON_ITEM)
        return FRAME + SIM_BAD_PARM;
    if (sim_unit_quirk(u, "spc_for_writes") && !m->spc_ok)
        return FRAME + SIM_BAD_SPC;
    if (sim_unit_quirk(u, "readonly"))
        return NV_READONLY;
    if (!old && (is_secret(id) ? answer >= FRAME || answer == NV_FAIL : !is_defined(id)))
        return answer;
    if (id == IMEI_ITEM && old && sim_unit_quirk(u, "imei_write_once") && !imei_is_blank(old->data))
        return NV_DONE;
    if (sim_nv_store(u, sub, id, data) != 0)
        return NV_NOMEM;
    sim_changed(m);
    return NV_DONE;
}

static void note_answer(struct sim_call *c, const char *verb, unsigned id, unsigned sub, int answer)
{
    if (answer >= FRAME)
        sim_note(c, "nv %s %u sub %u: error %02x", verb, id, sub, (unsigned)(answer - FRAME));
    else if (answer)
        sim_note(c, "nv %s %u sub %u: status %d", verb, id, sub, answer);
    else
        sim_note(c, "nv %s %u sub %u: done", verb, id, sub);
}

/* Reads or writes one item whose 128 bytes begin at `at` in request and reply. */
static void serve(struct sim_call *c, int is_write, size_t at, unsigned sub)
{
    unsigned id = qd_get16(c->req + (at == 3 ? 1 : 4));
    uint8_t data[SIM_NV_BYTES] = {0};
    size_t given = c->n > at ? c->n - at : 0;
    memcpy(data, c->req + at, given < sizeof data ? given : sizeof data);
    int answer;
    if (is_write) {
        answer = sim_nv_put(c->m, sub, id, data);
    } else {
        struct sim_nv *nv = sim_nv_find(c->m->unit, sub, id, data[0]);
        answer = nv ? NV_DONE : missing_answer(c->m, id);
        if (nv)
            memcpy(data, nv->data, sizeof data);
        if (nv && (id == 160 || id == 4719) && sim_quirk(c, "restless"))
            qd_put32(nv->data, qd_get32(nv->data) + 1);
    }
    note_answer(c, is_write ? "write" : "read", id, sub, answer);
    if (is_write && id == POISON_ITEM && sim_quirk(c, "poison_silent"))
        return;
    if (answer >= FRAME) {
        sim_refuse(c, answer - FRAME);
        return;
    }
    uint8_t *p = sim_answer(c, at, at + SIM_NV_BYTES + 2);
    memcpy(p + at, data, sizeof data);
    qd_put16(p + at + SIM_NV_BYTES, (uint16_t)answer);
}

void sim_nv_read(struct sim_call *c)
{
    int loose = !sim_quirk(c, "strict") && (c->n == 3 || c->n == 131);
    if (c->n == 133 || loose)
        serve(c, 0, 3, 0);
    else
        sim_refuse(c, SIM_BAD_LEN);
}

void sim_nv_write(struct sim_call *c)
{
    int loose = !sim_quirk(c, "strict") && c->n > 3 && c->n <= 131;
    if (c->n == 133 || loose)
        serve(c, 1, 3, 0);
    else
        sim_refuse(c, SIM_BAD_LEN);
}

static void serve_indexed(struct sim_call *c, int is_write)
{
    if (sim_quirk(c, "noindexed") || c->n != 138) {
        sim_refuse(c, sim_quirk(c, "noindexed") ? SIM_BAD_CMD : SIM_BAD_LEN);
        return;
    }
    unsigned sub = qd_get16(c->req + 6);
    if (sim_quirk(c, "context_ignored"))
        sub = 0;
    if (sub >= c->m->unit->subs) {
        sim_note(c, "nv %u: no context %u", qd_get16(c->req + 4), sub);
        sim_refuse(c, SIM_BAD_CMD);
        return;
    }
    serve(c, is_write, 8, sub);
}

void sim_nv_read_indexed(struct sim_call *c)
{
    serve_indexed(c, 0);
}

void sim_nv_write_indexed(struct sim_call *c)
{
    serve_indexed(c, 1);
}
