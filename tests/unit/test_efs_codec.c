/* SPDX-License-Identifier: BSD-3-Clause
 *
 * EFS2 requests and replies against the wire vectors of the protocol notes, byte for byte, and
 * replies that contradict themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/efs_codec.h"
#include "vector.h"

static uint8_t req[QD_EFS_REQUEST_MAX];

static void requests(void **state)
{
    (void)state;
    assert_payload(req, qd_efs_put_query(req, 0x13), "4b 13 01 00 55 59 7e");
    assert_payload(req, qd_efs_put_query(req, 0x3E), "4b 3e 01 00 11 a5 7e");
    assert_payload(req, qd_efs_put_hello(req, 0x13),
                   "4b 13 00 00 00 00 10 00 00 00 10 00 00 00 10 00 00 00 10 00 00 00 10 00 "
                   "00 00 10 00 01 00 00 00 01 00 00 00 01 00 00 00 ff ff ff ff 7d 5e 05 7e");
    assert_payload(req, qd_efs_put_path(req, 0x13, QD_EFS_OP_STAT, "/nv"),
                   "4b 13 0f 00 2f 6e 76 00 28 ed 7e");
    assert_payload(req, qd_efs_put_path(req, 0x13, QD_EFS_OP_OPENDIR, "/"),
                   "4b 13 0b 00 2f 00 19 11 7e");
    assert_payload(req, qd_efs_put_readdir(req, 0x13, 1, 1),
                   "4b 13 0c 00 01 00 00 00 01 00 00 00 fb 71 7e");
    assert_payload(req, qd_efs_put_handle(req, 0x13, QD_EFS_OP_CLOSEDIR, 1),
                   "4b 13 0d 00 01 00 00 00 2d 75 7e");
    assert_payload(req, qd_efs_put_open(req, 0x13, "/nvm/num/550"),
                   "4b 13 02 00 00*8 2f 6e 76 6d 2f 6e 75 6d 2f 35 35 30 00 3e 8d 7e");
    assert_payload(req, qd_efs_put_open(req, 0x13, "/nv/x"),
                   "4b 13 02 00 00*8 2f 6e 76 2f 78 00 21 24 7e");
    assert_payload(req, qd_efs_put_read(req, 0x13, 0, 1024, 0),
                   "4b 13 04 00 00 00 00 00 00 04 00 00 00 00 00 00 1b 15 7e");
    assert_payload(req, qd_efs_put_handle(req, 0x13, QD_EFS_OP_CLOSE, 0),
                   "4b 13 03 00 00 00 00 00 34 50 7e");
}

static void longest_path(void **state)
{
    char path[QD_EFS_PATH_MAX + 2];
    (void)state;
    memset(path, 'a', sizeof path);
    path[QD_EFS_PATH_MAX] = '\0';
    assert_int_equal(qd_efs_put_open(req, 0x13, path), QD_EFS_REQUEST_MAX);
    path[QD_EFS_PATH_MAX] = 'a';
    path[QD_EFS_PATH_MAX + 1] = '\0';
    assert_int_equal(qd_efs_put_open(req, 0x13, path), 0);
    assert_int_equal(qd_efs_put_path(req, 0x13, QD_EFS_OP_STAT, path), 0);
}

static void stat_replies(void **state)
{
    struct qd_efs_stat st;
    struct qdiag_error e = {0};
    int32_t err = -1;
    (void)state;
    struct vec v = wire_vec("4b 13 0f 00 00 00 00 00 ed 41 00 00 00 00 00 00 01 00 00 00 00*12 "
                            "45 54 7e");
    assert_int_equal(qd_efs_get_stat(v.p, v.n, QD_EFS_OP_STAT, &err, &st, &e), 0);
    assert_int_equal(err, 0);
    assert_int_equal(st.mode, 040755);
    assert_int_equal(st.nlink, 1);
    v = wire_vec("4b 13 0f 00 02 00 00 00 00*24 04 cb 7e");
    assert_int_equal(qd_efs_get_stat(v.p, v.n, QD_EFS_OP_STAT, &err, &st, &e), 0);
    assert_int_equal(err, 2);
    v = vec("4b 13 10 00 00*4 a4 81 00 00 01 00 00 00 02 00 00 00 03 00 00 00");
    assert_int_equal(qd_efs_get_stat(v.p, v.n, QD_EFS_OP_LSTAT, &err, &st, &e), 0);
    assert_int_equal(st.mode, 0100644);
    assert_int_equal(st.size, 0);
    assert_int_equal(st.atime, 1);
    assert_int_equal(st.ctime, 3);
    v = vec("4b 13 11 00 00*4 ff e1 00 00 07 00 00 00 01 00 00 00 04 00 00 00 05 00 00 00 06 00*3");
    assert_int_equal(qd_efs_get_stat(v.p, v.n, QD_EFS_OP_FSTAT, &err, &st, &e), 0);
    assert_int_equal(st.mode, 0160777);
    assert_int_equal(st.size, 7);
    assert_int_equal(st.ctime, 6);
    assert_int_equal(qd_efs_get_stat(v.p, 31, QD_EFS_OP_FSTAT, &err, &st, &e), -QDIAG_E_PROTOCOL);
    assert_string_equal(e.why, "EFS reply 17 of 31 bytes, expected 32");
}

static void open_replies(void **state)
{
    struct qdiag_error e = {0};
    int32_t fd = -9, err = -9;
    uint32_t dirp = 9;
    (void)state;
    struct vec v = wire_vec("4b 13 02 00 00*8 04 6d 7e");
    assert_int_equal(qd_efs_get_open(v.p, v.n, &fd, &err, &e), 0);
    assert_int_equal(fd, 0);
    assert_int_equal(err, 0);
    v = wire_vec("4b 13 02 00 ff ff ff ff 02 00 00 00 8e 20 7e");
    assert_int_equal(qd_efs_get_open(v.p, v.n, &fd, &err, &e), 0);
    assert_int_equal(err, 2);
    v = vec("4b 13 02 00 ff ff ff ff 00*4");
    assert_int_equal(qd_efs_get_open(v.p, v.n, &fd, &err, &e), -QDIAG_E_PROTOCOL);
    v = wire_vec("4b 13 0b 00 01 00 00 00 00 00 00 00 b5 a9 7e");
    assert_int_equal(qd_efs_get_opendir(v.p, v.n, &dirp, &err, NULL), 0);
    assert_int_equal(dirp, 1);
    assert_int_equal(err, 0);
    v = wire_vec("4b 13 0b 00 00 00 00 00 0d 00 00 00 85 a3 7e");
    assert_int_equal(qd_efs_get_opendir(v.p, v.n, &dirp, &err, NULL), 0);
    assert_int_equal(err, 13);
    v = vec("4b 13 0b 00 00*8");
    assert_int_equal(qd_efs_get_opendir(v.p, v.n, &dirp, &err, NULL), -QDIAG_E_PROTOCOL);
    v = wire_vec("4b 13 03 00 00 00 00 00 34 50 7e");
    assert_int_equal(qd_efs_get_status(v.p, v.n, QD_EFS_OP_CLOSE, &err, NULL), 0);
    assert_int_equal(err, 0);
    assert_int_equal(qd_efs_get_status(v.p, v.n, QD_EFS_OP_CLOSEDIR, &err, NULL),
                     -QDIAG_E_PROTOCOL);
}

static int get_read(const char *wire, uint32_t at, struct qd_efs_chunk *c, struct qdiag_error *e)
{
    static struct vec v;
    v = wire_vec(wire);
    c->len = 1024;
    memset(e, 0, sizeof *e);
    return qd_efs_get_read(v.p, v.n, 0, at, c, e);
}

static void read_replies(void **state)
{
    struct qdiag_error e;
    struct qd_efs_chunk c;
    (void)state;
    assert_int_equal(
        get_read("4b 13 04 00 00*8 04 00 00 00 00*4 7d 5e 7d 5d 11 22 3b 12 7e", 0, &c, &e), 0);
    assert_int_equal(c.len, 4);
    assert_memory_equal(c.data, "\x7e\x7d\x11\x22", 4);
    assert_int_equal(get_read("4b 13 04 00 00*4 04 00 00 00 00*8 61 18 7e", 4, &c, &e), 0);
    assert_int_equal(c.len, 0);
    assert_int_equal(c.err, 0);
    assert_int_equal(get_read("4b 13 04 00 00 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00 "
                              "01 02 03 04 8d d2 7e",
                              0, &c, &e),
                     0);
    assert_memory_equal(c.data, "\1\2\3\4", 4);
    assert_int_equal(
        get_read("4b 13 04 00 00 00 00 00 00 04 00 00 ff ff ff ff 05 00 00 00 e9 59 7e", 1024, &c,
                 &e),
        0);
    assert_int_equal(c.err, 5);
}

static void read_count_faults(void **state)
{
    struct qdiag_error e;
    struct qd_efs_chunk c;
    (void)state;
    assert_int_equal(get_read("4b 13 04 00 00 00 00 00 00 00 00 00 24 02 00 00 00 00 00 00 "
                              "00 00 00 00 50 97 7e",
                              0, &c, &e),
                     -QDIAG_E_PROTOCOL);
    assert_string_equal(e.why, "READ at 0 says 548 bytes and carries 4");
    assert_int_equal(
        get_read("4b 13 04 00 00 00 00 00 00 00 00 00 ff ff ff ff 00 00 00 00 eb 69 7e", 0, &c, &e),
        -QDIAG_E_PROTOCOL);
    assert_string_equal(e.why, "READ at 0 answered -1 bytes with errno 0");
    assert_int_equal(get_read("4b 13 04 00 00 00 00 00 00 00 00 00 ff ff ff 7f 00 00 00 00 "
                              "00 00 00 00 c5 d5 7e",
                              0, &c, &e),
                     -QDIAG_E_PROTOCOL);
    assert_string_equal(e.why, "READ at 0 answered 2147483647 bytes, 1024 were asked");
    assert_int_equal(get_read("4b 13 04 00 00*4 04 00 00 00 00*8 61 18 7e", 8, &c, &e),
                     -QDIAG_E_PROTOCOL);
    assert_string_equal(e.why, "READ of handle 0 at 8 answered for handle 0 at 4");
}

static int get_entry(const char *wire, uint32_t seq, struct qd_efs_record *r)
{
    static struct vec v;
    v = wire_vec(wire);
    return qd_efs_get_readdir(v.p, v.n, 1, seq, r, NULL);
}

static void readdir_replies(void **state)
{
    struct qd_efs_record r;
    (void)state;
    assert_int_equal(get_entry("4b 13 0c 00 01 00 00 00 01 00 00 00 00*8 a4 81 00 00 05 00 00 00 "
                               "00*12 61 00 40 e7 7e",
                               1, &r),
                     0);
    assert_false(r.end); /* type 0 is a regular file, not the end */
    assert_int_equal(r.type, 0);
    assert_int_equal(r.st.mode, 0100644);
    assert_int_equal(r.st.size, 5);
    assert_int_equal(r.name_len, 1);
    assert_memory_equal(r.name, "a", 1);
    assert_int_equal(get_entry("4b 13 0c 00 01 00 00 00 02 00 00 00 00*4 0f 00 00 00 ff e1 00 00 "
                               "04 00 00 00 00*12 62 00 0d d8 7e",
                               2, &r),
                     0);
    assert_int_equal(r.type, 15);
    assert_int_equal(r.st.mode, 0160777);
    assert_int_equal(get_entry("4b 13 0c 00 01 00 00 00 03 00 00 00 00*29 1a 5e 7e", 3, &r), 0);
    assert_true(r.end);
    assert_int_equal(get_entry("4b 13 0c 00 01 00 00 00 03 00 00 00 00*29 1a 5e 7e", 4, &r),
                     -QDIAG_E_PROTOCOL);
}

static void readdir_ends(void **state)
{
    struct qd_efs_record r;
    (void)state;
    struct vec v = vec("4b 13 0c 00 01 00 00 00 03 00 00 00 00*28");
    assert_int_equal(v.n, 40);
    assert_int_equal(qd_efs_get_readdir(v.p, v.n, 1, 3, &r, NULL), 0);
    assert_true(r.end);
    assert_int_equal(qd_efs_get_readdir(v.p, 39, 1, 3, &r, NULL), -QDIAG_E_PROTOCOL);
    v = vec("4b 13 0c 00 01 00 00 00 03 00 00 00 02 00 00 40 00*25");
    assert_int_equal(qd_efs_get_readdir(v.p, v.n, 1, 3, &r, NULL), 0);
    assert_true(r.end);
    assert_int_equal(qd_efs_get_readdir(v.p, 16, 1, 3, &r, NULL), 0);
    assert_true(r.end);
    v = vec("4b 13 0c 00 01 00 00 00 03 00 00 00 05 00 00 00 00*25");
    assert_int_equal(qd_efs_get_readdir(v.p, v.n, 1, 3, &r, NULL), 0);
    assert_false(r.end);
    assert_int_equal(r.err, 5);
}

static void hello_query_readlink(void **state)
{
    struct qd_efs_hello h;
    struct qd_efs_limits q;
    const char *target = NULL;
    size_t len = 0;
    int32_t err = -1;
    (void)state;
    struct vec v = vec("4b 13 00 00 10 00*23 01 00*3 02 00*3 03 00*3 04 00*3");
    assert_int_equal(qd_efs_get_hello(v.p, v.n, &h, NULL), 0);
    assert_int_equal(h.version, 1);
    assert_int_equal(h.features, 4);
    assert_int_equal(qd_efs_get_hello(v.p, 43, &h, NULL), -QDIAG_E_PROTOCOL);
    v = vec("4b 13 01 00 ff 00*3 fb 00*3 08 00*3 ff ff ff 7f 04 00*3 10 00*3");
    assert_int_equal(qd_efs_get_query(v.p, v.n, &q, NULL), 0);
    assert_int_equal(q.max_name, 255);
    assert_int_equal(q.max_path, 251);
    assert_int_equal(q.max_dirs, 4);
    v = vec("4b 13 07 00 00*4 2f 61 00 55");
    assert_int_equal(qd_efs_get_readlink(v.p, v.n, &err, &target, &len, NULL), 0);
    assert_int_equal(len, 2);
    assert_memory_equal(target, "/a", 2);
    assert_int_equal(qd_efs_get_readlink(v.p, 8, &err, &target, &len, NULL), -QDIAG_E_PROTOCOL);
    v = vec("4b 13 07 00 16 00*3");
    assert_int_equal(qd_efs_get_readlink(v.p, v.n, &err, &target, &len, NULL), 0);
    assert_int_equal(err, 22);
}

/* Every parser on every length of a reply: exact allocations, so ASan sees a byte too far. */
static void every_length(void **state)
{
    struct vec v = vec("4b 13 00 00 00*4 04 00*11 00*4 00*40");
    (void)state;
    for (size_t n = 0; n <= v.n; n++) {
        uint8_t *p = malloc(n ? n : 1);
        struct qd_efs_hello h;
        struct qd_efs_limits q;
        struct qd_efs_chunk c = {.len = 1024};
        struct qd_efs_record r;
        struct qd_efs_stat st;
        int32_t a, b;
        uint32_t u;
        const char *t;
        size_t len;
        assert_non_null(p);
        for (uint8_t op = 0; op < 18; op++) {
            memcpy(p, v.p, n);
            if (n > 2)
                p[2] = op;
            int ok = qd_efs_get_hello(p, n, &h, NULL) == 0;
            ok += qd_efs_get_query(p, n, &q, NULL) == 0;
            ok += qd_efs_get_open(p, n, &a, &b, NULL) == 0;
            ok += qd_efs_get_opendir(p, n, &u, &a, NULL) == 0;
            ok += qd_efs_get_status(p, n, QD_EFS_OP_CLOSE, &a, NULL) == 0;
            ok += qd_efs_get_read(p, n, 0, 4, &c, NULL) == 0;
            ok += qd_efs_get_readdir(p, n, 0, 4, &r, NULL) == 0;
            ok += qd_efs_get_readlink(p, n, &a, &t, &len, NULL) == 0;
            ok += qd_efs_get_stat(p, n, QD_EFS_OP_STAT, &a, &st, NULL) == 0;
            ok += qd_efs_get_stat(p, n, QD_EFS_OP_LSTAT, &a, &st, NULL) == 0;
            assert_in_range(ok, 0, 1);
            if (n < 8)
                assert_int_equal(ok, 0);
        }
        free(p);
    }
}

static void errno_names(void **state)
{
    (void)state;
    assert_string_equal(qd_efs_errno_name(13), "EACCES");
    assert_string_equal(qd_efs_errno_name(0x40000007), "TOO_MANY_OPEN_DIRS");
    assert_null(qd_efs_errno_name(12345));
    assert_null(qd_efs_errno_name(-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(longest_path),
        cmocka_unit_test(stat_replies),
        cmocka_unit_test(open_replies),
        cmocka_unit_test(read_replies),
        cmocka_unit_test(read_count_faults),
        cmocka_unit_test(readdir_replies),
        cmocka_unit_test(readdir_ends),
        cmocka_unit_test(hello_query_readlink),
        cmocka_unit_test(every_length),
        cmocka_unit_test(errno_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
