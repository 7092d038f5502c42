/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The catalog: what is withheld, quarantined, indexed; the class of ids and paths under every
 * spelling; the tables in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/catalog.h"

static void test_withheld(void **state)
{
    (void)state;
    /* Refused by real units, then the rest of the secrets. */
    static const uint16_t yes[] = {27,    29,    216,   257,   299,   889,   1311,  4359,  4394,
                                   10073, 10074, 10076, 10077, 10079, 10225, 10325, 10326, 10327,
                                   10080, 10090, 25,    30,    82,    85,    319,   906,   1192,
                                   3252,  3462,  4184,  5281,  5283,  50001, 50020};
    static const uint16_t no[] = {0,     550,   1943, 453,  4678, 31,
                                  10091, 10072, 571,  3461, 4399, 65535};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        assert_int_equal(!!qd_catalog_nv_withheld(yes[i]), 1);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_int_equal(qd_catalog_nv_withheld(no[i]), 0);
}

static void test_quarantine(void **state)
{
    (void)state;
    unsigned n = 0;
    for (unsigned id = 0; id <= 0xffff; id++)
        n += qd_catalog_nv_quarantined((uint16_t)id) != 0;
    assert_int_equal(n, 1);
    assert_true(qd_catalog_nv_quarantined(3252));
}

static void test_classes(void **state)
{
    (void)state;
    static const struct {
        uint16_t id;
        enum qd_class class;
    } v[] = {
        {0, QD_CLASS_IDENTITY},     {550, QD_CLASS_IDENTITY},      {1943, QD_CLASS_IDENTITY},
        {5597, QD_CLASS_IDENTITY},  {4678, QD_CLASS_IDENTITY},     {447, QD_CLASS_IDENTITY},
        {6860, QD_CLASS_IDENTITY},  {2497, QD_CLASS_IDENTITY},     {923, QD_CLASS_SUBSCRIBER},
        {32, QD_CLASS_SUBSCRIBER},  {85, QD_CLASS_SECRET},         {82, QD_CLASS_SECRET},
        {4184, QD_CLASS_SECRET},    {571, QD_CLASS_CALIBRATION},   {4954, QD_CLASS_CALIBRATION},
        {1885, QD_CLASS_VOLATILE},  {853, QD_CLASS_VOLATILE},      {5087, QD_CLASS_VOLATILE},
        {453, QD_CLASS_FIRMWARE},   {569, QD_CLASS_FIRMWARE},      {441, QD_CLASS_RF_CONFIG},
        {6828, QD_CLASS_RF_CONFIG}, {880, QD_CLASS_NETWORK},       {4526, QD_CLASS_USB},
        {408, QD_CLASS_USB},        {10002, QD_CLASS_UNKNOWN},     {10330, QD_CLASS_UNKNOWN},
        {65535, QD_CLASS_UNKNOWN},  {29650, QD_CLASS_CALIBRATION}, {28967, QD_CLASS_RF_CONFIG},
        {3461, QD_CLASS_NETWORK},   {4399, QD_CLASS_MISC},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        assert_int_equal(qd_catalog_nv_class(v[i].id), v[i].class);
    assert_string_equal(qd_class_name(QD_CLASS_RF_CONFIG), "rf_config");
    assert_string_equal(qd_class_name(QD_CLASS_MISC), "misc");
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        uint16_t id;
        enum qd_nv_kind kind;
        unsigned n;
    } v[] = {
        {10, QD_NV_EMBEDDED, 2},        {24, QD_NV_EMBEDDED, 2},
        {31, QD_NV_EMBEDDED, 2},        {39, QD_NV_EMBEDDED, 2},
        {57, QD_NV_EMBEDDED, 109},      {303, QD_NV_EMBEDDED, 6},
        {465, QD_NV_EMBEDDED, 6},       {1014, QD_NV_EMBEDDED, 7},
        {1206, QD_NV_EMBEDDED, 4},      {5451, QD_NV_EMBEDDED, 4},
        {5454, QD_NV_EMBEDDED, 4},      {5455, QD_NV_EMBEDDED, 4},
        {255, QD_NV_ECHO, 2},           {880, QD_NV_ECHO, 2},
        {882, QD_NV_ECHO, 2},           {4678, QD_NV_ECHO, 4},
        {5080, QD_NV_ECHO, 2},          {5087, QD_NV_ECHO, 2},
        {494, QD_NV_MAYBE_INDEXED, 6},  {5713, QD_NV_MAYBE_INDEXED, 5},
        {7156, QD_NV_MAYBE_INDEXED, 4}, {3439, QD_NV_MAYBE_INDEXED, 2},
        {550, QD_NV_PLAIN, 1},          {5079, QD_NV_PLAIN, 1},
        {65535, QD_NV_PLAIN, 1},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        unsigned n = 0;
        assert_int_equal(qd_catalog_nv_kind(v[i].id, &n), v[i].kind);
        assert_int_equal(n, v[i].n);
    }
    assert_int_equal(qd_catalog_nv_kind(57, NULL), QD_NV_EMBEDDED);
}

/* A table out of order would make the binary search miss: every row must be found. */
static void test_tables_in_order(void **state)
{
    (void)state;
    const uint16_t *ids;
    assert_int_equal(qd_catalog_context_ids(0, &ids), 0);
    assert_int_equal(qd_catalog_context_ids(3, &ids), 0);
    assert_int_equal(qd_catalog_context_ids(1, &ids), 222);
    for (size_t i = 1; i < 222; i++)
        assert_true(ids[i - 1] < ids[i]);
    assert_int_equal(qd_catalog_context_ids(2, &ids), 7);
    static const uint16_t two[] = {71, 114, 550, 1943, 4995, 5598, 6855};
    assert_memory_equal(ids, two, sizeof two);
    size_t n = qd_catalog_rfnv_ids(&ids);
    assert_int_equal(n, 2255);
    assert_true(ids[0] >= 20000 && ids[n - 1] <= 32767);
    for (size_t i = 1; i < n; i++)
        assert_true(ids[i - 1] < ids[i]);
    unsigned known = 0, indexed = 0, withheld = 0;
    for (unsigned id = 0; id <= 0xffff; id++) {
        known += qd_catalog_nv_class((uint16_t)id) != QD_CLASS_UNKNOWN;
        indexed += qd_catalog_nv_kind((uint16_t)id, NULL) != QD_NV_PLAIN;
        withheld += qd_catalog_nv_withheld((uint16_t)id) != 0;
    }
    assert_int_equal(known, 277);
    assert_int_equal(indexed, 62);
    assert_int_equal(withheld, 79);
}

static void test_probe_paths(void **state)
{
    (void)state;
    const char *const *p;
    size_t n = qd_catalog_probe_paths(&p);
    assert_int_equal(n, 1402);
    for (size_t i = 0; i < n; i++) {
        char out[256];
        assert_int_equal(qd_path_normalise(p[i], out, sizeof out), 0);
        assert_string_equal(out, p[i]);
        assert_true(strncmp(p[i], "/nvm", 4) != 0);
        if (i > 0)
            assert_true(strcmp(p[i - 1], p[i]) < 0);
    }
}

static void test_normalise(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        {"/nvm/num/550", "/nvm/num/550"},
        {"nvm/num/550", "/nvm/num/550"},
        {"//nvm//num/550", "/nvm/num/550"},
        {"/nvm/./num/550/", "/nvm/num/550"},
        {"/public/../nvm/num/550", "/nvm/num/550"},
        {"/../../nvm/num/0", "/nvm/num/0"},
        {"pdp_profiles/profile1", "/pdp_profiles/profile1"},
        {"..", "/"},
        {"/", "/"},
        {".", "/"},
        {"/a/b/../..", "/"},
        {"/a/..b/.c", "/a/..b/.c"},
    };
    char out[64];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(qd_path_normalise(good[i][0], out, sizeof out), 0);
        assert_string_equal(out, good[i][1]);
    }
    assert_int_equal(qd_path_normalise("", out, sizeof out), -1);
    assert_int_equal(qd_path_normalise("/a\nb", out, sizeof out), -1);
    assert_int_equal(qd_path_normalise("/a\x7f", out, sizeof out), -1);
    assert_int_equal(qd_path_normalise("/abc", out, 5), 0);
    assert_int_equal(qd_path_normalise("/abc", out, 4), -1);
    assert_int_equal(qd_path_normalise("/", out, 1), -1);
}

static void test_path_classes(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum qd_class class;
    } v[] = {
        {"/nvm/num/550", QD_CLASS_IDENTITY},
        {"nvm/num/550", QD_CLASS_IDENTITY},
        {"//nvm//num/550", QD_CLASS_IDENTITY},
        {"/nvm/./num/550/", QD_CLASS_IDENTITY},
        {"/public/../nvm/num/550", QD_CLASS_IDENTITY},
        {"/nvm/num/0550", QD_CLASS_IDENTITY},
        {"/NVM/NUM/550", QD_CLASS_IDENTITY},
        {"/nvm/context1/550", QD_CLASS_IDENTITY},
        {"/nvm/num/85", QD_CLASS_SECRET},
        {"/nvm/context2/85", QD_CLASS_SECRET},
        {"/nvm/num/571", QD_CLASS_CALIBRATION},
        {"/nvm/num/99999", QD_CLASS_IDENTITY},
        {"/nvm/xyz", QD_CLASS_IDENTITY},
        {"/nvm", QD_CLASS_IDENTITY},
        {"/../../nvm/num/0", QD_CLASS_IDENTITY},
        {"/nv/item_files/rfnv/00029650", QD_CLASS_CALIBRATION},
        {"/nv/item_files/rfnv/29650", QD_CLASS_CALIBRATION},
        {"/nv/item_files/rfnv/00031999", QD_CLASS_RF_CONFIG},
        {"/nv/item_files/rfnv/00000550", QD_CLASS_RF_CONFIG},
        {"/nv/item_files/rfnv/Q", QD_CLASS_UNKNOWN},
        {"/nv/item_files/mcs/tcxomgr/rgs_data", QD_CLASS_VOLATILE},
        {"/nv/item_files/mcs/tcxomgr/ft_table_wwan", QD_CLASS_CALIBRATION},
        {"/rfc/rffe_scan/rffe_scan.dat", QD_CLASS_VOLATILE},
        {"/err/x", QD_CLASS_VOLATILE},
        {"/erratum", QD_CLASS_UNKNOWN},
        {"/sfs/a", QD_CLASS_SECRET},
        {"/SFS/a", QD_CLASS_SECRET},
        {"cert/Q", QD_CLASS_SECRET},
        {"/nv/item_files/modem/uim/simlock", QD_CLASS_SECRET},
        {"/nv/item_files/modem/uim/simlock/a", QD_CLASS_SECRET},
        {"/cgps/nv/item_files/ulp/tle/gnss_xtrat_client_token", QD_CLASS_SECRET},
        {"/nv/item_files/mcfg/cards/89000000000000000000", QD_CLASS_FIRMWARE},
        {"/mcfg_debug.log", QD_CLASS_FIRMWARE},
        {"pdp_profiles/profile1", QD_CLASS_DATA},
        {"/sd/mru001_Subscription01", QD_CLASS_VOLATILE},
        {"/sd/other", QD_CLASS_NETWORK},
        {"/nv/item_files/modem/mmode/rpm_sys_time", QD_CLASS_VOLATILE},
        {"/nv/item_files/hsusb/device_composition", QD_CLASS_USB},
        {"/nv/item_files/mcs/lmtsmgr/sar/x", QD_CLASS_RF_CONFIG},
        {"/nv/item_files/gps/cgps/me/gnss_config", QD_CLASS_GPS},
        {"/nv/item_files/modem/new/thing", QD_CLASS_NETWORK},
        {"/nv/reg_files/x", QD_CLASS_MISC},
        {"/unknown/thing", QD_CLASS_UNKNOWN},
        {"", QD_CLASS_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        if (qd_catalog_path_class(v[i].path) != v[i].class)
            print_error("%s is %s\n", v[i].path, qd_class_name(qd_catalog_path_class(v[i].path)));
        assert_int_equal(qd_catalog_path_class(v[i].path), v[i].class);
    }
}

static void test_path_withheld(void **state)
{
    (void)state;
    assert_true(qd_catalog_path_withheld("/sfs/x"));
    assert_true(qd_catalog_path_withheld("client-key/k"));
    assert_true(qd_catalog_path_withheld("/nvm/num/85"));
    assert_false(qd_catalog_path_withheld("/nvm/num/550"));
    assert_false(qd_catalog_path_withheld("/nvm/xyz"));
    assert_false(qd_catalog_path_withheld("/nv/item_files/rfnv/00029650"));
    assert_false(qd_catalog_path_withheld(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_withheld),        cmocka_unit_test(test_quarantine),
        cmocka_unit_test(test_classes),         cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_tables_in_order), cmocka_unit_test(test_probe_paths),
        cmocka_unit_test(test_normalise),       cmocka_unit_test(test_path_classes),
        cmocka_unit_test(test_path_withheld),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
