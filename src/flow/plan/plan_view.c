/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Looks up the state of a key in a snapshot of the unit. It never takes silence for absence: what
 * the snapshot does not hold is absent only when somebody looked at that very key. */
#include "flow/plan/plan_view.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define PATH_CAP  1100u
#define FORMAT    0170000u
#define FMT_ITEM  0160000u
#define FMT_PLAIN 0100000u
#define FMT_DIR   0040000u

static int by_place(const void *pa, const void *pb)
{
    const struct qd_seen *a = pa, *b = pb;
    if (a->fs != b->fs)
        return (int)a->fs - (int)b->fs;
    int c = strcmp(a->path, b->path);
    return c ? c : !a->file - !b->file; /* what was read goes before a note about it */
}

static int add_seen(struct qd_view *v, const char *path, const struct qd_seen *what)
{
    char p[PATH_CAP];
    if (qd_path_normalise(path, p, sizeof p) != 0)
        return 0;
    struct qd_seen *s = &v->v[v->n];
    *s = *what;
    if (s->fs == 0)
        s->fs = v->in->efs[0];
    s->path = qd_strdup(p);
    if (!s->path)
        return -1;
    v->n++;
    return 0;
}

int qd_view_open(struct qd_view *v, const struct qd_plan_in *in, struct qdiag_error *e)
{
    const struct qd_backup *b = in->unit;
    *v = (struct qd_view){.in = in};
    v->v = qd_alloc(b->files.n + b->missing.n + 1, sizeof *v->v);
    int bad = !v->v;
    for (size_t i = 0; !bad && i < b->files.n; i++) {
        struct qd_seen s = {.fs = b->files.v[i].fs, .file = &b->files.v[i]};
        bad = add_seen(v, b->files.v[i].path, &s);
    }
    for (size_t i = 0; !bad && i < b->missing.n; i++) {
        const struct qd_missing *m = &b->missing.v[i];
        struct qd_seen s = {.fs = m->fs, .missing = m};
        if (m->path)
            bad = add_seen(v, m->path, &s);
    }
    if (bad) {
        qd_view_close(v);
        return qd_nomem(e);
    }
    if (v->n > 0)
        qsort(v->v, v->n, sizeof *v->v, by_place);
    return 0;
}

void qd_view_close(struct qd_view *v)
{
    for (size_t i = 0; i < v->n; i++)
        free(v->v[i].path);
    free(v->v);
    v->v = NULL;
    v->n = 0;
}

/* First entry that is not before (fs, path). */
static size_t lower_bound(const struct qd_view *v, uint8_t fs, const char *path)
{
    size_t lo = 0, hi = v->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct qd_seen *s = &v->v[mid];
        int c = s->fs != fs ? (int)s->fs - (int)fs : strcmp(s->path, path);
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static const struct qd_seen *find(const struct qd_view *v, uint8_t fs, const char *path)
{
    size_t i = lower_bound(v, fs, path);
    return i < v->n && v->v[i].fs == fs && strcmp(v->v[i].path, path) == 0 ? &v->v[i] : NULL;
}

static int has_below(const struct qd_view *v, uint8_t fs, const char *path)
{
    char prefix[PATH_CAP + 1];
    size_t n = strlen(path);
    if (n >= PATH_CAP)
        return 0;
    memcpy(prefix, path, n);
    memcpy(prefix + n, "/", 2);
    size_t i = lower_bound(v, fs, prefix);
    return i < v->n && v->v[i].fs == fs && strncmp(v->v[i].path, prefix, n + 1) == 0;
}

static struct qd_state unknown(void)
{
    return (struct qd_state){.kind = QD_THERE_UNKNOWN, .mode = QD_MODE_ANY};
}

static struct qd_state of_bytes(enum qd_there kind, uint32_t mode, const void *p, size_t n)
{
    return (struct qd_state){kind, mode, n ? (uint8_t *)p : NULL, n};
}

static struct qd_state of_file(const struct qd_file *f, const char *path)
{
    uint32_t mode = f->mode ? f->mode & 07777u : QD_MODE_ANY;
    if ((f->mode & FORMAT) == FMT_ITEM)
        return of_bytes(QD_THERE_ITEM, mode, f->data, f->len);
    if ((f->mode & FORMAT) == FMT_PLAIN)
        return of_bytes(QD_THERE_FILE, mode, f->data, f->len);
    if (f->mode != 0) /* a kind that nobody can put back */
        return unknown();
    return of_bytes(qd_policy_file_kind(path, f->section != QD_SEC_EFS_BACKUP), mode, f->data,
                    f->len);
}

/* Links and empty folders stand in the list of what a QCN cannot hold. */
static struct qd_state of_missing(const struct qd_missing *m, const char *path)
{
    if (m->kind != QD_MISSING_NOT_HELD)
        return unknown();
    if (strncmp(m->reason, "link to ", 8) == 0 && m->reason[8])
        return of_bytes(QD_THERE_LINK, QD_MODE_ANY, m->reason + 8, strlen(m->reason + 8));
    if (strcmp(m->reason, "empty folder") == 0)
        return of_bytes(QD_THERE_DIR, QD_MODE_ANY, NULL, 0);
    if (m->data)
        return of_bytes(qd_policy_file_kind(path, 0), QD_MODE_ANY, m->data, m->len);
    return unknown();
}

static int by_key(const void *pk, const void *pl)
{
    return qd_key_compare(pk, &((const struct qd_look *)pl)->key);
}

static struct qd_state looked(const struct qd_view *v, const struct qd_key *k)
{
    const struct qd_looks *l = v->in->looks;
    const struct qd_look *hit = l && l->n ? bsearch(k, l->v, l->n, sizeof *l->v, by_key) : NULL;
    return hit ? hit->state : unknown();
}

static int nv_is_missing(const struct qd_backup *b, const struct qd_key *k)
{
    for (size_t i = 0; i < b->missing.n; i++) {
        const struct qd_missing *m = &b->missing.v[i];
        if (!m->path && m->sub == k->sub && m->kind != QD_MISSING_NOT_HELD && m->nv == k->nv &&
            m->index == k->index)
            return 1;
    }
    return 0;
}

static struct qd_state nv_state(const struct qd_view *v, const struct qd_key *k)
{
    const struct qd_nv_item *it =
        qd_backup_nv(v->in->unit, (unsigned)k->sub, (uint16_t)k->nv, k->index);
    if (it)
        return of_bytes(QD_THERE_NV, QD_MODE_ANY, it->data, QD_NV_SIZE);
    return nv_is_missing(v->in->unit, k) ? unknown() : looked(v, k);
}

struct qd_state qd_view_state(const struct qd_view *v, const struct qd_key *k)
{
    if (!k->path)
        return nv_state(v, k);
    const struct qd_seen *s = find(v, k->fs, k->path);
    if (strcmp(k->path, "/") == 0 || (!s && has_below(v, k->fs, k->path)))
        return of_bytes(QD_THERE_DIR, QD_MODE_ANY, NULL, 0);
    if (s && s->file)
        return of_file(s->file, k->path);
    return s ? of_missing(s->missing, k->path) : looked(v, k);
}

uint8_t qd_view_subsystem(const struct qd_view *v, const char *path, uint8_t fs)
{
    const uint8_t *efs = v->in->efs;
    if (fs && (fs == efs[0] || fs == efs[1]))
        return fs;
    if (fs && efs[1]) /* the unit has two, and this is neither */
        return 0;
    for (unsigned i = 0; i < 2; i++)
        if (efs[i] && find(v, efs[i], path))
            return efs[i];
    return efs[0];
}

size_t qd_next_parent(const char *path, size_t at)
{
    const char *slash = strchr(path + at + 1, '/');
    return slash ? (size_t)(slash - path) : 0;
}
