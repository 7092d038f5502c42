/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Plans and states as bytes. Every number is little-endian, every length is checked against what is
 * there before anything is made of it. Must never accept two spellings of one plan: the digest of a
 * journal's plan is taken over these bytes. */
#include "container/plan_codec.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "model/backup.h"

static const uint8_t *take(struct qd_cursor *c, size_t n)
{
    const uint8_t *p = c->p;
    if (!c->bad && n > c->left)
        c->bad = "it ends early";
    if (c->bad)
        return NULL;
    c->p += n;
    c->left -= n;
    return p;
}

uint8_t qd_cursor_u8(struct qd_cursor *c)
{
    const uint8_t *p = take(c, 1);
    return p ? *p : 0;
}

uint16_t qd_cursor_u16(struct qd_cursor *c)
{
    const uint8_t *p = take(c, 2);
    return p ? qd_get16(p) : 0;
}

uint32_t qd_cursor_u32(struct qd_cursor *c)
{
    const uint8_t *p = take(c, 4);
    return p ? qd_get32(p) : 0;
}

uint64_t qd_cursor_u64(struct qd_cursor *c)
{
    const uint8_t *p = take(c, 8);
    return p ? qd_get64(p) : 0;
}

void qd_cursor_text(struct qd_cursor *c, char *out, size_t cap)
{
    size_t n = qd_cursor_u16(c);
    const uint8_t *p = take(c, n);
    out[0] = '\0';
    if (!p)
        return;
    if (n >= cap || memchr(p, 0, n)) {
        c->bad = "a text is too long or holds a NUL";
        return;
    }
    memcpy(out, p, n);
    out[n] = '\0';
}

int qd_add_u16(struct qd_buf *b, uint16_t v)
{
    uint8_t p[2];
    qd_put16(p, v);
    return qd_buf_add(b, p, sizeof p);
}

int qd_add_u32(struct qd_buf *b, uint32_t v)
{
    uint8_t p[4];
    qd_put32(p, v);
    return qd_buf_add(b, p, sizeof p);
}

int qd_add_u64(struct qd_buf *b, uint64_t v)
{
    uint8_t p[8];
    qd_put64(p, v);
    return qd_buf_add(b, p, sizeof p);
}

int qd_add_text(struct qd_buf *b, const char *s)
{
    size_t n = strnlen(s, UINT16_MAX);
    return qd_add_u16(b, (uint16_t)n) || qd_buf_add(b, s, n) ? -1 : 0;
}

/* Only these have permission bits that can be set. */
static int has_mode(enum qd_there kind)
{
    return kind == QD_THERE_FILE || kind == QD_THERE_ITEM || kind == QD_THERE_DIR;
}

int qd_state_encode(const struct qd_state *s, struct qd_buf *out)
{
    uint32_t mode = has_mode(s->kind) ? s->mode : QD_MODE_ANY;
    if (qd_buf_add_byte(out, (uint8_t)s->kind) || qd_add_u32(out, mode) ||
        qd_add_u32(out, (uint32_t)s->len))
        return -1;
    return s->len ? qd_buf_add(out, s->data, s->len) : 0;
}

/* What each kind may carry. */
static const char *state_fault(const struct qd_state *s)
{
    int bare = s->kind == QD_THERE_UNKNOWN || s->kind == QD_THERE_ABSENT;
    if (s->kind == QD_THERE_NV && s->len != QD_NV_SIZE)
        return "an NV item has another length than 128";
    if ((bare || s->kind == QD_THERE_DIR) && s->len)
        return "bytes where none can be";
    if (s->mode != QD_MODE_ANY && (!has_mode(s->kind) || s->mode > 07777))
        return "a mode that cannot be";
    if (s->kind == QD_THERE_LINK && (!s->len || memchr(s->data, 0, s->len)))
        return "a link without a target";
    return NULL;
}

int qd_state_decode(struct qd_cursor *c, struct qd_state *s)
{
    memset(s, 0, sizeof *s);
    uint8_t kind = qd_cursor_u8(c);
    s->mode = qd_cursor_u32(c);
    uint32_t n = qd_cursor_u32(c);
    if (!c->bad && (kind > QD_THERE_LINK || n > QD_CODEC_DATA_MAX))
        c->bad = "a state of an unknown kind or beyond the limits";
    const uint8_t *p = take(c, n);
    if (!p)
        return 0;
    s->kind = (enum qd_there)kind;
    if (n) {
        s->data = qd_alloc(n, 1);
        if (!s->data)
            return -1;
        memcpy(s->data, p, n);
        s->len = n;
    }
    c->bad = state_fault(s);
    return 0;
}

static int key_encode(const struct qd_key *k, struct qd_buf *out)
{
    if (k->nv < 0)
        return qd_buf_add_byte(out, k->fs) || qd_add_text(out, k->path) ? -1 : 0;
    return qd_buf_add_byte(out, 0) || qd_buf_add_byte(out, (uint8_t)k->sub) ||
                   qd_add_u16(out, (uint16_t)k->nv) || qd_buf_add_byte(out, k->index)
               ? -1
               : 0;
}

static int key_decode(struct qd_cursor *c, struct qd_key *k)
{
    char path[QD_CODEC_PATH_MAX], normal[QD_CODEC_PATH_MAX];
    k->fs = qd_cursor_u8(c);
    if (!k->fs) {
        k->sub = qd_cursor_u8(c);
        k->nv = qd_cursor_u16(c);
        k->index = qd_cursor_u8(c);
        if (!c->bad && k->sub > 2)
            c->bad = "a subscription above 2";
        return 0;
    }
    k->sub = k->nv = -1;
    qd_cursor_text(c, path, sizeof path);
    if (!c->bad && k->fs != 0x13 && k->fs != 0x3e)
        c->bad = "an unknown EFS subsystem";
    if (!c->bad && (qd_path_normalise(path, normal, sizeof normal) || strcmp(path, normal) != 0))
        c->bad = "an EFS path that is not in its normal form";
    size_t n = c->bad ? 0 : strlen(path) + 1;
    if (!n)
        return 0;
    k->path = qd_alloc(n, 1);
    if (!k->path)
        return -1;
    memcpy(k->path, path, n);
    return 0;
}

static int step_encode(const struct qd_step *s, struct qd_buf *out)
{
    const uint8_t head[2] = {(uint8_t)s->phase, (uint8_t)s->decision};
    if (key_encode(&s->key, out) || qd_buf_add(out, head, sizeof head) ||
        qd_add_text(out, qd_class_name(s->class)) || qd_add_text(out, qd_reason_name(s->reason)))
        return -1;
    if (s->decision != QD_DO_WRITE)
        return 0;
    return qd_state_encode(&s->before, out) || qd_state_encode(&s->after, out) ? -1 : 0;
}

/* Classes and reasons stand there by name, because their tables grow. */
static enum qd_class class_decode(struct qd_cursor *c)
{
    char name[32];
    qd_cursor_text(c, name, sizeof name);
    for (int i = 0; !c->bad && i <= QD_CLASS_MISC; i++)
        if (strcmp(name, qd_class_name((enum qd_class)i)) == 0)
            return (enum qd_class)i;
    c->bad = c->bad ? c->bad : "a step of an unknown class";
    return QD_CLASS_UNKNOWN;
}

static enum qd_reason reason_decode(struct qd_cursor *c)
{
    char name[48];
    qd_cursor_text(c, name, sizeof name);
    for (int i = 0; !c->bad && i < QD_REASONS; i++)
        if (strcmp(name, qd_reason_name((enum qd_reason)i)) == 0)
            return (enum qd_reason)i;
    c->bad = c->bad ? c->bad : "a step skipped for an unknown reason";
    return QD_REASON_NONE;
}

/* A state that can stand at this key, and that a plan may start from or lead to. */
static int state_fits(const struct qd_step *s, const struct qd_state *st)
{
    if (st->kind == QD_THERE_ABSENT)
        return 1;
    return (s->key.nv >= 0) == (st->kind == QD_THERE_NV) && st->kind != QD_THERE_UNKNOWN;
}

static int step_decode(struct qd_cursor *c, struct qd_step *s)
{
    memset(s, 0, sizeof *s);
    if (key_decode(c, &s->key))
        return -1;
    uint8_t phase = qd_cursor_u8(c), decision = qd_cursor_u8(c);
    s->class = class_decode(c);
    s->reason = reason_decode(c);
    if (!c->bad && (phase >= QD_PHASES || decision > QD_DO_SKIP))
        c->bad = "a step of an unknown phase or decision";
    if (!c->bad && (s->reason != QD_REASON_NONE) != (decision == QD_DO_SKIP))
        c->bad = "a step with a reason that does not fit";
    s->phase = (enum qd_phase)phase;
    s->decision = (enum qd_decision)decision;
    if (decision != QD_DO_WRITE)
        return 0;
    if (qd_state_decode(c, &s->before) || qd_state_decode(c, &s->after))
        return -1;
    if (!c->bad && (!state_fits(s, &s->before) || !state_fits(s, &s->after)))
        c->bad = "a state that cannot be at its key";
    return 0;
}

static int step_within_caps(const struct qd_step *s)
{
    return s->before.len <= QD_CODEC_DATA_MAX && s->after.len <= QD_CODEC_DATA_MAX &&
           (s->key.nv >= 0 || (s->key.path && strlen(s->key.path) < QD_CODEC_PATH_MAX));
}

int qd_plan_encode(const struct qd_plan *p, struct qd_buf *out, struct qdiag_error *e)
{
    if (p->n > QD_CODEC_STEPS_MAX)
        return qd_fail(e, QDIAG_E_BUG, "plan", "%zu steps are too many", p->n);
    if (qd_add_text(out, p->source_sha256) || qd_add_text(out, p->unit) ||
        qd_add_text(out, p->salt) || qd_add_u32(out, (uint32_t)p->n))
        return qd_nomem(e);
    for (size_t i = 0; i < p->n; i++) {
        if (!step_within_caps(&p->v[i]))
            return qd_fail(e, QDIAG_E_BUG, "plan", "step %zu is beyond the limits", i);
        if (step_encode(&p->v[i], out))
            return qd_nomem(e);
    }
    return 0;
}

static int hex64(const char *s)
{
    size_t n = strlen(s);
    return (n == 0 || n == 64) && strspn(s, "0123456789abcdef") == n;
}

static int decode_steps(struct qd_cursor *c, uint32_t n, struct qd_plan *p, struct qdiag_error *e)
{
    for (uint32_t i = 0; i < n && !c->bad; i++) {
        struct qd_step s;
        int rc = step_decode(c, &s);
        if (rc == 0 && !c->bad && i && s.phase < p->v[i - 1].phase)
            c->bad = "its phases are out of order";
        if (rc == 0 && !c->bad)
            rc = qd_plan_add(p, &s, e) ? -1 : 1;
        if (rc != 1)
            qd_step_clear(&s);
        if (rc < 0)
            return qd_nomem(e);
    }
    return 0;
}

int qd_plan_decode(struct qd_cursor *c, const char *name, struct qd_plan **plan,
                   struct qdiag_error *e)
{
    struct qd_plan *p = qd_plan_new();
    *plan = NULL;
    if (!p)
        return qd_nomem(e);
    qd_cursor_text(c, p->source_sha256, sizeof p->source_sha256);
    qd_cursor_text(c, p->unit, sizeof p->unit);
    qd_cursor_text(c, p->salt, sizeof p->salt);
    uint32_t n = qd_cursor_u32(c);
    if (!c->bad && (!hex64(p->source_sha256) || !hex64(p->unit)))
        c->bad = "a digest is not 64 hexadecimal digits";
    if (!c->bad && n > QD_CODEC_STEPS_MAX)
        c->bad = "too many steps";
    int rc = decode_steps(c, n, p, e);
    if (rc == 0 && c->bad)
        rc = qd_fail(e, QDIAG_E_FILE_DAMAGED, name, "the plan in it is damaged: %s", c->bad);
    if (rc != 0)
        qd_plan_free(&p);
    *plan = p;
    return rc;
}
