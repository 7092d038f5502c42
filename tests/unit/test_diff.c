/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Differences between two backups, to the byte; and what must not count as one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/text.h"
#include "model/diff.h"

static struct qd_backup *new_backup(const char *software)
{
    struct qd_backup *b = qd_backup_new();
    assert_non_null(b);
    b->model = 24628;
    b->software = qd_strdup(software);
    b->client = qd_strdup("one");
    return b;
}

static void nv(struct qd_backup *b, unsigned sub, uint16_t id, uint8_t index, uint8_t first)
{
    uint8_t data[QD_NV_SIZE] = {first};
    struct qdiag_error e = {0};
    assert_int_equal(qd_backup_add_nv(b, sub, id, index, data, &e), 0);
}

static struct qd_file *file(struct qd_backup *b, enum qd_section s, const char *path,
                            const char *text)
{
    struct qdiag_error e = {0};
    struct qd_file f = {.section = s, .path = (char *)path, .len = strlen(text)};
    f.data = qd_alloc(f.len, 1);
    memcpy(f.data, text, f.len);
    assert_int_equal(qd_backup_add_file(b, &f, &e), 0);
    return &b->files.v[b->files.n - 1];
}

static void compare(const struct qd_backup *a, const struct qd_backup *b, struct qd_diff *d)
{
    struct qdiag_error e = {0};
    assert_int_equal(qd_diff_backups(a, b, d, &e), 0);
}

static void test_equal(void **state)
{
    struct qd_backup *a = new_backup("FW"), *b = new_backup("FW");
    struct qd_diff d;
    (void)state;
    nv(a, 0, 571, 0, 1);
    nv(a, 1, 550, 0, 8);
    nv(b, 1, 550, 0, 8);
    nv(b, 0, 571, 0, 1);
    /* Order, section and spelling belong to the tool. */
    file(a, QD_SEC_EFS_BACKUP, "/nv/item_files/rfnv/00020000", "abc");
    file(a, QD_SEC_NV_ITEMS, "/nv/item_files/rfnv/00020000", "abc");
    file(a, QD_SEC_EFS_BACKUP, "cert/Q", "1");
    file(b, QD_SEC_EFS_BACKUP, "/cert/Q", "1");
    file(b, QD_SEC_NV_ITEMS, "/nv/item_files/rfnv/00020000", "abc");
    b->esn = 0; /* a has the placeholder: both mean none */
    compare(a, b, &d);
    assert_int_equal(d.n, 0);
    assert_int_equal(d.equal, 5 + 2 + 2);
    qd_diff_free(&d);
    qd_backup_free(&a);
    qd_backup_free(&b);
}

static void test_items(void **state)
{
    struct qd_backup *a = new_backup("FW"), *b = new_backup("FW");
    struct qd_diff d;
    (void)state;
    nv(a, 0, 571, 0, 1);
    nv(b, 0, 571, 0, 3);
    b->nv[0].v[0].data[127] = 9;
    nv(a, 0, 10, 1, 1);
    nv(b, 2, 10, 1, 1);
    compare(a, b, &d);
    assert_int_equal(d.n, 3);
    assert_int_equal(d.v[0].kind, QD_DIFF_NV);
    assert_int_equal(d.v[0].change, QD_DIFF_ONLY_A);
    assert_int_equal(d.v[0].id, 10);
    assert_int_equal(d.v[0].index, 1);
    assert_int_equal(d.v[0].bytes, 128);
    assert_int_equal(d.v[1].id, 571);
    assert_int_equal(d.v[1].change, QD_DIFF_BYTES);
    assert_int_equal(d.v[1].class, QD_CLASS_CALIBRATION);
    assert_int_equal(d.v[1].nrange, 2);
    assert_int_equal(d.v[1].range[0].at, 0);
    assert_int_equal(d.v[1].range[0].len, 1);
    assert_int_equal(d.v[1].range[1].at, 127);
    assert_int_equal(d.v[1].bytes, 2);
    assert_int_equal(d.v[2].change, QD_DIFF_ONLY_B);
    assert_int_equal(d.v[2].sub, 2);
    qd_diff_free(&d);
    qd_backup_free(&a);
    qd_backup_free(&b);
}

static void test_files(void **state)
{
    struct qd_backup *a = new_backup("FW"), *b = new_backup("FW");
    struct qd_diff d;
    (void)state;
    file(a, QD_SEC_PROVISIONING, "/a", "0123456789");
    file(b, QD_SEC_NV_ITEMS, "a", "01x3456y");
    file(a, QD_SEC_PROVISIONING, "/b", "");
    file(b, QD_SEC_PROVISIONING, "/c", "zz");
    file(a, QD_SEC_PROVISIONING, "/d", "same")->mode = 0100644;
    file(b, QD_SEC_PROVISIONING, "/d", "same")->mode = 0160777;
    file(a, QD_SEC_PROVISIONING, "/e", "same")->mode = 0100644;
    file(b, QD_SEC_PROVISIONING, "/e", "same");
    compare(a, b, &d);
    assert_int_equal(d.n, 4);
    assert_string_equal(d.v[0].name, "/a");
    assert_int_equal(d.v[0].nrange, 2);
    assert_int_equal(d.v[0].range[0].at, 2);
    assert_int_equal(d.v[0].range[1].at, 7);
    assert_int_equal(d.v[0].range[1].len, 3); /* the differing byte and the missing tail */
    assert_int_equal(d.v[0].bytes, 4);
    assert_string_equal(d.v[1].name, "/b");
    assert_int_equal(d.v[1].change, QD_DIFF_ONLY_A);
    assert_string_equal(d.v[2].name, "/c");
    assert_int_equal(d.v[2].change, QD_DIFF_ONLY_B);
    assert_int_equal(d.v[3].change, QD_DIFF_MODE);
    assert_int_equal(d.v[3].mode_b, 0160777);
    qd_diff_free(&d);
    qd_backup_free(&a);
    qd_backup_free(&b);
}

static void test_longer(void **state)
{
    struct qd_backup *a = new_backup("FW"), *b = new_backup("FW");
    struct qd_diff d;
    (void)state;
    file(a, QD_SEC_PROVISIONING, "/a", "abc");
    file(b, QD_SEC_PROVISIONING, "/a", "abcdef");
    compare(a, b, &d);
    assert_int_equal(d.n, 1);
    assert_int_equal(d.v[0].nrange, 1);
    assert_int_equal(d.v[0].range[0].at, 3);
    assert_int_equal(d.v[0].range[0].len, 3);
    qd_diff_free(&d);
    qd_backup_free(&a);
    qd_backup_free(&b);
}

/* More ranges than are kept: all are counted. */
static void test_many_ranges(void **state)
{
    struct qd_backup *a = new_backup("FW"), *b = new_backup("FW");
    struct qd_diff d;
    (void)state;
    nv(a, 0, 4953, 0, 1);
    nv(b, 0, 4953, 0, 1);
    for (unsigned i = 1; i < QD_NV_SIZE; i += 2)
        b->nv[0].v[0].data[i] = 7;
    compare(a, b, &d);
    assert_int_equal(d.n, 1);
    assert_int_equal(d.v[0].nrange, 64);
    assert_int_equal(d.v[0].bytes, 64);
    assert_int_equal(d.v[0].range[QD_DIFF_RANGES - 1].at, 31);
    qd_diff_free(&d);
    qd_backup_free(&a);
    qd_backup_free(&b);
}

static void test_properties(void **state)
{
    struct qd_backup *a = new_backup("EM160RGLAUR02A07M4G-long-version-text");
    struct qd_backup *b = new_backup("EM160RGLAUR02A07M4G-long-versio"); /* cut at 31 by a tool */
    struct qd_diff d;
    (void)state;
    assert_int_equal(strlen(b->software), 31);
    compare(a, b, &d);
    assert_int_equal(d.n, 0);
    qd_diff_free(&d);
    b->software[30] = 'x';
    b->client[0] = 'X';
    b->model = 1;
    b->esn = 0x8016B128;
    b->has_feature = 1;
    b->feature_len = 2;
    b->feature = qd_alloc(2, 1);
    compare(a, b, &d);
    assert_int_equal(d.n, 5);
    assert_string_equal(d.v[0].name, "model");
    assert_string_equal(d.v[0].text_a, "24628");
    assert_string_equal(d.v[0].text_b, "1");
    assert_string_equal(d.v[1].name, "esn");
    assert_string_equal(d.v[1].text_a, "none");
    assert_int_equal(d.v[1].class, QD_CLASS_IDENTITY);
    assert_string_equal(d.v[2].name, "software");
    assert_string_equal(d.v[3].name, "client");
    assert_int_equal(d.v[3].class, QD_CLASS_VOLATILE);
    assert_string_equal(d.v[4].name, "feature_mask");
    assert_int_equal(d.v[4].change, QD_DIFF_ONLY_B);
    qd_diff_free(&d);
    qd_backup_free(&a);
    qd_backup_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal),       cmocka_unit_test(test_items),
        cmocka_unit_test(test_files),       cmocka_unit_test(test_longer),
        cmocka_unit_test(test_many_ranges), cmocka_unit_test(test_properties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
