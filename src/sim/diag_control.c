/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Mode, SPC, password, and the requests that kill a unit. No note may hold the digits a client
 * sent. */
#include "sim/diag.h"

#include <string.h>

#include "base/bytes.h"

static int is_offline(const struct sim_modem *m)
{
    return m->mode == SIM_OFFLINE_A || m->mode == SIM_OFFLINE_D;
}

/* CONTROL 29: 29, u16 mode; the reply is the request. */
void sim_diag_control(struct sim_call *c)
{
    struct sim_modem *m = c->m;
    unsigned mode = qd_get16(c->req + 1);
    sim_note(c, "control mode %u", mode);
    if (mode > SIM_POWER_OFF) {
        sim_refuse(c, SIM_BAD_PARM);
        return;
    }
    if ((mode == SIM_RESET && !is_offline(m) && sim_quirk(c, "reset_needs_offline")) ||
        (mode == SIM_ONLINE && is_offline(m) && sim_quirk(c, "offline_sticky"))) {
        sim_refuse(c, SIM_BAD_MODE);
        return;
    }
    sim_answer(c, 3, 3);
    if (mode == SIM_RESET)
        c->r->after = SIM_AFTER_RESET;
    else if (mode == SIM_POWER_OFF)
        c->r->after = SIM_AFTER_POWER_OFF;
    else
        m->mode = (enum sim_mode)mode;
}

static void count_wrong_spc(struct sim_call *c)
{
    unsigned limit = sim_conf_number(c->m->unit, "spc_lockout", 0);
    c->m->spc_wrong++;
    sim_note(c, "spc wrong, %u in a row", c->m->spc_wrong);
    if (limit && c->m->spc_wrong >= limit)
        c->r->after = SIM_AFTER_POWER_OFF;
}

/* SPC 41 and six digits, against item 85. */
void sim_diag_spc(struct sim_call *c)
{
    struct sim_nv *nv = sim_nv_find(c->m->unit, 0, 85, 0);
    const void *right = nv ? (const void *)nv->data : (const void *)"000000";
    int ok = memcmp(c->req + 1, right, 6) == 0;
    sim_answer(c, 1, 2)[1] = (uint8_t)ok;
    if (ok) {
        c->m->spc_ok = 1;
        c->m->spc_wrong = 0;
        sim_note(c, "spc right");
    } else {
        count_wrong_spc(c);
    }
}

void sim_diag_password(struct sim_call *c)
{
    uint8_t right[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe};
    sim_conf_hex(c->m->unit, "password", right, sizeof right);
    int ok = memcmp(c->req + 1, right, sizeof right) == 0;
    sim_answer(c, 1, 2)[1] = (uint8_t)ok;
    if (ok)
        c->m->password_ok = 1;
    sim_note(c, "password %s", ok ? "right" : "wrong");
}

/* DLOAD 3A: echoes its code and leaves for download mode. */
void sim_diag_dload(struct sim_call *c)
{
    sim_answer(c, 1, 1);
    c->r->after = SIM_AFTER_CRASH;
    sim_note(c, "DLOAD: the unit is gone");
}
