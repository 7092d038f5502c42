/* SPDX-License-Identifier: BSD-3-Clause
 *
 * From a path to a node: `.`, `..`, `//` and links are resolved by the unit, as a unit does; the NV
 * aliases under /nvm; and the making of new entries. */
#include "sim/efs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINKS 8

/* Seconds since 1970 of 1980-01-06: a unit that never heard a network counts from there. */
#define GPS_EPOCH 315964800u

struct walk {
    struct sim_node *root;
    int depth;
};

static uint32_t walk(struct walk k, struct sim_node *cur, const char *path, int follow,
                     struct efs_where *w);

static int is_last(const char *rest)
{
    return rest[strspn(rest, "/")] == '\0';
}

/* One component that is neither empty nor dots. *cur moves on; ENOENT fills in where it would be.
 */
static uint32_t step(struct walk k, struct sim_node **cur, const char *part, size_t len, int follow,
                     struct efs_where *w)
{
    int last = is_last(part + len);
    struct sim_node *dir = *cur, *kid = sim_node_child(dir, part, len);
    if (!kid) {
        w->parent = last ? dir : NULL;
        memcpy(w->name, part, len);
        w->name[len] = '\0';
        return EFS_ENOENT;
    }
    if (kid->kind == SIM_LINK && (follow || !last)) {
        if (k.depth >= MAX_LINKS)
            return EFS_ELOOP;
        struct walk deeper = {k.root, k.depth + 1};
        uint32_t err = walk(deeper, dir, kid->target, 1, w);
        if (err) {
            w->parent = last ? w->parent : NULL;
            return err;
        }
        kid = w->node;
    }
    *cur = kid;
    return 0;
}

static uint32_t walk(struct walk k, struct sim_node *cur, const char *path, int follow,
                     struct efs_where *w)
{
    size_t total = strlen(path);
    int wants_dir = total && path[total - 1] == '/';
    w->node = w->parent = NULL;
    if (*path == '/')
        cur = k.root;
    while (*(path += strspn(path, "/"))) {
        size_t len = strcspn(path, "/");
        uint32_t err = 0;
        if (cur->kind != SIM_DIR)
            return EFS_ENOTDIR;
        if (len > SIM_NAME_MAX)
            return EFS_ENAMETOOLONG;
        if (len == 2 && path[0] == '.' && path[1] == '.')
            cur = cur->parent ? cur->parent : cur;
        else if (len != 1 || path[0] != '.')
            err = step(k, &cur, path, len, follow, w);
        if (err)
            return err;
        path += len;
    }
    if (wants_dir && cur->kind != SIM_DIR)
        return EFS_ENOTDIR;
    w->node = cur;
    w->parent = cur->parent;
    return 0;
}

uint32_t efs_find(const struct sim_call *c, const char *path, int follow, struct efs_where *w)
{
    struct walk k = {c->vol->tree->root, 0};
    memset(w, 0, sizeof *w);
    if (!*path)
        return EFS_ENOENT;
    if (strlen(path) > sim_conf_number(c->m->unit, "max_path", 1024))
        return EFS_PATH_TOO_LONG;
    return walk(k, k.root, path, follow, w);
}

void efs_changed(struct sim_call *c, struct sim_node *n)
{
    if (n && (n->parent || n == c->vol->tree->root))
        sim_tree_touch(c->vol->tree, n); /* a removed file has no place to be saved in */
    sim_changed(c->m);
}

uint32_t efs_now(const struct sim_call *c)
{
    return GPS_EPOCH + (uint32_t)(c->m->now_us / 1000000);
}

/* A name the attribute files could not hold. */
static int bad_name(const char *name)
{
    return strchr(name, '\n') != NULL;
}

uint32_t efs_create(struct sim_call *c, const struct efs_where *w, enum sim_kind kind,
                    uint32_t mode, struct sim_node **out)
{
    unsigned budget = sim_conf_number(c->m->unit, "enospc_after", 0);
    if (!w->parent)
        return EFS_ENOENT;
    if (bad_name(w->name))
        return EFS_EINVAL;
    if (budget && c->m->unsynced >= budget)
        return EFS_ENOSPC;
    struct sim_node *n = sim_node_new(w->name, kind, mode, efs_now(c));
    if (!n || sim_node_add(w->parent, n) != 0) {
        sim_node_free(n);
        return EFS_ENOMEM;
    }
    efs_changed(c, n);
    *out = n;
    return 0;
}

/* AUTODIR: makes every directory of the path but its last part. */
uint32_t efs_make_parents(struct sim_call *c, const char *path)
{
    char part[SIM_PATH_MAX + 1];
    size_t n = strlen(path);
    if (n > SIM_PATH_MAX || n > sim_conf_number(c->m->unit, "max_path", 1024))
        return EFS_PATH_TOO_LONG;
    for (size_t i = 1; i < n; i++) {
        struct efs_where w;
        struct sim_node *made;
        if (path[i] != '/' || is_last(path + i))
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        uint32_t err = efs_find(c, part, 1, &w);
        if (err == EFS_ENOENT)
            err = efs_create(c, &w, SIM_DIR, SIM_S_IFDIR | 0755, &made);
        if (err)
            return err;
    }
    return 0;
}

/* Lexical: "." and empty parts go, ".." takes one back. */
static void normalise(const char *path, char *out, size_t cap)
{
    size_t at = 0;
    while (*(path += strspn(path, "/"))) {
        size_t len = strcspn(path, "/");
        if (len == 2 && path[0] == '.' && path[1] == '.') {
            while (at && out[--at] != '/')
                ;
        } else if ((len != 1 || path[0] != '.') && at + len + 2 < cap) {
            out[at++] = '/';
            memcpy(out + at, path, len);
            at += len;
        }
        path += len;
    }
    out[at] = '\0';
}

int efs_nv_alias(const struct sim_call *c, const char *path, unsigned *sub, unsigned *id)
{
    char clean[SIM_PATH_MAX];
    const char *digits;
    if (sim_quirk(c, "no_nvm"))
        return 0;
    normalise(path, clean, sizeof clean);
    *sub = 0;
    if (strncmp(clean, "/nvm/num/", 9) == 0) {
        digits = clean + 9;
    } else if (strncmp(clean, "/nvm/context", 12) == 0 && clean[12] >= '0' && clean[12] <= '2' &&
               clean[13] == '/') {
        *sub = (unsigned)(clean[12] - '0');
        digits = clean + 14;
    } else {
        return 0;
    }
    size_t n = strlen(digits);
    if (n == 0 || n > 5 || strspn(digits, "0123456789") != n || (n > 1 && digits[0] == '0'))
        return 0;
    *id = (unsigned)strtoul(digits, NULL, 10);
    return *id <= 65535 && *sub < c->m->unit->subs;
}
