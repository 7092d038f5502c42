/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Subsystem commands (4B): the small ones here, NV and EFS2 in their own files. What is not in the
 * table is unknown. */
#include "sim/diag.h"

#include <string.h>

#include "base/bytes.h"

#define SUBSYS_EFS     0x13u
#define SUBSYS_EFS_ALT 0x3eu

struct subsys_command {
    uint8_t subsys;
    uint16_t cmd;
    uint16_t length; /* exact; 0: the handler looks */
    uint8_t is_write, apps;
    enum sim_class cls;
    sim_handler handle;
};

/* 4B 32 03: first three bytes echoed, zeros, 16 bytes. */
static void polling(struct sim_call *c)
{
    sim_answer(c, 3, 16);
    sim_note(c, "polling");
}

static void mobile_id(struct sim_call *c)
{
    uint8_t chip[4] = {0};
    uint8_t *p = sim_answer(c, 4, 16);
    sim_conf_hex(c->m->unit, "msm_hw_rev", chip, sizeof chip);
    p[4] = 2;
    for (int i = 0; i < 4; i++)
        p[12 + i] = sim_apps_only(c->m) ? 0 : chip[3 - i];
    sim_note(c, "mobile id");
}

static void max_request(struct sim_call *c)
{
    qd_put32(sim_answer(c, 4, 8) + 4, SIM_PAYLOAD_MAX);
    sim_note(c, "largest request");
}

/* 4B 12 22 02, u8 version: echoed, then the number of entries, of which there are none. */
static void diag_ids(struct sim_call *c)
{
    sim_answer(c, 5, 6);
    sim_note(c, "diag ids");
}

/* GSM and WCDMA status begin alike: u8 length, IMEI, u8 length, IMSI. */
static void status_with_imei(struct sim_call *c, size_t total)
{
    struct sim_nv *nv = sim_nv_find(c->m->unit, 0, 550, 0);
    if (!sim_quirk(c, "imei_status")) {
        sim_refuse(c, SIM_BAD_CMD);
        return;
    }
    uint8_t *p = sim_answer(c, 4, total);
    p[4] = 8;
    if (nv)
        memcpy(p + 5, nv->data + 1, 8);
    p[13] = 8;
    sim_note(c, "status with imei");
}

static void gsm_status(struct sim_call *c)
{
    status_with_imei(c, 32);
}

static void wcdma_status(struct sim_call *c)
{
    status_with_imei(c, 23);
}

/* DEBUG crash and the way to EDL: no reply, the unit is gone. */
static void crash(struct sim_call *c)
{
    c->r->after = SIM_AFTER_CRASH;
    sim_note(c, "crash command: the unit is gone");
}

static const struct subsys_command table[] = {
    {0x04, 0x000f, 4, 0, 0, SIM_CLASS_OTHER, wcdma_status},
    {0x08, 0x0001, 4, 0, 0, SIM_CLASS_OTHER, gsm_status},
    {0x12, 0x0055, 4, 0, 1, SIM_CLASS_OTHER, max_request},
    {0x12, 0x0222, 5, 0, 1, SIM_CLASS_OTHER, diag_ids},
    {0x25, 0x0003, 0, 1, 0, SIM_CLASS_OTHER, crash},
    {0x30, 0x0001, 0, 0, 0, SIM_CLASS_NV_READ, sim_nv_read_indexed},
    {0x30, 0x0002, 0, 1, 0, SIM_CLASS_NV_WRITE, sim_nv_write_indexed},
    {0x32, 0x0003, 4, 0, 1, SIM_CLASS_OTHER, polling},
    {0x32, 0x0006, 4, 0, 1, SIM_CLASS_OTHER, mobile_id},
    {0x65, 0x0001, 0, 1, 0, SIM_CLASS_OTHER, crash},
};

static const struct subsys_command *find(const uint8_t *req)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].subsys == req[1] && table[i].cmd == qd_get16(req + 2))
            return &table[i];
    return NULL;
}

/* Which tree a subsystem serves; NULL when the unit does not answer EFS there. With one folder
 * only, every subsystem the unit has serves it. */
static struct sim_volume *volume_for(struct sim_modem *m, uint8_t subsys)
{
    int two = m->unit->tree[1].present;
    const char *which = sim_unit_conf(m->unit, "efs_subsys", two ? "both" : "13");
    int alt = subsys == SUBSYS_EFS_ALT;
    if (strcmp(which, alt ? "13" : "3e") == 0)
        return NULL;
    return &m->volume[alt && two];
}

void sim_diag_subsys(struct sim_call *c)
{
    if (c->n < 4) {
        sim_refuse(c, SIM_BAD_LEN);
        return;
    }
    uint8_t subsys = c->req[1];
    int apps_only = sim_apps_only(c->m);
    if (subsys == SUBSYS_EFS || subsys == SUBSYS_EFS_ALT) {
        c->vol = volume_for(c->m, subsys);
        if (c->vol && !apps_only)
            sim_efs_request(c);
        else
            sim_refuse(c, SIM_BAD_CMD);
        return;
    }
    const struct subsys_command *cmd = find(c->req);
    if (cmd) {
        c->r->is_write = cmd->is_write;
        c->r->cls = cmd->cls;
    }
    if (!cmd || (apps_only && !cmd->apps))
        sim_refuse(c, SIM_BAD_CMD);
    else if (cmd->length && c->n != cmd->length)
        sim_refuse(c, SIM_BAD_LEN);
    else
        cmd->handle(c);
}
