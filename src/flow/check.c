/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag_check_file: is this backup file what it was when it was saved? With a manifest every byte
 * counts; without one, structure and contents are checked and the report says that it cannot tell
 * more. Reads local files only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <qdiag/container.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/text.h"
#include "container/manifest.h"
#include "flow/sections.h"
#include "flow/store.h"
#include "model/ident.h"

#define HEAD         4096u
#define MANIFEST_MAX (256u << 20)

struct check {
    const char *path;
    struct qdiag_check_report *rep;
    struct qd_names notes;
    int no_memory;
    struct qd_node *tree;
    struct qd_backup *backup;
    struct qd_manifest *manifest;
};

static void on_note(const char *place, const char *text, void *user)
{
    struct check *c = user;
    char line[900];
    snprintf(line, sizeof line, "%s%s%s", place, place[0] ? ": " : "", text);
    if (qd_names_add(&c->notes, line) != 0)
        c->no_memory = 1;
}

static int sniff_kind(const char *path, enum qd_container *kind, struct qdiag_error *e)
{
    struct qd_file_source file;
    struct qd_source src;
    uint8_t head[HEAD];
    size_t n = 0, got = 1;
    int rc = qd_file_open(&file, &src, path, e);
    if (rc != 0)
        return rc;
    while (rc == 0 && got && n < sizeof head) {
        rc = src.read(src.user, head + n, sizeof head - n, &got, e);
        n += got;
    }
    qd_file_close(&file);
    *kind = qd_sniff(head, n);
    return rc;
}

static int refuse_kind(const char *path, enum qd_container kind, struct qdiag_error *e)
{
    int rc = qd_fail(e, QDIAG_E_FILE_UNKNOWN, path, "this is %s", qd_container_name(kind));
    if (kind == QD_C_ZEROS || kind == QD_C_EMPTY)
        qd_hint(e, "%s", "this is what an interrupted copy leaves behind; use another copy");
    else if (kind == QD_C_QCN)
        qd_hint(e, "%s", "this version reads the XQCN form; the vendor tool can save that");
    return rc;
}

/* The content rules know the place inside the tree; the user needs the file's name in front of it.
 */
static int read_contents(struct check *c, const struct qd_notes *notes, struct qdiag_error *e)
{
    struct qdiag_error in = {0};
    int rc = qd_qcn_to_backup(c->tree, notes, &c->backup, &in);
    if (rc == 0 || !e)
        return rc;
    *e = in;
    snprintf(e->item, sizeof e->item, "%.200s %.300s", c->path, in.item);
    return rc;
}

static int read_tree(struct check *c, struct qdiag_error *e)
{
    struct qd_notes notes = {on_note, c};
    struct qd_file_source file;
    struct qd_source raw, src;
    struct qd_digest_source d;
    uint8_t digest[QD_SHA256_SIZE];
    struct qd_sha256 *sha = qd_sha256_new();
    if (!sha)
        return qd_nomem(e);
    int rc = qd_file_open(&file, &raw, c->path, e);
    if (rc == 0) {
        qd_digest_source(&d, &src, &raw, sha);
        rc = qd_xqcn_read(&src, &notes, &c->tree, e);
        qd_file_close(&file);
        c->rep->file_size = d.bytes;
    }
    qd_sha256_end(sha, digest);
    qd_hex(digest, sizeof digest, c->rep->sha256);
    qd_sha256_free(&sha);
    return rc == 0 ? read_contents(c, &notes, e) : rc;
}

static int load_manifest(struct check *c, struct qdiag_error *e)
{
    char name[1200];
    uint8_t *p = NULL;
    size_t n = 0;
    snprintf(name, sizeof name, "%s.manifest.json", c->path);
    if (access(name, F_OK) != 0 && errno == ENOENT)
        return 0;
    int rc = qd_read_file(name, MANIFEST_MAX, &p, &n, e);
    if (rc == 0)
        rc = qd_manifest_read(p, n, name, &c->manifest, e);
    free(p);
    return rc;
}

static int differs(struct check *c, struct qdiag_error *e)
{
    struct qdiag_error where = {0};
    char place[512];
    qd_manifest_compare(c->manifest, c->tree, &where);
    snprintf(place, sizeof place, "%.200s%s%.300s", c->path, where.item[0] ? " " : "", where.item);
    return qd_fail(e, QDIAG_E_FILE_DAMAGED, place, "the file differs from its manifest: %s",
                   where.code ? where.why : "the text around the data has changed");
}

static int compare_manifest(struct check *c, struct qdiag_error *e)
{
    const struct qd_manifest *m = c->manifest;
    if (!m)
        return 0;
    if (m->file_size != c->rep->file_size || strcmp(m->file_sha256, c->rep->sha256) != 0)
        return differs(c, e);
    int rc = qd_manifest_compare(m, c->tree, e);
    if (rc != 0)
        return rc;
    c->rep->manifest = QDIAG_MANIFEST_MATCHES;
    c->rep->complete = m->complete;
    c->rep->unreadable = m->unreadable;
    c->rep->withheld = m->withheld;
    c->rep->not_held = m->not_held;
    qd_copy_text(c->rep->created, sizeof c->rep->created, m->created);
    qd_copy_text(c->rep->tool, sizeof c->rep->tool, m->tool);
    return 0;
}

static void describe(struct check *c)
{
    struct qdiag_check_report *rep = c->rep;
    const struct qd_backup *b = c->backup;
    for (unsigned sub = 0; sub < QDIAG_SUBS; sub++) {
        const struct qd_nv_item *imei = qd_backup_nv(b, sub, 550, 0);
        rep->nv[sub] = b->nv[sub].n;
        if (imei)
            rep->imei_state[sub] =
                (enum qdiag_ident_state)qd_imei_decode(imei->data, rep->imei[sub]);
    }
    rep->efs_backup = qd_backup_count_files(b, QD_SEC_EFS_BACKUP);
    rep->provisioning = qd_backup_count_files(b, QD_SEC_PROVISIONING);
    rep->nv_items = qd_backup_count_files(b, QD_SEC_NV_ITEMS);
    for (size_t i = 0; i < b->files.n; i++)
        rep->efs_bytes += b->files.v[i].len;
    rep->model_number = b->model;
    rep->esn = b->esn;
    qd_copy_text(rep->software, sizeof rep->software, b->software ? b->software : "");
    qd_copy_text(rep->client, sizeof rep->client, b->client ? b->client : "");
}

static int run_check(struct check *c, struct qdiag_error *e)
{
    enum qd_container kind = QD_C_UNKNOWN;
    int rc = sniff_kind(c->path, &kind, e);
    if (rc == 0 && kind != QD_C_XQCN)
        rc = refuse_kind(c->path, kind, e);
    if (rc == 0)
        qd_copy_text(c->rep->container, sizeof c->rep->container, "xqcn");
    if (rc == 0)
        rc = read_tree(c, e);
    if (rc == 0)
        rc = load_manifest(c, e);
    if (rc == 0)
        rc = compare_manifest(c, e);
    if (rc == 0)
        describe(c);
    if (rc == 0 && c->no_memory)
        rc = qd_nomem(e);
    return rc;
}

int qdiag_check_file(struct qdiag_context *ctx, const char *path,
                     struct qdiag_check_report **report, struct qdiag_error *e)
{
    struct check c = {.path = path};
    (void)ctx;
    *report = NULL;
    c.rep = qd_alloc(1, sizeof *c.rep);
    if (!c.rep)
        return qd_nomem(e);
    c.rep->complete = -1;
    int rc = run_check(&c, e);
    qd_tree_free(&c.tree);
    qd_backup_free(&c.backup);
    qd_manifest_free(&c.manifest);
    c.rep->note = c.notes.v;
    c.rep->note_count = c.notes.n;
    if (rc != 0) {
        qdiag_check_report_free(&c.rep);
        return rc;
    }
    *report = c.rep;
    if (c.rep->complete == 0)
        rc = qd_fail(e, QDIAG_E_INCOMPLETE, path, "%zu items could not be read when it was made",
                     c.rep->unreadable);
    return rc;
}

void qdiag_check_report_free(struct qdiag_check_report **r)
{
    if (!r || !*r)
        return;
    for (size_t i = 0; i < (*r)->note_count; i++)
        free((*r)->note[i]);
    free((*r)->note);
    free(*r);
    *r = NULL;
}
