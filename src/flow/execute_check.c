/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The last look before a plan is carried out, at the plan itself: a journal is a file, and a file
 * can be made by anybody. What policy never writes does not pass, whatever the file says, and
 * identity only where there is none. */
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "flow/execute_run.h"
#include "model/backup.h"
#include "model/ident.h"
#include "model/policy.h"

#define NV_ESN  0
#define NV_IMEI 550
#define NV_MEID 1943

static int uniform(const uint8_t *p, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (p[i] != p[0])
            return 0;
    return n == 0 || p[0] == 0 || p[0] == 0xff;
}

/* No identity is there yet. */
static int is_blank(const struct qd_step *s)
{
    const struct qd_state *b = &s->before;
    char text[16];
    if (b->kind == QD_THERE_ABSENT || uniform(b->data, b->len))
        return 1;
    if (b->len != QD_NV_SIZE)
        return 0;
    switch (s->key.nv) {
    case NV_IMEI:
        return qd_imei_decode(b->data, text) == QD_IDENT_BLANK;
    case NV_MEID:
        return qd_meid_decode(b->data, text) == QD_IDENT_BLANK;
    case NV_ESN:
        return qd_esn_class(qd_get32(b->data)) == QD_IDENT_BLANK;
    default:
        return 0;
    }
}

static int refuse(const struct qd_step *s, const char *why, struct qdiag_error *e)
{
    char key[512];
    qd_key_text(&s->key, key, sizeof key);
    return qd_fail(e, QDIAG_E_POLICY, key, "%s", why);
}

int qd_step_allowed(const struct qd_step *s, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    int nv = s->key.nv >= 0;
    struct qd_rule rule = nv ? qd_policy_nv((uint16_t)s->key.nv) : qd_policy_path(s->key.path);

    if (rule.class == QD_CLASS_IDENTITY && rule.policy == QD_POLICY_IF_BLANK) {
        if (s->class != QD_CLASS_IDENTITY || s->phase != QD_PHASE_IDENTITY)
            return refuse(s, "identity that the plan does not call so", e);
        return is_blank(s) ? 0 : refuse(s, "the unit has an identity of its own there", e);
    }
    if (rule.policy == QD_POLICY_SAME_UNIT || rule.policy == QD_POLICY_SAME_FW)
        return 0;
    int rc = nv ? qd_policy_nv_door((uint16_t)s->key.nv, &mine)
                : qd_policy_path_door(s->key.path, &mine);
    return rc == 0 ? 0 : refuse(s, mine.why, e);
}
