/* SPDX-License-Identifier: BSD-3-Clause
 *
 * EFS2 directory handles. A handle shows the directory as it was at OPENDIR, in name order, without
 * hidden entries; the end is a record with an empty name. */
#include "sim/efs.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/text.h"

/* entry_type of READDIR (facts: diag-protocol 7.5). */
static uint32_t entry_type(const struct sim_node *n)
{
    static const uint32_t types[] = {0, 15, 1, 2}; /* file, item, dir, link */
    return types[n->kind];
}

static int add_entry(struct sim_dir *d, const struct sim_node *n)
{
    struct sim_dirent *e = &d->v[d->n];
    e->name = qd_strdup(n->name);
    if (!e->name)
        return -1;
    e->type = entry_type(n);
    e->mode = n->mode;
    e->size = (uint32_t)n->len;
    e->mtime = n->mtime;
    d->n++;
    return 0;
}

static void close_one(struct sim_dir *d)
{
    for (size_t i = 0; i < d->n; i++)
        free(d->v[i].name);
    free(d->v);
    memset(d, 0, sizeof *d);
}

static uint32_t fill(struct sim_dir *d, const struct sim_node *n)
{
    d->v = qd_alloc(n->kids + 1, sizeof *d->v);
    int rc = d->v ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < n->kids; i++)
        if (!n->kid[i]->hidden)
            rc = add_entry(d, n->kid[i]);
    d->used = rc == 0;
    if (rc != 0)
        close_one(d);
    return rc == 0 ? 0 : EFS_ENOMEM;
}

static struct sim_dir *free_handle(struct sim_call *c)
{
    unsigned limit = sim_conf_number(c->m->unit, "max_dirs", 4);
    for (unsigned i = 0; i < limit; i++)
        if (!c->vol->dir[i].used)
            return &c->vol->dir[i];
    return NULL;
}

static uint32_t open_dir(struct sim_call *c, const char *path, struct sim_dir **out)
{
    struct efs_where w;
    uint32_t err = efs_find(c, path, 1, &w);
    if (err)
        return err;
    if (w.node->kind != SIM_DIR)
        return EFS_ENOTDIR;
    *out = w.node->denied ? NULL : free_handle(c);
    return *out ? fill(*out, w.node) : EFS_EACCES;
}

void efs_opendir(struct sim_call *c)
{
    struct sim_dir *d = NULL;
    const char *path = efs_string(c, 4);
    if (!path)
        return;
    uint32_t err = open_dir(c, path, &d);
    uint32_t dirp = err ? 0 : (uint32_t)(d - c->vol->dir) + 1;
    uint8_t *p = sim_answer(c, 4, 12);
    qd_put32(p + 4, dirp);
    qd_put32(p + 8, err);
    sim_note(c, "efs opendir %s: dirp %u errno %u", path, dirp, err);
}

static struct sim_dir *handle(struct sim_call *c)
{
    uint32_t dirp = qd_get32(c->req + 4);
    if (dirp == 0 || dirp > SIM_HANDLES || !c->vol->dir[dirp - 1].used)
        return NULL;
    return &c->vol->dir[dirp - 1];
}

static void put_entry(uint8_t *p, const struct sim_dirent *e)
{
    qd_put32(p + 16, e->type);
    qd_put32(p + 20, e->mode);
    qd_put32(p + 24, e->size);
    qd_put32(p + 28, e->mtime);
    qd_put32(p + 32, e->mtime);
    qd_put32(p + 36, e->mtime);
    memcpy(p + 40, e->name, strlen(e->name) + 1);
}

void efs_readdir(struct sim_call *c)
{
    struct sim_dir *d = handle(c);
    uint32_t seq = qd_get32(c->req + 8);
    uint32_t err = !d ? EFS_DIR_NOT_OPEN : seq == 0 || seq > INT32_MAX ? EFS_INVALID_SEQ_NO : 0;
    const struct sim_dirent *e = err == 0 && seq <= d->n ? &d->v[seq - 1] : NULL;
    size_t total = e ? 40 + strlen(e->name) + 1 : sim_conf_number(c->m->unit, "readdir_end", 41);
    uint8_t *p = sim_answer(c, 12, total);
    qd_put32(p + 12, err);
    if (e)
        put_entry(p, e);
    sim_note(c, "efs readdir %u seq %u: %s errno %u", qd_get32(c->req + 4), seq,
             e ? e->name : "end", err);
}

void efs_closedir(struct sim_call *c)
{
    struct sim_dir *d = handle(c);
    if (d)
        close_one(d);
    efs_answer_errno(c, d ? 0 : EFS_DIR_NOT_OPEN);
    sim_note(c, "efs closedir %u: %s", qd_get32(c->req + 4), d ? "done" : "not open");
}
