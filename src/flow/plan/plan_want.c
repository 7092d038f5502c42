/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Turns the items, files, links and folders of a backup into one wish per key: echo items once,
 * each element of an array that names itself, a path of two sections once. What cannot be told
 * where it goes is marked, never guessed. */
#include "flow/plan/plan_want.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define PATH_CAP   1100u
#define RFNV_DIR   "/nv/item_files/rfnv/"
#define XO_DIR     "/tcxomgr/"
#define FORMAT     0170000u
#define FMT_ITEM   0160000u
#define FMT_PLAIN  0100000u
#define PLAIN_MODE 0644u /* what a manifest does not mention */

struct collecting {
    const struct qd_view *view;
    struct qd_wants *w;
    struct qdiag_error *e;
};

void qd_wants_free(struct qd_wants *w)
{
    for (size_t i = 0; i < w->n; i++)
        qd_key_clear(&w->v[i].key);
    free(w->v);
    memset(w, 0, sizeof *w);
}

/* Takes a copy of the key. */
static int add(struct collecting *c, const struct qd_want *x)
{
    struct qd_want *v = qd_grow(c->w->v, c->w->n, &c->w->cap, sizeof *v);
    if (!v)
        return qd_nomem(c->e);
    c->w->v = v;
    v[c->w->n] = *x;
    int rc = qd_key_copy(&v[c->w->n].key, &x->key, c->e);
    if (rc == 0) {
        v[c->w->n].before = qd_view_state(c->view, &v[c->w->n].key);
        c->w->n++;
    }
    return rc;
}

static int add_nv(struct collecting *c, unsigned sub, const struct qd_nv_item *it,
                  enum qd_reason problem)
{
    struct qd_want x = {.key = {.sub = (int)sub, .nv = it->id, .index = it->index},
                        .rule = qd_policy_nv(it->id),
                        .phase = QD_PHASE_NV,
                        .problem = problem,
                        .after = {QD_THERE_NV, QD_MODE_ANY, (uint8_t *)it->data, QD_NV_SIZE}};
    if (x.rule.class == QD_CLASS_IDENTITY)
        x.phase = QD_PHASE_IDENTITY;
    return add(c, &x);
}

static int same_bytes(const struct qd_nv_item *a, const struct qd_nv_item *b)
{
    return memcmp(a->data, b->data, QD_NV_SIZE) == 0;
}

/* All records of one id in one context, ascending by index. An element is written by the number in
 * its first byte; one that does not name itself can be the only one, or the same as the first. */
static int add_group(struct collecting *c, unsigned sub, const struct qd_nv_item **g, size_t n)
{
    enum qd_nv_kind kind = qd_catalog_nv_kind(g[0]->id, NULL);
    int named = kind == QD_NV_EMBEDDED, all_equal = 1, all_named = 1;
    for (size_t i = 0; i < n; i++) {
        all_equal &= same_bytes(g[0], g[i]);
        all_named &= g[i]->data[0] == g[i]->index;
    }
    if (kind != QD_NV_ECHO && all_named && (n > 1 || g[0]->index > 0))
        named = 1;
    for (size_t i = 0; i < n; i++) {
        int placed = named ? g[i]->data[0] == g[i]->index
                           : i == 0 && g[0]->index == 0 && (all_equal || kind == QD_NV_ECHO);
        if (!named && i > 0 && same_bytes(g[0], g[i]))
            continue;
        int rc = add_nv(c, sub, g[i], placed ? QD_REASON_NONE : QD_REASON_NOT_PLACEABLE);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int by_id(const void *pa, const void *pb)
{
    const struct qd_nv_item *a = *(const struct qd_nv_item *const *)pa;
    const struct qd_nv_item *b = *(const struct qd_nv_item *const *)pb;
    return a->id != b->id ? (int)a->id - (int)b->id : (int)a->index - (int)b->index;
}

static int collect_nv(struct collecting *c, unsigned sub)
{
    const struct qd_nv_set *set = &c->view->in->file->nv[sub];
    const struct qd_nv_item **v = qd_alloc(set->n, sizeof *v);
    int rc = v ? 0 : qd_nomem(c->e);
    for (size_t i = 0; rc == 0 && i < set->n; i++)
        v[i] = &set->v[i];
    if (rc == 0 && set->n > 0)
        qsort(v, set->n, sizeof *v, by_id);
    for (size_t i = 0, n; rc == 0 && i < set->n; i += n) {
        for (n = 1; i + n < set->n && v[i + n]->id == v[i]->id;)
            n++;
        rc = add_group(c, sub, v + i, n);
    }
    free(v);
    return rc;
}

static enum qd_phase phase_of(const char *path)
{
    if (strncmp(path, RFNV_DIR, strlen(RFNV_DIR)) == 0)
        return QD_PHASE_RFNV;
    return strstr(path, XO_DIR) ? QD_PHASE_XO : QD_PHASE_EFS;
}

static int is_file(enum qd_there t)
{
    return t == QD_THERE_FILE || t == QD_THERE_ITEM;
}

/* The kind on the unit decides; a mode that belongs to another kind is not taken over. */
static void settle_kind(struct qd_want *x)
{
    if (!is_file(x->after.kind) || !is_file(x->before.kind) || x->before.kind == x->after.kind)
        return;
    x->after.kind = x->before.kind;
    x->after.mode = QD_MODE_ANY;
}

/* path: any spelling. after: state with borrowed data. */
static int add_efs(struct collecting *c, const char *path, uint8_t fs, const struct qd_state *after,
                   enum qd_reason problem)
{
    char p[PATH_CAP];
    struct qd_want x = {.key = {.sub = -1, .nv = -1}, .after = *after, .problem = problem};
    int odd = qd_path_normalise(path, p, sizeof p) != 0;
    x.key.path = odd ? (char *)path : p;
    x.rule = qd_policy_path(x.key.path);
    x.phase = phase_of(x.key.path);
    x.key.fs = qd_view_subsystem(c->view, x.key.path, fs);
    if (odd || !x.key.fs)
        x.problem = QD_REASON_NOT_PLACEABLE;
    else if (strlen(p) > QD_PLAN_PATH_MAX || after->len > QD_PLAN_FILE_MAX)
        x.problem = QD_REASON_TOO_LARGE;
    int rc = add(c, &x);
    struct qd_want *w = rc == 0 ? &c->w->v[c->w->n - 1] : NULL;
    if (w)
        settle_kind(w);
    if (w && c->view->in->plain_unless_noted && w->before.kind == QD_THERE_ABSENT &&
        w->after.kind == QD_THERE_FILE && w->after.mode == QD_MODE_ANY)
        w->after.mode = PLAIN_MODE;
    return rc;
}

static int add_file(struct collecting *c, const struct qd_file *f)
{
    uint32_t format = f->mode & FORMAT;
    enum qd_reason problem = QD_REASON_NONE;
    struct qd_state s = {.mode = f->mode ? f->mode & 07777u : QD_MODE_ANY,
                         .data = f->len ? f->data : NULL,
                         .len = f->len};
    if (f->mode == 0 && c->view->in->plain_unless_noted)
        s.kind = QD_THERE_FILE;
    else if (f->mode == 0)
        s.kind = qd_policy_file_kind(f->path, f->section != QD_SEC_EFS_BACKUP);
    else if (format == FMT_ITEM)
        s.kind = QD_THERE_ITEM;
    else
        s.kind = QD_THERE_FILE;
    if (format != 0 && format != FMT_ITEM && format != FMT_PLAIN)
        problem = QD_REASON_NOT_PLACEABLE;
    return add_efs(c, f->path, f->fs, &s, problem);
}

/* A link is as dangerous as what it leads to. */
static int add_link(struct collecting *c, const struct qd_missing *m)
{
    char path[PATH_CAP], target[PATH_CAP];
    const char *text = m->reason + 8;
    struct qd_state s = {QD_THERE_LINK, QD_MODE_ANY, (uint8_t *)text, strlen(text)};
    enum qd_reason problem = QD_REASON_NONE;
    struct qdiag_error ignored = {0};
    if (strstr(text, " digits>") || qd_path_normalise(m->path, path, sizeof path) != 0 ||
        qd_policy_link_target(path, s.data, s.len, target, sizeof target) != 0)
        problem = QD_REASON_NOT_PLACEABLE;
    else if (qd_policy_path_door(target, &ignored) != 0)
        problem = QD_REASON_ALIAS;
    return add_efs(c, m->path, m->fs, &s, problem);
}

/* What a QCN cannot hold, but its manifest or a folder can. */
static int add_not_held(struct collecting *c, const struct qd_missing *m)
{
    struct qd_state s = {QD_THERE_DIR, QD_MODE_ANY, NULL, 0};
    if (m->kind != QD_MISSING_NOT_HELD)
        return 0;
    if (!m->path) {
        struct qd_nv_item it = {.id = (uint16_t)m->nv, .index = m->index};
        unsigned sub = (unsigned)m->sub;
        if (m->nv < 0 || sub >= QD_SUBS || !m->data || m->len != QD_NV_SIZE ||
            qd_backup_nv(c->view->in->file, sub, it.id, it.index))
            return 0;
        int rc = add_nv(c, sub, &it, QD_REASON_NONE);
        if (rc == 0)
            c->w->v[c->w->n - 1].after.data = m->data;
        return rc;
    }
    if (strncmp(m->reason, "link to ", 8) == 0 && m->reason[8])
        return add_link(c, m);
    if (m->data) {
        s = (struct qd_state){qd_policy_file_kind(m->path, 0), QD_MODE_ANY, m->data, m->len};
        return add_efs(c, m->path, m->fs, &s, QD_REASON_NONE);
    }
    if (strcmp(m->reason, "empty folder") != 0)
        return 0;
    return add_efs(c, m->path, m->fs, &s,
                   strstr(m->path, " digits>") ? QD_REASON_NOT_PLACEABLE : QD_REASON_NONE);
}

static int by_order(const void *pa, const void *pb)
{
    const struct qd_want *a = pa, *b = pb;
    return a->phase != b->phase ? (int)a->phase - (int)b->phase : qd_key_compare(&a->key, &b->key);
}

/* A path that stands in two sections: once when they agree, else nobody knows which is right. */
static void drop_doubles(struct qd_wants *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->n; i++) {
        struct qd_want *last = kept > 0 ? &w->v[kept - 1] : NULL;
        if (!last || by_order(last, &w->v[i]) != 0) {
            w->v[kept++] = w->v[i];
            continue;
        }
        if (!qd_state_equal(&last->after, &w->v[i].after))
            last->problem = QD_REASON_NOT_PLACEABLE;
        qd_key_clear(&w->v[i].key);
    }
    w->n = kept;
}

int qd_wants_collect(const struct qd_view *view, struct qd_wants *w, struct qdiag_error *e)
{
    struct collecting c = {view, w, e};
    const struct qd_backup *b = view->in->file;
    int rc = 0;
    memset(w, 0, sizeof *w);
    for (unsigned sub = 0; rc == 0 && sub < QD_SUBS; sub++)
        rc = collect_nv(&c, sub);
    for (size_t i = 0; rc == 0 && i < b->files.n; i++)
        rc = add_file(&c, &b->files.v[i]);
    for (size_t i = 0; rc == 0 && i < b->missing.n; i++)
        rc = add_not_held(&c, &b->missing.v[i]);
    if (rc == 0 && w->n > 0)
        qsort(w->v, w->n, sizeof *w->v, by_order);
    if (rc == 0)
        drop_doubles(w);
    else
        qd_wants_free(w);
    return rc;
}
