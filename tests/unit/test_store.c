/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Promise 2: what comes back from the disk is compared with what was meant. One bit that the disk
 * turns, in any file of a save and wherever it stands, and no file gets its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <qdiag/qdiag.h>

#include "base/fsio.h"
#include "shell_run.h"

#define SAMPLE SRCDIR "/qcn-samples/good/subscriptions.xqcn"

static char root[64];
static struct qd_fsio lying;
static size_t written, flip_at; /* bytes of all files of a save, in their order */

static ssize_t lie(int fd, const void *p, size_t n)
{
    uint8_t *copy = NULL;
    if (flip_at >= written && flip_at < written + n) {
        copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, p, n);
        copy[flip_at - written] ^= 1;
    }
    ssize_t done = qd_fsio_real.write(fd, copy ? copy : p, n);
    free(copy);
    written += done > 0 ? (size_t)done : 0;
    return done;
}

static int no_sync(int fd)
{
    return fd >= 0 ? 0 : -1; /* what is read here comes from the cache anyway */
}

static int convert(const char *out, struct qdiag_error *e)
{
    struct qdiag_convert_options o = QDIAG_CONVERT_OPTIONS_DEFAULT;
    struct qdiag_convert_report *report = NULL;
    struct qdiag_context *c = qdiag_context_new();
    assert_non_null(c);
    memset(e, 0, sizeof *e);
    o.time = 1700000000;
    written = 0;
    int rc = qdiag_convert(c, SAMPLE, out, &o, &report, e);
    qdiag_convert_report_free(&report);
    qdiag_context_free(&c);
    return rc;
}

static void flip_everywhere(const char *name)
{
    struct qdiag_error e;
    char out[128];
    snprintf(out, sizeof out, "%s/%s", root, name);
    flip_at = SIZE_MAX;
    assert_int_equal(convert(out, &e), 0);
    size_t all = written;
    assert_int_equal(shell_run("test -f %s.manifest.json && rm -r %s*", out, out), 0);
    for (size_t i = 0; i < 24; i++) {
        flip_at = i * (all - 1) / 23;
        int rc = convert(out, &e);
        if (rc == 0 || e.touch != QDIAG_UNTOUCHED)
            fail_msg("%s: byte %zu of %zu: %d %s: %s", name, flip_at, all, rc, e.what, e.why);
        if (shell_run("test -z \"$(ls -A %s)\"", root) != 0)
            fail_msg("%s: byte %zu of %zu: something is left", name, flip_at, all);
    }
}

static void test_one_bit(void **state)
{
    static const char *const names[] = {"a.xqcn", "a.qcn", "a.xqcn.gz"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        flip_everywhere(names[i]);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/qdiag-store-XXXXXX");
    assert_non_null(mkdtemp(root));
    lying = qd_fsio_real;
    lying.write = lie;
    lying.fsync = no_sync;
    qd_fsio = &lying;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    qd_fsio = &qd_fsio_real;
    return shell_run("rm -rf %s", root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_bit)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
