/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Any bytes as a plan file: never crashes; what is accepted holds no forbidden step, and is the
 * same text again after another round. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "container/planfile.h"
#include "model/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_steps(const struct qd_plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct qd_step *s = &p->v[i];
        if (s->decision != QD_DO_WRITE)
            continue;
        if (s->class == QD_CLASS_IDENTITY || s->class == QD_CLASS_SECRET ||
            qd_policy_step(s, NULL) != 0 || qd_state_equal(&s->before, &s->after))
            abort();
        if (s->before.kind == QD_THERE_UNKNOWN || s->after.kind == QD_THERE_UNKNOWN)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qdiag_error e = {0};
    struct qd_plan *p, *again;
    char *one, *two;
    size_t n, m;
    int rc = qd_planfile_read(data, size, "fuzz", &p, &e);
    if ((rc == 0) != (p != NULL) || (rc != 0 && e.code != -rc))
        abort();
    if (!p)
        return 0;
    check_steps(p);
    if (qd_planfile_write(p, &one, &n, &e) != 0 ||
        qd_planfile_read((const uint8_t *)one, n, "again", &again, &e) != 0 ||
        qd_planfile_write(again, &two, &m, &e) != 0 || n != m || memcmp(one, two, n) != 0)
        abort();
    free(one);
    free(two);
    qd_plan_free(&p);
    qd_plan_free(&again);
    return 0;
}
