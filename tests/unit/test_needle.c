/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Identity values are found in every form and blanked whole; other bytes stay as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/hex.h"
#include "model/needle.h"

static struct qd_needles needles;

static void nv(struct qd_backup *b, uint16_t id, const char *hex)
{
    uint8_t data[QD_NV_SIZE] = {0};
    struct qdiag_error e = {0};
    assert_int_equal(qd_unhex(hex, data, strlen(hex) / 2), 0);
    assert_int_equal(qd_backup_add_nv(b, 0, id, 0, data, &e), 0);
}

static int setup(void **state)
{
    struct qdiag_error e = {0};
    struct qd_backup *b = qd_backup_new();
    (void)state;
    nv(b, 550, "084a09512430325781"); /* 490154203237518 */
    nv(b, 1943, "debc0a452301af00");  /* AF0123450ABCDE */
    nv(b, 0, "28b11680");             /* 8016B128 */
    nv(b, 447, "a1b2c3d4e5f6");
    nv(b, 85, "313232313232");
    nv(b, 923, "0102030405060708");
    nv(b, 4184, "010000000000000000ff"); /* too plain to be searched for */
    nv(b, 571, "deadbeef01020304050607");
    int rc = qd_needles_collect(b, &needles, &e);
    qd_backup_free(&b);
    return rc;
}

static int teardown(void **state)
{
    (void)state;
    qd_needles_free(&needles);
    return 0;
}

/* The bytes after blanking, as hex. */
static const char *blanked(const void *p, size_t n)
{
    static char hex[512];
    uint8_t copy[256];
    assert_true(n <= sizeof copy);
    memcpy(copy, p, n);
    int hit = qd_needles_hit(&needles, copy, n);
    assert_int_equal(hit, qd_needles_blank(&needles, copy, n) > 0);
    qd_hex(copy, n, hex);
    return hex;
}

static const char *blanked_hex(const char *hex)
{
    uint8_t p[256];
    assert_int_equal(qd_unhex(hex, p, strlen(hex) / 2), 0);
    return blanked(p, strlen(hex) / 2);
}

static void test_imei(void **state)
{
    (void)state;
    assert_string_equal(blanked("<490154203237518>", 17), "3c"
                                                          "000000000000000000000000000000"
                                                          "3e");
    assert_string_equal(blanked("4901542032375198", 16), "0000000000000000000000000000"
                                                         "3938");
    assert_string_equal(blanked("4\0"
                                "9\0"
                                "0\0"
                                "1\0"
                                "5\0"
                                "4\0"
                                "2\0"
                                "0\0"
                                "3\0"
                                "2\0"
                                "3\0"
                                "7\0"
                                "5\0"
                                "1\0"
                                "x",
                                29),
                        "00000000000000000000000000000000000000000000000000000000"
                        "78");
    assert_string_equal(blanked_hex("ff4a09512430325781ff"), "ff4a00000000000000ff");
    assert_string_equal(blanked_hex("ff49015420323751ff"), "ff00000000000000ff");
    assert_string_equal(blanked_hex("ff94104502237315ff"), "ff00000000000000ff");
    /* an IMEISV: the same fourteen digits, then others, shifted by half a byte */
    assert_string_equal(blanked_hex("430951243032579199"), "430000000000009199");
}

static void test_numbers(void **state)
{
    (void)state;
    assert_string_equal(blanked_hex("11debc0a452301af22"), "110000000000000022");
    assert_string_equal(blanked_hex("11af0123450abcde22"), "110000000000000022");
    assert_string_equal(blanked("AF0123450ABCDE.", 15), "0000000000000000000000000000"
                                                        "2e");
    assert_string_equal(blanked("af0123450abcde.", 15), "0000000000000000000000000000"
                                                        "2e");
    assert_string_equal(blanked_hex("1128b1168022"), "110000000022");
    assert_string_equal(blanked_hex("118016b12822"), "110000000022");
    assert_string_equal(blanked("8016B128", 8), "0000000000000000");
    assert_string_equal(blanked_hex("11a1b2c3d4e5f622"), "1100000000000022");
    assert_string_equal(blanked_hex("11f6e5d4c3b2a122"), "1100000000000022");
    assert_string_equal(blanked("F6:E5:D4:C3:B2:A1", 17), "0000000000000000000000000000000000");
    assert_string_equal(blanked("a1:b2:c3:d4:e5:f6", 17), "0000000000000000000000000000000000");
}

/* In pieces, in mixed case, two bytes to a character; separators between them go along. */
static void test_written_by_people(void **state)
{
    static const char *const text[] = {"49-015420-323751-8",
                                       "490154 20 323751 8",
                                       "49015420/323751",
                                       "AF 01 23 45 0A BC DE",
                                       "af-01-23-45-0a-bc-de",
                                       "aF0123450AbCdE",
                                       "8016:b128",
                                       "12801487144",
                                       "2148970792",
                                       "a1-b2-c3-d4-e5-f6",
                                       "F6E5.D4C3.B2A1",
                                       "a1 B2 c3 D4 e5 F6",
                                       "122-122"};
    uint8_t p[64], want[64];
    (void)state;
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
        for (size_t step = 1; step <= 2; step++) {
            size_t n = strlen(text[i]);
            memset(p, 0, sizeof p);
            for (size_t k = 0; k < n; k++)
                p[step * k] = (uint8_t)text[i][k];
            memset(want, 0, sizeof want);
            p[step * n] = want[step * n] = '|';
            assert_true(qd_needles_hit(&needles, p, step * n + 1));
            assert_int_not_equal(qd_needles_blank(&needles, p, step * n + 1), 0);
            assert_memory_equal(p, want, sizeof p);
        }
    assert_string_equal(blanked("49--015420", 10), "34392d2d303135343230");
    assert_string_equal(blanked("490154 203237 x 518", 19),
                        "34393031353420323033323337207820353138");
}

static void test_imei_as_number(void **state)
{
    (void)state;
    assert_string_equal(blanked_hex("11040900010504020003020307050108ff"),
                        "11000000000000000000000000000000ff");
    assert_string_equal(blanked_hex("1104090001050402000302030705010fff"),
                        "1100000000000000000000000000000fff");
    /* 490154203237518 = 0x1BDCAEB2B4C8E */
    assert_string_equal(blanked_hex("118e4c2bebcabd010022"), "11000000000000000022");
    assert_string_equal(blanked_hex("1101bdcaeb2b4c8e22"), "110000000000000022");
}

/* An item that is no IMEI any more still spells the number out. */
static void test_damaged_items(void **state)
{
    static const char *const item[] = {"7a4a09512430325781", "080a4a", "084a09512430325701",
                                       "004a09512430325781"};
    static const char want[] = "0000000000000000000000000000";
    (void)state;
    for (size_t i = 0; i < sizeof item / sizeof item[0]; i++) {
        struct qdiag_error e = {0};
        struct qd_needles own;
        struct qd_backup *b = qd_backup_new();
        char text[] = "49015420323751";
        uint8_t packed[] = {0x49, 0x01, 0x54, 0x20, 0x32, 0x37, 0x51};
        int number = i != 1;
        nv(b, 550, item[i]);
        assert_int_equal(qd_needles_collect(b, &own, &e), 0);
        qd_backup_free(&b);
        assert_int_equal(qd_needles_blank(&own, (uint8_t *)text, 14) > 0, number);
        assert_int_equal(qd_needles_blank(&own, packed, 7) > 0, number);
        if (number) {
            char hex[29];
            qd_hex((uint8_t *)text, 14, hex);
            assert_string_equal(hex, want);
            assert_memory_equal(packed, "\0\0\0\0\0\0", 7);
        }
        qd_needles_free(&own);
    }
}

static void test_secrets(void **state)
{
    (void)state;
    assert_string_equal(blanked("x122122y", 8), "7800000000000079");
    assert_string_equal(blanked_hex("ff0102030405060708ff"), "ff0000000000000000ff");
    assert_string_equal(blanked_hex("010000000000000000ff"), "010000000000000000ff");
    assert_string_equal(blanked_hex("deadbeef01020304050607"), "deadbeef01020304050607");
    assert_string_equal(blanked("", 0), "");
    assert_string_equal(blanked("1", 1), "31");
}

/* Two values that overlap both go. */
static void test_overlap(void **state)
{
    (void)state;
    assert_string_equal(blanked_hex("28b11680"
                                    "28b11680"
                                    "ff"),
                        "0000000000000000ff");
    assert_string_equal(blanked_hex("a1b2c3d4e5f6e5d4c3b2a1"), "0000000000000000000000");
}

/* A file made of secrets only: everything counts as identity, and the search stays quick. */
static void test_too_many(void **state)
{
    struct qdiag_error e = {0};
    struct qd_needles many;
    uint8_t data[QD_NV_SIZE], p[4] = {1, 2, 3, 4};
    struct qd_backup *b = qd_backup_new();
    (void)state;
    for (unsigned i = 0; i < 18 * 256; i++) {
        memset(data, 0x41, sizeof data);
        data[100] = (uint8_t)i;
        data[101] = (uint8_t)(i >> 8);
        data[102] = 7;
        assert_int_equal(qd_backup_add_nv(b, 0, (uint16_t)(10073 + i / 256), (uint8_t)i, data, &e),
                         0);
    }
    assert_int_equal(qd_needles_collect(b, &many, &e), 0);
    assert_true(many.too_many);
    assert_true(qd_needles_hit(&many, p, 4));
    assert_false(qd_needles_hit(&many, p, 0));
    assert_int_equal(qd_needles_blank(&many, p, 4), 1);
    assert_memory_equal(p, "\0\0\0", 4);
    qd_needles_free(&many);
    qd_backup_free(&b);
}

static void test_digit_runs(void **state)
{
    char text[] = "a12345678901234b1234567890123c";
    uint8_t wide[] = "\0"
                     "1\0"
                     "2\0"
                     "3\0"
                     "4\0"
                     "5\0"
                     "6\0"
                     "7\0"
                     "8\0"
                     "9\0"
                     "0\0"
                     "1\0"
                     "2\0"
                     "3\0"
                     "4";
    (void)state;
    assert_true(qd_digit_runs((uint8_t *)text, 30));
    assert_int_equal(qd_digit_runs_blank((uint8_t *)text, 30), 1);
    assert_string_equal(text, "a00000000000000b1234567890123c");
    assert_false(qd_digit_runs((uint8_t *)text + 16, 14));
    assert_true(qd_digit_runs(wide, 28));
    assert_false(qd_digit_runs(wide, 27));
    assert_int_equal(qd_digit_runs_blank(wide, 28), 1);
    for (size_t i = 1; i < 28; i += 2)
        assert_int_equal(wide[i], '0');
    assert_false(qd_digit_runs(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_imei),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_digit_runs),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_written_by_people),
        cmocka_unit_test(test_imei_as_number),
        cmocka_unit_test(test_damaged_items),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
