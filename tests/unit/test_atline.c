/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lines of AT ports: wire bytes as real modules send them, whole and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "frame/atline.h"

struct vector {
    const char *wire;
    const char *lines; /* each with '|' behind it; "<long>" and "<prompt>" for the other events */
};

static const struct vector vectors[] = {
    {"AT+QGMR\r\r\nBG96MAR02A07M1G_01.007.01.007\r\n\r\nOK\r\n",
     "AT+QGMR|BG96MAR02A07M1G_01.007.01.007|OK|"},
    {"AT+CGMR\r\r\nBG770AGLAAR01A05\r\nOK\r\n", "AT+CGMR|BG770AGLAAR01A05|OK|"},
    {"\r\n+QGPSURC: \"xtradataexpire\",0,\"x\"\r\nAT+QGMR\r\r\nX\r\n",
     "+QGPSURC: \"xtradataexpire\",0,\"x\"|AT+QGMR|X|"},
    {"AT+CSQ?\r\r\n+CME ERROR: 3\r\n", "AT+CSQ?|+CME ERROR: 3|"},
    {"0\r4\r", "0|4|"},
    {"\n\n\r\rOK\r", "OK|"},
    {"  OK \r\n", "OK|"},
    {"\x01\xff"
     "A\tB\r\n",
     "..A.B|"},
    {"no end", ""},
    {">\r\nx>\r\n", ">|x>|"},
};

static void run(const char *wire, size_t n, size_t step, int prompt, char *out, size_t cap)
{
    static struct qd_atline d;
    size_t len = 0;

    qd_atline_reset(&d);
    d.want_prompt = prompt;
    out[0] = '\0';
    for (size_t at = 0; at < n;) {
        size_t used = 0, take = n - at < step ? n - at : step;
        enum qd_atline_event ev = qd_atline_feed(&d, (const uint8_t *)wire + at, take, &used);
        const char *text = ev == QD_ATLINE_LINE     ? d.text
                           : ev == QD_ATLINE_PROMPT ? "<prompt>"
                                                    : "<long>";

        at += used;
        if (ev != QD_ATLINE_MORE)
            len += (size_t)snprintf(out + len, cap - len, "%s|", text);
    }
}

static void test_vectors(void **state)
{
    char got[512];

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        for (size_t step = 1; step < 64; step++) {
            run(vectors[i].wire, strlen(vectors[i].wire), step, 0, got, sizeof got);
            assert_string_equal(got, vectors[i].lines);
        }
}

static void test_nul_bytes_are_dropped(void **state)
{
    char got[64];

    (void)state;
    run("\0\0O\0K\r\n\0", 8, 3, 0, got, sizeof got);
    assert_string_equal(got, "OK|");
}

static void test_prompt_only_when_waited_for(void **state)
{
    char got[64];

    (void)state;
    run("\r\n> ", 4, 1, 1, got, sizeof got);
    assert_string_equal(got, "<prompt>|");
    run("\r\n> ", 4, 1, 0, got, sizeof got);
    assert_string_equal(got, "");
    run("a>\r\n> ", 6, 2, 1, got, sizeof got);
    assert_string_equal(got, "a>|<prompt>|");
}

static void test_long_lines(void **state)
{
    static char wire[3000], got[3000];

    (void)state;
    memset(wire, 'x', sizeof wire);
    memcpy(wire + QD_AT_LINE_MAX, "\r\nOK\r\n", 7);
    run(wire, strlen(wire), 100, 0, got, sizeof got);
    assert_int_equal(strlen(got), QD_AT_LINE_MAX + 1 + 3);
    memset(wire, 'x', sizeof wire);
    memcpy(wire + QD_AT_LINE_MAX + 1, "\r\nOK\r\n", 7);
    run(wire, strlen(wire), 100, 0, got, sizeof got);
    assert_string_equal(got, "<long>|OK|");
}

static void test_data_begins_behind_the_line_end(void **state)
{
    static struct qd_atline d;
    size_t used = 0;

    (void)state;
    qd_atline_reset(&d);
    assert_int_equal(qd_atline_feed(&d, (const uint8_t *)"CONNECT\r\n\nX", 11, &used),
                     QD_ATLINE_LINE);
    assert_int_equal(used, 8);
    assert_int_equal(qd_atline_skip(&d, (const uint8_t *)"\n\nX", 3), 1);
    assert_int_equal(qd_atline_skip(&d, (const uint8_t *)"\nX", 2), 0);
    qd_atline_reset(&d);
    assert_int_equal(qd_atline_feed(&d, (const uint8_t *)"CONNECT\r", 8, &used), QD_ATLINE_LINE);
    assert_int_equal(qd_atline_skip(&d, NULL, 0), 0);
    assert_int_equal(qd_atline_skip(&d, (const uint8_t *)"\nX", 2), 1);
    assert_int_equal(qd_atline_skip(&d, (const uint8_t *)"X", 1), 0);
    assert_int_equal(qd_atline_pending(&d), 0);
    qd_atline_feed(&d, (const uint8_t *)"+QIN", 4, &used);
    assert_int_equal(qd_atline_pending(&d), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_nul_bytes_are_dropped),
        cmocka_unit_test(test_prompt_only_when_waited_for),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_data_begins_behind_the_line_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
