/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The simulated EFS2 server: the vectors of facts diag-protocol 12.7 that read, widths of all
 * opcodes, errno values, handles, links, attributes, NV aliases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim_rig.h"

#define EFS "4b 13 "

static void start(struct sim_rig *r, const char *conf)
{
    sim_rig_init(r, conf);
    sim_rig_text(r, "efs/nv/keep", "x");
    sim_rig_start(r);
}

/* 12.7: a directory with file "a" of 5 bytes and item "b" of 4. */
static void test_vectors_directory(void **state)
{
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "");
    sim_rig_text(&r, "efs/a", "12345");
    sim_rig_text(&r, "efs/b", "1234");
    sim_rig_text(&r, "efs.attr", "0160777 0 item /b\n");
    sim_rig_start(&r);
    sim_rig_expect(&r, EFS "0b 00 '/' 00", EFS "0b 00 01 00 00 00 00 00 00 00");
    sim_rig_expect(&r, EFS "0c 00 01 00 00 00 01 00 00 00",
                   EFS "0c 00 01 00 00 00 01 00 00 00 00*8 a4 81 00 00 05 00 00 00 00*12 'a' 00");
    sim_rig_expect(&r, EFS "0c 00 01 00 00 00 02 00 00 00",
                   EFS "0c 00 01 00 00 00 02 00 00 00 00*4 0f 00 00 00 ff e1 00 00 04 00 00 00 "
                       "00*12 'b' 00");
    sim_rig_expect(&r, EFS "0c 00 01 00 00 00 03 00 00 00",
                   EFS "0c 00 01 00 00 00 03 00 00 00 00*29");
    assert_int_equal(r.reply.len, 41);
    sim_rig_expect(&r, EFS "0d 00 01 00 00 00", EFS "0d 00 00*4");
    sim_rig_expect(&r, EFS "0d 00 01 00 00 00", EFS "0d 00 03 00 00 40");
    sim_rig_expect(&r, EFS "0c 00 01 00 00 00 01 00 00 00",
                   EFS "0c 00 01 00 00 00 01 00 00 00 03 00 00 40 00*25");
    sim_rig_end(&r);
}

static void test_vectors_file(void **state)
{
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "");
    sim_rig_bytes(&r, "efs/nv/x", "\x7e\x7d\x11\x22", 4);
    sim_rig_start(&r);
    sim_rig_expect(&r, EFS "0f 00 '/nv' 00",
                   EFS "0f 00 00 00 00 00 ed 41 00 00 00 00 00 00 01 00 00 00 00*12");
    sim_rig_expect(&r, EFS "0f 00 '/no' 00", EFS "0f 00 02 00 00 00 00*24");
    sim_rig_expect(&r, EFS "02 00 00*8 '/nv/x' 00", EFS "02 00 00*8");
    sim_rig_expect(&r, EFS "04 00 00*4 00 04 00 00 00*4",
                   EFS "04 00 00*8 04 00 00 00 00*4 7e 7d 11 22");
    sim_rig_expect(&r, EFS "04 00 00*4 00 04 00 00 04 00 00 00", EFS "04 00 00*4 04 00 00 00 00*8");
    sim_rig_expect(&r, EFS "11 00 00*4",
                   EFS "11 00 00*4 a4 81 00 00 04 00 00 00 01 00 00 00 00*12");
    sim_rig_expect(&r, EFS "03 00 00*4", EFS "03 00 00*4");
    sim_rig_expect(&r, EFS "02 00 00*8 '/nv/y' 00", EFS "02 00 ff ff ff ff 02 00 00 00");
    sim_rig_expect(&r, EFS "17 00 00*8", EFS "17 00 01 00 00 00 00*8");
    sim_rig_expect(&r, EFS "01 00",
                   EFS
                   "01 00 ff 00 00 00 00 04 00 00 08 00 00 00 00 00 00 01 04 00 00 00 01 00 00 00");
    sim_rig_end(&r);
}

static void test_hello(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, EFS "00 00 00*40",
                   EFS "00 00 10 00 00 00 00 00 01 00 10 00 00 00 00 00 01 00 10 00 00 00 "
                       "00 00 01 00 01 00 00 00 01 00 00 00 01 00 00 00 00*4");
    sim_rig_expect(&r,
                   EFS "00 00 00 00 10 00 00 00 10 00 00 00 10 00 00 00 10 00 00 00 10 00 "
                       "08 00 00 00 01 00 00 00 01 00 00 00 01 00 00 00 ff ff ff ff",
                   EFS "00 00 10 00 00 00 00 00 01 00 10 00 00 00 00 00 01 00 10 00 00 00 "
                       "08 00 00 00 01 00 00 00 01 00 00 00 01 00 00 00 3f 00 00 00");
    sim_rig_end(&r);
}

/* Every opcode the unit has, with a request of the right form and the exact size of its reply. */
static void test_widths(void **state)
{
    static const struct {
        const char *request;
        size_t reply;
    } rows[] = {
        {"01 00", 28},
        {"02 00 00*8 '/f' 00", 12},
        {"03 00 05 00 00 00", 8},
        {"04 00 05 00 00 00 00*8", 20},
        {"05 00 05 00 00 00 00*4", 20},
        {"06 00 '/f' 00 '/l' 00", 8},
        {"07 00 '/l' 00", 8 + 3},
        {"08 00 '/none' 00", 8},
        {"09 00 ff 01 '/d' 00", 8},
        {"0a 00 '/d' 00", 8},
        {"0b 00 '/' 00", 12},
        {"0c 00 01 00 00 00 01 00 00 00", 40 + 2},
        {"0d 00 01 00 00 00", 8},
        {"0e 00 '/l' 00 '/m' 00", 8},
        {"0f 00 '/' 00", 32},
        {"10 00 '/' 00", 24},
        {"11 00 00*4", 32},
        {"12 00 ff 01 '/f' 00", 8},
        {"13 00 '/' 00", 48},
        {"14 00 04 '/f' 00", 8},
        {"15 00", 33 + 15},
        {"16 00", 8},
        {"17 00 00*8", 16},
        {"18 00", 8},
        {"19 00", 8},
        {"1e 00 00*8 '/f' 00", 8},
        {"22 00 00*8 '/f' 00", 8},
        {"23 00 00*8 '/f' 00", 8},
        {"24 00 00*4", 20},
        {"25 00 01 00 '/none' 00", 10},
        {"26 00 00*4 41 00 04 00 07 00 '/g' 00", 10},
        {"28 00 01 00 00*4 '/g' 00", 10},
        {"29 00 01 00 00*4 05 00 00 00", 10},
        {"2a 00 01 00 '/' 00", 86},
        {"30 00 01 00 '/' 00", 14},
        {"31 00 01 00 07 00 00 00 '/' 00", 11},
        {"32 00 01 00 00*8 '/g' 00", 10},
        {"33 00 01 00 00*8 05 00 00 00", 10},
        {"34 00 01 00 00*12 05 00 00 00", 18},
    };
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "");
    sim_rig_text(&r, "efs/f", "hello");
    sim_rig_start(&r);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char request[128];
        snprintf(request, sizeof request, EFS "%s", rows[i].request);
        sim_rig_send(&r, request);
        assert_int_equal(r.reply.p[0], 0x4b);
        if (r.reply.len != rows[i].reply)
            fail_msg("%s: %zu bytes, not %zu", request, r.reply.len, rows[i].reply);
    }
    sim_rig_end(&r);
}

/* A request one byte short of its least length, or one byte long where the length is exact. */
static void test_wrong_lengths(void **state)
{
    static const char *const bad[] = {"00 00 00*39",
                                      "00 00 00*41",
                                      "01 00 00",
                                      "02 00 00*8",
                                      "03 00 00*3",
                                      "03 00 00*5",
                                      "04 00 00*11",
                                      "04 00 00*13",
                                      "05 00 00*7",
                                      "06 00 '/a' 00 '/b'",
                                      "0b 00",
                                      "0b 00 '/'",
                                      "0c 00 00*7",
                                      "0c 00 00*9",
                                      "0d 00 00*3",
                                      "0e 00 '/a' 00 'b'",
                                      "0f 00 '/nv'",
                                      "11 00 00*5",
                                      "15 00 00",
                                      "16 00 00",
                                      "17 00 00*7",
                                      "24 00 00*3",
                                      "26 00 04 00 00 00 41 02 0c 00 01 00 7e 7d",
                                      "26 00 ff ff ff ff 41 02 0c 00 01 00 00",
                                      "29 00 00*9",
                                      "31 00 00*6",
                                      "33 00 00*13",
                                      "34 00 00*17"};
    struct sim_rig r;
    (void)state;
    start(&r, "");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char request[128], reply[128];
        snprintf(request, sizeof request, EFS "%s", bad[i]);
        snprintf(reply, sizeof reply, "15 " EFS "%s", bad[i]);
        sim_rig_expect(&r, request, reply);
    }
    sim_rig_end(&r);
}

static void test_unknown_opcodes(void **state)
{
    static const int unknown[] = {27, 28, 29, 31, 32, 33, 39, 43, 44,
                                  45, 46, 47, 53, 54, 55, 56, 57};
    struct sim_rig r;
    (void)state;
    start(&r, "");
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        char request[64], reply[64];
        snprintf(request, sizeof request, EFS "%02x 00 00*8", unknown[i]);
        snprintf(reply, sizeof reply, "13 " EFS "%02x 00 00*8", unknown[i]);
        sim_rig_expect(&r, request, reply);
    }
    sim_rig_expect(&r, EFS "02 01 00*8 '/' 00", "13 " EFS "02 01 00*8 '/' 00");
    sim_rig_end(&r);
}

static void test_subsystems(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, "4b 3e 01 00", "13 4b 3e 01 00");
    sim_rig_end(&r);
    start(&r, "efs_subsys = 3e\n");
    sim_rig_expect(&r, "4b 13 01 00", "13 4b 13 01 00");
    sim_rig_send(&r, "4b 3e 0f 00 '/nv/keep' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 0);
    sim_rig_end(&r);
    sim_rig_init(&r, "efs_subsys = both\n");
    sim_rig_text(&r, "efs/only13", "x");
    sim_rig_text(&r, "efs-alt/only3e", "x");
    sim_rig_start(&r);
    sim_rig_send(&r, "4b 13 0f 00 '/only13' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 0);
    sim_rig_send(&r, "4b 13 0f 00 '/only3e' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 2);
    sim_rig_send(&r, "4b 3e 0f 00 '/only3e' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 0);
    /* each server has handles of its own */
    sim_rig_expect(&r, "4b 13 02 00 00*8 '/only13' 00", "4b 13 02 00 00*8");
    sim_rig_expect(&r, "4b 3e 02 00 00*8 '/only3e' 00", "4b 3e 02 00 00*8");
    sim_rig_end(&r);
}

static void test_handle_limits(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    for (uint32_t i = 1; i <= 4; i++) {
        sim_rig_send(&r, EFS "0b 00 '/' 00");
        assert_int_equal(sim_rig_u32(&r, 4), i);
    }
    sim_rig_expect(&r, EFS "0b 00 '/' 00", EFS "0b 00 00*4 0d 00 00 00");
    sim_rig_expect(&r, EFS "0d 00 02 00 00 00", EFS "0d 00 00*4");
    sim_rig_expect(&r, EFS "0b 00 '/' 00", EFS "0b 00 02 00 00 00 00*4");
    for (uint32_t i = 0; i < 8; i++) {
        sim_rig_send(&r, EFS "02 00 00*8 '/nv/keep' 00");
        assert_int_equal(sim_rig_u32(&r, 4), i);
    }
    sim_rig_expect(&r, EFS "02 00 00*8 '/nv/keep' 00", EFS "02 00 ff ff ff ff 09 00 00 40");
    struct sim_counts n = sim_modem_counts(r.modem);
    assert_int_equal(n.open_files, 8);
    assert_int_equal(n.open_dirs, 4);
    sim_modem_restart(r.modem, 0);
    n = sim_modem_counts(r.modem);
    assert_int_equal(n.open_files + n.open_dirs, 0);
    sim_rig_expect(&r, EFS "02 00 00*8 '/nv/keep' 00", EFS "02 00 00*8");
    sim_rig_end(&r);
    start(&r, "max_dirs = 1\nmax_open = 1\nreaddir_end = 40\n");
    sim_rig_send(&r, EFS "0b 00 '/' 00");
    sim_rig_expect(&r, EFS "0b 00 '/' 00", EFS "0b 00 00*4 0d 00 00 00");
    sim_rig_send(&r, EFS "0c 00 01 00 00 00 02 00 00 00");
    assert_int_equal(r.reply.len, 40);
    sim_rig_send(&r, EFS "02 00 00*8 '/nv/keep' 00");
    sim_rig_expect(&r, EFS "02 00 00*8 '/nv/keep' 00", EFS "02 00 ff ff ff ff 09 00 00 40");
    sim_rig_end(&r);
}

static void test_readdir_sequence(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_send(&r, EFS "0b 00 '/nv' 00");
    sim_rig_expect(&r, EFS "0c 00 01 00 00 00 00 00 00 00",
                   EFS "0c 00 01 00 00 00 00 00 00 00 02 00 00 40 00*25");
    sim_rig_expect(&r, EFS "0c 00 01 00 00 00 09 00 00 00",
                   EFS "0c 00 01 00 00 00 09 00 00 00 00*29");
    /* an open directory does not change */
    sim_rig_send(&r, EFS "08 00 '/nv/keep' 00");
    sim_rig_send(&r, EFS "0c 00 01 00 00 00 01 00 00 00");
    assert_string_equal((char *)r.reply.p + 40, "keep");
    sim_rig_end(&r);
}

static void start_with_attributes(struct sim_rig *r)
{
    sim_rig_init(r, "");
    sim_rig_text(r, "efs/h", "hid");
    sim_rig_text(r, "efs/i", "item");
    sim_rig_text(r, "efs/z", "secret");
    sim_rig_text(r, "efs.attr",
                 "# mode time kind path\n"
                 "0160777 0 hidden /h\n"
                 "0100600 1609459200 item /i\n"
                 "0120777 5 link /l -> /i\n"
                 "040700 7 dir /empty\n"
                 "040700 0 denied /lost\n"
                 "0100600 0 denied /z\n"
                 "0777 0 denied /gone\n");
    sim_rig_start(r);
}

static void test_listing(void **state)
{
    static const struct {
        const char *name;
        uint32_t type, mode, size, mtime;
    } want[] = {{"empty", 1, 040700, 0, 7},        {"gone", 0, 0100777, 0, 0},
                {"i", 15, 0100600, 4, 1609459200}, {"l", 2, 0120777, 0, 5},
                {"lost", 1, 040700, 0, 0},         {"z", 0, 0100600, 6, 0}};
    struct sim_rig r;
    (void)state;
    start_with_attributes(&r);
    sim_rig_send(&r, EFS "0b 00 '/' 00");
    for (unsigned i = 0; i < 6; i++) {
        char request[64];
        snprintf(request, sizeof request, EFS "0c 00 01 00 00 00 %02x 00 00 00", i + 1);
        sim_rig_send(&r, request);
        assert_string_equal((char *)r.reply.p + 40, want[i].name);
        assert_int_equal(sim_rig_u32(&r, 16), want[i].type);
        assert_int_equal(sim_rig_u32(&r, 20), want[i].mode);
        assert_int_equal(sim_rig_u32(&r, 24), want[i].size);
        assert_int_equal(sim_rig_u32(&r, 28), want[i].mtime);
        assert_int_equal(sim_rig_u32(&r, 32), want[i].mtime);
        assert_int_equal(sim_rig_u32(&r, 36), want[i].mtime);
    }
    sim_rig_expect(&r, EFS "0c 00 01 00 00 00 07 00 00 00",
                   EFS "0c 00 01 00 00 00 07 00 00 00 00*29");
    sim_rig_end(&r);
}

static void test_hidden_and_denied(void **state)
{
    struct sim_rig r;
    (void)state;
    start_with_attributes(&r);
    sim_rig_expect(&r, EFS "02 00 00*8 '/h' 00", EFS "02 00 00*8");
    sim_rig_expect(&r, EFS "04 00 00*4 00 04 00 00 00*4", EFS "04 00 00*8 03 00 00 00 00*4 'hid'");
    sim_rig_expect(&r, EFS "02 00 00*8 '/z' 00", EFS "02 00 ff ff ff ff 0d 00 00 00");
    sim_rig_send(&r, EFS "0f 00 '/z' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 0);
    assert_int_equal(sim_rig_u32(&r, 12), 6);
    sim_rig_expect(&r, EFS "0b 00 '/lost' 00", EFS "0b 00 00*4 0d 00 00 00");
    sim_rig_expect(&r, EFS "14 00 04 '/z' 00", EFS "14 00 0d 00 00 00");
    sim_rig_expect(&r, EFS "14 00 01 '/i' 00", EFS "14 00 0d 00 00 00");
    sim_rig_expect(&r, EFS "14 00 06 '/i' 00", EFS "14 00 00*4");
    sim_rig_end(&r);
}

static void test_links_and_dots(void **state)
{
    static const char *const same[] = {"/d/f", "//d///f", "/d/./f", "/../d/f", "/d/../d/f",
                                       "d/f",  "/d/up",   "/dd/f",  "/dd/up",  "/dd/../d/f"};
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "");
    sim_rig_text(&r, "efs/d/f", "data");
    sim_rig_text(&r, "efs.attr",
                 "0120777 0 link /d/up -> ../d/f\n"
                 "0120777 0 link /dd -> d\n"
                 "0120777 0 link /loop -> /loop\n"
                 "0120777 0 link /lost -> /nowhere\n");
    sim_rig_start(&r);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        char request[64];
        snprintf(request, sizeof request, EFS "0f 00 '%s' 00", same[i]);
        sim_rig_send(&r, request);
        assert_int_equal(sim_rig_u32(&r, 4), 0);
        assert_int_equal(sim_rig_u32(&r, 12), 4);
    }
    sim_rig_expect(&r, EFS "07 00 '/d/up' 00", EFS "07 00 00*4 '../d/f' 00");
    sim_rig_expect(&r, EFS "07 00 '/d/f' 00", EFS "07 00 16 00 00 00 00");
    sim_rig_send(&r, EFS "10 00 '/dd' 00");
    assert_int_equal(sim_rig_u32(&r, 8), 0120777);
    sim_rig_send(&r, EFS "0f 00 '/loop' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 40);
    sim_rig_send(&r, EFS "0f 00 '/lost' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 2);
    sim_rig_send(&r, EFS "0f 00 '/d/f/g' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 20);
    sim_rig_send(&r, EFS "0f 00 '/d/f/' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 20);
    sim_rig_send(&r, EFS "0f 00 00");
    assert_int_equal(sim_rig_u32(&r, 4), 2);
    sim_rig_expect(&r, EFS "0b 00 '/d/f' 00", EFS "0b 00 00*4 14 00 00 00");
    sim_rig_expect(&r, EFS "02 00 00*8 '/dd' 00", EFS "02 00 ff ff ff ff 15 00 00 00");
    sim_rig_expect(&r, EFS "02 00 00*8 '/dd/up' 00 00*10", EFS "02 00 00*8");
    sim_rig_end(&r);
}

static void test_long_paths(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "max_path = 100\n");
    sim_rig_send(&r, EFS "0f 00 '/' 61*99 00");
    assert_int_equal(sim_rig_u32(&r, 4), 2);
    sim_rig_send(&r, EFS "0f 00 '/' 61*100 00");
    assert_int_equal(sim_rig_u32(&r, 4), 0x40000006);
    sim_rig_send(&r, EFS "01 00");
    assert_int_equal(sim_rig_u32(&r, 8), 100);
    sim_rig_end(&r);
    start(&r, "");
    sim_rig_send(&r, EFS "0f 00 '/' 61*255 00");
    assert_int_equal(sim_rig_u32(&r, 4), 2);
    sim_rig_send(&r, EFS "0f 00 '/' 61*256 00");
    assert_int_equal(sim_rig_u32(&r, 4), 36);
    sim_rig_send(&r, EFS "09 00 ff 01 61*1025 00");
    assert_int_equal(sim_rig_u32(&r, 4), 0x40000006);
    sim_rig_end(&r);
}

static void test_read_limits(void **state)
{
    static uint8_t big[3000];
    struct sim_rig r;
    (void)state;
    memset(big, 'q', sizeof big);
    sim_rig_init(&r, "");
    sim_rig_bytes(&r, "efs/big", big, sizeof big);
    sim_rig_start(&r);
    sim_rig_send(&r, EFS "02 00 00*8 '/big' 00");
    sim_rig_send(&r, EFS "04 00 00*4 00 08 00 00 00*4");
    assert_int_equal(r.reply.len, 20 + 1024);
    assert_int_equal(sim_rig_u32(&r, 12), 1024);
    sim_rig_send(&r, EFS "04 00 00*4 00 04 00 00 00 08 00 00");
    assert_int_equal(sim_rig_u32(&r, 12), 3000 - 2048);
    sim_rig_expect(&r, EFS "04 00 00*4 ff ff ff ff 00*4", EFS "04 00 00*8 ff ff ff ff 16 00 00 00");
    sim_rig_expect(&r, EFS "04 00 00*4 00*4 00*4", EFS "04 00 00*16");
    sim_rig_expect(&r, EFS "04 00 00*4 01 00 00 00 ff ff ff ff", EFS "04 00 00*4 ff ff ff ff 00*8");
    sim_rig_expect(&r, EFS "04 00 ff ff ff ff 01 00 00 00 00*4",
                   EFS "04 00 ff ff ff ff 00*4 ff ff ff ff 09 00 00 00");
    sim_rig_end(&r);
}

static void test_nv_aliases(void **state)
{
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "subs = 2\n");
    sim_rig_bytes(&r, "nv/0/10", "\x1e", 1);
    sim_rig_bytes(&r, "nv/1/550", "\x08\x0a", 2);
    sim_rig_start(&r);
    sim_rig_expect(&r, EFS "02 00 00*8 '/nvm/num/550' 00", EFS "02 00 ff ff ff ff 02 00 00 00");
    sim_rig_expect(&r, EFS "02 00 00*8 '/nvm/num/10' 00", EFS "02 00 00*8");
    sim_rig_expect(&r, EFS "04 00 00*4 00 04 00 00 00*4",
                   EFS "04 00 00*8 80 00 00 00 00*4 1e 00*127");
    sim_rig_send(&r, EFS "03 00 00*4");
    sim_rig_send(&r, EFS "0f 00 '/x/../nvm//context1/./550' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 0);
    assert_int_equal(sim_rig_u32(&r, 12), 128);
    sim_rig_send(&r, EFS "0f 00 '/nvm/context2/550' 00");
    assert_int_equal(sim_rig_u32(&r, 4), 2);
    sim_rig_expect(&r, EFS "02 00 01 00 00 00 00*4 '/nvm/context1/550' 00", EFS "02 00 00*8");
    sim_rig_expect(&r, EFS "05 00 00*4 01 00 00 00 4a 09",
                   EFS "05 00 00*4 01 00 00 00 02 00 00 00 00*4");
    sim_rig_expect(&r, EFS "05 00 00*4 7f 00 00 00 01 02",
                   EFS "05 00 00*4 7f 00 00 00 ff ff ff ff 1b 00 00 00");
    sim_rig_send(&r, EFS "03 00 00*4");
    sim_rig_expect(&r, "4b 30 01 00 26 02 01 00 00*130",
                   "4b 30 01 00 26 02 01 00 08 4a 09 00*125 00 00");
    sim_rig_expect(&r, EFS "26 00 01 00 00 00 41 02 0c 00 07 00 33 '/nvm/num/10' 00",
                   EFS "26 00 07 00 00*4");
    sim_rig_expect(&r, "26 0a 00", "26 0a 00 33 00*127 00 00");
    sim_rig_expect(&r, EFS "0b 00 '/nvm' 00", EFS "0b 00 00*4 02 00 00 00");
    sim_rig_end(&r);
    sim_rig_init(&r, "no_nvm\n");
    sim_rig_bytes(&r, "nv/0/10", "\x1e", 1);
    sim_rig_start(&r);
    sim_rig_expect(&r, EFS "02 00 00*8 '/nvm/num/10' 00", EFS "02 00 ff ff ff ff 02 00 00 00");
    sim_rig_end(&r);
}

static void test_locks(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "password_for_efs\nhello_refused\nno_lstat\n");
    sim_rig_expect(&r, EFS "02 00 00*8 '/nv/keep' 00", "47 " EFS "02 00 00*8 '/nv/keep' 00");
    sim_rig_expect(&r, "46 ff*7 fe", "46 01");
    sim_rig_expect(&r, EFS "02 00 00*8 '/nv/keep' 00", EFS "02 00 00*8");
    sim_rig_expect(&r, EFS "00 00 00*40", "13 " EFS "00 00 00*40");
    sim_rig_expect(&r, EFS "10 00 '/' 00", "13 " EFS "10 00 '/' 00");
    sim_rig_end(&r);
    start(&r, "offline_for_efs\n");
    sim_rig_expect(&r, EFS "0b 00 '/' 00", "18 " EFS "0b 00 '/' 00");
    sim_rig_expect(&r, "29 01 00", "29 01 00");
    sim_rig_expect(&r, EFS "0b 00 '/' 00", EFS "0b 00 01 00 00 00 00*4");
    sim_rig_end(&r);
}

/* Garbage of every length behind every opcode must neither crash nor grow a reply. */
static void test_garbage(void **state)
{
    struct sim_rig r;
    uint8_t req[64];
    uint32_t seed = 12345;
    (void)state;
    start(&r, "");
    for (unsigned round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof req; i++)
            req[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
        req[0] = 0x4b;
        req[1] = 0x13;
        req[2] = (uint8_t)(round % 60 == 26 ? 1 : round % 60);
        req[3] = 0;
        if (round & 1)
            memset(req + 4, 0, 8);
        sim_rig_send_bytes(&r, req, 4 + (seed >> 8) % 61);
        assert_in_range(r.reply.len, 1, SIM_PAYLOAD_MAX);
    }
    sim_rig_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors_directory),
        cmocka_unit_test(test_vectors_file),
        cmocka_unit_test(test_hello),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_wrong_lengths),
        cmocka_unit_test(test_unknown_opcodes),
        cmocka_unit_test(test_subsystems),
        cmocka_unit_test(test_handle_limits),
        cmocka_unit_test(test_readdir_sequence),
        cmocka_unit_test(test_listing),
        cmocka_unit_test(test_hidden_and_denied),
        cmocka_unit_test(test_links_and_dots),
        cmocka_unit_test(test_long_paths),
        cmocka_unit_test(test_read_limits),
        cmocka_unit_test(test_nv_aliases),
        cmocka_unit_test(test_locks),
        cmocka_unit_test(test_garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
