/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Folder forms as tar, through libarchive. Reading takes plain files, folders and links and nothing
 * else; names are judged before anything is kept. Writing is deterministic: sorted, uid and gid 0,
 * the entries' own times. What EFS knows beyond a host is one or two attributes per entry. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "base/buf.h"
#include "base/text.h"
#include "container/doc.h"

#define CHUNK     65536u
#define FILE_CAP  (64u << 20)
#define TOTAL_CAP (256u << 20)
#define ENTRY_CAP 200000u
#define KIND      "user.qdiag.kind" /* item */
#define MODE      "user.qdiag.mode" /* octal EFS mode with its type bits */
#define TIME      "user.qdiag.time" /* present: the time is the unit's, not the packer's */

struct tar_in {
    struct qd_source *src;
    struct qdiag_error *e;
    struct archive *a;
    struct qd_entries *out;
    int rc; /* of the source */
    uint64_t total;
    uint64_t seen; /* bytes of the tar */
    size_t zeros;  /* at the end of what was read */
    uint8_t chunk[CHUNK];
};

static int refuse(const struct tar_in *t, const char *path, const char *why)
{
    char item[700], shown[200];
    qd_printable(shown, sizeof shown, path, strlen(path));
    snprintf(item, sizeof item, "%.480s%s%s", t->src->name ? t->src->name : "", shown[0] ? " " : "",
             shown);
    return qd_fail(t->e, QDIAG_E_FILE_DAMAGED, item, "tar: %s", why);
}

/* libarchive may call it a warning, or nothing at all; errno is set to 0 before its calls. */
static int out_of_memory(struct archive *a)
{
    return archive_errno(a) == ENOMEM || errno == ENOMEM;
}

static int archive_bad(const struct tar_in *t, const char *path)
{
    char why[200];
    const char *s = archive_error_string(t->a);
    if (t->rc != 0)
        return t->rc;
    if (out_of_memory(t->a))
        return qd_nomem(t->e);
    qd_printable(why, sizeof why, s ? s : "damaged", s ? strlen(s) : 7);
    return refuse(t, path, why);
}

static void count_zeros(struct tar_in *t, size_t n)
{
    size_t tail = 0;
    while (tail < n && t->chunk[n - 1 - tail] == 0)
        tail++;
    t->seen += n;
    t->zeros = tail == n ? t->zeros + n : tail;
}

static la_ssize_t on_read(struct archive *a, void *user, const void **buffer)
{
    struct tar_in *t = user;
    size_t got = 0;
    (void)a;
    *buffer = t->chunk;
    if (t->rc == 0)
        t->rc = t->src->read(t->src->user, t->chunk, sizeof t->chunk, &got, t->e);
    if (t->rc != 0)
        return -1;
    count_zeros(t, got);
    return (la_ssize_t)got;
}

/* "./a/b/" is "a/b". */
static char *clean_path(const char *s)
{
    size_t n = strlen(s);
    while (n > 2 && s[0] == '.' && s[1] == '/') {
        s += 2;
        n -= 2;
    }
    while (n > 1 && s[n - 1] == '/')
        n--;
    return qd_strndup(s, n);
}

static uint32_t octal(const char *s, size_t n)
{
    uint32_t v = 0;
    if (n == 0 || n > 7)
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '7')
            return 0;
        v = v << 3 | (uint32_t)(s[i] - '0');
    }
    return v <= 0177777 ? v : 0;
}

/* Without our attributes a header tells of the packer's machine, not of the unit. */
static void read_attributes(struct archive_entry *ae, struct qd_entry *x)
{
    const char *name;
    const void *value;
    size_t n;
    archive_entry_xattr_reset(ae);
    while (archive_entry_xattr_next(ae, &name, &value, &n) == ARCHIVE_OK) {
        if (strcmp(name, KIND) == 0 && n == 4 && memcmp(value, "item", 4) == 0 &&
            x->kind == QD_ENTRY_FILE)
            x->kind = QD_ENTRY_ITEM;
        else if (strcmp(name, MODE) == 0)
            x->mode = octal(value, n);
        else if (strcmp(name, TIME) == 0 && archive_entry_mtime(ae) > 0 &&
                 archive_entry_mtime(ae) <= UINT32_MAX)
            x->mtime = (uint32_t)archive_entry_mtime(ae);
    }
    if (x->kind == QD_ENTRY_ITEM && !x->mode)
        x->mode = 0160000u | (archive_entry_perm(ae) & 07777);
}

static int read_data(struct tar_in *t, struct archive_entry *ae, struct qd_entry *x)
{
    int64_t size = archive_entry_size(ae);
    if (size < 0 || size > FILE_CAP)
        return refuse(t, x->path, "a file larger than 64 MiB");
    t->total += (uint64_t)size;
    if (t->total > TOTAL_CAP)
        return refuse(t, x->path, "more than 256 MiB in all");
    x->data = qd_alloc((size_t)size + 1, 1);
    if (!x->data)
        return qd_nomem(t->e);
    while (x->len < (size_t)size) {
        la_ssize_t n = archive_read_data(t->a, x->data + x->len, (size_t)size - x->len);
        if (n < 0)
            return archive_bad(t, x->path);
        if (n == 0)
            return refuse(t, x->path, "cut short");
        x->len += (size_t)n;
    }
    return 0;
}

static int judge_kind(struct tar_in *t, struct archive_entry *ae, struct qd_entry *x)
{
    if (archive_entry_hardlink(ae))
        return refuse(t, x->path, "a hard link");
    if (archive_entry_sparse_count(ae) > 0)
        return refuse(t, x->path, "a sparse file");
    switch (archive_entry_filetype(ae)) {
    case AE_IFREG:
        x->kind = QD_ENTRY_FILE;
        return 0;
    case AE_IFDIR:
        x->kind = QD_ENTRY_DIR;
        return 0;
    case AE_IFLNK:
        x->kind = QD_ENTRY_LINK;
        x->target = (char *)archive_entry_symlink(ae);
        if (!x->target || !x->target[0])
            return refuse(t, x->path, "a link without a target");
        return strncmp(x->path, "efs/", 4) == 0 || strncmp(x->path, "efs-alt/", 8) == 0
                   ? 0
                   : refuse(t, x->path, "a link outside of efs/");
    default:
        return refuse(t, x->path, "neither a file, a folder nor a link");
    }
}

static int read_entry(struct tar_in *t, struct archive_entry *ae)
{
    const char *name = archive_entry_pathname(ae);
    struct qd_entry x = {.path = name ? clean_path(name) : NULL};
    if (!name || !x.path)
        return name || errno == ENOMEM ? qd_nomem(t->e)
                                       : refuse(t, "", "a name that cannot be read");
    int top = strcmp(x.path, ".") == 0 && archive_entry_filetype(ae) == AE_IFDIR;
    const char *fault = top ? NULL : qd_entry_path_fault(x.path, strlen(x.path));
    int rc = fault ? refuse(t, x.path, fault) : 0;
    if (rc == 0 && t->out->n >= ENTRY_CAP)
        rc = refuse(t, x.path, "more than 200,000 entries");
    if (rc == 0 && !top)
        rc = judge_kind(t, ae, &x);
    if (rc == 0 && !top && x.kind == QD_ENTRY_FILE)
        rc = read_data(t, ae, &x);
    if (rc == 0 && !top)
        read_attributes(ae, &x);
    if (errno == ENOMEM)
        rc = qd_nomem(t->e);
    if (rc == 0 && !top) {
        rc = qd_entries_add(t->out, &x, t->e);
    }
    if (rc != 0)
        free(x.data);
    free(x.path);
    return rc;
}

static int read_all(struct tar_in *t, struct archive_entry *ae)
{
    for (;;) {
        errno = 0;
        int r = archive_read_next_header2(t->a, ae);
        if (r == ARCHIVE_EOF)
            break;
        if (r != ARCHIVE_OK && (r != ARCHIVE_WARN || !archive_entry_pathname(ae)))
            return archive_bad(t, "");
        int rc = read_entry(t, ae);
        if (rc != 0)
            return rc;
    }
    const void *rest;
    while (on_read(t->a, t, &rest) > 0)
        continue;
    if (t->rc != 0)
        return t->rc;
    return t->seen % 512 == 0 && t->zeros >= 1024
               ? 0
               : refuse(t, "", "cut short: the two zero blocks at the end are missing");
}

/* archive_read_open and archive_read_next_header do not look whether they got what they need. */
static int open_and_read(struct tar_in *t)
{
    struct archive *a = t->a;
    errno = 0;
    struct archive_entry *ae = a ? archive_entry_new2(a) : NULL;
    int rc = ae ? 0 : qd_nomem(t->e);
    if (rc == 0 &&
        (archive_read_support_format_tar(a) != ARCHIVE_OK ||
         archive_read_set_read_callback(a, on_read) != ARCHIVE_OK ||
         archive_read_set_callback_data(a, t) != ARCHIVE_OK || archive_read_open1(a) != ARCHIVE_OK))
        rc = archive_bad(t, "");
    if (rc == 0)
        rc = read_all(t, ae);
    archive_entry_free(ae);
    return rc;
}

int qd_tar_read(struct qd_source *src, struct qd_entries *out, struct qdiag_error *e)
{
    struct tar_in *t = qd_alloc(1, sizeof *t);
    if (!t)
        return qd_nomem(e);
    t->src = src;
    t->e = e;
    t->out = out;
    t->a = archive_read_new();
    int rc = open_and_read(t);
    if (t->a)
        archive_read_free(t->a);
    free(t);
    qd_entries_sort(out);
    for (size_t i = 1; rc == 0 && i < out->n; i++)
        if (strcmp(out->v[i].path, out->v[i - 1].path) == 0)
            rc = qd_fail(e, QDIAG_E_FILE_DAMAGED, out->v[i].path, "%s",
                         "tar: the path is there twice");
    if (rc != 0)
        qd_entries_free(out);
    return rc;
}

struct tar_out {
    struct qd_sink *sink;
    struct qdiag_error *e;
    int rc;
};

static la_ssize_t on_write(struct archive *a, void *user, const void *p, size_t n)
{
    struct tar_out *t = user;
    (void)a;
    if (t->rc == 0)
        t->rc = t->sink->write(t->sink->user, p, n, t->e);
    return t->rc == 0 ? (la_ssize_t)n : -1;
}

static unsigned permissions(const struct qd_entry *x)
{
    int alt_or_efs = strncmp(x->path, "efs/", 4) == 0 || strncmp(x->path, "efs-alt/", 8) == 0;
    if (x->mode)
        return x->mode & 07777;
    return x->kind == QD_ENTRY_DIR    ? 0755
           : x->kind == QD_ENTRY_LINK ? 0777
           : alt_or_efs               ? 0644
                                      : 0600;
}

static void describe(struct archive_entry *ae, const struct qd_entry *x)
{
    static const unsigned types[] = {[QD_ENTRY_FILE] = AE_IFREG,
                                     [QD_ENTRY_ITEM] = AE_IFREG,
                                     [QD_ENTRY_DIR] = AE_IFDIR,
                                     [QD_ENTRY_LINK] = AE_IFLNK};
    char mode[16];
    archive_entry_set_pathname(ae, x->path);
    archive_entry_set_filetype(ae, types[x->kind]);
    archive_entry_set_perm(ae, permissions(x));
    archive_entry_set_uid(ae, 0);
    archive_entry_set_gid(ae, 0);
    archive_entry_set_mtime(ae, x->mtime, 0);
    archive_entry_set_size(
        ae, x->kind == QD_ENTRY_FILE || x->kind == QD_ENTRY_ITEM ? (la_int64_t)x->len : 0);
    if (x->kind == QD_ENTRY_LINK)
        archive_entry_set_symlink(ae, x->target);
    if (x->kind == QD_ENTRY_ITEM)
        archive_entry_xattr_add_entry(ae, KIND, "item", 4);
    if (x->mode && x->mode != 0100644u && x->kind != QD_ENTRY_LINK) {
        snprintf(mode, sizeof mode, "0%o", (unsigned)x->mode);
        archive_entry_xattr_add_entry(ae, MODE, mode, strlen(mode));
    }
    if (x->mtime && x->kind != QD_ENTRY_LINK) /* a host link takes no attributes */
        archive_entry_xattr_add_entry(ae, TIME, "1", 1);
}

static int out_bad(struct tar_out *t, struct archive *a, const char *path)
{
    const char *s = archive_error_string(a);
    if (t->rc != 0)
        return t->rc;
    return out_of_memory(a) ? qd_nomem(t->e)
                            : qd_fail(t->e, QDIAG_E_FAILED, path, "tar: %s", s ? s : "not written");
}

static int write_entry(struct tar_out *t, struct archive *a, const struct qd_entry *x)
{
    struct archive_entry *ae = archive_entry_new();
    if (!ae)
        return qd_nomem(t->e);
    errno = 0;
    describe(ae, x);
    int rc =
        archive_write_header(a, ae) < ARCHIVE_WARN || errno == ENOMEM ? out_bad(t, a, x->path) : 0;
    if (rc == 0 && x->kind != QD_ENTRY_DIR && x->kind != QD_ENTRY_LINK && x->len > 0 &&
        archive_write_data(a, x->data, x->len) != (la_ssize_t)x->len)
        rc = out_bad(t, a, x->path);
    archive_entry_free(ae);
    return rc;
}

int qd_tar_write(const struct qd_entries *in, struct qd_sink *out, struct qdiag_error *e)
{
    struct tar_out t = {out, e, 0};
    struct archive *a = archive_write_new();
    if (!a)
        return qd_nomem(e);
    errno = 0;
    /* SCHILY records only: others make GNU tar warn for every file. */
    int rc = archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
                     archive_write_set_options(a, "xattrheader=SCHILY") != ARCHIVE_OK ||
                     archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
                     archive_write_open(a, &t, NULL, on_write, NULL) != ARCHIVE_OK
                 ? out_bad(&t, a, NULL)
                 : 0;
    for (size_t i = 0; rc == 0 && i < in->n; i++)
        rc = write_entry(&t, a, &in->v[i]);
    if (rc == 0 && archive_write_close(a) != ARCHIVE_OK)
        rc = out_bad(&t, a, NULL);
    archive_write_free(a);
    return rc;
}
