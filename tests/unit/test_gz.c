/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gzip streams: equal bytes both ways, and refusals of what is cut, changed, longer than it says,
 * or a bomb. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "container/gz.h"

static int sink_write(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    (void)e;
    return qd_buf_add(user, p, n);
}

static void pack(const void *p, size_t n, struct qd_buf *out)
{
    struct qdiag_error e = {0};
    struct qd_sink raw = {sink_write, out}, packed;
    struct qd_gz_out *g = NULL;
    assert_int_equal(qd_gz_create(&g, &raw, &packed, &e), 0);
    for (size_t at = 0; at < n; at += 70000) /* several writes give the same bytes as one */
        assert_int_equal(
            packed.write(packed.user, (const uint8_t *)p + at, n - at < 70000 ? n - at : 70000, &e),
            0);
    assert_int_equal(qd_gz_finish(g, &e), 0);
    qd_gz_drop(&g);
    assert_null(g);
}

/* Everything that can be read, into out; the result of the last read. */
static int unpack(const void *p, size_t n, size_t step, struct qd_buf *out, struct qdiag_error *e)
{
    struct qd_mem_source mem;
    struct qd_source src, in;
    struct qd_gz_in *g = NULL;
    uint8_t chunk[1000];
    size_t got = 1;
    qd_mem_source(&mem, &src, p, n, "f.gz");
    assert_int_equal(qd_gz_open(&g, &src, &in, e), 0);
    assert_true(step <= sizeof chunk);
    int rc = 0;
    while (rc == 0 && got > 0) {
        rc = in.read(in.user, chunk, step, &got, e);
        if (rc == 0)
            assert_int_equal(qd_buf_add(out, chunk, got), 0);
    }
    qd_gz_close(&g);
    assert_null(g);
    return rc;
}

static void refused(const void *p, size_t n, const char *why)
{
    struct qd_buf out = {0};
    struct qdiag_error e = {0};
    assert_int_equal(unpack(p, n, 100, &out, &e), -QDIAG_E_FILE_DAMAGED);
    if (!strstr(e.why, why))
        fail_msg("'%s' instead of '%s'", e.why, why);
    assert_non_null(strstr(e.item, "f.gz offset "));
    qd_buf_free(&out);
}

static uint8_t *noise(size_t n)
{
    uint8_t *p = malloc(n);
    uint32_t x = 1;
    assert_non_null(p);
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        p[i] = (uint8_t)(x >> 24);
    }
    return p;
}

static void test_round_trip(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 999, 65536, 200001};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *p = noise(sizes[i] + 1);
        for (size_t step = 1; step <= 1000; step += 333) {
            struct qd_buf packed = {0}, back = {0};
            struct qdiag_error e = {0};
            pack(p, sizes[i], &packed);
            assert_int_equal(unpack(packed.p, packed.len, step, &back, &e), 0);
            assert_int_equal(back.len, sizes[i]);
            if (sizes[i] > 0)
                assert_memory_equal(back.p, p, sizes[i]);
            qd_buf_free(&packed);
            qd_buf_free(&back);
        }
        free(p);
    }
}

static void test_header_is_fixed(void **state)
{
    (void)state;
    /* gzip, deflate, no name, time 0, fastest, Unix */
    static const uint8_t head[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3};
    struct qd_buf a = {0}, b = {0};
    pack("abc", 3, &a);
    pack("abc", 3, &b);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.p, b.p, a.len);
    assert_memory_equal(a.p, head, sizeof head);
    qd_buf_free(&a);
    qd_buf_free(&b);
}

static void test_damage(void **state)
{
    (void)state;
    struct qd_buf g = {0};
    uint8_t *p = noise(3000);
    pack(p, 3000, &g);
    for (size_t cut = 0; cut < g.len; cut += cut < 12 ? 1 : 97)
        refused(g.p, cut, "cut short");
    refused(g.p, g.len - 1, "cut short");
    g.p[g.len - 5] ^= 1; /* the CRC */
    refused(g.p, g.len, "incorrect data check");
    g.p[g.len - 5] ^= 1;
    g.p[g.len - 1] ^= 1; /* the length */
    refused(g.p, g.len, "incorrect length check");
    g.p[g.len - 1] ^= 1;
    assert_int_equal(qd_buf_add(&g, "x", 1), 0);
    refused(g.p, g.len, "bytes behind the end");
    g.p[g.len - 1] = 0;
    refused(g.p, g.len, "bytes behind the end");
    g.len--;
    pack("second", 6, &g);
    refused(g.p, g.len, "a second member");
    refused("PK\3\4 and more", 13, "incorrect header check");
    qd_buf_free(&g);
    free(p);
}

static void test_bomb(void **state)
{
    (void)state;
    struct qd_buf g = {0};
    size_t n = QD_GZ_FREE + (8u << 20);
    uint8_t *zeros = calloc(n, 1);
    assert_non_null(zeros);
    pack(zeros, n, &g);
    assert_true(g.len < (1u << 20));
    struct qd_mem_source mem;
    struct qd_source src, in;
    struct qd_gz_in *gz = NULL;
    struct qdiag_error e = {0};
    uint64_t total = 0;
    size_t got = 1;
    qd_mem_source(&mem, &src, g.p, g.len, "bomb.gz");
    assert_int_equal(qd_gz_open(&gz, &src, &in, &e), 0);
    int rc = 0;
    while (rc == 0 && got > 0) {
        rc = in.read(in.user, zeros, 1u << 20, &got, &e);
        total += got;
    }
    assert_int_equal(rc, -QDIAG_E_FILE_DAMAGED);
    assert_non_null(strstr(e.why, "decompression bomb"));
    assert_true(total <= QD_GZ_FREE + (2u << 20)); /* stopped there, not at the end */
    qd_gz_close(&gz);
    qd_buf_free(&g);
    free(zeros);
}

/* The first allowance is for what real backups of zeros compress to. */
static void test_zeros_are_no_bomb(void **state)
{
    (void)state;
    struct qd_buf g = {0}, back = {0};
    struct qdiag_error e = {0};
    uint8_t *zeros = calloc(8u << 20, 1);
    assert_non_null(zeros);
    pack(zeros, 8u << 20, &g);
    assert_int_equal(unpack(g.p, g.len, 1000, &back, &e), 0);
    assert_int_equal(back.len, 8u << 20);
    qd_buf_free(&g);
    qd_buf_free(&back);
    free(zeros);
}

static int bad_read(void *user, uint8_t *p, size_t cap, size_t *got, struct qdiag_error *e)
{
    (void)user;
    (void)p;
    (void)cap;
    *got = 0;
    e->code = QDIAG_E_LOCAL_FILE;
    return -QDIAG_E_LOCAL_FILE;
}

static int bad_write(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    (void)user;
    (void)p;
    (void)n;
    e->code = QDIAG_E_LOCAL_FILE;
    return -QDIAG_E_LOCAL_FILE;
}

static void test_failures_below_come_through(void **state)
{
    (void)state;
    struct qd_source src = {bad_read, NULL, "x", 0}, in;
    struct qd_sink sink = {bad_write, NULL}, out;
    struct qd_gz_in *g = NULL;
    struct qd_gz_out *o = NULL;
    struct qdiag_error e = {0};
    uint8_t b[16];
    size_t got;
    assert_int_equal(qd_gz_open(&g, &src, &in, &e), 0);
    assert_int_equal(in.read(in.user, b, sizeof b, &got, &e), -QDIAG_E_LOCAL_FILE);
    qd_gz_close(&g);
    assert_int_equal(qd_gz_create(&o, &sink, &out, &e), 0);
    int rc = out.write(out.user, "abc", 3, &e);
    if (rc == 0)
        rc = qd_gz_finish(o, &e);
    assert_int_equal(rc, -QDIAG_E_LOCAL_FILE);
    qd_gz_drop(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_header_is_fixed),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_zeros_are_no_bomb),
        cmocka_unit_test(test_failures_below_come_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
