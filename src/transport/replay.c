/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Plays a capture back in place of a unit, strictly: every frame sent must be the recorded one, and
 * what was received then is received again, cut at the same places. Times are not reproduced.
 * Must never guess: a file that is not wholly well-formed, or a program that sends something else,
 * is an error that names the line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/hex.h"
#include "base/text.h"
#include "transport/transport.h"

#define REPLAY_MAX   ((size_t)256 << 20) /* bytes of text; a whole backup needs about 20 MiB */
#define HEAD         "qdiag-capture 1"
#define PREFIX_BYTES 16u

struct transfer {
    size_t line, at, len; /* line number in the file; place in bytes */
    int sent;
};

struct replay {
    struct transfer *v;
    size_t count, cap, next;
    size_t taken; /* bytes of v[next] already received */
    struct qd_buf bytes;
    char name[QD_ADDRESS_MAX];
};

static int damaged(const struct replay *r, size_t line, const char *why, struct qdiag_error *e)
{
    return qd_fail(e, QDIAG_E_FILE_DAMAGED, r->name, "line %zu: %s", line, why);
}

/* `<digits> > <hex>` or `<digits> < <hex>`; the text is not terminated. */
static int parse_transfer(struct replay *r, const char *s, size_t n, size_t line,
                          struct qdiag_error *e)
{
    struct transfer t = {.line = line};
    struct transfer *v;
    size_t i = 0;

    while (i < n && s[i] >= '0' && s[i] <= '9')
        i++;
    if (i == 0 || i > 20)
        return damaged(r, line, "it must start with the microseconds or with #", e);
    if (n - i < 3 || s[i] != ' ' || (s[i + 1] != '>' && s[i + 1] != '<') || s[i + 2] != ' ')
        return damaged(r, line, "the direction, > or <, is missing", e);
    t.sent = s[i + 1] == '>';
    t.at = r->bytes.len;
    t.len = (n - i - 3) / 2;
    if (!t.len || (n - i - 3) % 2)
        return damaged(r, line, "an even number of hex digits must follow", e);
    v = qd_grow(r->v, r->count, &r->cap, sizeof(*v));
    if (!v || qd_buf_reserve(&r->bytes, t.len)) {
        r->v = v ? v : r->v;
        return qd_nomem(e);
    }
    r->v = v;
    if (qd_unhex(s + i + 3, r->bytes.p + r->bytes.len, t.len))
        return damaged(r, line, "a character that is no hex digit", e);
    r->bytes.len += t.len;
    r->v[r->count++] = t;
    return 0;
}

static int parse_file(struct replay *r, const char *text, size_t len, struct qdiag_error *e)
{
    size_t line = 0;
    int rc = 0;

    for (size_t at = 0; at < len && !rc;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - text) - at : 0;

        line++;
        if (!end)
            return damaged(r, line, "the line is cut off", e);
        if (line == 1 && (n != strlen(HEAD) || memcmp(text, HEAD, n) != 0))
            return damaged(r, line, "it must be \"" HEAD "\"", e);
        if (line > 1 && !(n && text[at] == '#'))
            rc = parse_transfer(r, text + at, n, line, e);
        at += n + 1;
    }
    if (!rc && !line)
        return damaged(r, 1, "the file is empty", e);
    return rc;
}

static int fail_replay(struct qdiag_error *e)
{
    qd_what(e, "the replay differs from the capture");
    qd_hint(e, "use the same command and options as for the capture");
    return -QDIAG_E_LINK_IO;
}

static int fail_differs(const struct replay *r, const struct transfer *want, const uint8_t *p,
                        size_t n, struct qdiag_error *e)
{
    const uint8_t *w = r->bytes.p + want->at;
    char want_hex[2 * PREFIX_BYTES + 1], got_hex[2 * PREFIX_BYTES + 1];
    size_t same = 0;

    while (same < n && same < want->len && p[same] == w[same])
        same++;
    qd_hex(w, want->len < PREFIX_BYTES ? want->len : PREFIX_BYTES, want_hex);
    qd_hex(p, n < PREFIX_BYTES ? n : PREFIX_BYTES, got_hex);
    qd_fail(e, QDIAG_E_LINK_IO, r->name,
            "line %zu: expected %s%s (%zu bytes), got %s%s (%zu bytes); they differ at byte %zu",
            want->line, want_hex, want->len > PREFIX_BYTES ? "…" : "", want->len, got_hex,
            n > PREFIX_BYTES ? "…" : "", n, same);
    return fail_replay(e);
}

static int replay_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                       struct qdiag_error *e)
{
    struct replay *r = self;
    const struct transfer *want;

    (void)t;
    if (r->next == r->count) {
        qd_fail(e, QDIAG_E_LINK_IO, r->name, "a request of %zu bytes after the last line", n);
        return fail_replay(e);
    }
    want = &r->v[r->next];
    if (!want->sent) {
        qd_fail(e, QDIAG_E_LINK_IO, r->name,
                "line %zu: a request of %zu bytes before this was received", want->line, n);
        return fail_replay(e);
    }
    if (n != want->len || memcmp(p, r->bytes.p + want->at, n) != 0)
        return fail_differs(r, want, p, n, e);
    r->next++;
    return 0;
}

/* The unit was silent here: so is the replay, for as long as the caller waits. */
static int stay_silent(const struct replay *r, const struct qd_deadline *t, struct qdiag_error *e)
{
    uint64_t us = qd_deadline_left_us(t);

    if (us == UINT64_MAX) {
        qd_fail(e, QDIAG_E_LINK_IO, r->name, "line %zu: nothing more is received before this",
                r->v[r->next].line);
        return fail_replay(e);
    }
    if (us)
        t->clock->sleep_us(t->clock->user, us);
    return 0;
}

static int replay_recv(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                       struct qdiag_error *e)
{
    struct replay *r = self;
    const struct transfer *have;
    size_t n;

    *got = 0;
    if (r->next == r->count)
        return qd_fail(e, QDIAG_E_LINK_GONE, r->name, "the capture ends here");
    have = &r->v[r->next];
    if (have->sent)
        return stay_silent(r, t, e);
    n = have->len - r->taken < cap ? have->len - r->taken : cap;
    memcpy(p, r->bytes.p + have->at + r->taken, n);
    r->taken += n;
    if (r->taken == have->len) {
        r->next++;
        r->taken = 0;
    }
    *got = n;
    return 0;
}

static void replay_close(void *self)
{
    struct replay *r = self;

    qd_buf_free(&r->bytes);
    free(r->v);
    free(r);
}

static const struct qd_link_ops replay_ops = {
    .send = replay_send, .recv = replay_recv, .close = replay_close};

int qd_replay_open(struct qd_link **l, struct qdiag_context *ctx, const struct qd_address *a,
                   struct qdiag_error *e)
{
    struct replay *r = qd_alloc(1, sizeof(*r));
    uint8_t *text = NULL;
    size_t len = 0;
    int rc;

    if (!r)
        return qd_nomem(e);
    qd_copy_text(r->name, sizeof(r->name), a->text);
    rc = qd_read_file(a->path, REPLAY_MAX, &text, &len, e);
    if (!rc)
        rc = parse_file(r, (const char *)text, len, e);
    if (!rc) {
        *l = qd_link_new(ctx, &replay_ops, r, a->text);
        rc = *l ? 0 : qd_nomem(e);
    }
    free(text);
    if (rc)
        replay_close(r);
    return rc;
}
