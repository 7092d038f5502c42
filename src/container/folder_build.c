/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads qcn/order: puts the tree of a QCN together again from the files of a folder. A file that is
 * named and not there is a refusal: nothing may go missing unseen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/text.h"
#include "container/cfb.h"
#include "container/folder.h"
#include "container/qcn.h"

#define EFS_HEADER 8u

struct ref { /* one line of `dirs`: the data that belongs to a name */
    uint32_t number;
    char name[9];
    size_t entry;
};

enum member { M_NONE, M_NV, M_DIRS, M_DATAS };

struct reader {
    struct qd_build *b;
    size_t no, nodes;
    struct qd_node *at[QD_TREE_MAX_DEPTH + 1];
    size_t depth;
    enum member member;
    struct qd_node *node; /* what members fill */
    unsigned sub;
    struct qd_buf nv;
    struct ref *ref; /* of the section that is open */
    size_t nref, ref_cap, at_name;
    struct qd_node *datas;
    char (*want)[9]; /* names of EFS_Data when they are listed */
    size_t nwant, want_cap;
    int section;
};

static int bad(const struct reader *r, const char *why)
{
    return qd_folder_bad(r->b->e, QD_FOLDER_ORDER, r->no, "%s", why);
}

int qd_build_stream(struct qd_build *b, struct qd_node *parent, const char *name, size_t entry)
{
    struct qd_entry *x = &b->in->v[entry];
    if (x->kind != QD_ENTRY_FILE && x->kind != QD_ENTRY_ITEM)
        return qd_folder_bad(b->e, x->path, 0, "a folder or link where a file belongs");
    if (b->used[entry] || x->borrowed || x->len == 0) {
        b->used[entry] = 1;
        return qd_qcn_add_stream(parent, name, x->data, x->len, b->e);
    }
    if (!qd_tree_stream_take(parent, name, x->data, x->len))
        return qd_nomem(b->e);
    x->borrowed = 1; /* the tree's now; both belong to one doc */
    b->used[entry] = 1;
    return 0;
}

int qd_build_dir(struct qd_build *b, struct qd_node *parent, const char *name,
                 const struct qd_dir *d)
{
    static const uint8_t fixed[4] = {1, 0, 1, 1};
    uint8_t head[EFS_HEADER];
    struct qd_buf t = {0};
    int failed = 0;
    if (d->section == QD_SEC_EFS_BACKUP) {
        memcpy(head, fixed, sizeof fixed);
        qd_put32(head + 4, d->mtime);
        failed = qd_buf_add(&t, head, sizeof head);
    }
    failed |= qd_buf_add(&t, d->path, strlen(d->path) + (d->nul != 0));
    int rc = failed ? qd_nomem(b->e) : qd_qcn_add_stream(parent, name, t.p, t.len, b->e);
    qd_buf_free(&t);
    return rc;
}

int qd_build_record(struct qd_buf *out, unsigned id, unsigned index, const struct qd_entry *x)
{
    uint8_t r[QD_NV_RECORD] = {0};
    qd_put16(r, QD_NV_RECORD);
    qd_put16(r + 2, 1);
    qd_put16(r + 4, (uint16_t)id);
    qd_put16(r + 6, (uint16_t)index);
    if (x->len)
        memcpy(r + 8, x->data, x->len < QD_NV_SIZE ? x->len : QD_NV_SIZE);
    return qd_buf_add(out, r, sizeof r);
}

static int find_entry(struct reader *r, const char *path, size_t *at)
{
    const struct qd_entry *x = qd_entries_find(r->b->in, path);
    if (!x)
        return qd_folder_bad(r->b->e, QD_FOLDER_ORDER, r->no, "there is no %.150s", path);
    *at = (size_t)(x - r->b->in->v);
    return 0;
}

/* As in the other containers. */
static int good_name(const char *name)
{
    struct qd_cfb_name held;
    return qd_cfb_name_encode(name, &held) == NULL;
}

static char *name_of(struct reader *r, const char *s, size_t n, int *rc)
{
    int nomem;
    char *name = qd_folder_unescape(s, n, &nomem);
    if (name && good_name(name) && ++r->nodes <= QD_TREE_MAX_NODES)
        return name;
    free(name);
    *rc = nomem ? qd_nomem(r->b->e)
                : bad(r, "a name that is empty, too long or broken, or too many of them");
    return NULL;
}

static int number(const char *s, size_t n, unsigned long max, unsigned long *out)
{
    *out = 0;
    if (n == 0 || n > 10)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        *out = *out * 10 + (unsigned long)(s[i] - '0');
    }
    return *out <= max ? 0 : -1;
}

static int nv_member(struct reader *r, const char *s, size_t n)
{
    const char *dot = memchr(s, '.', n);
    size_t digits = dot ? (size_t)(dot - s) : n;
    unsigned long id, index = 0;
    char path[32];
    if (number(s, digits, 65535, &id) != 0 ||
        (dot && number(dot + 1, n - digits - 1, 255, &index) != 0))
        return bad(r, "not an NV id, nor id.index");
    snprintf(path, sizeof path, "nv/%u/%lu.%lu", r->sub, id, index);
    const struct qd_entry *x = qd_entries_find(r->b->in, path);
    if (!x) {
        snprintf(path, sizeof path, "nv/%u/%lu", r->sub, id);
        x = qd_entries_find(r->b->in, path);
    }
    if (!x || x->kind != QD_ENTRY_FILE)
        return qd_folder_bad(r->b->e, QD_FOLDER_ORDER, r->no, "there is no %s", path);
    r->b->used[x - r->b->in->v] = 1;
    return qd_build_record(&r->nv, (unsigned)id, (unsigned)index, x) ? qd_nomem(r->b->e) : 0;
}

static int entry_number(const char *name, uint32_t *out)
{
    uint8_t b[4];
    if (strlen(name) != 8 || qd_unhex(name, b, 4) != 0)
        return -1;
    *out = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return 0;
}

struct dir_line {
    char name[9], path[1100];
    unsigned long extra, time;
    int has_extra, nul, alt;
};

/* "[=NAME ][xK:TIME ]FLAGS path"; the text is NUL-terminated. */
static const char *split_dir(const char *s, struct dir_line *d)
{
    if (*s == '=') {
        if (strcspn(++s, " ") != 8)
            return "a name that is not 8 hex digits";
        qd_copy_text(d->name, sizeof d->name, s);
        s += 8 + (s[8] == ' ');
    }
    if (*s == 'x') {
        size_t k = strcspn(++s, ": "), t = s[k] == ':' ? strcspn(s + k + 1, " ") : 0;
        if (number(s, k, UINT32_MAX, &d->extra) != 0 || t == 0 ||
            number(s + k + 1, t, UINT32_MAX, &d->time) != 0)
            return "not xNUMBER:TIME";
        d->has_extra = 1;
        s += k + 1 + t + (s[k + 1 + t] == ' ');
    }
    for (; *s && *s != ' '; s++) {
        d->nul |= *s == 'n';
        d->alt |= *s == 'a';
        if (*s != 'n' && *s != 'a' && *s != '-')
            return "flags other than n, a and -";
    }
    s += *s == ' ';
    if (strlen(s) >= sizeof d->path)
        return "a path longer than 1,024 bytes";
    qd_copy_text(d->path, sizeof d->path, s);
    return qd_qcn_path_fault(d->path, strlen(d->path));
}

static int dir_member(struct reader *r, const char *s, size_t n)
{
    struct dir_line d = {.extra = 0};
    char file[1200];
    struct ref ref;
    char *copy = qd_strndup(s, n);
    if (!copy)
        return qd_nomem(r->b->e);
    const char *why = split_dir(copy, &d);
    free(copy);
    if (why)
        return bad(r, why);
    if (!d.name[0])
        snprintf(d.name, sizeof d.name, "%08X", (unsigned)r->nref);
    if (entry_number(d.name, &ref.number) != 0 || r->nodes++ > QD_TREE_MAX_NODES)
        return bad(r, "a name that is not 8 hex digits, or too many of them");
    if (d.has_extra)
        snprintf(file, sizeof file, QD_FOLDER_EXTRA "%lu", d.extra);
    else
        snprintf(file, sizeof file, "%s/%s", qd_folder_root(d.alt), d.path + (d.path[0] == '/'));
    int rc = find_entry(r, file, &ref.entry);
    if (rc != 0)
        return rc;
    uint32_t mtime = d.has_extra ? (uint32_t)d.time : r->b->in->v[ref.entry].mtime;
    struct qd_dir dir = {r->section, d.path, mtime, d.nul};
    rc = qd_build_dir(r->b, r->node, d.name, &dir);
    struct ref *v = rc == 0 ? qd_grow(r->ref, r->nref, &r->ref_cap, sizeof *v) : NULL;
    if (!v)
        return rc ? rc : qd_nomem(r->b->e);
    qd_copy_text(ref.name, sizeof ref.name, d.name);
    r->ref = v;
    v[r->nref++] = ref;
    return 0;
}

static int data_member(struct reader *r, const char *s, size_t n)
{
    char(*v)[9] = qd_grow(r->want, r->nwant, &r->want_cap, sizeof *r->want);
    if (!v)
        return qd_nomem(r->b->e);
    r->want = v;
    if (n != 8 || r->nodes++ > QD_TREE_MAX_NODES)
        return bad(r, "a name that is not 8 hex digits, or too many of them");
    memcpy(v[r->nwant], s, 8);
    v[r->nwant++][8] = '\0';
    return 0;
}

static int by_number(const void *pa, const void *pb)
{
    const struct ref *a = pa, *b = pb;
    return (a->number > b->number) - (a->number < b->number);
}

/* The section is complete: EFS_Data gets its streams. */
static int fill_datas(struct reader *r)
{
    int rc = 0;
    if (!r->datas)
        return r->nref ? bad(r, "dirs without datas") : 0;
    for (size_t i = 0; rc == 0 && r->nwant == 0 && i < r->nref; i++)
        rc = qd_build_stream(r->b, r->datas, r->ref[i].name, r->ref[i].entry);
    if (r->nwant > 0 && r->nref > 0)
        qsort(r->ref, r->nref, sizeof *r->ref, by_number);
    for (size_t i = 0; rc == 0 && i < r->nwant; i++) {
        struct ref key = {0}, *hit = NULL;
        if (entry_number(r->want[i], &key.number) == 0 && r->nref > 0)
            hit = bsearch(&key, r->ref, r->nref, sizeof *r->ref, by_number);
        rc = hit ? qd_build_stream(r->b, r->datas, r->want[i], hit->entry)
                 : bad(r, "a name in datas that dirs does not have");
    }
    r->nref = r->nwant = 0;
    r->datas = NULL;
    return rc;
}

static int end_members(struct reader *r)
{
    if (r->member == M_NV) {
        r->node->data = r->nv.p;
        r->node->len = r->nv.len;
        memset(&r->nv, 0, sizeof r->nv);
    }
    r->member = M_NONE;
    return 0;
}

static int section_of(const struct qd_node *n)
{
    for (int s = 0; s < (int)QD_SECTIONS; s++)
        if (strcmp(n->name, qd_section_name((enum qd_section)s)) == 0)
            return s;
    return -1;
}

/* Members are files and items of the folder: only what a QCN calls so may hold them, or the file
 * would stand in a place where the next reader does not see it. */
static int wrong_name(const char *name, enum member member)
{
    return (member == M_DIRS && strcmp(name, "EFS_Dir") != 0) ||
           (member == M_DATAS && strcmp(name, "EFS_Data") != 0);
}

static int open_storage(struct reader *r, const char *name, enum member member)
{
    struct qd_node *n = NULL;
    if (wrong_name(name, member))
        return bad(r, "dirs is EFS_Dir and datas is EFS_Data, under no other name");
    int rc = qd_qcn_add_storage(r->at[r->depth], name, &n, r->b->e);
    if (rc != 0)
        return rc;
    r->node = n;
    r->member = member;
    if (member == M_DATAS)
        r->datas = n;
    if (member != M_NONE)
        return r->section < 0 || r->depth + 1 > QD_TREE_MAX_DEPTH
                   ? bad(r, "dirs or datas outside of a section")
                   : 0;
    if (r->depth == QD_TREE_MAX_DEPTH)
        return bad(r, "storages deeper than 8");
    r->at[++r->depth] = n;
    r->section = section_of(n);
    return 0;
}

static int close_storage(struct reader *r)
{
    if (r->depth == 0)
        return bad(r, "an end without a storage");
    int rc = r->section >= 0 ? fill_datas(r) : 0;
    r->section = section_of(r->at[--r->depth]);
    return rc;
}

static int nv_line(struct reader *r, const char *rest)
{
    if (rest[0] < '0' || rest[0] > '2' || rest[1] != ' ')
        return bad(r, "a subscription that is not 0, 1 or 2");
    int rc = 0;
    char *name = name_of(r, rest + 2, strlen(rest + 2), &rc);
    r->sub = (unsigned)(rest[0] - '0');
    if (name && strcmp(name, qd_nv_array_name(r->sub)) != 0) {
        free(name);
        return bad(r, "NV items under a name that is not the array's of their subscription");
    }
    r->node = name ? qd_tree_stream(r->at[r->depth], name, NULL, 0) : NULL;
    r->member = M_NV;
    free(name);
    return rc == 0 && !r->node ? qd_nomem(r->b->e) : rc;
}

static int extra_line(struct reader *r, const char *rest)
{
    char path[48];
    unsigned long k;
    size_t n = strcspn(rest, " "), at;
    int rc = 0;
    if (rest[n] != ' ' || number(rest, n, UINT32_MAX, &k) != 0)
        return bad(r, "not `extra NUMBER NAME`");
    snprintf(path, sizeof path, QD_FOLDER_EXTRA "%lu", k);
    char *name = name_of(r, rest + n + 1, strlen(rest + n + 1), &rc);
    if (name)
        rc = find_entry(r, path, &at);
    if (name && rc == 0)
        rc = qd_build_stream(r->b, r->at[r->depth], name, at);
    free(name);
    return rc;
}

static int named_line(struct reader *r, const char *word, const char *rest)
{
    int rc = 0;
    char *name = name_of(r, rest, strlen(rest), &rc);
    if (!name)
        return rc;
    struct qd_node *parent = r->at[r->depth];
    if (strcmp(word, "storage") == 0)
        rc = open_storage(r, name, M_NONE);
    else if (strcmp(word, "dirs") == 0)
        rc = open_storage(r, name, M_DIRS);
    else if (strcmp(word, "datas") == 0)
        rc = open_storage(r, name, M_DATAS);
    else if (strcmp(word, "empty") == 0)
        rc = qd_qcn_add_stream(parent, name, NULL, 0, r->b->e);
    else if (strcmp(word, "version") == 0 || strcmp(word, "property") == 0 ||
             strcmp(word, "feature") == 0)
        rc = qd_props_stream(r->b->props->b, word[0], parent, name, r->b->e);
    else
        rc = bad(r, "a line of unknown kind");
    free(name);
    return rc;
}

static int top_line(struct reader *r, char *s)
{
    int rc = end_members(r);
    char *rest = strchr(s, ' ');
    if (rc != 0 || s[0] == '\0' || s[0] == '#')
        return rc;
    if (strcmp(s, "end") == 0)
        return close_storage(r);
    if (!rest)
        return bad(r, "a line of unknown kind");
    *rest++ = '\0';
    if (strcmp(s, "nv") == 0)
        return nv_line(r, rest);
    return strcmp(s, "extra") == 0 ? extra_line(r, rest) : named_line(r, s, rest);
}

static int by_name(const void *pa, const void *pb)
{
    return strcasecmp((*(struct qd_node *const *)pa)->name, (*(struct qd_node *const *)pb)->name);
}

/* Two siblings of one name cannot be told apart in any container; case does not count. */
static int check_siblings(struct qd_build *b, const struct qd_node *n)
{
    const struct qd_node **v = qd_alloc(n->nchild + 1, sizeof *v);
    int rc = v ? 0 : qd_nomem(b->e);
    for (size_t i = 0; v && i < n->nchild; i++)
        v[i] = n->child[i];
    if (v)
        qsort(v, n->nchild, sizeof *v, by_name);
    for (size_t i = 1; rc == 0 && i < n->nchild; i++)
        if (by_name(&v[i - 1], &v[i]) == 0)
            rc = qd_folder_bad(b->e, QD_FOLDER_ORDER, 0, "two parts named '%.100s'", v[i]->name);
    free(v);
    return rc;
}

int qd_build_check_names(struct qd_build *b)
{
    const struct qd_node *at[QD_TREE_MAX_DEPTH + 2] = {b->root};
    size_t next[QD_TREE_MAX_DEPTH + 2] = {0}, depth = 0;
    int rc = check_siblings(b, b->root);
    while (rc == 0) {
        if (next[depth] == at[depth]->nchild) {
            if (depth-- == 0)
                break;
            continue;
        }
        const struct qd_node *n = at[depth]->child[next[depth]++];
        if (n->is_stream || depth == QD_TREE_MAX_DEPTH + 1)
            continue;
        rc = check_siblings(b, n);
        at[++depth] = n;
        next[depth] = 0;
    }
    return rc;
}

static int one_line(struct reader *r, const char *s, size_t n)
{
    if (n > 0 && s[0] == ' ') {
        if (r->member == M_NV)
            return nv_member(r, s + 1, n - 1);
        if (r->member == M_DIRS)
            return dir_member(r, s + 1, n - 1);
        return r->member == M_DATAS ? data_member(r, s + 1, n - 1) : bad(r, "an entry of nothing");
    }
    char *copy = qd_strndup(s, n);
    int rc = copy ? top_line(r, copy) : qd_nomem(r->b->e);
    free(copy);
    return rc;
}

int qd_order_read(struct qd_build *b, const struct qd_entry *order)
{
    struct reader r = {.b = b, .section = -1};
    struct qd_lines lines = {(const char *)order->data, (const char *)order->data + order->len, 0};
    const char *s;
    size_t n;
    int rc = 0;
    r.at[0] = b->root;
    if (order->len && memchr(order->data, '\0', order->len))
        return qd_folder_bad(b->e, order->path, 0, "a NUL in a text file");
    while (rc == 0 && order->len && qd_lines_next(&lines, &s, &n)) {
        r.no = lines.no;
        rc = one_line(&r, s, n);
    }
    if (rc == 0)
        rc = end_members(&r);
    if (rc == 0 && r.depth > 0)
        rc = bad(&r, "the end of a storage is missing");
    qd_buf_free(&r.nv);
    free(r.ref);
    free(r.want);
    return rc;
}
