/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The lines of an upgrade: each family's words, blanks and signs, the numbers that are told, and
 * the faults of lines. It must never tell what has not happened, unless a fault is told to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/at_fota_int.h"
#include "sim/rng.h"

enum { BENT_ZERO, BENT_REPEAT, BENT_FALL, BENT_OVER, BENT_SIGN };

static enum sim_fota_style style_of(struct sim_at *a)
{
    static const char *const names[] = {"plain", "blank", "percent", "tight", "blanks"};
    const struct sim_fota_family *f = sim_fota_family(a);
    const struct sim_fault *bent = sim_at_fault(a, SIM_F_fota_percent, NULL);
    const char *s = sim_unit_conf(a->unit, "fota_style", "");

    for (size_t i = 0; i < 5; i++)
        if (strcmp(names[i], s) == 0)
            return (enum sim_fota_style)i;
    if (bent && bent->n[0] == BENT_SIGN)
        return SIM_PERCENT;
    if (f->restores && a->fota.recovery)
        return SIM_TIGHT; /* a BG96 that goes on after a power cut prints no blanks */
    return a->fota.kept.form == SIM_FOTA_LOCAL ? f->file_style : f->url_style;
}

int sim_fota_say(struct sim_at *a, const char *word, int number)
{
    enum sim_fota_style style = style_of(a);
    int counts = strcmp(word, "UPDATING") == 0 || strcmp(word, "RESTORE") == 0;
    const char *blank =
        style == SIM_BLANKS || (counts && style != SIM_PLAIN && style != SIM_TIGHT) ? " " : "";
    const char *sign = counts && (style == SIM_PERCENT || style == SIM_TIGHT) ? "%" : "";
    char line[128], tail[24] = "";

    if (sim_at_fault(a, SIM_F_fota_mute, NULL)) {
        sim_at_fired(a, SIM_F_fota_mute);
        return 0;
    }
    if (number >= 0)
        snprintf(tail, sizeof tail, ",%s%d%s", blank, number, sign);
    snprintf(line, sizeof line, "+QIND: \"FOTA\",%s\"%s\"%s", style == SIM_BLANKS ? " " : "", word,
             tail);
    return sim_at_urc(a, line);
}

int sim_fota_say_fetched(struct sim_at *a, int code)
{
    if (a->fota.kept.form == SIM_FOTA_FTP)
        return sim_fota_say(a, "FTPEND", code);
    return sim_fota_say(a, sim_unit_conf(a->unit, "fota_http_end", sim_fota_family(a)->http_end),
                        code);
}

int sim_fota_say_fetch(struct sim_at *a)
{
    const char *end = sim_unit_conf(a->unit, "fota_http_end", "");

    if (a->fota.kept.form == SIM_FOTA_FTP)
        return sim_fota_say(a, "FTPSTART", -1);
    return sim_fota_say(a,
                        strcmp(end, "HTTPSEND") == 0 && a->fota.kept.form == SIM_FOTA_HTTPS
                            ? "HTTPSSTART"
                            : "HTTPSTART",
                        -1);
}

int sim_fota_say_end(struct sim_at *a, int code)
{
    const struct sim_fota_family *f = sim_fota_family(a);
    int rc;

    if (code == 0 && f->restores && sim_at_fault(a, SIM_F_fota_noend, NULL)) {
        sim_at_fired(a, SIM_F_fota_noend);
        return sim_fota_say(a, "RESTORE", 100);
    }
    rc = sim_fota_say(a, "END", code);
    if (!rc && sim_at_fault(a, SIM_F_fota_twice, NULL)) {
        sim_at_fired(a, SIM_F_fota_twice);
        rc = sim_fota_say(a, "END", code);
    }
    if (!rc && code == 0 && sim_at_fault(a, SIM_F_fota_again, NULL)) {
        sim_at_fired(a, SIM_F_fota_again);
        rc = sim_fota_say(a, "START", -1);
    }
    return rc;
}

static void add_percent(struct sim_fota *f, long n)
{
    if (f->percents < SIM_PERCENTS)
        f->percent[f->percents++] = (int)n;
}

void sim_fota_plan(struct sim_at *a)
{
    struct sim_fault *bent = sim_at_fault(a, SIM_F_fota_percent, NULL);
    const char *list = sim_unit_conf(a->unit, "fota_percents", NULL);
    int how = bent ? (int)bent->n[0] : -1;
    struct sim_fota *f = &a->fota;

    f->percents = f->at = 0;
    if (how >= 0)
        sim_at_fired(a, SIM_F_fota_percent);
    if (how == BENT_ZERO)
        add_percent(f, 0);
    for (long n = 1; !list && n <= 100; n++)
        add_percent(f, n);
    for (char *end; list && *list; list = end) {
        long n = strtol(list, &end, 10);

        if (end == list)
            break;
        add_percent(f, n);
    }
    for (size_t i = f->percents; how == BENT_REPEAT && i && f->percents < SIM_PERCENTS; i--) {
        memmove(f->percent + i, f->percent + i - 1, (f->percents - i + 1) * sizeof f->percent[0]);
        f->percents++;
    }
    if (how == BENT_FALL && f->percents > 2)
        f->percent[f->percents / 2] = 1;
    if (how == BENT_OVER)
        add_percent(f, 101);
    f->cut_at = f->percents ? (int)(sim_rng_next(&a->faults->rng) % f->percents) : 0;
}
