/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Plans of one write that somebody asked for by name. They pass the same doors as a restore,
 * whatever the spelling of a path, and never follow a link: it could lead to a protected place. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "flow/plan/plan.h"
#include "flow/plan/plan_view.h"

#define PATH_CAP 1100u

int qd_plan_door(enum qd_single_op op, const struct qd_key *key, const char *target,
                 struct qdiag_error *e)
{
    char p[PATH_CAP], to[PATH_CAP];
    if (op == QD_SINGLE_NV) {
        if (key->nv < 0 || key->nv > 0xffff || key->sub < 0 || key->sub >= QD_SUBS)
            return qd_fail(e, QDIAG_E_USAGE, NULL, "NV %d, subscription %d", (int)key->nv,
                           key->sub);
        return qd_policy_nv_door((uint16_t)key->nv, e);
    }
    int rc = qd_policy_path_door(key->path, e);
    if (rc != 0 || op != QD_SINGLE_LINK)
        return rc;
    if (qd_path_normalise(key->path, p, sizeof p) != 0 ||
        qd_policy_link_target(p, (const uint8_t *)target, strlen(target), to, sizeof to) != 0)
        return qd_fail(e, QDIAG_E_USAGE, key->path, "%s",
                       "the target of the link is empty or too long");
    return qd_policy_path_door(to, e);
}

static int is_file(enum qd_there t)
{
    return t == QD_THERE_FILE || t == QD_THERE_ITEM;
}

static int conflict(const struct qd_single *s, const char *why, struct qdiag_error *e)
{
    char item[512];
    qd_key_text(&s->key, item, sizeof item);
    return qd_fail(e, QDIAG_E_REFUSED, item, "%s", why);
}

/* A write carries no number of an element: where an item is an array, its first byte is that. */
static int is_placed(const struct qd_single *s)
{
    int array = s->key.index || s->is_array ||
                qd_catalog_nv_kind((uint16_t)s->key.nv, NULL) == QD_NV_EMBEDDED;
    return !array || s->after.data[0] == s->key.index;
}

static int misplaced(const struct qd_single *s, struct qdiag_error *e)
{
    qd_fail(
        e, QDIAG_E_USAGE, NULL,
        "item %d is an array: element %u has to start with its own number, and %02x would go to "
        "element %u",
        (int)s->key.nv, s->key.index, s->after.data[0], s->after.data[0]);
    qd_hint(e, "%s", "--index chooses the element; the first of the bytes is that number again");
    return -QDIAG_E_USAGE;
}

/* What may stand at the key before each operation. */
static int check_before(const struct qd_single *s, struct qdiag_error *e)
{
    enum qd_there b = s->before.kind;
    if (b == QD_THERE_UNKNOWN)
        return conflict(
            s, "what is there now could not be read, so nothing would be there to go back to", e);
    switch (s->op) {
    case QD_SINGLE_NV:
        if (s->after.kind != QD_THERE_NV || s->after.len != QD_NV_SIZE)
            return qd_fail(e, QDIAG_E_USAGE, NULL, "an NV item has %d bytes", QD_NV_SIZE);
        return is_placed(s) ? 0 : misplaced(s, e);
    case QD_SINGLE_PUT:
        if (s->after.len > QD_PLAN_FILE_MAX)
            return qd_fail(e, QDIAG_E_POLICY, NULL, "larger than %u bytes", QD_PLAN_FILE_MAX);
        return b == QD_THERE_ABSENT || is_file(b)
                   ? 0
                   : conflict(s, "a folder or a link of that name is there", e);
    case QD_SINGLE_MKDIR:
    case QD_SINGLE_LINK:
        return b == QD_THERE_ABSENT ? 0 : conflict(s, "something of that name is there", e);
    case QD_SINGLE_RM:
        return b != QD_THERE_ABSENT ? 0 : conflict(s, "there is nothing of that name", e);
    case QD_SINGLE_CHMOD:
        if (s->after.mode > 07777)
            return qd_fail(e, QDIAG_E_USAGE, NULL, "mode %o", (unsigned)s->after.mode);
        return is_file(b) || b == QD_THERE_DIR
                   ? 0
                   : conflict(s, "only files and folders have a mode", e);
    }
    return qd_fail(e, QDIAG_E_BUG, NULL, "operation %d", (int)s->op);
}

static struct qd_state state_after(const struct qd_single *s)
{
    struct qd_state a = s->after;
    switch (s->op) {
    case QD_SINGLE_PUT:
        if (is_file(s->before.kind))
            a.kind = s->before.kind;
        else if (!is_file(a.kind))
            a.kind = qd_policy_file_kind(s->key.path, 0);
        break;
    case QD_SINGLE_RM:
        a = (struct qd_state){QD_THERE_ABSENT, QD_MODE_ANY, NULL, 0};
        break;
    case QD_SINGLE_MKDIR:
        a = (struct qd_state){QD_THERE_DIR, a.mode, NULL, 0};
        break;
    case QD_SINGLE_LINK:
        a.kind = QD_THERE_LINK;
        a.mode = QD_MODE_ANY;
        break;
    case QD_SINGLE_CHMOD:
        a = s->before;
        a.mode = s->after.mode;
        break;
    case QD_SINGLE_NV:
        a.mode = QD_MODE_ANY;
        break;
    }
    return a;
}

static enum qd_phase phase_of(const char *path)
{
    return path ? QD_PHASE_EFS : QD_PHASE_NV;
}

static int add_step(struct qd_plan *p, const struct qd_key *key, const struct qd_state *before,
                    const struct qd_state *after, struct qdiag_error *e)
{
    struct qd_step s = {.phase = phase_of(key->path),
                        .class = key->path ? qd_catalog_path_class(key->path)
                                           : qd_catalog_nv_class((uint16_t)key->nv),
                        .decision = qd_state_equal(before, after) ? QD_DO_KEEP : QD_DO_WRITE,
                        .before = {.mode = QD_MODE_ANY},
                        .after = {.mode = QD_MODE_ANY}};
    int rc = qd_key_copy(&s.key, key, e);
    if (rc == 0)
        rc = qd_state_copy(&s.before, before, e);
    if (rc == 0)
        rc = qd_state_copy(&s.after, after, e);
    if (rc == 0)
        rc = qd_plan_add(p, &s, e);
    qd_step_clear(&s);
    return rc;
}

static const struct qd_look *parent(const struct qd_single *s, const char *path, size_t n)
{
    for (size_t i = 0; i < s->nparents; i++) {
        const char *p = s->parents[i].key.path;
        if (p && s->parents[i].key.fs == s->key.fs && strlen(p) == n && memcmp(p, path, n) == 0)
            return &s->parents[i];
    }
    return NULL;
}

/* Folders that are missing become steps; a link, a file or an unknown on the way ends it. */
static int add_parents(const struct qd_single *s, const char *path, struct qd_plan *p,
                       struct qdiag_error *e)
{
    static const struct qd_state absent = {QD_THERE_ABSENT, QD_MODE_ANY, NULL, 0};
    static const struct qd_state dir = {QD_THERE_DIR, QD_MODE_ANY, NULL, 0};
    int makes = s->op == QD_SINGLE_PUT || s->op == QD_SINGLE_MKDIR || s->op == QD_SINGLE_LINK;
    char copy[PATH_CAP];
    int rc = 0;
    for (size_t n = qd_next_parent(path, 0); rc == 0 && n; n = qd_next_parent(path, n)) {
        const struct qd_look *l = parent(s, path, n);
        enum qd_there t = l ? l->state.kind : QD_THERE_UNKNOWN;
        struct qd_key k = {.sub = -1, .nv = -1, .fs = s->key.fs, .path = copy};
        memcpy(copy, path, n);
        copy[n] = '\0';
        if (t == QD_THERE_LINK) {
            rc = qd_fail(e, QDIAG_E_POLICY, copy, "%s",
                         "it is a link, and could lead to a protected place");
            qd_hint(e, "%s", "name the file by its own path");
        } else if (t == QD_THERE_ABSENT && makes) {
            rc = add_step(p, &k, &absent, &dir, e);
        } else if (t != QD_THERE_DIR) {
            rc = qd_fail(e, QDIAG_E_REFUSED, copy, "%s",
                         t == QD_THERE_UNKNOWN ? "it could not be looked at" : "it is no folder");
        }
    }
    return rc;
}

int qd_plan_single(const struct qd_single *s, struct qd_plan **plan, struct qdiag_error *e)
{
    char path[PATH_CAP], target[PATH_CAP] = "";
    struct qd_single x = *s;
    *plan = NULL;
    if (s->op == QD_SINGLE_LINK) {
        if (s->after.len == 0 || s->after.len >= sizeof target ||
            memchr(s->after.data, 0, s->after.len))
            return qd_fail(e, QDIAG_E_USAGE, s->key.path, "%s",
                           "the target of the link is empty or too long");
        memcpy(target, s->after.data, s->after.len);
    }
    int rc = qd_plan_door(s->op, &s->key, target, e);
    if (rc != 0)
        return rc;
    if (s->key.path && qd_path_normalise(s->key.path, path, sizeof path) == 0)
        x.key.path = path;
    rc = check_before(&x, e);
    struct qd_plan *p = rc == 0 ? qd_plan_new() : NULL;
    if (rc == 0 && !p)
        rc = qd_nomem(e);
    if (rc == 0 && x.key.path)
        rc = add_parents(&x, path, p, e);
    struct qd_state after = state_after(&x);
    if (rc == 0)
        rc = add_step(p, &x.key, &x.before, &after, e);
    if (rc == 0)
        *plan = p;
    else
        qd_plan_free(&p);
    return rc;
}
