/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The files of a folder form become a document: paths are judged first, then attributes, then the
 * tree is built, and last comes the account of what no QCN can hold. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "container/folder.h"
#include "container/folder_rest.h"
#include "model/catalog.h"

#define EFS_FILE_MAX                                                                               \
    (16u << 20)    /* of one NV or text file far less; of one EFS file, as in the unit */
#define LISTED 40u /* unknown files named one by one */

struct folding {
    struct qd_doc *doc;
    struct qd_build b;
    struct qd_props props;
    const struct qd_notes *notes;
    struct qdiag_error *e;
    int have_order;
    uint8_t *timed; /* per entry: its time stands in a header */
    size_t unknown, times, veiled;
};

static int check_paths(const struct qd_entries *l, struct qdiag_error *e)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct qd_entry *x = &l->v[i];
        char shown[300];
        const char *fault = qd_entry_path_fault(x->path, strlen(x->path));
        qd_printable(shown, sizeof shown, x->path, strlen(x->path));
        if (fault)
            return qd_folder_bad(e, shown, 0, "%s", fault);
        if (i > 0 && strcmp(x->path, l->v[i - 1].path) == 0)
            return qd_folder_bad(e, shown, 0, "the path is there twice");
    }
    return 0;
}

/* A file cannot be a folder, too: with '/' first in the order they are neighbours. */
static int by_tree(const void *pa, const void *pb)
{
    return qd_place_compare((*(struct qd_entry *const *)pa)->path,
                            (*(struct qd_entry *const *)pb)->path);
}

static int check_folders(struct qd_entries *l, struct qdiag_error *e)
{
    struct qd_entry **v = qd_alloc(l->n + 1, sizeof(struct qd_entry *));
    int rc = 0;
    if (!v)
        return qd_nomem(e);
    for (size_t i = 0; i < l->n; i++)
        v[i] = &l->v[i];
    qsort(v, l->n, sizeof(struct qd_entry *), by_tree);
    for (size_t i = 1; rc == 0 && i < l->n; i++) {
        size_t n = strlen(v[i - 1]->path);
        int inside = strncmp(v[i]->path, v[i - 1]->path, n) == 0 && v[i]->path[n] == '/';
        if (!inside || v[i - 1]->kind == QD_ENTRY_DIR) {
            if (inside && v[i - 1]->mtime == 0 && v[i - 1]->veil == QD_VEIL_NONE &&
                (v[i - 1]->mode == 0 || v[i - 1]->mode == QD_EFS_IFDIR_MODE))
                v[i - 1]->len = SIZE_MAX; /* says nothing that its files do not say */
            continue;
        }
        rc = qd_folder_bad(e, v[i]->path, 0, "it lies below something that is no folder");
    }
    free(v);
    return rc;
}

/* Folders that have files, and all that are not the unit's, go without an entry. */
static void drop_plain_folders(struct qd_entries *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++) {
        int alt;
        struct qd_entry *x = &l->v[i];
        if (x->kind == QD_ENTRY_DIR && (x->len == SIZE_MAX || !qd_folder_below(x->path, &alt))) {
            x->len = 0;
            qd_entry_drop(x);
        } else {
            l->v[kept++] = *x;
        }
    }
    l->n = kept;
}

static int renew_attr(struct qd_entries *l, int alt, struct qdiag_error *e)
{
    char file[16];
    struct qd_buf t = {0};
    snprintf(file, sizeof file, "%s.attr", qd_folder_root(alt));
    struct qd_entry *x = (struct qd_entry *)qd_entries_find(l, file);
    int rc = qd_attr_text(l, alt, &t) == 0 ? 0 : qd_nomem(e);
    if (rc == 0 && x) {
        if (!x->borrowed)
            free(x->data);
        x->borrowed = 0;
        x->data = t.p;
        x->len = t.len;
        return 0;
    }
    struct qd_entry new = {.path = file, .data = t.p, .len = t.len};
    if (rc == 0 && t.len > 0)
        rc = qd_entries_add(l, &new, e);
    if (rc != 0)
        qd_buf_free(&t);
    if (rc == 0)
        qd_entries_sort(l);
    return rc;
}

static int settle(struct qd_entries *l, struct qdiag_error *e)
{
    qd_entries_sort(l);
    int rc = check_paths(l, e);
    for (int alt = 0; rc == 0 && alt < 2; alt++) {
        rc = qd_attr_apply(l, alt, e);
        qd_entries_sort(l);
    }
    if (rc == 0)
        rc = check_paths(l, e);
    if (rc == 0)
        rc = check_folders(l, e);
    if (rc == 0)
        drop_plain_folders(l);
    for (int alt = 0; rc == 0 && alt < 2; alt++)
        rc = renew_attr(l, alt, e);
    return rc;
}

static int check_sizes(const struct qd_entries *l, struct qdiag_error *e)
{
    for (size_t i = 0; i < l->n; i++) {
        unsigned sub, id, index;
        const struct qd_entry *x = &l->v[i];
        int nv = strncmp(x->path, "nv/", 3) == 0;
        if (nv && qd_rest_nv_name(x->path, &sub, &id, &index) != 0) {
            const char *name = strrchr(x->path, '/') + 1;
            if (name[0] != '.')
                return qd_folder_bad(e, x->path, 0, "an NV file is named <id> or <id>.<index>");
        } else if (nv && (x->kind != QD_ENTRY_FILE || x->len > QD_NV_SIZE)) {
            return qd_folder_bad(e, x->path, 0, "not a file of at most 128 bytes");
        }
    }
    return 0;
}

static int build_tree(struct folding *f)
{
    const struct qd_entry *order = qd_entries_find(&f->doc->entries, QD_FOLDER_ORDER);
    int rc;
    f->have_order = order != NULL;
    if (order) {
        f->b.root = qd_tree_new(f->props.root);
        rc = f->b.root ? qd_order_read(&f->b, order) : qd_nomem(f->e);
    } else {
        rc = qd_qcn_from_backup(f->props.b, f->props.root, &f->b.root, f->e);
    }
    if (rc == 0) {
        f->b.root->lf = f->props.lf;
        rc = qd_build_rest(&f->b);
    }
    if (rc == 0 && order)
        rc = qd_build_check_names(&f->b);
    f->doc->tree = f->b.root;
    return rc == 0 ? qd_qcn_view(f->b.root, f->notes, &f->doc->backup, f->e) : rc;
}

static uint8_t subsystem_of(const struct folding *f, int alt)
{
    int alone = !f->doc->efs[1];
    return alone ? f->doc->efs[0] : alt ? 0x3e : 0x13;
}

static void set_subsystems(struct folding *f)
{
    const char *s = qd_pairs_get(&f->props.conf, "efs_subsys");
    int have_alt = 0;
    for (size_t i = 0; i < f->doc->entries.n; i++)
        have_alt |= strncmp(f->doc->entries.v[i].path, "efs-alt/", 8) == 0;
    int both = s ? strcmp(s, "both") == 0 : have_alt;
    int first = qd_rest_primary(&f->b);
    f->doc->efs[0] = both ? (first ? 0x3e : 0x13) : s ? (s[0] == '1' ? 0x13 : 0x3e) : 0;
    f->doc->efs[1] = both ? (first ? 0x13 : 0x3e) : 0;
}

/* Modes, times and subsystems of the files, which the tree has no place for. */
static void set_modes(struct folding *f)
{
    struct qd_backup *bk = f->doc->backup;
    for (size_t i = 0; i < bk->files.n; i++) {
        struct qd_file *file = &bk->files.v[i];
        const struct qd_entry *x = NULL;
        char path[1300];
        int alt = 0;
        for (; alt < 2 && !x; alt++) {
            snprintf(path, sizeof path, "%s/%s", qd_folder_root(alt),
                     file->path + (file->path[0] == '/'));
            x = qd_entries_find(&f->doc->entries, path);
            if (x && f->b.used[x - f->doc->entries.v] != QD_USED_QCN)
                x = NULL;
        }
        if (!x)
            continue;
        file->mode = x->mode || f->have_order ? x->mode : QD_EFS_FILE_MODE;
        file->fs = subsystem_of(f, alt - 1);
        if (x->mtime == file->mtime)
            f->timed[x - f->doc->entries.v] = 1;
    }
    for (size_t i = 0; i < f->doc->entries.n; i++) {
        const struct qd_entry *x = &f->doc->entries.v[i];
        f->times += f->b.used[i] == QD_USED_QCN && x->mtime != 0 && !f->timed[i];
        f->veiled += f->b.used[i] == QD_USED_QCN && x->veil != QD_VEIL_NONE;
    }
}

static int aside_nv(struct folding *f, const struct qd_entry *x)
{
    uint8_t data[QD_NV_SIZE] = {0};
    unsigned sub, id, index;
    if (qd_rest_nv_name(x->path, &sub, &id, &index) != 0)
        return 0;
    if (x->len)
        memcpy(data, x->data, x->len);
    struct qd_missing m = {.kind = QD_MISSING_NOT_HELD,
                           .sub = (int)sub,
                           .nv = (int32_t)id,
                           .index = (uint8_t)index,
                           .wire = -1,
                           .data = data,
                           .len = sizeof data};
    m.reason = (char *)"kept in the manifest: vendor tools fail on this item";
    return qd_backup_add_missing(f->doc->backup, &m, f->e);
}

static int aside_file(struct folding *f, const struct qd_entry *x, int alt)
{
    char reason[1200];
    const char *path = x->path + strlen(qd_folder_root(alt));
    const char *fault = qd_qcn_path_fault(path, strlen(path));
    struct qd_missing m = {.kind = QD_MISSING_NOT_HELD, .sub = -1, .nv = -1, .wire = -1};
    m.path = (char *)path;
    m.fs = subsystem_of(f, alt);
    m.reason = reason;
    if (x->kind == QD_ENTRY_LINK)
        snprintf(reason, sizeof reason, "link to %s", x->target ? x->target : "");
    else if (x->kind == QD_ENTRY_DIR)
        snprintf(reason, sizeof reason, "empty folder");
    else
        snprintf(reason, sizeof reason, "%s",
                 fault ? fault : "the other file system has a different file of this name");
    if (x->kind == QD_ENTRY_FILE || x->kind == QD_ENTRY_ITEM) {
        m.data = x->data ? x->data : (uint8_t *)"";
        m.len = x->len;
    }
    f->times +=
        x->mtime != 0 || (x->kind == QD_ENTRY_DIR && x->mode && x->mode != QD_EFS_IFDIR_MODE);
    f->veiled += x->veil != QD_VEIL_NONE;
    if (x->kind == QD_ENTRY_DIR &&
        qd_folder_has_below(&f->doc->entries, f->doc->entries.n, x->path))
        return 0; /* its files bring it back */
    return qd_backup_add_missing(f->doc->backup, &m, f->e);
}

/* Files that belong to the form itself; everything else that is not used is told. */
static int is_form(const char *path)
{
    static const char *const own[] = {QD_FOLDER_CONF, QD_FOLDER_PROPS, QD_FOLDER_ORDER,
                                      "efs.attr",     "efs-alt.attr",  NULL};
    for (size_t i = 0; own[i]; i++)
        if (strcmp(path, own[i]) == 0)
            return 1;
    return 0;
}

static int account_entry(struct folding *f, size_t i)
{
    const struct qd_entry *x = &f->doc->entries.v[i];
    int alt;
    if (f->b.used[i] == QD_USED_QCN || is_form(x->path))
        return 0;
    if (f->b.used[i] == QD_USED_ASIDE)
        return qd_folder_below(x->path, &alt) ? aside_file(f, x, alt) : aside_nv(f, x);
    if (f->unknown++ >= LISTED)
        return 0;
    return qd_doc_add_rest(f->doc, f->e, "%s: no part of a QCN", x->path);
}

static int account_conf(struct folding *f)
{
    static const char *const held[] = {"model",        "ext_build", "model_number", "esn",
                                       "feature_mask", "subs",      "efs_subsys",   NULL};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < f->props.conf.n; i++) {
        const struct qd_pair *p = &f->props.conf.v[i];
        int known = strcmp(p->key, "family") == 0 && strcmp(p->value, "other") == 0;
        known |= strcmp(p->key, "firmware") == 0 &&
                 strcmp(p->value, f->props.b->software ? f->props.b->software : "") == 0;
        for (size_t k = 0; held[k]; k++)
            known |= strcmp(p->key, held[k]) == 0;
        if (!known)
            rc = qd_doc_add_rest(f->doc, f->e, "unit.conf: %.60s%s%.200s", p->key,
                                 p->value[0] ? " = " : "", p->value);
    }
    return rc;
}

static int account(struct folding *f)
{
    int rc = account_conf(f);
    for (size_t i = 0; rc == 0 && i < f->doc->entries.n; i++)
        rc = account_entry(f, i);
    if (rc == 0 && f->unknown > LISTED)
        rc = qd_doc_add_rest(f->doc, f->e, "%zu more files that are no part of a QCN",
                             f->unknown - LISTED);
    if (rc == 0 && f->times > 0)
        rc = qd_doc_add_rest(f->doc, f->e, "times or folder modes of %zu entries of the EFS",
                             f->times);
    if (rc == 0 && f->veiled > 0)
        rc = qd_doc_add_rest(f->doc, f->e, "that %zu entries are hidden or denied", f->veiled);
    return rc;
}

static int fold(struct folding *f)
{
    const char *model;
    f->b =
        (struct qd_build){.in = &f->doc->entries, .props = &f->props, .notes = f->notes, .e = f->e};
    int rc = settle(&f->doc->entries, f->e);
    if (rc == 0)
        rc = qd_props_read(&f->doc->entries, &f->props, f->e);
    if (rc == 0)
        rc = check_sizes(&f->doc->entries, f->e);
    if (rc != 0)
        return rc;
    f->b.used = qd_alloc(f->doc->entries.n + 1, 1);
    model = qd_pairs_get(&f->props.conf, "model");
    f->doc->model_name = model ? qd_strdup(model) : NULL;
    f->timed = qd_alloc(f->doc->entries.n + 1, 1);
    if (!f->b.used || !f->timed || (model && !f->doc->model_name))
        return qd_nomem(f->e);
    rc = build_tree(f);
    if (rc != 0)
        return rc;
    set_subsystems(f);
    set_modes(f);
    return account(f);
}

int qd_folder_to_doc(struct qd_entries *in, const struct qd_notes *notes, struct qd_doc **doc,
                     struct qdiag_error *e)
{
    struct folding f = {.doc = qd_doc_new(), .notes = notes, .e = e};
    *doc = NULL;
    if (!f.doc) {
        qd_entries_free(in);
        return qd_nomem(e);
    }
    f.doc->entries = *in;
    memset(in, 0, sizeof *in);
    int rc = fold(&f);
    qd_props_free(&f.props);
    free(f.b.used);
    free(f.timed);
    if (rc == 0)
        *doc = f.doc;
    else
        qd_doc_free(&f.doc);
    return rc;
}
