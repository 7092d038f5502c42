/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Two small rings: recent requests and recent strays. Fixed memory; it must not grow however much a
 * unit or a second client on the port has to say. */
#include "diag/recent.h"

#include <string.h>

void qd_recent_ask(struct qd_recent *r, enum qd_cmd cmd, const uint8_t *req, size_t n)
{
    struct qd_recent_request *slot = &r->asked[r->next];

    memset(slot, 0, sizeof *slot);
    slot->cmd = cmd;
    slot->n = n;
    memcpy(slot->head, req, n < QD_RECENT_HEAD ? n : QD_RECENT_HEAD);
    r->next = (r->next + 1) % QD_RECENT_ASKED;
}

void qd_recent_answered(struct qd_recent *r)
{
    r->asked[(r->next + QD_RECENT_ASKED - 1) % QD_RECENT_ASKED].answered = 1;
}

static int answers(const struct qd_recent_request *slot, const uint8_t *p, size_t len)
{
    struct qd_request rq = {slot->cmd, slot->head, slot->n, slot->n};

    if (slot->n == 0)
        return 0;
    if (rq.have > QD_RECENT_HEAD)
        rq.have = QD_RECENT_HEAD;
    return qd_reply_judge(&rq, p, len) != QD_VERDICT_OTHER;
}

struct qd_recent_request *qd_recent_find(struct qd_recent *r, const uint8_t *p, size_t len,
                                         int skip_newest)
{
    struct qd_recent_request *done = NULL;

    for (unsigned i = skip_newest ? 2 : 1; i <= QD_RECENT_ASKED; i++) {
        unsigned at = (r->next + QD_RECENT_ASKED - i) % QD_RECENT_ASKED;
        struct qd_recent_request *slot = &r->asked[at];

        if (!answers(slot, p, len))
            continue;
        if (!slot->answered)
            return slot;
        if (!done)
            done = slot;
    }
    return done;
}

int qd_recent_same_command(const struct qd_recent *r, const uint8_t *p, size_t len)
{
    if (len > 1 && qd_diag_bad_name(p[0])) { /* an error frame names the command behind its code */
        p++;
        len--;
    }
    for (unsigned i = 0; i < QD_RECENT_ASKED; i++) {
        const struct qd_recent_request *slot = &r->asked[i];
        size_t head = slot->n ? qd_cmd_rule(slot->cmd)->head : 0;

        if (head && len >= head && memcmp(p, slot->head, head) == 0)
            return 1;
    }
    return 0;
}

static void drop_stray(struct qd_recent *r, unsigned at)
{
    r->n_strays--;
    memmove(&r->strays[at], &r->strays[at + 1], (r->n_strays - at) * sizeof r->strays[0]);
}

void qd_recent_keep(struct qd_recent *r, enum qd_cmd cmd, const uint8_t *p, size_t len)
{
    struct qd_recent_stray *s;

    if (len == 0 || len > QD_STRAY_MAX)
        return;
    if (r->n_strays == QD_RECENT_STRAYS)
        drop_stray(r, 0);
    s = &r->strays[r->n_strays++];
    s->cmd = cmd;
    s->bad = p[0] == qd_cmd_rule(cmd)->code ? 0 : p[0];
    s->len = len;
    memcpy(s->p, p, len);
}

int qd_recent_take(struct qd_recent *r, enum qd_cmd cmd, struct qd_recent_stray *out)
{
    for (unsigned i = 0; i < r->n_strays; i++) {
        if (r->strays[i].cmd != cmd)
            continue;
        *out = r->strays[i];
        drop_stray(r, i);
        return 1;
    }
    return 0;
}
