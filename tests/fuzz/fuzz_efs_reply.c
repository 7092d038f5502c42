/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Feeds bytes of a hostile unit to every parser of the service layer and, as the answers of a link
 * in memory, to whole reads and listings. Nothing may crash, hang, or break a promise: a result is
 * whole or an error, names are clean, no handle answered stays unclosed on purpose. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "frame/hdlc.h"
#include "service/efs_codec.h"
#include "service/efs_walk.h"
#include "service/efs_write.h"
#include "service/efs_write_codec.h"
#include "service/identity.h"
#include "service/nv.h"
#include "service/nv_codec.h"
#include "service/nv_write.h"
#include "service/sync.h"
#include "transport/transport.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int ok)
{
    if (!ok)
        abort();
}

static void parse_efs(const uint8_t *p, size_t n)
{
    struct qdiag_error e = {0};
    struct qd_efs_hello h;
    struct qd_efs_limits q;
    struct qd_efs_chunk c = {.len = QD_EFS_READ_MAX};
    struct qd_efs_record r;
    struct qd_efs_stat st;
    int32_t a = 0, b = 0;
    uint32_t u = 0;
    const char *text = NULL;
    size_t len = 0;
    qd_efs_get_hello(p, n, &h, &e);
    qd_efs_get_query(p, n, &q, &e);
    if (qd_efs_get_open(p, n, &a, &b, &e) == 0)
        demand(b != 0 || a >= 0);
    qd_efs_get_opendir(p, n, &u, &b, &e);
    qd_efs_get_status(p, n, QD_EFS_OP_CLOSE, &a, &e);
    if (n >= 12 && qd_efs_get_read(p, n, p[4], p[8], &c, &e) == 0 && c.err == 0)
        demand(c.len <= QD_EFS_READ_MAX && c.len <= n - 20);
    if (n >= 12 && qd_efs_get_readdir(p, n, p[4], p[8], &r, &e) == 0 && !r.err && !r.end)
        demand(r.name_len > 0 && r.name_len <= n - 40);
    if (qd_efs_get_readlink(p, n, &a, &text, &len, &e) == 0 && a == 0)
        demand(len > 0 && len <= n - 8);
    qd_efs_get_stat(p, n, QD_EFS_OP_STAT, &a, &st, &e);
    qd_efs_get_stat(p, n, QD_EFS_OP_LSTAT, &a, &st, &e);
}

static void parse_written(const uint8_t *p, size_t n)
{
    struct qdiag_error e = {0};
    struct qd_nv_reply r;
    struct qd_efs_wrote wrote;
    uint32_t token = 0;
    uint16_t seq = 0;
    uint8_t status = 0;
    int32_t err = 0;
    qd_nv_get_written(p, n, 0, &r, &e);
    qd_nv_get_written(p, n, 1, &r, &e);
    qd_efs_get_done(p, n, QD_EFS_OP_MKDIR, &err, &e);
    qd_efs_get_done_seq(p, n, QD_EFS_OP_PUT, &seq, &err, &e);
    if (n >= 12 && qd_efs_get_wrote(p, n, p[4], p[8], &wrote, &e) == 0)
        demand(n >= 20);
    qd_efs_get_sync(p, n, &token, &err, &e);
    qd_efs_get_sync_status(p, n, &status, &err, &e);
}

static void parse_rest(const uint8_t *p, size_t n)
{
    static struct qd_unit_info u;
    struct qdiag_error e = {0};
    struct qd_nv_reply r;
    qd_nv_get_reply(p, n, &r, &e);
    qd_nv_get_reply_indexed(p, n, &r, &e);
    qd_verno_decode(p, n, &u, &e);
    qd_build_decode(p, n, &u, &e);
    qd_feature_decode(p, n, &u, &e);
    demand(strlen(u.software) < sizeof u.software && strlen(u.model) < sizeof u.model);
}

/* The hostile unit. Input: a list of {kind, length, bytes}; one is used up per request. */
struct unit {
    const uint8_t *p;
    size_t left;
    struct qdiag_context *ctx;
    struct qd_clock clock;
    uint64_t now;
    struct qd_hdlc in;
    struct qd_buf out;
    unsigned requests;
};

static uint64_t now_us(void *user)
{
    return ((struct unit *)user)->now;
}

static void sleep_us(void *user, uint64_t us)
{
    ((struct unit *)user)->now += us;
}

static size_t take(struct unit *u, size_t n, const uint8_t **p)
{
    if (n > u->left)
        n = u->left;
    *p = u->p;
    u->p += n;
    u->left -= n;
    return n;
}

/* A good reply, as far as there is one, whose bytes behind the repeated fields are the input's. */
static void say_fitting(struct unit *u, const uint8_t *req, size_t n, const uint8_t *p, size_t len)
{
    uint8_t reply[600] = {0};
    size_t head = n < 4 ? n : 4;
    memcpy(reply, req, head);
    if (req[0] == 0x4B && n >= 16 && req[2] == QD_EFS_OP_READ) {
        memcpy(reply + 4, req + 4, 4);
        memcpy(reply + 8, req + 12, 4);
        head = 12;
    } else if (req[0] == 0x4B && n == 12 && req[2] == QD_EFS_OP_READDIR) {
        memcpy(reply + 4, req + 4, 8);
        head = 12;
    } else if (req[0] == 0x4B && n >= 12 && req[2] == QD_EFS_OP_WRITE) {
        memcpy(reply + 4, req + 4, 8);
        head = 12;
    } else if (req[0] == 0x26 || req[0] == 0x27) {
        memcpy(reply, req, 3);
        head = 3;
    } else if (req[0] == 0x4B && req[1] == 0x30) {
        memcpy(reply, req, 8);
        head = 8;
    }
    memcpy(reply + head, p, len);
    demand(qd_hdlc_encode(&u->out, reply, head + len, 0) == 0);
}

static void answer(struct unit *u, const uint8_t *req, size_t n)
{
    static const uint8_t verno[55];
    const uint8_t *h, *p;
    u->requests++;
    if (req[0] == 0x7B) {
        demand(qd_hdlc_encode(&u->out, req, n, 0) == 0);
        return;
    }
    if (req[0] == 0x00) {
        demand(qd_hdlc_encode(&u->out, verno, sizeof verno, 0) == 0);
        return;
    }
    if (take(u, 2, &h) < 2)
        return; /* silence from here on */
    size_t len = take(u, h[1], &p);
    switch (h[0] & 3) {
    case 0: /* anything at all, without a frame */
        demand(qd_buf_add(&u->out, p, len) == 0);
        break;
    case 1: /* any frame */
        if (len)
            demand(qd_hdlc_encode(&u->out, p, len, 0) == 0);
        break;
    default:
        say_fitting(u, req, n, p, len);
        if (h[0] & 0x80) /* and once more */
            say_fitting(u, req, n, p, len);
    }
}

static int unit_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                     struct qdiag_error *e)
{
    struct unit *u = self;
    (void)t, (void)e;
    for (size_t at = 0, used; at < n; at += used)
        if (qd_hdlc_feed(&u->in, p + at, n - at, &used) == QD_HDLC_FRAME)
            answer(u, u->in.buf, u->in.len);
    return 0;
}

static int unit_recv(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                     struct qdiag_error *e)
{
    struct unit *u = self;
    (void)e;
    *got = u->out.len < cap ? u->out.len : cap;
    if (*got) {
        memcpy(p, u->out.p, *got);
        qd_buf_drop_front(&u->out, *got);
    } else if (t->end_us > u->now) {
        u->now = t->end_us;
    }
    return 0;
}

static void unit_close(void *self)
{
    (void)self;
}

static const struct qd_link_ops unit_ops = {unit_send, unit_recv, unit_close};

static int visit(const char *path, const struct qd_efs_entry *entry, void *user,
                 struct qdiag_error *e)
{
    (void)e;
    demand(path[0] == '/' && entry->name[0] != '\0' && !strchr(entry->name, '/'));
    return ++*(unsigned *)user > 500 ? -QDIAG_E_FAILED : 0;
}

static int trouble(const char *dir, const struct qdiag_error *why, void *user)
{
    (void)dir;
    demand(why->code != 0);
    return ++*(unsigned *)user > 500 ? -QDIAG_E_FAILED : 0;
}

/* Whatever a unit answers: an outcome with a reason, and "done" only without one. */
static void run_write(struct qd_diag *d, unsigned what)
{
    static const uint8_t data[3000];
    struct qd_efs fs = {.diag = d, .subsys = 0x13, .max_path = QD_EFS_PATH_MAX};
    struct qdiag_error e = {0};
    struct qd_efs_contents c = {0644, data, sizeof data};
    struct qd_written w = {0};
    struct qd_sync s;
    int rc = 0;
    qd_diag_allow_writes(d, 1);
    switch (what % 6) {
    case 0:
        rc = qd_nv_write(d, &(struct qd_nv_place){what >> 4 & 1, 441, 0}, data, &w, &e);
        break;
    case 1:
        rc = qd_efs_write_file(&fs, "/f", &c, &w, &e);
        break;
    case 2:
        rc = qd_efs_write_item(&fs, "/f", &c, &w, &e);
        break;
    case 3:
        rc = qd_efs_mkdir(&fs, "/f", 0755, &w, &e);
        break;
    case 4:
        rc = qd_efs_truncate(&fs, "/f", 1, &w, &e);
        break;
    default:
        rc = qd_sync(&fs, &s, &e);
        demand((s.how == QD_SYNC_DONE) == (s.reason[0] == '\0'));
        w.how = QD_HOW_DONE;
    }
    demand((w.how == QD_HOW_DONE) == (w.reason[0] == '\0'));
    demand(rc == 0 || (rc == -e.code && (what % 6 == 5 || w.how != QD_HOW_DONE)));
}

static void run_session(struct qd_diag *d, unsigned what)
{
    struct qd_efs fs = {.diag = d, .subsys = 0x13, .max_path = QD_EFS_PATH_MAX};
    struct qdiag_error e = {0};
    struct qd_buf b = {0};
    struct qd_efs_list list;
    struct qd_nv_answer a;
    static struct qd_unit_info info;
    unsigned seen = 0;
    switch (what % 6) {
    case 0:
        if (qd_efs_read(&fs, "/f", &b, &e) != 0)
            demand(b.len == 0 && e.code != 0);
        break;
    case 1:
        if (qd_efs_list(&fs, "/", &list, &e) != 0)
            demand(list.n == 0 && e.code != 0);
        qd_efs_list_free(&list);
        break;
    case 2:
        if (qd_efs_open(&fs, d, 0x3E, &e) == 0)
            qd_efs_walk(&fs, "/", visit, trouble, &seen, &e);
        break;
    case 3:
        qd_unit_info_read(d, &info, &e);
        break;
    case 4:
        if (qd_nv_read(d, 0, 550, 0, &a, &e) == 0)
            qd_nv_read(d, 1, 550, 0, &a, &e);
        break;
    default:
        qd_efs_readlink(&fs, "/l", &b, &e);
    }
    qd_buf_free(&b);
}

static void play(const uint8_t *data, size_t size)
{
    static struct unit u;
    struct qdiag_error e = {0};
    struct qd_diag *d = NULL;
    memset(&u, 0, sizeof u);
    u.p = data + 1;
    u.left = size - 1;
    u.clock = (struct qd_clock){now_us, sleep_us, &u};
    qd_hdlc_reset(&u.in);
    u.ctx = qdiag_context_new();
    demand(u.ctx != NULL);
    u.ctx->clock = &u.clock;
    struct qd_link *l = qd_link_new(u.ctx, &unit_ops, &u, "fuzz:");
    demand(l != NULL && qd_diag_open(&d, &l, &e) == 0);
    if (data[0] & 0x80)
        run_write(d, data[0] & 0x7f);
    else
        run_session(d, data[0]);
    demand(u.requests < 10000 + 10 * size);
    qd_diag_close(&d);
    qd_buf_free(&u.out);
    qdiag_context_free(&u.ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 65536)
        return 0;
    parse_efs(data, size);
    parse_written(data, size);
    parse_rest(data, size);
    play(data, size);
    return 0;
}
