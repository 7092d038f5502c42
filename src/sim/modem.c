/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Life and first switch of the simulated modem: which command goes to which handler, which lengths
 * are right, what a restart forgets. Must never answer a command that is not in the table. */
#include "sim/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* A log-structured file system writes itself out when it is left alone. */
#define IDLE_COMMIT_US 5000000u

struct command {
    uint8_t code;
    uint8_t length; /* exact bytes of the request; 0: the handler looks */
    uint8_t is_write;
    uint8_t apps; /* answered while the modem side is not up */
    sim_handler handle;
};

static const struct command commands[] = {
    {0x00, 1, 0, 1, sim_diag_verno},    {0x01, 1, 0, 0, sim_diag_esn},
    {0x1c, 1, 0, 0, sim_diag_version},  {0x1d, 1, 0, 0, sim_diag_time},
    {0x26, 0, 0, 0, sim_nv_read},       {0x27, 0, 1, 0, sim_nv_write},
    {0x29, 3, 1, 0, sim_diag_control},  {0x3a, 0, 1, 0, sim_diag_dload},
    {0x41, 7, 1, 0, sim_diag_spc},      {0x46, 9, 1, 0, sim_diag_password},
    {0x4b, 0, 0, 1, sim_diag_subsys},   {0x51, 1, 0, 0, sim_diag_features},
    {0x60, 2, 0, 0, sim_diag_events},   {0x73, 0, 0, 0, sim_diag_log_config},
    {0x7b, 0, 0, 0, sim_diag_loopback}, {0x7c, 1, 0, 1, sim_diag_build_id},
    {0x7d, 0, 0, 0, sim_diag_ext_msg},
};

/* Unknown here, but a client that sends them meant to change the unit: POKE, NV_WRITE_OFFLINE. */
static int means_write(uint8_t code)
{
    return code == 0x12 || code == 0x4c;
}

static void reset_state(struct sim_modem *m)
{
    sim_efs_close_all(m);
    m->mode = SIM_ONLINE;
    m->spc_ok = m->password_ok = m->hung = 0;
    m->spc_wrong = m->unsynced = 0;
    m->started_us = m->now_us;
}

struct sim_modem *sim_modem_new(struct sim_unit *u)
{
    struct sim_modem *m = qd_alloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->unit = u;
    for (int i = 0; i < 2; i++) {
        m->volume[i].tree = &u->tree[i];
        m->volume[i].next_token = 7;
    }
    reset_state(m);
    return m;
}

void sim_modem_free(struct sim_modem **m)
{
    if (!*m)
        return;
    sim_efs_close_all(*m);
    free(*m);
    *m = NULL;
}

uint8_t *sim_answer(struct sim_call *c, size_t echo, size_t total)
{
    memset(c->r->p, 0, total);
    memcpy(c->r->p, c->req, echo);
    c->r->len = total;
    return c->r->p;
}

void sim_refuse(struct sim_call *c, int code)
{
    size_t n = c->n < SIM_PAYLOAD_MAX ? c->n : SIM_PAYLOAD_MAX - 1;
    c->r->p[0] = (uint8_t)code;
    if (n)
        memcpy(c->r->p + 1, c->req, n);
    c->r->len = n + 1;
    if (!c->r->note[0])
        sim_note(c, "refused with %02x", (unsigned)code);
}

void sim_note(struct sim_call *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(c->r->note, sizeof c->r->note, fmt, ap);
    va_end(ap);
}

int sim_quirk(const struct sim_call *c, const char *name)
{
    return sim_unit_quirk(c->m->unit, name);
}

int sim_apps_only(const struct sim_modem *m)
{
    uint64_t ms = sim_conf_number(m->unit, "apps_only_ms", 0);
    return m->now_us - m->started_us < ms * 1000;
}

void sim_changed(struct sim_modem *m)
{
    m->unsynced++;
    m->last_write_us = m->now_us;
}

static const struct command *find_command(uint8_t code)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].code == code)
            return &commands[i];
    return NULL;
}

static void dispatch(struct sim_call *c)
{
    const struct command *cmd = c->n ? find_command(c->req[0]) : NULL;
    c->r->is_write = cmd ? cmd->is_write : c->n && means_write(c->req[0]);
    if (c->n && (c->req[0] == 0x26 || c->req[0] == 0x27))
        c->r->cls = cmd->is_write ? SIM_CLASS_NV_WRITE : SIM_CLASS_NV_READ;
    if (!cmd || (sim_apps_only(c->m) && !cmd->apps))
        sim_refuse(c, SIM_BAD_CMD);
    else if (cmd->length && c->n != cmd->length)
        sim_refuse(c, SIM_BAD_LEN);
    else
        cmd->handle(c);
}

void sim_modem_request(struct sim_modem *m, const uint8_t *req, size_t n, struct sim_reply *r)
{
    struct sim_call c = {m, NULL, req, n, r};
    r->len = 0;
    r->cls = SIM_CLASS_OTHER;
    r->after = SIM_AFTER_NONE;
    r->is_write = 0;
    r->note[0] = '\0';
    m->requests++;
    if (m->hung)
        sim_note(&c, "silent: hung since PUT_DEPRECATED");
    else
        dispatch(&c);
    if (r->is_write)
        m->writes++;
}

void sim_modem_tick(struct sim_modem *m, uint64_t now_us)
{
    m->now_us = now_us;
    if (now_us - m->last_write_us < IDLE_COMMIT_US || (!m->unsynced && !sim_unit_pending(m->unit)))
        return;
    m->last_write_us = now_us; /* a folder that cannot be written is tried again later */
    if (sim_unit_commit(m->unit, NULL, 0) == 0)
        m->unsynced = 0;
}

/* The last byte of every file of a folder and below. */
static void rewrite(struct sim_tree *t, struct sim_node *n)
{
    if (n->kind != SIM_DIR && n->kind != SIM_LINK && n->len) {
        n->data[n->len - 1]++;
        sim_tree_touch(t, n);
    }
    for (size_t i = 0; i < n->kids; i++)
        rewrite(t, n->kid[i]);
}

void sim_modem_restart(struct sim_modem *m, int power_cut)
{
    reset_state(m);
    if (power_cut || sim_unit_quirk(m->unit, "reset_loses"))
        sim_unit_revert(m->unit, NULL, 0);
    else
        sim_unit_commit(m->unit, NULL, 0);
    if (sim_unit_quirk(m->unit, "nv_reverts"))
        sim_nv_reload(m->unit, NULL, 0);
    for (int i = 0; i < 2 && sim_unit_quirk(m->unit, "rfc_rewritten"); i++) {
        struct sim_node *rfc =
            m->unit->tree[i].root ? sim_tree_at(&m->unit->tree[i], "/rfc") : NULL;
        if (rfc)
            rewrite(&m->unit->tree[i], rfc);
    }
    sim_copy_boot(m->unit);
}

struct sim_counts sim_modem_counts(const struct sim_modem *m)
{
    struct sim_counts counts = {m->requests, m->writes, 0, 0};
    for (int v = 0; v < 2; v++) {
        for (unsigned i = 0; i < SIM_HANDLES; i++) {
            counts.open_files += m->volume[v].file[i].used != 0;
            counts.open_dirs += m->volume[v].dir[i].used != 0;
        }
    }
    return counts;
}
