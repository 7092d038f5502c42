/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The calls behind `qdiag ufs` against dialogues in data files, the example of the BG95-S5 note
 * among them, literally. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_at.h"
#include "service/at_write.h"

#define STEPS(table) table, sizeof table / sizeof table[0]

static struct qd_at *open_at(struct fake_at *f)
{
    struct qd_link *link = fake_at_link(f);
    struct qdiag_error e = {0};
    struct qd_at *at = NULL;

    if (qd_at_open(&at, &link, &e) != 0)
        fail_msg("%s: %s", e.what, e.why);
    return at;
}

static void test_golden_dialogue(void **state)
{
    struct qd_at_final final = {QD_AT_ERROR, 0, ""};
    struct qd_ufs_state s;
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    for (size_t chunk = 0; chunk < 4; chunk++) {
        fake_at_start_file(&f, "bg95-s5.at");
        f.link->chunk = chunk;
        fake_say(f.link, "\r\nRDY\r\n", 7);
        fake_say_in(f.link, 50000, "\r\nAPP RDY\r\n", 11);
        at = open_at(&f);
        assert_int_equal(qd_at_wait_ready(at, 0, 1000, NULL), 1);
        assert_int_equal(qd_at_wait_ready(at, 1, 1000, NULL), 1);
        assert_string_equal(qd_at_family(qd_at_model(at))->name, "bg95-s5");
        assert_int_equal(qd_ufs_order(at, QD_UFS, QD_UFS_BACKUP, 4000, &final, NULL), 0);
        assert_int_equal(final.result, QD_AT_OK);
        assert_int_equal(qd_ufs_read(at, QD_UFS, 600, &s, NULL), 0);
        assert_int_equal(s.backups, 16);
        assert_int_equal(s.pages, 268);
        final.result = QD_AT_ERROR;
        assert_int_equal(qd_ufs_order(at, QD_EUFS, QD_UFS_BACKUP, 4000, &final, NULL), 0);
        assert_int_equal(final.result, QD_AT_OK);
        assert_int_equal(qd_ufs_read(at, QD_EUFS, 600, &s, NULL), 0);
        assert_int_equal(s.valid, 1);
        assert_int_equal(s.backups, 1);
        assert_int_equal(s.pages, 258);
        qd_at_close(&at);
        fake_at_end(&f);
    }
}

static void test_files(void **state)
{
    struct qd_user_list list;
    struct qdiag_error e = {0};
    uint64_t free_bytes, total;
    struct qd_buf data = {0};
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    fake_at_start_file(&f, "files.at");
    at = open_at(&f);
    assert_int_equal(qd_user_list(at, NULL, &list, NULL), 0);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.v[0].name, "UFS:cacert.pem");
    assert_int_equal(list.v[0].size, 1939);
    assert_string_equal(list.v[1].name, "UFS:x y");
    qd_user_list_free(&list);
    assert_int_equal(qd_user_list(at, "none", &list, NULL), 0);
    assert_int_equal(list.n, 0);
    assert_int_equal(qd_user_space(at, &free_bytes, &total, NULL), 0);
    assert_int_equal(free_bytes, 12987840);
    assert_int_equal(qd_user_delete(at, "none", &e), -QDIAG_E_REFUSED);
    assert_int_equal(e.wire, 405);
    memset(&e, 0, sizeof e);
    assert_int_equal(qd_user_delete(at, "cacert.pem", NULL), 0);
    assert_int_equal(qd_user_get(at, "t", 13, &data, NULL), 0);
    assert_memory_equal(data.p, "Hello, World!", 13);
    assert_int_equal(qd_user_get(at, "t", 13, &data, &e), -QDIAG_E_PROTOCOL);
    assert_string_equal(e.why,
                        "the unit counts 13 bytes, checksum 4965; sent or read were 13, 4964");
    memset(&e, 0, sizeof e);
    assert_int_equal(qd_user_get(at, "t", QD_USER_FILE_MAX + 1, &data, &e), -QDIAG_E_UNSUPPORTED);
    assert_string_equal(e.why, "67108865 bytes; at most 67108864 are read"); /* nothing was sent */
    qd_buf_free(&data);
    qd_at_close(&at);
    fake_at_end(&f);
}

/* 1500 bytes: an acknowledgement behind 1024, the rest, the result. */
static void put(const char *first, const char *says, int want, const char *why)
{
    const struct fake_at_step s[] = {FAKE_AT_OPEN("BG96"), {"AT+QFUPL=\"t\",1500,5,1", first, 0}};
    struct qdiag_error e = {0};
    uint8_t data[1500];
    struct fake_at f;
    struct qd_at *at;

    memset(data, 'A', sizeof data);
    fake_at_start(&f, STEPS(s));
    at = open_at(&f);
    fake_say_in(f.link, 100000, says, strlen(says));
    f.raw_after = strstr(first, "CONNECT") ? sizeof data : 0;
    assert_int_equal(qd_user_put(at, "t", data, sizeof data, &e), want);
    if (why)
        assert_non_null(strstr(e.why, why));
    if (want == 0) {
        assert_int_equal(f.data.len, sizeof data);
        assert_memory_equal(f.data.p, data, sizeof data);
    }
    qd_at_close(&at);
    fake_at_end(&f);
}

static void test_uploads(void **state)
{
    (void)state;
    put("\r\nCONNECT\r\n", "A\r\n+QFUPL: 1500,0\r\n\r\nOK\r\n", 0, NULL);
    put("\r\nCONNECT\r\n", "A\r\n+QFUPL: 1500,1\r\n\r\nOK\r\n", -QDIAG_E_READBACK_DIFFERS,
        "checksum 1; sent or read were 1500, 0");
    put("\r\nCONNECT\r\n", "A\r\n+QFUPL: 1499,0\r\n\r\nOK\r\n", -QDIAG_E_READBACK_DIFFERS,
        "counts 1499 bytes");
    put("\r\nCONNECT\r\n", "A\r\n+CME ERROR: 421\r\n", -QDIAG_E_REFUSED, "421, time-out");
    put("\r\n+CME ERROR: 407\r\n", "", -QDIAG_E_REFUSED, "407, file already exists");
    put("\r\nOK\r\n", "", -QDIAG_E_PROTOCOL, "no data mode");
}

static void test_probe(void **state)
{
    static const struct {
        const char *says;
        int ufs, eufs;
    } v[] = {
        {"\r\n+QPRTPARA: (1-4)\r\n\r\nOK\r\n", 1, 0},
        {"\r\n+QPRTPARA: (1,3,4,11,13,14)\r\n\r\nOK\r\n", 1, 1},
        {"\r\n+QPRTPARA: (1-3)\r\n\r\nOK\r\n", 0, 0},
        {"\r\n+QPRTPARA: (1-4),(11-14)\r\n\r\nOK\r\n", 1, 1},
        {"\r\nERROR\r\n", -1, -1},
        {"\r\nOK\r\n", -1, -1},
        {"\r\n+QPRTPARA: \r\n\r\nOK\r\n", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        const struct fake_at_step s[] = {FAKE_AT_OPEN("RG500Q-EA"),
                                         {"AT+QPRTPARA=?", v[i].says, 0},
                                         {"AT+QPRTPARA=?", v[i].says, 0}};
        struct fake_at f;
        struct qd_at *at;
        int has;

        fake_at_start(&f, STEPS(s));
        at = open_at(&f);
        assert_int_equal(qd_ufs_probe(at, QD_UFS, &has, NULL), 0);
        assert_int_equal(has, v[i].ufs);
        assert_int_equal(qd_ufs_probe(at, QD_EUFS, &has, NULL), 0);
        assert_int_equal(has, v[i].eufs);
        qd_at_close(&at);
        fake_at_end(&f);
    }
}

static void test_who(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("BG95-M3"),
        {"AT+CGSN", "\r\n001001000000015\r\n\r\nOK\r\n", 0},
        {"AT+CGSN", "\r\n+CME ERROR: 23\r\n", 0},
        {"AT+CGSN", "\r\n00100100000001\r\n\r\nOK\r\n", 0},
    };
    char imei[16];
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    fake_at_start(&f, STEPS(s));
    at = open_at(&f);
    assert_int_equal(qd_at_imei(at, imei, NULL), 0);
    assert_string_equal(imei, "001001000000015");
    assert_int_equal(qd_at_imei(at, imei, NULL), 0);
    assert_string_equal(imei, "");
    assert_int_equal(qd_at_imei(at, imei, NULL), 0);
    assert_string_equal(imei, "");
    qd_at_close(&at);
    fake_at_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_dialogue),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_uploads),
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_who),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
