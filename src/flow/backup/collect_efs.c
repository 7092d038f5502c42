/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads the files of both EFS subsystems into the backup. When both answer and show different
 * trees, the one that holds the RF files fills the sections; what only the other has is added, and
 * what both have with different bytes is kept in the manifest. Nothing found is dropped silently.
 */
#include "flow/backup/collect_efs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/log.h"
#include "container/container.h"

static int not_held(struct qd_collect *c, struct qd_tree_of *t, const struct qd_found *f,
                    const char *reason, struct qdiag_error *e)
{
    struct qd_missing m = {.kind = QD_MISSING_NOT_HELD, .sub = -1, .nv = -1, .wire = -1};
    m.fs = t->fs.subsys;
    m.path = f->path;
    m.reason = (char *)reason;
    m.data = f->data;
    m.len = f->len;
    return qd_backup_add_missing(c->backup, &m, e);
}

static int keep_link(struct qd_collect *c, struct qd_tree_of *t, struct qd_found *f,
                     struct qdiag_error *e)
{
    struct qd_buf target = {0};
    struct qdiag_error why = {0};
    char reason[1200] = "link whose target cannot be read";
    int rc = qd_efs_readlink(&t->fs, f->path, &target, &why);
    if (rc == 0 && qd_buf_terminate(&target) == 0)
        snprintf(reason, sizeof reason, "link to %s", (const char *)target.p);
    qd_buf_free(&target);
    if (rc != 0 && qd_ends_run(rc)) {
        if (e)
            *e = why;
        return rc;
    }
    if (rc != 0)
        return qd_efs_missing(c, t->fs.subsys, f->path, reason, why.wire, e);
    return not_held(c, t, f, reason, e);
}

/* The other tree may have a file of this name already; equal bytes are one file. */
static int in_other_tree(struct qd_collect *c, const struct qd_tree_of *t, const struct qd_place *p,
                         const struct qd_file **other)
{
    *other = t->fs.subsys == c->efs[1] ? qd_backup_file(c->backup, p->section, p->spelled) : NULL;
    return *other != NULL;
}

static int keep_file(struct qd_collect *c, struct qd_tree_of *t, struct qd_found *f,
                     struct qdiag_error *e)
{
    const struct qd_file *other;
    const char *objection = qd_qcn_path_fault(f->path, strlen(f->path));
    if (objection)
        return not_held(c, t, f, objection, e);
    struct qd_place p = qd_section_place(&t->rules, f->path, f->mode);
    if (in_other_tree(c, t, &p, &other)) {
        if (other->len == f->len && (f->len == 0 || memcmp(other->data, f->data, f->len) == 0))
            return 0;
        return not_held(c, t, f, "the other file system has a different file of this name", e);
    }
    struct qd_file file = {.section = p.section,
                           .path = (char *)p.spelled,
                           .mtime = p.keeps_time ? f->mtime : 0,
                           .data = f->data,
                           .len = f->len,
                           .mode = f->mode,
                           .fs = t->fs.subsys};
    int rc = qd_backup_add_file(c->backup, &file, e);
    if (rc == 0)
        f->data = NULL; /* now the backup's */
    return rc;
}

/* Whether the backup has the NV item that a path is another door to: /nvm/num/<id> or
 * /nvm/context<sub>/<id>. */
static int is_read_alias(const struct qd_backup *b, const char *path)
{
    unsigned sub = 0, id = 0;
    int end = 0;
    if (sscanf(path, "/nvm/num/%5u%n", &id, &end) != 1 &&
        sscanf(path, "/nvm/context%1u/%5u%n", &sub, &id, &end) != 2)
        return 0;
    return path[end] == '\0' && id <= UINT16_MAX && qd_backup_nv(b, sub, (uint16_t)id, 0) != NULL;
}

/* Never a file of the container: a tool that restores it would write an item past every guard. */
static int keep_below_nvm(struct qd_collect *c, struct qd_tree_of *t, struct qd_found *f,
                          struct qdiag_error *e)
{
    if (is_read_alias(c->backup, f->path))
        return not_held(c, t, f, "alias of an NV item, which is read as such", e);
    int rc = qd_found_read(c, t, f, e);
    if (rc != 0 || !f->read)
        return rc;
    return not_held(c, t, f, "alias of an NV item that was not found by its number", e);
}

static int keep_folder(struct qd_collect *c, struct qd_tree_of *t, struct qd_found *f,
                       struct qdiag_error *e)
{
    if (f->has_children || qd_names_has(&t->unlisted, f->path))
        return 0;
    return not_held(c, t, f, "empty folder", e);
}

static int is_file(const struct qd_found *f)
{
    uint32_t kind = f->mode & QD_EFS_IFMT;
    return !f->is_dir && (kind == 0 || kind == QD_EFS_IFREG || kind == QD_EFS_IFITM);
}

static int keep_entry(struct qd_collect *c, struct qd_tree_of *t, struct qd_found *f,
                      struct qdiag_error *e)
{
    if (f->is_dir)
        return keep_folder(c, t, f, e);
    if (qd_found_is_link(f))
        return keep_link(c, t, f, e);
    if (strncmp(f->path, "/nvm/", 5) == 0)
        return keep_below_nvm(c, t, f, e);
    if (!is_file(f))
        return not_held(c, t, f, "neither a file nor an item file", e);
    int rc = qd_found_read(c, t, f, e);
    return rc == 0 && f->read ? keep_file(c, t, f, e) : rc;
}

static int keep_tree(struct qd_collect *c, struct qd_tree_of *t, struct qdiag_error *e)
{
    for (size_t i = 0; i < t->n; i++) {
        qd_progress(c->ctx, "efs-files", i, t->n, t->v[i].path);
        int rc = keep_entry(c, t, &t->v[i], e);
        if (rc != 0)
            return rc;
    }
    qd_progress(c->ctx, "efs-files", t->n, t->n, "");
    return 0;
}

static int find_tree(struct qd_collect *c, struct qd_tree_of *t, struct qdiag_error *e)
{
    int rc = qd_find_walk(c, t, e);
    if (rc == 0)
        rc = qd_find_rules(c, t, e);
    if (rc == 0)
        rc = qd_find_probe(c, t, e);
    return rc;
}

static int same_listing(const struct qd_tree_of *a, const struct qd_tree_of *b)
{
    if (a->n != b->n)
        return 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct qd_found *x = &a->v[i], *y = &b->v[i];
        if (strcmp(x->path, y->path) != 0 || x->mode != y->mode || x->size != y->size ||
            x->mtime != y->mtime)
            return 0;
    }
    return 1;
}

static int same_bytes(struct qd_collect *c, struct qd_tree_of *t, size_t i, int *same,
                      struct qdiag_error *e)
{
    int rc = 0;
    for (int k = 0; rc == 0 && k < 2; k++)
        rc = qd_found_read(c, &t[k], &t[k].v[i], e);
    const struct qd_found *a = &t[0].v[i], *b = &t[1].v[i];
    if (rc == 0 && a->read != b->read)
        *same = 0; /* what one of them gives is not thrown away */
    else if (rc == 0 && a->read)
        *same = a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
    return rc;
}

/* Whether both subsystems show one and the same tree: equal listings and equal bytes in every file.
 * Anything less could drop a file that differs and has the same size and time. */
static int same_tree(struct qd_collect *c, struct qd_tree_of *t, int *same, struct qdiag_error *e)
{
    *same = same_listing(&t[0], &t[1]);
    int rc = 0;
    for (size_t i = 0; rc == 0 && *same && i < t[0].n; i++) {
        const struct qd_found *f = &t[0].v[i];
        qd_progress(c->ctx, "efs-compare", i, t[0].n, f->path);
        if (is_file(f))
            rc = same_bytes(c, t, i, same, e);
    }
    return rc;
}

/* Opens one subsystem. A plain "no such command" is an answer; anything else leaves a doubt that is
 * reported, because calibration may live there. */
static int open_tree(struct qd_collect *c, struct qd_tree_of *t, uint8_t subsys, int *there,
                     struct qdiag_error *e)
{
    struct qdiag_error why = {0};
    char reason[512];
    int rc = qd_efs_open(&t->fs, c->diag, subsys, &why);
    *there = rc == 0;
    if (rc == 0 || rc == -QDIAG_E_UNSUPPORTED)
        return 0;
    if (qd_ends_run(rc)) {
        if (e)
            *e = why;
        return rc;
    }
    snprintf(reason, sizeof reason, "EFS subsystem 0x%02X: %s: %s", subsys, why.what, why.why);
    return qd_efs_missing(c, subsys, "/", reason, why.wire, e);
}

static int no_efs(struct qd_collect *c, struct qdiag_error *e)
{
    return qd_efs_missing(c, 0, "/",
                          "the unit offers no EFS: neither subsystem 0x13 nor 0x3E answers", -1, e);
}

/* The tree that holds the RF files goes first; 0x13 when neither or both do. */
static void order_trees(struct qd_tree_of *t)
{
    if (t[1].holds_rf && !t[0].holds_rf) {
        struct qd_tree_of swap = t[0];
        t[0] = t[1];
        t[1] = swap;
    }
}

static int keep_trees(struct qd_collect *c, struct qd_tree_of *t, size_t n, struct qdiag_error *e)
{
    int rc = 0, same = 0;
    if (n == 2) {
        rc = same_tree(c, t, &same, e);
        if (rc == 0 && same)
            n = 1;
        else if (rc == 0)
            rc = qd_collect_warn(c, e,
                                 "EFS subsystems 0x13 and 0x3E show different trees; both were"
                                 " read, the manifest tells which file came from where");
    }
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = keep_tree(c, &t[i], e);
    return rc;
}

int qd_collect_efs(struct qd_collect *c, struct qdiag_error *e)
{
    static const uint8_t subsystems[2] = {QD_EFS_FS, QD_EFS_ALT};
    struct qd_tree_of t[2];
    size_t n = 0;
    int rc = 0;
    memset(t, 0, sizeof t);
    for (size_t i = 0; rc == 0 && i < 2; i++) {
        int there = 0;
        rc = open_tree(c, &t[n], subsystems[i], &there, e);
        if (rc == 0 && there)
            rc = find_tree(c, &t[n++], e);
    }
    if (rc == 0 && n == 2)
        order_trees(t);
    for (size_t i = 0; i < n; i++)
        c->efs[i] = t[i].fs.subsys;
    if (rc == 0)
        rc = n ? keep_trees(c, t, n, e) : no_efs(c, e);
    qd_tree_drop(&t[0]);
    qd_tree_drop(&t[1]);
    return rc;
}
