/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One record per line, each written with one write() and never kept back: what the log says has
 * happened even when the simulator is killed. It must never stop the simulator. */
#include "sim/simlog.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/text.h"
#include "sim/change.h"
#include "sim/op.h"

struct count {
    char name[SIM_OP_NAME_MAX];
    int efs;
    uint64_t n;
};

struct sim_log {
    int fd;
    int failed;
    struct qd_buf line;
    uint64_t requests, replies, writes, bad, in, out, clients;
    struct count *count;
    size_t counts, cap;
};

struct sim_log *sim_log_open(const char *path, char *err, size_t cap)
{
    struct sim_log *l = qd_alloc(1, sizeof *l);

    if (!l) {
        snprintf(err, cap, "out of memory");
        return NULL;
    }
    l->fd = -1;
    if (path)
        l->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (path && l->fd < 0) {
        snprintf(err, cap, "%s: %s", path, strerror(errno));
        free(l);
        return NULL;
    }
    return l;
}

static void put_line(struct sim_log *l)
{
    const uint8_t *p = l->line.p;
    size_t left = l->line.len;

    while (left) {
        ssize_t n = write(l->fd, p, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            l->failed = 1;
            return;
        }
        p += n;
        left -= (size_t)n;
    }
}

/* kind, time, request number, a word. 0 when the rest of the line is wanted. */
static int start(struct sim_log *l, char kind, uint64_t us, const char *word)
{
    if (l->fd < 0)
        return -1;
    l->line.len = 0;
    if (qd_buf_printf(&l->line, "%c %" PRIu64 " %" PRIu64 "%s%s", kind, us, l->requests,
                      *word ? " " : "", word) == 0)
        return 0;
    l->failed = 1;
    return -1;
}

static void end_line(struct sim_log *l)
{
    if (qd_buf_add_byte(&l->line, '\n'))
        l->failed = 1;
    else
        put_line(l);
}

static void record_hex(struct sim_log *l, char kind, uint64_t us, const char *word,
                       const uint8_t *p, size_t n)
{
    if (start(l, kind, us, word))
        return;
    if (qd_buf_reserve(&l->line, 2 * n + 2)) {
        l->failed = 1;
        return;
    }
    l->line.p[l->line.len++] = ' ';
    qd_hex(p, n, (char *)l->line.p + l->line.len);
    l->line.len += 2 * n;
    end_line(l);
}

static void record_text(struct sim_log *l, char kind, uint64_t us, const char *word,
                        const char *text)
{
    if (start(l, kind, us, word))
        return;
    if (*text && (qd_buf_add_byte(&l->line, ' ') || qd_buf_add_text(&l->line, text)))
        l->failed = 1;
    end_line(l);
}

static void count_one(struct sim_log *l, const uint8_t *req, size_t n)
{
    char name[SIM_OP_NAME_MAX];
    struct count *v;
    size_t i = 0;

    sim_op_name(req, n, name);
    while (i < l->counts && strcmp(l->count[i].name, name))
        i++;
    if (i == l->counts) {
        v = qd_grow(l->count, l->counts, &l->cap, sizeof *v);
        if (!v) {
            l->failed = 1;
            return;
        }
        l->count = v;
        memset(&v[i], 0, sizeof v[i]);
        qd_copy_text(v[i].name, sizeof v[i].name, name);
        v[i].efs = sim_op_efs(req, n) != 0;
        l->counts++;
    }
    l->count[i].n++;
}

uint64_t sim_log_request(struct sim_log *l, uint64_t us, const uint8_t *req, size_t n)
{
    char name[SIM_OP_NAME_MAX];

    l->requests++;
    count_one(l, req, n);
    sim_op_name(req, n, name);
    record_hex(l, '>', us, name, req, n);
    return l->requests;
}

void sim_log_write(struct sim_log *l, uint64_t us, const uint8_t *req, size_t n, const char *path,
                   const char *note)
{
    char name[SIM_OP_NAME_MAX];

    l->writes++;
    sim_op_name(req, n, name);
    if (start(l, 'W', us, name))
        return;
    if (qd_buf_add_byte(&l->line, ' ') || sim_change_text(req, n, path, &l->line) ||
        qd_buf_printf(&l->line, " %s", note))
        l->failed = 1;
    end_line(l);
}

void sim_log_note(struct sim_log *l, uint64_t us, const char *note)
{
    if (*note)
        record_text(l, 'N', us, "", note);
}

void sim_log_faults(struct sim_log *l, uint64_t us, const char *names)
{
    if (*names)
        record_text(l, 'F', us, "", names);
}

void sim_log_reply(struct sim_log *l, uint64_t us, const uint8_t *p, size_t n)
{
    l->replies++;
    record_hex(l, '<', us, "", p, n);
}

void sim_log_bad(struct sim_log *l, uint64_t us, const char *why, const uint8_t *p, size_t n)
{
    l->bad++;
    record_hex(l, 'B', us, why, p, n);
}

void sim_log_link(struct sim_log *l, uint64_t us, const char *what)
{
    if (strcmp(what, "client") == 0)
        l->clients++;
    record_text(l, 'L', us, what, "");
}

void sim_log_at(struct sim_log *l, uint64_t us, char dir, const uint8_t *p, size_t n)
{
    record_hex(l, 'A', us, dir == '>' ? ">" : "<", p, n);
}

void sim_log_at_command(struct sim_log *l, uint64_t us, const char *text, int writes)
{
    record_text(l, 'C', us, "", text);
    if (!writes)
        return;
    l->writes++;
    record_text(l, 'W', us, "at", text);
}

void sim_log_bytes(struct sim_log *l, uint64_t in, uint64_t out)
{
    l->in += in;
    l->out += out;
}

static void total(struct sim_log *l, const char *name, uint64_t n)
{
    if (l->fd < 0)
        return;
    l->line.len = 0;
    if (qd_buf_printf(&l->line, "= %s %" PRIu64 "\n", name, n)) {
        l->failed = 1;
        return;
    }
    put_line(l);
}

static void total_of(struct sim_log *l, const struct count *c)
{
    char name[SIM_OP_NAME_MAX + 8];

    snprintf(name, sizeof name, "%s %s", c->efs ? "efs" : "cmd", c->name);
    total(l, name, c->n);
}

void sim_log_verdict(struct sim_log *l, uint64_t us, struct sim_counts end)
{
    total(l, "time", us);
    total(l, "clients", l->clients);
    total(l, "requests", l->requests);
    total(l, "replies", l->replies);
    total(l, "writes", l->writes);
    total(l, "bad-frames", l->bad);
    total(l, "bytes-in", l->in);
    total(l, "bytes-out", l->out);
    total(l, "open-files", end.open_files);
    total(l, "open-dirs", end.open_dirs);
    for (size_t i = 0; i < l->counts; i++)
        total_of(l, &l->count[i]);
}

int sim_log_close(struct sim_log **l)
{
    int rc = 0;

    if (!*l)
        return 0;
    if ((*l)->fd >= 0 && close((*l)->fd))
        rc = -1;
    if ((*l)->failed)
        rc = -1;
    qd_buf_free(&(*l)->line);
    free((*l)->count);
    free(*l);
    *l = NULL;
    return rc;
}
