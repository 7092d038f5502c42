/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The simulated modem outside EFS: the vectors of facts diag-protocol 12, refusals, NV in all its
 * spellings, modes and locks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim_rig.h"

#define IMEI_ITEM "08 1a 32 54 76 98 10 32 54"

static const uint8_t imei[] = {8, 0x1a, 0x32, 0x54, 0x76, 0x98, 0x10, 0x32, 0x54};

static void start(struct sim_rig *r, const char *conf)
{
    sim_rig_init(r, conf);
    sim_rig_start(r);
}

static void test_verno_of_a_real_device(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "verno = 0041756720313920323030383230"
              "3a34383a34374f637420323920323030"
              "3731393a30303a3030"
              "53434e525a2e2e2e2a0604b90b0200b2\n");
    sim_rig_expect(&r, "00",
                   "00 'Aug 19 2008' '20:48:47' 'Oct 29 2007' '19:00:00' 'SCNRZ...' "
                   "2a 06 04 b9 0b 02 00 b2");
    assert_int_equal(r.reply.len, 55);
    assert_int_equal(r.reply.is_write, 0);
    sim_rig_expect(&r, "00 00", "15 00 00");
    sim_rig_end(&r);
}

static void test_verno_from_keys(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "ext_build = EG95EFAR06A03M4G\nmodel_number = 24628\n");
    sim_rig_expect(&r, "00",
                   "00 'Jan 15 2024' '12:00:00' 'Jan 15 2024' '12:00:00' 'EG95EFAR' "
                   "00 06 34 01 00 00 00 00");
    sim_rig_end(&r);
    start(&r, "no_verno\n");
    sim_rig_expect(&r, "00", "13 00");
    sim_rig_end(&r);
}

static void test_info_commands(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "model = EG95\next_build = REV1\nmodel_number = 24628\nesn = 80a1b2c3\n"
              "feature_mask = 010203ff\nmsm_hw_rev = 000700e1\n");
    sim_rig_expect(&r, "1c", "1c 08 00");
    sim_rig_expect(&r, "01", "01 c3 b2 a1 80");
    sim_rig_expect(&r, "51", "51 04 00 01 02 03 ff");
    sim_rig_expect(&r, "7c", "7c 00 00 00 e1 00 07 00 34 60 00 00 'REV1' 00 'EG95' 00");
    sim_rig_expect(&r, "7c 00", "15 7c 00");
    sim_rig_expect(&r, "7b 00 11 22 7d 7e 33 44", "7b 00 11 22 7d 7e 33 44");
    sim_rig_expect(&r, "7b", "7b");
    sim_rig_expect(&r, "1d", "1d 00*8");
    sim_modem_tick(r.modem, 1250 * 3);
    sim_rig_expect(&r, "1d", "1d 00 00 03 00*5");
    sim_rig_expect(&r, "4b 12 55 00", "4b 12 55 00 00 40 00 00");
    sim_rig_expect(&r, "4b 32 03 00", "4b 32 03 00*13");
    sim_rig_expect(&r, "4b 32 06 00", "4b 32 06 00 02 00*7 e1 00 07 00");
    sim_rig_expect(&r, "4b 12 22 02 01", "4b 12 22 02 01 00");
    sim_rig_end(&r);
}

static void test_minimal_build_id(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "# nothing\n");
    sim_rig_expect(&r, "7c", "7c 00*13");
    sim_rig_expect(&r, "51", "13 51");
    sim_rig_expect(&r, "01", "01 00*4");
    sim_rig_end(&r);
}

static void test_unknown_and_wrong_length(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, "99", "13 99");
    sim_rig_expect(&r, "0c", "13 0c");
    sim_rig_expect(&r, "67", "13 67");
    sim_rig_expect(&r, "80 13 00 00", "13 80 13 00 00");
    sim_rig_expect(&r, "12 00*7", "13 12 00*7");
    assert_int_equal(r.reply.is_write, 1);
    sim_rig_expect(&r, "4c 26 02", "13 4c 26 02");
    assert_int_equal(r.reply.is_write, 1);
    sim_rig_expect(&r, "", "13");
    sim_rig_expect(&r, "01 00", "15 01 00");
    sim_rig_expect(&r, "4b", "15 4b");
    sim_rig_expect(&r, "4b 13 00", "15 4b 13 00");
    sim_rig_expect(&r, "4b 77 00 00", "13 4b 77 00 00");
    sim_rig_expect(&r, "4b 32 04 00", "13 4b 32 04 00");
    sim_rig_expect(&r, "4b 32 03 00 00", "15 4b 32 03 00 00");
    sim_rig_expect(&r, "4b 08 01 00", "13 4b 08 01 00");
    sim_rig_expect(&r, "4b 04 0f 00", "13 4b 04 0f 00");
    sim_rig_expect(&r, "4b 12 18 02", "13 4b 12 18 02");
    sim_rig_expect(&r, "29 01", "15 29 01");
    sim_rig_expect(&r, "26", "15 26");
    sim_rig_end(&r);
}

static void test_largest_unknown_request(void **state)
{
    struct sim_rig r;
    static uint8_t big[SIM_PAYLOAD_MAX];
    (void)state;
    start(&r, "");
    big[0] = 0x99;
    sim_rig_send_bytes(&r, big, sizeof big);
    assert_int_equal(r.reply.len, SIM_PAYLOAD_MAX);
    assert_int_equal(r.reply.p[0], 0x13);
    assert_int_equal(r.reply.p[1], 0x99);
    big[0] = 0x7b;
    sim_rig_send_bytes(&r, big, sizeof big);
    assert_int_equal(r.reply.len, SIM_PAYLOAD_MAX);
    sim_rig_end(&r);
}

static void test_quietening(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, "73 00*7", "73 00*11");
    sim_rig_expect(&r, "73 000000 03000000", "14 73 000000 03000000");
    sim_rig_expect(&r, "73 000000", "15 73 000000");
    sim_rig_expect(&r, "7d 05 00*6", "7d 05 01 00 00 00 00 00");
    sim_rig_expect(&r, "7d 04 00*6", "14 7d 04 00*6");
    sim_rig_expect(&r, "7d 05", "15 7d 05");
    sim_rig_expect(&r, "60 00", "60 00 00");
    sim_rig_expect(&r, "60 02", "14 60 02");
    sim_rig_expect(&r, "60", "15 60");
    sim_rig_end(&r);
}

static void test_nv_read_forms(void **state)
{
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "subs = 2\n");
    sim_rig_bytes(&r, "nv/0/550", imei, sizeof imei);
    sim_rig_bytes(&r, "nv/1/550", imei, sizeof imei);
    sim_rig_start(&r);
    const char *answer = "26 26 02 " IMEI_ITEM " 00*119 00 00";
    sim_rig_expect(&r, "26 26 02 00*130", answer);
    assert_int_equal(r.reply.cls, SIM_CLASS_NV_READ);
    assert_int_equal(r.reply.is_write, 0);
    assert_string_equal(r.reply.note, "nv read 550 sub 0: done");
    sim_rig_expect(&r, "26 26 02", answer);
    sim_rig_expect(&r, "26 26 02 00*128", answer);
    sim_rig_expect(&r, "26 26 02 00", "15 26 26 02 00");
    sim_rig_expect(&r, "26 26 02 00*129", "15 26 26 02 00*129");
    sim_rig_expect(&r, "26 26 02 00*131", "15 26 26 02 00*131");
    sim_rig_expect(&r, "26 0a 00", "26 0a 00 00*128 05 00");
    sim_rig_expect(&r, "4b 30 01 00 26 02 01 00 00*130",
                   "4b 30 01 00 26 02 01 00 " IMEI_ITEM " 00*119 00 00");
    sim_rig_expect(&r, "4b 30 01 00 0a 00 01 00 00*130", "4b 30 01 00 0a 00 01 00 00*128 05 00");
    sim_rig_expect(&r, "4b 30 01 00 26 02 02 00 00*130", "13 4b 30 01 00 26 02 02 00 00*130");
    sim_rig_expect(&r, "4b 30 01 00 26 02 01 00", "15 4b 30 01 00 26 02 01 00");
    sim_rig_end(&r);
}

static void test_nv_strict_and_noindexed(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "strict\nnoindexed\n");
    sim_rig_expect(&r, "26 26 02", "15 26 26 02");
    sim_rig_expect(&r, "27 26 02 08", "15 27 26 02 08");
    sim_rig_expect(&r, "26 26 02 00*130", "26 26 02 00*128 05 00");
    sim_rig_expect(&r, "4b 30 01 00 26 02 00 00 00*130", "13 4b 30 01 00 26 02 00 00 00*130");
    sim_rig_end(&r);
}

static void test_context_ignored(void **state)
{
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "context_ignored\n");
    sim_rig_bytes(&r, "nv/0/10", "\x1e", 1);
    sim_rig_start(&r);
    sim_rig_expect(&r, "4b 30 01 00 0a 00 01 00 00*130", "4b 30 01 00 0a 00 01 00 1e 00*127 00 00");
    sim_rig_end(&r);
}

static void test_array_items(void **state)
{
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "");
    sim_rig_bytes(&r, "nv/0/1014.1", "\1\xaa", 2);
    sim_rig_bytes(&r, "nv/0/1014.2", "\2\xbb", 2);
    sim_rig_bytes(&r, "nv/0/4678", "\1\2\3", 3);
    sim_rig_start(&r);
    sim_rig_expect(&r, "26 f6 03", "26 f6 03 00*128 05 00");
    sim_rig_expect(&r, "26 f6 03 01 00*129", "26 f6 03 01 aa 00*126 00 00");
    sim_rig_expect(&r, "26 f6 03 02 00*129", "26 f6 03 02 bb 00*126 00 00");
    sim_rig_expect(&r, "26 f6 03 03 00*129", "26 f6 03 03 00*127 05 00");
    sim_rig_expect(&r, "26 46 12 03 00*129", "26 46 12 01 02 03 00*125 00 00");
    sim_rig_expect(&r, "27 f6 03 05 cc 00*128", "27 f6 03 05 cc 00*126 00 00");
    sim_rig_expect(&r, "26 f6 03 05 00*129", "26 f6 03 05 cc 00*126 00 00");
    sim_rig_expect(&r, "26 f6 03 06 00*129", "26 f6 03 06 00*127 05 00");
    sim_rig_stop(&r);
    uint8_t file[200];
    assert_int_equal(sim_rig_file(&r, "nv/0/1014.5", file, sizeof file), 128);
    assert_int_equal(file[1], 0xcc);
    assert_int_equal(sim_rig_file(&r, "nv/0/1014", file, sizeof file), -1);
    sim_rig_end(&r);
}

/* Ids: 10 defined, 22 and 9000 not, 20000 an EFS number, 10330 the last one, 10331 behind it. */
static void test_absent_default(void **state)
{
    static const struct {
        const char *id;
        int status;
    } cases[] = {{"0a 00", 5}, {"40 1c", 5}, {"41 1c", 6}, {"16 00", 6}, {"28 23", 6},
                 {"20 4e", 6}, {"11 27", 5}, {"5a 28", 5}, {"5b 28", 6}, {"ff ff", 6},
                 {"c6 11", 6}, {"a0 00", 6}, {"9f 00", 5}, {"10 27", 6}};
    struct sim_rig r;
    (void)state;
    start(&r, "");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[16], reply[64];
        snprintf(request, sizeof request, "26 %s", cases[i].id);
        snprintf(reply, sizeof reply, "26 %s 00*128 0%d 00", cases[i].id, cases[i].status);
        sim_rig_expect(&r, request, reply);
    }
    sim_rig_end(&r);
}

static void test_absent_spellings(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "absent = notactive\n");
    sim_rig_expect(&r, "26 0a 00", "26 0a 00 00*128 05 00");
    sim_rig_end(&r);
    start(&r, "absent = notdef\n");
    sim_rig_expect(&r, "26 0a 00", "26 0a 00 00*128 08 00");
    sim_rig_expect(&r, "26 28 23", "26 28 23 00*128 08 00");
    sim_rig_end(&r);
    start(&r, "absent = badparm\n");
    sim_rig_expect(&r, "26 26 02 00*130", "14 26 26 02 00*130");
    sim_rig_end(&r);
    start(&r, "absent = badcmd\n");
    sim_rig_expect(&r, "26 0a 00", "13 26 0a 00");
    sim_rig_expect(&r, "4b 30 01 00 0a 00 00 00 00*130", "13 4b 30 01 00 0a 00 00 00 00*130");
    sim_rig_end(&r);
}

static void test_secrets(void **state)
{
    static const unsigned ids[] = {27,    29,    216,   257,   299,   889,   1311,  4359,  4394,
                                   10073, 10074, 10076, 10077, 10079, 10225, 10325, 10326, 10327};
    struct sim_rig r;
    (void)state;
    start(&r, "");
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        char request[16], reply[64];
        snprintf(request, sizeof request, "26 %02x %02x", ids[i] & 255, ids[i] >> 8);
        snprintf(reply, sizeof reply, "42 %s", request);
        sim_rig_expect(&r, request, reply);
    }
    sim_rig_expect(&r, "27 1b 00 01", "42 27 1b 00 01");
    sim_rig_expect(&r, "41 '000000'", "41 01");
    sim_rig_expect(&r, "26 1b 00", "26 1b 00 00*128 05 00");
    sim_rig_expect(&r, "27 1b 00 01", "27 1b 00 01 00*127 00 00");
    sim_rig_end(&r);
}

static void test_secret_spellings(void **state)
{
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "secrets = 47\n");
    sim_rig_bytes(&r, "nv/0/29", "\5", 1);
    sim_rig_start(&r);
    sim_rig_expect(&r, "26 1b 00", "47 26 1b 00");
    sim_rig_expect(&r, "26 1d 00", "26 1d 00 05 00*127 00 00");
    sim_rig_expect(&r, "46 ff*7 fe", "46 01");
    sim_rig_expect(&r, "26 1b 00", "26 1b 00 00*128 05 00");
    sim_rig_end(&r);
    start(&r, "secrets = status4\n");
    sim_rig_expect(&r, "26 1b 00", "26 1b 00 00*128 04 00");
    sim_rig_end(&r);
    start(&r, "secrets = status6\n");
    sim_rig_expect(&r, "26 1b 00", "26 1b 00 00*128 06 00");
    sim_rig_end(&r);
    start(&r, "secrets = absent\nabsent = badparm\n");
    sim_rig_expect(&r, "26 1b 00", "14 26 1b 00");
    sim_rig_end(&r);
}

static void test_nv_write(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "subs = 2\n");
    sim_rig_expect(&r, "27 0a 00 1e 02", "27 0a 00 1e 02 00*126 00 00");
    assert_int_equal(r.reply.is_write, 1);
    assert_int_equal(r.reply.cls, SIM_CLASS_NV_WRITE);
    assert_string_equal(r.reply.note, "nv write 10 sub 0: done");
    sim_rig_expect(&r, "26 0a 00", "26 0a 00 1e 02 00*126 00 00");
    sim_rig_expect(&r, "27 0a 00 ff*128 00 00", "27 0a 00 ff*128 00 00");
    sim_rig_expect(&r, "27 0a 00 01*128", "27 0a 00 01*128 00 00");
    sim_rig_expect(&r, "27 0a 00", "15 27 0a 00");
    sim_rig_expect(&r, "27 0a 00 01*129", "15 27 0a 00 01*129");
    assert_int_equal(r.reply.is_write, 1);
    sim_rig_expect(&r, "27 28 23 01", "27 28 23 01 00*127 06 00");
    sim_rig_expect(&r, "27 20 4e 01", "27 20 4e 01 00*127 06 00");
    sim_rig_expect(&r, "27 b4 0c 01", "14 27 b4 0c 01");
    sim_rig_expect(&r, "4b 30 02 00 0a 00 01 00 07 00*129",
                   "4b 30 02 00 0a 00 01 00 07 00*127 00 00");
    assert_int_equal(r.reply.is_write, 1);
    sim_rig_expect(&r, "4b 30 01 00 0a 00 01 00 00*130", "4b 30 01 00 0a 00 01 00 07 00*127 00 00");
    sim_rig_expect(&r, "26 0a 00", "26 0a 00 01*128 00 00");
    sim_rig_end(&r);
}

static void test_nv_write_quirks(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "readonly\n");
    sim_rig_expect(&r, "27 0a 00 1e", "27 0a 00 1e 00*127 07 00");
    sim_rig_expect(&r, "26 0a 00", "26 0a 00 00*128 05 00");
    sim_rig_end(&r);
    start(&r, "spc_for_writes\n");
    sim_rig_expect(&r, "27 26 02 01", "42 27 26 02 01");
    sim_rig_expect(&r, "41 '000000'", "41 01");
    sim_rig_expect(&r, "27 26 02 01", "27 26 02 01 00*127 00 00");
    sim_modem_restart(r.modem, 0);
    sim_rig_expect(&r, "27 26 02 01", "42 27 26 02 01");
    sim_rig_end(&r);
}

static void test_imei_write_once(void **state)
{
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "imei_write_once\n");
    sim_rig_bytes(&r, "nv/0/550", "\x08\x0a", 2);
    sim_rig_start(&r);
    sim_rig_expect(&r, "27 26 02 " IMEI_ITEM, "27 26 02 " IMEI_ITEM " 00*119 00 00");
    sim_rig_expect(&r, "27 26 02 08 0a", "27 26 02 08 0a 00*126 00 00");
    sim_rig_expect(&r, "26 26 02", "26 26 02 " IMEI_ITEM " 00*119 00 00");
    sim_rig_end(&r);
}

static void test_imei_status(void **state)
{
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "imei_status\n");
    sim_rig_bytes(&r, "nv/0/550", imei, sizeof imei);
    sim_rig_start(&r);
    sim_rig_expect(&r, "4b 08 01 00", "4b 08 01 00 08 1a 32 54 76 98 10 32 54 08 00*18");
    sim_rig_expect(&r, "4b 04 0f 00", "4b 04 0f 00 08 1a 32 54 76 98 10 32 54 08 00*9");
    sim_rig_end(&r);
}

static void test_control(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, "29 01 00", "29 01 00");
    assert_int_equal(r.reply.is_write, 1);
    assert_int_equal(r.reply.after, SIM_AFTER_NONE);
    sim_rig_expect(&r, "29 02 00", "29 02 00");
    assert_int_equal(r.reply.after, SIM_AFTER_RESET);
    sim_rig_expect(&r, "29 06 00", "29 06 00");
    assert_int_equal(r.reply.after, SIM_AFTER_POWER_OFF);
    sim_rig_expect(&r, "29 07 00", "14 29 07 00");
    sim_rig_expect(&r, "29 00 01", "14 29 00 01");
    sim_rig_expect(&r, "29 04 00 00", "15 29 04 00 00");
    sim_rig_end(&r);
    start(&r, "reset_needs_offline\noffline_sticky\n");
    sim_rig_expect(&r, "29 02 00", "18 29 02 00");
    assert_int_equal(r.reply.after, SIM_AFTER_NONE);
    sim_rig_expect(&r, "29 01 00", "29 01 00");
    sim_rig_expect(&r, "29 04 00", "18 29 04 00");
    sim_rig_expect(&r, "29 02 00", "29 02 00");
    sim_modem_restart(r.modem, 0);
    sim_rig_expect(&r, "29 04 00", "29 04 00");
    sim_rig_end(&r);
}

static void test_deadly_commands(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "");
    sim_rig_expect(&r, "3a", "3a");
    assert_int_equal(r.reply.after, SIM_AFTER_CRASH);
    assert_int_equal(r.reply.is_write, 1);
    sim_rig_expect(&r, "4b 25 03 00", "");
    assert_int_equal(r.reply.after, SIM_AFTER_CRASH);
    assert_int_equal(r.reply.is_write, 1);
    sim_rig_expect(&r, "4b 65 01 00", "");
    assert_int_equal(r.reply.after, SIM_AFTER_CRASH);
    assert_int_equal(r.reply.is_write, 1);
    struct sim_counts n = sim_modem_counts(r.modem);
    assert_int_equal(n.requests, 3);
    assert_int_equal(n.writes, 3);
    sim_rig_end(&r);
}

static void test_spc_and_password(void **state)
{
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "spc_lockout = 3\npassword = 0102030405060708\n");
    sim_rig_text(&r, "nv/0/85", "123456");
    sim_rig_start(&r);
    sim_rig_expect(&r, "41 '000000'", "41 00");
    assert_int_equal(r.reply.is_write, 1);
    assert_null(strstr(r.reply.note, "000000"));
    sim_rig_expect(&r, "41 '000000'", "41 00");
    sim_rig_expect(&r, "41 '123456'", "41 01");
    sim_rig_expect(&r, "41 '000000'", "41 00");
    sim_rig_expect(&r, "41 '000000'", "41 00");
    assert_int_equal(r.reply.after, SIM_AFTER_NONE);
    sim_rig_expect(&r, "41 '000000'", "41 00");
    assert_int_equal(r.reply.after, SIM_AFTER_POWER_OFF);
    sim_rig_expect(&r, "41 '00000'", "15 41 '00000'");
    sim_rig_expect(&r, "46 ff*7 fe", "46 00");
    sim_rig_expect(&r, "46 01 02 03 04 05 06 07 08", "46 01");
    sim_rig_expect(&r, "46 ff*7", "15 46 ff*7");
    sim_rig_end(&r);
}

static void test_apps_only(void **state)
{
    struct sim_rig r;
    (void)state;
    start(&r, "apps_only_ms = 100\next_build = X\n");
    sim_rig_expect(&r, "00", "00*55");
    sim_rig_expect(&r, "7c", "7c 00*13");
    sim_rig_expect(&r, "26 0a 00", "13 26 0a 00");
    sim_rig_expect(&r, "4b 13 01 00", "13 4b 13 01 00");
    sim_rig_expect(&r, "4b 12 55 00", "4b 12 55 00 00 40 00 00");
    sim_modem_tick(r.modem, 100000);
    sim_rig_expect(&r, "26 0a 00", "26 0a 00 00*128 05 00");
    sim_modem_restart(r.modem, 0);
    sim_rig_expect(&r, "26 0a 00", "13 26 0a 00");
    sim_rig_end(&r);
}

/* What a backup sends is never counted as a write. */
static void test_reads_are_no_writes(void **state)
{
    static const char *const reads[] = {"00",
                                        "01",
                                        "0c",
                                        "1c",
                                        "51",
                                        "7b 01",
                                        "7c",
                                        "26 26 02",
                                        "4b 12 55 00",
                                        "4b 32 03 00",
                                        "4b 08 01 00",
                                        "4b 13 00 00 00*40",
                                        "4b 13 01 00",
                                        "4b 13 0b 00 '/' 00",
                                        "4b 13 02 00 00*8 '/x' 00",
                                        "4b 13 0f 00 '/' 00",
                                        "4b 13 07 00 '/x' 00",
                                        "4b 30 01 00 26 02 00 00 00*130"};
    struct sim_rig r;
    (void)state;
    start(&r, "");
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        sim_rig_send(&r, reads[i]);
        assert_int_equal(r.reply.is_write, 0);
    }
    assert_int_equal(sim_modem_counts(r.modem).writes, 0);
    assert_int_equal(sim_unit_pending(r.unit), 0);
    sim_rig_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verno_of_a_real_device),
        cmocka_unit_test(test_verno_from_keys),
        cmocka_unit_test(test_info_commands),
        cmocka_unit_test(test_minimal_build_id),
        cmocka_unit_test(test_unknown_and_wrong_length),
        cmocka_unit_test(test_largest_unknown_request),
        cmocka_unit_test(test_quietening),
        cmocka_unit_test(test_nv_read_forms),
        cmocka_unit_test(test_nv_strict_and_noindexed),
        cmocka_unit_test(test_context_ignored),
        cmocka_unit_test(test_array_items),
        cmocka_unit_test(test_absent_default),
        cmocka_unit_test(test_absent_spellings),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_secret_spellings),
        cmocka_unit_test(test_nv_write),
        cmocka_unit_test(test_nv_write_quirks),
        cmocka_unit_test(test_imei_write_once),
        cmocka_unit_test(test_imei_status),
        cmocka_unit_test(test_control),
        cmocka_unit_test(test_deadly_commands),
        cmocka_unit_test(test_spc_and_password),
        cmocka_unit_test(test_apps_only),
        cmocka_unit_test(test_reads_are_no_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
