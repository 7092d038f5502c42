/* SPDX-License-Identifier: BSD-3-Clause
 *
 * An upgrade from start to end: preflight, confirmation, state file, the command, watching,
 * verification. It must never send the command twice, never without a go, and never say that an
 * upgrade went well before version, identity and calibration were read and compared. */
#include <qdiag/container.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/text.h"
#include "flow/ufs/at_door.h"
#include "flow/unit/device.h"
#include "flow/upgrade/fota_verify.h"
#include "flow/unit/reopen.h"
#include "flow/upgrade/upgrade_finish.h"
#include "flow/upgrade/upgrade_run.h"
#include "service/fota.h"
#include "service/versions.h"

#define DIGITS_MIN 4u
#define SIGNS_MS   250u

static void begin_report(struct qdiag_fota_report *r)
{
    memset(r, 0, sizeof *r);
    r->code = r->version_is_target = r->identity_equal = r->calibration_equal = -1;
    r->package_deleted = r->inner_backup = -1;
    r->restores_before = r->restores_after = QD_RESTORES_UNKNOWN;
}

/* ---- before anything is sent ---- */

static int check_kind(struct qdiag_at *at, struct qdiag_error *e)
{
    char firmware[QD_VERSION_TEXT];
    const char *model = qd_at_model(at->at), *why;
    int rc = qd_at_full_version(at->at, firmware, e);

    why = rc == 0 ? qd_fota_foreign(model, firmware) : NULL;
    if (why)
        rc = qd_fail(e, QDIAG_E_UNSUPPORTED, model, "%s; nothing was sent", why);
    return rc;
}

static int check_confirm(struct qdiag_at *at, const struct qdiag_fota_options *o, const char *what,
                         char imei[16], struct qdiag_error *e)
{
    char answer[64] = "";
    const char *digits = o->confirm;
    size_t n, have;
    int rc = qd_at_imei(at->at, imei, e);

    if (rc != 0)
        return rc;
    have = strlen(imei);
    if (have == 0)
        return qd_fail(e, QDIAG_E_POLICY, at->address.text, "the unit gives no IMEI");
    if (!digits && o->ask && o->ask(what, answer, o->user) == 0)
        digits = answer;
    if (!digits && qd_cancel_check(at->ctx->cancel, e) != 0) /* Ctrl-C instead of digits */
        return -QDIAG_E_CANCELLED;
    n = digits ? strlen(digits) : 0;
    if (n < DIGITS_MIN)
        return qd_fail(e, QDIAG_E_USAGE, NULL,
                       "the last %u digits of the unit's IMEI must be given to confirm",
                       DIGITS_MIN);
    if (n > have || strcmp(imei + have - n, digits) != 0)
        return qd_fail(e, QDIAG_E_NOT_SAME_UNIT, at->address.text,
                       "these are not the last digits of the unit's IMEI");
    return 0;
}

/* A run of this file that has not come to its end must be watched to it first; and a file that
 * cannot be read as a state may be such a run, or the backup itself. */
static int check_state(const char *path, struct qdiag_error *e)
{
    struct qd_run_state old;
    struct qdiag_error mine = {0};

    if (!path || (access(path, F_OK) != 0 && errno == ENOENT))
        return 0;
    if (qd_run_state_load(path, &old, &mine) != 0) {
        qd_fail(e, QDIAG_E_POLICY, path, "it is not overwritten: %.200s", mine.why);
        qd_what(e, "refused: what lies in the place of the state file is none");
        qd_hint(e, "--state FILE names another place; a state file that is damaged may be of a run "
                   "that still goes on: `qdiag fota watch --at ADDRESS` looks");
        return -QDIAG_E_POLICY;
    }
    if (!qd_run_state_open(&old))
        return 0;
    qd_fail(e, QDIAG_E_POLICY, path, "a run that is not finished is noted there (%s)", old.stage);
    qd_hint(e, "`qdiag fota watch --state FILE` brings it to its end");
    return -QDIAG_E_POLICY;
}

static int note_run(struct qd_run *run, const struct qdiag_fota_argument *a, const char *imei,
                    struct qdiag_error *e)
{
    struct qd_run_state *s = &run->state;
    const struct qdiag_fota_report *r = run->r;
    int rc = qd_run_state_about(s, run->at, imei, e);

    qd_copy_text(s->model, sizeof s->model, r->before.model);
    qd_copy_text(s->family, sizeof s->family, r->before.family);
    qd_copy_text(s->source, sizeof s->source, r->before.full);
    qd_copy_text(s->target, sizeof s->target, r->target);
    qd_copy_text(s->target_other, sizeof s->target_other, r->target_other);
    qd_copy_text(s->argument, sizeof s->argument, a->shown);
    qd_copy_text(s->backup, sizeof s->backup, run->o->preflight.backup);
    qd_copy_text(s->backup_sha256, sizeof s->backup_sha256, r->preflight.backup_sha256);
    qd_copy_text(s->stage, sizeof s->stage, "sent");
    s->restores = r->restores_before == QD_RESTORES_UNKNOWN ? -1 : (int64_t)r->restores_before;
    s->changed = s->began;
    qd_upgrade_note(run->o, a, r, s);
    if (rc == 0 && run->o->state)
        rc = qd_run_state_save(run->o->state, s, e);
    return rc;
}

static void take_preflight(struct qdiag_fota_report *r, const struct qdiag_fota_options *o)
{
    r->before = r->preflight.versions;
    qd_copy_text(r->target, sizeof r->target,
                 r->preflight.match.to[0] ? r->preflight.match.to
                 : o->preflight.to        ? o->preflight.to
                                          : "");
    if (!r->preflight.match.declared && strcmp(r->target, r->preflight.package.to) == 0)
        qd_copy_text(r->target_other, sizeof r->target_other, r->preflight.package.to_other);
    if (r->preflight.ufs.fs[QDIAG_UFS].known)
        r->restores_before = r->preflight.ufs.fs[QDIAG_UFS].restores;
}

/* Everything that has to be right. */
static int prepare(struct qd_run *run, struct qdiag_device *dev, struct qdiag_fota_argument *a,
                   struct qdiag_error *e)
{
    struct qdiag_fota_report *r = run->r;
    char imei[16] = "", what[700];
    int rc = check_kind(run->at, e);

    if (rc == 0)
        rc = qdiag_fota_argument(qd_at_family(qd_at_model(run->at->at))->name,
                                 run->o->preflight.source, a, e);
    if (rc == 0)
        rc = check_state(run->o->state, e);
    if (rc == 0)
        rc = qdiag_preflight(run->at, dev, &run->o->preflight, &r->preflight, e);
    if (rc == 0 && !r->preflight.go)
        rc = qd_fail(e, QDIAG_E_BUG, NULL, "a preflight without a verdict");
    if (rc != 0)
        return rc;
    take_preflight(r, run->o);
    if (!r->target[0])
        return qd_fail(e, QDIAG_E_UNKNOWN, NULL, "the package's target version is not known");
    snprintf(what, sizeof what, "%.120s from %.127s to %.127s: %.300s", r->before.model,
             r->before.full, r->target, a->shown);
    rc = check_confirm(run->at, run->o, what, imei, e);
    if (rc == 0)
        rc = qd_cancel_check(run->at->ctx->cancel, e);
    return rc ? rc : note_run(run, a, imei, e);
}

/* ---- the command ---- */

static int not_sent(struct qd_run *run, const struct qdiag_error *mine, struct qdiag_error *e)
{
    qd_copy_text(run->state.stage, sizeof run->state.stage, "refused");
    if (run->o->state)
        (void)qd_run_state_save(run->o->state, &run->state, NULL);
    if (e && !e->code) {
        *e = *mine;
        e->touch = QDIAG_UNTOUCHED;
    }
    return -mine->code;
}

/* ERROR, and yet it may have begun: a moment to hear of it. */
static void wait_for_signs(struct qd_run *run)
{
    struct qd_deadline end = qd_deadline_in_ms(run->at->ctx->clock, run->w.limit.ok);
    struct qdiag_error e = {0};

    while (run->w.state == QDIAG_FOTA_SENT && !qd_deadline_over(&end))
        if (qd_at_listen(run->at->at, SIGNS_MS, &e) != 0) {
            qd_at_port_lost(run->at);
            qd_run_event(run, QD_WATCH_GONE);
        }
}

/* Once. 0: sent, whatever came back. */
static int send_command(struct qd_run *run, const struct qdiag_fota_argument *a,
                        struct qdiag_error *e)
{
    uint64_t before = qd_at_stats(run->at->at).commands;
    struct qd_at_final f = {QD_AT_ERROR, -1, ""};
    struct qd_at_command c = {a->shown, "", 0, 0};
    struct qdiag_error mine = {0};
    int rc = qd_at_door_fota(run->at, a, (unsigned)run->w.limit.ok, &f, &mine);

    if (rc != 0 && qd_at_stats(run->at->at).commands == before)
        return not_sent(run, &mine, e);
    run->ours = 1;
    if (rc == 0 && f.result != QD_AT_OK)
        wait_for_signs(run);
    if (rc == 0)
        qd_run_event(run, f.result == QD_AT_OK ? QD_WATCH_OK : QD_WATCH_ERROR);
    if (run->w.outcome == QD_WATCH_REFUSED) {
        (void)qd_at_fail(&c, &f, &mine);
        qd_what(&mine, "the unit refuses to start the upgrade");
        qd_hint(&mine, "nothing was started; check the source and the unit's manual");
        return not_sent(run, &mine, e);
    }
    if (rc == -QDIAG_E_LINK_GONE || rc == -QDIAG_E_LINK_IO) { /* a restart may be that quick */
        qd_at_port_lost(run->at);
        qd_run_event(run, QD_WATCH_GONE);
    }
    return 0;
}

/* ---- after it ---- */

static int say_unknown(struct qd_run *run, struct qdiag_device *dev, const char *why,
                       struct qdiag_error *e)
{
    const char *device = run->o->device     ? run->o->device
                         : dev && dev->diag ? qdiag_device_address(dev)
                                            : NULL;

    qd_run_watch_command(run, device, run->r->next, sizeof run->r->next);
    qd_fail(e, QDIAG_E_FOTA_UNKNOWN, run->at->address.text, "%s", why);
    if (e && run->r->next[0] && strlen(run->r->next) < sizeof e->hint - 32)
        qd_hint(e, "do not cut the power; `%s`", run->r->next);
    if (e)
        e->touch = QDIAG_TOUCH_UNKNOWN;
    return -QDIAG_E_FOTA_UNKNOWN;
}

static int on_stop(struct qd_run *run, struct qdiag_device *dev, int rc, struct qdiag_error *mine,
                   struct qdiag_error *e)
{
    if (rc != -QDIAG_E_CANCELLED && run->ours) /* whatever it is, the unit goes on */
        return say_unknown(run, dev, mine->why, e);
    if (rc != -QDIAG_E_CANCELLED) {
        if (e && !e->code)
            *e = *mine;
        return rc;
    }
    rc = say_unknown(run, dev, "the module goes on by itself and must not lose its power", e);
    qd_what(e, "stopped watching; the upgrade goes on");
    return rc;
}

/* A download that failed has written nothing of a new version. */
static enum qdiag_touch touched(const struct qd_run *run)
{
    if (run->w.attempts || run->w.ended)
        return QDIAG_CHANGED;
    return run->r->code > 0 && strcmp(run->r->stage, "end") != 0 ? QDIAG_UNTOUCHED
                                                                 : QDIAG_TOUCH_UNKNOWN;
}

static int on_failed(struct qd_run *run, struct qdiag_error *e)
{
    const struct qdiag_fota_report *r = run->r;
    const char *unsure = run->w.attempts && (r->identity_equal < 0 || r->calibration_equal < 0)
                             ? "; whether identity and calibration are as before is not known"
                             : "";

    run->r->version_is_target = 0;
    run->r->next[0] = '\0';
    qd_run_say(run, QDIAG_FOTA_FAILED, "");
    if (r->code > 0)
        qd_fail_wire(e, QDIAG_E_FOTA_FAILED, r->code, r->before.full, "%s error %d: %.120s%s",
                     strcmp(r->stage, "end") == 0 ? "upgrade" : "download", r->code, r->code_text,
                     unsure);
    else
        qd_fail(e, QDIAG_E_FOTA_FAILED, r->before.full, "%s%s",
                run->w.ended ? "the unit said that it was done, and runs its old version"
                             : "the unit has started with its old version and does not go on",
                unsure);
    if (r->advice[0])
        qd_hint(e, "%s", r->advice);
    if (e)
        e->touch = touched(run);
    return -QDIAG_E_FOTA_FAILED;
}

static int on_unknown(struct qd_run *run, struct qdiag_device *dev, struct qdiag_error *e)
{
    const struct qdiag_fota_report *r = run->r;
    char why[256];

    if (r->after.full[0] && strcmp(r->after.full, r->before.full) != 0)
        snprintf(why, sizeof why, "version %.80s, %s%.80s", r->after.full,
                 r->target[0] ? "and not " : "and no target was named to compare with", r->target);
    else
        snprintf(why, sizeof why, "nothing more was heard (limit `%s`), and %s", run->w.expired,
                 r->after.full[0] ? "it is on its old version; it may still be at work"
                                  : "the unit does not tell its version");
    return say_unknown(run, dev, why, e);
}

/* The DIAG port again, or for the first time when a watcher joined while it was away. */
static int open_diag(struct qd_run *run, struct qdiag_device **dev, struct qdiag_error *e)
{
    struct qdiag_context *c = run->at->ctx;
    struct qd_deadline end = qd_deadline_in_ms(c->clock, run->w.limit.port_back);
    struct qdiag_error mine;
    int rc;

    if (*dev)
        return qd_device_return_within(*dev, (unsigned)run->w.limit.port_back, e);
    if (!run->o->device)
        return qd_fail(e, QDIAG_E_NO_UNIT, NULL, "no DIAG port was named");
    do {
        memset(&mine, 0, sizeof mine);
        rc = qdiag_device_open(c, run->o->device, NULL, dev, &mine);
        if (rc != 0)
            c->clock->sleep_us(c->clock->user, 200000);
    } while (rc != 0 && qd_cancel_check(c->cancel, NULL) == 0 && !qd_deadline_over(&end));
    if (rc != 0)
        *e = mine;
    return rc;
}

/* Is it the same unit, whole? A stop leaves that open. */
static int verify(struct qd_run *run, struct qdiag_device *dev, struct qdiag_error *e)
{
    struct qdiag_device *opened = dev;
    struct qdiag_error port = {0}, mine = {0};
    int rc = open_diag(run, &opened, &port);

    qd_run_say(run, QDIAG_FOTA_VERIFY, "");
    rc = qd_fota_verify(run->at, rc == 0 ? opened : NULL, run->o, run->r, 1, &mine);
    if (opened != dev)
        qdiag_device_close(&opened);
    if (rc == -QDIAG_E_CANCELLED)
        return say_unknown(run, dev, "stopped before identity and calibration were compared", e);
    if (rc == -QDIAG_E_FOTA_UNKNOWN && port.code)
        qd_hint(&mine, "the DIAG port did not come back: %.150s", port.why);
    if (rc != 0 && e && !e->code)
        *e = mine;
    return rc;
}

/* Neither its old version nor the target. */
static int is_third_version(const struct qdiag_fota_report *r)
{
    return r->after.full[0] && r->before.full[0] && strcmp(r->after.full, r->before.full) != 0;
}

/* Not on its target after a try to write it: identity and calibration may have suffered, or the
 * module fell back to its stored state. That is said before all else. */
static int is_damaged(struct qd_run *run, struct qdiag_device *dev, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};

    if ((run->w.attempts == 0 && !is_third_version(run->r)) || !run->o->preflight.backup)
        return 0;
    if (verify(run, dev, &mine) != -QDIAG_E_FOTA_DIFFERS)
        return 0;
    qd_run_say(run, QDIAG_FOTA_FAILED, "");
    if (e && !e->code)
        *e = mine;
    return 1;
}

static int conclude(struct qd_run *run, struct qdiag_device *dev, struct qdiag_error *e)
{
    int rc;

    switch (run->w.outcome) {
    case QD_WATCH_HAS_FAILED:
        qd_run_end(run);
        return is_damaged(run, dev, e) ? -QDIAG_E_FOTA_DIFFERS : on_failed(run, e);
    case QD_WATCH_IS_TARGET:
        qd_run_end(run); /* what is said now is no part of it any more */
        rc = verify(run, dev, e);
        qd_run_say(run,
                   rc == -QDIAG_E_FOTA_UNKNOWN  ? QDIAG_FOTA_LOST
                   : rc == -QDIAG_E_FOTA_FAILED ? QDIAG_FOTA_FAILED
                                                : QDIAG_FOTA_DONE,
                   "");
        return rc;
    default:
        if (!is_third_version(run->r)) /* it may still be at work: nothing more is asked of it */
            return on_unknown(run, dev, e);
        qd_run_end(run);
        return is_damaged(run, dev, e) ? -QDIAG_E_FOTA_DIFFERS : on_unknown(run, dev, e);
    }
}

static int watch(struct qd_run *run, struct qdiag_device *dev, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    int rc = qd_run_watch(run, &mine);

    rc = rc ? on_stop(run, dev, rc, &mine, e) : conclude(run, dev, e);
    qd_run_end(run);
    return rc;
}

int qdiag_fota_run(struct qdiag_at *at, struct qdiag_device *dev,
                   const struct qdiag_fota_options *o, struct qdiag_fota_report *r,
                   struct qdiag_error *e)
{
    struct qd_run run = {.at = at, .o = o, .r = r};
    struct qdiag_fota_argument a;
    int rc;

    begin_report(r);
    if (!o->preflight.source || !o->preflight.backup || !dev)
        return qd_fail(
            e, QDIAG_E_USAGE, NULL,
            "a run needs the unit's DIAG port, its backup, and the source of the package");
    rc = qdiag_backup_not_narrowed(o->preflight.backup, e);
    if (rc == 0)
        rc = prepare(&run, dev, &a, e);
    if (rc != 0)
        return rc;
    qd_run_begin(&run, qd_fota_family(r->before.family));
    qd_run_say(&run, QDIAG_FOTA_SENT, "");
    rc = send_command(&run, &a, e);
    if (rc != 0) {
        qd_run_end(&run);
        return rc;
    }
    rc = watch(&run, dev, e);
    return rc ? rc : qd_upgrade_finish(at, dev, o, &run.state, r, e);
}

/* What is known of a run that somebody else began. */
static int join(struct qd_run *run, struct qdiag_error *e)
{
    struct qdiag_fota_report *r = run->r;
    const struct qdiag_fota_options *o = run->o;
    int rc = o->state ? qd_run_state_load(o->state, &run->state, e) : 0;

    if (rc != 0)
        return rc;
    qd_copy_text(r->target, sizeof r->target,
                 o->preflight.to ? o->preflight.to : run->state.target);
    qd_copy_text(r->target_other, sizeof r->target_other,
                 o->preflight.to ? "" : run->state.target_other);
    qd_copy_text(r->before.full, sizeof r->before.full,
                 o->preflight.from ? o->preflight.from : run->state.source);
    qd_copy_text(r->before.model, sizeof r->before.model, run->state.model);
    qd_copy_text(r->before.family, sizeof r->before.family, run->state.family);
    qd_copy_text(r->preflight.backup_sha256, sizeof r->preflight.backup_sha256,
                 run->state.backup_sha256);
    if (o->state && run->state.restores >= 0)
        r->restores_before = (uint32_t)run->state.restores;
    return 0;
}

int qdiag_fota_watch(struct qdiag_at *at, struct qdiag_device *dev,
                     const struct qdiag_fota_options *o, struct qdiag_fota_report *r,
                     struct qdiag_error *e)
{
    struct qdiag_fota_options mine = *o;
    struct qd_run run = {.at = at, .o = &mine, .r = r};
    int rc;

    begin_report(r);
    rc = join(&run, e);
    if (rc != 0)
        return rc;
    if (!mine.preflight.backup && run.state.backup[0])
        mine.preflight.backup = run.state.backup;
    qd_run_begin(&run, qd_fota_family(run.state.family));
    rc = watch(&run, dev, e);
    return rc || !o->state ? rc : qd_upgrade_left(at, &run.state, r, e);
}
