/* SPDX-License-Identifier: BSD-3-Clause
 *
 * An AT session: one command at a time, its answer told apart from echo, unsolicited lines and late
 * answers of commands before.
 *
 * A command that got no result in time is not sent again; before the next command the session
 * finds its place again by asking for the model, whose answer nothing else gives. RDY while a
 * command runs means that the unit was reset: that command's result is not known (UNKNOWN, touch
 * unknown when it writes). Limits of time are deadlines that only shrink. */
#ifndef QD_AT_SESSION_H
#define QD_AT_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "at/parse.h"
#include "base/context.h"
#include "transport/transport.h"

struct qd_at;

struct qd_at_command {
    const char *text;   /* "AT+QPRTPARA=4", without a line end */
    const char *prefix; /* "+QPRTPARA": lines that belong to the answer; "": none do; NULL: every
                           line that is not unsolicited */
    unsigned ms;        /* how long the result may take; 0 = the context's time-out */
    int writes;         /* changes the unit: waited for to the end, also after a stop */
};

#define QD_AT_LINES 64u

struct qd_at_reply {
    struct qd_at_final final;
    size_t lines;                  /* at most QD_AT_LINES kept */
    const char *line[QD_AT_LINES]; /* valid until the next call on the session */
    int too_many;
};

struct qd_at_stats {
    uint64_t commands, urcs, unknown, late, restarts, timeouts, too_long;
};

/* Makes a session that owns the link (*link becomes NULL on success): throws away what waits, finds
 * out whether echo and numeric results are on, sets ATE0V1 and AT+CMEE=1, and asks for the model.
 * Errors: LINK_SILENT (says when DIAG frames were heard), LINK_GONE, LINK_IO, CANCELLED, NO_MEMORY,
 * PROTOCOL. */
int qd_at_open(struct qd_at **at, struct qd_link **link, struct qdiag_error *e);

/* Makes a session that only listens: nothing is sent to a unit that may be in the middle of an
 * upgrade and not answer. qd_at_begin makes it one that asks. Errors: NO_MEMORY. */
int qd_at_open_quiet(struct qd_at **at, struct qd_link **link, struct qdiag_error *e);

/* What qd_at_open does with a new link, on a session that only listened, or once more when the unit
 * has started anew. On failure the session goes on listening unless the link failed. Errors of
 * qd_at_open. */
int qd_at_begin(struct qd_at *at, struct qdiag_error *e);

/* Every unsolicited line is handed to fn as it comes, whatever the session is waiting for (NULL:
 * none is). fn must not use the session. */
void qd_at_on_unsolicited(struct qd_at *at,
                          void (*fn)(void *user, enum qd_at_kind kind, const char *line),
                          void *user);

/* Gives echo, result form and CMEE back as they were found, as far as they could be read. */
void qd_at_close(struct qd_at **at);

/* Sends one command and waits for its result. 0 with r filled, also for ERROR and CME errors.
 * Negative: POLICY (not to be sent, nothing was), TIMEOUT, UNKNOWN (the unit was reset meanwhile),
 * LINK_*, CANCELLED, NO_MEMORY. t: a limit above c->ms, or NULL. */
int qd_at_ask(struct qd_at *at, const struct qd_at_command *c, const struct qd_deadline *t,
              struct qd_at_reply *r, struct qdiag_error *e);

/* The same, and every result but OK is an error: REFUSED (wire = CME number, -1 = none). */
int qd_at_need(struct qd_at *at, const struct qd_at_command *c, const struct qd_deadline *t,
               struct qd_at_reply *r, struct qdiag_error *e);

/* Records a result that is not OK as an error. */
int qd_at_fail(const struct qd_at_command *c, const struct qd_at_final *f, struct qdiag_error *e);

/* Finds the place again after TIMEOUT or UNKNOWN, waiting at most ms for a unit that is busy or
 * starts anew. LINK_SILENT when it does not answer. A late result of the command before is left in
 * *late (1 = there was one) unless NULL. */
int qd_at_sync(struct qd_at *at, unsigned ms, struct qd_at_final *late, int *had,
               struct qdiag_error *e);

/* After CONNECT: raw bytes out and in, then the lines that end the command. Until finish was called
 * no command may be sent. */
int qd_at_data_out(struct qd_at *at, const void *p, size_t n, const struct qd_deadline *t,
                   struct qdiag_error *e);
int qd_at_data_in(struct qd_at *at, void *p, size_t n, const struct qd_deadline *t,
                  struct qdiag_error *e);
int qd_at_finish(struct qd_at *at, const struct qd_at_command *c, const struct qd_deadline *t,
                 struct qd_at_reply *r, struct qdiag_error *e);

/* Reads unsolicited lines until RDY (app = 0) or APP RDY (app = 1) was seen in this session, or the
 * time is over. 1, 0, or negative. */
int qd_at_wait_ready(struct qd_at *at, int app, unsigned ms, struct qdiag_error *e);

/* Reads unsolicited lines for ms, also without any. 0, or the link's error. */
int qd_at_listen(struct qd_at *at, unsigned ms, struct qdiag_error *e);

/* The unit is being reset: nothing is given back at close, nothing more is sent. */
void qd_at_abandon(struct qd_at *at);

const char *qd_at_model(const struct qd_at *at);
const char *qd_at_address(const struct qd_at *at);
struct qdiag_context *qd_at_context(const struct qd_at *at);
struct qd_at_stats qd_at_stats(const struct qd_at *at);

#endif
