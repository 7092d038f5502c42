/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads efs/ and efs-alt/ into memory. Follows no host symlink: nothing outside the unit folder can
 * become part of the unit. */
#include "sim/unit_store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/text.h"

#define DEEPEST 128 /* directories in directories; a unit has a handful */

static int load_dir(struct sim_node *dir, const char *path, int depth, char *err, size_t cap);

static int load_bytes(struct sim_node *n, const char *path, char *err, size_t cap)
{
    struct qdiag_error e = {0};
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (qd_read_file(path, SIM_FILE_MAX, &bytes, &len, &e) != 0)
        return sim_err(err, cap, "%s: %s", path, e.why);
    n->data = bytes;
    n->len = n->cap = len;
    return 0;
}

static int load_link(struct sim_node *n, const char *path, char *err, size_t cap)
{
    char target[SIM_PATH_MAX];
    ssize_t len = readlink(path, target, sizeof target - 1);
    if (len < 0)
        return sim_err(err, cap, "%s: %s", path, strerror(errno));
    target[len] = '\0';
    n->target = qd_strdup(target);
    return n->target ? 0 : sim_err(err, cap, "%s: out of memory", path);
}

static struct sim_node *node_for(const char *name, const struct stat *st)
{
    if (S_ISDIR(st->st_mode))
        return sim_node_new(name, SIM_DIR, SIM_S_IFDIR | 0755, 0);
    if (S_ISLNK(st->st_mode))
        return sim_node_new(name, SIM_LINK, SIM_S_IFLNK | 0777, 0);
    return sim_node_new(name, SIM_FILE, SIM_S_IFREG | 0644, 0);
}

static int load_entry(struct sim_node *dir, const char *name, const char *path, int depth,
                      char *err, size_t cap)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return sim_err(err, cap, "%s: %s", path, strerror(errno));
    if (!S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode) && !S_ISREG(st.st_mode))
        return sim_err(err, cap, "%s: neither a file, a directory nor a link", path);
    struct sim_node *n = node_for(name, &st);
    if (!n || sim_node_add(dir, n) != 0) {
        sim_node_free(n);
        return sim_err(err, cap, "%s: out of memory", path);
    }
    if (n->kind == SIM_DIR)
        return load_dir(n, path, depth + 1, err, cap);
    return n->kind == SIM_LINK ? load_link(n, path, err, cap) : load_bytes(n, path, err, cap);
}

static int load_dir(struct sim_node *dir, const char *path, int depth, char *err, size_t cap)
{
    if (depth > DEEPEST)
        return sim_err(err, cap, "%s: more than %d directories deep", path, DEEPEST);
    DIR *d = opendir(path);
    if (!d)
        return sim_err(err, cap, "%s: %s", path, strerror(errno));
    int rc = 0;
    for (struct dirent *de; rc == 0 && (de = readdir(d));) {
        const char *name = de->d_name;
        char full[SIM_PATH_MAX];
        /* ".qdiag-xxxxxxxx" is what a killed save leaves behind */
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strncmp(name, ".qdiag-", 7) == 0)
            continue;
        if ((size_t)snprintf(full, sizeof full, "%s/%s", path, name) >= sizeof full)
            rc = sim_err(err, cap, "%s/%s: the path is too long", path, name);
        else
            rc = load_entry(dir, name, full, depth, err, cap);
    }
    closedir(d);
    return rc;
}

int sim_tree_load(struct sim_unit *u, struct sim_tree *t, char *err, size_t cap)
{
    char *path = sim_unit_path(u, "/", t->folder);
    struct stat st;
    int rc = 0;
    t->root = sim_node_new("", SIM_DIR, SIM_S_IFDIR | 0755, 0);
    if (!path || !t->root)
        rc = sim_err(err, cap, "%s/%s: out of memory", u->dir, t->folder);
    else if (stat(path, &st) == 0)
        t->present = 1;
    if (rc == 0 && t->present)
        rc = load_dir(t->root, path, 0, err, cap);
    if (rc == 0)
        rc = sim_attr_load(u, t, err, cap);
    if (rc == 0 && t->root->kids)
        t->present = 1; /* links and empty directories need no folder */
    free(path);
    return rc;
}
