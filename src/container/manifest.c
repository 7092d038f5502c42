/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Writes the sidecar manifest: what the backup file holds, whose it is, and what it does not hold.
 * No identity stands in it in the clear: salted hashes and last digits only, and digit runs in
 * paths are masked because a path can name a SIM card. */
#include "config.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/hex.h"
#include "base/text.h"
#include "container/doc.h"
#include "container/json_text.h"
#include "container/manifest.h"
#include "container/manifest_streams.h"
#include "model/decode.h"

#define SALT_SIZE  16u
#define PLAIN_MODE 0100644u

/* Adds and takes over v. A failed allocation anywhere is remembered and reported once at the end.
 */
struct maker {
    int failed;
};

static void set(struct maker *m, json_t *o, const char *key, json_t *v)
{
    if (!v || json_object_set_new(o, key, v) != 0)
        m->failed = 1;
}

static void append(struct maker *m, json_t *a, json_t *v)
{
    if (!v || json_array_append_new(a, v) != 0)
        m->failed = 1;
}

/* Text as JSON; bytes that are no UTF-8 or cannot be shown are written as \xNN. */
static json_t *escaped(const char *s)
{
    struct qd_buf b = {0};
    int bad = 0;
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        bad |= c < 0x20 || c > 0x7e ? qd_buf_printf(&b, "\\x%02x", c) : qd_buf_add_byte(&b, c);
    }
    json_t *v = bad ? NULL : json_stringn((const char *)b.p, b.len);
    qd_buf_free(&b);
    return v;
}

static json_t *text(const char *s)
{
    errno = 0;
    json_t *v = json_string(s);
    return v || errno == ENOMEM ? v : escaped(s);
}

static json_t *text_or_null(const char *s)
{
    return s && *s ? text(s) : json_null();
}

/* Paths and reasons: digit runs of 14 and more are masked without exception, since no legitimate
 * file name needs one, while ICCID, IMSI and IMEI do appear as names. */
static json_t *masked(const char *s)
{
    if (!s)
        return json_null();
    size_t cap = strlen(s) + 1;
    char *copy = qd_alloc(cap, 1);
    if (!copy)
        return NULL;
    qd_mask_digits(copy, cap, s);
    json_t *v = text(copy);
    free(copy);
    return v;
}

static json_t *hex_text(const uint8_t *p, size_t n)
{
    char *s = n < SIZE_MAX / 2 - 1 ? qd_alloc(2 * n + 1, 1) : NULL;
    if (!s)
        return NULL;
    qd_hex(p, n, s);
    json_t *v = json_string(s);
    free(s);
    return v;
}

static json_t *fs_name(uint8_t fs)
{
    char s[8];
    snprintf(s, sizeof s, "0x%02x", fs);
    return fs ? json_string(s) : json_null();
}

static json_t *tool(struct maker *m)
{
    json_t *o = json_object();
    set(m, o, "name", json_string("qdiag"));
    set(m, o, "version", json_string(PACKAGE_VERSION));
    return o;
}

static json_t *file(struct maker *m, const struct qd_manifest_in *in)
{
    json_t *o = json_object();
    set(m, o, "name", text(in->file_name));
    set(m, o, "size", json_integer((json_int_t)in->file_size));
    set(m, o, "sha256", json_string(in->file_sha256));
    set(m, o, "container", json_string(in->container));
    return o;
}

static json_t *counts(struct maker *m, const struct qd_backup *b)
{
    json_t *o = json_object(), *nv = json_array(), *sections = json_array();
    for (unsigned s = 0; s < QD_SUBS; s++) {
        json_t *c = json_object();
        set(m, c, "sub", json_integer((json_int_t)s));
        set(m, c, "items", json_integer((json_int_t)b->nv[s].n));
        set(m, c, "bytes", json_integer((json_int_t)(b->nv[s].n * QD_NV_SIZE)));
        append(m, nv, c);
    }
    for (unsigned s = 0; s < QD_SECTIONS; s++) {
        json_t *c = json_object();
        uint64_t bytes = 0;
        for (size_t i = 0; i < b->files.n; i++)
            bytes += b->files.v[i].section == s ? b->files.v[i].len : 0;
        set(m, c, "section", json_string(qd_section_name((enum qd_section)s)));
        set(m, c, "files", json_integer((json_int_t)qd_backup_count_files(b, (enum qd_section)s)));
        set(m, c, "bytes", json_integer((json_int_t)bytes));
        append(m, sections, c);
    }
    set(m, o, "nv", nv);
    set(m, o, "sections", sections);
    return o;
}

/* SHA-256 over salt and text, and as much of the end as identifies nothing alone. */
static json_t *evidence(struct maker *m, const uint8_t *salt, const char *s, int sub)
{
    uint8_t digest[QD_SHA256_SIZE];
    char hex[65];
    size_t n = strlen(s), keep = n / 2 < 4 ? n / 2 : 4;
    if (n == 0)
        return json_null();
    struct qd_sha256 *h = qd_sha256_new();
    json_t *o = json_object();
    if (!h || !o) {
        qd_sha256_free(&h);
        json_decref(o);
        return NULL;
    }
    qd_sha256_add(h, salt, SALT_SIZE);
    qd_sha256_add(h, s, n);
    qd_sha256_end(h, digest);
    qd_sha256_free(&h);
    qd_hex(digest, sizeof digest, hex);
    if (sub >= 0)
        set(m, o, "sub", json_integer(sub));
    set(m, o, "sha256", json_string(hex));
    set(m, o, "last4", text(s + n - keep));
    return o;
}

/* A part that a conversion takes over from the manifest of its source; NULL = there is none. It is
 * shared: a copy leaves out what it has no memory for. */
static json_t *taken(const struct qd_manifest_in *in, const char *key)
{
    const struct qd_manifest *source = in->converted ? in->converted->manifest : NULL;
    return source ? json_incref(json_object_get(source->json, key)) : NULL;
}

static json_t *unit(struct maker *m, const struct qd_manifest_in *in)
{
    const struct qd_evidence *ev = in->evidence;
    json_t *o = json_object(), *imei = json_array();
    for (int s = 0; s < QD_SUBS; s++)
        if (ev->imei[s][0])
            append(m, imei, evidence(m, in->salt, ev->imei[s], s));
    set(m, o, "address", masked(in->address));
    set(m, o, "salt", hex_text(in->salt, SALT_SIZE));
    set(m, o, "imei", imei);
    set(m, o, "meid", evidence(m, in->salt, ev->meid, -1));
    set(m, o, "esn", evidence(m, in->salt, ev->esn, -1));
    set(m, o, "usb_serial", evidence(m, in->salt, ev->usb_serial, -1));
    set(m, o, "module_serial", evidence(m, in->salt, ev->module_serial, -1));
    return o;
}

static json_t *model(struct maker *m, const struct qd_manifest_in *in)
{
    json_t *o = json_object();
    set(m, o, "number", json_integer(in->backup->model));
    set(m, o, "name", text_or_null(in->model_name));
    return o;
}

static json_t *firmware(struct maker *m, const struct qd_manifest_in *in)
{
    json_t *o = json_object();
    set(m, o, "software", text_or_null(in->backup->software));
    set(m, o, "ext_build", text_or_null(in->ext_build));
    set(m, o, "verno_dir", text_or_null(in->verno_dir));
    set(m, o, "verno_date", text_or_null(in->verno_date));
    return o;
}

static json_t *efs(struct maker *m, const struct qd_manifest_in *in)
{
    json_t *o = json_object(), *subsystems = json_array(), *second = json_array();
    const struct qd_backup *b = in->backup;
    for (size_t i = 0; i < 2; i++)
        if (in->efs_subsys[i])
            append(m, subsystems, fs_name(in->efs_subsys[i]));
    for (size_t i = 0; i < b->files.n; i++)
        if (in->efs_subsys[1] && b->files.v[i].fs == in->efs_subsys[1])
            append(m, second, masked(b->files.v[i].path));
    set(m, o, "subsystems", subsystems);
    set(m, o, "second_subsystem_files", second);
    return o;
}

/* Only what XQCN cannot say: files whose mode is known and not the usual one. */
static json_t *modes(struct maker *m, const struct qd_backup *b)
{
    json_t *list = json_array();
    for (size_t i = 0; i < b->files.n; i++) {
        const struct qd_file *f = &b->files.v[i];
        char mode[16];
        if (f->mode == 0 || f->mode == PLAIN_MODE)
            continue;
        json_t *o = json_object();
        snprintf(mode, sizeof mode, "%07o", (unsigned)f->mode);
        set(m, o, "section", json_string(qd_section_name(f->section)));
        set(m, o, "path", masked(f->path));
        set(m, o, "mode", json_string(mode));
        set(m, o, "fs", fs_name(f->fs));
        append(m, list, o);
    }
    return list;
}

static json_t *missing_entry(struct maker *m, const struct qd_missing *x)
{
    json_t *o = json_object();
    int nv = x->nv >= 0;
    if (nv || !x->path) { /* without an id it is about the whole subscription */
        set(m, o, "kind", json_string("nv"));
        set(m, o, "sub", json_integer(x->sub));
        set(m, o, "nv", nv ? json_integer(x->nv) : json_null());
        set(m, o, "index", nv ? json_integer(x->index) : json_null());
    } else {
        set(m, o, "kind", json_string("efs"));
        set(m, o, "fs", fs_name(x->fs));
        set(m, o, "path", masked(x->path));
        if (x->data) /* here the manifest is the backup of the file: its name must be whole */
            set(m, o, "path_hex", hex_text((const uint8_t *)x->path, strlen(x->path)));
    }
    set(m, o, "reason", masked(x->reason));
    set(m, o, "wire", x->wire == -1 ? json_null() : json_integer((json_int_t)x->wire));
    if (x->kind == QD_MISSING_NOT_HELD)
        set(m, o, "data", x->data ? hex_text(x->data, x->len) : json_null());
    return o;
}

static json_t *missing_list(struct maker *m, const struct qd_manifest_in *in,
                            enum qd_missing_kind kind)
{
    const struct qd_backup *b = in->backup;
    json_t *list = json_array();
    for (size_t i = 0; i < b->missing.n; i++)
        if (b->missing.v[i].kind == kind && !(in->folder_form && qd_folder_holds(&b->missing.v[i])))
            append(m, list, missing_entry(m, &b->missing.v[i]));
    return list;
}

/* What was asked for; null = not known. The EFS subsystems that were read stand in "efs". */
static json_t *scope(struct maker *m, const struct qd_scope *s)
{
    if (!s->known)
        return json_null();
    json_t *o = json_object();
    set(m, o, "subscription", s->sub < 0 ? json_null() : json_integer(s->sub));
    set(m, o, "nv_first", json_integer(s->exhaustive ? 0 : s->nv_first));
    set(m, o, "nv_last", json_integer(s->exhaustive ? 65535 : s->nv_last));
    set(m, o, "exhaustive", json_boolean(s->exhaustive));
    return o;
}

static json_t *completeness(struct maker *m, const struct qd_manifest_in *in)
{
    json_t *o = json_object();
    int whole = in->complete && qd_scope_narrowed(&in->scope) != 1;
    set(m, o, "complete", in->complete < 0 ? json_null() : json_boolean(whole));
    set(m, o, "unreadable", missing_list(m, in, QD_MISSING_UNREADABLE));
    set(m, o, "withheld", missing_list(m, in, QD_MISSING_WITHHELD));
    set(m, o, "not_held", missing_list(m, in, QD_MISSING_NOT_HELD));
    return o;
}

static json_t *converted_from(struct maker *m, const struct qd_converted *c, const char *when)
{
    json_t *o = json_object();
    set(m, o, "name", text(c->file_name));
    set(m, o, "size", json_integer((json_int_t)c->file_size));
    set(m, o, "sha256", json_string(c->file_sha256));
    set(m, o, "container", json_string(c->container));
    set(m, o, "converted", json_string(when));
    return o;
}

/* The source's own part when it has one; v is the part made anew, and dropped then. */
static void set_taken(struct maker *m, json_t *o, const struct qd_manifest_in *in, const char *key,
                      json_t *v)
{
    json_t *old = taken(in, key);
    if (old)
        json_decref(v);
    set(m, o, key, old ? old : v);
}

int qd_manifest_write(const struct qd_manifest_in *in, const struct qd_sink *out,
                      struct qdiag_error *e)
{
    struct maker m = {0};
    char created[21];
    json_t *o = json_object();
    qd_utc_text(in->time, created);
    set(&m, o, "schema", json_string("qdiag.manifest/1"));
    set(&m, o, "tool", tool(&m));
    set_taken(&m, o, in, "created", json_string(created));
    set(&m, o, "file", file(&m, in));
    if (qd_client_is_redacted(in->backup->client))
        set(&m, o, "redacted", json_true());
    if (in->converted)
        set(&m, o, "converted_from", converted_from(&m, in->converted, created));
    set_taken(&m, o, in, "model", model(&m, in));
    set_taken(&m, o, in, "firmware", firmware(&m, in));
    set_taken(&m, o, in, "unit", unit(&m, in));
    set(&m, o, "counts", counts(&m, in->backup));
    set(&m, o, "efs", efs(&m, in));
    set_taken(&m, o, in, "scope", scope(&m, &in->scope));
    set(&m, o, "completeness", completeness(&m, in));
    set(&m, o, "files", modes(&m, in->backup));
    char *s = m.failed ? NULL : qd_json_write(o, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(o);
    size_t n = s ? strlen(s) : 0;
    /* Without "\n}": the list of streams and the end follow as text. */
    int rc = n < 2 ? qd_nomem(e) : out->write(out->user, s, n - 2, e);
    free(s);
    return rc == 0 ? qd_streams_write(in->tree, out, e) : rc;
}
