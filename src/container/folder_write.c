/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A document becomes the files of a folder: a unit folder that qdiag-sim can load, and qcn/ for
 * what only a QCN says. Deterministic: the same document gives the same files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "container/folder.h"

struct plan {
    const struct qd_doc *doc;
    struct qd_entries *out;
    struct qdiag_error *e;
    struct qd_placed *file, *aside; /* one per path; sorted by path */
    size_t nfile, naside;
    int have_alt, both;
};

int qd_place_compare(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    unsigned char x = (unsigned char)*a, y = (unsigned char)*b;
    unsigned rx = x == 0 ? 0 : x == '/' ? 1 : x + 1u, ry = y == 0 ? 0 : y == '/' ? 1 : y + 1u;
    return (rx > ry) - (rx < ry);
}

static int by_path(const void *pa, const void *pb)
{
    const struct qd_placed *a = pa, *b = pb;
    int c = qd_place_compare(a->path, b->path);
    if (c == 0 && a->file && b->file)
        return (int)a->file->section - (int)b->file->section;
    return c ? c : a->alt - b->alt;
}

static const char *below_root(const char *path)
{
    return path + (path[0] == '/');
}

/* Two trees only when files of both subsystems are known; else all lies in efs/. */
static void find_trees(struct plan *p)
{
    const struct qd_backup *b = p->doc->backup;
    int first = 0, second = 0;
    for (size_t i = 0; i < b->files.n; i++) {
        second |= b->files.v[i].fs == 0x3e;
        first |= b->files.v[i].fs != 0x3e;
    }
    for (size_t i = 0; i < b->missing.n; i++)
        if (b->missing.v[i].kind == QD_MISSING_NOT_HELD && b->missing.v[i].path) {
            second |= b->missing.v[i].fs == 0x3e;
            first |= b->missing.v[i].fs != 0x3e;
        }
    p->both = first && second;
}

static int host_path(char *out, size_t cap, const struct qd_placed *x)
{
    int n = snprintf(out, cap, "%s/%s", qd_folder_root(x->alt), x->path);
    return n > 0 && (size_t)n < cap && !qd_entry_path_fault(out, (size_t)n);
}

static void list_files(struct plan *p)
{
    const struct qd_backup *b = p->doc->backup;
    size_t kept = 0;
    char path[1300];
    for (size_t i = 0; i < b->files.n; i++) {
        const struct qd_file *f = &b->files.v[i];
        struct qd_placed *x = &p->file[p->nfile++];
        x->file = f;
        x->path = below_root(f->path);
        x->mode = f->mode;
        x->mtime = f->mtime;
        x->alt = p->both && f->fs == 0x3e;
        x->held = host_path(path, sizeof path, x);
    }
    qsort(p->file, p->nfile, sizeof *p->file, by_path);
    for (size_t i = 0; i < p->nfile; i++) {
        struct qd_placed *x = &p->file[i];
        if (kept && strcmp(p->file[kept - 1].path, x->path) == 0) {
            if (!p->file[kept - 1].mode)
                p->file[kept - 1].mode = x->mode;
            continue; /* the same file in a second section */
        }
        p->file[kept++] = *x;
    }
    p->nfile = kept;
}

int qd_folder_holds(const struct qd_missing *m)
{
    char path[1300];
    int link, empty;
    if (m->kind != QD_MISSING_NOT_HELD || !m->path || !below_root(m->path)[0])
        return 0;
    struct qd_placed x = {.path = below_root(m->path)};
    link = strncmp(m->reason, "link to ", 8) == 0 && m->reason[8] &&
           !strstr(m->reason, " digits>") && !strchr(m->reason, '\n');
    empty = strcmp(m->reason, "empty folder") == 0;
    if (!m->data && (!(link || empty) || strstr(m->path, " digits>"))) /* masked: not the name */
        return 0;
    return host_path(path, sizeof path, &x) && !(link && strstr(m->path, " -> "));
}

static void list_aside(struct plan *p)
{
    const struct qd_backup *b = p->doc->backup;
    for (size_t i = 0; i < b->missing.n; i++) {
        const struct qd_missing *m = &b->missing.v[i];
        if (!qd_folder_holds(m))
            continue;
        struct qd_placed *x = &p->aside[p->naside++];
        x->missing = m;
        x->path = below_root(m->path);
        x->alt = p->both && m->fs == 0x3e;
        x->held = 1;
    }
    qsort(p->aside, p->naside, sizeof *p->aside, by_path);
}

static int by_tree(const void *pa, const void *pb)
{
    const struct qd_placed *a = *(struct qd_placed *const *)pa, *b = *(struct qd_placed *const *)pb;
    int c = a->alt != b->alt ? a->alt - b->alt : qd_place_compare(a->path, b->path);
    return c ? c : !a->file - !b->file;
}

static int is_folder(const struct qd_placed *x)
{
    return x->missing && !x->missing->data && strcmp(x->missing->reason, "empty folder") == 0;
}

/* A host folder cannot hold a file and a folder of one name, nor two files of one name. */
static int settle_conflicts(struct plan *p)
{
    size_t n = 0;
    struct qd_placed **v = qd_alloc(p->nfile + p->naside + 1, sizeof *v), *last = NULL;
    if (!v)
        return qd_nomem(p->e);
    for (size_t i = 0; i < p->nfile + p->naside; i++) {
        struct qd_placed *x = i < p->nfile ? &p->file[i] : &p->aside[i - p->nfile];
        if (x->held)
            v[n++] = x;
    }
    qsort(v, n, sizeof *v, by_tree);
    for (size_t i = 0; i < n; i++) {
        struct qd_placed *x = v[i];
        size_t len = last && last->alt == x->alt ? strlen(last->path) : 0;
        int same = len && strcmp(last->path, x->path) == 0;
        int inside = len && strncmp(last->path, x->path, len) == 0 && x->path[len] == '/';
        if (same || (inside && !is_folder(last)))
            x->held = 0;
        else
            last = x;
    }
    free(v);
    return 0;
}

static int add_file(struct plan *p, const struct qd_placed *x)
{
    char path[1300];
    host_path(path, sizeof path, x);
    struct qd_entry y = {.path = path, .mode = x->mode, .mtime = x->mtime, .borrowed = 1};
    int item = (x->mode & QD_EFS_TYPE_MASK) == QD_EFS_ITEM_TYPE;
    y.kind = item ? QD_ENTRY_ITEM : QD_ENTRY_FILE;
    y.data = x->file->data;
    y.len = x->file->len;
    p->have_alt |= x->alt;
    return qd_entries_add(p->out, &y, p->e);
}

static int add_aside(struct plan *p, const struct qd_placed *x)
{
    char path[1300];
    const struct qd_missing *m = x->missing;
    host_path(path, sizeof path, x);
    struct qd_entry y = {.path = path, .borrowed = 1};
    if (m->data) {
        y.data = m->data;
        y.len = m->len;
    } else if (is_folder(x)) {
        y.kind = QD_ENTRY_DIR;
        y.mode = QD_EFS_IFDIR_MODE;
    } else {
        y.kind = QD_ENTRY_LINK;
        y.mode = QD_EFS_LINK_MODE;
        y.target = m->reason + 8;
    }
    p->have_alt |= x->alt;
    return qd_entries_add(p->out, &y, p->e);
}

static int write_efs(struct plan *p)
{
    const struct qd_backup *b = p->doc->backup;
    p->file = qd_alloc(b->files.n + 1, sizeof *p->file);
    p->aside = qd_alloc(b->missing.n + 1, sizeof *p->aside);
    if (!p->file || !p->aside)
        return qd_nomem(p->e);
    find_trees(p);
    list_files(p);
    list_aside(p);
    int rc = settle_conflicts(p);
    for (size_t i = 0; rc == 0 && i < p->nfile; i++)
        if (p->file[i].held)
            rc = add_file(p, &p->file[i]);
    for (size_t i = 0; rc == 0 && i < p->naside; i++)
        if (p->aside[i].held)
            rc = add_aside(p, &p->aside[i]);
    qd_entries_sort(p->out);
    for (int alt = 0; rc == 0 && alt < 2; alt++) {
        char file[16];
        struct qd_buf t = {0};
        snprintf(file, sizeof file, "%s.attr", qd_folder_root(alt));
        rc = qd_attr_text(p->out, alt, &t) == 0 ? 0 : qd_nomem(p->e);
        struct qd_entry x = {.path = file, .data = t.p, .len = t.len};
        if (rc == 0 && t.len > 0)
            rc = qd_entries_add(p->out, &x, p->e);
        if (rc != 0 || t.len == 0)
            qd_buf_free(&t);
    }
    return rc;
}

static int by_id(const void *pa, const void *pb)
{
    const struct qd_nv_item *a = *(struct qd_nv_item *const *)pa,
                            *b = *(struct qd_nv_item *const *)pb;
    return a->id != b->id ? (int)a->id - (int)b->id : (int)a->index - (int)b->index;
}

/* One id: a plain file when there is one element 0, or when all elements repeat the same bytes. */
static int write_item(struct plan *p, unsigned sub, const struct qd_nv_item **v, size_t n)
{
    char path[32];
    int equal = 1, rc = 0;
    for (size_t i = 1; i < n; i++)
        equal &= memcmp(v[i]->data, v[0]->data, QD_NV_SIZE) == 0;
    int plain = equal && (n > 1 || v[0]->index == 0);
    for (size_t i = 0; rc == 0 && i < (plain ? 1 : n); i++) {
        if (plain)
            snprintf(path, sizeof path, "nv/%u/%u", sub, v[i]->id);
        else
            snprintf(path, sizeof path, "nv/%u/%u.%u", sub, v[i]->id, v[i]->index);
        struct qd_entry x = {.path = path, .len = QD_NV_SIZE, .borrowed = 1};
        x.data = (uint8_t *)v[i]->data;
        rc = qd_entries_add(p->out, &x, p->e);
    }
    return rc;
}

static int write_nv(struct plan *p, unsigned sub)
{
    const struct qd_nv_set *set = &p->doc->backup->nv[sub];
    const struct qd_nv_item **v = qd_alloc(set->n + 1, sizeof *v);
    int rc = v ? 0 : qd_nomem(p->e);
    for (size_t i = 0; v && i < set->n; i++)
        v[i] = &set->v[i];
    if (v && set->n > 1)
        qsort(v, set->n, sizeof *v, by_id);
    for (size_t at = 0; rc == 0 && at < set->n;) {
        size_t end = at;
        while (end < set->n && v[end]->id == v[at]->id)
            end++;
        rc = write_item(p, sub, v + at, end - at);
        at = end;
    }
    free(v);
    return rc;
}

int qd_folder_from_doc(const struct qd_doc *doc, struct qd_entries *out, struct qdiag_error *e)
{
    struct plan p = {.doc = doc, .out = out, .e = e};
    int rc = write_efs(&p);
    for (unsigned sub = 0; rc == 0 && sub < QD_SUBS; sub++)
        rc = write_nv(&p, sub);
    if (rc == 0)
        rc = qd_props_write(doc, p.have_alt, out, e);
    if (rc == 0)
        rc = qd_order_write(doc, p.file, p.nfile, out, e);
    qd_entries_sort(out);
    free(p.file);
    free(p.aside);
    return rc;
}
