/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The EFS service on a well-ordered link: contents, listings, and what every error code at every
 * operation is taken for. No handle may stay open, nothing but reads may be sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/cancel.h"
#include "fake_efs.h"
#include "service/efs_codec.h"

static struct fake_efs f;
static struct qdiag_error e;
static struct qd_buf out;

static int setup(void **state)
{
    (void)state;
    fake_efs_start(&f);
    memset(&e, 0, sizeof e);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(fake_efs_open_dirs(&f), 0);
    assert_int_equal(fake_efs_open_files(&f), 0);
    assert_int_equal(f.forbidden, 0);
    qd_buf_free(&out);
    fake_efs_stop(&f);
    return 0;
}

static uint8_t *pattern(size_t n)
{
    uint8_t *p = malloc(n + 1);
    assert_non_null(p);
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(i * 7 + i / 256);
    return p;
}

static void add_pattern(const char *path, uint32_t mode, size_t n)
{
    uint8_t *p = pattern(n);
    fake_efs_add(&f, path, mode, p, n);
    free(p);
}

static void assert_pattern(size_t n)
{
    uint8_t *p = pattern(n);
    assert_int_equal(out.len, n);
    if (n)
        assert_memory_equal(out.p, p, n);
    free(p);
}

static void opens(void **state)
{
    (void)state;
    f.max_path = 251;
    assert_int_equal(qd_efs_open(&f.fs, f.diag, 0x13, &e), 0);
    assert_int_equal(f.fs.version, 1);
    assert_int_equal(f.fs.max_path, 251);
    assert_int_equal(f.fs.max_dirs, 4);
    assert_int_equal(f.ops[0], 1);
    assert_int_equal(f.ops[1], 1);
    assert_int_equal(f.ops[15], 1);
    assert_int_equal(f.ops[11], 0);
}

static void opens_without_hello_query_stat(void **state)
{
    (void)state;
    f.bad_op[0] = 0x13;
    f.bad_op[1] = 0x13;
    f.err_op[15] = 13;
    assert_int_equal(qd_efs_open(&f.fs, f.diag, 0x13, &e), 0);
    assert_int_equal(f.fs.max_path, 1024);
    assert_int_equal(f.ops[11], 1);
    assert_int_equal(f.ops[13], 1);
    assert_int_equal(e.code, 0);
}

static void no_such_subsystem(void **state)
{
    (void)state;
    assert_int_equal(qd_efs_open(&f.fs, f.diag, 0x3E, &e), -QDIAG_E_UNSUPPORTED);
    assert_int_equal(e.wire, 0x13);
    assert_string_equal(e.why, "no file system behind subsystem 0x3e: error 0x13 (BAD_CMD)");
}

static void nothing_usable_and_locked(void **state)
{
    (void)state;
    f.err_op[15] = f.err_op[11] = 1;
    assert_int_equal(qd_efs_open(&f.fs, f.diag, 0x13, &e), -QDIAG_E_UNSUPPORTED);
    assert_string_equal(e.why, "no file system behind subsystem 0x13: OPENDIR: errno 1 (EPERM)");
    memset(&e, 0, sizeof e);
    f.bad_op[15] = f.bad_op[11] = 0x47;
    assert_int_equal(qd_efs_open(&f.fs, f.diag, 0x13, &e), -QDIAG_E_LOCKED);
    assert_int_equal(e.wire, 0x47);
}

static void file_sizes(void **state)
{
    static const size_t sizes[] = {0, 1, 4, 1023, 1024, 1025, 2048, 5000, 320000};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char path[32];
        snprintf(path, sizeof path, "/f%zu", i);
        add_pattern(path, i % 2 ? 0160777 : 0100644, sizes[i]);
        assert_int_equal(qd_efs_read(&f.fs, path, &out, &e), 0);
        assert_pattern(sizes[i]);
    }
    assert_int_equal(e.code, 0);
}

static void short_reads_go_on(void **state)
{
    (void)state;
    f.read_max = 100;
    add_pattern("/x", 0100644, 1234);
    assert_int_equal(qd_efs_read(&f.fs, "/x", &out, &e), 0);
    assert_pattern(1234);
    assert_int_equal(f.ops[4], 14); /* 13 with data, one that says the end */
}

static void too_large(void **state)
{
    (void)state;
    add_pattern("/max", 0100644, QD_EFS_FILE_MAX);
    assert_int_equal(qd_efs_read(&f.fs, "/max", &out, &e), 0);
    assert_int_equal(out.len, QD_EFS_FILE_MAX);
    add_pattern("/more", 0100644, QD_EFS_FILE_MAX + 1);
    assert_int_equal(qd_efs_read(&f.fs, "/more", &out, &e), -QDIAG_E_REFUSED);
    assert_int_equal(out.len, 0);
    assert_string_equal(e.item, "/more");
}

static void absent_and_folder(void **state)
{
    (void)state;
    fake_efs_add(&f, "/d", 0040755, NULL, 0);
    assert_int_equal(qd_efs_read(&f.fs, "/no", &out, &e), -QDIAG_E_ABSENT);
    assert_int_equal(e.wire, 2);
    assert_string_equal(e.item, "/no");
    assert_string_equal(e.why, "OPEN: errno 2 (ENOENT)");
    memset(&e, 0, sizeof e);
    assert_int_equal(qd_efs_read(&f.fs, "/d", &out, &e), -QDIAG_E_REFUSED);
    assert_int_equal(e.wire, 21);
    assert_int_equal(f.ops[4], 0);
}

static int eio_at_1024(struct fake_efs *m, unsigned op, const uint8_t *req, size_t n,
                       struct qd_buf *wire)
{
    (void)n;
    if (op != 4 || qd_get32(req + 12) != 1024)
        return 0;
    uint8_t p[20] = {0x4b, 0x13, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0xff, 0xff, 0xff, 0xff, 5};
    memcpy(p + 4, req + 4, 4);
    m->hits++;
    fake_frame(wire, p, sizeof p);
    return 1;
}

static void eio_at_second_chunk(void **state)
{
    (void)state;
    add_pattern("/x", 0100644, 3000);
    f.hook = eio_at_1024;
    assert_int_equal(qd_efs_read(&f.fs, "/x", &out, &e), -QDIAG_E_REFUSED);
    assert_int_equal(e.wire, 5);
    assert_string_equal(e.why, "READ: errno 5 (EIO)");
    assert_int_equal(out.len, 0);
    assert_int_equal(f.hits, 1);
    assert_int_equal(f.ops[3], 1);
}

/* READ replies that contradict themselves: count, errno and bytes carried. */
static uint32_t fault_count;

static int odd_count(struct fake_efs *m, unsigned op, const uint8_t *req, size_t n,
                     struct qd_buf *wire)
{
    uint8_t p[24] = {0x4b, 0x13, 4};
    (void)m, (void)n;
    if (op != 4)
        return 0;
    memcpy(p + 4, req + 4, 4);
    memcpy(p + 8, req + 12, 4);
    qd_put32(p + 12, fault_count);
    fake_frame(wire, p, sizeof p);
    return 1;
}

static void read_count_faults(void **state)
{
    static const uint32_t counts[] = {548, 5, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 1025};
    (void)state;
    add_pattern("/x", 0100644, 3000);
    f.hook = odd_count;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        memset(&e, 0, sizeof e);
        fault_count = counts[i];
        assert_int_equal(qd_efs_read(&f.fs, "/x", &out, &e), -QDIAG_E_PROTOCOL);
        assert_int_equal(out.len, 0);
        assert_string_equal(e.item, "/x");
        assert_int_equal(fake_efs_open_files(&f), 0);
    }
}

static void close_errors_are_not_fatal(void **state)
{
    (void)state;
    add_pattern("/x", 0100644, 10);
    f.err_op[3] = 5;
    assert_int_equal(qd_efs_read(&f.fs, "/x", &out, &e), 0);
    assert_pattern(10);
    f.err_op[3] = 0;
    f.files[0].used = 0; /* the fake kept it open on purpose */
}

static int classify_wanted(uint8_t bad)
{
    if (bad == 0x13)
        return -QDIAG_E_UNSUPPORTED;
    return bad == 0x42 || bad == 0x47 ? -QDIAG_E_LOCKED : -QDIAG_E_REFUSED;
}

static int run_op(unsigned op)
{
    struct qd_efs_stat st;
    struct qd_efs_list list;
    int rc;
    memset(&e, 0, sizeof e);
    switch (op) {
    case 2:
    case 4:
        return qd_efs_read(&f.fs, "/x", &out, &e);
    case 7:
        return qd_efs_readlink(&f.fs, "/l", &out, &e);
    case 15:
        return qd_efs_stat(&f.fs, "/x", &st, &e);
    default:
        rc = qd_efs_list(&f.fs, "/", &list, &e);
        qd_efs_list_free(&list);
        return rc;
    }
}

static void every_op_every_error_byte(void **state)
{
    static const uint8_t bads[] = {0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x42, 0x47, 0x95, 0x96};
    static const unsigned ops[] = {2, 4, 7, 11, 12, 15};
    (void)state;
    fake_efs_add(&f, "/l", 0120777, "/x", 2);
    add_pattern("/x", 0100644, 10);
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        for (size_t k = 0; k < sizeof bads; k++) {
            f.bad_op[ops[i]] = bads[k];
            assert_int_equal(run_op(ops[i]), classify_wanted(bads[k]));
            assert_int_equal(e.wire, bads[k]);
            assert_int_equal(e.item[0], '/');
            assert_int_equal(fake_efs_open_dirs(&f) + fake_efs_open_files(&f), 0);
        }
        f.bad_op[ops[i]] = 0;
    }
    f.bad_op[15] = 0x18;
    assert_int_equal(run_op(15), -QDIAG_E_REFUSED);
    assert_string_equal(e.why, "error 0x18 (BAD_MODE)");
}

static void every_op_every_errno(void **state)
{
    static const int32_t errs[] = {1,          2,          5,          6,          9,
                                   12,         13,         17,         20,         21,
                                   22,         28,         39,         306,        -1,
                                   0x40000001, 0x40000003, 0x40000005, 0x40000006, 0x40000007,
                                   0x40000009, 0x4000000C, 0x7FFFFFFF};
    static const unsigned ops[] = {2, 4, 7, 11, 12, 15};
    (void)state;
    fake_efs_add(&f, "/l", 0120777, "/x", 2);
    add_pattern("/x", 0100644, 10);
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        for (size_t k = 0; k < sizeof errs / sizeof errs[0]; k++) {
            f.err_op[ops[i]] = errs[k];
            assert_int_equal(run_op(ops[i]), errs[k] == 2 ? -QDIAG_E_ABSENT : -QDIAG_E_REFUSED);
            assert_int_equal(e.wire, errs[k]);
            assert_int_equal(fake_efs_open_dirs(&f) + fake_efs_open_files(&f), 0);
        }
        f.err_op[ops[i]] = 0;
    }
    f.err_op[15] = 0x40000007;
    assert_int_equal(run_op(15), -QDIAG_E_REFUSED);
    assert_string_equal(e.why, "STAT: errno 0x40000007 (TOO_MANY_OPEN_DIRS)");
}

static void stat_and_readlink(void **state)
{
    struct qd_efs_stat st;
    (void)state;
    add_pattern("/x", 0160777, 77);
    f.v[f.n - 1].mtime = 1234567;
    fake_efs_add(&f, "/l", 0120777, "/nv/target", 10);
    assert_int_equal(qd_efs_stat(&f.fs, "/x", &st, &e), 0);
    assert_int_equal(st.mode, 0160777);
    assert_int_equal(st.size, 77);
    assert_int_equal(st.mtime, 1234567);
    assert_int_equal(qd_efs_readlink(&f.fs, "/l", &out, &e), 0);
    assert_int_equal(out.len, 10);
    assert_string_equal((char *)out.p, "/nv/target");
    assert_int_equal(qd_efs_readlink(&f.fs, "/x", &out, &e), -QDIAG_E_REFUSED);
    assert_int_equal(e.wire, 22);
    assert_int_equal(out.len, 0);
}

static void path_too_long(void **state)
{
    struct qd_efs_stat st;
    struct qd_efs_list list;
    char path[300] = "/";
    const char *const paths[] = {path};
    int8_t found = 9;
    int32_t wire = 9;
    (void)state;
    memset(path + 1, 'a', 251);
    f.fs.max_path = 251;
    unsigned before = f.link->sends;
    assert_int_equal(qd_efs_read(&f.fs, path, &out, &e), -QDIAG_E_REFUSED);
    assert_string_equal(e.why, "path of 252 bytes, the unit takes 251 at most");
    assert_int_equal(qd_efs_stat(&f.fs, path, &st, NULL), -QDIAG_E_REFUSED);
    assert_int_equal(qd_efs_list(&f.fs, path, &list, NULL), -QDIAG_E_REFUSED);
    assert_int_equal(f.link->sends, before);
    assert_int_equal(qd_efs_exist(&f.fs, paths, 1, &found, &wire, &e), 0);
    assert_int_equal(found, -1);
    assert_int_equal(wire, 0x40000006);
    assert_int_equal(f.ops[15], 0);
    path[251] = '\0';
    memset(&e, 0, sizeof e);
    assert_int_equal(qd_efs_read(&f.fs, path, &out, &e), -QDIAG_E_ABSENT);
}

static void stale_file_handles(void **state)
{
    (void)state;
    add_pattern("/x", 0100644, 10);
    for (int i = 0; i < 4; i++)
        f.files[i].used = 1;
    assert_int_equal(qd_efs_read(&f.fs, "/x", &out, &e), 0);
    assert_pattern(10);
    assert_int_equal(f.fs.swept, QD_EFS_SWEPT_DIRS | QD_EFS_SWEPT_FILES);
}

static void exist_many(void **state)
{
    enum { N = 100 };
    char names[N][16];
    const char *paths[N];
    int8_t found[N];
    int32_t wire[N];
    (void)state;
    for (int i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "/p%d", i);
        paths[i] = names[i];
        if (i % 3 == 0)
            add_pattern(names[i], 0100644, 1);
    }
    unsigned before = f.link->requests;
    assert_int_equal(qd_efs_exist(&f.fs, paths, N, found, wire, &e), 0);
    for (int i = 0; i < N; i++)
        assert_int_equal(found[i], i % 3 == 0);
    assert_int_equal(wire[1], 2);
    assert_int_equal(f.ops[15], N);
    assert_int_equal(f.link->requests - before, N + 4); /* one checkpoint for each 32 */
    f.err_op[15] = 13;
    assert_int_equal(qd_efs_exist(&f.fs, paths, 2, found, wire, &e), 0);
    assert_int_equal(found[0], -1);
    assert_int_equal(wire[0], 13);
    f.bad_op[15] = 0x47;
    assert_int_equal(qd_efs_exist(&f.fs, paths, 2, found, wire, &e), 0);
    assert_int_equal(found[1], -1);
    assert_int_equal(wire[1], -0x47);
    assert_int_equal(qd_efs_exist(&f.fs, paths, 0, found, wire, &e), 0);
}

static struct qdiag_cancel *cancel;

static int cancel_at_read(struct fake_efs *m, unsigned op, const uint8_t *req, size_t n,
                          struct qd_buf *wire)
{
    (void)m, (void)req, (void)n, (void)wire;
    if (op == 4 || op == 12)
        qdiag_cancel_request(cancel);
    return 0;
}

static void cancelled_in_the_middle(void **state)
{
    struct qd_efs_list list;
    (void)state;
    add_pattern("/x", 0100644, 5000);
    cancel = qdiag_cancel_new();
    assert_non_null(cancel);
    f.link->ctx->cancel = cancel;
    f.hook = cancel_at_read;
    assert_int_equal(qd_efs_read(&f.fs, "/x", &out, &e), -QDIAG_E_CANCELLED);
    assert_int_equal(e.code, QDIAG_E_CANCELLED);
    assert_int_equal(f.ops[4], 1);
    assert_int_equal(f.ops[3], 1); /* the handle is given back all the same */
    assert_int_equal(out.len, 0);
    assert_int_equal(qd_efs_list(&f.fs, "/", &list, &e), -QDIAG_E_CANCELLED);
    f.link->ctx->cancel = NULL;
    qdiag_cancel_free(&cancel);
}

static void unit_vanishes(void **state)
{
    struct qd_efs_stat st;
    struct qd_efs_list list;
    (void)state;
    f.link->gone = 1;
    assert_int_equal(qd_efs_open(&f.fs, f.diag, 0x13, &e), -QDIAG_E_LINK_GONE);
    assert_int_equal(e.code, QDIAG_E_LINK_GONE);
    assert_int_equal(qd_efs_read(&f.fs, "/x", &out, NULL), -QDIAG_E_LINK_GONE);
    assert_int_equal(qd_efs_list(&f.fs, "/", &list, NULL), -QDIAG_E_LINK_GONE);
    assert_int_equal(qd_efs_stat(&f.fs, "/", &st, NULL), -QDIAG_E_LINK_GONE);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(opens),
        T(opens_without_hello_query_stat),
        T(no_such_subsystem),
        T(nothing_usable_and_locked),
        T(file_sizes),
        T(short_reads_go_on),
        T(too_large),
        T(absent_and_folder),
        T(eio_at_second_chunk),
        T(read_count_faults),
        T(close_errors_are_not_fatal),
        T(every_op_every_error_byte),
        T(every_op_every_errno),
        T(stat_and_readlink),
        T(path_too_long),
        T(stale_file_handles),
        T(exist_many),
        T(cancelled_in_the_middle),
        T(unit_vanishes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
