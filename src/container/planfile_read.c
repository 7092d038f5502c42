/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads a plan file. It may have been edited by anybody, so everything in it is checked again:
 * form, classes, phases, and every step that writes against the doors of the policy. Nothing that
 * it says makes a step more allowed. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/text.h"
#include "container/json_text.h"
#include "container/planfile.h"
#include "model/backup.h"
#include "model/policy.h"

struct reading {
    const char *name;
    struct qdiag_error *e;
    int rc;
    size_t at; /* step, counted from 1; 0 = before the first */
};

__attribute__((format(printf, 3, 4))) static void bad(struct reading *r, const char *key,
                                                      const char *fmt, ...)
{
    char item[512], where[40] = "", why[200];
    va_list ap;
    if (r->rc != 0)
        return;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    if (r->at)
        snprintf(where, sizeof where, " step %zu", r->at);
    snprintf(item, sizeof item, "%.400s%s key %.40s", r->name, where, key);
    r->rc = qd_fail(r->e, QDIAG_E_FILE_DAMAGED, item, "%s", why);
}

/* The object must hold these keys and no other; names end with NULL. */
static void only_keys(struct reading *r, const json_t *o, const char *const *names)
{
    const char *k;
    json_t *v;
    json_object_foreach((json_t *)o, k, v)
    {
        size_t i = 0;
        while (names[i] && strcmp(names[i], k) != 0)
            i++;
        if (!names[i])
            bad(r, names[0], "an unknown key beside it");
    }
    for (size_t i = 0; names[i]; i++)
        if (!json_object_get(o, names[i]))
            bad(r, names[i], "missing");
}

static const char *get_text(struct reading *r, const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    if (!s)
        bad(r, key, "not text");
    return s ? s : "";
}

static int64_t get_number(struct reading *r, const json_t *o, const char *key, int64_t max)
{
    const json_t *v = json_object_get(o, key);
    json_int_t n = json_integer_value(v);
    if (!json_is_integer(v) || n < 0 || n > max) {
        bad(r, key, "not a number from 0 to %lld", (long long)max);
        return 0;
    }
    return n;
}

/* Position of a word in a list of names, or -1 and the failure is noted. */
static int get_word(struct reading *r, const json_t *o, const char *key, size_t count,
                    const char *(*name)(size_t))
{
    const char *s = get_text(r, o, key);
    for (size_t i = 0; i < count; i++)
        if (strcmp(s, name(i)) == 0)
            return (int)i;
    bad(r, key, "an unknown word");
    return -1;
}

static const char *class_name(size_t i)
{
    return qd_class_name((enum qd_class)i);
}

static const char *phase_name(size_t i)
{
    return qd_phase_name((enum qd_phase)i);
}

static const char *decision_name(size_t i)
{
    return qd_decision_name((enum qd_decision)i);
}

static const char *reason_name(size_t i)
{
    return qd_reason_name((enum qd_reason)i);
}

static const char *there_name(size_t i)
{
    return qd_there_name((enum qd_there)i);
}

/* Lower-case hex into fresh memory with a NUL behind; NULL and *n = 0 for "". */
static uint8_t *get_hex(struct reading *r, const json_t *o, const char *key, size_t max, size_t *n)
{
    const char *s = get_text(r, o, key);
    size_t digits = strlen(s);
    *n = 0;
    if (digits % 2 || digits / 2 > max || strspn(s, "0123456789abcdef") != digits) {
        bad(r, key, "not hex of at most %zu bytes", max);
        return NULL;
    }
    uint8_t *p = digits && r->rc == 0 ? qd_alloc(digits / 2 + 1, 1) : NULL;
    if (digits && r->rc == 0 && !p)
        r->rc = qd_nomem(r->e);
    if (!p || qd_unhex(s, p, digits / 2) != 0) {
        free(p);
        return NULL;
    }
    *n = digits / 2;
    return p;
}

static void read_path(struct reading *r, const json_t *o, struct qd_key *k)
{
    static const char *const plain[] = {"fs", "path", NULL};
    static const char *const odd[] = {"fs", "path_hex", NULL};
    char p[1100];
    size_t n;
    int hex = json_object_get(o, "path_hex") != NULL;
    only_keys(r, o, hex ? odd : plain);
    const char *fs = get_text(r, o, "fs");
    k->fs = strcmp(fs, "0x13") == 0 ? 0x13 : strcmp(fs, "0x3e") == 0 ? 0x3e : 0;
    if (!k->fs)
        bad(r, "fs", "neither 0x13 nor 0x3e");
    if (hex)
        k->path = (char *)get_hex(r, o, "path_hex", 1024u, &n);
    else
        k->path = qd_strdup(get_text(r, o, "path"));
    if (r->rc != 0)
        return;
    if (!k->path || qd_path_normalise(k->path, p, sizeof p) != 0 || strcmp(p, k->path) != 0)
        bad(r, "path", "not an absolute path in its plain form");
    else if (hex && strlen(k->path) != n)
        bad(r, "path_hex", "a NUL inside");
}

static void read_key(struct reading *r, const json_t *o, struct qd_key *k)
{
    static const char *const names[] = {"sub", "nv", "index", NULL};
    *k = (struct qd_key){.sub = -1, .nv = -1};
    if (!json_is_object(o)) {
        bad(r, "key", "not an object");
    } else if (json_object_get(o, "fs")) {
        read_path(r, o, k);
    } else {
        only_keys(r, o, names);
        k->sub = (int)get_number(r, o, "sub", QD_SUBS - 1);
        k->nv = (int32_t)get_number(r, o, "nv", 0xffff);
        k->index = (uint8_t)get_number(r, o, "index", 0xff);
    }
}

static void read_mode(struct reading *r, const json_t *o, struct qd_state *s)
{
    const json_t *v = json_object_get(o, "mode");
    s->mode = QD_MODE_ANY;
    if (json_is_null(v))
        return;
    const char *text = get_text(r, o, "mode");
    if (strlen(text) != 4 || strspn(text, "01234567") != 4)
        bad(r, "mode", "not four octal digits");
    else
        s->mode = (uint32_t)strtoul(text, NULL, 8);
}

static void read_state(struct reading *r, const json_t *step, const char *which, int nv,
                       struct qd_state *s)
{
    static const char *const names[] = {"kind", "mode", "data", NULL};
    const json_t *o = json_object_get(step, which);
    if (!json_is_object(o)) {
        bad(r, which, "not an object");
        return;
    }
    only_keys(r, o, names);
    int kind = get_word(r, o, "kind", QD_THERE_LINK + 1, there_name);
    s->kind = kind < 0 ? QD_THERE_UNKNOWN : (enum qd_there)kind;
    read_mode(r, o, s);
    s->data = get_hex(r, o, "data", QD_PLAN_MAX_DATA, &s->len);
    int fits = s->kind == QD_THERE_ABSENT || (nv ? s->kind == QD_THERE_NV : s->kind > QD_THERE_NV);
    int empty = s->kind == QD_THERE_ABSENT || s->kind == QD_THERE_DIR;
    if (!fits)
        bad(r, which, "of a kind that cannot be there");
    else if ((empty && s->len) || (s->kind == QD_THERE_NV && s->len != QD_NV_SIZE) ||
             (s->kind == QD_THERE_LINK && (s->len == 0 || memchr(s->data, 0, s->len))))
        bad(r, which, "%zu bytes, which does not fit its kind", s->len);
    else if (s->mode != QD_MODE_ANY &&
             (nv || s->kind == QD_THERE_ABSENT || s->kind == QD_THERE_LINK))
        bad(r, which, "a mode where there is none");
}

/* Class and phase follow from the key; a file that says otherwise was edited. */
static void check_place(struct reading *r, const struct qd_step *s)
{
    int nv = !s->key.path;
    enum qd_class c =
        nv ? qd_catalog_nv_class((uint16_t)s->key.nv) : qd_catalog_path_class(s->key.path);
    enum qd_phase want = c == QD_CLASS_IDENTITY ? QD_PHASE_IDENTITY : QD_PHASE_NV;
    if (s->class != c)
        bad(r, "class", "it is of class %s", qd_class_name(c));
    if (nv ? s->phase != want : s->phase == QD_PHASE_NV || s->phase == QD_PHASE_IDENTITY)
        bad(r, "phase", "not the phase of such an item");
}

static void check_write(struct reading *r, const struct qd_step *s)
{
    if (s->phase == QD_PHASE_IDENTITY)
        r->rc = r->rc
                    ? r->rc
                    : qd_fail(r->e, QDIAG_E_POLICY, r->name,
                              "step %zu writes an identity, which comes from a backup only", r->at);
    if (r->rc == 0 && !s->key.path && s->after.kind != QD_THERE_NV)
        bad(r, "after", "an NV item cannot be removed");
    if (r->rc == 0 && s->key.index && s->after.data[0] != s->key.index)
        bad(r, "after", "an element has to start with its own number");
    if (r->rc == 0 && qd_state_equal(&s->before, &s->after))
        bad(r, "after", "what is there already");
    if (r->rc == 0)
        r->rc = qd_policy_step(s, r->e);
}

static void read_step(struct reading *r, const json_t *o, struct qd_step *s)
{
    static const char *const other[] = {"key", "class", "phase", "decision", "reason", NULL};
    static const char *const write[] = {"key",    "class",  "phase", "decision",
                                        "reason", "before", "after", NULL};
    if (!json_is_object(o)) {
        bad(r, "steps", "not an object");
        return;
    }
    int decision = get_word(r, o, "decision", QD_DO_SKIP + 1, decision_name);
    only_keys(r, o, decision == QD_DO_WRITE ? write : other);
    read_key(r, json_object_get(o, "key"), &s->key);
    int class = get_word(r, o, "class", QD_CLASSES, class_name);
    int phase = get_word(r, o, "phase", QD_PHASES, phase_name);
    int reason = 0;
    if (decision == QD_DO_SKIP)
        reason = get_word(r, o, "reason", QD_REASONS, reason_name);
    else if (!json_is_null(json_object_get(o, "reason")))
        bad(r, "reason", "only for what is left out");
    if (decision == QD_DO_SKIP && reason == QD_REASON_NONE)
        bad(r, "reason", "empty");
    if (r->rc != 0)
        return;
    s->class = (enum qd_class) class;
    s->phase = (enum qd_phase)phase;
    s->decision = (enum qd_decision)decision;
    s->reason = (enum qd_reason)reason;
    check_place(r, s);
    if (decision != QD_DO_WRITE)
        return;
    read_state(r, o, "before", !s->key.path, &s->before);
    read_state(r, o, "after", !s->key.path, &s->after);
    check_write(r, s);
}

static void read_digest(struct reading *r, const json_t *o, const char *key, char *out, size_t len)
{
    out[0] = '\0';
    if (json_is_null(json_object_get(o, key)))
        return;
    const char *s = get_text(r, o, key);
    if (strlen(s) != len || strspn(s, "0123456789abcdef") != len)
        bad(r, key, "not %zu lower-case hex digits", len);
    else
        qd_copy_text(out, len + 1, s);
}

static int by_key(const void *pa, const void *pb)
{
    return qd_key_compare(*(const struct qd_key *const *)pa, *(const struct qd_key *const *)pb);
}

static void check_doubles(struct reading *r, const struct qd_plan *p)
{
    const struct qd_key **v = r->rc == 0 ? qd_alloc(p->n + 1, sizeof *v) : NULL;
    char text[512];
    if (!v) {
        if (r->rc == 0)
            r->rc = qd_nomem(r->e);
        return;
    }
    for (size_t i = 0; i < p->n; i++)
        v[i] = &p->v[i].key;
    qsort(v, p->n, sizeof *v, by_key);
    r->at = 0;
    for (size_t i = 1; i < p->n; i++)
        if (qd_key_compare(v[i - 1], v[i]) == 0) {
            qd_key_text(v[i], text, sizeof text);
            bad(r, "steps", "%.150s twice", text);
        }
    free(v);
}

static void read_steps(struct reading *r, const json_t *list, struct qd_plan *p)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n > QD_PLAN_MAX_STEPS)
        bad(r, "steps", "not a list of at most %u steps", QD_PLAN_MAX_STEPS);
    for (size_t i = 0; i < n && r->rc == 0; i++) {
        struct qd_step s = {.key = {.sub = -1, .nv = -1},
                            .before = {.mode = QD_MODE_ANY},
                            .after = {.mode = QD_MODE_ANY}};
        r->at = i + 1;
        read_step(r, json_array_get(list, i), &s);
        if (r->rc == 0 && p->n && s.phase < p->v[p->n - 1].phase)
            bad(r, "phase", "before that of the step above it");
        if (r->rc == 0)
            r->rc = qd_plan_add(p, &s, r->e);
        qd_step_clear(&s);
    }
    check_doubles(r, p);
}

static void read_all(struct reading *r, const json_t *o, struct qd_plan *p)
{
    static const char *const names[] = {"schema", "source_sha256", "unit", "salt", "steps", NULL};
    if (!json_is_object(o)) {
        bad(r, "(top)", "not an object");
        return;
    }
    if (strcmp(get_text(r, o, "schema"), "qdiag.plan/1") != 0)
        bad(r, "schema", "not qdiag.plan/1");
    only_keys(r, o, names);
    read_digest(r, o, "source_sha256", p->source_sha256, 64);
    read_digest(r, o, "unit", p->unit, 64);
    read_digest(r, o, "salt", p->salt, 32);
    if (r->rc == 0 && !p->unit[0] != !p->salt[0])
        bad(r, "salt", "unit and salt belong together");
    if (r->rc == 0)
        read_steps(r, json_object_get(o, "steps"), p);
}

int qd_planfile_read(const uint8_t *p, size_t n, const char *name, struct qd_plan **plan,
                     struct qdiag_error *e)
{
    struct reading r = {.name = name, .e = e};
    json_error_t why;
    char text[200];
    *plan = NULL;
    if (n > QD_PLAN_MAX_FILE)
        return qd_fail(e, QDIAG_E_FILE_DAMAGED, name, "%zu bytes, at most %u", n, QD_PLAN_MAX_FILE);
    struct qd_plan *out = qd_plan_new();
    if (!out)
        return qd_nomem(e);
    int nomem;
    json_t *o = qd_json_read(p, n, &why, &nomem);
    if (o) {
        read_all(&r, o, out);
    } else if (nomem) {
        r.rc = qd_nomem(e);
    } else {
        qd_printable(text, sizeof text, why.text, strlen(why.text));
        r.rc = qd_fail(e, QDIAG_E_FILE_DAMAGED, name, "line %d: not JSON: %s", why.line, text);
    }
    json_decref(o);
    if (r.rc == 0)
        *plan = out;
    else
        qd_plan_free(&out);
    return r.rc;
}
