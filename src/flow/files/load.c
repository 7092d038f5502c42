/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Loads a backup file of any kind into one form. The kind comes from the content; what is no backup
 * is refused by its own name. Reads local files only and changes none. */
#include "flow/files/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <qdiag/container.h>

#include "base/cancel.h"
#include "base/context.h"
#include "base/digest.h"
#include "base/hex.h"
#include "base/text.h"
#include "container/gz.h"
#include "flow/files/folder_io.h"
#include "flow/files/store.h"

#define HEAD         4096u
#define MANIFEST_MAX (256u << 20)

/* A file, perhaps with gzip around it, opened for one reading. */
struct stack {
    struct qd_file_source file;
    struct qd_source raw, digested, inflated, *src;
    struct qd_digest_source d;
    struct qd_sha256 *sha;
    struct qd_gz_in *gz;
};

struct loading {
    struct qdiag_context *ctx;
    const char *path;
    const struct qd_notes *notes;
    struct qd_doc *doc;
    enum qd_container kind;
};

static void close_stack(struct stack *s)
{
    qd_gz_close(&s->gz);
    qd_sha256_free(&s->sha);
    qd_file_close(&s->file);
}

static int open_stack(struct stack *s, const char *path, int gz, struct qdiag_error *e)
{
    memset(s, 0, sizeof *s);
    s->file.fd = -1;
    int rc = qd_file_open(&s->file, &s->raw, path, e);
    if (rc != 0)
        return rc;
    s->sha = qd_sha256_new();
    if (!s->sha) {
        close_stack(s);
        return qd_nomem(e);
    }
    qd_digest_source(&s->d, &s->digested, &s->raw, s->sha);
    s->src = &s->digested;
    if (!gz)
        return 0;
    rc = qd_gz_open(&s->gz, &s->digested, &s->inflated, e);
    s->src = &s->inflated;
    if (rc != 0)
        close_stack(s);
    return rc;
}

static int sniff(const char *path, int gz, enum qd_container *kind, struct qdiag_error *e)
{
    struct stack s;
    uint8_t head[HEAD];
    size_t n = 0, got = 1;
    int rc = open_stack(&s, path, gz, e);
    if (rc != 0)
        return rc;
    while (rc == 0 && got && n < sizeof head) {
        rc = s.src->read(s.src->user, head + n, sizeof head - n, &got, e);
        n += got;
    }
    close_stack(&s);
    *kind = qd_sniff(head, n);
    return rc;
}

static const char *next_for(enum qd_container kind)
{
    switch (kind) {
    case QD_C_ZEROS:
    case QD_C_EMPTY:
        return "this is what an interrupted copy leaves behind; use another copy";
    case QD_C_HTML:
        return "this is what a failed download leaves behind; download the file again";
    case QD_C_ZIP:
        return "take the backup out of it first";
    case QD_C_TEXT_QCN:
    case QD_C_CQCN:
        return "make a backup of the unit itself: `qdiag backup`";
    default:
        return "qdiag reads XQCN, QCN, and the tar files and folders that it writes";
    }
}

static int refuse_kind(const struct loading *l, struct qdiag_error *e)
{
    int rc = qd_fail(e, QDIAG_E_FILE_UNKNOWN, l->path, "%s is %s",
                     l->doc->gz ? "what this gzip file holds" : "this", qd_container_name(l->kind));
    qd_hint(e, "%s", next_for(l->kind));
    return rc;
}

/* The content rules know the place inside the tree; the user needs the file's name in front of it.
 */
static int with_file(const struct loading *l, int rc, const struct qdiag_error *in,
                     struct qdiag_error *e)
{
    if (rc == 0 || !e || e->code)
        return rc;
    *e = *in;
    if (strncmp(in->item, l->path, strlen(l->path)) != 0)
        snprintf(e->item, sizeof e->item, "%.200s%s%.300s", l->path, in->item[0] ? " " : "",
                 in->item);
    return rc;
}

/* The doc of a folder form comes as a new one; what is known of the file moves over to it. */
static int take_entries(struct loading *l, struct qd_entries *entries, struct qdiag_error *e)
{
    struct qd_doc *doc = NULL;
    int rc = qd_folder_to_doc(entries, l->notes, &doc, e);
    if (rc != 0)
        return rc;
    doc->gz = l->doc->gz;
    doc->file_size = l->doc->file_size;
    qd_copy_text(doc->sha256, sizeof doc->sha256, l->doc->sha256);
    qd_doc_free(&l->doc);
    l->doc = doc;
    return 0;
}

static int read_tar(struct loading *l, struct qd_source *src, struct qdiag_error *e)
{
    struct qd_entries entries = {0};
    int rc = qd_tar_read(src, &entries, e);
    return rc == 0 ? take_entries(l, &entries, e) : rc;
}

static int read_folder(struct loading *l, struct qdiag_error *e)
{
    struct qd_entries entries = {0};
    int rc = qd_folder_load(l->path, &entries, e);
    if (rc == 0)
        rc = qd_entries_digest(&entries, &l->doc->file_size, l->doc->sha256, e);
    if (rc != 0) {
        qd_entries_free(&entries);
        return rc;
    }
    rc = take_entries(l, &entries, e);
    qd_copy_text(l->doc->container, sizeof l->doc->container, "dir");
    return rc;
}

/* The reader names the place in the compound file; this names the kind of file. */
static int read_qcn(struct loading *l, struct qd_source *src, struct qdiag_error *e)
{
    int rc = qd_cfb_read(src, l->notes, &l->doc->tree, e);
    if (rc == -QDIAG_E_FILE_DAMAGED)
        qd_what(e, "%s", "the QCN file is damaged");
    return rc;
}

static int read_as(struct loading *l, struct qd_source *src, struct qdiag_error *e)
{
    switch (l->kind) {
    case QD_C_XQCN:
        return qd_xqcn_read(src, l->notes, &l->doc->tree, e);
    case QD_C_QCN:
        return read_qcn(l, src, e);
    case QD_C_TAR:
        return read_tar(l, src, e);
    default:
        return refuse_kind(l, e);
    }
}

/* What a reader left unread still counts for the digest and for the end of the gzip data. */
static int drain(struct qd_source *src, struct qdiag_error *e)
{
    uint8_t chunk[HEAD];
    size_t got = 1;
    int rc = 0;
    while (rc == 0 && got)
        rc = src->read(src->user, chunk, sizeof chunk, &got, e);
    return rc;
}

static int read_container(struct loading *l, struct qdiag_error *e)
{
    struct stack s;
    uint8_t digest[QD_SHA256_SIZE];
    int rc = open_stack(&s, l->path, l->doc->gz, e);
    if (rc != 0)
        return rc;
    rc = read_as(l, s.src, e);
    if (rc == 0)
        rc = drain(s.src, e);
    qd_sha256_end(s.sha, digest);
    qd_hex(digest, sizeof digest, l->doc->sha256);
    l->doc->file_size = s.d.bytes;
    close_stack(&s);
    return rc;
}

static int is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Some compound files are other things, carrier files (.cqcn) among them. */
static int judge_compound(struct loading *l, struct qdiag_error *e)
{
    const struct qd_node *root = l->doc->tree;
    size_t storages = 0;
    for (size_t i = 0; i < root->nchild; i++)
        storages += !root->child[i]->is_stream;
    if (qd_tree_child(root, "File_Version") || storages == 1)
        return 0;
    l->kind = QD_C_CQCN;
    int rc = qd_fail(e, QDIAG_E_FILE_UNKNOWN, l->path, "%s",
                     "this is a compound file, but no QCN: a carrier QCN (.cqcn) looks like this");
    qd_hint(e, "%s", next_for(l->kind));
    return rc;
}

static const char *container_name(enum qd_container kind)
{
    return kind == QD_C_QCN ? "qcn" : kind == QD_C_TAR ? "tar" : "xqcn";
}

static int read_file(struct loading *l, struct qdiag_error *e)
{
    if (is_folder(l->path))
        return read_folder(l, e);
    int rc = sniff(l->path, 0, &l->kind, e);
    if (rc == 0 && l->kind == QD_C_GZIP) {
        l->doc->gz = 1;
        rc = sniff(l->path, 1, &l->kind, e);
    }
    if (rc == 0)
        rc = read_container(l, e);
    if (rc == 0 && l->kind == QD_C_QCN)
        rc = judge_compound(l, e);
    qd_copy_text(l->doc->container, sizeof l->doc->container, container_name(l->kind));
    if (rc == 0 && !l->doc->backup)
        rc = qd_qcn_view(l->doc->tree, l->notes, &l->doc->backup, e);
    return rc;
}

int qd_load_file(struct qdiag_context *ctx, const char *path, const struct qd_notes *notes,
                 struct qd_doc **doc, struct qdiag_error *e)
{
    struct loading l = {.ctx = ctx, .path = path, .notes = notes, .doc = qd_doc_new()};
    struct qdiag_error in = {0};
    *doc = NULL;
    if (!l.doc)
        return qd_nomem(e);
    int rc = ctx ? qd_cancel_check(ctx->cancel, e) : 0;
    if (rc == 0)
        rc = with_file(&l, read_file(&l, &in), &in, e);
    if (rc == 0)
        *doc = l.doc;
    else
        qd_doc_free(&l.doc);
    return rc;
}

int qd_load_manifest(const char *path, struct qd_manifest **m, struct qdiag_error *e)
{
    char name[1200];
    uint8_t *p = NULL;
    size_t n = strlen(path);
    *m = NULL;
    while (n > 1 && path[n - 1] == '/') /* D/ and D are one folder with one manifest */
        n--;
    snprintf(name, sizeof name, "%.*s.manifest.json", (int)n, path);
    if (access(name, F_OK) != 0 && errno == ENOENT)
        return 0;
    int rc = qd_read_file(name, MANIFEST_MAX, &p, &n, e);
    if (rc == 0)
        rc = qd_manifest_read(p, n, name, m, e);
    free(p);
    return rc;
}

int qd_refuse_narrowed(const struct qd_scope *s, const char *path, struct qdiag_error *e)
{
    char text[QD_SCOPE_TEXT];
    if (qd_scope_narrowed(s) != 1)
        return 0;
    qd_scope_text(s, text);
    int rc = qd_fail(e, QDIAG_E_POLICY, path, "a whole backup is needed; this one %s %s",
                     path ? "holds" : "would hold", text);
    qd_hint(e, "%s", "take one without --nv-range and --sub");
    return rc;
}

int qdiag_backup_not_narrowed(const char *path, struct qdiag_error *e)
{
    struct qd_manifest *m = NULL;
    int rc = qd_load_manifest(path, &m, e);
    if (rc == 0 && m)
        rc = qd_refuse_narrowed(&m->scope, path, e);
    qd_manifest_free(&m);
    return rc;
}

int qd_load_matches(const struct qd_doc *doc, const struct qd_manifest *m)
{
    return m->file_size == doc->file_size && strcmp(m->file_sha256, doc->sha256) == 0;
}

int qd_load_differs(const struct qd_doc *doc, const char *path, const struct qd_manifest *m,
                    struct qdiag_error *e)
{
    struct qdiag_error where = {0};
    char place[512];
    qd_manifest_compare(m, doc->tree, &where);
    snprintf(place, sizeof place, "%.200s%s%.300s", path, where.item[0] ? " " : "", where.item);
    return qd_fail(e, QDIAG_E_FILE_DAMAGED, place, "the file differs from its manifest: %s",
                   where.code ? where.why : "the text around the data has changed");
}

int qd_load_apply(struct qd_doc *doc, struct qd_manifest **m, const struct qd_notes *notes,
                  struct qdiag_error *e)
{
    qd_manifest_free(&doc->manifest);
    doc->manifest = *m;
    *m = NULL;
    qd_manifest_drop_streams(doc->manifest); /* the digest of the whole file has matched */
    uint8_t efs[2];
    qd_manifest_efs(doc->manifest, efs);
    if (efs[0])
        memcpy(doc->efs, efs, sizeof efs);
    const char *name = qd_manifest_model(doc->manifest);
    if (name && !doc->model_name) {
        doc->model_name = qd_strdup(name);
        if (!doc->model_name)
            return qd_nomem(e);
    }
    return qd_manifest_apply(doc->manifest, notes, doc->backup, e);
}

static void note(const struct qd_notes *notes, const char *place, const char *text)
{
    if (notes && notes->fn)
        notes->fn(place, text, notes->user);
}

int qd_load(struct qdiag_context *ctx, const char *path, const struct qd_notes *notes,
            struct qd_doc **doc, struct qdiag_error *e)
{
    struct qdiag_error why = {0};
    struct qd_manifest *m = NULL;
    int rc = qd_load_file(ctx, path, notes, doc, e);
    if (rc != 0)
        return rc;
    int read = qd_load_manifest(path, &m, &why);
    if (read == -QDIAG_E_NO_MEMORY) /* a sound manifest may say that less is to be written */
        rc = qd_nomem(e);
    else if (read != 0)
        note(notes, why.item, "the manifest is damaged and not used");
    else if (m && !qd_load_matches(*doc, m))
        note(notes, "", "the manifest beside the file describes other bytes and is not used");
    else if (m)
        rc = qd_load_apply(*doc, &m, notes, e);
    qd_manifest_free(&m);
    if (rc != 0)
        qd_doc_free(doc);
    return rc;
}

int qd_load_sound(struct qdiag_context *ctx, const char *path, const struct qd_notes *notes,
                  struct qd_doc **doc, struct qdiag_error *e)
{
    struct qd_manifest *m = NULL;
    int rc = qd_load_file(ctx, path, notes, doc, e);
    if (rc == 0)
        rc = qd_load_manifest(path, &m, e);
    if (rc == 0 && m && !qd_load_matches(*doc, m))
        rc = qd_load_differs(*doc, path, m, e);
    if (rc == -QDIAG_E_FILE_DAMAGED && *doc)
        qd_hint(
            e, "%s",
            "use another copy of both; `qdiag restore` takes a file without a manifest as it is");
    if (rc == 0 && m)
        rc = qd_load_apply(*doc, &m, notes, e);
    qd_manifest_free(&m);
    if (rc != 0)
        qd_doc_free(doc);
    return rc;
}
