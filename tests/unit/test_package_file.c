/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A package on disk while it is looked at: it must not change, and a stop is a stop. The progress
 * calls are where this happens. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <qdiag/cancel.h>
#include <qdiag/package.h>

/* One stored entry "a" of 3 bytes. */
static const uint8_t zip[] =
    "PK\3\4\24\0\0\0\0\0\0\0\0\0\xc2\x41\x24\x35\3\0\0\0\3\0\0\0\1\0\0\0"
    "aabc"
    "PK\1\2\24\0\24\0\0\0\0\0\0\0\0\0\xc2\x41\x24\x35\3\0\0\0\3\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\0\0\0\0"
    "a"
    "PK\5\6\0\0\0\0\1\0\1\0\x2f\0\0\0\x22\0\0\0\0";
#define ZIP_SIZE (sizeof zip) /* the last byte is the literal's own NUL */
_Static_assert(ZIP_SIZE == 103, "header 31, data 3, directory 47, end 22");

enum deed { NOTHING, GROW, SHRINK, TOUCH, STOP };

struct meddler {
    const char *path, *phase;
    enum deed deed;
    struct qdiag_cancel *cancel;
    int done;
};

static void on_progress(const char *phase, uint64_t done, uint64_t total, const char *item,
                        void *user)
{
    static const struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}};
    struct meddler *m = user;

    (void)done;
    (void)total;
    (void)item;
    if (m->done || strcmp(phase, m->phase) != 0)
        return;
    m->done = 1;
    if (m->deed == GROW)
        assert_int_equal(truncate(m->path, ZIP_SIZE + 1), 0);
    else if (m->deed == SHRINK)
        assert_int_equal(truncate(m->path, 10), 0);
    else if (m->deed == TOUCH)
        assert_int_equal(utimensat(AT_FDCWD, m->path, old, 0), 0);
    else if (m->deed == STOP)
        qdiag_cancel_request(m->cancel);
}

static void make(const char *path)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(zip, 1, ZIP_SIZE, f), ZIP_SIZE);
    assert_int_equal(fclose(f), 0);
}

static void test_meddling(void **state)
{
    static const struct {
        const char *phase;
        enum deed deed;
        int want;
    } v[] = {
        {"package-digest", NOTHING, 0},
        {"package-digest", GROW, -QDIAG_E_LOCAL_FILE},
        {"package-digest", SHRINK, -QDIAG_E_LOCAL_FILE},
        {"package-digest", TOUCH, -QDIAG_E_LOCAL_FILE},
        {"package-digest", STOP, -QDIAG_E_CANCELLED},
        {"package-check", NOTHING, 0},
        {"package-check", GROW, -QDIAG_E_LOCAL_FILE},
        {"package-check", TOUCH, -QDIAG_E_LOCAL_FILE},
        {"package-check", STOP, -QDIAG_E_CANCELLED},
    };
    char folder[] = "/tmp/qdiag-package-XXXXXX", path[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/p.zip", folder);
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct qdiag_context *c = qdiag_context_new();
        struct meddler m = {path, v[i].phase, v[i].deed, qdiag_cancel_new(), 0};
        struct qdiag_package p;
        struct qdiag_error e = {0};

        make(path);
        qdiag_context_set_progress(c, on_progress, &m);
        qdiag_context_set_cancel(c, m.cancel);
        int rc = qdiag_package_inspect(c, path, &p, &e);
        if (rc != v[i].want || !m.done)
            fail_msg("case %zu: %d, %s: %s", i, rc, e.what, e.why);
        assert_int_equal(e.code, -rc);
        if (rc == 0) {
            assert_int_equal(p.kind, QDIAG_PACKAGE_ZIP);
            assert_int_equal(p.size, ZIP_SIZE);
            assert_string_equal(p.name, "p.zip");
        }
        qdiag_context_free(&c);
        qdiag_cancel_free(&m.cancel);
    }
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_meddling)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
