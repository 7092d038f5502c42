/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Whole upgrades of every family through the state machine, with what can go wrong in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "watch_rig.h"

static void percents(struct run *r, const char *word, int from, int to, int by)
{
    char text[80];

    for (int p = from; p <= to; p += by) {
        snprintf(text, sizeof text, "+QIND: \"FOTA\",\"%s\", %d%%", word, p);
        watch_line(r, text);
        assert_int_equal(r->w.percent, p);
    }
}

/* What follows a real END,0: away, back, the version. */
static void final_start(struct run *r, enum qd_watch_version v)
{
    watch_is(r, S(ENDED), QD_WATCH_LISTEN);
    watch_event(r, QD_WATCH_GONE);
    watch_is(r, S(FINAL_REBOOT), QD_WATCH_FIND);
    watch_after(r, 40 * SECOND);
    watch_is(r, S(FINAL_REBOOT), QD_WATCH_FIND);
    watch_event(r, QD_WATCH_BACK);
    watch_is(r, S(VERIFY), QD_WATCH_READ);
    watch_version(r, v);
}

static void test_bg96_by_http(void **state)
{
    struct run r = watch_begin("bg96");

    (void)state;
    watch_event(&r, QD_WATCH_OK);
    watch_is(&r, S(ACCEPTED), QD_WATCH_LISTEN);
    watch_line(&r, Q("HTTPSTART"));
    watch_after(&r, 800 * SECOND);
    watch_is(&r, S(DOWNLOADING), QD_WATCH_LISTEN);
    watch_line(&r, Q("HTTPEND") ", 0");
    watch_line(&r, Q("START"));
    percents(&r, "UPDATING", 1, 100, 1);
    percents(&r, "RESTORE", 1, 100, 1);
    watch_line(&r, Q("END") ",0");
    assert_int_equal(r.w.attempts, 1);
    final_start(&r, QD_VERSION_TARGET);
    watch_ends(&r, QD_WATCH_IS_TARGET);
}

static void early_start(struct run *r)
{
    watch_event(r, QD_WATCH_GONE);
    watch_is(r, S(REBOOTING), QD_WATCH_FIND);
    watch_after(r, 30 * SECOND);
    watch_event(r, QD_WATCH_BACK);
    watch_after(r, 89 * SECOND);
    watch_is(r, S(REBOOTING), QD_WATCH_LISTEN);
    watch_line(r, Q("START"));
    watch_is(r, S(UPDATING), QD_WATCH_LISTEN);
}

static void test_eg9x_and_rg(void **state)
{
    static const char *const family[] = {"eg9x", "rg50xq"};

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct run r = watch_begin(family[i % 2]);

        watch_event(&r, QD_WATCH_OK);
        if (i < 2) { /* else a local file */
            watch_line(&r, Q("FTPSTART"));
            watch_line(&r, Q("FTPEND") ",0");
            watch_is(&r, S(DOWNLOADED), QD_WATCH_LISTEN);
        }
        early_start(&r);
        percents(&r, "UPDATING", 0, 100, 20);
        watch_line(&r, Q("END") ",0");
        final_start(&r, QD_VERSION_TARGET);
        watch_ends(&r, QD_WATCH_IS_TARGET);
    }
}

/* A line that stays up, as a UART: only RDY tells of the restart. */
static void test_the_port_never_goes(void **state)
{
    struct run r = watch_begin("eg9x");

    (void)state;
    watch_event(&r, QD_WATCH_OK);
    watch_line(&r, Q("START"));
    watch_line(&r, Q("END") ",0");
    watch_after(&r, 60 * SECOND);
    watch_is(&r, S(ENDED), QD_WATCH_LISTEN);
    watch_event(&r, QD_WATCH_RDY);
    watch_version(&r, QD_VERSION_TARGET);
    watch_ends(&r, QD_WATCH_IS_TARGET);
}

static void test_percent(void **state)
{
    struct run r = watch_begin("rg50xq");

    (void)state;
    watch_line(&r, Q("START"));
    assert_int_equal(r.w.percent, -1);
    watch_line(&r, Q("UPDATING") ",0");
    assert_int_equal(r.w.percent, 0);
    watch_line(&r, Q("UPDATING") ",20");
    watch_line(&r, Q("UPDATING") ",20");
    watch_line(&r, Q("UPDATING") ",7"); /* falls */
    assert_int_equal(r.w.percent, 20);
    watch_line(&r, Q("UPDATING") ",101");
    assert_int_equal(r.w.percent, 20);
    watch_line(&r, Q("UPDATING") ",100"); /* jumps */
    assert_int_equal(r.w.percent, 100);
    assert_int_equal(r.w.attempts, 1);
    watch_line(&r, Q("END") ",520");
    watch_line(&r, Q("START"));
    assert_int_equal(r.w.percent, -1); /* of the new attempt */
    assert_int_equal(r.w.attempts, 2);
    watch_line(&r, Q("RESTORE") ",3");
    assert_int_equal(r.w.percent, 3);
}

/* Four failures, then it works: nothing was final. */
static void test_four_failures_then_success(void **state)
{
    static const char *const family[] = {"eg9x", "rg50xq"};

    (void)state;
    for (int f = 0; f < 2; f++) {
        struct run r = watch_begin(family[f]);

        watch_event(&r, QD_WATCH_OK);
        for (unsigned i = 1; i <= 4; i++) {
            early_start(&r);
            assert_int_equal(r.w.attempts, i);
            watch_line(&r, Q("UPDATING") ",20");
            watch_line(&r, Q("END") ",520");
            watch_is(&r, S(REBOOTING), QD_WATCH_LISTEN);
            watch_line(&r, Q("END") ",520"); /* said twice */
            assert_int_equal(r.w.failures, i);
            assert_int_equal(r.w.code, 520);
            assert_string_equal(r.w.stage, "end");
        }
        early_start(&r);
        watch_line(&r, Q("END") ",0");
        final_start(&r, QD_VERSION_TARGET);
        watch_ends(&r, QD_WATCH_IS_TARGET);
    }
}

static void test_five_failures(void **state)
{
    struct run r = watch_begin("rg50xq");

    (void)state;
    watch_event(&r, QD_WATCH_OK);
    for (unsigned i = 1; i <= 5; i++) {
        early_start(&r);
        watch_line(&r, Q("END") ",520");
    }
    watch_is(&r, S(ENDED), QD_WATCH_LISTEN); /* the version has the last word */
    watch_event(&r, QD_WATCH_GONE);
    watch_event(&r, QD_WATCH_BACK);
    watch_version(&r, QD_VERSION_SOURCE);
    watch_ends(&r, QD_WATCH_HAS_FAILED);
    assert_int_equal(r.w.failures, 5);
}

/* It goes on although it had to give up; and one that never starts normally is not known. */
static void test_a_sixth_try(void **state)
{
    struct run r = watch_begin("eg9x");

    (void)state;
    for (unsigned i = 1; i <= 5; i++) {
        watch_line(&r, Q("START"));
        watch_line(&r, Q("END") ",530");
    }
    watch_is(&r, S(ENDED), QD_WATCH_LISTEN);
    watch_line(&r, Q("START"));
    watch_is(&r, S(UPDATING), QD_WATCH_LISTEN);
    watch_line(&r, Q("END") ",540");
    watch_is(&r, S(ENDED), QD_WATCH_LISTEN);
    watch_silence(&r, 180 * SECOND, "final");
    watch_version(&r, QD_VERSION_UNREAD);
    watch_ends(&r, QD_WATCH_UNKNOWN);
}

/* Every code: final on BG96, retried elsewhere; said when it cannot heal. */
static void test_end_codes(void **state)
{
    static const struct {
        const char *family;
        int code, hopeless, final;
    } v[] = {
        {"bg96", 504, 0, 1},   {"bg96", 505, 0, 1},   {"bg96", 506, 0, 1},   {"bg96", 511, 0, 1},
        {"bg96", 999, 0, 1},   {"eg9x", 502, 0, 0},   {"eg9x", 504, 0, 0},   {"eg9x", 505, 0, 0},
        {"eg9x", 510, 1, 0},   {"eg9x", 511, 1, 0},   {"eg9x", 520, 0, 0},   {"eg9x", 546, 0, 0},
        {"rg50xq", 502, 0, 0}, {"rg50xq", 504, 1, 0}, {"rg50xq", 505, 1, 0}, {"rg50xq", 510, 1, 0},
        {"rg50xq", 511, 0, 0}, {"rg50xq", 530, 0, 0}, {"rg50xq", 550, 1, 0}, {"", 511, 0, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct run r = watch_begin(v[i].family);
        char text[64];

        snprintf(text, sizeof text, Q("END") ",%d", v[i].code);
        watch_line(&r, Q("START"));
        watch_line(&r, text);
        assert_int_equal(r.w.code, v[i].code);
        assert_int_equal(r.w.hopeless, v[i].hopeless);
        assert_int_equal(r.w.failed, v[i].final);
        if (v[i].final) {
            watch_version(&r, QD_VERSION_SOURCE);
            watch_ends(&r, QD_WATCH_HAS_FAILED);
            assert_int_equal(r.w.state, S(FAILED));
        } else {
            watch_is(&r, S(REBOOTING), QD_WATCH_LISTEN);
        }
    }
}

/* The unit says that it failed, and yet it has the new version: the version counts. */
static void test_the_version_has_the_last_word(void **state)
{
    struct run r = watch_begin("bg96");

    (void)state;
    watch_line(&r, Q("END") ",504");
    watch_version(&r, QD_VERSION_TARGET);
    watch_ends(&r, QD_WATCH_IS_TARGET);

    r = watch_begin("eg9x"); /* END,0 but the old version */
    watch_line(&r, Q("END") ",0");
    final_start(&r, QD_VERSION_SOURCE);
    watch_ends(&r, QD_WATCH_HAS_FAILED);

    r = watch_begin("eg9x"); /* and another one */
    watch_line(&r, Q("END") ",0");
    final_start(&r, QD_VERSION_OTHER);
    watch_ends(&r, QD_WATCH_UNKNOWN);

    r = watch_begin("eg9x"); /* END,0 and never back */
    watch_line(&r, Q("END") ",0");
    watch_event(&r, QD_WATCH_GONE);
    watch_silence(&r, 120 * SECOND, "port_back");
    watch_version(&r, QD_VERSION_UNREAD);
    watch_ends(&r, QD_WATCH_UNKNOWN);

    r = watch_begin("eg9x"); /* END,0 and it never goes */
    watch_line(&r, Q("END") ",0");
    watch_silence(&r, 180 * SECOND, "final");
    watch_version(&r, QD_VERSION_TARGET);
    watch_ends(&r, QD_WATCH_IS_TARGET);
}

static void test_download_errors(void **state)
{
    static const struct {
        const char *family, *text;
        int code;
    } v[] = {{"bg96", Q("HTTPEND") ",701", 701},    {"bg96", Q("HTTPEND") ",702", 702},
             {"bg96", Q("HTTPEND") ",703", 703},    {"bg96", Q("HTTPEND") ",704", 704},
             {"bg96", Q("HTTPEND") ",706", 706},    {"bg96", Q("HTTPEND") ",707", 707},
             {"bg96", Q("HTTPEND") ",708", 708},    {"eg9x", Q("FTPEND") ",601", 601},
             {"eg9x", Q("HTTPEnd") ",701", 701},    {"eg9x", Q("FTPEND") ",502", 502},
             {"rg50xq", Q("HTTPPEND") ",701", 701}, {"rg50xq", Q("FTPEND") ",601", 601}};

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct run r = watch_begin(v[i].family);

        watch_event(&r, QD_WATCH_OK);
        watch_line(&r, strstr(v[i].text, "FTP") ? Q("FTPSTART") : Q("HTTPSTART"));
        watch_after(&r, 360 * SECOND); /* six minutes of silence, as seen in the field */
        watch_is(&r, S(DOWNLOADING), QD_WATCH_LISTEN);
        watch_line(&r, v[i].text);
        assert_int_equal(r.w.code, v[i].code);
        assert_string_equal(r.w.stage, strstr(v[i].text, "FTP") ? "ftp" : "http");
        assert_int_equal(r.w.attempts, 0);
        watch_version(&r, QD_VERSION_SOURCE);
        watch_ends(&r, QD_WATCH_HAS_FAILED);
    }
}

/* EG9x: a code of the upgrade behind the download; the unit tries again. */
static void test_upgrade_code_at_the_download(void **state)
{
    static const char *const v[] = {Q("FTPEND") ",505", Q("HTTPEnd") ",510", Q("FTPEND") ",511",
                                    Q("HTTPEND") ",546"};

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct run r = watch_begin("eg9x");

        watch_line(&r, v[i]);
        watch_is(&r, S(REBOOTING), QD_WATCH_LISTEN);
        early_start(&r);
        watch_line(&r, Q("END") ",0");
        final_start(&r, QD_VERSION_TARGET);
        watch_ends(&r, QD_WATCH_IS_TARGET);
    }
}

/* OK late or never, download late or never: looked at, waited on, and in the end not known. */
static void test_silence_after_sending(void **state)
{
    struct run r = watch_begin("rg50xq");

    (void)state;
    watch_silence(&r, 5 * SECOND, "ok");
    watch_version(&r, QD_VERSION_SOURCE);
    watch_is(&r, S(SENT), QD_WATCH_LISTEN);
    watch_after(&r, 24 * SECOND);
    watch_event(&r, QD_WATCH_OK); /* after 29 s */
    watch_is(&r, S(ACCEPTED), QD_WATCH_LISTEN);
    watch_silence(&r, 60 * SECOND, "start"); /* the APN is in use by the host */
    watch_version(&r, QD_VERSION_SOURCE);
    watch_is(&r, S(ACCEPTED), QD_WATCH_LISTEN);
    watch_silence(&r, (900 - 89) * SECOND, "download");
    watch_version(&r, QD_VERSION_SOURCE);
    watch_ends(&r, QD_WATCH_UNKNOWN); /* it may still be waiting */
}

/* Every line lost, and the version becomes the target. */
static void test_all_lines_lost(void **state)
{
    struct run r = watch_begin("eg9x");

    (void)state;
    watch_event(&r, QD_WATCH_OK);
    watch_event(&r, QD_WATCH_GONE);
    watch_event(&r, QD_WATCH_BACK);
    watch_silence(&r, 90 * SECOND, "first");
    watch_version(&r, QD_VERSION_UNREAD); /* recovery does not answer */
    watch_silence(&r, 510 * SECOND, "between");
    watch_version(&r, QD_VERSION_UNREAD);
    watch_event(&r, QD_WATCH_GONE);
    watch_is(&r, S(REBOOTING), QD_WATCH_FIND);
    watch_event(&r, QD_WATCH_BACK);
    watch_event(&r, QD_WATCH_RDY);
    watch_silence(&r, 90 * SECOND, "first");
    watch_version(&r, QD_VERSION_TARGET);
    watch_ends(&r, QD_WATCH_IS_TARGET);
}

/* The first line after 91 s is no failure either; one that never comes is. */
static void test_first_line_late(void **state)
{
    struct run r = watch_begin("rg50xq");

    (void)state;
    watch_event(&r, QD_WATCH_OK);
    watch_event(&r, QD_WATCH_GONE);
    watch_event(&r, QD_WATCH_BACK);
    watch_silence(&r, 90 * SECOND, "first");
    watch_version(&r, QD_VERSION_SOURCE); /* no RDY: maybe recovery that answers */
    watch_is(&r, S(REBOOTING), QD_WATCH_LISTEN);
    watch_after(&r, SECOND);
    watch_line(&r, Q("START"));
    watch_is(&r, S(UPDATING), QD_WATCH_LISTEN);

    r = watch_begin("rg50xq");
    watch_event(&r, QD_WATCH_OK);
    watch_event(&r, QD_WATCH_GONE);
    watch_event(&r, QD_WATCH_BACK);
    watch_silence(&r, 90 * SECOND, "first");
    watch_version(&r, QD_VERSION_SOURCE);
    watch_silence(&r, 510 * SECOND, "between");
    watch_version(&r, QD_VERSION_SOURCE);
    watch_ends(&r, QD_WATCH_HAS_FAILED);

    r = watch_begin("rg50xq"); /* normal start: known at once */
    watch_event(&r, QD_WATCH_OK);
    watch_event(&r, QD_WATCH_RDY);
    watch_silence(&r, 90 * SECOND, "first");
    watch_version(&r, QD_VERSION_SOURCE);
    watch_ends(&r, QD_WATCH_HAS_FAILED);
}

/* At work and silent: what recovery answers is no result. */
static void test_silence_while_updating(void **state)
{
    struct run r = watch_begin("eg9x");

    (void)state;
    watch_event(&r, QD_WATCH_OK);
    early_start(&r);
    watch_line(&r, Q("UPDATING") ",40");
    watch_after(&r, 599 * SECOND);
    watch_line(&r, Q("UPDATING") ",41"); /* begins the wait anew */
    watch_silence(&r, 600 * SECOND, "between");
    watch_version(&r, QD_VERSION_SOURCE);
    watch_is(&r, S(UPDATING), QD_WATCH_LISTEN);
    watch_line(&r, Q("UPDATING") ",42");
    watch_silence(&r, 600 * SECOND, "between");
    watch_version(&r, QD_VERSION_UNREAD);
    watch_silence(&r, 2700 * SECOND - (r.now - r.w.phase), "attempt");
    watch_version(&r, QD_VERSION_SOURCE);
    watch_ends(&r, QD_WATCH_UNKNOWN);
}

static void test_restore_and_no_end(void **state)
{
    struct run r = watch_begin("bg96");

    (void)state;
    watch_line(&r, Q("START"));
    percents(&r, "UPDATING", 1, 100, 33);
    watch_line(&r, Q("RESTORE") ", 100%");
    watch_line(&r, Q("RESTORE") ", 100%");
    watch_silence(&r, 600 * SECOND, "between");
    watch_version(&r, QD_VERSION_TARGET);
    watch_ends(&r, QD_WATCH_IS_TARGET);
}

static void test_power_cuts(void **state)
{
    struct run r = watch_begin("bg96");

    (void)state;
    watch_line(&r, Q("START"));
    watch_line(&r, Q("RESTORE") ",50%");
    watch_event(&r, QD_WATCH_GONE);
    watch_after(&r, 20 * SECOND);
    watch_event(&r, QD_WATCH_BACK);
    watch_line(&r, Q("Last upgrade was not finished,continue upgrade"));
    watch_is(&r, S(RESTORING), QD_WATCH_LISTEN);
    assert_int_equal(r.w.percent, -1);
    percents(&r, "RESTORE", 1, 100, 9);
    watch_line(&r, Q("END") ",0");
    final_start(&r, QD_VERSION_TARGET);
    watch_ends(&r, QD_WATCH_IS_TARGET);

    r = watch_begin("bg96"); /* joined at that, local form: START follows */
    watch_line(&r, Q("Last upgrade was not finished,continue upgrade"));
    watch_line(&r, Q("START"));
    watch_line(&r, Q("RESTORE") ",1%");
    watch_is(&r, S(RESTORING), QD_WATCH_LISTEN);
    assert_int_equal(r.w.attempts, 1);

    r = watch_begin("rg50xq"); /* without limit on RG: more cuts than tries */
    watch_event(&r, QD_WATCH_OK);
    for (unsigned i = 1; i <= 8; i++) {
        early_start(&r);
        watch_line(&r, Q("UPDATING") ",20");
    }
    assert_int_equal(r.w.attempts, 8);
    assert_int_equal(r.w.failures, 0);
    watch_line(&r, Q("END") ",0");
    final_start(&r, QD_VERSION_TARGET);
    watch_ends(&r, QD_WATCH_IS_TARGET);

    r = watch_begin("bg96"); /* at the download: it starts normally and does not go on */
    watch_line(&r, Q("HTTPSTART"));
    watch_event(&r, QD_WATCH_GONE);
    watch_event(&r, QD_WATCH_BACK);
    watch_event(&r, QD_WATCH_RDY);
    watch_silence(&r, 90 * SECOND, "first");
    watch_version(&r, QD_VERSION_SOURCE);
    watch_ends(&r, QD_WATCH_HAS_FAILED);
}

static void test_said_twice_and_again(void **state)
{
    struct run r = watch_begin("eg9x");

    (void)state;
    watch_line(&r, Q("START"));
    watch_line(&r, Q("END") ",0");
    watch_after(&r, 170 * SECOND);
    watch_line(&r, Q("END") ",0"); /* the wait does not begin anew */
    watch_after(&r, 9 * SECOND);
    watch_is(&r, S(ENDED), QD_WATCH_LISTEN);
    watch_line(&r, Q("START")); /* START after END,0: another try */
    watch_is(&r, S(UPDATING), QD_WATCH_LISTEN);
    assert_int_equal(r.w.attempts, 2);
    watch_after(&r, 200 * SECOND);
    watch_is(&r, S(UPDATING), QD_WATCH_LISTEN);
    watch_line(&r, Q("END") ",0");
    watch_event(&r, QD_WATCH_GONE);
    watch_event(&r, QD_WATCH_BACK);
    watch_line(&r, Q("START")); /* while the version is read: what was read does not count */
    watch_version(&(struct run){r.w, r.now, QD_WATCH_READ}, QD_VERSION_SOURCE);
    watch_is(&r, S(UPDATING), QD_WATCH_LISTEN);
}

/* The port goes while a short limit is looked into: the look is given up, not the upgrade. */
static void test_gone_while_looking(void **state)
{
    struct run r = watch_begin("rg50xq");

    (void)state;
    watch_event(&r, QD_WATCH_OK);
    watch_silence(&r, 60 * SECOND, "start");
    watch_event(&r, QD_WATCH_GONE);
    watch_is(&r, S(REBOOTING), QD_WATCH_FIND);
    watch_step(&r, (struct qd_watch_event){.kind = QD_WATCH_VERSION, .version = QD_VERSION_UNREAD});
    watch_is(&r, S(REBOOTING), QD_WATCH_FIND);
    watch_event(&r, QD_WATCH_BACK);
    watch_line(&r, Q("START"));
    watch_is(&r, S(UPDATING), QD_WATCH_LISTEN);
}

/* Whatever comes, in any order: the end is one of four, success only by the target version, and
 * a limit is reached in the end. */
static void test_any_order(void **state)
{
    static const char *const lines[] = {Q("HTTPSTART"),
                                        Q("HTTPEND") ",0",
                                        Q("HTTPEND") ",702",
                                        Q("FTPEND") ",520",
                                        Q("START"),
                                        Q("UPDATING") ",5",
                                        Q("RESTORE") ",50%",
                                        Q("END") ",0",
                                        Q("END") ",520",
                                        Q("END") ",511",
                                        Q("X"),
                                        Q("UPDATING") ",101",
                                        Q("Last upgrade was not finished,continue upgrade")};
    static const char *const family[] = {"bg96", "eg9x", "rg50xq", ""};
    uint32_t seed = 1;
    unsigned outcomes[5] = {0};

    (void)state;
    for (unsigned n = 0; n < 4000; n++) {
        struct run r = watch_begin(family[n % 4]);
        enum qd_watch_version last = QD_VERSION_UNREAD;

        for (unsigned i = 0; r.w.outcome == QD_WATCH_OPEN && i < 400; i++) {
            seed = seed * 1664525u + 1013904223u;
            unsigned k = (seed >> 16) % 40;

            if (r.action == QD_WATCH_READ) {
                last = (enum qd_watch_version)(seed >> 28 & 3);
                watch_version(&r, last);
            } else if (i < 40 && k < sizeof lines / sizeof lines[0]) {
                watch_line(&r, lines[k]);
            } else if (i < 40 && k < 20) {
                watch_event(&r, (enum qd_watch_kind)(QD_WATCH_OK + k % 5));
            } else {
                watch_after(&r, 77 * SECOND);
            }
        }
        assert_int_not_equal(r.w.outcome, QD_WATCH_OPEN);
        assert_int_equal(r.w.outcome == QD_WATCH_IS_TARGET, last == QD_VERSION_TARGET);
        assert_true(r.w.percent >= -1 && r.w.percent <= 100);
        outcomes[r.w.outcome]++;
    }
    for (int i = QD_WATCH_REFUSED; i <= (int)QD_WATCH_UNKNOWN; i++)
        assert_true(outcomes[i] > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bg96_by_http),
        cmocka_unit_test(test_eg9x_and_rg),
        cmocka_unit_test(test_the_port_never_goes),
        cmocka_unit_test(test_percent),
        cmocka_unit_test(test_four_failures_then_success),
        cmocka_unit_test(test_five_failures),
        cmocka_unit_test(test_a_sixth_try),
        cmocka_unit_test(test_end_codes),
        cmocka_unit_test(test_the_version_has_the_last_word),
        cmocka_unit_test(test_download_errors),
        cmocka_unit_test(test_upgrade_code_at_the_download),
        cmocka_unit_test(test_silence_after_sending),
        cmocka_unit_test(test_all_lines_lost),
        cmocka_unit_test(test_first_line_late),
        cmocka_unit_test(test_silence_while_updating),
        cmocka_unit_test(test_restore_and_no_end),
        cmocka_unit_test(test_power_cuts),
        cmocka_unit_test(test_said_twice_and_again),
        cmocka_unit_test(test_gone_while_looking),
        cmocka_unit_test(test_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
