/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The calls around AT+QFOTADL against a scripted unit: sent once whatever comes back, no password
 * in an error, and the network as one chained answer has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_at.h"
#include "service/at_write.h"
#include "service/fota.h"

#define OK           "\r\nOK\r\n"
#define STEPS(table) table, sizeof table / sizeof table[0]
#define URL          "AT+QFOTADL=\"ftp://u:secret@h/f\""

static struct qd_at *open_at(struct fake_at *f, const struct fake_at_step *s, size_t n)
{
    struct qd_link *link;
    struct qdiag_error e = {0};
    struct qd_at *at = NULL;

    fake_at_start(f, s, n);
    link = fake_at_link(f);
    if (qd_at_open(&at, &link, &e) != 0)
        fail_msg("%s: %s", e.what, e.why);
    return at;
}

static void end(struct fake_at *f, struct qd_at **at)
{
    qd_at_close(at);
    fake_at_end(f);
}

static void test_probe(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("EG95"), {"AT+QFOTADL=?", OK, 0}, {"AT+QFOTADL=?", "\r\nERROR\r\n", 0}};
    struct fake_at f;
    struct qd_at *at = open_at(&f, STEPS(s));
    int has = -1;

    (void)state;
    assert_int_equal(qd_fota_probe(at, &has, NULL), 0);
    assert_int_equal(has, 1);
    assert_int_equal(qd_fota_probe(at, &has, NULL), 0);
    assert_int_equal(has, 0);
    end(&f, &at);
}

/* Whatever comes back, the unit got it once; and the error shows no password. */
static void test_start(void **state)
{
    static const struct {
        const char *says;
        int rc, result;
    } v[] = {{OK, 0, QD_AT_OK},
             {"\r\nERROR\r\n", 0, QD_AT_ERROR},
             {"\r\n+CME ERROR: 3\r\n", 0, QD_AT_CME},
             {"", -QDIAG_E_TIMEOUT, 0},
             {"\r\nRDY\r\n", -QDIAG_E_UNKNOWN, 0}};
    struct qdiag_fota_argument a;

    (void)state;
    assert_int_equal(qdiag_fota_argument("eg9x", "ftp://u:secret@h/f", &a, NULL), 0);
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct fake_at_step s[] = {FAKE_AT_OPEN("EG95"), {URL, v[i].says, 0}};
        struct qd_at_final result = {QD_AT_CONNECT, 0, ""};
        struct qdiag_error e = {0};
        struct fake_at f;
        struct qd_at *at = open_at(&f, STEPS(s));

        assert_int_equal(qd_fota_start(at, &a, 0, &result, &e), v[i].rc);
        if (v[i].rc == 0)
            assert_int_equal(result.result, v[i].result);
        else
            assert_int_equal(e.touch, QDIAG_TOUCH_UNKNOWN);
        assert_null(strstr(e.item, "secret"));
        assert_null(strstr(e.why, "secret"));
        f.link->gone = 1;
        end(&f, &at);
    }
}

/* A command longer than an error has room for is cut, and must not bring its password with it. */
static void test_long_command(void **state)
{
    char path[400], source[512], line[600];
    struct qdiag_fota_argument a;
    struct qd_at_final result;
    struct qdiag_error e = {0};
    struct fake_at f;

    (void)state;
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    snprintf(source, sizeof source, "ftp://user:secret@192.0.2.10:2121/%s%.78s", path, path);
    assert_int_equal(strlen(source), 511);
    assert_int_equal(qdiag_fota_argument("rg50xq", source, &a, NULL), 0);
    snprintf(line, sizeof line, "AT+QFOTADL=\"%s\"", source);
    const struct fake_at_step s[] = {FAKE_AT_OPEN("RG500Q-EA"), {line, "", 0}};
    struct qd_at *at = open_at(&f, STEPS(s));
    assert_int_equal(qd_fota_start(at, &a, 0, &result, &e), -QDIAG_E_TIMEOUT);
    assert_non_null(strstr(e.item, "user:***@"));
    assert_null(strstr(e.item, "secret"));
    f.link->gone = 1;
    end(&f, &at);
}

static void test_apn(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("BG96"),
        {"AT+QCFGEXT=\"fota_apn\"",
         "\r\n+QCFGEXT: \"fota_apn\",0,\"Telstra.internet\",\"\",\"\"\r\n\r\nOK\r\n", 0},
        {"AT+QCFGEXT=\"fota_apn\"", "\r\n+QCFGEXT: \"fota_apn\",2,\"a\",\"b\",\"c\"\r\n\r\nOK\r\n",
         0},
        {"AT+QCFGEXT=\"fota_apn\"", "\r\nERROR\r\n", 0}};
    static const char *const bad[] = {"",
                                      "\"fota_apn\"",
                                      "\"fota_apn\",3,\"a\"",
                                      "\"fota_apn\",x,\"a\"",
                                      "\"fota_apn\",0,\"a",
                                      "\"fota_apn\",0,\"a\"b",
                                      "\"other\",0,\"a\"",
                                      "\"fota_apn\",0,\"a\",\"b\",\"c\",\"d\""};
    struct fake_at f;
    struct qd_at *at = open_at(&f, STEPS(s));
    struct qd_fota_apn a;

    (void)state;
    assert_int_equal(qd_fota_apn_read(at, &a, NULL), 0);
    assert_int_equal(a.known, 1);
    assert_int_equal(a.ip, 0);
    assert_string_equal(a.apn, "Telstra.internet");
    assert_int_equal(a.has_user + a.has_password, 0);
    assert_int_equal(qd_fota_apn_read(at, &a, NULL), 0);
    assert_int_equal(a.ip, 2);
    assert_int_equal(a.has_user + a.has_password, 2);
    assert_int_equal(qd_fota_apn_read(at, &a, NULL), 0);
    assert_int_equal(a.known, 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(qd_fota_apn_parse(bad[i], &a, NULL), -QDIAG_E_PROTOCOL);
        assert_int_equal(a.known, 0);
    }
    end(&f, &at);
}

/* The four lines of one chained command, as the guide prints them. */
static void test_net_lines(void **state)
{
    struct qd_fota_net n = {-1, -1, -1, -1, ""};

    (void)state;
    assert_int_equal(qd_fota_registered(&n), 0);
    assert_int_equal(qd_fota_net_line(&n, "+CSQ: 26,99"), 1);
    assert_int_equal(qd_fota_net_line(&n, "+CEREG: 0,1"), 1);
    assert_int_equal(qd_fota_net_line(&n, "+CGREG: 0,4"), 1);
    assert_int_equal(qd_fota_net_line(&n, "+COPS: 0,0,\"Telstra Mobile Telstra\",8"), 1);
    assert_int_equal(n.rssi, 26);
    assert_int_equal(n.lte, 1);
    assert_int_equal(n.packet, 4);
    assert_string_equal(n.operator_name, "Telstra Mobile Telstra");
    assert_int_equal(qd_fota_registered(&n), 1);
    assert_int_equal(qd_fota_net_line(&n, "+CEREG: 4"), 0); /* unsolicited */
    assert_int_equal(n.lte, 1);
    assert_int_equal(qd_fota_net_line(&n, "+CEREG: 2,2,\"1A2B\",\"0\",7"), 1);
    assert_int_equal(qd_fota_registered(&n), 0);
    assert_int_equal(qd_fota_net_line(&n, "+C5GREG: 0,5"), 1);
    assert_int_equal(qd_fota_registered(&n), 1);
    assert_int_equal(qd_fota_net_line(&n, "+COPS: 0"), 1);
    assert_string_equal(n.operator_name, "");
    assert_int_equal(qd_fota_net_line(&n, "+CSQ: 99,99"), 1);
    assert_int_equal(n.rssi, 99);
    assert_int_equal(qd_fota_net_line(&n, "+CSQ: 26"), 0);
    assert_int_equal(qd_fota_net_line(&n, "+CSQ: x,1"), 0);
    assert_int_equal(qd_fota_net_line(&n, "+CSQX: 1,1"), 0);
}

static void test_net_read(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("RM500Q-GL"),
        {"AT+CSQ", "\r\n+CEREG: 1\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n", 0},
        {"AT+CEREG?", "\r\n+CEREG: 0,1\r\n\r\nOK\r\n", 0},
        {"AT+CGREG?", "\r\nERROR\r\n", 0},
        {"AT+COPS?", "\r\n+COPS: 0,0,\"net\",13\r\n\r\nOK\r\n", 0},
        {"AT+C5GREG?", "\r\n+C5GREG: 0,0\r\n\r\nOK\r\n", 0},
        {"AT+QFOTAPID=?", "\r\n+QFOTAPID: (1-8)\r\n\r\nOK\r\n", 0},
        {"AT+QFOTAPID=?", "\r\nERROR\r\n", 0}};
    struct fake_at f;
    struct qd_at *at = open_at(&f, STEPS(s));
    struct qd_fota_net n;
    char text[128];

    (void)state;
    assert_int_equal(qd_fota_net_read(at, 1, &n, NULL), 0);
    assert_int_equal(n.rssi, 20);
    assert_int_equal(n.lte, 1);
    assert_int_equal(n.packet, -1);
    assert_int_equal(n.nr, 0);
    assert_string_equal(n.operator_name, "net");
    assert_int_equal(qd_fota_apid_read(at, text, NULL), 0);
    assert_string_equal(text, "(1-8)");
    assert_int_equal(qd_fota_apid_read(at, text, NULL), 0);
    assert_string_equal(text, "");
    end(&f, &at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probe),        cmocka_unit_test(test_start),
        cmocka_unit_test(test_long_command), cmocka_unit_test(test_apn),
        cmocka_unit_test(test_net_lines),    cmocka_unit_test(test_net_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
