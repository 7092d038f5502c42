/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag_fota_verify: looks at a unit after an upgrade and holds it against its backup. Reads only.
 * It must never make a new copy in the module: with a difference that would seal the damage. */
#include "flow/upgrade/fota_verify.h"

#include <qdiag/container.h>
#include <qdiag/restore.h>

#include <stdio.h>
#include <string.h>

#include "base/cancel.h"
#include "base/text.h"
#include "flow/unit/at_port.h"
#include "flow/unit/device.h"
#include "flow/files/diff_sides.h"
#include "flow/files/load.h"
#include "flow/files/shell_word.h"
#include "flow/ufs/ufs_guard.h"
#include "model/anchors.h"
#include "model/catalog.h"

#define READY_S   60u
#define IMEI_ITEM 550
#define TRIES     5 /* a unit that starts may be reset again in the middle of a question */

struct after {
    struct qdiag_at *at;
    struct qdiag_device *dev;
    const struct qdiag_fota_options *o;
    struct qdiag_fota_report *r;
    char imei[QDIAG_SUBS][16]; /* of the backup; "" = none */
    int ready;
    int calibrated; /* the backup holds calibration, all that there was */
    int nameless;   /* an item of identity could not be read when it was made */
};

/* ---- the backup ---- */

static void no_note(const char *place, const char *text, void *user)
{
    (void)place;
    (void)text;
    (void)user;
}

static int load(struct qdiag_context *c, const char *path, struct qd_doc **doc,
                struct qdiag_error *e)
{
    struct qd_notes notes = {no_note, NULL};

    if (path) {
        int rc = qdiag_backup_not_narrowed(path, e);
        return rc ? rc : qd_load(c, path, &notes, doc, e);
    }
    qd_fail(e, QDIAG_E_USAGE, NULL, "the backup taken before the upgrade must be named");
    qd_hint(e, "--backup FILE");
    return -QDIAG_E_USAGE;
}

static void take_imeis(struct after *a, const struct qd_doc *doc)
{
    for (unsigned sub = 0; sub < QDIAG_SUBS; sub++) {
        const struct qd_nv_item *v = qd_backup_nv(doc->backup, sub, IMEI_ITEM, 0);

        if (!v || qd_imei_decode(v->data, a->imei[sub]) != QD_IDENT_USABLE)
            a->imei[sub][0] = '\0';
    }
}

/* A backup that was taken again meanwhile agrees with whatever the upgrade has left. */
static int same_backup(const struct after *a, const struct qd_doc *doc, struct qdiag_error *e)
{
    const char *said = a->r->preflight.backup_sha256;

    if (!said[0] || strcmp(said, doc->sha256) == 0)
        return 0;
    qd_fail(e, QDIAG_E_POLICY, a->o->preflight.backup,
            "it is not the backup that the upgrade was begun with (SHA-256 %.16s…)", said);
    qd_hint(e, "name the backup taken before the upgrade");
    return -QDIAG_E_POLICY;
}

/* What the backup does not hold cannot be found to be as it was. */
static int holds_calibration(const struct qd_backup *b)
{
    for (size_t i = 0; i < b->files.n; i++)
        if (b->files.v[i].len && qd_catalog_path_class(b->files.v[i].path) == QD_CLASS_CALIBRATION)
            return 1;
    return 0;
}

static void take_unread(struct after *a, const struct qd_backup *b)
{
    for (size_t i = 0; i < b->missing.n; i++) {
        const struct qd_missing *m = &b->missing.v[i];
        struct qd_diff_entry en = {.kind = QD_DIFF_NV, .id = (uint16_t)m->nv};
        int all = !m->path && m->nv < 0; /* a whole subscription or tree */
        enum qd_class bound = all || m->path ? QD_CLASS_UNKNOWN : qd_verify_bound(&en);

        if (m->kind != QD_MISSING_UNREADABLE)
            continue;
        a->nameless |= all || bound == QD_CLASS_IDENTITY;
        if (all || bound == QD_CLASS_CALIBRATION || (m->path && qd_policy_reaches_set(m->path)))
            a->calibrated = 0;
    }
}

/* ---- version ---- */

static int read_versions(struct after *a, struct qdiag_error *e)
{
    struct qdiag_versions *v = &a->r->after;
    struct qdiag_error mine = {0};
    int rc = -QDIAG_E_UNKNOWN;

    for (int i = 0; i < TRIES && (rc == -QDIAG_E_UNKNOWN || rc == -QDIAG_E_TIMEOUT); i++) {
        memset(&mine, 0, sizeof mine);
        rc = qdiag_versions_read(a->at, READY_S, v, &mine);
    }
    a->ready = rc == 0 && v->full[0] && v->ready;
    if (rc == 0 || rc == -QDIAG_E_UNKNOWN || rc == -QDIAG_E_TIMEOUT || rc == -QDIAG_E_PROTOCOL)
        return 0; /* no version: the verdict says so */
    if (e && !e->code)
        *e = mine;
    return rc;
}

/* ---- identity ---- */

static int in_backup(const struct after *a, const char *imei)
{
    for (unsigned i = 0; i < QDIAG_SUBS; i++)
        if (a->imei[i][0] && strcmp(a->imei[i], imei) == 0)
            return 1;
    return 0;
}

static int any_in_backup(const struct after *a)
{
    return a->imei[0][0] || a->imei[1][0] || a->imei[2][0];
}

static void worse(int *state, int other)
{
    if (other == 0 || (other < 0 && *state > 0))
        *state = other;
}

static int another_unit(const struct after *a, struct qdiag_error *e)
{
    qd_fail(e, QDIAG_E_NOT_SAME_UNIT, a->at->address.text,
            "the unit has a valid IMEI that is not in the backup");
    qd_hint(e, "name the backup that was taken of this unit before its upgrade");
    return -QDIAG_E_NOT_SAME_UNIT;
}

static int compare_at(struct after *a, struct qdiag_error *e)
{
    char imei[16];
    int rc = qd_at_imei(a->at->at, imei, e);

    if (rc == -QDIAG_E_TIMEOUT || rc == -QDIAG_E_UNKNOWN) {
        qd_error_clear(e);
        worse(&a->r->identity_equal, -1);
        return 0;
    }
    if (rc != 0)
        return rc;
    if (!any_in_backup(a) || !imei[0]) /* no answer: what DIAG says decides */
        worse(&a->r->identity_equal, -1);
    else if (!in_backup(a, imei) && qd_imei_text_usable(imei))
        return another_unit(a, e);
    else if (!in_backup(a, imei))
        worse(&a->r->identity_equal, 0);
    return 0;
}

/* Every IMEI of the backup at its own subscription. */
static int compare_diag(struct after *a, struct qdiag_error *e)
{
    struct qdiag_identity id;
    int rc = qdiag_identity_read(a->dev, &id, e);

    for (unsigned i = 0; rc == 0 && i < QDIAG_SUBS; i++) {
        if (!a->imei[i][0])
            continue;
        if (id.imei_state[i] == QDIAG_IDENT_UNKNOWN)
            worse(&a->r->identity_equal, -1);
        else if (strcmp(id.imei[i], a->imei[i]) != 0) {
            if (id.imei_state[i] == QDIAG_IDENT_USABLE && !in_backup(a, id.imei[i]))
                rc = another_unit(a, e);
            worse(&a->r->identity_equal, 0);
        }
    }
    return rc;
}

/* ---- all else ---- */

/* Items that must be as they were decide; the rest is in the report. */
static void judge_items(struct after *a)
{
    const struct qd_sides *in = a->r->diff->inside;

    for (size_t i = 0; i < in->diff.n; i++) {
        const struct qd_diff_entry *en = &in->diff.v[i];
        enum qd_verify_as as = in->means(in, en);
        enum qd_class bound = qd_verify_bound(en);
        int *state = bound == QD_CLASS_IDENTITY      ? &a->r->identity_equal
                     : bound == QD_CLASS_CALIBRATION ? &a->r->calibration_equal
                                                     : NULL;

        if (state && (as == QD_VERIFY_DIFFERS || as == QD_VERIFY_UNKNOWN))
            worse(state, as == QD_VERIFY_DIFFERS ? 0 : -1);
    }
}

static int compare_items(struct after *a, struct qdiag_error *e)
{
    static const struct qdiag_diff_options all = {NULL, 0, 0};
    struct qdiag_error mine = {0};
    int rc = qdiag_verify(a->dev, a->o->preflight.backup, &all, &a->r->diff, &mine);

    if (!a->r->diff) {
        if (e && !e->code)
            *e = mine;
        return rc;
    }
    a->r->calibration_equal = a->calibrated ? 1 : -1;
    judge_items(a);
    return 0;
}

static int read_restores(struct after *a, struct qdiag_error *e)
{
    struct qdiag_ufs_status s;
    struct qdiag_error mine = {0};
    int rc = a->ready ? qdiag_ufs_status(a->at, &s, &mine) : -QDIAG_E_UNKNOWN;

    if (rc == 0 && s.fs[QDIAG_UFS].known)
        a->r->restores_after = s.fs[QDIAG_UFS].restores;
    if (rc == -QDIAG_E_CANCELLED || rc == -QDIAG_E_LINK_GONE || rc == -QDIAG_E_LINK_IO ||
        rc == -QDIAG_E_NO_MEMORY) {
        if (e && !e->code)
            *e = mine;
        return rc;
    }
    return 0;
}

static int look(struct after *a, struct qdiag_error *e)
{
    int rc = read_versions(a, e);

    if (rc == 0)
        rc = compare_at(a, e);
    if (rc == 0)
        rc = read_restores(a, e);
    if (rc == 0 && a->dev)
        rc = compare_diag(a, e);
    if (rc == 0 && a->dev)
        rc = compare_items(a, e);
    if (!a->dev || a->nameless) /* an IMEI by AT is not all of it */
        worse(&a->r->identity_equal, -1);
    return rc ? rc : qd_cancel_check(a->at->ctx->cancel, e);
}

/* ---- verdict ---- */

/* "qdiag restore …": what has to come back, from the backup, to this port. */
static void say_restore(const struct after *a, char *out, size_t cap)
{
    const struct qdiag_fota_report *r = a->r;

    snprintf(out, cap, "qdiag restore --only %s%s%s%s", r->identity_equal ? "" : "identity",
             !r->identity_equal && !r->calibration_equal ? "," : "",
             r->calibration_equal ? "" : "calibration",
             !r->calibration_equal && strcmp(r->before.full, r->after.full) != 0
                 ? " --accept-firmware"
                 : "");
}

static int add_target(const struct after *a, char *out, size_t cap)
{
    char word[QDIAG_VERSION_CAP * 4];

    qd_shell_word(a->r->target[0] ? a->r->target : "VERSION", word, sizeof word);
    return qd_shell_add(out, cap, "--to", word);
}

/* Whole or not at all; the names of ports and files come from outside. */
static void advise(struct after *a, int code)
{
    struct qdiag_fota_report *r = a->r;
    const size_t cap = sizeof r->next;
    char file[QD_SHELL_FILE_MAX], port[512], at[512];
    int rc = 0;

    qd_shell_file(a->o->preflight.backup ? a->o->preflight.backup : "FILE", file, sizeof file);
    qd_shell_word(a->dev ? qdiag_device_address(a->dev) : "ADDRESS", port, sizeof port);
    qd_shell_word(a->at->address.text, at, sizeof at);
    r->next[0] = '\0';
    if (code == QDIAG_E_FOTA_UNKNOWN) {
        snprintf(r->next, cap, "qdiag fota verify");
        rc = qd_shell_add(r->next, cap, "--backup", file) | add_target(a, r->next, cap) |
             qd_shell_add(r->next, cap, "-d", port) | qd_shell_add(r->next, cap, "--at", at);
    } else if (code == QDIAG_E_FOTA_DIFFERS) {
        if (r->identity_equal && r->calibration_equal)
            snprintf(r->next, cap, "qdiag verify");
        else
            say_restore(a, r->next, cap);
        rc = qd_shell_add(r->next, cap, "-d", port) | qd_shell_add(r->next, cap, "", file);
    }
    if (rc != 0)
        r->next[0] = '\0';
}

/* A command that is cut off is worse than none. */
static void tell_next(const struct qdiag_fota_report *r, struct qdiag_error *e)
{
    if (r->next[0] && e && strlen(r->next) < sizeof e->hint)
        qd_hint(e, "%s", r->next);
}

static int conclude(struct after *a, struct qdiag_error *e)
{
    struct qdiag_fota_report *r = a->r;
    struct qd_fota_facts f = {.ready = a->ready,
                              .version = r->after.full,
                              .source = r->before.full,
                              .target = r->target,
                              .other = r->target_other,
                              .identity = r->identity_equal,
                              .calibration = r->calibration_equal,
                              .restores_before = r->restores_before,
                              .restores_after = r->restores_after};
    char why[200];
    int code = qd_fota_judge(&f, &r->version_is_target, why);

    advise(a, code);
    r->state = code == 0                      ? QDIAG_FOTA_DONE
               : code == QDIAG_E_FOTA_UNKNOWN ? QDIAG_FOTA_LOST
               : code == QDIAG_E_FOTA_FAILED  ? QDIAG_FOTA_FAILED
                                              : QDIAG_FOTA_DONE;
    if (code == 0)
        return 0;
    qd_fail(e, (enum qdiag_code)code, a->at->address.text, "%s", why);
    if (code == QDIAG_E_FOTA_DIFFERS && r->version_is_target != 1)
        qd_what(e, "identity or calibration differs from the backup; %s",
                r->version_is_target == 0 ? "the version is not the target"
                                          : "whether the version is the target is not known");
    if (code == QDIAG_E_FOTA_FAILED)
        qd_hint(e,
                "identity and calibration were compared as far as the answer says; upgrade again, "
                "with the package for the version that it has");
    tell_next(r, e);
    if (e)
        e->touch = code == QDIAG_E_FOTA_DIFFERS ? QDIAG_CHANGED : QDIAG_TOUCH_UNKNOWN;
    return -code;
}

/* An upgrade of our own was under way: nothing that keeps us from looking makes it harmless. */
static int not_seen(struct after *a, const struct qdiag_error *mine, struct qdiag_error *e)
{
    a->r->state = QDIAG_FOTA_LOST;
    if (mine->code == QDIAG_E_CANCELLED) {
        if (e && !e->code)
            *e = *mine;
    } else {
        advise(a, QDIAG_E_FOTA_UNKNOWN);
        qd_fail(e, QDIAG_E_FOTA_UNKNOWN, a->at->address.text, "%.100s: %.140s", mine->what,
                mine->why);
        tell_next(a->r, e);
    }
    if (e)
        e->touch = QDIAG_TOUCH_UNKNOWN;
    return e ? -e->code : -QDIAG_E_FOTA_UNKNOWN;
}

int qd_fota_verify(struct qdiag_at *at, struct qdiag_device *dev,
                   const struct qdiag_fota_options *o, struct qdiag_fota_report *r, int ours,
                   struct qdiag_error *e)
{
    struct after a = {.at = at, .dev = dev, .o = o, .r = r};
    struct qdiag_error mine = {0};
    struct qd_doc *doc = NULL;
    int rc = load(at->ctx, o->preflight.backup, &doc, &mine);

    r->state = QDIAG_FOTA_VERIFY;
    r->version_is_target = r->calibration_equal = -1;
    r->identity_equal = 1;
    r->restores_after = QD_RESTORES_UNKNOWN;
    if (rc == 0)
        rc = same_backup(&a, doc, &mine);
    if (rc == 0) {
        take_imeis(&a, doc);
        a.calibrated = holds_calibration(doc->backup);
        take_unread(&a, doc->backup);
        rc = look(&a, &mine);
    }
    qd_doc_free(&doc);
    if (rc == 0)
        return conclude(&a, e);
    r->identity_equal = r->identity_equal > 0 ? -1 : r->identity_equal;
    if (ours)
        return not_seen(&a, &mine, e);
    if (e && !e->code)
        *e = mine;
    return rc;
}

/* Source version and count of restores, as noted when the module's copy was confirmed. */
static int read_note(struct qdiag_at *at, const struct qdiag_fota_options *o,
                     struct qdiag_fota_report *r, struct qdiag_error *e)
{
    struct qdiag_ufs_options u = {.fs = QDIAG_UFS, .backup = o->preflight.backup};
    struct qdiag_ufs_status who = {0};
    struct qd_ufs_found found = {.restores = -1};
    struct after a = {0};
    struct qd_doc *doc = NULL;
    int rc = load(at->ctx, o->preflight.backup, &doc, e);

    if (rc != 0)
        return rc;
    take_imeis(&a,
               doc); /* the note knows its unit by one of them; the unit may have lost its own */
    for (unsigned i = 0; i < QDIAG_SUBS && !found.firmware[0]; i++) {
        qd_copy_text(who.imei, sizeof who.imei, a.imei[i]);
        (void)qd_ufs_look_up(&u, doc->sha256, &who, &found);
    }
    if (found.restores >= 0 && found.restores < QD_RESTORES_UNKNOWN)
        r->restores_before = (uint32_t)found.restores;
    qd_copy_text(r->before.full, sizeof r->before.full,
                 o->preflight.from ? o->preflight.from : found.firmware);
    qd_doc_free(&doc);
    return 0;
}

int qdiag_fota_verify(struct qdiag_at *at, struct qdiag_device *dev,
                      const struct qdiag_fota_options *o, struct qdiag_fota_report *r,
                      struct qdiag_error *e)
{
    int rc;

    memset(r, 0, sizeof *r);
    r->code = r->version_is_target = r->identity_equal = r->calibration_equal = -1;
    r->package_deleted = r->inner_backup = -1;
    r->restores_before = r->restores_after = QD_RESTORES_UNKNOWN;
    r->state = QDIAG_FOTA_VERIFY;
    qd_copy_text(r->target, sizeof r->target, o->preflight.to ? o->preflight.to : "");
    rc = read_note(at, o, r, e);
    return rc ? rc : qd_fota_verify(at, dev, o, r, 0, e);
}

void qdiag_fota_report_free(struct qdiag_fota_report *r)
{
    qdiag_diff_report_free(&r->diff);
}
