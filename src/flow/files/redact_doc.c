/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Redaction of a backup in memory: by class first, then by looking for every identity value in what
 * is left. In doubt bytes go: a part that no rule explains is zero in the copy. It never writes an
 * identity anywhere, only zeros. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/text.h"
#include "config.h"
#include "container/qcn.h"
#include "flow/files/contents_parts.h"
#include "flow/files/redact_file.h"
#include "flow/files/redact_names.h"
#include "model/decode.h"
#include "model/needle.h"

#define NV_HEAD      8u
#define VENDOR_FIRST 8192u /* no rule and no public list explains ids from here on */
#define RFNV_FIRST   20000u
#define RFNV_LAST    32767u
#define VERSION_LEN  6u
#define CLIENT       "qdiag " PACKAGE_VERSION " redacted"
#define MPI_FIXED    10u

struct job {
    struct qd_doc *doc;
    struct qd_needles needles;
    struct qd_long_names paths;
    struct qdiag_redact_report *r;
    struct qdiag_error *e;
    unsigned renamed;
};

static int class_goes(enum qd_class c)
{
    return qd_class_is_private(c) || c == QD_CLASS_VOLATILE || c == QD_CLASS_DATA ||
           c == QD_CLASS_GPS;
}

int qd_redact_blanks_nv(uint16_t id)
{
    enum qd_class c = qd_catalog_nv_class(id);
    if (c != QD_CLASS_UNKNOWN)
        return class_goes(c);
    return qd_catalog_nv_withheld(id) ||
           (id >= VENDOR_FIRST && (id < RFNV_FIRST || id > RFNV_LAST));
}

int qd_redact_blanks_path(const char *path)
{
    enum qd_class c = qd_catalog_path_class(path);
    size_t n = strlen(path);
    int marker = n >= 2 && strcmp(path + n - 2, "/Q") == 0;
    return class_goes(c) || (c == QD_CLASS_UNKNOWN && !marker);
}

static int any_byte(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return 1;
    return 0;
}

/* What is left of an item: no value of the unit, no long number. */
static void scrub(struct job *j, uint8_t *p, size_t n)
{
    if (n == 0)
        return;
    j->r->found += qd_needles_blank(&j->needles, p, n);
    j->r->found += qd_digit_runs_blank(p, n);
}

static void redact_record(struct job *j, uint8_t *record)
{
    uint16_t id = qd_get16(record + 4), index = qd_get16(record + 6);
    uint8_t *p = record + NV_HEAD;
    if (!qd_redact_blanks_nv(id)) {
        scrub(j, p, QD_NV_SIZE);
        return;
    }
    /* The first byte of an array element says which one it is. */
    int keep = qd_catalog_nv_kind(id, NULL) == QD_NV_EMBEDDED && p[0] == index;
    j->r->items += any_byte(p + keep, QD_NV_SIZE - (size_t)keep);
    memset(p + keep, 0, QD_NV_SIZE - (size_t)keep);
}

static int redact_props(struct job *j, struct qd_node *n)
{
    struct qd_buf b = {0};
    uint8_t word[2];
    size_t software = qd_get16(n->data + 8);
    qd_put32(n->data, 0);
    int bad = qd_redact_text(&j->needles, (char *)n->data + MPI_FIXED, software) < 0;
    qd_put16(word, (uint16_t)strlen(CLIENT));
    bad |= qd_buf_add(&b, n->data, MPI_FIXED + software);
    bad |= qd_buf_add(&b, word, sizeof word);
    bad |= qd_buf_add_text(&b, CLIENT);
    if (bad) {
        qd_buf_free(&b);
        return qd_nomem(j->e);
    }
    free(n->data);
    n->data = b.p;
    n->len = b.len;
    return 0;
}

static void redact_unknown(struct job *j, struct qd_node *n)
{
    if (n->len > 0)
        memset(n->data, 0, n->len);
    j->r->streams++;
}

static int redact_stream(struct job *j, struct qd_node *n)
{
    struct qd_part part = qd_part_of(n);
    switch (part.kind) {
    case QD_PART_VERSION:
        if (n->len > VERSION_LEN)
            memset(n->data + VERSION_LEN, 0, n->len - VERSION_LEN);
        return 0;
    case QD_PART_NV:
        for (size_t at = 0; at < n->len; at += QD_NV_RECORD)
            redact_record(j, n->data + at);
        return 0;
    case QD_PART_EFS_DIR: {
        size_t head = part.section == QD_SEC_EFS_BACKUP ? 8 : 0;
        int changed = qd_redact_path(&j->paths, (char *)n->data + head, n->len - head);
        if (changed < 0)
            return qd_nomem(j->e);
        j->r->paths += (size_t)changed;
        return 0;
    }
    case QD_PART_EFS_DATA: /* done by path */
    case QD_PART_FEATURE:
        return 0;
    case QD_PART_PROPERTIES:
        return redact_props(j, n);
    case QD_PART_ROAMING:
        scrub(j, n->data, n->len);
        return 0;
    case QD_PART_UNKNOWN:
        break;
    }
    redact_unknown(j, n);
    return 0;
}

/* A name that the format does not give may be anything. */
static int redact_name(struct job *j, struct qd_node *n)
{
    char name[32];
    size_t len = strlen(n->name);
    if (!qd_digit_runs((const uint8_t *)n->name, len) &&
        !qd_needles_hit(&j->needles, (const uint8_t *)n->name, len))
        return 0;
    snprintf(name, sizeof name, "redacted-%u", j->renamed++);
    char *copy = qd_strdup(name);
    if (!copy)
        return qd_nomem(j->e);
    free(n->name);
    n->name = copy;
    j->r->paths++;
    return 0;
}

static int on_stream(struct qd_node *n, void *user)
{
    return n->is_stream ? redact_stream(user, n) : 0;
}

static int on_name(struct qd_node *n, void *user)
{
    return redact_name(user, n);
}

/* The files of b lie in the tree: what happens to their bytes happens to the streams. */
static void redact_files(struct job *j, const struct qd_backup *b)
{
    for (size_t i = 0; i < b->files.n; i++) {
        struct qd_file *f = &b->files.v[i];
        if (f->len == 0)
            continue;
        if (!qd_redact_blanks_path(f->path)) {
            scrub(j, f->data, f->len);
            continue;
        }
        j->r->files += any_byte(f->data, f->len);
        memset(f->data, 0, f->len);
    }
}

/* What the old backup knew beyond the tree, on the new one; both list the files in one order. */
static void keep_modes(struct qd_backup *to, const struct qd_backup *from)
{
    for (size_t i = 0; to->files.n == from->files.n && i < to->files.n; i++) {
        to->files.v[i].mode = from->files.v[i].mode;
        to->files.v[i].fs = from->files.v[i].fs;
        if (to->files.v[i].section != QD_SEC_EFS_BACKUP)
            to->files.v[i].mtime = from->files.v[i].mtime;
    }
}

static void drop_rest(struct qd_doc *doc)
{
    qd_manifest_free(&doc->manifest);
    qd_entries_free(&doc->entries);
    for (size_t i = 0; i < doc->nrest; i++)
        free(doc->rest[i]);
    free(doc->rest);
    doc->rest = NULL;
    doc->nrest = doc->rest_cap = 0;
}

static int run(struct job *j, struct qd_backup *view)
{
    struct qd_backup *fresh = NULL;
    redact_files(j, view);
    int rc = qd_each_node(j->doc->tree, on_stream, j);
    if (rc == 0)
        rc = qd_each_node(j->doc->tree, on_name, j);
    if (rc == 0)
        rc = redact_name(j, j->doc->tree);
    if (rc == 0)
        rc = qd_qcn_view(j->doc->tree, NULL, &fresh, j->e);
    if (rc != 0)
        return rc;
    keep_modes(fresh, j->doc->backup);
    qd_backup_free(&j->doc->backup);
    j->doc->backup = fresh;
    char *model = j->doc->model_name;
    return model && qd_redact_text(&j->needles, model, strlen(model)) < 0 ? qd_nomem(j->e) : 0;
}

int qd_redact_doc(struct qd_doc *doc, struct qdiag_redact_report *r, struct qdiag_error *e)
{
    struct job j = {.doc = doc, .r = r, .e = e};
    struct qd_backup *view = NULL;
    drop_rest(doc);
    int rc = qd_qcn_view(doc->tree, NULL, &view, e);
    if (rc == 0)
        rc = qd_needles_collect(view, &j.needles, e);
    if (rc == 0)
        rc = qd_long_names_collect(&j.paths, view, &j.needles, e);
    if (rc == 0)
        rc = run(&j, view);
    qd_backup_free(&view);
    qd_long_names_free(&j.paths);
    qd_needles_free(&j.needles);
    return rc;
}
