/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lines of text as: file name, AT+QGMR, ATI, AT+CSUB, declared from, declared to, hint from, hint
 * to. Never crashes, and a MATCH is one by the plainest reading of its evidence. */
#include <stdlib.h>
#include <string.h>

#include <qdiag/package.h>

#include "service/package_name.h"

#define LINES 8u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(int good)
{
    if (!good)
        abort();
}

static void take(char *out, size_t cap, const char *text)
{
    size_t n = strlen(text);

    n = n < cap ? n : cap - 1;
    memcpy(out, text, n);
    out[n] = '\0';
}

/* What is parsed covers the text without a gap. */
static void check_version(const char *text)
{
    struct qd_version v;

    if (qd_version_parse(text, &v) != 0)
        return;
    need(v.project >= 2 && v.release == v.project && v.base <= strlen(text));
    need(v.project + 6 + (v.v ? 3 : 0) + v.m_len == v.base);
    need(*v.sub ? v.sub == text + v.base + 1 : strlen(text) == v.base);
    need(qd_version_fit(text, text, NULL) == QD_VERSION_EQUAL && !qd_version_older(&v, &v));
}

static void check_name(const char *name, struct qd_package_name *n)
{
    struct qd_version from, to;

    if (!qd_package_name(name, n)) {
        need(!n->from[0] && !n->to[0] && !n->to_other[0]);
        return;
    }
    need(strstr(name, n->from) != NULL);
    need(qd_version_parse(n->from, &from) == 0 && qd_version_parse(n->to, &to) == 0);
    need(from.project == to.project && memcmp(n->from, n->to, to.project) == 0);
    need(!n->to_other[0] || qd_version_parse(n->to_other, &to) == 0);
}

/* The evidence that a MATCH must have. */
static void check_match(const struct qdiag_package *p, const struct qdiag_versions *v,
                        const struct qdiag_match *m)
{
    struct qd_version from, unit;

    need(m->why[0] && strlen(m->why) < sizeof m->why);
    if (m->verdict != QDIAG_MATCH)
        return;
    need(v->ready && v->full[0] && p->kind != QDIAG_PACKAGE_NOT_DELTA);
    need(qd_version_parse(m->from, &from) == 0 && qd_version_parse(v->full, &unit) == 0);
    need(from.project == unit.project && memcmp(m->from, v->full, from.project) == 0);
    need(memcmp(m->from + from.release, v->full + unit.release, 6) == 0);
    need(strcmp(from.sub, unit.sub) == 0 && strcmp(m->to, v->full) != 0);
    if (from.v != unit.v)
        need(!m->declared && memcmp(m->from + from.v, v->sub, 3) == 0);
    else
        need(strcmp(m->from, v->full) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    const char *line[LINES];
    struct qd_package_name n;
    struct qdiag_package p = {0};
    struct qdiag_versions v = {.ready = 1};
    struct qdiag_match m;
    struct qdiag_error e = {0};

    need(text != NULL);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    char *rest = text;
    for (size_t i = 0; i < LINES; i++) {
        line[i] = rest;
        rest += strcspn(rest, "\n");
        if (*rest)
            *rest++ = '\0';
    }
    for (size_t i = 0; i < LINES; i++)
        check_version(line[i]);
    check_name(line[0], &n);
    take(p.from, sizeof p.from, n.from);
    take(p.to, sizeof p.to, n.to);
    take(p.to_other, sizeof p.to_other, n.to_other);
    take(v.full, sizeof v.full, line[1]);
    take(v.base, sizeof v.base, line[2]);
    take(v.sub, sizeof v.sub, line[3]);
    take(p.hint_from, sizeof p.hint_from, line[6]);
    take(p.hint_to, sizeof p.hint_to, line[7]);
    const char *from = *line[4] ? line[4] : NULL, *to = *line[5] ? line[5] : NULL;
    int rc = qdiag_package_match(&p, &v, from, to, &m, &e);
    need(rc == -e.code && (rc == 0 || rc == -QDIAG_E_USAGE));
    if (rc == 0)
        check_match(&p, &v, &m);
    free(text);
    return 0;
}
