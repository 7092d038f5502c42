/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A backup file opened for looking at it. Masked items never leave with bytes or whole numbers,
 * whatever the caller does with them; the names file may change text only. */
#include "flow/files/contents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/context.h"
#include "base/text.h"
#include "flow/files/contents_parts.h"
#include "flow/files/labels.h"
#include "model/decode.h"

#define PATH_CAP 1100u

static void on_note(const char *place, const char *text, void *user)
{
    struct qdiag_contents *c = user;
    char line[900];
    snprintf(line, sizeof line, "%s%s%s", place, place[0] ? ": " : "", text);
    char *shown = qd_text_shown(c, line);
    if (!shown || qd_names_add(&c->notes, shown) != 0)
        c->note_failed = 1;
    free(shown);
}

/* Length of the UTF-8 character at s, or 0. */
static size_t utf8_length(const unsigned char *s)
{
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (s[0] > 0xf4 || (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* A text of the file must not speak to the terminal, nor break the JSON. */
static void make_harmless(char *text)
{
    for (unsigned char *s = (unsigned char *)text; *s;) {
        size_t n = utf8_length(s);
        if (n == 0 || *s < 0x20 || *s == 0x7f)
            *s = '.';
        s += n ? n : 1;
    }
}

char *qd_text_shown(const struct qdiag_contents *c, const char *text)
{
    size_t cap = strlen(text) * 2 + 32;
    char *out = qd_alloc(cap, 1);
    if (!out)
        return NULL;
    if (c->show)
        qd_copy_text(out, cap, text);
    else
        qd_mask_digits(out, cap, text);
    make_harmless(out);
    return out;
}

int qd_contents_fill(struct qdiag_contents *c, struct qdiag_context *ctx, struct qdiag_error *e)
{
    const struct qd_backup *b = c->doc->backup;
    snprintf(c->container, sizeof c->container, "%s%s", c->doc->container, c->doc->gz ? ".gz" : "");
    c->software = qd_text_shown(c, b->software ? b->software : "");
    c->client = qd_text_shown(c, b->client ? b->client : "");
    if (c->note_failed || !c->software || !c->client)
        return qd_nomem(e);
    c->labels = qd_labels_load(ctx);
    int rc = qd_needles_collect(b, &c->needles, e);
    return rc == 0 ? qd_contents_list(c, e) : rc;
}

static int load(struct qdiag_contents *c, struct qdiag_context *ctx, const char *path,
                struct qdiag_error *e)
{
    struct qd_notes notes = {on_note, c};
    int rc = qd_load(ctx, path, &notes, &c->doc, e);
    if (rc == 0 && c->doc->manifest)
        qd_scope_text(&c->doc->manifest->scope, c->scope);
    return rc == 0 ? qd_contents_fill(c, ctx, e) : rc;
}

int qdiag_contents_open(struct qdiag_context *ctx, const char *path, int show_identity,
                        struct qdiag_contents **out, struct qdiag_error *e)
{
    struct qdiag_contents *c = qd_alloc(1, sizeof *c);
    *out = NULL;
    if (!c)
        return qd_nomem(e);
    c->show = show_identity != 0;
    int rc = load(c, ctx, path, e);
    if (rc == 0)
        *out = c;
    else
        qdiag_contents_free(&c);
    return rc;
}

void qdiag_contents_free(struct qdiag_contents **cp)
{
    if (!cp || !*cp)
        return;
    struct qdiag_contents *c = *cp;
    for (size_t i = 0; i < c->n; i++) {
        free(c->v[i].key);
        free(c->v[i].path);
        free(c->v[i].value);
    }
    free(c->v);
    free(c->software);
    free(c->client);
    qd_names_free(&c->notes);
    qd_needles_free(&c->needles);
    qd_labels_free(&c->labels);
    qd_doc_free(&c->doc);
    free(c);
    *cp = NULL;
}

void qdiag_contents_info(const struct qdiag_contents *c, struct qdiag_contents_info *info)
{
    const struct qd_manifest *m = c->doc->manifest;
    *info = (struct qdiag_contents_info){.container = c->container,
                                         .software = c->software,
                                         .client = c->client,
                                         .model_number = c->doc->backup->model,
                                         .file_size = c->doc->file_size,
                                         .redacted = qd_client_is_redacted(c->doc->backup->client),
                                         .items = c->n,
                                         .notes = c->notes.n,
                                         .complete = m ? m->complete : -1,
                                         .only_narrowed = m && qd_manifest_only_narrowed(m),
                                         .scope = c->scope};
}

const struct qdiag_item *qdiag_contents_item(const struct qdiag_contents *c, size_t i)
{
    return i < c->n ? &c->v[i].pub : NULL;
}

const char *qdiag_contents_note(const struct qdiag_contents *c, size_t i)
{
    return i < c->notes.n ? c->notes.v[i] : NULL;
}

/* What a key leads to. */
struct found {
    const uint8_t *p;
    size_t n;
    int masked;
};

static int absent(const char *key, struct qdiag_error *e)
{
    char shown[512];
    qd_mask_digits(shown, sizeof shown, key);
    int rc = qd_fail(e, QDIAG_E_ABSENT, shown, "%s", "this item is not in the file");
    if (e)
        e->who = QDIAG_WHO_USER;
    qd_hint(e, "%s", "`qdiag show FILE` lists the keys");
    return rc;
}

static int find_nv(const struct qdiag_contents *c, const char *key, struct found *f,
                   struct qdiag_error *e)
{
    unsigned sub, id, index = 0;
    int used = 0;
    if (sscanf(key, "nv:%1u:%5u%n", &sub, &id, &used) != 2 ||
        (key[used] && sscanf(key, "nv:%1u:%5u:%3u%n", &sub, &id, &index, &used) != 3) ||
        key[used] || sub >= QD_SUBS || id > 0xffff || index > 255)
        return qd_fail(e, QDIAG_E_USAGE, key, "%s", "not understood; expected nv:SUB:ID[:INDEX]");
    const struct qd_nv_item *it = qd_backup_nv(c->doc->backup, sub, (uint16_t)id, (uint8_t)index);
    if (!it)
        return absent(key, e);
    *f = (struct found){it->data, QD_NV_SIZE, qd_nv_masked(c, it)};
    return 0;
}

/* Cuts "@SECTION" off path; QD_SECTIONS when there is none. */
static unsigned cut_section(char *path)
{
    char *at = strrchr(path, '@');
    for (unsigned s = 0; at && s < QD_SECTIONS; s++)
        if (strcmp(at + 1, qd_section_name((enum qd_section)s)) == 0) {
            *at = '\0';
            return s;
        }
    return QD_SECTIONS;
}

static int find_file(const struct qdiag_contents *c, const char *key, struct found *f,
                     struct qdiag_error *e)
{
    char path[PATH_CAP + 40], want[PATH_CAP], have[PATH_CAP];
    qd_copy_text(path, sizeof path, key + strlen("efs:"));
    unsigned section = cut_section(path);
    if (qd_path_normalise(path, want, sizeof want) != 0)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "%s", "expected efs:PATH[@SECTION]");
    for (size_t i = 0; i < c->doc->backup->files.n; i++) {
        const struct qd_file *file = &c->doc->backup->files.v[i];
        if ((section != QD_SECTIONS && section != (unsigned)file->section) ||
            qd_path_normalise(file->path, have, sizeof have) != 0 || strcmp(have, want) != 0)
            continue;
        *f = (struct found){file->data, file->len,
                            qd_file_masked(c, file->path, file->data, file->len)};
        return 0;
    }
    return absent(key, e);
}

/* Streams that hold many items are private as a whole: efs: and nv: give out the single ones. */
static int stream_masked(const struct qdiag_contents *c, const struct qd_node *n)
{
    switch (qd_part_of(n).kind) {
    case QD_PART_NV:
    case QD_PART_EFS_DIR:
    case QD_PART_EFS_DATA:
    case QD_PART_PROPERTIES:
        return 1;
    default:
        return strncmp(n->name, "NV_ITEM_ARRAY", 13) == 0 || qd_bytes_masked(c, n->data, n->len);
    }
}

static int find_stream(const struct qdiag_contents *c, const char *key, struct found *f,
                       struct qdiag_error *e)
{
    const struct qd_node *n = qd_node_at(c->doc->tree, key + strlen("stream:"));
    if (!n || !n->is_stream)
        return absent(key, e);
    *f = (struct found){n->data, n->len, stream_masked(c, n)};
    return 0;
}

int qdiag_contents_raw(const struct qdiag_contents *c, const char *key, const uint8_t **p,
                       size_t *n, struct qdiag_error *e)
{
    struct found f = {NULL, 0, 1};
    int rc;
    if (strncmp(key, "nv:", 3) == 0)
        rc = find_nv(c, key, &f, e);
    else if (strncmp(key, "efs:", 4) == 0)
        rc = find_file(c, key, &f, e);
    else if (strncmp(key, "stream:", 7) == 0)
        rc = find_stream(c, key, &f, e);
    else
        rc = qd_fail(e, QDIAG_E_USAGE, NULL, "%s",
                     "expected nv:SUB:ID[:INDEX], efs:PATH[@SECTION] or stream:PATH");
    if (rc == 0 && f.masked && !c->show) {
        char shown[512];
        qd_mask_digits(shown, sizeof shown, key);
        rc = qd_fail(e, QDIAG_E_POLICY, shown, "%s", "it identifies or opens a unit, or may");
        qd_hint(e, "%s", "--show-identity gives it out");
    }
    if (rc == 0) {
        *p = f.p;
        *n = f.n;
    }
    return rc;
}
