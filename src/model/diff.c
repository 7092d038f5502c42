/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Compares two backups. Order, section and spelling of a path do not count: they belong to the
 * tool that wrote the file. It never decides whether a difference matters. */
#include "model/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "model/ident.h"

#define PATH_CAP     1100u
#define CUT_SOFTWARE 31u /* one tool cuts the version text here */

static void free_entry(struct qd_diff_entry *en)
{
    free(en->name);
    free(en->text_a);
    free(en->text_b);
}

void qd_diff_free(struct qd_diff *d)
{
    for (size_t i = 0; i < d->n; i++)
        free_entry(&d->v[i]);
    free(d->v);
    memset(d, 0, sizeof *d);
}

static void add_range(struct qd_diff_entry *en, size_t at, size_t len)
{
    if (en->nrange < QD_DIFF_RANGES)
        en->range[en->nrange] = (struct qd_diff_range){at, len};
    en->nrange++;
    en->bytes += len;
}

static void find_ranges(struct qd_diff_entry *en)
{
    size_t both = en->len_a < en->len_b ? en->len_a : en->len_b;
    size_t longer = en->len_a < en->len_b ? en->len_b : en->len_a;
    size_t at = 0;
    while (at < both) {
        if (en->a[at] == en->b[at]) {
            at++;
            continue;
        }
        size_t start = at;
        while (at < both && en->a[at] != en->b[at])
            at++;
        if (at == both && longer > both)
            at = longer; /* the missing tail belongs to it */
        add_range(en, start, at - start);
    }
    if (at == both && longer > both)
        add_range(en, both, longer - both);
}

/* 1 when the entry tells a difference. */
static int settle(struct qd_diff_entry *en)
{
    if (en->change != QD_DIFF_BYTES) {
        en->bytes = en->len_a + en->len_b;
        return 1;
    }
    find_ranges(en);
    if (en->nrange > 0)
        return 1;
    en->change = QD_DIFF_MODE;
    return en->mode_a != 0 && en->mode_b != 0 && en->mode_a != en->mode_b;
}

int qd_diff_add(struct qd_diff *d, struct qd_diff_entry *en, struct qdiag_error *e)
{
    if (!settle(en)) {
        free_entry(en);
        d->equal++;
        return 0;
    }
    struct qd_diff_entry *v = qd_grow(d->v, d->n, &d->cap, sizeof *v);
    if (!v) {
        free_entry(en);
        return qd_nomem(e);
    }
    d->v = v;
    d->v[d->n++] = *en;
    return 0;
}

static int add_nv(struct qd_diff *d, unsigned sub, const struct qd_nv_item *a,
                  const struct qd_nv_item *b, struct qdiag_error *e)
{
    const struct qd_nv_item *any = a ? a : b;
    struct qd_diff_entry en = {.kind = QD_DIFF_NV,
                               .change = !b   ? QD_DIFF_ONLY_A
                                         : !a ? QD_DIFF_ONLY_B
                                              : QD_DIFF_BYTES,
                               .class = qd_catalog_nv_class(any->id),
                               .sub = sub,
                               .id = any->id,
                               .index = any->index,
                               .a = a ? a->data : NULL,
                               .b = b ? b->data : NULL,
                               .len_a = a ? QD_NV_SIZE : 0,
                               .len_b = b ? QD_NV_SIZE : 0};
    return qd_diff_add(d, &en, e);
}

static int by_nv(const void *pa, const void *pb)
{
    const struct qd_nv_item *a = *(const struct qd_nv_item *const *)pa;
    const struct qd_nv_item *b = *(const struct qd_nv_item *const *)pb;
    return a->id != b->id ? (int)a->id - (int)b->id : (int)a->index - (int)b->index;
}

static const struct qd_nv_item **sorted_nv(const struct qd_nv_set *set)
{
    const struct qd_nv_item **v = qd_alloc(set->n, sizeof *v);
    if (!v)
        return NULL;
    for (size_t i = 0; i < set->n; i++)
        v[i] = &set->v[i];
    qsort(v, set->n, sizeof *v, by_nv);
    return v;
}

static int diff_nv(struct qd_diff *d, unsigned sub, const struct qd_nv_set *sa,
                   const struct qd_nv_set *sb, struct qdiag_error *e)
{
    const struct qd_nv_item **a = sorted_nv(sa), **b = sorted_nv(sb);
    int rc = a && b ? 0 : qd_nomem(e);
    for (size_t i = 0, k = 0; rc == 0 && (i < sa->n || k < sb->n);) {
        int c = i >= sa->n ? 1 : k >= sb->n ? -1 : by_nv(&a[i], &b[k]);
        rc = add_nv(d, sub, c <= 0 ? a[i] : NULL, c >= 0 ? b[k] : NULL, e);
        i += c <= 0;
        k += c >= 0;
    }
    free(a);
    free(b);
    return rc;
}

struct entry {
    char *path;
    const struct qd_file *f;
};

static int by_path(const void *pa, const void *pb)
{
    const struct entry *a = pa, *b = pb;
    int c = strcmp(a->path, b->path);
    return c ? c : (int)a->f->fs - (int)b->f->fs;
}

struct listing {
    struct entry *v;
    size_t n;
};

static void free_listing(struct listing *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i].path);
    free(l->v);
}

/* Files by absolute path; a path in two sections has the same bytes and counts once. */
static int list_files(const struct qd_file_set *s, struct listing *l)
{
    char at[PATH_CAP];
    l->v = qd_alloc(s->n, sizeof *l->v);
    if (!l->v)
        return -1;
    for (size_t i = 0; i < s->n; i++) {
        int odd = qd_path_normalise(s->v[i].path, at, sizeof at) != 0;
        l->v[l->n].path = qd_strdup(odd ? s->v[i].path : at);
        l->v[l->n].f = &s->v[i];
        if (!l->v[l->n++].path)
            return -1;
    }
    qsort(l->v, l->n, sizeof *l->v, by_path);
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (kept > 0 && by_path(&l->v[kept - 1], &l->v[i]) == 0)
            free(l->v[i].path);
        else
            l->v[kept++] = l->v[i];
    }
    l->n = kept;
    return 0;
}

/* Paths decide; the EFS subsystem only when both sides know it. */
static int order(const struct entry *a, const struct entry *b)
{
    int c = strcmp(a->path, b->path);
    if (c != 0 || !a->f->fs || !b->f->fs)
        return c;
    return (int)a->f->fs - (int)b->f->fs;
}

static int add_file(struct qd_diff *d, const struct entry *a, const struct entry *b,
                    struct qdiag_error *e)
{
    const struct entry *any = a ? a : b;
    struct qd_diff_entry en = {.kind = QD_DIFF_FILE,
                               .change = !b   ? QD_DIFF_ONLY_A
                                         : !a ? QD_DIFF_ONLY_B
                                              : QD_DIFF_BYTES,
                               .class = qd_catalog_path_class(any->path),
                               .name = qd_strdup(any->path),
                               .a = a ? a->f->data : NULL,
                               .b = b ? b->f->data : NULL,
                               .len_a = a ? a->f->len : 0,
                               .len_b = b ? b->f->len : 0,
                               .mode_a = a ? a->f->mode : 0,
                               .mode_b = b ? b->f->mode : 0};
    if (!en.name)
        return qd_nomem(e);
    return qd_diff_add(d, &en, e);
}

static int diff_files(struct qd_diff *d, const struct qd_backup *a, const struct qd_backup *b,
                      struct qdiag_error *e)
{
    struct listing la = {0}, lb = {0};
    int rc = list_files(&a->files, &la) || list_files(&b->files, &lb) ? qd_nomem(e) : 0;
    for (size_t i = 0, k = 0; rc == 0 && (i < la.n || k < lb.n);) {
        int c = i >= la.n ? 1 : k >= lb.n ? -1 : order(&la.v[i], &lb.v[k]);
        rc = add_file(d, c <= 0 ? &la.v[i] : NULL, c >= 0 ? &lb.v[k] : NULL, e);
        i += c <= 0;
        k += c >= 0;
    }
    free_listing(&la);
    free_listing(&lb);
    return rc;
}

/* A property with its text on both sides; equal texts are counted, not listed. */
static int property(struct qd_diff *d, const char *name, enum qd_class class, const char *a,
                    const char *b, struct qdiag_error *e)
{
    struct qd_diff_entry en = {.kind = QD_DIFF_PROPERTY,
                               .change = QD_DIFF_BYTES,
                               .class = class,
                               .name = qd_strdup(name),
                               .text_a = qd_strdup(a),
                               .text_b = qd_strdup(b)};
    if (!en.name || !en.text_a || !en.text_b) {
        free_entry(&en);
        return qd_nomem(e);
    }
    en.a = (const uint8_t *)en.text_a;
    en.b = (const uint8_t *)en.text_b;
    en.len_a = strlen(a);
    en.len_b = strlen(b);
    return qd_diff_add(d, &en, e);
}

/* A text that a tool cut at 31 characters is equal to the whole one. */
static const char *uncut(const char *own, const char *other)
{
    int cut = strlen(own) == CUT_SOFTWARE && strncmp(own, other, CUT_SOFTWARE) == 0;
    return cut ? other : own;
}

static void esn_text(uint32_t esn, char out[16])
{
    snprintf(out, 16, "%08X", (unsigned)esn);
    if (qd_esn_class(esn) != QD_IDENT_USABLE)
        snprintf(out, 16, "none"); /* 0 and the placeholder say the same */
}

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

static int diff_texts(struct qd_diff *d, const struct qd_backup *a, const struct qd_backup *b,
                      struct qdiag_error *e)
{
    char ta[32], tb[32];
    const char *sa = or_empty(a->software), *sb = or_empty(b->software);
    snprintf(ta, sizeof ta, "%u", a->model);
    snprintf(tb, sizeof tb, "%u", b->model);
    int rc = property(d, "model", QD_CLASS_FIRMWARE, ta, tb, e);
    esn_text(a->esn, ta);
    esn_text(b->esn, tb);
    if (rc == 0)
        rc = property(d, "esn", QD_CLASS_IDENTITY, ta, tb, e);
    snprintf(ta, sizeof ta, "%u.%u", a->nv_major, a->nv_minor);
    snprintf(tb, sizeof tb, "%u.%u", b->nv_major, b->nv_minor);
    if (rc == 0)
        rc = property(d, "nv_revision", QD_CLASS_FIRMWARE, ta, tb, e);
    if (rc == 0)
        rc = property(d, "software", QD_CLASS_FIRMWARE, uncut(sa, sb), uncut(sb, sa), e);
    if (rc == 0)
        rc = property(d, "client", QD_CLASS_VOLATILE, or_empty(a->client), or_empty(b->client), e);
    return rc;
}

static int diff_feature(struct qd_diff *d, const struct qd_backup *a, const struct qd_backup *b,
                        struct qdiag_error *e)
{
    if (!a->has_feature && !b->has_feature)
        return 0;
    struct qd_diff_entry en = {.kind = QD_DIFF_PROPERTY,
                               .change = !b->has_feature   ? QD_DIFF_ONLY_A
                                         : !a->has_feature ? QD_DIFF_ONLY_B
                                                           : QD_DIFF_BYTES,
                               .class = QD_CLASS_FIRMWARE,
                               .name = qd_strdup("feature_mask"),
                               .a = a->has_feature ? a->feature : NULL,
                               .b = b->has_feature ? b->feature : NULL,
                               .len_a = a->has_feature ? a->feature_len : 0,
                               .len_b = b->has_feature ? b->feature_len : 0};
    if (!en.name)
        return qd_nomem(e);
    return qd_diff_add(d, &en, e);
}

int qd_diff_backups(const struct qd_backup *a, const struct qd_backup *b, struct qd_diff *out,
                    struct qdiag_error *e)
{
    memset(out, 0, sizeof *out);
    int rc = diff_texts(out, a, b, e);
    if (rc == 0)
        rc = diff_feature(out, a, b, e);
    for (unsigned sub = 0; rc == 0 && sub < QD_SUBS; sub++)
        rc = diff_nv(out, sub, &a->nv[sub], &b->nv[sub], e);
    if (rc == 0)
        rc = diff_files(out, a, b, e);
    if (rc != 0)
        qd_diff_free(out);
    return rc;
}
