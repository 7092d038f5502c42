/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Preflight: the DIAG backup, and what is noted of the module's own. A backup that would not
 * restore, or to another unit, is none. Reads only. */
#include "flow/upgrade/preflight.h"

#include <qdiag/container.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"
#include "flow/plan/guard.h"
#include "flow/files/load.h"
#include "flow/plan/planned.h"
#include "flow/ufs/ufs_guard.h"
#include "model/catalog.h"
#include "service/nv.h"

static const enum qd_pf_row rows[] = {QD_PF_BACKUP, QD_PF_COMPLETE, QD_PF_SAME_UNIT, QD_PF_FIRMWARE,
                                      QD_PF_AGE};

static void none(struct qd_pf *p, const char *why)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        qd_pf_unknown(p, rows[i], "%s", why);
}

static void judge_whole(struct qd_pf *p, const struct qdiag_check_report *r)
{
    if (r->redacted || r->restorable == QDIAG_RESTORABLE_NO)
        qd_pf_set(p, QD_PF_BACKUP, QDIAG_FAIL, QDIAG_E_POLICY, "it would not restore: %s",
                  r->restorable_why);
    else if (r->manifest != QDIAG_MANIFEST_MATCHES)
        qd_pf_unknown(p, QD_PF_BACKUP,
                      "its structure is sound; without its manifest nobody knows whether every "
                      "byte is");
    else
        qd_pf_pass(p, QD_PF_BACKUP, "%s, every byte as it was saved", r->container);
}

static void judge_complete(struct qd_pf *p, const struct qdiag_check_report *r)
{
    if (r->complete < 0)
        qd_pf_unknown(p, QD_PF_COMPLETE, "no manifest says so");
    else if (r->narrowed == 1)
        qd_pf_set(p, QD_PF_COMPLETE, QDIAG_FAIL, QDIAG_E_POLICY,
                  "it was narrowed, and holds %s; take one without --nv-range and --sub", r->scope);
    else if (!r->complete)
        qd_pf_set(p, QD_PF_COMPLETE, QDIAG_FAIL, QDIAG_E_POLICY,
                  "%zu items could not be read when it was made", r->unreadable);
    else if (r->efs_backup + r->provisioning == 0 || (r->rfnv == 0 && r->tcxomgr == 0))
        qd_pf_set(p, QD_PF_COMPLETE, QDIAG_FAIL, QDIAG_E_POLICY, "no RF calibration is in it");
    else
        qd_pf_pass(p, QD_PF_COMPLETE, "%zu items, %zu files, %zu withheld by the unit",
                   r->nv[0] + r->nv[1] + r->nv[2], r->efs_backup + r->provisioning, r->withheld);
}

static void judge_age(struct qd_pf *p, const char *created)
{
    unsigned limit = p->o->max_age_h ? p->o->max_age_h : 24;
    int64_t hours;

    if (!created[0])
        qd_pf_unknown(p, QD_PF_AGE, "no manifest says when it was made");
    else if (qd_backup_age_h(created, (int64_t)time(NULL), &hours) != 0)
        qd_pf_unknown(p, QD_PF_AGE, "the time it was made is not plausible: %.40s", created);
    else if (hours > (int64_t)limit)
        qd_pf_set(p, QD_PF_AGE, QDIAG_FAIL, QDIAG_E_DIFFERENT, "it is %lld hours old, more than %u",
                  (long long)hours, limit);
    else
        qd_pf_pass(p, QD_PF_AGE, "at most %lld h, of %u allowed", (long long)hours, limit);
}

/* A manifest without a scope, of an older version, calls a narrowed backup complete. */
static int is_narrow(struct qd_pf *p, const struct qdiag_check_report *r)
{
    for (unsigned sub = 0; r->narrowed < 0 && p->has_id && sub < QDIAG_SUBS; sub++)
        if (p->id.imei_state[sub] == QDIAG_IDENT_USABLE &&
            r->imei_state[sub] != QDIAG_IDENT_USABLE) {
            qd_pf_set(p, QD_PF_COMPLETE, QDIAG_FAIL, QDIAG_E_POLICY,
                      "subscription %u of the unit is not in it", sub);
            return 1;
        }
    return 0;
}

/* Then identity and calibration that the unit has must be in it, too. */
static int check_held(struct qd_pf *p, struct qdiag_error *e)
{
    for (unsigned id = 0; id <= QD_SCOPE_NV_LAST; id++) {
        enum qd_class class = qd_catalog_nv_class((uint16_t)id);
        struct qd_nv_answer a;
        int rc;

        if ((class != QD_CLASS_IDENTITY && class != QD_CLASS_CALIBRATION) ||
            qd_backup_nv(p->doc->backup, 0, (uint16_t)id, 0))
            continue;
        rc = qd_nv_read(p->dev->diag, 0, (uint16_t)id, 0, &a, e);
        if (rc != 0)
            return rc;
        if (a.state == QD_NV_PRESENT) {
            qd_pf_set(p, QD_PF_COMPLETE, QDIAG_FAIL, QDIAG_E_POLICY,
                      "the unit has item %u (%s), and it is not in it", id, qd_class_name(class));
            return 0;
        }
    }
    return 0;
}

static void judge_guard(struct qd_pf *p, const struct qd_anchors *file,
                        const struct qd_anchors *unit)
{
    struct qd_guard *g = qd_alloc(1, sizeof *g);

    if (!g) {
        qd_pf_unknown(p, QD_PF_SAME_UNIT, "out of memory");
        return;
    }
    qd_guard_judge(file, unit, NULL, g);
    if (g->verdict == QD_GUARD_ALLOW)
        qd_pf_pass(p, QD_PF_SAME_UNIT, "%s [%s]", g->why, qd_guard_rule_name(g->rule));
    else if (g->verdict == QD_GUARD_REFUSE)
        qd_pf_set(p, QD_PF_SAME_UNIT, QDIAG_FAIL, QDIAG_E_NOT_SAME_UNIT, "%s [%s]", g->why,
                  qd_guard_rule_name(g->rule));
    else
        qd_pf_unknown(p, QD_PF_SAME_UNIT, "%s [%s]", g->why, qd_guard_rule_name(g->rule));
    free(g);
}

static void judge_firmware(struct qd_pf *p, const struct qd_anchors *file,
                           const struct qd_anchors *unit)
{
    struct qd_firmware f;

    qd_firmware_judge(file, unit, &f);
    if (f.model == QD_REL_DIFFERENT || f.revision == QD_REV_DIFFERS)
        qd_pf_set(p, QD_PF_FIRMWARE, QDIAG_FAIL, QDIAG_E_POLICY, "%s: backup %.60s, unit %.60s",
                  f.why, f.file, f.unit);
    else if (f.revision == QD_REV_UNKNOWN)
        qd_pf_unknown(p, QD_PF_FIRMWARE, "%s", f.why);
    else
        qd_pf_pass(p, QD_PF_FIRMWARE, "%s: %.80s", f.why, f.file);
}

/* Whose backup it is, and of which firmware, by all that both ports tell. */
static int compare_unit(struct qd_pf *p, struct qdiag_error *e)
{
    struct qd_anchors *a = qd_alloc(2, sizeof *a), *file = a, *unit = a ? a + 1 : NULL;
    int rc = a ? qd_evidence_live(p->dev, unit, e) : qd_nomem(e);

    if (rc == 0) {
        qd_anchors_from_backup(p->doc->backup, 0, file);
        if (p->doc->manifest)
            qd_manifest_anchors(p->doc->manifest, file);
        qd_copy_text(unit->extra_imei, sizeof unit->extra_imei, p->imei);
        unit->model_number = p->id.model_number;
        qd_copy_text(unit->model, sizeof unit->model, p->id.model);
        qd_copy_text(unit->software, sizeof unit->software, p->id.software);
        if (p->has_versions)
            qd_copy_text(unit->firmware_full, sizeof unit->firmware_full, p->pf->versions.full);
        judge_guard(p, file, unit);
        judge_firmware(p, file, unit);
    }
    free(a);
    return rc;
}

static void no_note(const char *place, const char *text, void *user)
{
    (void)place;
    (void)text;
    (void)user;
}

int qd_pf_backup(struct qd_pf *p, struct qdiag_error *e)
{
    struct qd_notes notes = {no_note, NULL};
    struct qdiag_check_report *r = NULL;
    struct qdiag_error mine = {0};
    int rc, unknown_scope;

    if (!p->o->backup) {
        none(p, "no DIAG backup was named");
        return 0;
    }
    none(p, "the backup cannot be read");
    rc = qdiag_check_file(p->ctx, p->o->backup, &r, &mine);
    if (!r)
        return qd_pf_failed(p, QD_PF_BACKUP, &mine, e);
    judge_whole(p, r);
    if (!is_narrow(p, r))
        judge_complete(p, r);
    judge_age(p, r->created);
    unknown_scope = r->narrowed < 0;
    qdiag_check_report_free(&r);
    memset(&mine, 0, sizeof mine);
    rc = qd_load(p->ctx, p->o->backup, &notes, &p->doc, &mine);
    if (rc != 0)
        return qd_pf_failed(p, QD_PF_BACKUP, &mine, e);
    qd_copy_text(p->pf->backup_sha256, sizeof p->pf->backup_sha256, p->doc->sha256);
    if (!p->has_id) {
        qd_pf_unknown(p, QD_PF_SAME_UNIT, "the unit's identity could not be read over DIAG");
        qd_pf_unknown(p, QD_PF_FIRMWARE, "the unit's firmware could not be read over DIAG");
        return 0;
    }
    if (unknown_scope && check_held(p, &mine) != 0)
        return qd_pf_doubt(p, QD_PF_COMPLETE, &mine, e);
    if (compare_unit(p, &mine) == 0)
        return 0;
    rc = qd_pf_doubt(p, QD_PF_SAME_UNIT, &mine, e);
    return rc ? rc : qd_pf_doubt(p, QD_PF_FIRMWARE, &mine, e);
}

/* ---- 7 to 9: what was confirmed of the module's own copies ---- */

static void judge_copy(struct qd_pf *p, enum qdiag_ufs fs, enum qd_pf_row row, enum qd_pf_row state)
{
    struct qdiag_ufs_options o = {.fs = fs, .backup = p->o->backup, .max_age_h = p->o->max_age_h};
    struct qd_ufs_found found;

    if (p->pf->check[state].result == QDIAG_SKIPPED) {
        qd_pf_skip(p, row, "%.200s", p->pf->check[state].detail);
        return;
    }
    if (!p->doc || !p->pf->ufs.fs[fs].known) {
        qd_pf_unknown(p, row, "%s",
                      p->doc ? "the unit does not tell its counters"
                             : "it is noted beside the DIAG backup, which cannot be read");
        return;
    }
    switch (qd_ufs_look_up(&o, p->doc->sha256, &p->pf->ufs, &found)) {
    case QD_UFS_SEEN_FRESH:
        qd_pf_pass(p, row, "copy %u, confirmed at most %lld h ago", p->pf->ufs.fs[fs].backups,
                   (long long)found.hours);
        break;
    case QD_UFS_SEEN_DAMAGED:
        qd_pf_unknown(p, row, "the note beside the backup cannot be read");
        break;
    case QD_UFS_SEEN_FIRMWARE:
        qd_pf_set(p, row, QDIAG_FAIL, QDIAG_E_DIFFERENT, "it was confirmed with firmware %.100s",
                  found.firmware);
        break;
    case QD_UFS_SEEN_COUNTS:
        qd_pf_set(p, row, QDIAG_FAIL, QDIAG_E_DIFFERENT,
                  "the unit has counted a backup or a restore since it was confirmed");
        break;
    case QD_UFS_SEEN_OLD:
        qd_pf_set(p, row, QDIAG_FAIL, QDIAG_E_DIFFERENT, "it was confirmed %lld hours ago",
                  (long long)found.hours);
        break;
    default:
        qd_pf_set(p, row, QDIAG_FAIL, QDIAG_E_DIFFERENT,
                  "no confirmed copy is noted beside this DIAG backup");
    }
}

int qd_pf_copies(struct qd_pf *p, struct qdiag_error *e)
{
    (void)e;
    judge_copy(p, QDIAG_UFS, QD_PF_UFS_BACKUP, QD_PF_UFS);
    judge_copy(p, QDIAG_EUFS, QD_PF_EUFS_BACKUP, QD_PF_EUFS);
    return 0;
}
