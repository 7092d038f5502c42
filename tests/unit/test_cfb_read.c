/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The compound file reader: every published mutation with its verdict, cuts, layouts of other
 * writers, oddities that are accepted with a note, hostile links and sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "cfb_rig.h"

static struct qd_node *t2;
static struct qd_buf file; /* T2 */

static int setup(void **state)
{
    (void)state;
    t2 = rig_t2("Root Entry");
    rig_write(t2, &file);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    qd_tree_free(&t2);
    qd_buf_free(&file);
    return 0;
}

static void copy(const struct qd_buf *from, size_t n, struct qd_buf *to)
{
    memset(to, 0, sizeof *to);
    assert_int_equal(qd_buf_add(to, from->p, n), 0);
}

static void assert_refused(const struct qd_buf *f, int code, const char *item, const char *why)
{
    struct qdiag_error e = {0};
    struct qd_node *root = t2;
    int rc = rig_read(f, NULL, &root, &e);
    if (rc != -code || !strstr(e.item, item) || !strstr(e.why, why))
        print_error("rc %d item '%s' why '%s'; wanted '%s' '%s'\n", rc, e.item, e.why, item, why);
    assert_int_equal(rc, -code);
    assert_null(root);
    assert_non_null(strstr(e.item, item));
    assert_int_equal(strncmp(e.item, "f.qcn", 5), 0);
    assert_non_null(strstr(e.why, why));
}

/* The container is sound, the content rules refuse. */
static void assert_content_refused(const struct qd_buf *f, const char *item, const char *why)
{
    struct qdiag_error e = {0};
    struct qd_backup *b = NULL;
    struct qd_node *root;
    assert_int_equal(rig_read(f, NULL, &root, &e), 0);
    int code = strstr(why, "not supported") ? QDIAG_E_FILE_UNKNOWN : QDIAG_E_FILE_DAMAGED;
    int rc = qd_qcn_to_backup(root, NULL, &b, &e);
    if (rc != -code || !strstr(e.item, item) || !strstr(e.why, why))
        print_error("rc %d item '%s' why '%s'; wanted '%s' '%s'\n", rc, e.item, e.why, item, why);
    assert_int_equal(rc, -code);
    assert_non_null(strstr(e.item, item));
    assert_non_null(strstr(e.why, why));
    assert_null(b);
    qd_tree_free(&root);
}

struct mutation {
    size_t at;
    const char *bytes;
    size_t n;
    const char *item, *why;
};
#define BYTES(s) s, sizeof(s) - 1

static void mutate(const struct mutation *m, struct qd_buf *f)
{
    copy(&file, file.len, f);
    assert_true(m->at + m->n <= f->len);
    assert_memory_not_equal(f->p + m->at, m->bytes, m->n);
    memcpy(f->p + m->at, m->bytes, m->n);
}

static void assert_all_refused(const struct mutation *m, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct qd_buf f;
        mutate(&m[i], &f);
        assert_refused(&f, QDIAG_E_FILE_DAMAGED, m[i].item, m[i].why);
        qd_buf_free(&f);
    }
}

static void test_header_mutations(void **state)
{
    (void)state;
    static const struct mutation form[] = {
        {26, BYTES("\4"), "header", "major version is 4, not 3"},
        {28, BYTES("\xff\xfe"), "header", "byte order is 65279, not 65534"},
        {30, BYTES("\x0c"), "header", "sector shift is 12, not 9"},
        {32, BYTES("\7"), "header", "mini sector shift is 7, not 6"},
        {44, BYTES("\2"), "header", "2 sectors by its count, but 1 are listed"},
        {44, BYTES("\xff\xff\xff\x7f"), "header", "2147483647 FAT sectors in a file of 32"},
        {44, BYTES("\0"), "header", "0 FAT sectors"},
        {48, BYTES("\0\x10\0\0"), "sector 4096", "directory: sector 4096 is outside the file"},
        {48, BYTES("\xfe\xff\xff\xff"), "header", "there is no directory"},
        {48, BYTES("\xff\xff\xff\xff"), "header", "the directory: the chain has no first sector"},
        {60, BYTES("\xfd\xff\xff\xff"), "header", "the mini FAT: the chain has no first sector"},
        {628, BYTES("\xff\xff\xff\xff"), "directory entry 0", "the chain has no first sector"},
        {628, BYTES("\xfe\xff\xff\xff"), "directory entry 0", "ends after 0 of 13 sectors"},
        {56, BYTES("\0\2\0\0"), "header", "cutoff is 512, not 4096"},
        {58, BYTES("\1"), "header", "cutoff (high half) is 1"},
        {60, BYTES("\x1f\0\0\0"), "sector 31", "mini FAT: sector 31 belongs to the FAT already"},
        {64, BYTES("\2"), "sector 9", "mini FAT: the chain ends after 1 of 2 sectors"},
        {64, BYTES("\0"), "sector 9", "mini FAT: the chain is longer than the 0 sectors"},
        {64, BYTES("\xff\xff\xff\xff"), "header", "4294967295 mini FAT sectors in a file of 32"},
        {68, BYTES("\0\0\0\0"), "header", "the DIFAT goes on behind its 0 sectors"},
        {72, BYTES("\1"), "header", "the DIFAT ends after 0 of 1 sectors"},
        {76, BYTES("\xff\x7f\0\0"), "header", "FAT sector 32767 is outside the file"},
        {80, BYTES("\3\0\0\0"), "header", "1 sectors by its count, but more are listed"},
        {84, BYTES("\3\0\0\0"), "header", "1 sectors by its count, but more are listed"},
    };
    assert_all_refused(form, sizeof form / sizeof form[0]);
}

static void test_directory_and_chain_mutations(void **state)
{
    (void)state;
    static const struct mutation form[] = {
        {576, BYTES("\0\0"), "directory entry 0 (Root Entry)", "length of the name is 0"},
        {578, BYTES("\1"), "directory entry 0 (Root Entry)", "not a root: its type is 1"},
        {580, BYTES("\1\0\0\0"), "directory entry 0 (Root Entry)", "the root has siblings"},
        {588, BYTES("\0\0\0\0"), "directory entry 0", "a link to entry 0, which is reached twice"},
        {588, BYTES("\xff\xff\xff\xff"), "directory entry 1 (File_Version)",
         "in use (type 2), but not reached from any storage"},
        {628, BYTES("\x17\0\0\0"), "sector 30",
         "mini stream: the chain ends after 8 of 13 sectors"},
        {632, BYTES("\x40\0\0\0"), "sector 11", "longer than the 1 sectors"},
        {632, BYTES("\0\x80\0\0"), "directory entry 0", "of 32768 bytes does not fit"},
        {632, BYTES("\0\0\0\0"), "directory entry 1 (File_Version)",
         "6 bytes do not fit into the mini stream"},
        {636, BYTES("\1"), "directory entry 0 (Root Entry)", "above 4 GiB"},
        {716, BYTES("\2\0\0\0"), "directory entry 1 (File_Version)",
         "a stream with an entry below it"},
        {1092, BYTES("\xe7\3\0\0"), "directory entry 4 (NV_NUMBERED_ITEMS)",
         "a link to entry 999, but the directory has 36 entries"},
        {1276, BYTES("\1"), "directory entry 5 (NV_ITEM_ARRAY)", "the size is above 4 GiB"},
        {1352, BYTES("\5\0\0\0"), "directory entry 6 (NV_ITEM_ARRAY_SIM_1)",
         "a link to entry 5, which is reached twice"},
        {1396, BYTES("\xc8\0\0\0"), "directory entry 6", "mini sector 200 is outside"},
        {1396, BYTES("\xff\xff\xff\xff"), "directory entry 6", "has no first mini sector"},
        {1604, BYTES("\x8\0\0\0"), "directory entry 8 (Mobile_Property_Info)",
         "a link to entry 8, which is reached twice"},
        {1652, BYTES("\x1b\0\0\0"), "directory entry 9 (Feature_Mask)",
         "mini sector 27 belongs to directory entry 8 already"},
        {1728, BYTES("\3"), "directory entry 9 (Feature_Mask)", "length of the name is odd"},
        {1728, BYTES("\x42"), "directory entry 9", "longer than 31 characters"},
        {1728, BYTES("\x18"), "directory entry 9", "does not end with a zero"},
        {1728, BYTES("\2"), "directory entry 9", "does not end with a zero"},
        {1730, BYTES("\3"), "directory entry 9 (Feature_Mask)", "an entry of type 3"},
        {1730, BYTES("\5"), "directory entry 9 (Feature_Mask)", "an entry of type 5"},
        {1730, BYTES("\0"), "directory entry 9 (Feature_Mask)", "an unused entry of type 0"},
        {1664, BYTES("/"), "directory entry 9 (/eature_Mask)", "one of / \\ : !"},
        {1664, BYTES("\5"), "directory entry 9 (.eature_Mask)", "a control character"},
        {1665, BYTES("\xd8"), "directory entry 9", "no valid Unicode"},
        {1665, BYTES("\xdc"), "directory entry 9", "no valid Unicode"},
        {1664, BYTES("\xff\xff"), "directory entry 9", "no valid Unicode"},
        /* As the tree of names sees it; the content rules would refuse the missing partner. */
        {2062, BYTES("9"), "directory entry 13 (00000001)", "siblings: behind entry 12 (00000009)"},
        {2062, BYTES("G"), "directory entry 13 (00000001)", "siblings: behind entry 12 (0000000G)"},
        {2190, BYTES("0"), "directory entry 13 (00000000)", "the name is there twice (entry 12"},
        {2932, BYTES("\x0a\0\0\0"), "directory entry 18 (00000001)",
         "sector 10 belongs to the mini stream already"},
        {2936, BYTES("\xff\xff\xff\xff"), "directory entry 18 (00000001)",
         "4294967295 bytes do not fit into the file"},
        {5208, BYTES("\1\0\0\0"), "directory entry 5 (NV_ITEM_ARRAY)",
         "loops back to mini sector 1"},
        {16416, BYTES("\0\0\0\0"), "sector 0", "directory: the chain loops back to sector 0"},
        {16484, BYTES("\xfe\xff\xff\xff"), "directory entry 18", "ends after 3 of 8 sectors"},
        {16484, BYTES("\xff\xff\xff\xff"), "directory entry 18",
         "sector 25 is in the chain but marked as free"},
        {16484, BYTES("\xfd\xff\xff\xff"), "directory entry 18", "but marked as a FAT sector"},
        {16484, BYTES("\xfc\xff\xff\xff"), "directory entry 18", "but marked as a DIFAT sector"},
        {16484, BYTES("\xfb\xff\xff\xff"), "directory entry 18", "is outside the file"},
        {16484, BYTES("\x20\0\0\0"), "directory entry 18", "sector 32 is outside the file"},
        {16504, BYTES("\x17\0\0\0"), "directory entry 18", "loops back to sector 23"},
        {16508, BYTES("\xfe\xff\xff\xff"), "sector 31", "not marked as one in the FAT"},
    };
    assert_all_refused(form, sizeof form / sizeof form[0]);
}

static void test_content_mutations(void **state)
{
    (void)state;
    static const struct mutation form[] = {
        {760, BYTES("\1"), "/File_Version", "File_Version of 1 bytes"},
        {1272, BYTES("\x4f\5\0\0"), "NV_ITEM_ARRAY", "1359 bytes are not whole records of 136"},
        {2168, BYTES("\x8"), "EFS_Backup/EFS_Dir/00000000", "8 bytes, fewer than 9"},
        {5632, BYTES("\1"), "/File_Version", "version 1 layout not supported"},
        {5632, BYTES("\3"), "/File_Version", "file version 3 instead of 2"},
        {5696, BYTES("\x87"), "NV_ITEM_ARRAY", "record length 135 instead of 136"},
        {5698, BYTES("\2"), "NV_ITEM_ARRAY", "the word at +2 is 2 instead of 1"},
        {5974, BYTES("\0"), "NV_ITEM_ARRAY", "NV 1014 index 0 is there twice"},
        {6926, BYTES("\0\1"), "NV_ITEM_ARRAY", "NV 453 has index 256, above 255"},
        {7304, BYTES("\xff"), "Mobile_Property_Info", "a string runs past the end (33 bytes)"},
        {7317, BYTES("\x9"), "Mobile_Property_Info", "1 bytes after the client name"},
        {7360, BYTES("\x37"), "Feature_Mask", "56 bytes do not fit the length word"},
        {7424, BYTES("\2"), "EFS_Dir/00000000", "the header is 2, 1, 1 instead of 1, 1, 1"},
        {7497, BYTES("../"), "EFS_Dir/00000001", "a path with '//', '.', '..'"},
        {7500, BYTES("\0"), "EFS_Dir/00000001", "a NUL, control or non-ASCII byte in the path"},
    };
    for (size_t i = 0; i < sizeof form / sizeof form[0]; i++) {
        struct qd_buf f;
        mutate(&form[i], &f);
        assert_content_refused(&f, form[i].item, form[i].why);
        qd_buf_free(&f);
    }
}

static void test_other_kinds(void **state)
{
    (void)state;
    struct qd_buf f;
    mutate(&(struct mutation){0, BYTES("\0"), "", ""}, &f);
    assert_refused(&f, QDIAG_E_FILE_UNKNOWN, "f.qcn",
                   "not a compound file: the content is of unknown kind");
    memset(f.p, 0, f.len);
    assert_refused(&f, QDIAG_E_FILE_UNKNOWN, "f.qcn", "nothing but zero bytes");
    f.len = 0;
    assert_refused(&f, QDIAG_E_FILE_UNKNOWN, "f.qcn", "the content is empty");
    assert_int_equal(qd_buf_add_text(&f, "[NV items]\r\n"), 0);
    assert_refused(&f, QDIAG_E_FILE_UNKNOWN, "f.qcn", "text dump of NV items");
    qd_buf_free(&f);
    copy(&file, file.len, &f);
    f.p[26] = 4;
    f.p[30] = 12;
    assert_refused(&f, QDIAG_E_FILE_UNKNOWN, "f.qcn", "a compound file of version 4");
    qd_buf_free(&f);
}

static void test_cut(void **state)
{
    (void)state;
    struct qd_buf f;
    for (size_t n = 64; n < file.len; n += 64) {
        copy(&file, n, &f);
        assert_refused(&f, QDIAG_E_FILE_DAMAGED, n < 1536 || n % 512 ? "header" : "f.qcn", "");
        qd_buf_free(&f);
    }
    copy(&file, 16895, &f);
    assert_refused(&f, QDIAG_E_FILE_DAMAGED, "header", "16895 bytes are no whole number");
    qd_buf_free(&f);
    copy(&file, 1000, &f);
    assert_refused(&f, QDIAG_E_FILE_DAMAGED, "header", "1000 bytes: the file is cut");
    qd_buf_free(&f);
    copy(&file, file.len, &f);
    assert_int_equal(qd_buf_add_byte(&f, 0), 0);
    assert_refused(&f, QDIAG_E_FILE_DAMAGED, "header", "16897 bytes are no whole number");
    qd_buf_free(&f);
}

/* Read with its notes; "" = none is expected. */
static void assert_accepted(const struct qd_buf *f, const char *note)
{
    struct qdiag_error e = {0};
    struct fixture_notes n;
    struct qd_node *root;
    fixture_notes_start(&n);
    int rc = rig_read(f, &n.notes, &root, &e);
    if (rc != 0)
        print_error("%s: %s (wanted: %s)\n", e.item, e.why, note);
    assert_int_equal(rc, 0);
    assert_int_equal(qd_tree_compare(root, t2, &e), 0);
    assert_string_equal(root->name, "Root Entry");
    assert_int_equal(root->lf, 0);
    if (!fixture_noted(&n, note) || (n.all.len == 0) != (note[0] == '\0'))
        print_error("notes: %s; wanted: %s\n", (const char *)n.all.p, note);
    assert_true(fixture_noted(&n, note));
    assert_int_equal(n.all.len == 0, note[0] == '\0');
    fixture_notes_end(&n);
    qd_tree_free(&root);
}

static void test_oddities(void **state)
{
    (void)state;
    static const struct mutation form[] = {
        {24, BYTES("\x3b"), "", ""},                             /* minor version */
        {8, BYTES("\1"), "", "header|class id, reserved bytes"}, /* CLSID */
        {40, BYTES("\x9"), "", "directory count are not 0"},     /* directory sectors */
        {68, BYTES("\xff\xff\xff\xff"), "", ""},                 /* DIFAT ends free */
        {512, BYTES("r"), "", ""},                               /* case of the root */
        {512, BYTES("K"), "", "directory entry 0 (Koot Entry)|the root is not called"},
        {579, BYTES("\0"), "", ""}, /* colours */
        {963, BYTES("\0"), "", ""},
        {667, BYTES("\0zz"), "", ""}, /* name: rest of its field */
        {740, BYTES("\1\2"), "", ""}, /* stream with a time */
        {720, BYTES("\1"), "", "directory entry 1 (File_Version)|class id or state"},
        {736, BYTES("\1"), "", "directory entry 1 (File_Version)|class id or state"},
        {884, BYTES("\xfe\xff\xff\xff"), "", ""}, /* storage with a start */
        {1524, BYTES("\0\0\0\0"), "",
         "(NV_ITEM_ARRAY_SIM_2)|an empty stream with a first sector (1 in all)"},
        {632, BYTES("\xf8\x19"), "", "Entry)|the mini stream is not a whole number"},
        {16520, BYTES("\xfe\xff\xff\xff"), "", "FAT marks 1 sectors behind the end"},
        {5120 + 108 * 4, BYTES("\xfe\xff\xff\xff"), "", ""}, /* a spare mini FAT cell */
        {512 + 33 * 128, BYTES("old name"), "", ""},         /* an unused entry */
    };
    for (size_t i = 0; i < sizeof form / sizeof form[0]; i++) {
        struct qd_buf f;
        mutate(&form[i], &f);
        assert_accepted(&f, form[i].why);
        qd_buf_free(&f);
    }
    struct qd_buf f;
    uint8_t zeros[512] = {0};
    copy(&file, file.len, &f);
    assert_int_equal(qd_buf_add(&f, zeros, sizeof zeros), 0);
    assert_accepted(&f, "|1 unused sectors behind the last used one");
    qd_put32(f.p + 16384 + 4 * 32, 0xfffffffeu);
    assert_accepted(&f, "|1 sectors are marked as used, but no stream has them");
    qd_buf_free(&f);
}

static void test_layouts(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        struct qd_buf f;
        copy(&file, file.len, &f);
        rig_reshape(&f, (enum rig_shape)(seed % 3), seed);
        rig_assert_reads_as(&f, t2);
        if (seed % 2)
            rig_unused_entries(&f, seed % 4 == 1 ? 4300 : 3);
        if (seed % 5 < 2)
            rig_longer_fat(&f, seed % 5 + 1);
        rig_shuffle_mini(&f, seed);
        rig_assert_reads_as(&f, t2);
        rig_shuffle(&f, seed);
        assert_accepted(&f, "");
        rig_assert_reads_as(&f, t2);
        qd_buf_free(&f);
    }
}

static void test_shuffled_difat(void **state)
{
    (void)state;
    struct qd_node *t3 = rig_t3();
    struct qd_buf f;
    for (size_t i = 0; i < 8u << 20; i += 4)
        qd_put32(t3->child[1]->child[0]->child[0]->data + i, (uint32_t)i);
    rig_write(t3, &f);
    rig_shuffle(&f, 7);
    rig_assert_reads_as(&f, t3);
    uint32_t difat = qd_get32(f.p + 68);
    uint8_t *last = f.p + (difat + 1) * 512 + 508;
    qd_put32(last, 0xffffffffu); /* as some writers end it */
    rig_assert_reads_as(&f, t3);
    qd_put32(last, difat);
    assert_refused(&f, QDIAG_E_FILE_DAMAGED, "header", "the DIFAT goes on behind its 1 sectors");
    f.p[72] = 2;
    assert_refused(&f, QDIAG_E_FILE_DAMAGED, "sector", "the DIFAT: the sector is used already");
    qd_put32(last, 0x7fffffff);
    assert_refused(&f, QDIAG_E_FILE_DAMAGED, "header", "the DIFAT ends after 1 of 2 sectors");
    f.p[72] = 1;
    qd_put32(last, 0xfffffffeu);
    qd_put32(last - 508, qd_get32(f.p + 76));
    assert_refused(&f, QDIAG_E_FILE_DAMAGED, "sector", "listed twice");
    qd_buf_free(&f);
    qd_tree_free(&t3);
}

/* Nine storages in one another: the ninth is refused. */
static void test_depth(void **state)
{
    (void)state;
    for (unsigned depth = 8; depth <= 9; depth++) {
        struct qd_node *root = qd_tree_new("Root Entry"), *n = root;
        struct qd_buf f;
        for (unsigned i = 0; i < 8; i++)
            n = qd_tree_storage(n, "s");
        rig_write(root, &f);
        if (depth == 9) /* entry 9 is unused: make it a storage below entry 8 */
        {
            uint8_t *e = f.p + 512 + 9 * 128;
            memcpy(e, e - 128, 128);
            qd_put32(e - 128 + 76, 9);
            assert_refused(&f, QDIAG_E_FILE_DAMAGED, "directory entry 9 (s)", "deeper than 8");
        } else {
            rig_assert_reads_as(&f, root);
        }
        qd_buf_free(&f);
        qd_tree_free(&root);
    }
}

/* Names that are not ASCII: the order is not held against the file, equal names are. */
static void test_foreign_order(void **state)
{
    (void)state;
    struct qd_node *root = qd_tree_new("Root Entry");
    struct qd_buf f;
    assert_non_null(qd_tree_stream(root, "\xc3\xa4", "1", 1)); /* a umlaut */
    assert_non_null(qd_tree_stream(root, "b", "2", 1));
    assert_non_null(qd_tree_stream(root, "c", "3", 1));
    rig_write(root, &f);
    uint8_t *e = f.p + 512 + 128;
    uint16_t middle = qd_get16(f.p + 512 + 76);
    assert_int_equal(middle, 3); /* b < c < a umlaut */
    qd_put16(e, 0x100);
    qd_put16(e + 128, 0x101);
    qd_put16(e + 256, 0xe4);
    assert_refused(&f, QDIAG_E_FILE_DAMAGED, "directory entry", "the name is there twice");
    qd_put16(e + 128, 0x105);
    struct qdiag_error err = {0};
    struct qd_node *back;
    assert_int_equal(rig_read(&f, NULL, &back, &err), 0);
    assert_string_equal(back->child[0]->name, "\xc4\x80");
    assert_string_equal(back->child[1]->name, "\xc4\x85");
    assert_string_equal(back->child[2]->name, "\xc3\xa4");
    qd_tree_free(&back);
    qd_buf_free(&f);
    qd_tree_free(&root);
}

struct slow {
    const struct qd_buf *f;
    size_t at, fail_at;
};

static int slow_read(void *user, uint8_t *p, size_t cap, size_t *got, struct qdiag_error *e)
{
    struct slow *s = user;
    if (s->fail_at && s->at >= s->fail_at)
        return qd_fail(e, QDIAG_E_LOCAL_FILE, "slow", "%s", "broken");
    *got = s->f->len - s->at < 7 ? s->f->len - s->at : cap < 7 ? cap : 7;
    memcpy(p, s->f->p + s->at, *got);
    s->at += *got;
    return 0;
}

static void test_sources(void **state)
{
    (void)state;
    struct qdiag_error e = {0};
    struct qd_node *root;
    struct slow s = {&file, 0, 0};
    struct qd_source src = {.read = slow_read, .user = &s, .name = NULL, .size = 0};
    assert_int_equal(qd_cfb_read(&src, NULL, &root, &e), 0);
    assert_int_equal(qd_tree_compare(root, t2, &e), 0);
    qd_tree_free(&root);
    s = (struct slow){&file, 0, 700};
    src.size = 100; /* a size that is not true */
    assert_int_equal(qd_cfb_read(&src, NULL, &root, &e), -QDIAG_E_LOCAL_FILE);
    assert_null(root);
    memset(&e, 0, sizeof e);
    src.size = (256u << 20) + 1;
    assert_int_equal(qd_cfb_read(&src, NULL, &root, &e), -QDIAG_E_FILE_UNKNOWN);
    assert_string_equal(e.why, "larger than 268435456 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_mutations),
        cmocka_unit_test(test_directory_and_chain_mutations),
        cmocka_unit_test(test_content_mutations),
        cmocka_unit_test(test_other_kinds),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_oddities),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_shuffled_difat),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_foreign_order),
        cmocka_unit_test(test_sources),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
