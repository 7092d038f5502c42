/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How an upgrade goes on: download, restart, START, UPDATING, RESTORE, END, restart; step by step
 * in the module's time. What must outlive a power cut is in flash before the line that tells of it.
 * It must never say that it upgraded what was not checked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/at_fota_int.h"

#define SECOND     1000000u
#define FIRST_MS   20000u
#define PERCENT_MS 3000u

enum { CUT_DOWNLOAD, CUT_START, CUT_PERCENT, CUT_RESTORE, CUT_END };

void sim_fota_begin(struct sim_at *a, enum sim_fota_step step, uint64_t in_us)
{
    a->fota.step = step;
    a->fota.due_us = in_us == SIM_FOTA_FOREVER ? SIM_FOTA_FOREVER : a->now_us + in_us;
}

int sim_fota_early(const struct sim_at *a)
{
    const char *how = sim_unit_conf(a->unit, "fota_reboot", NULL);

    return how ? strcmp(how, "early") == 0 : sim_fota_family(a)->early;
}

static void keep(struct sim_at *a, enum sim_fota_stage stage)
{
    a->fota.kept.stage = (uint32_t)stage;
    sim_fota_save(a->unit, &a->fota.kept); /* the front tells of a disk that is full */
}

/* Whether the power goes here. */
static int cut(struct sim_at *a, int where)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_fota_powercut, NULL);

    if (!f || f->n[0] != where || a->fota.cut_done)
        return 0;
    a->fota.cut_done = 1;
    sim_at_fired(a, SIM_F_fota_powercut);
    a->after = SIM_AFTER_CRASH;
    sim_fota_begin(a, SIM_STEP_NONE, 0);
    return 1;
}

static uint64_t percent_us(const struct sim_at *a)
{
    return sim_conf_number(a->unit, "fota_percent_ms", PERCENT_MS) * 1000ull;
}

/* ---- download ---- */

static int fault_code(struct sim_at *a, uint64_t *in_us)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_fota_download, NULL);

    if (!f && !sim_at_fault(a, SIM_F_noreg, NULL))
        return 0;
    sim_at_fired(a, f ? SIM_F_fota_download : SIM_F_noreg);
    *in_us = f && f->given > 1 ? (uint64_t)f->n[1] * 1000 : SECOND;
    if (f)
        return (int)f->n[0];
    return a->fota.kept.form == SIM_FOTA_FTP ? sim_fota_family(a)->ftp_code[SIM_FETCH_NO_SERVER]
                                             : sim_fota_family(a)->http[SIM_FETCH_NO_SERVER];
}

static int step_fetch(struct sim_at *a)
{
    struct sim_fetch_ask ask = {.url = a->fota.url,
                                .network = sim_unit_conf(a->unit, "network", NULL),
                                .most = sim_conf_number(a->unit, "fota_space", SIM_FILE_MAX),
                                .timeout_ms =
                                    (long)sim_conf_number(a->unit, "fota_timeout_ms", 60000),
                                .breaks = sim_at_fault(a, SIM_F_fota_netlost, NULL) != NULL};
    uint64_t in_us = 0;

    if (a->fota.kept.pid == 1 && sim_at_fault(a, SIM_F_fota_apnbusy, NULL)) {
        sim_at_fired(a, SIM_F_fota_apnbusy);
        a->fota.due_us = SIM_FOTA_FOREVER;
        return 0;
    }
    if (sim_fota_say_fetch(a))
        return -1;
    if (cut(a, CUT_DOWNLOAD))
        return 0;
    a->fota.code = fault_code(a, &in_us);
    if (a->fota.code) {
        sim_fota_begin(a, SIM_STEP_FETCHED, in_us);
        return 0;
    }
    if (ask.breaks)
        sim_at_fired(a, SIM_F_fota_netlost);
    if (a->fota.kept.form == SIM_FOTA_HTTPS && sim_fota_family(a)->restores) {
        ask.ca = sim_fota_node(a, "/datatx/fota_cacert.pem");
        ask.cert = sim_fota_node(a, "/datatx/fota_client_cert.pem");
        ask.key = sim_fota_node(a, "/datatx/fota_client_key.pem");
    }
    a->fota.fetch = sim_fetch_begin(&ask);
    sim_fota_begin(a, SIM_STEP_FETCHING, SIM_FOTA_FOREVER);
    return a->fota.fetch ? 0 : -1;
}

static void step_fetching(struct sim_at *a)
{
    const struct sim_fota_family *f = sim_fota_family(a);
    const int *codes = a->fota.kept.form == SIM_FOTA_FTP ? f->ftp_code : f->http;
    const struct qd_buf *b = sim_fetch_data(a->fota.fetch);

    a->fota.code = codes[sim_fetch_result(a->fota.fetch)];
    if (a->fota.code == 0 && sim_fota_keep_package(a->unit, b->p, b->len))
        a->fota.code = f->restores ? 707 : codes[SIM_FETCH_BROKEN];
    sim_fetch_free(&a->fota.fetch);
    sim_fota_begin(a, SIM_STEP_FETCHED, 0);
}

static int step_fetched(struct sim_at *a)
{
    int code = a->fota.code;

    if (sim_fota_say_fetched(a, code))
        return -1;
    if (code)
        sim_fota_begin(a, SIM_STEP_NONE, 0);
    else
        sim_fota_begin(a, sim_fota_early(a) ? SIM_STEP_INTO_RECOVERY : SIM_STEP_START, SECOND);
    return 0;
}

/* ---- the upgrade ---- */

static void step_into_recovery(struct sim_at *a)
{
    a->fota.kept.tries = 0;
    keep(a, SIM_FOTA_UPDATE);
    a->after = SIM_AFTER_RESET;
    sim_fota_begin(a, SIM_STEP_NONE, 0);
}

/* The END the package itself earns: 0 when it fits. */
static int judge(struct sim_at *a)
{
    const struct sim_fota_family *f = sim_fota_family(a);
    const char *version =
        sim_unit_conf(a->unit, "firmware_full", sim_unit_conf(a->unit, "firmware", ""));
    struct sim_fota_kept *k = &a->fota.kept;
    struct sim_node *n = k->package[0] ? sim_fota_node(a, k->package) : NULL;
    enum sim_package_verdict v;
    struct sim_package p;
    uint8_t *bytes = NULL;
    size_t len = 0;

    if (k->package[0] ? !n : sim_fota_package(a->unit, &bytes, &len) != 0)
        return f->absent;
    v = sim_package_check(n ? n->data : bytes, n ? n->len : len, version, &p);
    len = n ? n->len : len;
    free(bytes);
    if (f->large && len > sim_conf_number(a->unit, "fota_largest", SIM_FILE_MAX))
        return f->large;
    if (len > sim_conf_number(a->unit, "fota_space", SIM_FILE_MAX))
        return f->space;
    if (v == SIM_PACKAGE_SOURCE && f->verdict[v] == 505)
        return (int)sim_conf_number(a->unit, "fota_mismatch", 505);
    qd_copy_text(k->to, sizeof k->to, p.to);
    qd_copy_text(k->base, sizeof k->base, p.base);
    qd_copy_text(k->build, sizeof k->build, p.build);
    return f->verdict[v];
}

static int step_start(struct sim_at *a)
{
    int lost = sim_at_fault(a, SIM_F_fota_nostart, NULL) != NULL;

    if (lost)
        sim_at_fired(a, SIM_F_fota_nostart);
    else if (sim_fota_say(a, "START", -1))
        return -1;
    a->fota.code = judge(a);
    sim_fota_plan(a);
    keep(a, SIM_FOTA_UPDATE);
    if (!cut(a, CUT_START))
        sim_fota_begin(a, a->fota.code ? SIM_STEP_END : SIM_STEP_PERCENT, percent_us(a));
    return 0;
}

/* fota_fail: END with a code, at a percent, so many times. */
static int fails_here(struct sim_at *a, int percent)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_fota_fail, NULL);

    if (!f || (f->given > 1 && f->seen >= (uint64_t)f->n[1]) ||
        percent < (f->given > 2 ? f->n[2] : 1))
        return 0;
    f->seen++;
    sim_at_fired(a, SIM_F_fota_fail);
    a->fota.code = (int)f->n[0];
    sim_fota_begin(a, SIM_STEP_END, percent_us(a));
    return 1;
}

static int step_percent(struct sim_at *a)
{
    struct sim_fota *f = &a->fota;
    int n = f->percents ? f->percent[f->at] : 100;

    if ((int)f->at == f->cut_at && cut(a, CUT_PERCENT))
        return 0;
    if (f->percents && sim_fota_say(a, "UPDATING", n))
        return -1;
    if (fails_here(a, n))
        return 0;
    if (++f->at < f->percents) {
        sim_fota_begin(a, SIM_STEP_PERCENT, percent_us(a));
        return 0;
    }
    f->at = 0;
    if (sim_fota_family(a)->restores) {
        keep(a, SIM_FOTA_RESTORE);
        sim_fota_begin(a, SIM_STEP_RESTORE, percent_us(a));
    } else {
        sim_fota_begin(a, SIM_STEP_END, percent_us(a));
    }
    return 0;
}

static int step_continue(struct sim_at *a)
{
    static const char text[] = "Last upgrade was not finished,continue upgrade";

    if (sim_fota_say(a, text, -1) ||
        (a->fota.kept.form == SIM_FOTA_LOCAL && sim_fota_say(a, "START", -1)))
        return -1;
    sim_fota_plan(a);
    a->fota.code = 0;
    sim_fota_begin(a, SIM_STEP_RESTORE, percent_us(a));
    return 0;
}

static int step_restore(struct sim_at *a)
{
    struct sim_fota *f = &a->fota;

    if ((int)f->at == f->cut_at && cut(a, CUT_RESTORE))
        return 0;
    if (f->percents && sim_fota_say(a, "RESTORE", f->percent[f->at]))
        return -1;
    if (++f->at < f->percents)
        sim_fota_begin(a, SIM_STEP_RESTORE, percent_us(a));
    else
        sim_fota_begin(a, SIM_STEP_END, percent_us(a));
    return 0;
}

/* The flag goes, and what was downloaded for it. */
static void give_up(struct sim_at *a)
{
    keep(a, SIM_FOTA_IDLE);
    sim_fota_drop_package(a->unit);
}

static int step_end(struct sim_at *a)
{
    const struct sim_fota_family *f = sim_fota_family(a);
    int code = a->fota.code;

    if (code == 0)
        keep(a, SIM_FOTA_FINISHED);
    else if (f->retries > 1 &&
             ++a->fota.kept.tries < sim_conf_number(a->unit, "fota_retries", (unsigned)f->retries))
        keep(a, SIM_FOTA_UPDATE);
    else
        give_up(a);
    if (sim_fota_say_end(a, code))
        return -1;
    if (code == 0 && cut(a, CUT_END))
        return 0;
    sim_fota_begin(a, code && f->retries == 1 ? SIM_STEP_NONE : SIM_STEP_RESET, 2 * SECOND);
    return 0;
}

static void step_reset(struct sim_at *a)
{
    int gone = a->fota.code == 0 && sim_at_fault(a, SIM_F_fota_gone, NULL);

    if (gone)
        sim_at_fired(a, SIM_F_fota_gone);
    a->after = gone ? SIM_AFTER_POWER_OFF : SIM_AFTER_RESET;
    sim_fota_begin(a, SIM_STEP_NONE, 0);
}

/* ---- time ---- */

static int go_on(struct sim_at *a)
{
    switch (a->fota.step) {
    case SIM_STEP_FETCH:
        return step_fetch(a);
    case SIM_STEP_FETCHED:
        return step_fetched(a);
    case SIM_STEP_INTO_RECOVERY:
        step_into_recovery(a);
        return 0;
    case SIM_STEP_START:
        return step_start(a);
    case SIM_STEP_PERCENT:
        return step_percent(a);
    case SIM_STEP_CONTINUE:
        return step_continue(a);
    case SIM_STEP_RESTORE:
        return step_restore(a);
    case SIM_STEP_END:
        return step_end(a);
    case SIM_STEP_RESET:
        step_reset(a);
        return 0;
    default:
        return 0;
    }
}

int sim_fota_tick(struct sim_at *a)
{
    if (a->fota.step == SIM_STEP_FETCHING && sim_fetch_poll(a->fota.fetch))
        step_fetching(a);
    if (sim_fota_due(a) > a->now_us)
        return 0;
    return go_on(a);
}

uint64_t sim_fota_due(const struct sim_at *a)
{
    return a->fota.step == SIM_STEP_NONE ? SIM_FOTA_FOREVER : a->fota.due_us;
}

int sim_fota_active(const struct sim_at *a)
{
    return a->fota.step != SIM_STEP_NONE;
}

int sim_fota_fetching(const struct sim_at *a)
{
    return a->fota.step == SIM_STEP_FETCHING;
}

int sim_fota_hides_diag(struct sim_at *a)
{
    int lost = a->fota.upgraded && sim_at_fault(a, SIM_F_after_nodiag, NULL);

    if (lost)
        sim_at_fired(a, SIM_F_after_nodiag);
    return a->fota.recovery || lost;
}

int sim_fota_deaf(const struct sim_at *a)
{
    return a->fota.recovery &&
           strcmp(sim_unit_conf(a->unit, "recovery_at", "silent"), "silent") == 0;
}

/* In recovery nothing tells of a start, and the first line comes when it comes. */
static void into_recovery(struct sim_at *a, enum sim_fota_step step)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_fota_first, NULL);
    uint64_t ms = sim_conf_number(a->unit, "fota_first_ms", FIRST_MS);

    if (f)
        sim_at_fired(a, SIM_F_fota_first);
    a->fota.recovery = 1;
    a->rdy_told = a->app_told = 1;
    a->fota.step = step;
    a->fota.due_us = a->boot_us + (f ? (uint64_t)f->n[0] : ms) * 1000;
}

void sim_fota_boot(struct sim_at *a)
{
    struct sim_fota *f = &a->fota;
    const struct sim_fota_family *family = sim_fota_family(a);

    sim_fetch_free(&f->fetch);
    f->step = SIM_STEP_NONE;
    f->recovery = 0;
    if (!f->loaded)
        f->loaded = sim_fota_load(a->unit, &f->kept) == 0;
    if (!family)
        return;
    if (f->kept.stage == SIM_FOTA_FINISHED)
        sim_fota_finish(a);
    else if (f->kept.stage == SIM_FOTA_UPDATE && family->retries > 1)
        into_recovery(a, SIM_STEP_START);
    else if (f->kept.stage == SIM_FOTA_UPDATE)
        keep(a, SIM_FOTA_IDLE); /* nothing has been copied back yet: the old one runs */
    else if (f->kept.stage == SIM_FOTA_RESTORE)
        into_recovery(a, SIM_STEP_CONTINUE);
}

void sim_fota_free(struct sim_at *a)
{
    sim_fetch_free(&a->fota.fetch);
}
