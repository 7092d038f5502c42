/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Values in words: exact texts, and that identities and codes are never whole unless asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "model/backup.h"
#include "model/decode.h"

static char text[256];

/* Decodes the bytes given in hex; "" when nothing is known. */
static const char *nv(uint16_t id, const char *hex, int show)
{
    uint8_t data[QD_NV_SIZE] = {0};
    assert_int_equal(qd_unhex(hex, data, strlen(hex) / 2), 0);
    int known = qd_decode_nv(id, data, show, text, sizeof text);
    assert_int_equal(known, text[0] != '\0');
    return text;
}

static void test_identity(void **state)
{
    (void)state;
    assert_string_equal(nv(550, "080a10000100000051", 0), "IMEI …0015");
    assert_string_equal(nv(550, "080a10000100000051", 1), "IMEI 001001000000015");
    assert_string_equal(nv(550, "084a09512430325781", 1), "IMEI 490154203237518");
    assert_string_equal(nv(550, "080a", 1), "IMEI blank");
    assert_string_equal(nv(550, "081a32547698103254", 1), "IMEI damaged");
    assert_string_equal(nv(1943, "debc0a452301af00", 0), "MEID …BCDE");
    assert_string_equal(nv(1943, "debc0a452301af00", 1), "MEID AF0123450ABCDE");
    assert_string_equal(nv(5598, "", 1), "MEID, second copy blank");
    assert_string_equal(nv(0, "28b11680", 0), "ESN …B128");
    assert_string_equal(nv(0, "28b11680", 1), "ESN 8016B128");
    assert_string_equal(nv(0, "0dd0adde", 1), "ESN blank");
    assert_string_equal(nv(447, "150000000002", 0), "Bluetooth address …15");
    assert_string_equal(nv(447, "150000000002", 1), "Bluetooth address 02:00:00:00:00:15");
    assert_string_equal(nv(4678, "020000000015", 0), "WLAN address, order as stored …15");
    assert_string_equal(nv(4678, "020000000015", 1),
                        "WLAN address, order as stored 02:00:00:00:00:15");
    assert_string_equal(nv(447, "ffffffffffff", 0), "Bluetooth address blank");
}

static void test_codes(void **state)
{
    (void)state;
    assert_string_equal(nv(85, "313233343536", 0), "service code hidden");
    assert_string_equal(nv(85, "303030303030", 0), "service code hidden");
    assert_string_equal(nv(85, "313233343536", 1), "service code 123456");
    assert_string_equal(nv(82, "31323334", 0), "lock code hidden");
    assert_string_equal(nv(82, "31323334", 1), "lock code 1234");
    assert_string_equal(nv(82, "313233342a", 1), ""); /* no code of digits: bytes only */
}

static void test_settings(void **state)
{
    (void)state;
    assert_string_equal(nv(441, "008003", 0), "band preference, bits 0-15: 0x0380, set: 7 8 9");
    assert_string_equal(nv(946, "000100", 0), "band preference, bits 16-31: 0x0001, set: 16");
    assert_string_equal(nv(2954, "0000000080", 0),
                        "band preference, bits 32-63: 0x80000000, set: 63");
    assert_string_equal(nv(946, "00", 0), "band preference, bits 16-31: 0x0000");
    assert_string_equal(nv(6828, "4500080000000000", 0), "LTE bands 1 3 7 20");
    assert_string_equal(nv(6828, "00000000000000000200000000000080", 0), "LTE bands 66 128");
    assert_string_equal(nv(6829, "", 0), "LTE bands of the diversity path none");
    assert_string_equal(nv(10, "000400", 0), "preferred mode 4 (automatic)");
    assert_string_equal(nv(10, "011e00", 0), "preferred mode 30 (LTE only)");
    assert_string_equal(nv(10, "002300", 0), "preferred mode 35");
    assert_string_equal(nv(850, "000200", 0), "service domain 2 (both)");
    assert_string_equal(nv(850, "000900", 0), "service domain 9");
    assert_string_equal(nv(453, "00", 0), "factory test mode off");
    assert_string_equal(nv(453, "01", 0), "factory test mode ON");
    assert_string_equal(nv(453, "02", 0), "");
    assert_string_equal(nv(453, "0100000001", 0), "");
    assert_string_equal(nv(4212, "3402", 0), "crystal trim 564");
    assert_string_equal(nv(9999, "01", 1), "");
}

static void test_dates(void **state)
{
    char out[32];
    (void)state;
    assert_string_equal(nv(571, "301ca257", 0), "RF calibration date bytes 30 1C A2 57");
    assert_string_equal(nv(571, "03143401", 0),
                        "RF calibration date bytes 03 14 34 01 (reads as 2019-02-11)");
    assert_string_equal(nv(572, "00", 0), "RF NV loaded date bytes 00 00 00 00");
    qd_decode_mtime(0, out);
    assert_string_equal(out, "");
    qd_decode_mtime(0x12D53D80, out);
    assert_string_equal(out, "no date");
    qd_decode_mtime(0x60000000, out);
    assert_string_equal(out, "2021-01-14T08:25:36Z");
}

static void test_cut(void **state)
{
    uint8_t data[QD_NV_SIZE];
    char out[24];
    (void)state;
    memset(data, 0xff, sizeof data);
    memset(out, 'x', sizeof out);
    assert_int_equal(qd_decode_nv(6828, data, 0, out, 16), 1);
    assert_string_equal(out, "LTE bands 1 2 3");
    assert_int_equal(out[16], 'x');
}

static const char *file(const char *path, const char *hex)
{
    uint8_t p[128];
    assert_int_equal(qd_unhex(hex, p, strlen(hex) / 2), 0);
    int known = qd_decode_file(path, p, strlen(hex) / 2, text, sizeof text);
    assert_int_equal(known, text[0] != '\0');
    return text;
}

#define SCAN                                                                                       \
    "02000000070000000b00000057000000010000000100000000000000"                                     \
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"

static void test_files(void **state)
{
    (void)state;
    assert_string_equal(file("/rfc/rffe_scan/rffe_scan.dat", SCAN),
                        "RF card id 87, 1 front-end parts");
    assert_string_equal(file("rfc/rffe_scan/rffe_scan.dat", SCAN "00"), "");
    assert_string_equal(file("/rfc/rffe_scan/rffe_scan.dat", "0200"), "");
    assert_string_equal(file("/nv/item_files/rfnv/00020993", "0100ff00"),
                        "LTE band 2 maximum power 25.5 dBm");
    assert_string_equal(file("/nv/item_files/rfnv/00020992", "0200ff00"), "");
    assert_string_equal(file("/nv/item_files/rfnv/00020991", "0100ff00"), "");
    assert_string_equal(file("cert/Q", "31"),
                        "folder marker left by a vendor tool, not a file of the unit");
    assert_string_equal(file("cert/Q", "32"), "");
    assert_string_equal(file("/nvm/num/550", "080a10000100000051"), "");
}

static void test_private(void **state)
{
    (void)state;
    assert_true(qd_client_is_redacted("qdiag 0.1.0 redacted"));
    assert_false(qd_client_is_redacted("qdiag 0.1.0"));
    assert_false(qd_client_is_redacted("redacted"));
    assert_false(qd_client_is_redacted(NULL));
    assert_true(qd_path_is_private("/nvm/num/550"));
    assert_true(qd_path_is_private("cert/key.pem"));
    assert_true(qd_path_is_private("pdp_profiles/profile1"));
    assert_true(qd_path_is_private("/public/../nvm/num/0550"));
    assert_false(qd_path_is_private("/nv/item_files/rfnv/00020993"));
    assert_true(qd_class_is_private(QD_CLASS_SUBSCRIBER));
    assert_false(qd_class_is_private(QD_CLASS_CALIBRATION));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity), cmocka_unit_test(test_codes),
        cmocka_unit_test(test_settings), cmocka_unit_test(test_dates),
        cmocka_unit_test(test_cut),      cmocka_unit_test(test_files),
        cmocka_unit_test(test_private),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
