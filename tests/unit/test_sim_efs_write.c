/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The simulated EFS2 server where it changes: open flags, WRITE, PUT, names, directories, sync, and
 * the vectors of facts diag-protocol 12.7 that write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sim_rig.h"

#define EFS        "4b 13 "
#define ERR(op, n) EFS op " 00 " n " 00 00 00"

static void start(struct sim_rig *r, const char *conf)
{
    sim_rig_init(r, conf);
    sim_rig_text(r, "efs/nv/keep", "x");
    sim_rig_start(r);
}

static void test_vectors_write(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, EFS "02 00 41 02 04 00 ff 01 00 00 '/nv/x' 00", EFS "02 00 00*8");
    assert_int_equal(r.reply.is_write, 1);
    assert_int_equal(r.reply.cls, SIM_CLASS_EFS_WRITE);
    sim_rig_expect(&r, EFS "05 00 00*8 7e 7d 11 22", EFS "05 00 00*8 04 00 00 00 00*4");
    assert_int_equal(r.reply.is_write, 1);
    sim_rig_expect(&r, EFS "03 00 00*4", EFS "03 00 00*4");
    sim_rig_expect(&r, EFS "10 00 '/nv/x' 00",
                   EFS "10 00 00*4 ff e1 00 00 80 3d d5 12 80 3d d5 12 80 3d d5 12");
    sim_rig_expect(&r, EFS "09 00 ff 01 '/nv' 00", ERR("09", "11"));
    assert_int_equal(r.reply.is_write, 1);
    sim_rig_expect(&r, EFS "08 00 '/nv/x' 00", ERR("08", "00"));
    assert_int_equal(r.reply.is_write, 1);
    sim_rig_expect(&r, EFS "26 00 04 00 00 00 41 02 0c 00 01 00 7e 7d 11 22 '/nv/x' 00",
                   EFS "26 00 01 00 00 00 00 00");
    assert_int_equal(r.reply.is_write, 1);
    sim_rig_expect(&r, EFS "30 00 01 00 '/' 00", EFS "30 00 01 00 07 00 00 00 00 00 00 00");
    sim_rig_expect(&r, EFS "31 00 01 00 07 00 00 00 '/' 00", EFS "31 00 01 00 01 00 00 00 00");
    sim_rig_expect(&r, EFS "31 00 01 00 07 00 00 00 '/' 00", EFS "31 00 01 00 01 00 00 00 00");
    sim_rig_expect(&r, EFS "31 00 01 00 07 00 00 00 '/' 00", EFS "31 00 01 00 00 00 00 00 00");
    sim_rig_expect(&r, EFS "31 00 02 00 09 00 00 00 '/' 00", EFS "31 00 02 00 00 16 00 00 00");
    sim_rig_end(&r);
}

static void test_sync_quirks(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "sync = 306\n");
    sim_rig_expect(&r, EFS "30 00 01 00 '/' 00", EFS "30 00 01 00 00 00 00 00 32 01 00 00");
    sim_rig_end(&r);
    start(&r, "sync = 13\n");
    sim_rig_expect(&r, EFS "30 00 01 00 '/' 00", "13 " EFS "30 00 01 00 '/' 00");
    sim_rig_end(&r);
    start(&r, "sync = never\n");
    sim_rig_expect(&r, EFS "30 00 01 00 '/' 00", EFS "30 00 01 00 07 00 00 00 00 00 00 00");
    for (int i = 0; i < 20; i++)
        sim_rig_expect(&r, EFS "31 00 01 00 07 00 00 00 '/' 00", EFS "31 00 01 00 01 00 00 00 00");
    sim_rig_end(&r);
    start(&r, "sync_polls = 0\n");
    sim_rig_expect(&r, EFS "30 00 01 00 '/' 00", EFS "30 00 01 00 07 00 00 00 00 00 00 00");
    sim_rig_expect(&r, EFS "31 00 01 00 07 00 00 00 '/' 00", EFS "31 00 01 00 00 00 00 00 00");
    sim_rig_end(&r);
}

/* 0x100 is not O_CREAT; EXCL; WRONLY cannot read. */
static void test_open_creates(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, EFS "02 00 01 01 00 00 00*4 '/nv/n' 00",
                   EFS "02 00 ff ff ff ff 02 00 00 00");
    assert_int_equal(r.reply.is_write, 0);
    sim_rig_expect(&r, EFS "02 00 c1 00 00 00 a4 01 00 00 '/nv/n' 00", EFS "02 00 00*8");
    sim_rig_expect(&r, EFS "02 00 c1 00 00 00 a4 01 00 00 '/nv/n' 00",
                   EFS "02 00 ff ff ff ff 11 00 00 00");
    sim_rig_send(&r, EFS "0f 00 '/nv/n' 00");
    assert_int_equal(sim_rig_u32(&r, 8), 0100644);
    sim_rig_expect(&r, EFS "05 00 00*8 'abcdef'", EFS "05 00 00*8 06 00 00 00 00*4");
    sim_rig_expect(&r, EFS "04 00 00*4 04 00 00 00 00*4", EFS "04 00 00*8 ff ff ff ff 09 00 00 00");
    sim_rig_expect(&r, EFS "02 00 03 00 00 00 00*4 '/nv/n' 00",
                   EFS "02 00 ff ff ff ff 16 00 00 00");
    /* missing parent: ENOENT, with AUTODIR made */
    sim_rig_expect(&r, EFS "02 00 41 00 00 00 ff 01 00 00 '/p/q/f' 00",
                   EFS "02 00 ff ff ff ff 02 00 00 00");
    sim_rig_expect(&r, EFS "02 00 41 00 08 00 ff 01 00 00 '/p/q/f' 00",
                   EFS "02 00 01 00 00 00 00*4");
    sim_rig_send(&r, EFS "0f 00 '/p/q' 00");
    assert_int_equal(sim_rig_u32(&r, 8), 040755);
    sim_rig_end(&r);
}

/* APPEND writes at the end, TRUNC empties, RDONLY cannot write. */
static void test_open_existing(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, EFS "02 00 01 04 00 00 00*4 '/nv/keep' 00", EFS "02 00 00*8");
    sim_rig_expect(&r, EFS "05 00 00*8 'gh'", EFS "05 00 00*8 02 00 00 00 00*4");
    sim_rig_send(&r, EFS "03 00 00*4");
    sim_rig_expect(&r, EFS "02 00 00*8 '/nv/keep' 00", EFS "02 00 00*8");
    assert_int_equal(r.reply.is_write, 0);
    sim_rig_expect(&r, EFS "04 00 00*4 ff 00 00 00 00*4", EFS "04 00 00*8 03 00 00 00 00*4 'xgh'");
    sim_rig_expect(&r, EFS "05 00 00*8 'z'", EFS "05 00 00*8 ff ff ff ff 09 00 00 00");
    sim_rig_send(&r, EFS "03 00 00*4");
    sim_rig_expect(&r, EFS "02 00 00 02 00 00 00*4 '/nv/keep' 00",
                   EFS "02 00 ff ff ff ff 16 00 00 00");
    sim_rig_expect(&r, EFS "02 00 02 02 00 00 00*4 '/nv/keep' 00", EFS "02 00 00*8");
    assert_int_equal(r.reply.is_write, 1);
    sim_rig_expect(&r, EFS "04 00 00*4 ff 00 00 00 00*4", EFS "04 00 00*16");
    sim_rig_end(&r);
}

static void test_autodir_crash(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "open_autodir_crash\n");
    sim_rig_expect(&r, EFS "02 00 41 02 0c 00 ff 01 00 00 '/nv/x' 00", "");
    assert_int_equal(r.reply.after, SIM_AFTER_CRASH);
    sim_rig_expect(&r, EFS "26 00 01 00 00 00 41 02 0c 00 09 00 'a' '/n/m/x' 00",
                   EFS "26 00 09 00 00 00 00 00");
    sim_rig_end(&r);
    start(&r, "");
    sim_rig_expect(&r, EFS "02 00 41 02 0c 00 ff 01 00 00 '/n/x' 00", EFS "02 00 00*8");
    sim_rig_end(&r);
}

static void test_write_places(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_send(&r, EFS "02 00 42 00 00 00 ff 01 00 00 '/nv/w' 00");
    sim_rig_expect(&r, EFS "05 00 00*4 04 00 00 00 'ab'",
                   EFS "05 00 00*4 04 00 00 00 02 00 00 00 00*4");
    sim_rig_expect(&r, EFS "04 00 00*4 ff 00 00 00 00*4",
                   EFS "04 00 00*8 06 00 00 00 00*4 00*4 'ab'");
    sim_rig_expect(&r, EFS "05 00 00*8", EFS "05 00 00*16");
    sim_rig_expect(&r, EFS "05 00 00*4 ff ff ff ff 'a'",
                   EFS "05 00 00*4 ff ff ff ff ff ff ff ff 1b 00 00 00");
    sim_rig_expect(&r, EFS "29 00 03 00 02 00 00 00 00*4", EFS "29 00 03 00 00*4");
    sim_rig_expect(&r, EFS "34 00 04 00 02 00 00 00 01 00 00 00 00*4 00*4",
                   EFS "34 00 04 00 00*4 03 00 00 00 00*4");
    sim_rig_expect(&r, EFS "28 00 05 00 01 00 00 00 '/nv/w' 00", EFS "28 00 05 00 00*4");
    sim_rig_send(&r, EFS "0f 00 '/nv/w' 00");
    assert_int_equal(sim_rig_u32(&r, 12), 1);
    sim_rig_expect(&r, EFS "28 00 06 00 01 00 00 00 '/nv' 00", EFS "28 00 06 00 15 00 00 00");
    sim_rig_end(&r);
}

/* A client that puts a length before the data gets a file four bytes longer. */
static void test_write_has_no_length_field(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_send(&r, EFS "02 00 42 02 00 00 00*4 '/nv/keep' 00");
    sim_rig_expect(&r, EFS "05 00 00*8 02 00 00 00 'ab'", EFS "05 00 00*8 06 00 00 00 00*4");
    sim_rig_send(&r, EFS "0f 00 '/nv/keep' 00");
    assert_int_equal(sim_rig_u32(&r, 12), 6);
    sim_rig_end(&r);
}

static void test_directories(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, EFS "09 00 ed 01 '/a/b' 00", ERR("09", "02"));
    sim_rig_expect(&r, EFS "09 00 c0 01 '/a' 00", ERR("09", "00"));
    sim_rig_send(&r, EFS "0f 00 '/a' 00");
    assert_int_equal(sim_rig_u32(&r, 8), 040700);
    sim_rig_expect(&r, EFS "09 00 ed 01 '/a/b' 00", ERR("09", "00"));
    sim_rig_expect(&r, EFS "0a 00 '/a' 00", ERR("0a", "27"));
    sim_rig_expect(&r, EFS "0a 00 '/nv/keep' 00", ERR("0a", "14"));
    sim_rig_expect(&r, EFS "08 00 '/a' 00", ERR("08", "15"));
    sim_rig_expect(&r, EFS "0a 00 '/' 00", ERR("0a", "10"));
    sim_rig_expect(&r, EFS "0a 00 '/a/b' 00", ERR("0a", "00"));
    sim_rig_expect(&r, EFS "0a 00 '/a' 00", ERR("0a", "00"));
    sim_rig_expect(&r, EFS "08 00 '/nope' 00", ERR("08", "02"));
    sim_rig_expect(&r, EFS "09 00 ed 01 '/a' 0a 'b' 00", ERR("09", "16"));
    sim_rig_end(&r);
    start(&r, "mkdir6\n");
    sim_rig_expect(&r, EFS "09 00 ff 01 '/nv' 00", ERR("09", "06"));
    sim_rig_expect(&r, EFS "09 00 ff 01 '/nv/keep' 00", ERR("09", "11"));
    sim_rig_end(&r);
}

static void test_rename(void **state)
{
    struct sim_rig r;
    uint8_t b[8];
    (void)state;
    sim_rig_init(&r, "");
    sim_rig_text(&r, "efs/d/one", "1");
    sim_rig_text(&r, "efs/e/two", "22");
    sim_rig_start(&r);
    sim_rig_expect(&r, EFS "0e 00 '/no' 00 '/x' 00", ERR("0e", "02"));
    sim_rig_expect(&r, EFS "0e 00 '/d' 00 '/d/in' 00", ERR("0e", "16"));
    sim_rig_expect(&r, EFS "0e 00 '/d' 00 '/e' 00", ERR("0e", "27"));
    sim_rig_expect(&r, EFS "0e 00 '/d/one' 00 '/e' 00", ERR("0e", "15"));
    sim_rig_expect(&r, EFS "0e 00 '/d' 00 '/e/two' 00", ERR("0e", "14"));
    sim_rig_expect(&r, EFS "0e 00 '/' 00 '/x' 00", ERR("0e", "10"));
    sim_rig_expect(&r, EFS "0e 00 '/d/one' 00 '/d/one' 00", ERR("0e", "00"));
    sim_rig_expect(&r, EFS "0e 00 '/d/one' 00 '/e/two' 00", ERR("0e", "00"));
    sim_rig_send(&r, EFS "0f 00 '/e/two' 00");
    assert_int_equal(sim_rig_u32(&r, 12), 1);
    sim_rig_expect(&r, EFS "0e 00 '/e' 00 '/d/e' 00", ERR("0e", "00"));
    sim_rig_stop(&r);
    assert_int_equal(sim_rig_file(&r, "efs/d/e/two", b, sizeof b), 1);
    assert_int_equal(sim_rig_file(&r, "efs/e/two", b, sizeof b), -1);
    assert_int_equal(sim_rig_file(&r, "efs/d/one", b, sizeof b), -1);
    sim_rig_end(&r);
}

static void test_symlink_chmod_deltree(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, EFS "06 00 '/nv/keep' 00 '/l' 00", ERR("06", "00"));
    sim_rig_expect(&r, EFS "06 00 '/nv/keep' 00 '/l' 00", ERR("06", "11"));
    sim_rig_expect(&r, EFS "07 00 '/l' 00", EFS "07 00 00*4 '/nv/keep' 00");
    sim_rig_expect(&r, EFS "12 00 80 01 '/l' 00", ERR("12", "00"));
    sim_rig_send(&r, EFS "0f 00 '/nv/keep' 00");
    assert_int_equal(sim_rig_u32(&r, 8), 0100600);
    /* a removed file stays readable through its handle */
    sim_rig_send(&r, EFS "02 00 00*8 '/nv/keep' 00");
    sim_rig_expect(&r, EFS "25 00 08 00 '/nv' 00", EFS "25 00 08 00 00*4");
    sim_rig_send(&r, EFS "0f 00 '/nv' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 2);
    sim_rig_expect(&r, EFS "04 00 00*4 10 00 00 00 00*4", EFS "04 00 00*8 01 00 00 00 00*4 'x'");
    sim_rig_expect(&r, EFS "03 00 00*4", EFS "03 00 00*4");
    sim_rig_expect(&r, EFS "25 00 09 00 '/' 00", EFS "25 00 09 00 00*4");
    sim_rig_send(&r, EFS "10 00 '/l' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 2);
    sim_rig_end(&r);
}

static void test_put(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, EFS "26 00 02 00 00 00 41 02 04 00 05 00 'hi' '/new/x' 00",
                   EFS "26 00 05 00 02 00 00 00");
    sim_rig_expect(&r, EFS "26 00 02 00 00 00 01 02 04 00 06 00 'hi' '/nv/x' 00",
                   EFS "26 00 06 00 02 00 00 00");
    sim_rig_expect(&r, EFS "26 00 02 00 00 00 41 02 0c 00 07 00 'hi' '/new/x' 00 00*10",
                   EFS "26 00 07 00 00 00 00 00");
    sim_rig_send(&r, EFS "0f 00 '/new/x' 00");
    assert_int_equal(sim_rig_u32(&r, 8), 0160777);
    assert_int_equal(sim_rig_u32(&r, 12), 2);
    sim_rig_expect(&r, EFS "26 00 01 00 00 00 41 02 0c 00 08 00 'q' '/nv/keep' 00",
                   EFS "26 00 08 00 00 00 00 00");
    sim_rig_send(&r, EFS "0f 00 '/nv/keep' 00");
    assert_int_equal(sim_rig_u32(&r, 8), 0100644);
    sim_rig_expect(&r, EFS "26 00 00*4 41 02 0c 00 09 00 '/nv' 00", EFS "26 00 09 00 15 00 00 00");
    sim_rig_end(&r);
}

static void test_put_deprecated_hangs(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, EFS "1a 00 00*8", ERR("1a", "16"));
    sim_rig_expect(&r, "00", "");
    sim_modem_restart(r.modem, 0);
    sim_rig_expect(&r, "1c", "1c 08 00");
    sim_rig_end(&r);
}

static void test_enospc_until_sync(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "enospc_after = 2\nsync_polls = 0\n");
    sim_rig_expect(&r, "27 0a 00 01", "27 0a 00 01 00*127 00 00");
    sim_rig_expect(&r, EFS "09 00 ed 01 '/a' 00", ERR("09", "00"));
    sim_rig_expect(&r, EFS "09 00 ed 01 '/b' 00", ERR("09", "1c"));
    sim_rig_expect(&r, EFS "02 00 41 00 00 00 00*4 '/f' 00", EFS "02 00 ff ff ff ff 1c 00 00 00");
    sim_rig_expect(&r, EFS "26 00 01 00 00 00 41 02 0c 00 01 00 'a' '/p' 00",
                   EFS "26 00 01 00 1c 00 00 00");
    sim_rig_send(&r, EFS "30 00 01 00 '/' 00");
    sim_rig_expect(&r, EFS "09 00 ed 01 '/b' 00", ERR("09", "1c"));
    sim_rig_send(&r, EFS "31 00 01 00 07 00 00 00 '/' 00");
    sim_rig_expect(&r, EFS "09 00 ed 01 '/b' 00", ERR("09", "00"));
    sim_rig_expect(&r, EFS "09 00 ed 01 '/c' 00", ERR("09", "00"));
    sim_rig_expect(&r, EFS "09 00 ed 01 '/d' 00", ERR("09", "1c"));
    sim_modem_tick(r.modem, 5000000);
    sim_rig_expect(&r, EFS "09 00 ed 01 '/d' 00", ERR("09", "00"));
    sim_rig_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors_write),
        cmocka_unit_test(test_sync_quirks),
        cmocka_unit_test(test_open_creates),
        cmocka_unit_test(test_open_existing),
        cmocka_unit_test(test_autodir_crash),
        cmocka_unit_test(test_write_places),
        cmocka_unit_test(test_write_has_no_length_field),
        cmocka_unit_test(test_directories),
        cmocka_unit_test(test_rename),
        cmocka_unit_test(test_symlink_chmod_deltree),
        cmocka_unit_test(test_put),
        cmocka_unit_test(test_put_deprecated_hangs),
        cmocka_unit_test(test_enospc_until_sync),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
