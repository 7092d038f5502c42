/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Every fault of the AT side that `qdiag ufs` can meet, one row each: the simulator's switch, the
 * exit code, and how often the unit was ordered to write, by the simulator's own log. Time is
 * virtual, so that a result after 29 s costs nothing. A row that expects 0 also shows a confirmed
 * copy. */
#include "ufs_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../unit/shell_run.h"
#include "flow/ufs/ufs_guard.h"

static struct ufs_rig rig;

struct row {
    const char *fault;
    enum qdiag_ufs fs;
    int exit_code;
    unsigned orders;  /* =1 or =11 sent */
    const char *text; /* in the error, its hint, or the report's note; NULL = not looked at */
    unsigned wait_ms; /* --wait; 0 = as by default */
    int repeated;
};

#define U QDIAG_UFS
#define E QDIAG_EUFS

static const struct row backups[] = {
    /* Line */
    {"at_late=QPRTPARA=11:4100", E, 0, 1, NULL, 0, 0},
    {"at_late=QPRTPARA=11:29000", E, 0, 1, NULL, 0, 0},
    {"at_late=QPRTPARA=1:29000", U, 0, 1, NULL, 0, 0},
    {"at_late=QPRTPARA=11:31000", E, 0, 1, NULL, 0, 0}, /* late, and still taken for what it is */
    {"at_silent=QPRTPARA=11", E, 0, 1, "no result came in time", 0, 0},
    {"at_silent=QPRTPARA=14", E, 9, 0, "no result within", 0, 0},
    {"at_dead=QPRTPARA=11", E, 18, 1, "AT+CGMM", 0, 0},
    {"at_error=QPRTPARA=11", E, 1, 1, "the unit answers ERROR, and", 0, 0},
    {"at_error=QPRTPARA=11:100", E, 1, 1, "did not rise", 0, 0},
    {"at_cmetext,at_error=QPRTPARA=11:100", E, 1, 1, "did not rise", 0, 0},
    {"at_numeric", E, 0, 1, NULL, 0, 0},
    {"at_echo", E, 0, 1, NULL, 0, 0},
    {"at_noblank", E, 0, 1, NULL, 0, 0},
    {"at_echo,at_urc=echo", E, 0, 1, NULL, 0, 0},
    {"at_urc=before", E, 0, 1, NULL, 0, 0},
    {"at_urc=middle", E, 0, 1, NULL, 0, 0},
    {"at_urc=split", E, 0, 1, NULL, 0, 0},
    {"at_urc=two", E, 0, 1, NULL, 0, 0},
    {"at_urc=middle,at_slowbyte=1000", E, 0, 1, NULL, 0, 0},
    {"at_echo,at_urc=split,at_noblank,at_broken", E, 0, 1, NULL, 0, 0},
    {"at_broken", E, 0, 1, NULL, 0, 0},
    {"at_broken=1", E, 0, 1, NULL, 0, 0},
    {"at_broken=2", E, 0, 1, NULL, 0, 0},
    {"at_cut=QPRTPARA=14", E, 0, 1, NULL, 0, 0}, /* broken off once: asked for again */
    {"at_cut=QPRTPARA=14:2", E, 9, 0, "AT+QPRTPARA=14", 0, 0},
    {"at_cut=QPRTPARA=4", U, 0, 1, NULL, 0, 0},
    {"at_cut=QPRTPARA=4:2", U, 9, 0, "AT+QPRTPARA=4", 0, 0},
    {"at_junk", E, 0, 1, NULL, 0, 0},
    {"at_huge", E, 0, 1, NULL, 0, 0},
    {"at_foreign", E, 9, 0, "does not say its model", 0, 0},
    /* QPRTPARA */
    {"ufs_count=same", E, 17, 1, "did not rise", 0, 0},
    {"ufs_count=same", U, 17, 1, "did not rise", 0, 0},
    {"ufs_count=two", E, 17, 1, "rose by more than one", 0, 0},
    {"ufs_count=two", U, 17, 1, "rose by more than one", 0, 0},
    {"at_errdone=QPRTPARA=11", E, 17, 1, "yet the backup is counted", 0, 0},
    {"at_errdone=QPRTPARA=1", U, 17, 1, "yet the backup is counted", 0, 0},
    {"at_okundone=QPRTPARA=11", E, 17, 1, "did not rise", 0, 0},
    {"at_okundone=QPRTPARA=1", U, 17, 1, "did not rise", 0, 0},
    {"at_silent=QPRTPARA=11,ufs_count=same", E, 18, 1, "no result came in time, and", 0, 0},
    {"ufs_valid=once", E, 0, 2, NULL, 0, 1},
    {"ufs_valid=ever", E, 17, 2, "counted, but not valid", 0, 1},
    {"ufs_fields=13", U, 9, 0, "has 13 fields, not 14", 0, 0},
    {"ufs_fields=15", U, 9, 0, "has 15 fields, not 14", 0, 0},
    {"ufs_fields=20", U, 9, 0, "has 20 fields, not 14", 0, 0},
    {"ufs_fields=13", E, 9, 0, "has 13 fields, not 19", 0, 0},
    {"ufs_fields=18", E, 9, 0, "has 18 fields, not 19", 0, 0},
    {"ufs_fields=20", E, 9, 0, "has 20 fields, not 19", 0, 0},
    {"ufs_value=neg", U, 9, 0, "field 1, CEFS_backup_cnt, is negative: \"-1\"", 0, 0},
    {"ufs_value=neg", E, 9, 0, "field 1, backup_valid, is negative: \"-1\"", 0, 0},
    {"ufs_value=text", U, 9, 0, "field 1, CEFS_backup_cnt, is no number: \"1x\"", 0, 0},
    {"ufs_value=text", E, 9, 0, "field 1, backup_valid, is no number: \"1x\"", 0, 0},
    {"ufs_value=big", U, 9, 0, "field 1, CEFS_backup_cnt, does not fit: \"4294967296\"", 0, 0},
    {"ufs_value=big", E, 9, 0, "field 1, backup_valid, is neither 0 nor 1", 0, 0},
    {"ufs_value=empty", U, 9, 0, "field 1, CEFS_backup_cnt, is empty", 0, 0},
    {"ufs_value=empty", E, 9, 0, "field 1, backup_valid, is empty", 0, 0},
    {"at_reset=QPRTPARA=1", U, 0, 2, NULL, 0, 1},
    {"at_reset=QPRTPARA=11", E, 0, 2, NULL, 0, 1},
    {"at_reset=QPRTPARA=1:9", U, 18, 2, "twice", 0, 1},
    {"at_reset=QPRTPARA=11:9", E, 18, 2, "twice", 0, 1},
    {"at_junk,at_reset=QPRTPARA=11", E, 0, 2, NULL, 0, 1},
    {"at_powercut=QPRTPARA=1", U, 18, 1, "the backup was ordered, then", 0, 0},
    {"at_powercut=QPRTPARA=11", E, 18, 1, "has to be made again", 0, 0},
    {"at_powercut=QPRTPARA=11:done", E, 18, 1, "the backup was ordered, then", 0, 0},
    {"at_stays,at_powercut=QPRTPARA=11", E, 0, 2, NULL, 0, 1}, /* RDY tells */
    {"at_stays,at_powercut=QPRTPARA=1", U, 0, 2, NULL, 0, 1},
    {"at_applate=4000", E, 0, 1, NULL, 0, 0}, /* =14 before APP RDY is ERROR, and waited for */
    {"at_applate=40000", E, 1, 0, "AT+QPRTPARA=14", 0, 0},
    {"at_applate=40000", U, 0, 1, NULL, 0, 0},
    {"at_error=QPRTPARA=4", U, 1, 0, "AT+QPRTPARA=4", 0, 0},
    {"ufs_restored", E, 17, 1, "a restore was counted", 0, 0},
    {"ufs_restored", U, 17, 1, "a restore was counted", 0, 0},
    {"ufs_pages=zero", E, 17, 1, "hold nothing", 0, 0},
    {"ufs_pages=above", E, 0, 1, NULL, 0, 0},
    {"ufs_bad", E, 17, 1, "bad blocks rose", 0, 0},
    {"ufs_bad", U, 17, 1, "bad blocks rose", 0, 0},
    {"at_error=QPRTPARA=?", E, 0, 1, NULL, 0, 0}, /* =? is not there: nothing is concluded */
    {"at_late=QPRTPARA=4:900", U, 0, 1, NULL, 0, 0},
    {"at_late=QPRTPARA=14:900", E, 0, 1, NULL, 0, 0},
    {"at_late=QPRTPARA=4:4900", U, 0, 1, NULL, 0, 0},
    {"at_late=QPRTPARA=11:2500", E, 0, 1, NULL, 1000, 0}, /* sent once, decided by the counter */
    /* Identity */
    {"qgmr_bare", E, 0, 1, NULL, 0, 0},
    {"qgmr_short", E, 0, 1, NULL, 0, 0},
    {"at_error=QGMR", E, 0, 1, NULL, 0, 0},
    {"qgmr_notready=5000", E, 0, 1, NULL, 0, 0},
    {"qgmr_notready=-1", E, 14, 0, "application half does not start", 0, 0},
    {"at_imei", E, 4, 0, "do not give the same IMEI", 0, 0},
    {"at_imei=check", E, 5, 0, "wrong check digit", 0, 0},
    {"at_imei=empty", E, 5, 0, "gives no IMEI", 0, 0},
    {"at_imei=zeros", E, 5, 0, "gives no IMEI", 0, 0},
    {"at_imei=error", E, 5, 0, "gives no IMEI", 0, 0},
};

static int says(const char *text)
{
    return strstr(rig.e.what, text) || strstr(rig.e.why, text) || strstr(rig.e.item, text) ||
           strstr(rig.e.hint, text) || strstr(rig.report.note, text);
}

static void check_touch(const struct row *v)
{
    enum qdiag_touch want = v->exit_code >= 16 ? QDIAG_TOUCH_UNKNOWN : QDIAG_UNTOUCHED;
    if (v->exit_code && rig.e.touch != want)
        fail_msg("%s: touch %d, not %d", v->fault, (int)rig.e.touch, (int)want);
}

static void check_backup(const struct row *v)
{
    const char *order = v->fs == E ? "+QPRTPARA=11" : "+QPRTPARA=1";
    ur_unit(&rig);
    ur_plug(&rig, v->fault);
    int code = ur_backup(&rig, v->fs, v->wait_ms, 0);
    if (code != v->exit_code)
        fail_msg("%s: exit %d, not %d: %s: %s", v->fault, code, v->exit_code, rig.e.what,
                 rig.e.why);
    if (ur_count(&rig, order) != v->orders)
        fail_msg("%s: %u orders, not %u", v->fault, ur_count(&rig, order), v->orders);
    if (v->text && !says(v->text))
        fail_msg("%s: not said: %s; but: %s: %s (%s) %s", v->fault, v->text, rig.e.what, rig.e.why,
                 rig.e.hint, rig.report.note);
    check_touch(v);
    assert_int_equal(rig.report.repeated, v->repeated);
    if (v->orders == 0)
        assert_string_equal(ur_writes(&rig), "");
    if (code == 0) {
        assert_int_equal(rig.report.after.backups, rig.report.before.backups + 1);
        assert_int_equal(rig.report.after.valid, 1);
    }
    ur_unplug(&rig);
}

static void test_backups(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof backups / sizeof backups[0]; i++)
        check_backup(&backups[i]);
}

/* A backup is complete when all that the unit has is in it; the unit may have had no file. */
static void test_a_backup_without_files(void **state)
{
    char good[96];
    (void)state;
    snprintf(good, sizeof good, "%s", rig.file);
    ur_unit(&rig);
    assert_int_equal(shell_run("rm -r %s/efs/* %s/efs-alt/*", rig.unit_dir, rig.unit_dir), 0);
    ur_plug(&rig, "");
    snprintf(rig.file, sizeof rig.file, "%s/bare.xqcn", rig.root);
    assert_int_equal(ur_backup_file(&rig, rig.file), 0);
    ur_unplug(&rig);
    ur_unit(&rig);
    ur_plug(&rig, "");
    assert_int_equal(ur_backup(&rig, E, 0, 0), 5);
    assert_true(says("it holds no EFS files"));
    assert_string_equal(ur_writes(&rig), "");
    ur_unplug(&rig);
    snprintf(rig.file, sizeof rig.file, "%s", good);
}

static void stop_in_the_copy(const char *phase, uint64_t done, uint64_t total, const char *item,
                             void *user)
{
    (void)total;
    (void)item;
    if (strstr(phase, "do not cut the power") && done == 0)
        qdiag_cancel_request(user);
}

/* Who wants to stop gets no second order. */
static void test_stopped_before_the_second(void **state)
{
    struct qdiag_cancel *c = qdiag_cancel_new();
    (void)state;
    assert_non_null(c);
    ur_unit(&rig);
    ur_plug(&rig, "ufs_valid=once");
    qdiag_context_set_cancel(rig.ctx, c);
    qdiag_context_set_progress(rig.ctx, stop_in_the_copy, c);
    assert_int_equal(ur_backup(&rig, E, 0, 0), 17);
    qdiag_context_set_progress(rig.ctx, NULL, NULL);
    qdiag_context_set_cancel(rig.ctx, NULL);
    qdiag_cancel_free(&c);
    assert_true(says("counted, but not valid"));
    assert_int_equal(ur_count(&rig, "+QPRTPARA=11"), 1);
    assert_int_equal(rig.report.repeated, 0);
    ur_unplug(&rig);
}

/* One counter after the other; the modem side has no bad blocks by part. */
static void test_what_rises_meanwhile(void **state)
{
    struct qdiag_ufs_state a = {.known = 1, .valid = 1, .backups = 3, .restores = 1, .pages = 9}, b;
    const char *why;
    (void)state;
    for (int fs = 0; fs < 2; fs++) {
        b = a;
        b.backups++;
        assert_int_equal(qd_ufs_judge(fs, &a, &b, &why), QD_UFS_CONFIRMED);
        b.restores++;
        assert_int_equal(qd_ufs_judge(fs, &a, &b, &why), QD_UFS_SIDE);
        b.restores--;
        for (size_t i = 0; i < sizeof b.probe / sizeof b.probe[0]; i++) {
            b.probe[i]++;
            assert_int_equal(qd_ufs_judge(fs, &a, &b, &why), QD_UFS_SIDE);
            b.probe[i]--;
        }
        for (size_t i = 0; i < sizeof b.bad_part / sizeof b.bad_part[0]; i++) {
            b.bad_part[i]++;
            assert_int_equal(qd_ufs_judge(fs, &a, &b, &why),
                             fs == E ? QD_UFS_SIDE : QD_UFS_CONFIRMED);
            b.bad_part[i]--;
        }
        b.bad_blocks++;
        assert_int_equal(qd_ufs_judge(fs, &a, &b, &why), QD_UFS_SIDE);
    }
}

/* A count can only fall when there were some. */
static void test_counter_falls(void **state)
{
    (void)state;
    ur_unit(&rig);
    for (int fs = 0; fs < 2; fs++) {
        ur_plug(&rig, "");
        assert_int_equal(ur_backup(&rig, fs, 0, 0), 0);
        assert_int_equal(ur_backup(&rig, fs, 0, 1), 0);
        ur_unplug(&rig);
        ur_plug(&rig, "ufs_count=falls");
        assert_int_equal(ur_backup(&rig, fs, 0, 1), 18);
        assert_true(says("made its records anew"));
        assert_int_equal(rig.e.touch, QDIAG_TOUCH_UNKNOWN);
        assert_int_equal(ur_count(&rig, fs == E ? "+QPRTPARA=11" : "+QPRTPARA=1"), 1);
        ur_unplug(&rig);
    }
}

/* ---- restore ---- */

static const struct row restores[] = {
    {"", E, 0, 1, NULL, 0, 0},
    {"", U, 0, 1, NULL, 0, 0},
    /* a UART: the line stays, only RDY tells of the reset */
    {"at_stays", E, 0, 1, NULL, 0, 0},
    {"at_stays", U, 0, 1, NULL, 0, 0},
    {"at_stays,at_junk", E, 0, 1, NULL, 0, 0}, /* NUL and noise behind the reset, before RDY */
    {"at_stays,at_echo,at_numeric,at_urc=echo", E, 0, 1, NULL, 0, 0},
    {"at_junk", E, 0, 1, NULL, 0, 0},
    {"at_broken=2", E, 0, 1, NULL, 0, 0},
    {"at_huge", E, 0, 1, NULL, 0, 0},
    {"at_applate=4000", E, 0, 1, NULL, 0, 0},
    {"at_late=QPRTPARA=13:4100", E, 0, 1, NULL, 0, 0},
    {"at_late=QPRTPARA=13:29000", E, 0, 1, NULL, 0, 0},
    {"at_silent=QPRTPARA=13", E, 0, 1, NULL, 0, 0},
    {"at_silent=CFUN", E, 0, 1, NULL, 0, 0},
    {"at_silent=CFUN,at_stays", E, 0, 1, NULL, 0, 0},
    {"at_cut=QPRTPARA=14", E, 0, 1, NULL, 0, 0},
    {"at_error=QPRTPARA=13", E, 1, 1, "the unit answers ERROR", 0, 0},
    {"at_error=QPRTPARA=3", U, 1, 1, "the unit answers ERROR", 0, 0},
    {"at_okundone=QPRTPARA=13", E, 17, 1, "did not rise after the reset", 0, 0},
    {"at_error=CFUN", E, 18, 1, "comes with the next reset", 0, 0},
    /* the power goes while the order is given: not taken, or taken */
    {"at_powercut=QPRTPARA=13", E, 18, 1, "lost its power while it got the order", 0, 0},
    {"at_powercut=QPRTPARA=13:done", E, 0, 1, "before it answered", 0, 0},
    {"at_powercut=QPRTPARA=3", U, 18, 1, "lost its power while it got the order", 0, 0},
    {"at_stays,at_powercut=QPRTPARA=13", E, 18, 1, "lost its power while it got the order", 0, 0},
    {"at_stays,at_powercut=QPRTPARA=13:done", E, 0, 1, "before it answered", 0, 0},
    /* between the order and the reset: the restore comes with the power */
    {"at_powercut=CFUN", E, 0, 1, NULL, 0, 0},
    {"at_stays,at_powercut=CFUN", E, 0, 1, NULL, 0, 0},
    {"at_imei=error", E, 4, 0, "the unit has no IMEI", 0, 0},
    {"at_imei=later", U, 18, 1, "another unit, or the copy held another IMEI", 0, 0}, /* swapped */
    {"at_dead=QPRTPARA=13", E, 0, 1, NULL, 0, 0}, /* silent until it starts anew */
};

static void check_restore(const struct row *v)
{
    const char *order = v->fs == E ? "+QPRTPARA=13" : "+QPRTPARA=3";
    ur_unit(&rig);
    ur_plug(&rig, "");
    assert_int_equal(ur_backup(&rig, v->fs, 0, 0), 0);
    ur_unplug(&rig);
    ur_plug(&rig, v->fault);
    int code = ur_restore(&rig, v->fs, UFS_DIGITS);
    if (code != v->exit_code)
        fail_msg("%s: exit %d, not %d: %s: %s", v->fault, code, v->exit_code, rig.e.what,
                 rig.e.why);
    if (ur_count(&rig, order) != v->orders)
        fail_msg("%s: %u orders, not %u", v->fault, ur_count(&rig, order), v->orders);
    if (v->text && !says(v->text))
        fail_msg("%s: not said: %s; but: %s: %s (%s) %s", v->fault, v->text, rig.e.what, rig.e.why,
                 rig.e.hint, rig.report.note);
    if (v->exit_code == 17)
        assert_true(rig.e.touch != QDIAG_UNTOUCHED);
    else
        check_touch(v);
    if (code == 0)
        assert_int_equal(rig.report.after.restores, rig.report.before.restores + 1);
    if (code == 0)
        assert_int_equal(rig.resets, 1);
    ur_unplug(&rig);
}

static void test_restores(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof restores / sizeof restores[0]; i++)
        check_restore(&restores[i]);
}

/* RDY came while the unit was told to reset: its going is not waited for. */
static void test_a_seen_reset(void **state)
{
    (void)state;
    ur_unit(&rig);
    ur_plug(&rig, "at_stays,at_powercut=CFUN");
    assert_int_equal(ur_backup(&rig, E, 0, 0), 0);
    uint64_t before = ur_now_ms();
    assert_int_equal(ur_restore(&rig, E, UFS_DIGITS), 0);
    assert_true(ur_now_ms() - before < 5000);
    ur_unplug(&rig);
}

/* ---- files ---- */

static const struct {
    const char *fault;
    int exit_code;
    const char *text;
    int kept; /* bytes that are in the unit afterwards, -1 = no file */
} uploads[] = {
    {"", 0, NULL, 3000},
    {"at_slowbyte=1000", 0, NULL, 3000},
    {"at_urc=two", 0, NULL, 3000},
    {"at_error=QFUPL", 1, "the unit answers ERROR", -1},
    {"at_error=QFUPL:407", 1, "+CME ERROR: 407, file already exists", -1},
    {"at_error=QFUPL:409", 1, "+CME ERROR: 409, fail to write the file", -1},
    {"at_error=QFUPL:410", 1, "+CME ERROR: 410, fail to open the file", -1},
    {"at_error=QFUPL:420", 1, "+CME ERROR: 420, no space", -1},
    {"at_cmetext,at_error=QFUPL:420", 1, "operation not allowed", -1},
    {"file_sum", 17, "checksum", 3000},
    {"file_short", 17, "counts 2999 bytes", 3000},
    {"file_stall", 18, "the file in the unit may be there in part", 1500},
    {"file_escape", 18, "the file in the unit may be there in part", 1500},
};

/* What `ls` says without a fault. */
static void check_kept(int kept)
{
    struct qdiag_user_files list;
    ur_unplug(&rig);
    ur_plug(&rig, "");
    assert_int_equal(ur_files(&rig, &list), 0);
    assert_int_equal(list.count, kept >= 0 ? 1 : 0);
    if (kept >= 0) {
        assert_string_equal(list.file[0].name, "UFS:f");
        assert_int_equal(list.file[0].size, kept);
        assert_int_equal(list.total_bytes - list.free_bytes, kept);
    }
    qdiag_user_files_free(&list);
}

static void test_uploads(void **state)
{
    char data[3000];
    (void)state;
    memset(data, 'g', sizeof data);
    for (size_t i = 0; i < sizeof uploads / sizeof uploads[0]; i++) {
        ur_unit(&rig);
        ur_plug(&rig, uploads[i].fault);
        int code = ur_put_file(&rig, "f", data, sizeof data);
        if (code != uploads[i].exit_code)
            fail_msg("%s: exit %d, not %d: %s: %s", uploads[i].fault, code, uploads[i].exit_code,
                     rig.e.what, rig.e.why);
        if (uploads[i].text && !says(uploads[i].text))
            fail_msg("%s: %s: %s", uploads[i].fault, rig.e.what, rig.e.why);
        if (code == 18)
            assert_int_equal(rig.e.touch, QDIAG_TOUCH_UNKNOWN);
        check_kept(uploads[i].kept);
        ur_unplug(&rig);
    }
}

/* Data that looks like an escape, like a command, like a result; sums whose zeros the unit drops.
 */
static void test_data_is_data(void **state)
{
    static char big[2400];
    static const struct {
        const char *p;
        size_t n;
    } v[] = {{"+++", 3},  {"ABAB", 4}, {"\0\1", 2}, {"\r\nOK\r\n", 6}, {"\xff", 1},
             {big, 1023}, {big, 1024}, {big, 1027}, {big, 2400}};
    char path[128];
    (void)state;
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = "a+++b\r\nAT+QPRTPARA=1\r\n+++"[i % 25];
    snprintf(path, sizeof path, "%s/back", rig.root);
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        char back[2500];
        ur_unit(&rig);
        ur_plug(&rig, "");
        assert_int_equal(ur_put_file(&rig, "f", v[i].p, v[i].n), 0);
        assert_int_equal(ur_get_file(&rig, "f", path), 0);
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        assert_int_equal(fread(back, 1, sizeof back, f), v[i].n);
        fclose(f);
        assert_memory_equal(back, v[i].p, v[i].n);
        assert_int_equal(ur_count(&rig, "+QPRTPARA=1"), 0);
        ur_unplug(&rig);
    }
}

static void test_downloads(void **state)
{
    static const struct {
        const char *fault;
        int exit_code;
    } v[] = {{"file_sum", 9}, {"file_short", 9}, {"at_error=QFDWL:405", 1}, {"at_cut=QFLST:9", 9}};
    struct qdiag_user_files list;
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s/no", rig.root);
    ur_unit(&rig);
    ur_plug(&rig, "at_error=QFLST:405"); /* no file at all */
    assert_int_equal(ur_files(&rig, &list), 0);
    assert_int_equal(list.count, 0);
    qdiag_user_files_free(&list);
    ur_unplug(&rig);
    ur_plug(&rig, "");
    assert_int_equal(ur_get_file(&rig, "f", path), 1);
    assert_int_equal(ur_put_file(&rig, "f", "123456789", 9), 0);
    ur_unplug(&rig);
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        ur_plug(&rig, v[i].fault);
        int code = ur_get_file(&rig, "f", path);
        if (code != v[i].exit_code)
            fail_msg("%s: exit %d: %s: %s", v[i].fault, code, rig.e.what, rig.e.why);
        assert_null(fopen(path, "rb"));
        assert_string_equal(ur_writes(&rig), "");
        ur_unplug(&rig);
    }
}

/* Status, backup, a file there and back, restore, list: over every kind of line. */
static void test_lines(void **state)
{
    static const char *const lines[] = {
        "at_numeric",       "at_echo",
        "at_noblank",       "at_urc=before",
        "at_urc=middle",    "at_urc=two",
        "at_urc=split",     "at_echo,at_urc=echo",
        "at_broken",        "at_broken=2",
        "at_huge",          "at_junk",
        "at_cmetext",       "at_stays",
        "at_slowbyte=1000", "at_echo,at_urc=split,at_noblank,at_broken"};
    static char data[1025], back[1100];
    struct qdiag_user_files list;
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s/line", rig.root);
    memset(data, 'A', sizeof data);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        ur_unit(&rig);
        ur_plug(&rig, lines[i]);
        assert_int_equal(ur_status(&rig), 0);
        assert_int_equal(ur_backup(&rig, E, 0, 0), 0);
        assert_int_equal(ur_put_file(&rig, "f", data, sizeof data), 0);
        assert_int_equal(ur_get_file(&rig, "f", path), 0);
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        assert_int_equal(fread(back, 1, sizeof back, f), sizeof data);
        fclose(f);
        assert_memory_equal(back, data, sizeof data);
        assert_int_equal(ur_restore(&rig, E, UFS_DIGITS), 0);
        assert_int_equal(ur_files(&rig, &list), 0);
        assert_int_equal(list.count, 0);
        qdiag_user_files_free(&list);
        assert_string_equal(ur_writes(&rig), "at +QPRTPARA=11\nat +QFUPL=\"f\",1025,5,1\n"
                                             "at +QPRTPARA=13\nat +CFUN=1,1\n");
        ur_unplug(&rig);
    }
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
        cmocka_unit_test(test_backups),
        cmocka_unit_test(test_counter_falls),
        cmocka_unit_test(test_what_rises_meanwhile),
        cmocka_unit_test(test_a_backup_without_files),
        cmocka_unit_test(test_stopped_before_the_second),
        cmocka_unit_test(test_restores),
        cmocka_unit_test(test_a_seen_reset),
        cmocka_unit_test(test_uploads),
        cmocka_unit_test(test_data_is_data),
        cmocka_unit_test(test_downloads),
        cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
