/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Makes the list of items of a loaded backup, with names, values and masking. Nothing private
 * leaves here unless the contents were opened for showing it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "flow/files/contents.h"
#include "flow/files/contents_parts.h"
#include "flow/files/labels.h"
#include "model/decode.h"
#include "model/ident.h"

#define PATH_CAP 1100u
#define KEY_CAP  1200u

int qd_bytes_masked(const struct qdiag_contents *c, const uint8_t *p, size_t n)
{
    return qd_digit_runs(p, n) || qd_needles_hit(&c->needles, p, n);
}

int qd_nv_masked(const struct qdiag_contents *c, const struct qd_nv_item *it)
{
    enum qd_class class = qd_catalog_nv_class(it->id);
    if (qd_class_is_private(class))
        return 1;
    if (class == QD_CLASS_UNKNOWN && qd_label_is_private(qd_label_nv(c->labels, it->id).label))
        return 1;
    return qd_bytes_masked(c, it->data, QD_NV_SIZE);
}

int qd_file_masked(const struct qdiag_contents *c, const char *path, const uint8_t *p, size_t n)
{
    if (qd_path_is_private(path))
        return 1;
    if (qd_catalog_path_class(path) == QD_CLASS_UNKNOWN &&
        qd_label_is_private(qd_label_path(c->labels, path).label))
        return 1;
    return qd_bytes_masked(c, p, n);
}

char *qd_nv_value(const struct qdiag_contents *c, const struct qd_nv_item *it)
{
    char text[256];
    int masked = !c->show && qd_nv_masked(c, it);
    int safe = qd_class_is_private(qd_catalog_nv_class(it->id)); /* the decoder masks these */
    int known = qd_decode_nv(it->id, it->data, c->show, text, sizeof text);
    return qd_strdup(masked && !(known && safe) ? "hidden" : text);
}

char *qd_file_value(const struct qdiag_contents *c, const char *path, const uint8_t *p, size_t n)
{
    char text[256];
    if (!c->show && n > 0 && qd_file_masked(c, path, p, n))
        return qd_strdup("hidden");
    qd_decode_file(path, p, n, text, sizeof text);
    return qd_strdup(text);
}

/* Adds an item; takes over the texts of s, also on failure. */
static int add(struct qdiag_contents *c, struct qd_shown *s, struct qdiag_error *e)
{
    struct qd_shown *v =
        s->key && s->path && s->value ? qd_grow(c->v, c->n, &c->cap, sizeof *v) : NULL;
    if (!v) {
        free(s->key);
        free(s->path);
        free(s->value);
        return qd_nomem(e);
    }
    c->v = v;
    if (s->pub.is_private && !c->show)
        s->pub.data = NULL;
    c->v[c->n++] = *s;
    return 0;
}

/* The vector has moved while it grew: the texts inside it get their addresses last. */
static void point(struct qdiag_contents *c)
{
    for (size_t i = 0; i < c->n; i++) {
        struct qd_shown *s = &c->v[i];
        s->pub.key = s->key;
        s->pub.path = s->path;
        s->pub.value = s->value;
        s->pub.time = s->time;
    }
}

static struct qd_shown blank_item(enum qdiag_item_kind kind, enum qd_class class)
{
    return (struct qd_shown){.pub = {.kind = kind,
                                     .class_name = qd_class_name(class),
                                     .name = "",
                                     .label = "",
                                     .sub = -1,
                                     .nv = -1,
                                     .section = ""}};
}

static int add_property(struct qdiag_contents *c, const char *name, enum qd_class class,
                        const char *value, struct qdiag_error *e)
{
    char key[64];
    struct qd_shown s = blank_item(QDIAG_ITEM_PROPERTY, class);
    snprintf(key, sizeof key, "property:%s", name);
    s.pub.is_private = qd_class_is_private(class);
    s.pub.size = strlen(value);
    s.key = qd_strdup(key);
    s.path = qd_strdup(name);
    s.value = qd_text_shown(c, value);
    return add(c, &s, e);
}

static int list_properties(struct qdiag_contents *c, struct qdiag_error *e)
{
    const struct qd_backup *b = c->doc->backup;
    char text[32], masked[16];
    snprintf(text, sizeof text, "%u", b->model);
    int rc = add_property(c, "model", QD_CLASS_FIRMWARE, text, e);
    snprintf(text, sizeof text, "%08X", (unsigned)b->esn);
    qd_ident_mask(text, masked);
    if (qd_esn_class(b->esn) != QD_IDENT_USABLE)
        snprintf(text, sizeof text, "none");
    else if (!c->show)
        snprintf(text, sizeof text, "%s", masked);
    if (rc == 0)
        rc = add_property(c, "esn", QD_CLASS_IDENTITY, text, e);
    if (rc == 0)
        rc = add_property(c, "software", QD_CLASS_FIRMWARE, b->software ? b->software : "", e);
    if (rc == 0)
        rc = add_property(c, "client", QD_CLASS_FIRMWARE, b->client ? b->client : "", e);
    if (rc == 0 && b->has_feature) {
        snprintf(text, sizeof text, "%zu bytes", b->feature_len);
        rc = add_property(c, "feature_mask", QD_CLASS_FIRMWARE, text, e);
        if (rc == 0) {
            c->v[c->n - 1].pub.size = b->feature_len;
            c->v[c->n - 1].pub.data = b->feature;
        }
    }
    return rc;
}

static int add_nv(struct qdiag_contents *c, unsigned sub, const struct qd_nv_item *it,
                  struct qdiag_error *e)
{
    char key[40];
    struct qd_shown s = blank_item(QDIAG_ITEM_NV, qd_catalog_nv_class(it->id));
    struct qd_label label = qd_label_nv(c->labels, it->id);
    if (it->index)
        snprintf(key, sizeof key, "nv:%u:%u:%u", sub, it->id, it->index);
    else
        snprintf(key, sizeof key, "nv:%u:%u", sub, it->id);
    s.pub.name = label.name;
    s.pub.label = label.label;
    s.pub.sub = (int)sub;
    s.pub.nv = it->id;
    s.pub.index = it->index;
    s.pub.is_private = qd_nv_masked(c, it);
    s.pub.size = QD_NV_SIZE;
    s.pub.data = it->data;
    s.key = qd_strdup(key);
    s.path = qd_strdup("");
    s.value = qd_nv_value(c, it);
    return add(c, &s, e);
}

static int by_nv(const void *pa, const void *pb)
{
    const struct qd_nv_item *a = *(const struct qd_nv_item *const *)pa;
    const struct qd_nv_item *b = *(const struct qd_nv_item *const *)pb;
    return a->id != b->id ? (int)a->id - (int)b->id : (int)a->index - (int)b->index;
}

static int list_nv(struct qdiag_contents *c, unsigned sub, struct qdiag_error *e)
{
    int rc = 0;
    const struct qd_nv_set *set = &c->doc->backup->nv[sub];
    const struct qd_nv_item **v = qd_alloc(set->n, sizeof *v);
    if (!v)
        return qd_nomem(e);
    for (size_t i = 0; i < set->n; i++)
        v[i] = &set->v[i];
    qsort(v, set->n, sizeof *v, by_nv);
    for (size_t i = 0; rc == 0 && i < set->n; i++)
        rc = add_nv(c, sub, v[i], e);
    free(v);
    return rc;
}

struct place {
    char *path;
    const struct qd_file *f;
};

static int by_path(const void *pa, const void *pb)
{
    const struct place *a = pa, *b = pb;
    int d = strcmp(a->path, b->path);
    return d ? d : (int)a->f->section - (int)b->f->section;
}

static int add_file(struct qdiag_contents *c, const struct place *at, int twice,
                    struct qdiag_error *e)
{
    char key[KEY_CAP];
    const struct qd_file *f = at->f;
    struct qd_shown s = blank_item(QDIAG_ITEM_FILE, qd_catalog_path_class(f->path));
    struct qd_label label = qd_label_path(c->labels, f->path);
    snprintf(key, sizeof key, "efs:%s%s%s", at->path, twice ? "@" : "",
             twice ? qd_section_name(f->section) : "");
    s.pub.name = label.name;
    s.pub.label = label.label;
    s.pub.section = qd_section_name(f->section);
    s.pub.mode = f->mode;
    s.pub.is_private = qd_file_masked(c, f->path, f->data, f->len);
    s.pub.size = f->len;
    s.pub.data = f->data;
    qd_decode_mtime(f->mtime, s.time);
    s.key = qd_text_shown(c, key);
    s.path = qd_text_shown(c, at->path);
    s.value = qd_file_value(c, f->path, f->data, f->len);
    return add(c, &s, e);
}

static int add_files(struct qdiag_contents *c, const struct place *v, size_t n,
                     struct qdiag_error *e)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        int twice = (i > 0 && strcmp(v[i].path, v[i - 1].path) == 0) ||
                    (i + 1 < n && strcmp(v[i].path, v[i + 1].path) == 0);
        rc = add_file(c, &v[i], twice, e);
    }
    return rc;
}

static int list_files(struct qdiag_contents *c, struct qdiag_error *e)
{
    char at[PATH_CAP];
    int rc = 0;
    const struct qd_file_set *set = &c->doc->backup->files;
    struct place *v = qd_alloc(set->n, sizeof *v);
    if (!v)
        return qd_nomem(e);
    for (size_t i = 0; rc == 0 && i < set->n; i++) {
        int odd = qd_path_normalise(set->v[i].path, at, sizeof at) != 0;
        v[i].f = &set->v[i];
        v[i].path = qd_strdup(odd ? set->v[i].path : at);
        rc = v[i].path ? 0 : qd_nomem(e);
    }
    if (rc == 0) {
        qsort(v, set->n, sizeof *v, by_path);
        rc = add_files(c, v, set->n, e);
    }
    for (size_t i = 0; i < set->n; i++)
        free(v[i].path);
    free(v);
    return rc;
}

struct walk {
    struct qdiag_contents *c;
    struct qdiag_error *e;
};

static int add_stream(struct qd_node *n, void *user)
{
    struct walk *w = user;
    char path[512], key[600];
    struct qd_part part = qd_part_of(n);
    if (!n->is_stream || (part.kind != QD_PART_UNKNOWN && part.kind != QD_PART_ROAMING))
        return 0;
    enum qd_class class = part.kind == QD_PART_ROAMING ? QD_CLASS_NETWORK : QD_CLASS_UNKNOWN;
    struct qd_shown s = blank_item(QDIAG_ITEM_STREAM, class);
    qd_tree_path(n, path, sizeof path);
    snprintf(key, sizeof key, "stream:%s", path);
    s.pub.is_private =
        strncmp(n->name, "NV_ITEM_ARRAY", 13) == 0 || qd_bytes_masked(w->c, n->data, n->len);
    s.pub.size = n->len;
    s.pub.data = n->data;
    s.key = qd_text_shown(w->c, key);
    s.path = qd_text_shown(w->c, path);
    s.value = qd_strdup(s.pub.is_private && !w->c->show ? "hidden" : "");
    return add(w->c, &s, w->e);
}

int qd_contents_list(struct qdiag_contents *c, struct qdiag_error *e)
{
    struct walk w = {c, e};
    int rc = list_properties(c, e);
    for (unsigned sub = 0; rc == 0 && sub < QD_SUBS; sub++)
        rc = list_nv(c, sub, e);
    if (rc == 0)
        rc = list_files(c, e);
    if (rc == 0)
        rc = qd_each_node(c->doc->tree, add_stream, &w);
    point(c);
    return rc;
}
