/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Stops at every point: the program killed, the unit's power cut, the link gone, an answer lost,
 * the user's stop, a full disk; then a second one while going on. Afterwards going on must give
 * what a run without a stop gives, and going back what there was. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsio.h"
#include "exec_rig.h"

/* What a killed program leaves is the same without fsync, and thousands of runs are quicker. */
static int no_fsync(int fd)
{
    (void)fd;
    return 0;
}
static struct qd_fsio quick;

/* A fork copies the page tables of everything that was ever touched. The sanitizer keeps freed
 * memory for later, 256 MB of it. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=1";
}

static char *start_dump, *end_dump, *back_dump;

/* What there is before, after a whole run, and after that was taken back (but for the identity). */
static int reference(void **state)
{
    (void)state;
    struct exec_rig x;
    quick = qd_fsio_real;
    quick.fsync = no_fsync;
    qd_fsio = &quick;
    exec_standard(&x, "");
    exec_open(&x);
    start_dump = exec_dump(&x);
    assert_int_equal(exec_new(&x), 0);
    end_dump = exec_dump(&x);
    assert_int_equal(exec_back(&x), -QDIAG_E_PARTLY);
    back_dump = exec_dump(&x);
    exec_stop(&x);
    return 0;
}

static int forget_reference(void **state)
{
    (void)state;
    free(start_dump);
    free(end_dump);
    free(back_dump);
    return 0;
}

static void assert_dump(struct exec_rig *x, const char *want, const char *what, unsigned n)
{
    char *have = exec_dump(x);
    if (strcmp(have, want) != 0)
        fail_msg("%s, stop %u: the unit is\n%sand not\n%s", what, n, have, want);
    free(have);
}

/* The rest of the way, there or back, after a stop. */
static void go_on(struct exec_rig *x, int back, const char *what, unsigned n)
{
    x->before = x->behind = NULL;
    if (access(x->plan.path, F_OK) != 0) {
        assert_dump(x, start_dump, what, n); /* stopped before there was a journal */
        return;
    }
    int rc = back ? exec_back(x) : exec_resume(x);
    if (rc == -QDIAG_E_FILE_DAMAGED) { /* the header is not whole */
        assert_non_null(strstr(x->e.why, "nothing was written"));
        assert_dump(x, start_dump, what, n);
        return;
    }
    /* Only the word about the end was lost. */
    int over = rc == -QDIAG_E_POLICY && strstr(x->e.why, "nothing left to do");
    if (!back) {
        if (rc != 0 && !over)
            fail_msg("%s, stop %u: %d: %s: %s: %s", what, n, x->e.code, x->e.what, x->e.item,
                     x->e.why);
        assert_dump(x, end_dump, what, n);
    } else {
        if (rc != 0 && rc != -QDIAG_E_ROLLED_BACK && rc != -QDIAG_E_PARTLY && !over)
            fail_msg("%s, stop %u: back: %d: %s: %s: %s", what, n, x->e.code, x->e.what, x->e.item,
                     x->e.why);
        assert_dump(x, rc == -QDIAG_E_PARTLY ? back_dump : start_dump, what, n);
    }
    assert_int_equal(x->unjournaled, 0);
}

/* ---- the program is killed ---- */

static unsigned op, die_at;
enum death { KILLED, UNIT_POWER, HOST_POWER };
static enum death death;
static struct exec_rig *dying;
/* Of the journal: what the host's disk has for certain, what was written, and how much of the
 * difference is left. */
static off_t synced, written;
static unsigned keep;

/* One point of the program's life; at die_at it is the last. */
static void point(void)
{
    char err[256];
    if (++op != die_at)
        return;
    if (death != UNIT_POWER)
        sim_unit_commit(dying->sim.unit, err, sizeof err); /* the unit lives on */
    if (death == HOST_POWER && written > synced + (off_t)keep)
        (void)!truncate(dying->plan.path, synced + (off_t)keep);
    _exit(33);
}

static int k_open(const char *p, int flags, unsigned m)
{
    point();
    return qd_fsio_real.open(p, flags, m);
}

static ssize_t k_write(int fd, const void *p, size_t n)
{
    point();
    if (op + 1 == die_at) /* torn in the middle */
        written += qd_fsio_real.write(fd, p, n / 2);
    point();
    ssize_t done = qd_fsio_real.write(fd, p, n);
    written += done > 0 ? done : 0;
    return done;
}

static int k_fsync(int fd)
{
    (void)fd;
    point();
    synced = written;
    return 0;
}

static int k_truncate(int fd, off_t n)
{
    point();
    return qd_fsio_real.ftruncate(fd, n);
}

static int k_before(struct exec_rig *x, const uint8_t *req, size_t n)
{
    (void)x;
    (void)req;
    (void)n;
    point();
    return 0;
}

static struct qd_fsio killing(void)
{
    struct qd_fsio f = qd_fsio_real;
    f.open = k_open;
    f.write = k_write;
    f.fsync = k_fsync;
    f.ftruncate = k_truncate;
    return f;
}

enum way { FRESH, RESUMED, BACK };

static off_t journal_size(const struct exec_rig *x)
{
    struct stat st;
    return stat(x->plan.path, &st) == 0 ? st.st_size : 0;
}

/* Runs in a child that dies at the n-th point. 1 when it died, 0 when it came through. */
static int run_and_die(struct exec_rig *x, enum way way, unsigned n)
{
    int status;
    exec_hang_up(x);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct qd_fsio f = killing();
        char err[256];
        exec_open(x);
        op = 0;
        die_at = n;
        written = journal_size(x);
        synced = written;
        dying = x;
        x->before = x->behind = k_before;
        qd_fsio = &f;
        int rc = way == FRESH ? exec_new(x) : way == RESUMED ? exec_resume(x) : exec_back(x);
        qd_fsio = &quick;
        sim_unit_commit(x->sim.unit, err, sizeof err);
        _exit(rc == 0 || way == BACK ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 33);
    return WEXITSTATUS(status) == 33;
}

static void killed_everywhere(enum death how, int back, const char *what)
{
    unsigned n = 1;
    death = how;
    keep = 0;
    for (int died = 1; died; n++) {
        struct exec_rig x;
        exec_standard(&x, "");
        died = run_and_die(&x, FRESH, n);
        if (died)
            go_on(&x, back, what, n);
        exec_stop(&x);
    }
    print_message("             %s: %u stops\n", what, n - 2);
    assert_true(n > 150);
}

static void killed_then_on(void **state)
{
    (void)state;
    killed_everywhere(KILLED, 0, "killed, on");
}

static void killed_then_back(void **state)
{
    (void)state;
    killed_everywhere(KILLED, 1, "killed, back");
}

static void power_cut_then_on(void **state)
{
    (void)state;
    killed_everywhere(UNIT_POWER, 0, "power cut, on");
}

static void power_cut_then_back(void **state)
{
    (void)state;
    killed_everywhere(UNIT_POWER, 1, "power cut, back");
}

/* The host loses its power: what of the journal was not synced is lost, all of it. */
static void host_power_cut_then_on(void **state)
{
    (void)state;
    killed_everywhere(HOST_POWER, 0, "host power cut, on");
}

static void host_power_cut_then_back(void **state)
{
    (void)state;
    killed_everywhere(HOST_POWER, 1, "host power cut, back");
}

/* Likewise, and a part of what was not synced is there: every byte of the first 64, then a stride.
 */
static void journal_torn_then_on_and_back(void **state)
{
    unsigned torn = 0;
    off_t last = -1;
    (void)state;
    death = HOST_POWER;
    for (unsigned n = 9, died = 1; died; n += 13)
        for (keep = 1, last = -1; died; keep += keep < 64 ? 1 : 397) {
            struct exec_rig x;
            exec_standard(&x, "");
            died = (unsigned)run_and_die(&x, FRESH, n);
            off_t size = journal_size(&x);
            struct qd_jview v;
            struct qdiag_error e = {0};
            int seen = died && qd_journal_status(x.plan.path, &v, &e) == 0;
            int cut = seen && v.torn;
            if (seen)
                qd_jview_clear(&v);
            torn += (unsigned)cut;
            if (died && size)
                go_on(&x, keep & 1, "torn", n * 1000 + keep);
            exec_stop(&x);
            if (size == last)
                break; /* nothing more is there to be kept */
            last = size;
        }
    print_message("             torn: %u journals\n", torn);
    assert_true(torn > 150);
}

/* What is announced is on the disk before it goes out. */
static int dirty;

static ssize_t d_write(int fd, const void *p, size_t n)
{
    dirty = 1;
    return qd_fsio_real.write(fd, p, n);
}

static int d_fsync(int fd)
{
    (void)fd;
    dirty = 0;
    return 0;
}

static int d_before(struct exec_rig *x, const uint8_t *req, size_t n)
{
    x->n += exec_is_change(req, n) && dirty;
    return 0;
}

static void announced_on_the_disk(void **state)
{
    struct exec_rig x;
    struct qd_fsio f = qd_fsio_real;
    (void)state;
    f.write = d_write;
    f.fsync = d_fsync;
    exec_standard(&x, "");
    x.before = d_before;
    qd_fsio = &f;
    assert_int_equal(exec_new(&x), 0);
    assert_int_equal(x.n, 0);
    assert_int_equal(exec_back(&x), -QDIAG_E_PARTLY);
    assert_int_equal(x.n, 0);
    qd_fsio = &quick;
    exec_stop(&x);
}

/* Killed again while going on or back: first stops far apart, second ones everywhere at a stride.
 */
static void killed_twice(void **state)
{
    unsigned stops = 0;
    (void)state;
    for (int mode = 0; mode < 4; mode++)
        for (unsigned first = 20; first < 260; first += 79)
            for (unsigned second = 1 + first % 5;; second += 29) {
                struct exec_rig x;
                enum way way = mode & 1 ? BACK : RESUMED;
                death = mode >> 1 ? UNIT_POWER : KILLED;
                exec_standard(&x, "");
                int died = run_and_die(&x, FRESH, first);
                if (died && access(x.plan.path, F_OK) == 0)
                    died = run_and_die(&x, way, second);
                if (died)
                    go_on(&x, mode & 1, "killed twice", first * 1000 + second);
                exec_stop(&x);
                if (!died)
                    break;
                stops++;
            }
    print_message("             killed twice: %u pairs\n", stops);
    assert_true(stops > 50);
}

/* ---- the link ---- */

static int at_request(struct exec_rig *x, const uint8_t *req, size_t n)
{
    (void)req;
    (void)n;
    return ++x->n == x->arg ? (int)op : 0;
}

/* op: 2 = lost, 3 = the link goes; behind: the unit has done it already. */
static void link_fault_everywhere(unsigned what, int behind, int back)
{
    unsigned n = 1, met = 1;
    for (; met; n++) {
        struct exec_rig x;
        exec_standard(&x, "");
        exec_open(&x);
        op = what;
        x.n = 0;
        x.arg = n;
        *(behind ? &x.behind : &x.before) = at_request;
        int rc = exec_new(&x);
        met = x.n >= n;
        int touched = x.out.touch != QDIAG_UNTOUCHED;
        int code = qdiag_exit_code(&x.e);
        /* The rule for scripts, held against the unit: 16 and more when it may have changed. */
        char *now = exec_dump(&x);
        if (strcmp(now, start_dump) != 0 && rc != 0)
            assert_true(code >= 16 && code <= 31 && touched);
        free(now);
        if (rc == 0)
            assert_dump(&x, end_dump, "link", n);
        if (code == 18)
            assert_true(x.out.open_step >= 0 && x.e.item[0]);
        if (rc != 0) {
            qd_diag_close(&x.unit.diag);
            go_on(&x, back, what == 2 ? "lost answer" : "link gone", n);
        }
        exec_stop(&x);
    }
    assert_true(n > 60);
}

static void link_goes_at_every_request(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        link_fault_everywhere(3, i & 1, i >> 1);
}

static void every_answer_lost(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        link_fault_everywhere(2, i & 1, i >> 1);
}

/* ---- the user's stop ---- */

static int ask_to_stop(struct exec_rig *x, const uint8_t *req, size_t n)
{
    (void)req;
    (void)n;
    if (++x->n == x->arg)
        qdiag_cancel_request(x->link->ctx->cancel);
    return 0;
}

static void stop_at_every_request(void **state)
{
    (void)state;
    for (unsigned n = 1, met = 1; met; n++) {
        struct exec_rig x;
        struct qdiag_cancel *c = qdiag_cancel_new();
        exec_standard(&x, "");
        exec_open(&x);
        x.link->ctx->cancel = c;
        x.arg = n;
        x.before = ask_to_stop;
        int rc = exec_new(&x);
        met = x.n >= n;
        int code = qdiag_exit_code(&x.e);
        assert_int_equal(x.out.open_step, -1); /* the item in flight was finished */
        if (rc == 0) {
            assert_dump(&x, end_dump, "stop", n);
        } else if (x.out.touch == QDIAG_UNTOUCHED) {
            assert_int_equal(code, 130);
            assert_dump(&x, start_dump, "stop", n);
        } else {
            assert_int_equal(code, 16);
        }
        assert_int_equal(x.link->ctx->cancel == c, 1);
        x.link->ctx->cancel = NULL;
        if (rc != 0)
            go_on(&x, n % 2, "stop", n);
        qdiag_cancel_free(&c);
        exec_stop(&x);
    }
}

/* ---- the disk ---- */

static unsigned io_calls, io_fail;

static ssize_t f_write(int fd, const void *p, size_t n)
{
    if (++io_calls >= io_fail) {
        errno = ENOSPC;
        return -1;
    }
    return qd_fsio_real.write(fd, p, n);
}

static int f_fsync(int fd)
{
    (void)fd;
    if (++io_calls >= io_fail) {
        errno = EIO;
        return -1;
    }
    return 0;
}

/* From some point on the disk takes nothing: nothing is written to the unit either. */
static void disk_full_from_every_point(void **state)
{
    (void)state;
    for (unsigned n = 1;; n++) {
        struct exec_rig x;
        struct qd_fsio f = qd_fsio_real;
        f.write = f_write;
        f.fsync = f_fsync;
        exec_standard(&x, "");
        exec_open(&x);
        io_calls = 0;
        io_fail = n;
        qd_fsio = &f;
        int rc = exec_new(&x);
        qd_fsio = &quick;
        assert_int_equal(x.unjournaled, 0);
        if (rc != 0) {
            char *now = exec_dump(&x);
            int code = qdiag_exit_code(&x.e);
            assert_true(strcmp(now, start_dump) == 0 ? code == 12 || code >= 16 : code >= 16);
            free(now);
            qd_diag_close(&x.unit.diag); /* the next run is another process */
            go_on(&x, n % 2, "disk full", n);
        }
        exec_stop(&x);
        if (rc == 0)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_then_on),
        cmocka_unit_test(killed_then_back),
        cmocka_unit_test(power_cut_then_on),
        cmocka_unit_test(power_cut_then_back),
        cmocka_unit_test(announced_on_the_disk),
        cmocka_unit_test(host_power_cut_then_on),
        cmocka_unit_test(host_power_cut_then_back),
        cmocka_unit_test(journal_torn_then_on_and_back),
        cmocka_unit_test(killed_twice),
        cmocka_unit_test(link_goes_at_every_request),
        cmocka_unit_test(every_answer_lost),
        cmocka_unit_test(stop_at_every_request),
        cmocka_unit_test(disk_full_from_every_point),
    };
    return cmocka_run_group_tests(tests, reference, forget_reference);
}
