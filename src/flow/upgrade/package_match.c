/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Is a package for a unit's firmware? Every doubt ends in another verdict than MATCH: a short form,
 * a version that was not told, evidence that contradicts other evidence. Pure. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <qdiag/package.h>

#include "base/error.h"
#include "base/text.h"
#include "base/version.h"

struct judge {
    const struct qdiag_package *p;
    const struct qdiag_versions *v;
    struct qdiag_match *m;
    struct qd_version unit; /* what the unit has */
    int full;               /* 1: from AT+QGMR, 0: only the base is known */
};

/* How one version of a package fits the unit. */
enum fit { EQUAL, WEAK, OTHER, PROJECT };

static void say(struct judge *j, enum qdiag_verdict verdict, const char *next, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void say(struct judge *j, enum qdiag_verdict verdict, const char *next, const char *fmt, ...)
{
    va_list ap;

    j->m->verdict = verdict;
    qd_copy_text(j->m->next, sizeof j->m->next, next);
    va_start(ap, fmt);
    vsnprintf(j->m->why, sizeof j->m->why, fmt, ap);
    va_end(ap);
}

static const char declare[] =
    "ask its maker for both versions, compare them with the unit's, and give them: --from, --to";
static const char other_package[] = "get the package that starts from the unit's version";

/* ---- one version against the unit's ---- */

/* v without its Vnn: that part is AT+CSUB's on units that do not show it in their version. */
static void without_v(const struct qd_version *v, char out[QD_VERSION_MAX + 1])
{
    snprintf(out, QD_VERSION_MAX + 1, "%.*s%s", (int)v->v, v->text, v->text + v->v + 3);
}

static int same_project(const struct qd_version *a, const struct qd_version *b)
{
    return a->project == b->project && memcmp(a->text, b->text, a->project) == 0;
}

static enum fit fit_text(const struct judge *j, const char *text, int exact)
{
    switch (qd_version_fit(text, j->unit.text, NULL)) {
    case QD_VERSION_EQUAL:
        return j->full && exact ? EQUAL : WEAK;
    case QD_VERSION_PART:
        return WEAK;
    default:
        return OTHER;
    }
}

static enum fit fit_unit(const struct judge *j, const char *text)
{
    char bare[QD_VERSION_MAX + 1];
    struct qd_version v;

    if (qd_version_parse(text, &v) != 0)
        return OTHER;
    if (!same_project(&v, &j->unit))
        return PROJECT;
    if (!v.v || j->unit.v)
        return fit_text(j, text, 1);
    without_v(&v, bare);
    if (j->v->sub[0] && (strlen(j->v->sub) != 3 || memcmp(j->v->sub, text + v.v, 3) != 0))
        return OTHER;
    return fit_text(j, bare, j->v->sub[0] != '\0');
}

/* Two versions of the package's own evidence: 1 when both cannot be true. A target with its _Vnn
 * does not contradict the one without. */
static int contradict(const char *a, const char *b)
{
    char bare[QD_VERSION_MAX + 1];
    struct qd_version x, y;

    if (!*a || !*b || qd_version_parse(a, &x) != 0 || qd_version_parse(b, &y) != 0)
        return 0;
    if (x.v && !y.v) {
        without_v(&x, bare);
        a = bare;
    } else if (y.v && !x.v) {
        without_v(&y, bare);
        b = bare;
    }
    return qd_version_fit(a, b, NULL) == QD_VERSION_OTHER;
}

/* ---- evidence ---- */

static int is_target(const struct judge *j, const char *to, const char *other)
{
    return (*to && fit_unit(j, to) == EQUAL) || (*other && fit_unit(j, other) == EQUAL);
}

/* A source version, whoever says it, against the unit. 1: that ends it. */
static int refutes(struct judge *j, const char *who, const char *from)
{
    enum fit f = *from ? fit_unit(j, from) : WEAK;

    if (f == PROJECT)
        say(j, QDIAG_WRONG_PROJECT, "never send it to this unit: it can end it",
            "%s says %.60s, the unit has %.60s: another module or hardware", who, from,
            j->unit.text);
    else if (f == OTHER)
        say(j, QDIAG_MISMATCH, other_package,
            "%s says that it starts from %.60s, the unit has "
            "%.50s%s%.8s",
            who, from, j->unit.text, j->v->sub[0] ? ", " : "", j->v->sub);
    return f == PROJECT || f == OTHER;
}

/* What the file holds, against the unit and against its name. */
static int hints_refute(struct judge *j)
{
    const struct qdiag_package *p = j->p;

    if (refutes(j, "a text inside the package", p->hint_from))
        return 1;
    if (p->hint_to[0] && fit_unit(j, p->hint_to) == PROJECT)
        return refutes(j, "a text inside the package", p->hint_to);
    if (contradict(p->hint_from, j->m->from))
        say(j, QDIAG_MISMATCH, other_package, "it says %.80s inside, and is given as from %.80s",
            p->hint_from, j->m->from);
    else if (contradict(p->hint_to, j->m->to))
        say(j, QDIAG_MISMATCH, other_package, "it says %.80s inside, and is given as to %.80s",
            p->hint_to, j->m->to);
    else
        return 0;
    return 1;
}

/* The name against what was declared. */
static int name_refutes(struct judge *j)
{
    const struct qdiag_package *p = j->p;

    if (refutes(j, "the file's name", p->from))
        return 1;
    if (contradict(p->from, j->m->from))
        say(j, QDIAG_MISMATCH, other_package, "its name says from %.80s, declared is from %.80s",
            p->from, j->m->from);
    else if (contradict(p->to, j->m->to))
        say(j, QDIAG_MISMATCH, other_package, "its name says to %.80s, declared is to %.80s", p->to,
            j->m->to);
    else
        return 0;
    return 1;
}

static void go(struct judge *j)
{
    const char *other = j->m->declared ? "" : j->p->to_other;

    say(j, QDIAG_MATCH,
        j->m->downgrade ? "a downgrade: some cannot be undone, and identity was "
                          "lost by one; have a backup outside the unit"
                        : "",
        "%s, and so does the unit%s%.60s%s",
        j->m->declared ? "declared to start from this version"
                       : "its name starts from this version",
        *other ? "; the target may also be " : "", other,
        j->m->downgrade ? "; the target is OLDER" : "");
}

static void judge_declared(struct judge *j)
{
    enum fit f = fit_unit(j, j->m->from);

    if (qd_version_fit(j->m->from, j->unit.text, NULL) != QD_VERSION_EQUAL && f == EQUAL)
        f = OTHER; /* by CSUB: declared versions are compared exactly */
    if (is_target(j, j->m->to, ""))
        say(j, QDIAG_ALREADY, "", "the unit has the declared target %.80s", j->m->to);
    else if (f == EQUAL || f == WEAK ? name_refutes(j) : refutes(j, "the declaration", j->m->from))
        return;
    else if (f == OTHER)
        say(j, QDIAG_MISMATCH, other_package, "declared is from %.80s, the unit has %.80s",
            j->m->from, j->unit.text);
    else if (f == WEAK)
        say(j, QDIAG_WEAK, "declare the source version exactly as AT+QGMR gives it",
            "declared is from %.80s, the unit says %.80s: equal only as far as the shorter goes",
            j->m->from, j->unit.text);
    else if (!hints_refute(j))
        go(j);
}

static void judge_name(struct judge *j)
{
    const struct qdiag_package *p = j->p;

    if (is_target(j, p->to, p->to_other))
        say(j, QDIAG_ALREADY, "", "the unit has the target version %.80s", j->unit.text);
    else if (refutes(j, "the file's name", p->from) || hints_refute(j))
        return;
    else if (!p->from[0])
        say(j, QDIAG_NO_EVIDENCE, declare,
            "the file's name does not say from which version it starts");
    else if (fit_unit(j, p->from) == WEAK)
        say(j, QDIAG_WEAK, declare,
            "its name says %.70s, the unit %.70s%s%.8s: equal only as far as it is known", p->from,
            j->unit.text, j->v->sub[0] ? ", " : "", j->v->sub);
    else
        go(j);
}

/* ---- the whole ---- */

static int is_downgrade(const struct qdiag_match *m)
{
    struct qd_version from, to;

    return qd_version_parse(m->from, &from) == 0 && qd_version_parse(m->to, &to) == 0 &&
           qd_version_older(&to, &from);
}

/* 0 when the unit's version is fit to be compared. */
static int take_unit(struct judge *j)
{
    const struct qdiag_versions *v = j->v;
    const char *text = v->full[0] ? v->full : v->base;

    j->full = v->full[0] != '\0';
    if (!*text)
        say(j, QDIAG_NO_EVIDENCE, "", "the unit's firmware version is not known");
    else if (!v->ready || qd_version_starting(text))
        say(j, QDIAG_NO_EVIDENCE, "ask again in a minute",
            "the unit says %.100s: its application half has not started", text);
    else if (qd_version_parse(text, &j->unit) != 0)
        say(j, QDIAG_NO_EVIDENCE, "the unit has firmware of another maker, most likely",
            "the unit's version %.100s has no known form", text);
    else
        return 0;
    return -1;
}

static int check_declared(const char *from, const char *to, struct qdiag_error *e)
{
    const char *const v[] = {from, to};
    struct qd_version ignored;

    if (!from && !to)
        return 0;
    if (!from || !to)
        return qd_fail(e, QDIAG_E_USAGE, NULL, "--from and --to go together");
    for (size_t i = 0; i < 2; i++)
        if (qd_version_parse(v[i], &ignored) != 0 || qd_version_starting(v[i])) {
            qd_fail(e, QDIAG_E_USAGE, v[i], "this is no full firmware version");
            qd_hint(e, "give it as AT+QGMR does, for example BG96MAR02A07M1G_01.016.01.016");
            return -QDIAG_E_USAGE;
        }
    return 0;
}

int qdiag_package_match(const struct qdiag_package *p, const struct qdiag_versions *v,
                        const char *from, const char *to, struct qdiag_match *m,
                        struct qdiag_error *e)
{
    struct judge j = {.p = p, .v = v, .m = m};
    int rc = check_declared(from, to, e);

    memset(m, 0, sizeof *m);
    m->verdict = QDIAG_NO_EVIDENCE;
    if (rc != 0)
        return rc;
    m->declared = from != NULL;
    qd_copy_text(m->from, sizeof m->from, from ? from : p->from);
    qd_copy_text(m->to, sizeof m->to, to ? to : p->to);
    m->downgrade = is_downgrade(m);
    if (p->kind == QDIAG_PACKAGE_NOT_DELTA)
        say(&j, QDIAG_NOT_A_DELTA, "get the delta package for this unit's version",
            "this is %.200s", p->kind_text);
    else if (take_unit(&j) == 0)
        (m->declared ? judge_declared : judge_name)(&j);
    return 0;
}

static const struct {
    const char *name;
    enum qdiag_code code;
    const char *what;
} verdicts[] = {
    [QDIAG_MATCH] = {"MATCH", QDIAG_OK, ""},
    [QDIAG_MISMATCH] = {"MISMATCH", QDIAG_E_DIFFERENT, "the package is for another version"},
    [QDIAG_ALREADY] = {"ALREADY", QDIAG_E_DIFFERENT, "the unit has the target version already"},
    [QDIAG_WRONG_PROJECT] = {"WRONG-PROJECT", QDIAG_E_POLICY,
                             "refused: the package is for another module or hardware"},
    [QDIAG_WEAK] = {"WEAK", QDIAG_E_UNKNOWN, "cannot tell whether the package fits exactly"},
    [QDIAG_NO_EVIDENCE] = {"UNKNOWN", QDIAG_E_UNKNOWN, "cannot tell whether the package fits"},
    [QDIAG_NOT_A_DELTA] = {"NOT-A-DELTA", QDIAG_E_FILE_UNKNOWN, "the file is no upgrade package"},
};

const char *qdiag_verdict_name(enum qdiag_verdict v)
{
    return (unsigned)v < sizeof verdicts / sizeof verdicts[0] ? verdicts[v].name : "UNKNOWN";
}

int qdiag_match_result(const struct qdiag_match *m, struct qdiag_error *e)
{
    unsigned v = (unsigned)m->verdict;

    if (v >= sizeof verdicts / sizeof verdicts[0])
        v = QDIAG_NO_EVIDENCE;
    if (v == QDIAG_MATCH)
        return 0;
    qd_fail(e, verdicts[v].code, NULL, "%s", m->why);
    qd_what(e, "%s", verdicts[v].what);
    qd_hint(e, "%s", m->next);
    return -(int)verdicts[v].code;
}
