/* SPDX-License-Identifier: BSD-3-Clause
 *
 * EFS2 file handles: OPEN, CLOSE, READ, WRITE and their kin. READ and WRITE carry their own offset;
 * WRITE has no length field, so whatever follows the offset is data. */
#include "sim/efs.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

#define READ_MAX     1024
#define NV_FILE_MODE (SIM_S_IFITM | 0777u)

static struct sim_file *handle(struct sim_call *c, size_t at)
{
    uint32_t fd = qd_get32(c->req + at);
    return fd < SIM_HANDLES && c->vol->file[fd].used ? &c->vol->file[fd] : NULL;
}

static struct sim_file *free_handle(struct sim_call *c)
{
    unsigned limit = sim_conf_number(c->m->unit, "max_open", 8);
    for (unsigned i = 0; i < limit; i++)
        if (!c->vol->file[i].used)
            return &c->vol->file[i];
    return NULL;
}

static int may_write(uint32_t flags)
{
    uint32_t access = flags & EFS_O_ACCMODE;
    return access == EFS_O_WRONLY || access == EFS_O_RDWR;
}

uint32_t efs_resize(struct sim_call *c, struct sim_node *n, uint64_t len)
{
    if (n->kind == SIM_DIR)
        return EFS_EISDIR;
    if (len > SIM_FILE_MAX)
        return EFS_EFBIG;
    if (sim_node_resize(n, (size_t)len) != 0)
        return EFS_ENOMEM;
    n->mtime = efs_now(c);
    efs_changed(c, n);
    return 0;
}

/* The file of a look-up that went well, opened with `flags`. */
static uint32_t open_existing(struct sim_call *c, struct sim_node *n, uint32_t flags)
{
    if (n->kind == SIM_DIR)
        return EFS_EISDIR;
    if ((flags & EFS_O_CREAT) && (flags & EFS_O_EXCL))
        return EFS_EEXIST;
    if (n->denied)
        return EFS_EACCES;
    if ((flags & EFS_O_TRUNC) && !may_write(flags))
        return EFS_EINVAL;
    return flags & EFS_O_TRUNC ? efs_resize(c, n, 0) : 0;
}

static uint32_t open_new(struct sim_call *c, const char *path, uint32_t flags, struct efs_where *w)
{
    uint32_t mode = qd_get32(c->req + 8) & 07777;
    int item = (flags & EFS_O_ITEMFILE) != 0;
    uint32_t err = 0;
    if (!(flags & EFS_O_CREAT))
        return EFS_ENOENT;
    if (!w->parent && (flags & EFS_O_AUTODIR)) {
        err = efs_make_parents(c, path);
        if (err == 0)
            err = efs_find(c, path, 1, w);
        if (err != EFS_ENOENT)
            return err;
    }
    return efs_create(c, w, item ? SIM_ITEM : SIM_FILE, mode | (item ? SIM_S_IFITM : SIM_S_IFREG),
                      &w->node);
}

/* An alias of an NV item has no node; O_CREAT may name one that is not there yet. */
static uint32_t open_alias(struct sim_call *c, const char *path, uint32_t flags, struct sim_file *f)
{
    unsigned sub, id;
    if (!efs_nv_alias(c, path, &sub, &id))
        return EFS_ENOENT;
    int there = sim_nv_find(c->m->unit, sub, id, 0) != NULL;
    if (!there && !(flags & EFS_O_CREAT))
        return EFS_ENOENT;
    if (there && (flags & EFS_O_CREAT) && (flags & EFS_O_EXCL))
        return EFS_EEXIST;
    f->is_nv = 1;
    f->nv_sub = sub;
    f->nv_id = id;
    return 0;
}

/* Files a real unit rewrites all the time: not the same at the next OPEN. */
static void stir(const struct sim_call *c, struct sim_node *n)
{
    static const char *const names[] = {"rgs_data", "rpm_sys_time", "mru001"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (n->len && strcmp(n->name, names[i]) == 0 && sim_quirk(c, "restless"))
            n->data[0]++;
}

static uint32_t open_path(struct sim_call *c, const char *path, uint32_t flags, struct sim_file *f)
{
    struct efs_where w;
    if ((flags & EFS_O_ACCMODE) == EFS_O_ACCMODE)
        return EFS_EINVAL;
    uint32_t err = efs_find(c, path, 1, &w);
    if (err == 0)
        err = open_existing(c, w.node, flags);
    else if (err == EFS_ENOENT && open_alias(c, path, flags, f) == 0)
        return 0;
    else if (err == EFS_ENOENT)
        err = open_new(c, path, flags, &w);
    if (err == 0) {
        f->node = w.node;
        f->node->refs++;
        stir(c, f->node);
    }
    return err;
}

void efs_open(struct sim_call *c)
{
    uint32_t flags = qd_get32(c->req + 4), both = EFS_O_ITEMFILE | EFS_O_AUTODIR;
    const char *path = efs_string(c, 12);
    c->r->is_write = (flags & (EFS_O_CREAT | EFS_O_TRUNC)) != 0;
    if (c->r->is_write || may_write(flags))
        c->r->cls = SIM_CLASS_EFS_WRITE;
    if (!path)
        return;
    if ((flags & both) == both && sim_quirk(c, "open_autodir_crash")) {
        c->r->after = SIM_AFTER_CRASH;
        sim_note(c, "efs open %s: ITEMFILE and AUTODIR crash this unit", path);
        return;
    }
    struct sim_file *f = free_handle(c), opened = {.used = 1, .flags = flags};
    uint32_t err = f ? open_path(c, path, flags, &opened) : EFS_TOO_MANY_OPEN_FILES;
    uint8_t *p = sim_answer(c, 4, 12);
    int fd = err ? -1 : (int)(f - c->vol->file);
    if (err == 0)
        *f = opened;
    qd_put32(p + 4, (uint32_t)fd);
    qd_put32(p + 8, err);
    sim_note(c, "efs open %s flags %x: fd %d errno %u", path, flags, fd, err);
}

/* Closing a file that was written makes everything so far durable. */
void efs_close(struct sim_call *c)
{
    struct sim_file *f = handle(c, 4);
    uint32_t err = f ? 0 : EFS_EBADF;
    if (f) {
        int wrote = f->wrote || (f->node && f->node->dirty && may_write(f->flags));
        if (f->node)
            sim_node_release(f->node);
        memset(f, 0, sizeof *f);
        if (wrote && sim_unit_commit(c->m->unit, NULL, 0) != 0)
            err = EFS_EIO;
    }
    efs_answer_errno(c, err);
    sim_note(c, "efs close %d: errno %u", qd_geti32(c->req + 4), err);
}

/* The bytes behind a handle. */
static uint32_t content(struct sim_call *c, struct sim_file *f, const uint8_t **p, size_t *n)
{
    *n = 0;
    if (!f->is_nv) {
        *p = f->node->data;
        *n = f->node->len;
        return 0;
    }
    struct sim_nv *nv = sim_nv_find(c->m->unit, f->nv_sub, f->nv_id, 0);
    if (nv) {
        *p = nv->data;
        *n = SIM_NV_BYTES;
    }
    return 0;
}

void efs_read(struct sim_call *c)
{
    struct sim_file *f = handle(c, 4);
    int32_t want = qd_geti32(c->req + 8);
    uint32_t at = qd_get32(c->req + 12), err = 0;
    const uint8_t *bytes = NULL;
    size_t n = 0, got = 0;
    if (!f || (f->flags & EFS_O_ACCMODE) == EFS_O_WRONLY)
        err = EFS_EBADF;
    else if (want < 0)
        err = EFS_EINVAL;
    else
        err = content(c, f, &bytes, &n);
    if (err == 0 && at < n) {
        got = (size_t)(want < READ_MAX ? want : READ_MAX);
        got = got < n - at ? got : n - at;
    }
    uint8_t *p = sim_answer(c, 8, 20 + got);
    qd_put32(p + 8, at);
    qd_put32(p + 12, err ? UINT32_MAX : (uint32_t)got);
    qd_put32(p + 16, err);
    if (got)
        memcpy(p + 20, bytes + at, got);
    sim_note(c, "efs read fd %d at %u: %zu bytes errno %u", qd_geti32(c->req + 4), at, got, err);
}

uint32_t efs_nv_store(struct sim_call *c, unsigned sub, unsigned id, uint32_t at, const uint8_t *p,
                      size_t n)
{
    uint8_t data[SIM_NV_BYTES] = {0};
    struct sim_nv *nv = sim_nv_find(c->m->unit, sub, id, 0);
    if (at > SIM_NV_BYTES || n > SIM_NV_BYTES - at)
        return EFS_EFBIG;
    if (nv)
        memcpy(data, nv->data, sizeof data);
    memcpy(data + at, p, n);
    return sim_nv_put(c->m, sub, id, data) == 0 ? 0 : EFS_EACCES;
}

static uint32_t write_node(struct sim_call *c, struct sim_file *f, uint32_t *at, const uint8_t *p,
                           size_t n)
{
    struct sim_node *node = f->node;
    if (f->flags & EFS_O_APPEND)
        *at = (uint32_t)node->len;
    uint64_t end = (uint64_t)*at + n;
    if (n == 0)
        return 0;
    uint32_t err = efs_resize(c, node, end > node->len ? end : node->len);
    if (err == 0)
        memcpy(node->data + *at, p, n);
    return err;
}

void efs_write(struct sim_call *c)
{
    struct sim_file *f = handle(c, 4);
    const uint8_t *data = c->req + 12;
    size_t n = c->n - 12;
    uint32_t at = qd_get32(c->req + 8), err;
    if (!f || !may_write(f->flags))
        err = EFS_EBADF;
    else if (f->is_nv)
        err = efs_nv_store(c, f->nv_sub, f->nv_id, at, data, n);
    else
        err = write_node(c, f, &at, data, n);
    if (err == 0)
        f->wrote = 1;
    uint8_t *p = sim_answer(c, 12, 20);
    qd_put32(p + 12, err ? UINT32_MAX : (uint32_t)n);
    qd_put32(p + 16, err);
    sim_note(c, "efs write fd %d at %u: %zu bytes errno %u", qd_geti32(c->req + 4), at, n, err);
}

void efs_fstat(struct sim_call *c)
{
    struct sim_file *f = handle(c, 4);
    uint8_t *p = sim_answer(c, 4, 32);
    if (!f) {
        qd_put32(p + 4, EFS_EBADF);
        return;
    }
    uint32_t mtime = f->is_nv ? 0 : f->node->mtime;
    qd_put32(p + 8, f->is_nv ? NV_FILE_MODE : f->node->mode);
    qd_put32(p + 12, f->is_nv ? SIM_NV_BYTES : (uint32_t)f->node->len);
    qd_put32(p + 16, 1);
    qd_put32(p + 20, mtime);
    qd_put32(p + 24, mtime);
    qd_put32(p + 28, mtime);
}

static void truncate_handle(struct sim_call *c, size_t fd_at, uint64_t len)
{
    struct sim_file *f = handle(c, fd_at);
    uint32_t err = EFS_EBADF;
    if (f && may_write(f->flags) && f->is_nv)
        err = EFS_EINVAL;
    else if (f && may_write(f->flags))
        err = efs_resize(c, f->node, len);
    if (err == 0)
        f->wrote = 1;
    efs_answer_seq(c, err);
    sim_note(c, "efs ftruncate: errno %u", err);
}

void efs_ftruncate(struct sim_call *c)
{
    truncate_handle(c, 10, qd_get32(c->req + 6));
}

void efs_ftruncate64(struct sim_call *c)
{
    truncate_handle(c, 14, qd_get64(c->req + 6));
}

/* whence @6 (0 start, 1 here, 2 end), offset @10, fd @18. */
void efs_lseek64(struct sim_call *c)
{
    struct sim_file *f = handle(c, 18);
    uint32_t whence = qd_get32(c->req + 6), err = EFS_EBADF;
    uint64_t base = 0, at = 0;
    if (f) {
        uint64_t len = f->is_nv ? SIM_NV_BYTES : f->node->len;
        base = whence == 1 ? f->pos : whence == 2 ? len : 0;
        at = base + qd_get64(c->req + 10);
        err = whence > 2 || at > INT64_MAX ? EFS_EINVAL : 0;
    }
    if (err == 0)
        f->pos = at;
    uint8_t *p = sim_answer(c, 6, 18);
    qd_put32(p + 6, err);
    qd_put64(p + 10, err ? 0 : at);
}
