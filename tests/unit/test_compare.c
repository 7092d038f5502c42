/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A backup against a unit: what counts, what stands apart, what cannot be told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/files/compare.h"

static void nv(struct qd_backup *b, uint16_t id, char c)
{
    uint8_t d[QD_NV_SIZE] = {(uint8_t)c};
    assert_int_equal(qd_backup_add_nv(b, 0, id, 0, d, NULL), 0);
}

static void put(struct qd_backup *b, const char *path, const char *data, uint32_t mode)
{
    size_t n = strlen(data);
    struct qd_file f = {.path = (char *)path, .data = malloc(n + 1), .len = n, .mode = mode};
    memcpy(f.data, data, n + 1);
    assert_int_equal(qd_backup_add_file(b, &f, NULL), 0);
}

static void note(struct qd_backup *b, enum qd_missing_kind kind, int32_t id, const char *path,
                 const char *reason)
{
    struct qd_missing m = {.kind = kind,
                           .sub = path ? -1 : 0,
                           .nv = id,
                           .path = (char *)path,
                           .reason = (char *)reason};
    assert_int_equal(qd_backup_add_missing(b, &m, NULL), 0);
}

static void check(struct qd_backup *f, struct qd_backup *u, const size_t want[4])
{
    struct qd_verify v;
    assert_int_equal(qd_verify_backups(f, u, &v, NULL), 0);
    assert_int_equal(v.differs, want[0]);
    assert_int_equal(v.apart, want[1]);
    assert_int_equal(v.unknown, want[2]);
    assert_int_equal(v.surplus, want[3]);
    qd_verify_free(&v);
}

static void test_sorted(void **state)
{
    (void)state;
    struct qd_backup *f = qd_backup_new(), *u = qd_backup_new();
    nv(f, 550, 'a');
    nv(u, 550, 'a');
    put(f, "nv/item_files/modem/x", "x", 0);
    put(u, "/nv/item_files/modem/x", "x", 0160777);
    check(f, u, (size_t[4]){0, 0, 0, 0});
    nv(f, 853, 'a'); /* volatile */
    nv(u, 853, 'b');
    put(f, "/nv/item_files/mcs/tcxomgr/rgs_data", "a", 0);
    put(u, "/nv/item_files/mcs/tcxomgr/rgs_data", "b", 0);
    nv(f, 4719, 'a'); /* a counter */
    nv(u, 4719, 'b');
    check(f, u, (size_t[4]){0, 3, 0, 0});
    nv(u, 83, 'b'); /* on the unit only */
    check(f, u, (size_t[4]){0, 3, 0, 1});
    nv(f, 85, 'a'); /* withheld by design */
    note(u, QD_MISSING_WITHHELD, 85, NULL, "error 0x42");
    check(f, u, (size_t[4]){0, 4, 0, 1});
    nv(f, 412, 'a');
    note(u, QD_MISSING_UNREADABLE, 412, NULL, "status 4");
    put(f, "/policyman/a", "a", 0);
    note(u, QD_MISSING_UNREADABLE, -1, "policyman/a", "EFS errno 13");
    check(f, u, (size_t[4]){0, 4, 2, 1});
    note(f, QD_MISSING_UNREADABLE, 413, NULL, "status 4"); /* not in the file, wherever it is now */
    check(f, u, (size_t[4]){0, 4, 3, 1});
    nv(f, 60000, 'a'); /* unknown meaning counts: it is a difference */
    nv(u, 60000, 'b');
    check(f, u, (size_t[4]){1, 4, 3, 1});
    nv(f, 571, 'a'); /* lost */
    put(f, "/policyman/m", "a", 0100600);
    put(u, "/policyman/m", "a", 0100644);
    check(f, u, (size_t[4]){3, 4, 3, 1});
    struct qd_verify v;
    assert_int_equal(qd_verify_backups(f, u, &v, NULL), 0);
    assert_int_equal(v.class[QD_CLASS_CALIBRATION].only_file, 1);
    assert_int_equal(v.class[QD_CLASS_NETWORK].different, 1);
    assert_int_equal(v.class[QD_CLASS_NETWORK].unreadable, 1);
    assert_int_equal(v.class[QD_CLASS_UNKNOWN].different, 1);
    assert_int_equal(v.class[QD_CLASS_USER].only_unit, 1);
    qd_verify_free(&v);
    qd_backup_free(&f);
    qd_backup_free(&u);
}

/* What is below a folder that the unit does not list may be there. */
static void test_below_an_unread_folder(void **state)
{
    (void)state;
    static const char *const folders[] = {"/nv/item_files/rfnv", "nv", "/"};
    for (size_t i = 0; i < 3; i++) {
        struct qd_backup *f = qd_backup_new(), *u = qd_backup_new();
        put(f, "/nv/item_files/rfnv/00020000", "x", 0);
        check(f, u, (size_t[4]){1, 0, 0, 0});
        note(u, QD_MISSING_UNREADABLE, -1, "/nv/item_files/rf", "EFS errno 13");
        note(u, QD_MISSING_NOT_HELD, -1, folders[i], "other mode");
        check(f, u, (size_t[4]){1, 0, 0, 0});
        note(u, QD_MISSING_UNREADABLE, -1, folders[i], "EFS errno 13");
        check(f, u, (size_t[4]){0, 0, 1, 0});
        qd_backup_free(&f);
        qd_backup_free(&u);
    }
}

static void test_aside(void **state)
{
    (void)state;
    struct qd_backup *f = qd_backup_new(), *u = qd_backup_new();
    note(f, QD_MISSING_NOT_HELD, -1, "/policyman/l", "link to a");
    note(f, QD_MISSING_NOT_HELD, -1, "/policyman/e", "empty folder");
    check(f, u, (size_t[4]){2, 0, 0, 0});
    note(u, QD_MISSING_NOT_HELD, -1, "/policyman/l", "link to b");
    put(u, "/policyman/e/now", "x", 0);
    check(f, u, (size_t[4]){1, 0, 0, 1});
    u->missing.v[0].reason[8] = 'a'; /* "link to a" */
    check(f, u, (size_t[4]){0, 0, 0, 1});
    qd_backup_free(&f);
    qd_backup_free(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorted),
        cmocka_unit_test(test_below_an_unread_folder),
        cmocka_unit_test(test_aside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
