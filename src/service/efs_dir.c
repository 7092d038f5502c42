/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The entries of one folder: OPENDIR, READDIR to the end, CLOSEDIR. The end is an empty name or
 * errno 0x40000002, never an entry type. Never leaves a handle open, never gives out part of a
 * folder, and marks names that could lead elsewhere. */
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/text.h"
#include "service/efs_seq.h"

void qd_efs_list_free(struct qd_efs_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->v[i].name);
    free(list->v);
    memset(list, 0, sizeof *list);
}

static int open_once(struct qd_efs *fs, const char *path, uint32_t *dirp, int32_t *err,
                     struct qdiag_error *e)
{
    uint8_t req[QD_EFS_REQUEST_MAX];
    struct qd_reply r;
    size_t n = qd_efs_put_path(req, fs->subsys, QD_EFS_OP_OPENDIR, path);
    int rc = qd_efs_ask(fs, QD_CMD_EFS_OPENDIR, req, n, &r, e);
    return rc ? rc : qd_efs_get_opendir(r.p, r.len, dirp, err, e);
}

static int open_dir(struct qd_efs *fs, const char *path, uint32_t *dirp, struct qdiag_error *e)
{
    int32_t err = 0;
    int rc = open_once(fs, path, dirp, &err, e);
    if (rc == 0 && err) {
        rc = qd_efs_sweep(fs, err, e);
        if (rc > 0)
            rc = open_once(fs, path, dirp, &err, e);
    }
    if (rc == 0 && err)
        rc = qd_efs_fail_errno("OPENDIR", err, e);
    return rc;
}

static int came_twice(const struct qd_efs_record *r, uint32_t seqno, struct qdiag_error *e)
{
    char shown[64];
    qd_printable(shown, sizeof shown, r->name, r->name_len);
    return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "entry %u, name \"%s\": twice in one folder", seqno,
                   shown);
}

static int is_dots(const struct qd_efs_record *r)
{
    return (r->name_len == 1 && r->name[0] == '.') ||
           (r->name_len == 2 && r->name[0] == '.' && r->name[1] == '.');
}

static int same_name(const struct qd_efs_entry *a, const struct qd_efs_record *r)
{
    return strlen(a->name) == r->name_len && memcmp(a->name, r->name, r->name_len) == 0;
}

static int add_entry(struct qd_efs_list *list, const struct qd_efs_record *r, uint32_t seqno,
                     struct qdiag_error *e)
{
    if (is_dots(r))
        return 0;
    /* A unit that counts in a circle is found early; the full search comes after the last entry. */
    if (list->n && (same_name(&list->v[0], r) || same_name(&list->v[list->n - 1], r)))
        return came_twice(r, seqno, e);
    struct qd_efs_entry *v = qd_grow(list->v, list->n, &list->cap, sizeof *v);
    if (!v)
        return qd_nomem(e);
    list->v = v;
    char *name = qd_strndup(r->name, r->name_len);
    if (!name)
        return qd_nomem(e);
    v[list->n++] = (struct qd_efs_entry){.name = name,
                                         .type = r->type,
                                         .st = r->st,
                                         .unusable = memchr(r->name, '/', r->name_len) != NULL};
    return 0;
}

static int read_entry(struct qd_efs *fs, uint32_t dirp, uint32_t seqno, struct qd_efs_list *list,
                      int *end, struct qdiag_error *e)
{
    uint8_t req[12];
    struct qd_reply r;
    struct qd_efs_record rec;
    size_t n = qd_efs_put_readdir(req, fs->subsys, dirp, seqno);
    int rc = qd_efs_ask(fs, QD_CMD_EFS_READDIR, req, n, &r, e);
    if (rc == 0)
        rc = qd_efs_get_readdir(r.p, r.len, dirp, seqno, &rec, e);
    if (rc)
        return rc;
    if (rec.err)
        return qd_efs_fail_errno("READDIR", rec.err, e);
    *end = rec.end;
    return rec.end ? 0 : add_entry(list, &rec, seqno, e);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct qd_efs_entry *)a)->name, ((const struct qd_efs_entry *)b)->name);
}

static int sort_and_check(struct qd_efs_list *list, struct qdiag_error *e)
{
    if (list->n)
        qsort(list->v, list->n, sizeof *list->v, by_name);
    for (size_t i = 1; i < list->n; i++)
        if (by_name(&list->v[i - 1], &list->v[i]) == 0)
            return qd_fail(e, QDIAG_E_PROTOCOL, NULL, "name \"%.60s\" twice in one folder",
                           list->v[i].name);
    return 0;
}

static int list_job(struct qd_efs *fs, struct qd_efs_job *job, struct qdiag_error *e)
{
    struct qd_efs_list *list = job->out;
    uint32_t dirp = 0;
    int end = 0;
    qd_efs_list_free(list);
    int rc = open_dir(fs, job->path, &dirp, e);
    if (rc)
        return rc;
    for (uint32_t seqno = 1; rc == 0 && !end; seqno++) {
        rc = qd_cancel_check(qd_diag_context(fs->diag)->cancel, e);
        if (rc == 0 && seqno > QD_EFS_LIST_MAX + 1)
            rc = qd_fail(e, QDIAG_E_PROTOCOL, NULL, "more than %u entries in one folder",
                         QD_EFS_LIST_MAX);
        if (rc == 0)
            rc = read_entry(fs, dirp, seqno, list, &end, e);
    }
    qd_efs_close_handle(fs, QD_EFS_OP_CLOSEDIR, dirp);
    return rc ? rc : sort_and_check(list, e);
}

int qd_efs_list(struct qd_efs *fs, const char *dir, struct qd_efs_list *list, struct qdiag_error *e)
{
    struct qd_efs_job job = {.run = list_job, .path = dir, .out = list};
    memset(list, 0, sizeof *list);
    int rc = qd_efs_steady(fs, &job, e);
    if (rc)
        qd_efs_list_free(list);
    return rc;
}
