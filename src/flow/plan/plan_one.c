/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A plan of one change asked for by name. The door is asked before the unit: what no command may
 * write is refused without a request. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "flow/unit/device.h"
#include "flow/unit/efs_place.h"
#include "flow/unit/observe.h"
#include "flow/plan/planned.h"

#define PATH_CAP 1100u
#define PARENTS  64u

static const struct {
    enum qd_single_op op;
    enum qd_there after;
} ops[] = {[QDIAG_CHANGE_NV] = {QD_SINGLE_NV, QD_THERE_NV},
           [QDIAG_CHANGE_PUT] = {QD_SINGLE_PUT, QD_THERE_UNKNOWN},
           [QDIAG_CHANGE_RM] = {QD_SINGLE_RM, QD_THERE_ABSENT},
           [QDIAG_CHANGE_MKDIR] = {QD_SINGLE_MKDIR, QD_THERE_DIR},
           [QDIAG_CHANGE_LINK] = {QD_SINGLE_LINK, QD_THERE_LINK},
           [QDIAG_CHANGE_CHMOD] = {QD_SINGLE_CHMOD, QD_THERE_UNKNOWN}};

/* What a single change is made of. Texts and bytes are the caller's, but for what was looked at. */
struct one {
    struct qd_eye eye;
    struct qd_single s;
    struct qd_look parent[PARENTS];
    size_t nparents;
    char path[PATH_CAP], above[PATH_CAP];
    uint8_t nv[QD_NV_SIZE];
};

static int check_nv(const struct qdiag_single *in, struct qdiag_error *e)
{
    if (in->sub < 0 || in->sub >= QD_SUBS || in->nv < 0 || in->nv > 65535 || in->index > 255)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "nv:%d:%ld:%u is no place of an NV item", in->sub,
                       in->nv, in->index);
    if (in->size < 1 || in->size > QD_NV_SIZE)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "an NV item takes 1 to %u bytes, not %zu",
                       QD_NV_SIZE, in->size);
    return 0;
}

static int set_nv(struct one *o, const struct qdiag_single *in, struct qdiag_error *e)
{
    int rc = check_nv(in, e);
    if (rc != 0)
        return rc;
    memcpy(o->nv, in->data, in->size);
    o->s.key = (struct qd_key){.sub = in->sub, .nv = (int32_t)in->nv, .index = (uint8_t)in->index};
    o->s.after.data = o->nv;
    o->s.after.len = sizeof o->nv;
    return 0;
}

static int set_efs(struct one *o, const struct qdiag_single *in, struct qdiag_error *e)
{
    struct qd_state *after = &o->s.after;
    int rc = qd_efs_split(in->path, &o->s.key.fs, o->path, sizeof o->path, e);
    if (rc != 0)
        return rc;
    o->s.key.sub = o->s.key.nv = -1;
    o->s.key.path = o->path;
    if (in->op == QDIAG_CHANGE_PUT) {
        after->data = (uint8_t *)in->data;
        after->len = in->size;
        if (in->item >= 0)
            after->kind = in->item ? QD_THERE_ITEM : QD_THERE_FILE;
    } else if (in->op == QDIAG_CHANGE_LINK) {
        after->data = (uint8_t *)in->target;
        after->len = strlen(in->target);
    } else if (in->op == QDIAG_CHANGE_CHMOD) {
        after->mode = in->mode;
    }
    return 0;
}

static int see(struct one *o, const struct qd_key *key, struct qd_state *s, struct qdiag_error *e)
{
    char why[QD_OBSERVE_WHY] = "", text[1200];
    int rc = qd_observe(&o->eye, key, s, why, e);
    if (rc != 0 || s->kind != QD_THERE_UNKNOWN)
        return rc;
    qd_key_text(key, text, sizeof text);
    return qd_fail(e, QDIAG_E_REFUSED, text, "its present state cannot be read: %s", why);
}

/* The folders above, root first: one that is missing is made by the same plan. */
static int see_parents(struct one *o, struct qdiag_error *e)
{
    for (char *slash = strchr(o->path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        if (o->nparents == PARENTS)
            return qd_fail(e, QDIAG_E_USAGE, o->path, "more than %u folders deep", PARENTS);
        struct qd_look *l = &o->parent[o->nparents];
        char above[PATH_CAP];
        qd_copy_text(above, sizeof above, o->path);
        above[slash - o->path] = '\0';
        struct qd_key key = {.sub = -1, .nv = -1, .fs = o->s.key.fs, .path = above};
        int rc = qd_key_copy(&l->key, &key, e);
        if (rc != 0)
            return rc;
        o->nparents++;
        rc = see(o, &l->key, &l->state, e);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* An item that has other bytes at another number is an array, also one no table knows. */
static int see_elements(struct one *o, struct qdiag_error *e)
{
    const uint8_t others[] = {1, o->nv[0]};
    int rc = 0;
    if (o->s.op != QD_SINGLE_NV || o->s.key.index || !o->nv[0])
        return 0;
    for (size_t i = 0; rc == 0 && i < sizeof others; i++) {
        struct qd_state there = {.mode = QD_MODE_ANY};
        struct qd_key key = o->s.key;
        char why[QD_OBSERVE_WHY] = "";
        key.index = others[i];
        rc = qd_observe(&o->eye, &key, &there, why, e);
        if (rc == 0 && there.kind == QD_THERE_NV)
            o->s.is_array |= !qd_state_equal(&there, &o->s.before);
        qd_state_clear(&there);
    }
    return rc;
}

static int see_all(struct one *o, struct qdiag_device *dev, struct qdiag_error *e)
{
    int rc = 0;
    if (o->s.key.path && !o->s.key.fs) {
        struct qd_efs fs;
        char path[PATH_CAP];
        rc = qd_efs_place(dev, o->path, &fs, path, sizeof path, e);
        o->s.key.fs = fs.subsys;
    }
    if (rc == 0 && o->s.key.path)
        rc = see_parents(o, e);
    if (rc == 0)
        rc = see(o, &o->s.key, &o->s.before, e);
    if (rc == 0)
        rc = see_elements(o, e);
    o->s.parents = o->parent;
    o->s.nparents = o->nparents;
    return rc;
}

static int plan_it(struct one *o, struct qdiag_device *dev, struct qdiag_plan *p,
                   struct qdiag_error *e)
{
    int rc = see_all(o, dev, e);
    if (rc == 0)
        rc = qd_plan_single(&o->s, &p->plan, e);
    if (rc == 0)
        rc = qd_evidence_live(dev, &p->unit, e);
    if (rc == 0)
        rc = qd_evidence_sign(&p->unit, p->plan->salt, p->plan->unit, e);
    if (rc == 0)
        qd_confirm_choose(p, NULL);
    return rc;
}

int qdiag_plan_single(struct qdiag_device *dev, const struct qdiag_single *in,
                      struct qdiag_plan **plan, struct qdiag_error *e)
{
    struct qdiag_plan *p = NULL;
    *plan = NULL;
    struct one *o = qd_alloc(1, sizeof *o);
    if (!o)
        return qd_nomem(e);
    o->eye.diag = dev->diag;
    o->s.op = ops[in->op].op;
    o->s.after.kind = ops[in->op].after;
    o->s.after.mode = QD_MODE_ANY;
    int rc = in->op == QDIAG_CHANGE_NV ? set_nv(o, in, e) : set_efs(o, in, e);
    if (rc == 0)
        rc = qd_plan_door(o->s.op, &o->s.key, in->target, e);
    if (rc == 0)
        rc = qd_plan_new_for(dev, "", &p, e);
    if (rc == 0) {
        p->single = 1;
        rc = plan_it(o, dev, p, e);
    }
    for (size_t i = 0; i < o->nparents; i++) {
        qd_key_clear(&o->parent[i].key);
        qd_state_clear(&o->parent[i].state);
    }
    qd_state_clear(&o->s.before);
    free(o);
    if (rc == 0)
        *plan = p;
    else
        qdiag_plan_free(&p);
    return rc;
}
