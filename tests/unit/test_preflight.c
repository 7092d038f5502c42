/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The pure rules of a preflight: which code wins, and that nothing unknown is a go; rows that
 * cannot be brought about from outside; the answer of AT+CBC; the age of a backup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "flow/upgrade/preflight.h"
#include "flow/ufs/ufs_guard.h"
#include "service/supply_codec.h"

#define N 8

static struct qdiag_check rows[N];

static void all(enum qdiag_check_result r)
{
    memset(rows, 0, sizeof rows);
    for (int i = 0; i < N; i++) {
        rows[i].name = "row";
        rows[i].result = r;
    }
}

static void put(int i, enum qdiag_check_result r, int code)
{
    rows[i].result = r;
    rows[i].code = code;
}

static void wins(int code, int row)
{
    int got;

    assert_int_equal(qd_pf_verdict(rows, N, &got), code);
    assert_int_equal(got, row);
}

static void test_go(void **state)
{
    (void)state;
    all(QDIAG_PASS);
    wins(0, -1);
    put(3, QDIAG_SKIPPED, 0);
    wins(0, -1);
    all(QDIAG_SKIPPED);
    wins(0, -1);
}

static void test_no_rows_is_no_go(void **state)
{
    int row;

    (void)state;
    assert_int_equal(qd_pf_verdict(rows, 0, &row), QDIAG_E_UNKNOWN);
}

/* Every place, every code behind it, and values that are none of the enum. */
static void test_unknown_is_never_go(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++)
        for (int code = 0; code <= QDIAG_E_FOTA_DIFFERS; code++)
            for (int r = -2; r < 8; r++) {
                if (r == QDIAG_PASS || r == QDIAG_SKIPPED || r == QDIAG_FAIL)
                    continue;
                all(QDIAG_PASS);
                put(i, (enum qdiag_check_result)r, code);
                wins(QDIAG_E_UNKNOWN, i);
            }
}

static void test_fail_before_unknown(void **state)
{
    (void)state;
    all(QDIAG_PASS);
    put(1, QDIAG_CANNOT_TELL, QDIAG_E_TIMEOUT);
    put(5, QDIAG_FAIL, QDIAG_E_DIFFERENT);
    wins(QDIAG_E_DIFFERENT, 5);
    put(4, QDIAG_FAIL, QDIAG_E_POLICY);
    wins(QDIAG_E_POLICY, 4);
}

static void test_another_unit_wins(void **state)
{
    (void)state;
    all(QDIAG_FAIL);
    for (int i = 0; i < N; i++)
        rows[i].code = QDIAG_E_DIFFERENT;
    wins(QDIAG_E_DIFFERENT, 0);
    put(6, QDIAG_FAIL, QDIAG_E_NOT_SAME_UNIT);
    wins(QDIAG_E_NOT_SAME_UNIT, 6);
    put(2, QDIAG_CANNOT_TELL, QDIAG_E_NOT_SAME_UNIT);
    wins(QDIAG_E_NOT_SAME_UNIT, 6);
}

/* Exit codes from 16 to 31 say that the unit was written to; a FAIL never says success. */
static void test_codes_stay_below_16(void **state)
{
    (void)state;
    for (int code = 0; code <= QDIAG_E_FOTA_DIFFERS; code++) {
        struct qdiag_error e = {0};
        int row;

        all(QDIAG_PASS);
        put(2, QDIAG_FAIL, code);
        e.code = qd_pf_verdict(rows, N, &row);
        assert_in_range(qdiag_exit_code(&e), 1, 15);
    }
}

static void test_names(void **state)
{
    static const char *const names[] = {"PASS", "FAIL", "UNKNOWN", "SKIPPED"};

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_string_equal(qdiag_check_name((enum qdiag_check_result)i), names[i]);
    assert_string_equal(qdiag_check_name((enum qdiag_check_result)9), "UNKNOWN");
    for (int i = 0; i < QD_PF_ROWS; i++)
        assert_non_null(qd_pf_next((enum qd_pf_row)i));
}

/* ---- rows ---- */

static struct qdiag_preflight report;
static const struct qdiag_preflight_options none;

static struct qd_pf fresh(const struct qdiag_preflight_options *o)
{
    memset(&report, 0, sizeof report);
    for (int i = 0; i < QD_PF_ROWS; i++)
        report.check[i].result = (enum qdiag_check_result)99;
    return (struct qd_pf){.o = o, .pf = &report};
}

static void expect(const struct qd_pf *p, enum qd_pf_row row, enum qdiag_check_result r, int code)
{
    assert_int_equal(p->pf->check[row].result, r);
    assert_int_equal(p->pf->check[row].code, code);
    assert_true(p->pf->check[row].detail[0]);
}

static void test_two_usb_devices(void **state)
{
    struct qd_pf p = fresh(&none);

    (void)state;
    qd_pf_ports(&p, "1-4.2", "1-4.3");
    expect(&p, QD_PF_UNIT, QDIAG_FAIL, QDIAG_E_NOT_SAME_UNIT);
    qd_pf_ports(&p, "1-4.2", "1-4.2");
    expect(&p, QD_PF_UNIT, QDIAG_PASS, 0);
    qd_pf_ports(&p, "", "1-4.2");
    expect(&p, QD_PF_UNIT, QDIAG_PASS, 0);
}

static void test_no_ports(void **state)
{
    struct qd_pf p = fresh(&none);
    struct qdiag_error e = {0};

    (void)state;
    assert_int_equal(qd_pf_unit(&p, &e), 0);
    expect(&p, QD_PF_UNIT, QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN);
    expect(&p, QD_PF_IDENTITY, QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN);
    expect(&p, QD_PF_VERSIONS, QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN);
    expect(&p, QD_PF_FAMILY, QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN);
    assert_int_equal(qd_pf_inner(&p, &e), 0);
    expect(&p, QD_PF_UFS, QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN);
    expect(&p, QD_PF_EUFS, QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN);
    assert_int_equal(qd_pf_health(&p, &e), 0);
    expect(&p, QD_PF_EFS, QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN);
    expect(&p, QD_PF_RF, QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN);
    assert_int_equal(qd_pf_power(&p, &e), 0);
    expect(&p, QD_PF_POWER, QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN);
    assert_int_equal(e.code, 0);
}

static void test_family_not_known(void **state)
{
    static const struct qdiag_preflight_options o = {.source = "http://192.0.2.1/p"};
    struct qd_pf p = fresh(&o);
    struct qdiag_error e = {0};

    (void)state;
    assert_int_equal(qd_pf_argument(&p, &e), 0);
    expect(&p, QD_PF_ARGUMENT, QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN);
    assert_int_equal(qd_pf_transport(&p, &e), 0);
    for (int row = QD_PF_SIGNAL; row <= QD_PF_CERTIFICATES; row++)
        expect(&p, (enum qd_pf_row)row, QDIAG_CANNOT_TELL, QDIAG_E_UNKNOWN);
}

/* An error of the link ends the run, whatever the caller made of it; others do not. */
static void test_what_ends_a_run(void **state)
{
    static const int ends[] = {QDIAG_E_LINK_GONE, QDIAG_E_LINK_SILENT, QDIAG_E_LINK_IO,
                               QDIAG_E_CANCELLED, QDIAG_E_NO_MEMORY,   QDIAG_E_BUG};

    (void)state;
    for (int code = 1; code <= QDIAG_E_FOTA_DIFFERS; code++) {
        struct qd_pf p = fresh(&none);
        struct qdiag_error mine = {.code = code, .what = "x", .why = "001001000000015"}, e = {0};
        int end = 0, rc = qd_pf_failed(&p, QD_PF_RF, &mine, &e);

        for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
            end |= ends[i] == code;
        assert_int_equal(rc, end ? -code : 0);
        assert_int_equal(e.code, end ? code : 0);
        expect(&p, QD_PF_RF, end ? QDIAG_CANNOT_TELL : QDIAG_FAIL, code);
        assert_null(strstr(report.check[QD_PF_RF].detail, "001001000000015"));
    }
}

/* ---- pieces ---- */

static void test_supply(void **state)
{
    static const char *const bad[] = {
        "",           "0",          "0,80",   "0,80,", "0,101,3800", "4,1,2",
        "0,80,60001", "0,80,3800 ", "-1,1,1", "a,b,c", "0,80,3.8",   "0,80,99999999999999999999"};
    unsigned mv = 1;

    (void)state;
    assert_int_equal(qd_supply_parse("0,80,3812", &mv), 0);
    assert_int_equal(mv, 3812);
    assert_int_equal(qd_supply_parse("0,0,0", &mv), 0);
    assert_int_equal(mv, 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(qd_supply_parse(bad[i], &mv), -1);
    assert_int_equal(mv, 0);
}

static void test_age(void **state)
{
    const int64_t noon = 1772460000; /* 2026-03-02T14:00:00Z */
    int64_t h = -1;

    (void)state;
    assert_int_equal(qd_backup_age_h("2026-03-02T14:00:00Z", noon, &h), 0);
    assert_int_equal(h, 0);
    assert_int_equal(qd_backup_age_h("2026-03-02T14:00:00Z", noon + 1, &h), 0);
    assert_int_equal(h, 1);
    assert_int_equal(qd_backup_age_h("2026-03-02T14:00:00Z", noon + 24 * 3600, &h), 0);
    assert_int_equal(h, 24);
    assert_int_equal(qd_backup_age_h("2026-03-02T14:00:00Z", noon + 24 * 3600 + 1, &h), 0);
    assert_int_equal(h, 25);
    assert_int_equal(qd_backup_age_h("2026-03-02T14:00:00Z", noon - 600, &h), 0);
    assert_int_equal(h, 0);
    assert_int_equal(qd_backup_age_h("2026-03-02T14:00:00Z", noon - 601, &h), -1);
    assert_int_equal(qd_backup_age_h("", noon, &h), -1);
    assert_int_equal(qd_backup_age_h("2026-03-02", noon, &h), -1);
    assert_int_equal(qd_backup_age_h("2026-03-02T14:00:00Zx", noon, &h), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_go),
        cmocka_unit_test(test_no_rows_is_no_go),
        cmocka_unit_test(test_unknown_is_never_go),
        cmocka_unit_test(test_fail_before_unknown),
        cmocka_unit_test(test_another_unit_wins),
        cmocka_unit_test(test_codes_stay_below_16),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_two_usb_devices),
        cmocka_unit_test(test_no_ports),
        cmocka_unit_test(test_family_not_known),
        cmocka_unit_test(test_what_ends_a_run),
        cmocka_unit_test(test_supply),
        cmocka_unit_test(test_age),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
