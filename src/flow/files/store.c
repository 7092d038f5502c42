/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Saves a document the careful way: write to temporary files, read back with the strict readers,
 * compare with what was meant, and only then give all files their names. */
#include "flow/files/store.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/hex.h"
#include "base/save.h"
#include "base/savedir.h"
#include "base/text.h"
#include "container/gz.h"
#include "flow/files/folder_io.h"
#include "flow/files/load.h"

#define ROOT_ENTRY "Root Entry" /* what every compound file calls its root */

static int digest_read(void *user, uint8_t *p, size_t cap, size_t *got, struct qdiag_error *e)
{
    struct qd_digest_source *d = user;
    int rc = d->inner->read(d->inner->user, p, cap, got, e);
    if (rc == 0) {
        qd_sha256_add(d->sha, p, *got);
        d->bytes += *got;
    }
    return rc;
}

void qd_digest_source(struct qd_digest_source *d, struct qd_source *outer, struct qd_source *inner,
                      struct qd_sha256 *sha)
{
    d->inner = inner;
    d->sha = sha;
    d->bytes = 0;
    *outer = *inner;
    outer->read = digest_read;
    outer->user = d;
}

void qd_target_name(const struct qd_target *t, char out[16])
{
    static const char *const names[] = {"xqcn", "qcn", "tar", "dir"};
    snprintf(out, 16, "%s%s", names[t->kind], t->gz ? ".gz" : "");
}

struct digest_sink {
    struct qd_save *save;
    struct qd_sha256 *sha;
    uint64_t bytes;
};

static int digest_write(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    struct digest_sink *k = user;
    qd_sha256_add(k->sha, p, n);
    k->bytes += n;
    return qd_save_write(k->save, p, n, e);
}

/* One target under way. */
struct part {
    struct job *j;
    struct qd_target *t;
    struct qd_save *file, *manifest; /* file: NULL for a folder */
    struct qd_save_dir *dir;
    char json_sha256[65]; /* of the manifest as written */
    uint64_t json_size;
    struct qd_manifest *m; /* as read back: what the file is compared with */
    char entries[65];      /* digest of the folder form */
    int lf, last;
};

struct job {
    struct qd_store *s;
    struct qd_sha256 *sha;
    struct qd_entries made; /* the folder form, when it was made here */
    struct part part[QD_TARGETS];
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* The root of a text bears the file's name; elsewhere it has none until a text is made of it. */
static int name_root(struct job *j, const struct qd_target *t, struct qdiag_error *e)
{
    struct qd_node *root = j->s->doc->tree;
    if (j->s->keep_root)
        return 0;
    const char *base = base_name(t->path);
    char *name = t->kind == QD_T_XQCN ? qd_strndup(base, strlen(base) - (t->gz ? 3 : 0))
                                      : qd_strdup(ROOT_ENTRY);
    if (!name)
        return qd_nomem(e);
    free(root->name);
    root->name = name;
    return 0;
}

static int folder_entries(struct job *j, const struct qd_entries **out, struct qdiag_error *e)
{
    int rc = 0;
    *out = &j->s->doc->entries;
    if (j->s->doc->entries.n > 0)
        return 0;
    qd_entries_free(&j->made); /* the name of the root may differ from that of the last target */
    rc = qd_folder_from_doc(j->s->doc, &j->made, e);
    *out = &j->made;
    return rc;
}

static int write_kind(const struct part *p, const struct qd_entries *entries, struct qd_sink *out,
                      struct qdiag_error *e)
{
    const struct qd_store *s = p->j->s;
    struct qd_cfb_options o = {.time = s->storage_time};
    switch (p->t->kind) {
    case QD_T_XQCN:
        return qd_xqcn_write(s->doc->tree, out, e);
    case QD_T_QCN:
        return qd_cfb_write(s->doc->tree, &o, out, e);
    default:
        return qd_tar_write(entries, out, e);
    }
}

static int write_file(struct part *p, const struct qd_entries *entries, struct qdiag_error *e)
{
    struct digest_sink k = {p->file, p->j->sha, 0};
    struct qd_sink raw = {digest_write, &k}, packed;
    struct qd_gz_out *gz = NULL;
    uint8_t digest[QD_SHA256_SIZE];
    int rc = p->t->gz ? qd_gz_create(&gz, &raw, &packed, e) : 0;
    if (rc == 0)
        rc = write_kind(p, entries, gz ? &packed : &raw, e);
    if (rc == 0 && gz)
        rc = qd_gz_finish(gz, e);
    qd_gz_drop(&gz);
    qd_sha256_end(p->j->sha, digest);
    qd_hex(digest, sizeof digest, p->t->sha256);
    p->t->size = k.bytes;
    return rc;
}

static int differs(const struct qd_target *t, struct qdiag_error *e)
{
    return qd_fail(e, QDIAG_E_LOCAL_FILE, t->path, "%s",
                   "the bytes read back differ from the bytes written");
}

static int compare_back(const struct part *p, const struct qd_doc *back, struct qdiag_error *e)
{
    struct qdiag_error where = {0};
    uint64_t size;
    char digest[65] = "";
    if (back->file_size != p->t->size || strcmp(back->sha256, p->t->sha256) != 0)
        return differs(p->t, e);
    if (back->tree->lf != p->lf)
        return differs(p->t, e);
    int rc = qd_manifest_compare(p->m, back->tree, &where);
    if (rc == -QDIAG_E_FILE_DAMAGED)
        return qd_fail(e, QDIAG_E_LOCAL_FILE, p->t->path, "read back, %.200s: %.200s", where.item,
                       where.why);
    if (rc == 0 && p->entries[0])
        rc = qd_entries_digest(&back->entries, &size, digest, e);
    else if (rc != 0 && e)
        *e = where;
    return rc == 0 && strcmp(digest, p->entries) != 0 ? differs(p->t, e) : rc;
}

/* What was written is read again from the file system by the strict reader and compared with the
 * digests of what was meant; any difference stops the save. */
static int verify_file(const char *temp, void *user, struct qdiag_error *e)
{
    struct qd_notes quiet = {NULL, NULL};
    struct qd_doc *back = NULL;
    int rc = qd_load_file(NULL, temp, &quiet, &back, e);
    if (rc == 0)
        rc = compare_back(user, back, e);
    qd_doc_free(&back);
    return rc;
}

static int write_folder(struct part *p, const struct qd_entries *entries, struct qdiag_error *e)
{
    int rc = qd_entries_digest(entries, &p->t->size, p->t->sha256, e);
    return rc == 0 ? qd_folder_store(entries, p->dir, e) : rc;
}

static int write_target(struct part *p, struct qdiag_error *e)
{
    const struct qd_entries *entries = NULL;
    uint64_t size;
    int rc = name_root(p->j, p->t, e);
    p->lf = p->j->s->doc->tree->lf;
    if (rc == 0 && (p->t->kind == QD_T_TAR || p->t->kind == QD_T_DIR)) {
        rc = folder_entries(p->j, &entries, e);
        if (rc == 0)
            rc = qd_entries_digest(entries, &size, p->entries, e);
    }
    if (rc != 0)
        return rc;
    return p->dir ? write_folder(p, entries, e) : write_file(p, entries, e);
}

static int make_manifest(struct part *p, struct qdiag_error *e)
{
    const struct qd_store *s = p->j->s;
    uint8_t salt[16];
    char container[16], folder[PATH_MAX];
    if (!s->salt && getrandom(salt, sizeof salt, 0) != (ssize_t)sizeof salt)
        return qd_fail(e, QDIAG_E_FAILED, NULL, "%s", "no random bytes from the system");
    qd_target_name(p->t, container);
    qd_copy_text(folder, sizeof folder, p->t->path);
    for (size_t n = strlen(folder); n > 1 && folder[n - 1] == '/'; n--)
        folder[n - 1] = '\0';
    struct qd_manifest_in in = {.backup = s->doc->backup,
                                .tree = s->doc->tree,
                                .evidence = s->evidence,
                                .file_name = base_name(folder),
                                .file_sha256 = p->t->sha256,
                                .file_size = p->t->size,
                                .container = container,
                                .address = s->address,
                                .time = s->time,
                                .model_name = s->model_name,
                                .ext_build = s->ext_build,
                                .verno_dir = s->verno_dir,
                                .verno_date = s->verno_date,
                                .efs_subsys = {s->efs[0], s->efs[1]},
                                .complete = s->complete,
                                .scope = s->scope,
                                .salt = s->salt ? s->salt : salt,
                                .converted = s->converted,
                                .folder_form = p->t->kind == QD_T_TAR || p->t->kind == QD_T_DIR};
    struct digest_sink k = {p->manifest, p->j->sha, 0};
    struct qd_sink out = {digest_write, &k};
    uint8_t digest[QD_SHA256_SIZE];
    int rc = qd_manifest_write(&in, &out, e);
    qd_sha256_end(p->j->sha, digest);
    qd_hex(digest, sizeof digest, p->json_sha256);
    p->json_size = k.bytes;
    return rc;
}

/* The manifest must be readable, too; the file is compared with what is read here. */
static int verify_manifest(const char *temp, void *user, struct qdiag_error *e)
{
    struct part *part = user;
    uint8_t *p = NULL;
    size_t n = 0;
    char sha[65];
    int rc = qd_read_file(temp, part->json_size + 1, &p, &n, e);
    if (rc == 0)
        qd_sha256_hex(p, n, sha);
    if (rc == 0 && (n != part->json_size || strcmp(sha, part->json_sha256) != 0))
        rc = qd_fail(e, QDIAG_E_LOCAL_FILE, part->t->manifest, "%s",
                     "the bytes read back differ from the bytes written");
    if (rc == 0)
        rc = qd_manifest_read(p, n, part->t->manifest, &part->m, e);
    free(p);
    return rc;
}

/* All is written, and digested in the manifest: the payload may go before anything is read back. */
static void empty_doc(struct job *j)
{
    struct qd_doc *d = j->s->spent;
    qd_entries_free(&j->made);
    for (size_t i = 0; i < d->backup->files.n; i++)
        if (d->backup->files.v[i].borrowed) {
            d->backup->files.v[i].data = NULL;
            d->backup->files.v[i].len = 0;
        }
    qd_entries_free(&d->entries);
    qd_tree_free(&d->tree);
}

static int begin(struct part *p, struct qdiag_error *e)
{
    struct qd_target *t = p->t;
    size_t n = strlen(t->path);
    while (n > 1 && t->path[n - 1] == '/')
        n--;
    if ((size_t)snprintf(t->manifest, sizeof t->manifest, "%.*s.manifest.json", (int)n, t->path) >=
        sizeof t->manifest)
        return qd_fail(e, QDIAG_E_LOCAL_FILE, t->path, "%s", "the name is too long");
    int rc = t->kind == QD_T_DIR ? qd_save_dir_begin(&p->dir, t->path, e)
                                 : qd_save_begin(&p->file, t->path, e);
    return rc == 0 ? qd_save_begin(&p->manifest, t->manifest, e) : rc;
}

static int prepare(struct part *p, struct qdiag_error *e)
{
    int rc = write_target(p, e);
    if (rc == 0)
        rc = make_manifest(p, e);
    if (rc == 0 && p->last && p->j->s->spent)
        empty_doc(p->j);
    if (rc == 0)
        rc = qd_save_prepare(p->manifest, verify_manifest, p, e);
    if (rc == 0)
        rc = p->dir ? verify_file(qd_save_dir_temp(p->dir), p, e)
                    : qd_save_prepare(p->file, verify_file, p, e);
    qd_manifest_free(&p->m);
    return rc;
}

/* Every rename directly behind the other. */
static int publish(struct job *j, struct qdiag_error *e)
{
    struct qd_save **all[QD_TARGETS * 2];
    size_t n = 0;
    int rc = 0;
    for (size_t i = 0; i < j->s->n; i++)
        if (j->part[i].file)
            all[n++] = &j->part[i].file;
    for (size_t i = 0; i < j->s->n; i++)
        all[n++] = &j->part[i].manifest;
    for (size_t i = 0; rc == 0 && i < j->s->n; i++)
        if (j->part[i].dir)
            rc = qd_save_dir_publish(&j->part[i].dir, e);
    return rc == 0 ? qd_save_publish(all, n, e) : rc;
}

int qd_store_probe(const struct qd_target *t, struct qdiag_error *e)
{
    struct qd_save *file = NULL;
    struct qd_save_dir *dir = NULL;
    int rc = t->kind == QD_T_DIR ? qd_save_dir_begin(&dir, t->path, e)
                                 : qd_save_begin(&file, t->path, e);
    qd_save_abort(&file);
    qd_save_dir_abort(&dir);
    return rc;
}

int qd_store_all(struct qd_store *s, struct qdiag_error *e)
{
    struct job j = {.s = s};
    int rc = 0;
    j.sha = qd_sha256_new();
    if (!j.sha)
        return qd_nomem(e);
    for (size_t i = 0; rc == 0 && i < s->n; i++) {
        j.part[i].j = &j;
        j.part[i].t = &s->target[i];
        j.part[i].last = i + 1 == s->n;
        rc = begin(&j.part[i], e);
    }
    for (size_t i = 0; rc == 0 && i < s->n; i++)
        rc = prepare(&j.part[i], e);
    if (rc == 0)
        rc = publish(&j, e);
    for (size_t i = 0; i < s->n; i++) {
        qd_save_abort(&j.part[i].file);
        qd_save_abort(&j.part[i].manifest);
        qd_save_dir_abort(&j.part[i].dir);
    }
    qd_entries_free(&j.made);
    qd_sha256_free(&j.sha);
    return rc;
}
