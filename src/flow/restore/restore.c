/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag_restore: confirmation, safety backup, journal, then the executor. Nothing is written to a
 * unit before all three are on the disk, and nothing here writes to one itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"
#include "config.h"
#include "flow/files/convert.h"
#include "flow/unit/device.h"
#include "flow/restore/execute.h"
#include "flow/plan/planned.h"
#include "flow/plan/proof.h"
#include "flow/unit/reopen.h"
#include "flow/restore/restored.h"

/* A restore under way, and what its callbacks need. */
struct run {
    struct qdiag_device *dev;
    const struct qdiag_restore_options *o;
    const struct qd_jview *v; /* of the journal */
    int again;                /* a stopped run goes on */
    struct qdiag_plan *proof; /* whose identity may be written; NULL = nobody's */
    uint64_t started_us, requests;
};

static int on_reconnect(void *user, struct qd_diag **diag, struct qdiag_error *e)
{
    struct run *r = user;
    r->requests += qd_diag_stats(r->dev->diag).requests;
    int rc = qd_device_return(r->dev, e);
    *diag = r->dev->diag;
    return rc;
}

static int on_same_unit(void *user, struct qd_diag *diag, struct qdiag_error *e)
{
    struct run *r = user;
    const struct qd_plan *p = r->v->header.plan;
    (void)diag; /* the device's own */
    int rc = qd_evidence_same(r->dev, p->salt, p->unit, e);
    if (rc == 0 && r->again && !r->proof)
        rc = qd_proof_make(r->dev, r->v, r->o, &r->proof, e);
    return rc;
}

static int on_identity(void *user, const struct qd_step *s, struct qdiag_error *e)
{
    const struct run *r = user;
    return qd_proof_of(r->proof, s, e);
}

static const char *on_spc(void *user)
{
    struct run *r = user;
    return r->o->spc;
}

static struct qd_unit unit_of(struct run *r, unsigned flags)
{
    return (struct qd_unit){.diag = r->dev->diag,
                            .flags = flags,
                            .reconnect = on_reconnect,
                            .same_unit = on_same_unit,
                            .spc = on_spc,
                            .may_identify = on_identity,
                            .user = r};
}

/* A name that is taken may be the very backup that is restored, or the state before an earlier run.
 */
static int check_safety(const char *path, struct qdiag_error *e)
{
    struct stat st;
    if (!path || !path[0])
        return qd_fail(e, QDIAG_E_USAGE, NULL, "%s", "no file for the safety backup was named");
    if (stat(path, &st) != 0 || S_ISDIR(st.st_mode)) /* a folder has to be empty */
        return 0;
    qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s", "it exists, and a safety backup replaces no file");
    qd_hint(e, "%s", "--safety gives it another name");
    return -QDIAG_E_LOCAL_FILE;
}

static int check_names(const struct qdiag_plan *p, const struct qdiag_restore_options *o,
                       struct qdiag_error *e)
{
    if (!o->journal || !o->journal[0])
        return qd_fail(e, QDIAG_E_USAGE, NULL, "%s", "no journal file was named");
    if (!p->single && check_safety(o->safety, e) != 0)
        return -e->code;
    if (o->spc && (strlen(o->spc) != 6 || strspn(o->spc, "0123456789") != 6))
        return qd_fail(e, QDIAG_E_USAGE, NULL, "%s", "a service code (SPC) has six digits");
    return 0;
}

/* The unit as it is now, on disk and read back, before anything is changed. */
static int save_safety(struct run *r, struct qdiag_plan *p, struct qd_jheader *h,
                       struct qdiag_error *e)
{
    struct qd_store store = {.n = 1};
    if (p->single)
        return 0;
    if (!qd_snapshot_complete(&p->snap) && !r->o->accept_incomplete) {
        int rc = qd_fail(e, QDIAG_E_INCOMPLETE, r->o->safety,
                         "the safety backup would lack %zu items that cannot be read",
                         qd_backup_count_missing(p->snap.backup, QD_MISSING_UNREADABLE));
        qd_hint(e, "%s",
                "--accept-incomplete goes on; what cannot be read is then not written either");
        return rc;
    }
    int rc = qd_target_kind(r->o->safety, NULL, &store.target[0], e);
    if (rc == 0)
        rc = qd_store_probe(&store.target[0], e);
    if (rc == 0)
        rc = qd_snapshot_store(r->dev, &p->snap, &store, e);
    qd_copy_text(h->safety, sizeof h->safety, r->o->safety);
    qd_copy_text(h->safety_sha256, sizeof h->safety_sha256, store.target[0].sha256);
    return rc;
}

static void fill_header(struct run *r, struct qdiag_plan *p, struct qd_jheader *h)
{
    time_t now = time(NULL);
    struct tm tm;
    h->plan = p->plan;
    snprintf(h->tool, sizeof h->tool, "qdiag %s", PACKAGE_VERSION);
    if (gmtime_r(&now, &tm))
        strftime(h->created, sizeof h->created, "%Y-%m-%dT%H:%M:%SZ", &tm);
    qd_copy_text(h->address, sizeof h->address, qdiag_device_address(r->dev));
    qd_copy_text(h->usb_serial, sizeof h->usb_serial, r->dev->usb_serial);
}

static uint64_t now_us(const struct qdiag_device *dev)
{
    return dev->ctx->clock->now_us(dev->ctx->clock->user);
}

static int report_run(struct run *r, struct qd_journal *j, struct qd_outcome *o,
                      struct qdiag_restore_report **report, struct qdiag_error *e)
{
    int rc = qd_restored_report(qd_journal_view(j), o, qd_journal_path(j), report, e);
    if (rc != 0)
        return rc;
    if (r->dev->diag)
        r->requests += qd_diag_stats(r->dev->diag).requests;
    (*report)->requests = r->requests;
    (*report)->milliseconds = (now_us(r->dev) - r->started_us) / 1000;
    return 0;
}

/* All went well, but there is no report of it: never the exit code of an untouched unit. */
static int untold(struct qd_journal *j, const struct qd_outcome *o, const struct qdiag_error *own,
                  struct qdiag_error *e)
{
    if (o->touch == QDIAG_UNTOUCHED) {
        *e = *own;
        return -own->code;
    }
    int rc = qd_fail(e, QDIAG_E_PARTLY, qd_journal_path(j), "%s", own->what);
    qd_what(e, "%s", "all is written and read back equal, but the report could not be made");
    qd_hint(e, "%s", "`qdiag restore --status JOURNAL` shows it");
    return rc;
}

typedef int (*carry_fn)(struct qd_journal *j, struct qd_unit *u, struct qd_outcome *o,
                        struct qdiag_error *e);

static int carry(struct run *r, struct qd_journal *j, unsigned flags, carry_fn fn,
                 struct qdiag_restore_report **report, struct qdiag_error *e)
{
    struct qd_outcome o = {0};
    struct qdiag_error own = {0};
    struct qd_unit u = unit_of(r, flags);
    r->v = qd_journal_view(j);
    int rc = fn(j, &u, &o, e);
    int told = report_run(r, j, &o, report, &own);
    if (rc == 0 && told != 0)
        rc = untold(j, &o, &own, e);
    qd_outcome_free(&o);
    return rc;
}

static unsigned flags_of(int single)
{
    return single ? 0 : QD_UNIT_OFFLINE | QD_UNIT_RESET;
}

int qdiag_restore(struct qdiag_device *dev, struct qdiag_plan *p,
                  const struct qdiag_restore_options *o, struct qdiag_restore_report **report,
                  struct qdiag_error *e)
{
    struct run r = {.dev = dev, .o = o, .proof = p, .started_us = now_us(dev)};
    struct qd_jheader *h = NULL;
    struct qd_journal *j = NULL;
    *report = NULL;
    if (!p->plan)
        return qd_fail(e, QDIAG_E_POLICY, NULL, "%s", "there is no plan: the guard refused");
    if (qd_plan_count(p->plan, QD_DO_WRITE) == 0)
        return qd_restored_nothing(p->plan, report, e);
    int rc = check_names(p, o, e);
    if (rc == 0)
        rc = qd_confirm_check(p, o, e);
    if (rc == 0) {
        h = qd_alloc(1, sizeof *h);
        rc = h ? save_safety(&r, p, h, e) : qd_nomem(e);
    }
    if (rc == 0) {
        fill_header(&r, p, h);
        rc = qd_journal_create(&j, o->journal, h, e);
    }
    if (rc == 0)
        rc = carry(&r, j, flags_of(p->single), qd_execute, report, e);
    qd_journal_close(&j);
    free(h);
    return rc;
}

/* A journal without a safety backup is that of a single change. */
static int go_on(struct qdiag_device *dev, const char *journal,
                 const struct qdiag_restore_options *o, carry_fn fn,
                 struct qdiag_restore_report **report, struct qdiag_error *e)
{
    struct run r = {.dev = dev, .o = o, .again = fn == qd_execute, .started_us = now_us(dev)};
    struct qd_journal *j = NULL;
    *report = NULL;
    int rc = qd_journal_open(&j, journal, e);
    if (rc == 0) {
        int single = !qd_journal_view(j)->header.safety[0];
        rc = carry(&r, j, flags_of(single), fn, report, e);
    }
    qdiag_plan_free(&r.proof);
    qd_journal_close(&j);
    return rc;
}

int qdiag_restore_resume(struct qdiag_device *dev, const char *journal,
                         const struct qdiag_restore_options *o,
                         struct qdiag_restore_report **report, struct qdiag_error *e)
{
    return go_on(dev, journal, o, qd_execute, report, e);
}

int qdiag_restore_rollback(struct qdiag_device *dev, const char *journal,
                           const struct qdiag_restore_options *o,
                           struct qdiag_restore_report **report, struct qdiag_error *e)
{
    return go_on(dev, journal, o, qd_rollback, report, e);
}
