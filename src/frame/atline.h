/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The lines of an AT port: a byte stream cut anywhere becomes lines, `> ` prompts and, while a file
 * is sent or received, plain data. Blank lines are passed over: some answers have them, some have
 * not. Rules: docs/formats/at.md. */
#ifndef QD_FRAME_ATLINE_H
#define QD_FRAME_ATLINE_H

#include <stddef.h>
#include <stdint.h>

#define QD_AT_LINE_MAX 2048u /* bytes of the longest line kept */

enum qd_atline_event {
    QD_ATLINE_MORE,    /* all input used, no line is whole */
    QD_ATLINE_LINE,    /* a line in text, NUL-terminated, without blanks at either end */
    QD_ATLINE_PROMPT,  /* `>` at the start of a line, while one was waited for */
    QD_ATLINE_TOO_LONG /* a line longer than QD_AT_LINE_MAX was dropped at its end */
};

struct qd_atline {
    char text[QD_AT_LINE_MAX + 1]; /* printable: other bytes are '.' */
    size_t len;
    int want_prompt; /* set by the caller */
    int overflow, done, after_cr;
};

void qd_atline_reset(struct qd_atline *d);

/* Takes bytes from p up to the first event; *used says how many. Call again with the rest. NUL
 * bytes are dropped. The text stays until the next call. */
enum qd_atline_event qd_atline_feed(struct qd_atline *d, const uint8_t *p, size_t n, size_t *used);

/* Data mode: of the n bytes at p, how many belong to the line end of the last line (the LF of CR
 * LF) and not to the data: 0 or 1. */
size_t qd_atline_skip(struct qd_atline *d, const uint8_t *p, size_t n);

/* Bytes of a line that has begun and not ended. */
size_t qd_atline_pending(const struct qd_atline *d);

#endif
