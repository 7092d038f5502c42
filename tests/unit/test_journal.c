/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The journal: plan and records as bytes, torn tails and damage at every byte, the rules of what
 * may follow what, and the file with its lock and its failures. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsio.h"
#include "base/text.h"
#include "container/plan_codec.h"
#include "journal_rig.h"

static struct qd_jrecord rec(enum qd_jtype t, uint32_t step, enum qd_result result)
{
    return (struct qd_jrecord){.type = t, .step = step, .result = result, .wire = -1};
}

static int append(struct qd_journal *j, enum qd_jtype t, uint32_t step, enum qd_result result)
{
    struct qdiag_error e = {0};
    struct qd_jrecord r = rec(t, step, result);
    if (t == QD_J_BEFORE) {
        const struct qd_step *s = &qd_journal_view(j)->header.plan->v[step];
        assert_int_equal(qd_state_copy(&r.state, &s->before, &e), 0);
    }
    return qd_journal_append(j, &r, 1, &e);
}

/* ---- plans ---- */

static void plan_survives_its_bytes(void **state)
{
    (void)state;
    struct journal_rig r;
    struct qd_buf one = {0}, two = {0};
    struct qd_plan *back;
    journal_rig_init(&r);
    rig_full_plan(&r);
    assert_int_equal(qd_plan_encode(r.plan, &one, &r.e), 0);
    struct qd_cursor c = {.p = one.p, .left = one.len};
    assert_int_equal(qd_plan_decode(&c, "x", &back, &r.e), 0);
    assert_int_equal(c.left, 0);
    assert_int_equal(back->n, r.plan->n);
    assert_string_equal(back->salt, r.plan->salt);
    for (size_t i = 0; i < back->n; i++) {
        const struct qd_step *a = &back->v[i], *b = &r.plan->v[i];
        assert_int_equal(qd_key_compare(&a->key, &b->key), 0);
        assert_int_equal(a->class, b->class);
        assert_int_equal(a->phase, b->phase);
        assert_int_equal(a->decision, b->decision);
        assert_int_equal(a->reason, b->reason);
        if (a->decision == QD_DO_WRITE) {
            assert_true(qd_state_equal(&a->before, &b->before));
            assert_true(qd_state_equal(&a->after, &b->after));
            assert_int_equal(a->after.mode, b->after.mode);
        }
    }
    assert_int_equal(qd_plan_encode(back, &two, &r.e), 0);
    assert_int_equal(two.len, one.len);
    assert_memory_equal(two.p, one.p, one.len);
    qd_plan_free(&back);
    qd_buf_free(&one);
    qd_buf_free(&two);
    journal_rig_end(&r);
}

/* Any single changed byte gives another plan or none, never the same one. */
static void plan_bytes_have_one_spelling(void **state)
{
    (void)state;
    struct journal_rig r;
    struct qd_buf b = {0};
    journal_rig_init(&r);
    rig_full_plan(&r);
    assert_int_equal(qd_plan_encode(r.plan, &b, &r.e), 0);
    for (size_t i = 0; i < b.len; i++) {
        struct qdiag_error e = {0};
        struct qd_buf again = {0};
        struct qd_plan *back = NULL;
        b.p[i] ^= 0x41;
        struct qd_cursor c = {.p = b.p, .left = b.len};
        int rc = qd_plan_decode(&c, "x", &back, &e);
        assert_int_equal(rc, back ? 0 : -QDIAG_E_FILE_DAMAGED);
        if (back && c.left == 0) {
            assert_int_equal(qd_plan_encode(back, &again, &e), 0);
            assert_int_equal(again.len, b.len);
            assert_memory_equal(again.p, b.p, b.len);
        }
        qd_buf_free(&again);
        qd_plan_free(&back);
        b.p[i] ^= 0x41;
    }
    for (size_t n = 0; n < b.len; n++) {
        struct qdiag_error e = {0};
        struct qd_plan *back;
        struct qd_cursor c = {.p = b.p, .left = n};
        assert_int_equal(qd_plan_decode(&c, "x", &back, &e), -QDIAG_E_FILE_DAMAGED);
        assert_null(back);
    }
    qd_buf_free(&b);
    journal_rig_end(&r);
}

/* ---- the file ---- */

/* A journal with every kind of record. Sizes after each record in ends; their number is returned.
 */
static size_t full_journal(struct journal_rig *r, size_t ends[32])
{
    static const struct {
        enum qd_jtype t;
        uint32_t step;
        enum qd_result result;
    } rows[] = {{QD_J_BEFORE, 0, 0},
                {QD_J_WRITING, 0, 0},
                {QD_J_DONE, 0, QD_RESULT_WRITTEN},
                {QD_J_SYNCED, QD_PHASE_NV, 0},
                {QD_J_BEFORE, 4, 0},
                {QD_J_WRITING, 4, 0},
                {QD_J_DONE, 4, QD_RESULT_REFUSED},
                {QD_J_RESET, 0, 0},
                {QD_J_VERIFIED, 1, 0},
                {QD_J_END, 16, 0},
                {QD_J_BACK, 0, 0},
                {QD_J_UNDOING, 0, 0},
                {QD_J_UNDONE, 0, QD_RESULT_UNDONE},
                {QD_J_END, 19, 0}};
    struct qd_jheader h = rig_header(r);
    struct qd_journal *j;
    size_t n = 0;
    rig_full_plan(r);
    assert_int_equal(qd_journal_create(&j, r->path, &h, &r->e), 0);
    ends[n++] = qd_journal_view(j)->bytes;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(append(j, rows[i].t, rows[i].step, rows[i].result), 0);
        ends[n++] = qd_journal_view(j)->bytes;
    }
    qd_journal_close(&j);
    return n;
}

static void put_file(const char *path, const void *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void file_is_private_and_never_replaced(void **state)
{
    (void)state;
    struct journal_rig r;
    struct stat st;
    struct qd_journal *j, *k;
    journal_rig_init(&r);
    rig_full_plan(&r);
    struct qd_jheader h = rig_header(&r);
    assert_int_equal(qd_journal_create(&j, r.path, &h, &r.e), 0);
    assert_int_equal(stat(r.path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(qd_journal_create(&k, r.path, &h, &r.e), -QDIAG_E_LOCAL_FILE);
    assert_int_equal(r.e.wire, EEXIST);
    assert_null(k);
    memset(&r.e, 0, sizeof r.e);
    assert_int_equal(qd_journal_open(&k, r.path, &r.e), -QDIAG_E_BUSY);
    assert_int_equal(stat(r.path, &st), 0);
    assert_int_equal(st.st_size, qd_journal_view(j)->bytes);
    qd_journal_close(&j);
    memset(&r.e, 0, sizeof r.e);
    assert_int_equal(qd_journal_open(&k, r.path, &r.e), 0);
    assert_string_equal(qd_journal_view(k)->header.safety, "before.xqcn");
    assert_string_equal(qd_journal_view(k)->header.address, "unix:/tmp/x");
    assert_int_equal(qd_journal_view(k)->header.plan->n, r.plan->n);
    qd_journal_close(&k);
    journal_rig_end(&r);
}

static void view_tells_what_was_appended(void **state)
{
    (void)state;
    struct journal_rig r;
    struct qd_jview v;
    size_t ends[32];
    journal_rig_init(&r);
    size_t n = full_journal(&r, ends);
    assert_int_equal(qd_journal_status(r.path, &v, &r.e), 0);
    assert_int_equal(v.records, n);
    assert_int_equal(v.bytes, ends[n - 1]);
    assert_false(v.torn);
    assert_int_equal(v.code, 19);
    assert_true(v.back && v.ended);
    assert_int_equal(v.step[0].result, QD_RESULT_WRITTEN);
    assert_int_equal(v.step[0].undone, QD_RESULT_UNDONE);
    assert_int_equal(v.step[4].result, QD_RESULT_REFUSED);
    assert_true(qd_state_equal(&v.step[0].before, &r.plan->v[0].before));
    assert_int_equal(qd_jview_open_step(&v), -1);
    assert_false(qd_jview_touched(&v));
    qd_jview_clear(&v);
    journal_rig_end(&r);
}

/* A stop in the middle of any append, at any byte, with and without zeros behind. */
static void torn_tail_is_recognised_at_every_byte(void **state)
{
    (void)state;
    struct journal_rig r;
    size_t ends[32], len;
    uint8_t *whole;
    journal_rig_init(&r);
    size_t n = full_journal(&r, ends);
    assert_int_equal(qd_read_file(r.path, 1 << 20, &whole, &len, &r.e), 0);
    for (size_t k = 0; k + 1 < n; k++)
        for (size_t at = ends[k] + 1; at < ends[k + 1]; at++)
            for (size_t zeros = 0; zeros < 200; zeros += 97) {
                struct qd_buf b = {0};
                struct qd_journal *j;
                struct qd_jview v;
                static const uint8_t zero[200];
                qd_buf_add(&b, whole, at);
                qd_buf_add(&b, zero, zeros);
                put_file(r.path, b.p, b.len);
                assert_int_equal(qd_journal_status(r.path, &v, &r.e), 0);
                /* zeros may happen to be what was to come */
                int lucky = zeros && v.records == k + 2;
                assert_int_equal(v.records, lucky ? k + 2 : k + 1);
                assert_true(v.torn || lucky);
                qd_jview_clear(&v);
                assert_int_equal(qd_journal_open(&j, r.path, &r.e), 0);
                struct stat st;
                assert_int_equal(stat(r.path, &st), 0);
                assert_int_equal(st.st_size, lucky ? ends[k + 1] : ends[k]);
                qd_journal_close(&j);
                qd_buf_free(&b);
            }
    free(whole);
    journal_rig_end(&r);
}

/* Cut inside the header: no journal, and nothing can have been written. */
static void header_that_is_not_whole(void **state)
{
    (void)state;
    struct journal_rig r;
    size_t ends[32], len;
    uint8_t *whole;
    journal_rig_init(&r);
    full_journal(&r, ends);
    assert_int_equal(qd_read_file(r.path, 1 << 20, &whole, &len, &r.e), 0);
    for (size_t at = 0; at < ends[0]; at++) {
        struct qd_jview v;
        struct qdiag_error e = {0};
        assert_int_equal(qd_jview_read(&v, whole, at, "x", &e), -QDIAG_E_FILE_DAMAGED);
        assert_non_null(strstr(e.why, "nothing was written to a unit"));
    }
    struct qd_jview v;
    whole[3] ^= 1;
    assert_int_equal(qd_jview_read(&v, whole, len, "x", &r.e), -QDIAG_E_FILE_UNKNOWN);
    free(whole);
    journal_rig_end(&r);
}

/* A changed bit anywhere before the last record is damage, named, and never a shorter journal. */
static void damage_is_no_torn_tail(void **state)
{
    (void)state;
    struct journal_rig r;
    size_t ends[32], len;
    uint8_t *whole;
    journal_rig_init(&r);
    size_t n = full_journal(&r, ends);
    assert_int_equal(qd_read_file(r.path, 1 << 20, &whole, &len, &r.e), 0);
    for (size_t at = QD_JOURNAL_MAGIC_SIZE; at < len; at++) {
        struct qdiag_error e = {0};
        struct qd_jview v;
        whole[at] ^= 1u << (at % 8);
        int rc = qd_jview_read(&v, whole, len, "x", &e);
        int last = at >= ends[n - 2];
        if (!last)
            assert_int_equal(rc, -QDIAG_E_FILE_DAMAGED);
        if (rc == 0) {
            assert_true(v.torn);
            assert_int_equal(v.records, n - 1);
            qd_jview_clear(&v);
        }
        whole[at] ^= 1u << (at % 8);
    }
    /* A record taken out, and one that stands twice. */
    struct qd_buf b = {0};
    struct qd_jview v;
    memset(&r.e, 0, sizeof r.e);
    qd_buf_add(&b, whole, ends[2]);
    qd_buf_add(&b, whole + ends[3], len - ends[3]);
    assert_int_equal(qd_jview_read(&v, b.p, b.len, "x", &r.e), -QDIAG_E_FILE_DAMAGED);
    b.len = 0;
    memset(&r.e, 0, sizeof r.e);
    qd_buf_add(&b, whole, len);
    qd_buf_add(&b, whole + ends[n - 2], len - ends[n - 2]);
    assert_int_equal(qd_jview_read(&v, b.p, b.len, "x", &r.e), -QDIAG_E_FILE_DAMAGED);
    qd_buf_free(&b);
    free(whole);
    journal_rig_end(&r);
}

/* What may not follow what: each on a fresh journal, behind the records given. */
static void contradictions_are_refused(void **state)
{
    (void)state;
    static const struct {
        enum qd_jtype t[4];
        uint32_t step[4];
        enum qd_result result[4];
        int n;
    } rows[] = {
        {{QD_J_WRITING}, {0}, {0}, 1},                               /* no state from before */
        {{QD_J_BEFORE, QD_J_BEFORE}, {0, 0}, {0}, 2},                /* two of them */
        {{QD_J_DONE}, {1}, {QD_RESULT_WRITTEN}, 1},                  /* of a skipped step */
        {{QD_J_DONE}, {0}, {QD_RESULT_UNDONE}, 1},                   /* a result of the way back */
        {{QD_J_DONE}, {0}, {QD_RESULT_NONE}, 1},                     /* none */
        {{QD_J_BEFORE, QD_J_UNDOING}, {0, 0}, {0}, 2},               /* not on the way back */
        {{QD_J_BEFORE, QD_J_BACK, QD_J_WRITING}, {0, 0, 0}, {0}, 3}, /* on the way back */
        {{QD_J_BACK, QD_J_BEFORE}, {0, 0}, {0}, 2},
        {{QD_J_BACK, QD_J_UNDONE}, {0, 0}, {0, QD_RESULT_WRITTEN}, 2},
        {{QD_J_SYNCED}, {QD_PHASES}, {0}, 1},
        {{QD_J_VERIFIED}, {1000}, {0}, 1},
        {{QD_J_END}, {256}, {0}, 1},
        {{QD_J_RESET}, {1}, {0}, 1},
        {{QD_J_SYNCED}, {0}, {QD_RESULT_WRITTEN}, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct journal_rig r;
        struct qd_journal *j;
        journal_rig_init(&r);
        rig_full_plan(&r);
        struct qd_jheader h = rig_header(&r);
        assert_int_equal(qd_journal_create(&j, r.path, &h, &r.e), 0);
        for (int k = 0; k < rows[i].n; k++) {
            int rc = append(j, rows[i].t[k], rows[i].step[k], rows[i].result[k]);
            int last = k + 1 == rows[i].n;
            if ((rc == 0) == last)
                fail_msg("row %zu, record %d: %d", i, k, rc);
        }
        /* A journal that failed takes nothing more. */
        assert_int_not_equal(append(j, QD_J_END, 1, 0), 0);
        qd_journal_close(&j);
        journal_rig_end(&r);
    }
}

/* ---- failures of the disk ---- */

static int calls, fail_at_call;

static int trip(void)
{
    if (++calls != fail_at_call)
        return 0;
    errno = ENOSPC;
    return 1;
}

static int t_open(const char *p, int flags, unsigned m)
{
    return trip() ? -1 : qd_fsio_real.open(p, flags, m);
}

static ssize_t t_write(int fd, const void *p, size_t n)
{
    if (trip())
        return n > 10 ? qd_fsio_real.write(fd, p, 10), -1 : -1;
    return qd_fsio_real.write(fd, p, n);
}

static int t_fsync(int fd)
{
    return trip() ? -1 : qd_fsio_real.fsync(fd);
}

static int t_truncate(int fd, off_t n)
{
    return trip() ? -1 : qd_fsio_real.ftruncate(fd, n);
}

static void failing_disk(void **state)
{
    (void)state;
    struct qd_fsio bad = qd_fsio_real;
    bad.open = t_open;
    bad.write = t_write;
    bad.fsync = t_fsync;
    bad.ftruncate = t_truncate;
    int done = 0;
    for (fail_at_call = 1; !done; fail_at_call++) {
        struct journal_rig r;
        struct qd_journal *j;
        journal_rig_init(&r);
        rig_full_plan(&r);
        struct qd_jheader h = rig_header(&r);
        calls = 0;
        qd_fsio = &bad;
        int made = qd_journal_create(&j, r.path, &h, &r.e), first = 1, second = 1;
        if (made == 0) {
            first = append(j, QD_J_BEFORE, 0, 0);
            second = append(j, QD_J_WRITING, 0, 0);
            qd_journal_close(&j);
        }
        qd_fsio = &qd_fsio_real;
        if (made != 0) {
            assert_int_equal(r.e.code, QDIAG_E_LOCAL_FILE);
            assert_int_equal(access(r.path, F_OK), -1);
        } else if (first != 0) {
            assert_int_not_equal(second, 0); /* nothing behind a record that failed */
        }
        done = made == 0 && first == 0 && second == 0;
        journal_rig_end(&r);
    }
    assert_int_equal(fail_at_call - 1, 10); /* 5 calls make it, 2 each record, and one run free */
}

static void outcomes_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < QD_RESULTS; i++) {
        assert_true(qd_result_name((enum qd_result)i)[0]);
        assert_true(qd_result_text((enum qd_result)i)[0]);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(qd_result_name((enum qd_result)i),
                                    qd_result_name((enum qd_result)k));
    }
    for (int i = QD_J_HEADER; i < QD_J_TYPES; i++)
        assert_string_not_equal(qd_jtype_name((enum qd_jtype)i), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan_survives_its_bytes),
        cmocka_unit_test(plan_bytes_have_one_spelling),
        cmocka_unit_test(file_is_private_and_never_replaced),
        cmocka_unit_test(view_tells_what_was_appended),
        cmocka_unit_test(torn_tail_is_recognised_at_every_byte),
        cmocka_unit_test(header_that_is_not_whole),
        cmocka_unit_test(damage_is_no_torn_tail),
        cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(failing_disk),
        cmocka_unit_test(outcomes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
