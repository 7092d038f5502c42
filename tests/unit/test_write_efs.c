/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Writing files, links and modes: exact request bytes, and every way a file can end up half written
 * or in doubt. Each test also checks that no handle stays open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "service/efs_write.h"
#include "service/efs_write_codec.h"
#include "vector.h"
#include "write_rig.h"

static struct wr r;
static uint8_t big[20000], back[20000];

static void expect(enum qd_how how)
{
    assert_string_equal(qd_how_name(r.w.how), qd_how_name(how));
    assert_int_equal(r.w.reason[0] != 0, how != QD_HOW_DONE);
}

static void write_file(const char *path, size_t n, enum qd_how how)
{
    assert_int_equal(
        qd_efs_write_file(&r.fs, path, &(struct qd_efs_contents){0644, big, n}, &r.w, &r.e), 0);
    expect(how);
}

static void write_item(const char *path, size_t n, enum qd_how how)
{
    assert_int_equal(
        qd_efs_write_item(&r.fs, path, &(struct qd_efs_contents){0777, big, n}, &r.w, &r.e), 0);
    expect(how);
}

static void request_bytes(void **state)
{
    uint8_t p[QD_EFS_PUT_SIZE_MAX];
    static const uint8_t four[4] = {0x7e, 0x7d, 0x11, 0x22};
    struct qd_efs_item it = {0xc0241, 1, four, 4};
    (void)state;
    assert_payload(p, qd_efs_put_open_write(p, 0x13, 0x40241, 0777, "/nv/x"),
                   "4b 13 02 00 41 02 04 00 ff 01 00 00 2f 6e 76 2f 78 00 c3 7a 7e");
    assert_payload(p, qd_efs_put_write(p, 0x13, 0, 0, four, 4),
                   "4b 13 05 00 00*8 7d 5e 7d 5d 11 22 7d 5e 01 7e");
    assert_payload(p, qd_efs_put_mode(p, 0x13, QD_EFS_OP_MKDIR, 040777, "/nv"),
                   "4b 13 09 00 ff 01 2f 6e 76 00 55 d0 7e");
    assert_payload(p, qd_efs_put_name(p, 0x13, QD_EFS_OP_UNLINK, "/nv/x"),
                   "4b 13 08 00 2f 6e 76 2f 78 00 a9 35 7e");
    assert_payload(p, qd_efs_put_item(p, 0x13, &it, "/nv/x"),
                   "4b 13 26 00 04 00 00 00 41 02 0c 00 01 00 7d 5e 7d 5d 11 22 2f 6e 76 2f 78 00 "
                   "19 63 7e");
    assert_payload(p, qd_efs_put_sync(p, 0x13, 1, "/"), "4b 13 30 00 01 00 2f 00 d9 27 7e");
    assert_payload(p, qd_efs_put_sync_status(p, 0x13, 1, 7, "/"),
                   "4b 13 31 00 01 00 07 00 00 00 2f 00 1f 5a 7e");
    struct vec v = vec("4b 3e 12 00 b6 01 2f 61 00");
    assert_int_equal(qd_efs_put_mode(p, 0x3e, QD_EFS_OP_CHMOD, 0100666, "/a"), v.n);
    assert_memory_equal(p, v.p, v.n);
    v = vec("4b 13 06 00 2f 74 00 2f 6c 00");
    assert_int_equal(qd_efs_put_names(p, 0x13, QD_EFS_OP_SYMLINK, "/t", "/l"), v.n);
    assert_memory_equal(p, v.p, v.n);
    v = vec("4b 13 0e 00 2f 61 00 2f 62 00");
    assert_int_equal(qd_efs_put_names(p, 0x13, QD_EFS_OP_RENAME, "/a", "/b"), v.n);
    assert_memory_equal(p, v.p, v.n);
    v = vec("4b 13 0a 00 2f 61 00");
    assert_int_equal(qd_efs_put_name(p, 0x13, QD_EFS_OP_RMDIR, "/a"), v.n);
    assert_memory_equal(p, v.p, v.n);
    v = vec("4b 13 28 00 05 00 00 01 00 00 2f 61 00");
    assert_int_equal(qd_efs_put_truncate(p, 0x13, 5, 256, "/a"), v.n);
    assert_memory_equal(p, v.p, v.n);
    assert_int_equal(qd_efs_put_write(p, 0x13, 0, 0, big, 1025), 0);
    it = (struct qd_efs_item){0, 1, big, QD_EFS_PUT_MAX + 1};
    assert_int_equal(qd_efs_put_item(p, 0x13, &it, "/a"), 0);
}

/* Reply vectors, and every shorter form of them. */
static void reply_bytes(void **state)
{
    struct vec v = wire_vec("4b 13 05 00 00*8 04 00 00 00 00*4 2e f3 7e");
    struct qd_efs_wrote wrote = {0, 1};
    int32_t err = 1;
    uint32_t token = 0;
    uint16_t seq = 0;
    uint8_t status = 1;
    (void)state;
    assert_int_equal(qd_efs_get_wrote(v.p, v.n, 0, 0, &wrote, NULL), 0);
    assert_int_equal(wrote.count, 4);
    assert_int_equal(wrote.err, 0);
    assert_int_equal(qd_efs_get_wrote(v.p, v.n, 1, 0, &wrote, NULL), -QDIAG_E_PROTOCOL);
    assert_int_equal(qd_efs_get_wrote(v.p, v.n, 0, 4, &wrote, NULL), -QDIAG_E_PROTOCOL);
    for (size_t n = 0; n < v.n; n++)
        assert_int_equal(qd_efs_get_wrote(v.p, n, 0, 0, &wrote, NULL), -QDIAG_E_PROTOCOL);
    v = wire_vec("4b 13 26 00 01 00 00 00 00 00 ba a9 7e");
    assert_int_equal(qd_efs_get_done_seq(v.p, v.n, QD_EFS_OP_PUT, &seq, &err, NULL), 0);
    assert_int_equal(seq, 1);
    assert_int_equal(qd_efs_get_done_seq(v.p, v.n - 1, QD_EFS_OP_PUT, &seq, &err, NULL),
                     -QDIAG_E_PROTOCOL);
    v = wire_vec("4b 13 30 00 01 00 07 00 00 00 00 00 00 00 3e 5c 7e");
    assert_int_equal(qd_efs_get_sync(v.p, v.n, &token, &err, NULL), 0);
    assert_int_equal(token, 7);
    assert_int_equal(err, 0);
    v = wire_vec("4b 13 30 00 01 00 00 00 00 00 32 01 00 00 68 ef 7e");
    assert_int_equal(qd_efs_get_sync(v.p, v.n, &token, &err, NULL), 0);
    assert_int_equal(err, 306);
    assert_int_equal(qd_efs_get_sync(v.p, v.n - 1, &token, &err, NULL), -QDIAG_E_PROTOCOL);
    v = wire_vec("4b 13 31 00 01 00 00 00 00 00 00 76 fc 7e");
    assert_int_equal(qd_efs_get_sync_status(v.p, v.n, &status, &err, NULL), 0);
    assert_int_equal(status, 0);
    assert_int_equal(err, 0);
    assert_int_equal(qd_efs_get_sync_status(v.p, v.n - 1, &status, &err, NULL), -QDIAG_E_PROTOCOL);
}

static void writes_files(void **state)
{
    static const size_t sizes[] = {0, 1, 1023, 1024, 1025, 2048, 5000, 20000};
    struct qd_efs_stat st;
    (void)state;
    wr_start(&r, "", 1);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        write_file("/nv/keep", sizes[i], QD_HOW_DONE); /* longer and shorter than before */
        assert_int_equal(wr_file(&r, "/nv/keep", back, sizeof back), sizes[i]);
        assert_memory_equal(back, big, sizes[i]);
        write_item("/new/folder/item", sizes[i] < 6145 ? sizes[i] : 6144, QD_HOW_DONE);
    }
    assert_int_equal(qd_efs_stat(&r.fs, "/nv/keep", &st, &r.e), 0);
    assert_int_equal(st.mode, 0100644);
    write_item("/new/folder/large", 20000, QD_HOW_DONE);
    assert_int_equal(qd_efs_stat(&r.fs, "/new/folder/large", &st, &r.e), 0);
    assert_int_equal(st.mode & 0170000, 0160000);
    assert_int_equal(st.size, 20000);
    assert_int_equal(qd_efs_stat(&r.fs, "/new/folder/item", &st, &r.e), 0);
    assert_int_equal(st.mode & 0170000, 0160000);
    write_file("/no/such/folder", 3, QD_HOW_NO_SUCH);
    write_file("/nv", 3, QD_HOW_REFUSED);
    assert_int_equal(r.w.wire, 21);
    wr_stop(&r);
}

static void path_limit(void **state)
{
    char path[1100];
    (void)state;
    wr_start(&r, "max_path = 40\n", 1);
    unsigned before = r.link->requests;
    memset(path, 'a', 41);
    path[0] = '/';
    path[41] = '\0';
    write_file(path, 3, QD_HOW_REFUSED);
    write_item(path, 3, QD_HOW_REFUSED);
    assert_int_equal(qd_efs_mkdir(&r.fs, path, 0755, &r.w, NULL), 0);
    expect(QD_HOW_REFUSED);
    assert_int_equal(qd_efs_symlink(&r.fs, path, "/l", &r.w, NULL), 0);
    expect(QD_HOW_REFUSED);
    assert_int_equal(qd_efs_rename(&r.fs, "/nv/keep", path, &r.w, NULL), 0);
    expect(QD_HOW_REFUSED);
    assert_int_equal(r.link->requests, before);
    path[40] = '\0';
    write_file(path, 3, QD_HOW_DONE);
    wr_stop(&r);
}

static void names(void **state)
{
    struct qd_buf target = {0};
    struct qd_efs_stat st;
    (void)state;
    wr_start(&r, "mkdir6\n", 1);
    assert_int_equal(qd_efs_mkdir(&r.fs, "/d", 0700, &r.w, &r.e), 0);
    expect(QD_HOW_DONE);
    assert_int_equal(r.w.wire, 0);
    assert_int_equal(qd_efs_mkdir(&r.fs, "/d", 0700, &r.w, &r.e), 0);
    expect(QD_HOW_DONE);
    assert_int_equal(r.w.wire, 6);
    assert_int_equal(qd_efs_symlink(&r.fs, "/nv/keep", "/d/l", &r.w, &r.e), 0);
    expect(QD_HOW_DONE);
    assert_int_equal(qd_efs_readlink(&r.fs, "/d/l", &target, &r.e), 0);
    assert_string_equal((char *)target.p, "/nv/keep");
    assert_int_equal(qd_efs_symlink(&r.fs, "/x", "/d/l", &r.w, &r.e), 0);
    expect(QD_HOW_REFUSED);
    assert_int_equal(r.w.wire, 17);
    assert_int_equal(qd_efs_rmdir(&r.fs, "/d", &r.w, &r.e), 0);
    expect(QD_HOW_REFUSED);
    assert_int_equal(r.w.wire, 39);
    assert_int_equal(qd_efs_rename(&r.fs, "/d/l", "/d/m", &r.w, &r.e), 0);
    expect(QD_HOW_DONE);
    assert_int_equal(qd_efs_unlink(&r.fs, "/d/l", &r.w, &r.e), 0);
    expect(QD_HOW_DONE);
    assert_int_equal(r.w.wire, 2);
    assert_int_equal(qd_efs_unlink(&r.fs, "/d/m", &r.w, &r.e), 0);
    expect(QD_HOW_DONE);
    assert_int_equal(r.w.wire, 0);
    assert_int_equal(qd_efs_rmdir(&r.fs, "/d", &r.w, &r.e), 0);
    expect(QD_HOW_DONE);
    assert_int_equal(qd_efs_chmod(&r.fs, "/nv/keep", 0100600, &r.w, &r.e), 0);
    expect(QD_HOW_DONE);
    assert_int_equal(qd_efs_truncate(&r.fs, "/nv/keep", 3, &r.w, &r.e), 0);
    expect(QD_HOW_DONE);
    assert_int_equal(qd_efs_stat(&r.fs, "/nv/keep", &st, &r.e), 0);
    assert_int_equal(st.mode, 0100600);
    assert_int_equal(st.size, 3);
    assert_int_equal(qd_efs_chmod(&r.fs, "/no", 0600, &r.w, &r.e), 0);
    expect(QD_HOW_NO_SUCH);
    qd_buf_free(&target);
    wr_stop(&r);
}

static void full_unit(void **state)
{
    (void)state;
    wr_start(&r, "enospc_after = 3\n", 1);
    write_item("/a", 1, QD_HOW_DONE); /* two changes: the name and the contents */
    write_item("/b", 1, QD_HOW_DONE);
    write_item("/c", 1, QD_HOW_FULL);
    assert_int_equal(r.w.wire, 28);
    write_file("/c", 1, QD_HOW_FULL);
    assert_int_equal(qd_efs_mkdir(&r.fs, "/c", 0755, &r.w, NULL), 0);
    expect(QD_HOW_FULL);
    /* In the middle of a file: a part, and full says why. */
    wr_fault(&r, WR_PATCH, "4b 13 05 00");
    r.skip = 1;
    r.patch_at = 16;
    r.patch = 28;
    write_file("/nv/keep", 3000, QD_HOW_PART);
    assert_int_equal(r.w.full, 1);
    wr_stop(&r);
}

/* The unit says another count, or an errno, at each chunk. */
static void short_counts(void **state)
{
    (void)state;
    for (unsigned chunk = 0; chunk < 3; chunk++) {
        for (int i = 0; i < 3; i++) {
            wr_start(&r, "", 1);
            wr_fault(&r, WR_PATCH, "4b 13 05 00");
            r.skip = chunk;
            r.times = 1;
            r.patch_at = i == 2 ? 16 : 12;
            r.patch = i ? 5 : 4;
            write_file("/nv/keep", 3000, QD_HOW_PART);
            assert_int_equal(r.w.full, 0);
            assert_int_equal(r.w.wire, i == 2 ? 5 : 0);
            wr_stop(&r);
        }
    }
    wr_start(&r, "", 1); /* CLOSE says that it did not reach the flash */
    wr_fault(&r, WR_PATCH, "4b 13 03 00");
    r.patch_at = 4;
    r.patch = 5;
    write_file("/nv/keep", 3000, QD_HOW_PART);
    wr_stop(&r);
}

/* Silence or a damaged reply at each request of a file: unknown, and nothing is sent twice. */
static void doubt_in_a_file(void **state)
{
    static const char *const at[] = {"4b 13 02 00", "4b 13 05 00", "4b 13 03 00"};
    static const enum wr_fault faults[] = {WR_MUTE, WR_BAD_CRC, WR_CUT};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 3; k++) {
            wr_start(&r, "", 1);
            wr_fault(&r, faults[k], at[i]);
            r.patch_at = 6;
            r.times = 1;
            write_file("/nv/keep", 3000, QD_HOW_UNKNOWN);
            assert_int_equal(qd_how_changed(r.w.how), 1);
            if (i == 1)
                assert_int_equal(r.hits, 1);
            wr_fault(&r, WR_NONE, "");
            /* A handle whose number never came: the unit's, not ours, to lose. */
            sim_rig_send(&r.sim, "4b 13 03 00 00*4");
            write_file("/nv/keep", 3000, QD_HOW_DONE);
            wr_stop(&r);
        }
    }
}

/* One request each: silence is unknown, a second reply too. */
static void doubt_in_a_name(void **state)
{
    static const char *const at[] = {"4b 13 09", "4b 13 08", "4b 13 0a", "4b 13 0e",
                                     "4b 13 06", "4b 13 12", "4b 13 28", "4b 13 26"};
    static const enum wr_fault faults[] = {WR_MUTE, WR_BAD_CRC, WR_CUT, WR_TWICE};
    (void)state;
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        for (size_t k = 0; k < 4; k++) {
            wr_start(&r, "", 1);
            wr_fault(&r, faults[k], at[i]);
            r.patch_at = 5;
            int rc[] = {0, 0, 0, 0, 0, 0, 0, 0};
            switch (i) {
            case 0:
                rc[i] = qd_efs_mkdir(&r.fs, "/d", 0755, &r.w, &r.e);
                break;
            case 1:
                rc[i] = qd_efs_unlink(&r.fs, "/nv/keep", &r.w, &r.e);
                break;
            case 2:
                rc[i] = qd_efs_rmdir(&r.fs, "/nv", &r.w, &r.e);
                break;
            case 3:
                rc[i] = qd_efs_rename(&r.fs, "/nv/keep", "/k", &r.w, &r.e);
                break;
            case 4:
                rc[i] = qd_efs_symlink(&r.fs, "/nv/keep", "/k", &r.w, &r.e);
                break;
            case 5:
                rc[i] = qd_efs_chmod(&r.fs, "/nv/keep", 0600, &r.w, &r.e);
                break;
            case 6:
                rc[i] = qd_efs_truncate(&r.fs, "/nv/keep", 1, &r.w, &r.e);
                break;
            default:
                rc[i] = qd_efs_write_item(&r.fs, "/nv/i", &(struct qd_efs_contents){0777, big, 9},
                                          &r.w, &r.e);
            }
            assert_int_equal(rc[i], 0);
            expect(QD_HOW_UNKNOWN);
            assert_int_equal(r.writes, 1);
            wr_stop(&r);
        }
    }
}

/* A late OPEN reply with another file's handle in it: nothing may be written through it. */
static void a_strangers_handle(void **state)
{
    uint8_t late[12] = {0x4b, 0x13, 0x02, 0x00, 0x05};
    (void)state;
    wr_start(&r, "", 1);
    struct qd_buf wire = {0};
    fake_frame(&wire, late, sizeof late);
    wr_fault(&r, WR_NONE, "");
    /* Just in front of the real answer. */
    r.link->delay_us = 1000;
    fake_say_in(r.link, 500, wire.p, wire.len);
    qd_buf_free(&wire);
    write_file("/nv/keep", 3000, QD_HOW_UNKNOWN);
    assert_int_equal(r.writes, 1); /* OPEN */
    r.link->delay_us = 0;
    wr_stop(&r);
}

static void lost_link(void **state)
{
    (void)state;
    wr_start(&r, "", 1);
    wr_fault(&r, WR_GONE, "4b 13 05 00");
    r.skip = 1;
    assert_int_equal(qd_efs_write_file(&r.fs, "/nv/keep",
                                       &(struct qd_efs_contents){0644, big, 3000}, &r.w, &r.e),
                     -QDIAG_E_LINK_GONE);
    expect(QD_HOW_UNKNOWN);
    assert_int_equal(r.e.touch, QDIAG_TOUCH_UNKNOWN);
    wr_stop(&r);
}

int main(void)
{
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i * 7 + i / 256);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_bytes),   cmocka_unit_test(reply_bytes),
        cmocka_unit_test(writes_files),    cmocka_unit_test(path_limit),
        cmocka_unit_test(names),           cmocka_unit_test(full_unit),
        cmocka_unit_test(short_counts),    cmocka_unit_test(doubt_in_a_file),
        cmocka_unit_test(doubt_in_a_name), cmocka_unit_test(a_strangers_handle),
        cmocka_unit_test(lost_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
