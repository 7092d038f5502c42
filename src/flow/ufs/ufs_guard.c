/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The module keeps one copy of its file system, so a bad moment to make it destroys a good one.
 * These checks stand before: health, same unit, a whole and fresh DIAG backup.
 * What could not be checked is a reason to refuse, never to go on. */
#include "flow/ufs/ufs_guard.h"

#include <qdiag/identity.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/version.h"
#include "flow/unit/device.h"
#include "flow/files/load.h"
#include "model/anchors.h"
#include "model/ident.h"
#include "service/efs.h"

#define HOUR      3600
#define FUTURE_S  600 /* clocks differ a little */
#define RF_FOLDER "/nv/item_files/rfnv"
#define IMEI_ITEM 550

/* ---- counters ---- */

static const char *side_effect(enum qdiag_ufs fs, const struct qdiag_ufs_state *a,
                               const struct qdiag_ufs_state *b)
{
    if (b->restores != a->restores || memcmp(a->probe, b->probe, sizeof a->probe) != 0)
        return "a restore was counted meanwhile";
    if (b->bad_blocks > a->bad_blocks)
        return "the number of bad blocks rose";
    for (size_t i = 0; fs == QDIAG_EUFS && i < 4; i++)
        if (b->bad_part[i] > a->bad_part[i])
            return "the number of bad blocks rose";
    return b->pages == 0 ? "the file system is said to hold nothing" : NULL;
}

enum qd_ufs_verdict qd_ufs_judge(enum qdiag_ufs fs, const struct qdiag_ufs_state *before,
                                 const struct qdiag_ufs_state *after, const char **why)
{
    *why = "";
    if (after->backups < before->backups) {
        *why = "the count of backups fell: the unit has made its records anew";
        return QD_UFS_FELL;
    }
    if (after->backups == before->backups) {
        *why = "the count of backups did not rise";
        return QD_UFS_SAME;
    }
    if (after->backups - before->backups > 1) {
        *why = "the count of backups rose by more than one: another program is at work";
        return QD_UFS_MORE;
    }
    *why = side_effect(fs, before, after);
    if (*why)
        return QD_UFS_SIDE;
    *why = "";
    if (fs == QDIAG_EUFS && !after->valid) {
        *why = "the backup is counted, but not valid";
        return QD_UFS_INVALID;
    }
    return QD_UFS_CONFIRMED;
}

/* ---- health ---- */

static int is_unit(const struct qdiag_identity *id, const char *imei)
{
    for (unsigned i = 0; i < QDIAG_SUBS; i++)
        if (id->imei_state[i] == QDIAG_IDENT_USABLE && strcmp(id->imei[i], imei) == 0)
            return 1;
    return 0;
}

static int has_rf(struct qdiag_device *dev, const struct qdiag_identity *id, struct qdiag_error *e)
{
    size_t files = 0;

    for (size_t i = 0; i < 2 && id->efs[i]; i++) {
        struct qdiag_error mine = {0};
        struct qd_efs_list list = {0};
        struct qd_efs fs;
        int rc = qd_efs_open(&fs, dev->diag, id->efs[i], &mine);

        if (rc == 0)
            rc = qd_efs_list(&fs, RF_FOLDER, &list, &mine);
        files += list.n;
        qd_efs_list_free(&list);
        if (rc != 0 && rc != -QDIAG_E_ABSENT)
            return qd_fail(e, QDIAG_E_POLICY, RF_FOLDER, "RF files cannot be listed: %.180s",
                           mine.why);
    }
    if (files == 0)
        return qd_fail(e, QDIAG_E_POLICY, RF_FOLDER,
                       "the unit has no RF files: its copy would be overwritten by the loss");
    return 0;
}

int qd_ufs_health(struct qdiag_device *dev, const struct qdiag_ufs_status *s, struct qdiag_error *e)
{
    struct qdiag_identity id;
    int rc;

    if (!s->imei[0])
        return qd_fail(e, QDIAG_E_POLICY, s->address,
                       "the unit gives no IMEI: its copy would be overwritten by the loss");
    if (!qd_imei_text_usable(s->imei))
        return qd_fail(
            e, QDIAG_E_POLICY, s->address,
            "the unit's IMEI has a wrong check digit: its copy would be overwritten by the "
            "damage");
    if (qd_version_starting(s->firmware))
        return qd_fail(e, QDIAG_E_UNKNOWN, s->address,
                       "the unit's application half does not start (AT+QGMR %.80s)", s->firmware);
    rc = qdiag_identity_read(dev, &id, e);
    if (rc != 0)
        return rc;
    if (!is_unit(&id, s->imei))
        return qd_fail(e, QDIAG_E_NOT_SAME_UNIT, s->address,
                       "the AT port and the DIAG port do not give the same IMEI");
    return has_rf(dev, &id, e);
}

/* ---- the DIAG backup ---- */

static int has_imei(const struct qd_doc *doc, const char *imei)
{
    char digits[16];

    for (unsigned sub = 0; sub < QDIAG_SUBS; sub++) {
        const struct qd_nv_item *v = qd_backup_nv(doc->backup, sub, IMEI_ITEM, 0);

        if (v && qd_imei_decode(v->data, digits) == QD_IDENT_USABLE && strcmp(digits, imei) == 0)
            return 1;
    }
    return 0;
}

int qd_backup_age_h(const char *created, int64_t now, int64_t *hours)
{
    struct tm tm = {0};
    const char *end = strptime(created, "%Y-%m-%dT%H:%M:%SZ", &tm);
    int64_t age = end && !*end ? now - (int64_t)timegm(&tm) : INT64_MIN;

    if (age < -FUTURE_S)
        return -1;
    *hours = age > 0 ? (age + HOUR - 1) / HOUR : 0;
    return 0;
}

static int check_age(const struct qdiag_ufs_options *o, const char *created, struct qdiag_error *e)
{
    unsigned limit = o->max_age_h ? o->max_age_h : 24;
    int64_t hours;

    if (qd_backup_age_h(created, (int64_t)time(NULL), &hours) != 0)
        return qd_fail(e, QDIAG_E_POLICY, o->backup, "the time it was made is not plausible: %s",
                       created);
    if (hours <= (int64_t)limit)
        return 0;
    qd_fail(e, QDIAG_E_POLICY, o->backup, "it is %lld hours old, more than %u", (long long)hours,
            limit);
    qd_hint(e, "take a new one with `qdiag backup`, or allow more with --max-age");
    return -QDIAG_E_POLICY;
}

static int judge_file(const struct qd_doc *doc, const struct qdiag_ufs_options *o,
                      const struct qdiag_ufs_status *s, struct qdiag_error *e)
{
    if (!doc->manifest)
        return qd_fail(e, QDIAG_E_POLICY, o->backup, "it has no manifest that describes it");
    if (qd_refuse_narrowed(&doc->manifest->scope, o->backup, e) != 0)
        return -QDIAG_E_POLICY;
    if (doc->manifest->complete != 1)
        return qd_fail(e, QDIAG_E_POLICY, o->backup, "it is not known to be complete");
    if (!has_imei(doc, s->imei))
        return qd_fail(e, QDIAG_E_NOT_SAME_UNIT, o->backup, "it holds another IMEI than the unit");
    if (qd_backup_count_files(doc->backup, QD_SEC_EFS_BACKUP) +
            qd_backup_count_files(doc->backup, QD_SEC_PROVISIONING) ==
        0)
        return qd_fail(e, QDIAG_E_POLICY, o->backup, "it holds no EFS files");
    return check_age(o, doc->manifest->created, e);
}

static void no_note(const char *place, const char *text, void *user)
{
    (void)place;
    (void)text;
    (void)user;
}

int qd_ufs_file(struct qdiag_context *c, const struct qdiag_ufs_options *o,
                const struct qdiag_ufs_status *s, char sha256[65], struct qdiag_error *e)
{
    struct qd_notes notes = {no_note, NULL};
    struct qd_doc *doc = NULL;
    int rc;

    if (!o->backup) {
        qd_fail(e, QDIAG_E_USAGE, NULL, "a DIAG backup of the unit must be named");
        qd_hint(e, "take one with `qdiag backup --xqcn FILE`, then name it: --backup FILE");
        return -QDIAG_E_USAGE;
    }
    rc = qd_load(c, o->backup, &notes, &doc, e);
    if (rc == 0)
        rc = judge_file(doc, o, s, e);
    if (rc == 0)
        qd_copy_text(sha256, 65, doc->sha256);
    qd_doc_free(&doc);
    return rc;
}
