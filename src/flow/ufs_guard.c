/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The module keeps one copy of its file system, so a bad moment to make it destroys a good one.
 * These checks stand before: health, same unit, a whole and fresh DIAG backup, no needless wear.
 * What could not be checked is a reason to refuse, never to go on. */
#include "flow/ufs_guard.h"

#include <qdiag/identity.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/save.h"
#include "base/text.h"
#include "flow/device.h"
#include "flow/load.h"
#include "model/ident.h"
#include "service/efs.h"

#define HOUR       3600
#define WEAR_HOURS 24
#define FUTURE_S   600 /* clocks differ a little */
#define RECORD_MAX 65536u
#define RF_FOLDER  "/nv/item_files/rfnv"
#define IMEI_ITEM  550

static const char *const fs_names[] = {"ufs", "eufs"};

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

/* ---- wear ---- */

static void record_path(const struct qdiag_ufs_options *o, char out[1024])
{
    snprintf(out, 1024, "%.1000s.ufs.json", o->backup);
}

/* NULL when there is none that is of this file; *damaged: there is one, and it cannot be read. */
static json_t *load_record(const struct qdiag_ufs_options *o, const char *sha256, int *damaged)
{
    struct qdiag_error e = {0};
    uint8_t *p = NULL;
    size_t n = 0;
    char path[1024];
    json_t *j = NULL;
    const char *schema = NULL, *file = NULL;

    *damaged = 0;
    record_path(o, path);
    if (access(path, F_OK) != 0)
        return NULL;
    if (qd_read_file(path, RECORD_MAX, &p, &n, &e) == 0)
        j = json_loadb((const char *)p, n, JSON_REJECT_DUPLICATES, NULL);
    free(p);
    if (json_unpack(j, "{s:s, s:s}", "schema", &schema, "file_sha256", &file) != 0 ||
        strcmp(schema, "qdiag.ufs/1") != 0)
        *damaged = 1;
    else if (strcmp(file, sha256) == 0)
        return j;
    json_decref(j);
    return NULL;
}

enum qd_ufs_seen qd_ufs_look_up(const struct qdiag_ufs_options *o, const char *sha256,
                                const struct qdiag_ufs_status *s, struct qd_ufs_found *found)
{
    int damaged;
    json_t *j = load_record(o, sha256, &damaged), *one = json_object_get(j, fs_names[o->fs]);
    const char *firmware = NULL;
    json_int_t backups = 0, when = 0, restores = -1;
    int64_t age, limit = (int64_t)(o->max_age_h ? o->max_age_h : WEAR_HOURS) * HOUR;
    enum qd_ufs_seen seen = QD_UFS_SEEN_FRESH;

    *found = (struct qd_ufs_found){.restores = -1};
    if (!one)
        seen = damaged ? QD_UFS_SEEN_DAMAGED : QD_UFS_SEEN_NONE;
    else if (json_unpack(one, "{s:s, s:I, s:I, s?I}", "firmware", &firmware, "backups", &backups,
                         "time", &when, "restores", &restores) != 0)
        seen = QD_UFS_SEEN_DAMAGED;
    if (seen == QD_UFS_SEEN_FRESH) {
        qd_copy_text(found->firmware, sizeof found->firmware, firmware);
        found->restores = restores;
        age = (int64_t)time(NULL) - when;
        found->hours = age > 0 ? (age + HOUR - 1) / HOUR : 0;
        if (strcmp(firmware, s->firmware) != 0)
            seen = QD_UFS_SEEN_FIRMWARE;
        else if (backups != (json_int_t)s->fs[o->fs].backups || !s->fs[o->fs].valid ||
                 (restores >= 0 && restores != (json_int_t)s->fs[o->fs].restores))
            seen = QD_UFS_SEEN_COUNTS;
        else if (age < -FUTURE_S || age >= limit)
            seen = QD_UFS_SEEN_OLD;
    }
    json_decref(j);
    return seen;
}

int qd_ufs_recorded(const struct qdiag_ufs_options *o, const char *sha256,
                    const struct qdiag_ufs_status *s)
{
    struct qdiag_ufs_options wear = {.fs = o->fs, .backup = o->backup};
    struct qd_ufs_found found;

    return qd_ufs_look_up(&wear, sha256, s, &found) == QD_UFS_SEEN_FRESH;
}

int qd_ufs_record(const struct qdiag_ufs_options *o, const char *sha256,
                  const struct qdiag_ufs_status *s, uint32_t backups, struct qdiag_error *e)
{
    int damaged, rc;
    json_t *j = load_record(o, sha256, &damaged), *one;
    struct qd_save *save = NULL;
    char path[1024], *text = NULL;

    if (!j)
        j = json_pack("{s:s, s:s}", "schema", "qdiag.ufs/1", "file_sha256", sha256);
    one = json_pack("{s:s, s:I, s:I, s:I}", "firmware", s->firmware, "backups", (json_int_t)backups,
                    "restores", (json_int_t)s->fs[o->fs].restores, "time", (json_int_t)time(NULL));
    if (j && one && json_object_set_new(j, fs_names[o->fs], one) == 0)
        text = json_dumps(j, JSON_INDENT(2));
    json_decref(j);
    record_path(o, path);
    rc = text ? qd_save_begin(&save, path, e) : qd_nomem(e);
    if (rc == 0)
        rc = qd_save_write(save, text, strlen(text), e);
    if (rc == 0)
        rc = qd_save_write(save, "\n", 1, e);
    if (rc == 0)
        rc = qd_save_commit(&save, NULL, NULL, e);
    qd_save_abort(&save);
    free(text);
    return rc;
}
