/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Opening and closing: throw away what waits, learn how the port is set, set it as the session
 * needs it, and give it back as it was. The first line sent is `AT`: behind half a line that a dead
 * client left in the unit it makes an unknown command and runs nothing. */
#include "at/session_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"

#define TRIES    4u
#define FEW      2u
#define SHORT_MS 1000u
#define DATA_MS  5000u /* after which a unit ends an upload that stands still, as a rule */
#define LOOK_MS  250u

/* Sends a line and waits for any result. 1, 0 or negative; *f and the lines are kept. */
static int try_line(struct qd_at *at, const struct qd_at_command *c, struct qd_at_final *f,
                    struct qdiag_error *e)
{
    struct qd_deadline t = qd_deadline_in_ms(at->ctx->clock, c->ms ? c->ms : SHORT_MS);
    int rc = qd_at_put(at, c->text, &t, e);

    return rc ? rc : qd_at_await(at, c, &t, f, e);
}

/* As try_line, but a unit that starts meanwhile, or is silent, is asked again. */
static int try_times(struct qd_at *at, const struct qd_at_command *c, unsigned times,
                     struct qd_at_final *f, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    int rc = 0;

    for (unsigned i = 0; i < times && rc == 0; i++) {
        rc = qd_cancel_check(at->ctx->cancel, e);
        if (rc == 0)
            rc = try_line(at, c, f, &mine);
        if (rc == -QDIAG_E_UNKNOWN || rc == -QDIAG_E_TIMEOUT) {
            qd_error_clear(&mine);
            rc = 0;
        }
    }
    if (rc < 0 && e && !e->code)
        *e = mine;
    return rc;
}

static int try_again(struct qd_at *at, const struct qd_at_command *c, struct qd_at_final *f,
                     struct qdiag_error *e)
{
    return try_times(at, c, TRIES, f, e);
}

static uint64_t lines_heard(const struct qd_at *at)
{
    return at->stats.late + at->stats.urcs + at->stats.unknown + at->stats.too_long;
}

/* A client that was killed in an upload leaves the unit in data mode, where all that is sent goes
 * into the file, until nothing was sent for some seconds: then a result comes that nobody asked
 * for. So does the answer of a slow unit, and one that starts says so. 1: something came; 0: not a
 * line in all this time, and to ask once more would only take longer. */
static int let_data_end(struct qd_at *at, struct qdiag_error *e)
{
    struct qd_deadline end = qd_deadline_in_ms(at->ctx->clock, DATA_MS);
    uint64_t late = at->stats.late, starts = at->stats.restarts, lines = lines_heard(at);
    int rc = 0;

    while (rc == 0 && at->stats.late == late && at->stats.restarts == starts &&
           !qd_deadline_over(&end)) {
        rc = qd_at_listen(at, LOOK_MS, e);
        if (rc == 0)
            rc = qd_cancel_check(at->ctx->cancel, e);
    }
    return rc ? rc : lines_heard(at) != lines;
}

static const struct qd_at_command say_at = {"AT", "", 0, 0};

static int say(struct qd_at *at, int patient, struct qd_at_final *f, struct qdiag_error *e)
{
    int rc = try_times(at, &say_at, patient ? FEW : TRIES, f, e);

    if (rc != 0 || !patient || at->frames)
        return rc;
    rc = let_data_end(at, e);
    return rc > 0 ? try_times(at, &say_at, FEW, f, e) : rc;
}

/* Until a plain AT is answered with success. */
static int greet(struct qd_at *at, int patient, struct qdiag_error *e)
{
    struct qd_at_final f = {.result = QD_AT_ERROR};
    int rc = 1;

    for (unsigned i = 0; i < TRIES && rc > 0 && f.result != QD_AT_OK; i++)
        rc = say(at, patient, &f, e);
    if (rc < 0)
        return rc;
    if (rc > 0 && f.result == QD_AT_OK) {
        if (at->found)
            return 0;
        at->found_echo = at->echo_seen;
        at->found_numeric = strcmp(at->in.text, "0") == 0;
        return 0;
    }
    if (rc > 0)
        return qd_fail(e, QDIAG_E_PROTOCOL, at->link->address, "AT is answered, but not with OK");
    qd_fail(e, QDIAG_E_LINK_SILENT, at->link->address, "%s",
            at->frames ? "DIAG frames were heard: this is no AT port" : "nothing answers to AT");
    qd_hint(e, "%s",
            "check that this is the AT port (`qdiag list`); a unit that has just started answers "
            "later");
    return -QDIAG_E_LINK_SILENT;
}

static void read_cmee(struct qd_at *at)
{
    static const struct qd_at_command c = {"AT+CMEE?", "+CMEE", 0, 0};
    struct qdiag_error e = {0};
    struct qd_at_final f;

    at->found_cmee = -1;
    if (try_line(at, &c, &f, &e) == 1 && f.result == QD_AT_OK && at->texts_n == 1) {
        const char *v = qd_at_after((const char *)at->texts.p, "+CMEE");

        if (v[0] >= '0' && v[0] <= '2' && !v[1])
            at->found_cmee = v[0] - '0';
    }
}

int qd_at_settle(struct qd_at *at, struct qdiag_error *e)
{
    static const struct qd_at_command form = {"ATE0V1", "", 0, 0}, cmee = {"AT+CMEE=1", "", 0, 0};
    struct qd_at_final f;
    int rc;

    at->numeric = 1;
    rc = try_again(at, &form, &f, e);
    if (rc == 1 && f.result == QD_AT_OK)
        at->numeric = 0;
    if (rc == 1)
        rc = try_again(at, &cmee, &f, e);
    if (rc == 0)
        return qd_fail(e, QDIAG_E_LINK_SILENT, at->link->address, "no answer to ATE0V1, AT+CMEE=1");
    at->lost = 0;
    return rc < 0 ? rc : 0;
}

/* An OK without a model is the answer to something before: of a client that died, or of our own
 * first AT, when the unit was just starting. Answers are then one behind, until it is quiet. */
static int read_model(struct qd_at *at, struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+CGMM", NULL, 0, 0};
    struct qd_at_final f;
    unsigned behind = 0;
    int rc;

    while ((rc = try_again(at, &c, &f, e)) > 0 && f.result == QD_AT_OK && !at->texts_n &&
           behind < TRIES)
        behind++;
    if (rc < 0)
        return rc;
    if (rc == 0 || f.result != QD_AT_OK || at->texts_n == 0)
        return qd_fail(e, QDIAG_E_PROTOCOL, "AT+CGMM", "the unit does not say its model");
    if (strncasecmp((const char *)at->texts.p, "AT", 2) ==
        0) /* a command, not ours: no model begins so */
        return qd_fail(e, QDIAG_E_PROTOCOL, "AT+CGMM",
                       "the unit does not say its model: another program talks to the port");
    qd_copy_text(at->model, sizeof at->model, (const char *)at->texts.p);
    return behind ? qd_at_drain(at, 1000, e) : 0;
}

static int begin(struct qd_at *at, int patient, struct qdiag_error *e)
{
    int rc;

    if (at->dead)
        return qd_fail(e, at->dead, at->link->address, "the session had ended before");
    at->quiet = 0;
    at->lost = at->data = 0;
    rc = qd_at_drain(at, 2000, e);
    at->numeric = 1;
    if (rc == 0)
        rc = greet(at, patient, e);
    if (rc == 0) {
        struct qd_at_final f;
        struct qd_deadline now = qd_deadline_in_ms(at->ctx->clock, 0);

        rc = qd_at_await(at, NULL, &now, &f, e);
    }
    if (rc != 0)
        return rc;
    if (!at->found)
        read_cmee(at);
    at->found = 1;
    rc = qd_at_settle(at, e);
    return rc ? rc : read_model(at, e);
}

int qd_at_begin(struct qd_at *at, struct qdiag_error *e)
{
    return begin(at, 0, e);
}

static void free_session(struct qd_at *at)
{
    qd_buf_free(&at->texts);
    free(at);
}

int qd_at_open_quiet(struct qd_at **out, struct qd_link **link, struct qdiag_error *e)
{
    struct qd_at *at = qd_alloc(1, sizeof *at);

    *out = at;
    if (!at)
        return qd_nomem(e);
    at->link = *link;
    at->ctx = (*link)->ctx;
    at->quiet = 1;
    at->found_cmee = -1;
    qd_atline_reset(&at->in);
    *link = NULL;
    return 0;
}

void qd_at_on_unsolicited(struct qd_at *at,
                          void (*fn)(void *user, enum qd_at_kind kind, const char *line),
                          void *user)
{
    at->heard = fn;
    at->heard_user = user;
}

/* Best effort: a unit that does not answer keeps what the session set, and the log says so. */
static void put_back(struct qd_at *at)
{
    char text[32] = "AT";
    struct qd_at_command c = {text, "", SHORT_MS, 1};
    struct qdiag_error e = {0};
    struct qd_at_final f;

    if (at->dead || at->data || (at->lost && qd_at_sync(at, 2 * SHORT_MS, NULL, NULL, &e) != 0)) {
        qd_log(at->ctx, QDIAG_LOG_DEBUG, "at", "the port's settings are not given back");
        return;
    }
    if (at->found_cmee >= 0 && at->found_cmee != 1) {
        qd_copy_text(text, sizeof text, at->found_cmee ? "AT+CMEE=2" : "AT+CMEE=0");
        (void)try_line(at, &c, &f, &e);
    }
    if (!at->found_echo && !at->found_numeric)
        return;
    qd_copy_text(text, sizeof text,
                 at->found_echo && at->found_numeric ? "ATE1V0"
                 : at->found_echo                    ? "ATE1"
                                                     : "ATV0");
    at->numeric = 1;
    (void)try_line(at, &c, &f, &e);
}

/* Also for a run that is to be stopped: it takes no more than the seconds above. */
static void give_back(struct qd_at *at)
{
    struct qdiag_cancel *cancel = at->ctx->cancel;

    if (at->quiet)
        return;
    at->ctx->cancel = NULL;
    put_back(at);
    at->ctx->cancel = cancel;
}

int qd_at_open(struct qd_at **out, struct qd_link **link, struct qdiag_error *e)
{
    int rc = qd_at_open_quiet(out, link, e);

    if (rc == 0)
        rc = begin(*out, 1, e);
    if (rc != 0 && *out) {
        give_back(*out);
        *link = (*out)->link; /* the caller's again */
        free_session(*out);
        *out = NULL;
    }
    return rc;
}

void qd_at_close(struct qd_at **at)
{
    struct qd_at *old = *at;

    *at = NULL;
    if (!old)
        return;
    give_back(old);
    qd_link_close(&old->link);
    free_session(old);
}
