/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Opening: throw away what a killed client left on the line, make sure that DIAG is spoken, and
 * when it is not, say what was heard instead. Sends VERNO only, at most twice. */
#include "diag/session_priv.h"

#include <stdlib.h>

#include "base/cancel.h"

#define STALE_MS 50u
#define PAUSE_MS                                                                                   \
    300u /* units in non-HDLC framing fall back to HDLC some 200 ms after a bad frame */
#define OPEN_ASKS 2u

static int sounds_like_text(const struct qd_heard *h)
{
    return h->line_ends > 0 && h->printable * 10 >= h->bytes * 9;
}

static const char *what_was_heard(const struct qd_diag *d)
{
    const struct qd_heard *h = &d->heard;

    if (h->bytes == 0)
        return "nothing was heard";
    if (h->other_framing)
        return "the unit speaks non-HDLC framing, left on by another tool: reset it or unplug it";
    if (sounds_like_text(h))
        return "text was heard, as on an AT or NMEA port";
    if (h->echoes)
        return "only our own bytes came back: the port echoes";
    if (h->frames && d->stats.strays + d->stats.foreign == 0)
        return "only unsolicited frames were heard, no answer to VERNO";
    if (h->frames)
        return "frames were heard, but no answer to VERNO";
    return "bytes were heard that are no DIAG frames";
}

static int probe(struct qd_diag *d, struct qdiag_error *e)
{
    static const uint8_t verno[1] = {0x00};
    struct qd_request rq = {QD_CMD_VERNO, verno, sizeof verno, sizeof verno};
    struct qd_deadline t = qd_wire_deadline(d, STALE_MS);
    struct qd_reply r;
    int rc = qd_wire_drop(d, &t, e);

    for (unsigned i = 0; i < OPEN_ASKS && rc == 0; i++) {
        rc = qd_cancel_check(d->ctx->cancel, e);
        d->want_flag = 1;
        if (rc == 0)
            rc = qd_exchange(d, &rq, 1, PAUSE_MS, &r, e);
    }
    if (rc == 0)
        return qd_fail(e, QDIAG_E_LINK_SILENT, qd_diag_address(d), "%s", what_was_heard(d));
    return rc > 0 ? 0 : rc;
}

int qd_diag_open(struct qd_diag **out, struct qd_link **link, struct qdiag_error *e)
{
    struct qd_diag *d = qd_alloc(1, sizeof *d);
    int rc;

    if (!d)
        return qd_nomem(e);
    d->link = *link;
    d->ctx = (*link)->ctx;
    d->opening = 1;
    qd_hdlc_reset(&d->in);
    rc = probe(d, e);
    d->opening = 0;
    if (rc != 0) {
        qd_buf_free(&d->out);
        free(d);
        return rc;
    }
    *link = NULL;
    *out = d;
    return 0;
}

int qd_diag_wait_gone(struct qd_diag *d, unsigned ms, struct qdiag_error *e)
{
    struct qd_deadline t = qd_wire_deadline(d, ms);
    struct qdiag_error why = {0};
    int rc = d->dead == QDIAG_E_LINK_GONE ? -QDIAG_E_LINK_GONE : 0;

    while (rc == 0 && !qd_deadline_over(&t)) {
        struct qd_deadline slice = qd_deadline_sub(&t, 200);

        rc = qd_cancel_check(d->ctx->cancel, &why);
        if (rc == 0)
            rc = qd_wire_drop(d, &slice, &why);
    }
    if (rc == -QDIAG_E_LINK_GONE)
        return 0;
    if (rc != 0) {
        *e = why;
        return rc;
    }
    return qd_fail(e, QDIAG_E_TIMEOUT, qd_diag_address(d), "the unit was still there after %u s",
                   (ms + 999) / 1000);
}
