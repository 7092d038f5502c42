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

/* The unit's side of the note's example, byte for byte. */
static void test_the_example(void **state)
{
    static const struct {
        const char *command, *answer;
    } v[] = {
        {"ATE0\r", "ATE0\r\r\nOK\r\n"},
        {"AT+QPRTPARA=1\r", "\r\nOK\r\n"},
        {"AT+QPRTPARA=4\r", "\r\n+QPRTPARA: 16,0,268,0,0,0,0,0,0,0,0,0,0,0\r\n\r\nOK\r\n"},
        {"AT+QPRTPARA=11\r", "\r\nOK\r\n"},
        {"AT+QPRTPARA=14\r",
         "\r\n+QPRTPARA: 1,1,0,0,0,0,0,0,0,0,0,0,0,258,0,0,0,0,0\r\n\r\nOK\r\n"},
    };
    static char fill[260 * 2048];
    struct qdiag_address_dummy {
        int none;
    } dummy;
    (void)state;
    (void)dummy;
    ur_unit(&rig);
    ur_fill(&rig, fill, sizeof fill); /* 268 and 258 pages, fifteen backups made before */
    ur_plug(&rig, "");
    ur_reboot(&rig);
    assert_string_equal(ur_say(&rig, ""), "\r\nRDY\r\n\r\nAPP RDY\r\n");
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        assert_string_equal(ur_say(&rig, v[i].command), v[i].answer);
    ur_unplug(&rig);
}
