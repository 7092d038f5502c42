/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lists of keys around a plan: what still has to be looked at on the unit before one is made, and
 * what the unit holds that the backup does not. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "flow/plan/plan.h"
#include "flow/plan/plan_view.h"
#include "flow/plan/plan_want.h"

#define PATH_CAP 1100u

void qd_looks_free(struct qd_looks *l)
{
    for (size_t i = 0; i < l->n; i++) {
        qd_key_clear(&l->v[i].key);
        qd_state_clear(&l->v[i].state);
    }
    free(l->v);
    memset(l, 0, sizeof *l);
}

static int add(struct qd_looks *l, const struct qd_key *k, struct qdiag_error *e)
{
    struct qd_look *v = qd_grow(l->v, l->n, &l->cap, sizeof *v);
    if (!v)
        return qd_nomem(e);
    l->v = v;
    v[l->n] = (struct qd_look){.state = {.mode = QD_MODE_ANY}};
    int rc = qd_key_copy(&v[l->n].key, k, e);
    l->n += rc == 0;
    return rc;
}

static int by_key(const void *pa, const void *pb)
{
    return qd_key_compare(&((const struct qd_look *)pa)->key, &((const struct qd_look *)pb)->key);
}

static void sort(struct qd_looks *l)
{
    size_t kept = 0;
    if (l->n > 0)
        qsort(l->v, l->n, sizeof *l->v, by_key);
    for (size_t i = 0; i < l->n; i++) {
        if (kept > 0 && by_key(&l->v[kept - 1], &l->v[i]) == 0)
            qd_key_clear(&l->v[i].key);
        else
            l->v[kept++] = l->v[i];
    }
    l->n = kept;
}

/* Unreadable already: asking again would not change it. */
static int is_noted(const struct qd_backup *unit, const struct qd_key *k)
{
    char p[PATH_CAP];
    for (size_t i = 0; i < unit->missing.n; i++) {
        const struct qd_missing *m = &unit->missing.v[i];
        if (!m->path != !k->path || m->kind == QD_MISSING_NOT_HELD)
            continue;
        if (k->path ? qd_path_normalise(m->path, p, sizeof p) == 0 && strcmp(p, k->path) == 0
                    : m->sub == k->sub && m->nv == k->nv && m->index == k->index)
            return 1;
    }
    return 0;
}

static int open_parents(const struct qd_view *view, const struct qd_want *x, struct qd_looks *out,
                        struct qdiag_error *e)
{
    char copy[PATH_CAP];
    int rc = 0;
    for (size_t n = qd_next_parent(x->key.path, 0); rc == 0 && n;
         n = qd_next_parent(x->key.path, n)) {
        struct qd_key k = {.sub = -1, .nv = -1, .fs = x->key.fs, .path = copy};
        memcpy(copy, x->key.path, n);
        copy[n] = '\0';
        if (qd_view_state(view, &k).kind == QD_THERE_UNKNOWN && !is_noted(view->in->unit, &k))
            rc = add(out, &k, e);
    }
    return rc;
}

int qd_plan_open_keys(const struct qd_plan_in *in, struct qd_looks *out, struct qdiag_error *e)
{
    struct qd_view view = {0};
    struct qd_wants wants = {0};
    memset(out, 0, sizeof *out);
    int rc = qd_view_open(&view, in, e);
    if (rc == 0)
        rc = qd_wants_collect(&view, &wants, e);
    for (size_t i = 0; rc == 0 && i < wants.n; i++) {
        const struct qd_want *x = &wants.v[i];
        if (x->rule.policy == QD_POLICY_NEVER || x->problem != QD_REASON_NONE ||
            x->before.kind != QD_THERE_UNKNOWN || is_noted(in->unit, &x->key))
            continue;
        rc = add(out, &x->key, e);
        if (rc == 0 && x->key.path)
            rc = open_parents(&view, x, out, e);
    }
    if (rc == 0)
        sort(out);
    else
        qd_looks_free(out);
    qd_wants_free(&wants);
    qd_view_close(&view);
    return rc;
}

static int has_path(const struct qd_looks *file, const char *path, uint8_t fs)
{
    struct qd_look l = {.key = {.sub = -1, .nv = -1, .fs = fs, .path = (char *)path}};
    return file->n && bsearch(&l, file->v, file->n, sizeof *file->v, by_key) != NULL;
}

static int surplus_nv(const struct qd_plan_in *in, struct qd_looks *out, struct qdiag_error *e)
{
    int rc = 0;
    for (unsigned s = 0; s < QD_SUBS; s++)
        for (size_t i = 0; rc == 0 && i < in->unit->nv[s].n; i++) {
            const struct qd_nv_item *it = &in->unit->nv[s].v[i];
            struct qd_key k = {.sub = (int)s, .nv = it->id, .index = it->index};
            if (!qd_backup_nv(in->file, s, it->id, it->index))
                rc = add(out, &k, e);
        }
    return rc;
}

int qd_plan_surplus(const struct qd_plan_in *in, struct qd_looks *out, struct qdiag_error *e)
{
    struct qd_view view = {0};
    struct qd_wants wants = {0};
    struct qd_looks file = {0};
    memset(out, 0, sizeof *out);
    int rc = qd_view_open(&view, in, e);
    if (rc == 0)
        rc = qd_wants_collect(&view, &wants, e);
    for (size_t i = 0; rc == 0 && i < wants.n; i++)
        if (wants.v[i].key.path)
            rc = add(&file, &wants.v[i].key, e);
    if (rc == 0) {
        sort(&file);
        rc = surplus_nv(in, out, e);
    }
    for (size_t i = 0; rc == 0 && i < view.n; i++) {
        const struct qd_seen *s = &view.v[i];
        struct qd_key k = {.sub = -1, .nv = -1, .fs = s->fs, .path = s->path};
        if (s->file && !has_path(&file, s->path, s->fs))
            rc = add(out, &k, e);
    }
    if (rc == 0)
        sort(out);
    else
        qd_looks_free(out);
    qd_looks_free(&file);
    qd_wants_free(&wants);
    qd_view_close(&view);
    return rc;
}
