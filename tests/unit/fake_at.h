/* SPDX-License-Identifier: BSD-3-Clause
 *
 * An AT unit in memory that follows a script: the commands it must get, in their order, and the
 * bytes it says to each. Time is the virtual time of fake_link. A command that is not the next one
 * of the script fails the test. */
#ifndef QD_TESTS_FAKE_AT_H
#define QD_TESTS_FAKE_AT_H

#include "fake_link.h"

struct fake_at_step {
    const char *command; /* without its CR */
    const char *says;    /* wire bytes */
    unsigned after_ms;   /* and when */
};

struct fake_at {
    struct fake_link *link;
    struct qd_link *inner;
    const struct fake_at_step *step;
    size_t steps, at;
    size_t raw_after; /* so many bytes behind the next command are data, no commands */
    size_t raw;
    struct qd_buf data, line;
    char text[8192];
    struct fake_at_step from_file[64];
};

/* Steps as a table. */
void fake_at_start(struct fake_at *f, const struct fake_at_step *step, size_t steps);

/* Steps from a file: `COMMAND   response`, at least three blanks between; \r, \n, \\ in the
 * response,
 * `(nothing)` for silence; `#` begins a comment line. */
void fake_at_start_file(struct fake_at *f, const char *name);
struct qd_link *fake_at_link(struct fake_at *f);
void fake_at_end(struct fake_at *f); /* fails when steps are left */

/* What a session that is opened asks, and a unit with echo off, V1 and CMEE 1 answers. */
#define FAKE_AT_OPEN(model)                                                                        \
    {"AT", "\r\nOK\r\n", 0}, {"AT+CMEE?", "\r\n+CMEE: 1\r\n\r\nOK\r\n", 0},                        \
        {"ATE0V1", "\r\nOK\r\n", 0}, {"AT+CMEE=1", "\r\nOK\r\n", 0},                               \
    {                                                                                              \
        "AT+CGMM", "\r\n" model "\r\n\r\nOK\r\n", 0                                                \
    }

#endif
