/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Answers of AT+QPRTPARA and of the FILE commands: published values, and everything that must not
 * pass for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "service/ufs_codec.h"

#define LINE4  "16,0,268,0,0,0,0,0,0,0,0,0,0,0"
#define LINE14 "1,1,0,0,0,0,0,0,0,0,0,0,0,258,0,0,0,0,0"

static void test_the_published_examples(void **state)
{
    struct qd_ufs_state s;

    (void)state;
    assert_int_equal(qd_ufs_parse(QD_UFS, LINE4, &s, NULL), 0);
    assert_int_equal(s.backups, 16);
    assert_int_equal(s.restores, 0);
    assert_int_equal(s.pages, 268);
    assert_int_equal(s.bad_blocks, 0);
    assert_int_equal(s.valid, 1);
    assert_int_equal(s.pages * QD_UFS_PAGE, 536 * 1024);
    assert_int_equal(qd_ufs_parse(QD_EUFS, LINE14, &s, NULL), 0);
    assert_int_equal(s.valid, 1);
    assert_int_equal(s.backups, 1);
    assert_int_equal(s.restores, 0);
    assert_int_equal(s.pages, 258);
    assert_int_equal(s.pages * QD_UFS_PAGE, 516 * 1024);
}

/* Every position by a number of its own. */
static void test_positions(void **state)
{
    struct qd_ufs_state s;

    (void)state;
    assert_int_equal(qd_ufs_parse(QD_UFS, "1,2,3,4,5,6,7,8,9,10,11,12,13,14", &s, NULL), 0);
    assert_int_equal(s.backups, 1);
    assert_int_equal(s.restores, 2);
    assert_int_equal(s.pages, 3);
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(s.probe[i], 4 + i);
    assert_int_equal(s.bad_blocks, 14);
    assert_int_equal(
        qd_ufs_parse(QD_EUFS, "0,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,4294967295", &s, NULL),
        0);
    assert_int_equal(s.valid, 0);
    assert_int_equal(s.backups, 2);
    assert_int_equal(s.restores, 3);
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(s.probe[i], 4 + i);
    assert_int_equal(s.pages, 14);
    assert_int_equal(s.bad_blocks, 15);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(s.bad_part[i], 16 + i);
    assert_int_equal(s.bad_part[3], UINT32_MAX);
}

static void test_what_must_not_pass(void **state)
{
    static const struct {
        enum qd_ufs fs;
        const char *text, *why;
    } v[] = {
        {QD_UFS, LINE14, "the answer has 19 fields, not 14"},
        {QD_EUFS, LINE4, "the answer has 14 fields, not 19"},
        {QD_UFS, "16,0,268,0,0,0,0,0,0,0,0,0,0", "the answer has 13 fields, not 14"},
        {QD_UFS, LINE4 ",0", "the answer has 15 fields, not 14"},
        {QD_EUFS, "1,1,0,0,0,0,0,0,0,0,0,0,0,258,0,0,0,0", "the answer has 18 fields, not 19"},
        {QD_EUFS, LINE14 ",0", "the answer has 20 fields, not 19"},
        {QD_UFS, "", "the answer has 1 fields, not 14"},
        {QD_UFS, "-1,0,268,0,0,0,0,0,0,0,0,0,0,0", "field 1, CEFS_backup_cnt, is negative: \"-1\""},
        {QD_UFS, "16,4294967296,268,0,0,0,0,0,0,0,0,0,0,0",
         "field 2, CEFS_restore_cnt, does not fit: \"4294967296\""},
        {QD_UFS, "16,0,1x,0,0,0,0,0,0,0,0,0,0,0", "field 3, page_cnt, is no number: \"1x\""},
        {QD_UFS, "16,0,268,,0,0,0,0,0,0,0,0,0,0", "field 4, 1_cnt, is empty: \"\""},
        {QD_UFS, "16,0,268,0,0,0,0,0,0,0,0,0, ,0", "field 13, 10_cnt, is empty: \" \""},
        {QD_UFS, "16,0,268,0,0,0,0,0,0,0,0,0,0,0x1",
         "field 14, CEFS_bad_block, is no number: \"0x1\""},
        {QD_UFS, "16,0,99999999999999999999999,0,0,0,0,0,0,0,0,0,0,0",
         "field 3, page_cnt, does not fit: \"99999999999999999999999\""},
        {QD_EUFS, "2,1,0,0,0,0,0,0,0,0,0,0,0,258,0,0,0,0,0",
         "field 1, backup_valid, is neither 0 nor 1: \"2\""},
        {QD_EUFS, "1,1,0,0,0,0,0,0,0,0,0,0,0,258,0,0,0,0,+1",
         "field 19, AFS_info_bad_blk, is no number: \"+1\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct qdiag_error e = {0};
        struct qd_ufs_state s, zero = {0};

        assert_int_equal(qd_ufs_parse(v[i].fs, v[i].text, &s, &e), -QDIAG_E_PROTOCOL);
        assert_string_equal(e.why, v[i].why);
        assert_memory_equal(&s, &zero, sizeof s);
    }
}

static void test_limits(void **state)
{
    (void)state;
    assert_int_equal(qd_ufs_page_limit(QD_UFS, "bg95-s5"), 1024);
    assert_int_equal(qd_ufs_page_limit(QD_UFS, "bg95"), 512);
    assert_int_equal(qd_ufs_page_limit(QD_EUFS, "bg95-s5"), 384);
}

static void sum_of(const void *p, size_t n, const char *want)
{
    char got[8];

    snprintf(got, sizeof got, "%x", qd_user_checksum(0, p, n));
    assert_string_equal(got, want);
    if (n > 4) /* in pieces */
        assert_int_equal(qd_user_checksum(qd_user_checksum(0, p, 4), (const char *)p + 4, n - 4),
                         qd_user_checksum(0, p, n));
}

static void test_checksums(void **state)
{
    uint8_t all[256];
    char many[1025];

    (void)state;
    for (unsigned i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    memset(many, 'A', sizeof many);
    sum_of("", 0, "0");
    sum_of("A", 1, "4100");
    sum_of("AB", 2, "4142");
    sum_of("ABAB", 4, "0");
    sum_of("ABCD", 4, "206");
    sum_of("CDAB", 4, "206");
    sum_of("\0\1", 2, "1");
    sum_of("\xff", 1, "ff00");
    sum_of("\0\x41\x42", 3, "4241");
    sum_of("123456789", 9, "3908");
    sum_of("Hello, World!", 13, "4964");
    sum_of(all, 255, "ff");
    sum_of(all, 256, "0");
    sum_of(many, 1023, "41");
    sum_of(many, 1024, "0");
    sum_of(many, 1025, "4100");
    sum_of("-----BEGIN CERTIFICATE-----\r", 28, "6c53");
}

/* Files whose sums real units told: Debian's, where they are installed. */
static void sum_of_file(const char *name, size_t size, const char *want, const char *crlf,
                        const char *without_end)
{
    char path[128], data[4096], dos[4096];
    size_t n, d = 0;
    FILE *f;

    snprintf(path, sizeof path, "/usr/share/ca-certificates/mozilla/%s", name);
    f = fopen(path, "rb");
    if (!f)
        skip();
    n = fread(data, 1, sizeof data, f);
    fclose(f);
    assert_int_equal(n, size);
    sum_of(data, n, want);
    for (size_t i = 0; i < n; i++) {
        if (data[i] == '\n')
            dos[d++] = '\r';
        dos[d++] = data[i];
    }
    if (crlf)
        sum_of(dos, d, crlf);
    if (without_end)
        sum_of(data, n - 1, without_end);
}

static void test_checksums_of_certificates(void **state)
{
    (void)state;
    sum_of_file("ISRG_Root_X1.crt", 1939, "4f64", NULL, NULL);
    sum_of_file("Amazon_Root_CA_1.crt", 1188, "2d13", "5769", "2d19");
}

static void test_sums_of_the_unit(void **state)
{
    static const char *const bad[] = {"",     "12",       "12,",    ",5",           "x,5",  "-1,5",
                                      "12,g", "12,10000", "12,5,6", "4294967296,5", "12,-1"};
    uint32_t size;
    uint16_t sum;

    (void)state;
    assert_int_equal(qd_user_parse_sum("1675,372", &size, &sum, NULL), 0);
    assert_int_equal(size, 1675);
    assert_int_equal(sum, 0x372);
    assert_int_equal(qd_user_parse_sum("9, 0041", &size, &sum, NULL), 0);
    assert_int_equal(sum, 0x41);
    assert_int_equal(qd_user_parse_sum("0,FF00", &size, &sum, NULL), 0);
    assert_int_equal(sum, 0xff00);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(qd_user_parse_sum(bad[i], &size, &sum, NULL), -QDIAG_E_PROTOCOL);
}

static void test_entries_and_space(void **state)
{
    static const char *const bad[] = {"",           "UFS:a,1",     "\"UFS:a\"",
                                      "\"UFS:a\",", "\"UFS:a\",x", "\"UFS:a,1"};
    char name[128];
    uint32_t size;
    uint64_t free_bytes, total;

    (void)state;
    assert_int_equal(qd_user_parse_entry("\"UFS:a.bin\",41440551", name, &size, NULL), 0);
    assert_string_equal(name, "UFS:a.bin");
    assert_int_equal(size, 41440551);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(qd_user_parse_entry(bad[i], name, &size, NULL), -QDIAG_E_PROTOCOL);
    assert_int_equal(qd_user_parse_space("12987840,14483456", &free_bytes, &total, NULL), 0);
    assert_int_equal(free_bytes, 12987840);
    assert_int_equal(total, 14483456);
    assert_int_equal(qd_user_parse_space("5,4", &free_bytes, &total, NULL), -QDIAG_E_PROTOCOL);
    assert_int_equal(qd_user_parse_space("5", &free_bytes, &total, NULL), -QDIAG_E_PROTOCOL);
}

static void test_names(void **state)
{
    char name[82];

    (void)state;
    memset(name, 'n', sizeof name);
    name[81] = '\0';
    assert_int_equal(qd_user_name_check(name, NULL), -QDIAG_E_USAGE);
    name[80] = '\0';
    assert_int_equal(qd_user_name_check(name, NULL), 0);
    assert_int_equal(qd_user_name_check("UFS:a.b", NULL), 0);
    assert_int_equal(qd_user_name_check("", NULL), -QDIAG_E_USAGE);
    assert_int_equal(qd_user_name_check("a\"b", NULL), -QDIAG_E_USAGE);
    assert_int_equal(qd_user_name_check("a;+EGMR", NULL), -QDIAG_E_USAGE);
    assert_int_equal(qd_user_name_check("a\rb", NULL), -QDIAG_E_USAGE);
    assert_int_equal(qd_user_name_check("a,1", NULL), -QDIAG_E_USAGE);
    assert_int_equal(qd_user_name_check("\xc3\xa4", NULL), -QDIAG_E_USAGE);
    assert_int_equal(qd_user_name_check("*", NULL), -QDIAG_E_USAGE); /* every file there is */
    assert_int_equal(qd_user_name_check("UFS:*", NULL), -QDIAG_E_USAGE);
    assert_int_equal(qd_user_name_check("?.bin", NULL), -QDIAG_E_USAGE);
    assert_int_equal(qd_user_name_check(" a", NULL), -QDIAG_E_USAGE);
    assert_int_equal(qd_user_name_check("*", NULL), -QDIAG_E_USAGE); /* QFDEL: every file */
    assert_int_equal(qd_user_name_check("UFS:u*.zip", NULL), -QDIAG_E_USAGE);
    assert_int_equal(qd_user_name_check("update.zi?", NULL), -QDIAG_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_published_examples),
        cmocka_unit_test(test_positions),
        cmocka_unit_test(test_what_must_not_pass),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_checksums),
        cmocka_unit_test(test_checksums_of_certificates),
        cmocka_unit_test(test_sums_of_the_unit),
        cmocka_unit_test(test_entries_and_space),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
