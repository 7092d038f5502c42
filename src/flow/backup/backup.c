/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag_backup: read everything, save, report. A stop or a broken link before the save leaves every
 * file as it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/save.h"
#include "base/text.h"
#include "flow/unit/device.h"
#include "flow/files/load.h"
#include "flow/backup/snapshot.h"

struct run {
    struct qdiag_device *dev;
    const struct qdiag_backup_options *o;
    struct qd_snapshot snap;
    struct qd_store store;
    uint64_t started_us;
    char path[QD_TARGETS][1024];
};

static int check_options(const struct qdiag_backup_options *o, struct qdiag_error *e)
{
    if (o->sub < QDIAG_SUB_ALL || o->sub >= QDIAG_SUBS)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "subscription %d is not one of 0..2", o->sub);
    if (o->nv_first < 0 || o->nv_last > 65535 || o->nv_first > o->nv_last)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "NV ids %d-%d are not a range within 0..65535",
                       o->nv_first, o->nv_last);
    if (o->exhaustive && (o->nv_first != 0 || o->nv_last != QD_SCOPE_NV_LAST))
        return qd_fail(e, QDIAG_E_USAGE, NULL, "%s",
                       "exhaustive asks for every NV id, so it takes no range");
    return 0;
}

static int ends_in_gz(const char *path)
{
    size_t n = strlen(path);
    return n > 3 && strcmp(path + n - 3, ".gz") == 0;
}

static int add_target(struct run *r, enum qd_target_kind kind, const char *path,
                      struct qdiag_error *e)
{
    struct qd_store *s = &r->store;
    if (!path)
        return 0;
    if (!path[0])
        return qd_fail(e, QDIAG_E_USAGE, NULL, "%s", "a file to make has no name");
    if (strlen(path) > 900)
        return qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s", "the name is too long");
    if (kind == QD_T_QCN && ends_in_gz(path))
        return qd_fail(e, QDIAG_E_USAGE, path, "%s", "only XQCN and tar are made as .gz");
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(r->path[i], path) == 0)
            return qd_fail(e, QDIAG_E_USAGE, path, "%s", "two files of one name");
    qd_copy_text(r->path[s->n], sizeof r->path[0], path);
    for (size_t k = strlen(path); kind == QD_T_DIR && k > 1 && path[k - 1] == '/'; k--)
        r->path[s->n][k - 1] = '\0'; /* D/ and D are one folder */
    s->target[s->n] = (struct qd_target){
        .kind = kind, .gz = kind != QD_T_DIR && ends_in_gz(path), .path = r->path[s->n]};
    s->n++;
    return 0;
}

/* Whether the file and its manifest can be made. A folder has its manifest inside. */
static int check_place(const struct qd_target *t, struct qdiag_error *e)
{
    char name[1100];
    struct qd_save *probe = NULL;
    int rc = qd_store_probe(t, e);
    if (rc != 0 || t->kind == QD_T_DIR)
        return rc;
    snprintf(name, sizeof name, "%s.manifest.json", t->path);
    rc = qd_save_begin(&probe, name, e);
    qd_save_abort(&probe);
    return rc;
}

/* A place that cannot be written to is found before the unit is read for minutes, not after. */
static int check_places(struct run *r, struct qdiag_error *e)
{
    const struct qdiag_backup_options *o = r->o;
    int rc = add_target(r, QD_T_XQCN, o->xqcn, e);
    if (rc == 0)
        rc = add_target(r, QD_T_QCN, o->qcn, e);
    if (rc == 0)
        rc = add_target(r, QD_T_TAR, o->tar, e);
    if (rc == 0)
        rc = add_target(r, QD_T_DIR, o->dir, e);
    if (rc == 0 && r->store.n == 0)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "%s", "no file to make was named");
    for (size_t i = 0; rc == 0 && i < r->store.n; i++) {
        struct qd_target partial = r->store.target[i];
        char name[1024];
        rc = check_place(&partial, e);
        snprintf(name, sizeof name, "%.1000s.partial", partial.path);
        partial.path = name;
        if (rc == 0 && !o->accept_incomplete)
            rc = check_place(&partial, e);
    }
    return rc;
}

/* An incomplete backup must not be taken for a whole one. */
static void mark_partial(struct run *r)
{
    for (size_t i = 0; i < r->store.n; i++) {
        size_t n = strlen(r->path[i]);
        snprintf(r->path[i] + n, sizeof r->path[i] - n, ".partial");
    }
}

static int save(struct run *r, struct qdiag_error *e)
{
    struct qd_store *s = &r->store;
    s->complete = qd_snapshot_complete(&r->snap);
    if (!s->complete && !r->o->accept_incomplete)
        mark_partial(r);
    return qd_snapshot_store(r->dev, &r->snap, s, e);
}

static int copy_files(struct qdiag_backup_report *rep, const struct qd_store *s,
                      struct qdiag_error *e)
{
    rep->files = qd_alloc(s->n, sizeof *rep->files);
    if (!rep->files)
        return qd_nomem(e);
    rep->file_count = s->n;
    for (size_t i = 0; i < s->n; i++) {
        const struct qd_target *t = &s->target[i];
        struct qdiag_backup_file *f = &rep->files[i];
        qd_target_name(t, f->container);
        qd_copy_text(f->file, sizeof f->file, t->path);
        qd_copy_text(f->manifest, sizeof f->manifest, t->manifest);
        qd_copy_text(f->sha256, sizeof f->sha256, t->sha256);
        f->file_size = t->size;
    }
    qd_copy_text(rep->file, sizeof rep->file, rep->files[0].file);
    qd_copy_text(rep->manifest, sizeof rep->manifest, rep->files[0].manifest);
    qd_copy_text(rep->sha256, sizeof rep->sha256, rep->files[0].sha256);
    rep->file_size = rep->files[0].file_size;
    return 0;
}

static int copy_missing(struct qdiag_backup_report *rep, const struct qd_missing_set *set,
                        struct qdiag_error *e)
{
    static const enum qdiag_missing_kind kinds[] = {[QD_MISSING_UNREADABLE] =
                                                        QDIAG_MISSING_UNREADABLE,
                                                    [QD_MISSING_WITHHELD] = QDIAG_MISSING_WITHHELD,
                                                    [QD_MISSING_NOT_HELD] = QDIAG_MISSING_NOT_HELD};
    rep->missing = qd_alloc(set->n, sizeof *rep->missing);
    if (!rep->missing)
        return qd_nomem(e);
    for (size_t i = 0; i < set->n; i++) {
        const struct qd_missing *in = &set->v[i];
        struct qdiag_missing *out = &rep->missing[rep->missing_count++];
        out->kind = kinds[in->kind];
        out->sub = in->sub;
        out->nv = in->nv;
        out->index = in->index;
        out->efs = in->fs;
        out->wire = in->wire;
        out->path = in->path ? qd_strdup(in->path) : NULL;
        out->reason = qd_strdup(in->reason ? in->reason : "");
        if (!out->reason || (in->path && !out->path))
            return qd_nomem(e);
    }
    return 0;
}

static void count_files(struct qdiag_backup_report *rep, const struct qd_backup *b)
{
    rep->efs_backup = qd_backup_count_files(b, QD_SEC_EFS_BACKUP);
    rep->provisioning = qd_backup_count_files(b, QD_SEC_PROVISIONING);
    for (size_t i = 0; i < b->files.n; i++)
        rep->efs_bytes += b->files.v[i].len;
    for (size_t i = 0; i < QDIAG_SUBS; i++)
        rep->nv[i] = b->nv[i].n;
    rep->unreadable = qd_backup_count_missing(b, QD_MISSING_UNREADABLE);
    rep->withheld = qd_backup_count_missing(b, QD_MISSING_WITHHELD);
    rep->not_held = qd_backup_count_missing(b, QD_MISSING_NOT_HELD);
}

static int make_report(struct run *r, struct qdiag_backup_report **out, struct qdiag_error *e)
{
    const struct qd_clock *clock = r->dev->ctx->clock;
    struct qdiag_backup_report *rep = qd_alloc(1, sizeof *rep);
    if (!rep)
        return qd_nomem(e);
    rep->narrowed = qd_scope_narrowed(&r->snap.scope) == 1;
    rep->complete = r->store.complete && !rep->narrowed;
    qd_scope_text(&r->snap.scope, rep->scope);
    rep->unit = r->snap.unit;
    count_files(rep, r->snap.backup);
    rep->warning = r->snap.warnings.v;
    rep->warning_count = r->snap.warnings.n;
    memset(&r->snap.warnings, 0, sizeof r->snap.warnings);
    rep->requests = qd_diag_stats(r->dev->diag).requests;
    rep->milliseconds = (clock->now_us(clock->user) - r->started_us) / 1000;
    int rc = copy_missing(rep, &r->snap.backup->missing, e);
    if (rc == 0)
        rc = copy_files(rep, &r->store, e);
    if (rc != 0)
        qdiag_backup_report_free(&rep);
    *out = rep;
    return rc;
}

int qdiag_backup_options_whole(const struct qdiag_backup_options *o, struct qdiag_error *e)
{
    const struct qd_scope s = qd_scope_of(o);
    return qd_refuse_narrowed(&s, NULL, e);
}

int qdiag_backup(struct qdiag_device *dev, const struct qdiag_backup_options *o,
                 struct qdiag_backup_report **report, struct qdiag_error *e)
{
    struct run r = {.dev = dev, .o = o};
    *report = NULL;
    r.started_us = dev->ctx->clock->now_us(dev->ctx->clock->user);
    int rc = check_options(o, e);
    if (rc == 0)
        rc = check_places(&r, e);
    if (rc != 0)
        return rc;
    rc = qd_snapshot_read(dev, o, &r.snap, e);
    if (rc == 0)
        rc = save(&r, e);
    if (rc == 0)
        rc = make_report(&r, report, e);
    if (rc == 0 && !r.store.complete)
        rc = qd_fail(e, QDIAG_E_INCOMPLETE, r.path[0], "%zu item%s could not be read",
                     (*report)->unreadable, (*report)->unreadable == 1 ? "" : "s");
    qd_snapshot_free(&r.snap);
    return rc;
}

void qdiag_backup_report_free(struct qdiag_backup_report **r)
{
    if (!r || !*r)
        return;
    struct qdiag_backup_report *rep = *r;
    for (size_t i = 0; i < rep->missing_count; i++) {
        free((char *)rep->missing[i].path);
        free((char *)rep->missing[i].reason);
    }
    for (size_t i = 0; i < rep->warning_count; i++)
        free(rep->warning[i]);
    free(rep->missing);
    free(rep->warning);
    free(rep->files);
    free(rep);
    *r = NULL;
}
