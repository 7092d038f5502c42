/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The faults on requests and replies, the link faults, and bad --fault texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim_fault_rig.h"

static enum sim_todo ask(struct rig *t, const char *req)
{
    struct qd_buf b = hex_buf(req);
    enum sim_todo todo;

    t->r.len = 0;
    todo = sim_faults_request(t->f, b.p, b.len, &t->r);
    qd_buf_free(&b);
    return todo;
}

/* The request as a fault leaves it for the modem. */
static void assert_request(struct rig *t, const char *req, const char *becomes)
{
    struct qd_buf b = hex_buf(req), want = hex_buf(becomes);

    assert_int_equal(sim_faults_request(t->f, b.p, b.len, &t->r), SIM_ASK_MODEM);
    assert_memory_equal(b.p, want.p, want.len);
    qd_buf_free(&b);
    qd_buf_free(&want);
}

static void assert_reply(const struct rig *t, const char *hex)
{
    struct qd_buf want = hex_buf(hex);

    assert_int_equal(t->r.len, want.len);
    assert_memory_equal(t->r.p, want.p, want.len);
    qd_buf_free(&want);
}

static void assert_answer(struct rig *t, const char *req, const char *reply)
{
    assert_int_equal(ask(t, req), SIM_ANSWERED);
    assert_reply(t, reply);
}

/* The modem's reply to a request, as the faults let it through. */
static void reply_to(struct rig *t, const char *req, const char *reply)
{
    struct qd_buf q = hex_buf(req), r = hex_buf(reply);

    memcpy(t->r.p, r.p, r.len);
    t->r.len = r.len;
    sim_faults_reply(t->f, q.p, q.len, &t->r);
    qd_buf_free(&q);
    qd_buf_free(&r);
}

#define READ0   "4b 13 04 00 00000000 00040000 00000000"
#define READ1K  "4b 13 04 00 00000000 00040000 00040000"
#define READ2K  "4b 13 04 00 00000000 00040000 00080000"
#define OPENREQ "4b 13 02 00 00000000 00000000 2f6e762f6100" /* /nv/a */
#define OPENED  "4b 13 02 00 00000000 00000000"

static void test_readerr(void **state)
{
    struct rig *t = rig_new("readerr=nv/a:2:5");

    (void)state;
    assert_int_equal(ask(t, OPENREQ), SIM_ASK_MODEM);
    reply_to(t, OPENREQ, OPENED);
    assert_int_equal(ask(t, READ0), SIM_ASK_MODEM);
    assert_answer(t, READ1K, "4b 13 04 00 00000000 00040000 ffffffff 05000000");
    assert_answer(t, READ1K, "4b 13 04 00 00000000 00040000 ffffffff 05000000"); /* again */
    assert_int_equal(ask(t, READ2K), SIM_ASK_MODEM);
    assert_int_equal(ask(t, READ0), SIM_ASK_MODEM);
    /* the same handle of the other tree is another file */
    assert_int_equal(ask(t, "4b 3e 04 00 00000000 00040000 00040000"), SIM_ASK_MODEM);
    sim_faults_reset(t->f);
    assert_int_equal(ask(t, READ1K), SIM_ASK_MODEM);
    rig_free(t);
}

static void test_efs_failures(void **state)
{
    struct rig *t = rig_new("openfail=/nv:13,opendirfail=/nv:0x40000001,readdirerr=2:5");

    (void)state;
    assert_answer(t, OPENREQ, "4b 13 02 00 ffffffff 0d000000");
    assert_int_equal(ask(t, "4b 13 02 00 00000000 00000000 2f6100"), SIM_ASK_MODEM);
    assert_answer(t, "4b 3e 0b 00 2f6e7600", "4b 3e 0b 00 00000000 01000040");
    assert_int_equal(ask(t, "4b 13 0b 00 2f6e762f6100"), SIM_ASK_MODEM);
    assert_answer(t, "4b 13 0c 00 01000000 02000000",
                  "4b 13 0c 00 01000000 02000000 05000000 00*25");
    assert_int_equal(ask(t, "4b 13 0c 00 01000000 01000000"), SIM_ASK_MODEM);
    rig_free(t);
}

static void test_changed_requests(void **state)
{
    struct rig *t = rig_new("shortread=10,ctxignored");

    (void)state;
    assert_request(t, READ0, "4b 13 04 00 00000000 0a000000 00000000");
    assert_string_equal(sim_faults_fired(t->f), "shortread");
    assert_request(t, "4b 13 04 00 00000000 09000000 00000000",
                   "4b 13 04 00 00000000 09000000 00000000");
    assert_request(t, "4b 30 01 00 2602 0100 00*130", "4b 30 01 00 2602 0000 00*130");
    reply_to(t, "4b 30 01 00 2602 0100 00*130", "4b 30 01 00 2602 0000 08*130");
    assert_reply(t, "4b 30 01 00 2602 0100 08*130");
    /* an error echoes what the client sent */
    assert_request(t, "4b 30 01 00 2602 0100 00*130", "4b 30 01 00 2602 0000 00*130");
    reply_to(t, "4b 30 01 00 2602 0100 00*130", "13 4b 30 01 00 2602 0000 00*130");
    assert_reply(t, "13 4b 30 01 00 2602 0100 00*130");
    rig_free(t);
    t = rig_new("shortread");
    assert_request(t, READ0, "4b 13 04 00 00000000 64000000 00000000");
    rig_free(t);
}

#define DATA8 "0102030405060708"
static void test_counts_that_lie(void **state)
{
    static const struct {
        const char *fault, *reply;
    } rows[] = {
        {"count=over", "4b 13 04 00 00000000 00000000 08000000 00000000 01020304"},
        {"count=neg", "4b 13 04 00 00000000 00000000 ffffffff 00000000"},
        {"count=huge", "4b 13 04 00 00000000 00000000 ffffff7f 00000000 01020304"},
        {"count=morethanasked",
         "4b 13 04 00 00000000 00000000 10040000 00000000 " DATA8 " 00*1032"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *t = rig_new(rows[i].fault);

        assert_int_equal(ask(t, READ0), SIM_ASK_MODEM);
        reply_to(t, READ0, "4b 13 04 00 00000000 00000000 08000000 00000000 " DATA8);
        assert_reply(t, rows[i].reply);
        assert_string_equal(sim_faults_fired(t->f), "count");
        /* the end of the file and errors stay as they are */
        reply_to(t, READ0, "4b 13 04 00 00000000 00000000 00000000 00000000");
        assert_reply(t, "4b 13 04 00 00000000 00000000 00000000 00000000");
        assert_string_equal(sim_faults_fired(t->f), "");
        rig_free(t);
    }
}

static void test_wrap98(void **state)
{
    struct rig *t = rig_new("wrap98");

    (void)state;
    reply_to(t, "0c", "13 0c");
    assert_reply(t, "98 01 0000 01000000 13 0c");
    rig_free(t);
}

static void test_errcode(void **state)
{
    struct rig *t =
        rig_new("errcode=read:42:16,errcode=nv:47:4,errcode=stat:18,errcode=verno:13:full");

    (void)state;
    assert_answer(t, READ0 "ffff", "42" READ0);
    assert_answer(t, "26 2602 00*130", "47 26 26 02 00");
    assert_answer(t, "4b 3e 0f 00 2f6100", "18 4b 3e 0f 00 2f6100");
    assert_answer(t, "00", "13 00");
    assert_int_equal(ask(t, "4b 13 10 00 2f6100"), SIM_ASK_MODEM);
    assert_string_equal(sim_faults_fired(t->f), "errcode errcode errcode errcode");
    rig_free(t);
}

/* Every request a backup sends, refused with every error code, whole and cut. */
static void test_errcode_matrix(void **state)
{
    static const struct {
        const char *name, *req;
    } ops[] = {
        {"nv", "26 2602 00*130"},
        {"nvidx", "4b 30 01 00 2602 0100 00*130"},
        {"hello", "4b 13 00 00 00*40"},
        {"query", "4b 13 01 00"},
        {"open", OPENREQ},
        {"read", READ0},
        {"close", "4b 13 03 00 00000000"},
        {"opendir", "4b 13 0b 00 2f00"},
        {"readdir", "4b 13 0c 00 01000000 01000000"},
        {"closedir", "4b 13 0d 00 01000000"},
        {"stat", "4b 3e 0f 00 2f00"},
        {"lstat", "4b 13 10 00 2f00"},
        {"readlink", "4b 13 07 00 2f6100"},
        {"verno", "00"},
        {"build", "7c"},
        {"esn", "01"},
        {"feature", "51"},
        {"loopback", "7b 01 02"},
    };
    static const char *const codes[] = {"13", "14", "15", "16", "17", "18", "42", "47", "95", "96"};
    static const char *const cuts[] = {"", ":full", ":16", ":4"};

    (void)state;
    for (size_t i = 0; i < sizeof ops / sizeof ops[0] * 40; i++) {
        const char *req = ops[i / 40].req, *code = codes[i / 4 % 10];
        size_t most = i % 4 == 2 ? 16 : i % 4 == 3 ? 4 : SIZE_MAX;
        struct qd_buf b = hex_buf(req), want = hex_buf(code);
        char fault[64];
        struct rig *t;

        snprintf(fault, sizeof fault, "errcode=%s:%s%s", ops[i / 40].name, code, cuts[i % 4]);
        t = rig_new(fault);
        assert_int_equal(qd_buf_add(&want, b.p, b.len < most ? b.len : most), 0);
        assert_int_equal(ask(t, req), SIM_ANSWERED);
        assert_int_equal(t->r.len, want.len);
        assert_memory_equal(t->r.p, want.p, want.len);
        qd_buf_free(&b);
        qd_buf_free(&want);
        rig_free(t);
    }
}

static void test_refusals(void **state)
{
    struct rig *t = rig_new("noloop,nolstat,modemdown=3");

    (void)state;
    assert_answer(t, "7b 0102", "13 7b 0102");
    assert_answer(t, "4b 13 10 00 2f00", "13 4b 13 10 00 2f00");
    assert_answer(t, "00", "00*55");
    assert_answer(t, "7c", "7c 00*13");
    assert_answer(t, "00", "00*55");
    assert_int_equal(ask(t, "00"), SIM_ASK_MODEM);
    assert_int_equal(ask(t, "7c"), SIM_ASK_MODEM);
    rig_free(t);
}

static void test_nv_states(void **state)
{
    struct rig *t = rig_new("busy=550:2,badstatus=10:6");

    (void)state;
    assert_answer(t, "26 2602 ff*130", "26 2602 00*128 0100");
    assert_int_equal(ask(t, "26 2702 00*130"), SIM_ASK_MODEM);
    assert_answer(t, "4b 30 01 00 2602 0100 00*130", "4b 30 01 00 2602 0100 00*128 0100");
    assert_int_equal(ask(t, "26 2602 00*130"), SIM_ASK_MODEM);
    assert_answer(t, "26 0a00 00*130", "26 0a00 00*128 0600");
    assert_answer(t, "27 0a00 00*130", "27 0a00 00*128 0600");
    rig_free(t);
    t = rig_new("busy=550:-1");
    for (int i = 0; i < 50; i++)
        assert_int_equal(ask(t, "26 2602 00*130"), SIM_ANSWERED);
    rig_free(t);
}

static void test_link_faults(void **state)
{
    struct rig *t = rig_new("vanish=2");

    (void)state;
    assert_int_equal(ask(t, "00"), SIM_ASK_MODEM);
    assert_int_equal(ask(t, "00"), SIM_ASK_MODEM);
    assert_int_equal(ask(t, "00"), SIM_VANISH);
    assert_string_equal(sim_faults_fired(t->f), "vanish");
    rig_free(t);
    t = rig_new("silent=0");
    assert_int_equal(ask(t, "00"), SIM_SILENT);
    assert_int_equal(ask(t, "00"), SIM_SILENT);
    rig_free(t);
    t = rig_new("restart=1");
    assert_int_equal(ask(t, "00"), SIM_ASK_MODEM);
    assert_int_equal(ask(t, "00"), SIM_RESTART);
    assert_int_equal(ask(t, "00"), SIM_ASK_MODEM); /* once */
    rig_free(t);
    t = rig_new("kernel");
    assert_int_equal(sim_faults_profile(t->f), SIM_LINK_KERNEL);
    rig_free(t);
    t = rig_new("drop=1,router");
    assert_int_equal(sim_faults_profile(t->f), SIM_LINK_ROUTER);
    rig_free(t);
}

static void test_bad_texts(void **state)
{
    static const char *const unknown[] = {"nope", "", "drop=1,,late=1:1", "Drop=1", "drop =1"};
    static const char *const bad[] = {
        "drop",
        "drop=",
        "drop=0",
        "drop=-1",
        "drop=1:2",
        "drop=1x",
        "late=1",
        "late=0:5",
        "errcode=nv",
        "errcode=nv:12",
        "errcode=xx:13",
        "errcode=nv:97",
        "errcode=nv:13:8",
        "count=some",
        "count=",
        "event=beforeafter",
        "wrap98=1",
        "busy=550",
        "busy=550:-2",
        "readerr=a:1",
        "readerr=:1:5",
        "readerr=a:0:5",
        "readerr=a:1:0",
        "openfail=a:0x",
        "flood=1000001",
        "splitat=",
        "shortread=0",
    };
    struct sim_faults *f = sim_faults_new(0);
    char err[1024];

    (void)state;
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        assert_int_equal(sim_faults_add(f, unknown[i], err, sizeof err), -1);
        assert_non_null(strstr(err, "unknown \""));
        assert_non_null(strstr(err, "readdirerr")); /* it lists the names */
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (sim_faults_add(f, bad[i], err, sizeof err) != -1)
            fail_msg("taken: %s", bad[i]);
        assert_non_null(strstr(err, "bad arguments for "));
    }
    sim_faults_free(&f);
}

static void test_help(void **state)
{
    struct qd_buf b = {0};

    (void)state;
    assert_int_equal(sim_faults_help(&b), 0);
    assert_non_null(strstr((char *)b.p, "\nerrcode=CMD:CODE[:full|16|4]\n      every CMD"));
    qd_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readerr),          cmocka_unit_test(test_efs_failures),
        cmocka_unit_test(test_changed_requests), cmocka_unit_test(test_counts_that_lie),
        cmocka_unit_test(test_wrap98),           cmocka_unit_test(test_errcode),
        cmocka_unit_test(test_errcode_matrix),   cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_nv_states),        cmocka_unit_test(test_link_faults),
        cmocka_unit_test(test_bad_texts),        cmocka_unit_test(test_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
