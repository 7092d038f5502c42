/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A DIAG session: one request at a time, its reply found among everything else that arrives.
 *
 * A reply matches by command, subsystem and every field the unit repeats (cmd.def). Error frames
 * (13 14 15 16 17 18 42 47 95 96) match by the copy of the request behind them, as far as it
 * reaches, at least 4 bytes or the whole request. Unsolicited frames are skipped, a 0x98 wrapper is
 * taken off. Time is limited by deadlines, never by counting frames.
 *
 * A CRC-valid frame that looks like a reply but matches nothing is a *stray* when it could answer a
 * command asked for lately: late, duplicated, or another client's. A reply to a command this
 * session has not sent lately is *foreign*: counted, and no reason for doubt. Replies that repeat
 * nothing of their request (EFS OPEN, STAT, …) can only be told apart by order, so a service notes
 * the stray count before such a sequence and asks for a checkpoint after it: if the count moved,
 * the sequence is not to be trusted and is done again.
 */
#ifndef QD_DIAG_SESSION_H
#define QD_DIAG_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "base/context.h"
#include "transport/transport.h"

/* One line per command in cmd.def. */
enum qd_cmd {
#define QD_CMD(id, ...) QD_CMD_##id,
#include "diag/cmd.def"
#undef QD_CMD
    QD_CMD_COUNT
};

struct qd_diag;

struct qd_reply {
    const uint8_t *p; /* payload, valid until the next call on the session */
    size_t len;
    uint8_t bad; /* 0, or the DIAG error byte (0x13 …); p then holds the whole error frame */
};

struct qd_diag_stats {
    uint64_t requests, replies, unsolicited, strays, foreign, bad_frames, timeouts, bytes_out,
        bytes_in;
};

/* Makes a session that owns the link (*link becomes NULL on success), drains what a killed client
 * left behind, sends one leading 7E with the first frame and makes sure that something at the other
 * end speaks DIAG. Errors: LINK_SILENT (nothing answered; says so when non-HDLC framing or AT text
 * was heard), LINK_GONE, NO_MEMORY. */
int qd_diag_open(struct qd_diag **d, struct qd_link **link, struct qdiag_error *e);
void qd_diag_close(struct qd_diag **d);

/* Sends one request and waits for its reply.
 *
 * Returns 0 with r filled: also when the unit answered with an error frame (r->bad). Negative:
 * TIMEOUT (this request only; a repeatable read was sent twice), LINK_SILENT (repeated silence: the
 * session is over), LINK_GONE, LINK_IO, PROTOCOL (reply shorter than cmd.def says), BUG (the bytes
 * are not a request of that command, or cmd.def does not allow them; nothing was sent), CANCELLED
 * (a repeatable read whose answer was still not there 1 s after a stop was asked for). After
 * TIMEOUT the session has drained the link and a late reply will be recognised as a stray.
 *
 * Bound: with T = the context's time-out, one call takes at most 2 * (T + 200 ms), however much the
 * unit says meanwhile. Three unanswered requests in a row end the session with LINK_SILENT, and so
 * does one unanswered request followed by an unanswered checkpoint: a unit that falls silent is
 * given up after at most 6 * (T + 200 ms), 19.2 s with the default. A row of cmd.def with .writes
 * takes 5 * T + 200 ms instead. Every later call returns the same error at once and sends nothing.
 */
int qd_diag_ask(struct qd_diag *d, enum qd_cmd cmd, const uint8_t *req, size_t n,
                struct qd_reply *r, struct qdiag_error *e);

/* Lets this session send the rows of cmd.def that have .writes: without it each of them is -BUG and
 * nothing is sent, so that a session is read-only until somebody says otherwise. Caller:
 * flow/restore/execute.c only (tests/check/doors.py).
 *
 * A row with .writes is sent once, whatever happens. It gets qd_diag_write_ms to be answered; when
 * it is not, or its reply is damaged or cut, qd_diag_ask returns TIMEOUT, PROTOCOL or LINK_* with
 * e->touch = QDIAG_TOUCH_UNKNOWN: the unit may have carried it out. A stop asked for by the user
 * does not shorten the wait. */
void qd_diag_allow_writes(struct qd_diag *d, int on);

/* How long one write may take: five times the context's time-out, 15 s with the default. */
unsigned qd_diag_write_ms(const struct qd_diag *d);

/* Sends a request whose reply cannot be confused with any other and waits for that reply: when it
 * returns 0, everything the unit said before has been seen and judged. */
int qd_diag_checkpoint(struct qd_diag *d, struct qdiag_error *e);

/* Reads and drops what still comes until the other side is gone: 0. -TIMEOUT when it is still there
 * after ms; -CANCELLED. For a unit that was told to reset. */
int qd_diag_wait_gone(struct qd_diag *d, unsigned ms, struct qdiag_error *e);

/* A late or unmatched reply to a command whose handle must not leak (EFS OPEN, OPENDIR): the
 * session keeps the last few; takes one out. Returns 1 when r was filled (valid until the next
 * call). */
int qd_diag_take_stray(struct qd_diag *d, enum qd_cmd cmd, struct qd_reply *r);

struct qd_diag_stats qd_diag_stats(const struct qd_diag *d);
struct qdiag_context *qd_diag_context(const struct qd_diag *d);
const char *qd_diag_address(const struct qd_diag *d);

/* Name and meaning of a DIAG error byte: "BAD_CMD", …; NULL when it is none. */
const char *qd_diag_bad_name(uint8_t bad);

#endif
