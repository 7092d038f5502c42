/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The container of a plan: keys, states and steps, copied, compared and freed. It decides nothing
 * and never asks a unit. */
#include "model/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

const char *qd_decision_name(enum qd_decision d)
{
    static const char *const names[] = {"write", "keep", "skip"};
    return (size_t)d < COUNT(names) ? names[d] : "unknown";
}

const char *qd_phase_name(enum qd_phase p)
{
    static const char *const names[] = {"nv", "rfnv", "efs", "xo", "identity"};
    return (size_t)p < COUNT(names) ? names[p] : "unknown";
}

const char *qd_reason_name(enum qd_reason r)
{
    static const char *const names[] = {
#define QD_REASON(id, name, text) name,
#include "model/reasons.def"
#undef QD_REASON
    };
    return (size_t)r < COUNT(names) ? names[r] : "unknown";
}

const char *qd_reason_text(enum qd_reason r)
{
    static const char *const texts[] = {
#define QD_REASON(id, name, text) text,
#include "model/reasons.def"
#undef QD_REASON
    };
    return (size_t)r < COUNT(texts) ? texts[r] : "unknown reason";
}

const char *qd_there_name(enum qd_there t)
{
    static const char *const names[] = {"unknown", "absent", "nv", "file", "item", "dir", "link"};
    return (size_t)t < COUNT(names) ? names[t] : "unknown";
}

void qd_state_clear(struct qd_state *s)
{
    free(s->data);
    *s = (struct qd_state){.kind = QD_THERE_UNKNOWN, .mode = QD_MODE_ANY};
}

int qd_state_copy(struct qd_state *to, const struct qd_state *from, struct qdiag_error *e)
{
    uint8_t *data = NULL;
    if (from->len > 0) {
        data = qd_alloc(from->len, 1);
        if (!data)
            return qd_nomem(e);
        memcpy(data, from->data, from->len);
    }
    *to = *from;
    to->data = data;
    return 0;
}

static int has_mode(enum qd_there kind)
{
    return kind == QD_THERE_FILE || kind == QD_THERE_ITEM || kind == QD_THERE_DIR;
}

int qd_state_equal(const struct qd_state *a, const struct qd_state *b)
{
    if (a->kind != b->kind || a->kind == QD_THERE_UNKNOWN || a->len != b->len)
        return 0;
    if (has_mode(a->kind) && a->mode != QD_MODE_ANY && b->mode != QD_MODE_ANY && a->mode != b->mode)
        return 0;
    return a->len == 0 || memcmp(a->data, b->data, a->len) == 0;
}

void qd_key_clear(struct qd_key *k)
{
    free(k->path);
    *k = (struct qd_key){.sub = -1, .nv = -1};
}

int qd_key_copy(struct qd_key *to, const struct qd_key *from, struct qdiag_error *e)
{
    char *path = from->path ? qd_strdup(from->path) : NULL;
    if (from->path && !path)
        return qd_nomem(e);
    *to = *from;
    to->path = path;
    return 0;
}

enum qd_class qd_key_class(const struct qd_key *k)
{
    return k->path ? qd_catalog_path_class(k->path) : qd_catalog_nv_class((uint16_t)k->nv);
}

int qd_key_compare(const struct qd_key *a, const struct qd_key *b)
{
    if (!a->path != !b->path)
        return a->path ? 1 : -1;
    if (a->path)
        return a->fs != b->fs ? (int)a->fs - (int)b->fs : strcmp(a->path, b->path);
    if (a->sub != b->sub)
        return a->sub < b->sub ? -1 : 1;
    if (a->nv != b->nv)
        return a->nv < b->nv ? -1 : 1;
    return (int)a->index - (int)b->index;
}

void qd_key_text(const struct qd_key *k, char *out, size_t cap)
{
    if (k->path && (k->fs == 0 || k->fs == 0x13))
        snprintf(out, cap, "efs:%s", k->path);
    else if (k->path)
        snprintf(out, cap, "efs:%02x:%s", k->fs, k->path);
    else if (k->index)
        snprintf(out, cap, "nv:%d:%d:%u", k->sub, (int)k->nv, k->index);
    else
        snprintf(out, cap, "nv:%d:%d", k->sub, (int)k->nv);
}

void qd_step_clear(struct qd_step *s)
{
    qd_key_clear(&s->key);
    qd_state_clear(&s->before);
    qd_state_clear(&s->after);
}

struct qd_plan *qd_plan_new(void)
{
    return qd_alloc(1, sizeof(struct qd_plan));
}

void qd_plan_free(struct qd_plan **pp)
{
    struct qd_plan *p = *pp;
    *pp = NULL;
    if (!p)
        return;
    for (size_t i = 0; i < p->n; i++)
        qd_step_clear(&p->v[i]);
    free(p->v);
    free(p);
}

int qd_plan_add(struct qd_plan *p, struct qd_step *s, struct qdiag_error *e)
{
    struct qd_step *v = qd_grow(p->v, p->n, &p->cap, sizeof *v);
    if (!v)
        return qd_nomem(e);
    p->v = v;
    v[p->n++] = *s;
    *s = (struct qd_step){.key = {.sub = -1, .nv = -1}};
    return 0;
}

size_t qd_plan_count(const struct qd_plan *p, enum qd_decision d)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += p->v[i].decision == d;
    return n;
}
