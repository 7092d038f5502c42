/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lines in and out of an AT session's link, and a place for every line that comes in. Waiting is
 * limited by deadlines; lines that nobody asked for must never extend one, and are never taken for
 * an answer. */
#include "at/session_priv.h"

#include <string.h>

#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"

#define STOP_LOOK_MS 250u  /* how often a long wait looks whether it is to be stopped */
#define STOP_WAIT_MS 1000u /* what a command that only reads still gets then */

struct qd_deadline qd_at_limit(const struct qd_at *at, const struct qd_deadline *t, unsigned ms)
{
    return t ? qd_deadline_sub(t, ms) : qd_deadline_in_ms(at->ctx->clock, ms);
}

/* Identity numbers and passwords never reach a log line. */
static void trace(const struct qd_at *at, const char *way, const char *text)
{
    char shown[1024];

    if (!qd_log_wants(at->ctx, QDIAG_LOG_TRACE))
        return;
    qd_at_mask(shown, sizeof shown, text);
    qd_log(at->ctx, QDIAG_LOG_TRACE, "at", "%s %s", way, shown);
}

static int link_failed(struct qd_at *at, int rc)
{
    at->dead = -rc;
    return rc;
}

int qd_at_put(struct qd_at *at, const char *text, const struct qd_deadline *t,
              struct qdiag_error *e)
{
    struct qd_buf line = {0};
    int rc;

    if (qd_buf_printf(&line, "%s\r", text) != 0) {
        qd_buf_free(&line);
        return qd_nomem(e);
    }
    trace(at, ">", text);
    at->stats.commands++;
    at->echo_seen = 0;
    at->texts.len = 0;
    at->texts_n = 0;
    at->too_many = 0;
    rc = qd_link_send(at->link, line.p, line.len, t, e);
    qd_buf_free(&line);
    if (rc == -QDIAG_E_TIMEOUT)
        at->lost = 1;
    return rc && rc != -QDIAG_E_TIMEOUT ? link_failed(at, rc) : rc;
}

/* Fills rx, which is empty. *got = 0: the deadline passed. */
static int fill(struct qd_at *at, const struct qd_deadline *t, size_t *got, struct qdiag_error *e)
{
    int rc = qd_link_recv(at->link, at->rx, sizeof at->rx, got, t, e);

    if (rc != 0)
        return link_failed(at, rc);
    at->rx_at = 0;
    at->rx_len = *got;
    for (size_t i = 0; i < *got; i++)
        at->frames += at->rx[i] == 0x7e;
    return 0;
}

static int keep_line(struct qd_at *at, struct qdiag_error *e)
{
    if (at->texts_n == QD_AT_LINES) {
        at->too_many = 1;
        return 0;
    }
    if (qd_buf_add(&at->texts, at->in.text, at->in.len + 1) != 0)
        return qd_nomem(e);
    at->text_at[at->texts_n++] = at->texts.len - at->in.len - 1;
    return 0;
}

/* A result belongs to the command asked for; one that nobody waits for is late. */
static int on_final(struct qd_at *at, const struct qd_at_command *c, const struct qd_at_final *f,
                    struct qd_at_final *out)
{
    if (!c) {
        at->stats.late++;
        return 0;
    }
    *out = *f;
    return 1;
}

/* Echo, answer, or something unknown. */
static int on_text(struct qd_at *at, const struct qd_at_command *c, int urc, struct qdiag_error *e)
{
    if (c && !at->echo_seen && strcmp(at->in.text, c->text) == 0) {
        at->echo_seen = 1;
        return 0;
    }
    if (c && c->prefix && *c->prefix && qd_at_after(at->in.text, c->prefix))
        return keep_line(at, e);
    if (c && !c->prefix && !urc)
        return keep_line(at, e);
    if (urc) {
        at->stats.urcs++;
        return 0;
    }
    at->stats.unknown++;
    qd_log(at->ctx, QDIAG_LOG_DEBUG, "at", "a line that answers nothing: %zu bytes", at->in.len);
    return 0;
}

/* The unit starts: what was asked before is gone. APP RDY says the same, unless the RDY before it
 * was seen and the application side is only following. */
static int on_start(struct qd_at *at, enum qd_at_kind kind, const struct qd_at_command *c,
                    struct qdiag_error *e)
{
    int follows = kind == QD_AT_APP_RDY && at->rdy && !at->app_rdy;

    at->stats.urcs++;
    at->app_rdy = kind == QD_AT_APP_RDY;
    at->rdy = 1;
    if (follows)
        return 0;
    at->stats.restarts++;
    at->found = 0;
    at->numeric = 1; /* until V1 is set again */
    if (!c)
        return 0;
    at->lost = 1;
    return qd_fail(e, QDIAG_E_UNKNOWN, c->text, "the unit was reset while the command ran");
}

/* 1: the result; 0: something else; negative. */
static int on_line(struct qd_at *at, const struct qd_at_command *c, struct qd_at_final *out,
                   struct qdiag_error *e)
{
    struct qd_at_final f;
    enum qd_at_kind kind = qd_at_judge(at->in.text, at->numeric, &f);

    trace(at, "<", at->in.text);
    if (at->heard && kind != QD_AT_FINAL && kind != QD_AT_TEXT)
        at->heard(at->heard_user, kind, at->in.text);
    switch (kind) {
    case QD_AT_FINAL:
        return on_final(at, c, &f, out);
    case QD_AT_RDY:
    case QD_AT_APP_RDY:
        return on_start(at, kind, c, e);
    case QD_AT_TEXT:
        return on_text(at, c, 0, e);
    default:
        return on_text(at, c, 1, e);
    }
}

static int read_rx(struct qd_at *at, const struct qd_at_command *c, struct qd_at_final *f,
                   struct qdiag_error *e)
{
    while (at->rx_at < at->rx_len) {
        size_t used = 0;
        enum qd_atline_event ev =
            qd_atline_feed(&at->in, at->rx + at->rx_at, at->rx_len - at->rx_at, &used);
        int rc = 0;

        at->rx_at += used;
        if (ev == QD_ATLINE_LINE)
            rc = on_line(at, c, f, e);
        else if (ev == QD_ATLINE_TOO_LONG)
            at->stats.too_long++;
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* A command that changes nothing is not waited for to the end when the user wants to stop. */
static void end_sooner(const struct qd_at *at, const struct qd_at_command *c,
                       struct qd_deadline *end, int *stopping)
{
    if (*stopping || (c && c->writes) || !qdiag_cancel_requested(at->ctx->cancel))
        return;
    *stopping = 1;
    *end = qd_deadline_sub(end, STOP_WAIT_MS);
}

int qd_at_await(struct qd_at *at, const struct qd_at_command *c, const struct qd_deadline *t,
                struct qd_at_final *f, struct qdiag_error *e)
{
    struct qd_deadline end = *t;
    int stopping = 0;

    for (;;) {
        struct qd_deadline look;
        size_t got;
        int over, rc = read_rx(at, c, f, e);

        if (rc != 0)
            return rc;
        end_sooner(at, c, &end, &stopping);
        over = qd_deadline_over(&end);
        look = qd_deadline_sub(&end, STOP_LOOK_MS);
        rc = fill(at, &look, &got, e);
        if (rc != 0)
            return rc;
        if (over)
            return read_rx(at, c, f, e); /* what was there already; not more */
    }
}

int qd_at_drain(struct qd_at *at, unsigned ms, struct qdiag_error *e)
{
    struct qd_deadline end = qd_deadline_in_ms(at->ctx->clock, ms);
    struct qd_at_final f;
    size_t got = 1;
    int rc = 0;

    while (rc == 0 && got) {
        struct qd_deadline quiet = qd_deadline_sub(&end, QD_AT_QUIET_MS);

        rc = read_rx(at, NULL, &f, e);
        if (rc == 0)
            rc = fill(at, &quiet, &got, e);
        if (qd_deadline_over(&end))
            break;
    }
    return rc;
}

int qd_at_wait_ready(struct qd_at *at, int app, unsigned ms, struct qdiag_error *e)
{
    struct qd_deadline end = qd_deadline_in_ms(at->ctx->clock, ms);
    struct qd_at_final f;
    int rc = 0;

    while (rc == 0 && !(app ? at->app_rdy : at->rdy) && !qd_deadline_over(&end)) {
        struct qd_deadline look = qd_deadline_sub(&end, STOP_LOOK_MS);

        rc = qd_at_await(at, NULL, &look, &f, e);
        if (rc == 0)
            rc = qd_cancel_check(at->ctx->cancel, e);
    }
    return rc < 0 ? rc : (app ? at->app_rdy : at->rdy);
}

int qd_at_listen(struct qd_at *at, unsigned ms, struct qdiag_error *e)
{
    struct qd_deadline end = qd_deadline_in_ms(at->ctx->clock, ms);
    struct qd_at_final f;

    return qd_at_await(at, NULL, &end, &f, e);
}

void qd_at_abandon(struct qd_at *at)
{
    if (!at->dead)
        at->dead = QDIAG_E_LINK_GONE;
}

/* ---- data mode ---- */

int qd_at_data_out(struct qd_at *at, const void *p, size_t n, const struct qd_deadline *t,
                   struct qdiag_error *e)
{
    int rc = qd_link_send(at->link, p, n, t, e);

    return rc && rc != -QDIAG_E_TIMEOUT ? link_failed(at, rc) : rc;
}

int qd_at_data_in(struct qd_at *at, void *p, size_t n, const struct qd_deadline *t,
                  struct qdiag_error *e)
{
    uint8_t *out = p;

    while (n) {
        size_t got, left = at->rx_len - at->rx_at, skip;
        struct qd_deadline look;
        int rc;

        skip = qd_atline_skip(&at->in, at->rx + at->rx_at, left);
        at->rx_at += skip;
        left -= skip;
        got = left < n ? left : n;
        memcpy(out, at->rx + at->rx_at, got);
        at->rx_at += got;
        out += got;
        n -= got;
        if (n == 0)
            return 0;
        look = qd_deadline_sub(t, STOP_WAIT_MS);
        rc = fill(at, &look, &got, e);
        if (rc == 0 && got == 0) /* what comes is taken: it would meet the next client */
            rc = qd_cancel_check(at->ctx->cancel, e);
        if (rc != 0)
            return rc;
        if (got == 0 && qd_deadline_over(t))
            return qd_fail(e, QDIAG_E_TIMEOUT, NULL, "%zu bytes of data did not come", n);
    }
    return 0;
}
