/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Compound files with very many entries: 40,000 pairs of streams, search trees that are lists,
 * links and sizes made to exhaust stack or memory. Run under a stack of 256 KB by
 * cfb_small_stack.sh; what is not linear here takes minutes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "cfb_rig.h"

static void add_streams(struct qd_node *parent, size_t n, size_t most)
{
    for (size_t i = 0; i < n; i++) {
        char name[24];
        size_t len = (i * 7919 + most) % (most + 1);
        uint8_t *p = qd_alloc(len, 1);
        assert_non_null(p);
        memset(p, (int)i, len);
        snprintf(name, sizeof name, "%08zX", i);
        assert_non_null(qd_tree_stream_take(parent, name, p, len));
    }
}

static struct qd_node *many(size_t n)
{
    struct qd_node *root = qd_tree_new("Root Entry");
    assert_non_null(qd_tree_stream(root, "File_Version", "\2\0\0\0\0", 6));
    struct qd_node *config = qd_tree_storage(qd_tree_storage(root, "00000000"), "default");
    struct qd_node *section = qd_tree_storage(config, "EFS_Backup");
    add_streams(qd_tree_storage(section, "EFS_Dir"), n, 68);
    add_streams(qd_tree_storage(section, "EFS_Data"), n, 300);
    return root;
}

static void test_many_streams(void **state)
{
    (void)state;
    static const size_t n[] = {500, 20000, 40000};
    for (size_t i = 0; i < sizeof n / sizeof n[0]; i++) {
        struct qd_node *root = many(n[i]);
        struct qd_buf f;
        rig_write(root, &f);
        rig_assert_reads_as(&f, root);
        qd_buf_free(&f);
        qd_tree_free(&root);
    }
}

/* Depth of the search tree as some writers make it: as deep as there are entries. */
static void test_lists(void **state)
{
    (void)state;
    struct qd_node *root = many(40000);
    struct qd_buf f;
    rig_write(root, &f);
    rig_reshape(&f, RIG_RIGHT_LIST, 1);
    rig_assert_reads_as(&f, root);
    rig_reshape(&f, RIG_LEFT_LIST, 1);
    rig_shuffle_mini(&f, 5);
    rig_shuffle(&f, 6);
    rig_assert_reads_as(&f, root);
    qd_buf_free(&f);
    qd_tree_free(&root);
}

static void assert_refused(const struct qd_buf *f, const char *item, const char *why)
{
    struct qdiag_error e = {0};
    struct qd_node *root;
    int rc = rig_read(f, NULL, &root, &e);
    if (rc != -QDIAG_E_FILE_DAMAGED || !strstr(e.item, item) || !strstr(e.why, why))
        print_error("rc %d '%s' '%s'; wanted '%s' '%s'\n", rc, e.item, e.why, item, why);
    assert_int_equal(rc, -QDIAG_E_FILE_DAMAGED);
    assert_non_null(strstr(e.item, item));
    assert_non_null(strstr(e.why, why));
}

/* The canonical file has its directory first: entry n is at 512 + 128 * n. */
static uint8_t *entry(const struct qd_buf *f, size_t id)
{
    return f->p + 512 + 128 * id;
}

static void test_list_that_loops(void **state)
{
    (void)state;
    struct qd_node *root = qd_tree_new("Root Entry");
    struct qd_buf f;
    add_streams(root, 30000, 0);
    rig_write(root, &f);
    rig_reshape(&f, RIG_RIGHT_LIST, 1);
    qd_put32(entry(&f, 30000) + 72, 1); /* the last one goes back to the first */
    assert_refused(&f, "directory entry 30000 (0000752F)", "which is reached twice");
    qd_put32(entry(&f, 30000) + 72, 0xffffffffu);
    qd_put32(entry(&f, 15000) + 72, 0xffffffffu); /* half of the list is lost */
    assert_refused(&f, "directory entry 15001 (00003A98)", "not reached from any storage");
    qd_buf_free(&f);
    qd_tree_free(&root);
}

/* 200,000 entries are read; one more, in what was the first sector of a stream, is refused. */
static void test_too_many(void **state)
{
    (void)state;
    const uint32_t dir = 50000, fat = dir + 16, last = 199998;
    struct qd_node *root = qd_tree_new("Root Entry");
    struct qd_buf f;
    uint8_t *p = qd_alloc(16, 512);
    add_streams(root, last, 0);
    assert_non_null(p);
    assert_non_null(qd_tree_stream_take(root, "big", p, 16 * 512));
    rig_write(root, &f);
    rig_reshape(&f, RIG_RIGHT_LIST, 1);
    rig_assert_reads_as(&f, root);
    qd_put32(f.p + 512 * (1 + fat + (dir - 1) / 128) + 4 * ((dir - 1) % 128), dir);
    qd_put32(f.p + 512 * (1 + fat + dir / 128) + 4 * (dir % 128), 0xfffffffeu);
    qd_put32(entry(&f, last + 1) + 116, dir + 1);
    qd_put32(entry(&f, last + 1) + 120, 15 * 512);
    memcpy(entry(&f, last + 2), entry(&f, last), 128);
    entry(&f, last + 2)[14] = 'Z';
    qd_put32(entry(&f, last) + 72, last + 2);
    assert_refused(&f, "directory entry 200000 (00030D3Z)", "more than 200000 storages");
    qd_buf_free(&f);
    qd_tree_free(&root);
}

/* Sizes that a small file claims are refused before memory is asked for. */
static void test_claimed_sizes(void **state)
{
    (void)state;
    static const uint32_t claim[] = {0x7fffffff, 0x80000000u, 0xfffffe00u, 0xffffffffu, 0x10000000};
    struct qd_node *root = qd_tree_new("Root Entry");
    struct qd_buf f;
    add_streams(root, 3, 5000);
    rig_write(root, &f);
    for (size_t i = 0; i < sizeof claim / sizeof claim[0]; i++) {
        uint32_t was = qd_get32(entry(&f, 1) + 120);
        qd_put32(entry(&f, 1) + 120, claim[i]);
        assert_refused(&f, "directory entry 1 (00000000)", "bytes do not fit into the file");
        qd_put32(entry(&f, 1) + 120, was);
        was = qd_get32(entry(&f, 0) + 120);
        qd_put32(entry(&f, 0) + 120, claim[i]);
        assert_refused(&f, "directory entry 0 (Root Entry)", "does not fit into the file");
        qd_put32(entry(&f, 0) + 120, was);
        was = qd_get32(f.p + 72);
        qd_put32(f.p + 72, claim[i]);
        assert_refused(&f, "header", "the DIFAT ends after 0 of");
        qd_put32(f.p + 72, was);
    }
    qd_buf_free(&f);
    qd_tree_free(&root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_streams),    cmocka_unit_test(test_lists),
        cmocka_unit_test(test_list_that_loops), cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_claimed_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
