/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The three EFS sections: EFS_Dir holds paths, EFS_Data the bytes, paired by name and never by
 * position: one entry missing on one side must not shift all that follow. The section decides the
 * layout of a path, not its content. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/hex.h"
#include "base/text.h"
#include "container/qcn.h"

#define EFS_HEADER   8u
#define PATH_MAX_LEN 1024u
#define NAME_DIGITS  8u

struct entry {
    uint32_t number;
    const struct qd_node *n;
};

struct entries {
    struct entry *v;
    size_t n;
};

/* What was odd in a section, told once each. */
struct oddities {
    size_t empty, nul_missing, nul_extra;
};

static int bad_component(const char *p, size_t n)
{
    return n == 0 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.');
}

const char *qd_qcn_path_fault(const char *path, size_t len)
{
    if (len == 0)
        return "an empty path";
    if (len > PATH_MAX_LEN)
        return "a path longer than 1,024 bytes";
    for (size_t i = 0; i < len; i++)
        if (path[i] < 0x20 || path[i] > 0x7e)
            return "a NUL, control or non-ASCII byte in the path";
    for (size_t at = path[0] == '/'; at <= len;) {
        const char *slash = at < len ? memchr(path + at, '/', len - at) : NULL;
        size_t n = slash ? (size_t)(slash - path) - at : len - at;
        if (bad_component(path + at, n))
            return "a path with '//', '.', '..' or a '/' at the end";
        at += n + 1;
    }
    return NULL;
}

static int order_entries(const void *pa, const void *pb)
{
    const struct entry *a = pa, *b = pb;
    return (a->number > b->number) - (a->number < b->number);
}

static int entry_number(const char *name, uint32_t *number)
{
    uint8_t b[4];
    if (strlen(name) != NAME_DIGITS || qd_unhex(name, b, sizeof b) != 0)
        return -1;
    *number = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return 0;
}

static int check_entries(struct qd_qcn *q, const struct entries *l)
{
    for (size_t i = 1; i < l->n; i++)
        if (l->v[i].number == l->v[i - 1].number)
            return qd_qcn_bad(q, l->v[i].n, NULL, "the entry is there twice");
    return 0;
}

/* The children of EFS_Dir or EFS_Data in the order of their numbers. */
static int list_entries(struct qd_qcn *q, const struct qd_node *storage, struct entries *l)
{
    l->v = qd_alloc(storage->nchild, sizeof *l->v);
    if (!l->v)
        return qd_nomem(q->e);
    for (size_t i = 0; i < storage->nchild; i++) {
        const struct qd_node *n = storage->child[i];
        if (!n->is_stream)
            return qd_qcn_bad(q, n, NULL, "a storage where a stream belongs");
        if (entry_number(n->name, &l->v[i].number) != 0)
            return qd_qcn_bad(q, n, NULL, "an entry name that is not 8 hex digits");
        l->v[i].n = n;
        l->n = i + 1;
    }
    qsort(l->v, l->n, sizeof *l->v, order_entries);
    return check_entries(q, l);
}

/* Both lists are sorted, so the first difference is the entry that has no partner. */
static int check_pairs(struct qd_qcn *q, const struct entries *dir, const struct entries *data)
{
    for (size_t i = 0; i < dir->n || i < data->n; i++) {
        if (i >= data->n || (i < dir->n && dir->v[i].number < data->v[i].number))
            return qd_qcn_bad(q, dir->v[i].n, NULL, "a path without data in EFS_Data");
        if (i >= dir->n || dir->v[i].number > data->v[i].number)
            return qd_qcn_bad(q, data->v[i].n, NULL, "data without a path in EFS_Dir");
    }
    return 0;
}

static int check_header(struct qd_qcn *q, const struct qd_node *n)
{
    if (n->len <= EFS_HEADER)
        return qd_qcn_bad(q, n, NULL, "%zu bytes, fewer than 9", n->len);
    if (qd_get16(n->data) != 1 || n->data[2] != 1 || n->data[3] != 1)
        return qd_qcn_bad(q, n, NULL, "the header is %u, %u, %u instead of 1, 1, 1",
                          qd_get16(n->data), n->data[2], n->data[3]);
    return 0;
}

static int add_entry(struct qd_qcn *q, enum qd_section section, const struct qd_node *dir,
                     const struct qd_node *data, struct oddities *odd)
{
    size_t skip = section == QD_SEC_EFS_BACKUP ? EFS_HEADER : 0;
    int rc = skip ? check_header(q, dir) : 0;
    if (rc != 0)
        return rc;
    size_t len = dir->len - skip;
    const char *path = len > 0 ? (const char *)dir->data + skip : "";
    int nul = len > 0 && path[len - 1] == '\0';
    len -= (size_t)nul;
    odd->nul_missing += section == QD_SEC_PROVISIONING && !nul;
    odd->nul_extra += section != QD_SEC_PROVISIONING && nul;
    odd->empty += data->len == 0;
    const char *fault = qd_qcn_path_fault(path, len);
    if (fault)
        return qd_qcn_bad(q, dir, NULL, "%s", fault);
    char *name = qd_strndup(path, len);
    uint8_t *copy = q->borrow ? data->data : qd_alloc(data->len, 1);
    if (copy && !q->borrow && data->len > 0)
        memcpy(copy, data->data, data->len);
    struct qd_file f = {.section = section,
                        .path = name,
                        .mtime = skip ? qd_get32(dir->data + 4) : 0,
                        .data = copy,
                        .len = data->len,
                        .borrowed = q->borrow != 0};
    rc = name && (copy || q->borrow) ? qd_backup_add_file(q->b, &f, q->e) : qd_nomem(q->e);
    if (rc != 0 && !q->borrow)
        free(copy);
    free(name);
    return rc;
}

static void note_section(struct qd_qcn *q, const struct qd_node *section, const struct entries *dir,
                         const struct oddities *odd)
{
    if (dir->n > 0 && dir->v[dir->n - 1].number != dir->n - 1)
        qd_qcn_note(q, section, "gaps in the entry numbers");
    if (odd->empty > 0)
        qd_qcn_note(q, section, "%zu files without data", odd->empty);
    if (odd->nul_missing > 0)
        qd_qcn_note(q, section, "%zu paths without the usual NUL", odd->nul_missing);
    if (odd->nul_extra > 0)
        qd_qcn_note(q, section, "%zu paths with a NUL at the end", odd->nul_extra);
    for (size_t i = 0; i < section->nchild; i++)
        if (strcmp(section->child[i]->name, "EFS_Dir") != 0 &&
            strcmp(section->child[i]->name, "EFS_Data") != 0)
            qd_qcn_note(q, section->child[i], "unknown %s, not read",
                        section->child[i]->is_stream ? "stream" : "storage");
}

static int read_entries(struct qd_qcn *q, enum qd_section id, const struct qd_node *section,
                        const struct qd_node *dir, const struct qd_node *data)
{
    struct entries l = {0}, d = {0};
    struct oddities odd = {0};
    int rc = list_entries(q, dir, &l);
    if (rc == 0)
        rc = list_entries(q, data, &d);
    if (rc == 0)
        rc = check_pairs(q, &l, &d);
    for (size_t i = 0; rc == 0 && i < l.n; i++)
        rc = add_entry(q, id, l.v[i].n, d.v[i].n, &odd);
    if (rc == 0)
        note_section(q, section, &l, &odd);
    free(l.v);
    free(d.v);
    return rc;
}

static int read_section(struct qd_qcn *q, const struct qd_node *config, enum qd_section id)
{
    const struct qd_node *section = NULL, *dir = NULL, *data = NULL;
    int rc = qd_qcn_child(q, config, qd_section_name(id), 0, &section);
    if (rc != 0)
        return rc;
    if (!section) {
        qd_qcn_note(q, config, "no %s", qd_section_name(id));
        return 0;
    }
    rc = qd_qcn_child(q, section, "EFS_Dir", 0, &dir);
    if (rc == 0)
        rc = qd_qcn_child(q, section, "EFS_Data", 0, &data);
    if (rc != 0)
        return rc;
    if (!dir && !data) {
        qd_qcn_note(q, section, "neither EFS_Dir nor EFS_Data");
        return 0;
    }
    if (!dir || !data)
        return qd_qcn_bad(q, section, NULL, "%s without %s", dir ? "EFS_Dir" : "EFS_Data",
                          dir ? "EFS_Data" : "EFS_Dir");
    return read_entries(q, id, section, dir, data);
}

/* "cert/Q" and "/cert/Q" are one file on the unit. */
static const char *rooted(const struct qd_file *f)
{
    return f->path + (f->path[0] == '/');
}

static int order_paths(const void *pa, const void *pb)
{
    const struct qd_file *a = *(const struct qd_file *const *)pa;
    const struct qd_file *b = *(const struct qd_file *const *)pb;
    int c = strcmp(rooted(a), rooted(b));
    return c ? c : (int)a->section - (int)b->section;
}

static int check_twice(const struct qd_file *a, const struct qd_file *b, enum qdiag_code code,
                       struct qdiag_error *e)
{
    char path[PATH_MAX_LEN + 1];
    if (strcmp(rooted(a), rooted(b)) != 0)
        return 0;
    qd_mask_digits(path, sizeof path, b->path);
    if (a->section == b->section)
        return qd_fail(e, code, path, "the path is there twice in %s", qd_section_name(a->section));
    if (a->len != b->len || (a->len > 0 && memcmp(a->data, b->data, a->len) != 0))
        return qd_fail(e, code, path, "different bytes in %s and %s", qd_section_name(a->section),
                       qd_section_name(b->section));
    return 0;
}

int qd_qcn_check_paths(const struct qd_file_set *files, enum qdiag_code code, struct qdiag_error *e)
{
    int rc = 0;
    const struct qd_file **v = qd_alloc(files->n, sizeof *v);
    if (!v)
        return qd_nomem(e);
    for (size_t i = 0; i < files->n; i++)
        v[i] = &files->v[i];
    qsort(v, files->n, sizeof *v, order_paths);
    for (size_t i = 1; rc == 0 && i < files->n; i++)
        rc = check_twice(v[i - 1], v[i], code, e);
    free(v);
    return rc;
}

int qd_qcn_read_efs(struct qd_qcn *q, const struct qd_node *config)
{
    int rc = 0;
    for (unsigned s = 0; rc == 0 && s < QD_SECTIONS; s++)
        rc = read_section(q, config, (enum qd_section)s);
    return rc == 0 ? qd_qcn_check_paths(&q->b->files, QDIAG_E_FILE_DAMAGED, q->e) : rc;
}

static int write_dir(const struct qd_file *f, struct qd_node *dir, const char *name,
                     struct qdiag_error *e)
{
    static const uint8_t fixed[4] = {1, 0, 1, 1};
    uint8_t head[EFS_HEADER];
    struct qd_buf b = {0};
    int bad = 0;
    if (f->section == QD_SEC_EFS_BACKUP) {
        memcpy(head, fixed, sizeof fixed);
        qd_put32(head + 4, f->mtime);
        bad |= qd_buf_add(&b, head, sizeof head);
    }
    bad |= qd_buf_add_text(&b, f->path);
    if (f->section == QD_SEC_PROVISIONING)
        bad |= qd_buf_add_byte(&b, 0);
    int rc = bad ? qd_nomem(e) : qd_qcn_add_stream(dir, name, b.p, b.len, e);
    qd_buf_free(&b);
    return rc;
}

static int write_file(const struct qd_file *f, struct qd_node *dir, struct qd_node *data,
                      struct qdiag_error *e)
{
    char name[NAME_DIGITS + 1], shown[128];
    const char *fault = qd_qcn_path_fault(f->path, strlen(f->path));
    qd_printable(shown, sizeof shown, f->path, strlen(f->path));
    if (fault)
        return qd_fail(e, QDIAG_E_FAILED, shown, "a QCN cannot hold %s", fault);
    snprintf(name, sizeof name, "%08X", (unsigned)dir->nchild);
    int rc = write_dir(f, dir, name, e);
    return rc == 0 ? qd_qcn_add_stream(data, name, f->data, f->len, e) : rc;
}

static int write_section(const struct qd_backup *b, struct qd_node *config, enum qd_section id,
                         struct qdiag_error *e)
{
    struct qd_node *section = NULL, *dir = NULL, *data = NULL;
    int rc = qd_qcn_add_storage(config, qd_section_name(id), &section, e);
    if (rc == 0)
        rc = qd_qcn_add_storage(section, "EFS_Dir", &dir, e);
    if (rc == 0)
        rc = qd_qcn_add_storage(section, "EFS_Data", &data, e);
    for (size_t i = 0; rc == 0 && i < b->files.n; i++)
        if (b->files.v[i].section == id)
            rc = write_file(&b->files.v[i], dir, data, e);
    return rc;
}

int qd_qcn_write_efs(const struct qd_backup *b, struct qd_node *config, struct qdiag_error *e)
{
    int rc = qd_qcn_check_paths(&b->files, QDIAG_E_FAILED, e);
    for (unsigned s = 0; rc == 0 && s < QD_SECTIONS; s++)
        rc = write_section(b, config, (enum qd_section)s, e);
    return rc;
}
