/* SPDX-License-Identifier: BSD-3-Clause
 *
 * EFS2 operations that take a name: what it is, making, moving and removing it, and whole item
 * files in one request (PUT). */
#include "sim/efs.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"

struct look {
    uint32_t mode, size, mtime;
    int denied;
};

static uint32_t look_at(struct sim_call *c, const char *path, int follow, struct look *l)
{
    struct efs_where w;
    unsigned sub, id;
    uint32_t err = efs_find(c, path, follow, &w);
    if (err == EFS_ENOENT && efs_nv_alias(c, path, &sub, &id) &&
        sim_nv_find(c->m->unit, sub, id, 0)) {
        *l = (struct look){SIM_S_IFITM | 0777, SIM_NV_BYTES, 0, 0};
        return 0;
    }
    if (err == 0)
        *l = (struct look){w.node->mode, (uint32_t)w.node->len, w.node->mtime, (int)w.node->denied};
    return err;
}

void efs_stat(struct sim_call *c)
{
    struct look l = {0, 0, 0, 0};
    const char *path = efs_string(c, 4);
    if (!path)
        return;
    uint32_t err = look_at(c, path, 1, &l);
    uint8_t *p = sim_answer(c, 4, 32);
    qd_put32(p + 4, err);
    qd_put32(p + 8, l.mode);
    qd_put32(p + 12, l.size);
    qd_put32(p + 16, err == 0);
    for (size_t at = 20; at < 32; at += 4)
        qd_put32(p + at, l.mtime);
    sim_note(c, "efs stat %s: errno %u", path, err);
}

/* LSTAT has neither size nor link count. */
void efs_lstat(struct sim_call *c)
{
    struct look l = {0, 0, 0, 0};
    const char *path = efs_string(c, 4);
    if (!path)
        return;
    uint32_t err = look_at(c, path, 0, &l);
    uint8_t *p = sim_answer(c, 4, 24);
    qd_put32(p + 4, err);
    qd_put32(p + 8, l.mode);
    for (size_t at = 12; at < 24; at += 4)
        qd_put32(p + at, l.mtime);
    sim_note(c, "efs lstat %s: errno %u", path, err);
}

void efs_access(struct sim_call *c)
{
    struct look l = {0, 0, 0, 0};
    unsigned bits = c->req[4] & 7u;
    const char *path = efs_string(c, 5);
    if (!path)
        return;
    uint32_t err = look_at(c, path, 1, &l);
    if (err == 0 && ((l.denied && bits) || (l.mode >> 6 & bits) != bits))
        err = EFS_EACCES;
    efs_answer_errno(c, err);
    sim_note(c, "efs access %s: errno %u", path, err);
}

/* Target first, then the name of the link. */
void efs_symlink(struct sim_call *c)
{
    struct efs_where w;
    struct sim_node *n;
    const char *target = efs_string(c, 4);
    const char *path = target ? efs_string(c, 4 + strlen(target) + 1) : NULL;
    if (!path)
        return;
    uint32_t err = efs_find(c, path, 0, &w);
    if (err == 0)
        err = EFS_EEXIST;
    else if (err == EFS_ENOENT && (!*target || strchr(target, '\n') || strstr(path, " -> ")))
        err = EFS_EINVAL;
    else if (err == EFS_ENOENT)
        err = efs_create(c, &w, SIM_LINK, SIM_S_IFLNK | 0777, &n);
    if (err == 0) {
        n->target = qd_strdup(target);
        if (!n->target) {
            sim_tree_remove(c->vol->tree, n);
            err = EFS_ENOMEM;
        }
    }
    efs_answer_errno(c, err);
    sim_note(c, "efs symlink %s -> %s: errno %u", path, target, err);
}

void efs_readlink(struct sim_call *c)
{
    struct efs_where w;
    const char *path = efs_string(c, 4), *target = "";
    if (!path)
        return;
    uint32_t err = efs_find(c, path, 0, &w);
    if (err == 0 && w.node->kind != SIM_LINK)
        err = EFS_EINVAL;
    if (err == 0)
        target = w.node->target;
    size_t n = strlen(target) + 1;
    uint8_t *p = sim_answer(c, 4, 8 + n);
    qd_put32(p + 4, err);
    memcpy(p + 8, target, n);
    sim_note(c, "efs readlink %s: errno %u", path, err);
}

static uint32_t remove_node(struct sim_call *c, struct sim_node *n)
{
    if (sim_tree_remove(c->vol->tree, n) != 0)
        return EFS_ENOMEM;
    efs_changed(c, NULL);
    return 0;
}

void efs_unlink(struct sim_call *c)
{
    struct efs_where w;
    const char *path = efs_string(c, 4);
    if (!path)
        return;
    uint32_t err = efs_find(c, path, 0, &w);
    if (err == 0 && w.node->kind == SIM_DIR)
        err = EFS_EISDIR;
    if (err == 0)
        err = remove_node(c, w.node);
    efs_answer_errno(c, err);
    sim_note(c, "efs unlink %s: errno %u", path, err);
}

void efs_mkdir(struct sim_call *c)
{
    struct efs_where w;
    struct sim_node *n;
    const char *path = efs_string(c, 6);
    if (!path)
        return;
    uint32_t err = efs_find(c, path, 1, &w);
    if (err == EFS_ENOENT)
        err = efs_create(c, &w, SIM_DIR, SIM_S_IFDIR | (qd_get16(c->req + 4) & 07777u), &n);
    else if (err == 0)
        err = sim_quirk(c, "mkdir6") && w.node->kind == SIM_DIR ? EFS_ENXIO : EFS_EEXIST;
    efs_answer_errno(c, err);
    sim_note(c, "efs mkdir %s: errno %u", path, err);
}

void efs_rmdir(struct sim_call *c)
{
    struct efs_where w;
    const char *path = efs_string(c, 4);
    if (!path)
        return;
    uint32_t err = efs_find(c, path, 0, &w);
    if (err == 0 && w.node->kind != SIM_DIR)
        err = EFS_ENOTDIR;
    else if (err == 0 && !w.node->parent)
        err = EFS_EBUSY;
    else if (err == 0 && w.node->kids)
        err = EFS_ENOTEMPTY;
    if (err == 0)
        err = remove_node(c, w.node);
    efs_answer_errno(c, err);
    sim_note(c, "efs rmdir %s: errno %u", path, err);
}

static int is_below(const struct sim_node *n, const struct sim_node *top)
{
    for (; n; n = n->parent)
        if (n == top)
            return 1;
    return 0;
}

/* May `from` take the place of what is at `to`? */
static uint32_t check_target(const struct sim_node *from, const struct sim_node *to)
{
    if (to->kind == SIM_DIR && from->kind != SIM_DIR)
        return EFS_EISDIR;
    if (to->kind != SIM_DIR && from->kind == SIM_DIR)
        return EFS_ENOTDIR;
    return to->kids ? EFS_ENOTEMPTY : 0;
}

static uint32_t rename_paths(struct sim_call *c, const char *old, const char *new)
{
    struct efs_where from, to;
    uint32_t err = efs_find(c, old, 0, &from);
    if (err)
        return err;
    if (!from.node->parent)
        return EFS_EBUSY;
    err = efs_find(c, new, 0, &to);
    if (err && (err != EFS_ENOENT || !to.parent))
        return err;
    if (is_below(to.parent ? to.parent : to.node, from.node))
        return EFS_EINVAL;
    if (strchr(to.name, '\n'))
        return EFS_EINVAL;
    if (err == 0) {
        if (to.node == from.node)
            return 0;
        err = to.node->parent ? check_target(from.node, to.node) : EFS_EBUSY;
        if (err)
            return err;
        qd_copy_text(to.name, sizeof to.name, to.node->name);
        err = remove_node(c, to.node);
        if (err)
            return err;
    }
    if (sim_tree_move(c->vol->tree, from.node, to.parent, to.name) != 0)
        return EFS_ENOMEM;
    efs_changed(c, from.node);
    return 0;
}

void efs_rename(struct sim_call *c)
{
    const char *old = efs_string(c, 4);
    const char *new = old ? efs_string(c, 4 + strlen(old) + 1) : NULL;
    if (!new)
        return;
    uint32_t err = rename_paths(c, old, new);
    efs_answer_errno(c, err);
    sim_note(c, "efs rename %s to %s: errno %u", old, new, err);
}

void efs_chmod(struct sim_call *c)
{
    struct efs_where w;
    const char *path = efs_string(c, 6);
    if (!path)
        return;
    uint32_t err = efs_find(c, path, 1, &w);
    if (err == 0) {
        w.node->mode = (w.node->mode & SIM_S_IFMT) | (qd_get16(c->req + 4) & 07777u);
        efs_changed(c, w.node);
    }
    efs_answer_errno(c, err);
    sim_note(c, "efs chmod %s: errno %u", path, err);
}

/* DELTREE: a file or a directory with all below it; "/" loses its content and stays. */
void efs_deltree(struct sim_call *c)
{
    struct efs_where w;
    const char *path = efs_string(c, 6);
    if (!path)
        return;
    uint32_t err = efs_find(c, path, 0, &w);
    if (err == 0 && w.node->parent)
        err = remove_node(c, w.node);
    else
        while (err == 0 && w.node->kids)
            err = remove_node(c, w.node->kid[w.node->kids - 1]);
    efs_answer_seq(c, err);
    sim_note(c, "efs deltree %s: errno %u", path, err);
}

static void truncate_path(struct sim_call *c, size_t path_at, uint64_t len)
{
    struct efs_where w;
    const char *path = efs_string(c, path_at);
    if (!path)
        return;
    uint32_t err = efs_find(c, path, 1, &w);
    if (err == 0)
        err = w.node->denied ? EFS_EACCES : efs_resize(c, w.node, len);
    efs_answer_seq(c, err);
    sim_note(c, "efs truncate %s: errno %u", path, err);
}

void efs_truncate(struct sim_call *c)
{
    truncate_path(c, 10, qd_get32(c->req + 6));
}

void efs_truncate64(struct sim_call *c)
{
    truncate_path(c, 14, qd_get64(c->req + 6));
}

/* A new item file's mode is 0160777 whatever was asked. */
static uint32_t put_find(struct sim_call *c, const char *path, uint32_t flags, struct efs_where *w)
{
    uint32_t err = efs_find(c, path, 1, w);
    if (err == 0 && w->node->kind == SIM_DIR)
        return EFS_EISDIR;
    if (err == 0 && w->node->denied)
        return EFS_EACCES;
    if (err == 0)
        return (flags & EFS_O_CREAT) && (flags & EFS_O_EXCL) ? EFS_EEXIST : 0;
    if (err != EFS_ENOENT || !(flags & EFS_O_CREAT))
        return err;
    if (!w->parent && (flags & EFS_O_AUTODIR)) {
        err = efs_make_parents(c, path);
        if (err == 0)
            err = efs_find(c, path, 1, w);
        if (err != EFS_ENOENT)
            return err;
    }
    return efs_create(c, w, SIM_ITEM, SIM_S_IFITM | 0777, &w->node);
}

static uint32_t put(struct sim_call *c, const char *path, uint32_t flags, size_t len)
{
    struct efs_where w;
    unsigned sub, id;
    if ((flags & EFS_O_ACCMODE) == EFS_O_RDONLY || (flags & EFS_O_ACCMODE) == EFS_O_ACCMODE)
        return EFS_EINVAL;
    if (efs_find(c, path, 1, &w) == EFS_ENOENT && efs_nv_alias(c, path, &sub, &id) &&
        ((flags & EFS_O_CREAT) || sim_nv_find(c->m->unit, sub, id, 0)))
        return efs_nv_store(c, sub, id, 0, c->req + 14, len);
    uint32_t err = put_find(c, path, flags, &w);
    if (err == 0)
        err = efs_resize(c, w.node, len);
    if (err == 0 && len)
        memcpy(w.node->data, c->req + 14, len);
    return err;
}

/* PUT 38: u32 length, flags, u16 sequence, data, path. */
void efs_put(struct sim_call *c)
{
    uint32_t len = qd_get32(c->req + 4), flags = qd_get32(c->req + 8);
    const char *path = len < c->n ? efs_string(c, 14 + (size_t)len) : NULL;
    if (!path) {
        sim_refuse(c, SIM_BAD_LEN);
        return;
    }
    uint32_t err = put(c, path, flags, len);
    uint8_t *p = sim_answer(c, 4, 10);
    qd_put16(p + 4, qd_get16(c->req + 12));
    qd_put32(p + 6, err);
    sim_note(c, "efs put %s, %u bytes: errno %u", path, len, err);
}
