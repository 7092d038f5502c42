/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Writes a plan as JSON. Only steps that write carry bytes: what is kept or left out, secrets among
 * it, is named and no more. An identity never stands in it: a plan file can be edited, so identity
 * comes from a backup alone. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "container/json_text.h"
#include "container/planfile.h"

struct maker {
    int failed;
};

static void set(struct maker *m, json_t *o, const char *key, json_t *v)
{
    if (!v || json_object_set_new(o, key, v) != 0)
        m->failed = 1;
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

static int is_plain(const char *s)
{
    for (; *s; s++)
        if (*s < 0x20 || *s > 0x7e)
            return 0;
    return 1;
}

static json_t *key(struct maker *m, const struct qd_key *k)
{
    json_t *o = json_object();
    if (!k->path) {
        set(m, o, "sub", json_integer(k->sub));
        set(m, o, "nv", json_integer(k->nv));
        set(m, o, "index", json_integer(k->index));
        return o;
    }
    char fs[8];
    snprintf(fs, sizeof fs, "0x%02x", k->fs);
    set(m, o, "fs", json_string(fs));
    if (is_plain(k->path))
        set(m, o, "path", json_string(k->path));
    else
        set(m, o, "path_hex", hex_text((const uint8_t *)k->path, strlen(k->path)));
    return o;
}

static json_t *state(struct maker *m, const struct qd_state *s)
{
    char mode[8];
    json_t *o = json_object();
    snprintf(mode, sizeof mode, "%04o", (unsigned)(s->mode & 07777u));
    set(m, o, "kind", json_string(qd_there_name(s->kind)));
    set(m, o, "mode", s->mode == QD_MODE_ANY ? json_null() : json_string(mode));
    set(m, o, "data", hex_text(s->data, s->len));
    return o;
}

static json_t *step(struct maker *m, const struct qd_step *s)
{
    json_t *o = json_object();
    enum qd_decision d = s->decision;
    enum qd_reason r = s->reason;
    if (d == QD_DO_WRITE && s->phase == QD_PHASE_IDENTITY) {
        d = QD_DO_SKIP;
        r = QD_REASON_IDENTITY_BY_FILE;
    }
    set(m, o, "key", key(m, &s->key));
    set(m, o, "class", json_string(qd_class_name(s->class)));
    set(m, o, "phase", json_string(qd_phase_name(s->phase)));
    set(m, o, "decision", json_string(qd_decision_name(d)));
    set(m, o, "reason", d == QD_DO_SKIP ? json_string(qd_reason_name(r)) : json_null());
    if (d == QD_DO_WRITE) {
        set(m, o, "before", state(m, &s->before));
        set(m, o, "after", state(m, &s->after));
    }
    return o;
}

static json_t *text_or_null(const char *s)
{
    return *s ? json_string(s) : json_null();
}

int qd_planfile_write(const struct qd_plan *p, char **json, size_t *len, struct qdiag_error *e)
{
    struct maker m = {0};
    json_t *o = json_object(), *steps = json_array();
    *json = NULL;
    *len = 0;
    set(&m, o, "schema", json_string("qdiag.plan/1"));
    set(&m, o, "source_sha256", text_or_null(p->source_sha256));
    set(&m, o, "unit", text_or_null(p->unit));
    set(&m, o, "salt", text_or_null(p->salt));
    for (size_t i = 0; i < p->n; i++) {
        json_t *s = step(&m, &p->v[i]);
        if (!s || json_array_append_new(steps, s) != 0)
            m.failed = 1;
    }
    set(&m, o, "steps", steps);
    char *s = m.failed ? NULL : qd_json_write(o, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(o);
    size_t n = s ? strlen(s) : 0;
    char *out = s ? realloc(s, n + 2) : NULL;
    if (!out) {
        free(s);
        return qd_nomem(e);
    }
    memcpy(out + n, "\n", 2);
    *json = out;
    *len = n + 1;
    return 0;
}
