/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Files and folders of a connected unit as people ask for them. Reads only; a file that says who
 * the unit is goes nowhere but into a file of the user's own, unless it was asked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qdiag/efs.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/save.h"
#include "base/text.h"
#include "flow/unit/device.h"
#include "flow/unit/efs_place.h"
#include "model/decode.h"
#include "model/needle.h"
#include "model/sections.h"
#include "service/efs.h"
#include "service/efs_walk.h"

#define PATH_CAP 1100u

/* A list under way. */
struct making {
    struct qdiag_device *dev;
    struct qd_efs fs;
    struct qdiag_efs_list *list;
    size_t cap;
    struct qd_names trouble;
    char root[PATH_CAP];
    struct qdiag_error failed; /* raised inside the trouble callback */
};

/* Hands an error on that was kept apart until it was clear that it counts. */
static int pass(int rc, const struct qdiag_error *why, struct qdiag_error *e)
{
    if (rc != 0 && e && !e->code)
        *e = *why;
    return rc;
}

int qd_efs_split(const char *text, uint8_t *subsys, char *path, size_t cap, struct qdiag_error *e)
{
    *subsys = strncasecmp(text, "3e:", 3) == 0 ? QD_EFS_ALT
              : strncmp(text, "13:", 3) == 0   ? QD_EFS_FS
                                               : 0;
    const char *rest = *subsys ? text + 3 : text;
    if (strcmp(rest, "/") == 0)
        qd_copy_text(path, cap, "/");
    else if (qd_path_normalise(rest, path, cap) != 0)
        return qd_fail(e, QDIAG_E_USAGE, text, "%s", "not a path on the unit");
    return 0;
}

int qd_efs_place(struct qdiag_device *dev, const char *text, struct qd_efs *fs, char *path,
                 size_t cap, struct qdiag_error *e)
{
    uint8_t subsys;
    struct qdiag_error why = {0};
    int rc = qd_efs_split(text, &subsys, path, cap, e);
    if (rc != 0)
        return rc;
    if (subsys)
        return qd_efs_open(fs, dev->diag, subsys, e);
    rc = qd_efs_open(fs, dev->diag, QD_EFS_FS, &why);
    if (rc == -QDIAG_E_UNSUPPORTED)
        return qd_efs_open(fs, dev->diag, QD_EFS_ALT, e);
    return pass(rc, &why, e);
}

static enum qdiag_efs_kind kind_of(uint32_t mode)
{
    switch (mode & QD_EFS_IFMT) {
    case QD_EFS_IFREG:
        return QDIAG_EFS_FILE;
    case QD_EFS_IFITM:
        return QDIAG_EFS_ITEM;
    case QD_EFS_IFDIR:
        return QDIAG_EFS_DIR;
    case QD_EFS_IFLNK:
        return QDIAG_EFS_LINK;
    default:
        return QDIAG_EFS_UNKNOWN;
    }
}

static int add_entry(struct making *m, const char *path, const struct qd_efs_stat *st,
                     const char *target, struct qdiag_error *e)
{
    struct qdiag_efs_list *l = m->list;
    struct qdiag_efs_entry *v = qd_grow(l->entry, l->count, &m->cap, sizeof *v);
    if (!v)
        return qd_nomem(e);
    l->entry = v;
    v += l->count;
    memset(v, 0, sizeof *v);
    v->path = qd_strdup(path);
    v->target = qd_strdup(target);
    l->count++;
    v->kind = kind_of(st->mode);
    v->mode = st->mode;
    v->size = st->size;
    qd_decode_mtime(st->mtime, v->time);
    v->class_name = qd_class_name(qd_catalog_path_class(path));
    v->is_private = qd_path_is_private(path);
    return v->path && v->target ? 0 : qd_nomem(e);
}

/* A link whose target cannot be read is still shown as one. */
static int add_link(struct making *m, const char *path, const struct qd_efs_stat *st,
                    struct qdiag_error *e)
{
    struct qd_buf target = {0};
    struct qdiag_error why = {0};
    char text[PATH_CAP] = "?";
    int rc = qd_efs_readlink(&m->fs, path, &target, &why);
    if (rc == 0)
        qd_printable(text, sizeof text, target.p, target.len);
    else if (qd_ends_run(rc))
        pass(rc, &why, e);
    else
        rc = 0;
    qd_buf_free(&target);
    return rc == 0 ? add_entry(m, path, st, text, e) : rc;
}

static int on_entry(const char *path, const struct qd_efs_entry *entry, void *user,
                    struct qdiag_error *e)
{
    struct making *m = user;
    struct qd_efs_stat st = entry->st;
    if (!(st.mode & QD_EFS_IFMT))
        st.mode |= qd_efs_kind(entry);
    qd_progress(m->dev->ctx, "efs-walk", m->list->count, 0, path);
    int rc = qd_cancel_check(m->dev->ctx->cancel, e);
    if (rc != 0)
        return rc;
    return (st.mode & QD_EFS_IFMT) == QD_EFS_IFLNK ? add_link(m, path, &st, e)
                                                   : add_entry(m, path, &st, "", e);
}

/* The folder that was asked for has to be listed; one below it may be left out, and is named. */
static int on_trouble(const char *path, const struct qdiag_error *why, void *user)
{
    struct making *m = user;
    char line[1000];
    if (strcmp(path, m->root) == 0) {
        m->failed = *why;
        return -why->code;
    }
    snprintf(line, sizeof line, "%.400s: cannot be listed: %s%s%s", path, why->what,
             why->why[0] ? ": " : "", why->why);
    return qd_names_add(&m->trouble, line) == 0 ? 0 : qd_nomem(&m->failed);
}

static int list_tree(struct making *m, struct qdiag_error *e)
{
    int rc = qd_efs_walk(&m->fs, m->root, on_entry, on_trouble, m, e);
    if (rc != 0 && m->failed.code)
        pass(rc, &m->failed, e);
    return rc;
}

static int list_folder(struct making *m, struct qdiag_error *e)
{
    struct qd_efs_list found = {0};
    char path[PATH_CAP + 260];
    int rc = qd_efs_list(&m->fs, m->root, &found, e);
    for (size_t i = 0; rc == 0 && i < found.n; i++) {
        snprintf(path, sizeof path, "%s/%s", m->root[1] ? m->root : "", found.v[i].name);
        rc = on_entry(path, &found.v[i], m, e);
    }
    qd_efs_list_free(&found);
    return rc;
}

/* STAT follows a link, so READLINK is asked first: it fails on anything else. */
static int stat_one(struct making *m, struct qd_efs_stat *st, struct qdiag_error *e)
{
    struct qd_buf target = {0};
    struct qdiag_error why = {0};
    char text[PATH_CAP] = "";
    int is_link = qd_efs_readlink(&m->fs, m->root, &target, &why) == 0;
    if (is_link)
        qd_printable(text, sizeof text, target.p, target.len);
    qd_buf_free(&target);
    if (is_link)
        *st = (struct qd_efs_stat){.mode = QD_EFS_IFLNK | 0777, .size = (uint32_t)strlen(text)};
    int rc = is_link                  ? 0
             : qd_ends_run(-why.code) ? pass(-why.code, &why, e)
                                      : qd_efs_stat(&m->fs, m->root, st, e);
    return rc == 0 ? add_entry(m, m->root, st, text, e) : rc;
}

static void take_trouble(struct making *m)
{
    m->list->trouble = m->trouble.v;
    m->list->trouble_count = m->trouble.n;
    m->list->subsystem = m->fs.subsys;
}

static int finish(struct making *m, int rc, struct qdiag_error *e)
{
    take_trouble(m);
    if (rc != 0) {
        if (e && e->code && !e->item[0])
            qd_copy_text(e->item, sizeof e->item, m->root);
        qdiag_efs_list_free(m->list);
    } else if (m->trouble.n > 0) {
        rc = qd_fail(e, QDIAG_E_INCOMPLETE, m->root, "%zu folder%s could not be listed",
                     m->trouble.n, m->trouble.n == 1 ? "" : "s");
        qd_hint(e, "%s", "the list names them");
    }
    return rc;
}

int qdiag_efs_list(struct qdiag_device *dev, const char *path, int deep,
                   struct qdiag_efs_list *list, struct qdiag_error *e)
{
    struct making m = {.dev = dev, .list = list};
    struct qd_efs_stat st;
    memset(list, 0, sizeof *list);
    int rc = qd_efs_place(dev, path, &m.fs, m.root, sizeof m.root, e);
    if (rc == 0)
        rc = qd_efs_stat(&m.fs, m.root, &st, e);
    if (rc == 0 && (st.mode & QD_EFS_IFMT) != QD_EFS_IFDIR)
        rc = stat_one(&m, &st, e);
    else if (rc == 0)
        rc = deep ? list_tree(&m, e) : list_folder(&m, e);
    return finish(&m, rc, e);
}

int qdiag_efs_stat(struct qdiag_device *dev, const char *path, struct qdiag_efs_list *list,
                   struct qdiag_error *e)
{
    struct making m = {.dev = dev, .list = list};
    struct qd_efs_stat st;
    memset(list, 0, sizeof *list);
    int rc = qd_efs_place(dev, path, &m.fs, m.root, sizeof m.root, e);
    if (rc == 0)
        rc = stat_one(&m, &st, e);
    return finish(&m, rc, e);
}

void qdiag_efs_list_free(struct qdiag_efs_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free((char *)list->entry[i].path);
        free((char *)list->entry[i].target);
    }
    for (size_t i = 0; i < list->trouble_count; i++)
        free(list->trouble[i]);
    free(list->entry);
    free(list->trouble);
    memset(list, 0, sizeof *list);
}

static int read_whole(struct qdiag_device *dev, const char *text, char *path, struct qd_buf *out,
                      struct qdiag_error *e)
{
    struct qd_efs fs;
    int rc = qd_efs_place(dev, text, &fs, path, PATH_CAP, e);
    if (rc == 0)
        rc = qd_efs_read(&fs, path, out, e);
    if (rc != 0 && e && e->code && !e->item[0])
        qd_copy_text(e->item, sizeof e->item, path);
    return rc;
}

int qdiag_efs_read(struct qdiag_device *dev, const char *path, int show, uint8_t **p, size_t *n,
                   struct qdiag_error *e)
{
    char at[PATH_CAP];
    struct qd_buf out = {0};
    *p = NULL;
    *n = 0;
    int rc = read_whole(dev, path, at, &out, e);
    if (rc == 0 && !show && (qd_path_is_private(at) || qd_digit_runs(out.p, out.len))) {
        rc = qd_fail(e, QDIAG_E_POLICY, at, "%s", "it says who the unit is, or opens it");
        qd_hint(e, "%s", "--show-identity shows it; `efs get` saves it as a file");
    }
    if (rc != 0) {
        qd_buf_free(&out);
        return rc;
    }
    *p = out.p;
    *n = out.len;
    return 0;
}

void qdiag_efs_data_free(uint8_t **p)
{
    free(*p);
    *p = NULL;
}

/* What lies on the disk is what the unit gave. */
static int same_on_disk(const char *temp, void *user, struct qdiag_error *e)
{
    const struct qd_buf *want = user;
    uint8_t *p = NULL;
    size_t n = 0;
    int rc = qd_read_file(temp, QD_EFS_FILE_MAX, &p, &n, e);
    if (rc == 0 && (n != want->len || (n > 0 && memcmp(p, want->p, n) != 0)))
        rc = qd_fail(e, QDIAG_E_LOCAL_FILE, temp, "%s",
                     "the bytes read back differ from the bytes written");
    free(p);
    return rc;
}

int qdiag_efs_get(struct qdiag_device *dev, const char *path, const char *local, uint64_t *size,
                  char sha256[65], struct qdiag_error *e)
{
    char at[PATH_CAP];
    struct qd_buf out = {0};
    struct qd_save *save = NULL;
    int rc = qd_save_begin(&save, local, e);
    if (rc == 0)
        rc = read_whole(dev, path, at, &out, e);
    if (rc == 0)
        rc = qd_save_write(save, out.p, out.len, e);
    if (rc == 0)
        rc = qd_save_commit(&save, same_on_disk, &out, e);
    qd_save_abort(&save);
    *size = out.len;
    qd_sha256_hex(out.p, out.len, sha256);
    qd_buf_free(&out);
    return rc;
}
