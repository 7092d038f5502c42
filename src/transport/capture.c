/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Records the traffic of a link in a text file that replay: plays back:
 *   qdiag-capture 1            first line
 *   # key: text                address, time, identity (kept or redacted), failures; for people
 *   1234567 > 4b13…7e          microseconds since the start, > sent or < received, hex
 * A line is written before its bytes are sent, so nothing is sent that the file does not show. Must
 * never overwrite a file, never change the traffic, and never hide that it could not write. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/text.h"
#include "transport/transport.h"

enum mark { MARK_NONE, MARK_KEPT, MARK_REDACTED };

struct capture {
    struct qd_link *inner;
    struct qdiag_context *ctx;
    int fd;
    uint64_t start_us;
    enum mark mark;    /* what the file says about identity so far */
    int last_sent;     /* direction of the last transfer; -1 before the first */
    struct qd_buf out; /* bytes to record, then the line itself: reused */
    struct qd_buf line;
    qd_capture_redact_fn redact;
    void *redact_user;
};

static int write_line(struct capture *c, struct qdiag_error *e)
{
    const uint8_t *p = c->line.p;
    size_t left = c->line.len;

    while (left) {
        ssize_t w = qd_fsio->write(c->fd, p, left);

        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0) {
            int err = w < 0 ? errno : ENOSPC;

            qd_fail_wire(e, QDIAG_E_LOCAL_FILE, err, c->ctx->capture_path,
                         "writing the capture: %s", strerror(err));
            qd_hint(e, "make room on the disk, or run without --capture");
            return -QDIAG_E_LOCAL_FILE;
        }
        p += w;
        left -= (size_t)w;
    }
    return 0;
}

static int write_comment(struct capture *c, const char *key, const char *text,
                         struct qdiag_error *e)
{
    char safe[QD_ADDRESS_MAX];

    qd_printable(safe, sizeof(safe), text, strlen(text));
    c->line.len = 0;
    if (qd_buf_printf(&c->line, "# %s: %s\n", key, safe))
        return qd_nomem(e);
    return write_line(c, e);
}

static int write_transfer(struct capture *c, int sent, struct qdiag_error *e)
{
    uint64_t us = c->ctx->clock->now_us(c->ctx->clock->user) - c->start_us;

    if (!c->out.len)
        return 0;
    c->line.len = 0;
    if (qd_buf_printf(&c->line, "%llu %c ", (unsigned long long)us, sent ? '>' : '<') ||
        qd_buf_reserve(&c->line, 2 * c->out.len + 1))
        return qd_nomem(e);
    qd_hex(c->out.p, c->out.len, (char *)c->line.p + c->line.len);
    c->line.len += 2 * c->out.len;
    if (qd_buf_add_byte(&c->line, '\n'))
        return qd_nomem(e);
    return write_line(c, e);
}

/* Before the first transfer and whenever it changes: a reader must know what the file holds. */
static int mark_identity(struct capture *c, struct qdiag_error *e)
{
    enum mark now = c->redact ? MARK_REDACTED : MARK_KEPT;
    int rc;

    if (now == c->mark)
        return 0;
    if (now == MARK_KEPT && !c->ctx->capture_keep_identity)
        qd_log(c->ctx, QDIAG_LOG_WARN, "capture", "%s: holds identity data as it was sent",
               c->ctx->capture_path);
    rc = write_comment(c, "identity", now == MARK_KEPT ? "kept" : "redacted", e);
    if (!rc)
        c->mark = now;
    return rc;
}

/* Lets the redactor hand over what it held back for the direction that ends. */
static int flush_direction(struct capture *c, int sent, struct qdiag_error *e)
{
    if (!c->redact || c->last_sent < 0)
        return 0;
    c->out.len = 0;
    if (c->redact(c->redact_user, sent, NULL, 0, &c->out))
        return qd_nomem(e);
    return write_transfer(c, sent, e);
}

static int record(struct capture *c, int sent, const uint8_t *p, size_t n, struct qdiag_error *e)
{
    int failed, rc = mark_identity(c, e);

    if (!rc && c->last_sent == !sent)
        rc = flush_direction(c, !sent, e);
    if (rc)
        return rc;
    c->last_sent = sent;
    c->out.len = 0;
    failed = c->redact ? c->redact(c->redact_user, sent, p, n, &c->out) : qd_buf_add(&c->out, p, n);
    if (failed)
        return qd_nomem(e);
    return write_transfer(c, sent, e);
}

/* The call fails anyway, with its own error; that the note is missing goes to the log. */
static void note_failure(struct capture *c, const char *doing, int rc)
{
    if (write_comment(c, doing, qdiag_code_name(-rc), NULL))
        qd_log(c->ctx, QDIAG_LOG_WARN, "capture", "%s: cannot be written", c->ctx->capture_path);
}

static int capture_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                        struct qdiag_error *e)
{
    struct capture *c = self;
    int rc = record(c, 1, p, n, e);

    if (rc)
        return rc;
    rc = qd_link_send(c->inner, p, n, t, e);
    if (rc)
        note_failure(c, "send failed", rc);
    return rc;
}

static int capture_recv(void *self, uint8_t *p, size_t cap, size_t *got,
                        const struct qd_deadline *t, struct qdiag_error *e)
{
    struct capture *c = self;
    int rc = qd_link_recv(c->inner, p, cap, got, t, e);

    if (rc)
        note_failure(c, "receive failed", rc);
    else if (*got)
        rc = record(c, 0, p, *got, e);
    if (rc)
        *got = 0;
    return rc;
}

static void capture_free(struct capture *c)
{
    qd_buf_free(&c->out);
    qd_buf_free(&c->line);
    free(c);
}

static void capture_close(void *self)
{
    struct capture *c = self;
    int rc = flush_direction(c, c->last_sent, NULL);

    if (qd_fsio->close(c->fd) != 0 || rc)
        qd_log(c->ctx, QDIAG_LOG_WARN, "capture", "%s: the end could not be written",
               c->ctx->capture_path);
    qd_link_close(&c->inner);
    capture_free(c);
}

static const struct qd_link_ops capture_ops = {
    .send = capture_send, .recv = capture_recv, .close = capture_close};

static int open_file(struct capture *c, struct qdiag_error *e)
{
    const char *path = c->ctx->capture_path;

    c->fd = qd_fsio->open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (c->fd >= 0)
        return 0;
    if (errno != EEXIST)
        return qd_fail_wire(e, QDIAG_E_LOCAL_FILE, errno, path, "making the capture: %s",
                            strerror(errno));
    qd_fail_wire(e, QDIAG_E_LOCAL_FILE, errno, path,
                 "the file exists, and a capture never overwrites one");
    qd_hint(e, "give --capture another name, or remove the file");
    return -QDIAG_E_LOCAL_FILE;
}

static int write_head(struct capture *c, struct qdiag_error *e)
{
    char when[21];
    int rc;

    qd_utc_text((int64_t)time(NULL), when);
    if (qd_buf_add_text(&c->line, "qdiag-capture 1\n"))
        return qd_nomem(e);
    rc = write_line(c, e);
    if (!rc)
        rc = write_comment(c, "address", c->inner->address, e);
    if (!rc)
        rc = write_comment(c, "time", when, e);
    return rc;
}

int qd_capture_wrap(struct qd_link **l, struct qdiag_error *e)
{
    struct capture *c = qd_alloc(1, sizeof(*c));
    struct qd_link *outer = NULL;
    int rc;

    if (!c)
        return qd_nomem(e);
    c->inner = *l;
    c->ctx = (*l)->ctx;
    c->last_sent = -1;
    c->start_us = c->ctx->clock->now_us(c->ctx->clock->user);
    rc = open_file(c, e);
    if (rc)
        goto out;
    rc = write_head(c, e);
    if (!rc) {
        outer = qd_link_new(c->ctx, &capture_ops, c, (*l)->address);
        rc = outer ? 0 : qd_nomem(e);
    }
    if (rc) {
        qd_fsio->close(c->fd);
        qd_fsio->unlink(c->ctx->capture_path);
    }
out:
    if (rc)
        capture_free(c);
    else
        *l = outer;
    return rc;
}

void qd_capture_set_redactor(struct qd_link *l, qd_capture_redact_fn fn, void *user)
{
    struct capture *c = l->self;

    if (l->ops != &capture_ops || l->ctx->capture_keep_identity)
        return;
    c->redact = fn;
    c->redact_user = user;
}
