/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The list of faults: reading --fault, and calling each at its place. What a fault does is in
 * faults_efs.c, faults_reply.c and faults_wire.c. It must never ask a clock or a random source of
 * its own: the same seed and requests give the same bytes. */
#include "sim/faults.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "sim/faults_int.h"
#include "sim/op.h"
#include "sim/rng.h"

#define LARGEST 1000000

enum place { LINK, REQUEST, REPLY, WIRE, CONNECT, CUT, AT };

static const struct entry {
    const char *name, *types;
    int needed;
    const char *choices, *args, *help;
    enum place place;
    sim_fault_request_fn request;
    sim_fault_reply_fn reply;
    sim_fault_wire_fn wire;
    sim_fault_connect_fn connect;
} table[] = {
#define AT_LINK(fn)    .request = NULL
#define AT_CUT(fn)     .request = NULL
#define AT_AT(fn)      .request = NULL /* the AT side looks for its faults itself */
#define AT_REQUEST(fn) .request = fn
#define AT_REPLY(fn)   .reply = fn
#define AT_WIRE(fn)    .wire = fn
#define AT_CONNECT(fn) .connect = fn
#define SIM_FAULT(id, t, need, ch, a, where, fn, text)                                             \
    {.name = #id,                                                                                  \
     .types = t,                                                                                   \
     .needed = need,                                                                               \
     .choices = ch,                                                                                \
     .args = a,                                                                                    \
     .help = text,                                                                                 \
     .place = where,                                                                               \
     AT_##where(fn)},
#include "sim/faults.def"
#undef SIM_FAULT
};

struct sim_faults *sim_faults_new(uint64_t seed)
{
    struct sim_faults *f = qd_alloc(1, sizeof *f);

    if (f)
        f->rng = sim_rng_start(seed);
    return f;
}

static void free_args(struct sim_fault *x)
{
    for (int i = 0; i < SIM_FAULT_ARGS; i++)
        free(x->s[i]);
}

void sim_faults_free(struct sim_faults **f)
{
    if (!*f)
        return;
    for (size_t i = 0; i < (*f)->n; i++)
        free_args(&(*f)->v[i]);
    free((*f)->v);
    qd_buf_free(&(*f)->held);
    free(*f);
    *f = NULL;
}

const char *sim_fault_name(enum sim_fault_id id)
{
    return table[id].name;
}

void sim_fault_fire(struct sim_faults *f, enum sim_fault_id id)
{
    size_t n = strlen(f->fired);

    snprintf(f->fired + n, sizeof f->fired - n, "%s%s", n ? " " : "", table[id].name);
}

static int parse_number(const char *s, int base, int64_t lowest, int64_t highest, int64_t *out)
{
    char *end;
    long long v;

    errno = 0;
    v = strtoll(s, &end, base);
    if (end == s || *end || errno || v < lowest || v > highest)
        return -1;
    *out = v;
    return 0;
}

static int is_error_code(int64_t v)
{
    return (v >= 0x13 && v <= 0x18) || v == 0x42 || v == 0x47 || v == 0x95 || v == 0x96;
}

/* The place of a word in "a|b|c", or -1. */
static int choice_of(const char *choices, const char *word)
{
    size_t len = strlen(word);
    int at = 0;

    for (const char *p = choices; *p; at++) {
        size_t n = strcspn(p, "|");

        if (n == len && memcmp(p, word, n) == 0)
            return at;
        p += n + (p[n] == '|');
    }
    return -1;
}

static int parse_arg(const struct entry *e, struct sim_fault *x, int i, const char *text)
{
    int64_t *n = &x->n[i];

    switch (e->types[i]) {
    case 'n':
        return parse_number(text, 10, 0, LARGEST, n);
    case 'p':
        return parse_number(text, 10, 1, LARGEST, n);
    case 'i':
        return parse_number(text, 10, -1, LARGEST, n);
    case 'e':
        return parse_number(text, strncmp(text, "0x", 2) ? 10 : 16, 1, 0x7fffffff, n);
    case 'h':
        return parse_number(text, 16, 0, 255, n) || !is_error_code(*n) ? -1 : 0;
    case 'w':
        *n = choice_of(e->choices, text);
        return *n < 0 ? -1 : 0;
    case 'c':
        if (!sim_op_named(text))
            return -1;
        break;
    default:
        break;
    }
    return *text && (x->s[i] = qd_strdup(text)) ? 0 : -1;
}

/* "a:b:c" into the arguments of x. */
static int parse_args(const struct entry *e, struct sim_fault *x, char *text)
{
    for (char *p = text; p;) {
        char *colon = strchr(p, ':');

        if (colon)
            *colon = '\0';
        if (x->given >= (int)strlen(e->types) || parse_arg(e, x, x->given, p))
            return -1;
        x->given++;
        p = colon ? colon + 1 : NULL;
    }
    return x->given < e->needed ? -1 : 0;
}

static int unknown(const char *name, char *err, size_t cap)
{
    struct qd_buf names = {0};
    int rc = sim_faults_names(&names);

    snprintf(err, cap, "--fault: unknown \"%s\"; known: %s", name,
             rc ? "(out of memory)" : (const char *)names.p);
    qd_buf_free(&names);
    return -1;
}

static int add_one(struct sim_faults *f, char *text, char *err, size_t cap)
{
    char *eq = strchr(text, '=');
    struct sim_fault *v, x = {0};
    size_t id = 0;

    if (eq)
        *eq = '\0';
    while (id < SIM_F_COUNT && strcmp(table[id].name, text))
        id++;
    if (id == SIM_F_COUNT)
        return unknown(text, err, cap);
    x.id = (enum sim_fault_id)id;
    if (parse_args(&table[id], &x, eq ? eq + 1 : NULL)) {
        snprintf(err, cap, "--fault: bad arguments for %s; it takes %s%s%s", text, text,
                 *table[id].args ? "=" : " alone", table[id].args);
        free_args(&x);
        return -1;
    }
    v = qd_grow(f->v, f->n, &f->cap, sizeof *v);
    if (!v) {
        snprintf(err, cap, "--fault: out of memory");
        free_args(&x);
        return -1;
    }
    f->v = v;
    f->v[f->n++] = x;
    return 0;
}

int sim_faults_add(struct sim_faults *f, const char *list, char *err, size_t cap)
{
    char *copy = qd_strdup(list);
    int rc = 0;

    if (!copy) {
        snprintf(err, cap, "--fault: out of memory");
        return -1;
    }
    for (char *p = copy; p && !rc;) {
        char *comma = strchr(p, ',');

        if (comma)
            *comma = '\0';
        rc = add_one(f, p, err, cap);
        p = comma ? comma + 1 : NULL;
    }
    free(copy);
    return rc;
}

int sim_faults_help(struct qd_buf *out)
{
    for (size_t i = 0; i < SIM_F_COUNT; i++)
        if (qd_buf_printf(out, "%s%s%s\n      %s\n", table[i].name, *table[i].args ? "=" : "",
                          table[i].args, table[i].help))
            return -1;
    return qd_buf_terminate(out);
}

int sim_faults_names(struct qd_buf *out)
{
    for (size_t i = 0; i < SIM_F_COUNT; i++)
        if (qd_buf_printf(out, "%s%s", i ? " " : "", table[i].name))
            return -1;
    return qd_buf_terminate(out);
}

enum sim_link_profile sim_faults_profile(const struct sim_faults *f)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->v[i].id == SIM_F_kernel)
            return SIM_LINK_KERNEL;
        if (f->v[i].id == SIM_F_router)
            return SIM_LINK_ROUTER;
    }
    return SIM_LINK_STREAM;
}

void sim_faults_cut(const struct sim_faults *f, struct sim_queue *q)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct sim_fault *x = &f->v[i];

        if (x->id == SIM_F_chunk) {
            q->chunk = (size_t)x->n[0];
            q->gap_us = (uint64_t)x->n[1];
        } else if (x->id == SIM_F_splitat) {
            q->split = 1;
            q->split_at = (size_t)x->n[0];
            q->gap_us = x->given > 1 ? (uint64_t)x->n[1] : 200;
        } else if (x->id == SIM_F_slowbyte) {
            q->chunk = 1;
            q->gap_us = (uint64_t)x->n[0];
        } else if (x->id == SIM_F_glue) {
            q->glue = 1;
        }
    }
}

void sim_faults_cut_at(const struct sim_faults *f, struct sim_queue *q)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->v[i].id == SIM_F_at_slowbyte) {
            q->chunk = 1;
            q->gap_us = (uint64_t)f->v[i].n[0];
        }
}

/* vanish, restart, silent: what happens to request number f->requests. */
static enum sim_todo link_fault(struct sim_faults *f, struct sim_fault *x)
{
    if (table[x->id].place != LINK || !x->given || f->requests <= (uint64_t)x->n[0])
        return SIM_ASK_MODEM;
    if (x->id == SIM_F_vanish)
        return SIM_VANISH;
    if (x->id == SIM_F_silent)
        return SIM_SILENT;
    return x->seen++ ? SIM_ASK_MODEM : SIM_RESTART;
}

enum sim_todo sim_faults_request(struct sim_faults *f, uint8_t *req, size_t n, struct sim_reply *r)
{
    f->requests++;
    f->changed = 0;
    f->use = n;
    f->hide_cut = 0;
    sim_fault_follow(f, req, n, NULL);
    for (size_t i = 0; i < f->n; i++) {
        struct sim_fault *x = &f->v[i];
        enum sim_todo todo = link_fault(f, x);

        if (todo == SIM_ASK_MODEM && table[x->id].request)
            todo = table[x->id].request(f, x, req, n, r);
        if (todo == SIM_ASK_MODEM)
            continue;
        sim_fault_fire(f, x->id);
        return todo;
    }
    return SIM_ASK_MODEM;
}

/* The client must see the request it sent, not the one a fault made of it. */
static void put_back(const uint8_t *req, size_t n, struct sim_reply *r)
{
    if (r->len > 1 && r->p[0] != req[0])
        memcpy(r->p + 1, req, r->len - 1 < n ? r->len - 1 : n);
    else if (r->len >= 8 && sim_op_is(req, n, "nvidx"))
        memcpy(r->p + 6, req + 6, 2);
    else if (r->len == 133 && sim_op_is(req, n, "nvwrite"))
        memcpy(r->p, req, n < 131 ? n : 131);
    else if (r->len == 138 && sim_op_is(req, n, "nvidxwrite"))
        memcpy(r->p, req, n < 136 ? n : 136);
}

size_t sim_faults_use(const struct sim_faults *f)
{
    return f->use;
}

const char *sim_faults_path(struct sim_faults *f, const uint8_t *req, size_t n)
{
    return sim_fault_path(f, req, n);
}

void sim_faults_reply(struct sim_faults *f, const uint8_t *req, size_t n, struct sim_reply *r)
{
    sim_fault_follow(f, req, n, r);
    if (f->changed)
        put_back(req, n, r);
    if (f->hide_cut && r->len == 20)
        qd_put32(r->p + 12, (uint32_t)(n - 12));
    for (size_t id = 0; id < SIM_F_COUNT; id++)
        for (size_t i = 0; i < f->n; i++)
            if (f->v[i].id == id && table[id].reply && table[id].reply(f, &f->v[i], req, n, r))
                sim_fault_fire(f, f->v[i].id);
}

static int apply_wire(struct sim_faults *f, struct sim_burst *b)
{
    for (size_t id = 0; id < SIM_F_COUNT; id++)
        for (size_t i = 0; i < f->n; i++) {
            int did;

            if (f->v[i].id != id || !table[id].wire)
                continue;
            did = table[id].wire(f, &f->v[i], b);
            if (did < 0)
                return -1;
            if (did)
                sim_fault_fire(f, f->v[i].id);
        }
    return 0;
}

/* Queues each frame of a run of frames as a write of its own. */
static int queue_frames(struct sim_queue *q, uint64_t due, const struct qd_buf *frames)
{
    for (size_t at = 0; at < frames->len;) {
        const uint8_t *flag = memchr(frames->p + at, 0x7e, frames->len - at);
        size_t n = flag ? (size_t)(flag - (frames->p + at)) + 1 : frames->len - at;

        if (sim_queue_add(q, due, frames->p + at, n))
            return -1;
        at += n;
    }
    return 0;
}

static int queue_reply(struct sim_burst *b)
{
    uint64_t due = b->due_us + b->extra_us;

    if (b->joined) {
        if (qd_buf_add(&b->before, b->frame.p, b->frame.len) ||
            qd_buf_add(&b->before, b->after.p, b->after.len))
            return -1;
        return sim_queue_add(b->q, due, b->before.p, b->before.len);
    }
    if (queue_frames(b->q, b->due_us, &b->before) ||
        (!b->held && sim_queue_add(b->q, due, b->frame.p, b->frame.len)))
        return -1;
    return queue_frames(b->q, b->due_us, &b->after);
}

static int queue_burst(struct sim_faults *f, struct sim_burst *b)
{
    if (queue_reply(b))
        return -1;
    for (int i = 0; i < b->copies; i++)
        if (sim_queue_add(b->q, b->due_us + b->extra_us + b->copy_us, b->frame.p, b->frame.len))
            return -1;
    if (b->held)
        return qd_buf_add(&f->held, b->frame.p, b->frame.len);
    if (sim_queue_add(b->q, b->due_us + b->extra_us, f->held.p, f->held.len))
        return -1;
    f->held.len = 0;
    return 0;
}

int sim_faults_wire(struct sim_faults *f, const uint8_t *p, size_t n, uint64_t due_us,
                    struct sim_queue *q)
{
    struct sim_burst b = {.due_us = due_us, .reply_no = ++f->replies, .q = q};
    int rc = sim_link_encode(p, n, &b.frame) || apply_wire(f, &b) || queue_burst(f, &b) ? -1 : 0;

    qd_buf_free(&b.frame);
    qd_buf_free(&b.before);
    qd_buf_free(&b.after);
    return rc;
}

int sim_faults_connect(struct sim_faults *f, uint64_t now_us, struct sim_queue *q)
{
    struct qd_buf out = {0};
    int rc = 0;

    for (size_t i = 0; i < f->n && !rc; i++)
        if (table[f->v[i].id].connect) {
            rc = table[f->v[i].id].connect(&out);
            sim_fault_fire(f, f->v[i].id);
        }
    if (!rc)
        rc = sim_queue_add(q, now_us, out.p, out.len);
    qd_buf_free(&out);
    return rc;
}

void sim_faults_reset(struct sim_faults *f)
{
    memset(f->fd, 0, sizeof f->fd);
    f->held.len = 0;
}

const char *sim_faults_fired(struct sim_faults *f)
{
    memcpy(f->told, f->fired, sizeof f->told);
    f->fired[0] = '\0';
    return f->told;
}
