/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Matching without a session: which frames answer which request, and which recent request a stray
 * seems to belong to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "diag/recent.h"
#include "hex_vector.h"

#define READ_REQ    "4b 13 04 00 01 00 00 00 00 04 00 00 00 08 00 00"
#define READDIR_REQ "4b 13 0c 00 01 00 00 00 03 00 00 00"
#define NV_REQ      "26 26 02 00*130"
#define IDX_REQ     "4b 30 01 00 26 02 01 00 00*130"
#define STAT_REQ    "4b 13 0f 00 2f 6e 76 00"
#define MD5_REQ     "4b 13 2b 00 07 00 2f 61 00"

enum {
    OTHER = QD_VERDICT_OTHER,
    REPLY = QD_VERDICT_REPLY,
    REFUSED = QD_VERDICT_REFUSED,
    CUT = QD_VERDICT_CUT
};

static const struct {
    enum qd_cmd cmd;
    const char *req, *frame;
    int verdict;
} rows[] = {
    {QD_CMD_VERNO, "00", "00*55", REPLY},
    {QD_CMD_VERNO, "00", "00*40", REPLY},
    {QD_CMD_VERNO, "00", "00*39", CUT},
    {QD_CMD_VERNO, "00", "13 00", REFUSED},
    {QD_CMD_VERNO, "00", "13", OTHER},
    {QD_CMD_VERNO, "00", "13 01", OTHER},
    {QD_CMD_DIAG_VER, "1c", "1c 08 00", REPLY},
    {QD_CMD_DIAG_VER, "1c", "1c 02", REPLY},
    {QD_CMD_DIAG_VER, "1c", "1c", CUT},
    {QD_CMD_EXT_BUILD_ID, "7c", "7c 00*13", REPLY},
    {QD_CMD_EXT_BUILD_ID, "7c", "7c 00*12", CUT},

    {QD_CMD_NV_READ, NV_REQ, "26 26 02 00*128 05 00", REPLY},
    {QD_CMD_NV_READ, NV_REQ, "26 27 02 00*128 05 00", OTHER},
    {QD_CMD_NV_READ, NV_REQ, "26 26 03 00*128 05 00", OTHER},
    {QD_CMD_NV_READ, NV_REQ, "26 26 02 00*129", CUT},
    {QD_CMD_NV_READ, NV_REQ, "26 26", CUT},
    {QD_CMD_NV_READ, NV_REQ, "26 27", OTHER},
    {QD_CMD_NV_READ, NV_REQ, "27 26 02 00*128 05 00", OTHER},
    {QD_CMD_NV_READ, NV_REQ, "14 26 26 02 00*130", REFUSED},
    {QD_CMD_NV_READ, NV_REQ, "42 26 26 02 00", REFUSED},
    {QD_CMD_NV_READ, NV_REQ, "42 26 26 02", OTHER},
    {QD_CMD_NV_READ, NV_REQ, "42 26 26 03 00", OTHER},
    {QD_CMD_NV_READ, NV_REQ, "43 26 26 02 00", OTHER},
    {QD_CMD_NV_READ, NV_REQ, "13 41 42", OTHER},

    {QD_CMD_NV_READ_IDX, IDX_REQ, "4b 30 01 00 26 02 01 00 00*130", REPLY},
    {QD_CMD_NV_READ_IDX, IDX_REQ, "4b 30 01 00 26 02 00 00 00*130", OTHER},
    {QD_CMD_NV_READ_IDX, IDX_REQ, "4b 30 01 00 27 02 01 00 00*130", OTHER},
    {QD_CMD_NV_READ_IDX, IDX_REQ, "4b 30 02 00 26 02 01 00 00*130", OTHER},
    {QD_CMD_NV_READ_IDX, IDX_REQ, "13 4b 30 01 00", REFUSED},

    {QD_CMD_EFS_STAT, STAT_REQ, "4b 13 0f 00 00*28", REPLY},
    {QD_CMD_EFS_STAT, STAT_REQ, "4b 13 0f 00 02 00 00 00", REPLY},
    {QD_CMD_EFS_STAT, STAT_REQ, "4b 3e 0f 00 00*28", OTHER},
    {QD_CMD_EFS_STAT, STAT_REQ, "4b 13 10 00 00*28", OTHER},
    {QD_CMD_EFS_STAT, STAT_REQ, "4b 13 0f 01 00*28", OTHER},
    {QD_CMD_EFS_STAT, STAT_REQ, "4b 13 0f 00", CUT},
    {QD_CMD_EFS_STAT, STAT_REQ, "4b 13 0f", OTHER},
    {QD_CMD_EFS_STAT, STAT_REQ, "47 4b 13 0f 00 2f 6e 76 00", REFUSED},
    {QD_CMD_EFS_STAT, STAT_REQ, "47 4b 13 0f 00 2f 6e 77 00", OTHER},

    {QD_CMD_EFS_READ, READ_REQ, "4b 13 04 00 01 00 00 00 00 08 00 00 01 00*7 aa", REPLY},
    {QD_CMD_EFS_READ, READ_REQ, "4b 13 04 00 02 00 00 00 00 08 00 00 01 00*7 aa", OTHER},
    {QD_CMD_EFS_READ, READ_REQ, "4b 13 04 00 01 00 00 00 00 04 00 00 01 00*7 aa", OTHER},
    {QD_CMD_EFS_READ, READ_REQ, "4b 13 04 00 01 00 00 00 00 04 00 00 ff*4 05 00 00 00", OTHER},
    {QD_CMD_EFS_READ, READ_REQ, "4b 13 04 00 01 00 00 00 00 08 00 00 ff*4 05 00 00", CUT},
    {QD_CMD_EFS_READ, READ_REQ, "4b 13 04 00 01 00", CUT},
    {QD_CMD_EFS_READ, READ_REQ, "4b 13 04 00 01 01", OTHER},
    {QD_CMD_EFS_READDIR, READDIR_REQ, "4b 13 0c 00 01 00*3 03 00*3 00*29", REPLY},
    {QD_CMD_EFS_READDIR, READDIR_REQ, "4b 13 0c 00 01 00*3 03 00*3 02 00 00 40", REPLY},
    {QD_CMD_EFS_READDIR, READDIR_REQ, "4b 13 0c 00 01 00*3 02 00*3 00*29", OTHER},
    {QD_CMD_EFS_READDIR, READDIR_REQ, "4b 13 0c 00 02 00*3 03 00*3 00*29", OTHER},
    {QD_CMD_EFS_MD5SUM, MD5_REQ, "4b 13 2b 00 07 00 00*20", REPLY},
    {QD_CMD_EFS_MD5SUM, MD5_REQ, "4b 13 2b 00 08 00 00*20", OTHER},
    {QD_CMD_LOOPBACK, "7b 01 00*7", "7b 01 00*7", REPLY},
    {QD_CMD_LOOPBACK, "7b 01 00*7", "7b 02 00*7", OTHER},
    {QD_CMD_LOOPBACK, "7b 01 00*7", "7b 01", CUT},
};

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct qd_buf req = hex_buf(rows[i].req), frame = hex_buf(rows[i].frame);
        struct qd_request rq = {rows[i].cmd, req.p, req.len, req.len};

        assert_true(qd_cmd_allows(rows[i].cmd, req.p, req.len));
        if ((int)qd_reply_judge(&rq, frame.p, frame.len) != rows[i].verdict)
            fail_msg("request %s, frame %s", rows[i].req, rows[i].frame);
        qd_buf_free(&req);
        qd_buf_free(&frame);
    }
}

static void test_unsolicited(void **state)
{
    static const uint8_t codes[] = {0x10, 0x1f, 0x60, 0x74, 0x79, 0x7e, 0x92, 0x93, 0x94,
                                    0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0xd9};
    unsigned n = 0;

    (void)state;
    for (unsigned c = 0; c < 256; c++)
        n += qd_reply_unsolicited((uint8_t)c) != 0;
    assert_int_equal(n, sizeof codes);
    for (size_t i = 0; i < sizeof codes; i++)
        assert_true(qd_reply_unsolicited(codes[i]));
    /* No reply to anything in the table can be mistaken for one. */
    for (unsigned cmd = 0; cmd < QD_CMD_COUNT; cmd++) {
        assert_false(qd_reply_unsolicited(qd_cmd_rule((enum qd_cmd)cmd)->code));
        assert_null(qd_diag_bad_name(qd_cmd_rule((enum qd_cmd)cmd)->code));
    }
}

/* The allow-list of a backup, written down a second time. */
static void test_read_only(void **state)
{
    static const uint8_t efs_reads[] = {0, 1, 2, 3, 4, 7, 11, 12, 13, 15, 16, 17, 19, 42, 43};
    static const uint8_t plain_reads[] = {0x00, 0x01, 0x1c, 0x1d, 0x26, 0x51, 0x67, 0x7b, 0x7c};
    unsigned writes = 0;

    (void)state;
    for (unsigned cmd = 0; cmd < QD_CMD_COUNT; cmd++) {
        const struct qd_cmd_rule *rule = qd_cmd_rule((enum qd_cmd)cmd);

        if (rule->writes) { /* sent once, and never by a session that only reads */
            assert_int_equal(rule->repeat, 0);
            writes++;
            continue;
        }

        assert_non_null(rule->name);
        assert_true(rule->min >= rule->head);
        if (rule->code != 0x4b)
            assert_non_null(memchr(plain_reads, rule->code, sizeof plain_reads));
        else if (rule->any_sub)
            assert_non_null(memchr(efs_reads, rule->op, sizeof efs_reads));
    }
    assert_int_equal(writes, 17);
}

static void ask(struct qd_recent *r, enum qd_cmd cmd, const char *hex)
{
    struct qd_buf req = hex_buf(hex);

    qd_recent_ask(r, cmd, req.p, req.len);
    qd_buf_free(&req);
}

static struct qd_recent_request *find(struct qd_recent *r, const char *hex, int skip_newest)
{
    struct qd_buf frame = hex_buf(hex);
    struct qd_recent_request *hit = qd_recent_find(r, frame.p, frame.len, skip_newest);

    qd_buf_free(&frame);
    return hit;
}

#define STAT_OK "4b 13 0f 00 00*28"

static void test_recent_order(void **state)
{
    static struct qd_recent r;

    (void)state;
    memset(&r, 0, sizeof r);
    assert_null(find(&r, STAT_OK, 0));
    ask(&r, QD_CMD_EFS_STAT, "4b 13 0f 00 61 00"); /* never answered */
    ask(&r, QD_CMD_EFS_STAT, "4b 13 0f 00 62 00");
    qd_recent_answered(&r);
    ask(&r, QD_CMD_EFS_STAT, "4b 13 0f 00 63 00");
    assert_ptr_equal(find(&r, STAT_OK, 0), &r.asked[2]);
    assert_ptr_equal(find(&r, STAT_OK, 1), &r.asked[0]);
    qd_recent_answered(&r);
    assert_ptr_equal(find(&r, STAT_OK, 0), &r.asked[0]);
    r.asked[0].answered = 1;
    assert_ptr_equal(find(&r, STAT_OK, 0), &r.asked[2]);
    /* An error frame names its request. */
    assert_ptr_equal(find(&r, "13 4b 13 0f 00 62 00", 0), &r.asked[1]);
    assert_null(find(&r, "13 4b 13 0f 00 64 00", 0));
    assert_null(find(&r, "26 26 02 00*130", 0));
}

static void test_recent_forgets(void **state)
{
    static struct qd_recent r;

    (void)state;
    memset(&r, 0, sizeof r);
    ask(&r, QD_CMD_EFS_STAT, STAT_REQ);
    for (unsigned i = 0; i < QD_RECENT_ASKED - 1; i++)
        ask(&r, QD_CMD_NV_READ, NV_REQ);
    assert_ptr_equal(find(&r, STAT_OK, 0), &r.asked[0]);
    ask(&r, QD_CMD_NV_READ, NV_REQ);
    assert_null(find(&r, STAT_OK, 0));
}

/* Only the first bytes of a long request are kept: its error frame is still known by them. */
static void test_recent_long_request(void **state)
{
    static struct qd_recent r;

    (void)state;
    memset(&r, 0, sizeof r);
    ask(&r, QD_CMD_EFS_STAT, "4b 13 0f 00 2f 61*200 00");
    assert_ptr_equal(find(&r, "13 4b 13 0f 00 2f 61*200 00", 0), &r.asked[0]);
    assert_null(find(&r, "13 4b 13 0f 00 2f 61*5 62 61*194 00", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),       cmocka_unit_test(test_unsolicited),
        cmocka_unit_test(test_read_only),      cmocka_unit_test(test_recent_order),
        cmocka_unit_test(test_recent_forgets), cmocka_unit_test(test_recent_long_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
