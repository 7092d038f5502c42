/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The confirmation that ties a hand to a unit: who types the last digits of the unit's own number
 * has looked at the unit. Digits are compared, never written. */
#include <stdio.h>
#include <string.h>

#include "base/cancel.h"
#include "base/text.h"
#include "flow/plan/planned.h"

#define DIGITS 6u
#define WORD   "UNIDENTIFIED" /* for a unit that shows no number at all */

static int choose(struct qdiag_plan *p, const char *value, const char *what)
{
    size_t n = strlen(value);
    if (n < DIGITS)
        return 0;
    qd_copy_text(p->digits, sizeof p->digits, value + n - DIGITS);
    snprintf(p->confirm, sizeof p->confirm, "the last %u characters of %s", DIGITS, what);
    return 1;
}

static int choose_fact(struct qdiag_plan *p, enum qd_anchor which, const char *what)
{
    const struct qd_fact *f = &p->unit.fact[which];
    return f->state == QD_IDENT_USABLE && choose(p, f->text, what);
}

void qd_confirm_choose(struct qdiag_plan *p, const char *label_imei)
{
    if (choose_fact(p, QD_ANCHOR_IMEI, "the unit's IMEI") ||
        choose_fact(p, QD_ANCHOR_IMEI2, "the unit's IMEI of subscription 1") ||
        (label_imei && p->guard.label_used && choose(p, label_imei, "the IMEI on its label")) ||
        choose_fact(p, QD_ANCHOR_MODULE_SERIAL, "the module's serial number") ||
        choose_fact(p, QD_ANCHOR_USB_SERIAL, "the unit's serial number on USB") ||
        choose_fact(p, QD_ANCHOR_MEID, "the unit's MEID"))
        return;
    qd_copy_text(p->digits, sizeof p->digits, WORD);
    snprintf(p->confirm, sizeof p->confirm, "the word %s, because the unit shows no number", WORD);
}

/* Blanks around it are the typist's, not the unit's. */
static int is_right(const struct qdiag_plan *p, const char *text)
{
    size_t n = strlen(p->digits);
    text += strspn(text, " \t");
    return strncasecmp(text, p->digits, n) == 0 && strspn(text + n, " \t\r\n") == strlen(text + n);
}

int qd_confirm_check(const struct qdiag_plan *p, const struct qdiag_restore_options *o,
                     struct qdiag_error *e)
{
    char answer[64] = "";
    const char *given = o->confirm;
    if (!given && o->ask && o->ask(p->confirm, answer, o->user) == 0)
        given = answer;
    if (qd_cancel_check(p->ctx->cancel, e) != 0) /* Ctrl-C instead of the digits */
        return -QDIAG_E_CANCELLED;
    if (given && is_right(p, given))
        return 0;
    int rc = qd_fail(e, QDIAG_E_POLICY, NULL,
                     given ? "not confirmed: that is not %s" : "not confirmed: nobody typed %s",
                     p->confirm);
    qd_hint(e, "run it on a terminal, or give --confirm: %s", p->confirm);
    return rc;
}
