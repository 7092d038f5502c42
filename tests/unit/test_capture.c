/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Captures: what is recorded, byte for byte, what a redactor changes in it, and that a capture
 * never hides that it could not write. */
#include "capture_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"

/* A unit with a script: each receive gives the next text; "" = silence, NULL = gone. */
struct script {
    const char *const *say;
    int sends, closed, fail_send;
};

static struct script script;

static int script_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                       struct qdiag_error *e)
{
    struct script *s = self;

    (void)p;
    (void)n;
    (void)t;
    s->sends++;
    return s->fail_send ? qd_fail(e, QDIAG_E_TIMEOUT, "unit", "full") : 0;
}

static int script_recv(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                       struct qdiag_error *e)
{
    struct script *s = self;
    const char *text = *s->say;

    (void)t;
    if (!text)
        return qd_fail(e, QDIAG_E_LINK_GONE, "unit", "gone");
    s->say++;
    *got = strlen(text);
    assert_true(*got <= cap);
    memcpy(p, text, *got);
    return 0;
}

static void script_close(void *self)
{
    ((struct script *)self)->closed++;
}

static const struct qd_link_ops script_ops = {script_send, script_recv, script_close};

static struct qd_link *captured(struct capture_rig *r, const char *const *say, int keep)
{
    struct qdiag_error e = {0};
    struct qd_link *l;

    assert_int_equal(qdiag_context_set_capture(r->ctx, r->path, keep, &e), 0);
    script = (struct script){.say = say};
    l = qd_link_new(r->ctx, &script_ops, &script, "tty:/dev/ttyUSB0");
    assert_non_null(l);
    if (qd_capture_wrap(&l, &e))
        fail_msg("%s: %s", e.what, e.why);
    assert_string_equal(l->address, "tty:/dev/ttyUSB0");
    return l;
}

/* The file behind its head, whose time differs from run to run. */
static char *body(struct capture_rig *r)
{
    static const char head[] = "qdiag-capture 1\n# address: tty:/dev/ttyUSB0\n# time: ";
    struct qdiag_error e = {0};
    uint8_t *text;
    size_t n;
    char *end, *rest;

    assert_int_equal(qd_read_file(r->path, 100000, &text, &n, &e), 0);
    assert_true(n > strlen(head));
    assert_memory_equal(text, head, strlen(head));
    end = strchr((char *)text + strlen(head), '\n');
    assert_non_null(end);
    assert_int_equal(end - (char *)text, strlen(head) + 20);
    assert_int_equal(end[-1], 'Z');
    rest = strdup(end + 1);
    assert_non_null(rest);
    free(text);
    return rest;
}

static void assert_body(struct capture_rig *r, const char *want)
{
    char *have = body(r);

    assert_string_equal(have, want);
    free(have);
}

static void test_capture_text(void **state)
{
    struct capture_rig *r = *state;
    const char *const say[] = {"\x7e\x01", "", "b", NULL};
    struct qd_link *l = captured(r, say, 1);
    struct stat st;

    r->now_us += 17;
    must_send(l, "\x00\xff", 2);
    r->now_us += 1000000;
    must_recv(l, "\x7e\x01", 2);
    must_be_silent(l, 0); /* leaves no line */
    must_send(l, "a", 1);
    must_recv(l, "b", 1);
    qd_link_close(&l);
    assert_int_equal(script.closed, 1);
    assert_body(r, "# identity: kept\n17 > 00ff\n1000017 < 7e01\n1000017 > 61\n1000017 < 62\n");
    assert_int_equal(stat(r->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_string_equal(r->warned, ""); /* it was asked for */
}

static void test_capture_says_that_identity_is_kept(void **state)
{
    struct capture_rig *r = *state;
    const char *const say[] = {NULL};
    struct qd_link *l = captured(r, say, 0);

    must_send(l, "a", 1);
    assert_non_null(strstr(r->warned, "holds identity data"));
    qd_link_close(&l);
    assert_body(r, "# identity: kept\n0 > 61\n");
}

/* Replaces digits by 'x', a whole line of text at a time: holds back what has no '\n' yet. */
struct redactor {
    struct qd_buf held[2];
    int calls;
};

static int redact(void *user, int sent, const uint8_t *p, size_t n, struct qd_buf *out)
{
    struct redactor *d = user;
    struct qd_buf *held = &d->held[sent];

    d->calls++;
    if (n && qd_buf_add(held, p, n))
        return -1;
    if (n && p[n - 1] != '\n')
        return 0;
    for (size_t i = 0; i < held->len; i++)
        if (qd_buf_add_byte(out, held->p[i] >= '0' && held->p[i] <= '9' ? 'x' : held->p[i]))
            return -1;
    held->len = 0;
    return 0;
}

static void test_redactor(void **state)
{
    struct capture_rig *r = *state;
    const char *const say[] = {"i12", "3\n", "late 4", "5", NULL};
    struct redactor d = {0};
    struct qd_link *l = captured(r, say, 0);

    qd_capture_set_redactor(l, redact, &d);
    must_send(l, "ask 1\n", 6);
    must_recv(l, "i12", 3); /* the caller gets the truth */
    must_recv(l, "3\n", 2);
    must_recv(l, "late 4", 6);
    must_send(l, "b\n", 2);
    must_recv(l, "5", 1);
    qd_link_close(&l);
    assert_body(r, "# identity: redacted\n"
                   "0 > 61736b20780a\n"
                   "0 < 697878780a\n"
                   "0 < 6c6174652078\n" /* held back until the direction changed */
                   "0 > 620a\n"
                   "0 < 78\n"); /* held back until the end */
    assert_string_equal(r->warned, "");
    qd_buf_free(&d.held[0]);
    qd_buf_free(&d.held[1]);
}

static void test_redactor_not_wanted(void **state)
{
    struct capture_rig *r = *state;
    const char *const say[] = {NULL};
    struct redactor d = {0};
    struct qd_link *l = captured(r, say, 1);
    struct qd_link *plain = qd_link_new(r->ctx, &script_ops, &script, "plain");

    assert_non_null(plain);
    qd_capture_set_redactor(l, redact, &d);
    qd_capture_set_redactor(plain, redact, &d);
    must_send(l, "1\n", 2);
    must_send(plain, "1\n", 2);
    qd_link_close(&l);
    qd_link_close(&plain);
    assert_int_equal(d.calls, 0);
    assert_body(r, "# identity: kept\n0 > 310a\n");
}

static void test_redactor_after_the_first_transfer(void **state)
{
    struct capture_rig *r = *state;
    const char *const say[] = {NULL};
    struct redactor d = {0};
    struct qd_link *l = captured(r, say, 0);

    must_send(l, "1\n", 2);
    qd_capture_set_redactor(l, redact, &d);
    must_send(l, "1\n", 2);
    qd_link_close(&l);
    assert_body(r, "# identity: kept\n0 > 310a\n# identity: redacted\n0 > 780a\n");
    qd_buf_free(&d.held[1]);
}

static void test_failures_are_noted(void **state)
{
    struct capture_rig *r = *state;
    const char *const say[] = {NULL};
    struct qd_link *l = captured(r, say, 1);
    struct qd_deadline t = in_ms(r->ctx, 1000);
    struct qdiag_error e = {0};
    uint8_t byte;
    size_t got = 7;

    script.fail_send = 1;
    assert_int_equal(qd_link_send(l, (const uint8_t *)"a", 1, &t, &e), -QDIAG_E_TIMEOUT);
    assert_int_equal(e.code, QDIAG_E_TIMEOUT);
    qd_error_clear(&e);
    assert_int_equal(qd_link_recv(l, &byte, 1, &got, &t, &e), -QDIAG_E_LINK_GONE);
    assert_int_equal(got, 0);
    qd_link_close(&l);
    assert_body(r, "# identity: kept\n0 > 61\n# send failed: timeout\n"
                   "# receive failed: link_gone\n");
}

static void test_never_overwrites(void **state)
{
    struct capture_rig *r = *state;
    const char *const say[] = {NULL};
    struct qd_link *inner, *l = captured(r, say, 1);
    struct qdiag_error e = {0};

    qd_link_close(&l);
    inner = l = qd_link_new(r->ctx, &script_ops, &script, "x");
    assert_int_equal(qd_capture_wrap(&l, &e), -QDIAG_E_LOCAL_FILE);
    assert_ptr_equal(l, inner);
    assert_int_equal(e.wire, EEXIST);
    assert_string_equal(e.item, r->path);
    assert_non_null(strstr(e.why, "never overwrites"));
    assert_int_equal(qdiag_exit_code(&e), 12);
    qd_link_close(&l);
    assert_body(r, "");
}

static ssize_t write_disk_full(int fd, const void *p, size_t n)
{
    (void)fd;
    (void)p;
    (void)n;
    errno = ENOSPC;
    return -1;
}

/* One byte at a time, and a signal before each. */
static ssize_t write_in_pieces(int fd, const void *p, size_t n)
{
    static int turn;

    (void)n;
    turn = !turn;
    if (turn)
        return write(fd, p, 1);
    errno = EINTR;
    return -1;
}

static void test_full_disk(void **state)
{
    struct capture_rig *r = *state;
    const char *const say[] = {"a", NULL};
    struct qd_fsio full = qd_fsio_real;
    struct qd_link *inner, *l = captured(r, say, 1);
    struct qd_deadline t = in_ms(r->ctx, 1000);
    struct qdiag_error e = {0};
    uint8_t bytes[8];
    size_t got = 7;

    full.write = write_disk_full;
    qd_fsio = &full;
    assert_int_equal(qd_link_send(l, (const uint8_t *)"a", 1, &t, &e), -QDIAG_E_LOCAL_FILE);
    assert_int_equal(e.wire, ENOSPC);
    assert_int_equal(script.sends, 0); /* what cannot be recorded is not sent */
    qd_error_clear(&e);
    assert_int_equal(qd_link_recv(l, bytes, 8, &got, &t, &e), -QDIAG_E_LOCAL_FILE);
    assert_int_equal(got, 0);
    qd_link_close(&l);
    unlink(r->path);

    /* No head: no file is left behind. */
    qd_error_clear(&e);
    inner = l = qd_link_new(r->ctx, &script_ops, &script, "x");
    assert_int_equal(qd_capture_wrap(&l, &e), -QDIAG_E_LOCAL_FILE);
    assert_ptr_equal(l, inner);
    assert_int_equal(access(r->path, F_OK), -1);
    qd_link_close(&l);
}

static void test_short_writes(void **state)
{
    struct capture_rig *r = *state;
    const char *const say[] = {NULL};
    struct qd_fsio pieces = qd_fsio_real;
    struct qd_link *l;

    pieces.write = write_in_pieces;
    qd_fsio = &pieces;
    l = captured(r, say, 1);
    must_send(l, "abc", 3);
    qd_link_close(&l);
    assert_body(r, "# identity: kept\n0 > 616263\n");
}

static void test_round_trip(void **state)
{
    struct capture_rig *r = *state;
    uint8_t all[256];
    const char *const say[] = {"first", "second", "third", NULL};
    struct qd_link *l = captured(r, say, 1);
    struct qdiag_error e = {0};

    all_bytes(all);
    must_send(l, all, sizeof(all));
    must_recv(l, "first", 5);
    must_recv(l, "second", 6);
    must_send(l, "x", 1);
    must_recv(l, "third", 5);
    qd_link_close(&l);

    assert_int_equal(qdiag_context_set_capture(r->ctx, NULL, 0, &e), 0);
    l = must_open(r->ctx, r->address);
    must_send(l, all, sizeof(all));
    must_recv(l, "first", 5);
    must_recv(l, "second", 6);
    must_send(l, "x", 1);
    must_recv(l, "third", 5);
    must_be_gone(l);
    must_be_gone(l);
    qd_link_close(&l);
}

#define CAPTURE_TEST(f) cmocka_unit_test_setup_teardown(f, capture_rig_up, capture_rig_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAPTURE_TEST(test_capture_text),
        CAPTURE_TEST(test_capture_says_that_identity_is_kept),
        CAPTURE_TEST(test_redactor),
        CAPTURE_TEST(test_redactor_not_wanted),
        CAPTURE_TEST(test_redactor_after_the_first_transfer),
        CAPTURE_TEST(test_failures_are_noted),
        CAPTURE_TEST(test_never_overwrites),
        CAPTURE_TEST(test_full_disk),
        CAPTURE_TEST(test_short_writes),
        CAPTURE_TEST(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
