/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The small tools of the base layer. */
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/fsio.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/text.h"

static void test_first_error_wins(void **state)
{
    (void)state;
    struct qdiag_error e = {0};
    assert_int_equal(qd_fail_wire(&e, QDIAG_E_REFUSED, 13, "/nv/x", "EFS errno %d", 13),
                     -QDIAG_E_REFUSED);
    assert_int_equal(qd_fail(&e, QDIAG_E_LINK_GONE, "later", "%s", "clean-up"), -QDIAG_E_LINK_GONE);
    assert_int_equal(e.code, QDIAG_E_REFUSED);
    assert_int_equal(e.wire, 13);
    assert_string_equal(e.item, "/nv/x");
    assert_string_equal(e.why, "EFS errno 13");
    qd_error_clear(&e);
    assert_int_equal(e.code, 0);
    assert_int_equal(qd_fail(NULL, QDIAG_E_BUG, NULL, "%s", ""), -QDIAG_E_BUG);
}

/* The table of the man page: these numbers are a promise to scripts. */
static void test_exit_codes(void **state)
{
    (void)state;
    static const struct {
        int code, exit_code;
        const char *name;
    } rows[] = {
        {QDIAG_E_FAILED, 1, "failed"},
        {QDIAG_E_USAGE, 2, "usage"},
        {QDIAG_E_INCOMPLETE, 3, "incomplete"},
        {QDIAG_E_NOT_SAME_UNIT, 4, "not_same_unit"},
        {QDIAG_E_POLICY, 5, "policy"},
        {QDIAG_E_NO_UNIT, 6, "no_unit"},
        {QDIAG_E_MANY_UNITS, 6, "many_units"},
        {QDIAG_E_BUSY, 7, "busy"},
        {QDIAG_E_PERMISSION, 7, "permission"},
        {QDIAG_E_LOCKED, 8, "locked"},
        {QDIAG_E_LINK_GONE, 9, "link_gone"},
        {QDIAG_E_LINK_SILENT, 9, "link_silent"},
        {QDIAG_E_FILE_DAMAGED, 10, "file_damaged"},
        {QDIAG_E_DIFFERENT, 11, "different"},
        {QDIAG_E_LOCAL_FILE, 12, "local_file"},
        {QDIAG_E_UNSUPPORTED, 13, "unsupported"},
        {QDIAG_E_UNKNOWN, 14, "unknown"},
        {QDIAG_E_BUG, 70, "bug"},
        {QDIAG_E_CANCELLED, 130, "cancelled"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct qdiag_error e = {0};
        qd_fail(&e, (enum qdiag_code)rows[i].code, NULL, "%s", "");
        assert_int_equal(qdiag_exit_code(&e), rows[i].exit_code);
        assert_string_equal(qdiag_code_name(rows[i].code), rows[i].name);
        assert_string_not_equal(e.what, "");
    }
    assert_int_equal(qdiag_exit_code(NULL), 0);
    assert_string_equal(qdiag_code_name(9999), "unknown_code");
}

static void test_mask_digits(void **state)
{
    (void)state;
    char out[64], tiny[8];
    qd_mask_digits(out, sizeof out, "/nv/item_files/mcfg/cards/89000000000000000000");
    assert_string_equal(out, "/nv/item_files/mcfg/cards/<20 digits>");
    qd_mask_digits(out, sizeof out, "1234567890123 x");
    assert_string_equal(out, "1234567890123 x");
    qd_mask_digits(out, sizeof out, "12345678901234");
    assert_string_equal(out, "<14 digits>");
    qd_mask_digits(tiny, sizeof tiny, "ab12345678901234");
    assert_string_equal(tiny, "ab<14 d");
    qd_mask_digits(tiny, sizeof tiny, "1234567890");
    assert_string_equal(tiny, "1234567");
}

static void test_printable(void **state)
{
    (void)state;
    char out[8];
    qd_printable(out, sizeof out,
                 "a\x01\xff"
                 "b\0c",
                 6);
    assert_string_equal(out, "a..b");
    qd_printable(out, sizeof out, "0123456789", 10);
    assert_string_equal(out, "0123456");
}

static void test_buf(void **state)
{
    (void)state;
    struct qd_buf b = {0};
    for (int i = 0; i < 1000; i++)
        assert_int_equal(qd_buf_add_byte(&b, (uint8_t)i), 0);
    assert_int_equal(b.len, 1000);
    assert_int_equal(b.p[999], 999 & 255);
    qd_buf_drop_front(&b, 998);
    assert_int_equal(b.len, 2);
    assert_int_equal(b.p[0], 998 & 255);
    qd_buf_drop_front(&b, 5);
    assert_int_equal(b.len, 0);
    assert_int_equal(qd_buf_printf(&b, "%s-%d", "x", 7), 0);
    assert_memory_equal(b.p, "x-7", 3);
    assert_int_equal(qd_buf_reserve(&b, SIZE_MAX - 10), -1);
    assert_int_equal(b.len, 3);
    qd_buf_free(&b);
    assert_null(qd_alloc(SIZE_MAX / 2, 3));
}

static void test_hex_and_bytes(void **state)
{
    (void)state;
    uint8_t p[8];
    char s[17];
    qd_put64(p, 0x0123456789abcdefu);
    assert_int_equal(p[0], 0xef);
    assert_true(qd_get64(p) == 0x0123456789abcdefu);
    assert_int_equal(qd_get16(p + 1), 0xabcd);
    qd_hex(p, 8, s);
    assert_string_equal(s, "efcdab8967452301");
    assert_int_equal(qd_unhex("EFcd", p, 2), 0);
    assert_int_equal(p[1], 0xcd);
    assert_int_equal(qd_unhex("e", p, 1), -1);
    assert_int_equal(qd_unhex("0g", p, 1), -1);
    qd_put32(p, 0xffffffffu);
    assert_int_equal(qd_geti32(p), -1);
}

static uint64_t fake_time;
static uint64_t fake_now(void *user)
{
    (void)user;
    return fake_time;
}

static void test_deadlines_shrink(void **state)
{
    (void)state;
    struct qd_clock c = {fake_now, NULL, NULL};
    fake_time = 5000000;
    struct qd_deadline d = qd_deadline_in_ms(&c, 100);
    struct qd_deadline sub = qd_deadline_sub(&d, 500);
    assert_true(sub.end_us == d.end_us);
    sub = qd_deadline_sub(&d, 10);
    assert_int_equal(qd_deadline_left_ms(&sub), 10);
    fake_time += 9001;
    assert_int_equal(qd_deadline_left_ms(&sub), 1);
    fake_time += 999;
    assert_int_equal(qd_deadline_left_ms(&sub), 0);
    assert_true(qd_deadline_over(&sub));
    struct qd_deadline never = qd_deadline_never(&c);
    assert_int_equal(qd_deadline_left_ms(&never), -1);
    assert_false(qd_deadline_over(&never));
}

static void test_utc(void **state)
{
    (void)state;
    char t[21];
    qd_utc_text(315964800, t);
    assert_string_equal(t, "1980-01-06T00:00:00Z");
}

static void test_cancel(void **state)
{
    (void)state;
    struct qdiag_error e = {0};
    struct qdiag_cancel *c = qdiag_cancel_new();
    assert_non_null(c);
    assert_int_equal(qd_cancel_check(c, &e), 0);
    for (int i = 0; i < 100000; i++) /* more than a pipe holds: must never block */
        qdiag_cancel_request(c);
    struct pollfd p = {qd_cancel_fd(c), POLLIN, 0};
    assert_int_equal(poll(&p, 1, 0), 1);
    assert_int_equal(qd_cancel_check(c, &e), -QDIAG_E_CANCELLED);
    qdiag_cancel_free(&c);
    assert_null(c);
    assert_int_equal(qd_cancel_check(NULL, &e), 0);
}

static void test_sha256(void **state)
{
    (void)state;
    char hex[65];
    qd_sha256_hex("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    uint8_t out[32];
    struct qd_sha256 *h = qd_sha256_new();
    qd_sha256_add(h, "a", 1);
    qd_sha256_add(h, "bc", 2);
    qd_sha256_end(h, out);
    assert_int_equal(out[0], 0xba);
    assert_int_equal(out[31], 0xad);
    qd_sha256_free(&h);
    assert_null(h);
}

static char last_line[256];
static int lines;
static void keep_line(enum qdiag_log_level level, const char *area, const char *text, void *user)
{
    (void)level;
    (void)area;
    (void)user;
    lines++;
    qd_copy_text(last_line, sizeof last_line, text);
}

static void test_log_masks(void **state)
{
    (void)state;
    struct qdiag_context *c = qdiag_context_new();
    qdiag_context_set_log(c, QDIAG_LOG_INFO, keep_line, NULL);
    lines = 0;
    qd_log(c, QDIAG_LOG_DEBUG, "x", "%s", "not wanted");
    assert_int_equal(lines, 0);
    qd_log(c, QDIAG_LOG_INFO, "x", "IMEI %s", "001001000000015");
    assert_string_equal(last_line, "IMEI <15 digits>");
    qdiag_context_free(&c);
}

static void test_sources(void **state)
{
    (void)state;
    struct qd_mem_source mem;
    struct qd_source src;
    uint8_t p[3];
    size_t got;
    struct qdiag_error e = {0};
    qd_mem_source(&mem, &src, "hello", 5, "mem");
    assert_int_equal(src.read(src.user, p, 3, &got, &e), 0);
    assert_int_equal(got, 3);
    assert_int_equal(src.read(src.user, p, 3, &got, &e), 0);
    assert_int_equal(got, 2);
    assert_int_equal(src.read(src.user, p, 3, &got, &e), 0);
    assert_int_equal(got, 0);
    struct qd_file_source file;
    assert_int_equal(qd_file_open(&file, &src, "/", &e), -QDIAG_E_LOCAL_FILE);
    qd_error_clear(&e);
    assert_int_equal(qd_file_open(&file, &src, "no/such/file", &e), -QDIAG_E_LOCAL_FILE);
    assert_string_equal(e.item, "no/such/file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_error_wins),
        cmocka_unit_test(test_exit_codes),
        cmocka_unit_test(test_mask_digits),
        cmocka_unit_test(test_printable),
        cmocka_unit_test(test_buf),
        cmocka_unit_test(test_hex_and_bytes),
        cmocka_unit_test(test_deadlines_shrink),
        cmocka_unit_test(test_utc),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_log_masks),
        cmocka_unit_test(test_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
