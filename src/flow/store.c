/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Saves a backup the careful way: write to temporary files, read back with the strict reader,
 * compare with what was meant, and only then give both files their names. */
#include "flow/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/hex.h"
#include "base/save.h"
#include "base/text.h"
#include "container/manifest.h"

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

struct job {
    struct qd_store *s;
    struct qd_node *tree;
    struct qd_sha256 *sha;
    struct qd_save *file, *manifest;
    char *json;
    size_t json_len;
};

static int write_tree(struct job *j, struct qdiag_error *e)
{
    struct digest_sink k = {j->file, j->sha, 0};
    struct qd_sink out = {digest_write, &k};
    uint8_t digest[QD_SHA256_SIZE];
    int rc = qd_xqcn_write(j->tree, &out, e);
    qd_sha256_end(j->sha, digest);
    qd_hex(digest, sizeof digest, j->s->sha256);
    j->s->size = k.bytes;
    return rc;
}

static int compare_back(struct job *j, struct qd_source *src, struct qdiag_error *e)
{
    struct qd_notes quiet = {NULL, NULL};
    struct qd_node *back = NULL;
    struct qd_backup *b = NULL;
    int rc = qd_xqcn_read(src, &quiet, &back, e);
    if (rc == 0)
        rc = qd_tree_compare(j->tree, back, e);
    if (rc == 0)
        rc = qd_qcn_to_backup(back, &quiet, &b, e);
    qd_backup_free(&b);
    qd_tree_free(&back);
    return rc;
}

/* What was written is read again from the file system; any difference stops the save. */
static int verify_file(const char *temp, void *user, struct qdiag_error *e)
{
    struct job *j = user;
    struct qd_file_source file;
    struct qd_source raw, src;
    struct qd_digest_source d;
    uint8_t digest[QD_SHA256_SIZE];
    char hex[65];
    int rc = qd_file_open(&file, &raw, temp, e);
    if (rc != 0)
        return rc;
    qd_digest_source(&d, &src, &raw, j->sha);
    rc = compare_back(j, &src, e);
    qd_sha256_end(j->sha, digest);
    qd_file_close(&file);
    qd_hex(digest, sizeof digest, hex);
    if (rc == 0 && (d.bytes != j->s->size || strcmp(hex, j->s->sha256) != 0))
        rc = qd_fail(e, QDIAG_E_LOCAL_FILE, j->s->path, "%s",
                     "the bytes read back differ from the bytes written");
    return rc;
}

static void fill_evidence(struct qd_evidence *ev, const struct qd_store *s)
{
    memset(ev, 0, sizeof *ev);
    for (size_t i = 0; i < QD_SUBS; i++)
        qd_copy_text(ev->imei[i], sizeof ev->imei[i], s->unit->imei[i]);
    qd_copy_text(ev->meid, sizeof ev->meid, s->unit->meid);
    snprintf(ev->esn, sizeof ev->esn, "%08X", (unsigned)s->unit->esn);
    qd_copy_text(ev->usb_serial, sizeof ev->usb_serial, s->usb_serial);
}

static int make_manifest(struct job *j, struct qdiag_error *e)
{
    struct qd_store *s = j->s;
    struct qd_evidence ev;
    uint8_t salt[16];
    const char *slash = strrchr(s->path, '/');
    char built[32];
    if (getrandom(salt, sizeof salt, 0) != (ssize_t)sizeof salt)
        return qd_fail(e, QDIAG_E_FAILED, NULL, "%s", "no random bytes from the system");
    fill_evidence(&ev, s);
    snprintf(built, sizeof built, "%s %s", s->unit->comp_date, s->unit->comp_time);
    struct qd_manifest_in in = {.backup = s->backup,
                                .tree = j->tree,
                                .evidence = &ev,
                                .file_name = slash ? slash + 1 : s->path,
                                .file_sha256 = s->sha256,
                                .file_size = s->size,
                                .container = "xqcn",
                                .address = s->address,
                                .time = (int64_t)time(NULL),
                                .model_name = s->unit->model,
                                .ext_build = s->unit->software,
                                .verno_dir = s->unit->ver_dir,
                                .verno_date = s->unit->comp_date[0] ? built : "",
                                .efs_subsys = {s->efs[0], s->efs[1]},
                                .complete = s->complete,
                                .salt = salt};
    return qd_manifest_write(&in, &j->json, &j->json_len, e);
}

/* The manifest must be readable, too, and describe the very tree that was written. */
static int verify_manifest(const char *temp, void *user, struct qdiag_error *e)
{
    struct job *j = user;
    struct qd_manifest *m = NULL;
    uint8_t *p = NULL;
    size_t n = 0;
    int rc = qd_read_file(temp, j->json_len + 1, &p, &n, e);
    if (rc == 0 && (n != j->json_len || memcmp(p, j->json, n) != 0))
        rc = qd_fail(e, QDIAG_E_LOCAL_FILE, j->s->manifest, "%s",
                     "the bytes read back differ from the bytes written");
    if (rc == 0)
        rc = qd_manifest_read(p, n, j->s->manifest, &m, e);
    if (rc == 0)
        rc = qd_manifest_compare(m, j->tree, e);
    qd_manifest_free(&m);
    free(p);
    return rc;
}

static int save_both(struct job *j, struct qdiag_error *e)
{
    struct qd_save **const both[] = {&j->file, &j->manifest};
    int rc = qd_save_begin(&j->file, j->s->path, e);
    if (rc == 0)
        rc = qd_save_begin(&j->manifest, j->s->manifest, e);
    if (rc == 0)
        rc = write_tree(j, e);
    if (rc == 0)
        rc = qd_save_prepare(j->file, verify_file, j, e);
    if (rc == 0)
        rc = make_manifest(j, e);
    if (rc == 0)
        rc = qd_save_write(j->manifest, j->json, j->json_len, e);
    if (rc == 0)
        rc = qd_save_prepare(j->manifest, verify_manifest, j, e);
    if (rc == 0)
        rc = qd_save_publish(both, 2, e);
    return rc;
}

int qd_store_xqcn(struct qd_store *s, struct qdiag_error *e)
{
    struct job j = {.s = s};
    const char *slash = strrchr(s->path, '/');
    int rc = 0;
    if ((size_t)snprintf(s->manifest, sizeof s->manifest, "%s.manifest.json", s->path) >=
        sizeof s->manifest)
        return qd_fail(e, QDIAG_E_LOCAL_FILE, s->path, "%s", "the name is too long");
    j.sha = qd_sha256_new();
    if (!j.sha)
        return qd_nomem(e);
    rc = qd_qcn_from_backup(s->backup, slash ? slash + 1 : s->path, &j.tree, e);
    if (rc == 0)
        rc = save_both(&j, e);
    qd_save_abort(&j.file);
    qd_save_abort(&j.manifest);
    qd_tree_free(&j.tree);
    qd_sha256_free(&j.sha);
    free(j.json);
    return rc;
}
