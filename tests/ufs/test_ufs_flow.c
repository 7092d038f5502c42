/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The BG95-S5 note's example and figures 4 and 5 as they stand there, the guard against wear, what
 * only reads, and `+++` as the simulated unit takes it. Virtual time; the log of the simulator says
 * what was sent. */
#include "ufs_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

static struct ufs_rig rig;

#define U QDIAG_UFS
#define E QDIAG_EUFS

static void start(const char *faults)
{
    ur_unit(&rig);
    ur_plug(&rig, faults);
}

static void again(const char *faults)
{
    ur_unplug(&rig);
    ur_plug(&rig, faults);
}

static void assert_files(const char *name)
{
    struct qdiag_user_files list;
    assert_int_equal(ur_files(&rig, &list), 0);
    assert_int_equal(list.count, name ? 1 : 0);
    if (name)
        assert_string_equal(list.file[0].name, name);
    qdiag_user_files_free(&list);
}

/* Is the backup valid? No: make one. Then a file, restore, reset: the file is gone. */
static void figure_4(const char *faults)
{
    start(faults);
    assert_int_equal(ur_status(&rig), 0);
    assert_int_equal(rig.report.unit.fs[E].valid, 0);
    assert_int_equal(ur_backup(&rig, E, 0, 0), 0);
    assert_int_equal(ur_status(&rig), 0);
    assert_int_equal(rig.report.unit.fs[E].valid, 1);
    assert_int_equal(ur_put_file(&rig, "test.txt", "hello", 5), 0);
    assert_files("UFS:test.txt");
    assert_int_equal(ur_restore(&rig, E, UFS_DIGITS), 0);
    assert_files(NULL);
    assert_int_equal(rig.resets, 1);
    assert_string_equal(ur_writes(&rig), "at +QPRTPARA=11\nat +QFUPL=\"test.txt\",5,5,1\n"
                                         "at +QPRTPARA=13\nat +CFUN=1,1\n");
    assert_int_equal(ur_status(&rig), 0);
    assert_int_equal(rig.report.unit.fs[E].restores, 1);
    assert_int_equal(rig.report.unit.warnings, 2); /* UFS has no copy; EUFS was restored before */
    assert_string_equal(rig.report.unit.warning[1], "EUFS: restored 1 times before");
    ur_unplug(&rig);
}

/* A file, then a backup: valid? Yes: delete the file, restore, reset: the file is back. */
static void figure_5(const char *faults, unsigned orders)
{
    start(faults);
    assert_int_equal(ur_put_file(&rig, "test.txt", "hello", 5), 0);
    assert_int_equal(ur_backup(&rig, E, 0, 0), 0);
    assert_int_equal(ur_status(&rig), 0);
    assert_int_equal(rig.report.unit.fs[E].valid, 1);
    if (qdiag_at_open(rig.ctx, "unix:/at", &rig.at, &rig.e) != 0 ||
        qdiag_user_file_delete(rig.at, "test.txt", &rig.e) != 0)
        fail_msg("%s: %s", rig.e.what, rig.e.why);
    qdiag_at_close(&rig.at);
    assert_files(NULL);
    assert_int_equal(ur_restore(&rig, E, UFS_DIGITS), 0);
    assert_files("UFS:test.txt");
    assert_int_equal(ur_count(&rig, "+QPRTPARA=11"), orders);
    assert_int_equal(ur_count(&rig, "+QPRTPARA=13"), 1);
    assert_int_equal(ur_count(&rig, "+QPRTPARA=1") + ur_count(&rig, "+QPRTPARA=3"), 0);
    ur_unplug(&rig);
}

static void test_figures(void **state)
{
    static const char *const lines[] = {"", "at_slowbyte=1000", "at_stays",
                                        "at_stays,at_echo,at_urc=split,at_broken=2,at_noblank"};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        figure_4(lines[i]);
        figure_5(lines[i], 1);
    }
    figure_5("ufs_valid=once", 2); /* "valid? no" leads back to =11 */
}

/* ---- a client of our own at the simulated unit ---- */

static uint64_t at_us;

/* Bytes to the unit, so much later; what it has said by then, and says to them. */
static const char *say(const char *bytes, unsigned after_ms)
{
    static char out[2048];
    struct sim_at *a = ur_side();
    const uint8_t *p;
    size_t n, len = 0;
    at_us += after_ms * 1000u;
    assert_int_equal(sim_at_due(a) <= at_us ? sim_at_tick(a, at_us) : 0, 0);
    assert_int_equal(sim_at_feed(a, (const uint8_t *)bytes, strlen(bytes), at_us), 0);
    while ((p = sim_queue_next(&a->out, at_us, &n))) {
        assert_true(len + n < sizeof out);
        memcpy(out + len, p, n);
        len += n;
        sim_queue_wrote(&a->out, n, at_us);
    }
    out[len] = '\0';
    return out;
}

static void boot(void)
{
    at_us = ur_now_ms() * 1000;
    sim_at_restart(ur_side(), at_us);
    ur_side()->booted = 1;
    assert_int_equal(sim_at_connect(ur_side(), at_us), 0);
}

/* Fills the unit's file systems to the note's numbers of pages; UFS was backed up 15 times. */
static void as_in_the_example(void)
{
    static const char *const names[] = {"efs/fill", "efs-alt/fill"};
    static const uint32_t pages[] = {268, 258};
    static char zeros[268 * 2048];
    start("");
    assert_int_equal(ur_status(&rig), 0);
    ur_unplug(&rig);
    for (int i = 0; i < 2; i++)
        ur_put(&rig, names[i], zeros, (pages[i] - rig.report.unit.fs[i].pages - 1) * 2048);
    ur_put(&rig, "ufs/state", "valid = 1\nbackups = 15\n", 23);
    ur_plug(&rig, "");
}

/* The note's example, byte for byte, from the simulated unit. */
static void test_the_example(void **state)
{
    static const struct {
        const char *command, *answer;
    } v[] = {
        {"", "\r\nRDY\r\n\r\nAPP RDY\r\n"},
        {"ATE0\r", "ATE0\r\r\nOK\r\n"},
        {"AT+QPRTPARA=1\r", "\r\nOK\r\n"},
        {"AT+QPRTPARA=4\r", "\r\n+QPRTPARA: 16,0,268,0,0,0,0,0,0,0,0,0,0,0\r\n\r\nOK\r\n"},
        {"AT+QPRTPARA=11\r", "\r\nOK\r\n"},
        {"AT+QPRTPARA=14\r",
         "\r\n+QPRTPARA: 1,1,0,0,0,0,0,0,0,0,0,0,0,258,0,0,0,0,0\r\n\r\nOK\r\n"},
    };
    (void)state;
    as_in_the_example();
    boot();
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        assert_string_equal(say(v[i].command, 10), v[i].answer);
    assert_string_equal(ur_writes(&rig), "at +QPRTPARA=1\nat +QPRTPARA=11\n");
    ur_unplug(&rig);
    /* and the same through the library */
    as_in_the_example();
    assert_int_equal(ur_backup(&rig, U, 4000, 0), 0);
    assert_int_equal(rig.report.before.backups, 15);
    assert_int_equal(rig.report.after.backups, 16);
    assert_int_equal(rig.report.after.pages, 268);
    assert_int_equal(ur_backup(&rig, E, 4000, 0), 0);
    assert_int_equal(rig.report.after.backups, 1);
    assert_int_equal(rig.report.after.pages, 258);
    ur_unplug(&rig);
}

/* An escape needs a second of silence on both sides; then the part that came is kept. */
static void test_escape(void **state)
{
    static const char *const up = "AT+QFUPL=\"f\",20,5,0\r";
    (void)state;
    start("");
    boot();
    (void)say("ATE0;+CMEE=1\r", 10);
    assert_string_equal(say(up, 10), "\r\nCONNECT\r\n");
    assert_string_equal(say("12345", 10), "");
    assert_string_equal(say("+++", 1000), "");
    assert_string_equal(say("", 999), "");
    assert_string_equal(say("", 1), "\r\n+QFUPL: 5,3706\r\n\r\nOK\r\n");
    assert_string_equal(say("AT+QFLST\r", 10), "\r\n+QFLST: \"UFS:f\",5\r\n\r\nOK\r\n");
    assert_string_equal(say("AT+QFDEL=\"f\"\r", 10), "\r\nOK\r\n");
    /* one by one is an escape, too */
    assert_string_equal(say(up, 10), "\r\nCONNECT\r\n");
    assert_string_equal(say("+", 1000), "");
    assert_string_equal(say("+", 100), "");
    assert_string_equal(say("+", 100), "");
    assert_string_equal(say("", 1000), "\r\n+QFUPL: 0,0\r\n\r\nOK\r\n");
    assert_string_equal(say("AT+QFDEL=\"f\"\r", 10), "\r\nOK\r\n");
    /* without the silence before, without the one behind, with more than three: data */
    assert_string_equal(say(up, 10), "\r\nCONNECT\r\n");
    assert_string_equal(say("+++", 900), "");
    assert_string_equal(say("+++", 1100), "");
    assert_string_equal(say("x", 999), "");
    assert_string_equal(say("++++", 1100), "");
    assert_string_equal(say("+", 1100), "");
    assert_string_equal(say("123456", 100), "");
    /* and the signs that make the file whole */
    assert_string_equal(say("++", 1100), "\r\n+QFUPL: 20,4f1b\r\n\r\nOK\r\n");
    assert_string_equal(say("AT+QFDWL=\"f\"\r", 10),
                        "\r\nCONNECT\r\n++++++x+++++123456++\r\n+QFDWL: 20,4f1b\r\n\r\nOK\r\n");
    ur_unplug(&rig);
}

/* ---- what only reads ---- */

static void test_reading_writes_nothing(void **state)
{
    static const char *const faults[] = {"",
                                         "at_echo,at_numeric",
                                         "ufs_fields=13",
                                         "at_silent=QPRTPARA",
                                         "at_error=QGMR",
                                         "qgmr_notready=-1",
                                         "at_imei=error"};
    struct qdiag_user_files list;
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s/none", rig.root);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        start(faults[i]);
        (void)ur_status(&rig);
        (void)ur_files(&rig, &list);
        qdiag_user_files_free(&list);
        assert_int_not_equal(ur_get_file(&rig, "none", path), 0);
        assert_int_equal(ur_restore(&rig, E, NULL) == 0, 0);
        assert_int_equal(ur_restore(&rig, E, "0016") == 0, 0);
        assert_int_equal(ur_restore(&rig, U, UFS_DIGITS) == 0, 0); /* there is no copy */
        assert_string_equal(ur_writes(&rig), "");
        assert_true(ur_count(&rig, "+CGMM") >= 6);
        assert_int_equal(rig.resets, 0);
        ur_unplug(&rig);
    }
}

/* ---- wear ---- */

static int skips(enum qdiag_ufs fs, int force)
{
    int code = ur_backup(&rig, fs, 0, force);
    if (code != 0)
        fail_msg("exit %d: %s: %s", code, rig.e.what, rig.e.why);
    return rig.report.skipped;
}

/* The note beside the DIAG backup, so many hours back. */
static void age_note(const char *file, json_int_t hours)
{
    static const char *const names[] = {"ufs", "eufs"};
    char path[128];
    snprintf(path, sizeof path, "%s.ufs.json", file);
    json_t *j = json_load_file(path, 0, NULL);
    assert_non_null(j);
    for (int i = 0; i < 2; i++) {
        json_t *one = json_object_get(j, names[i]);
        if (one)
            json_object_set_new(one, "time", json_integer((json_int_t)time(NULL) - hours * 3600));
    }
    assert_int_equal(json_dump_file(j, path, 0), 0);
    json_decref(j);
}

static void assert_no_identity(const char *file)
{
    char path[128], text[4096];
    snprintf(path, sizeof path, "%s.ufs.json", file);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    assert_non_null(strstr(text, "\"unit\""));
    assert_null(strstr(text, UFS_IMEI));
}

static void test_wear(void **state)
{
    char note[128];
    (void)state;
    start("");
    assert_false(skips(E, 0));
    assert_true(skips(E, 0));
    assert_false(skips(U, 0)); /* another file system */
    assert_true(skips(U, 0));
    assert_int_equal(ur_count(&rig, "+QPRTPARA=11"), 1);
    assert_false(skips(E, 1));
    assert_int_equal(ur_count(&rig, "+QPRTPARA=11"), 2);
    assert_true(skips(E, 0));
    assert_no_identity(rig.file);
    age_note(rig.file, 23);
    assert_true(skips(E, 0));
    age_note(rig.file, 25);
    assert_false(skips(E, 0)); /* a day old */
    age_note(rig.file, -2);
    assert_false(skips(E, 0)); /* from the future */
    age_note(rig.file, INT64_MAX / 3600);
    assert_false(skips(E, 0)); /* no time at all: hours are rounded up */
    snprintf(note, sizeof note, "%s.ufs.json", rig.file);
    FILE *f = fopen(note, "w");
    assert_non_null(f);
    assert_true(fputs("{\"schema\": \"qdiag.ufs-note/1\"", f) >= 0);
    fclose(f);
    assert_false(skips(E, 0)); /* a note that cannot be read counts for nothing, and is made anew */
    assert_true(skips(E, 0));
    ur_unplug(&rig);
}

/* Another firmware or count is not the one that was confirmed. */
static void test_wear_of_another(void **state)
{
    (void)state;
    start("");
    assert_false(skips(E, 0));
    again("qgmr_bare"); /* another firmware */
    assert_false(skips(E, 0));
    assert_true(skips(E, 0));
    again("qgmr_short");
    assert_false(skips(E, 0));
    again(""); /* another client made one in between */
    assert_false(skips(E, 0));
    boot();
    assert_non_null(strstr(say("AT+QPRTPARA=11\r", 10), "\r\nOK\r\n"));
    again("");
    assert_false(skips(E, 0));
    assert_true(skips(E, 0));
    assert_int_equal(ur_restore(&rig, E, UFS_DIGITS), 0); /* what it holds now is another state */
    again("");
    assert_false(skips(E, 0));
    assert_true(skips(E, 0));
    ur_unplug(&rig);
}

/* Found by any DIAG backup of the unit in that folder, and never by that of another unit. */
static void test_wear_by_folder(void **state)
{
    char first[96], copy[96];
    (void)state;
    snprintf(first, sizeof first, "%s", rig.file);
    snprintf(copy, sizeof copy, "%s/second.xqcn", rig.root);
    start("");
    assert_false(skips(E, 0));
    assert_int_equal(ur_backup_file(&rig, copy), 0);
    snprintf(rig.file, sizeof rig.file, "%s", copy);
    assert_true(skips(E, 0));
    ur_unplug(&rig);

    ur_other_unit(&rig); /* its count is the same */
    ur_plug(&rig, "");
    snprintf(copy, sizeof copy, "%s/other.xqcn", rig.root);
    assert_int_equal(ur_backup_file(&rig, copy), 0);
    assert_int_equal(ur_backup(&rig, E, 0, 0), 4); /* the first unit's file */
    snprintf(rig.file, sizeof rig.file, "%s", copy);
    assert_false(skips(E, 0));
    assert_true(skips(E, 0));
    ur_unplug(&rig);
    snprintf(rig.file, sizeof rig.file, "%s", first);
}

static int set_up(void **state)
{
    (void)state;
    ur_start(&rig);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ur_stop(&rig);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),        cmocka_unit_test(test_the_example),
        cmocka_unit_test(test_escape),         cmocka_unit_test(test_reading_writes_nothing),
        cmocka_unit_test(test_wear),           cmocka_unit_test(test_wear_of_another),
        cmocka_unit_test(test_wear_by_folder),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
