/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the AT side says of the network and the supply: signal, registration, operator, voltage.
 * Nothing here depends on a real network; it must never say that a unit is registered that a fault
 * keeps off. */
#include <string.h>

#include "sim/at_int.h"

static int is_off(struct sim_at *a)
{
    if (sim_at_fault(a, SIM_F_noreg, NULL)) {
        sim_at_fired(a, SIM_F_noreg);
        return 1;
    }
    if (a->fota.upgraded && sim_at_fault(a, SIM_F_after_noreg, NULL)) {
        sim_at_fired(a, SIM_F_after_noreg);
        return 1;
    }
    return 0;
}

int sim_at_signal(struct sim_at *a, const char *rest)
{
    return *rest ? SIM_AT_ERROR : sim_at_line(a, is_off(a) ? "+CSQ: 99,99" : "+CSQ: 26,99");
}

static int registration(struct sim_at *a, const char *rest, const char *name, int state)
{
    if (strcmp(rest, "?") != 0)
        return SIM_AT_ERROR;
    return sim_at_line(a, "%s: 0,%d", name, is_off(a) ? 2 : state);
}

int sim_at_cereg(struct sim_at *a, const char *rest)
{
    return registration(a, rest, "+CEREG", 1);
}

/* On LTE a BG96 does not know of GPRS: 4. */
int sim_at_cgreg(struct sim_at *a, const char *rest)
{
    int bg96 = strcmp(sim_unit_conf(a->unit, "family", "other"), "bg96") == 0;

    return registration(a, rest, "+CGREG", bg96 ? 4 : 1);
}

int sim_at_c5greg(struct sim_at *a, const char *rest)
{
    if (strcmp(sim_unit_conf(a->unit, "family", "other"), "rg50xq") != 0)
        return SIM_AT_ERROR;
    return registration(a, rest, "+C5GREG", 1);
}

int sim_at_operator(struct sim_at *a, const char *rest)
{
    if (strcmp(rest, "?") != 0)
        return SIM_AT_ERROR;
    if (is_off(a))
        return sim_at_line(a, "+COPS: 0");
    return sim_at_line(a, "+COPS: 0,0,\"%s\",%d",
                       sim_unit_conf(a->unit, "operator", "Test Network"),
                       strcmp(sim_unit_conf(a->unit, "family", "other"), "bg96") == 0 ? 8 : 7);
}

int sim_at_supply(struct sim_at *a, const char *rest)
{
    unsigned mv = (unsigned)sim_conf_number(a->unit, "supply_mv", 3800);

    return *rest ? SIM_AT_ERROR : sim_at_line(a, "+CBC: 0,%u,%u", mv > 3300 ? 80 : 5, mv);
}
