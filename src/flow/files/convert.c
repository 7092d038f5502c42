/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag_convert: load, save in another form, and say what the new form does not hold. The manifest
 * of the source goes along: a converted backup stays evidence of the same unit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <qdiag/convert.h>

#include "base/buf.h"
#include "base/text.h"
#include "flow/files/convert.h"
#include "flow/files/load.h"
#include "model/ident.h"
#include "model/sections.h"

#define ROOT_ENTRY "Root Entry"
#define NV_IMEI    550
#define NV_MEID    1943

struct convert {
    const char *in;
    const struct qdiag_convert_options *o;
    struct qdiag_convert_report *rep;
    struct qd_names notes;
    int no_memory;
    struct qd_doc *doc;
    struct qd_store store;
};

static const struct {
    const char *name;
    enum qd_target_kind kind;
    int gz;
} kinds[] = {{"xqcn", QD_T_XQCN, 0}, {"qcn", QD_T_QCN, 0},      {"tar", QD_T_TAR, 0},
             {"dir", QD_T_DIR, 0},   {"xqcn.gz", QD_T_XQCN, 1}, {"tar.gz", QD_T_TAR, 1}};
#define KINDS (sizeof kinds / sizeof kinds[0])

static int has_extension(const char *path, const char *ext)
{
    size_t n = strlen(path), k = strlen(ext);
    return n > k + 1 && path[n - k - 1] == '.' && strcasecmp(path + n - k, ext) == 0;
}

static int is_folder_name(const char *path)
{
    struct stat st;
    size_t n = strlen(path);
    return (n > 0 && path[n - 1] == '/') || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

int qd_target_kind(const char *path, const char *to, struct qd_target *t, struct qdiag_error *e)
{
    size_t found = KINDS;
    t->path = path;
    for (size_t i = 0; i < KINDS; i++)
        if (to                          ? strcmp(to, kinds[i].name) == 0
            : kinds[i].kind == QD_T_DIR ? is_folder_name(path)
                                        : has_extension(path, kinds[i].name)) {
            found = i;
            break;
        }
    if (found == KINDS && to)
        return qd_fail(e, QDIAG_E_USAGE, to, "%s",
                       "not a kind of file; known are xqcn, qcn, tar, dir, xqcn.gz, tar.gz");
    if (found == KINDS)
        return qd_fail(e, QDIAG_E_USAGE, path, "%s",
                       "the name does not tell the kind of file: end it in .xqcn, .qcn, .tar, "
                       ".xqcn.gz, .tar.gz or '/', or say --to KIND");
    t->kind = kinds[found].kind;
    t->gz = kinds[found].gz;
    return 0;
}

void qd_evidence_of(const struct qd_backup *b, struct qd_evidence *ev)
{
    memset(ev, 0, sizeof *ev);
    for (unsigned sub = 0; sub < QD_SUBS; sub++) {
        const struct qd_nv_item *v = qd_backup_nv(b, sub, NV_IMEI, 0);
        if (v && qd_imei_decode(v->data, ev->imei[sub]) != QD_IDENT_USABLE)
            ev->imei[sub][0] = '\0';
    }
    const struct qd_nv_item *meid = qd_backup_nv(b, 0, NV_MEID, 0);
    if (meid && qd_meid_decode(meid->data, ev->meid) != QD_IDENT_USABLE)
        ev->meid[0] = '\0';
    snprintf(ev->esn, sizeof ev->esn, "%08X", (unsigned)b->esn);
}

static void on_note(const char *place, const char *text, void *user)
{
    struct convert *c = user;
    char line[900];
    snprintf(line, sizeof line, "%s%s%s", place, place[0] ? ": " : "", text);
    if (qd_names_add(&c->notes, line) != 0)
        c->no_memory = 1;
}

/* A text needs a name for its root; a compound file has none of its own to give. */
static int name_root(struct convert *c, struct qdiag_error *e)
{
    struct qd_node *root = c->doc->tree;
    const struct qd_target *t = &c->store.target[0];
    const char *slash = strrchr(t->path, '/'), *name = slash ? slash + 1 : t->path;
    int nameless = root->name[0] == '\0' || strcmp(root->name, ROOT_ENTRY) == 0;
    if (!nameless || (t->kind != QD_T_XQCN && root->name[0]))
        return 0;
    char *copy = t->kind == QD_T_XQCN ? qd_strndup(name, strlen(name) - (t->gz ? 3 : 0))
                                      : qd_strdup(ROOT_ENTRY);
    if (!copy)
        return qd_nomem(e);
    free(root->name);
    root->name = copy;
    return 0;
}

static int folder_form(enum qd_target_kind k)
{
    return k == QD_T_TAR || k == QD_T_DIR;
}

/* What the source knows and the target does not: a folder form may hold more than any QCN. */
static void take_left_out(struct convert *c)
{
    struct qd_doc *d = c->doc;
    if (folder_form(c->store.target[0].kind))
        return;
    c->rep->left_out = d->rest;
    c->rep->left_out_count = d->nrest;
    d->rest = NULL;
    d->nrest = 0;
}

static void fill_report(struct convert *c)
{
    struct qdiag_convert_report *r = c->rep;
    const struct qd_target *t = &c->store.target[0];
    const struct qd_backup *b = c->doc->backup;
    snprintf(r->from, sizeof r->from, "%.11s%s", c->doc->container, c->doc->gz ? ".gz" : "");
    qd_target_name(t, r->to);
    qd_copy_text(r->file, sizeof r->file, t->path);
    qd_copy_text(r->manifest, sizeof r->manifest, t->manifest);
    qd_copy_text(r->sha256, sizeof r->sha256, t->sha256);
    r->file_size = t->size;
    r->source_manifest = c->doc->manifest != NULL;
    r->complete = c->store.complete;
    if (c->doc->manifest) {
        r->only_narrowed = qd_manifest_only_narrowed(c->doc->manifest);
        qd_scope_text(&c->doc->manifest->scope, r->scope);
    }
    for (unsigned sub = 0; sub < QD_SUBS; sub++)
        r->nv[sub] = b->nv[sub].n;
    r->efs_files = b->files.n;
    for (size_t i = 0; i < b->missing.n; i++)
        r->not_held += b->missing.v[i].kind == QD_MISSING_NOT_HELD &&
                       !(folder_form(t->kind) && qd_folder_holds(&b->missing.v[i]));
}

static int save(struct convert *c, struct qdiag_error *e)
{
    struct qd_doc *d = c->doc;
    struct qd_evidence ev;
    uint8_t salt[QD_SHA256_SIZE];
    char from[16];
    const char *slash = strrchr(c->in, '/');
    struct qd_converted how = {.file_name = slash && slash[1] ? slash + 1 : c->in,
                               .file_sha256 = d->sha256,
                               .container = from,
                               .file_size = d->file_size,
                               .manifest = d->manifest};
    snprintf(from, sizeof from, "%.11s%s", d->container, d->gz ? ".gz" : "");
    qd_evidence_of(d->backup, &ev);
    qd_sha256_of(d->sha256, sizeof d->sha256, salt); /* the same source gives the same manifest */
    struct qd_store *s = &c->store;
    s->doc = s->spent = d;
    s->evidence = &ev;
    s->address = NULL;
    s->model_name = d->model_name;
    memcpy(s->efs, d->efs, sizeof s->efs);
    s->complete = d->manifest ? d->manifest->complete : -1;
    s->time = c->o->time >= 0 ? c->o->time : (int64_t)time(NULL);
    s->storage_time = c->o->time;
    s->salt = salt;
    s->converted = &how;
    s->keep_root = 1;
    int rc = name_root(c, e);
    if (rc == 0)
        rc = qd_store_all(s, e);
    s->salt = NULL; /* lives here only */
    s->evidence = NULL;
    s->converted = NULL;
    return rc;
}

static int run(struct convert *c, struct qdiag_context *ctx, const char *out, struct qdiag_error *e)
{
    struct qd_notes notes = {on_note, c};
    int rc = qd_target_kind(out, c->o->to, &c->store.target[0], e);
    c->store.n = 1;
    if (rc == 0 && strlen(out) > 900)
        rc = qd_fail(e, QDIAG_E_LOCAL_FILE, out, "%s", "the name is too long");
    if (rc == 0)
        rc = qd_store_probe(&c->store.target[0], e);
    if (rc == 0)
        rc = qd_load(ctx, c->in, &notes, &c->doc, e);
    if (rc == 0 && c->no_memory)
        rc = qd_nomem(e);
    if (rc == 0)
        rc = save(c, e);
    if (rc != 0)
        return rc;
    fill_report(c);
    take_left_out(c);
    return 0;
}

int qdiag_convert(struct qdiag_context *ctx, const char *in, const char *out,
                  const struct qdiag_convert_options *o, struct qdiag_convert_report **report,
                  struct qdiag_error *e)
{
    struct convert c = {.in = in, .o = o};
    *report = NULL;
    c.rep = qd_alloc(1, sizeof *c.rep);
    if (!c.rep)
        return qd_nomem(e);
    int rc = run(&c, ctx, out, e);
    qd_doc_free(&c.doc);
    c.rep->note = c.notes.v;
    c.rep->note_count = c.notes.n;
    if (rc != 0) {
        qdiag_convert_report_free(&c.rep);
        return rc;
    }
    *report = c.rep;
    if (c.rep->left_out_count > 0) {
        rc = qd_fail(e, QDIAG_E_INCOMPLETE, out, "%zu things of the source are not in the new file",
                     c.rep->left_out_count);
        qd_hint(e, "%s", "the report names them; keep the source");
    }
    return rc;
}

static void free_lines(char **v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(v[i]);
    free(v);
}

void qdiag_convert_report_free(struct qdiag_convert_report **r)
{
    if (!r || !*r)
        return;
    free_lines((*r)->left_out, (*r)->left_out_count);
    free_lines((*r)->note, (*r)->note_count);
    free(*r);
    *r = NULL;
}
