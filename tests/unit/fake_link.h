/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A link in memory with a modem behind it, for unit tests. Time is virtual: it moves only when recv
 * waits, when the clock's sleep is called, or when a test pushes it. Nothing here sleeps. */
#ifndef QD_TESTS_FAKE_LINK_H
#define QD_TESTS_FAKE_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/context.h"
#include "frame/hdlc.h"
#include "transport/transport.h"

/* Called for every good frame that was sent, with its payload. Appends to wire_out what the modem
 * says: encoded frames (fake_frame) and raw junk alike; nothing = silence. Non-zero: the unit
 * vanishes, every later call on the link is LINK_GONE. */
typedef int (*fake_answer)(void *user, const uint8_t *req, size_t n, struct qd_buf *wire_out);

struct fake_link {
    /* Knobs; a test may change them at any time, also from inside answer. */
    fake_answer answer;
    void *user;
    size_t chunk;      /* bytes per recv at most; 0 = no limit */
    uint64_t delay_us; /* from a request to the answer returned by answer() */
    int gone;          /* every call is LINK_GONE, once what is due has been read */
    int stuck;         /* send takes nothing until its deadline is over */

    /* What a test may look at. */
    struct qdiag_context *ctx; /* made here, clock = the virtual one, timeout_ms = 1000 */
    struct qd_clock clock;
    uint64_t now_us;
    unsigned sends;     /* qd_link_send calls */
    unsigned requests;  /* good frames among them */
    unsigned flagged;   /* sends that began with 7E */
    unsigned bad_sends; /* sends that were not exactly one whole frame */
    unsigned closed;    /* close calls */
    struct qd_buf last; /* wire bytes of the last send */

    /* Private. */
    struct fake_piece *queue;
    struct qd_hdlc in;
};

/* Makes the fake and its context. Free it after everything that uses the link is closed. */
struct fake_link *fake_link_new(fake_answer answer, void *user);
void fake_link_free(struct fake_link **f);

/* A link for qd_diag_open; a fake may be given out again after it was closed. */
struct qd_link *fake_link_link(struct fake_link *f);

/* Bytes from the modem that nobody asked for: now, or in_us microseconds from now. */
void fake_say(struct fake_link *f, const void *wire, size_t n);
void fake_say_in(struct fake_link *f, uint64_t in_us, const void *wire, size_t n);

/* The same with a payload, encoded here. */
void fake_say_frame(struct fake_link *f, const void *payload, size_t n);
void fake_say_frame_in(struct fake_link *f, uint64_t in_us, const void *payload, size_t n);

/* Appends the frame of a payload to wire. */
void fake_frame(struct qd_buf *wire, const void *payload, size_t n);

/* Appends the error frame `bad` with the first `echo` bytes of the request (all when 0). */
void fake_refuse(struct qd_buf *wire, uint8_t bad, const uint8_t *req, size_t n, size_t echo);

/* Bytes said but not yet read. */
size_t fake_unread(const struct fake_link *f);

#endif
