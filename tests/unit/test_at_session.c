/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The AT session against a scripted unit: echo, result forms, unsolicited lines, resets in the
 * middle of a command, late results, data mode, and what is given back at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "at/session.h"
#include "base/cancel.h"
#include "fake_at.h"

#define OK           "\r\nOK\r\n"
#define STEPS(table) table, sizeof table / sizeof table[0]

static struct qd_at *open_at(struct fake_at *f)
{
    struct qd_link *link = fake_at_link(f);
    struct qdiag_error e = {0};
    struct qd_at *at = NULL;

    if (qd_at_open(&at, &link, &e) != 0)
        fail_msg("%s: %s", e.what, e.why);
    assert_null(link);
    return at;
}

static void end(struct fake_at *f, struct qd_at **at)
{
    qd_at_close(at);
    assert_null(*at);
    assert_int_equal(f->link->closed, 1);
    fake_at_end(f);
}

static void test_plain(void **state)
{
    static const struct fake_at_step s[] = {FAKE_AT_OPEN("BG95-S5"),
                                            {"AT+CGSN", "\r\n001001000000015\r\n\r\nOK\r\n", 0}};
    static const struct qd_at_command c = {"AT+CGSN", NULL, 0, 0};
    struct qd_at_reply r;
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    fake_at_start(&f, STEPS(s));
    at = open_at(&f);
    assert_string_equal(qd_at_model(at), "BG95-S5");
    assert_int_equal(qd_at_ask(at, &c, NULL, &r, NULL), 0);
    assert_int_equal(r.final.result, QD_AT_OK);
    assert_int_equal(r.lines, 1);
    assert_string_equal(r.line[0], "001001000000015");
    end(&f, &at);
}

/* Echo on, numeric results, CMEE 2: all of it is set for the session and given back. */
static void test_settings_are_given_back(void **state)
{
    static const struct fake_at_step s[] = {
        {"AT", "AT\r0\r", 0},
        {"AT+CMEE?", "AT+CMEE?\r+CMEE: 2\r\n0\r", 0},
        {"ATE0V1", "ATE0V1\r\r\nOK\r\n", 0},
        {"AT+CMEE=1", OK, 0},
        {"AT+CGMM", "\r\nBG96\r\n\r\nOK\r\n", 0},
        {"AT+CMEE=2", OK, 0},
        {"ATE1V0", "0\r", 0},
    };
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    fake_at_start(&f, STEPS(s));
    at = open_at(&f);
    end(&f, &at);
}

/* A half line of a dead client, and stale bytes: the first AT makes an error, the second is fine.
 */
static void test_stale_bytes_at_open(void **state)
{
    static const struct fake_at_step s[] = {
        {"AT", "\r\nERROR\r\n", 0},
        FAKE_AT_OPEN("BG96"),
    };
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    fake_at_start(&f, STEPS(s));
    fake_say(f.link, "\0\0OK\r\n+QIND: \"x\"\r\nERR", 21);
    at = open_at(&f);
    end(&f, &at);
}

static void test_unsolicited_lines_are_no_answer(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("BG96"),
        {"AT+QPRTPARA=4",
         "\r\n+QIND: \"csq\",20\r\nAT+QPRTPARA=4\r\r\n+QPRTPARA: 1,2\r\n\r\n+CREG: "
         "1\r\nwhatever\r\n"
         "\r\nOK\r\n\r\n+QIND: SMS DONE\r\n",
         0},
        {"AT+CGSN", "+QURC: 1\r\n1\r\nOK\r\n", 0},
    };
    static const struct qd_at_command c = {"AT+QPRTPARA=4", "+QPRTPARA", 0, 0},
                                      sn = {"AT+CGSN", NULL, 0, 0};
    struct qd_at_reply r;
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    for (size_t chunk = 0; chunk < 12; chunk++) {
        fake_at_start(&f, STEPS(s));
        f.link->chunk = chunk;
        at = open_at(&f);
        assert_int_equal(qd_at_ask(at, &c, NULL, &r, NULL), 0);
        assert_int_equal(r.lines, 1);
        assert_string_equal(r.line[0], "+QPRTPARA: 1,2");
        assert_int_equal(qd_at_ask(at, &sn, NULL, &r, NULL), 0);
        assert_int_equal(r.lines, 1);
        assert_string_equal(r.line[0], "1");
        assert_int_equal(qd_at_stats(at).urcs, 4);
        assert_int_equal(qd_at_stats(at).unknown, 1);
        end(&f, &at);
    }
}

/* What units were seen to send, echo and all; whole, and in pieces of every small size. */
static void test_wire_bytes(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("BG96"),
        {"AT+QGMR", "AT+QGMR\r\r\nBG96MAR02A07M1G_01.007.01.007\r\n\r\nOK\r\n", 0},
        {"AT+CGMR", "AT+CGMR\r\r\nBG770AGLAAR01A05\r\n\r\nOK\r\n", 0},
        {"AT+CGMR", "AT+CGMR\r\r\nBG770AGLAAR01A05\r\nOK\r\n", 0},
        {"AT+QGMR",
         "\r\n+QGPSURC: "
         "\"xtradataexpire\",0,\"x\"\r\nAT+QGMR\r\r\nBG96MAR02A07M1G_01.007.01.007\r\n"
         "\r\nOK\r\n",
         0},
        {"AT+CSQ?", "AT+CSQ?\r\r\n+CME ERROR: 3\r\n", 0},
    };
    static const struct {
        struct qd_at_command c;
        const char *line;
    } v[] = {
        {{"AT+QGMR", NULL, 0, 0}, "BG96MAR02A07M1G_01.007.01.007"},
        {{"AT+CGMR", NULL, 0, 0}, "BG770AGLAAR01A05"},
        {{"AT+CGMR", NULL, 0, 0}, "BG770AGLAAR01A05"},
        {{"AT+QGMR", NULL, 0, 0}, "BG96MAR02A07M1G_01.007.01.007"},
        {{"AT+CSQ?", "+CSQ", 0, 0}, NULL},
    };
    (void)state;
    for (size_t chunk = 0; chunk < 9; chunk++) {
        struct qd_at_reply r;
        struct fake_at f;
        struct qd_at *at;

        fake_at_start(&f, STEPS(s));
        f.link->chunk = chunk;
        at = open_at(&f);
        for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
            assert_int_equal(qd_at_ask(at, &v[i].c, NULL, &r, NULL), 0);
            assert_int_equal(r.lines, v[i].line ? 1 : 0);
            if (v[i].line)
                assert_string_equal(r.line[0], v[i].line);
            assert_int_equal(r.final.result, v[i].line ? QD_AT_OK : QD_AT_CME);
        }
        assert_int_equal(r.final.number, 3);
        assert_int_equal(qd_at_stats(at).urcs, 1);
        end(&f, &at);
    }
}

static void test_errors(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("BG96"),
        {"AT+A", "\r\n+CME ERROR: 405\r\n", 0},
        {"AT+A", "\r\nERROR\r\n", 0},
        {"AT+A", "\r\n+CME ERROR: memory failure\r\n", 0},
    };
    static const struct qd_at_command c = {"AT+A", "+A", 0, 0};
    struct qdiag_error e = {0};
    struct qd_at_reply r;
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    fake_at_start(&f, STEPS(s));
    at = open_at(&f);
    assert_int_equal(qd_at_need(at, &c, NULL, &r, &e), -QDIAG_E_REFUSED);
    assert_int_equal(e.wire, 405);
    assert_string_equal(e.why, "the unit answers +CME ERROR: 405, file not found");
    memset(&e, 0, sizeof e);
    assert_int_equal(qd_at_need(at, &c, NULL, &r, &e), -QDIAG_E_REFUSED);
    assert_string_equal(e.why, "the unit answers ERROR");
    memset(&e, 0, sizeof e);
    assert_int_equal(qd_at_need(at, &c, NULL, &r, &e), -QDIAG_E_REFUSED);
    assert_non_null(strstr(e.why, "memory failure"));
    end(&f, &at);
}

static void test_blocked_commands_send_nothing(void **state)
{
    static const struct fake_at_step s[] = {FAKE_AT_OPEN("BG96")};
    static const struct qd_at_command c = {"AT+CSQ;+egmr = 1,7,\"001001000000015\"", NULL, 0, 1};
    struct qdiag_error e = {0};
    struct qd_at_reply r;
    struct fake_at f;
    struct qd_at *at;
    unsigned sends;

    (void)state;
    fake_at_start(&f, STEPS(s));
    at = open_at(&f);
    sends = f.link->sends;
    assert_int_equal(qd_at_ask(at, &c, NULL, &r, &e), -QDIAG_E_POLICY);
    assert_int_equal(f.link->sends, sends);
    assert_string_equal(e.item, "");
    end(&f, &at);
}

/* A result that comes late is not taken for that of the next command. */
static void test_late_result(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("BG96"),
        {"AT+QPRTPARA=1", OK, 6000},
        {"AT+CGMM", "\r\nBG96\r\n\r\nOK\r\n", 4500},
        {"ATE0V1", OK, 0},
        {"AT+CMEE=1", OK, 0},
        {"AT+QPRTPARA=4", "\r\n+QPRTPARA: 5\r\n\r\nOK\r\n", 0},
    };
    static const struct qd_at_command w = {"AT+QPRTPARA=1", "+QPRTPARA", 2000, 1},
                                      c = {"AT+QPRTPARA=4", "+QPRTPARA", 0, 0};
    struct qd_at_final late = {QD_AT_ERROR, 0, ""};
    struct qdiag_error e = {0};
    struct qd_at_reply r;
    struct fake_at f;
    struct qd_at *at;
    int had = 0;

    (void)state;
    fake_at_start(&f, STEPS(s));
    at = open_at(&f);
    assert_int_equal(qd_at_ask(at, &w, NULL, &r, &e), -QDIAG_E_TIMEOUT);
    assert_int_equal(e.touch, QDIAG_TOUCH_UNKNOWN);
    assert_int_equal(qd_at_sync(at, 20000, &late, &had, NULL), 0);
    assert_int_equal(had, 1);
    assert_int_equal(late.result, QD_AT_OK);
    assert_int_equal(qd_at_ask(at, &c, NULL, &r, NULL), 0);
    assert_string_equal(r.line[0], "+QPRTPARA: 5");
    end(&f, &at);
}

static void test_reset_in_a_command(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("BG95-S5"),
        {"AT+QPRTPARA=1", "\r\nRDY\r\n\r\nOK\r\n", 10},
        {"AT+CGMM", "AT+CGMM\r\r\nBG95-S5\r\n\r\nOK\r\n", 10}, /* echo is on again */
        {"ATE0V1", "ATE0V1\r\r\nOK\r\n", 0},
        {"AT+CMEE=1", OK, 0},
        {"AT+QPRTPARA=4", "\r\n+QPRTPARA: 5\r\n\r\nAPP RDY\r\nOK\r\n", 0},
    };
    static const struct qd_at_command w = {"AT+QPRTPARA=1", "+QPRTPARA", 2000, 1},
                                      c = {"AT+QPRTPARA=4", "+QPRTPARA", 0, 0};
    struct qdiag_error e = {0};
    struct qd_at_reply r;
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    fake_at_start(&f, STEPS(s));
    at = open_at(&f);
    assert_int_equal(qd_at_ask(at, &w, NULL, &r, &e), -QDIAG_E_UNKNOWN);
    assert_int_equal(e.touch, QDIAG_TOUCH_UNKNOWN);
    /* the OK behind RDY is nobody's; the APP RDY that follows RDY is no second reset */
    assert_int_equal(qd_at_ask(at, &c, NULL, &r, NULL), 0);
    assert_string_equal(r.line[0], "+QPRTPARA: 5");
    assert_int_equal(qd_at_stats(at).restarts, 1);
    end(&f, &at);
}

static void test_app_rdy_alone_is_a_reset(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("BG95-S5"),
        {"AT+QPRTPARA=11", "\r\nAPP RDY\r\n", 10},
        {"AT+CGMM", "\r\nBG95-S5\r\n\r\nOK\r\n", 0},
        {"ATE0V1", OK, 0},
        {"AT+CMEE=1", OK, 0},
    };
    static const struct qd_at_command w = {"AT+QPRTPARA=11", "+QPRTPARA", 2000, 1};
    struct qd_at_reply r;
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    fake_at_start(&f, STEPS(s));
    at = open_at(&f);
    assert_int_equal(qd_at_ask(at, &w, NULL, &r, NULL), -QDIAG_E_UNKNOWN);
    assert_int_equal(qd_at_sync(at, 5000, NULL, NULL, NULL), 0);
    end(&f, &at);
}

static void test_silence(void **state)
{
    static const struct fake_at_step s[] = {{"AT", "", 0}, {"AT", "~\x01~", 5000}};
    struct qdiag_error e = {0};
    struct qd_at *at = NULL;
    struct qd_link *link;
    struct fake_at f;

    (void)state;
    fake_at_start(&f, STEPS(s));
    link = fake_at_link(&f);
    assert_int_equal(qd_at_open(&at, &link, &e), -QDIAG_E_LINK_SILENT);
    assert_string_equal(e.why, "DIAG frames were heard: this is no AT port");
    assert_null(at);
    assert_non_null(link);
    qd_link_close(&link);
    fake_at_end(&f);
}

/* Two questions and the wait for an upload to end, and not one byte more: a third fails the script.
 */
static void test_nobody_there(void **state)
{
    static const struct fake_at_step s[] = {{"AT", "", 0}, {"AT", "", 0}};
    struct qdiag_error e = {0};
    struct qd_at *at = NULL;
    struct qd_link *link;
    struct fake_at f;

    (void)state;
    fake_at_start(&f, STEPS(s));
    link = fake_at_link(&f);
    assert_int_equal(qd_at_open(&at, &link, &e), -QDIAG_E_LINK_SILENT);
    assert_string_equal(e.why, "nothing answers to AT");
    qd_link_close(&link);
    fake_at_end(&f);
}

/* What comes in that wait, of a slow unit or of one that starts, is somebody. */
static void test_slow_to_answer(void **state)
{
    static const char *const said[] = {"\r\nOK\r\n", "\r\nRDY\r\n", "\r\n+CREG: 1\r\n"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct fake_at_step s[] = {
            {"AT", "", 0}, {"AT", said[i], 5500}, FAKE_AT_OPEN("BG96")};
        struct qd_at *at;
        struct fake_at f;

        fake_at_start(&f, STEPS(s));
        at = open_at(&f);
        assert_string_equal(qd_at_model(at), "BG96");
        end(&f, &at);
    }
}

static void test_vanished(void **state)
{
    static const struct fake_at_step s[] = {FAKE_AT_OPEN("BG96")};
    static const struct qd_at_command c = {"AT+CSQ", "+CSQ", 0, 0};
    struct qd_at_reply r;
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    fake_at_start(&f, STEPS(s));
    at = open_at(&f);
    f.link->gone = 1;
    assert_int_equal(qd_at_ask(at, &c, NULL, &r, NULL), -QDIAG_E_LINK_GONE);
    assert_int_equal(qd_at_ask(at, &c, NULL, &r, NULL), -QDIAG_E_LINK_GONE);
    assert_int_equal(qd_at_sync(at, 1000, NULL, NULL, NULL), -QDIAG_E_LINK_GONE);
    end(&f, &at);
}

static void test_a_stop(void **state)
{
    static const struct fake_at_step s[] = {FAKE_AT_OPEN("BG96"), {"AT+W", OK, 9000}};
    static const struct qd_at_command c = {"AT+CSQ", "+CSQ", 0, 0}, w = {"AT+W", "", 10000, 1};
    struct qdiag_cancel *stop;
    struct qd_at_reply r;
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    fake_at_start(&f, STEPS(s));
    at = open_at(&f);
    f.link->ctx->cancel = qdiag_cancel_new();
    qdiag_cancel_request(f.link->ctx->cancel);
    assert_int_equal(qd_at_ask(at, &c, NULL, &r, NULL), -QDIAG_E_CANCELLED);
    assert_int_equal(qd_at_ask(at, &w, NULL, &r, NULL), 0); /* carried to its end */
    stop = f.link->ctx->cancel;
    f.link->ctx->cancel = NULL;
    end(&f, &at);
    qdiag_cancel_free(&stop);
}

static void test_a_line_too_many_and_too_long(void **state)
{
    static char says[8192];
    struct fake_at_step s[] = {FAKE_AT_OPEN("BG96"), {"AT+L", says, 0}};
    static const struct qd_at_command c = {"AT+L", "+L", 0, 0};
    struct qd_at_reply r;
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    for (int i = 0; i < 70; i++)
        memcpy(says + 7 * i, "+L: x\r\n", 7);
    memset(says + 490, 'y', 3000);
    memcpy(says + 3490, OK, sizeof OK);
    fake_at_start(&f, s, sizeof s / sizeof s[0]);
    at = open_at(&f);
    assert_int_equal(qd_at_ask(at, &c, NULL, &r, NULL), 0);
    assert_int_equal(r.lines, QD_AT_LINES);
    assert_int_equal(r.too_many, 1);
    assert_int_equal(qd_at_stats(at).too_long, 1);
    end(&f, &at);
}

static void test_data_mode(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("BG96"),
        {"AT+QFDWL=\"x\"", "\r\nCONNECT\r\n\r\nOK\r\n\r\n+QFDWL: 6,0\r\n" OK, 0}};
    static const struct qd_at_command c = {"AT+QFDWL=\"x\"", "+QFDWL", 0, 0};
    struct qd_at_reply r;
    struct fake_at f;
    struct qd_at *at;
    char data[6];

    (void)state;
    for (size_t chunk = 0; chunk < 8; chunk++) {
        struct qd_deadline t;

        fake_at_start(&f, STEPS(s));
        f.link->chunk = chunk;
        at = open_at(&f);
        t = qd_deadline_in_ms(f.link->ctx->clock, 1000);
        assert_int_equal(qd_at_ask(at, &c, NULL, &r, NULL), 0);
        assert_int_equal(r.final.result, QD_AT_CONNECT);
        assert_int_equal(qd_at_data_in(at, data, 6, &t, NULL), 0);
        assert_memory_equal(data, "\r\nOK\r\n", 6); /* data is never a result */
        assert_int_equal(qd_at_finish(at, &c, &t, &r, NULL), 0);
        assert_int_equal(r.final.result, QD_AT_OK);
        assert_string_equal(r.line[0], "+QFDWL: 6,0");
        end(&f, &at);
    }
}

static void test_limits_only_shrink(void **state)
{
    static const struct fake_at_step s[] = {FAKE_AT_OPEN("BG96"), {"AT+X", "", 0}};
    static const struct qd_at_command c = {"AT+X", "+X", 60000, 0};
    struct qd_at_reply r;
    struct qd_deadline t;
    struct fake_at f;
    struct qd_at *at;
    uint64_t before;

    (void)state;
    fake_at_start(&f, STEPS(s));
    at = open_at(&f);
    t = qd_deadline_in_ms(f.link->ctx->clock, 700);
    before = f.link->now_us;
    assert_int_equal(qd_at_ask(at, &c, &t, &r, NULL), -QDIAG_E_TIMEOUT);
    assert_int_equal(f.link->now_us - before, 700000);
    f.link->gone = 1; /* nobody is there to give the port back to */
    end(&f, &at);
}

struct said {
    char text[512];
};

static void note_said(void *user, enum qd_at_kind kind, const char *line)
{
    struct said *s = user;
    size_t n = strlen(s->text);

    snprintf(s->text + n, sizeof s->text - n, "%d %s|", (int)kind, line);
}

/* What the unit says by itself reaches the caller at once, in the middle of an answer, too; the
 * answer does not. A session that only listens sends nothing, not even at its end. */
static void test_unsolicited_lines_are_handed_on(void **state)
{
    static const struct fake_at_step s[] = {
        FAKE_AT_OPEN("EG95"),
        {"AT+QGMR",
         "\r\n+QIND: \"FOTA\",\"START\"\r\nEG95\r\n+QIND: \"FOTA\", \"END\", 0\r\n\r\nOK\r\n", 0}};
    static const struct qd_at_command c = {"AT+QGMR", NULL, 0, 0};
    static const char *const first = "\r\n+QIND: \"FOTA\",\"UPDAT",
                             *const second = "ING\",7\r\nRDY\r\nhello\r\n";
    struct said said = {""};
    struct qd_at_reply r;
    struct qdiag_error e = {0};
    struct qd_link *link;
    struct fake_at f;
    struct qd_at *at;

    (void)state;
    fake_at_start(&f, STEPS(s));
    link = fake_at_link(&f);
    assert_int_equal(qd_at_open_quiet(&at, &link, &e), 0);
    assert_null(link);
    qd_at_on_unsolicited(at, note_said, &said);
    fake_say_in(f.link, 1000, first, strlen(first));
    fake_say_in(f.link, 300000, second, strlen(second));
    assert_int_equal(qd_at_listen(at, 2000, &e), 0);
    assert_string_equal(said.text, "2 +QIND: \"FOTA\",\"UPDATING\",7|3 RDY|");
    assert_int_equal(f.at, 0);
    said.text[0] = '\0';
    assert_int_equal(qd_at_begin(at, &e), 0);
    assert_string_equal(qd_at_model(at), "EG95");
    assert_int_equal(qd_at_ask(at, &c, NULL, &r, NULL), 0);
    assert_int_equal(r.lines, 1);
    assert_string_equal(r.line[0], "EG95");
    assert_string_equal(said.text, "2 +QIND: \"FOTA\",\"START\"|2 +QIND: \"FOTA\", \"END\", 0|");
    end(&f, &at);

    fake_at_start(&f, NULL, 0);
    link = fake_at_link(&f);
    assert_int_equal(qd_at_open_quiet(&at, &link, &e), 0);
    end(&f, &at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unsolicited_lines_are_handed_on),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_settings_are_given_back),
        cmocka_unit_test(test_stale_bytes_at_open),
        cmocka_unit_test(test_unsolicited_lines_are_no_answer),
        cmocka_unit_test(test_wire_bytes),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_blocked_commands_send_nothing),
        cmocka_unit_test(test_late_result),
        cmocka_unit_test(test_reset_in_a_command),
        cmocka_unit_test(test_app_rdy_alone_is_a_reset),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_slow_to_answer),
        cmocka_unit_test(test_vanished),
        cmocka_unit_test(test_a_stop),
        cmocka_unit_test(test_a_line_too_many_and_too_long),
        cmocka_unit_test(test_data_mode),
        cmocka_unit_test(test_limits_only_shrink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
