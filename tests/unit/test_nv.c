/* SPDX-License-Identifier: BSD-3-Clause
 *
 * NV reads: exact request bytes, and what every possible answer is taken for. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/cancel.h"
#include "fake_link.h"
#include "service/nv.h"
#include "service/nv_codec.h"
#include "vector.h"

/* What the modem says to NV requests. */
static struct {
    int bad;      /* error byte, 0 = none */
    int status;   /* -1 = silence */
    int busy;     /* this many "busy" first */
    size_t cut;   /* reply shortened by so many bytes */
    int wrong_id; /* adds this to the id in the reply */
    uint8_t data[128];
    unsigned reads;
    struct vec last;
} modem;

static void answer_nv(const uint8_t *req, size_t n, struct qd_buf *wire)
{
    uint8_t p[138] = {0};
    size_t head = req[0] == 0x26 ? 3 : 8, at = req[0] == 0x26 ? 1 : 4;
    modem.reads++;
    modem.last.n = n;
    memcpy(modem.last.p, req, n);
    if (modem.bad) {
        fake_refuse(wire, (uint8_t)modem.bad, req, n, 0);
        return;
    }
    if (modem.status < 0)
        return;
    memcpy(p, req, head);
    qd_put16(p + at, (uint16_t)(qd_get16(p + at) + modem.wrong_id));
    memcpy(p + head, modem.data, 128);
    qd_put16(p + head + 128, (uint16_t)(modem.busy > 0 ? 1 : modem.status));
    modem.busy -= modem.busy > 0;
    fake_frame(wire, p, head + 130 - modem.cut);
}

static int answer(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    static const uint8_t verno[55] = {0, 'J'};
    (void)user;
    if (req[0] == 0x00)
        fake_frame(wire, verno, sizeof verno);
    else if (req[0] == 0x7B)
        fake_frame(wire, req, n);
    else if (req[0] == 0x26 || (req[0] == 0x4B && req[1] == 0x30))
        answer_nv(req, n, wire);
    else
        fake_refuse(wire, 0x13, req, n, 0);
    return 0;
}

static struct fake_link *link_;
static struct qd_diag *diag;

static int setup(void **state)
{
    struct qdiag_error e = {0};
    (void)state;
    memset(&modem, 0, sizeof modem);
    link_ = fake_link_new(answer, NULL);
    struct qd_link *l = fake_link_link(link_);
    return qd_diag_open(&diag, &l, &e);
}

static int teardown(void **state)
{
    (void)state;
    qd_diag_close(&diag);
    fake_link_free(&link_);
    return 0;
}

static struct qd_nv_answer read_nv(unsigned sub, uint16_t id)
{
    struct qd_nv_answer a;
    struct qdiag_error e = {0};
    assert_int_equal(qd_nv_read(diag, sub, id, 0, &a, &e), 0);
    assert_int_equal(e.code, 0);
    return a;
}

static void request_bytes(void **state)
{
    uint8_t p[QD_NV_INDEXED_SIZE];
    (void)state;
    assert_payload(p, qd_nv_put_read(p, 550, 0), "26 26 02 00*130 3e 2b 7e");
    assert_payload(p, qd_nv_put_read_indexed(p, 0, 550, 0), "4b 30 01 00 26 02 00*132 69 58 7e");
    assert_int_equal(qd_nv_put_read(p, 0x1234, 7), 133);
    assert_memory_equal(p, "\x26\x34\x12\x07\x00", 5);
    assert_int_equal(qd_nv_put_read_indexed(p, 2, 0x1234, 9), 138);
    assert_memory_equal(p, "\x4b\x30\x01\x00\x34\x12\x02\x00\x09\x00", 10);
}

static void reply_vectors(void **state)
{
    static const uint8_t digits[9] = {8, 0x1a, 0x32, 0x54, 0x76, 0x98, 0x10, 0x32, 0x54};
    struct qd_nv_reply r;
    (void)state;
    struct vec v = wire_vec("26 26 02 00*128 05 00 86 55 7e");
    assert_int_equal(qd_nv_get_reply(v.p, v.n, &r, NULL), 0);
    assert_int_equal(r.id, 550);
    assert_int_equal(r.status, 5);
    assert_int_equal(qd_nv_get_reply(v.p, v.n - 1, &r, NULL), -QDIAG_E_PROTOCOL);
    v = wire_vec("26 26 02 08 1a 32 54 76 98 10 32 54 00*119 00 00 7f 9e 7e");
    assert_int_equal(qd_nv_get_reply(v.p, v.n, &r, NULL), 0);
    assert_int_equal(r.status, 0);
    assert_memory_equal(r.data, digits, 9);
    v = wire_vec("4b 30 01 00 26 02 01 00 08 1a 32 54 76 98 10 32 54 00*119 00 00 09 73 7e");
    assert_int_equal(qd_nv_get_reply_indexed(v.p, v.n, &r, NULL), 0);
    assert_int_equal(r.id, 550);
    assert_int_equal(r.sub, 1);
    assert_memory_equal(r.data, digits, 9);
    assert_int_equal(qd_nv_get_reply_indexed(v.p, v.n - 1, &r, NULL), -QDIAG_E_PROTOCOL);
    assert_int_equal(qd_nv_get_reply(v.p, v.n, &r, NULL), -QDIAG_E_PROTOCOL);
    v = wire_vec("26 3b 02 00*128 08 00 bc 68 7e");
    assert_int_equal(qd_nv_get_reply(v.p, v.n, &r, NULL), 0);
    assert_int_equal(r.id, 571);
    assert_int_equal(r.status, 8);
}

static void present(void **state)
{
    (void)state;
    for (int i = 0; i < 128; i++)
        modem.data[i] = (uint8_t)(i ^ 0x7e);
    struct qd_nv_answer a = read_nv(0, 571);
    assert_int_equal(a.state, QD_NV_PRESENT);
    assert_int_equal(a.status, 0);
    assert_memory_equal(a.data, modem.data, 128);
    assert_int_equal(modem.last.n, 133);
    a = read_nv(2, 65535);
    assert_int_equal(a.state, QD_NV_PRESENT);
    assert_memory_equal(a.data, modem.data, 128);
    assert_int_equal(modem.last.n, 138);
    assert_memory_equal(modem.last.p, "\x4b\x30\x01\x00\xff\xff\x02\x00\x00", 9);
}

static void every_status(void **state)
{
    static const struct {
        int status;
        enum qd_nv_state want;
        const char *reason;
    } t[] = {
        {2, QD_NV_UNREADABLE, "NV status 2 (bad command)"},
        {3, QD_NV_UNREADABLE, "NV status 3 (memory full)"},
        {4, QD_NV_UNREADABLE, "NV status 4 (failed)"},
        {5, QD_NV_ABSENT, "NV status 5 (not active)"},
        {6, QD_NV_ABSENT, "NV status 6 (bad parameter)"},
        {7, QD_NV_UNREADABLE, "NV status 7 (read only)"},
        {8, QD_NV_ABSENT, "NV status 8 (not defined)"},
        {9, QD_NV_UNREADABLE, "NV status 9 (no memory)"},
        {10, QD_NV_UNREADABLE, "NV status 10 (internal error)"},
        {11, QD_NV_UNREADABLE, "NV status 11 (unknown status)"},
        {0x100, QD_NV_UNREADABLE, "NV status 256 (unknown status)"},
    };
    (void)state;
    memset(modem.data, 0x55, sizeof modem.data); /* stale bytes must not be passed on */
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        for (unsigned sub = 0; sub < 2; sub++) {
            modem.status = t[i].status;
            struct qd_nv_answer a = read_nv(sub, 550);
            assert_int_equal(a.state, t[i].want);
            assert_int_equal(a.status, t[i].status);
            assert_int_equal(a.bad, 0);
            assert_int_equal(a.data[0], 0);
            assert_string_equal(a.reason, t[i].reason);
        }
    }
}

static void every_error_frame(void **state)
{
    static const struct {
        uint8_t bad;
        enum qd_nv_state want;
    } t[] = {
        {0x13, QD_NV_ABSENT},     {0x14, QD_NV_ABSENT},     {0x15, QD_NV_UNREADABLE},
        {0x16, QD_NV_UNREADABLE}, {0x17, QD_NV_UNREADABLE}, {0x18, QD_NV_UNREADABLE},
        {0x42, QD_NV_PROTECTED},  {0x47, QD_NV_PROTECTED},  {0x95, QD_NV_UNREADABLE},
        {0x96, QD_NV_UNREADABLE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        for (unsigned sub = 0; sub < 3; sub++) {
            modem.bad = t[i].bad;
            modem.reads = 0;
            struct qd_nv_answer a = read_nv(sub, 550);
            assert_int_equal(a.state, t[i].want);
            assert_int_equal(a.status, -1);
            assert_int_equal(a.bad, t[i].bad);
            assert_int_equal(modem.reads, 1); /* an error frame is an answer: no second try */
        }
    }
    modem.bad = 0x18;
    assert_string_equal(read_nv(0, 1).reason, "error 0x18 (BAD_MODE)");
}

static void busy_twice_then_ok(void **state)
{
    (void)state;
    modem.busy = 2;
    modem.data[0] = 8;
    struct qd_nv_answer a = read_nv(0, 550);
    assert_int_equal(a.state, QD_NV_PRESENT);
    assert_int_equal(a.data[0], 8);
    assert_int_equal(modem.reads, 3);
}

static void busy_for_ever(void **state)
{
    (void)state;
    modem.busy = 1000000;
    struct qd_nv_answer a = read_nv(0, 550);
    assert_int_equal(a.state, QD_NV_UNREADABLE);
    assert_int_equal(a.status, 1);
    assert_string_equal(a.reason, "busy for 1.0 s");
    assert_in_range(modem.reads, 3, 20); /* the pauses grow: not hundreds of requests */
}

static void busy_and_cancelled(void **state)
{
    struct qd_nv_answer a;
    struct qdiag_error e = {0};
    (void)state;
    struct qdiag_cancel *c = qdiag_cancel_new();
    assert_non_null(c);
    qdiag_cancel_request(c);
    link_->ctx->cancel = c;
    modem.busy = 1000000;
    assert_int_equal(qd_nv_read(diag, 0, 550, 0, &a, &e), -QDIAG_E_CANCELLED);
    assert_int_equal(e.code, QDIAG_E_CANCELLED);
    assert_int_equal(modem.reads, 1);
    link_->ctx->cancel = NULL;
    qdiag_cancel_free(&c);
}

static void silence_of_one_item(void **state)
{
    (void)state;
    modem.status = -1;
    struct qd_nv_answer a = read_nv(0, 550);
    assert_int_equal(a.state, QD_NV_UNREADABLE);
    assert_int_equal(a.status, -1);
    assert_string_equal(a.reason, "no answer in 1.0 s");
    modem.status = 0;
    assert_int_equal(read_nv(0, 551).state, QD_NV_PRESENT);
}

static void silent_for_good(void **state)
{
    struct qd_nv_answer a;
    struct qdiag_error e = {0};
    int rc = 0;
    (void)state;
    modem.status = -1;
    for (uint16_t id = 0; rc == 0 && id < 10; id++)
        rc = qd_nv_read(diag, 0, id, 0, &a, &e);
    assert_int_equal(rc, -QDIAG_E_LINK_SILENT);
    assert_int_equal(e.code, QDIAG_E_LINK_SILENT);
}

static void gone(void **state)
{
    struct qd_nv_answer a;
    struct qdiag_error e = {0};
    (void)state;
    link_->gone = 1;
    assert_int_equal(qd_nv_read(diag, 1, 550, 0, &a, &e), -QDIAG_E_LINK_GONE);
    assert_int_equal(e.code, QDIAG_E_LINK_GONE);
}

static void cut_reply(void **state)
{
    (void)state;
    modem.cut = 1;
    struct qd_nv_answer a = read_nv(0, 550);
    assert_int_equal(a.state, QD_NV_UNREADABLE);
    assert_int_equal(a.status, -1);
    assert_true(a.reason[0] != '\0');
}

static void another_items_reply(void **state)
{
    (void)state;
    modem.wrong_id = 1;
    modem.data[0] = 0x66;
    struct qd_nv_answer a = read_nv(0, 550);
    assert_int_equal(a.state, QD_NV_UNREADABLE);
    assert_int_equal(a.data[0], 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_bytes),
        cmocka_unit_test(reply_vectors),
        T(present),
        T(every_status),
        T(every_error_frame),
        T(busy_twice_then_ok),
        T(busy_for_ever),
        T(busy_and_cancelled),
        T(silence_of_one_item),
        T(silent_for_good),
        T(gone),
        T(cut_reply),
        T(another_items_reply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
