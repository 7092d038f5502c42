/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the AT side says of its firmware: ATI's base version, AT+QGMR's whole one, AT+CSUB; and the
 * ways in which units get it wrong. A version that is not ready must end in .00.000 and be no
 * other. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sim/at_int.h"

/* The place of R, two digits and A; the length when there is none. */
static size_t release_at(const char *v)
{
    size_t i = 0;

    while (v[i] && !(v[i] == 'R' && strspn(v + i + 1, "0123456789") == 2 && v[i + 3] == 'A'))
        i++;
    return i;
}

/* The letter in front of the release: another board. */
static void bend_letter(struct sim_at *a, char *v)
{
    size_t at = release_at(v);

    if (!sim_at_fault(a, SIM_F_qgmr_letter, NULL) || !v[at] || !at)
        return;
    sim_at_fired(a, SIM_F_qgmr_letter);
    v[at - 1] = v[at - 1] == 'Z' ? 'A' : (char)(v[at - 1] + 1);
}

void sim_at_base(struct sim_at *a, char out[SIM_VERSION_CAP])
{
    qd_copy_text(out, SIM_VERSION_CAP, sim_unit_conf(a->unit, "firmware", "UNKNOWN"));
    bend_letter(a, out);
}

/* Four groups behind the last underscore: the last two belong to the application half. */
static char *app_half(char *v)
{
    char *p = strrchr(v, '_');
    int dots = 0;

    for (char *q = p; q && *q; q++)
        if (*q == '.' && ++dots == 2)
            p = q;
    return dots == 3 ? p : NULL;
}

static int is_ready(struct sim_at *a)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_qgmr_notready, NULL);
    uint64_t ms = sim_conf_number(a->unit, "qgmr_late_ms", 0);

    if (f) {
        sim_at_fired(a, SIM_F_qgmr_notready);
        if (f->n[0] < 0)
            return 0;
        ms = (uint64_t)f->n[0];
    }
    /* Only who has asked waits: a clock that jumps has nothing to jump to before. */
    a->ready_us = a->boot_us + ms * 1000;
    return a->now_us >= a->ready_us;
}

/* Cuts or changes what is behind the base version. */
static void bend_full(struct sim_at *a, char *v)
{
    char *half = app_half(v);
    size_t n = strlen(v);

    if (sim_at_fault(a, SIM_F_qgmr_bare, NULL)) {
        sim_at_fired(a, SIM_F_qgmr_bare);
        v[strcspn(v, "_")] = '\0';
    } else if (half && sim_at_fault(a, SIM_F_qgmr_short, NULL)) {
        sim_at_fired(a, SIM_F_qgmr_short);
        *half = '\0';
    } else if (n && sim_at_fault(a, SIM_F_qgmr_other, NULL)) {
        sim_at_fired(a, SIM_F_qgmr_other);
        v[n - 1] = v[n - 1] == '9' ? '0' : '9';
    }
    if (half && *half && !is_ready(a))
        qd_copy_text(half, 8, ".00.000");
}

int sim_at_full_version(struct sim_at *a, const char *rest)
{
    char v[SIM_VERSION_CAP];

    if (*rest && strcmp(rest, "?") != 0)
        return SIM_AT_ERROR;
    qd_copy_text(
        v, sizeof v,
        sim_unit_conf(a->unit, "firmware_full", sim_unit_conf(a->unit, "firmware", "UNKNOWN")));
    bend_letter(a, v);
    bend_full(a, v);
    return sim_at_line(a, "%s", v);
}

int sim_at_sub_edition(struct sim_at *a, const char *rest)
{
    const char *sub = sim_unit_conf(a->unit, "csub", NULL);

    return *rest || !sub ? SIM_AT_ERROR : sim_at_line(a, "SubEdition: %s", sub);
}
