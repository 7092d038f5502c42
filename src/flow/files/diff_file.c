/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag_diff_files: two backup files of any kind, item by item, under names and classes. How a file
 * is packed never counts. Bytes of private items are not given out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "flow/files/contents_parts.h"
#include "flow/files/diff_sides.h"
#include "model/decode.h"

/* Streams that no rule explains, by path. */
struct streams {
    const struct qd_node **v;
    size_t n, cap;
};

static int keep_stream(struct qd_node *n, void *user)
{
    struct streams *s = user;
    enum qd_part_kind kind = n->is_stream ? qd_part_of(n).kind : QD_PART_VERSION;
    if (kind != QD_PART_UNKNOWN && kind != QD_PART_ROAMING)
        return 0;
    const struct qd_node **v = qd_grow(s->v, s->n, &s->cap, sizeof *v);
    if (!v)
        return -1;
    s->v = v;
    s->v[s->n++] = n;
    return 0;
}

static int by_path(const void *a, const void *b)
{
    char pa[512], pb[512];
    qd_tree_path(*(const struct qd_node *const *)a, pa, sizeof pa);
    qd_tree_path(*(const struct qd_node *const *)b, pb, sizeof pb);
    return strcmp(pa, pb);
}

static int collect_streams(struct qd_node *tree, struct streams *s, struct qdiag_error *e)
{
    if (qd_each_node(tree, keep_stream, s) != 0)
        return qd_nomem(e);
    if (s->n > 1)
        qsort(s->v, s->n, sizeof *s->v, by_path);
    return 0;
}

static int add_stream(struct qd_diff *d, const struct qd_node *a, const struct qd_node *b,
                      struct qdiag_error *e)
{
    char path[512];
    const struct qd_node *any = a ? a : b;
    qd_tree_path(any, path, sizeof path);
    struct qd_diff_entry en = {.kind = QD_DIFF_STREAM,
                               .change = !b   ? QD_DIFF_ONLY_A
                                         : !a ? QD_DIFF_ONLY_B
                                              : QD_DIFF_BYTES,
                               .class = qd_part_of(any).kind == QD_PART_ROAMING ? QD_CLASS_NETWORK
                                                                                : QD_CLASS_UNKNOWN,
                               .name = qd_strdup(path),
                               .a = a ? a->data : NULL,
                               .b = b ? b->data : NULL,
                               .len_a = a ? a->len : 0,
                               .len_b = b ? b->len : 0};
    return en.name ? qd_diff_add(d, &en, e) : qd_nomem(e);
}

static int diff_streams(struct qd_sides *in, struct qdiag_error *e)
{
    struct streams a = {0}, b = {0};
    int rc = collect_streams(in->a->doc->tree, &a, e);
    if (rc == 0)
        rc = collect_streams(in->b->doc->tree, &b, e);
    for (size_t i = 0, k = 0; rc == 0 && (i < a.n || k < b.n);) {
        int c = i >= a.n ? 1 : k >= b.n ? -1 : by_path(&a.v[i], &b.v[k]);
        rc = add_stream(&in->diff, c <= 0 ? a.v[i] : NULL, c >= 0 ? b.v[k] : NULL, e);
        i += c <= 0;
        k += c >= 0;
    }
    free(a.v);
    free(b.v);
    return rc;
}

static int side_masked(const struct qdiag_contents *c, const struct qd_diff_entry *en, int second)
{
    const uint8_t *p = second ? en->b : en->a;
    size_t n = second ? en->len_b : en->len_a;
    struct qd_nv_item it = {.id = en->id, .index = en->index};
    if (!p)
        return 0;
    switch (en->kind) {
    case QD_DIFF_NV:
        memcpy(it.data, p, QD_NV_SIZE);
        return qd_nv_masked(c, &it);
    case QD_DIFF_FILE:
        return qd_file_masked(c, en->name, p, n);
    case QD_DIFF_PROPERTY:
        return qd_class_is_private(en->class);
    case QD_DIFF_STREAM:
        break;
    }
    return strstr(en->name, "NV_ITEM_ARRAY") || qd_bytes_masked(c, p, n);
}

/* Either file's identities may stand on either side. */
static int masked(const struct qd_sides *in, const struct qd_diff_entry *en)
{
    return side_masked(in->a, en, 0) || side_masked(in->a, en, 1) || side_masked(in->b, en, 0) ||
           side_masked(in->b, en, 1);
}

static char *property_value(const struct qdiag_contents *c, const struct qd_diff_entry *en,
                            const char *text)
{
    char hidden[32];
    size_t n = strlen(text);
    if (strcmp(en->name, "esn") == 0 && !c->show && strcmp(text, "none") != 0) {
        snprintf(hidden, sizeof hidden, "…%s", text + (n > 4 ? n - 4 : n));
        return qd_strdup(hidden);
    }
    return qd_text_shown(c, text);
}

static char *side_value(const struct qdiag_contents *c, const struct qd_diff_entry *en, int second,
                        int is_private)
{
    const uint8_t *p = second ? en->b : en->a;
    const char *text = second ? en->text_b : en->text_a;
    struct qd_nv_item it = {.id = en->id, .index = en->index};
    if (text)
        return property_value(c, en, text);
    if (!p)
        return qd_strdup("");
    if (en->kind == QD_DIFF_NV) {
        memcpy(it.data, p, QD_NV_SIZE);
        if (!is_private || c->show || qd_class_is_private(en->class))
            return qd_nv_value(c, &it);
    }
    if (is_private && !c->show)
        return qd_strdup("hidden");
    return en->kind == QD_DIFF_FILE ? qd_file_value(c, en->name, p, second ? en->len_b : en->len_a)
                                    : qd_strdup("");
}

static unsigned copy_bytes(uint8_t out[8], const uint8_t *p, size_t n, struct qd_diff_range r)
{
    size_t have = r.at < n ? n - r.at : 0;
    size_t take = r.len < have ? r.len : have;
    take = take > 8 ? 8 : take;
    if (p && take > 0)
        memcpy(out, p + r.at, take);
    return p ? (unsigned)take : 0;
}

static size_t fill_ranges(struct qdiag_range *out, const struct qd_diff_entry *en, int give)
{
    size_t n = en->nrange < QD_DIFF_RANGES ? en->nrange : QD_DIFF_RANGES;
    for (size_t i = 0; i < n; i++) {
        out[i].offset = en->range[i].at;
        out[i].length = en->range[i].len;
        if (!give)
            continue;
        out[i].na = copy_bytes(out[i].a, en->a, en->len_a, en->range[i]);
        out[i].nb = copy_bytes(out[i].b, en->b, en->len_b, en->range[i]);
    }
    return n;
}

static enum qdiag_item_kind kind_of(enum qd_diff_kind kind)
{
    switch (kind) {
    case QD_DIFF_NV:
        return QDIAG_ITEM_NV;
    case QD_DIFF_FILE:
        return QDIAG_ITEM_FILE;
    case QD_DIFF_PROPERTY:
        return QDIAG_ITEM_PROPERTY;
    case QD_DIFF_STREAM:
        break;
    }
    return QDIAG_ITEM_STREAM;
}

static void label_it(const struct qd_sides *in, const struct qd_diff_entry *en,
                     struct qdiag_difference *d)
{
    struct qd_label l = {"", ""};
    if (en->kind == QD_DIFF_NV)
        l = qd_label_nv(in->a->labels, en->id);
    else if (en->kind == QD_DIFF_FILE)
        l = qd_label_path(in->a->labels, en->name);
    d->name = l.name;
    d->label = l.label;
}

static int tell(struct qd_sides *in, const struct qd_diff_entry *en, struct qdiag_difference *d,
                struct qdiag_error *e)
{
    struct qd_told *t = &in->told[in->ntold++];
    int is_private = masked(in, en), nv = en->kind == QD_DIFF_NV;
    t->path = qd_text_shown(in->a, en->name ? en->name : "");
    t->a = side_value(in->a, en, 0, is_private);
    t->b = side_value(in->b, en, 1, is_private);
    if (!t->path || !t->a || !t->b)
        return qd_nomem(e);
    *d = (struct qdiag_difference){.kind = kind_of(en->kind),
                                   .change = (enum qdiag_change)en->change,
                                   .class_name = qd_class_name(en->class),
                                   .volatile_item = in->means(in, en) == QD_VERIFY_APART,
                                   .unit_bound = qd_verify_bound(en) != QD_CLASS_UNKNOWN,
                                   .is_private = is_private,
                                   .sub = nv ? (int)en->sub : -1,
                                   .nv = nv ? en->id : -1,
                                   .index = en->index,
                                   .path = t->path,
                                   .value_a = t->a,
                                   .value_b = t->b,
                                   .size_a = en->len_a,
                                   .size_b = en->len_b,
                                   .bytes = en->bytes,
                                   .mode_a = en->mode_a,
                                   .mode_b = en->mode_b,
                                   .range = t->range};
    label_it(in, en, d);
    if (en->change == QD_DIFF_BYTES && en->kind != QD_DIFF_PROPERTY) {
        d->ranges = fill_ranges(t->range, en, !is_private || in->a->show);
        d->more_ranges = en->nrange - d->ranges;
    }
    return 0;
}

/* Differences one class after the other, in the order of the classes. */
int qd_diff_tell(struct qdiag_diff_report *r, const struct qdiag_diff_options *o,
                 struct qdiag_error *e)
{
    struct qd_sides *in = r->inside;
    int rc = 0;
    r->difference = qd_alloc(in->diff.n, sizeof *r->difference);
    in->told = qd_alloc(in->diff.n, sizeof *in->told);
    if (!r->difference || !in->told)
        return qd_nomem(e);
    for (int class = QD_CLASS_UNKNOWN; class <= QD_CLASS_MISC; class ++)
        for (size_t i = 0; rc == 0 && i < in->diff.n; i++) {
            const struct qd_diff_entry *en = &in->diff.v[i];
            if (en->class != (enum qd_class) class)
                continue;
            if (o->only && !(qd_class_bits(o->only) & 1u << en->class)) {
                r->not_chosen++;
                continue;
            }
            enum qd_verify_as as = in->means(in, en);
            rc = tell(in, en, &r->difference[r->count++], e);
            r->volatiles += as == QD_VERIFY_APART;
            r->counted += as == QD_VERIFY_DIFFERS || (as == QD_VERIFY_APART && o->with_volatile);
        }
    r->equal = in->diff.equal;
    return rc;
}

static enum qd_verify_as between_files(const struct qd_sides *in, const struct qd_diff_entry *en)
{
    (void)in;
    return en->class == QD_CLASS_VOLATILE ? QD_VERIFY_APART : QD_VERIFY_DIFFERS;
}

static int compare(struct qdiag_context *c, const char *a, const char *b,
                   const struct qdiag_diff_options *o, struct qdiag_diff_report *r,
                   struct qdiag_error *e)
{
    struct qd_sides *in = r->inside;
    in->means = between_files;
    int rc = qdiag_contents_open(c, a, o->show_identity, &in->a, e);
    if (rc == 0)
        rc = qdiag_contents_open(c, b, o->show_identity, &in->b, e);
    if (rc == 0)
        rc = qd_diff_backups(in->a->doc->backup, in->b->doc->backup, &in->diff, e);
    if (rc == 0)
        rc = diff_streams(in, e);
    return rc == 0 ? qd_diff_tell(r, o, e) : rc;
}

int qdiag_diff_files(struct qdiag_context *c, const char *a, const char *b,
                     const struct qdiag_diff_options *o, struct qdiag_diff_report **report,
                     struct qdiag_error *e)
{
    struct qdiag_diff_report *r = NULL;
    *report = NULL;
    int rc = qd_diff_report_new(o, &r, e);
    if (rc == 0)
        rc = compare(c, a, b, o, r, e);
    if (rc != 0) {
        qdiag_diff_report_free(&r);
        return rc;
    }
    *report = r;
    if (r->counted == 0)
        return 0;
    rc = qd_fail(e, QDIAG_E_DIFFERENT, NULL, "%zu of %zu items", r->counted,
                 r->equal + r->count + r->not_chosen);
    if (e)
        e->who = QDIAG_WHO_FILE;
    return rc;
}

int qd_diff_report_new(const struct qdiag_diff_options *o, struct qdiag_diff_report **r,
                       struct qdiag_error *e)
{
    *r = NULL;
    if (o->only && !qd_class_bits(o->only))
        return qd_fail(e, QDIAG_E_USAGE, o->only, "%s", "there is no such class of items");
    *r = qd_alloc(1, sizeof **r);
    if (*r)
        (*r)->inside = qd_alloc(1, sizeof(struct qd_sides));
    if (*r && (*r)->inside)
        return 0;
    qdiag_diff_report_free(r);
    return qd_nomem(e);
}

void qdiag_diff_report_free(struct qdiag_diff_report **rp)
{
    if (!rp || !*rp)
        return;
    struct qd_sides *in = (*rp)->inside;
    for (size_t i = 0; in && i < in->ntold; i++) {
        free(in->told[i].path);
        free(in->told[i].a);
        free(in->told[i].b);
    }
    if (in) {
        free(in->told);
        qd_diff_free(&in->diff);
        qdiag_contents_free(&in->a);
        qdiag_contents_free(&in->b);
        free(in);
    }
    free((*rp)->difference);
    free(*rp);
    *rp = NULL;
}
