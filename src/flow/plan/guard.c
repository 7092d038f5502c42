/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Judges whether a backup belongs to a unit, row by row of the decision table. Evidence in, verdict
 * out: it reads nothing, writes nothing, and has no input that turns a refusal into a yes. The IMEI
 * of a label is compared and forgotten. */
#include "flow/plan/guard.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

struct judge {
    const struct qd_anchors *file, *unit;
    const char *label; /* NULL = none */
    struct qd_guard *out;
    enum qd_relation rel[QD_ANCHORS];
    int imei_agrees; /* a usable IMEI of the unit is in the file */
    int imei_clash;
};

const char *qd_guard_verdict_name(enum qd_guard_verdict v)
{
    static const char *const names[] = {"refuse", "needs-more", "limited", "allow"};
    return (unsigned)v < 4 ? names[v] : "refuse";
}

static const struct {
    const char *name, *text;
} rules[QD_GUARD_RULES] = {
#define QD_GUARD_RULE(id, name, text) {name, text},
#include "flow/plan/guard.def"
#undef QD_GUARD_RULE
};

const char *qd_guard_rule_name(enum qd_guard_rule r)
{
    return rules[r].name;
}

const char *qd_guard_rule_text(enum qd_guard_rule r)
{
    return rules[r].text;
}

static void compare_all(struct judge *j)
{
    for (unsigned i = 0; i < QD_ANCHORS; i++) {
        enum qd_anchor a = (enum qd_anchor)i;
        j->rel[i] = qd_anchors_compare(j->file, j->unit, a);
        if (j->file->fact[i].state == QD_IDENT_UNKNOWN &&
            j->unit->fact[i].state == QD_IDENT_UNKNOWN)
            continue;
        struct qd_compared *c = &j->out->v[j->out->n++];
        c->anchor = a;
        c->kind = qd_anchor_kind(a);
        c->relation = j->rel[i];
        qd_anchors_show(j->file, a, c->file);
        qd_anchors_show(j->unit, a, c->unit);
    }
}

static void say(struct judge *j, enum qd_guard_verdict v, enum qd_guard_rule r, const char *why)
{
    j->out->verdict = v;
    j->out->rule = r;
    qd_copy_text(j->out->why, sizeof j->out->why, why ? why : rules[r].text);
}

static void refuse(struct judge *j, enum qd_guard_rule r, const char *what)
{
    char why[256];
    snprintf(why, sizeof why, "%s: %s", rules[r].text, what);
    say(j, QD_GUARD_REFUSE, r, why);
}

static void warn(struct judge *j, const char *text)
{
    char *w = j->out->warning;
    size_t n = strlen(w);
    snprintf(w + n, sizeof j->out->warning - n, "%s%s", n ? "; " : "", text);
}

static int in_set(const struct qd_anchors *a, const char *imei)
{
    for (unsigned s = 0; s < QD_SUBS; s++)
        if (qd_anchors_is(a, (enum qd_anchor)(QD_ANCHOR_IMEI + s), imei))
            return 1;
    return 0;
}

/* An IMEI that moved to another subscription; the same IMEI on both is no move. */
static int swapped(const struct judge *j)
{
    for (unsigned s = 0; s < QD_SUBS; s++) {
        const struct qd_fact *u = &j->unit->fact[QD_ANCHOR_IMEI + s];
        for (unsigned t = 0; t < QD_SUBS && u->state == QD_IDENT_USABLE; t++)
            if (t != s && j->rel[t] != QD_REL_EQUAL && j->rel[s] != QD_REL_EQUAL &&
                qd_anchors_is(j->file, (enum qd_anchor)(QD_ANCHOR_IMEI + t), u->text))
                return 1;
    }
    return 0;
}

/* Sets of which neither contains the other. */
static int sets_clash(const struct judge *j)
{
    unsigned nf = qd_anchors_imeis(j->file), nu = qd_anchors_imeis(j->unit), common = 0;
    for (unsigned s = 0; s < QD_SUBS; s++) {
        const struct qd_fact *u = &j->unit->fact[QD_ANCHOR_IMEI + s];
        common += u->state == QD_IDENT_USABLE && in_set(j->file, u->text);
    }
    return nf > 0 && nu > 0 && common < nu && common < nf;
}

/* The IMEI by AT is of either subscription, and must be one of those that DIAG gave. */
static void compare_extra(struct judge *j)
{
    const char *extra = j->unit->extra_imei;
    if (!extra[0] || !qd_imei_text_usable(extra))
        return;
    if (qd_anchors_imeis(j->unit) > 0)
        j->imei_clash |= !in_set(j->unit, extra);
    else if (in_set(j->file, extra))
        j->imei_agrees = 1;
    else if (qd_anchors_imeis(j->file) > 0)
        j->imei_clash = 1;
}

static void compare_imeis(struct judge *j)
{
    for (unsigned s = 0; s < QD_SUBS; s++) {
        j->imei_agrees |= j->rel[QD_ANCHOR_IMEI + s] == QD_REL_EQUAL;
        j->imei_clash |= j->rel[QD_ANCHOR_IMEI + s] == QD_REL_DIFFERENT;
    }
    j->imei_clash |= swapped(j) || sets_clash(j);
    compare_extra(j);
}

static int equal(const struct judge *j, enum qd_anchor a)
{
    return j->rel[a] == QD_REL_EQUAL;
}

static int hardware_equal(const struct judge *j)
{
    return equal(j, QD_ANCHOR_MODULE_SERIAL) || equal(j, QD_ANCHOR_CHIP_SERIAL);
}

/* Strong evidence that differs: 1, and the verdict is said. */
static int contradicted(struct judge *j)
{
    static const enum qd_anchor strong[] = {QD_ANCHOR_MEID, QD_ANCHOR_ESN, QD_ANCHOR_MODULE_SERIAL,
                                            QD_ANCHOR_CHIP_SERIAL};
    if (j->file->contradicts) {
        refuse(j, QD_GUARD_RULE_G1, "the manifest names another unit than its backup file");
        return 1;
    }
    if (j->imei_clash) {
        refuse(j, QD_GUARD_RULE_G1,
               hardware_equal(j) ? "the IMEI differs, although a serial number is equal"
                                 : "the IMEI differs");
        return 1;
    }
    for (size_t i = 0; i < sizeof strong / sizeof strong[0]; i++) {
        char what[80];
        if (j->rel[strong[i]] != QD_REL_DIFFERENT)
            continue;
        snprintf(what, sizeof what, "the %s differs", qd_anchor_text(strong[i]));
        refuse(j, j->imei_agrees ? QD_GUARD_RULE_G2 : QD_GUARD_RULE_G1, what);
        return 1;
    }
    return 0;
}

static int label_fails(struct judge *j)
{
    if (!j->label || (qd_imei_text_usable(j->label) && in_set(j->file, j->label)))
        return 0;
    say(j, QD_GUARD_REFUSE, QD_GUARD_RULE_LABEL,
        qd_imei_text_usable(j->label) ? NULL : "the label's IMEI is not a valid IMEI");
    return 1;
}

/* Calibration is another board's when all of it that can be compared differs. */
static void count_fingerprints(const struct judge *j, unsigned *same, unsigned *other)
{
    *same = *other = 0;
    for (unsigned i = 0; i < QD_ANCHORS; i++) {
        if (qd_anchor_kind((enum qd_anchor)i) != QD_FINGERPRINT)
            continue;
        *same += j->rel[i] == QD_REL_EQUAL;
        *other += j->rel[i] == QD_REL_DIFFERENT;
    }
}

static int other_board(const struct judge *j)
{
    unsigned same, other;
    count_fingerprints(j, &same, &other);
    return other > 0 && same == 0;
}

static void note_differences(struct judge *j)
{
    for (unsigned i = 0; i < QD_ANCHORS; i++) {
        enum qd_anchor_kind kind = qd_anchor_kind((enum qd_anchor)i);
        char text[96];
        if (j->rel[i] != QD_REL_DIFFERENT || (kind != QD_SUPPORTING && kind != QD_FINGERPRINT))
            continue;
        snprintf(text, sizeof text, "the %s differs", qd_anchor_text((enum qd_anchor)i));
        warn(j, text);
    }
}

/* A number made of the IMEI is no second witness. An ESN of the form 80xxxxxx is made of a MEID. */
static int from_imei(const struct judge *j, const struct qd_anchors *a)
{
    const struct qd_fact *meid = &a->fact[QD_ANCHOR_MEID];
    if (meid->state != QD_IDENT_USABLE || !meid->text[0])
        return meid->state != QD_IDENT_USABLE && strncmp(a->fact[QD_ANCHOR_ESN].text, "80", 2) == 0;
    for (unsigned s = 0; s < QD_SUBS; s++)
        if (strncmp(j->unit->fact[QD_ANCHOR_IMEI + s].text, meid->text, 14) == 0 ||
            strncmp(j->file->fact[QD_ANCHOR_IMEI + s].text, meid->text, 14) == 0)
            return 1;
    return 0;
}

static int is_serial(enum qd_anchor a)
{
    return a == QD_ANCHOR_MODULE_SERIAL || a == QD_ANCHOR_CHIP_SERIAL || a == QD_ANCHOR_USB_SERIAL;
}

static int is_radio_id(enum qd_anchor a)
{
    return a == QD_ANCHOR_MEID || a == QD_ANCHOR_ESN;
}

/* Witnesses besides the IMEI: how many agree, and how many each side could bring. */
struct witnesses {
    unsigned agree, serials, file, unit, lost; /* lost: in the file, not on the unit; no serial */
};

static struct witnesses count_witnesses(const struct judge *j)
{
    struct witnesses w = {0};
    for (unsigned i = QD_ANCHOR_MEID; i < QD_ANCHORS; i++) {
        enum qd_anchor a = (enum qd_anchor)i;
        int f = j->file->fact[i].state == QD_IDENT_USABLE;
        int u = j->unit->fact[i].state == QD_IDENT_USABLE;
        if (is_radio_id(a)) {
            f = f && !from_imei(j, j->file);
            u = u && !from_imei(j, j->unit);
        }
        w.file += (unsigned)f;
        w.unit += (unsigned)u;
        w.lost += f && !u && !is_serial(a);
        if (equal(j, a) && f && u) {
            w.agree += is_serial(a) == 0;
            w.serials += is_serial(a) != 0;
        }
    }
    return w;
}

static void allow(struct judge *j, enum qd_guard_rule r, int identity)
{
    say(j, QD_GUARD_ALLOW, r, NULL);
    j->out->identity = identity;
    note_differences(j);
}

static void need(struct judge *j, enum qd_guard_rule r, unsigned needs, const char *why)
{
    say(j, QD_GUARD_NEEDS, r, why);
    j->out->needs = needs;
}

/* The board is another one, or its calibration was made anew: 1 when the verdict is said. */
static int judge_board(struct judge *j)
{
    if (!other_board(j))
        return 0;
    if (!hardware_equal(j)) {
        refuse(j, j->imei_agrees ? QD_GUARD_RULE_G2 : QD_GUARD_RULE_G1,
               "all calibration that can be compared differs");
        return 1;
    }
    allow(j, QD_GUARD_RULE_G2H, qd_anchors_imeis(j->file) > 0);
    j->out->confirm = 1;
    return 1;
}

/* G3: an IMEI of the unit is in the file. */
static void judge_known(struct judge *j)
{
    struct witnesses w = count_witnesses(j);
    if (judge_board(j))
        return;
    if (w.agree > 0 || (w.serials > 0 && w.lost == 0)) {
        allow(j, QD_GUARD_RULE_G3A, 1);
    } else if (w.serials > 0) {
        allow(j, QD_GUARD_RULE_G3C, 1);
    } else if (w.file == 0 && w.unit == 0) {
        allow(j, QD_GUARD_RULE_G3B, 1);
        j->out->confirm = 1;
    } else if (j->label) {
        allow(j, QD_GUARD_RULE_G3C, 1);
        j->out->label_used = 1;
    } else {
        need(j, QD_GUARD_RULE_G3C, QD_NEEDS_LABEL | QD_NEEDS_SERIAL,
             "the IMEI agrees, but no second witness: the other evidence is on one side only");
    }
}

/* Blank or damaged, but seen: an IMEI that could not be read may be anybody's. */
static int imei_was_seen(const struct judge *j)
{
    return j->unit->fact[QD_ANCHOR_IMEI].state != QD_IDENT_UNKNOWN;
}

/* G4 to G6: the unit has no usable IMEI. */
static void judge_blank(struct judge *j)
{
    int serial = hardware_equal(j) || equal(j, QD_ANCHOR_USB_SERIAL);
    if (judge_board(j))
        return;
    if (equal(j, QD_ANCHOR_MEID) || equal(j, QD_ANCHOR_ESN)) {
        allow(j, QD_GUARD_RULE_G4, 1);
    } else if (serial) {
        allow(j, QD_GUARD_RULE_G5, 1);
    } else if (!imei_was_seen(j)) {
        need(j, QD_GUARD_RULE_G6, QD_NEEDS_SERIAL,
             "the unit's IMEI cannot be read, so it may be any unit");
    } else if (j->label) {
        allow(j, QD_GUARD_RULE_G6, 1);
        j->out->label_used = 1;
    } else {
        need(j, QD_GUARD_RULE_G6, QD_NEEDS_LABEL | QD_NEEDS_SERIAL,
             "the unit has no identity, and nothing else shows that it is the same unit");
    }
}

/* G7, G9: the file has no usable IMEI. */
static void judge_nameless(struct judge *j)
{
    int agrees = equal(j, QD_ANCHOR_MEID) || equal(j, QD_ANCHOR_ESN) || hardware_equal(j);
    if (!agrees) {
        say(j, QD_GUARD_LIMITED, QD_GUARD_RULE_G7,
            "the backup has no usable identity, so neither identity nor calibration may come from "
            "it");
        note_differences(j);
        return;
    }
    if (judge_board(j))
        return;
    allow(j, QD_GUARD_RULE_G9, 0);
}

void qd_guard_judge(const struct qd_anchors *file, const struct qd_anchors *unit, const char *label,
                    struct qd_guard *out)
{
    struct judge j = {.file = file, .unit = unit, .label = label, .out = out};
    memset(out, 0, sizeof *out);
    compare_all(&j);
    compare_imeis(&j);
    if (contradicted(&j) || label_fails(&j))
        return;
    if (qd_anchors_imeis(file) == 0)
        judge_nameless(&j);
    else if (j.imei_agrees)
        judge_known(&j);
    else
        judge_blank(&j);
}

int qd_guard_check(const struct qd_guard *g, int config_only, struct qdiag_error *e)
{
    if (g->verdict == QD_GUARD_ALLOW || (g->verdict == QD_GUARD_LIMITED && config_only))
        return 0;
    int rc = qd_fail(e, QDIAG_E_NOT_SAME_UNIT, NULL, "%s [%s]", g->why, rules[g->rule].name);
    if (g->verdict == QD_GUARD_REFUSE) {
        qd_what(e, "%s", "refused: this backup belongs to another unit");
        qd_hint(e, "%s",
                "connect the unit it was taken from; `qdiag show FILE` lists the contents");
    } else {
        qd_what(e, "%s", "refused: nothing shows that this backup belongs to this unit");
    }
    if (g->needs & QD_NEEDS_LABEL)
        qd_hint(e, "%s",
                "put the manifest made with the backup beside it, or give the IMEI printed on "
                "the unit's label: it is compared, never written");
    else if (g->needs)
        qd_hint(e, "%s",
                "put the manifest made with the backup beside it: its serial numbers can decide");
    else if (g->verdict == QD_GUARD_LIMITED)
        qd_hint(e, "%s", "settings alone can be restored from it when they are chosen by class");
    return rc;
}
