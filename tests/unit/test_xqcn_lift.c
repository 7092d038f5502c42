/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Values lifted out of the text: what the parser is left to see, what is kept, wherever the text is
 * cut, and where nothing may be lifted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "container/xqcn_lift.h"
#include "qcn_fixture.h"

#define LIMIT 64u

struct run {
    struct qd_lift l;
    struct qd_buf seen; /* what the parser gets */
};

/* Feeds text in pieces of step bytes. */
static void feed(struct run *r, const char *text, size_t n, size_t step)
{
    struct qd_buf out = {0};
    memset(r, 0, sizeof *r);
    qd_lift_start(&r->l, LIMIT);
    for (size_t at = 0; at < n; at += step) {
        size_t k = n - at < step ? n - at : step;
        assert_int_equal(qd_lift_feed(&r->l, (const uint8_t *)text + at, k, &out), 0);
        assert_int_equal(qd_buf_add(&r->seen, out.p, out.len), 0);
    }
    assert_int_equal(qd_buf_terminate(&r->seen), 0);
    qd_buf_free(&out);
}

static void end(struct run *r)
{
    qd_lift_free(&r->l);
    qd_buf_free(&r->seen);
}

static void take_good(struct run *r, const char *bytes, size_t n)
{
    struct qd_lifted v;
    assert_int_equal(qd_lift_take(&r->l, &v), 0);
    assert_int_equal(v.bad, 0);
    assert_int_equal(v.text.pairs, n);
    if (n > 0)
        assert_memory_equal(v.data, bytes, n);
    else
        assert_null(v.data);
    free(v.data);
}

static void none_left(struct run *r)
{
    struct qd_lifted v;
    assert_int_equal(qd_lift_take(&r->l, &v), -1);
}

static void test_every_cut(void **state)
{
    static const char text[] =
        "<?xml version=\"1.0\" encoding=\"Windows-1252\" ?>\r\n<Storage Name='Value=>'>"
        "<Stream Length='2' Name=\"a'b\" Value='51 Fe '/><Stream Value = \"00\r\n01\" X='0 2'/>"
        "<Stream XValue='5' Value=''/></Storage>";
    static const char seen[] =
        "<?xml version=\"1.0\" encoding=\"Windows-1252\" ?>\r\n<Storage Name='Value=>'>"
        "<Stream Length='2' Name=\"a'b\" Value='L'/><Stream Value = \"\nL\" X='0 2'/>"
        "<Stream XValue='5' Value='L'/></Storage>";
    (void)state;
    for (size_t step = 1; step <= sizeof text; step++) {
        struct run r;
        feed(&r, text, sizeof text - 1, step);
        assert_string_equal((char *)r.seen.p, seen);
        take_good(&r, "\x51\xfe", 2);
        take_good(&r, "\0\1", 2);
        take_good(&r, "", 0);
        none_left(&r);
        end(&r);
    }
}

static void test_bad_values(void **state)
{
    static const struct {
        const char *value;
        size_t bad_at;
    } bad[] = {{"5", 1},       {"51 5", 4},  {"5 1", 1}, {"51 G", 3},
               {"51&#32;", 2}, {"5151,", 4}, {"51<", 2}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (size_t step = 1; step < 40; step++) {
            char text[64];
            struct run r;
            struct qd_lifted v;
            snprintf(text, sizeof text, "<a Value='%s'/><b Value='52'/>", bad[i].value);
            feed(&r, text, strlen(text), step);
            assert_string_equal((char *)r.seen.p, "<a Value='L'/><b Value='L'/>");
            assert_int_equal(qd_lift_take(&r.l, &v), 0);
            assert_int_equal(v.bad, 1);
            assert_int_equal(v.text.bad_at, bad[i].bad_at);
            assert_null(v.data);
            take_good(&r, "\x52", 1);
            end(&r);
        }
}

/* More than the limit is counted, not kept. */
static void test_limit(void **state)
{
    char text[512] = "<a Value='";
    struct run r;
    struct qd_lifted v;
    (void)state;
    for (unsigned i = 0; i < LIMIT + 1; i++)
        memcpy(text + strlen(text), "41 ", 4);
    memcpy(text + strlen(text), "'/>", 4);
    for (size_t step = 1; step < sizeof text; step += 7) {
        feed(&r, text, strlen(text), step);
        assert_int_equal(qd_lift_take(&r.l, &v), 0);
        assert_int_equal(v.text.pairs, LIMIT + 1);
        assert_null(v.data);
        end(&r);
    }
}

static void untouched(const char *text, size_t n)
{
    struct run r;
    feed(&r, text, n, n);
    assert_int_equal(r.seen.len, n);
    assert_memory_equal(r.seen.p, text, n);
    none_left(&r);
    end(&r);
}

static void test_left_alone(void **state)
{
    static const char *const texts[] = {
        "<!-- x --><a Value='51'/>",
        "<!DOCTYPE a><a Value='51'/>",
        "<a<b Value='51'/>",
        "<a Name='Value' = '51'/>",
        "<a Values='51' aValue='52' a:Value='53' Value'54'/>",
        "<a>Value='51'</a Value='51'>",
        "<?x Value='51'?><?y ?Value='51'?>",
        "<?xml version='1.0' encoding='UTF-16'?><a Value='51'/>",
        "<?xml version='1.0' encoding='ISO-2022-JP'?><a Value='51'/>",
        "<?xml version='1.0' encoding=UTF-8?><a Value='51'/>",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        untouched(texts[i], strlen(texts[i]));
    untouched("\xff\xfe<\0a\0", 6);
    untouched("\xfe\xff\0<\0a", 6);
    untouched("<\0a\0 \0V\0", 8);
}

static void test_encodings_lifted(void **state)
{
    static const char *const names[] = {"utf-8", "UTF-8", "windows-1250", "ISO-8859-15",
                                        "us-ascii"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[128];
        struct run r;
        snprintf(text, sizeof text, "<?xml version='1.0' encoding=\"%s\"?><a Value='51'/>",
                 names[i]);
        feed(&r, text, strlen(text), 5);
        take_good(&r, "\x51", 1);
        end(&r);
    }
}

/* Bytes that Windows-1252 has no character for, wherever the text is cut; in no other encoding. */
static void test_holes(void **state)
{
    static const char rest[] = "<a N='x\x81\x8d\x8f\x90\x9d\x80' Value='51'/>";
    static const char rest_lifted[] = "<a N='x\x81\x8d\x8f\x90\x9d\x80' Value='L'/>";
    char text[128];
    struct run r;
    (void)state;
    for (size_t step = 1; step <= sizeof text; step++) {
        snprintf(text, sizeof text, "<?xml version='1.0' encoding='windows-1252' ?>%s", rest);
        feed(&r, text, strlen(text), step);
        assert_string_equal((char *)r.seen.p + 46,
                            "<a N='x&#x81;&#x8D;&#x8F;&#x90;&#x9D;\x80' Value='L'/>");
        take_good(&r, "\x51", 1);
        end(&r);
        snprintf(text, sizeof text, "<?xml version='1.0' encoding='utf-8' ?>%s", rest);
        feed(&r, text, strlen(text), step);
        assert_string_equal((char *)r.seen.p + 39, rest_lifted);
        take_good(&r, "\x51", 1);
        end(&r);
        /* Behind a comment, too; and only the declaration names the encoding. */
        snprintf(text, sizeof text, "%s",
                 "<?xml version='1.0' encoding='windows-1252'?><!----><a N='\x81'/>");
        feed(&r, text, strlen(text), step);
        assert_string_equal((char *)r.seen.p + 45, "<!----><a N='&#x81;'/>");
        end(&r);
        snprintf(text, sizeof text, "<?xml-x encoding='windows-1252'?>%s", rest);
        feed(&r, text, strlen(text), step);
        assert_string_equal((char *)r.seen.p + 33, rest_lifted);
        take_good(&r, "\x51", 1);
        end(&r);
    }
}

/* A value cut by the end of the text is freed, not handed out. */
static void test_cut(void **state)
{
    struct run r;
    (void)state;
    feed(&r, "<a Value='51 52", 15, 4);
    assert_string_equal((char *)r.seen.p, "<a Value='");
    none_left(&r);
    end(&r);
}

static void test_crowded(void **state)
{
    char text[20000];
    struct qd_lift l;
    struct qd_buf b = {(uint8_t *)text, 0, sizeof text};
    (void)state;
    memset(text, '=', sizeof text);
    qd_lift_start(&l, LIMIT);
    for (b.len = 4096; l.marks < 8192;)
        assert_int_equal(qd_lift_crowded(&l, &b), 0);
    b.len = 1;
    assert_int_equal(qd_lift_crowded(&l, &b), 1);
    text[0] = '<';
    assert_int_equal(qd_lift_crowded(&l, &b), 0);
    b.len = 8193;
    assert_int_equal(qd_lift_crowded(&l, &b), 0);
}

/* Lifted or not, the reader gives the same tree: a comment in front switches lifting off. */
static void test_same_tree(void **state)
{
    struct qd_backup *b = fixture_t2();
    struct qd_node *root = fixture_tree(b, "T2.xqcn"), *plain = NULL, *lifted = NULL;
    struct qdiag_error e = {0};
    struct qd_buf text, raw = {0};
    (void)state;
    fixture_text(root, &text);
    size_t at = (size_t)(strstr((char *)text.p, "?>") + 2 - (char *)text.p);
    assert_int_equal(qd_buf_add(&raw, text.p, at), 0);
    assert_int_equal(qd_buf_add_text(&raw, "<!-- -->"), 0);
    assert_int_equal(qd_buf_add(&raw, text.p + at, text.len - at), 0);
    assert_int_equal(fixture_read(text.p, text.len, NULL, &lifted, &e), 0);
    assert_int_equal(fixture_read(raw.p, raw.len, NULL, &plain, &e), 0);
    assert_int_equal(qd_tree_compare(plain, lifted, &e), 0);
    assert_int_equal(qd_tree_compare(root, lifted, &e), 0);
    qd_tree_free(&plain);
    qd_tree_free(&lifted);
    qd_tree_free(&root);
    qd_backup_free(&b);
    qd_buf_free(&text);
    qd_buf_free(&raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_left_alone),
        cmocka_unit_test(test_encodings_lifted),
        cmocka_unit_test(test_holes),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_crowded),
        cmocka_unit_test(test_same_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
