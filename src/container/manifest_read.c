/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads a manifest back and compares it with the tree of its backup file. A wrong schema, a missing
 * key or a wrong type is refused with the key named: a manifest that is only half understood proves
 * nothing. Keys it does not know are left alone. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/text.h"
#include "container/json_text.h"
#include "container/manifest.h"
#include "container/manifest_streams.h"

#define SCHEMA  "qdiag.manifest/1"
#define SHA_HEX 64u

struct reading {
    const char *name; /* of the manifest file */
    struct qdiag_error *e;
    int rc; /* the first failure; later look-ups return quietly */
};

__attribute__((format(printf, 3, 4))) static void bad(struct reading *r, const char *key,
                                                      const char *fmt, ...)
{
    char item[512], why[200];
    va_list ap;
    if (r->rc != 0)
        return;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    snprintf(item, sizeof item, "%.400s key %.90s", r->name, key);
    r->rc = qd_fail(r->e, QDIAG_E_FILE_DAMAGED, item, "%s", why);
}

static const json_t *get(struct reading *r, const json_t *o, const char *key, json_type type)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",   [JSON_STRING] = "text",
        [JSON_INTEGER] = "a number", [JSON_TRUE] = "a boolean",
    };
    const char *dot = strrchr(key, '.');
    const json_t *v = r->rc == 0 ? json_object_get(o, dot ? dot + 1 : key) : NULL;
    int fits = v && (json_typeof(v) == type || (type == JSON_TRUE && json_is_boolean(v)));
    if (!v)
        bad(r, key, "missing");
    else if (!fits)
        bad(r, key, "not %s", names[type]);
    return fits ? v : NULL;
}

static void get_text(struct reading *r, const json_t *o, const char *key, char *out, size_t cap)
{
    const json_t *v = get(r, o, key, JSON_STRING);
    if (!v)
        return;
    if (json_string_length(v) >= cap)
        bad(r, key, "longer than %zu bytes", cap - 1);
    else
        qd_copy_text(out, cap, json_string_value(v));
}

static void get_sha(struct reading *r, const json_t *o, const char *key, char out[65])
{
    get_text(r, o, key, out, SHA_HEX + 1);
    if (r->rc == 0 && (strlen(out) != SHA_HEX || strspn(out, "0123456789abcdef") != SHA_HEX))
        bad(r, key, "not 64 lower-case hex digits");
}

static uint64_t get_size(struct reading *r, const json_t *o, const char *key)
{
    const json_t *v = get(r, o, key, JSON_INTEGER);
    if (v && json_integer_value(v) < 0)
        bad(r, key, "below zero");
    return v && r->rc == 0 ? (uint64_t)json_integer_value(v) : 0;
}

static void read_head(struct reading *r, const json_t *o, struct qd_manifest *m)
{
    char schema[64] = "", name[32] = "", version[31] = "";
    get_text(r, o, "schema", schema, sizeof schema);
    if (r->rc == 0 && strcmp(schema, SCHEMA) != 0)
        bad(r, "schema", "'%s' instead of " SCHEMA, schema);
    const json_t *tool = get(r, o, "tool", JSON_OBJECT);
    get_text(r, tool, "tool.name", name, sizeof name);
    get_text(r, tool, "tool.version", version, sizeof version);
    snprintf(m->tool, sizeof m->tool, "%s %s", name, version);
    get_text(r, o, "created", m->created, sizeof m->created);
    const json_t *file = get(r, o, "file", JSON_OBJECT);
    get_text(r, file, "file.name", m->file_name, sizeof m->file_name);
    m->file_size = get_size(r, file, "file.size");
    get_sha(r, file, "file.sha256", m->file_sha256);
    get(r, file, "file.container", JSON_STRING);
    get(r, o, "unit", JSON_OBJECT);
    get(r, o, "counts", JSON_OBJECT);
}

/* "nv": null stands for the whole subscription. */
static void check_nv_entry(struct reading *r, const json_t *x)
{
    const json_t *nv = json_object_get(x, "nv");
    get_size(r, x, "completeness.sub");
    if (!nv || !json_is_null(nv))
        get_size(r, x, "completeness.nv");
}

static void check_entry(struct reading *r, const json_t *x, const char *key)
{
    char kind[8] = "";
    if (r->rc == 0 && !json_is_object(x))
        bad(r, key, "an entry that is not an object");
    get_text(r, x, "completeness.kind", kind, sizeof kind);
    get(r, x, "completeness.reason", JSON_STRING);
    if (r->rc == 0 && strcmp(kind, "nv") == 0)
        check_nv_entry(r, x);
    else if (r->rc == 0 && strcmp(kind, "efs") == 0)
        get(r, x, "completeness.path", JSON_STRING);
    else if (r->rc == 0)
        bad(r, key, "an entry of kind '%s'", kind);
}

static size_t read_missing(struct reading *r, const json_t *o, const char *key)
{
    const json_t *list = get(r, o, key, JSON_ARRAY);
    size_t n = list ? json_array_size(list) : 0;
    for (size_t i = 0; i < n && r->rc == 0; i++)
        check_entry(r, json_array_get(list, i), key);
    return n;
}

/* A whole number from 0 to max. */
static int get_number(struct reading *r, const json_t *o, const char *key, int max)
{
    uint64_t v = get_size(r, o, key);
    if (v > (uint64_t)max)
        bad(r, key, "above %d", max);
    return r->rc == 0 ? (int)v : 0;
}

/* Manifests of older versions have no scope, and of a file of unknown origin it is null. */
static void read_scope(struct reading *r, const json_t *top, struct qd_scope *s)
{
    const json_t *o = json_object_get(top, "scope");
    if (!o || json_is_null(o))
        return;
    o = get(r, top, "scope", JSON_OBJECT);
    const json_t *sub = json_object_get(o, "subscription");
    const json_t *all = get(r, o, "scope.exhaustive", JSON_TRUE);
    s->known = 1;
    s->exhaustive = all && json_is_true(all);
    s->nv_first = get_number(r, o, "scope.nv_first", 65535);
    s->nv_last = get_number(r, o, "scope.nv_last", 65535);
    s->sub =
        sub && json_is_null(sub) ? -1 : get_number(r, o, "scope.subscription", (int)QD_SUBS - 1);
    if (r->rc == 0 && s->nv_first > s->nv_last)
        bad(r, "scope.nv_last", "before nv_first");
    if (r->rc == 0 && s->exhaustive && (s->nv_first > 0 || s->nv_last < 65535))
        bad(r, "scope.exhaustive", "true, of a range of ids");
}

static void read_completeness(struct reading *r, const json_t *o, struct qd_manifest *m)
{
    const json_t *c = get(r, o, "completeness", JSON_OBJECT);
    const json_t *known = json_object_get(c, "complete");
    int unknown = known && json_is_null(known); /* converted from a file without a manifest */
    const json_t *complete = unknown ? NULL : get(r, c, "completeness.complete", JSON_TRUE);
    m->complete = unknown ? -1 : complete && json_is_true(complete);
    m->unreadable = read_missing(r, c, "completeness.unreadable");
    m->withheld = read_missing(r, c, "completeness.withheld");
    m->not_held = read_missing(r, c, "completeness.not_held");
    if (r->rc == 0 && m->complete > 0 && m->unreadable > 0)
        bad(r, "completeness.complete", "true, with %zu unreadable items", m->unreadable);
    if (r->rc == 0 && m->complete > 0 && qd_scope_narrowed(&m->scope) == 1)
        bad(r, "completeness.complete", "true, of a narrowed backup");
}

static void read_streams(struct reading *r, const json_t *o, struct qd_manifest *m)
{
    const json_t *list = get(r, o, "streams", JSON_ARRAY);
    size_t n = list ? json_array_size(list) : 0;
    if (m->stream) /* read as text already */
        return;
    m->stream = qd_alloc(n, sizeof *m->stream);
    if (!m->stream && r->rc == 0)
        r->rc = qd_nomem(r->e);
    for (size_t i = 0; i < n && r->rc == 0; i++) {
        const json_t *x = json_array_get(list, i);
        struct qd_manifest_stream *s = &m->stream[m->nstreams];
        if (!json_is_object(x))
            bad(r, "streams", "entry %zu is not an object", i);
        const json_t *path = get(r, x, "streams.path", JSON_STRING);
        s->size = get_size(r, x, "streams.size");
        get_sha(r, x, "streams.sha256", s->sha256);
        s->path = path && r->rc == 0 ? qd_strdup(json_string_value(path)) : NULL;
        if (s->path)
            m->nstreams++;
        else if (r->rc == 0)
            r->rc = qd_nomem(r->e);
    }
}

/* Without the list of streams when that could be read as text. */
static json_t *load(const uint8_t *p, size_t n, struct qd_manifest *m, json_error_t *why,
                    int *nomem)
{
    static const char end[] = "\n  \"streams\": []\n}\n";
    struct qd_buf head = {0};
    size_t before = qd_streams_read((const char *)p, n, m);
    if (before == 0)
        return qd_json_read(p, n, why, nomem);
    *nomem = qd_buf_add(&head, p, before) != 0 || qd_buf_add_text(&head, end) != 0;
    json_t *o = *nomem ? NULL : qd_json_read(head.p, head.len, why, nomem);
    qd_buf_free(&head);
    return o;
}

static int order(const void *pa, const void *pb)
{
    const struct qd_manifest_stream *a = pa, *b = pb;
    int c = strcmp(a->path, b->path);
    return c ? c : strcmp(a->sha256, b->sha256);
}

int qd_manifest_read(const uint8_t *p, size_t n, const char *name, struct qd_manifest **out,
                     struct qdiag_error *e)
{
    json_error_t why;
    struct reading r = {.name = name, .e = e};
    struct qd_manifest *m = qd_alloc(1, sizeof *m);
    *out = NULL;
    if (!m)
        return qd_nomem(e);
    int nomem;
    json_t *o = load(p, n, m, &why, &nomem);
    if (nomem) {
        r.rc = qd_nomem(e);
    } else if (!o) {
        char item[512], text[200];
        snprintf(item, sizeof item, "%.400s line %d", name, why.line);
        qd_printable(text, sizeof text, why.text, strlen(why.text));
        r.rc = qd_fail(e, QDIAG_E_FILE_DAMAGED, item, "not JSON: %s", text);
    } else if (!json_is_object(o)) {
        bad(&r, "(top)", "not an object");
    }
    read_head(&r, o, m);
    read_scope(&r, o, &m->scope);
    read_completeness(&r, o, m);
    read_streams(&r, o, m);
    /* Sorted: the order of streams is no difference, as for two trees. */
    if (m->nstreams > 0)
        qsort(m->stream, m->nstreams, sizeof *m->stream, order);
    m->json = o;
    if (r.rc == 0)
        *out = m;
    else
        qd_manifest_free(&m);
    return r.rc;
}

int qd_manifest_only_narrowed(const struct qd_manifest *m)
{
    return m->complete == 0 && m->unreadable == 0 && qd_scope_narrowed(&m->scope) == 1;
}

void qd_manifest_drop_streams(struct qd_manifest *m)
{
    for (size_t i = 0; i < m->nstreams; i++)
        free(m->stream[i].path);
    free(m->stream);
    m->stream = NULL;
    m->nstreams = 0;
}

void qd_manifest_free(struct qd_manifest **mp)
{
    struct qd_manifest *m = *mp;
    *mp = NULL;
    if (!m)
        return;
    qd_manifest_drop_streams(m);
    json_decref(m->json);
    free(m);
}

/* Stream by stream, without a second list. Masking can make paths equal, so equal entries are
 * counted: used[i] belongs to the first of them. */
struct comparing {
    const struct qd_manifest *m;
    uint32_t *used;
};

/* The first entry that is not before this one; nstreams when all are. */
static size_t first_at(const struct qd_manifest *m, const struct qd_manifest_stream *key)
{
    size_t lo = 0, hi = m->nstreams;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (order(&m->stream[mid], key) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static int no_match(const struct qd_manifest *m, struct qd_manifest_stream *key,
                    struct qdiag_error *e)
{
    key->sha256[0] = '\0'; /* before every other */
    size_t i = first_at(m, key);
    if (i == m->nstreams || strcmp(m->stream[i].path, key->path) != 0)
        return qd_fail(e, QDIAG_E_FILE_DAMAGED, key->path, "in the file, not in the manifest");
    if (m->stream[i].size != key->size)
        return qd_fail(e, QDIAG_E_FILE_DAMAGED, key->path,
                       "%llu bytes instead of %llu in the manifest", (unsigned long long)key->size,
                       (unsigned long long)m->stream[i].size);
    return qd_fail(e, QDIAG_E_FILE_DAMAGED, key->path,
                   "its SHA-256 is not the one in the manifest");
}

static int compare_stream(void *user, const struct qd_node *n, struct qdiag_error *e)
{
    struct comparing *c = user;
    const struct qd_manifest *m = c->m;
    char path[QD_STREAM_PATH];
    struct qd_manifest_stream key = {.path = path, .size = n->len};
    qd_stream_path(n, path);
    qd_sha256_hex(n->len ? n->data : (const uint8_t *)"", n->len, key.sha256);
    size_t first = first_at(m, &key);
    size_t i = first < m->nstreams ? first + c->used[first] : first;
    if (i >= m->nstreams || order(&m->stream[i], &key) != 0 || m->stream[i].size != n->len)
        return no_match(m, &key, e);
    c->used[first]++;
    return 0;
}

/* After all streams of the file: an entry that none of them was. */
static int all_used(const struct comparing *c, struct qdiag_error *e)
{
    const struct qd_manifest_stream *v = c->m->stream;
    for (size_t i = 0, first = 0; i < c->m->nstreams; i++) {
        if (order(&v[first], &v[i]) != 0)
            first = i;
        if (i - first >= c->used[first])
            return qd_fail(e, QDIAG_E_FILE_DAMAGED, v[i].path, "in the manifest, not in the file");
    }
    return 0;
}

int qd_manifest_compare(const struct qd_manifest *m, const struct qd_node *tree,
                        struct qdiag_error *e)
{
    struct comparing c = {m, qd_alloc(m->nstreams + 1, sizeof *c.used)};
    int rc = c.used ? qd_streams_each(tree, compare_stream, &c, e) : qd_nomem(e);
    if (rc == 0)
        rc = all_used(&c, e);
    free(c.used);
    return rc;
}
