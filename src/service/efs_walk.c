/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Walks an EFS tree: list one folder, close it, visit its entries in the order of their names, then
 * take the next folder from a stack. No recursion, one directory handle at a time; links are never
 * followed, so the walk ends and no path comes twice. */
#include "service/efs_walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/text.h"
#include "service/efs_seq.h"

struct todo {
    char *path;
    unsigned depth; /* 0 = the root of the walk */
};

struct walk {
    struct qd_efs *fs;
    qd_efs_visit visit;
    qd_efs_trouble trouble;
    void *user;
    struct todo *v;
    size_t n, cap, seen;
};

uint32_t qd_efs_kind(const struct qd_efs_entry *entry)
{
    if (entry->st.mode & QD_EFS_IFMT)
        return entry->st.mode & QD_EFS_IFMT;
    switch (entry->type) {
    case 0:
    case 3: /* immovable file */
        return QD_EFS_IFREG;
    case 1:
        return QD_EFS_IFDIR;
    case 2:
        return QD_EFS_IFLNK;
    case 15:
        return QD_EFS_IFITM;
    default:
        return 0;
    }
}

static char *join(const char *dir, const char *name)
{
    struct qd_buf b = {0};
    size_t n = strlen(dir);
    int slash = n == 0 || dir[n - 1] != '/';
    if (qd_buf_add(&b, dir, n) || (slash && qd_buf_add_byte(&b, '/')) ||
        qd_buf_add_text(&b, name) || qd_buf_terminate(&b)) {
        qd_buf_free(&b);
        return NULL;
    }
    return (char *)b.p;
}

/* Takes the path over, also when it fails. */
static int push(struct walk *w, char *path, unsigned depth, struct qdiag_error *e)
{
    struct todo *v = path ? qd_grow(w->v, w->n, &w->cap, sizeof *v) : NULL;
    if (!v) {
        free(path);
        return qd_nomem(e);
    }
    w->v = v;
    v[w->n++] = (struct todo){path, depth};
    return 0;
}

/* Its name cannot be part of a path, so neither it nor what is below it can be asked for. */
static int skip_unusable(struct walk *w, const char *path)
{
    struct qdiag_error why = {0};
    qd_fail(&why, QDIAG_E_PROTOCOL, NULL, "a slash in the name of an entry");
    return w->trouble(path, &why, w->user);
}

static int visit_all(struct walk *w, const struct todo *dir, const struct qd_efs_list *list,
                     struct qdiag_error *e)
{
    for (size_t i = 0; i < list->n; i++) {
        if (++w->seen > QD_EFS_MAX_ENTRIES)
            return qd_fail(e, QDIAG_E_PROTOCOL, dir->path, "the tree has more than %u entries",
                           QD_EFS_MAX_ENTRIES);
        char *path = join(dir->path, list->v[i].name);
        if (!path)
            return qd_nomem(e);
        int rc =
            list->v[i].unusable ? skip_unusable(w, path) : w->visit(path, &list->v[i], w->user, e);
        free(path);
        if (rc)
            return rc;
    }
    return 0;
}

/* In reverse, so that the first sub-folder is taken from the stack first. */
static int push_folders(struct walk *w, const struct todo *dir, const struct qd_efs_list *list,
                        struct qdiag_error *e)
{
    for (size_t i = list->n; i-- > 0;) {
        if (qd_efs_kind(&list->v[i]) != QD_EFS_IFDIR || list->v[i].unusable)
            continue;
        int rc = push(w, join(dir->path, list->v[i].name), dir->depth + 1, e);
        if (rc)
            return rc;
    }
    return 0;
}

static int list_folder(struct walk *w, const struct todo *dir, struct qd_efs_list *list,
                       struct qdiag_error *why)
{
    if (dir->depth > QD_EFS_MAX_DEPTH)
        return qd_fail(why, QDIAG_E_PROTOCOL, dir->path, "folders nested deeper than %u",
                       QD_EFS_MAX_DEPTH);
    return qd_efs_list(w->fs, dir->path, list, why);
}

static int walk_folder(struct walk *w, const struct todo *dir, struct qdiag_error *e)
{
    struct qdiag_error why = {0};
    struct qd_efs_list list = {0};
    int rc = qd_cancel_check(qd_diag_context(w->fs->diag)->cancel, e);
    if (rc)
        return rc;
    rc = list_folder(w, dir, &list, &why);
    if (qd_ends_session(rc)) {
        if (e && !e->code)
            *e = why;
    } else if (rc) {
        rc = w->trouble(dir->path, &why, w->user);
    } else {
        rc = visit_all(w, dir, &list, e);
        if (rc == 0)
            rc = push_folders(w, dir, &list, e);
    }
    qd_efs_list_free(&list);
    return rc;
}

int qd_efs_walk(struct qd_efs *fs, const char *root, qd_efs_visit visit, qd_efs_trouble trouble,
                void *user, struct qdiag_error *e)
{
    struct walk w = {.fs = fs, .visit = visit, .trouble = trouble, .user = user};
    int rc = push(&w, qd_strdup(root), 0, e);
    while (rc == 0 && w.n > 0) {
        struct todo dir = w.v[--w.n];
        rc = walk_folder(&w, &dir, e);
        free(dir.path);
    }
    while (w.n > 0)
        free(w.v[--w.n].path);
    free(w.v);
    return rc;
}
