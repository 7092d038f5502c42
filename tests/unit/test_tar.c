/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Tar of a folder form: what is written comes back; hostile headers, made byte by byte here and not
 * by the library under test, are refused with their name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "container/doc.h"

static int sink_write(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    (void)e;
    return qd_buf_add(user, p, n);
}

static int read_tar(const struct qd_buf *t, struct qd_entries *out, struct qdiag_error *e)
{
    struct qd_mem_source mem;
    struct qd_source src;
    qd_mem_source(&mem, &src, t->p, t->len, "f.tar");
    return qd_tar_read(&src, out, e);
}

static void write_tar(const struct qd_entries *in, struct qd_buf *out)
{
    struct qdiag_error e = {0};
    struct qd_sink sink = {sink_write, out};
    assert_int_equal(qd_tar_write(in, &sink, &e), 0);
}

static void add(struct qd_entries *l, const struct qd_entry *x)
{
    struct qdiag_error e = {0};
    assert_int_equal(qd_entries_add(l, x, &e), 0);
}

static void sample(struct qd_entries *l)
{
    static uint8_t big[300000];
    char deep[400] = "efs/";
    memset(deep + 4, 'd', 120);
    deep[124] = '/';
    memset(deep + 125, 'e', 200);
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i * 7);
    add(l, &(struct qd_entry){
               .path = (char *)"unit.conf", .data = (uint8_t *)"a = b\n", .len = 6, .borrowed = 1});
    add(l, &(struct qd_entry){.path = (char *)"efs/item",
                              .kind = QD_ENTRY_ITEM,
                              .mode = 0160777,
                              .mtime = 1609459200,
                              .data = (uint8_t *)"x",
                              .len = 1,
                              .borrowed = 1});
    add(l, &(struct qd_entry){.path = (char *)"efs/ro",
                              .mode = 0100400,
                              .mtime = 0xf0000000u,
                              .data = big,
                              .len = sizeof big,
                              .borrowed = 1});
    add(l, &(struct qd_entry){.path = (char *)"efs/empty"});
    add(l, &(struct qd_entry){
               .path = (char *)"efs/dir", .kind = QD_ENTRY_DIR, .mode = 040700, .mtime = 5});
    add(l, &(struct qd_entry){
               .path = (char *)"efs/link", .kind = QD_ENTRY_LINK, .target = (char *)"/a b"});
    add(l, &(struct qd_entry){.path = deep, .mode = 0100644, .mtime = 1});
    qd_entries_sort(l);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct qd_entries in = {0}, out = {0};
    struct qd_buf a = {0}, b = {0};
    struct qdiag_error e = {0};
    sample(&in);
    write_tar(&in, &a);
    write_tar(&in, &b);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.p, b.p, a.len);
    assert_int_equal(a.len % 512, 0);
    assert_int_equal(read_tar(&a, &out, &e), 0);
    int rc = qd_entries_compare(&in, &out, &e);
    if (rc != 0)
        fail_msg("%s: %s", e.item, e.why);
    /* the comparison can fail */
    out.v[0].mode ^= 0200;
    assert_int_equal(qd_entries_compare(&in, &out, &e), -QDIAG_E_DIFFERENT);
    qd_entries_free(&in);
    qd_entries_free(&out);
    qd_buf_free(&a);
    qd_buf_free(&b);
}

/* A ustar header of its own making. */
struct head {
    const char *name, *link;
    char type;
    long long size;
    const char *magic; /* NULL = ustar */
};

static void put_octal(uint8_t *p, size_t n, unsigned long long v)
{
    char text[32];
    snprintf(text, sizeof text, "%0*llo", (int)n - 1, v);
    memcpy(p, text, n);
}

static void put_head(struct qd_buf *t, const struct head *h)
{
    uint8_t b[512] = {0};
    unsigned sum = 0;
    memcpy(b, h->name, strlen(h->name) < 100 ? strlen(h->name) : 100);
    put_octal(b + 100, 8, 0644);
    put_octal(b + 108, 8, 0);
    put_octal(b + 116, 8, 0);
    put_octal(b + 124, 12, (unsigned long long)h->size);
    put_octal(b + 136, 12, 0);
    memset(b + 148, ' ', 8);
    b[156] = (uint8_t)h->type;
    if (h->link)
        memcpy(b + 157, h->link, strlen(h->link));
    memcpy(b + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof b; i++)
        sum += b[i];
    put_octal(b + 148, 7, sum);
    assert_int_equal(qd_buf_add(t, b, sizeof b), 0);
}

static void put_data(struct qd_buf *t, const void *p, size_t n)
{
    static const uint8_t zeros[512];
    assert_int_equal(qd_buf_add(t, p, n), 0);
    if (n % 512)
        assert_int_equal(qd_buf_add(t, zeros, 512 - n % 512), 0);
}

static void put_end(struct qd_buf *t)
{
    static const uint8_t zeros[1024];
    assert_int_equal(qd_buf_add(t, zeros, sizeof zeros), 0);
}

static void refused(struct qd_buf *t, const char *item, const char *why)
{
    struct qd_entries out = {0};
    struct qdiag_error e = {0};
    int rc = read_tar(t, &out, &e);
    if (rc != -QDIAG_E_FILE_DAMAGED || !strstr(e.why, why) || !strstr(e.item, item))
        fail_msg("%d '%s' at '%s' instead of '%s' at '%s'", rc, e.why, e.item, why, item);
    assert_int_equal(out.n, 0);
    qd_buf_free(t);
}

static void test_hostile_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *why;
    } bad[] = {{"/etc/passwd", "an absolute path"}, {"../x", "a '.' or '..'"},
               {"efs/../../x", "a '.' or '..'"},    {"efs//x", "an empty part"},
               {"efs/./x", "a '.' or '..'"},        {"efs/.qdiag-12345678", "unfinished saves"},
               {"efs/a\nb", "a NUL or line feed"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct qd_buf t = {0};
        put_head(&t, &(struct head){.name = bad[i].name, .type = '0', .size = 1});
        put_data(&t, "x", 1);
        put_end(&t);
        refused(&t, "f.tar", bad[i].why);
    }
}

static void test_hostile_kinds(void **state)
{
    (void)state;
    static const struct {
        char type;
        const char *name, *link, *why;
    } bad[] = {{'1', "efs/h", "efs/a", "a hard link"},
               {'3', "efs/c", NULL, "neither a file, a folder nor a link"},
               {'4', "efs/b", NULL, "neither a file, a folder nor a link"},
               {'6', "efs/p", NULL, "neither a file, a folder nor a link"},
               {'2', "qcn/l", "/etc/shadow", "a link outside of efs/"},
               {'2', "unit.conf", "/etc/shadow", "a link outside of efs/"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct qd_buf t = {0};
        put_head(&t, &(struct head){.name = "efs/a", .type = '0'});
        put_head(&t, &(struct head){.name = bad[i].name, .type = bad[i].type, .link = bad[i].link});
        put_end(&t);
        refused(&t, bad[i].name, bad[i].why);
    }
}

static void test_sizes_and_ends(void **state)
{
    (void)state;
    struct qd_buf t = {0};
    put_head(&t, &(struct head){.name = "efs/a", .type = '0', .size = (64ll << 20) + 1});
    put_end(&t);
    refused(&t, "efs/a", "larger than 64 MiB");
    for (int i = 0; i < 5; i++) /* no data behind it: refused by the sum, unread */
        put_head(&t, &(struct head){.name = "efs/a", .type = '0', .size = 7000});
    refused(&t, "f.tar", "");
    put_head(&t, &(struct head){.name = "efs/a", .type = '0', .size = 5000});
    put_data(&t, "x", 1);
    refused(&t, "efs/a", "");
    put_head(&t, &(struct head){.name = "efs/a", .type = '0', .size = 1});
    put_data(&t, "x", 1);
    refused(&t, "f.tar", "two zero blocks");
    put_head(&t, &(struct head){.name = "efs/a", .type = '0'});
    put_head(&t, &(struct head){.name = "./efs/a", .type = '0'});
    put_end(&t);
    refused(&t, "efs/a", "there twice");
    put_head(&t, &(struct head){.name = "efs/a", .type = '0'});
    t.p[3] ^= 1;
    put_end(&t);
    refused(&t, "f.tar", "");
}

/* Headers of a packer's machine say nothing of the unit: mode and time are taken with ours only. */
static void test_plain_headers(void **state)
{
    (void)state;
    struct qd_buf t = {0};
    struct qd_entries out = {0};
    struct qdiag_error e = {0};
    put_head(&t, &(struct head){.name = "./", .type = '5'});
    put_head(&t, &(struct head){.name = "./efs/d/", .type = '5'});
    put_head(&t, &(struct head){.name = "./efs/f", .type = '0', .size = 1});
    put_data(&t, "x", 1);
    put_head(&t, &(struct head){.name = "efs/l", .type = '2', .link = "t"});
    put_end(&t);
    assert_int_equal(read_tar(&t, &out, &e), 0);
    assert_int_equal(out.n, 3);
    assert_string_equal(out.v[0].path, "efs/d");
    assert_int_equal(out.v[0].kind, QD_ENTRY_DIR);
    assert_string_equal(out.v[1].path, "efs/f");
    assert_int_equal(out.v[1].mode, 0);
    assert_int_equal(out.v[1].mtime, 0);
    assert_int_equal(out.v[2].kind, QD_ENTRY_LINK);
    assert_string_equal(out.v[2].target, "t");
    qd_entries_free(&out);
    qd_buf_free(&t);
}

/* Every cut of a good tar is refused or, behind its last entry, lacks the end. */
static void test_cut_everywhere(void **state)
{
    (void)state;
    struct qd_entries in = {0};
    struct qd_buf t = {0};
    add(&in, &(struct qd_entry){.path = (char *)"efs/item",
                                .kind = QD_ENTRY_ITEM,
                                .mode = 0160777,
                                .data = (uint8_t *)"xyz",
                                .len = 3,
                                .borrowed = 1});
    add(&in, &(struct qd_entry){.path = (char *)"unit.conf"});
    write_tar(&in, &t);
    for (size_t cut = 1; cut < t.len; cut += 101) {
        struct qd_entries out = {0};
        struct qdiag_error e = {0};
        struct qd_buf part = {t.p, cut, cut};
        assert_int_equal(read_tar(&part, &out, &e), -QDIAG_E_FILE_DAMAGED);
    }
    qd_entries_free(&in);
    qd_buf_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_hostile_kinds), cmocka_unit_test(test_sizes_and_ends),
        cmocka_unit_test(test_plain_headers), cmocka_unit_test(test_cut_everywhere),
    };
    struct qd_buf t = {0};
    struct qd_sink sink = {sink_write, &t};
    struct qd_entries none = {0};
    struct qdiag_error e = {0};
    int rc = qd_tar_write(&none, &sink, &e);
    qd_buf_free(&t);
    if (rc == -QDIAG_E_UNSUPPORTED)
        return 77; /* a build without libarchive */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
