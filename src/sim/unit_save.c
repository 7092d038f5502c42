/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Brings the folder on disk up to what is in memory: first what has gone, then changed directories
 * and files, then the attributes. Each file is replaced whole or not at all. */
#include "sim/unit_store.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/save.h"

int sim_save_bytes(const char *path, const void *p, size_t n, char *err, size_t cap)
{
    struct qdiag_error e = {0};
    struct qd_save *s = NULL;
    int rc = qd_save_begin(&s, path, &e);
    if (rc == 0 && n)
        rc = qd_save_write(s, p, n, &e);
    if (rc == 0)
        rc = qd_save_commit(&s, NULL, NULL, &e);
    qd_save_abort(&s);
    return rc == 0 ? 0 : sim_err(err, cap, "%s: %s", path, e.why);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

/* Removes whatever the host has at the path; nothing there is fine. */
static int remove_host(const char *path, char *err, size_t cap)
{
    struct stat st;
    if (lstat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        return sim_err(err, cap, "%s: cannot remove: %s", path, strerror(errno));
    return 0;
}

/* Does the host file at `path` suit the node that now has this name? */
static int suits(const struct sim_node *n, const char *path)
{
    struct stat st;
    if (!n || lstat(path, &st) != 0)
        return 0;
    if (n->kind == SIM_DIR)
        return S_ISDIR(st.st_mode);
    return n->kind != SIM_LINK && S_ISREG(st.st_mode);
}

static int remove_gone(struct sim_unit *u, struct sim_tree *t, char *err, size_t cap)
{
    while (t->n_gone) {
        char *gone = t->gone[t->n_gone - 1];
        char *path = sim_unit_path(u, "/", t->folder);
        char *full = path ? sim_unit_path(u, path + strlen(u->dir), gone) : NULL;
        int rc = 0;
        if (!full)
            rc = sim_err(err, cap, "%s%s: out of memory", t->folder, gone);
        else if (!suits(sim_tree_at(t, gone), full))
            rc = remove_host(full, err, cap);
        free(full);
        free(path);
        if (rc != 0)
            return rc;
        free(gone);
        t->n_gone--;
    }
    return 0;
}

static int save_node(struct sim_node *n, const char *path, char *err, size_t cap)
{
    struct stat st;
    if (n->kind == SIM_LINK)
        return 0;
    if (n->kind != SIM_DIR)
        return n->dirty ? sim_save_bytes(path, n->data, n->len, err, cap) : 0;
    if (mkdir(path, 0777) == 0)
        return 0;
    if (errno == EEXIST && lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return 0;
    return sim_err(err, cap, "%s: %s", path, strerror(errno));
}

static int has_dirty(const struct sim_node *n)
{
    if (n->dirty)
        return 1;
    for (size_t i = 0; i < n->kids; i++)
        if (has_dirty(n->kid[i]))
            return 1;
    return 0;
}

static int save_below(struct sim_node *n, const char *path, char *err, size_t cap)
{
    char full[SIM_PATH_MAX];
    if (!has_dirty(n))
        return 0;
    int rc = save_node(n, path, err, cap);
    for (size_t i = 0; rc == 0 && i < n->kids; i++) {
        if ((size_t)snprintf(full, sizeof full, "%s/%s", path, n->kid[i]->name) >= sizeof full)
            rc = sim_err(err, cap, "%s/%s: the path is too long", path, n->kid[i]->name);
        else
            rc = save_below(n->kid[i], full, err, cap);
    }
    if (rc == 0)
        n->dirty = 0;
    return rc;
}

int sim_tree_commit(struct sim_unit *u, struct sim_tree *t, char *err, size_t cap)
{
    if (!t->dirty)
        return 0;
    char *path = sim_unit_path(u, "/", t->folder);
    if (!path)
        return sim_err(err, cap, "%s/%s: out of memory", u->dir, t->folder);
    int rc = remove_gone(u, t, err, cap);
    if (rc == 0)
        rc = save_below(t->root, path, err, cap);
    if (rc == 0)
        rc = sim_attr_save(u, t, err, cap);
    if (rc == 0)
        t->dirty = 0;
    free(path);
    return rc;
}
