/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The AT side's door against a scripted unit: what passes, what is sent, and that nothing passes a
 * frozen port. And the mode, as units spell it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_at.h"
#include "flow/ufs/at_door.h"

#define STEPS(table) table, sizeof table / sizeof table[0]

static void open_port(struct qdiag_at *p, struct fake_at *f, const struct fake_at_step *step,
                      size_t steps)
{
    struct qdiag_error e = {0};
    struct qd_link *link;

    memset(p, 0, sizeof *p);
    fake_at_start(f, step, steps);
    link = fake_at_link(f);
    p->ctx = link->ctx;
    if (qd_at_open(&p->at, &link, &e) != 0)
        fail_msg("%s: %s", e.what, e.why);
}

static void close_port(struct qdiag_at *p, struct fake_at *f)
{
    qd_at_close(&p->at);
    fake_at_end(f);
}

/* fake_at fails on any command that is not in its script. */
static void test_frozen(void **state)
{
    static const struct fake_at_step steps[] = {FAKE_AT_OPEN("BG95-S5")};
    struct qd_at_final final = {QD_AT_ERROR, -1, ""};
    struct qdiag_error e[5];
    struct fake_at f;
    struct qdiag_at p;

    (void)state;
    memset(e, 0, sizeof e);
    open_port(&p, &f, STEPS(steps));
    p.frozen = 1;
    assert_int_equal(qd_at_door_ufs(&p, QDIAG_UFS, QD_UFS_BACKUP, 1000, &final, &e[0]),
                     -QDIAG_E_BUG);
    assert_string_equal(e[0].item, "AT+QPRTPARA=1");
    assert_int_equal(qd_at_door_ufs(&p, QDIAG_EUFS, QD_UFS_RESTORE, 1000, &final, &e[1]),
                     -QDIAG_E_BUG);
    assert_string_equal(e[1].item, "AT+QPRTPARA=13");
    assert_int_equal(qd_at_door_reset(&p, NULL, &e[2]), -QDIAG_E_BUG);
    assert_string_equal(e[2].item, "AT+CFUN=1,1");
    assert_int_equal(qd_at_door_put(&p, "f", "x", 1, &e[3]), -QDIAG_E_BUG);
    assert_int_equal(qd_at_door_delete(&p, "f", &e[4]), -QDIAG_E_BUG);
    for (int i = 0; i < 5; i++)
        assert_int_equal(e[i].touch, QDIAG_UNTOUCHED);
    close_port(&p, &f);
}

static void test_passes(void **state)
{
    static const struct fake_at_step steps[] = {
        FAKE_AT_OPEN("BG95-S5"),
        {"AT+QPRTPARA=3", "\r\nOK\r\n", 0},
        {"AT+QFDEL=\"f\"", "\r\nOK\r\n", 0},
        {"AT+CFUN=1,1", "\r\n+CME ERROR: 3\r\n", 0},
        {"AT+CFUN=1,1", "\r\nOK\r\n", 0},
        {"AT+CFUN=1,1", "\r\nRDY\r\n", 0},
    };
    struct qd_at_final final = {QD_AT_ERROR, -1, ""};
    struct qdiag_error e = {0};
    struct fake_at f;
    struct qdiag_at p;
    int restarted = 1;

    (void)state;
    open_port(&p, &f, STEPS(steps));
    assert_int_equal(qd_at_door_ufs(&p, QDIAG_UFS, QD_UFS_RESTORE, 1000, &final, &e), 0);
    assert_int_equal(final.result, QD_AT_OK);
    assert_int_equal(qd_at_door_delete(&p, "f", &e), 0);
    assert_int_equal(qd_at_door_reset(&p, NULL, &e), -QDIAG_E_REFUSED);
    memset(&e, 0, sizeof e);
    assert_int_equal(qd_at_door_reset(&p, &restarted, &e), 0);
    assert_int_equal(restarted, 0);
    assert_int_equal(qd_at_door_reset(&p, &restarted, &e), 0);
    assert_int_equal(restarted, 1);
    qd_at_abandon(p.at);
    close_port(&p, &f);
}

/* What a dry run shows is what would be sent. */
static void test_texts(void **state)
{
    char text[160];

    (void)state;
    assert_string_equal(qd_ufs_order_text(QD_UFS, QD_UFS_BACKUP), "AT+QPRTPARA=1");
    assert_string_equal(qd_ufs_order_text(QD_UFS, QD_UFS_RESTORE), "AT+QPRTPARA=3");
    assert_string_equal(qd_ufs_order_text(QD_EUFS, QD_UFS_BACKUP), "AT+QPRTPARA=11");
    assert_string_equal(qd_ufs_order_text(QD_EUFS, QD_UFS_RESTORE), "AT+QPRTPARA=13");
    qd_user_put_text("a.pem", 1188, text);
    assert_string_equal(text, "AT+QFUPL=\"a.pem\",1188,5,1");
    qd_user_delete_text("a.pem", text);
    assert_string_equal(text, "AT+QFDEL=\"a.pem\"");
}

static void test_mode(void **state)
{
    static const struct {
        const char *says;
        int rc, mode;
    } cases[] = {
        {"\r\n+CFUN: 1\r\n\r\nOK\r\n", 0, 1},
        {"\r\n+CFUN: 5\r\n\r\nOK\r\n", 0, 5},
        {"\r\n+CFUN: 7,0\r\n\r\nOK\r\n", 0, 7},
        {"\r\n+CFUN: 12\r\n\r\nOK\r\n", 0, -1},
        {"\r\n+CFUN: \r\n\r\nOK\r\n", 0, -1},
        {"\r\n+CFUN: x\r\n\r\nOK\r\n", 0, -1},
        {"\r\nOK\r\n", 0, -1},
        {"\r\n+CFUN: 1\r\n+CFUN: 5\r\n\r\nOK\r\n", 0, -1},
        {"\r\nERROR\r\n", -QDIAG_E_REFUSED, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct fake_at_step steps[] = {FAKE_AT_OPEN("EG95"), {"AT+CFUN?", cases[i].says, 0}};
        struct qdiag_error e = {0};
        struct fake_at f;
        struct qdiag_at p;
        int mode = 99;

        open_port(&p, &f, STEPS(steps));
        assert_int_equal(qd_at_mode(p.at, &mode, &e), cases[i].rc);
        assert_int_equal(mode, cases[i].mode);
        close_port(&p, &f);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frozen),
        cmocka_unit_test(test_passes),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
