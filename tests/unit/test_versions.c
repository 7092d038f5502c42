/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The versions of a unit over AT: each form of answer, a unit that is starting, one that does not
 * tell, one that is reset in the middle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <qdiag/package.h>

#include "fake_at.h"
#include "flow/unit/versions.h"

#define STEPS(table) table, sizeof table / sizeof table[0]
#define OK(line)     "\r\n" line "\r\n\r\nOK\r\n"
#define ATI_EG18     "\r\nQuectel\r\nEG18\r\nRevision: EG18EAPAR01A12M4G\r\n\r\nOK\r\n"
#define NOT_YET      OK("EM05GFAR07A07M1G_01.016.00.000")
#define FULL         "EM05GFAR07A07M1G_01.016.01.016"

static int read_all(const struct fake_at_step *steps, size_t n, unsigned wait_s,
                    struct qdiag_versions *v)
{
    struct qdiag_error e = {0};
    struct qdiag_at port;
    struct fake_at f;
    struct qd_link *link;
    int rc;

    memset(&port, 0, sizeof port);
    fake_at_start(&f, steps, n);
    link = fake_at_link(&f);
    assert_int_equal(qd_at_open(&port.at, &link, &e), 0);
    port.ctx = qd_at_context(port.at);
    rc = qdiag_versions_read(&port, wait_s, v, &e);
    assert_int_equal(rc, -e.code);
    qd_at_close(&port.at);
    fake_at_end(&f);
    return rc;
}

static void test_real_pair(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("EG18"),
        {"AT+QGMR", OK("EG18EAPAR01A12M4G_01.001.01.001"), 0},
        {"ATI", ATI_EG18, 0},
        {"AT+CSUB", OK("SubEdition: V01"), 0},
    };
    struct qdiag_versions v;

    (void)state;
    assert_int_equal(read_all(STEPS(s), 0, &v), 0);
    assert_string_equal(v.model, "EG18");
    assert_string_equal(v.family, "unknown");
    assert_string_equal(v.full, "EG18EAPAR01A12M4G_01.001.01.001");
    assert_string_equal(v.base, "EG18EAPAR01A12M4G");
    assert_string_equal(v.sub, "V01");
    assert_int_equal(v.ready, 1);
}

/* The other form of the query, a prefix, and nothing behind AT+CSUB that is an edition. */
static void test_other_forms(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("BG96"),
        {"AT+QGMR", "\r\nERROR\r\n", 0},
        {"AT+QGMR?", OK("+QGMR: BG96MAR02A07M1G_01.007.01.007"), 0},
        {"ATI", "\r\nERROR\r\n", 0},
        {"AT+CSUB", OK("SubEdition: V1234"), 0},
    };
    struct qdiag_versions v;

    (void)state;
    assert_int_equal(read_all(STEPS(s), 0, &v), 0);
    assert_string_equal(v.family, "bg96");
    assert_string_equal(v.full, "BG96MAR02A07M1G_01.007.01.007");
    assert_string_equal(v.base, "");
    assert_string_equal(v.sub, "");
}

/* Not told is not ready to be compared, and not an error. */
static void test_not_told(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("BG95-M3"),
        {"AT+QGMR", "\r\nERROR\r\n", 0},
        {"AT+QGMR?", "\r\n+CME ERROR: 3\r\n", 0},
        {"ATI", "\r\nQuectel\r\nBG95-M3\r\nRevision: BG95M3LAR02A04\r\n\r\nOK\r\n", 0},
        {"AT+CSUB", "\r\nERROR\r\n", 0},
    };
    struct qdiag_versions v;

    (void)state;
    assert_int_equal(read_all(STEPS(s), 0, &v), 0);
    assert_string_equal(v.full, "");
    assert_string_equal(v.base, "BG95M3LAR02A04");
}

static void test_starting(void **state)
{
    static const struct fake_at_step soon[] = {
        FAKE_AT_OPEN("EM05-G"),   {"AT+QGMR", NOT_YET, 0},     {"AT+QGMR", NOT_YET, 0},
        {"AT+QGMR", OK(FULL), 0}, {"ATI", "\r\nERROR\r\n", 0}, {"AT+CSUB", "\r\nERROR\r\n", 0},
    };
    static const struct fake_at_step never[] = {
        FAKE_AT_OPEN("EM05-G"),  {"AT+QGMR", NOT_YET, 0},     {"AT+QGMR", NOT_YET, 0},
        {"AT+QGMR", NOT_YET, 0}, {"ATI", "\r\nERROR\r\n", 0}, {"AT+CSUB", "\r\nERROR\r\n", 0},
    };
    struct qdiag_versions v;

    (void)state;
    assert_int_equal(read_all(STEPS(soon), 2, &v), 0);
    assert_int_equal(v.ready, 1);
    assert_string_equal(v.full, FULL);
    assert_int_equal(read_all(STEPS(never), 2, &v), 0);
    assert_int_equal(v.ready, 0);
}

static void test_reset_meanwhile(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("EM05-G"),
        {"AT+QGMR", "\r\nRDY\r\n", 0},
        {"AT+CGMM", OK("EM05-G"), 0}, /* the place is found again for the end of the session */
        {"ATE0V1", "\r\nOK\r\n", 0},
        {"AT+CMEE=1", "\r\nOK\r\n", 0},
    };
    struct qdiag_versions v;

    (void)state;
    assert_int_equal(read_all(STEPS(s), 0, &v), -QDIAG_E_UNKNOWN);
    assert_int_equal(v.ready, 0);
}

/* For showing: AT+CGMR stands in, and is no full version. */
static void test_shown(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("BG95-M3"),
        {"AT+QGMR", "\r\nERROR\r\n", 0},
        {"AT+QGMR?", "\r\nERROR\r\n", 0},
        {"AT+CGMR", OK("BG95M3LAR02A04"), 0},
        {"AT+QGMR", OK("BG95M3LAR02A04_A0.301.A0.301"), 0},
    };
    char version[QD_VERSION_TEXT];
    struct qdiag_at port;
    struct fake_at f;
    struct qd_link *link;

    (void)state;
    memset(&port, 0, sizeof port);
    fake_at_start(&f, STEPS(s));
    link = fake_at_link(&f);
    assert_int_equal(qd_at_open(&port.at, &link, NULL), 0);
    port.ctx = qd_at_context(port.at);
    assert_int_equal(qd_firmware_read(&port, 0, version, NULL), 0);
    assert_string_equal(version, "BG95M3LAR02A04");
    assert_int_equal(qd_firmware_read(&port, 0, version, NULL), 0);
    assert_string_equal(version, "BG95M3LAR02A04_A0.301.A0.301");
    qd_at_close(&port.at);
    fake_at_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_pair),       cmocka_unit_test(test_other_forms),
        cmocka_unit_test(test_not_told),        cmocka_unit_test(test_starting),
        cmocka_unit_test(test_reset_meanwhile), cmocka_unit_test(test_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
