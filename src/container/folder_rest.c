/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Adds to a tree what no line of qcn/order names: all of a plain unit folder, or what somebody put
 * there later. Sections are chosen as for a backup of a unit; what a QCN cannot hold is marked and
 * told by the caller. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/text.h"
#include "container/folder.h"
#include "container/folder_rest.h"
#include "container/qcn.h"
#include "model/catalog.h"
#include "model/sections.h"

struct record {
    unsigned key; /* id << 8 | index */
    size_t entry; /* or SIZE_MAX: in the tree already */
};

struct records {
    struct record *v;
    size_t n, cap;
};

static int by_key(const void *pa, const void *pb)
{
    const struct record *a = pa, *b = pb;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->entry < b->entry) - (a->entry > b->entry); /* what is in the tree goes first */
}

static int add_record(struct records *l, unsigned key, size_t entry, struct qdiag_error *e)
{
    struct record *v = qd_grow(l->v, l->n, &l->cap, sizeof *v);
    if (!v)
        return qd_nomem(e);
    l->v = v;
    v[l->n++] = (struct record){key, entry};
    return 0;
}

static const char *decimal(const char *s, unsigned max, unsigned *out)
{
    size_t n = strspn(s, "0123456789");
    if (n == 0 || n > 5 || (n > 1 && s[0] == '0'))
        return NULL;
    *out = (unsigned)strtoul(s, NULL, 10);
    return *out <= max ? s + n : NULL;
}

int qd_rest_nv_name(const char *path, unsigned *sub, unsigned *id, unsigned *index)
{
    *index = 0;
    if (strncmp(path, "nv/", 3) != 0 || path[3] < '0' || path[3] > '2' || path[4] != '/')
        return -1;
    *sub = (unsigned)(path[3] - '0');
    const char *p = decimal(path + 5, 65535, id);
    if (p && *p == '.')
        p = decimal(p + 1, 255, index);
    return p && !*p ? 0 : -1;
}

/* nv/0/1014 serves what nv/0/1014.<index> does not: beside elements it is no record of its own. */
static int beside_elements(const struct qd_build *b, size_t i)
{
    const char *path = b->in->v[i].path;
    size_t n = strlen(path);
    if (strchr(path + 5, '.') || i + 1 >= b->in->n)
        return 0;
    for (size_t k = i + 1; k < b->in->n && strncmp(b->in->v[k].path, path, n) == 0; k++)
        if (b->in->v[k].path[n] == '.')
            return 1;
    return 0;
}

/* An item that repeats its bytes at every index is stored as vendor tools do: once per index. */
static unsigned elements_of(const struct qd_build *b, size_t i, unsigned id)
{
    unsigned n = 1;
    int plain = !strchr(b->in->v[i].path + 5, '.');
    return plain && qd_catalog_nv_kind((uint16_t)id, &n) == QD_NV_ECHO ? n : 1;
}

static int add_elements(struct qd_build *b, struct records *l, unsigned key, size_t entry)
{
    unsigned n = elements_of(b, entry, key >> 8);
    int rc = 0;
    for (unsigned k = 0; rc == 0 && k < n; k++)
        rc = add_record(l, key + k, entry, b->e);
    return rc;
}

static int collect_records(struct qd_build *b, unsigned sub, struct records *l)
{
    for (size_t i = 0; i < b->in->n; i++) {
        unsigned s, id, index;
        if (b->used[i] || qd_rest_nv_name(b->in->v[i].path, &s, &id, &index) != 0 || s != sub)
            continue;
        if (beside_elements(b, i))
            b->used[i] = QD_USED_REST;
        else if (qd_catalog_nv_quarantined((uint16_t)id))
            b->used[i] = QD_USED_ASIDE;
        else if (add_elements(b, l, id << 8 | index, i) != 0)
            return -QDIAG_E_NO_MEMORY;
    }
    return 0;
}

static int collect_stream(struct qd_build *b, const struct qd_node *n, struct records *l)
{
    for (size_t at = 0; n && at + QD_NV_RECORD <= n->len; at += QD_NV_RECORD) {
        const uint8_t *p = n->data + at;
        unsigned id = p[4] | (unsigned)p[5] << 8;
        if (add_record(l, id << 8 | p[6], SIZE_MAX, b->e) != 0)
            return -QDIAG_E_NO_MEMORY;
    }
    return 0;
}

static struct qd_node *storage(struct qd_build *b, struct qd_node *parent, const char *name)
{
    struct qd_node *n = parent ? qd_tree_child(parent, name) : NULL;
    if (!n && parent && qd_qcn_add_storage(parent, name, &n, b->e) != 0)
        return NULL;
    return n && !n->is_stream ? n : NULL;
}

static int append_records(struct qd_build *b, unsigned sub, const struct records *l)
{
    struct qd_node *items = storage(b, b->config, "NV_NUMBERED_ITEMS");
    struct qd_node *n = items ? qd_tree_child(items, qd_nv_array_name(sub)) : NULL;
    struct qd_buf t = {0};
    if (items && !n)
        n = qd_tree_stream(items, qd_nv_array_name(sub), NULL, 0);
    if (!n)
        return qd_nomem(b->e);
    int bad = n->len ? qd_buf_add(&t, n->data, n->len) : 0;
    for (size_t i = 0; !bad && i < l->n; i++) {
        const struct record *r = &l->v[i];
        if (r->entry == SIZE_MAX)
            continue;
        if (i > 0 && l->v[i - 1].key == r->key) {
            b->used[r->entry] = QD_USED_REST;
            continue;
        }
        b->used[r->entry] = QD_USED_QCN;
        bad = qd_build_record(&t, r->key >> 8, r->key & 255, &b->in->v[r->entry]);
    }
    if (bad) {
        qd_buf_free(&t);
        return qd_nomem(b->e);
    }
    free(n->data);
    n->data = t.p;
    n->len = t.len;
    return 0;
}

static int append_nv(struct qd_build *b, unsigned sub)
{
    struct records l = {0};
    int rc = collect_records(b, sub, &l);
    const struct qd_node *items = qd_tree_child(b->config, "NV_NUMBERED_ITEMS");
    if (rc == 0 && l.n > 0 && items)
        rc = collect_stream(b, qd_tree_child(items, qd_nv_array_name(sub)), &l);
    if (rc == 0 && l.n > 0) {
        qsort(l.v, l.n, sizeof *l.v, by_key);
        rc = append_records(b, sub, &l);
    } else if (rc != 0) {
        rc = qd_nomem(b->e);
    }
    free(l.v);
    return rc;
}

static int has_suffix(const char *s, const char *suffix)
{
    size_t n = strlen(s), k = strlen(suffix);
    return n >= k && strcmp(s + n - k, suffix) == 0;
}

/* The lists that the unit's own software keeps of its item files and RF folders. */
static int read_rules(const struct qd_build *b, int alt, struct qd_section_rules *rules)
{
    int bad = 0;
    for (size_t i = 0; i < b->in->n && !bad; i++) {
        const struct qd_entry *x = &b->in->v[i];
        int in_alt;
        const char *p = qd_folder_below(x->path, &in_alt);
        if (!p || in_alt != alt || x->len == 0)
            continue;
        int conf = has_suffix(p, ".conf") && (strncmp(p, "nv/item_files/conf/", 19) == 0 ||
                                              strncmp(p, "nv/reg_files/conf/", 18) == 0);
        if (conf || strcmp(p, "nv/item_store/rfnv/rfnv.bl") == 0 ||
            strcmp(p, "nv/item_store/rfnv/rfc.bl") == 0)
            bad = qd_names_add_lines(conf ? &rules->conf : &rules->folders, x->data, x->len);
    }
    qd_names_sort(&rules->conf);
    qd_names_sort(&rules->folders);
    return bad;
}

struct late { /* a file to be added, and where */
    size_t entry;
    struct qd_place place;
};

static int by_place(const void *pa, const void *pb)
{
    const struct late *a = pa, *b = pb;
    if (a->place.section != b->place.section)
        return a->place.section < b->place.section ? -1 : 1;
    int rooted_a = a->place.spelled[0] == '/', rooted_b = b->place.spelled[0] == '/';
    return rooted_a != rooted_b ? rooted_a - rooted_b : strcmp(a->place.spelled, b->place.spelled);
}

/* The next free number of a section: behind the highest. */
static uint32_t next_number(const struct qd_node *dir)
{
    uint32_t next = 0;
    for (size_t i = 0; i < dir->nchild; i++) {
        uint8_t b[4];
        if (strlen(dir->child[i]->name) != 8 || qd_unhex(dir->child[i]->name, b, 4) != 0)
            continue;
        uint32_t v = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
        next = v >= next ? v + 1 : next;
    }
    return next;
}

static int append_section(struct qd_build *b, const struct late *v, size_t n)
{
    enum qd_section id = v[0].place.section;
    struct qd_node *s = storage(b, b->config, qd_section_name(id));
    struct qd_node *dir = storage(b, s, "EFS_Dir"), *data = storage(b, s, "EFS_Data");
    int rc = dir && data ? 0 : qd_nomem(b->e);
    uint32_t number = rc == 0 ? next_number(dir) : 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        char name[9];
        const struct qd_entry *x = &b->in->v[v[i].entry];
        snprintf(name, sizeof name, "%08X", (unsigned)number++);
        struct qd_dir d = {(int)id, v[i].place.spelled, v[i].place.keeps_time ? x->mtime : 0,
                           id == QD_SEC_PROVISIONING};
        rc = qd_build_dir(b, dir, name, &d);
        if (rc == 0)
            rc = qd_build_stream(b, data, name, v[i].entry);
    }
    return rc;
}

/* "efs/x" when "efs-alt/x" is asked, and the other way; NULL when that is not in the tree. */
static const struct qd_entry *twin(const struct qd_build *b, const char *below, int alt)
{
    char path[1300];
    snprintf(path, sizeof path, "%s/%s", qd_folder_root(!alt), below);
    const struct qd_entry *x = qd_entries_find(b->in, path);
    return x && b->used[x - b->in->v] == QD_USED_QCN ? x : NULL;
}

static int takes_file(struct qd_build *b, size_t i, const char *below, int alt)
{
    const struct qd_entry *x = &b->in->v[i];
    char rooted[1300];
    snprintf(rooted, sizeof rooted, "/%s", below);
    const struct qd_entry *other = twin(b, below, alt);
    if (other && other->len == x->len && (x->len == 0 || memcmp(other->data, x->data, x->len) == 0))
        b->used[i] = QD_USED_QCN; /* equal bytes are one file */
    else if (other || qd_qcn_path_fault(rooted, strlen(rooted)))
        b->used[i] = QD_USED_ASIDE;
    return b->used[i] == 0;
}

static int collect_files(struct qd_build *b, int alt, const struct qd_section_rules *rules,
                         struct late *v, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < b->in->n; i++) {
        const struct qd_entry *x = &b->in->v[i];
        int in_alt;
        const char *below = qd_folder_below(x->path, &in_alt);
        if (!below || in_alt != alt || b->used[i])
            continue;
        if (x->kind == QD_ENTRY_DIR || x->kind == QD_ENTRY_LINK)
            b->used[i] = QD_USED_ASIDE;
        else if (x->veil == QD_VEIL_DENIED && x->len == 0)
            b->used[i] = QD_USED_REST; /* no bytes, and no unit gives them out */
        else if (takes_file(b, i, below, alt)) {
            const char *path = x->path + strlen(qd_folder_root(alt)); /* with its '/' */
            v[(*n)++] = (struct late){i, qd_section_place(rules, path, x->mode)};
        }
    }
    return 0;
}

static int append_files(struct qd_build *b, int alt)
{
    struct qd_section_rules rules = {{0}, {0}};
    struct late *v = qd_alloc(b->in->n + 1, sizeof *v);
    size_t n = 0;
    int rc = v && read_rules(b, alt, &rules) == 0 ? 0 : qd_nomem(b->e);
    if (rc == 0)
        rc = collect_files(b, alt, &rules, v, &n);
    if (n > 1)
        qsort(v, n, sizeof *v, by_place);
    for (size_t at = 0; rc == 0 && at < n;) {
        size_t end = at;
        while (end < n && v[end].place.section == v[at].place.section)
            end++;
        rc = append_section(b, v + at, end - at);
        at = end;
    }
    qd_names_free(&rules.conf);
    qd_names_free(&rules.folders);
    free(v);
    return rc;
}

static int holds_below(const struct qd_build *b, const char *prefix)
{
    for (size_t i = 0; i < b->in->n; i++)
        if (strncmp(b->in->v[i].path, prefix, strlen(prefix)) == 0)
            return 1;
    return 0;
}

int qd_rest_primary(const struct qd_build *b)
{
    return holds_below(b, "efs-alt/nv/item_files/rfnv/") &&
           !holds_below(b, "efs/nv/item_files/rfnv/");
}

static struct qd_node *only_storage(struct qd_node *n)
{
    struct qd_node *found = NULL;
    for (size_t i = 0; n && i < n->nchild; i++)
        if (!n->child[i]->is_stream) {
            if (found)
                return NULL;
            found = n->child[i];
        }
    return found;
}

int qd_build_rest(struct qd_build *b)
{
    b->config = only_storage(only_storage(b->root));
    if (!b->config)
        return qd_folder_bad(b->e, QD_FOLDER_ORDER, 0, "not one model and one configuration");
    int first = qd_rest_primary(b), rc = 0;
    for (unsigned sub = 0; rc == 0 && sub < QD_SUBS; sub++)
        rc = append_nv(b, sub);
    if (rc == 0)
        rc = append_files(b, first);
    return rc == 0 ? append_files(b, !first) : rc;
}
