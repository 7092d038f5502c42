/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The module's own backups, ufs/ and eufs/ of the unit folder: made by AT+QPRTPARA=1 and =11, put
 * back at a start after =3 and =13. The counters live beside the copy, so a restore does not turn
 * them back. A restore must never leave half a file system: all of the copy replaces all of it. */
#include "sim/unit_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/fsio.h"
#include "base/text.h"

#define PAGE      2048u
#define RECORD    (5u + SIM_NV_BYTES) /* sub, id, index, data */
#define STATE_MAX 4096u
#define NV_MAX    (64u << 20)

static const struct {
    const char *folder, *image;
} place[2] = {{"ufs", "ufs/image"}, {"eufs", "eufs/image"}};

#define NUMBERS 19u

/* The numbers of a state file, in the order of their names. */
static uint32_t *number_at(struct sim_copy *c, size_t i, char name[32])
{
    static const char *const plain[] = {"valid", "backups", "restores", "pending", "bad"};
    uint32_t *const slot[] = {&c->valid, &c->backups, &c->restores, &c->pending, &c->bad};

    if (i < 5) {
        snprintf(name, 32, "%s", plain[i]);
        return slot[i];
    }
    if (i < 15) {
        snprintf(name, 32, "probe_%u", (unsigned)(i - 4));
        return &c->probe[i - 5];
    }
    snprintf(name, 32, "bad_part_%u", (unsigned)(i - 14));
    return &c->bad_part[i - 15];
}

int sim_copy_present(const struct sim_unit *u, int which)
{
    return which == SIM_UFS || u->tree[1].present;
}

/* ---- trees and items ---- */

static struct sim_node *clone(const struct sim_node *n)
{
    struct sim_node *c = sim_node_new(n->name, n->kind, n->mode, n->mtime);

    if (!c)
        return NULL;
    c->hidden = n->hidden;
    c->denied = n->denied;
    if (n->target)
        c->target = qd_strdup(n->target);
    if ((n->target && !c->target) || (n->len && sim_node_resize(c, n->len) != 0)) {
        sim_node_free(c);
        return NULL;
    }
    if (n->len)
        memcpy(c->data, n->data, n->len);
    for (size_t i = 0; i < n->kids; i++) {
        struct sim_node *kid = clone(n->kid[i]);

        if (!kid || sim_node_add(c, kid) != 0) {
            sim_node_free(kid);
            sim_node_free(c);
            return NULL;
        }
    }
    return c;
}

static void touch_all(struct sim_tree *t, struct sim_node *n)
{
    sim_tree_touch(t, n);
    for (size_t i = 0; i < n->kids; i++)
        touch_all(t, n->kid[i]);
}

/* All of `to` becomes what `from` is. */
static int replace_tree(struct sim_tree *to, const struct sim_tree *from)
{
    while (to->root->kids)
        if (sim_tree_remove(to, to->root->kid[0]) != 0)
            return -1;
    for (size_t i = 0; i < from->root->kids; i++) {
        struct sim_node *n = clone(from->root->kid[i]);

        if (!n || sim_node_add(to->root, n) != 0) {
            sim_node_free(n);
            return -1;
        }
        touch_all(to, n);
    }
    sim_tree_touch(to, to->root);
    to->present = from->present;
    return 0;
}

static int replace_items(struct sim_nv_set *to, const struct sim_nv_set *from)
{
    struct sim_nv *v = qd_alloc(from->n ? from->n : 1, sizeof *v);

    if (!v)
        return -1;
    if (from->n)
        memcpy(v, from->v, from->n * sizeof *v);
    for (size_t i = 0; i < from->n; i++)
        v[i].dirty = 1;
    free(to->v);
    to->v = v;
    to->n = from->n;
    to->cap = from->n ? from->n : 1;
    return 0;
}

static int holds(const struct sim_nv_set *s, const struct sim_nv *x)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->v[i].id == x->id && s->v[i].index == x->index)
            return 1;
    return 0;
}

/* The files of items that the copy does not have. */
static void drop_item_files(struct sim_unit *u, unsigned sub, const struct sim_nv_set *copy)
{
    for (size_t i = 0; i < u->nv[sub].n; i++) {
        const struct sim_nv *x = &u->nv[sub].v[i];
        char name[64];
        char *path;

        if (holds(copy, x))
            continue;
        snprintf(name, sizeof name, x->index < 0 ? "/nv/%u/%u" : "/nv/%u/%u.%d", sub, x->id,
                 x->index);
        path = sim_unit_path(u, name, "");
        if (path)
            unlink(path);
        free(path);
    }
}

/* ---- on disk ---- */

static int save_items(struct sim_unit *u, int which, const char *path, char *err, size_t cap)
{
    struct qd_buf out = {0};
    int rc = 0;

    for (unsigned sub = 0; sub < u->subs && rc == 0; sub++) {
        const struct sim_nv_set *s = &u->copy[which].nv[sub];

        for (size_t i = 0; i < s->n && rc == 0; i++) {
            uint8_t head[5] = {(uint8_t)sub};

            qd_put16(head + 1, s->v[i].id);
            qd_put16(head + 3, (uint16_t)s->v[i].index);
            rc =
                qd_buf_add(&out, head, sizeof head) || qd_buf_add(&out, s->v[i].data, SIM_NV_BYTES);
        }
    }
    if (rc)
        rc = sim_err(err, cap, "%s: out of memory", path);
    else
        rc = sim_save_bytes(path, out.p, out.len, err, cap);
    qd_buf_free(&out);
    return rc;
}

static int save_state(struct sim_copy *c, const char *path, char *err, size_t cap)
{
    struct qd_buf out = {0};
    char name[32];
    int rc = 0;

    for (size_t i = 0; i < NUMBERS && rc == 0; i++) {
        uint32_t *v = number_at(c, i, name);

        rc = qd_buf_printf(&out, "%s = %" PRIu32 "\n", name, *v);
    }
    rc = rc ? sim_err(err, cap, "%s: out of memory", path)
            : sim_save_bytes(path, out.p, out.len, err, cap);
    qd_buf_free(&out);
    return rc;
}

static int make_folder(const char *path, char *err, size_t cap)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    return sim_err(err, cap, "%s: %s", path, strerror(errno));
}

int sim_copy_save(struct sim_unit *u, int which, char *err, size_t cap)
{
    char name[32], text[256] = "";
    char *dir, *nv, *state;
    int rc;

    snprintf(name, sizeof name, "/%s", place[which].folder);
    dir = sim_unit_path(u, name, "");
    nv = sim_unit_path(u, name, "/nv");
    state = sim_unit_path(u, name, "/state");
    rc = dir && nv && state ? make_folder(dir, text, sizeof text) : -1;
    if (rc == 0)
        rc = sim_tree_commit(u, &u->copy[which].image, text, sizeof text);
    if (rc == 0 && which == SIM_UFS)
        rc = save_items(u, which, nv, text, sizeof text);
    if (rc == 0)
        rc = save_state(&u->copy[which], state, text, sizeof text);
    if (rc != 0) {
        qd_copy_text(u->trouble, sizeof u->trouble, *text ? text : "out of memory");
        sim_err(err, cap, "%s", u->trouble);
    }
    free(dir);
    free(nv);
    free(state);
    return rc;
}

static int load_items(struct sim_unit *u, struct sim_copy *c, const char *path, char *err,
                      size_t cap)
{
    struct qdiag_error e = {0};
    uint8_t *p = NULL;
    size_t n = 0;
    int rc = 0;

    if (qd_read_file(path, NV_MAX, &p, &n, &e) != 0 || n % RECORD)
        rc = sim_err(err, cap, "%s: %s", path, e.code ? e.why : "not whole records");
    for (size_t at = 0; rc == 0 && at < n; at += RECORD) {
        struct sim_nv_set *s = p[at] < u->subs ? &c->nv[p[at]] : NULL;
        struct sim_nv *v = s ? qd_grow(s->v, s->n, &s->cap, sizeof *v) : NULL;

        if (!v) {
            rc = sim_err(err, cap, "%s: a record of subscription %u", path, p[at]);
            break;
        }
        s->v = v;
        v[s->n] =
            (struct sim_nv){.id = qd_get16(p + at + 1), .index = (int16_t)qd_get16(p + at + 3)};
        memcpy(v[s->n++].data, p + at + 5, SIM_NV_BYTES);
    }
    free(p);
    return rc;
}

static int take_number(struct sim_copy *c, const char *path, char *line, char *err, size_t cap)
{
    char name[32];
    char *end, *eq = strstr(line, " = ");

    if (!*line || *line == '#')
        return 0;
    for (size_t i = 0; eq && i < NUMBERS; i++) {
        uint32_t *v = number_at(c, i, name);
        unsigned long long n;

        if (strlen(name) != (size_t)(eq - line) || strncmp(name, line, strlen(name)) != 0)
            continue;
        n = strtoull(eq + 3, &end, 10);
        if (*end || end == eq + 3 || n > UINT32_MAX)
            break;
        *v = (uint32_t)n;
        return 0;
    }
    return sim_err(err, cap, "%s: not understood: %.60s", path, line);
}

static int load_state(struct sim_copy *c, const char *path, char *err, size_t cap)
{
    struct qdiag_error e = {0};
    uint8_t *p = NULL;
    size_t n = 0;
    char *text, *next;
    int rc = 0;

    if (qd_read_file(path, STATE_MAX, &p, &n, &e) != 0)
        return sim_err(err, cap, "%s: %s", path, e.why);
    text = qd_strndup((const char *)p, n);
    free(p);
    if (!text)
        return sim_err(err, cap, "%s: out of memory", path);
    for (char *line = text; rc == 0 && line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        rc = take_number(c, path, line, err, cap);
    }
    free(text);
    return rc;
}

static int load_one(struct sim_unit *u, int which, char *err, size_t cap)
{
    struct sim_copy *c = &u->copy[which];
    char name[32];
    char *nv, *state;
    struct stat st;
    int rc;

    c->image.folder = place[which].image;
    rc = sim_tree_load(u, &c->image, err, cap);
    snprintf(name, sizeof name, "/%s", place[which].folder);
    nv = sim_unit_path(u, name, "/nv");
    state = sim_unit_path(u, name, "/state");
    if (!nv || !state)
        rc = sim_err(err, cap, "%s: out of memory", u->dir);
    if (rc == 0 && stat(nv, &st) == 0)
        rc = load_items(u, c, nv, err, cap);
    if (rc == 0 && stat(state, &st) == 0)
        rc = load_state(c, state, err, cap);
    free(nv);
    free(state);
    return rc;
}

int sim_copy_load(struct sim_unit *u, char *err, size_t cap)
{
    return load_one(u, SIM_UFS, err, cap) || load_one(u, SIM_EUFS, err, cap) ? -1 : 0;
}

void sim_copy_free(struct sim_unit *u)
{
    for (int i = 0; i < 2; i++) {
        if (u->copy[i].image.root)
            sim_tree_free(&u->copy[i].image);
        for (unsigned sub = 0; sub < SIM_SUBS_MAX; sub++)
            free(u->copy[i].nv[sub].v);
    }
    memset(u->copy, 0, sizeof u->copy);
}

/* ---- what the module does ---- */

int sim_copy_make(struct sim_unit *u, int which)
{
    struct sim_copy *c = &u->copy[which];
    int rc = sim_copy_present(u, which) ? replace_tree(&c->image, &u->tree[which]) : -1;

    for (unsigned sub = 0; rc == 0 && which == SIM_UFS && sub < u->subs; sub++)
        rc = replace_items(&c->nv[sub], &u->nv[sub]);
    if (rc != 0)
        return -1;
    c->backups++;
    c->valid = 1;
    return sim_copy_save(u, which, NULL, 0);
}

int sim_copy_break(struct sim_unit *u, int which)
{
    u->copy[which].valid = 0;
    return sim_copy_save(u, which, NULL, 0);
}

static int put_back(struct sim_unit *u, int which)
{
    struct sim_copy *c = &u->copy[which];
    int rc = replace_tree(&u->tree[which], &c->image);

    for (unsigned sub = 0; rc == 0 && which == SIM_UFS && sub < u->subs; sub++) {
        drop_item_files(u, sub, &c->nv[sub]);
        rc = replace_items(&u->nv[sub], &c->nv[sub]);
        u->nv_dirty = 1;
    }
    return rc;
}

void sim_copy_boot(struct sim_unit *u)
{
    for (int which = 0; which < 2; which++) {
        struct sim_copy *c = &u->copy[which];

        if (!c->pending)
            continue;
        c->pending = 0;
        if (c->valid && put_back(u, which) == 0 && sim_unit_commit(u, NULL, 0) == 0)
            c->restores++;
        sim_copy_save(u, which, NULL, 0);
    }
}

static uint32_t pages_of(const struct sim_node *n)
{
    uint32_t pages = 1 + (uint32_t)((n->len + PAGE - 1) / PAGE);

    for (size_t i = 0; i < n->kids; i++)
        pages += pages_of(n->kid[i]);
    return pages;
}

uint32_t sim_copy_pages(const struct sim_unit *u, int which)
{
    uint32_t items = 0;

    for (unsigned sub = 0; which == SIM_UFS && sub < u->subs; sub++)
        items += (uint32_t)u->nv[sub].n;
    return pages_of(u->tree[which].root) + (items * SIM_NV_BYTES + PAGE - 1) / PAGE;
}
