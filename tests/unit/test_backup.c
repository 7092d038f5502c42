/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The backup in memory: unique items, look-ups, copies, order of files, lists of what is missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/backup.h"

static void test_nv(void **state)
{
    (void)state;
    struct qd_backup *b = qd_backup_new();
    struct qdiag_error e = {0};
    uint8_t data[QD_NV_SIZE] = {1, 2, 3};
    assert_int_equal(b->esn, 0xDEADD00D);
    assert_null(qd_backup_nv(b, 0, 550, 0));
    assert_int_equal(qd_backup_add_nv(b, 0, 550, 0, data, &e), 0);
    data[0] = 9;
    assert_int_equal(qd_backup_add_nv(b, 0, 550, 1, data, &e), 0);
    assert_int_equal(qd_backup_add_nv(b, 1, 550, 0, data, &e), 0);
    assert_int_equal(qd_backup_nv(b, 0, 550, 0)->data[0], 1);
    assert_int_equal(qd_backup_nv(b, 0, 550, 1)->data[0], 9);
    assert_null(qd_backup_nv(b, 2, 550, 0));
    assert_null(qd_backup_nv(b, 3, 550, 0));
    assert_int_equal(qd_backup_add_nv(b, 0, 550, 1, data, &e), -QDIAG_E_BUG);
    assert_int_equal(b->nv[0].n, 2);
    memset(&e, 0, sizeof e);
    assert_int_equal(qd_backup_add_nv(b, 3, 550, 1, data, &e), -QDIAG_E_BUG);
    qd_backup_free(&b);
    assert_null(b);
    qd_backup_free(&b);
}

static void test_every_id(void **state)
{
    (void)state;
    struct qd_backup *b = qd_backup_new();
    struct qdiag_error e = {0};
    uint8_t data[QD_NV_SIZE] = {0};
    for (unsigned id = 0; id <= 0xffff; id++) {
        data[0] = (uint8_t)id;
        data[1] = (uint8_t)(id >> 8);
        assert_int_equal(qd_backup_add_nv(b, 0, (uint16_t)(0xffff - id), (uint8_t)id, data, &e), 0);
    }
    assert_int_equal(b->nv[0].n, 65536);
    for (unsigned id = 0; id <= 0xffff; id++) {
        const struct qd_nv_item *it = qd_backup_nv(b, 0, (uint16_t)(0xffff - id), (uint8_t)id);
        assert_non_null(it);
        assert_int_equal(it->data[0] | it->data[1] << 8, id);
        assert_int_equal(b->nv[0].v[id].id, 0xffff - id);
    }
    qd_backup_free(&b);
}

static void add(struct qd_backup *b, enum qd_section s, const char *path)
{
    struct qdiag_error e = {0};
    uint8_t *p = malloc(1);
    assert_non_null(p);
    *p = (uint8_t)path[0];
    assert_int_equal(
        qd_backup_add_file(b, &(struct qd_file){s, (char *)path, 7, p, 1, 0100644, 0x13, 0}, &e),
        0);
}

static void test_files_sorted(void **state)
{
    (void)state;
    static const struct {
        enum qd_section s;
        const char *path;
    } in[] =
        {
            {QD_SEC_PROVISIONING, "/nv/b"}, {QD_SEC_EFS_BACKUP, "/rfc/z"},
            {QD_SEC_NV_ITEMS, "q"},         {QD_SEC_EFS_BACKUP, "pdp/2"},
            {QD_SEC_EFS_BACKUP, "/nv/Z"},   {QD_SEC_EFS_BACKUP, "cert/1"},
            {QD_SEC_PROVISIONING, "a"},     {QD_SEC_EFS_BACKUP, "/nv/a"},
        },
      out[] = {
          {QD_SEC_EFS_BACKUP, "cert/1"}, {QD_SEC_EFS_BACKUP, "pdp/2"},
          {QD_SEC_EFS_BACKUP, "/nv/Z"},  {QD_SEC_EFS_BACKUP, "/nv/a"},
          {QD_SEC_EFS_BACKUP, "/rfc/z"}, {QD_SEC_PROVISIONING, "/nv/b"},
          {QD_SEC_PROVISIONING, "a"},    {QD_SEC_NV_ITEMS, "q"},
      };
    struct qd_backup *b = qd_backup_new();
    for (size_t i = 0; i < 8; i++)
        add(b, in[i].s, in[i].path);
    qd_backup_sort(b);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(b->files.v[i].section, out[i].s);
        assert_string_equal(b->files.v[i].path, out[i].path);
        assert_int_equal(b->files.v[i].data[0], out[i].path[0]);
    }
    assert_int_equal(qd_backup_count_files(b, QD_SEC_EFS_BACKUP), 5);
    assert_non_null(qd_backup_file(b, QD_SEC_NV_ITEMS, "q"));
    assert_null(qd_backup_file(b, QD_SEC_EFS_BACKUP, "q"));
    qd_backup_free(&b);
}

static void test_missing_is_copied(void **state)
{
    (void)state;
    struct qd_backup *b = qd_backup_new();
    struct qdiag_error e = {0};
    char path[] = "/nv/x", reason[] = "link to /nv/y";
    uint8_t data[] = {1, 2};
    struct qd_missing m = {.kind = QD_MISSING_NOT_HELD,
                           .sub = -1,
                           .nv = -1,
                           .fs = 0x3E,
                           .path = path,
                           .reason = reason,
                           .wire = -1,
                           .data = data,
                           .len = 2};
    assert_int_equal(qd_backup_add_missing(b, &m, &e), 0);
    path[1] = reason[0] = '#';
    data[0] = 99;
    m = (struct qd_missing){.kind = QD_MISSING_WITHHELD, .nv = 85, .wire = 0x42};
    assert_int_equal(qd_backup_add_missing(b, &m, &e), 0);
    assert_string_equal(b->missing.v[0].path, "/nv/x");
    assert_string_equal(b->missing.v[0].reason, "link to /nv/y");
    assert_int_equal(b->missing.v[0].data[0], 1);
    assert_null(b->missing.v[1].path);
    assert_string_equal(b->missing.v[1].reason, "");
    assert_int_equal(qd_backup_count_missing(b, QD_MISSING_NOT_HELD), 1);
    assert_int_equal(qd_backup_count_missing(b, QD_MISSING_WITHHELD), 1);
    assert_int_equal(qd_backup_count_missing(b, QD_MISSING_UNREADABLE), 0);
    qd_backup_free(&b);
}

static void test_section_names(void **state)
{
    (void)state;
    assert_string_equal(qd_section_name(QD_SEC_EFS_BACKUP), "EFS_Backup");
    assert_string_equal(qd_section_name(QD_SEC_PROVISIONING), "Provisioning_Item_Files");
    assert_string_equal(qd_section_name(QD_SEC_NV_ITEMS), "NV_Items");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nv),
        cmocka_unit_test(test_every_id),
        cmocka_unit_test(test_files_sorted),
        cmocka_unit_test(test_missing_is_copied),
        cmocka_unit_test(test_section_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
