/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The verdict about a package, every one both ways: what leads to it, and the nearest case that
 * does not. Names are real ones where they could be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <qdiag/package.h>

#include "base/text.h"
#include "service/package_name.h"

#define A14  "BG96MAR02A07M1G_01.014.01.014"
#define A16  "BG96MAR02A07M1G_01.016.01.016"
#define A17  "BG96MAR02A07M1G_01.017.01.017"
#define A18  "BG96MAR02A07M1G_01.018.01.018"
#define UP   A16 "-" A18 ".bin"
#define EG   "Update_EG18EAPAR01A08V05M4G-R01A13M4G_01.200.01.200_V02.zip"
#define EG12 "Upgrade_EG18EAPAR01A12M4G_01.001.01.001-R01A13M4G_01.001.01.001.zip"
#define EGB  "EG18EAPAR01A08M4G"

struct row {
    enum qdiag_verdict want;
    const char *name, *full; /* of the file; AT+QGMR, NULL = not told */
    const char *base, *sub;  /* ATI, AT+CSUB; NULL = not told */
    const char *from, *to;   /* declared */
    const char *hint_from, *hint_to;
    const char *why; /* in it */
    int downgrade;
    enum qdiag_package_kind kind;
};

static const struct row rows[] = {
    {.want = QDIAG_MATCH,
     UP,
     A16,
     .why = "its name starts from this version, and so does the unit"},
    {.want = QDIAG_MATCH, UP, A16, .kind = QDIAG_PACKAGE_DELTA},
    {.want = QDIAG_MATCH, A14 "-01.017.01.017.bin", A14},
    {.want = QDIAG_MATCH, "EC20EQAR02A05V03-R02A09V02.zip", "EC20EQAR02A05V03"},
    {.want = QDIAG_MATCH, A18 "-" A16 ".bin", A18, .downgrade = 1, .why = "OLDER"},
    {.want = QDIAG_MATCH, EG12, "EG18EAPAR01A12M4G_01.001.01.001", "EG18EAPAR01A12M4G", "V01"},
    {.want = QDIAG_ALREADY, EG12, "EG18EAPAR01A13M4G_01.001.01.001", "EG18EAPAR01A13M4G", "V01"},
    /* another source */
    {.want = QDIAG_MISMATCH, UP, A17, .why = "starts from " A16 ", the unit has " A17},
    {.want = QDIAG_MISMATCH, UP, "BG96MAR02A08M1G_01.016.01.016"},
    {.want = QDIAG_MISMATCH, UP, "BG96MAR02A07M1G_01.016.01.0160"},
    {.want = QDIAG_MISMATCH, UP, "BG96MAR02A07M1G_01.016.01.16"},
    {.want = QDIAG_MISMATCH, UP, "BG96MAR02A07M1G_JP_01.016.01.016"},
    {.want = QDIAG_MISMATCH, UP, NULL, "BG96MAR02A06M1G"},
    /* there already */
    {.want = QDIAG_ALREADY, UP, A18, .why = A18},
    {.want = QDIAG_ALREADY, A16 "-" A16 ".bin", A16},
    {.want = QDIAG_ALREADY, EG, "EG18EAPAR01A13M4G_01.200.01.200"},
    {.want = QDIAG_ALREADY, EG, "EG18EAPAR01A13M4G_01.200.01.200_V02"},
    {.want = QDIAG_MISMATCH, EG, "EG18EAPAR01A13M4G_01.200.01.200_V03"},
    {.want = QDIAG_MISMATCH, UP, "BG96MAR02A07M1G_01.018"}, /* not surely at the target */
    /* another module */
    {.want = QDIAG_WRONG_PROJECT,
     "EG25GGBR07A08M2G_01.002.07-01.003.01.zip",
     "EG25GGCR07A02M1G",
     .why = "another module or hardware"},
    {.want = QDIAG_WRONG_PROJECT, UP, "BG96MBR02A07M1G_01.016.01.016"},
    {.want = QDIAG_WRONG_PROJECT, UP, NULL, "BG96MBR02A07M1G"},
    /* not far enough */
    {.want = QDIAG_WEAK,
     "EM061KGLAAR01A02M2G_01.015.01.015-01.016.01.016.zip",
     "EM061KGLAAR01A02M2G_01.015"},
    {.want = QDIAG_WEAK,
     "EM061KGLAAR01A02M2G_01.015-01.016.zip",
     "EM061KGLAAR01A02M2G_01.015.01.015"},
    {.want = QDIAG_WEAK, "EG25GGBR07A08M2G-R07A09M2G.zip", "EG25GGBR07A08M2G_01.001.10"},
    {.want = QDIAG_MATCH, "EG25GGBR07A08M2G-R07A09M2G.zip", "EG25GGBR07A08M2G"},
    {.want = QDIAG_WEAK, UP, NULL, "BG96MAR02A07M1G"},
    {.want = QDIAG_WEAK, "EG25GGBR07A08M2G-R07A09M2G.zip", NULL, "EG25GGBR07A08M2G"},
    /* the Vnn of a name is AT+CSUB's */
    {.want = QDIAG_MATCH, EG, EGB, EGB, "V05", .why = "may also be"},
    {.want = QDIAG_MISMATCH, EG, EGB, EGB, "V04", .why = "V04"},
    {.want = QDIAG_WEAK, EG, EGB, EGB},
    {.want = QDIAG_WEAK, EG, EGB "_01.001.01.001", EGB, "V05"},
    {.want = QDIAG_MATCH, EG, "EG18EAPAR01A08V05M4G"},
    {.want = QDIAG_MISMATCH, EG, "EG18EAPAR01A08V04M4G", .sub = "V05"},
    /* nothing to go by */
    {.want = QDIAG_NO_EVIDENCE, "update.zip", A16, .why = "name does not say"},
    {.want = QDIAG_NO_EVIDENCE, UP, NULL, .why = "is not known"},
    {.want = QDIAG_NO_EVIDENCE, UP, "0.5.1", .why = "no known form"},
    {.want = QDIAG_NO_EVIDENCE, UP, "BG96MAR02A07M1G_01.016.00.000", .why = "has not started"},
    {.want = QDIAG_NO_EVIDENCE,
     "BG96MAR02A07M1G_01.016.00.000-" A18,
     "BG96MAR02A07M1G_01.016.00.000"},
    /* declared: exactly, and the name must not say otherwise */
    {.want = QDIAG_MATCH, "update.zip", A16, .from = A16, .to = A18, .why = "declared"},
    {.want = QDIAG_MATCH, UP, A16, .from = A16, .to = A18},
    {.want = QDIAG_MATCH, "update.zip", A18, .from = A18, .to = A16, .downgrade = 1},
    {.want = QDIAG_MATCH,
     EG,
     EGB,
     EGB,
     "V05",
     .from = EGB,
     .to = "EG18EAPAR01A13M4G_01.200.01.200_V02"},
    {.want = QDIAG_MATCH,
     EG,
     EGB "_01.001.01.001",
     EGB,
     "V05",
     .from = EGB "_01.001.01.001",
     .to = "EG18EAPAR01A13M4G_01.200.01.200"},
    {.want = QDIAG_MISMATCH,
     EG,
     EGB,
     EGB,
     "V04",
     .from = EGB,
     .to = "EG18EAPAR01A13M4G_01.200.01.200"},
    {.want = QDIAG_MISMATCH,
     EG,
     EGB,
     EGB,
     "V05",
     .from = EGB,
     .to = "EG18EAPAR01A13M4G_01.300.01.300"},
    {.want = QDIAG_MISMATCH,
     EG,
     EGB,
     EGB,
     "V05",
     .from = "EG18EAPAR01A08V05M4G",
     .to = "EG18EAPAR01A13M4G_01.200.01.200",
     .why = "declared is from"},
    /* evidence that fits the unit, and not the rest of it */
    {.want = QDIAG_MISMATCH, UP, NULL, "BG96MAR02A07M1G", .hint_from = A14, .why = "inside"},
    {.want = QDIAG_MISMATCH,
     A14 "-" A18,
     NULL,
     "BG96MAR02A07M1G",
     .from = A16,
     .to = A18,
     .why = "name"},
    {.want = QDIAG_MISMATCH, "update.zip", A17, .from = A16, .to = A18},
    {.want = QDIAG_WEAK,
     "update.zip",
     "EM061KGLAAR01A02M2G_01.015",
     .from = "EM061KGLAAR01A02M2G_01.015.01.015",
     .to = "EM061KGLAAR01A02M2G_01.016.01.016"},
    {.want = QDIAG_WEAK,
     "update.zip",
     NULL,
     "EG25GGBR07A08M2G",
     .from = "EG25GGBR07A08M2G",
     .to = "EG25GGBR07A09M2G"},
    {.want = QDIAG_ALREADY, "update.zip", A18, .from = A16, .to = A18},
    {.want = QDIAG_WRONG_PROJECT,
     "update.zip",
     A16,
     .from = "EG25GGBR07A08M2G",
     .to = "EG25GGBR07A09M2G"},
    {.want = QDIAG_MISMATCH, A14 "-" A18, A16, .from = A16, .to = A18, .why = "name"},
    {.want = QDIAG_MISMATCH, A16 "-" A17, A16, .from = A16, .to = A18, .why = "name"},
    {.want = QDIAG_WRONG_PROJECT, "EG25GGBR07A08M2G_01.1-01.2.zip", A16, .from = A16, .to = A18},
    {.want = QDIAG_NO_EVIDENCE,
     "update.zip",
     "BG96MAR02A07M1G_01.016.00.000",
     .from = A16,
     .to = A18},
    {.want = QDIAG_NO_EVIDENCE, "update.zip", "0.5.1", .from = A16, .to = A18},
    /* texts inside contradict, and never prove */
    {.want = QDIAG_MATCH, UP, A16, .hint_from = A16, .hint_to = A18},
    {.want = QDIAG_MATCH, UP, A16, .hint_from = "BG96MAR02A07M1G"},
    {.want = QDIAG_NO_EVIDENCE, "update.zip", A16, .hint_from = A16, .hint_to = A18},
    {.want = QDIAG_MISMATCH, UP, A16, .hint_from = A14, .why = "inside"},
    {.want = QDIAG_MISMATCH, "update.zip", A16, .hint_from = A14},
    {.want = QDIAG_MISMATCH, UP, A16, .hint_to = A17, .why = "inside"},
    {.want = QDIAG_MISMATCH, "update.zip", A16, .from = A16, .to = A18, .hint_to = A17},
    {.want = QDIAG_MISMATCH, "update.zip", A16, .from = A16, .to = A18, .hint_from = A14},
    {.want = QDIAG_MATCH,
     "update.zip",
     A16,
     .from = A16,
     .to = A18,
     .hint_from = A16,
     .hint_to = A18},
    {.want = QDIAG_WRONG_PROJECT, UP, A16, .hint_from = "EG25GGBR07A08M2G"},
    {.want = QDIAG_WRONG_PROJECT, "update.zip", A16, .hint_to = "EG25GGBR07A08M2G"},
    {.want = QDIAG_MATCH, EG, EGB, EGB, "V05", .hint_to = "EG18EAPAR01A13M4G_01.200.01.200_V02"},
    /* no package at all, whatever its name or the operator says */
    {.want = QDIAG_NOT_A_DELTA, UP, A16, .kind = QDIAG_PACKAGE_NOT_DELTA, .why = "a web page"},
    {.want = QDIAG_NOT_A_DELTA, UP, A16, .from = A16, .to = A18, .kind = QDIAG_PACKAGE_NOT_DELTA},
};

static void set(char *to, size_t cap, const char *text)
{
    qd_copy_text(to, cap, text ? text : "");
}

static void fill(const struct row *r, struct qdiag_package *p, struct qdiag_versions *v)
{
    struct qd_package_name n;

    memset(p, 0, sizeof *p);
    memset(v, 0, sizeof *v);
    qd_package_name(r->name, &n);
    set(p->name, sizeof p->name, r->name);
    set(p->from, sizeof p->from, n.from);
    set(p->to, sizeof p->to, n.to);
    set(p->to_other, sizeof p->to_other, n.to_other);
    set(p->hint_from, sizeof p->hint_from, r->hint_from);
    set(p->hint_to, sizeof p->hint_to, r->hint_to);
    set(p->kind_text, sizeof p->kind_text, "a web page");
    p->kind = r->kind;
    set(v->full, sizeof v->full, r->full);
    set(v->base, sizeof v->base, r->base);
    set(v->sub, sizeof v->sub, r->sub);
    v->ready = 1;
}

static void test_verdicts(void **state)
{
    static const int codes[] = {0,
                                -QDIAG_E_DIFFERENT,
                                -QDIAG_E_DIFFERENT,
                                -QDIAG_E_POLICY,
                                -QDIAG_E_UNKNOWN,
                                -QDIAG_E_UNKNOWN,
                                -QDIAG_E_FILE_UNKNOWN};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct qdiag_error e = {0}, result = {0};
        struct qdiag_package p;
        struct qdiag_versions v;
        struct qdiag_match m;

        fill(r, &p, &v);
        assert_int_equal(qdiag_package_match(&p, &v, r->from, r->to, &m, &e), 0);
        if (m.verdict != r->want || m.downgrade != r->downgrade ||
            (r->why && !strstr(m.why, r->why)))
            fail_msg("row %zu: %s, unit %s: %s (%s), not %s", i, r->name, v.full,
                     qdiag_verdict_name(m.verdict), m.why, qdiag_verdict_name(r->want));
        assert_true(m.why[0]);
        assert_int_equal(m.declared, r->from != NULL);
        assert_string_equal(m.from, r->from ? r->from : p.from);
        assert_string_equal(m.to, r->to ? r->to : p.to);
        assert_int_equal(qdiag_match_result(&m, &result), codes[m.verdict]);
        assert_int_equal(result.code, -codes[m.verdict]);
        if (result.code)
            assert_string_equal(result.why, m.why);
    }
}

static void test_not_ready(void **state)
{
    struct row r = {.want = QDIAG_MATCH, UP, A16};
    struct qdiag_package p;
    struct qdiag_versions v;
    struct qdiag_match m;

    (void)state;
    fill(&r, &p, &v);
    v.ready = 0;
    assert_int_equal(qdiag_package_match(&p, &v, NULL, NULL, &m, NULL), 0);
    assert_int_equal(m.verdict, QDIAG_NO_EVIDENCE);
}

static void test_declarations(void **state)
{
    static const char *const bad[][2] = {
        {A16, NULL},        {NULL, A18},    {A16, "new"},
        {"", A18},          {"0.5.1", A18}, {"BG96MAR02A07M1G_01.016.00.000", A18},
        {A16, "R02A08M1G"},
    };
    struct row r = {.want = QDIAG_MATCH, UP, A16};
    struct qdiag_package p;
    struct qdiag_versions v;

    (void)state;
    fill(&r, &p, &v);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct qdiag_error e = {0};
        struct qdiag_match m;

        assert_int_equal(qdiag_package_match(&p, &v, bad[i][0], bad[i][1], &m, &e), -QDIAG_E_USAGE);
        assert_int_not_equal(m.verdict, QDIAG_MATCH);
    }
}

static void test_names(void **state)
{
    static const char *const names[] = {"MATCH", "MISMATCH", "ALREADY",     "WRONG-PROJECT",
                                        "WEAK",  "UNKNOWN",  "NOT-A-DELTA", "UNKNOWN"};
    struct qdiag_match m = {.verdict = (enum qdiag_verdict)7};

    (void)state;
    for (int i = 0; i < 8; i++)
        assert_string_equal(qdiag_verdict_name((enum qdiag_verdict)i), names[i]);
    assert_int_equal(qdiag_match_result(&m, NULL), -QDIAG_E_UNKNOWN);
}

static void test_expected_digest(void **state)
{
    static const char lower[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    struct qdiag_package p = {.name = "x"};
    char text[65];

    (void)state;
    memcpy(p.sha256, lower, 65);
    memcpy(text, lower, 65);
    assert_int_equal(qdiag_package_expect(&p, text, NULL), 0);
    text[0] = 'E';
    assert_int_equal(qdiag_package_expect(&p, text, NULL), 0);
    text[63] = '4';
    assert_int_equal(qdiag_package_expect(&p, text, NULL), -QDIAG_E_FILE_DAMAGED);
    text[63] = 'x';
    assert_int_equal(qdiag_package_expect(&p, text, NULL), -QDIAG_E_USAGE);
    text[63] = '\0';
    assert_int_equal(qdiag_package_expect(&p, text, NULL), -QDIAG_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),        cmocka_unit_test(test_not_ready),
        cmocka_unit_test(test_declarations),    cmocka_unit_test(test_names),
        cmocka_unit_test(test_expected_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
