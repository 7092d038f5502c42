/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The line decoder of AT ports. It is fed by units, boot loaders, noise and other programs: it must
 * never fail for good, never grow, and always find the next line end. CR and LF end a line alike,
 * so that numeric results (which end in CR alone) and answers without blank lines are lines too. */
#include "frame/atline.h"

static int is_end(uint8_t b)
{
    return b == '\r' || b == '\n';
}

void qd_atline_reset(struct qd_atline *d)
{
    d->len = 0;
    d->overflow = 0;
    d->done = 0;
    d->after_cr = 0;
    d->want_prompt = 0;
    d->text[0] = '\0';
}

static void take_byte(struct qd_atline *d, uint8_t b)
{
    if (b == '\0' || (d->len == 0 && (b == ' ' || b == '\t')))
        return;
    if (d->len == QD_AT_LINE_MAX) {
        d->overflow = 1;
        return;
    }
    d->text[d->len++] = (char)(b >= 0x20 && b < 0x7f ? b : '.');
}

static void start_line(struct qd_atline *d)
{
    d->done = 0;
    d->overflow = 0;
    d->len = 0;
}

static enum qd_atline_event end_line(struct qd_atline *d)
{
    while (d->len && d->text[d->len - 1] == ' ')
        d->len--;
    d->text[d->len] = '\0';
    d->done = 1;
    return d->overflow ? QD_ATLINE_TOO_LONG : QD_ATLINE_LINE;
}

/* A prompt has no line end behind it, and is nothing but the one sign. */
static int is_prompt(const struct qd_atline *d)
{
    return d->want_prompt && d->len == 1 && d->text[0] == '>';
}

enum qd_atline_event qd_atline_feed(struct qd_atline *d, const uint8_t *p, size_t n, size_t *used)
{
    if (d->done)
        start_line(d);
    for (size_t i = 0; i < n; i++) {
        d->after_cr = p[i] == '\r';
        if (is_end(p[i]) && d->len == 0 && !d->overflow)
            continue;
        if (!is_end(p[i]))
            take_byte(d, p[i]);
        *used = i + 1;
        if (is_end(p[i]))
            return end_line(d);
        if (is_prompt(d)) {
            (void)end_line(d);
            return QD_ATLINE_PROMPT;
        }
    }
    *used = n;
    return QD_ATLINE_MORE;
}

size_t qd_atline_skip(struct qd_atline *d, const uint8_t *p, size_t n)
{
    size_t skip = d->after_cr && n && p[0] == '\n';

    if (n)
        d->after_cr = 0;
    return skip;
}

size_t qd_atline_pending(const struct qd_atline *d)
{
    return d->done ? 0 : d->len;
}
