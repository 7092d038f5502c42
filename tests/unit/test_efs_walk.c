/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Folders of the EFS and the walk over a whole tree: order, ends, names, limits, handles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/cancel.h"
#include "fake_efs.h"
#include "service/efs_walk.h"

static struct fake_efs f;
static struct qdiag_error e;

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
    fake_efs_stop(&f);
    return 0;
}

static void add(const char *path, uint32_t mode, size_t n)
{
    static const uint8_t zeros[64];
    fake_efs_add(&f, path, mode, zeros, n);
}

static void lists_sorted_at_every_end(void **state)
{
    static const enum fake_end ends[] = {FAKE_END_41, FAKE_END_40, FAKE_END_ERRNO};
    struct qd_efs_list list;
    (void)state;
    add("/b", 0100644, 5); /* entry type 0 in the middle */
    fake_efs_add(&f, "/a", 0040755, NULL, 0);
    fake_efs_add(&f, "/.", 0040755, NULL, 0);
    fake_efs_add(&f, "/..", 0040755, NULL, 0);
    fake_efs_add(&f, "/c", 0120777, "b", 1);
    add("/a/inside", 0100644, 1);
    add("/item", 0160777, 4);
    add("/secret", 0160777, 4);
    f.v[f.n - 1].hidden = 1;
    for (size_t i = 0; i < 3; i++) {
        f.end = ends[i];
        assert_int_equal(qd_efs_list(&f.fs, "/", &list, &e), 0);
        assert_int_equal(list.n, 4);
        assert_string_equal(list.v[0].name, "a");
        assert_int_equal(list.v[0].st.mode, 0040755);
        assert_string_equal(list.v[1].name, "b");
        assert_int_equal(list.v[1].type, 0);
        assert_int_equal(list.v[1].st.size, 5);
        assert_string_equal(list.v[2].name, "c");
        assert_string_equal(list.v[3].name, "item");
        assert_int_equal(list.v[3].type, 15);
        qd_efs_list_free(&list);
        assert_int_equal(list.n, 0);
    }
}

static void list_errors(void **state)
{
    struct qd_efs_list list;
    (void)state;
    add("/x", 0100644, 5);
    f.err_op[12] = 5;
    assert_int_equal(qd_efs_list(&f.fs, "/", &list, &e), -QDIAG_E_REFUSED);
    assert_int_equal(e.wire, 5);
    assert_int_equal(list.n, 0);
    f.err_op[12] = 0;
    memset(&e, 0, sizeof e);
    assert_int_equal(qd_efs_list(&f.fs, "/x", &list, &e), -QDIAG_E_REFUSED);
    assert_int_equal(e.wire, 20);
    memset(&e, 0, sizeof e);
    assert_int_equal(qd_efs_list(&f.fs, "/no", &list, &e), -QDIAG_E_ABSENT);
}

/* READDIR answers entries with names given by the test. */
static const char *const *odd_names;
static size_t odd_n;

static int name_entries(struct fake_efs *m, unsigned op, const uint8_t *req, size_t n,
                        struct qd_buf *wire)
{
    uint8_t p[300] = {0};
    (void)m, (void)n;
    if (op != 12)
        return 0;
    memcpy(p, req, 12);
    uint32_t seq = qd_get32(req + 8);
    size_t len = seq <= odd_n ? strlen(odd_names[seq - 1]) : 0;
    if (len)
        memcpy(p + 40, odd_names[seq - 1], len);
    fake_frame(wire, p, 41 + len);
    return 1;
}

static void bad_names(void **state)
{
    static const char *const sets[][4] = {
        {"a", "b", "a", "c"},
        {"b", "a", "c", "a"},
        {"a", "b", "c", "b"},
        {"a", "a", "b", "c"},
    };
    static const char *const fine[] = {"\xc3\xa4", "b ", "a\x1b[2J", "\n"};
    struct qd_efs_list list;
    (void)state;
    f.hook = name_entries;
    odd_n = 4;
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        memset(&e, 0, sizeof e);
        odd_names = sets[i];
        assert_int_equal(qd_efs_list(&f.fs, "/", &list, &e), -QDIAG_E_PROTOCOL);
        assert_int_equal(list.n, 0);
        assert_int_equal(fake_efs_open_dirs(&f), 0);
    }
    odd_names = fine;
    memset(&e, 0, sizeof e);
    assert_int_equal(qd_efs_list(&f.fs, "/", &list, &e), 0);
    assert_int_equal(list.n, 4);
    for (size_t i = 0; i < list.n; i++)
        assert_false(list.v[i].unusable);
    qd_efs_list_free(&list);
}

static int endless(struct fake_efs *m, unsigned op, const uint8_t *req, size_t n,
                   struct qd_buf *wire)
{
    uint8_t p[60] = {0};
    (void)m, (void)n;
    if (op != 12)
        return 0;
    memcpy(p, req, 12);
    snprintf((char *)p + 40, 20, "%u", qd_get32(req + 8) % 50);
    fake_frame(wire, p, sizeof p);
    return 1;
}

static void circle_is_found_early(void **state)
{
    struct qd_efs_list list;
    (void)state;
    f.hook = endless;
    assert_int_equal(qd_efs_list(&f.fs, "/", &list, &e), -QDIAG_E_PROTOCOL);
    assert_int_equal(f.ops[12], 51);
    assert_string_equal(e.why, "entry 51, name \"1\": twice in one folder");
}

static void stale_directory_handles(void **state)
{
    struct qd_efs_list list;
    (void)state;
    for (int i = 1; i <= 4; i++)
        f.dirs[i].used = 1;
    assert_int_equal(qd_efs_list(&f.fs, "/", &list, &e), 0);
    qd_efs_list_free(&list);
    assert_int_equal(f.fs.swept, QD_EFS_SWEPT_DIRS);
    assert_int_equal(f.ops[13], 10);
    assert_int_equal(f.ops[3], 0);
}

static void refused_folder_stays_refused(void **state)
{
    struct qd_efs_list list;
    (void)state;
    fake_efs_add(&f, "/p", 0040700, NULL, 0)->open_err = 13;
    for (int i = 0; i < 3; i++) {
        memset(&e, 0, sizeof e);
        assert_int_equal(qd_efs_list(&f.fs, "/p", &list, &e), -QDIAG_E_REFUSED);
        assert_int_equal(e.wire, 13);
    }
    assert_int_equal(f.ops[13], 9); /* swept once, not three times */
    assert_int_equal(f.ops[11], 4);
}

/* What a walk has shown: "path kind" lines, and the troubles. */
static char seen[4096];
static size_t n_seen, n_trouble, stop_at;
static char trouble_path[600];
static int trouble_code, trouble_answer;

static int visit(const char *path, const struct qd_efs_entry *entry, void *user,
                 struct qdiag_error *err)
{
    size_t at = strlen(seen);
    assert_ptr_equal(user, &f);
    if (++n_seen == stop_at)
        return qd_fail(err, QDIAG_E_FAILED, path, "stopped by the test");
    if (at + 64 < sizeof seen)
        snprintf(seen + at, sizeof seen - at, "%s %o\n", path, qd_efs_kind(entry));
    assert_int_equal(fake_efs_open_dirs(&f), 0);
    return 0;
}

static int trouble(const char *dir, const struct qdiag_error *why, void *user)
{
    assert_ptr_equal(user, &f);
    n_trouble++;
    snprintf(trouble_path, sizeof trouble_path, "%s", dir);
    trouble_code = why->code;
    return trouble_answer;
}

static int walk(const char *root)
{
    memset(seen, 0, sizeof seen);
    n_seen = n_trouble = 0;
    trouble_code = 0;
    memset(&e, 0, sizeof e);
    return qd_efs_walk(&f.fs, root, visit, trouble, &f, &e);
}

/* One entry with a slash in its name is told apart; it does not cost the rest of its folder. */
static void slash_in_a_name(void **state)
{
    static const char *const names[] = {"ok", "../x", "a/b", "z"};
    struct qd_efs_list list;
    (void)state;
    f.hook = name_entries;
    odd_n = 4;
    odd_names = names;
    assert_int_equal(qd_efs_list(&f.fs, "/", &list, &e), 0);
    assert_int_equal(list.n, 4); /* sorted */
    assert_true(list.v[0].unusable && list.v[1].unusable);
    assert_false(list.v[2].unusable || list.v[3].unusable);
    qd_efs_list_free(&list);
    assert_int_equal(walk("/"), 0);
    assert_int_equal(n_seen, 2);
    assert_int_equal(n_trouble, 2);
    assert_int_equal(trouble_code, QDIAG_E_PROTOCOL);
}

static void walks_in_order(void **state)
{
    (void)state;
    add("/z", 0100644, 1);
    add("/nv", 0040755, 0);
    add("/nv/item_files", 0040755, 0);
    add("/nv/item_files/x", 0160777, 1);
    add("/nv/b", 0100644, 1);
    add("/link", 0120777, 1); /* to a folder; must not be followed */
    add("/a", 0040755, 0);
    add("/a/1", 0100644, 1);
    assert_int_equal(walk("/"), 0);
    assert_string_equal(seen, "/a 40000\n/link 120000\n/nv 40000\n/z 100000\n/a/1 100000\n"
                              "/nv/b 100000\n/nv/item_files 40000\n"
                              "/nv/item_files/x 160000\n");
    assert_int_equal(n_trouble, 0);
    assert_int_equal(f.most_dirs, 1);
    assert_int_equal(walk("/nv/item_files"), 0);
    assert_string_equal(seen, "/nv/item_files/x 160000\n");
}

static void kind_of_an_entry(void **state)
{
    static const struct {
        uint32_t mode, type, kind;
    } t[] = {{0160777, 0, QD_EFS_IFITM}, {0100644, 1, QD_EFS_IFREG}, {0040755, 0, QD_EFS_IFDIR},
             {0644, 0, QD_EFS_IFREG},    {0755, 1, QD_EFS_IFDIR},    {0777, 2, QD_EFS_IFLNK},
             {0777, 3, QD_EFS_IFREG},    {0777, 15, QD_EFS_IFITM},   {0777, 9, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        struct qd_efs_entry x = {.type = t[i].type, .st = {.mode = t[i].mode}};
        assert_int_equal(qd_efs_kind(&x), t[i].kind);
    }
}

static void folder_known_by_type_only(void **state)
{
    (void)state;
    add("/d", 0040755, 0);
    f.v[f.n - 1].mode = 0755; /* READDIR tells type 1 and no format bits */
    assert_int_equal(walk("/"), 0);
    assert_string_equal(seen, "/d 40000\n");
    assert_int_equal(n_trouble, 1); /* the fake refuses to list it, so it was tried */
    assert_string_equal(trouble_path, "/d");
}

static void refused_folder_is_told(void **state)
{
    (void)state;
    add("/p", 0040700, 0);
    f.v[f.n - 1].open_err = 13;
    add("/q", 0040755, 0);
    add("/q/x", 0100644, 1);
    assert_int_equal(walk("/"), 0);
    assert_int_equal(n_trouble, 1);
    assert_string_equal(trouble_path, "/p");
    assert_int_equal(trouble_code, QDIAG_E_REFUSED);
    assert_string_equal(seen, "/p 40000\n/q 40000\n/q/x 100000\n");
    trouble_answer = -77;
    assert_int_equal(walk("/"), -77);
    trouble_answer = 0;
    assert_int_equal(walk("/none"), 0);
    assert_int_equal(trouble_code, QDIAG_E_ABSENT);
}

static void visitor_stops(void **state)
{
    (void)state;
    add("/a", 0100644, 1);
    add("/b", 0100644, 1);
    add("/c", 0040755, 0);
    stop_at = 2;
    assert_int_equal(walk("/"), -QDIAG_E_FAILED);
    stop_at = 0;
    assert_string_equal(e.item, "/b");
    assert_int_equal(f.ops[11], 1);
}

static void too_deep(void **state)
{
    char path[600] = "";
    (void)state;
    for (unsigned i = 0; i < QD_EFS_MAX_DEPTH + 3; i++) {
        strncat(path, "/d", sizeof path - strlen(path) - 1);
        add(path, 0040755, 0);
    }
    assert_int_equal(walk("/"), 0);
    assert_int_equal(n_trouble, 1);
    assert_int_equal(trouble_code, QDIAG_E_PROTOCOL);
    assert_int_equal(n_seen, QD_EFS_MAX_DEPTH + 1);
    assert_int_equal(strlen(trouble_path), 2 * (QD_EFS_MAX_DEPTH + 1));
}

static void cancelled(void **state)
{
    (void)state;
    struct qdiag_cancel *c = qdiag_cancel_new();
    assert_non_null(c);
    qdiag_cancel_request(c);
    f.link->ctx->cancel = c;
    assert_int_equal(walk("/"), -QDIAG_E_CANCELLED);
    assert_int_equal(e.code, QDIAG_E_CANCELLED);
    assert_int_equal(f.ops[11], 0);
    f.link->ctx->cancel = NULL;
    qdiag_cancel_free(&c);
}

static int vanish_at_third(struct fake_efs *m, unsigned op, const uint8_t *req, size_t n,
                           struct qd_buf *wire)
{
    (void)req, (void)n, (void)wire;
    if (op == 11 && m->ops[11] == 3)
        m->link->gone = 1;
    return m->link->gone;
}

static void unit_vanishes(void **state)
{
    (void)state;
    for (char d = 'a'; d < 'f'; d++)
        add((char[]){'/', d, 0}, 0040755, 0);
    f.hook = vanish_at_third;
    assert_int_equal(walk("/"), -QDIAG_E_LINK_GONE);
    assert_int_equal(e.code, QDIAG_E_LINK_GONE);
    assert_int_equal(n_trouble, 0);
}

static void five_thousand_files_five_deep(void **state)
{
    char path[128];
    size_t files = 0;
    (void)state;
    add("/L1", 0040755, 0);
    for (int a = 0; a < 5; a++) {
        snprintf(path, sizeof path, "/L1/a%d", a);
        add(path, 0040755, 0);
        for (int b = 0; b < 5; b++) {
            snprintf(path, sizeof path, "/L1/a%d/b%d", a, b);
            add(path, 0040755, 0);
            snprintf(path, sizeof path, "/L1/a%d/b%d/c", a, b);
            add(path, 0040755, 0);
            snprintf(path, sizeof path, "/L1/a%d/b%d/c/d", a, b);
            add(path, 0040755, 0);
            for (int i = 0; i < 200; i++, files++) {
                snprintf(path, sizeof path, "/L1/a%d/b%d/c/d/%d", a, b, i);
                add(path, 0160777, 4);
            }
        }
    }
    assert_int_equal(files, 5000);
    assert_int_equal(walk("/"), 0);
    assert_int_equal(n_seen, 5000 + 1 + 5 + 25 * 3);
    assert_int_equal(n_trouble, 0);
    assert_int_equal(f.most_dirs, 1);
    assert_int_equal(f.ops[11], 1 + 1 + 5 + 25 * 3);
    assert_int_equal(f.ops[13], f.ops[11]);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(lists_sorted_at_every_end),
        T(list_errors),
        T(bad_names),
        T(slash_in_a_name),
        T(circle_is_found_early),
        T(stale_directory_handles),
        T(refused_folder_stays_refused),
        T(walks_in_order),
        cmocka_unit_test(kind_of_an_entry),
        T(folder_known_by_type_only),
        T(refused_folder_is_told),
        T(visitor_stops),
        T(too_deep),
        T(cancelled),
        T(unit_vanishes),
        T(five_thousand_files_five_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
