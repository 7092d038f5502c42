/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Faults of the simulated AT side that are not one command's own: an answer broken off, noise at a
 * start, the power. They act when they were asked for on the command line, never by themselves. */
#include <string.h>
#include <strings.h>

#include "sim/at_int.h"

/* Whether a fault with a number of times behind its command has one left. */
static int once_more(struct sim_fault *f)
{
    return f && f->seen++ < (uint64_t)(f->given > 1 ? f->n[1] : 1);
}

/* The first half of what is to be said, then a line end. 0 or -1. */
int sim_at_cut(struct sim_at *a, const char *command)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_at_cut, command);

    if (a->say.len < 8 || !once_more(f))
        return 0;
    sim_at_fired(a, SIM_F_at_cut);
    a->say.len /= 2;
    return qd_buf_add_text(&a->say, "\r\n");
}

int sim_at_stays(struct sim_at *a)
{
    return sim_at_fault(a, SIM_F_at_stays, NULL) != NULL;
}

/* What a line carries while the unit starts. */
int sim_at_noise(struct sim_at *a)
{
    static const char noise[] = "\0\0\0\xff\xfe\0+QP\x80\x1b\0";

    if (!sim_at_fault(a, SIM_F_at_junk, NULL))
        return 0;
    sim_at_fired(a, SIM_F_at_junk);
    return sim_at_send(a, noise, sizeof noise - 1);
}

/* The fault, when the power goes in this command: once. The copy that was being made is broken. */
struct sim_fault *sim_at_powercut(struct sim_at *a, const char *command)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_at_powercut, command);

    if (!f || f->seen++)
        return NULL;
    sim_at_fired(a, SIM_F_at_powercut);
    if (f->n[1] == 0 && strcasecmp(command, "+QPRTPARA=1") == 0)
        sim_copy_break(a->unit, SIM_UFS);
    if (f->n[1] == 0 && strcasecmp(command, "+QPRTPARA=11") == 0)
        sim_copy_break(a->unit, SIM_EUFS);
    return f;
}

int sim_at_lose_power(struct sim_at *a)
{
    a->say.len = 0;
    a->after = SIM_AFTER_CRASH;
    return SIM_AT_NOTHING;
}
