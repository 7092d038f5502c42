/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The session with a well-behaved unit: opening, matching, error frames, unsolicited frames, cuts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/log.h"
#include "fake_modem.h"
#include "hex_vector.h"

#define EVENT  "60 0e 00 ba 61 12 00 70 68 b6 07 00 00 03 00 01 00 29 34 7e "
#define EVENT2 "60 0b 00 bc 21 0f 00 79 68 b6 07 00 00 00 15 5d 7e "
#define LOG    "10 00 0c 00 0c 00 01 00*9 46 31 7e "
#define NOISE  "13 41 42 95 92 7e "
#define JUNK   "ff*7 fe ff*7 fe 00*5 0d 0a 4e 4f 20 43 41 52 52 49 45 52 0d 0a 7e "
#define CNS    "7e 00 0a 6b 6d 00 00 07 00*7 7e "

static void assert_nv(const struct qd_reply *r, uint16_t item)
{
    assert_int_equal(r->bad, 0);
    assert_int_equal(r->len, 133);
    assert_int_equal(r->p[0], 0x26);
    assert_int_equal(qd_get16(r->p + 1), item);
    assert_int_equal(qd_get16(r->p + 3), item);
}

static void test_open(void **state)
{
    struct fake_modem *m = fake_modem_cold();

    (void)state;
    assert_int_equal(fake_modem_open(m), 0);
    assert_int_equal(m->f->sends, 1);
    assert_int_equal(m->f->last.len, 5);
    assert_memory_equal(m->f->last.p, "\x7e\x00\x78\xf0\x7e", 5);
    assert_string_equal(qd_diag_address(m->d), "fake:");
    assert_ptr_equal(qd_diag_context(m->d), m->f->ctx);
    fake_modem_free(m);
}

/* A unit that does not know VERNO, as seen on phones, speaks DIAG all the same. */
static void test_open_verno_refused(void **state)
{
    struct fake_modem *m = fake_modem_cold();

    (void)state;
    m->no_verno = 1;
    assert_int_equal(fake_modem_open(m), 0);
    assert_int_equal(m->f->sends, 1);
    fake_modem_free(m);
}

/* Answers to a killed client's requests wait in the line, the last one cut. */
static void test_open_stale(void **state)
{
    struct fake_modem *m = fake_modem_cold();
    struct qd_buf stale = hex_buf("7e 26 26 02 00*128 05 00 86 55 7e " LOG "4b 13 02 00 00*8 04");
    struct qd_reply r;

    (void)state;
    fake_say(m->f, stale.p, stale.len);
    fake_say_in(m->f, 30000, "\x6d\x7e", 2);
    assert_int_equal(fake_modem_open(m), 0);
    assert_int_equal(qd_diag_stats(m->d).strays, 0);
    assert_int_equal(qd_diag_stats(m->d).bad_frames, 0);
    assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request(550), &r), 0);
    assert_nv(&r, 550);
    qd_buf_free(&stale);
    fake_modem_free(m);
}

static void test_one_frame_per_send(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request((uint16_t)(500 + i)), &r), 0);
        assert_nv(&r, (uint16_t)(500 + i));
    }
    assert_int_equal(m->f->sends, 20);
    assert_int_equal(m->f->bad_sends, 0);
    assert_int_equal(m->f->flagged, 0);
    fake_modem_free(m);
}

static void test_stats(void **state)
{
    struct fake_modem *m = fake_modem_cold();
    struct qd_diag_stats s;
    struct qd_reply r;

    (void)state;
    assert_int_equal(fake_modem_open(m), 0);
    hex_add(&m->before, EVENT LOG NOISE "41 7e ");
    assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request(550), &r), 0);
    s = qd_diag_stats(m->d);
    assert_int_equal(s.requests, 2);
    assert_int_equal(s.replies, 2);
    assert_int_equal(s.unsolicited, 3);
    assert_int_equal(s.strays, 0);
    assert_int_equal(s.bad_frames, 1);
    assert_int_equal(s.timeouts, 0);
    assert_int_equal(s.bytes_out, 5 + 136);
    fake_modem_free(m);
}

/* After a frame that could not be read the next request begins with a flag, and only that one. */
static void test_flag_after_bad_frame(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    hex_add(&m->before, "00 78 f1 7e");
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request(550), &r), 0);
    assert_int_equal(m->f->sends, 3);
    assert_int_equal(m->f->flagged, 1);
    assert_int_equal(m->f->bad_sends, 0);
    fake_modem_free(m);
}

static const uint8_t bad_codes[] = {0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x42, 0x47, 0x95, 0x96};

/* Answers with the error byte in user[0] and an echo of user[1] bytes (0 = all). */
static int refuse(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    const uint8_t *how = user;

    fake_refuse(wire, how[0], req, n, how[1]);
    return 0;
}

static void check_refused(struct fake_modem *m, enum qd_cmd cmd, struct qd_buf req)
{
    static const uint8_t echoes[] = {0, 16, 4};
    fake_answer usual = m->f->answer;
    uint8_t how[2];
    struct qd_reply r;

    m->f->answer = refuse;
    m->f->user = how;
    for (size_t i = 0; i < sizeof bad_codes; i++) {
        for (size_t k = 0; k < sizeof echoes; k++) {
            how[0] = bad_codes[i];
            how[1] = echoes[k];
            memset(&r, 0, sizeof r);
            assert_int_equal(qd_diag_ask(m->d, cmd, req.p, req.len, &r, NULL), 0);
            assert_int_equal(r.bad, bad_codes[i]);
            assert_int_equal(r.p[0], bad_codes[i]);
            assert_memory_equal(r.p + 1, req.p, r.len - 1);
        }
    }
    m->f->answer = usual;
    m->f->user = m;
    qd_buf_free(&req);
}

static void test_error_frames(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_buf ver = hex_buf("1c");

    (void)state;
    check_refused(m, QD_CMD_NV_READ, fake_nv_request(571));
    check_refused(m, QD_CMD_EFS_READ, fake_efs_read_request(0, 0));
    check_refused(m, QD_CMD_EFS_STAT, fake_efs_stat_request("/nv/item_files/x"));
    check_refused(m, QD_CMD_DIAG_VER, ver);
    assert_int_equal(qd_diag_stats(m->d).strays, 0);
    assert_int_equal(qd_diag_stats(m->d).timeouts, 0);
    fake_modem_free(m);
}

/* An echo of three bytes, or of another item, refuses nothing of ours. */
static void test_error_frames_of_others(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    fake_frame(&m->before, "\x14\x26\x26\x02", 4);
    fake_frame(&m->before, "\x42\x26\x27\x02\x00\x00\x00\x00", 8);
    assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request(550), &r), 0);
    assert_nv(&r, 550);
    assert_int_equal(qd_diag_stats(m->d).strays, 2);
    fake_modem_free(m);
}

/* Another client's answers to a command this session does not use are no reason for doubt. */
static void test_foreign_replies(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    for (unsigned i = 0; i < 20; i++) /* the VERNO of the opening is long ago */
        assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request(i), &r), 0);
    fake_frame(&m->before, "\x1c\x08\x00", 3);
    fake_frame(&m->before, "\x15\x7c\x00", 3);
    assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request(550), &r), 0);
    assert_nv(&r, 550);
    assert_int_equal(qd_diag_stats(m->d).strays, 0);
    assert_int_equal(qd_diag_stats(m->d).foreign, 2);
    fake_modem_free(m);
}

static void test_bad_names(void **state)
{
    static const char *const names[] = {
        "BAD_CMD",  "BAD_PARM",     "BAD_LEN",      "BAD_DEV",   "BAD_VOC",
        "BAD_MODE", "BAD_SPC_MODE", "BAD_SEC_MODE", "BAD_TRANS", "SSM_DISALLOWED"};

    (void)state;
    for (size_t i = 0; i < sizeof bad_codes; i++)
        assert_string_equal(qd_diag_bad_name(bad_codes[i]), names[i]);
    assert_null(qd_diag_bad_name(0x00));
    assert_null(qd_diag_bad_name(0x26));
}

/* Replies that carry another item, offset or handle are not taken. */
static void test_other_echo(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    hex_add(&m->before, "26 26 02 00*128 05 00 86 55 7e");
    assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request(551), &r), 0);
    assert_nv(&r, 551);
    hex_add(&m->before, "4b 13 04 00 00 00 00 00 00 04 00 00 ff ff ff ff 05 00 00 00 e9 59 7e");
    assert_int_equal(fake_ask(m, QD_CMD_EFS_READ, fake_efs_read_request(0, 2048), &r), 0);
    assert_int_equal(r.len, 24);
    assert_int_equal(qd_get32(r.p + 20), 2048);
    hex_add(&m->before, "4b 13 04 00 00 00 00 00 00 04 00 00 ff ff ff ff 05 00 00 00 e9 59 7e");
    assert_int_equal(fake_ask(m, QD_CMD_EFS_READ, fake_efs_read_request(1, 1024), &r), 0);
    assert_int_equal(qd_get32(r.p + 4), 1);
    assert_int_equal(qd_get32(r.p + 16), 0);
    assert_int_equal(qd_diag_stats(m->d).strays, 3);
    fake_modem_free(m);
}

static int say_this(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    const struct qd_buf *say = user;

    (void)req;
    (void)n;
    if (qd_buf_add(wire, say->p, say->len) != 0)
        return -1;
    return 0;
}

/* The published READ answers, byte for byte. */
static void test_read_vectors(void **state)
{
    static const struct {
        const char *wire;
        uint32_t offset;
        int32_t count;
        uint32_t errnum;
    } rows[] = {
        {"4b 13 04 00 00*8 04 00*7 01 02 03 04 8d d2 7e", 0, 4, 0},
        {"4b 13 04 00 00*5 04 00 00 ff ff ff ff 05 00 00 00 e9 59 7e", 1024, -1, 5},
        {"4b 13 04 00 00*8 24 02 00*10 50 97 7e", 0, 548, 0},
        {"4b 13 04 00 00*8 ff*4 00*4 eb 69 7e", 0, -1, 0},
        {"4b 13 04 00 00*8 ff ff ff 7f 00*8 c5 d5 7e", 0, 0x7fffffff, 0},
    };
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct qd_buf wire = hex_buf(rows[i].wire);

        m->f->answer = say_this;
        m->f->user = &wire;
        assert_int_equal(fake_ask(m, QD_CMD_EFS_READ, fake_efs_read_request(0, rows[i].offset), &r),
                         0);
        assert_int_equal(qd_geti32(r.p + 12), rows[i].count);
        assert_int_equal(qd_get32(r.p + 16), rows[i].errnum);
        qd_buf_free(&wire);
    }
    fake_modem_free(m);
}

static void test_short_reply(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_buf wire = {0};
    struct qd_reply r;

    (void)state;
    fake_frame(&wire, "\x26\x26\x02\x08\x1a", 5);
    m->f->answer = say_this;
    m->f->user = &wire;
    assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request(550), &r), -QDIAG_E_PROTOCOL);
    assert_string_equal(m->e.item, "NV_READ");
    assert_string_equal(m->e.why, "the reply has 5 bytes, at least 133 are needed");
    assert_int_equal(m->f->sends, 1);
    /* Another item's cut reply is not this one's. */
    assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request(551), &r), -QDIAG_E_TIMEOUT);
    qd_buf_free(&wire);
    fake_modem_free(m);
}

static void test_wrapper(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_buf req = fake_nv_request(550), inner = hex_buf("98 01 00 00 01 00 00 00");
    struct qd_buf wire = {0};
    struct qd_reply r;

    (void)state;
    fake_frame(&wire, inner.p, inner.len);
    fake_modem_reply(m, req.p, req.len, &inner);
    fake_frame(&wire, inner.p, inner.len);
    m->f->answer = say_this;
    m->f->user = &wire;
    assert_int_equal(fake_ask(m, QD_CMD_NV_READ, req, &r), 0);
    assert_nv(&r, 550);
    assert_int_equal(qd_diag_stats(m->d).unsolicited, 1);
    /* An event inside a wrapper is an event. */
    inner.len = 8;
    hex_add(&inner, "60 00 00");
    fake_say_frame(m->f, inner.p, inner.len);
    assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request(550), &r), 0);
    assert_int_equal(qd_diag_stats(m->d).unsolicited, 3);
    assert_int_equal(qd_diag_stats(m->d).strays, 0);
    qd_buf_free(&inner);
    qd_buf_free(&wire);
    fake_modem_free(m);
}

static void test_junk(void **state)
{
    static const char *const junk[] = {EVENT,
                                       EVENT2,
                                       LOG,
                                       NOISE,
                                       JUNK,
                                       CNS,
                                       "7e*12",
                                       "7e 41 7e",
                                       "00 00 7e",
                                       "41 42 43 7d 7e",
                                       "55*20000 7e",
                                       "01 03 00 1c 08 00 7e",
                                       EVENT LOG JUNK CNS NOISE EVENT2};
    static const size_t chunks[] = {0, 1, 7};
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    for (size_t i = 0; i < sizeof junk / sizeof junk[0]; i++) {
        for (size_t k = 0; k < sizeof chunks / sizeof chunks[0]; k++) {
            m->f->chunk = chunks[k];
            hex_add(&m->before, junk[i]);
            hex_add(&m->behind, junk[i]);
            assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request(550), &r), 0);
            assert_nv(&r, 550);
        }
    }
    assert_int_equal(qd_diag_stats(m->d).strays, 0);
    assert_int_equal(qd_diag_stats(m->d).timeouts, 0);
    fake_modem_free(m);
}

/* Event and reply in pieces: cut at every position, the second piece 1 ms later. */
static struct cut {
    const struct qd_buf *wire;
    struct fake_link *f;
    size_t at;
} cut;

static int say_cut(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    (void)user;
    (void)req;
    (void)n;
    fake_say_in(cut.f, 1000, cut.wire->p + cut.at, cut.wire->len - cut.at);
    return qd_buf_add(wire, cut.wire->p, cut.at);
}

static void test_every_split(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_buf wire = hex_buf(EVENT "4b 13 04 00 00*8 04 00*7 01 02 03 04 8d d2 7e" EVENT2);
    struct qd_reply r;

    (void)state;
    m->f->answer = say_cut;
    for (size_t at = 0; at <= wire.len; at++) {
        cut = (struct cut){&wire, m->f, at};
        assert_int_equal(fake_ask(m, QD_CMD_EFS_READ, fake_efs_read_request(0, 0), &r), 0);
        assert_int_equal(r.len, 24);
        assert_memory_equal(r.p + 20, "\x01\x02\x03\x04", 4);
        m->f->now_us += 1000; /* the second piece is there before the next answer */
    }
    assert_int_equal(m->f->sends, wire.len + 1);
    assert_int_equal(qd_diag_stats(m->d).strays, 0);
    assert_int_equal(qd_diag_stats(m->d).bad_frames, 0);
    qd_buf_free(&wire);
    fake_modem_free(m);
}

/* The allow-list: bytes that are another command, or an OPEN that could write, are not sent. */
static void test_refuses_to_send(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_buf open_rw = hex_buf("4b 13 02 00 41 02 00 00 ff 01 00 00 2f 6e 00");
    struct qd_reply r;

    (void)state;
    assert_int_equal(fake_ask(m, QD_CMD_EFS_OPEN, open_rw, &r), -QDIAG_E_BUG);
    assert_int_equal(fake_ask(m, QD_CMD_NV_READ, hex_buf("27 26 02 00*130"), &r), -QDIAG_E_BUG);
    assert_int_equal(fake_ask(m, QD_CMD_EFS_STAT, hex_buf("4b 13 08 00 2f 00"), &r), -QDIAG_E_BUG);
    assert_int_equal(fake_ask(m, QD_CMD_EFS_STAT, hex_buf("4b 25 0f 00 2f 00"), &r), -QDIAG_E_BUG);
    assert_int_equal(fake_ask(m, QD_CMD_POLL, hex_buf("4b 32 03"), &r), -QDIAG_E_BUG);
    assert_int_equal(fake_ask(m, QD_CMD_COUNT, hex_buf("00"), &r), -QDIAG_E_BUG);
    assert_int_equal(m->f->sends, 0);
    fake_modem_free(m);
}

static void test_checkpoint(void **state)
{
    struct fake_modem *m = fake_modem_new();
    uint8_t first[16];

    (void)state;
    assert_int_equal(qd_diag_checkpoint(m->d, NULL), 0);
    memcpy(first, m->f->last.p, 9);
    assert_int_equal(qd_diag_checkpoint(m->d, NULL), 0);
    assert_int_equal(m->seen[0x7b], 2);
    assert_int_equal(m->seen[0x26], 0);
    assert_memory_not_equal(m->f->last.p, first, 9);
    fake_modem_free(m);
}

static void test_checkpoint_without_loopback(void **state)
{
    struct fake_modem *m = fake_modem_new();

    (void)state;
    m->no_loopback = 1;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(qd_diag_checkpoint(m->d, NULL), 0);
        assert_true(qd_get16(m->f->last.p + 1) >= 65000);
    }
    assert_int_equal(m->seen[0x7b], 1);
    assert_int_equal(m->seen[0x26], 3);
    fake_modem_free(m);
}

struct lines {
    unsigned n;
    char last[256];
};

static void keep_line(enum qdiag_log_level level, const char *area, const char *text, void *user)
{
    struct lines *l = user;

    assert_int_equal(level, QDIAG_LOG_TRACE);
    assert_string_equal(area, "diag");
    l->n++;
    strncpy(l->last, text, sizeof l->last - 1);
}

/* Every frame is traced, and a number that could be an identity is not in the line. */
static void test_trace(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct lines l = {0};
    struct qd_reply r;

    (void)state;
    qdiag_context_set_log(m->f->ctx, QDIAG_LOG_TRACE, keep_line, &l);
    assert_int_equal(fake_ask(m, QD_CMD_DIAG_VER, hex_buf("1c"), &r), 0);
    assert_int_equal(r.bad, 0x13);
    assert_int_equal(l.n, 2);
    assert_string_equal(l.last, "< (2 bytes) 131c");
    assert_int_equal(fake_ask(m, QD_CMD_NV_READ, fake_nv_request(550), &r), 0);
    assert_int_equal(l.n, 4);
    assert_null(strstr(l.last, "00000000000000"));
    fake_modem_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_open_verno_refused),
        cmocka_unit_test(test_open_stale),
        cmocka_unit_test(test_one_frame_per_send),
        cmocka_unit_test(test_stats),
        cmocka_unit_test(test_flag_after_bad_frame),
        cmocka_unit_test(test_error_frames),
        cmocka_unit_test(test_error_frames_of_others),
        cmocka_unit_test(test_foreign_replies),
        cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_other_echo),
        cmocka_unit_test(test_read_vectors),
        cmocka_unit_test(test_short_reply),
        cmocka_unit_test(test_wrapper),
        cmocka_unit_test(test_junk),
        cmocka_unit_test(test_every_split),
        cmocka_unit_test(test_refuses_to_send),
        cmocka_unit_test(test_checkpoint),
        cmocka_unit_test(test_checkpoint_without_loopback),
        cmocka_unit_test(test_trace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
