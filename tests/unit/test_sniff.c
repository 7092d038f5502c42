/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a file is by its first bytes, and that the XQCN reader's refusal says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "qcn_fixture.h"

static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        size_t n;
        enum qd_container kind;
    } k[] = {
        {"", 0, QD_C_EMPTY},
        {"\0\0\0\0\0\0\0\0", 8, QD_C_ZEROS},
        {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", 9, QD_C_QCN},
        {"\x1f\x8b\x08", 3, QD_C_GZIP},
        {"PK\x03\x04", 4, QD_C_ZIP},
        {"[NV items]\r\n[Complete items - 3, Items size - 128]", 40, QD_C_TEXT_QCN},
        {"hello", 5, QD_C_UNKNOWN},
        {"<?xml version", 13, QD_C_XQCN},
        {"\xef\xbb\xbf\r\n<Storage ", 13, QD_C_XQCN},
        {"\xff\xfe<\0", 4, QD_C_XQCN},
        {"\xfe\xff\0<", 4, QD_C_XQCN},
    };
    for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
        struct qdiag_error e = {0};
        struct qd_node *root;
        assert_int_equal(qd_sniff((const uint8_t *)k[i].head, k[i].n), k[i].kind);
        if (k[i].kind == QD_C_XQCN)
            continue;
        int rc = fixture_read(k[i].head, k[i].n, NULL, &root, &e);
        assert_int_equal(rc, -QDIAG_E_FILE_UNKNOWN);
        assert_non_null(strstr(e.why, qd_container_name(k[i].kind)));
        assert_string_equal(e.item, "f.xqcn");
    }
}

/* A folder of that name in the root's path may stand where a tar has its mark. */
static void test_mark_of_a_tar(void **state)
{
    (void)state;
    char text[700], path[224] = "";
    memset(path, 'x', sizeof path - 1);
    int n = snprintf(text, sizeof text,
                     "<?xml version='1.0'?>\n<Storage Name='%.*sustar'>\n</Storage>\n%300s",
                     257 - 37, path, "");
    struct qdiag_error e = {0};
    struct qd_node *root;
    assert_memory_equal(text + 257, "ustar", 5);
    assert_int_equal(qd_sniff((const uint8_t *)text, (size_t)n), QD_C_XQCN);
    assert_int_equal(fixture_read(text, (size_t)n, NULL, &root, &e), 0);
    qd_tree_free(&root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_mark_of_a_tar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
