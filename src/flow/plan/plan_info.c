/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A plan as it may be shown, saved and taken up again. Nothing here decides. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/save.h"
#include "base/text.h"
#include "container/planfile.h"
#include "flow/plan/planned.h"
#include "model/decode.h"

static const char *relation_name(enum qd_relation r)
{
    static const char *const names[] = {
        [QD_REL_UNKNOWN] = "unknown", [QD_REL_EQUAL] = "equal", [QD_REL_DIFFERENT] = "different"};
    return names[r];
}

static void fill_guard(const struct qdiag_plan *p, struct qdiag_plan_info *info)
{
    info->verdict = qd_guard_verdict_name(p->guard.verdict);
    info->rule = qd_guard_rule_name(p->guard.rule);
    info->why = p->guard.why;
    info->warning = p->guard.warning;
    info->model_relation = relation_name(p->firmware.model);
    info->firmware_relation = qd_rev_match_name(p->firmware.revision);
    info->firmware_file = p->firmware.file;
    info->firmware_unit = p->firmware.unit;
    info->evidence = p->guard.n;
}

void qdiag_plan_info(const struct qdiag_plan *p, struct qdiag_plan_info *info)
{
    *info = (struct qdiag_plan_info){.source = p->source,
                                     .verdict = "",
                                     .rule = "",
                                     .why = "",
                                     .warning = "",
                                     .model_relation = "",
                                     .firmware_relation = "",
                                     .firmware_file = "",
                                     .firmware_unit = "",
                                     .surplus = p->surplus,
                                     .confirm = p->confirm,
                                     .scope = p->scope};
    if (p->has_guard)
        fill_guard(p, info);
    if (!p->plan)
        return;
    info->steps = p->plan->n;
    info->write = qd_plan_count(p->plan, QD_DO_WRITE);
    info->keep = qd_plan_count(p->plan, QD_DO_KEEP);
    info->skip = qd_plan_count(p->plan, QD_DO_SKIP);
    for (size_t i = 0; i < p->plan->n; i++)
        if (p->plan->v[i].decision == QD_DO_WRITE)
            info->bytes += p->plan->v[i].after.len;
}

int qdiag_plan_get(struct qdiag_plan *p, size_t i, struct qdiag_plan_step *out)
{
    if (!p->plan || i >= p->plan->n)
        return -1;
    const struct qd_step *s = &p->plan->v[i];
    qd_key_text(&s->key, p->key, sizeof p->key);
    *out = (struct qdiag_plan_step){.decision = (enum qdiag_decision)s->decision,
                                    .key = p->key,
                                    .class_name = qd_class_name(s->class),
                                    .phase = qd_phase_name(s->phase),
                                    .reason = qd_reason_name(s->reason),
                                    .reason_text = qd_reason_text(s->reason),
                                    .before = qd_there_name(s->before.kind),
                                    .after = qd_there_name(s->after.kind),
                                    .before_size = s->before.len,
                                    .after_size = s->after.len,
                                    .is_private = qd_class_is_private(s->class)};
    return 0;
}

int qdiag_plan_evidence(const struct qdiag_plan *p, size_t i, struct qdiag_plan_evidence *out)
{
    if (!p->has_guard || i >= p->guard.n)
        return -1;
    const struct qd_compared *c = &p->guard.v[i];
    *out = (struct qdiag_plan_evidence){.name = qd_anchor_name(c->anchor),
                                        .text = qd_anchor_text(c->anchor),
                                        .relation = relation_name(c->relation),
                                        .file = c->file,
                                        .unit = c->unit,
                                        .strong = c->kind == QD_STRONG || c->kind == QD_HARDWARE};
    return 0;
}

/* What lies there may be the backup itself: only a plan is replaced. */
static int check_place(const char *path, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct qd_plan *old = NULL;
    uint8_t *bytes = NULL;
    struct stat st;
    size_t n = 0;
    if (stat(path, &st) != 0)
        return 0;
    int rc = qd_read_file(path, QD_PLAN_MAX_FILE, &bytes, &n, &mine);
    if (rc == 0)
        rc = qd_planfile_read(bytes, n, path, &old, &mine);
    free(bytes);
    qd_plan_free(&old);
    return rc == 0 ? 0
                   : qd_fail(e, QDIAG_E_LOCAL_FILE, path, "%s",
                             "it exists and is no plan, so it is not replaced");
}

int qdiag_plan_save(const struct qdiag_plan *p, const char *path, struct qdiag_error *e)
{
    struct qd_save *save = NULL;
    char *json = NULL;
    size_t len = 0;
    int rc = check_place(path, e);
    if (rc == 0)
        rc = qd_planfile_write(p->plan, &json, &len, e);
    if (rc == 0)
        rc = qd_save_begin(&save, path, e);
    if (rc == 0)
        rc = qd_save_write(save, json, len, e);
    if (rc == 0)
        rc = qd_save_commit(&save, NULL, NULL, e);
    qd_save_abort(&save);
    free(json);
    return rc;
}

int qdiag_plan_load(struct qdiag_device *dev, const char *path, struct qdiag_plan **plan,
                    struct qdiag_error *e)
{
    struct qdiag_plan *p = NULL;
    uint8_t *bytes = NULL;
    size_t n = 0;
    *plan = NULL;
    int rc = qd_plan_new_for(dev, path, &p, e);
    if (rc == 0)
        rc = qd_read_file(path, QD_PLAN_MAX_FILE, &bytes, &n, e);
    if (rc == 0)
        rc = qd_planfile_read(bytes, n, path, &p->plan, e);
    free(bytes);
    if (rc == 0)
        rc = qd_evidence_same(dev, p->plan->salt, p->plan->unit, e);
    if (rc == 0)
        rc = qd_plan_snapshot(dev, p, e);
    if (rc == 0)
        qd_confirm_choose(p, NULL);
    if (rc == 0)
        *plan = p;
    else
        qdiag_plan_free(&p);
    return rc;
}
