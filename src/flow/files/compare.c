/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sorts the differences between a backup and a unit: those that count, those of items that change
 * by themselves, those that cannot be told. It reads two backups and changes nothing. */
#include "flow/files/compare.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define PATH_CAP 1100u

static int same_path(const char *a, const char *b)
{
    char pa[PATH_CAP], pb[PATH_CAP];
    return qd_path_normalise(a, pa, sizeof pa) == 0 && qd_path_normalise(b, pb, sizeof pb) == 0 &&
           strcmp(pa, pb) == 0;
}

/* A folder that could not be listed, and what may be below it. */
static int is_above(const struct qd_missing *m, const char *path)
{
    char folder[PATH_CAP], p[PATH_CAP];
    if (m->kind != QD_MISSING_UNREADABLE ||
        qd_path_normalise(m->path, folder, sizeof folder) != 0 ||
        qd_path_normalise(path, p, sizeof p) != 0)
        return 0;
    size_t n = folder[1] ? strlen(folder) : 0;
    return strncmp(folder, p, n) == 0 && p[n] == '/';
}

/* What the unit's own list says about a key that is not in its backup; NULL = nothing. */
static const struct qd_missing *noted(const struct qd_backup *unit, const struct qd_diff_entry *en)
{
    for (size_t i = 0; i < unit->missing.n; i++) {
        const struct qd_missing *m = &unit->missing.v[i];
        if (en->kind == QD_DIFF_NV
                ? !m->path && m->sub == (int)en->sub &&
                      (m->nv < 0 || (m->nv == en->id && m->index == en->index))
                : m->path && (same_path(m->path, en->name) || is_above(m, en->name)))
            return m;
    }
    return NULL;
}

static enum qd_verify_as only_in_file(const struct qd_backup *unit, const struct qd_diff_entry *en)
{
    const struct qd_missing *m = noted(unit, en);
    if (!m)
        return QD_VERIFY_DIFFERS;
    if (m->kind == QD_MISSING_UNREADABLE)
        return QD_VERIFY_UNKNOWN;
    if (m->kind == QD_MISSING_WITHHELD) /* by design: nobody can compare it */
        return QD_VERIFY_APART;
    int equal = m->data && m->len == en->len_a && memcmp(m->data, en->a, m->len) == 0;
    return equal ? QD_VERIFY_APART : QD_VERIFY_DIFFERS;
}

enum qd_verify_as qd_verify_entry(const struct qd_backup *unit, const struct qd_diff_entry *en)
{
    if (en->class == QD_CLASS_VOLATILE || en->class == QD_CLASS_FIRMWARE)
        return QD_VERIFY_APART;
    if (en->kind == QD_DIFF_PROPERTY) /* the ESN of the header; item 0 speaks for itself */
        return QD_VERIFY_APART;
    if (en->change == QD_DIFF_ONLY_B)
        return QD_VERIFY_SURPLUS;
    return en->change == QD_DIFF_ONLY_A ? only_in_file(unit, en) : QD_VERIFY_DIFFERS;
}

enum qd_class qd_verify_bound(const struct qd_diff_entry *en)
{
    struct qd_rule r = {.class = QD_CLASS_UNKNOWN};
    if (en->kind == QD_DIFF_NV)
        r = qd_policy_nv(en->id);
    else if (en->kind == QD_DIFF_FILE)
        r = qd_policy_path(en->name);
    if (r.set)
        return QD_CLASS_CALIBRATION;
    return r.class == QD_CLASS_IDENTITY || r.class == QD_CLASS_CALIBRATION ? r.class
                                                                           : QD_CLASS_UNKNOWN;
}

static void count(struct qd_verify *v, const struct qd_backup *unit, const struct qd_diff_entry *en)
{
    struct qd_verify_class *c = &v->class[en->class];
    switch (qd_verify_entry(unit, en)) {
    case QD_VERIFY_APART:
        v->apart++;
        break;
    case QD_VERIFY_UNKNOWN:
        v->unknown++;
        c->unreadable++;
        break;
    case QD_VERIFY_SURPLUS:
        v->surplus++;
        c->only_unit++;
        break;
    case QD_VERIFY_DIFFERS:
        v->differs++;
        if (en->change == QD_DIFF_ONLY_A)
            c->only_file++;
        else
            c->different++;
        break;
    }
}

static int is_folder_of(const struct qd_backup *unit, const char *path)
{
    char p[PATH_CAP], f[PATH_CAP];
    if (qd_path_normalise(path, p, sizeof p) != 0)
        return 0;
    size_t n = strlen(p);
    for (size_t i = 0; i < unit->files.n; i++)
        if (qd_path_normalise(unit->files.v[i].path, f, sizeof f) == 0 && strncmp(f, p, n) == 0 &&
            f[n] == '/')
            return 1;
    return 0;
}

/* Links and empty folders, which no section holds: they are equal when the unit lists the same. */
static int compare_aside(const struct qd_backup *file, const struct qd_backup *unit,
                         struct qd_diff *d, struct qdiag_error *e)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < file->missing.n; i++) {
        const struct qd_missing *m = &file->missing.v[i];
        int folder = m->reason && strcmp(m->reason, "empty folder") == 0;
        int link = m->reason && strncmp(m->reason, "link to ", 8) == 0;
        if (m->kind != QD_MISSING_NOT_HELD || !m->path || (!folder && !link))
            continue;
        struct qd_diff_entry en = {.kind = QD_DIFF_FILE,
                                   .change = QD_DIFF_ONLY_A,
                                   .class = qd_catalog_path_class(m->path),
                                   .a = (const uint8_t *)m->reason,
                                   .len_a = strlen(m->reason),
                                   .name = qd_strdup(m->path)};
        if (!en.name)
            return qd_nomem(e);
        const struct qd_missing *there = noted(unit, &en);
        if ((there && there->kind == QD_MISSING_NOT_HELD &&
             strcmp(there->reason, m->reason) == 0) ||
            (folder && is_folder_of(unit, m->path))) {
            en.change = QD_DIFF_BYTES;
            en.b = en.a;
            en.len_b = en.len_a;
        }
        rc = qd_diff_add(d, &en, e);
    }
    return rc;
}

int qd_verify_backups(const struct qd_backup *file, const struct qd_backup *unit,
                      struct qd_verify *out, struct qdiag_error *e)
{
    memset(out, 0, sizeof *out);
    int rc = qd_diff_backups(file, unit, &out->diff, e);
    if (rc == 0)
        rc = compare_aside(file, unit, &out->diff, e);
    if (rc != 0) {
        qd_verify_free(out);
        return rc;
    }
    for (size_t i = 0; i < out->diff.n; i++)
        count(out, unit, &out->diff.v[i]);
    out->unknown += qd_backup_count_missing(file, QD_MISSING_UNREADABLE);
    return 0;
}

void qd_verify_free(struct qd_verify *v)
{
    qd_diff_free(&v->diff);
}
