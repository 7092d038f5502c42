/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Writing through a session: nothing leaves a session that only reads, nothing is sent twice, and
 * every answer to an NV write, a mode change, an SPC or a sync is taken for what it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cancel.h"
#include "diag/mode.h"
#include "diag/unlock.h"
#include "service/efs_write.h"
#include "service/nv_codec.h"
#include "service/nv_write.h"
#include "service/sync.h"
#include "vector.h"
#include "write_rig.h"

#define NV441 "27 b9 01"

static struct wr r;
static uint8_t data[128] = {7, 8, 9};

static void write_nv(unsigned sub, uint16_t id, enum qd_how how)
{
    memset(&r.e, 0, sizeof r.e);
    assert_int_equal(qd_nv_write(r.d, &(struct qd_nv_place){sub, id, 0}, data, &r.w, &r.e), 0);
    assert_string_equal(qd_how_name(r.w.how), qd_how_name(how));
    assert_int_equal(r.e.code, 0);
}

static void request_bytes(void **state)
{
    uint8_t p[QD_NV_INDEXED_SIZE], imei[128] = {8, 0x1a, 0x32, 0x54, 0x76, 0x98, 0x10, 0x32, 0x54};
    (void)state;
    assert_int_equal(qd_nv_put_write(p, 550, imei), 133);
    struct vec v = vec("27 26 02 08 1a 32 54 76 98 10 32 54 00*121");
    assert_int_equal(v.n, 133);
    assert_memory_equal(p, v.p, 133);
    assert_int_equal(qd_nv_put_write_indexed(p, 1, 550, imei), 138);
    v = vec("4b 30 02 00 26 02 01 00 08 1a 32 54 76 98 10 32 54 00*121");
    assert_int_equal(v.n, 138);
    assert_memory_equal(p, v.p, 138);
    memset(imei, 0xff, sizeof imei); /* zeros or not, the request has its full length */
    qd_nv_put_write(p, 1, imei);
    assert_int_equal(p[130], 0xff);
    assert_int_equal(p[131] | p[132], 0);
}

static void unarmed_sends_nothing(void **state)
{
    struct qd_sync s;
    enum qd_reset_sign sign;
    (void)state;
    wr_start(&r, "", 0);
    unsigned before = r.link->requests;
    assert_int_equal(qd_nv_write(r.d, &(struct qd_nv_place){0, 441, 0}, data, &r.w, &r.e),
                     -QDIAG_E_BUG);
    assert_int_equal(r.w.how, QD_HOW_NOT_SENT);
    assert_int_equal(r.e.touch, QDIAG_UNTOUCHED);
    assert_int_equal(qd_nv_write(r.d, &(struct qd_nv_place){1, 441, 0}, data, &r.w, NULL),
                     -QDIAG_E_BUG);
    assert_int_equal(
        qd_efs_write_file(&r.fs, "/nv/keep", &(struct qd_efs_contents){0644, data, 3}, &r.w, NULL),
        -QDIAG_E_BUG);
    assert_int_equal(
        qd_efs_write_item(&r.fs, "/nv/i", &(struct qd_efs_contents){0644, data, 3}, &r.w, NULL),
        -QDIAG_E_BUG);
    assert_int_equal(qd_efs_mkdir(&r.fs, "/a", 0755, &r.w, NULL), -QDIAG_E_BUG);
    assert_int_equal(qd_efs_unlink(&r.fs, "/nv/keep", &r.w, NULL), -QDIAG_E_BUG);
    assert_int_equal(qd_efs_rmdir(&r.fs, "/nv", &r.w, NULL), -QDIAG_E_BUG);
    assert_int_equal(qd_efs_rename(&r.fs, "/nv/keep", "/nv/k", &r.w, NULL), -QDIAG_E_BUG);
    assert_int_equal(qd_efs_symlink(&r.fs, "/nv/keep", "/nv/k", &r.w, NULL), -QDIAG_E_BUG);
    assert_int_equal(qd_efs_chmod(&r.fs, "/nv/keep", 0600, &r.w, NULL), -QDIAG_E_BUG);
    assert_int_equal(qd_efs_truncate(&r.fs, "/nv/keep", 0, &r.w, NULL), -QDIAG_E_BUG);
    assert_int_equal(r.w.how, QD_HOW_NOT_SENT);
    assert_int_equal(qd_sync(&r.fs, &s, NULL), -QDIAG_E_BUG);
    assert_int_equal(qd_mode_offline(r.d, NULL), -QDIAG_E_BUG);
    assert_int_equal(qd_mode_reset(r.d, &sign, NULL), -QDIAG_E_BUG);
    assert_int_equal(qd_unlock_spc(r.d, "000000", NULL), -QDIAG_E_BUG);
    assert_int_equal(r.link->requests, before);
    /* The attempt is not used up by that, and the arming can be taken back. */
    qd_diag_allow_writes(r.d, 1);
    assert_int_equal(qd_unlock_spc(r.d, "000000", NULL), 0);
    qd_diag_allow_writes(r.d, 0);
    assert_int_equal(qd_nv_write(r.d, &(struct qd_nv_place){0, 441, 0}, data, &r.w, NULL),
                     -QDIAG_E_BUG);
    wr_stop(&r);
}

static void writes_items(void **state)
{
    struct qd_nv_answer a;
    (void)state;
    wr_start(&r, "subs = 3\n", 1);
    for (unsigned sub = 0; sub < 3; sub++) {
        data[0] = (uint8_t)(sub + 1);
        write_nv(sub, 441, QD_HOW_DONE);
        assert_int_equal(qd_nv_read(r.d, sub, 441, 0, &a, &r.e), 0);
        assert_memory_equal(a.data, data, 128);
    }
    assert_int_equal(r.writes, 3);
    assert_int_equal(r.sent.len, 133 + 138 + 138);
    /* An element whose number the data do not carry would hit another one. */
    data[0] = 1;
    assert_int_equal(qd_nv_write(r.d, &(struct qd_nv_place){0, 10, 2}, data, &r.w, &r.e),
                     -QDIAG_E_BUG);
    assert_int_equal(r.writes, 3);
    wr_stop(&r);
}

/* Each status, each error frame. */
static void judges_answers(void **state)
{
    static const enum qd_how by_status[] = {QD_HOW_DONE,    QD_HOW_BUSY,      QD_HOW_REFUSED,
                                            QD_HOW_FULL,    QD_HOW_REFUSED,   QD_HOW_NO_SUCH,
                                            QD_HOW_NO_SUCH, QD_HOW_READ_ONLY, QD_HOW_NO_SUCH,
                                            QD_HOW_REFUSED, QD_HOW_REFUSED,   QD_HOW_REFUSED};
    static const struct {
        uint8_t code;
        enum qd_how how;
    } bad[] = {{0x13, QD_HOW_NO_SUCH}, {0x14, QD_HOW_NO_SUCH}, {0x15, QD_HOW_REFUSED},
               {0x16, QD_HOW_REFUSED}, {0x17, QD_HOW_REFUSED}, {0x18, QD_HOW_REFUSED},
               {0x42, QD_HOW_LOCKED},  {0x47, QD_HOW_LOCKED},  {0x95, QD_HOW_REFUSED},
               {0x96, QD_HOW_REFUSED}};
    (void)state;
    wr_start(&r, "", 1);
    for (unsigned i = 0; i < sizeof by_status / sizeof by_status[0]; i++) {
        wr_fault(&r, WR_PATCH, NV441);
        r.patch_at = 131;
        r.patch = (uint8_t)i;
        write_nv(0, 441, by_status[i]);
        assert_int_equal(r.w.wire, i);
        if (i != 1)
            assert_int_equal(r.hits, 1);
    }
    wr_fault(&r, WR_NONE, "");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        /* The whole request behind the code, by turning the reply into one. */
        struct qd_buf wire = {0};
        uint8_t req[133] = {0x27, 0xb9, 0x01};
        memcpy(req + 3, data, 128);
        fake_refuse(&wire, bad[i].code, req, sizeof req, i % 2 ? 16 : 0);
        wr_fault(&r, WR_MUTE, NV441);
        fake_say_in(r.link, 1, wire.p, wire.len);
        qd_buf_free(&wire);
        write_nv(0, 441, bad[i].how);
        assert_int_equal(r.w.bad, bad[i].code);
    }
    wr_stop(&r);
}

static void busy_is_asked_again(void **state)
{
    (void)state;
    wr_start(&r, "", 1);
    wr_fault(&r, WR_PATCH, NV441);
    r.patch_at = 131;
    r.patch = 1;
    r.times = 3;
    write_nv(0, 441, QD_HOW_DONE);
    assert_int_equal(r.writes, 4);
    uint64_t start = r.link->now_us;
    wr_fault(&r, WR_PATCH, NV441);
    write_nv(0, 441, QD_HOW_BUSY);
    assert_true(r.link->now_us - start >= 5000000 && r.link->now_us - start < 6000000);
    wr_stop(&r);
}

/* Another item or subscription in the answer, a cut one, silence, a damaged one, one too many:
 * never done, never sent again. */
static void doubt_is_unknown(void **state)
{
    static const enum wr_fault faults[] = {WR_MUTE, WR_BAD_CRC, WR_CUT, WR_PATCH};
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        for (unsigned sub = 0; sub < 2; sub++) {
            wr_start(&r, "subs = 2\n", 1);
            wr_fault(&r, faults[i], sub ? "4b 30 02 00" : NV441);
            r.patch_at = faults[i] == WR_CUT ? 20 : sub ? 4 : 1;
            r.patch = 0x55;
            uint64_t start = r.link->now_us;
            write_nv(sub, 441, QD_HOW_UNKNOWN);
            assert_int_equal(r.writes, 1);
            assert_int_equal(r.hits, 1);
            assert_true(r.w.reason[0]);
            if (faults[i] != WR_CUT) /* five times the time-out of 1 s, and the drain */
                assert_int_equal(r.link->now_us - start, 5200000);
            wr_fault(&r, WR_NONE, "");
            write_nv(sub, 441, QD_HOW_DONE);
            wr_stop(&r);
        }
    }
}

static void lost_link_is_unknown(void **state)
{
    (void)state;
    wr_start(&r, "", 1);
    wr_fault(&r, WR_GONE, NV441);
    assert_int_equal(qd_nv_write(r.d, &(struct qd_nv_place){0, 441, 0}, data, &r.w, &r.e),
                     -QDIAG_E_LINK_GONE);
    assert_int_equal(r.w.how, QD_HOW_UNKNOWN);
    assert_int_equal(r.e.touch, QDIAG_TOUCH_UNKNOWN);
    /* The next one never leaves. */
    memset(&r.e, 0, sizeof r.e);
    assert_int_equal(qd_nv_write(r.d, &(struct qd_nv_place){0, 441, 0}, data, &r.w, &r.e),
                     -QDIAG_E_LINK_GONE);
    assert_int_equal(r.w.how, QD_HOW_NOT_SENT);
    assert_int_equal(r.e.touch, QDIAG_UNTOUCHED);
    assert_int_equal(r.writes, 1);
    wr_stop(&r);
}

/* The late reply to one write is not taken for the next write of the same item. */
static void late_reply_is_not_the_next(void **state)
{
    uint8_t late[133] = {0x27, 0xb9, 0x01};
    (void)state;
    wr_start(&r, "", 1);
    wr_fault(&r, WR_MUTE, NV441);
    r.times = 1;
    write_nv(0, 441, QD_HOW_UNKNOWN);
    fake_say_frame(r.link, late, sizeof late);
    wr_fault(&r, WR_PATCH, NV441);
    r.patch_at = 131;
    r.patch = 7;
    write_nv(0, 441, QD_HOW_READ_ONLY);
    wr_stop(&r);
}

/* A stop by the user ends neither the wait for a write nor its outcome. */
static void a_stop_does_not_cut_a_write_short(void **state)
{
    struct qdiag_cancel *c = qdiag_cancel_new();
    (void)state;
    wr_start(&r, "", 1);
    r.link->ctx->cancel = c;
    qdiag_cancel_request(c);
    r.link->delay_us = 4000000;
    write_nv(0, 441, QD_HOW_DONE);
    r.link->delay_us = 0;
    wr_stop(&r);
    qdiag_cancel_free(&c);
}

static void modes(void **state)
{
    enum qd_reset_sign sign;
    (void)state;
    wr_start(&r, "reset_needs_offline\n", 1);
    assert_int_equal(qd_mode_reset(r.d, &sign, &r.e), -QDIAG_E_REFUSED);
    assert_int_equal(r.e.wire, 0x18);
    assert_int_equal(r.e.touch, QDIAG_UNTOUCHED);
    uint64_t start = r.link->now_us;
    assert_int_equal(qd_mode_offline(r.d, NULL), 0);
    assert_int_equal(r.link->now_us - start, 2000000);
    assert_int_equal(qd_mode_reset(r.d, &sign, NULL), 0);
    assert_int_equal(sign, QD_RESET_ANSWERED);
    struct vec v = vec("29 02 00 29 01 00 29 02 00");
    assert_int_equal(r.sent.len, v.n);
    assert_memory_equal(r.sent.p, v.p, v.n);
    /* The session is over. */
    assert_int_equal(qd_nv_write(r.d, &(struct qd_nv_place){0, 441, 0}, data, &r.w, NULL),
                     -QDIAG_E_LINK_GONE);
    wr_stop(&r);
    for (int i = 0; i < 2; i++) {
        wr_start(&r, "", 1);
        wr_fault(&r, i ? WR_MUTE : WR_GONE, "29 02 00");
        assert_int_equal(qd_mode_reset(r.d, &sign, NULL), 0);
        assert_int_equal(sign, i ? QD_RESET_SILENT : QD_RESET_GONE);
        assert_int_equal(r.writes, 1);
        wr_stop(&r);
    }
}

static char logged[20000];

static void keep_log(enum qdiag_log_level level, const char *area, const char *text, void *user)
{
    size_t n = strlen(logged);
    (void)level;
    (void)area;
    (void)user;
    snprintf(logged + n, sizeof logged - n, "%s\n", text);
}

/* 987654: as text, and as the hex of its digits. */
static void assert_no_digits(const char *text)
{
    assert_null(strstr(text, "98765"));
    assert_null(strstr(text, "3938"));
    assert_null(strstr(text, "3837"));
    assert_null(strstr(text, " 4139"));
}

static void spc(void **state)
{
    (void)state;
    wr_start(&r, "spc_for_writes\n", 1);
    r.link->ctx->log = keep_log;
    r.link->ctx->log_level = QDIAG_LOG_TRACE;
    logged[0] = '\0';
    write_nv(0, 441, QD_HOW_LOCKED);
    assert_int_equal(qd_unlock_spc(r.d, "12345", &r.e), -QDIAG_E_USAGE);
    assert_int_equal(qd_unlock_spc(r.d, "12345a", NULL), -QDIAG_E_USAGE);
    assert_int_equal(r.writes, 1);
    memset(&r.e, 0, sizeof r.e);
    assert_int_equal(qd_unlock_spc(r.d, "987654", &r.e), -QDIAG_E_LOCKED);
    assert_int_equal(qdiag_exit_code(&r.e), 8);
    assert_non_null(strstr(r.e.hint, "lock"));
    assert_int_equal(r.writes, 2);
    /* One attempt, whatever is tried next. */
    assert_int_equal(qd_unlock_spc(r.d, "000000", NULL), -QDIAG_E_POLICY);
    assert_int_equal(r.writes, 2);
    write_nv(0, 441, QD_HOW_LOCKED);
    assert_no_digits(logged);
    assert_no_digits(r.e.why);
    assert_non_null(strstr(logged, "SPC"));
    wr_stop(&r);
    wr_start(&r, "spc_for_writes\n", 1);
    assert_int_equal(qd_unlock_spc(r.d, "000000", NULL), 0);
    write_nv(0, 441, QD_HOW_DONE);
    wr_stop(&r);
}

/* An attempt without an answer may have counted: it is the only one all the same. */
static void spc_without_answer(void **state)
{
    (void)state;
    wr_start(&r, "", 1);
    r.link->ctx->log = keep_log;
    r.link->ctx->log_level = QDIAG_LOG_TRACE;
    logged[0] = '\0';
    wr_fault(&r, WR_MUTE, "41");
    fake_say_in(r.link, 6000000, "\x13\x41\x39\x38\x37\x36\x35\x34\xa8\x17\x7e", 11);
    assert_int_equal(qd_unlock_spc(r.d, "987654", &r.e), -QDIAG_E_TIMEOUT);
    assert_int_equal(r.e.touch, QDIAG_TOUCH_UNKNOWN);
    assert_int_equal(qd_unlock_spc(r.d, "987654", NULL), -QDIAG_E_POLICY);
    assert_int_equal(r.hits, 1);
    assert_no_digits(logged);
    wr_stop(&r);
}

static struct qd_sync synced(const char *conf, enum wr_fault fault, const char *at)
{
    struct qd_sync s;
    wr_start(&r, conf, 1);
    wr_fault(&r, fault, at);
    assert_int_equal(qd_sync(&r.fs, &s, &r.e), 0);
    return s;
}

static void sync_dialects(void **state)
{
    (void)state;
    struct qd_sync s = synced("sync_polls = 3\n", WR_NONE, "");
    assert_int_equal(s.how, QD_SYNC_DONE);
    assert_int_equal(s.polls, 4);
    assert_int_equal(s.waited_ms, 300);
    assert_string_equal(s.reason, "");
    struct vec v = vec("4b 13 30 00 01 00 2f 00");
    assert_memory_equal(r.sent.p, v.p, v.n);
    wr_stop(&r);
    s = synced("sync = never\n", WR_NONE, "");
    assert_int_equal(s.how, QD_SYNC_UNTOLD);
    assert_int_equal(s.waited_ms, 30000);
    wr_stop(&r);
    s = synced("sync = 306\n", WR_NONE, "");
    assert_int_equal(s.how, QD_SYNC_NOT_APPLICABLE);
    assert_int_equal(s.wire, 306);
    assert_int_equal(s.waited_ms, 5000);
    assert_int_equal(s.polls, 0);
    wr_stop(&r);
    s = synced("sync = 13\n", WR_NONE, "");
    assert_int_equal(s.how, QD_SYNC_UNSUPPORTED);
    assert_int_equal(s.bad, 0x13);
    assert_int_equal(s.waited_ms, 5000);
    wr_stop(&r);
    s = synced("", WR_MUTE, "4b 13 30 00");
    assert_int_equal(s.how, QD_SYNC_UNANSWERED);
    assert_int_equal(r.hits, 1);
    wr_stop(&r);
    s = synced("", WR_MUTE, "4b 13 31 00");
    assert_int_equal(s.how, QD_SYNC_UNTOLD);
    assert_int_equal(r.hits, 1);
    wr_stop(&r);
    s = synced("", WR_CUT, "4b 13 31 00");
    assert_int_equal(s.how, QD_SYNC_UNTOLD);
    wr_stop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_bytes),
        cmocka_unit_test(unarmed_sends_nothing),
        cmocka_unit_test(writes_items),
        cmocka_unit_test(judges_answers),
        cmocka_unit_test(busy_is_asked_again),
        cmocka_unit_test(doubt_is_unknown),
        cmocka_unit_test(lost_link_is_unknown),
        cmocka_unit_test(late_reply_is_not_the_next),
        cmocka_unit_test(a_stop_does_not_cut_a_write_short),
        cmocka_unit_test(modes),
        cmocka_unit_test(spc),
        cmocka_unit_test(spc_without_answer),
        cmocka_unit_test(sync_dialects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
