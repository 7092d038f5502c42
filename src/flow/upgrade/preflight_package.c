/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Preflight: the package against the unit, and the source of the upgrade. Only a match by evidence
 * passes; a name that says nothing never does. */
#include "flow/upgrade/preflight.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static void judge_digest(struct qd_pf *p)
{
    if (!p->o->sha256)
        qd_pf_skip(p, QD_PF_SHA256, "none was given; it is %s", p->pf->package.sha256);
    else if (strcasecmp(p->o->sha256, p->pf->package.sha256) != 0)
        qd_pf_set(p, QD_PF_SHA256, QDIAG_FAIL, QDIAG_E_DIFFERENT, "it is %s",
                  p->pf->package.sha256);
    else
        qd_pf_pass(p, QD_PF_SHA256, "%s", p->pf->package.sha256);
}

static void judge_kind(struct qd_pf *p)
{
    const struct qdiag_package *k = &p->pf->package;

    if (k->size == 0)
        qd_pf_set(p, QD_PF_PACKAGE, QDIAG_FAIL, QDIAG_E_FILE_UNKNOWN, "the file is empty");
    else if (k->kind == QDIAG_PACKAGE_NOT_DELTA)
        qd_pf_set(p, QD_PF_PACKAGE, QDIAG_FAIL, QDIAG_E_FILE_UNKNOWN, "it is no delta: %.180s",
                  k->kind_text);
    else
        qd_pf_pass(p, QD_PF_PACKAGE, "%llu bytes, %.160s", (unsigned long long)k->size,
                   k->kind_text[0] ? k->kind_text : "of a kind that does not say what it is");
}

static void judge_match(struct qd_pf *p, const struct qdiag_match *m)
{
    static const struct {
        enum qdiag_check_result result;
        int code;
    } means[] = {
        [QDIAG_MATCH] = {QDIAG_PASS, 0},
        [QDIAG_MISMATCH] = {QDIAG_FAIL, QDIAG_E_DIFFERENT},
        [QDIAG_ALREADY] = {QDIAG_FAIL, QDIAG_E_DIFFERENT},
        [QDIAG_WRONG_PROJECT] = {QDIAG_FAIL, QDIAG_E_POLICY},
        [QDIAG_WEAK] = {QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN},
        [QDIAG_NO_EVIDENCE] = {QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN},
        [QDIAG_NOT_A_DELTA] = {QDIAG_FAIL, QDIAG_E_FILE_UNKNOWN},
    };
    unsigned v = (unsigned)m->verdict;

    if (v >= sizeof means / sizeof means[0])
        return;
    qd_pf_set(p, QD_PF_MATCH, means[v].result, means[v].code, "%s: %.200s%s",
              qdiag_verdict_name(m->verdict), m->why, m->downgrade ? "; a downgrade" : "");
}

static void no_package(struct qd_pf *p)
{
    static const enum qd_pf_row rows[] = {QD_PF_PACKAGE, QD_PF_SHA256, QD_PF_MATCH};

    for (size_t i = 0; i < 3; i++)
        if (rows[i] == QD_PF_SHA256)
            qd_pf_skip(p, rows[i], "no package was given");
        else
            qd_pf_unknown(p, rows[i], "no package was given as a file");
}

int qd_pf_package(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_preflight *pf = p->pf;
    struct qdiag_error mine = {0};
    int rc;

    if (!p->o->package) {
        no_package(p);
        return 0;
    }
    if (qdiag_package_inspect(p->ctx, p->o->package, &pf->package, &mine) != 0) {
        qd_pf_unknown(p, QD_PF_SHA256, "the package cannot be read");
        qd_pf_unknown(p, QD_PF_MATCH, "the package cannot be read");
        return qd_pf_failed(p, QD_PF_PACKAGE, &mine, e);
    }
    judge_kind(p);
    judge_digest(p);
    if (!p->has_versions) {
        qd_pf_unknown(p, QD_PF_MATCH, "the unit's version is not known");
        return 0;
    }
    rc = qdiag_package_match(&pf->package, &pf->versions, p->o->from, p->o->to, &pf->match, &mine);
    if (rc != 0)
        return qd_pf_failed(p, QD_PF_MATCH, &mine, e);
    judge_match(p, &pf->match);
    return 0;
}

int qd_pf_argument(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};

    if (!p->o->source) {
        qd_pf_skip(p, QD_PF_ARGUMENT, "no source was given");
        return 0;
    }
    if (!p->pf->versions.family[0]) {
        qd_pf_unknown(p, QD_PF_ARGUMENT, "the unit's family is not known");
        return 0;
    }
    if (qdiag_fota_argument(p->pf->versions.family, p->o->source, &p->argument, &mine) != 0)
        return qd_pf_failed(p, QD_PF_ARGUMENT, &mine, e);
    p->has_argument = 1;
    qd_pf_pass(p, QD_PF_ARGUMENT, "%.150s%s%.80s", p->argument.shown,
               p->argument.note[0] ? "; " : "", p->argument.note);
    return 0;
}
