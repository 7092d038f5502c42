/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The state machine of an upgrade with a port, a clock and a state file around it. While the unit
 * works nothing is sent to it; only the version is asked for, when the machine says so. It must
 * never take a lost port for a failure, and never reset or switch off a unit. */
#include "flow/upgrade/upgrade_run.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/files/shell_word.h"

#define SLICE_MS 250u
#define AGAIN_US 200000u
#define READY_S  60u /* how long the application half may take to start after an upgrade */

static uint64_t now_ms(const struct qd_run *run)
{
    const struct qd_clock *c = run->at->ctx->clock;

    return c->now_us(c->user) / 1000;
}

/* ---- telling ---- */

static void save(struct qd_run *run)
{
    struct qdiag_error e = {0};

    run->state.changed = (int64_t)time(NULL);
    run->state.attempts = run->w.attempts;
    run->state.code = run->w.code;
    qd_copy_text(run->state.at, sizeof run->state.at, run->at->address.text);
    if (!run->o->state || qd_run_state_save(run->o->state, &run->state, &e) == 0)
        return;
    if (!run->unsaved) /* the unit goes on, so we do */
        qd_log(run->at->ctx, QDIAG_LOG_WARN, "fota", "the state file is not written any more: %s",
               e.why);
    run->unsaved = 1;
}

void qd_run_say(struct qd_run *run, enum qdiag_fota_state s, const char *line)
{
    if (s != run->told || run->w.attempts != run->told_attempts) {
        qd_copy_text(run->state.stage, sizeof run->state.stage, qdiag_fota_state_name(s));
        if (run->ours || run->state.unit[0])
            save(run);
    }
    run->r->state = s;
    run->r->attempts = run->w.attempts;
    run->told = s;
    run->told_percent = run->w.percent;
    run->told_attempts = run->w.attempts;
    if (run->o->event)
        run->o->event(s, run->w.percent, run->w.attempts, line, run->o->user);
}

static void tell(struct qd_run *run, const char *line)
{
    const struct qd_watch *w = &run->w;

    if (*line || w->state != run->told || w->percent != run->told_percent ||
        w->attempts != run->told_attempts)
        qd_run_say(run, w->state, line);
}

static void step(struct qd_run *run, const struct qd_watch_event *ev, const char *line)
{
    (void)qd_watch_step(&run->w, ev, now_ms(run));
    if (run->w.state != QDIAG_FOTA_VERIFY)
        run->until = 0;
    run->r->code = run->w.code;
    qd_copy_text(run->r->stage, sizeof run->r->stage, run->w.stage);
    if (run->w.code >= 0)
        (void)qdiag_fota_code(run->w.family->name, run->w.stage, run->w.code, run->r->code_text,
                              run->r->advice);
    tell(run, line);
}

void qd_run_event(struct qd_run *run, enum qd_watch_kind kind)
{
    struct qd_watch_event ev = {.kind = kind};

    step(run, &ev, "");
}

/* Called in the middle of whatever the session does. */
static void heard(void *user, enum qd_at_kind kind, const char *line)
{
    struct qd_run *run = user;
    struct qd_watch_event ev = {.kind = QD_WATCH_URC};
    char text[80];

    if (kind == QD_AT_RDY || kind == QD_AT_APP_RDY) {
        qd_run_event(run, QD_WATCH_RDY);
        return;
    }
    ev.urc = qd_fota_urc_read(line);
    if (ev.urc.word == QD_FOTA_NO_URC)
        return;
    if (ev.urc.word == QD_FOTA_OTHER) {
        run->foreign = 1;
        return;
    }
    if (ev.urc.word == QD_FOTA_UNREAD)
        qd_log(run->at->ctx, QDIAG_LOG_INFO, "fota", "a line that is broken or not known: %s",
               line);
    qd_fota_urc_text(&ev.urc, text);
    step(run, &ev, text);
}

void qd_run_begin(struct qd_run *run, const struct qd_fota_family *family)
{
    qd_watch_begin(&run->w, family, &run->o->limits, now_ms(run));
    run->told_percent = -1;
    run->told = run->w.state;
    qd_at_port_on_unsolicited(run->at, heard, run);
}

void qd_run_end(struct qd_run *run)
{
    qd_at_port_on_unsolicited(run->at, NULL, NULL);
}

/* ---- the port ---- */

static void rest(const struct qd_run *run)
{
    run->at->ctx->clock->sleep_us(run->at->ctx->clock->user, AGAIN_US);
}

static void lost(struct qd_run *run)
{
    qd_at_port_lost(run->at);
    qd_run_event(run, QD_WATCH_GONE);
}

static void listen_on(struct qd_run *run)
{
    struct qdiag_error e = {0};

    if (qd_at_listen(run->at->at, SLICE_MS, &e) == 0)
        return;
    qd_log(run->at->ctx, QDIAG_LOG_INFO, "fota", "the port is gone: %s", e.why);
    lost(run);
}

/* One look for the port. 1: it is back. */
static int find(struct qd_run *run)
{
    struct qdiag_error e = {0};

    if (qd_at_port_listen(run->at, &e) == 0) {
        qd_log(run->at->ctx, QDIAG_LOG_INFO, "fota", "the port is back: %s", run->at->address.text);
        qd_run_event(run, QD_WATCH_BACK);
        return 1;
    }
    rest(run);
    return 0;
}

/* ---- the version ---- */

static int is_other_unit(struct qd_run *run)
{
    struct qdiag_error e = {0};
    char imei[16];

    return run->state.unit[0] && qd_at_imei(run->at->at, imei, &e) == 0 && imei[0] &&
           !qd_run_state_is(&run->state, imei);
}

/* Nothing of an upgrade was seen yet, so what the unit runs is what it ran before. */
static int is_untouched(const struct qd_watch *w)
{
    return w->attempts == 0 && !w->ended && !w->failed && !w->restarted && !w->normal;
}

/* By either reading of the package's name; what the unit had before is no target. */
static int is_target(const struct qdiag_fota_report *r, const char *full)
{
    if (r->target[0] && strcmp(full, r->target) == 0)
        return 1;
    return r->target_other[0] && strcmp(full, r->target_other) == 0 &&
           strcmp(full, r->before.full) != 0;
}

/* A source version that nobody named is only known when the watcher came early enough. */
static enum qd_watch_version judge(struct qd_run *run, const struct qdiag_versions *v)
{
    struct qdiag_fota_report *r = run->r;

    if (!v->full[0] || !v->ready)
        return QD_VERSION_UNREAD;
    r->after = *v;
    if (is_target(r, v->full))
        return QD_VERSION_TARGET;
    if (!r->before.full[0] && is_untouched(&run->w))
        r->before = *v;
    if (strcmp(v->full, r->before.full) == 0)
        return QD_VERSION_SOURCE;
    return r->target[0] || !r->before.full[0] ? QD_VERSION_OTHER : QD_VERSION_TARGET;
}

/* One try. What a unit in its recovery does not answer is no version. */
static enum qd_watch_version read_once(struct qd_run *run, struct qdiag_error *e)
{
    struct qdiag_versions v = {0};

    if (!run->at->at || qd_at_begin(run->at->at, e) != 0)
        return QD_VERSION_UNREAD;
    if (is_other_unit(run)) {
        run->other_unit = 1;
        return QD_VERSION_UNREAD;
    }
    if (!qd_fota_family(run->w.family->name)) {
        const struct qd_fota_family *f =
            qd_fota_family(qd_at_family(qd_at_model(run->at->at))->name);

        run->w.family = f ? f : run->w.family;
    }
    if (qdiag_versions_read(run->at, run->w.rank == 2 ? READY_S : 1, &v, e) != 0)
        return QD_VERSION_UNREAD;
    return judge(run, &v);
}

/* As the machine asked for: once for a look, and again and again where it has to come to an end. */
static void read_version(struct qd_run *run)
{
    struct qd_watch_event ev = {.kind = QD_WATCH_VERSION};
    struct qdiag_error e = {0};

    if (!run->until)
        run->until = now_ms(run) + (run->w.rank == 2 ? run->w.limit.port_back : 1);
    if (!run->at->at && !find(run) && now_ms(run) < run->until)
        return;
    if (run->w.state != QDIAG_FOTA_VERIFY)
        return;
    ev.version = read_once(run, &e);
    if (e.code == QDIAG_E_LINK_GONE || e.code == QDIAG_E_LINK_IO)
        lost(run);
    if (ev.version == QD_VERSION_UNREAD && !run->other_unit && now_ms(run) < run->until) {
        rest(run);
        return;
    }
    step(run, &ev, "");
}

/* ---- the loop ---- */

static int stopped(const struct qd_run *run, struct qdiag_error *e)
{
    if (run->foreign)
        return qd_fail(e, QDIAG_E_UNSUPPORTED, run->at->address.text,
                       "the unit tells of an upgrade of another kind (ABFOTA), which is not known "
                       "here");
    if (run->other_unit)
        return qd_fail(e, QDIAG_E_NOT_SAME_UNIT, run->at->address.text,
                       "the unit that answers has another IMEI than the one of the state file");
    return qd_cancel_check(run->at->ctx->cancel, e);
}

int qd_run_watch(struct qd_run *run, struct qdiag_error *e)
{
    int rc = stopped(run, e);

    tell(run, "");
    while (rc == 0 && run->w.outcome == QD_WATCH_OPEN) {
        if (run->w.state == QDIAG_FOTA_VERIFY)
            read_version(run);
        else if (!run->at->at)
            (void)find(run);
        else
            listen_on(run);
        qd_run_event(run, QD_WATCH_TICK);
        rc = stopped(run, e);
    }
    return rc;
}

static int add_option(char *out, size_t cap, const char *option, const char *value)
{
    char word[QD_SHELL_FILE_MAX];

    if (!value || !*value)
        return 0;
    qd_shell_word(value, word, sizeof word);
    return qd_shell_add(out, cap, option, word);
}

/* Whole or not at all: without its state file a watcher knows neither unit nor target. */
void qd_run_watch_command(const struct qd_run *run, const char *device, char *out, size_t cap)
{
    const char *state = run->o->state;
    int rc;

    snprintf(out, cap, "qdiag fota watch");
    rc = state ? add_option(out, cap, "--state", state)
               : add_option(out, cap, "--at", run->at->address.text);
    rc |= add_option(out, cap, "-d", device);
    if (!state ||
        strcmp(run->state.backup, run->o->preflight.backup ? run->o->preflight.backup : "") != 0)
        rc |= add_option(out, cap, "--backup", run->o->preflight.backup);
    if (!state)
        rc |= add_option(out, cap, "--to", run->r->target);
    if (rc != 0)
        out[0] = '\0';
}
