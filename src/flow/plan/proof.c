/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A journal is a file that anybody can make or change, and it holds the bytes it is going to write.
 * For settings that is no more than `nv write` does; for an identity it would be a way around the
 * guard. So an identity is written only when the backup itself says so, to the guard, once more. */
#include "flow/plan/proof.h"

#include <string.h>

#include "base/error.h"

static int is_identity(const struct qd_step *s)
{
    return s->decision == QD_DO_WRITE && qd_key_class(&s->key) == QD_CLASS_IDENTITY;
}

/* What the journal says is done need not be so; but then the bytes are asked for at the write. */
static int is_pending(const struct qd_jview *v, size_t i)
{
    enum qd_result r = v->step[i].result;
    return is_identity(&v->header.plan->v[i]) && r != QD_RESULT_WRITTEN && r != QD_RESULT_ALREADY;
}

static int refuse(struct qdiag_error *e, const char *item, const char *why)
{
    int rc = qd_fail(e, QDIAG_E_POLICY, item, "%s", why);
    qd_what(e, "%s", "refused: the identity in the journal is not proven to be the unit's own");
    qd_hint(e, "%s",
            "name the backup it was made from: `qdiag restore --resume JOURNAL FILE`; `--rollback` "
            "needs none");
    return rc;
}

int qd_proof_of(const struct qdiag_plan *proof, const struct qd_step *s, struct qdiag_error *e)
{
    char key[64];
    qd_key_text(&s->key, key, sizeof key);
    if (!proof)
        return refuse(e, key, "a journal alone does not show whose identity it holds");
    if (!proof->has_guard || proof->guard.verdict != QD_GUARD_ALLOW || !proof->plan)
        return refuse(e, key, "no guard has compared its backup with this unit");
    for (size_t i = 0; i < proof->plan->n; i++) {
        const struct qd_step *p = &proof->plan->v[i];
        if (p->decision != QD_DO_SKIP && qd_key_compare(&p->key, &s->key) == 0 &&
            qd_state_equal(&p->after, &s->after))
            return 0;
    }
    return refuse(e, key, "the backup would not put back what the journal holds");
}

/* What may be restored at all was settled when the plan was made; here only identity counts. */
static int plan_again(struct qdiag_device *dev, const struct qd_jview *v,
                      const struct qdiag_restore_options *o, struct qdiag_plan **proof,
                      struct qdiag_error *e)
{
    const struct qdiag_plan_options only = {.only = "identity",
                                            .accept_incomplete = 1,
                                            .accept_firmware = 1,
                                            .label_imei = o->label_imei};
    const struct qd_plan *said = v->header.plan;
    int rc = qdiag_plan_make(dev, o->backup, &only, proof, e);
    if (rc != 0)
        return rc;
    if (strcmp((*proof)->plan->source_sha256, said->source_sha256) != 0)
        return refuse(e, o->backup, "it is not the backup that the journal was made from");
    for (size_t i = 0; rc == 0 && i < said->n; i++)
        if (is_pending(v, i))
            rc = qd_proof_of(*proof, &said->v[i], e);
    return rc;
}

int qd_proof_make(struct qdiag_device *dev, const struct qd_jview *v,
                  const struct qdiag_restore_options *o, struct qdiag_plan **proof,
                  struct qdiag_error *e)
{
    size_t first = 0;
    *proof = NULL;
    while (first < v->header.plan->n && !is_pending(v, first))
        first++;
    if (first == v->header.plan->n && !o->backup)
        return 0;
    if (!o->backup)
        return qd_proof_of(NULL, &v->header.plan->v[first], e);
    int rc = plan_again(dev, v, o, proof, e);
    if (rc != 0)
        qdiag_plan_free(proof);
    return rc;
}
