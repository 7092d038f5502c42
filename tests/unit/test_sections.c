/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which section a file goes to, and the module's own lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/sections.h"

static void test_lines(void **state)
{
    (void)state;
    static const char text[] = "/nv/item_files/a\r\n \t/nv/b/\nnoise\n \n#/x\n/c  \0/d";
    struct qd_names n = {0};
    assert_int_equal(qd_names_add_lines(&n, (const uint8_t *)text, sizeof text - 1), 0);
    assert_int_equal(qd_names_add_lines(&n, (const uint8_t *)"/c\n/", 4), 0);
    qd_names_sort(&n);
    assert_int_equal(n.n, 4);
    assert_string_equal(n.v[0], "/c");
    assert_string_equal(n.v[1], "/d");
    assert_string_equal(n.v[2], "/nv/b");
    assert_string_equal(n.v[3], "/nv/item_files/a");
    assert_true(qd_names_has(&n, "/c"));
    assert_false(qd_names_has(&n, "/"));
    qd_names_free(&n);
    assert_false(qd_names_has(&n, "/c"));
}

static void test_places(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        uint32_t mode;
        enum qd_section section;
        const char *spelled;
        int keeps_time;
    } rows[] = {
        {"/cert/Q", 0100644, QD_SEC_EFS_BACKUP, "cert/Q", 0},
        {"/pdp_profiles/profile1", 0100644, QD_SEC_EFS_BACKUP, "pdp_profiles/profile1", 0},
        {"/nv/item_files/rfnv/00029650", 0160777, QD_SEC_EFS_BACKUP, "/nv/item_files/rfnv/00029650",
         1},
        {"/rfc/rffe_scan/rffe_scan.dat", 0100644, QD_SEC_EFS_BACKUP, "/rfc/rffe_scan/rffe_scan.dat",
         1},
        {"/listed/deep/x", 0160777, QD_SEC_EFS_BACKUP, "/listed/deep/x", 1},
        {"/nv/item_files/ims/a", 0160777, QD_SEC_PROVISIONING, "/nv/item_files/ims/a", 0},
        {"/nv/item_files/ims/a_Subscription01", 0160777, QD_SEC_PROVISIONING,
         "/nv/item_files/ims/a_Subscription01", 0},
        {"/sd/mru001", 0100644, QD_SEC_PROVISIONING, "/sd/mru001", 0},
        {"/odd/named", 0100644, QD_SEC_PROVISIONING, "/odd/named", 0},
        {"/odd/item", 0160777, QD_SEC_PROVISIONING, "/odd/item", 0},
        {"/policyman/device_config.xml", 0100644, QD_SEC_EFS_BACKUP, "/policyman/device_config.xml",
         1},
        {"/certificate", 0100644, QD_SEC_EFS_BACKUP, "/certificate", 1},
        {"/nv/item_files/rfnv", 0100644, QD_SEC_PROVISIONING, "/nv/item_files/rfnv", 0},
    };
    struct qd_section_rules r = {0};
    assert_int_equal(qd_names_add(&r.conf, "/odd/named"), 0);
    assert_int_equal(qd_names_add(&r.conf, "/nv/item_files/rfnv/00029650"), 0);
    assert_int_equal(qd_names_add(&r.folders, "/listed"), 0);
    qd_names_sort(&r.conf);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct qd_place p = qd_section_place(&r, rows[i].path, rows[i].mode);
        assert_int_equal(p.section, rows[i].section);
        assert_string_equal(p.spelled, rows[i].spelled);
        assert_int_equal(p.keeps_time, rows[i].keeps_time);
    }
    qd_names_free(&r.conf);
    qd_names_free(&r.folders);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines), cmocka_unit_test(test_places)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
