/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The compound file writer: the published vectors byte for byte, order of children, sizes at every
 * border, DIFAT, names, what cannot be held; and XQCN text through a compound file and back. */
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

static void assert_file(const struct qd_node *root, size_t size, const char *sha)
{
    struct qd_buf f;
    char hex[65];
    rig_write(root, &f);
    assert_int_equal(f.len, size);
    qd_sha256_hex(f.p, f.len, hex);
    assert_string_equal(hex, sha);
    rig_assert_reads_as(&f, root);
    qd_buf_free(&f);
}

static void test_vectors(void **state)
{
    (void)state;
    struct qd_backup *b = fixture_t1();
    struct qd_node *t1 = fixture_tree(b, "Root Entry"), *t2 = rig_t2("Root Entry");
    struct qd_node *t3 = rig_t3();
    assert_file(t1, T1_CFB_SIZE, T1_CFB_SHA);
    assert_file(t2, T2_CFB_SIZE, T2_CFB_SHA);
    assert_file(t3, T3_CFB_SIZE, T3_CFB_SHA);
    qd_tree_free(&t1);
    qd_tree_free(&t2);
    qd_tree_free(&t3);
    qd_backup_free(&b);
}

/* XQCN text to tree to compound file to tree to text: the same bytes. Returns the outline of the
 * tree as it was in the compound file. */
static void assert_text_survives(const char *text, size_t n, struct qd_buf *outline)
{
    struct qdiag_error e = {0};
    struct qd_node *a, *b;
    struct qd_buf f, again, f2;
    int rc = fixture_read(text, n, NULL, &a, &e);
    if (rc != 0)
        print_error("%s: %s\n", e.item, e.why);
    assert_int_equal(rc, 0);
    rig_write(a, &f);
    assert_int_equal(f.len % 512, 0);
    assert_int_equal(rig_read(&f, NULL, &b, &e), 0);
    fixture_text(b, &again);
    assert_int_equal(again.len, n);
    assert_memory_equal(again.p, text, n);
    rig_write(b, &f2);
    assert_int_equal(f2.len, f.len);
    assert_memory_equal(f2.p, f.p, f.len);
    if (outline)
        rig_outline(b, outline);
    qd_buf_free(&f);
    qd_buf_free(&f2);
    qd_buf_free(&again);
    qd_tree_free(&a);
    qd_tree_free(&b);
}

/* Text in QPST's form: "S name", "s name" and "}" make storages, streams and ends. */
static void text_of(const char *const *line, const char *eol, struct qd_buf *out)
{
    size_t depth = 0;
    memset(out, 0, sizeof *out);
    assert_int_equal(
        qd_buf_printf(out, "<?xml version=\"1.0\" encoding=\"Windows-1252\" ?>%s%s", eol, eol), 0);
    for (; *line; line++) {
        const char *name = *line + 2;
        depth -= **line == '}';
        for (size_t i = 0; i < depth; i++)
            assert_int_equal(qd_buf_add_text(out, "  "), 0);
        if (**line == 'S')
            assert_int_equal(qd_buf_printf(out, "<Storage Name='%s'>", name), 0);
        else if (**line == 'E')
            assert_int_equal(qd_buf_printf(out, "<Storage Name='%s'/>", name), 0);
        else if (**line == '}')
            assert_int_equal(qd_buf_add_text(out, "</Storage>"), 0);
        else
            assert_int_equal(qd_buf_printf(out, "<Stream Length='1' Name='%s' Value='%02X '/>",
                                           name, (unsigned)name[0]),
                             0);
        depth += **line == 'S';
        if (line[1])
            assert_int_equal(qd_buf_add_text(out, eol), 0);
    }
    assert_int_equal(qd_buf_terminate(out), 0);
}

#define SECTION(name) "S " name, "E EFS_Dir", "E EFS_Data", "}"
#define NUMBERED      "S NV_NUMBERED_ITEMS", "s NV_ITEM_ARRAY", "}"
#define HEAD          "S C:\\Users\\j&amp;s\\DEADD00D_0.xqcn", "S 00024628", "S default"
#define TAIL          "}", "}", "s File_Version", "}", NULL
#define OUT(name)     name "( EFS_Dir( ) EFS_Data( ) ) "

static void test_orders(void **state)
{
    (void)state;
    static const char *const full[] = {HEAD,
                                       NUMBERED,
                                       SECTION("EFS_Backup"),
                                       SECTION("Provisioning_Item_Files"),
                                       SECTION("NV_Items"),
                                       "s Mobile_Property_Info",
                                       "s Feature_Mask",
                                       TAIL};
    static const char *const rf_only[] = {HEAD,
                                          NUMBERED,
                                          SECTION("Provisioning_Item_Files"),
                                          SECTION("NV_Items"),
                                          SECTION("EFS_Backup"),
                                          "s Mobile_Property_Info",
                                          "s Feature_Mask",
                                          TAIL};
    static const char *const qmsl[] = {
        HEAD,     SECTION("EFS_Backup"),    SECTION("NV_Items"), SECTION("Provisioning_Item_Files"),
        NUMBERED, "s Mobile_Property_Info", "s Feature_Mask",    TAIL};
    static const char *const unknown[] = {HEAD,
                                          NUMBERED,
                                          "S Zoo",
                                          "S q",
                                          "E d",
                                          "s Z",
                                          "s a",
                                          "}",
                                          "E a",
                                          "s z",
                                          "s b",
                                          "}",
                                          SECTION("EFS_Backup"),
                                          "s Roaming_List_00000000",
                                          "s Feature_Mask",
                                          "s Mobile_Property_Info",
                                          "}",
                                          "S extra",
                                          "s one",
                                          "s and",
                                          "}",
                                          "s zero",
                                          "s a",
                                          "}",
                                          "E other",
                                          "s first",
                                          "s File_Version",
                                          "s last",
                                          "}",
                                          NULL};
    static const struct {
        const char *const *text;
        const char *outline;
    } form[] = {
        {full, "File_Version 00024628( default( NV_NUMBERED_ITEMS( NV_ITEM_ARRAY ) "
               "Mobile_Property_Info Feature_Mask " OUT("EFS_Backup") OUT("Provisioning_Item_Files")
                   OUT("NV_Items") ") ) "},
        {rf_only, "File_Version 00024628( default( NV_NUMBERED_ITEMS( NV_ITEM_ARRAY ) "
                  "Mobile_Property_Info Feature_Mask " OUT("Provisioning_Item_Files")
                      OUT("NV_Items") OUT("EFS_Backup") ") ) "},
        /* NV_NUMBERED_ITEMS is not the first storage here: it stays where it was. */
        {qmsl, "File_Version 00024628( default( " OUT("EFS_Backup") OUT("NV_Items")
                   OUT("Provisioning_Item_Files") "NV_NUMBERED_ITEMS( NV_ITEM_ARRAY ) "
                                                  "Mobile_Property_Info Feature_Mask ) ) "},
        {unknown,
         "00024628( default( NV_NUMBERED_ITEMS( NV_ITEM_ARRAY ) Roaming_List_00000000 Feature_Mask "
         "Mobile_Property_Info Zoo( q( d( ) Z a ) a( ) z b ) " OUT(
             "EFS_Backup") ") extra( one and ) zero a ) other( ) first File_Version last "},
    };
    for (size_t i = 0; i < sizeof form / sizeof form[0]; i++)
        for (int lf = 0; lf < 2; lf++) {
            struct qd_buf text, outline;
            text_of(form[i].text, lf ? "\n" : "\r\n", &text);
            assert_text_survives((const char *)text.p, text.len, &outline);
            assert_string_equal((const char *)outline.p, form[i].outline);
            qd_buf_free(&text);
            qd_buf_free(&outline);
        }
}

/* What a compound file has no place for. */
static void test_root_name_and_line_ends(void **state)
{
    (void)state;
    char longest[4100] = "S ";
    memset(longest + 2, 'x', 4096);
    static const struct {
        const char *root;
        size_t sectors;
    } form[] = {{"S Root Entry", 0},
                {"S T2.xqcn", 1},
                {"S ", 1},
                {"S C:\\Dokumente und Einstellungen\\M\xfcller\\QPST\\DEADD00D_0.xqcn", 1},
                {"S &#x20AC;&apos;&lt;&gt;&amp;amp;", 1},
                {"S &#x1F600;", 1},
                {NULL, 9}};
    for (size_t i = 0; i < sizeof form / sizeof form[0]; i++)
        for (int lf = 0; lf < 2; lf++) {
            const char *line[] = {form[i].root ? form[i].root : longest, "s File_Version", "}",
                                  NULL};
            struct qd_buf text, f;
            struct qdiag_error e = {0};
            struct qd_node *root;
            text_of(line, lf ? "\n" : "\r\n", &text);
            if (strstr(line[0], "&#x20AC;")) { /* the writer has bytes for it */
                char *at = strstr((char *)text.p, "&#x20AC;");
                *at = '\x80';
                memmove(at + 1, at + 8, strlen(at + 8) + 1);
                text.len -= 7;
            }
            assert_text_survives((const char *)text.p, text.len, NULL);
            assert_int_equal(fixture_read(text.p, text.len, NULL, &root, &e), 0);
            assert_int_equal(root->lf, lf);
            rig_write(root, &f);
            assert_int_equal(f.len, (5 + (form[i].sectors ? form[i].sectors : (size_t)lf)) * 512);
            qd_buf_free(&f);
            qd_buf_free(&text);
            qd_tree_free(&root);
        }
}

static void assert_record_ignored(struct qd_buf *f, size_t at, int byte, const char *noted)
{
    struct qdiag_error e = {0};
    struct fixture_notes n;
    struct qd_node *root;
    uint8_t was = f->p[at];
    f->p[at] = (uint8_t)byte;
    fixture_notes_start(&n);
    assert_int_equal(rig_read(f, &n.notes, &root, &e), 0);
    assert_string_equal(root->name, "Root Entry");
    assert_int_equal(root->lf, 0);
    assert_true(fixture_noted(&n, noted));
    assert_int_equal(n.all.len == 0, noted[0] == '\0');
    fixture_notes_end(&n);
    qd_tree_free(&root);
    f->p[at] = was;
}

/* The record of the root's name is found, or not used at all. */
static void test_record(void **state)
{
    (void)state;
    static const char broken[] = "the record of the XQCN text is broken";
    struct qd_node *t2 = rig_t2("T2.xqcn");
    struct qd_buf f;
    t2->lf = 1;
    rig_write(t2, &f);
    size_t at = 512 * 32; /* behind the 4,096-byte stream, before the FAT */
    assert_int_equal(f.len, T2_CFB_SIZE + 512);
    assert_memory_equal(f.p + at, "qdiag xqcn text 1\0\1\7\0T2.xqcn\0", 29);
    rig_assert_reads_as(&f, t2);
    assert_record_ignored(&f, at, 'Q', "");
    assert_record_ignored(&f, at + 18, 2, broken);
    assert_record_ignored(&f, at + 19, 6, broken);
    assert_record_ignored(&f, at + 19, 8, broken);
    assert_record_ignored(&f, at + 20, 2, broken);
    assert_record_ignored(&f, at + 21, 0, broken);
    assert_record_ignored(&f, at + 21, 0xc3, broken);
    assert_record_ignored(&f, at + 511, 1, broken);
    /* A sector that is in use is no record, whatever it says. */
    memcpy(f.p + 512 * 24, f.p + at, 100);
    memset(f.p + at, 0, 512);
    assert_record_ignored(&f, at, 0, "");
    qd_buf_free(&f);
    qd_tree_free(&t2);
}

static void test_sizes(void **state)
{
    (void)state;
    static const size_t size[] = {0,    1,    63,   64,   65,   127,  128,  511,  512,  513, 4031,
                                  4032, 4033, 4095, 4096, 4097, 4608, 8191, 8192, 8193, 0,   65536};
    struct qd_node *root = qd_tree_new("Root Entry");
    struct qd_buf f;
    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        char name[16];
        uint8_t *p = qd_alloc(size[i], 1);
        assert_non_null(p);
        for (size_t k = 0; k < size[i]; k++)
            p[k] = (uint8_t)(k * 31 + i);
        snprintf(name, sizeof name, "%08zX", i);
        assert_non_null(qd_tree_stream_take(root, name, p, size[i]));
    }
    rig_write(root, &f);
    rig_assert_reads_as(&f, root);
    rig_shuffle_mini(&f, 3);
    rig_shuffle(&f, 4);
    rig_assert_reads_as(&f, root);
    qd_buf_free(&f);
    qd_tree_free(&root);

    root = qd_tree_new("Root Entry"); /* nothing at all: header, directory, FAT */
    rig_write(root, &f);
    assert_int_equal(f.len, 1536);
    assert_int_equal(qd_get32(f.p + 60), 0xfffffffeu);
    assert_int_equal(qd_get32(f.p + 512 + 116), 0xfffffffeu);
    rig_assert_reads_as(&f, root);
    qd_buf_free(&f);
    qd_tree_free(&root);
}

/* One stream of so many sectors that FAT and DIFAT are exactly full, or one cell too small. */
static void test_fat_borders(void **state)
{
    (void)state;
    static const struct {
        uint32_t fats, difats;
    } full[] = {{1, 0}, {2, 0}, {109, 0}, {110, 1}, {236, 1}, {237, 2}};
    for (size_t i = 0; i < sizeof full / sizeof full[0]; i++)
        for (uint32_t more = 0; more < 2; more++) {
            /* Sectors other than the stream's: one of the directory, FAT and DIFAT. */
            uint32_t own = full[i].fats * 128 - 1 - full[i].fats - full[i].difats + more;
            uint32_t fats = full[i].fats + more;
            uint8_t *p = qd_alloc(own, 512);
            struct qd_node *root = qd_tree_new("Root Entry");
            struct qd_buf f;
            assert_non_null(p);
            for (uint32_t k = 0; k < own; k++)
                qd_put32(p + k * 512, k);
            assert_non_null(qd_tree_stream_take(root, "s", p, (size_t)own * 512));
            rig_write(root, &f);
            assert_int_equal(qd_get32(f.p + 44), fats);
            assert_int_equal(qd_get32(f.p + 72), fats > 236 ? 2 : fats > 109 ? 1 : 0);
            assert_int_equal(f.len, (2 + (size_t)own + fats + qd_get32(f.p + 72)) * 512);
            rig_assert_reads_as(&f, root);
            qd_buf_free(&f);
            qd_tree_free(&root);
        }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const good[] = {"x",
                                       "a b",
                                       ".",
                                       "..",
                                       "x23456789012345678901234567890x",
                                       "\xc3\xa4\xc3\x84x",
                                       "\xe2\x82\xac",
                                       "\xf0\x9f\x98\x80",
                                       "'&<>\"",
                                       "a;b*?|"};
    struct qd_node *root = qd_tree_new("Root Entry");
    struct qd_buf f;
    struct qdiag_error e = {0};
    struct qd_node *back;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_non_null(qd_tree_storage(root, good[i]));
    rig_write(root, &f);
    assert_int_equal(rig_read(&f, NULL, &back, &e), 0);
    assert_int_equal(back->nchild, root->nchild);
    for (size_t i = 0; i < back->nchild; i++)
        assert_string_equal(back->child[i]->name, good[i]);
    assert_memory_equal(f.p + 512 + 8 * 128, "\x3d\xd8\0\xde\0\0", 6);
    qd_buf_free(&f);
    qd_tree_free(&back);
    qd_tree_free(&root);
}

struct counted {
    size_t calls, fail_at;
};

static int count_write(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    struct counted *c = user;
    (void)p;
    (void)n;
    return ++c->calls == c->fail_at ? qd_fail(e, QDIAG_E_LOCAL_FILE, "out", "%s", "disk full") : 0;
}

static void assert_not_written(const struct qd_node *root, const char *item, const char *why)
{
    struct qdiag_error e = {0};
    struct counted c = {0, 0};
    struct qd_sink sink = {count_write, &c};
    assert_int_equal(qd_cfb_write(root, NULL, &sink, &e), -QDIAG_E_FAILED);
    if (!strstr(e.why, why))
        print_error("%s: %s; wanted %s\n", e.item, e.why, why);
    assert_non_null(strstr(e.why, why));
    assert_string_equal(e.item, item);
    assert_int_equal(c.calls, 0);
}

static void test_not_held(void **state)
{
    (void)state;
    static const struct {
        const char *name, *why;
    } bad[] = {{"", "the name is empty"},
               {"x234567890123456789012345678901x", "longer than 31"},
               {"x2345678901234567890123456789\xf0\x9f\x98\x80.", "longer than 31"},
               {"a/b", "one of / \\ : !"},
               {"a\\b", "one of / \\ : !"},
               {"a:b", "one of / \\ : !"},
               {"!", "one of / \\ : !"},
               {"a\nb", "a control character"},
               {"a\x7f", "a control character"},
               {"a\xff", "no valid Unicode"},
               {"\xed\xa0\x80", "no valid Unicode"},
               {"\xef\xbf\xbf", "no valid Unicode"},
               {"SAME", "the name is there twice"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char item[64];
        struct qd_node *root = rig_t2("T2.xqcn");
        struct qd_node *n = fixture_at(root, "00024628/default");
        if (strcmp(bad[i].name, "SAME") == 0)
            assert_non_null(qd_tree_stream(n, "same", "x", 1));
        assert_non_null(qd_tree_stream(n, bad[i].name, "x", 1));
        snprintf(item, sizeof item, "/00024628/default/%s", bad[i].name);
        if (strcmp(bad[i].name, "SAME") != 0)
            assert_not_written(root, item, bad[i].why);
        else
            assert_not_written(root, "/00024628/default/SAME", bad[i].why);
        qd_tree_free(&root);
    }
    struct qd_node *root = qd_tree_new("Root Entry"), *n = root;
    assert_non_null(qd_tree_storage(root, "\xc3\xa4"));
    assert_non_null(qd_tree_storage(root, "\xc3\x84"));
    assert_not_written(root, "/\xc3\x84", "the name is there twice");
    qd_tree_free(&root);
    n = root = qd_tree_new("Root Entry");
    for (int i = 0; i < 9; i++)
        n = qd_tree_storage(n, "s");
    assert_not_written(root, "/s/s/s/s/s/s/s/s/s", "deeper than 8 levels");
    qd_tree_free(&root);
    root = qd_tree_new("Root Entry");
    for (int i = 0; i < 200000; i++)
        assert_non_null(qd_tree_storage(root, "s"));
    assert_not_written(root, "/s", "more than 200,000");
    qd_tree_free(&root);
    root = qd_tree_new("Root Entry");
    n = qd_tree_stream(root, "s", "x", 1);
    n->len = (256u << 20) + 1; /* refused before a byte is looked at */
    assert_not_written(root, "/s", "more than 256 MiB");
    n->len = (256u << 20) - 2048;
    assert_not_written(root, "/", "larger than 256 MiB");
    qd_tree_free(&root);
    char *longest = qd_alloc(4098, 1);
    assert_non_null(longest);
    memset(longest, 'x', 4097);
    root = qd_tree_new(longest);
    assert_not_written(root, "/", "the name of the root is longer than 4096 characters");
    qd_tree_free(&root);
    free(longest);
}

static void test_times(void **state)
{
    (void)state;
    struct qd_node *t2 = rig_t2("Root Entry");
    struct qdiag_error e = {0};
    struct qd_buf plain, f;
    rig_write(t2, &plain);
    struct qd_node *back;
    rig_write_at(t2, 1600000000, &f);
    assert_int_equal(f.len, plain.len);
    for (uint32_t id = 0; id < 36; id++) {
        const uint8_t *a = f.p + 512 + id * 128;
        uint64_t want = a[66] == 1 || a[66] == 5 ? UINT64_C(132444736000000000) : 0;
        assert_int_equal(qd_get64(a + 100), a[66] == 5 ? 0 : want);
        assert_int_equal(qd_get64(a + 108), want);
        memset(f.p + 512 + id * 128 + 100, 0, 16);
    }
    assert_memory_equal(f.p, plain.p, f.len);
    assert_int_equal(rig_read(&f, NULL, &back, &e), 0);
    qd_tree_free(&back);
    qd_buf_free(&f);
    qd_buf_free(&plain);
    qd_tree_free(&t2);
}

static void test_sink_error_stops(void **state)
{
    (void)state;
    struct qd_node *t3 = rig_t3();
    for (size_t at = 1; at < 4; at++) {
        struct qdiag_error e = {0};
        struct counted c = {0, at};
        struct qd_sink sink = {count_write, &c};
        assert_int_equal(qd_cfb_write(t3, NULL, &sink, &e), -QDIAG_E_LOCAL_FILE);
        assert_int_equal(c.calls, at);
        assert_string_equal(e.why, "disk full");
    }
    qd_tree_free(&t3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_root_name_and_line_ends),
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_fat_borders),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_not_held),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_sink_error_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
