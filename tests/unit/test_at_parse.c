/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What lines mean, what may be sent, families. The gate is tried with every spelling of an identity
 * write that its authors could think of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "at/parse.h"

static void test_results(void **state)
{
    static const struct {
        const char *line;
        int numeric;
        enum qd_at_kind kind;
        enum qd_at_result result;
        int number;
        const char *text;
    } v[] = {
        {"OK", 0, QD_AT_FINAL, QD_AT_OK, -1, ""},
        {"ERROR", 0, QD_AT_FINAL, QD_AT_ERROR, -1, ""},
        {"0", 1, QD_AT_FINAL, QD_AT_OK, -1, ""},
        {"4", 1, QD_AT_FINAL, QD_AT_ERROR, -1, ""},
        {"0", 0, QD_AT_TEXT, QD_AT_OK, -1, ""},
        {"4", 0, QD_AT_TEXT, QD_AT_OK, -1, ""},
        {"+CME ERROR: 3", 0, QD_AT_FINAL, QD_AT_CME, 3, ""},
        {"+CME ERROR:405", 0, QD_AT_FINAL, QD_AT_CME, 405, ""},
        {"+CME ERROR: memory failure", 0, QD_AT_FINAL, QD_AT_CME, -1, "memory failure"},
        {"+CME ERROR: 12345678901", 0, QD_AT_FINAL, QD_AT_CME, -1, "12345678901"},
        {"+CMS ERROR: 500", 0, QD_AT_FINAL, QD_AT_CMS, 500, ""},
        {"CONNECT", 0, QD_AT_FINAL, QD_AT_CONNECT, -1, ""},
        {"CONNECT 115200", 0, QD_AT_FINAL, QD_AT_CONNECT, -1, ""},
        {"RDY", 0, QD_AT_RDY, QD_AT_OK, -1, ""},
        {"APP RDY", 0, QD_AT_APP_RDY, QD_AT_OK, -1, ""},
        {"+QIND: SMS DONE", 0, QD_AT_URC, QD_AT_OK, -1, ""},
        {"POWERED DOWN", 0, QD_AT_GONE, QD_AT_OK, -1, ""},
        {"OKAY", 0, QD_AT_TEXT, QD_AT_OK, -1, ""},
        {"ok", 0, QD_AT_TEXT, QD_AT_OK, -1, ""},
        {"+CME ERROR 3", 0, QD_AT_TEXT, QD_AT_OK, -1, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct qd_at_final f;

        assert_int_equal(qd_at_judge(v[i].line, v[i].numeric, &f), v[i].kind);
        if (v[i].kind != QD_AT_FINAL)
            continue;
        assert_int_equal(f.result, v[i].result);
        assert_int_equal(f.number, v[i].number);
        assert_string_equal(f.text, v[i].text);
    }
}

static void test_prefixes(void **state)
{
    (void)state;
    assert_string_equal(qd_at_after("+QPRTPARA: 1,2", "+QPRTPARA"), "1,2");
    assert_string_equal(qd_at_after("+QPRTPARA :1", "+QPRTPARA"), "1");
    assert_string_equal(qd_at_after("+QPRTPARA:", "+QPRTPARA"), "");
    assert_null(qd_at_after("+QPRTPARAX: 1", "+QPRTPARA"));
    assert_null(qd_at_after("x+QPRTPARA: 1", "+QPRTPARA"));
    assert_null(qd_at_after("+QPRTPARA", "+QPRTPARA"));
}

static void test_identity_writes_do_not_pass(void **state)
{
    static const char *const bad[] = {
        "AT+EGMR=1,7,\"001001000000015\"",
        "at+egmr=1,7,\"001001000000015\"",
        "AT+eGmR=1,7,\"1\"",
        "AT + E G M R = 1 , 7",
        "AT+EGMR =1,10",
        "AT+EGMR= 1,10",
        "AT+EGMR=01,7",
        "AT+EGMR=\"1\",7",
        "AT+EGMR=+1,7",
        "AT+EGMR=00,7",
        "AT+EGMR=,7",
        "AT+EGMR=",
        "AT+EGMR",
        "AT+CSQ;+EGMR=1,7",
        "AT+CSQ; + egmr=1,7",
        "AT+EGMR=0,7;+EGMR=1,7",
        "ATE0+EGMR=1,7",
        "ATE0V1+EGMR=1,7",
        "AT+QNVW=550,0,\"08\"",
        "AT+QNVFW=\"/nv/item_files/x\",00",
        "AT+QNVFW=?",
        "AT+CSQ;+qnvfw=\"/x\",00",
        "AT+QNVFD=\"/x\"",
        "AT+SIMEI=001001000000015",
        "A/",
        "a/",
        " A/",
        "+EGMR=1,7",
        "AT+CSQ\rAT+EGMR=1,7",
        "AT+CSQ\nAT",
        "AT\t+CSQ",
        "AT+CSQ\x7f",
        "AT+X=\xc3\xa4",
        "",
    };
    static const char *const good[] = {
        "AT",
        "at",
        "AT+EGMR=0,7",
        "AT+EGMR=?",
        "AT+EGMR=0,5;+CSQ",
        "ATI",
        "AT+QNVFR=\"/nv/x\"",
        "AT+QPRTPARA=1",
        "AT+QNVR=550,0",
        "AT+CGSN",
        "AT+SIMEI?",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (!qd_at_refuses(bad[i]))
            fail_msg("\"%s\" passes", bad[i]);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (qd_at_refuses(good[i]))
            fail_msg("\"%s\" does not pass: %s", good[i], qd_at_refuses(good[i]));
}

static void test_a_long_command_is_refused(void **state)
{
    char text[1200];

    (void)state;
    memset(text, 'A', sizeof text);
    memcpy(text, "AT", 2);
    text[1199] = '\0';
    assert_non_null(qd_at_refuses(text));
    text[1023] = '\0';
    assert_null(qd_at_refuses(text));
}

static void test_families(void **state)
{
    static const struct {
        const char *model, *family;
        enum qd_at_has ufs, eufs;
    } v[] = {
        {"BG95-S5", "bg95-s5", QD_AT_YES, QD_AT_YES},
        {"BG95-M3", "bg95", QD_AT_YES, QD_AT_YES},
        {"BG77", "bg95", QD_AT_YES, QD_AT_YES},
        {"BG96", "bg96", QD_AT_PROBE, QD_AT_NO},
        {"EG95", "eg9x", QD_AT_PROBE, QD_AT_NO},
        {"EG25-G", "ec2x", QD_AT_PROBE, QD_AT_NO},
        {"EC25", "ec2x", QD_AT_PROBE, QD_AT_NO},
        {"RG500Q-EA", "rg50xq", QD_AT_PROBE, QD_AT_NO},
        {"RM510Q-GL", "rg50xq", QD_AT_PROBE, QD_AT_NO},
        {"RM520N-GL", "unknown", QD_AT_NO, QD_AT_NO},
        {"BG770A-GL", "unknown", QD_AT_NO, QD_AT_NO},
        {"", "unknown", QD_AT_NO, QD_AT_NO},
        {"EM160R-GL", "unknown", QD_AT_NO, QD_AT_NO},
        {"bg96", "unknown", QD_AT_NO, QD_AT_NO},
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        const struct qd_at_family *f = qd_at_family(v[i].model);

        assert_string_equal(f->name, v[i].family);
        assert_int_equal(f->ufs, v[i].ufs);
        assert_int_equal(f->eufs, v[i].eufs);
    }
}

static void test_error_texts(void **state)
{
    (void)state;
    assert_string_equal(qd_at_cme_text(405), "file not found");
    assert_string_equal(qd_at_cme_text(420), "no space");
    assert_null(qd_at_cme_text(9999));
    assert_null(qd_at_cme_text(-1));
}

static void test_secrets_are_masked(void **state)
{
    static const struct {
        const char *line, *shown;
    } v[] = {
        {"AT+QFOTADL=\"ftp://u:p@h:21/f\"", "AT+QFOTADL=\"ftp://u:***@h:21/f\""},
        {"AT+QFOTADL=\"ftp://u:a@b:c@h/f@g\"", "AT+QFOTADL=\"ftp://u:***@h/f@g\""},
        {"AT+QFOTADL=\"ftp://u:@h/f\"", "AT+QFOTADL=\"ftp://u:@h/f\""},
        {"AT+QFOTADL=\"http://h:80/f\"", "AT+QFOTADL=\"http://h:80/f\""},
        {"AT+QFOTADL=\"http://h:80/a:b@c\"", "AT+QFOTADL=\"http://h:80/a:b@c\""},
        {"+QCFGEXT: \"fota_apn\",0,\"a\",\"u\",\"pw\"", "+QCFGEXT: \"fota_apn\",0,\"a\",\"u\",***"},
        {"+QCFGEXT: \"fota_apn\",0,\"a\",\"\",\"\"", "+QCFGEXT: \"fota_apn\",0,\"a\",\"\",\"\""},
        {"AT+QCFGEXT=\"fota_apn\"", "AT+QCFGEXT=\"fota_apn\""},
        {"001010000000015", "<15 digits>"},
    };
    char shown[128], small[24];

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        qd_at_mask(shown, sizeof shown, v[i].line);
        assert_string_equal(shown, v[i].shown);
    }
    qd_at_mask(small, sizeof small, "ftp://u:p@0123456789abcdefghijkl"); /* grows: cut at its end */
    assert_string_equal(small, "ftp://u:***@0123456789a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets_are_masked),
        cmocka_unit_test(test_results),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_identity_writes_do_not_pass),
        cmocka_unit_test(test_a_long_command_is_refused),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_error_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
