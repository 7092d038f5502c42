/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Writes qcn/order: the tree of a QCN as one line per storage, stream, NV record and file, in their
 * order. Bytes that the other files of the folder give back are named only; whatever they would not
 * give back exactly goes to qcn/extra/ as it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "container/folder.h"
#include "container/qcn.h"

#define EFS_HEADER 8u

struct order {
    const struct qd_doc *doc;
    const struct qd_placed *placed;
    size_t n;
    struct qd_entries *out;
    struct qdiag_error *e;
    const struct qd_node *config;
    struct qd_buf text;
    unsigned extra;
    int bad; /* out of memory */
};

static void line(struct order *o, const char *word, const char *name)
{
    o->bad |= qd_buf_printf(&o->text, "%s ", word);
    o->bad |= qd_folder_escape(&o->text, name, 1);
    o->bad |= qd_buf_add_byte(&o->text, '\n');
}

static int add_extra(struct order *o, const uint8_t *p, size_t n)
{
    char path[48];
    snprintf(path, sizeof path, QD_FOLDER_EXTRA "%u", ++o->extra);
    struct qd_entry x = {.path = path, .data = (uint8_t *)p, .len = n, .borrowed = 1};
    return qd_entries_add(o->out, &x, o->e);
}

static int extra_stream(struct order *o, const struct qd_node *n)
{
    if (n->len == 0) {
        line(o, "empty", n->name);
        return 0;
    }
    int rc = add_extra(o, n->data, n->len);
    o->bad |= qd_buf_printf(&o->text, "extra %u ", o->extra);
    o->bad |= qd_folder_escape(&o->text, n->name, 1);
    o->bad |= qd_buf_add_byte(&o->text, '\n');
    return rc;
}

/* A small stream is named only when the properties give back its very bytes. */
static int small_stream(struct order *o, const struct qd_node *n, char which, const char *word)
{
    struct qd_node *scratch = qd_tree_new("");
    int rc =
        scratch ? qd_props_stream(o->doc->backup, which, scratch, n->name, o->e) : qd_nomem(o->e);
    const struct qd_node *made = rc == 0 ? scratch->child[0] : NULL;
    int same =
        made && made->len == n->len && (n->len == 0 || memcmp(made->data, n->data, n->len) == 0);
    qd_tree_free(&scratch);
    if (rc == 0 && same)
        line(o, word, n->name);
    return rc == 0 && !same ? extra_stream(o, n) : rc;
}

static void nv_stream(struct order *o, const struct qd_node *n, unsigned sub)
{
    const struct qd_nv_set *set = &o->doc->backup->nv[sub];
    o->bad |= qd_buf_printf(&o->text, "nv %u ", sub);
    o->bad |= qd_folder_escape(&o->text, n->name, 1);
    o->bad |= qd_buf_add_byte(&o->text, '\n');
    for (size_t i = 0; i < set->n; i++) {
        const struct qd_nv_item *v = &set->v[i];
        o->bad |= v->index ? qd_buf_printf(&o->text, " %u.%u\n", v->id, v->index)
                           : qd_buf_printf(&o->text, " %u\n", v->id);
    }
}

static int stream(struct order *o, const struct qd_node *n)
{
    const struct qd_node *parent = n->parent;
    int in_config = parent == o->config;
    if (!parent->parent && strcmp(n->name, "File_Version") == 0)
        return small_stream(o, n, 'v', "version");
    if (in_config && strcmp(n->name, "Mobile_Property_Info") == 0)
        return small_stream(o, n, 'p', "property");
    if (in_config && strcmp(n->name, "Feature_Mask") == 0)
        return small_stream(o, n, 'f', "feature");
    if (parent->parent == o->config && strcmp(parent->name, "NV_NUMBERED_ITEMS") == 0)
        for (unsigned sub = 0; sub < QD_SUBS; sub++)
            if (strcmp(n->name, qd_nv_array_name(sub)) == 0) {
                nv_stream(o, n, sub);
                return 0;
            }
    return extra_stream(o, n);
}

static const struct qd_placed *find_placed(const struct order *o, const char *path)
{
    size_t lo = 0, hi = o->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = qd_place_compare(o->placed[mid].path, path);
        if (c == 0)
            return &o->placed[mid];
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

/* " [=NAME ][xK:TIME ]FLAGS path": NAME when it is not the next number, xK when the folder cannot
 * hold the path; n = with a NUL behind the path, a = in efs-alt/. */
static int dir_line(struct order *o, const struct qd_node *n, size_t at, int backup)
{
    char usual[9], path[1100];
    size_t skip = backup ? EFS_HEADER : 0, len = n->len - skip;
    const char *p = (const char *)n->data + skip;
    int nul = len > 0 && p[len - 1] == '\0', rc = 0;
    len -= (size_t)nul;
    if (len >= sizeof path)
        return qd_fail(o->e, QDIAG_E_BUG, n->name, "%s", "a path that no reader lets pass");
    memcpy(path, p, len);
    path[len] = '\0';
    const struct qd_placed *f = find_placed(o, path + (path[0] == '/'));
    if (!f)
        return qd_fail(o->e, QDIAG_E_BUG, path, "%s", "a file of the tree is not in the backup");
    snprintf(usual, sizeof usual, "%08X", (unsigned)at);
    if (strcmp(usual, n->name) != 0)
        o->bad |= qd_buf_printf(&o->text, " =%s", n->name);
    if (!f->held) {
        rc = add_extra(o, f->file->data, f->file->len);
        o->bad |= qd_buf_printf(&o->text, " x%u:%u", o->extra,
                                backup ? (unsigned)qd_get32(n->data + 4) : 0);
    }
    o->bad |= qd_buf_printf(&o->text, " %s%s%s %s\n", nul ? "n" : "", f->held && f->alt ? "a" : "",
                            nul || (f->held && f->alt) ? "" : "-", path);
    return rc;
}

static int same_names(const struct qd_node *a, const struct qd_node *b)
{
    if (!a || a->nchild != b->nchild)
        return 0;
    for (size_t i = 0; i < a->nchild; i++)
        if (strcmp(a->child[i]->name, b->child[i]->name) != 0)
            return 0;
    return 1;
}

static int section_part(struct order *o, const struct qd_node *n, int is_dirs, int backup,
                        const struct qd_node *dirs)
{
    int rc = 0;
    line(o, is_dirs ? "dirs" : "datas", n->name);
    for (size_t i = 0; rc == 0 && is_dirs && i < n->nchild; i++)
        rc = dir_line(o, n->child[i], i, backup);
    for (size_t i = 0; !is_dirs && !same_names(dirs, n) && i < n->nchild; i++)
        o->bad |= qd_buf_printf(&o->text, " %s\n", n->child[i]->name);
    return rc;
}

/* EFS_Dir or EFS_Data of one of the three sections, when both are there; else 0. */
static int is_section_part(const struct order *o, const struct qd_node *n, int *is_dirs,
                           int *backup)
{
    const struct qd_node *s = n->parent;
    int known = 0;
    if (n->is_stream || s->parent != o->config || !o->config)
        return 0;
    for (unsigned i = 0; i < QD_SECTIONS; i++)
        known |= strcmp(s->name, qd_section_name((enum qd_section)i)) == 0;
    *is_dirs = strcmp(n->name, "EFS_Dir") == 0;
    *backup = strcmp(s->name, qd_section_name(QD_SEC_EFS_BACKUP)) == 0;
    return known && (*is_dirs || strcmp(n->name, "EFS_Data") == 0) && qd_tree_child(s, "EFS_Dir") &&
           qd_tree_child(s, "EFS_Data");
}

static int visit(struct order *o, const struct qd_node *n, const struct qd_node **dirs)
{
    int is_dirs, backup;
    if (n->is_stream)
        return stream(o, n);
    if (is_section_part(o, n, &is_dirs, &backup)) {
        int rc = section_part(o, n, is_dirs, backup, *dirs);
        *dirs = is_dirs ? n : *dirs;
        return rc;
    }
    line(o, "storage", n->name);
    *dirs = NULL;
    return 1;
}

static int walk(struct order *o)
{
    const struct qd_node *at[QD_TREE_MAX_DEPTH + 1] = {o->doc->tree}, *dirs = NULL;
    size_t next[QD_TREE_MAX_DEPTH + 1] = {0}, depth = 0;
    for (;;) {
        if (next[depth] == at[depth]->nchild) {
            if (depth-- == 0)
                return 0;
            o->bad |= qd_buf_add_text(&o->text, "end\n");
            continue;
        }
        const struct qd_node *n = at[depth]->child[next[depth]++];
        int rc = visit(o, n, &dirs);
        if (rc < 0)
            return rc;
        if (rc == 1 && depth == QD_TREE_MAX_DEPTH)
            return qd_fail(o->e, QDIAG_E_BUG, n->name, "%s", "a tree deeper than any reader takes");
        if (rc == 1) {
            at[++depth] = n;
            next[depth] = 0;
        }
    }
}

static const struct qd_node *only_storage(const struct qd_node *n)
{
    for (size_t i = 0; n && i < n->nchild; i++)
        if (!n->child[i]->is_stream)
            return n->child[i];
    return NULL;
}

int qd_order_write(const struct qd_doc *doc, const struct qd_placed *placed, size_t n,
                   struct qd_entries *out, struct qdiag_error *e)
{
    struct order o = {.doc = doc, .placed = placed, .n = n, .out = out, .e = e};
    o.config = only_storage(only_storage(doc->tree));
    int rc = walk(&o);
    struct qd_entry x = {.path = (char *)QD_FOLDER_ORDER, .data = o.text.p, .len = o.text.len};
    if (rc == 0)
        rc = o.bad ? qd_nomem(e) : qd_entries_add(out, &x, e);
    if (rc != 0)
        qd_buf_free(&o.text);
    return rc;
}
