/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The state machine of upgrades: every row of its table, every limit a millisecond before and at
 * its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "watch_rig.h"

/* ---- the table ---- */

/* A line may come in any state, so a watcher may join anywhere. */
static void test_lines_in_every_state(void **state)
{
    static const struct {
        const char *family, *text;
        enum qdiag_fota_state next;
        enum qd_watch_action action;
    } v[] = {
        {"bg96", Q("HTTPSTART"), S(DOWNLOADING), QD_WATCH_LISTEN},
        {"eg9x", Q("FTPSTART"), S(DOWNLOADING), QD_WATCH_LISTEN},
        {"bg96", Q("HTTPEND") ",0", S(DOWNLOADED), QD_WATCH_LISTEN},
        {"rg50xq", Q("FTPEND") ",0", S(DOWNLOADED), QD_WATCH_LISTEN},
        {"bg96", Q("HTTPEND") ",702", S(VERIFY), QD_WATCH_READ},
        {"rg50xq", Q("FTPEND") ",601", S(VERIFY), QD_WATCH_READ},
        {"eg9x", Q("FTPEND") ",520", S(REBOOTING), QD_WATCH_LISTEN},
        {"eg9x", Q("START"), S(UPDATING), QD_WATCH_LISTEN},
        {"eg9x", Q("UPDATING") ",20", S(UPDATING), QD_WATCH_LISTEN},
        {"bg96", Q("RESTORE") ",20%", S(RESTORING), QD_WATCH_LISTEN},
        {"bg96", Q("Last upgrade was not finished,continue upgrade"), S(RESTORING),
         QD_WATCH_LISTEN},
        {"bg96", Q("END") ",504", S(VERIFY), QD_WATCH_READ},
        {"eg9x", Q("END") ",520", S(REBOOTING), QD_WATCH_LISTEN},
        {"rg50xq", Q("END") ",505", S(REBOOTING), QD_WATCH_LISTEN},
        {"", Q("END") ",511", S(REBOOTING), QD_WATCH_LISTEN}, /* not known: patient */
        {"eg9x", Q("END") ",0", S(ENDED), QD_WATCH_LISTEN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        for (int from = S(SENT); from <= (int)LAST; from++) {
            struct run r = watch_begin(v[i].family);

            r.w.state = (enum qdiag_fota_state)from;
            watch_line(&r, v[i].text);
            watch_is(&r, v[i].next, v[i].action);
            assert_int_equal(r.w.outcome, QD_WATCH_OPEN);
        }
}

static void test_lines_that_move_nothing(void **state)
{
    static const char *const v[] = {Q("SOMETHING"),    "+QIND: \"FOTA\",\"UPDAT",
                                    "+QIND: SMS DONE", "+QIND: \"ABFOTA\",\"END\",0",
                                    Q("END"),          Q("UPDATING") ",-1"};

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        for (int from = S(SENT); from < (int)LAST; from++) {
            struct run r = watch_begin("eg9x");

            r.w.state = (enum qdiag_fota_state)from;
            watch_line(&r, v[i]);
            watch_is(&r, (enum qdiag_fota_state)from, QD_WATCH_LISTEN);
            assert_int_equal(r.w.line, r.now); /* but it is a sign of life */
        }
}

static void test_port_and_start_in_every_state(void **state)
{
    static const struct {
        enum qdiag_fota_state from;
        enum qd_watch_kind kind;
        enum qdiag_fota_state next;
        enum qd_watch_action action;
    } v[] = {
        {S(SENT), QD_WATCH_GONE, S(REBOOTING), QD_WATCH_FIND},
        {S(ACCEPTED), QD_WATCH_GONE, S(REBOOTING), QD_WATCH_FIND},
        {S(DOWNLOADING), QD_WATCH_GONE, S(REBOOTING), QD_WATCH_FIND},
        {S(DOWNLOADED), QD_WATCH_GONE, S(REBOOTING), QD_WATCH_FIND},
        {S(REBOOTING), QD_WATCH_GONE, S(REBOOTING), QD_WATCH_FIND},
        {S(UPDATING), QD_WATCH_GONE, S(REBOOTING), QD_WATCH_FIND},
        {S(RESTORING), QD_WATCH_GONE, S(REBOOTING), QD_WATCH_FIND},
        {S(ENDED), QD_WATCH_GONE, S(FINAL_REBOOT), QD_WATCH_FIND},
        {S(FINAL_REBOOT), QD_WATCH_GONE, S(FINAL_REBOOT), QD_WATCH_FIND},
        {S(VERIFY), QD_WATCH_GONE, S(VERIFY), QD_WATCH_FIND},
        {S(SENT), QD_WATCH_BACK, S(REBOOTING), QD_WATCH_LISTEN},
        {S(REBOOTING), QD_WATCH_BACK, S(REBOOTING), QD_WATCH_LISTEN},
        {S(UPDATING), QD_WATCH_BACK, S(REBOOTING), QD_WATCH_LISTEN},
        {S(FINAL_REBOOT), QD_WATCH_BACK, S(VERIFY), QD_WATCH_READ},
        {S(VERIFY), QD_WATCH_BACK, S(VERIFY), QD_WATCH_READ},
        {S(SENT), QD_WATCH_RDY, S(REBOOTING), QD_WATCH_LISTEN},
        {S(ACCEPTED), QD_WATCH_RDY, S(REBOOTING), QD_WATCH_LISTEN},
        {S(DOWNLOADING), QD_WATCH_RDY, S(REBOOTING), QD_WATCH_LISTEN},
        {S(DOWNLOADED), QD_WATCH_RDY, S(REBOOTING), QD_WATCH_LISTEN},
        {S(REBOOTING), QD_WATCH_RDY, S(REBOOTING), QD_WATCH_LISTEN},
        {S(UPDATING), QD_WATCH_RDY, S(REBOOTING), QD_WATCH_LISTEN},
        {S(RESTORING), QD_WATCH_RDY, S(REBOOTING), QD_WATCH_LISTEN},
        {S(ENDED), QD_WATCH_RDY, S(VERIFY), QD_WATCH_READ},
        {S(FINAL_REBOOT), QD_WATCH_RDY, S(VERIFY), QD_WATCH_READ},
        {S(VERIFY), QD_WATCH_RDY, S(VERIFY), QD_WATCH_READ},
        {S(SENT), QD_WATCH_OK, S(ACCEPTED), QD_WATCH_LISTEN},
        {S(DOWNLOADING), QD_WATCH_OK, S(DOWNLOADING), QD_WATCH_LISTEN},
        {S(ENDED), QD_WATCH_OK, S(ENDED), QD_WATCH_LISTEN},
        {S(ACCEPTED), QD_WATCH_ERROR, S(ACCEPTED), QD_WATCH_LISTEN},
        {S(UPDATING), QD_WATCH_ERROR, S(UPDATING), QD_WATCH_LISTEN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct run r = watch_begin("eg9x");

        r.w.state = v[i].from;
        r.w.rank = 2;
        watch_event(&r, v[i].kind);
        watch_is(&r, v[i].next, v[i].action);
        assert_int_equal(r.w.outcome, QD_WATCH_OPEN);
    }
}

static void test_refused(void **state)
{
    struct run r = watch_begin("eg9x");

    (void)state;
    watch_event(&r, QD_WATCH_ERROR);
    watch_ends(&r, QD_WATCH_REFUSED);
    watch_line(&r, Q("END") ",0"); /* a result is final */
    watch_ends(&r, QD_WATCH_REFUSED);
}

/* ---- limits ---- */

static void test_every_limit(void **state)
{
    static const struct {
        enum qdiag_fota_state from;
        int away, soft;
        uint64_t seconds;
        const char *name;
        int rank;
    } v[] = {
        {S(SENT), 0, 0, 5, "ok", 0},
        {S(SENT), 0, 1, 900, "download", 2},
        {S(ACCEPTED), 0, 0, 60, "start", 0},
        {S(ACCEPTED), 0, 1, 900, "download", 2},
        {S(DOWNLOADING), 0, 0, 900, "download", 2},
        {S(DOWNLOADED), 0, 0, 210, "settle", 0},
        {S(DOWNLOADED), 0, 1, 2700, "attempt", 2},
        {S(REBOOTING), 1, 0, 120, "port_back", 0},
        {S(REBOOTING), 1, 1, 2700, "attempt", 2},
        {S(REBOOTING), 0, 0, 90, "first", 0},
        {S(REBOOTING), 0, 1, 600, "between", 1},
        {S(REBOOTING), 0, 2, 2700, "attempt", 2},
        {S(UPDATING), 0, 0, 600, "between", 0},
        {S(UPDATING), 0, 1, 2700, "attempt", 2},
        {S(RESTORING), 0, 0, 600, "between", 0},
        {S(RESTORING), 0, 1, 2700, "attempt", 2},
        {S(ENDED), 0, 0, 180, "final", 2},
        {S(FINAL_REBOOT), 1, 0, 120, "port_back", 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct run r = watch_begin("eg9x");

        r.w.state = v[i].from;
        r.w.away = v[i].away;
        r.w.soft = v[i].soft;
        watch_silence(&r, v[i].seconds * SECOND, v[i].name);
        assert_int_equal(r.w.rank, v[i].rank);
        watch_version(&r, QD_VERSION_UNREAD);
        if (v[i].rank == 2) {
            watch_ends(&r, QD_WATCH_UNKNOWN);
            assert_int_equal(r.w.state, S(LOST));
        } else {
            watch_is(&r, v[i].from, v[i].away ? QD_WATCH_FIND : QD_WATCH_LISTEN);
        }
    }
}

static void test_limits_can_be_set(void **state)
{
    static const struct qdiag_fota_limits l = {1, 2, 3, 4, 5, 6, 7};
    struct run r = {.now = 0};

    (void)state;
    qd_watch_begin(&r.w, qd_fota_family("eg9x"), &l, 0);
    assert_int_equal(r.w.limit.ok, 1000);
    assert_int_equal(r.w.limit.start, 2000);
    assert_int_equal(r.w.limit.download, 3000);
    assert_int_equal(r.w.limit.port_back, 4000);
    assert_int_equal(r.w.limit.first, 5000);
    assert_int_equal(r.w.limit.between, 6000);
    assert_int_equal(r.w.limit.attempt, 7000);
    assert_int_equal(r.w.limit.settle, 9000);
    watch_silence(&r, 1000, "ok");
}

/* A unit that said that it was done has its tries again. */
static void test_failures_behind_a_success(void **state)
{
    struct run r = watch_begin("eg9x");

    (void)state;
    for (unsigned i = 1; i <= 4; i++) {
        watch_line(&r, Q("START"));
        watch_line(&r, Q("END") ",530");
    }
    watch_line(&r, Q("START"));
    watch_line(&r, Q("END") ",0");
    watch_line(&r, Q("START"));
    watch_line(&r, Q("END") ",530");
    watch_is(&r, S(REBOOTING), QD_WATCH_LISTEN);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(qdiag_fota_state_name(QDIAG_FOTA_SENT), "sent");
    assert_string_equal(qdiag_fota_state_name(QDIAG_FOTA_FINAL_REBOOT), "final reboot");
    assert_string_equal(qdiag_fota_state_name(QDIAG_FOTA_LOST), "unknown");
    assert_string_equal(qdiag_fota_state_name((enum qdiag_fota_state)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_in_every_state),
        cmocka_unit_test(test_lines_that_move_nothing),
        cmocka_unit_test(test_port_and_start_in_every_state),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_every_limit),
        cmocka_unit_test(test_limits_can_be_set),
        cmocka_unit_test(test_failures_behind_a_success),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
