/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The simulator where it lies about writes, and where it forgets or changes what it held: what the
 * services are told, and what is there afterwards. Plus the log's words for a change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "service/efs_write.h"
#include "service/nv_write.h"
#include "sim/change.h"
#include "write_rig.h"

static struct wr r;
static uint8_t data[128] = {7, 8, 9}, big[3000], back[4000];
static struct qd_nv_answer a;

static int write_nv(uint16_t id)
{
    memset(&r.e, 0, sizeof r.e);
    return qd_nv_write(r.d, &(struct qd_nv_place){0, id, 0}, data, &r.w, &r.e);
}

static int write_file(const char *path)
{
    memset(&r.e, 0, sizeof r.e);
    return qd_efs_write_file(&r.fs, path, &(struct qd_efs_contents){0644, big, sizeof big}, &r.w,
                             &r.e);
}

static const uint8_t *read_nv(uint16_t id)
{
    assert_int_equal(qd_nv_read(r.d, 0, id, 0, &a, &r.e), 0);
    return a.data;
}

static void start(const char *conf, const char *lies)
{
    wr_start(&r, conf, 1);
    if (*lies)
        wr_lie(&r, lies);
}

static void dropped(void **state)
{
    (void)state;
    start("", "dropwrite=2");
    for (int i = 1; i <= 3; i++) {
        data[0] = (uint8_t)(10 + i);
        assert_int_equal(write_nv(441), 0);
        assert_int_equal(r.w.how, QD_HOW_DONE);
        assert_int_equal(read_nv(441)[0], i == 2 ? 11 : 10 + i);
    }
    wr_stop(&r);
    start("", "dropnv=442,dropefs=/nv/d");
    assert_int_equal(write_nv(442), 0);
    assert_int_equal(r.w.how, QD_HOW_DONE);
    read_nv(442);
    assert_int_equal(a.state, QD_NV_ABSENT);
    assert_int_equal(qd_efs_mkdir(&r.fs, "/nv/d", 0755, &r.w, &r.e), 0);
    assert_int_equal(r.w.how, QD_HOW_DONE);
    assert_int_equal(
        qd_efs_write_item(&r.fs, "/nv/d2", &(struct qd_efs_contents){0, big, 9}, &r.w, &r.e), 0);
    assert_int_equal(r.w.how, QD_HOW_DONE);
    assert_int_equal(wr_file(&r, "/nv/d2", back, sizeof back), -1);
    assert_int_equal(write_file("/nv/dat"), 0); /* OPEN happens, the contents do not */
    assert_int_equal(r.w.how, QD_HOW_DONE);
    assert_int_equal(wr_file(&r, "/nv/dat", back, sizeof back), 0);
    wr_stop(&r);
}

static void one_bit(void **state)
{
    unsigned bits = 0;
    (void)state;
    start("", "flipwrite=1");
    assert_int_equal(write_nv(441), 0);
    assert_int_equal(r.w.how, QD_HOW_DONE);
    read_nv(441);
    for (size_t i = 0; i < 128; i++)
        bits += (unsigned)__builtin_popcount(a.data[i] ^ data[i]);
    assert_int_equal(bits, 1);
    assert_int_equal(write_nv(441), 0);
    assert_memory_equal(read_nv(441), data, 128);
    wr_stop(&r);
    start("", "flipwrite=2"); /* the second WRITE of the file */
    assert_int_equal(write_file("/nv/keep"), 0);
    assert_int_equal(r.w.how, QD_HOW_DONE);
    assert_int_equal(wr_file(&r, "/nv/keep", back, sizeof back), sizeof big);
    assert_memory_equal(back, big, 1024);
    assert_memory_not_equal(back + 1024, big + 1024, 1024);
    assert_memory_equal(back + 2048, big + 2048, sizeof big - 2048);
    wr_stop(&r);
}

static void short_writes(void **state)
{
    (void)state;
    start("", "shortwrite=3");
    assert_int_equal(write_file("/nv/keep"), 0);
    assert_int_equal(r.w.how, QD_HOW_PART);
    assert_int_equal(wr_file(&r, "/nv/keep", back, sizeof back), 2048 + (sizeof big - 2048) / 2);
    wr_stop(&r);
    start("", "shortwrite=3:lied");
    assert_int_equal(write_file("/nv/keep"), 0);
    assert_int_equal(r.w.how, QD_HOW_DONE);
    assert_int_equal(wr_file(&r, "/nv/keep", back, sizeof back), 2048 + (sizeof big - 2048) / 2);
    wr_stop(&r);
}

static void refusals(void **state)
{
    (void)state;
    start("", "nvreadonly=441,busywrite=442:2,busywrite=443:-1");
    assert_int_equal(write_nv(441), 0);
    assert_int_equal(r.w.how, QD_HOW_READ_ONLY);
    assert_int_equal(write_nv(442), 0);
    assert_int_equal(r.w.how, QD_HOW_DONE);
    assert_int_equal(write_nv(443), 0);
    assert_int_equal(r.w.how, QD_HOW_BUSY);
    assert_int_equal(write_nv(3252), 0);
    assert_int_equal(r.w.how, QD_HOW_NO_SUCH);
    assert_int_equal(r.w.bad, 0x14);
    wr_stop(&r);
    start("poison_silent\n", "");
    assert_int_equal(write_nv(3252), 0);
    assert_int_equal(r.w.how, QD_HOW_UNKNOWN);
    assert_int_equal(write_nv(441), 0);
    assert_int_equal(r.w.how, QD_HOW_DONE);
    wr_stop(&r);
}

/* What is in the folder after the power went at change n: only what was synced or closed. */
static void power_cuts(void **state)
{
    struct sim_counts none;
    uint8_t item[128];
    (void)state;
    for (int after = 0; after < 2; after++) {
        start("", after ? "cutafter=2" : "powercut=2");
        assert_int_equal(write_nv(442), 0);
        assert_int_equal(write_nv(443), -QDIAG_E_LINK_GONE);
        assert_int_equal(r.w.how, QD_HOW_UNKNOWN);
        assert_int_equal(sim_rig_file(&r.sim, "nv/0/442", item, sizeof item), -1);
        assert_int_equal(sim_rig_file(&r.sim, "nv/0/443", item, sizeof item), -1);
        none = sim_modem_counts(r.sim.modem);
        assert_int_equal(none.open_files, 0);
        wr_stop(&r);
    }
    start("", "powercut=3"); /* a file in between: closing it keeps all before it */
    assert_int_equal(write_nv(442), 0);
    assert_int_equal(
        qd_efs_write_file(&r.fs, "/nv/e", &(struct qd_efs_contents){0644, NULL, 0}, &r.w, &r.e), 0);
    assert_int_equal(write_nv(443), -QDIAG_E_LINK_GONE);
    assert_int_equal(sim_rig_file(&r.sim, "nv/0/442", item, sizeof item), 128);
    assert_int_equal(sim_rig_file(&r.sim, "efs/nv/e", item, sizeof item), 0);
    assert_int_equal(sim_rig_file(&r.sim, "nv/0/443", item, sizeof item), -1);
    wr_stop(&r);
    start("", "loseanswer=1");
    assert_int_equal(write_nv(441), 0);
    assert_int_equal(r.w.how, QD_HOW_UNKNOWN);
    assert_memory_equal(read_nv(441), data, 128);
    wr_stop(&r);
}

static void resets(void **state)
{
    (void)state;
    start("reset_loses\n", "");
    write_nv(441);
    sim_modem_restart(r.sim.modem, 0);
    assert_int_equal(read_nv(441)[0], 1);
    wr_stop(&r);
    start("nv_reverts\n", "");
    write_nv(441);
    write_nv(442);
    write_file("/nv/keep");
    sim_modem_restart(r.sim.modem, 0);
    assert_int_equal(read_nv(441)[0], 1);
    read_nv(442);
    assert_int_equal(a.state, QD_NV_ABSENT);
    assert_int_equal(wr_file(&r, "/nv/keep", back, sizeof back), sizeof big);
    wr_stop(&r);
    start("rfc_rewritten\n", "");
    assert_int_equal(
        qd_efs_write_item(&r.fs, "/rfc/a/b", &(struct qd_efs_contents){0, big, 9}, &r.w, &r.e), 0);
    sim_modem_restart(r.sim.modem, 0);
    assert_int_equal(wr_file(&r, "/rfc/a/b", back, sizeof back), 9);
    assert_memory_equal(back, big, 8);
    assert_int_equal(back[8], (uint8_t)(big[8] + 1));
    wr_stop(&r);
    start("", "");
    write_nv(441);
    sim_modem_restart(r.sim.modem, 0);
    assert_memory_equal(read_nv(441), data, 128);
    wr_stop(&r);
}

static void restless(void **state)
{
    (void)state;
    start("restless\n", "");
    write_nv(4719);
    uint32_t first = qd_get32(read_nv(4719));
    assert_int_equal(qd_get32(read_nv(4719)), first + 1);
    assert_int_equal(
        qd_efs_write_item(&r.fs, "/nv/rgs_data", &(struct qd_efs_contents){0, big, 9}, &r.w, &r.e),
        0);
    wr_file(&r, "/nv/rgs_data", back, sizeof back);
    uint8_t was = back[0];
    wr_file(&r, "/nv/rgs_data", back, sizeof back);
    assert_int_equal(back[0], (uint8_t)(was + 1));
    wr_file(&r, "/nv/keep", back, sizeof back);
    assert_memory_equal(back, "old contents", 12);
    wr_stop(&r);
}

static void words(void **state)
{
    static const struct {
        const char *req, *text;
        int change;
    } t[] = {
        {"27 b9 01 07 08", "nv:0:441 0708", 1},
        {"27 b9 01", "nv:0:441 -", 1},
        {"4b 30 02 00 26 02 01 00 01 02", "nv:1:550 0102", 1},
        {"4b 13 26 00 02 00 00 00 41 02 0c 00 01 00 aa bb '/a b' 00", "efs:/a%20b aabb", 1},
        {"4b 3e 26 00 00 00 00 00 41 02 0c 00 01 00 '/a' 00", "efs:3e:/a -", 1},
        {"4b 13 26 00 ff ff ff ff 41 02 0c 00 01 00 aa", "efs:%aa -", 1},
        {"4b 13 05 00 00 00 00 00 00 04 00 00 7e", "efs:/open 1024:7e", 1},
        {"4b 13 02 00 41 02 00 00 00*4 '/a' 00", "efs:/a flags:241", 1},
        {"4b 13 02 00 00*8 '/a' 00", "efs:/a flags:0", 0},
        {"4b 13 09 00 ed 01 '/d' 00", "efs:/d mode:755", 1},
        {"4b 13 12 00 80 01 '/d' 00", "efs:/d mode:600", 1},
        {"4b 13 06 00 '/t' 00 '/l' 00", "efs:/l 2f74", 1},
        {"4b 13 0e 00 '/o' 00 '/n' 00", "efs:/o 2f6e", 1},
        {"4b 13 08 00 '/d' 00", "efs:/d -", 1},
        {"4b 13 28 00 01 00 05 00 00 00 '/d' 00", "efs:/d length:5", 1},
        {"4b 13 30 00 01 00 '/' 00", "- -", 0},
        {"29 02 00", "- -", 0},
        {"41 '000000'", "- -", 0},
        {"26 b9 01", "- -", 0},
        {"4b 13 06 00", "efs: -", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        uint8_t req[64];
        struct qd_buf out = {0};
        size_t n = sim_rig_vector(t[i].req, req, sizeof req);
        assert_int_equal(sim_change_text(req, n, "/open", &out), 0);
        assert_int_equal(qd_buf_terminate(&out), 0);
        assert_string_equal((char *)out.p, t[i].text);
        assert_int_equal(sim_change_is(req, n), t[i].change);
        qd_buf_free(&out);
        for (size_t k = 1; k < n; k++) { /* cut anywhere: nothing beyond the end is read */
            uint8_t *exact = qd_alloc(1, k);
            assert_non_null(exact);
            memcpy(exact, req, k);
            assert_int_equal(sim_change_text(exact, k, "", &out), 0);
            free(exact);
            qd_buf_free(&out);
        }
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i * 7 + i / 256);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dropped),  cmocka_unit_test(one_bit),    cmocka_unit_test(short_writes),
        cmocka_unit_test(refusals), cmocka_unit_test(power_cuts), cmocka_unit_test(resets),
        cmocka_unit_test(restless), cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
