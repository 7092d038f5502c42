/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Promise 2: whatever step of a save fails, or wherever the program is killed, the file under its
 * final name is the old one whole or the new one whole, and no temporary file stays behind a
 * failure. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/save.h"

static char folder[64], path[128];
static const char old_text[] = "old contents";
static char new_text[200000];

enum mode { FAIL, KILL };
static enum mode mode;
static int at, step, error_number;

/* One counter over all calls: the n-th of them fails or ends the process. */
static int trip(void)
{
    if (++step != at)
        return 0;
    if (mode == KILL)
        _exit(99);
    errno = error_number;
    return 1;
}

static int t_open(const char *p, int flags, unsigned m)
{
    return trip() ? -1 : qd_fsio_real.open(p, flags, m);
}
static ssize_t t_write(int fd, const void *p, size_t n)
{
    if (trip()) {
        /* A full disk takes a part before it says no. */
        if (n > 10)
            (void)!qd_fsio_real.write(fd, p, 10);
        errno = error_number;
        return -1;
    }
    return qd_fsio_real.write(fd, p, n);
}
static int t_fsync(int fd)
{
    return trip() ? -1 : qd_fsio_real.fsync(fd);
}
static int t_close(int fd)
{
    int tripped = trip();
    int rc = qd_fsio_real.close(fd);
    if (tripped)
        errno = error_number;
    return tripped ? -1 : rc;
}
static int t_rename(const char *a, const char *b)
{
    return trip() ? -1 : qd_fsio_real.rename(a, b);
}
static int t_unlink(const char *p)
{
    return qd_fsio_real.unlink(p);
}
static const struct qd_fsio tripping = {.open = t_open,
                                        .write = t_write,
                                        .fsync = t_fsync,
                                        .close = t_close,
                                        .rename = t_rename,
                                        .unlink = t_unlink};

static void write_old(void)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(old_text, f);
    fclose(f);
}

/* 1 = old, 2 = new; anything else fails the test. */
static int state_of(const char *p)
{
    static char got[300000];
    FILE *f = fopen(p, "rb");
    assert_non_null(f);
    size_t n = fread(got, 1, sizeof got, f);
    fclose(f);
    if (n == sizeof old_text - 1 && memcmp(got, old_text, n) == 0)
        return 1;
    assert_int_equal(n, sizeof new_text);
    assert_memory_equal(got, new_text, n);
    return 2;
}

static int files_in_folder(void)
{
    DIR *d = opendir(folder);
    int n = 0;
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
    closedir(d);
    return n;
}

static int save_new(struct qdiag_error *e)
{
    struct qd_save *s = NULL;
    int rc = qd_save_begin(&s, path, e);
    if (rc == 0)
        rc = qd_save_write(s, new_text, 1000, e);
    if (rc == 0)
        rc = qd_save_write(s, new_text + 1000, sizeof new_text - 1000, e);
    if (rc == 0)
        return qd_save_commit(&s, NULL, NULL, e);
    qd_save_abort(&s);
    return rc;
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s", "save.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/out.xqcn", folder);
    for (size_t i = 0; i < sizeof new_text; i++)
        new_text[i] = (char)(i * 7);
    write_old();
    step = at = 0;
    return 0;
}

static int teardown(void **state)
{
    char cmd[200];
    (void)state;
    qd_fsio = &qd_fsio_real;
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        snprintf(cmd, sizeof cmd, "%.60s/%.100s", folder, e->d_name);
        unlink(cmd);
    }
    closedir(d);
    return rmdir(folder);
}

static void test_plain(void **state)
{
    (void)state;
    struct qdiag_error e = {0};
    struct stat st;
    assert_int_equal(save_new(&e), 0);
    assert_int_equal(state_of(path), 2);
    assert_int_equal(files_in_folder(), 1);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_every_step_fails(void **state)
{
    (void)state;
    static const int errors[] = {ENOSPC, EIO};
    int failures = 0;
    for (size_t k = 0; k < 2; k++) {
        for (at = 1;; at++) {
            struct qdiag_error e = {0};
            write_old();
            step = 0;
            mode = FAIL;
            error_number = errors[k];
            qd_fsio = &tripping;
            int rc = save_new(&e);
            qd_fsio = &qd_fsio_real;
            int reached = step >= at;
            if (!reached) {
                assert_int_equal(rc, 0);
                break;
            }
            int now = state_of(path);
            if (rc == 0) { /* only the folder's close may fail unseen: the new file is whole */
                assert_int_equal(now, 2);
                continue;
            }
            failures++;
            assert_int_equal(rc, -QDIAG_E_LOCAL_FILE);
            assert_int_equal(e.wire, errors[k]);
            assert_int_equal(files_in_folder(), 1);
        }
    }
    assert_true(failures >= 12);
}

static void test_kill_at_every_step(void **state)
{
    (void)state;
    int kills = 0, saw[3] = {0};
    for (at = 1;; at++) {
        write_old();
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            struct qdiag_error e = {0};
            step = 0;
            mode = KILL;
            qd_fsio = &tripping;
            _exit(save_new(&e) == 0 ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        saw[state_of(path)]++;
        if (WEXITSTATUS(status) == 0)
            break;
        assert_int_equal(WEXITSTATUS(status), 99);
        kills++;
    }
    assert_true(kills >= 6);
    assert_true(saw[1] > 0 && saw[2] > 0);
}

static int verify_no(const char *temp, void *user, struct qdiag_error *e)
{
    (void)user;
    assert_int_equal(access(temp, R_OK), 0);
    return qd_fail(e, QDIAG_E_DIFFERENT, temp, "%s", "not what was meant");
}

static void test_verify_refuses(void **state)
{
    (void)state;
    struct qdiag_error e = {0};
    struct qd_save *s = NULL;
    assert_int_equal(qd_save_begin(&s, path, &e), 0);
    assert_int_equal(qd_save_write(s, "x", 1, &e), 0);
    assert_int_equal(qd_save_commit(&s, verify_no, NULL, &e), -QDIAG_E_DIFFERENT);
    assert_null(s);
    assert_int_equal(state_of(path), 1);
    assert_int_equal(files_in_folder(), 1);
}

static void test_link_is_followed(void **state)
{
    (void)state;
    char link_path[160];
    struct qdiag_error e = {0};
    struct qd_save *s = NULL;
    struct stat st;
    snprintf(link_path, sizeof link_path, "%s/link", folder);
    assert_int_equal(symlink("out.xqcn", link_path), 0);
    assert_int_equal(qd_save_begin(&s, link_path, &e), 0);
    assert_int_equal(qd_save_write(s, new_text, sizeof new_text, &e), 0);
    assert_int_equal(qd_save_commit(&s, NULL, NULL, &e), 0);
    assert_int_equal(lstat(link_path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(state_of(path), 2);
}

static void test_not_a_file(void **state)
{
    (void)state;
    struct qdiag_error e = {0};
    struct qd_save *s = NULL;
    assert_int_equal(qd_save_begin(&s, folder, &e), -QDIAG_E_LOCAL_FILE);
    assert_null(s);
    assert_string_equal(e.item, folder);
}

/* Two files that belong together: a failure before the first rename changes neither. */
static void test_publish_two(void **state)
{
    (void)state;
    char second[160];
    struct qdiag_error e = {0};
    struct qd_save *a = NULL, *b = NULL;
    struct qd_save **const both[] = {&a, &b};
    snprintf(second, sizeof second, "%s/m.json", folder);
    assert_int_equal(qd_save_begin(&a, path, &e), 0);
    assert_int_equal(qd_save_begin(&b, second, &e), 0);
    assert_int_equal(qd_save_write(a, new_text, sizeof new_text, &e), 0);
    assert_int_equal(qd_save_write(b, old_text, sizeof old_text - 1, &e), 0);
    assert_int_equal(qd_save_prepare(a, NULL, NULL, &e), 0);
    assert_int_equal(state_of(path), 1);
    assert_int_equal(qd_save_prepare(b, NULL, NULL, &e), 0);
    assert_int_equal(qd_save_publish(both, 2, &e), 0);
    assert_null(a);
    assert_null(b);
    assert_int_equal(state_of(path), 2);
    assert_int_equal(state_of(second), 1);
    assert_int_equal(files_in_folder(), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plain, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_step_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kill_at_every_step, setup, teardown),
        cmocka_unit_test_setup_teardown(test_verify_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_link_is_followed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_a_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_publish_two, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
