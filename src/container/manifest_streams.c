/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The list of streams in a manifest, by far its longest part: written and read as text, line by
 * line, because a JSON tree of it would take more memory than the backup. Text of any other form is
 * left to the JSON reader. */
#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "container/json_text.h"
#include "container/manifest_streams.h"
#include "container/tree.h"

#define OPEN_LIST "\n  \"streams\": [\n"
#define PATH      "    {\n      \"path\": \""
#define SIZE      "\",\n      \"size\": "
#define SHA       ",\n      \"sha256\": \""
#define CLOSE     "\"\n    }"
#define CLOSE_ALL "\n  ]\n}\n"
#define CHUNK     (32u << 10) /* text gathered before it goes to the sink */

struct writing {
    const struct qd_sink *out;
    struct qd_buf text;
    size_t written; /* streams */
};

/* The masked path as JSON text; only what holds quotes, backslashes or odd bytes needs jansson. */
static int add_path(struct qd_buf *out, const char *shown)
{
    size_t n = 0;
    while (shown[n] >= 0x20 && shown[n] < 0x7f && shown[n] != '"' && shown[n] != '\\')
        n++;
    if (shown[n] == '\0')
        return qd_buf_add(out, "\"", 1) || qd_buf_add(out, shown, n) || qd_buf_add(out, "\"", 1);
    json_t *name = json_string(shown);
    char *text = name ? qd_json_write(name, JSON_ENCODE_ANY) : NULL; /* with its quotes */
    json_decref(name);
    int bad = !text || qd_buf_add_text(out, text);
    free(text);
    return bad;
}

static int write_stream(void *user, const struct qd_node *n, struct qdiag_error *e)
{
    struct writing *w = user;
    char path[QD_STREAM_PATH], sha[65];
    qd_stream_path(n, path);
    qd_sha256_hex(n->len ? n->data : (const uint8_t *)"", n->len, sha);
    int bad = (w->written++ && qd_buf_add_text(&w->text, ",\n")) ||
              qd_buf_add_text(&w->text, "    {\n      \"path\": ") || add_path(&w->text, path) ||
              qd_buf_printf(&w->text, ",\n      \"size\": %zu", n->len) ||
              qd_buf_add_text(&w->text, SHA) || qd_buf_add(&w->text, sha, 64) ||
              qd_buf_add_text(&w->text, CLOSE);
    if (bad)
        return qd_nomem(e);
    if (w->text.len < CHUNK)
        return 0;
    int rc = w->out->write(w->out->user, w->text.p, w->text.len, e);
    w->text.len = 0;
    return rc;
}

int qd_streams_write(const struct qd_node *root, const struct qd_sink *out, struct qdiag_error *e)
{
    struct writing w = {.out = out};
    int rc = qd_buf_add_text(&w.text, "," OPEN_LIST) ? qd_nomem(e) : 0;
    if (rc == 0)
        rc = qd_streams_each(root, write_stream, &w, e);
    if (rc == 0 && qd_buf_add_text(&w.text, CLOSE_ALL))
        rc = qd_nomem(e);
    if (rc == 0)
        rc = out->write(out->user, w.text.p, w.text.len, e);
    qd_buf_free(&w.text);
    return rc;
}

void qd_stream_path(const struct qd_node *n, char out[QD_STREAM_PATH])
{
    char path[QD_STREAM_PATH];
    qd_tree_path(n, path, sizeof path);
    qd_mask_digits(out, QD_STREAM_PATH, path);
}

int qd_streams_each(const struct qd_node *root,
                    int (*fn)(void *user, const struct qd_node *n, struct qdiag_error *e),
                    void *user, struct qdiag_error *e)
{
    const struct qd_node *at[QD_TREE_MAX_DEPTH + 1] = {root};
    size_t next[QD_TREE_MAX_DEPTH + 1] = {0}, depth = 0;
    int rc = 0;
    while (rc == 0) {
        if (next[depth] == at[depth]->nchild) {
            if (depth-- == 0)
                break;
            continue;
        }
        const struct qd_node *n = at[depth]->child[next[depth]++];
        if (n->is_stream) {
            rc = fn(user, n, e);
        } else {
            assert(depth < QD_TREE_MAX_DEPTH);
            at[++depth] = n;
            next[depth] = 0;
        }
    }
    return rc;
}

/* Reading: a cursor that only goes forward over the very text that the writer makes. */
struct cursor {
    const char *p, *end;
};

static int take(struct cursor *c, const char *text)
{
    size_t n = strlen(text);
    if ((size_t)(c->end - c->p) < n || memcmp(c->p, text, n) != 0)
        return -1;
    c->p += n;
    return 0;
}

/* Plain characters up to the next quote; an escape or a byte above ASCII is for the JSON reader. */
static char *take_plain(struct cursor *c)
{
    const char *start = c->p;
    while (c->p < c->end && *c->p >= 0x20 && *c->p < 0x7f && *c->p != '"' && *c->p != '\\')
        c->p++;
    return c->p < c->end && *c->p == '"' ? qd_strndup(start, (size_t)(c->p - start)) : NULL;
}

static int take_number(struct cursor *c, uint64_t *v)
{
    size_t digits = 0;
    *v = 0;
    while (c->p < c->end && *c->p >= '0' && *c->p <= '9' && digits < 18) {
        *v = *v * 10 + (uint64_t)(*c->p++ - '0');
        digits++;
    }
    return digits > 0 ? 0 : -1;
}

static int take_sha(struct cursor *c, char out[65])
{
    if (c->end - c->p < 64)
        return -1;
    memcpy(out, c->p, 64);
    out[64] = '\0';
    c->p += 64;
    return strspn(out, "0123456789abcdef") == 64 ? 0 : -1;
}

static int take_stream(struct cursor *c, struct qd_manifest_stream *s)
{
    if (take(c, PATH) != 0)
        return -1;
    s->path = take_plain(c);
    return s->path && take(c, SIZE) == 0 && take_number(c, &s->size) == 0 && take(c, SHA) == 0 &&
                   take_sha(c, s->sha256) == 0 && take(c, CLOSE) == 0
               ? 0
               : -1;
}

size_t qd_streams_read(const char *text, size_t n, struct qd_manifest *m)
{
    const char *mark = memmem(text, n, OPEN_LIST, strlen(OPEN_LIST));
    size_t cap = 0;
    if (!mark)
        return 0;
    struct cursor c = {mark + strlen(OPEN_LIST), text + n};
    for (;;) {
        struct qd_manifest_stream *v = qd_grow(m->stream, m->nstreams, &cap, sizeof *v), s = {0};
        if (v)
            m->stream = v;
        int bad = !v || take_stream(&c, &s) != 0;
        if (bad) {
            free(s.path);
            qd_manifest_drop_streams(m);
            return 0;
        }
        v[m->nstreams++] = s;
        if (take(&c, ",\n") != 0)
            break;
    }
    if (take(&c, CLOSE_ALL) == 0 && c.p == c.end)
        return (size_t)(mark - text);
    qd_manifest_drop_streams(m);
    return 0;
}
