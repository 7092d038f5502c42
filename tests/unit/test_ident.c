/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Identity decoding: every published vector, byte for byte. All numbers are invented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/backup.h"
#include "model/ident.h"

struct vector {
    uint8_t bytes[10];
    enum qd_ident_class class;
    const char *digits;
};

static void test_imei(void **state)
{
    (void)state;
    static const struct vector v[] = {
        {{0x08, 0x4A, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0x81},
         QD_IDENT_USABLE,
         "490154203237518"},
        {{0x08, 0x4A, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0x62},
         QD_IDENT_USABLE,
         "490154203237526"},
        {{0x08, 0x0A, 0x40, 0x99, 0x09, 0x01, 0x46, 0x00, 0x00},
         QD_IDENT_USABLE,
         "004999010640000"},
        {{0x08, 0x0A, 0x10, 0x32, 0x54, 0x76, 0x98, 0x10, 0x82},
         QD_IDENT_USABLE,
         "001234567890128"},
        {{0x08, 0x3A, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x60},
         QD_IDENT_USABLE,
         "350000000000006"},
        {{0x08, 0x0A, 0x10, 0x00, 0x01, 0x00, 0x00, 0x00, 0x51},
         QD_IDENT_USABLE,
         "001001000000015"},
        {{0x08, 0x0A, 0x10, 0x00, 0x01, 0x00, 0x00, 0x00, 0x32},
         QD_IDENT_USABLE,
         "001001000000023"},
        {{0x08, 0x0A, 0x10, 0x00, 0x01, 0x00, 0x00, 0x10, 0x41},
         QD_IDENT_USABLE,
         "001001000000114"},
        {{0x08, 0x0A}, QD_IDENT_BLANK, ""},
        {{0}, QD_IDENT_BLANK, ""},
        {{0x00, 0x4A, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0x81}, QD_IDENT_BLANK, ""},
        {{0x08, 0x1A, 0x32, 0x54, 0x76, 0x98, 0x10, 0x32, 0x54}, QD_IDENT_DAMAGED, ""},
        {{0x08, 0x4A, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0xF1}, QD_IDENT_DAMAGED, ""},
        {{0x08, 0x42, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0x81}, QD_IDENT_DAMAGED, ""},
        {{0x09, 0x4A, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0x81}, QD_IDENT_DAMAGED, ""},
        {{0x08, 0x4A, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0x81, 1}, QD_IDENT_DAMAGED, ""},
        {{0x08, 0x0A, 0x10, 0x00, 0x01, 0x00, 0x00, 0x00, 0x61}, QD_IDENT_DAMAGED, ""},
        {{0x08, 0x1A, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x91}, QD_IDENT_DAMAGED, ""},
        {{0x78, 0x4A, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0x81}, QD_IDENT_DAMAGED, ""},
        {{0x7A, 0x4A}, QD_IDENT_DAMAGED, ""},
        {{0x08, 0xAA, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0x81}, QD_IDENT_DAMAGED, ""},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        uint8_t data[QD_NV_SIZE] = {0};
        char digits[16] = "unchanged";
        memcpy(data, v[i].bytes, sizeof v[i].bytes);
        assert_int_equal(qd_imei_decode(data, digits), v[i].class);
        assert_string_equal(digits, v[i].digits);
    }
    uint8_t tail[QD_NV_SIZE] = {0x08, 0x4A, 0x09, 0x51, 0x24, 0x30, 0x32, 0x57, 0x81};
    char digits[16];
    tail[127] = 1;
    assert_int_equal(qd_imei_decode(tail, digits), QD_IDENT_DAMAGED);
}

static void test_meid(void **state)
{
    (void)state;
    static const struct vector v[] = {
        {{0xDE, 0xBC, 0x0A, 0x45, 0x23, 0x01, 0xAF, 0x00}, QD_IDENT_USABLE, "AF0123450ABCDE"},
        {{0x56, 0x34, 0x12, 0x01, 0x00, 0x00, 0xFF, 0x00}, QD_IDENT_USABLE, "FF000001123456"},
        {{0x51, 0x37, 0x32, 0x20, 0x54, 0x01, 0x49, 0x00}, QD_IDENT_USABLE, "49015420323751"},
        {{0}, QD_IDENT_BLANK, ""},
        {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00}, QD_IDENT_BLANK, ""},
        {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, QD_IDENT_BLANK, ""},
        {{0xDE, 0xBC, 0x0A, 0x45, 0x23, 0x01, 0xAF, 0x01}, QD_IDENT_DAMAGED, ""},
        {{0xDE, 0xBC, 0x0A, 0x45, 0x23, 0x01, 0xAF, 0x00, 0x01}, QD_IDENT_DAMAGED, ""},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        uint8_t data[QD_NV_SIZE] = {0};
        char hex[15] = "unchanged";
        memcpy(data, v[i].bytes, sizeof v[i].bytes);
        assert_int_equal(qd_meid_decode(data, hex), v[i].class);
        assert_string_equal(hex, v[i].digits);
    }
}

static void test_esn_and_names(void **state)
{
    (void)state;
    assert_int_equal(qd_esn_class(0x8016B128u), QD_IDENT_USABLE);
    assert_int_equal(qd_esn_class(0), QD_IDENT_BLANK);
    assert_int_equal(qd_esn_class(0xFFFFFFFFu), QD_IDENT_BLANK);
    assert_int_equal(qd_esn_class(0xDEADD00Du), QD_IDENT_BLANK);
    assert_string_equal(qd_ident_class_name(QD_IDENT_UNKNOWN), "unknown");
    assert_string_equal(qd_ident_class_name(QD_IDENT_BLANK), "blank");
    assert_string_equal(qd_ident_class_name(QD_IDENT_USABLE), "usable");
    assert_string_equal(qd_ident_class_name(QD_IDENT_DAMAGED), "damaged");
}

static void test_mask(void **state)
{
    (void)state;
    static const char *const v[][2] = {
        {"", ""}, {"1", "…"}, {"1234", "…34"}, {"12345678", "…5678"}, {"001001000000015", "…0015"},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        char out[16];
        qd_ident_mask(v[i][0], out);
        assert_string_equal(out, v[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_imei),
        cmocka_unit_test(test_meid),
        cmocka_unit_test(test_esn_and_names),
        cmocka_unit_test(test_mask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
