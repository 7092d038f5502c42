/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Finding the files of one EFS tree: by walking, by the module's own .conf and .bl lists, and by
 * asking for known paths that a walk may not show. Reads only. */
#include "flow/backup/collect_efs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"
#include "model/catalog.h"
#include "service/efs_walk.h"

#define RFNV "/nv/item_files/rfnv"

int qd_efs_missing(struct qd_collect *c, uint8_t fs, const char *path, const char *reason,
                   int64_t wire, struct qdiag_error *e)
{
    struct qd_missing m = {
        .kind = QD_MISSING_UNREADABLE, .sub = -1, .nv = -1, .fs = fs, .wire = wire};
    if (qd_catalog_path_withheld(path))
        m.kind = QD_MISSING_WITHHELD;
    m.path = (char *)path;
    m.reason = (char *)reason;
    qd_log(c->ctx, QDIAG_LOG_INFO, "efs", "%s: %s", path, reason);
    return qd_backup_add_missing(c->backup, &m, e);
}

/* The error of one path becomes an entry of the report. */
int qd_found_error(struct qd_collect *c, uint8_t fs, const char *path,
                   const struct qdiag_error *why, struct qdiag_error *e)
{
    char reason[512];
    snprintf(reason, sizeof reason, "%s%s%s", why->what, why->why[0] ? ": " : "", why->why);
    return qd_efs_missing(c, fs, path, reason, why->wire, e);
}

int qd_found_add(struct qd_tree_of *t, const char *path, const struct qd_efs_stat *st, int is_dir,
                 struct qdiag_error *e)
{
    struct qd_found *v = qd_grow(t->v, t->n, &t->cap, sizeof *v);
    if (!v)
        return qd_nomem(e);
    t->v = v;
    struct qd_found *f = &v[t->n];
    memset(f, 0, sizeof *f);
    f->path = qd_strdup(path);
    if (!f->path)
        return qd_nomem(e);
    f->mode = st->mode;
    f->size = st->size;
    f->mtime = st->mtime;
    f->is_dir = is_dir;
    t->n++;
    return 0;
}

struct walk {
    struct qd_collect *c;
    struct qd_tree_of *t;
    struct qdiag_error failed; /* an error raised inside the trouble callback */
};

static int on_entry(const char *path, const struct qd_efs_entry *entry, void *user,
                    struct qdiag_error *e)
{
    struct walk *w = user;
    struct qd_efs_stat st = entry->st;
    qd_progress(w->c->ctx, "efs-walk", w->t->n, 0, path);
    int rc = qd_cancel_check(w->c->ctx->cancel, e);
    if (rc != 0)
        return rc;
    st.mode |= qd_efs_kind(entry); /* the entry type counts when the mode does not say */
    return qd_found_add(w->t, path, &st, (st.mode & QD_EFS_IFMT) == QD_EFS_IFDIR, e);
}

static int on_trouble(const char *path, const struct qdiag_error *why, void *user)
{
    struct walk *w = user;
    char reason[512];
    snprintf(reason, sizeof reason, "cannot be listed: %s%s%s", why->what, why->why[0] ? ": " : "",
             why->why);
    if (qd_names_add(&w->t->unlisted, path) != 0)
        return qd_nomem(&w->failed);
    return qd_efs_missing(w->c, w->t->fs.subsys, path, reason, why->wire, &w->failed);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct qd_found *)a)->path, ((const struct qd_found *)b)->path);
}

static void drop_found(struct qd_found *f)
{
    free(f->path);
    free(f->data);
}

/* A path that was found twice, by asking and in a folder, is one entry. */
static void drop_doubles(struct qd_tree_of *t)
{
    size_t kept = t->n ? 1 : 0;
    for (size_t i = 1; i < t->n; i++) {
        if (by_path(&t->v[i], &t->v[kept - 1]) == 0)
            drop_found(&t->v[i]);
        else
            t->v[kept++] = t->v[i];
    }
    t->n = kept;
}

struct qd_found *qd_find_path(const struct qd_tree_of *t, const char *path)
{
    struct qd_found key = {.path = (char *)path};
    return t->n ? bsearch(&key, t->v, t->n, sizeof *t->v, by_path) : NULL;
}

static void mark_parents(struct qd_tree_of *t)
{
    for (size_t i = 0; i < t->n; i++) {
        char parent[2048];
        qd_copy_text(parent, sizeof parent, t->v[i].path);
        char *slash = strrchr(parent, '/');
        if (!slash || slash == parent)
            continue;
        *slash = '\0';
        struct qd_found *f = qd_find_path(t, parent);
        if (f)
            f->has_children = 1;
        t->holds_rf |= strcmp(parent, RFNV) == 0;
    }
    t->holds_rf |= qd_find_path(t, RFNV) != NULL;
}

void qd_tree_sort(struct qd_tree_of *t)
{
    if (t->n)
        qsort(t->v, t->n, sizeof *t->v, by_path);
    drop_doubles(t);
    mark_parents(t);
    qd_names_sort(&t->unlisted);
}

int qd_find_below(struct qd_collect *c, struct qd_tree_of *t, const char *root,
                  struct qdiag_error *e)
{
    struct walk w = {.c = c, .t = t};
    int rc = qd_efs_walk(&t->fs, root, on_entry, on_trouble, &w, e);
    if (rc != 0 && e && !e->code && w.failed.code)
        *e = w.failed;
    return rc;
}

int qd_find_walk(struct qd_collect *c, struct qd_tree_of *t, struct qdiag_error *e)
{
    int rc = qd_find_below(c, t, "/", e);
    if (rc == 0)
        qd_tree_sort(t);
    return rc;
}

static int has_suffix(const char *s, const char *suffix)
{
    size_t n = strlen(s), k = strlen(suffix);
    return n > k && strcmp(s + n - k, suffix) == 0;
}

static int is_conf(const char *path)
{
    static const char item[] = "/nv/item_files/conf/", reg[] = "/nv/reg_files/conf/";
    return has_suffix(path, ".conf") &&
           (strncmp(path, item, sizeof item - 1) == 0 || strncmp(path, reg, sizeof reg - 1) == 0);
}

static int is_folder_list(const char *path)
{
    return strcmp(path, "/nv/item_store/rfnv/rfnv.bl") == 0 ||
           strcmp(path, "/nv/item_store/rfnv/rfc.bl") == 0;
}

int qd_find_rules(struct qd_collect *c, struct qd_tree_of *t, struct qdiag_error *e)
{
    for (size_t i = 0; i < t->n; i++) {
        struct qd_found *f = &t->v[i];
        int conf = is_conf(f->path);
        if (f->is_dir || (!conf && !is_folder_list(f->path)))
            continue;
        int rc = qd_found_read(c, t, f, e);
        if (rc != 0)
            return rc;
        if (f->read &&
            qd_names_add_lines(conf ? &t->rules.conf : &t->rules.folders, f->data, f->len))
            return qd_nomem(e);
    }
    qd_names_sort(&t->rules.conf);
    qd_names_sort(&t->rules.folders);
    return 0;
}

int qd_found_is_link(const struct qd_found *f)
{
    return (f->mode & QD_EFS_IFMT) == QD_EFS_IFLNK;
}

/* The file's length must agree with what the unit says of it: a read that ends early is no success.
 */
static int size_agrees(struct qd_tree_of *t, struct qd_found *f, size_t len, int *agrees,
                       struct qdiag_error *why)
{
    struct qd_efs_stat st;
    *agrees = len == f->size;
    if (*agrees)
        return 0;
    int rc = qd_efs_stat(&t->fs, f->path, &st, why);
    if (rc != 0)
        return rc;
    f->size = st.size;
    f->mtime = st.mtime;
    *agrees = len == st.size;
    return 0;
}

static int read_checked(struct qd_tree_of *t, struct qd_found *f, struct qd_buf *b,
                        struct qdiag_error *why)
{
    int agrees = 0, rc = 0;
    for (int tries = 0; rc == 0 && !agrees && tries < 3; tries++) {
        b->len = 0;
        rc = qd_efs_read(&t->fs, f->path, b, why);
        if (rc == 0)
            rc = size_agrees(t, f, b->len, &agrees, why);
    }
    if (rc == 0 && !agrees)
        rc = qd_fail(why, QDIAG_E_PROTOCOL, f->path, "%zu bytes could be read, the unit says %u",
                     b->len, (unsigned)f->size);
    return rc;
}

int qd_found_read(struct qd_collect *c, struct qd_tree_of *t, struct qd_found *f,
                  struct qdiag_error *e)
{
    struct qd_buf b = {0};
    struct qdiag_error why = {0};
    if (f->read || f->failed)
        return 0;
    int rc = qd_cancel_check(c->ctx->cancel, e);
    if (rc != 0)
        return rc;
    rc = read_checked(t, f, &b, &why);
    if (rc == 0) {
        f->data = b.p;
        f->len = b.len;
        f->read = 1;
        return 0;
    }
    qd_buf_free(&b);
    if (!qd_ends_run(rc)) {
        f->failed = 1;
        return qd_found_error(c, t->fs.subsys, f->path, &why, e);
    }
    if (e)
        *e = why;
    return rc;
}

void qd_tree_drop(struct qd_tree_of *t)
{
    for (size_t i = 0; i < t->n; i++)
        drop_found(&t->v[i]);
    free(t->v);
    qd_names_free(&t->unlisted);
    qd_names_free(&t->rules.conf);
    qd_names_free(&t->rules.folders);
    memset(t, 0, sizeof *t);
}
