/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Decides for every item of a backup: write, keep or leave out, and why. Pure: a plan is data, and
 * nothing here can write. What could not be looked at on the unit is never written, since nothing
 * would be there to go back to. */
#include "flow/plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "flow/plan/plan_view.h"
#include "flow/plan/plan_want.h"
#include "model/decode.h"

#define PATH_CAP 1100u

struct verdict {
    enum qd_decision decision;
    enum qd_reason reason;
};

struct building {
    const struct qd_plan_in *in;
    struct qd_view view;
    struct qd_wants wants;
    struct verdict *verdict; /* one per want */
    struct qd_plan *plan;
    struct qdiag_error *e;
};

static const struct verdict write_it = {QD_DO_WRITE, QD_REASON_NONE};
static const struct verdict keep_it = {QD_DO_KEEP, QD_REASON_NONE};

static struct verdict skip(enum qd_reason r)
{
    return (struct verdict){QD_DO_SKIP, r};
}

/* Files of the RF set go with the calibration, whatever their own class. */
static int chosen(const struct qd_plan_in *in, const struct qd_rule *r)
{
    enum qd_class c = r->set ? QD_CLASS_CALIBRATION : r->class;
    return in->only == 0 || (in->only & (1u << c)) != 0;
}

static struct verdict same_firmware(const struct qd_plan_in *in)
{
    enum qd_rev_match m = in->firmware->revision;
    if (m == QD_REV_MATCH || m == QD_REV_NOTE || in->accept_firmware)
        return write_it;
    return skip(m == QD_REV_DIFFERS ? QD_REASON_OTHER_FIRMWARE : QD_REASON_FIRMWARE_UNKNOWN);
}

static struct verdict identity(const struct qd_plan_in *in, const struct qd_want *x)
{
    uint16_t id = (uint16_t)x->key.nv;
    enum qd_ident_class unit = x->before.kind == QD_THERE_ABSENT
                                   ? QD_IDENT_BLANK
                                   : qd_ident_item_class(id, x->before.data);
    enum qd_ident_class file = qd_ident_item_class(id, x->after.data);
    if (unit == QD_IDENT_DAMAGED || file == QD_IDENT_DAMAGED)
        return skip(QD_REASON_IDENTITY_DAMAGED);
    if (file == QD_IDENT_BLANK)
        return skip(unit == QD_IDENT_BLANK ? QD_REASON_IDENTITY_BLANK : QD_REASON_IDENTITY_PRESENT);
    if (unit != QD_IDENT_BLANK)
        return skip(QD_REASON_IDENTITY_PRESENT);
    if (in->guard->verdict != QD_GUARD_ALLOW || !in->guard->identity)
        return skip(QD_REASON_IDENTITY_NOT_PROVEN);
    return write_it;
}

/* Something else is in the way: qdiag replaces contents, never a thing by another. */
static int in_the_way(const struct qd_want *x)
{
    enum qd_there b = x->before.kind, a = x->after.kind;
    if (b == QD_THERE_ABSENT || b == a)
        return a == QD_THERE_LINK && b == QD_THERE_LINK; /* another target */
    return 1;
}

static struct verdict by_policy(const struct qd_plan_in *in, const struct qd_want *x)
{
    switch (x->rule.policy) {
    case QD_POLICY_NEVER:
        break;
    case QD_POLICY_IF_BLANK:
        return identity(in, x);
    case QD_POLICY_SAME_UNIT:
        return x->rule.set && in->guard->verdict != QD_GUARD_ALLOW
                   ? skip(QD_REASON_IDENTITY_NOT_PROVEN)
                   : write_it;
    case QD_POLICY_SAME_FW:
        return same_firmware(in);
    }
    return skip(x->rule.reason);
}

static struct verdict decide(const struct qd_plan_in *in, const struct qd_want *x)
{
    if (x->problem == QD_REASON_NONE && qd_state_equal(&x->before, &x->after))
        return keep_it;
    if (x->rule.policy == QD_POLICY_NEVER)
        return skip(x->rule.reason);
    if (!chosen(in, &x->rule))
        return skip(QD_REASON_NOT_CHOSEN);
    if (x->problem != QD_REASON_NONE)
        return skip(x->problem);
    if (x->before.kind == QD_THERE_UNKNOWN)
        return skip(QD_REASON_UNREADABLE);
    if (in_the_way(x))
        return skip(QD_REASON_CONFLICT);
    return by_policy(in, x);
}

static struct qd_key folder_key(const struct qd_want *x, char *copy, size_t len)
{
    memcpy(copy, x->key.path, len);
    copy[len] = '\0';
    return (struct qd_key){.sub = -1, .nv = -1, .fs = x->key.fs, .path = copy};
}

/* Whether the folders above a file let it be written. Where the file itself was seen, so were they.
 */
static enum qd_reason parents_allow(const struct building *b, const struct qd_want *x)
{
    char copy[PATH_CAP];
    for (size_t n = qd_next_parent(x->key.path, 0); n; n = qd_next_parent(x->key.path, n)) {
        struct qd_key k = folder_key(x, copy, n);
        struct qd_state s = qd_view_state(&b->view, &k);
        if (s.kind == QD_THERE_UNKNOWN && x->before.kind == QD_THERE_ABSENT)
            return QD_REASON_UNREADABLE;
        if (s.kind != QD_THERE_UNKNOWN && s.kind != QD_THERE_ABSENT && s.kind != QD_THERE_DIR)
            return QD_REASON_CONFLICT;
    }
    return QD_REASON_NONE;
}

static void decide_all(struct building *b)
{
    for (size_t i = 0; i < b->wants.n; i++) {
        const struct qd_want *x = &b->wants.v[i];
        b->verdict[i] = decide(b->in, x);
        if (b->verdict[i].decision != QD_DO_WRITE || !x->key.path)
            continue;
        enum qd_reason r = parents_allow(b, x);
        if (r != QD_REASON_NONE)
            b->verdict[i] = skip(r);
    }
}

/* A part of the calibration that the backup itself says it could not read. */
static int set_is_torn(const struct qd_backup *file)
{
    for (size_t i = 0; i < file->missing.n; i++) {
        const struct qd_missing *m = &file->missing.v[i];
        if (m->kind != QD_MISSING_UNREADABLE)
            continue;
        if (m->path     ? qd_policy_reaches_set(m->path)
            : m->nv < 0 ? m->sub <= 0 /* a whole subscription or tree */
                        : qd_policy_nv((uint16_t)m->nv).set)
            return 1;
    }
    return 0;
}

/* Calibration goes back whole or not at all. */
static void settle_set(struct building *b)
{
    int whole = !set_is_torn(b->in->file);
    for (size_t i = 0; i < b->wants.n; i++)
        if (b->wants.v[i].rule.set && b->verdict[i].decision == QD_DO_SKIP)
            whole = 0;
    for (size_t i = 0; i < b->wants.n && !whole; i++)
        if (b->wants.v[i].rule.set && b->verdict[i].decision == QD_DO_WRITE)
            b->verdict[i] = skip(QD_REASON_CALIBRATION_SET);
}

static int is_made(const struct building *b, const struct qd_key *k)
{
    for (size_t i = b->plan->n; i > 0; i--) {
        const struct qd_step *s = &b->plan->v[i - 1];
        if (s->after.kind == QD_THERE_DIR && qd_key_compare(&s->key, k) == 0)
            return s->decision == QD_DO_WRITE;
    }
    return 0;
}

static int add_folder(struct building *b, const struct qd_key *k, enum qd_phase phase)
{
    struct qd_step s = {.class = qd_catalog_path_class(k->path),
                        .phase = phase,
                        .before = {QD_THERE_ABSENT, QD_MODE_ANY, NULL, 0},
                        .after = {QD_THERE_DIR, QD_MODE_ANY, NULL, 0}};
    int rc = qd_key_copy(&s.key, k, b->e);
    if (rc == 0)
        rc = qd_plan_add(b->plan, &s, b->e);
    qd_step_clear(&s);
    return rc;
}

static int add_parents(struct building *b, const struct qd_want *x)
{
    char copy[PATH_CAP];
    int rc = 0;
    for (size_t n = qd_next_parent(x->key.path, 0); rc == 0 && n;
         n = qd_next_parent(x->key.path, n)) {
        struct qd_key k = folder_key(x, copy, n);
        if (qd_view_state(&b->view, &k).kind == QD_THERE_ABSENT && !is_made(b, &k))
            rc = add_folder(b, &k, x->phase);
    }
    return rc;
}

static int add_step(struct building *b, const struct qd_want *x, struct verdict v)
{
    struct qd_step s = {.class = x->rule.class,
                        .phase = x->phase,
                        .decision = v.decision,
                        .reason = v.reason,
                        .before = {.mode = QD_MODE_ANY},
                        .after = {.mode = QD_MODE_ANY}};
    int rc = qd_key_copy(&s.key, &x->key, b->e);
    if (rc == 0)
        rc = qd_state_copy(&s.before, &x->before, b->e);
    if (rc == 0)
        rc = qd_state_copy(&s.after, &x->after, b->e);
    if (rc == 0)
        rc = qd_plan_add(b->plan, &s, b->e);
    qd_step_clear(&s);
    return rc;
}

static int add_steps(struct building *b)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < b->wants.n; i++) {
        const struct qd_want *x = &b->wants.v[i];
        int folders = x->key.path && b->verdict[i].decision == QD_DO_WRITE;
        if (folders && x->after.kind == QD_THERE_DIR && is_made(b, &x->key))
            continue;
        if (folders)
            rc = add_parents(b, x);
        if (rc == 0)
            rc = add_step(b, x, b->verdict[i]);
    }
    return rc;
}

/* Classes of which at least one item needs the firmware it was taken from. */
static int needs_same_firmware(uint32_t only)
{
    static const enum qd_class classes[] = {QD_CLASS_CALIBRATION, QD_CLASS_RF_CONFIG,
                                            QD_CLASS_NETWORK, QD_CLASS_DATA, QD_CLASS_MISC};
    uint32_t all = 0;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        all |= 1u << classes[i];
    return only == 0 || (only & all) != 0;
}

/* Neither who the unit is nor what was measured on it. */
static int config_only(uint32_t only)
{
    return only != 0 && (only & (1u << QD_CLASS_IDENTITY | 1u << QD_CLASS_CALIBRATION)) == 0;
}

static int check_source(const struct qd_plan_in *in, struct qdiag_error *e)
{
    const struct qd_backup *f = in->file;
    size_t items = f->files.n;
    for (unsigned s = 0; s < QD_SUBS; s++)
        items += f->nv[s].n;
    if (qd_client_is_redacted(f->client)) {
        qd_fail(e, QDIAG_E_POLICY, NULL, "%s", "identity and secrets were taken out of it");
        qd_what(e, "%s", "refused: a redacted copy cannot be restored");
    } else if (items == 0) {
        qd_fail(e, QDIAG_E_POLICY, NULL, "%s", "it holds no items and no files");
        qd_what(e, "%s", "refused: the backup is empty");
    } else {
        return 0;
    }
    return -QDIAG_E_POLICY;
}

static int check_all(const struct qd_plan_in *in, struct qdiag_error *e)
{
    int rc = check_source(in, e);
    if (rc == 0)
        rc = qd_guard_check(in->guard, config_only(in->only), e);
    if (rc == 0)
        rc = qd_firmware_check(in->firmware, needs_same_firmware(in->only), in->accept_firmware, e);
    return rc;
}

static int build(struct building *b)
{
    const struct qd_plan_in *in = b->in;
    b->verdict = qd_alloc(b->wants.n + 1, sizeof *b->verdict);
    b->plan = qd_plan_new();
    if (!b->verdict || !b->plan)
        return qd_nomem(b->e);
    decide_all(b);
    settle_set(b);
    qd_copy_text(b->plan->source_sha256, sizeof b->plan->source_sha256,
                 in->source_sha256 ? in->source_sha256 : "");
    qd_copy_text(b->plan->unit, sizeof b->plan->unit, in->unit_digest ? in->unit_digest : "");
    qd_copy_text(b->plan->salt, sizeof b->plan->salt, in->salt ? in->salt : "");
    return add_steps(b);
}

int qd_plan_build(const struct qd_plan_in *in, struct qd_plan **plan, struct qdiag_error *e)
{
    struct building b = {.in = in, .e = e};
    *plan = NULL;
    int rc = check_all(in, e);
    if (rc == 0)
        rc = qd_view_open(&b.view, in, e);
    if (rc == 0)
        rc = qd_wants_collect(&b.view, &b.wants, e);
    if (rc == 0)
        rc = build(&b);
    if (rc == 0)
        *plan = b.plan;
    else
        qd_plan_free(&b.plan);
    free(b.verdict);
    qd_wants_free(&b.wants);
    qd_view_close(&b.view);
    return rc;
}
