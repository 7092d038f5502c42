/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag_check_file: is this backup file what it was when it was saved? With a manifest every byte
 * counts; without one, structure and contents are checked and the report says that it cannot tell
 * more. Reads local files only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qdiag/container.h>

#include "base/buf.h"
#include "base/text.h"
#include "model/sections.h"
#include "flow/files/load.h"
#include "flow/files/verdict.h"
#include "model/ident.h"

struct check {
    const char *path;
    struct qdiag_check_report *rep;
    struct qd_names notes;
    int no_memory;
    struct qd_doc *doc;
};

static void on_note(const char *place, const char *text, void *user)
{
    struct check *c = user;
    char line[900];
    snprintf(line, sizeof line, "%s%s%s", place, place[0] ? ": " : "", text);
    if (qd_names_add(&c->notes, line) != 0)
        c->no_memory = 1;
}

static int compare_manifest(struct check *c, const struct qd_manifest *m, struct qdiag_error *e)
{
    if (!qd_load_matches(c->doc, m))
        return qd_load_differs(c->doc, c->path, m, e);
    int rc = qd_manifest_compare(m, c->doc->tree, e);
    if (rc != 0)
        return rc;
    c->rep->manifest = QDIAG_MANIFEST_MATCHES;
    c->rep->complete = m->complete;
    c->rep->narrowed = qd_scope_narrowed(&m->scope);
    qd_scope_text(&m->scope, c->rep->scope);
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
    const struct qd_backup *b = c->doc->backup;
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

static int run_check(struct check *c, struct qdiag_context *ctx, struct qdiag_error *e)
{
    struct qd_notes notes = {on_note, c};
    struct qd_manifest *m = NULL;
    int rc = qd_load_file(ctx, c->path, &notes, &c->doc, e);
    if (rc != 0)
        return rc;
    c->rep->file_size = c->doc->file_size;
    qd_copy_text(c->rep->sha256, sizeof c->rep->sha256, c->doc->sha256);
    snprintf(c->rep->container, sizeof c->rep->container, "%.11s%s", c->doc->container,
             c->doc->gz ? ".gz" : "");
    rc = qd_load_manifest(c->path, &m, e);
    if (rc == 0 && m)
        rc = compare_manifest(c, m, e);
    qd_manifest_free(&m);
    if (rc == 0) {
        describe(c);
        c->no_memory |= qd_verdict(c->doc, c->rep) != 0;
    }
    return rc == 0 && c->no_memory ? qd_nomem(e) : rc;
}

int qdiag_check_file(struct qdiag_context *ctx, const char *path,
                     struct qdiag_check_report **report, struct qdiag_error *e)
{
    struct check c = {.path = path};
    *report = NULL;
    c.rep = qd_alloc(1, sizeof *c.rep);
    if (!c.rep)
        return qd_nomem(e);
    c.rep->complete = c.rep->narrowed = -1;
    int rc = run_check(&c, ctx, e);
    qd_doc_free(&c.doc);
    c.rep->note = c.notes.v;
    c.rep->note_count = c.notes.n;
    if (rc != 0) {
        qdiag_check_report_free(&c.rep);
        return rc;
    }
    *report = c.rep;
    if (c.rep->complete == 0 && !(c.rep->narrowed == 1 && c.rep->unreadable == 0))
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
    for (size_t i = 0; i < (*r)->finding_count; i++)
        free((*r)->finding[i]);
    free((*r)->finding);
    free(*r);
    *r = NULL;
}
