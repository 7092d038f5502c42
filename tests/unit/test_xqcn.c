/* SPDX-License-Identifier: BSD-3-Clause
 *
 * XQCN text both ways: the exact bytes of T1 and T2, every text mutation with its verdict, cuts at
 * every length, names that need escaping, and the caps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/text.h"
#include "qcn_fixture.h"

static struct qd_buf t1; /* its text, LF and CRLF as written */
static struct qd_node *t1_tree;

static int setup(void **state)
{
    (void)state;
    struct qd_backup *b = fixture_t1();
    t1_tree = fixture_tree(b, "T1.xqcn");
    qd_backup_free(&b);
    fixture_text(t1_tree, &t1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    qd_tree_free(&t1_tree);
    qd_buf_free(&t1);
    return 0;
}

/* T1 with the first `from` replaced by `to`. */
static void mutate(const char *from, const char *to, struct qd_buf *out)
{
    const char *text = (const char *)t1.p, *at = strstr(text, from);
    assert_non_null(at);
    memset(out, 0, sizeof *out);
    assert_int_equal(qd_buf_add(out, text, (size_t)(at - text)), 0);
    assert_int_equal(qd_buf_add_text(out, to), 0);
    assert_int_equal(qd_buf_add_text(out, at + strlen(from)), 0);
    assert_int_equal(qd_buf_terminate(out), 0);
}

static void replace_all(const char *from, const char *to, struct qd_buf *out)
{
    const char *s = (const char *)t1.p;
    memset(out, 0, sizeof *out);
    for (const char *at; (at = strstr(s, from)) != NULL; s = at + strlen(from)) {
        assert_int_equal(qd_buf_add(out, s, (size_t)(at - s)), 0);
        assert_int_equal(qd_buf_add_text(out, to), 0);
    }
    assert_int_equal(qd_buf_add_text(out, s), 0);
    assert_int_equal(qd_buf_terminate(out), 0);
}

static void assert_same_as_t1(const struct qd_buf *text, const char *expected_note)
{
    struct qdiag_error e = {0};
    struct fixture_notes n;
    struct qd_node *root;
    fixture_notes_start(&n);
    int rc = fixture_read(text->p, text->len, &n.notes, &root, &e);
    if (rc != 0)
        print_error("%s: %s\n%s\n", e.item, e.why, (const char *)text->p);
    assert_int_equal(rc, 0);
    assert_int_equal(qd_tree_compare(root, t1_tree, &e), 0);
    if (expected_note)
        assert_true(fixture_noted(&n, expected_note));
    else
        assert_int_equal(n.all.len, 0);
    fixture_notes_end(&n);
    qd_tree_free(&root);
}

static void assert_refused(const struct qd_buf *text, int code, const char *item, const char *why)
{
    struct qdiag_error e = {0};
    struct qd_node *root = t1_tree;
    int rc = fixture_read(text->p, text->len, NULL, &root, &e);
    if (rc != -code || !strstr(e.why, why) || !strstr(e.item, item))
        print_error("rc %d item '%s' why '%s'; wanted '%s' '%s'\n%s\n", rc, e.item, e.why, item,
                    why, (const char *)text->p);
    assert_int_equal(rc, -code);
    assert_null(root);
    assert_non_null(strstr(e.why, why));
    assert_non_null(strstr(e.item, item));
}

static void assert_text(const struct qd_buf *b, size_t size, const char *sha)
{
    char hex[65];
    assert_int_equal(b->len, size);
    qd_sha256_hex(b->p, b->len, hex);
    assert_string_equal(hex, sha);
}

static void test_t1_exact(void **state)
{
    (void)state;
    assert_text(&t1, T1_SIZE, T1_SHA);
    assert_same_as_t1(&t1, NULL);
}

static void test_t2_exact(void **state)
{
    (void)state;
    struct qd_backup *b = fixture_t2();
    struct qd_node *root = fixture_tree(b, "T2.xqcn"), *back;
    struct qd_buf text, again;
    struct qdiag_error e = {0};
    fixture_text(root, &text);
    assert_text(&text, T2_SIZE, T2_SHA);
    assert_int_equal(fixture_read(text.p, text.len, NULL, &back, &e), 0);
    assert_int_equal(qd_tree_compare(root, back, &e), 0);
    fixture_text(back, &again);
    assert_text(&again, T2_SIZE, T2_SHA);
    qd_buf_free(&text);
    qd_buf_free(&again);
    qd_tree_free(&back);
    qd_tree_free(&root);
    qd_backup_free(&b);
}

/* LF text comes back as LF text. */
static void test_line_ends_kept(void **state)
{
    (void)state;
    struct qdiag_error e = {0};
    struct qd_node *root;
    struct qd_buf lf, again;
    replace_all("\r\n", "\n", &lf);
    assert_int_equal(fixture_read(lf.p, lf.len, NULL, &root, &e), 0);
    assert_int_equal(root->lf, 1);
    fixture_text(root, &again);
    assert_int_equal(again.len, lf.len);
    assert_memory_equal(again.p, lf.p, lf.len);
    qd_buf_free(&lf);
    qd_buf_free(&again);
    qd_tree_free(&root);
    assert_int_equal(fixture_read(t1.p, t1.len, NULL, &root, &e), 0);
    assert_int_equal(root->lf, 0);
    qd_tree_free(&root);
}

static void test_accepted_forms(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *note;
    } form[] = {
        {"\r\n", "\n", "line ends are LF"},
        {"'", "\"", NULL},
        {"01 80 FF", "01 80 ff", "lower-case"},
        {" '/>", "'/>", NULL},
        {"01 80 FF", "01\r\n80\t\r\n  FF", NULL},
        {"01 80 FF", "0180FF", NULL},
        {"Windows-1252", "utf-8", NULL},
        {"Windows-1252", "ISO-8859-1", NULL},
        {"Length='5' Name='Feature_Mask'", "Name='Feature_Mask'\n Length='5'", NULL},
        {"<?xml version=\"1.0\" encoding=\"Windows-1252\" ?>\r\n\r\n", "", NULL},
        {"<Storage Name='default'>", "<Storage Name='default'><!-- x -->", "not kept"},
        {"Name='default'", "Name='d&#101;fault'", NULL},
    };
    for (size_t i = 0; i < sizeof form / sizeof form[0]; i++) {
        struct qd_buf b;
        if (strcmp(form[i].from, "01 80 FF") == 0)
            mutate(form[i].from, form[i].to, &b);
        else
            replace_all(form[i].from, form[i].to, &b);
        assert_same_as_t1(&b, form[i].note);
        qd_buf_free(&b);
    }
}

static void test_refused_forms(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *item, *why;
    } form[] = {
        {"Length='14'", "Length='15'", "line 13 /00024628/default/EFS_Backup/EFS_Dir/00000000",
         "Length is 15 but Value holds 14 bytes"},
        {"Length='14'", "Length='13'", "line 13", "Length is 13 but Value holds 14 bytes"},
        {"Length='1' ", "Length='0' ", "EFS_Data/00000000", "Length is 0 but Value holds 1 bytes"},
        {"Length='14'", "Length='0x0E'", "line 13", "Length is not a decimal number"},
        {"Length='14'", "Length='+14'", "line 13", "Length is not a decimal number"},
        {"Length='14'", "Length=''", "line 13", "Length is not a decimal number"},
        {"Length='14'", "Length=' 14'", "line 13", "Length is not a decimal number"},
        {"Length='14'", "Length='00000000000000000014'", "line 13", "Length is not a decimal"},
        {"Length='14'", "Length='99999999999999999999'", "line 13", "Length is not a decimal"},
        {"Length='14'", "Length='9999999999'", "line 13", "more than 33554432 bytes"},
        {"Length='14'", "Length='33554432'", "line 13", "Length is 33554432 but Value holds 14"},
        {"63 65 72", "63 6 72", "line 13", "Value is not hex pairs: character 29"},
        {"63 65 72", "63 GG 72", "line 13", "Value is not hex pairs: character 28"},
        {"63 65 72", "6 365 72", "line 13", "Value is not hex pairs: character 26"},
        {"63 65 72", "63 6\n5 72", "line", "Value is not hex pairs"},
        {"63 65 72", "63 655 72", "line 13", "Value is not hex pairs"},
        {"51 '/>", "5'/>", "line 13", "Value is not hex pairs"},
        {"63 65 72", "63 \xe4 72", "line 13", "Value is not hex pairs"},
        {"<Storage Name='T1", "<!DOCTYPE Storage []><Storage Name='T1", "line 3", "DOCTYPE"},
        {"<Storage Name='T1", "<!DOCTYPE Storage [<!ENTITY a 'b'>]><Storage Name='T1", "line 3",
         "DOCTYPE"},
        {"<Storage Name='default'>", "<Storage Name='default'>&entity;", "line 5", "entity"},
        {"Name='default'", "Name='&entity;'", "line 5", "entity"},
        {"<Storage Name='default'>", "<Storage Name='default'><Foo/>", "line 5 /00024628/default",
         "unknown element 'Foo'"},
        {"<Storage Name='default'>", "<Storage Name='default'>x", "line", "text between"},
        {"<Storage Name='default'>", "<Storage Name='default'><![CDATA[ ]]>", "line 5", "CDATA"},
        {"</Storage>\r\n  <Stream Length='6'", "<Stream Length='6'", "line", "too early"},
        {"<Stream Length='14' Name='00000000' Value", "<Stream Length='14' Name='00000000' Foo",
         "line 13", "unknown attribute 'Foo'"},
        {" Value=''", "", "line 7", "Stream without Value"},
        {" Name='NV_ITEM_ARRAY'", "", "line 7", "Stream without Name"},
        {"Length='0' ", "", "line 7", "Stream without Length"},
        {"Storage Name='default'", "Storage", "line 5", "Storage without Name"},
        {"NV_ITEM_ARRAY_SIM_1", "NV_ITEM_ARRAY", "line 8 /00024628/default/NV_NUMBERED_ITEMS",
         "the name is there twice (line 7)"},
        {"NV_ITEM_ARRAY_SIM_1", "nv_item_array", "line 8", "the name is there twice (line 7)"},
        {"Name='default'", "Name=''", "line 5", "an empty name"},
        {"Name='default'", "Name='a/b'", "line 5", "control character or one of / \\ : !"},
        {"Name='default'", "Name='a&#10;b'", "line 5", "control character"},
        {"Name='default'", "Name='x234567890123456789012345678901x'", "line 5", "longer than 31"},
        {"<Storage Name='T1.xqcn'", "<Storage xmlns='urn:x' Name='T1.xqcn'", "line 3", "namespace"},
        {"<Storage Name='T1.xqcn'", "<x:Storage xmlns:x='urn:x' Name='T1'", "line 3", "namespace"},
        {"Value=''/>", "Value=''><Storage Name='x'/></Stream>", "line 7", "inside a Stream"},
        {"utf", "", "", ""},
    };
    for (size_t i = 0; strcmp(form[i].from, "utf") != 0; i++) {
        struct qd_buf b;
        mutate(form[i].from, form[i].to, &b);
        assert_refused(&b, QDIAG_E_FILE_DAMAGED, form[i].item, form[i].why);
        qd_buf_free(&b);
    }
}

static void test_bytes_behind(void **state)
{
    (void)state;
    static const char *const tail[] = {"x",          "<Storage Name='b'/>", "<!-- c -->", "<?pi?>",
                                       "</Storage>", "\r\n\r\nx",           "&amp;"};
    for (size_t i = 0; i < sizeof tail / sizeof tail[0]; i++) {
        struct qd_buf b = {0};
        assert_int_equal(qd_buf_add(&b, t1.p, t1.len), 0);
        assert_int_equal(qd_buf_add_text(&b, tail[i]), 0);
        assert_int_equal(qd_buf_terminate(&b), 0);
        assert_refused(&b, QDIAG_E_FILE_DAMAGED, "f.xqcn", "after the end of the root storage");
        qd_buf_free(&b);
    }
    struct qd_buf b = {0};
    assert_int_equal(qd_buf_add(&b, t1.p, t1.len), 0);
    assert_int_equal(qd_buf_add(&b, "\0", 1), 0);
    assert_int_equal(qd_buf_terminate(&b), 0);
    assert_refused(&b, QDIAG_E_FILE_DAMAGED, "f.xqcn", "");
    qd_buf_free(&b);
    assert_int_equal(qd_buf_add(&b, t1.p, t1.len), 0);
    assert_int_equal(qd_buf_add_text(&b, "\r\n \t\n"), 0);
    assert_same_as_t1(&b, "blanks after the end");
    qd_buf_free(&b);
}

static void test_cut_everywhere(void **state)
{
    (void)state;
    for (size_t n = 0; n < t1.len; n++) {
        struct qdiag_error e = {0};
        struct qd_node *root;
        int rc = fixture_read(t1.p, n, NULL, &root, &e);
        assert_null(root);
        assert_int_equal(rc, n < 5 ? -QDIAG_E_FILE_UNKNOWN : -QDIAG_E_FILE_DAMAGED);
        if (n >= 5)
            assert_non_null(strstr(e.why, "the file is cut"));
    }
}

static void test_root_not_storage(void **state)
{
    (void)state;
    struct qd_buf b = {0};
    assert_int_equal(qd_buf_add_text(&b, "<?xml version='1.0'?><svg/>"), 0);
    assert_int_equal(qd_buf_terminate(&b), 0);
    assert_refused(&b, QDIAG_E_FILE_DAMAGED, "line 1", "unknown element 'svg'");
    b.len = 0;
    assert_int_equal(qd_buf_add_text(&b, "<?xml version='1.0'?><Stream Length='0' Name='a' "
                                         "Value=''/>"),
                     0);
    assert_int_equal(qd_buf_terminate(&b), 0);
    assert_refused(&b, QDIAG_E_FILE_DAMAGED, "line 1", "the root element is not a Storage");
    qd_buf_free(&b);
}

static void test_utf16(void **state)
{
    (void)state;
    struct qd_buf b = {0};
    assert_int_equal(qd_buf_add(&b, "\xff\xfe", 2), 0);
    const char *body = strstr((const char *)t1.p, "<Storage");
    for (; *body; body++)
        assert_int_equal(qd_buf_add(&b, (char[]){*body, 0}, 2), 0);
    assert_same_as_t1(&b, NULL);
    qd_buf_free(&b);
}

static void test_depth(void **state)
{
    (void)state;
    for (unsigned levels = 8; levels <= 9; levels++) {
        struct qd_buf b = {0};
        struct qdiag_error e = {0};
        struct qd_node *root;
        for (unsigned i = 0; i <= levels; i++)
            assert_int_equal(qd_buf_add_text(&b, "<Storage Name='a'>"), 0);
        for (unsigned i = 0; i <= levels; i++)
            assert_int_equal(qd_buf_add_text(&b, "</Storage>"), 0);
        int rc = fixture_read(b.p, b.len, NULL, &root, &e);
        assert_int_equal(rc, levels == 8 ? 0 : -QDIAG_E_FILE_DAMAGED);
        if (levels == 8) {
            struct qd_buf text;
            fixture_text(root, &text);
            assert_non_null(
                strstr((const char *)text.p, "                <Storage Name='a'/>\r\n"));
            qd_buf_free(&text);
        } else {
            assert_non_null(strstr(e.why, "deeper than 8 levels"));
        }
        qd_tree_free(&root);
        qd_buf_free(&b);
    }
}

static void test_too_many_nodes(void **state)
{
    (void)state;
    struct qd_buf b = {0};
    assert_int_equal(qd_buf_add_text(&b, "<Storage Name='a'>"), 0);
    for (unsigned i = 0; i < QD_TREE_MAX_NODES; i++)
        assert_int_equal(qd_buf_printf(&b, "<Storage Name='%x'/>", i), 0);
    assert_int_equal(qd_buf_add_text(&b, "</Storage>"), 0);
    struct qdiag_error e = {0};
    struct qd_node *root;
    assert_int_equal(fixture_read(b.p, b.len, NULL, &root, &e), -QDIAG_E_FILE_DAMAGED);
    assert_non_null(strstr(e.why, "more than 200000 storages and streams"));
    qd_buf_free(&b);
}

static void test_twelve_megabytes_of_text(void **state)
{
    (void)state;
    const size_t n = 4000000;
    struct qd_buf b = {0};
    struct qdiag_error e = {0};
    struct qd_node *root;
    assert_int_equal(
        qd_buf_printf(&b, "<Storage Name='a'><Stream Length='%zu' Name='s' Value='", n), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(qd_buf_add_text(&b, i % 2 ? "A5 " : "5A "), 0);
    assert_int_equal(qd_buf_add_text(&b, "'/></Storage>"), 0);
    assert_int_equal(fixture_read(b.p, b.len, NULL, &root, &e), 0);
    assert_int_equal(root->child[0]->len, n);
    for (size_t i = 0; i < n; i++)
        if (root->child[0]->data[i] != (i % 2 ? 0xa5 : 0x5a))
            fail_msg("byte %zu", i);
    qd_tree_free(&root);
    qd_buf_free(&b);
}

/* Names that need escaping, and what Windows-1252 has not. */
static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        int root_only; /* a control character stands only in a path */
    } k[] = {
        {"bob's & <x>.xqcn", "bob&apos;s &amp; &lt;x&gt;.xqcn", 0},
        {"quote\"", "quote\"", 0},
        {"\xc3\xa9t\xc3\xa9", "\xe9t\xe9", 0},
        {"\xe2\x82\xac\xc2\x81\xc2\x8d\xc2\x8f\xc2\x90\xc2\x9d", "\x80\x81\x8d\x8f\x90\x9d", 1},
        {"\xd0\xb6", "&#x436;", 0},
        {"\xf0\x9f\x98\x80", "&#x1F600;", 0},
        {"\xc2\x85", "&#x85;", 1},
    };
    for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
        char wanted[128];
        struct qd_buf text;
        struct qdiag_error e = {0};
        struct qd_node *root = qd_tree_new(k[i].name), *back;
        assert_non_null(qd_tree_storage(root, k[i].root_only ? "s" : k[i].name));
        fixture_text(root, &text);
        snprintf(wanted, sizeof wanted,
                 "<Storage Name='%s'>\r\n  <Storage Name='%s'/>\r\n</Storage>", k[i].text,
                 k[i].root_only ? "s" : k[i].text);
        assert_string_equal((const char *)text.p + 50, wanted);
        assert_int_equal(fixture_read(text.p, text.len, NULL, &back, &e), 0);
        assert_string_equal(back->name, k[i].name);
        assert_string_equal(back->child[0]->name, root->child[0]->name);
        qd_buf_free(&text);
        qd_tree_free(&back);
        qd_tree_free(&root);
    }
}

/* A file name on disk may be any bytes; the text must stay well-formed. */
static void test_broken_root_name(void **state)
{
    (void)state;
    struct qd_buf text;
    struct qdiag_error e = {0};
    struct qd_node *root = qd_tree_new("a\xff\x01\xc3"), *back;
    fixture_text(root, &text);
    assert_string_equal((const char *)text.p + 50, "<Storage Name='a&#xFFFD;&#xFFFD;&#xFFFD;'/>");
    assert_int_equal(fixture_read(text.p, text.len, NULL, &back, &e), 0);
    qd_buf_free(&text);
    qd_tree_free(&back);
    qd_tree_free(&root);
}

static int full(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    (void)p;
    unsigned *calls = user;
    ++*calls;
    return qd_fail(e, QDIAG_E_LOCAL_FILE, "disk", "full at %zu", n);
}

static void test_sink_error_stops(void **state)
{
    (void)state;
    unsigned calls = 0;
    struct qdiag_error e = {0};
    struct qd_sink sink = {full, &calls};
    struct qd_node *root = qd_tree_new("r");
    uint8_t *big = calloc(200000, 1);
    assert_non_null(qd_tree_stream_take(root, "s", big, 200000));
    assert_int_equal(qd_xqcn_write(root, &sink, &e), -QDIAG_E_LOCAL_FILE);
    assert_int_equal(calls, 1);
    qd_tree_free(&root);
}

/* Values and names that begin and end at every place around the writer's blocks of 64 KiB: the text
 * of each value is every byte as two digits and a blank, whatever lies around it. */
static void test_every_block_offset(void **state)
{
    (void)state;
    enum { LEN = 65536 / 3 };
    for (size_t n = LEN - 80; n <= LEN + 4; n++) {
        struct qd_buf text = {0};
        struct qd_node *root = qd_tree_new("r");
        char name[16];
        for (int k = 0; k < 3; k++) {
            uint8_t *v = malloc(n);
            assert_non_null(v);
            for (size_t i = 0; i < n; i++)
                v[i] = (uint8_t)(i * 7 + (size_t)k);
            snprintf(name, sizeof name, "s%d", k);
            assert_non_null(qd_tree_stream_take(root, name, v, n));
        }
        fixture_text(root, &text);
        const char *at = (const char *)text.p;
        for (int k = 0; k < 3; k++) {
            at = strstr(at, " Value='");
            assert_non_null(at);
            at += strlen(" Value='");
            for (size_t i = 0; i < n; i++, at += 3) {
                char want[4];
                snprintf(want, sizeof want, "%02X ", (unsigned)((i * 7 + (size_t)k) & 255));
                assert_memory_equal(at, want, 3);
            }
            assert_memory_equal(at, "'/>\r\n", 5);
        }
        assert_string_equal(at, "'/>\r\n</Storage>");
        qd_tree_free(&root);
        qd_buf_free(&text);
    }
}

struct trickle {
    const uint8_t *p;
    size_t left, calls, fail_at;
};

static int trickle_read(void *user, uint8_t *p, size_t cap, size_t *got, struct qdiag_error *e)
{
    struct trickle *t = user;
    if (++t->calls == t->fail_at)
        return qd_fail(e, QDIAG_E_LOCAL_FILE, "slow", "gone");
    *got = t->left > 0 && cap > 0 ? 1 : 0;
    if (*got) {
        *p = *t->p++;
        t->left--;
    }
    return 0;
}

static void test_source_in_single_bytes(void **state)
{
    (void)state;
    struct qdiag_error e = {0};
    struct qd_node *root;
    struct trickle t = {t1.p, t1.len, 0, 0};
    struct qd_source src = {.read = trickle_read, .user = &t, .name = "slow"};
    assert_int_equal(qd_xqcn_read(&src, NULL, &root, &e), 0);
    assert_int_equal(qd_tree_compare(root, t1_tree, &e), 0);
    qd_tree_free(&root);
    t = (struct trickle){t1.p, t1.len, 0, 700};
    assert_int_equal(qd_xqcn_read(&src, NULL, &root, &e), -QDIAG_E_LOCAL_FILE);
    assert_null(root);
}

static void test_tree_compare(void **state)
{
    (void)state;
    struct qd_backup *b = fixture_t1();
    struct qd_node *other = fixture_tree(b, "other name");
    struct qdiag_error e = {0};
    assert_int_equal(qd_tree_compare(t1_tree, other, &e), 0);
    struct qd_node *n = fixture_at(other, "00024628/default/Feature_Mask");
    n->data[2] ^= 1;
    assert_int_equal(qd_tree_compare(t1_tree, other, &e), -QDIAG_E_DIFFERENT);
    assert_string_equal(e.item, "/00024628/default/Feature_Mask");
    assert_string_equal(e.why, "byte 2 is 01 in one, 00 in the other");
    n->data[2] ^= 1;
    memset(&e, 0, sizeof e);
    n->len--;
    assert_int_equal(qd_tree_compare(t1_tree, other, &e), -QDIAG_E_DIFFERENT);
    assert_string_equal(e.why, "5 bytes in one, 4 in the other");
    n->len++;
    memset(&e, 0, sizeof e);
    assert_non_null(qd_tree_stream(fixture_at(other, "00024628"), "x", "a", 1));
    assert_int_equal(qd_tree_compare(t1_tree, other, &e), -QDIAG_E_DIFFERENT);
    assert_string_equal(e.item, "/00024628/x");
    assert_string_equal(e.why, "only in the second");
    qd_tree_free(&other);
    qd_backup_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_t1_exact),
        cmocka_unit_test(test_t2_exact),
        cmocka_unit_test(test_line_ends_kept),
        cmocka_unit_test(test_accepted_forms),
        cmocka_unit_test(test_refused_forms),
        cmocka_unit_test(test_bytes_behind),
        cmocka_unit_test(test_cut_everywhere),
        cmocka_unit_test(test_root_not_storage),
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_too_many_nodes),
        cmocka_unit_test(test_twelve_megabytes_of_text),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_broken_root_name),
        cmocka_unit_test(test_sink_error_stops),
        cmocka_unit_test(test_every_block_offset),
        cmocka_unit_test(test_source_in_single_bytes),
        cmocka_unit_test(test_tree_compare),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
