/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The session with a unit, a cable or a second program that misbehaves: late, duplicated and
 * reordered replies, silence, floods, lost links. Time is virtual, so bounds are exact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "fake_modem.h"
#include "hex_vector.h"

#define T_US     1000000u /* the fake's request time-out */
#define DRAIN_US 200000u

static int ask_nv(struct fake_modem *m, uint16_t item, struct qd_reply *r)
{
    return fake_ask(m, QD_CMD_NV_READ, fake_nv_request(item), r);
}

static int ask_stat(struct fake_modem *m, const char *path, struct qd_reply *r)
{
    return fake_ask(m, QD_CMD_EFS_STAT, fake_efs_stat_request(path), r);
}

/* The good reply to a request that is never sent here, said after in_us. */
static void say_reply_in(struct fake_modem *m, uint64_t in_us, struct qd_buf req)
{
    struct qd_buf payload = {0};

    fake_modem_reply(m, req.p, req.len, &payload);
    fake_say_frame_in(m->f, in_us, payload.p, payload.len);
    qd_buf_free(&payload);
    qd_buf_free(&req);
}

static void test_repeat_once(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;
    uint64_t began = m->f->now_us;

    (void)state;
    m->mute = 1;
    assert_int_equal(ask_nv(m, 550, &r), 0);
    assert_int_equal(qd_get16(r.p + 1), 550);
    assert_int_equal(m->f->now_us - began, T_US + DRAIN_US);
    assert_int_equal(m->f->sends, 2);
    assert_int_equal(m->f->flagged, 1);
    assert_int_equal(qd_diag_stats(m->d).timeouts, 1);
    fake_modem_free(m);
}

static void test_timeout(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;
    uint64_t began = m->f->now_us;

    (void)state;
    m->mute = 2;
    assert_int_equal(ask_nv(m, 550, &r), -QDIAG_E_TIMEOUT);
    assert_string_equal(m->e.item, "NV_READ");
    assert_string_equal(m->e.why, "no answer within 1000 ms, asked twice");
    assert_int_equal(m->f->now_us - began, 2 * (T_US + DRAIN_US));
    assert_int_equal(m->f->sends, 2);
    /* The request after it begins with a flag and is answered. */
    assert_int_equal(ask_nv(m, 551, &r), 0);
    assert_int_equal(m->f->flagged, 2);
    fake_modem_free(m);
}

static void test_open_is_not_repeated(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    m->mute = 1;
    assert_int_equal(fake_ask(m, QD_CMD_EFS_OPEN, fake_efs_open_request("/a"), &r),
                     -QDIAG_E_TIMEOUT);
    assert_string_equal(m->e.why, "no answer within 1000 ms");
    assert_int_equal(m->f->sends, 1);
    fake_modem_free(m);
}

/* What comes between the time-out and the end of the drain is still the reply: no second request.
 */
static void test_reply_in_drain(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    m->f->delay_us = T_US + DRAIN_US / 2;
    assert_int_equal(ask_nv(m, 550, &r), 0);
    assert_int_equal(fake_ask(m, QD_CMD_EFS_OPEN, fake_efs_open_request("/a"), &r), 0);
    assert_int_equal(m->f->sends, 2);
    fake_modem_free(m);
}

/* The reply to the first sending comes while the second one waits: taken; the second reply is then
 * a duplicate and not the answer to the next request. */
static void test_late_reply_to_repeat(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    m->f->delay_us = T_US + 2 * DRAIN_US;
    assert_int_equal(ask_nv(m, 550, &r), 0);
    assert_int_equal(qd_get16(r.p + 1), 550);
    assert_int_equal(m->f->sends, 2);
    m->f->delay_us = 0;
    m->f->now_us += 2 * T_US;
    assert_int_equal(ask_nv(m, 551, &r), 0);
    assert_int_equal(qd_get16(r.p + 1), 551);
    assert_int_equal(qd_diag_stats(m->d).strays, 1);
    fake_modem_free(m);
}

static void test_late_reply(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    m->mute = 2;
    assert_int_equal(ask_nv(m, 550, &r), -QDIAG_E_TIMEOUT);
    say_reply_in(m, 0, fake_nv_request(550));
    assert_int_equal(ask_nv(m, 551, &r), 0);
    assert_int_equal(qd_get16(r.p + 1), 551);
    assert_int_equal(qd_diag_stats(m->d).strays, 1);
    assert_int_equal(qd_diag_take_stray(m->d, QD_CMD_NV_READ, &r), 0); /* too long to be kept */
    fake_modem_free(m);
}

/* The late reply to an OPEN holds a handle: it is kept until somebody takes it. */
static void test_late_handle(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    m->next_fd = 7;
    m->f->delay_us = T_US + 3 * DRAIN_US;
    assert_int_equal(fake_ask(m, QD_CMD_EFS_OPEN, fake_efs_open_request("/a"), &r),
                     -QDIAG_E_TIMEOUT);
    assert_int_equal(qd_diag_take_stray(m->d, QD_CMD_EFS_OPEN, &r), 0);
    m->f->delay_us = 0;
    m->f->now_us += T_US;
    assert_int_equal(qd_diag_checkpoint(m->d, NULL), 0);
    assert_int_equal(qd_diag_stats(m->d).strays, 1);
    assert_int_equal(qd_diag_take_stray(m->d, QD_CMD_EFS_OPENDIR, &r), 0);
    assert_int_equal(qd_diag_take_stray(m->d, QD_CMD_EFS_OPEN, &r), 1);
    assert_int_equal(r.len, 12);
    assert_int_equal(r.bad, 0);
    assert_int_equal(qd_get32(r.p + 4), 7);
    assert_int_equal(qd_diag_take_stray(m->d, QD_CMD_EFS_OPEN, &r), 0);
    fake_modem_free(m);
}

static void test_stray_store_is_bounded(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;
    unsigned kept = 0;

    (void)state;
    assert_int_equal(fake_ask(m, QD_CMD_EFS_OPEN, fake_efs_open_request("/a"), &r), 0);
    for (uint8_t i = 0; i < 100; i++) {
        uint8_t rsp[12] = {0x4b, 0x13, 0x02, 0x00, i};

        fake_say_frame(m->f, rsp, sizeof rsp);
    }
    assert_int_equal(ask_nv(m, 550, &r), 0);
    assert_int_equal(qd_diag_stats(m->d).strays, 100);
    while (qd_diag_take_stray(m->d, QD_CMD_EFS_OPEN, &r))
        assert_int_equal(r.p[4], 92 + kept++);
    assert_int_equal(kept, 8);
    fake_modem_free(m);
}

static void test_duplicates(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    m->copies = 3;
    for (unsigned i = 0; i < 50; i++) {
        char path[32];

        assert_int_equal(ask_nv(m, (uint16_t)i, &r), 0);
        assert_int_equal(qd_get16(r.p + 3), i);
        snprintf(path, sizeof path, "/%0*u", (int)(i % 7 + 1), i % 7);
        assert_int_equal(ask_stat(m, path, &r), 0);
        assert_int_equal(qd_get32(r.p + 12), strlen(path));
    }
    assert_int_equal(m->f->sends, 100);
    /* The copies behind the last reply have not been looked at yet. */
    assert_int_equal(qd_diag_stats(m->d).strays, 198);
    fake_modem_free(m);
}

/* A duplicate that comes so late that it is taken for the next STAT: the count moves by the
 * checkpoint, so that the service knows. */
static void test_shifted_sequence(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;
    uint64_t strays;

    (void)state;
    assert_int_equal(qd_diag_checkpoint(m->d, NULL), 0);
    strays = qd_diag_stats(m->d).strays;
    assert_int_equal(ask_stat(m, "/four", &r), 0);
    say_reply_in(m, 500, fake_efs_stat_request("/four"));
    m->f->delay_us = 1000;
    assert_int_equal(ask_stat(m, "/seventh", &r), 0);
    assert_int_equal(qd_get32(r.p + 12), 5); /* the wrong one: nothing in it tells */
    assert_int_equal(qd_diag_checkpoint(m->d, NULL), 0);
    assert_int_equal(qd_diag_stats(m->d).strays, strays + 1);
    fake_modem_free(m);
}

static void test_reordered(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    for (unsigned i = 1; i < 20; i++) {
        struct qd_buf other = fake_nv_request((uint16_t)(i + 1)), payload = {0};

        /* The answer to a later request comes first. */
        fake_modem_reply(m, other.p, other.len, &payload);
        fake_frame(&m->before, payload.p, payload.len);
        qd_buf_free(&payload);
        qd_buf_free(&other);
        assert_int_equal(ask_nv(m, (uint16_t)i, &r), 0);
        assert_int_equal(qd_get16(r.p + 1), i);
        assert_int_equal(qd_get16(r.p + 3), i);
    }
    fake_modem_free(m);
}

/* The first half of a late STAT reply waits, the rest comes after the next STAT was sent: a frame
 * that began before a request cannot be its reply. */
static void test_half_a_late_reply(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_buf old = hex_buf("4b 13 0f 00 00*4 a4 81 00 00 09 00*19"), wire = {0};
    struct qd_reply r;

    (void)state;
    fake_frame(&wire, old.p, old.len);
    fake_say(m->f, wire.p, 10);
    fake_say_in(m->f, 100, wire.p + 10, wire.len - 10);
    m->f->delay_us = 1000;
    assert_int_equal(ask_stat(m, "/four", &r), 0);
    assert_int_equal(qd_get32(r.p + 12), 5);
    assert_int_equal(qd_diag_stats(m->d).strays, 1);
    qd_buf_free(&wire);
    qd_buf_free(&old);
    fake_modem_free(m);
}

static void test_silence_bound(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;
    uint64_t began = m->f->now_us;

    (void)state;
    m->mute = 1000;
    assert_int_equal(ask_nv(m, 1, &r), -QDIAG_E_TIMEOUT);
    assert_int_equal(ask_nv(m, 2, &r), -QDIAG_E_TIMEOUT);
    assert_int_equal(ask_nv(m, 3, &r), -QDIAG_E_LINK_SILENT);
    assert_string_equal(m->e.item, "fake:");
    assert_string_equal(m->e.why, "three requests in a row got no answer");
    assert_int_equal(m->f->now_us - began, 6 * (T_US + DRAIN_US));
    /* Nothing is sent and nothing is waited for any more. */
    began = m->f->now_us;
    assert_int_equal(ask_nv(m, 4, &r), -QDIAG_E_LINK_SILENT);
    assert_int_equal(qd_diag_checkpoint(m->d, &m->e), -QDIAG_E_LINK_SILENT);
    assert_int_equal(m->f->now_us, began);
    assert_int_equal(m->f->sends, 6);
    fake_modem_free(m);
}

static void test_silence_with_checkpoint(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;
    uint64_t began;

    (void)state;
    assert_int_equal(qd_diag_checkpoint(m->d, NULL), 0);
    began = m->f->now_us;
    m->mute = 1000;
    assert_int_equal(ask_stat(m, "/a", &r), -QDIAG_E_TIMEOUT);
    memset(&m->e, 0, sizeof m->e);
    assert_int_equal(qd_diag_checkpoint(m->d, &m->e), -QDIAG_E_LINK_SILENT);
    assert_string_equal(m->e.why, "neither a request nor the check after it got an answer");
    assert_int_equal(m->f->now_us - began, 4 * (T_US + DRAIN_US));
    assert_int_equal(ask_nv(m, 4, &r), -QDIAG_E_LINK_SILENT);
    fake_modem_free(m);
}

/* A unit that skips a request now and then is not silent. */
static void test_lone_timeouts(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        m->mute = 4;
        assert_int_equal(ask_nv(m, 1, &r), -QDIAG_E_TIMEOUT);
        assert_int_equal(ask_nv(m, 2, &r), -QDIAG_E_TIMEOUT);
        assert_int_equal(ask_nv(m, 3, &r), 0);
        m->mute = 2;
        assert_int_equal(ask_nv(m, 1, &r), -QDIAG_E_TIMEOUT);
        assert_int_equal(qd_diag_checkpoint(m->d, NULL), 0);
    }
    fake_modem_free(m);
}

/* A LOOPBACK that is never answered: the NV read stands in for it from then on. */
static int deaf_to_loopback(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    struct fake_modem *m = user;
    struct qd_buf payload = {0};

    m->seen[req[0]]++;
    if (req[0] == 0x7b)
        return 0;
    fake_modem_reply(m, req, n, &payload);
    fake_frame(wire, payload.p, payload.len);
    qd_buf_free(&payload);
    return 0;
}

static void test_deaf_to_loopback(void **state)
{
    struct fake_modem *m = fake_modem_new();

    (void)state;
    m->f->answer = deaf_to_loopback;
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(qd_diag_checkpoint(m->d, NULL), 0);
    assert_int_equal(m->seen[0x7b], 2);
    assert_int_equal(m->seen[0x26], 5);
    fake_modem_free(m);
}

/* An event every millisecond, for ever: the deadline stands. */
static int flood(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    struct fake_modem *m = user;

    (void)req;
    (void)n;
    (void)wire;
    for (unsigned ms = 0; ms < 3000; ms++)
        fake_say_frame_in(m->f, ms * 1000u, "\x60\x00\x00", 3);
    return 0;
}

static void test_flood(void **state)
{
    struct fake_modem *m = fake_modem_new();
    uint64_t began = m->f->now_us;
    struct qd_reply r;

    (void)state;
    m->f->answer = flood;
    assert_int_equal(fake_ask(m, QD_CMD_EFS_OPEN, fake_efs_open_request("/a"), &r),
                     -QDIAG_E_TIMEOUT);
    assert_true(m->f->now_us - began <= T_US + DRAIN_US);
    assert_int_equal(qd_diag_stats(m->d).unsolicited, 1201);
    assert_int_equal(qd_diag_stats(m->d).strays, 0);
    fake_modem_free(m);
}

/* A program that was stopped for a minute finds the reply behind a heap of events. */
static int late_to_look(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    struct fake_modem *m = user;
    struct qd_buf payload = {0};

    for (unsigned i = 0; i < 1000; i++)
        fake_frame(wire, "\x60\x00\x00", 3);
    fake_modem_reply(m, req, n, &payload);
    fake_frame(wire, payload.p, payload.len);
    qd_buf_free(&payload);
    fake_say(m->f, wire->p, wire->len);
    wire->len = 0;
    m->f->now_us += 60 * T_US;
    return 0;
}

static void test_slow_program(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    m->f->answer = late_to_look;
    m->f->chunk = 64;
    assert_int_equal(ask_nv(m, 550, &r), 0);
    assert_int_equal(m->f->sends, 1);
    assert_int_equal(qd_diag_stats(m->d).timeouts, 0);
    fake_modem_free(m);
}

static void test_link_gone(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qd_reply r;

    (void)state;
    m->f->gone = 1;
    assert_int_equal(ask_nv(m, 550, &r), -QDIAG_E_LINK_GONE);
    assert_string_equal(m->e.why, "the fake unit vanished");
    m->f->gone = 0;
    assert_int_equal(ask_nv(m, 550, &r), -QDIAG_E_LINK_GONE);
    assert_int_equal(m->f->sends, 0);
    fake_modem_free(m);
}

static void test_link_stuck(void **state)
{
    struct fake_modem *m = fake_modem_new();
    uint64_t began = m->f->now_us;
    struct qd_reply r;

    (void)state;
    m->f->stuck = 1;
    assert_int_equal(ask_nv(m, 550, &r), -QDIAG_E_TIMEOUT);
    assert_int_equal(ask_nv(m, 550, &r), -QDIAG_E_TIMEOUT);
    assert_int_equal(ask_nv(m, 550, &r), -QDIAG_E_LINK_SILENT);
    assert_int_equal(m->f->now_us - began, 6 * (T_US + DRAIN_US));
    fake_modem_free(m);
}

/* A stop while the unit is silent: no second request, and no waiting for a long time-out. A request
 * that may have changed something is waited for all the same. */
static void test_cancel(void **state)
{
    struct fake_modem *m = fake_modem_new();
    struct qdiag_cancel *c = qdiag_cancel_new();
    struct qd_reply r;
    uint64_t began = m->f->now_us;

    (void)state;
    assert_non_null(c);
    qdiag_context_set_cancel(m->f->ctx, c);
    qdiag_context_set_timeout(m->f->ctx, 600000);
    qdiag_cancel_request(c);
    m->mute = 10;
    assert_int_equal(ask_nv(m, 550, &r), -QDIAG_E_CANCELLED);
    assert_int_equal(m->f->sends, 1);
    assert_int_equal(m->f->now_us - began, 1000000 + DRAIN_US);
    began = m->f->now_us;
    assert_int_equal(fake_ask(m, QD_CMD_EFS_OPEN, fake_efs_open_request("/a"), &r),
                     -QDIAG_E_TIMEOUT);
    assert_int_equal(m->f->now_us - began, 600 * (uint64_t)1000000 + DRAIN_US);
    qdiag_context_set_cancel(m->f->ctx, NULL);
    qdiag_cancel_free(&c);
    fake_modem_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repeat_once),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_open_is_not_repeated),
        cmocka_unit_test(test_reply_in_drain),
        cmocka_unit_test(test_late_reply_to_repeat),
        cmocka_unit_test(test_late_reply),
        cmocka_unit_test(test_late_handle),
        cmocka_unit_test(test_stray_store_is_bounded),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_shifted_sequence),
        cmocka_unit_test(test_reordered),
        cmocka_unit_test(test_half_a_late_reply),
        cmocka_unit_test(test_silence_bound),
        cmocka_unit_test(test_silence_with_checkpoint),
        cmocka_unit_test(test_lone_timeouts),
        cmocka_unit_test(test_deaf_to_loopback),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_slow_program),
        cmocka_unit_test(test_link_gone),
        cmocka_unit_test(test_link_stuck),
        cmocka_unit_test(test_cancel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
