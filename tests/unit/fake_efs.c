/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The modem of fake_efs.h: answers by the reply layouts of EFS2 written down a second time, so that
 * a mistake in the service's codecs does not cancel out. It must never be helpful. */
#include "fake_efs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

static void need(int ok)
{
    if (!ok)
        abort();
}

struct fake_node *fake_efs_add(struct fake_efs *f, const char *path, uint32_t mode,
                               const void *data, size_t len)
{
    if (f->n == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 64;
        f->v = realloc(f->v, f->cap * sizeof *f->v);
        need(f->v != NULL);
    }
    struct fake_node *node = &f->v[f->n++];
    memset(node, 0, sizeof *node);
    node->path = strdup(path);
    node->data = malloc(len + 1);
    need(node->path && node->data);
    if (len)
        memcpy(node->data, data, len);
    node->data[len] = 0;
    node->len = len;
    node->mode = mode;
    switch (mode & QD_EFS_IFMT) {
    case QD_EFS_IFDIR:
        node->type = 1;
        break;
    case QD_EFS_IFLNK:
        node->type = 2;
        break;
    case QD_EFS_IFITM:
        node->type = 15;
        break;
    default:
        node->type = 0;
    }
    return node;
}

static struct fake_node *find(struct fake_efs *f, const char *path)
{
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->v[i].path, path) == 0)
            return &f->v[i];
    return NULL;
}

static const char *child_name(const char *dir, const char *path)
{
    size_t n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);
    if (strncmp(path, dir, n) != 0 || path[n] != '/' || !path[n + 1] || strchr(path + n + 1, '/'))
        return NULL;
    return path + n + 1;
}

static unsigned count_used(const struct fake_open *v)
{
    unsigned n = 0;
    for (int i = 0; i < FAKE_HANDLES; i++)
        n += v[i].used != 0;
    return n;
}

unsigned fake_efs_open_dirs(const struct fake_efs *f)
{
    return count_used(f->dirs);
}

unsigned fake_efs_open_files(const struct fake_efs *f)
{
    return count_used(f->files);
}

static int take_handle(struct fake_open *v, int first, const char *path)
{
    for (int i = first; i < FAKE_HANDLES; i++) {
        if (v[i].used)
            continue;
        v[i].used = 1;
        snprintf(v[i].path, sizeof v[i].path, "%s", path);
        return i;
    }
    abort();
}

static void say(struct qd_buf *wire, const uint8_t *req, const uint32_t *words, size_t n,
                const void *tail, size_t tail_len)
{
    uint8_t p[4 + 4 * 10 + 2048];
    need(n <= 10 && tail_len <= 2048);
    memcpy(p, req, 4);
    for (size_t i = 0; i < n; i++)
        qd_put32(p + 4 + 4 * i, words[i]);
    if (tail_len)
        memcpy(p + 4 + 4 * n, tail, tail_len);
    fake_frame(wire, p, 4 + 4 * n + tail_len);
}

static void say_open(struct fake_efs *f, const uint8_t *req, size_t n, int32_t err,
                     struct qd_buf *wire)
{
    const char *path = (const char *)req + 12;
    struct fake_node *node = find(f, path);
    need(req[n - 1] == 0);
    f->forbidden += qd_get32(req + 4) != 0;
    if (!err && !node)
        err = 2;
    if (!err && node->open_err)
        err = node->open_err;
    if (!err && (node->mode & QD_EFS_IFMT) == QD_EFS_IFDIR)
        err = 21;
    if (!err && fake_efs_open_files(f) >= f->max_files)
        err = 0x40000009;
    uint32_t fd = err ? 0xFFFFFFFF : (uint32_t)take_handle(f->files, 0, path);
    say(wire, req, (uint32_t[]){fd, (uint32_t)err}, 2, NULL, 0);
}

static void say_opendir(struct fake_efs *f, const uint8_t *req, size_t n, int32_t err,
                        struct qd_buf *wire)
{
    const char *path = (const char *)req + 4;
    struct fake_node *node = find(f, path);
    need(req[n - 1] == 0);
    if (!err && !node)
        err = 2;
    if (!err && node->open_err)
        err = node->open_err;
    if (!err && (node->mode & QD_EFS_IFMT) != QD_EFS_IFDIR)
        err = 20;
    if (!err && fake_efs_open_dirs(f) >= f->max_dirs)
        err = 13;
    uint32_t dirp = err ? 0 : (uint32_t)take_handle(f->dirs, 1, path);
    if (fake_efs_open_dirs(f) > f->most_dirs)
        f->most_dirs = fake_efs_open_dirs(f);
    say(wire, req, (uint32_t[]){dirp, (uint32_t)err}, 2, NULL, 0);
}

static void say_close(struct fake_open *v, const uint8_t *req, int32_t err, struct qd_buf *wire)
{
    uint32_t h = qd_get32(req + 4);
    if (!err && (h >= FAKE_HANDLES || !v[h].used))
        err = 9;
    if (!err)
        v[h].used = 0;
    say(wire, req, (uint32_t[]){(uint32_t)err}, 1, NULL, 0);
}

static void say_read(struct fake_efs *f, const uint8_t *req, int32_t err, struct qd_buf *wire)
{
    uint32_t fd = qd_get32(req + 4), count = qd_get32(req + 8), at = qd_get32(req + 12);
    if (!err && (fd >= FAKE_HANDLES || !f->files[fd].used))
        err = 9;
    if (err) {
        say(wire, req, (uint32_t[]){fd, at, 0xFFFFFFFF, (uint32_t)err}, 4, NULL, 0);
        return;
    }
    const struct fake_node *node = find(f, f->files[fd].path);
    size_t left = at < node->len ? node->len - at : 0;
    if (count > f->read_max)
        count = (uint32_t)f->read_max;
    if (count > left)
        count = (uint32_t)left;
    say(wire, req, (uint32_t[]){fd, at, count, 0}, 4, count ? node->data + at : NULL, count);
}

static void say_end(struct fake_efs *f, const uint8_t *req, struct qd_buf *wire)
{
    uint32_t words[9] = {qd_get32(req + 4), qd_get32(req + 8)};
    if (f->end == FAKE_END_ERRNO)
        words[2] = 0x40000002;
    say(wire, req, words, 9, "", f->end == FAKE_END_40 ? 0 : 1);
}

static void say_readdir(struct fake_efs *f, const uint8_t *req, int32_t err, struct qd_buf *wire)
{
    uint32_t dirp = qd_get32(req + 4), seq = qd_get32(req + 8), at = 0;
    if (!err && (dirp == 0 || dirp >= FAKE_HANDLES || !f->dirs[dirp].used))
        err = 0x40000003;
    for (size_t i = f->n; !err && i-- > 0;) { /* last added first: no order to rely on */
        const struct fake_node *x = &f->v[i];
        const char *name = x->hidden ? NULL : child_name(f->dirs[dirp].path, x->path);
        if (!name || ++at != seq)
            continue;
        uint32_t words[9] = {dirp,     seq,      0,       x->type, x->mode, (uint32_t)x->len,
                             x->mtime, x->mtime, x->mtime};
        say(wire, req, words, 9, name, strlen(name) + 1);
        return;
    }
    if (err)
        say(wire, req, (uint32_t[9]){dirp, seq, (uint32_t)err}, 9, "", 1);
    else
        say_end(f, req, wire);
}

static void say_stat(struct fake_efs *f, const uint8_t *req, int32_t err, struct qd_buf *wire)
{
    const struct fake_node *x = find(f, (const char *)req + 4);
    if (!err && !x)
        err = 2;
    if (err)
        say(wire, req, (uint32_t[7]){(uint32_t)err}, 7, NULL, 0);
    else
        say(wire, req, (uint32_t[]){0, x->mode, (uint32_t)x->len, 1, x->mtime, x->mtime, x->mtime},
            7, NULL, 0);
}

static void say_readlink(struct fake_efs *f, const uint8_t *req, int32_t err, struct qd_buf *wire)
{
    const struct fake_node *x = find(f, (const char *)req + 4);
    if (!err && !x)
        err = 2;
    if (!err && (x->mode & QD_EFS_IFMT) != QD_EFS_IFLNK)
        err = 22;
    say(wire, req, (uint32_t[]){(uint32_t)err}, 1, err ? "" : (const char *)x->data,
        err ? 1 : x->len + 1);
}

static void say_hello(const uint8_t *req, size_t n, struct qd_buf *wire)
{
    uint8_t p[44];
    need(n == sizeof p);
    memcpy(p, req, sizeof p);
    qd_put32(p + 4, 16); /* lowered windows */
    qd_put32(p + 40, 1);
    fake_frame(wire, p, sizeof p);
}

static void answer_efs(struct fake_efs *f, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    unsigned op = qd_get16(req + 2);
    int32_t err = f->err_op[op & 63];
    if (f->bad_op[op & 63]) {
        fake_refuse(wire, f->bad_op[op & 63], req, n, 0);
        return;
    }
    switch (op) {
    case 0:
        say_hello(req, n, wire);
        break;
    case 1:
        say(wire, req, (uint32_t[]){255, f->max_path, 8, 0x7FFFFFFF, f->max_dirs, 16}, 6, NULL, 0);
        break;
    case 2:
        say_open(f, req, n, err, wire);
        break;
    case 3:
        say_close(f->files, req, err, wire);
        break;
    case 4:
        say_read(f, req, err, wire);
        break;
    case 7:
        say_readlink(f, req, err, wire);
        break;
    case 11:
        say_opendir(f, req, n, err, wire);
        break;
    case 12:
        say_readdir(f, req, err, wire);
        break;
    case 13:
        say_close(f->dirs, req, err, wire);
        break;
    case 15:
        say_stat(f, req, err, wire);
        break;
    default:
        f->forbidden++;
        fake_refuse(wire, 0x13, req, n, 0);
    }
}

void fake_efs_reply(struct fake_efs *f, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    static const uint8_t verno[55] = {0, 'J', 'a', 'n'};
    if (req[0] == 0x00)
        fake_frame(wire, verno, sizeof verno);
    else if (req[0] == 0x7B)
        fake_frame(wire, req, n);
    else if (n >= 4 && req[0] == 0x4B && req[1] == 0x13)
        answer_efs(f, req, n, wire);
    else
        fake_refuse(wire, 0x13, req, n, 0);
}

static int answer(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    struct fake_efs *f = user;
    unsigned op = 64; /* not EFS */
    if (n >= 4 && req[0] == 0x4B && req[1] == 0x13)
        op = qd_get16(req + 2) & 63;
    if (op < 64)
        f->ops[op]++;
    if (f->hook && f->hook(f, op, req, n, wire))
        return 0;
    fake_efs_reply(f, req, n, wire);
    return 0;
}

void fake_efs_start(struct fake_efs *f)
{
    struct qdiag_error e = {0};
    memset(f, 0, sizeof *f);
    f->max_dirs = 4;
    f->max_files = 4;
    f->max_path = 1024;
    f->read_max = 1024;
    fake_efs_add(f, "/", 0040755, NULL, 0);
    f->link = fake_link_new(answer, f);
    struct qd_link *l = fake_link_link(f->link);
    need(qd_diag_open(&f->diag, &l, &e) == 0);
    f->fs = (struct qd_efs){.diag = f->diag, .subsys = 0x13, .max_path = 1024};
}

void fake_efs_stop(struct fake_efs *f)
{
    qd_diag_close(&f->diag);
    fake_link_free(&f->link);
    for (size_t i = 0; i < f->n; i++) {
        free(f->v[i].path);
        free(f->v[i].data);
    }
    free(f->v);
}
