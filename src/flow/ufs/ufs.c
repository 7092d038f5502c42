/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The module's own backups: state, backup, restore. One order is given once and judged by the
 * counters, never by its answer alone. It must never repeat an order but for the one case the
 * module's document asks for: a backup that was broken off, or is counted and not valid. */
#include "flow/ufs/ufs_guard.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/ufs/at_door.h"
#include "flow/unit/versions.h"

#define WAIT_MS     30000u /* nominal 4 s; grows with the file system */
#define ORDER_MS    5000u  /* of a restore order; nominal 600 ms */
#define APP_WAIT_MS 30000u
#define GONE_MS     20000u
#define BACK_MS     120000u

/* ---- state ---- */

static void warn(struct qdiag_ufs_status *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void warn(struct qdiag_ufs_status *s, const char *fmt, ...)
{
    va_list ap;

    if (s->warnings == sizeof s->warning / sizeof s->warning[0])
        return;
    va_start(ap, fmt);
    vsnprintf(s->warning[s->warnings++], sizeof s->warning[0], fmt, ap);
    va_end(ap);
}

static void copy_state(struct qdiag_ufs_state *to, const struct qd_ufs_state *from)
{
    to->known = 1;
    to->valid = (int)from->valid;
    to->backups = from->backups;
    to->restores = from->restores;
    to->pages = from->pages;
    to->bad_blocks = from->bad_blocks;
    memcpy(to->probe, from->probe, sizeof to->probe);
    memcpy(to->bad_part, from->bad_part, sizeof to->bad_part);
}

static int read_state(struct qdiag_at *p, enum qdiag_ufs fs, struct qdiag_ufs_state *out,
                      struct qdiag_error *e)
{
    struct qd_ufs_state s;
    int rc = qd_ufs_read(p->at, fs == QDIAG_UFS ? QD_UFS : QD_EUFS, 0, &s, e);

    if (rc == 0)
        copy_state(out, &s);
    return rc;
}

/* The application side is not up yet: =14 is ERROR until APP RDY. */
static int read_waiting(struct qdiag_at *p, enum qdiag_ufs fs, struct qdiag_ufs_state *out,
                        unsigned ms, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    int rc = read_state(p, fs, out, &mine);

    if (rc == -QDIAG_E_REFUSED && fs == QDIAG_EUFS && ms) {
        rc = qd_at_wait_ready(p->at, 1, ms, e);
        if (rc < 0)
            return rc;
        memset(&mine, 0, sizeof mine);
        rc = read_state(p, fs, out, &mine);
    }
    if (rc != 0 && e && !e->code)
        *e = mine;
    return rc;
}

static int read_who(struct qdiag_at *p, struct qdiag_ufs_status *s, struct qdiag_error *e)
{
    int rc;

    memset(s, 0, sizeof *s);
    qd_copy_text(s->address, sizeof s->address, p->address.text);
    qd_copy_text(s->model, sizeof s->model, qd_at_model(p->at));
    qd_copy_text(s->family, sizeof s->family, qd_at_family(s->model)->name);
    rc = qd_firmware_read(p, 0, s->firmware, e);
    return rc ? rc : qd_at_imei(p->at, s->imei, e);
}

/* Whether to ask at all: what the family has, and what the unit says of itself. */
static int has_fs(struct qdiag_at *p, enum qdiag_ufs fs, int *has, struct qdiag_error *e)
{
    const struct qd_at_family *f = qd_at_family(qd_at_model(p->at));
    enum qd_at_has known = fs == QDIAG_UFS ? f->ufs : f->eufs;
    int told = -1, rc = 0;

    if (known != QD_AT_NO)
        rc = qd_ufs_probe(p->at, fs == QDIAG_UFS ? QD_UFS : QD_EUFS, &told, e);
    *has = known != QD_AT_NO && told != 0;
    return rc;
}

static void add_warnings(struct qdiag_ufs_status *s, enum qdiag_ufs fs)
{
    static const char *const names[] = {"UFS", "EUFS"};
    struct qdiag_ufs_state *v = &s->fs[fs];

    v->page_limit = qd_ufs_page_limit(fs == QDIAG_UFS ? QD_UFS : QD_EUFS, s->family);
    if (v->backups == 0 || !v->valid)
        warn(s, "%s: there is no valid copy in the module", names[fs]);
    if (v->restores)
        warn(s, "%s: restored %u times before", names[fs], v->restores);
    if (v->pages > v->page_limit)
        warn(s, "%s: %u pages in use, usually at most %u fit into the copy", names[fs], v->pages,
             v->page_limit);
}

static int status(struct qdiag_at *p, struct qdiag_ufs_status *s, int need, unsigned app_ms,
                  struct qdiag_error *e)
{
    int rc = read_who(p, s, e), any = 0;

    for (int fs = 0; rc == 0 && fs < 2; fs++) {
        struct qdiag_error mine = {0};
        int has = 0;

        if (need >= 0 && need != fs)
            continue;
        rc = has_fs(p, (enum qdiag_ufs)fs, &has, e);
        if (rc != 0 || !has)
            continue;
        rc = read_waiting(p, (enum qdiag_ufs)fs, &s->fs[fs], app_ms, &mine);
        if (rc == -QDIAG_E_REFUSED && need < 0) {
            warn(s, "%s is not told: %.80s", fs ? "EUFS" : "UFS", mine.why);
            rc = 0;
            continue;
        }
        if (rc != 0 && e && !e->code)
            *e = mine;
        if (rc == 0) {
            any = 1;
            add_warnings(s, (enum qdiag_ufs)fs);
        }
    }
    if (rc == 0 && !any)
        rc =
            qd_fail(e, QDIAG_E_UNSUPPORTED, s->model,
                    "%s (family %s) has no AT+QPRTPARA that is known for %s", s->model, s->family,
                    need == 1   ? "EUFS"
                    : need == 0 ? "UFS"
                                : "it");
    return rc;
}

int qdiag_ufs_status(struct qdiag_at *at, struct qdiag_ufs_status *s, struct qdiag_error *e)
{
    return status(at, s, -1, 0, e);
}

/* ---- backup ---- */

struct attempt {
    int rc;          /* of the order */
    int interrupted; /* RDY came meanwhile */
    struct qd_at_final result;
    enum qd_ufs_verdict verdict;
    const char *why;
};

/* After the order: finds the place again where that is needed. A result that came late counts. */
static int settle(struct qdiag_at *p, unsigned ms, struct attempt *a, struct qdiag_error *e)
{
    int late = 0, rc;

    a->interrupted = a->rc == -QDIAG_E_UNKNOWN;
    if (a->rc == 0)
        return 0;
    if (a->rc != -QDIAG_E_TIMEOUT && !a->interrupted)
        return a->rc;
    rc = qd_at_sync(p->at, ms > WAIT_MS ? ms : WAIT_MS, &a->result, &late, e);
    if (late && !a->interrupted)
        a->rc = 0;
    return rc;
}

/* The unit has answered: what its counters say now is worth the moment, also for a run that is to
 * be stopped. */
static int read_done(struct qdiag_at *p, enum qdiag_ufs fs, struct qdiag_ufs_state *out,
                     struct qdiag_error *e)
{
    struct qdiag_cancel *cancel = p->ctx->cancel;
    int stop = qdiag_cancel_requested(cancel), rc;

    p->ctx->cancel = NULL;
    rc = read_waiting(p, fs, out, stop ? 0 : APP_WAIT_MS, e);
    p->ctx->cancel = cancel;
    return rc;
}

/* One order, and the counters after it. Negative: the counters cannot be read. */
static int make_once(struct qdiag_at *p, const struct qdiag_ufs_options *o,
                     struct qdiag_ufs_report *r, struct attempt *a, struct qdiag_error *e)
{
    unsigned ms = o->wait_ms ? o->wait_ms : WAIT_MS;
    struct qdiag_error first = {0}, later = {0};
    int rc;

    memset(a, 0, sizeof *a);
    a->rc = qd_at_door_ufs(p, o->fs, QD_UFS_BACKUP, ms, &a->result, &first);
    rc = settle(p, ms, a, &later);
    if (rc == 0)
        rc = a->rc == 0 ? read_done(p, o->fs, &r->after, &later)
                        : read_waiting(p, o->fs, &r->after, APP_WAIT_MS, &later);
    if (rc == 0) {
        a->verdict = qd_ufs_judge(o->fs, &r->before, &r->after, &a->why);
        return 0;
    }
    if (!later.code)
        later = first;
    return qd_fail(e, QDIAG_E_ITEM_UNKNOWN, o->fs == QDIAG_UFS ? "UFS" : "EUFS",
                   "the backup was ordered, then: %.100s: %.120s", later.what, later.why);
}

static int not_confirmed(const struct attempt *a, int twice, struct qdiag_error *e)
{
    if (a->rc == 0 && a->result.result != QD_AT_OK && a->verdict == QD_UFS_SAME)
        return qd_fail(e, QDIAG_E_REFUSED, NULL, "the unit answers ERROR, and %s", a->why);
    if (e)
        e->touch = QDIAG_TOUCH_UNKNOWN;
    if (a->interrupted)
        return qd_fail(e, QDIAG_E_ITEM_UNKNOWN, NULL,
                       "the unit was reset while the copy was made%s: it must be taken for broken",
                       twice ? ", twice" : "");
    if (a->rc != 0)
        return qd_fail(e, QDIAG_E_ITEM_UNKNOWN, NULL, "no result came in time, and %s", a->why);
    if (a->verdict == QD_UFS_FELL)
        return qd_fail(e, QDIAG_E_ITEM_UNKNOWN, NULL, "%s", a->why);
    if (a->result.result != QD_AT_OK && a->verdict == QD_UFS_CONFIRMED)
        return qd_fail(e, QDIAG_E_READBACK_DIFFERS, NULL,
                       "the unit answers ERROR, yet the backup is counted");
    return qd_fail(e, QDIAG_E_READBACK_DIFFERS, NULL, "%s", a->why);
}

static int is_good(const struct attempt *a)
{
    return !a->interrupted && a->verdict == QD_UFS_CONFIRMED &&
           (a->rc != 0 || a->result.result == QD_AT_OK);
}

/* At most twice: the second time only after a reset in the middle, or for a copy that is
 * counted and not valid. */
static int make(struct qdiag_at *p, const struct qdiag_ufs_options *o, struct qdiag_ufs_report *r,
                struct qdiag_error *e)
{
    struct attempt a;
    int rc = make_once(p, o, r, &a, e);

    if (rc == 0 && (a.interrupted || a.verdict == QD_UFS_INVALID) &&
        !qdiag_cancel_requested(p->ctx->cancel)) {
        r->repeated = 1;
        r->before = r->after;
        rc = make_once(p, o, r, &a, e);
    }
    if (rc == 0 && !is_good(&a))
        rc = not_confirmed(&a, r->repeated, e);
    if (rc == 0 && a.rc != 0)
        qd_copy_text(r->note, sizeof r->note, "no result came in time; the counters confirm it");
    if (rc != 0 && rc != -QDIAG_E_REFUSED && e) {
        e->touch = QDIAG_TOUCH_UNKNOWN;
        qd_what(e, "the module's own backup is not confirmed");
        qd_hint(e, "keep the DIAG backup; `qdiag ufs status` shows the counters; a copy that was "
                   "broken off has to be made again");
    }
    return rc;
}

/* The end of a dry run. */
static int would_send(struct qdiag_ufs_report *r, enum qdiag_ufs fs, enum qd_ufs_order order)
{
    snprintf(r->would_send, sizeof r->would_send, "%s%s%s",
             qd_ufs_order_text(fs == QDIAG_UFS ? QD_UFS : QD_EUFS, order),
             order == QD_UFS_RESTORE ? ", " : "",
             order == QD_UFS_RESTORE ? qd_at_reset_text() : "");
    return 0;
}

static int backup(struct qdiag_at *at, struct qdiag_device *dev, const struct qdiag_ufs_options *o,
                  struct qdiag_ufs_report *r, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    char sha256[65] = "";
    int rc;

    memset(r, 0, sizeof *r);
    rc = qd_at_same_unit(at, dev, e);
    if (rc == 0)
        rc = status(at, &r->unit, (int)o->fs, APP_WAIT_MS, e);
    if (rc == 0)
        rc = qd_ufs_health(dev, &r->unit, e);
    if (rc == 0)
        rc = qd_ufs_file(at->ctx, o, &r->unit, sha256, e);
    if (rc != 0)
        return rc;
    r->before = r->after = r->unit.fs[o->fs];
    if (!o->force && qd_ufs_recorded(o, sha256, &r->unit)) {
        r->skipped = 1;
        return 0;
    }
    if (o->dry_run)
        return would_send(r, o->fs, QD_UFS_BACKUP);
    rc = qd_cancel_check(at->ctx->cancel, e);
    if (rc == 0) {
        qd_progress(at->ctx, "copy in the module; do not cut the power", 0, 1, "");
        rc = make(at, o, r, e);
        qd_progress(at->ctx, "copy in the module; do not cut the power", 1, 1, "");
    }
    if (rc == 0 && qd_ufs_record(o, sha256, &r->unit, r->after.backups, &mine) != 0)
        snprintf(r->note, sizeof r->note, "not noted beside the backup: %.200s", mine.why);
    return rc;
}

int qdiag_ufs_backup(struct qdiag_at *at, struct qdiag_device *dev,
                     const struct qdiag_ufs_options *o, struct qdiag_ufs_report *r,
                     struct qdiag_error *e)
{
    int rc;

    at->frozen = o->dry_run;
    rc = backup(at, dev, o, r, e);
    at->frozen = 0;
    return rc;
}

/* ---- restore ---- */

static int check_confirm(const struct qdiag_ufs_options *o, const struct qdiag_ufs_status *s,
                         struct qdiag_error *e)
{
    size_t n = o->confirm ? strlen(o->confirm) : 0, have = strlen(s->imei);

    if (n == 0)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "%s",
                       have ? "the last 4 digits of the unit's IMEI must be given to confirm"
                            : "the unit has no IMEI: NONE must be given to confirm");
    if (!have)
        return strcmp(o->confirm, "NONE") == 0
                   ? 0
                   : qd_fail(e, QDIAG_E_NOT_SAME_UNIT, s->address, "the unit has no IMEI");
    if (n < 4 || n > have || strcmp(s->imei + have - n, o->confirm) != 0)
        return qd_fail(e, n < 4 ? QDIAG_E_USAGE : QDIAG_E_NOT_SAME_UNIT, s->address,
                       n < 4 ? "4 digits or more are needed to confirm"
                             : "these are not the last digits of the unit's IMEI");
    return 0;
}

/* What became of the orders of a restore. */
struct ordered {
    int cut;  /* the unit went away, or started anew, before it said that it took the order */
    int seen; /* it has started anew already: nobody has to wait for it to go */
};

/* Orders the restore, and the reset that makes it. */
static int order_restore(struct qdiag_at *p, enum qdiag_ufs fs, struct ordered *o,
                         struct qdiag_error *e)
{
    struct qdiag_error first = {0}, later = {0};
    struct qd_at_final f = {QD_AT_ERROR, -1, ""};
    int rc = qd_at_door_ufs(p, fs, QD_UFS_RESTORE, ORDER_MS, &f, &first);

    if (rc == 0 && f.result != QD_AT_OK)
        return qd_fail(e, QDIAG_E_REFUSED,
                       qd_ufs_order_text(fs == QDIAG_UFS ? QD_UFS : QD_EUFS, QD_UFS_RESTORE),
                       "the unit answers ERROR");
    o->cut = o->seen = rc == -QDIAG_E_LINK_GONE || rc == -QDIAG_E_UNKNOWN;
    if (o->cut)
        return 0;
    if (rc == -QDIAG_E_TIMEOUT) /* the counters decide, after the reset */
        rc = qd_at_sync(p->at, WAIT_MS, NULL, NULL, &later);
    if (rc == 0)
        rc = qd_at_door_reset(p, &o->seen, &later);
    if (rc == 0)
        return 0;
    if (!later.code)
        later = first;
    return qd_fail(e, QDIAG_E_ITEM_UNKNOWN, p->address.text,
                   "the restore was ordered and comes with the next reset: %.120s", later.why);
}

static int confirm_restore(const struct qdiag_ufs_report *r, int cut, struct qdiag_error *e)
{
    uint32_t more = r->after.restores - r->before.restores;

    if (r->after.restores == r->before.restores + 1)
        return 0;
    if (r->after.restores == r->before.restores && cut)
        return qd_fail(
            e, QDIAG_E_ITEM_UNKNOWN, NULL,
            "the unit was reset or lost its power while it got the order, and the count of "
            "restores did not rise");
    if (r->after.restores == r->before.restores)
        return qd_fail(e, QDIAG_E_READBACK_DIFFERS, NULL,
                       "the count of restores did not rise after the reset");
    return qd_fail(e, QDIAG_E_ITEM_UNKNOWN, NULL, "the count of restores went from %u to %u (%+d)",
                   r->before.restores, r->after.restores, (int)more);
}

static int restore(struct qdiag_at *p, const struct qdiag_ufs_options *o,
                   struct qdiag_ufs_report *r, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct qdiag_ufs_status now;
    struct ordered done = {0, 0};
    int rc = order_restore(p, o->fs, &done, e);

    if (rc != 0)
        return rc;
    rc = qd_at_port_reopen(p, done.seen ? 0 : GONE_MS, BACK_MS, e);
    if (rc == 0)
        rc = status(p, &now, (int)o->fs, APP_WAIT_MS, &mine);
    if (rc != 0 && !p->at)
        return rc;
    if (rc != 0)
        return qd_fail(e, QDIAG_E_ITEM_UNKNOWN, p->address.text,
                       "the unit is back, but its counters: %.160s", mine.why);
    r->after = now.fs[o->fs];
    if (strcmp(now.imei, r->unit.imei) != 0 && r->unit.imei[0])
        return qd_fail(e, QDIAG_E_ITEM_UNKNOWN, p->address.text,
                       now.imei[0]
                           ? "it gives another IMEI than before: another unit, or the copy held "
                             "another IMEI"
                           : "the unit gives no IMEI any more");
    if (strcmp(now.imei, r->unit.imei) != 0)
        qd_copy_text(r->note, sizeof r->note, "the unit gives an IMEI again");
    if (done.cut)
        qd_copy_text(r->note, sizeof r->note,
                     "the unit was reset or lost its power before it answered to the order");
    return confirm_restore(r, done.cut, e);
}

static int guarded_restore(struct qdiag_at *at, const struct qdiag_ufs_options *o,
                           struct qdiag_ufs_report *r, struct qdiag_error *e)
{
    int rc;

    memset(r, 0, sizeof *r);
    rc = status(at, &r->unit, (int)o->fs, APP_WAIT_MS, e);
    if (rc == 0 && (o->confirm || !o->dry_run))
        rc = check_confirm(o, &r->unit, e);
    if (rc != 0)
        return rc;
    r->before = r->after = r->unit.fs[o->fs];
    if (!r->before.valid || r->before.backups == 0)
        return qd_fail(e, QDIAG_E_POLICY, at->address.text,
                       "the module holds no valid copy to restore");
    if (o->dry_run)
        return would_send(r, o->fs, QD_UFS_RESTORE);
    rc = qd_cancel_check(at->ctx->cancel, e);
    if (rc != 0)
        return rc;
    rc = restore(at, o, r, e);
    if (rc != 0 && rc != -QDIAG_E_REFUSED && e) {
        e->touch = QDIAG_TOUCH_UNKNOWN;
        qd_what(e, "the restore is not confirmed");
        qd_hint(e, "`qdiag ufs status` shows the counters; a restore that was ordered comes with "
                   "the next reset");
    }
    return rc;
}

int qdiag_ufs_restore(struct qdiag_at *at, const struct qdiag_ufs_options *o,
                      struct qdiag_ufs_report *r, struct qdiag_error *e)
{
    int rc;

    at->frozen = o->dry_run;
    rc = guarded_restore(at, o, r, e);
    at->frozen = 0;
    return rc;
}
