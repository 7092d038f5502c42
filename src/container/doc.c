/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Loaded backups and lists of files: memory, order, comparison, digest. No I/O and no format; a
 * path that could leave the folder it belongs to never gets past qd_entry_path_fault. */
#include "container/doc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/text.h"

#define NAME_LIMIT 255u  /* what host file systems take */
#define PATH_LIMIT 1200u /* an EFS path of 1,024 bytes below efs-alt/ */

struct qd_doc *qd_doc_new(void)
{
    return qd_alloc(1, sizeof(struct qd_doc));
}

void qd_doc_free(struct qd_doc **dp)
{
    struct qd_doc *d = *dp;
    *dp = NULL;
    if (!d)
        return;
    qd_backup_free(&d->backup);
    qd_tree_free(&d->tree);
    qd_manifest_free(&d->manifest);
    qd_entries_free(&d->entries);
    for (size_t i = 0; i < d->nrest; i++)
        free(d->rest[i]);
    free(d->rest);
    free(d->model_name);
    free(d);
}

int qd_doc_add_rest(struct qd_doc *d, struct qdiag_error *e, const char *fmt, ...)
{
    char line[1600];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    char **v = qd_grow(d->rest, d->nrest, &d->rest_cap, sizeof *d->rest);
    if (!v)
        return qd_nomem(e);
    d->rest = v;
    d->rest[d->nrest] = qd_strdup(line);
    if (!d->rest[d->nrest])
        return qd_nomem(e);
    d->nrest++;
    return 0;
}

int qd_entries_add(struct qd_entries *l, const struct qd_entry *x, struct qdiag_error *e)
{
    char *path = qd_strdup(x->path), *target = x->target ? qd_strdup(x->target) : NULL;
    struct qd_entry *v =
        path && (target || !x->target) ? qd_grow(l->v, l->n, &l->cap, sizeof *l->v) : NULL;
    if (!v) {
        free(path);
        free(target);
        return qd_nomem(e);
    }
    l->v = v;
    v[l->n] = *x;
    v[l->n].path = path;
    v[l->n].target = target;
    l->n++;
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct qd_entry *)a)->path, ((const struct qd_entry *)b)->path);
}

void qd_entries_sort(struct qd_entries *l)
{
    if (l->n > 1)
        qsort(l->v, l->n, sizeof *l->v, by_path);
}

const struct qd_entry *qd_entries_find(const struct qd_entries *l, const char *path)
{
    const struct qd_entry key = {.path = (char *)path};
    return l->n ? bsearch(&key, l->v, l->n, sizeof *l->v, by_path) : NULL;
}

void qd_entry_drop(struct qd_entry *x)
{
    free(x->path);
    free(x->target);
    if (!x->borrowed)
        free(x->data);
    memset(x, 0, sizeof *x);
}

void qd_entries_free(struct qd_entries *l)
{
    for (size_t i = 0; i < l->n; i++)
        qd_entry_drop(&l->v[i]);
    free(l->v);
    memset(l, 0, sizeof *l);
}

/* A plain entry needs no line in efs.attr: its mode not known and the usual one look alike. Mode
 * and time of a link stand in efs.attr only. */
static uint32_t shown_mode(const struct qd_entry *x)
{
    int usual = (x->mode == 0100644u && x->kind == QD_ENTRY_FILE) ||
                (x->mode == 0040755u && x->kind == QD_ENTRY_DIR) || x->kind == QD_ENTRY_LINK;
    return usual ? 0 : x->mode;
}

static uint32_t shown_time(const struct qd_entry *x)
{
    return x->kind == QD_ENTRY_LINK ? 0 : x->mtime;
}

static int same_entry(const struct qd_entry *a, const struct qd_entry *b, const char **why)
{
    int same_target =
        a->target && b->target ? strcmp(a->target, b->target) == 0 : a->target == b->target;
    *why = a->kind != b->kind || a->veil != b->veil ? "another kind of entry"
           : shown_mode(a) != shown_mode(b) || shown_time(a) != shown_time(b)
               ? "another mode or time"
           : !same_target                                   ? "another link target"
           : a->len != b->len                               ? "another size"
           : a->len > 0 && memcmp(a->data, b->data, a->len) ? "other bytes"
                                                            : NULL;
    return *why == NULL;
}

int qd_entries_compare(const struct qd_entries *a, const struct qd_entries *b,
                       struct qdiag_error *e)
{
    for (size_t i = 0; i < a->n || i < b->n; i++) {
        const char *why;
        int c = i >= a->n ? 1 : i >= b->n ? -1 : strcmp(a->v[i].path, b->v[i].path);
        if (c != 0)
            return qd_fail(e, QDIAG_E_DIFFERENT, c < 0 ? a->v[i].path : b->v[i].path, "%s",
                           c < 0 ? "only in the first" : "only in the second");
        if (!same_entry(&a->v[i], &b->v[i], &why))
            return qd_fail(e, QDIAG_E_DIFFERENT, a->v[i].path, "%s", why);
    }
    return 0;
}

static const char *part_fault(const char *p, size_t n)
{
    if (n == 0)
        return "an empty part in the path";
    if ((n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
        return "a '.' or '..' in the path";
    if (n > NAME_LIMIT)
        return "a name longer than 255 bytes";
    return n >= 7 && memcmp(p, ".qdiag-", 7) == 0 ? "a name kept for unfinished saves" : NULL;
}

const char *qd_entry_path_fault(const char *path, size_t len)
{
    if (len == 0 || path[0] == '/')
        return len ? "an absolute path" : "an empty path";
    if (len > PATH_LIMIT)
        return "a path longer than 1,200 bytes";
    if (memchr(path, '\0', len) || memchr(path, '\n', len))
        return "a NUL or line feed in the path";
    for (size_t at = 0; at <= len;) {
        const char *slash = at < len ? memchr(path + at, '/', len - at) : NULL;
        size_t n = slash ? (size_t)(slash - path) - at : len - at;
        const char *fault = part_fault(path + at, n);
        if (fault)
            return fault;
        at += n + 1;
    }
    return NULL;
}

int qd_entries_digest(const struct qd_entries *l, uint64_t *size, char sha256[65],
                      struct qdiag_error *e)
{
    struct qd_buf text = {0};
    int bad = 0;
    *size = 0;
    for (size_t i = 0; i < l->n && !bad; i++) {
        const struct qd_entry *x = &l->v[i];
        char hex[65];
        if (x->kind == QD_ENTRY_DIR || x->kind == QD_ENTRY_LINK)
            continue;
        qd_sha256_hex(x->len ? x->data : (const uint8_t *)"", x->len, hex);
        bad = qd_buf_printf(&text, "%s  %s\n", hex, x->path);
        *size += x->len;
    }
    if (!bad)
        qd_sha256_hex(text.len ? text.p : (const uint8_t *)"", text.len, sha256);
    qd_buf_free(&text);
    return bad ? qd_nomem(e) : 0;
}
